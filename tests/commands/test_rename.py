"""`pricectl rename`: a row under another name, at the same place, with its old name as an alias."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from tests.conftest import CATALOG, ROOT, Run

NAME = "llm_pricing_current.json"
AT = ("--at", "2026-11-24")
SCHEMA = json.loads((ROOT / "schemas" / "rename.schema.json").read_text(encoding="utf-8"))
DAY = '"last_updated": "2026-11-01"'


def renamed(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    result = run("rename", *words, *AT, "-o", "json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_key_and_the_alias_change_and_no_other_byte(run: Run, home: Path, end: str) -> None:
    (home / NAME).write_bytes(CATALOG.replace("\n", end).encode())
    document = renamed(run, "gpt-4o", "omni")
    expected = (
        CATALOG.replace('"gpt-4o": {', '"omni": {')
        .replace('["gpt-4o-2024-08-06"]', '["gpt-4o-2024-08-06", "gpt-4o"]')
        .replace(DAY, DAY.replace("11-01", "11-24"))
    )
    assert (home / NAME).read_bytes() == expected.replace("\n", end).encode()
    assert (document["old"], document["new"], document["alias"]) == ("gpt-4o", "omni", True)
    catalog = Catalog.load((home / NAME).read_bytes())
    assert find(catalog, "gpt-4o").model.name == "omni"


def test_a_row_without_aliases_gets_them(run: Run, home: Path) -> None:
    renamed(run, "openai/o3", "openai/o3-2025")
    row = json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]["o3-2025"]
    assert row["aliases"] == ["o3"]


def test_the_old_name_leads_nowhere_where_that_is_told(run: Run, home: Path) -> None:
    renamed(run, "o3", "o3-2025", "--no-alias")
    row = json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]["o3-2025"]
    assert "aliases" not in row


def test_an_alias_becomes_the_name(run: Run, home: Path) -> None:
    document = renamed(run, "gpt-4o", "gpt-4o-2024-08-06")
    row = json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]["gpt-4o-2024-08-06"]
    assert row["aliases"] == ["gpt-4o"]
    assert not [one for one in document["findings"] if one["rule"].startswith("alias")]


def test_what_refers_to_the_row_follows_in_the_file_and_is_told_elsewhere(
    run: Run, home: Path
) -> None:
    entry = (
        '{"rule": "price-moved", "pointer": "/openai/o3/input_cost_per_token", "value": 2e-06, '
        '"reason": "x", "date": "2026-11-01"}'
    )
    terms = '{"provider": "openai", "model": "o3", "factor": 0.9, "reason": "x"}'
    text = CATALOG.replace(
        '"schema_version"', f'"acknowledged": [{entry}], "negotiated": [{terms}], "schema_version"'
    )
    text = text.replace('"retired": true', '"retired": true, "successor": "o3"')
    text = text.replace('    "o1-retired"', '    "o3-old": {"alias_of": "o3"},\n    "o1-retired"')
    (home / NAME).write_text(text, encoding="utf-8")
    (home / "pricectl.toml").write_text('critical = ["o3"]\n', encoding="utf-8")
    document = renamed(run, "o3", "o3/2025")
    values = json.loads((home / NAME).read_text(encoding="utf-8"))
    metadata = values["metadata"]
    assert metadata["acknowledged"][0]["pointer"] == "/openai/o3~12025/input_cost_per_token"
    assert metadata["negotiated"][0]["model"] == "o3/2025"
    assert values["openai"]["o3-old"] == {"alias_of": "o3/2025"}
    assert values["openai"]["o1-retired"]["successor"] == "o3"
    assert {one["kind"] for one in document["followed"]} == {"acknowledged", "negotiated"}
    assert document["references"] == [
        {"kind": "successor", "pointer": "/openai/o1-retired/successor", "value": "o3"},
        {"kind": "critical", "pointer": None, "value": "o3"},
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("o3", "gpt-4o", "is the name of the row openai/gpt-4o"),
        ("o3", "gpt-4o-2024-08-06", "is an alias of the row openai/gpt-4o"),
        ("o3", "o3", "is its name already"),
        ("gpt-4o-2024-08-06", "x", "is an alias of openai/gpt-4o"),
        ("nobody", "x", "no row has this name"),
        ("openai/*", "x", "is a pattern"),
        ("o3", " ", "is not a name"),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(
    run: Run, home: Path, old: str, new: str, said: str
) -> None:
    before = (home / NAME).read_bytes()
    result = run("rename", old, new, *AT)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert (home / NAME).read_bytes() == before


def test_a_hostile_name_is_refused_and_shown_harmless(run: Run, home: Path) -> None:
    before = (home / NAME).read_bytes()
    result = run("rename", "o3", "a\x1b[31m\u202e", *AT)
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert (home / NAME).read_bytes() == before


def test_a_dry_run_writes_nothing(run: Run, home: Path) -> None:
    before = (home / NAME).read_bytes()
    assert not renamed(run, "o3", "o3-2025", "--dry-run")["written"]
    shown = run("rename", "o3", "o3-2025", "--dry-run", *AT).stdout
    assert "openai/o3 would be called o3-2025; the old name would stay as an alias" in shown
    assert (home / NAME).read_bytes() == before
