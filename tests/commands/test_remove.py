"""`pricectl remove`: rows go with their lines alone, and whoever names them is told."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import git

NAME = "llm_pricing_current.json"
AT = ("--at", "2026-11-24")
SCHEMA = json.loads((ROOT / "schemas" / "remove.schema.json").read_text(encoding="utf-8"))
O3 = '    "o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},\n'
DAY = '"last_updated": "2026-11-01"'


def removed(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    result = run("remove", *words, *AT, "-o", "json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
def test_the_lines_of_the_row_go_and_no_other_byte(
    run: Run,
    home: Path,
    end: str,
    final: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    def laid_out(text: str) -> bytes:
        return (text if final else text.rstrip()).replace("\n", end).encode()

    (home / NAME).write_bytes(laid_out(CATALOG))
    document = removed(run, "o3")
    expected = CATALOG.replace(O3, "").replace(DAY, DAY.replace("11-01", "11-24"))
    assert (home / NAME).read_bytes() == laid_out(expected)
    assert document["rows"] == [{"provider": "openai", "model": "o3", "aliases": []}]
    assert document["answers"] == [{"name": "openai/o3", "row": None}]


def test_a_section_goes_with_its_last_row(run: Run, home: Path) -> None:
    removed(run, "gemini-2.5-pro")
    assert list(json.loads((home / NAME).read_text(encoding="utf-8"))) == ["metadata", "openai"]


def test_names_that_only_stand_for_the_row_go_with_it(run: Run, home: Path) -> None:
    text = CATALOG.replace(O3, O3 + '    "o3-old": {"alias_of": "o3"},\n')
    (home / NAME).write_text(text, encoding="utf-8")
    document = removed(run, "o3")
    assert document["rows"][0]["aliases"] == ["o3-old"]
    assert "o3" not in (home / NAME).read_text(encoding="utf-8")


def test_successors_and_settings_that_name_the_row_are_told(run: Run, home: Path) -> None:
    text = CATALOG.replace('"retired": true', '"retired": true, "successor": "o3"')
    (home / NAME).write_text(text, encoding="utf-8")
    waiver = '[[waivers]]\nrule = "source-missing"\nreason = "x"\npointer = "/openai/o3"\n'
    (home / "pricectl.toml").write_text(f'names = ["o3"]\n{waiver}', encoding="utf-8")
    document = removed(run, "o3", "--dry-run")
    assert document["references"] == [
        {"kind": "successor", "pointer": "/openai/o1-retired/successor", "value": "o3"},
        {"kind": "names", "pointer": None, "value": "o3"},
        {"kind": "waivers", "pointer": None, "value": "/openai/o3"},
    ]
    shown = run("remove", "o3", "--dry-run", *AT).stdout
    assert "/openai/o1-retired names o3 as its successor" in shown
    assert "the setting `names` has o3" in shown


def test_a_critical_model_is_not_removed_without_a_reason(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    (home / "pricectl.toml").write_text('critical = ["gpt-4o"]\n', encoding="utf-8")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    before = (home / NAME).read_bytes()
    document = removed(run, "gpt-4o", code=1)
    refusing = {one["rule"] for one in document["findings"] if one["refuses"]}
    assert refusing == {"critical-model-missing"}
    assert {"kind": "critical", "pointer": None, "value": "gpt-4o"} in document["references"]
    assert (home / NAME).read_bytes() == before
    document = removed(run, "gpt-4o", "--reason", "not sold any more")
    assert [one["rule"] for one in document["acknowledged"]] == ["critical-model-missing"]


def test_a_row_with_many_aliases_is_removed_with_a_reason(run: Run, home: Path) -> None:
    text = CATALOG.replace('["gpt-4o-2024-08-06"]', '["team-a", "team-b", "team-c"]')
    (home / NAME).write_text(text, encoding="utf-8")
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    document = removed(run, "gpt-4o", code=1)
    assert "many-aliases-gone" in {one["rule"] for one in document["findings"] if one["refuses"]}
    document = removed(run, "gpt-4o", "--reason", "not sold any more")
    assert ("model-gone", "/openai/gpt-4o") in {
        (one["rule"], one["pointer"]) for one in document["acknowledged"]
    }
    assert run("validate", *AT).exit_code == 0


def test_patterns_and_several_names(run: Run, home: Path) -> None:
    document = removed(run, "openai/o*", "google/gemini-2.5-pro")
    assert [row["model"] for row in document["rows"]] == ["o3", "o1-retired", "gemini-2.5-pro"]
    assert list(json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]) == ["gpt-4o"]


@pytest.mark.parametrize("name", ["gpt-4o-2024-08-06", "nobody", "\x1b[31m"])
def test_a_name_that_is_no_row_is_refused(run: Run, home: Path, name: str) -> None:
    before = (home / NAME).read_bytes()
    result = run("remove", name, *AT)
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    assert (home / NAME).read_bytes() == before
