"""`pricectl add`: a row from the reference, like another row or by hand; no other byte moves."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core.catalog import Catalog
from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import git

NAME = "llm_pricing_current.json"
AT = ("--at", "2026-11-24")
SCHEMA = json.loads((ROOT / "schemas" / "add.schema.json").read_text(encoding="utf-8"))
REFERENCE = json.loads((ROOT / NAME).read_text(encoding="utf-8"))
DAY = '"last_updated": "2026-11-01"'
BY_HAND = ("input=1/M", "output=2/M", "mode=chat", "--source", "https://example.com/prices")


def added(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    result = run("add", *words, *AT, "-o", "json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


def values(home: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((home / NAME).read_text(encoding="utf-8"))
    return read


def without_new_row(text: str, section: str, name: str) -> str:
    """The text with the row and its comma cut out by its lines, written without the engine."""
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.lstrip().startswith(f'"{name}": {{'))
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
    end = next(i for i in range(start, len(lines)) if lines[i].rstrip("\r,") == f"{indent}}}")
    last = not lines[end].rstrip("\r").endswith(",")
    before = lines[:start]
    if last:
        before[-1] = before[-1].rstrip("\r").removesuffix(",") + ("\r" if "\r" in text else "")
    assert section in values_of(text)
    return "\n".join([*before, *lines[end + 1 :]])


def values_of(text: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(text)
    return read


@pytest.mark.parametrize("layout", ["as it is", "CRLF", "tabs", "no final newline"])
def test_a_row_of_the_reference_is_added_and_every_other_byte_stays(
    run: Run, home: Path, layout: str
) -> None:
    changed = {
        "CRLF": CATALOG.replace("\n", "\r\n"),
        "tabs": CATALOG.replace("  ", "\t"),
        "no final newline": CATALOG.rstrip(),
    }
    text = changed.get(layout, CATALOG)
    (home / NAME).write_bytes(text.encode())
    document = added(run, "gpt-4.1")
    assert (document["origin"], document["from_reference"]) == ("openai/gpt-4.1", True)
    new = (home / NAME).read_bytes().decode()
    assert values(home)["openai"]["gpt-4.1"] == REFERENCE["openai"]["gpt-4.1"]
    expected = text.replace(DAY, DAY.replace("2026-11-01", "2026-11-24"))
    assert without_new_row(new, "openai", "gpt-4.1") == expected
    if layout == "tabs":
        assert '\n\t\t"gpt-4.1": {\n\t\t\t"input_cost_per_token": 2e-06,' in new
    assert ("\r\n" in new, "\n" in new.replace("\r\n", "")) == (layout == "CRLF", layout != "CRLF")


def test_a_new_section_is_added_before_the_notes(run: Run, home: Path) -> None:
    text = CATALOG.replace("\n  }\n}\n", '\n  },\n  "pricing_notes": {"a": "b"}\n}\n')
    (home / NAME).write_text(text, encoding="utf-8")
    added(run, "claude-sonnet-4-5")
    assert list(values(home)) == ["metadata", "openai", "google", "anthropic", "pricing_notes"]
    added(run, "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert list(values(home))[-2:] == ["bedrock", "pricing_notes"]


def test_what_add_writes_leaves_validate_nothing_new(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    document = added(run, "gpt-4.1-mini")
    brought = {one["rule"] for one in document["findings"]}
    found = json.loads(run("validate", *AT, "--new", "-o", "json").stdout)["findings"]
    assert {one["rule"] for one in found} <= brought
    assert not [one for one in found if one["severity"] != "info" and not one["due"]]


def test_a_row_like_another_keeps_the_ratios_of_its_prices(run: Run, home: Path) -> None:
    """gpt-4o: cached 50%, batch 50% of 2.50 / 10. At 3 / 12: 1.50 cached, 1.50 and 6 in batch."""
    prices = ("input=3/M", "output=12/M", "--source", "https://example.com/prices")
    document = added(run, "gpt-4o-next", "--like", "gpt-4o", *prices)
    assert document["origin"] == "openai/gpt-4o"
    section = values(home)["openai"]
    assert list(section)[:2] == ["gpt-4o", "gpt-4o-next"]
    row = section["gpt-4o-next"]
    assert row == {
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 12e-06,
        "cache_read_input_token_cost": 1.5e-06,
        "input_cost_per_token_batches": 1.5e-06,
        "output_cost_per_token_batches": 6e-06,
        "search_context_cost_per_query": {"search_context_size_medium": 0.01},
        "max_input_tokens": 128000,
        "mode": "chat",
        "source": "https://example.com/prices",
    }


def test_a_row_like_another_needs_its_own_prices(run: Run, home: Path) -> None:
    before = (home / NAME).read_bytes()
    result = run("add", "gpt-4o-next", "--like", "gpt-4o", "output=12/M", *AT)
    assert result.exit_code == 2
    assert "lacks input=PRICE" in result.stderr
    assert "the seller's page" in result.stderr
    assert (home / NAME).read_bytes() == before


def test_a_row_by_hand_says_everything(run: Run, home: Path) -> None:
    document = added(run, "mycorp/llm-1", *BY_HAND, "--verified", "2026-11-20")
    assert (document["origin"], document["provider"], document["model"]) == (
        None,
        "mycorp",
        "llm-1",
    )
    assert values(home)["mycorp"]["llm-1"] == {
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 2e-06,
        "mode": "chat",
        "source": "https://example.com/prices",
        "verified_on": "2026-11-20",
    }
    assert Catalog.load((home / NAME).read_bytes()).by_full_name["mycorp/llm-1"]


def test_a_name_that_ends_in_a_service_gets_a_row_of_its_own(run: Run, home: Path) -> None:
    document = added(run, "openai/gpt-4.1-fast", *BY_HAND)
    assert (document["origin"], document["model"]) == (None, "gpt-4.1-fast")
    assert "gpt-4.1" not in values(home)["openai"]


def test_a_new_row_has_shares_of_the_prices_that_are_given_with_them(run: Run, home: Path) -> None:
    """Cached 10% of 1; batch 50% of input 1 and output 2."""
    added(run, "mycorp/llm-1", *BY_HAND, "cached=10%", "batch=50%")
    row = values(home)["mycorp"]["llm-1"]
    assert row["cache_read_input_token_cost"] == 1e-07
    assert row["input_cost_per_token_batches"] == 5e-07
    assert row["output_cost_per_token_batches"] == 1e-06


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mycorp/llm-1", "input=1/M"], "lacks output=PRICE, or mode=embedding; --source URL"),
        (["mycorp/llm-1", "mode=chat", "--source", "https://a.b"], "lacks a price"),
        (
            ["mycorp/llm-1", "output=1/M", "mode=chat", "--source", "https://a.b"],
            "lacks input=PRICE",
        ),
        (["gpt-4o-minii"], "did you mean gpt-4o-mini"),
        (["nobody-knows", "input=1/M"], "does not say who sells it"),
        (["gpt-4o"], "is there already: the row openai/gpt-4o"),
        (["openai/gpt-4o", *BY_HAND], "is there already"),
        (["gpt-4o-2024-08-06"], "is an alias: the row openai/gpt-4o"),
        (["x", "--like", "gpt-4oo"], "no row has this name"),
        (["mycorp/llm-1", "input=1"], "can be meant in two ways"),
        (["mycorp/llm-1", "no assignment"], "is not FIELD=VALUE"),
        (["mycorp/llm-1", *BY_HAND, "--verified", "2027-01-01"], "is in the future"),
        (["  "], "is not a name"),
        (["metadata/llm-1", *BY_HAND], "no section of models"),
        (["pricing_notes/llm-1", "--like", "gpt-4o"], "no section of models"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(
    run: Run, home: Path, words: list[str], said: str
) -> None:
    before = (home / NAME).read_bytes()
    result = run("add", *words, *AT)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert (home / NAME).read_bytes() == before


def test_an_embedding_needs_no_output(run: Run, home: Path) -> None:
    words = ("input=0.02/M", "mode=embedding", "--source", "https://a.b/c")
    added(run, "mycorp/embed-1", *words)
    assert values(home)["mycorp"]["embed-1"]["input_cost_per_token"] == 2e-08


def test_aliases_that_lead_to_another_row_are_left_out(run: Run, home: Path) -> None:
    row = '"gpt-4.1-2025-04-14": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},'
    text = CATALOG.replace('    "o3": {', f'    {row}\n    "o3": {{')
    (home / NAME).write_text(text, encoding="utf-8")
    document = added(run, "openai/gpt-4.1")
    assert document["dropped_aliases"] == ["gpt-4.1-2025-04-14"]
    assert "gpt-4.1-2025-04-14" not in values(home)["openai"]["gpt-4.1"]["aliases"]
    assert not [one for one in document["findings"] if one["rule"].startswith("alias")]


def test_a_dry_run_and_a_refused_row_write_nothing(run: Run, home: Path) -> None:
    before = (home / NAME).read_bytes()
    document = added(run, "gpt-4.1", "--dry-run")
    assert (document["written"], document["changed"]) == (False, True)
    wrong = ("input=2000/M", "output=3000/M", "mode=chat", "--source", "https://a.b/c")
    document = added(run, "mycorp/llm-1", *wrong, code=1)
    assert "price-out-of-bounds" in {one["rule"] for one in document["findings"] if one["refuses"]}
    assert (home / NAME).read_bytes() == before


def test_a_hostile_name_comes_out_harmless(run: Run, home: Path) -> None:
    before = (home / NAME).read_bytes()
    result = run("add", "mycorp/a\x1b[31m`|<b>", *BY_HAND, *AT)
    assert "\x1b" not in result.output
    assert result.exit_code == 1  # unsafe-name
    assert "unsafe-name" in result.output
    assert (home / NAME).read_bytes() == before


def test_every_row_of_the_reference_can_be_added_to_a_small_file(run: Run, home: Path) -> None:
    """A sample of rows of all sections, each into the file as it was."""
    sections = {k: v for k, v in REFERENCE.items() if k not in {"metadata", "pricing_notes"}}
    names = [f"{section}/{list(rows)[len(rows) // 2]}" for section, rows in sections.items()]
    for name in names:
        (home / NAME).write_text(CATALOG, encoding="utf-8")
        document = added(run, name)
        section, _, model = name.partition("/")
        assert (
            values(home)[section][model] == REFERENCE[section][model] or document["dropped_aliases"]
        )
