"""`pricectl set --edits`: many edits from one file, CSV or JSON, all or none."""

import json
from pathlib import Path

import pytest

from tests.commands.test_set import WITH_CLOUD, commit, edited, refused
from tests.conftest import CATALOG, Run

CSV = """model,field,value,verified
openai/gpt-4o,input,2/M,2026-11-22
openai/gpt-4o,output,8/M,2026-11-22
o3,aliases+,o3-latest,
gemini-2.5-pro,output,12/M,
gpt-4o,cached,50%,
"""
JSON = [
    {"model": "openai/gpt-4o", "set": {"input": "2/M", "output": "8/M"}, "verified": "2026-11-22"},
    {"model": "o3", "set": {"aliases+": ["o3-latest"]}},
    {"model": "gemini-2.5-pro", "set": {"output": "12/M"}},
    {"model": "gpt-4o", "set": {"cached": "50%"}},
]


@pytest.mark.parametrize(
    "text", [CSV, f"\ufeff{CSV}", json.dumps(JSON)], ids=["csv", "excel", "json"]
)
def test_many_edits_are_made_from_a_file(run: Run, home: Path, text: str) -> None:
    """Cached is half of the $2 that the first line sets: later edits see earlier ones."""
    (home / "edits").write_text(text, encoding="utf-8")
    expected = (
        CATALOG.replace("2.5e-06", "2e-06", 1)
        .replace('"output_cost_per_token": 10e-06', '"output_cost_per_token": 8e-06', 1)
        .replace('token_cost": 1.25e-06', 'token_cost": 1e-06', 1)
        .replace('08-06"]\n', '08-06"]\n', 1)
        .replace("8e-06},", '8e-06, "aliases": ["o3-latest"]},', 1)
        .replace('"output_cost_per_token": 10e-06', '"output_cost_per_token": 12e-06', 1)
    )
    assert edited(run, "--edits", "edits") == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CSV.replace("o3,", "o33,"), "o33: no row has this name"),
        (CSV.replace("2/M,", "2,", 1), "input=2: can be meant in two ways"),
        (CSV.replace("12/M", ""), "edits, line 5"),
        (CSV.replace("field", "fields"), "has no column 'field'"),
        (CSV.replace("verified\n", "verify\n"), "has a column 'verify'"),
        (CSV.replace("2026-11-22", "yesterday"), "is not a valid date"),
        (CSV.replace("2/M,", "2,5/M,", 1), "line 2: has more cells than the heading"),
        (CSV.replace("2/M", '"2,5/M"', 1), "is not a price"),
        (CSV.replace("field,value", "field,value,value"), "has two columns 'value'"),
        (CSV.replace("o3,aliases+,", "o3,,"), "line 4: has a value and no field"),
        (CSV.replace("\no3,", '\n\n"o3\n",').replace("12/M", ""), "edits, line 7"),
        ('[{"model": "o3", "set": {"input": []}}]', "is not a price"),
        ("model,field,value\n", "has no edits"),
        ("", "the document is empty"),
        ('[{"model": "o3", "sets": {}}]', "has a member 'sets'"),
        ('[{"set": {"input": "2/M"}}]', "names no model"),
        ('[{"model": "o3", "set": {"input": {}}}]', "neither a text nor a number"),
        ('[{"model": "o3", "set": {"input=1/M": "2"}}]', "is not the name of a field"),
        ("[1]", "is not an object"),
        ("[", "ends too early"),
        ('"a\n"b', "is not CSV"),
    ],
)
def test_a_file_with_one_wrong_edit_changes_nothing(
    run: Run, home: Path, text: str, message: str
) -> None:
    (home / "edits").write_text(text, encoding="utf-8")
    assert message in refused(run, "--edits", "edits")


def test_a_list_in_json_is_the_whole_list(run: Run, home: Path) -> None:
    edits = [{"model": "o3", "set": {"aliases": ["a", "b"]}}]
    (home / "edits").write_text(json.dumps(edits), encoding="utf-8")
    assert edited(run, "--edits", "edits") == CATALOG.replace(
        "8e-06}", '8e-06, "aliases": ["a", "b"]}', 1
    )


def test_a_file_of_edits_that_is_not_there_is_told(run: Run) -> None:
    assert "cannot be read" in refused(run, "--edits", "nothing.csv")
    assert "names its rows itself" in refused(run, "o3", "--edits", "nothing.csv")


@pytest.mark.parametrize("option", ["--copies", "--siblings"])
def test_a_price_that_follows_is_not_edited_again(run: Run, home: Path, option: str) -> None:
    """10% more for the maker's row, and for what follows it, are 10% and not 21%."""
    commit(home, WITH_CLOUD)
    row, field = {
        "--copies": ("azure/azure/us/gpt-4o", "input"),
        "--siblings": ("openai/gpt-4o", "cached"),
    }[option]
    lines = ["model,field,value", "openai/gpt-4o,input,+10%", "o3,mode,chat", f"{row},{field},+10%"]
    (home / "edits").write_text("\n".join(lines), encoding="utf-8")
    assert "follows another price already" in refused(run, "--edits", "edits", option)
    assert run("set", "--edits", "edits", "--at", "2026-11-23").exit_code == 0


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_file_of_edits_may_have_the_delimiter_of_a_spreadsheet(
    run: Run, home: Path, delimiter: str
) -> None:
    lines = "model,field,value\no3,mode,chat\n".replace(",", delimiter)
    (home / "edits.csv").write_text(lines, encoding="utf-8")
    assert '"mode": "chat"' in edited(run, "--edits", "edits.csv")


def test_an_edit_of_a_file_that_cannot_be_made_names_its_line(run: Run, home: Path) -> None:
    lines = "model,field,value\no3,input,2/M\ngpt-5o,input,2/M\n"
    (home / "edits.csv").write_text(lines, encoding="utf-8")
    said = refused(run, "--edits", "edits.csv")
    assert "edits.csv, line 3: gpt-5o: no row has this name; did you mean gpt-4o" in said
