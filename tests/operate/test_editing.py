"""An edit of the catalog file: checked as `validate` would, written as a whole or not at all."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pricectl.core.document import MAX_BYTES
from pricectl.edit.splice import Insert, Remove, Replace
from pricectl.files import atomic
from pricectl.files.atomic import ChangedMeanwhile, NotWritten
from pricectl.files.catalog_file import Unavailable
from pricectl.files.settings import load_policy
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit
from pricectl.report.canvas import Canvas
from pricectl.report.edits import edit_document, edit_text
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, git

GPT = "/openai/gpt-4o"
INPUT = f"{GPT}/input_cost_per_token"
DAY = datetime(2026, 11, 23, tzinfo=UTC)
OPTIONS = EditOptions(DAY)


def opened() -> EditableCatalog:
    return EditableCatalog.read(NAME, load_policy())


def edit(*edits: Any, **options: Any) -> EditResult:
    return make_edit(opened(), edits, OPTIONS._replace(**options))


@pytest.fixture
def repo(home: Path) -> Path:
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    return home


def test_a_price_is_changed_and_the_day_of_the_edit_follows(repo: Path) -> None:
    result = edit(Replace(INPUT, "2e-06"))
    text = (repo / NAME).read_text(encoding="utf-8")
    expected = CATALOG.replace('2.5e-06,\n      "output', '2e-06,\n      "output', 1)
    assert text == expected.replace('"2026-11-01"', '"2026-11-23"')
    assert result.written
    assert result.exit_code == 0
    lines = edit_document(result)["lines"]
    assert [(one["line"], len(one["old"]), len(one["new"])) for one in lines] == [
        (2, 1, 1),
        (5, 1, 1),
    ]


def test_a_later_day_in_the_file_stays(repo: Path) -> None:
    path = repo / NAME
    path.write_text(CATALOG.replace('"2026-11-01"', '"2026-11-30"'), encoding="utf-8")
    edit(Replace(INPUT, "2e-06"))
    assert '"last_updated": "2026-11-30"' in path.read_text(encoding="utf-8")


def test_a_file_without_a_day_gets_one(repo: Path) -> None:
    path = repo / NAME
    path.write_text(CATALOG.replace('"last_updated": "2026-11-01", ', ""), encoding="utf-8")
    edit(Replace(INPUT, "2e-06"))
    assert '{"last_updated": "2026-11-23", "currency"' in path.read_text(encoding="utf-8")


def test_a_slip_is_refused_and_nothing_is_written(repo: Path) -> None:
    result = edit(Replace(INPUT, "25e-06"))
    assert (repo / NAME).read_text(encoding="utf-8") == CATALOG
    assert "price-moved" in {one.rule for one in result.refusing}
    assert result.exit_code == 1
    assert not result.written
    shown = Canvas().draw(*edit_text(result, Canvas()))
    assert "nothing was written" in shown
    assert "error[price-moved] llm_pricing_current.json:5: " in shown


def test_a_reason_acknowledges_what_would_refuse_the_edit(run: Run, repo: Path) -> None:
    result = edit(Replace(INPUT, "25e-06"), reason="page of May")
    assert result.written
    assert "price-moved" in {one.rule for one in result.acknowledged}
    text = (repo / NAME).read_text(encoding="utf-8")
    first = json.loads(text)["metadata"]["acknowledged"][0]
    assert (first["pointer"], first["value"], first["reason"]) == (INPUT, 25e-06, "page of May")
    assert run("validate", "--at", "2026-11-23").exit_code == 0


def test_a_reason_does_not_help_a_catalog_that_is_wrong(repo: Path) -> None:
    result = edit(
        Insert(GPT, '"7"', "max_tokens_of_all"), Replace(f"{GPT}/aliases", '["o3"]'), reason="x"
    )
    assert not result.written
    assert (repo / NAME).read_text(encoding="utf-8") == CATALOG


def test_an_error_from_before_does_not_refuse_another_edit(repo: Path) -> None:
    path = repo / NAME
    broken = CATALOG.replace('["gpt-4o-2024-08-06"]', '["o3"]')
    path.write_text(broken, encoding="utf-8")
    result = edit(Replace(INPUT, "2e-06"))
    assert result.written
    assert "o3" not in " ".join(one.message for one in result.brought)


@pytest.mark.usefixtures("repo")
def test_everything_that_validate_finds_new_was_shown(run: Run) -> None:
    result = edit(Replace(INPUT, "6e-06"), Remove(f"{GPT}/output_cost_per_token_batches"))
    assert result.written
    assert result.brought
    document = json.loads(run("validate", "-o", "json", "--at", "2026-11-23").stdout)
    new = {(one["rule"], one["pointer"]) for one in document["findings"] if one["new"]}
    assert new == {(one.rule, one.pointer) for one in result.brought}


def test_a_dry_run_writes_nothing(repo: Path) -> None:
    result = edit(Replace(INPUT, "2e-06"), dry_run=True)
    assert (repo / NAME).read_text(encoding="utf-8") == CATALOG
    assert (result.written, result.edited.changed, result.exit_code) == (False, True, 0)
    assert edit_document(result)["dry_run"] is True


def test_the_second_of_two_editors_is_told(repo: Path) -> None:
    second = opened()
    edit(Replace(INPUT, "2e-06"))
    mine = (repo / NAME).read_bytes()
    with pytest.raises(ChangedMeanwhile, match="changed since it was read"):
        make_edit(second, [Replace(INPUT, "3e-06")], OPTIONS)
    assert (repo / NAME).read_bytes() == mine


@pytest.mark.parametrize("step", ["open", "write", "fsync", "close", "replace"])
def test_a_crash_leaves_the_old_or_the_new_file(
    repo: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path, replace = repo / NAME, atomic.replace
    before = path.read_bytes()
    after = edit(Replace(INPUT, "2e-06"), dry_run=True).edited.text.encode()

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def crashing(*given: Any, **options: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, step, crash)
            replace(*given, **options)

    monkeypatch.setattr(atomic, "replace", crashing)
    with pytest.raises((KeyboardInterrupt, NotWritten)):
        edit(Replace(INPUT, "2e-06"))
    assert path.read_bytes() in {before, after}


def test_a_file_that_prices_nothing_is_not_edited(repo: Path) -> None:
    (repo / NAME).write_text("{}", encoding="utf-8")
    with pytest.raises(Unavailable, match="pricectl validate"):
        opened()


def test_the_changelog_of_the_settings_gets_the_prices(repo: Path) -> None:
    (repo / "pricectl.toml").write_text('changelog = "CHANGES.md"\n', encoding="utf-8")
    log = repo / "CHANGES.md"
    log.write_text("## [Unreleased]\n", encoding="utf-8")
    result = edit(Replace(INPUT, "2e-06"))
    assert Path(result.changelog) == log
    entry = "- `openai/gpt-4o`: input 2.50 → 2.00."
    assert log.read_text(encoding="utf-8") == f"## [Unreleased]\n\n### Prices\n\n{entry}\n"
    # An edit that is not written, or changes no price, leaves it alone.
    edit(Replace(INPUT, "3e-06"), dry_run=True)
    edit(Replace(f"{GPT}/mode", '"completion"'))
    assert log.read_text(encoding="utf-8").count("\n- ") == 1


def test_a_changelog_that_cannot_be_edited_stops_the_edit(repo: Path) -> None:
    (repo / "pricectl.toml").write_text('changelog = "CHANGES.md"\n', encoding="utf-8")
    with pytest.raises(Unavailable, match=r"CHANGES\.md"):
        edit(Replace(INPUT, "2e-06"))
    # What is behind the bytes that are read at most would be lost.
    text = "## [Unreleased]\n" + "x" * MAX_BYTES
    (repo / "CHANGES.md").write_text(text, encoding="utf-8")
    with pytest.raises(Unavailable, match=r"larger than 8 MiB"):
        edit(Replace(INPUT, "2e-06"))
    assert (repo / "CHANGES.md").read_text(encoding="utf-8") == text
    assert (repo / NAME).read_text(encoding="utf-8") == CATALOG
