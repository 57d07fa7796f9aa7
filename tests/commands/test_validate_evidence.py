"""`pricectl validate` says what it compared with in every format, or why it did not compare."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core import Catalog
from pricectl.operate.cheapest import cheapest_chat_models
from pricectl.operate.smoke import smoke_models
from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

GPT = '"input_cost_per_token": 2.5e-06'
MOVED = CATALOG.replace(GPT, '"input_cost_per_token": 25e-06')
SCHEMA = json.loads((ROOT / "schemas" / "validate.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def repo(home: Path) -> Path:
    """The catalog, committed on main, and then an edit."""
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    (home / NAME).write_text(MOVED, encoding="utf-8")
    return home


def compared(run: Run, *words: str) -> list[dict[str, Any]]:
    result = run("validate", "-o", "json", *words)
    assert result.exit_code in {0, 1}, result.output
    document = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    found: list[dict[str, Any]] = document["compared"]
    return found


def test_a_price_that_slipped_since_the_base_is_an_error(run: Run, repo: Path) -> None:
    result = run("validate", "-o", "concise")
    assert result.exit_code == 1
    assert "error[price-moved]" in result.stdout
    assert "price-moved" not in run("validate", "--base", "none", "-o", "concise").stdout
    assert repo.exists()


def test_a_markup_that_slipped_since_the_base_is_an_error(run: Run, repo: Path) -> None:
    settings = repo / "pricectl.toml"
    settings.write_text("[profiles.default]\nmarkup_percent = 20\n", encoding="utf-8")
    git(repo, "checkout", "-q", NAME)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "settings")
    settings.write_text("[profiles.default]\nmarkup_percent = 200\n", encoding="utf-8")
    for command in ("validate", "deploy-check"):
        result = run(command, *(("--base", "HEAD") if command == "deploy-check" else ()))
        assert result.exit_code == 1
        assert "markup_percent of the profile 'default' is 200; deployed 20" in result.stdout


def test_every_format_says_what_the_file_was_compared_with(run: Run, repo: Path) -> None:
    base = f"HEAD ({git(repo, 'rev-parse', 'HEAD')[:7]})"
    line = f"base: {base}; reference: packaged"
    assert line in run("validate").stdout
    for words in (("-q",), ("-o", "concise")):
        result = run("validate", *words)
        assert line not in result.stdout
        assert result.stderr == f"pricectl: {NAME}: {line}\n"
    assert run("validate", "-q", "-o", "json").stderr == ""
    (found,) = compared(run)
    assert found["base"] | {"sha256": ""} == {"name": base, "sha256": "", "reason": None}
    assert found["reference"]["name"] == "packaged"
    assert len(found["reference"]["sha256"]) == 64
    said = run("validate", "-o", "github", "--at", "2026-11-27").stdout.splitlines()[-1]
    counted = "2 new errors; 7 known"
    assert said == f"::notice title=pricectl validate::{NAME}: {counted}; {line}"
    sarif = json.loads(run("validate", "-o", "sarif").stdout)
    assert sarif["runs"][0]["properties"]["compared"] == [found]
    assert f'<property name="compared" value="{line}" />' in run("validate", "-o", "junit").stdout


def test_what_is_compared_with_nothing_says_why(run: Run, home: Path) -> None:
    assert home.exists()
    (found,) = compared(run, "--reference", "none")
    assert found == {
        "file": NAME,
        "base": {"name": None, "sha256": None, "reason": "the file is not in a git repository"},
        "reference": {"name": None, "sha256": None, "reason": "not asked for"},
    }


@pytest.mark.parametrize(
    "words",
    [
        ("--base", "gone"),
        ("--base", "HEAD:gone.json"),
        ("--base", "deployed"),
        ("--base", NAME),
        ("--base", "broken.json"),
        ("--reference", "gone"),
        ("--reference", "broken.json"),
        (
            "--base",
            "",
        ),
    ],
)
def test_what_was_named_and_cannot_be_read_exits_2(
    run: Run, repo: Path, words: tuple[str, ...]
) -> None:
    git(repo, "branch", "-m", "trunk")
    (repo / "broken.json").write_text("{")
    result = run("validate", *words)
    assert (result.exit_code, result.stdout) == (2, "")


def test_settings_that_name_what_cannot_be_read_exit_2(run: Run, repo: Path) -> None:
    for setting in ("deployed", "reference"):
        (repo / "pricectl.toml").write_text(f'{setting} = "gone.json"\n', encoding="utf-8")
        result = run("validate")
        assert (result.exit_code, result.stdout) == (2, ""), setting
        assert "gone.json" in result.stderr


def test_the_setting_reference_is_relative_to_the_settings(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "prices").mkdir()
    (repo / "prices" / "list.json").write_text(CATALOG, encoding="utf-8")
    (repo / "pricectl.toml").write_text('reference = "prices/list.json"\n', encoding="utf-8")
    git(repo, "add", "pricectl.toml")
    git(repo, "commit", "-q", "-m", "settings")
    monkeypatch.chdir(repo / "prices")
    (found,) = compared(run)
    assert found["reference"]["name"].endswith("prices/list.json")
    # As the base has it, once it is committed.
    git(repo, "add", "prices/list.json")
    git(repo, "commit", "-q", "-m", "list")
    (found,) = compared(run)
    commit = git(repo, "rev-parse", "HEAD")[:7]
    assert found["reference"]["name"] == f"prices/list.json ({commit})"


def test_each_of_several_files_has_its_own_base(run: Run, repo: Path) -> None:
    (repo / "new.json").write_text(CATALOG, encoding="utf-8")
    first, second, third = compared(run, NAME, "new.json", "-")
    assert first["base"]["name"].startswith("HEAD (")
    assert second["base"]["reason"].endswith("does not have the file")
    assert third["base"]["reason"] == "standard input has no history"
    result = run("validate", NAME, "new.json", "--base", "new.json")
    assert result.exit_code == 2
    assert "2 catalogs are checked" in result.stderr
    assert run("validate", NAME, "new.json", "--base", "HEAD").exit_code == 1


def test_the_packaged_catalog_is_no_reference_for_itself(run: Run, home: Path) -> None:
    assert home.exists()
    (found,) = compared(run, "--file", "packaged", "--base", "none")
    assert found["reference"]["reason"] == "the file is packaged itself"


# Models that are critical although nobody said so.


def test_a_file_that_never_had_a_seed_model_is_not_asked_for_it(run: Run, home: Path) -> None:
    (home / NAME).write_text(CATALOG.replace("gpt-4o", "gpt-9"), encoding="utf-8")
    assert "critical" not in run("validate").output
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    (home / NAME).write_text(CATALOG.replace("gpt-4o", "gpt-8"), encoding="utf-8")
    assert "critical" not in run("validate", "-o", "concise").output


def test_a_seed_model_of_the_base_must_stay(run: Run, repo: Path) -> None:
    (repo / NAME).write_text(CATALOG.replace("gpt-4o", "gpt-9"), encoding="utf-8")
    result = run("validate", "-o", "concise")
    assert "error[critical-model-missing] " in result.stdout
    assert "settings" not in run("validate").stdout
    found = run("deploy-check", "--base", "HEAD", "-o", "json")
    checks = {check["id"]: check for check in json.loads(found.stdout)["checks"]}
    assert checks["critical"]["details"] == ["gpt-4o: no row"]


def test_named_critical_models_are_asked_for_with_and_without_a_base(run: Run, repo: Path) -> None:
    (repo / "pricectl.toml").write_text('critical = ["o9", "o8"]\n', encoding="utf-8")
    for base in ("none", "auto"):
        said = run("validate", "--base", base, "-o", "concise").stdout
        assert said.count("error[critical-model-missing]") == 2, base


def test_deploy_check_without_a_base_says_what_was_not_checked(run: Run, repo: Path) -> None:
    (repo / NAME).write_text(CATALOG, encoding="utf-8")
    result = run("deploy-check", "--base", "none", "-o", "json", "--at", "2026-11-23")
    checks = {check["id"]: check for check in json.loads(result.stdout)["checks"]}
    assert result.exit_code == 0
    assert checks["changes"]["state"] == "note"
    assert "not checked: prices that moved" in checks["changes"]["said"]
    assert checks["critical"]["said"] == "no model is critical: none is named"
    # The examples are of the cheapest models of two providers.
    assert [line.split(",")[0] for line in checks["examples"]["details"][::3]] == [
        "o3",
        "gemini-2.5-pro",
    ]


def test_a_new_catalog_is_shown_as_added(run: Run, repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "edit")
    (repo / "new.json").write_text(CATALOG.replace("gpt-4o", "gpt-9"), encoding="utf-8")
    result = run("diff", "--file", "new.json", "--base", "main")
    assert result.exit_code == 0
    assert "4 added" in result.stdout.splitlines()[0]
    assert "which does not have it" in result.stdout.splitlines()[0]
    checks = json.loads(run("deploy-check", "--file", "new.json", "-o", "json").stdout)["checks"]
    assert checks[-1]["state"] == "note"
    assert "4 added" in checks[-1]["said"]


def test_diff_follows_a_moved_catalog(run: Run, repo: Path) -> None:
    git(repo, "mv", NAME, "prices.json")
    result = run("diff", "--file", "prices.json", "--base", "main")
    assert result.exit_code == 0
    assert "1 repriced" in result.stdout
    assert f"):{NAME}" in result.stdout


def test_smoke_falls_back_to_the_cheapest_chat_models() -> None:
    catalog = Catalog.load(CATALOG)
    assert smoke_models(catalog) == ("gpt-4o",)
    other = Catalog.load(CATALOG.replace("gpt-4o", "gpt-9"))
    assert smoke_models(other) == cheapest_chat_models(other) == ("o3", "gemini-2.5-pro")
    nothing = Catalog.load('{"x": {"m": {"mode": "embedding", "input_cost_per_token": 1e-06}}}')
    assert cheapest_chat_models(nothing) == ()
    with pytest.raises(Exception, match="no chat model with a price"):
        smoke_models(nothing)


def test_a_model_that_is_gone_is_named(run: Run, home: Path) -> None:
    """Its place is the start of the file, which says nothing."""
    (home / "base.json").write_text(CATALOG, encoding="utf-8")
    rows = json.loads(CATALOG)
    del rows["google"]
    (home / NAME).write_text(json.dumps(rows), encoding="utf-8")
    said = run("validate", "--base", "base.json", "-o", "concise").stdout
    assert "[model-gone] 'google/gemini-2.5-pro' is gone and no row answers for its name" in said


@pytest.mark.parametrize("word", ["auto", "packaged"])
def test_a_file_that_an_edit_adds_is_never_the_reference(run: Run, home: Path, word: str) -> None:
    """A copy of the edited prices would agree with every slip in them."""
    (home / word).write_text((home / NAME).read_text(encoding="utf-8"), encoding="utf-8")
    done = run("validate", "--reference", word, "-o", "json")
    if word == "packaged":
        assert done.exit_code == 2
        assert (
            "packaged: is a file and the catalog inside pricectl; write ./packaged" in done.stderr
        )
    else:
        assert json.loads(done.stdout)["compared"][0]["reference"]["name"] == "packaged"
