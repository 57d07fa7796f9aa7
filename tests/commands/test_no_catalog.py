"""A check without a catalog is never green: it ends with 2 and says where was looked."""

from pathlib import Path

import pytest

from tests.conftest import CATALOG, ROOT, Run

FILE = "llm_pricing_current.json"
CHECKS = ("validate", "diff", "status", "deploy-check", "rollback", "fmt", "smoke")


@pytest.fixture
def nowhere(home: Path) -> Path:
    """A folder without a catalog; the team's has another name than it had."""
    (home / FILE).rename(home / "prices.json")
    return home


def words_of(check: str) -> tuple[str, ...]:
    return (check, "http://127.0.0.1:9") if check == "smoke" else (check,)


@pytest.mark.parametrize("check", CHECKS)
def test_a_renamed_catalog_passes_no_check(run: Run, nowhere: Path, check: str) -> None:
    result = run(*words_of(check))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"no {FILE} in {nowhere} or a folder above it" in result.stderr
    assert "name it with --file FILE" in result.stderr


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("how", ["option", "environment", "settings"])
def test_a_file_that_is_named_and_missing_is_not_replaced_by_another(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, check: str, how: str
) -> None:
    words: tuple[str, ...] = ()
    if how == "option":
        words = ("--file", "missing.json")
    elif how == "environment":
        monkeypatch.setenv("PRICECTL_FILE", "missing.json")
    else:
        (home / "pricectl.toml").write_text('file = "missing.json"\n', encoding="utf-8")
    result = run(*words_of(check), *words)
    assert (result.exit_code, result.stdout) == (2, "")
    # A missing file can be rolled back, but only to what git has.
    said = "is not in a git repository" if check == "rollback" else "missing.json: no such file"
    assert said in result.stderr


@pytest.mark.parametrize("check", ["validate", "fmt"])
def test_two_ways_to_name_the_file_are_refused(run: Run, home: Path, check: str) -> None:
    (home / "a.json").write_text(CATALOG, encoding="utf-8")
    result = run(check, "a.json", "--file", "missing.json")
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", "").split())
    assert "names 'missing.json' beside 'a.json'; write one or the other" in said


@pytest.mark.parametrize(
    "words", [("validate", "-q"), ("deploy-check", "--base", str(ROOT / FILE), "-q")]
)
def test_the_packaged_catalog_is_checked_when_it_is_asked_for(
    run: Run, nowhere: Path, words: tuple[str, ...]
) -> None:
    assert nowhere.exists()
    result = run(*words, "--file", "packaged")
    assert result.exit_code == 0, result.output


def test_a_file_called_packaged_comes_first(run: Run, home: Path) -> None:
    (home / "packaged").write_text(CATALOG, encoding="utf-8")
    assert "in 4 models" in run("validate", "--file", "packaged", "--at", "2026-11-20").stdout


def test_questions_are_answered_from_the_packaged_catalog(run: Run, nowhere: Path) -> None:
    assert nowhere.exists()
    for words in (("quote", "gpt-4o", "1000"), ("models",), ("show", "gpt-4o")):
        assert run(*words).exit_code == 0


def test_two_versions_of_git_need_no_working_file(run: Run, nowhere: Path) -> None:
    (nowhere / "old.json").write_text(CATALOG, encoding="utf-8")
    result = run("diff", "--base", "old.json", "--head", "prices.json")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("check", ["diff", "deploy-check"])
def test_the_packaged_catalog_is_a_base_by_its_word(run: Run, nowhere: Path, check: str) -> None:
    assert nowhere.exists()
    result = run(check, "--base", "packaged", "--file", "packaged", "-o", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert run("status", "packaged", "packaged", "-q").exit_code == 0
