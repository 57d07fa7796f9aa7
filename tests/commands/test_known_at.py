"""`--known-at`: prices of the catalog as it was at a commit or on a day."""

from pathlib import Path

import pytest

from tests.commands.test_history import commit
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, clone, git  # noqa: F401 - keeps git apart

SECOND = CATALOG.replace('"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2e-06', 1)


@pytest.fixture
def repo(home: Path) -> Path:
    """gpt-4o's input costs $2.50 from January 10, $2.00 from March 1, both at noon."""
    git(home, "init", "-q", "-b", "main")
    commit(home, "2026-01-10", CATALOG)
    commit(home, "2026-03-01", SECOND)
    return home


def cost(run: Run, *words: str) -> str:
    """What a million input tokens cost."""
    result = run("quote", "gpt-4o", "1000000", "-q", *words)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


@pytest.mark.parametrize(
    ("known_at", "usd"),
    [
        ("2026-01-10", "2.50"),  # a day counts to its end
        ("2026-02-28", "2.50"),
        ("2026-03-01T11:59", "2.50"),
        ("2026-03-01T12:00", "2.00"),
        ("2026-03-01", "2.00"),
        ("2030-01-01", "2.00"),
        ("HEAD", "2.00"),
        ("HEAD~1", "2.50"),
        ("main", "2.00"),
    ],
)
def test_the_last_commit_until_then_answers(run: Run, repo: Path, known_at: str, usd: str) -> None:
    assert repo.exists()
    assert cost(run, "--known-at", known_at) == usd


def test_an_announced_price_of_a_known_version_is_charged_by_its_own_date(
    run: Run, repo: Path
) -> None:
    """What was known in March of a day in 2027: gemini's announced $2.00."""
    commit(repo, "2026-05-01", SECOND.replace('{"from": "2027-01-01"', '{"from": "2027-06-01"'))
    words = ("quote", "gemini-2.5-pro", "100000", "-q", "--at", "2027-02-01")
    # 100,000 tokens at $2.00 and at $1.25 a million
    assert run(*words, "--known-at", "2026-03-02").stdout.strip() == "0.20"
    assert run(*words).stdout.strip() == "0.125"


def test_the_commit_that_answers_is_told(run: Run, repo: Path) -> None:
    first = git(repo, "rev-parse", "--short=7", "HEAD~1")
    for words in (("quote", "gpt-4o", "1000"), ("show", "gpt-4o"), ("explain", "gpt-4o")):
        result = run(*words, "--known-at", "2026-02-01")
        assert f"2026-02-01 ({first})" in result.output, words
    assert "2.50" in run("show", "gpt-4o", "--known-at", "2026-02-01").stdout
    assert "$2.50" in run("explain", "gpt-4o", "--known-at", "2026-02-01").stdout


def test_a_merge_counts_from_the_day_it_was_merged(run: Run, repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "edit", "HEAD~1")
    commit(repo, "2026-02-01", CATALOG.replace("2.5e-06", "7e-06", 1))
    git(repo, "switch", "-q", "main")
    git(repo, "merge", "-q", "-s", "ours", "-m", "merge", "edit")
    assert cost(run, "--known-at", "2026-02-15") == "2.50"


def test_a_moved_catalog_is_found_at_its_old_path(run: Run, repo: Path) -> None:
    git(repo, "mv", NAME, "list.json")
    git(repo, "commit", "-q", "-m", "move")
    assert cost(run, "--known-at", "2026-02-01", "--file", "list.json") == "2.50"


@pytest.mark.parametrize(
    ("known_at", "told"),
    [
        ("2025-01-01", "no commit of HEAD is as old as 2025-01-01"),
        ("nowhere", "nowhere: no such git ref"),
        ("--upload-pack=x", "no such git ref"),
        ("2026-13-01", "2026-13-01: no such git ref"),
    ],
)
def test_what_no_commit_answers_ends_with_2(run: Run, repo: Path, known_at: str, told: str) -> None:
    assert repo.exists()
    result = run("quote", "gpt-4o", "1000", f"--known-at={known_at}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_before_the_catalog_was_added(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    (home / NAME).unlink()
    (home / "README").write_text("x", encoding="utf-8")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first", "--date", "2026-01-01T12:00Z")
    commit(home, "2026-02-01", CATALOG)
    result = run("quote", "gpt-4o", "1000", "--known-at", "HEAD~1")
    assert result.exit_code == 2
    assert f"does not have {NAME} yet" in result.stderr


def test_a_shallow_clone_names_the_fetch(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clone(repo, f"{repo.name}-copy", "--depth=1"))
    result = run("quote", "gpt-4o", "1000", "--known-at", "2026-02-01")
    assert result.exit_code == 2
    assert "git fetch --unshallow origin" in result.stderr


def test_a_version_that_was_broken_is_not_priced(run: Run, repo: Path) -> None:
    commit(repo, "2026-04-01", "{")
    commit(repo, "2026-05-01", SECOND)
    result = run("quote", "gpt-4o", "1000", "--known-at", "2026-04-02")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "ends too early" in result.stderr


def test_outside_of_git(run: Run, home: Path) -> None:
    assert home.exists()
    result = run("quote", "gpt-4o", "1000", "--known-at", "HEAD")
    assert result.exit_code == 2
    assert "is not in a git repository" in result.stderr


def test_a_version_is_named_once(run: Run, repo: Path) -> None:
    assert repo.exists()
    result = run("quote", "gpt-4o", "1000", "--known-at", "HEAD", "--file", "HEAD~1")
    assert result.exit_code == 2
    assert "--file and --known-at both name a version" in result.stderr
