"""`pricectl validate --fix`: what has one right answer is fixed and listed."""

import json
from pathlib import Path

import jsonschema
import pytest

from pricectl.files import atomic
from tests.conftest import CATALOG, ROOT, Run

NAME = "llm_pricing_current.json"
AT = ("--at", "2026-11-23")
SCHEMA = json.loads((ROOT / "schemas" / "validate.schema.json").read_text(encoding="utf-8"))
OLD = '"input_cost_per_token": 2.5e-06,\n      "output'
DIRTY = CATALOG.replace(OLD, OLD.replace("2.5e-06", "2.5000000000000002e-06"))


@pytest.mark.parametrize("layout", ["as it is", "CRLF", "tabs", "no final newline"])
def test_float_dirt_is_fixed_and_every_other_byte_stays(run: Run, home: Path, layout: str) -> None:
    def laid_out(text: str) -> bytes:
        changed = {
            "CRLF": text.replace("\n", "\r\n"),
            "tabs": text.replace("  ", "\t"),
            "no final newline": text.rstrip(),
        }
        return changed.get(layout, text).encode()

    path = home / NAME
    path.write_bytes(laid_out(DIRTY))
    result = run("validate", "--fix", *AT)
    assert path.read_bytes() == laid_out(CATALOG)
    assert f"{NAME}: 1 finding fixed\n  line 5  [float-dirt] /openai/gpt-4o/" in result.stdout
    assert "2.5000000000000002e-06 -> 2.5e-06" in result.stdout
    assert "float-dirt" not in run("validate", "-o", "concise", *AT).stdout
    before = path.stat().st_mtime_ns
    assert f"{NAME}: 0 findings fixed" in run("validate", "--fix", *AT).stdout
    assert path.stat().st_mtime_ns == before


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(run: Run, home: Path) -> None:
    (home / NAME).write_text(DIRTY, encoding="utf-8")
    result = run("validate", "--fix", "--dry-run", "-o", "json", *AT)
    assert (home / NAME).read_text(encoding="utf-8") == DIRTY
    document = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    (fix,) = document["fixes"]
    assert (fix["rule"], fix["written"], fix["line"]) == ("float-dirt", False, 5)
    assert "float-dirt" in {one["rule"] for one in document["findings"]}
    assert "1 finding would be fixed" in run("validate", "--fix", "--dry-run", *AT).stdout


def test_a_long_fix_goes_on_below_it(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    (home / NAME).write_text(DIRTY, encoding="utf-8")
    lines = run("validate", "--fix", *AT).stdout.splitlines()
    assert lines[2] == "    2.5000000000000002e-06 -> 2.5e-06"


def test_a_file_that_is_not_json_is_mended_as_far_as_it_can_be(run: Run, home: Path) -> None:
    (home / NAME).write_text(DIRTY.replace('"chat",', '"chat",,').replace("8e-06}", "8e-06,}"))
    result = run("validate", "--fix", *AT)
    assert result.exit_code == 0, result.output
    assert (home / NAME).read_text(encoding="utf-8") == CATALOG
    (home / NAME).write_text(
        DIRTY.replace("128000", "// window\n128000").replace("8e-06}", "8e-06,}")
    )
    assert run("validate", "--fix", *AT).exit_code == 1
    text = (home / NAME).read_text(encoding="utf-8")
    assert "// window" in text


def test_fixing_needs_a_file(run: Run) -> None:
    assert run("validate", "--fix", "-", stdin=CATALOG).exit_code == 2
    assert run("validate", "--dry-run").exit_code == 2
    assert run("validate", "--fix", "nothing.json").exit_code == 2


def test_a_file_that_moved_meanwhile_is_not_overwritten(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / NAME
    path.write_text(DIRTY, encoding="utf-8")
    replace = atomic.replace

    def late(*given: object, **options: object) -> None:
        path.write_text("another edit", encoding="utf-8")
        replace(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(atomic, "replace", late)
    result = run("validate", "--fix", *AT)
    assert result.exit_code == 2
    assert "changed since it was read" in result.stderr
    assert path.read_text(encoding="utf-8") == "another edit"


def test_hostile_names_and_values_are_shown_harmless(run: Run, home: Path) -> None:
    name = "a\x1b[31m`|<b>"
    row = {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "aliases": [name]}
    (home / NAME).write_text(json.dumps({"x": {name: row}}), encoding="utf-8")
    result = run("validate", "--fix", *AT)
    assert "\x1b" not in result.output
    assert "[alias-redundant]" in result.stdout
