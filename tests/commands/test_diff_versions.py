# ruff: noqa: F811 - fixtures of other tests are imported by name
"""Whose settings `diff` compares: those of a commit, of a folder, in force, or last readable."""

import json
from pathlib import Path

import pytest

from tests.commands.test_diff_settings import (
    AT,
    CHEAP,
    CRITICAL,
    DEAR,
    DOCUMENT,
    TOML,
    changes,
    charged,
    document,
    gates,
    settings_edit,
)
from tests.commands.test_own_gate import Edit, edit  # noqa: F401 - a fixture
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("three_modes")


def test_two_files_use_the_settings_in_force_and_say_so(run: Run, home: Path) -> None:
    (home / TOML).write_text(DEAR)
    (home / "b.json").write_text(CATALOG.replace("2e-06, ", "3e-06, "))
    result = run("diff", "--base", NAME, "--head", "b.json", *AT)
    assert result.exit_code == 0
    sentence = (
        "Settings not compared: the settings in force (pricectl.toml) are used for both versions"
    )
    assert sentence in result.stdout.splitlines()
    for output in ("markdown", "github"):
        shown = run("diff", "--base", NAME, "--head", "b.json", *AT, "-o", output).stdout
        assert "the settings in force" in shown
    (home / TOML).unlink()
    assert "Settings" not in run("diff", "--base", NAME, "--head", "b.json", *AT).stdout


def test_a_file_in_a_folder_of_its_own_has_the_settings_of_that_folder(
    run: Run, home: Path
) -> None:
    for name, text in (("old", DEAR), ("new", CHEAP)):
        (home / name).mkdir()
        (home / name / TOML).write_text(text)
        (home / name / NAME).write_text(CATALOG)
    result = run("diff", "--base", f"old/{NAME}", "--file", f"new/{NAME}", *AT, "-o", "json")
    found = json.loads(result.stdout)
    assert changes(found)["profiles.default.markup_percent"] == ("30", "3")
    assert charged(found)[DOCUMENT][3] == (36, 3)


def test_the_settings_of_head_are_those_of_its_commit(
    run: Run,
    edit: Edit,
    home: Path,
) -> None:
    settings_edit(edit, DEAR, CHEAP)
    (home / TOML).write_text(CRITICAL)
    found = document(run, "--head", "edit")
    assert charged(found)[DOCUMENT] == ("0.351", "0.2781", (1, 1), (36, 3), (11, 11))
    back = run("diff", "--base", "edit", "--head", "main", *AT, "-o", "json")
    assert charged(json.loads(back.stdout))[DOCUMENT][3] == (3, 36)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("[profiles", "is not TOML"),
        ("[profiles.default]\nmarkup_percent = 30\nmarkup = 3\n", "unknown setting markup"),
        ('profile = "gold"\n', "no profile is called 'gold'"),
        ('[profiles.default]\nmarkup_percent = "much"\n', "is not an amount"),
    ],
)
def test_settings_of_the_base_that_cannot_be_read_are_told_and_fail(
    run: Run,
    edit: Edit,
    broken: str,
    why: str,
) -> None:
    settings_edit(edit, broken, DEAR)
    found = document(run, code=1)
    assert found["outcome"] == "fail"
    assert why in found["settings"]["problem"]
    assert not found["settings"]["compared"]
    assert "not everything was compared" in found["summary"]
    assert [gate["id"] for gate in found["gates"]] == ["settings-compared"]
    tripped = {name: trips for name, (_, trips) in gates(run, "--max-increase", "99999%").items()}
    assert tripped == {"settings-compared": True, "max-increase": True}
    for output in ("text", "markdown", "github"):
        result = run("diff", "--base", "main", *AT, "-o", output)
        assert result.exit_code == 1
        assert "Settings not compared in full" in result.stdout
        assert "the settings of both versions cannot be compared in full" in result.stdout


def test_the_last_readable_settings_are_compared_where_those_of_the_base_are_broken(
    run: Run,
    edit: Edit,
    home: Path,
) -> None:
    settings_edit(edit, DEAR, "[profiles")
    git(home, "switch", "-q", "-c", "repair")
    (home / TOML).write_text(CHEAP)
    git(home, "commit", "-qam", "repair")
    result = run("diff", "--base", "edit", *AT, "-o", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert "its last readable version" in found["settings"]["problem"]
    assert charged(found)[DOCUMENT][3] == (36, 3)


def test_deploy_check_counts_the_settings(run: Run, edit: Edit) -> None:
    settings_edit(edit, DEAR, CHEAP)
    result = run("deploy-check", "--base", "main", "--max-credit-change", "20%", *AT)
    assert result.exit_code == 1
    assert "limit max-credit-change exceeded" in result.stdout


def test_the_price_file_is_not_compared_with_itself(run: Run, home: Path) -> None:
    """`diff FILE` looks like `git diff FILE`, and a gate after it would always pass."""
    for word in (NAME, f"./{NAME}", str(home / NAME)):
        done = run("diff", word)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "is compared with itself; write 'pricectl diff HEAD --file" in done.stderr
