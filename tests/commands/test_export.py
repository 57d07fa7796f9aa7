"""`pricectl export`: the prices for a spreadsheet and for litellm; what is left out is told."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import ROOT, Run
from tests.files.test_versions import NAME, git

SCHEMA = json.loads((ROOT / "schemas" / "export.schema.json").read_text(encoding="utf-8"))
AT = ("--at", "2026-11-27")


@pytest.fixture(autouse=True)
def repo(home: Path) -> Path:
    """The catalog, committed."""
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "prices")
    return home


def test_csv_has_a_line_for_each_price_and_announced_price(run: Run) -> None:
    result = run("export", "csv", "gemini", *AT)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "model,field,value,from",
        "google/gemini-2.5-pro,input_cost_per_token,1.25e-06,",
        "google/gemini-2.5-pro,input_cost_per_token_above_200k_tokens,2.5e-06,",
        "google/gemini-2.5-pro,output_cost_per_token,10e-06,",
        "google/gemini-2.5-pro,output_cost_per_token_above_200k_tokens,15e-06,",
        "google/gemini-2.5-pro,input_cost_per_token,2e-06,2027-01-01",
        "google/gemini-2.5-pro,output_cost_per_token,20e-06,2027-01-01",
    ]


def test_the_lines_go_through_a_spreadsheet_and_back(run: Run) -> None:
    assert run("export", "csv", "o3", "-o", "csv=prices.csv", "-q").exit_code == 0
    lines = Path("prices.csv").read_text(encoding="utf-8")
    before = Path(NAME).read_bytes()
    assert run("set", "--edits", "prices.csv", *AT).exit_code == 0
    assert Path(NAME).read_bytes() == before
    Path("prices.csv").write_text(lines.replace("2e-06", "1.9e-06"), encoding="utf-8")
    assert run("set", "--edits", "prices.csv", *AT).exit_code == 0
    assert b'"o3": {"input_cost_per_token": 1.9e-06, ' in Path(NAME).read_bytes()


def test_litellms_map_is_what_drift_reads(run: Run) -> None:
    result = run("export", "litellm", *AT)
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert rows["gpt-4o-2024-08-06"] == {"litellm_provider": "openai", "alias_of": "gpt-4o"}
    assert rows["gemini/gemini-2.5-pro"]["litellm_provider"] == "gemini"
    assert "o1-retired" not in rows
    assert "left out: a retired row, 1 times" in result.stderr
    Path("litellm.json").write_text(result.stdout, encoding="utf-8")
    found = run("drift", "--feed", "litellm=litellm.json", *AT, "-o", "json")
    assert json.loads(found.stdout)["prices"] == []


def test_the_counts_follow_their_schema(run: Run) -> None:
    for name, rows in (("csv", 4), ("litellm", 4), ("ratebook", 4)):
        document = json.loads(run("export", name, "-o", "json").stdout)
        jsonschema.validate(document, SCHEMA)
        assert (document["format"], document["rows"]) == (name, rows)
    assert "4 rows as csv" in run("export", "csv", "-o", "text").stdout


def test_another_format_is_bad_usage(run: Run) -> None:
    assert run("export", "yaml").exit_code == 2
