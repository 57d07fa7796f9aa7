"""The price history in the page of `pricectl diff -o html`: out of git, within bounds."""

from pathlib import Path

import pytest

from pricectl.commands import diff as command
from tests.commands.test_history import commit
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - keeps git apart
from tests.report.pages import AT, EDITED, ReadPage


def test_the_history_of_a_changed_model_is_drawn_from_git(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    for day, usd in (("2026-01-01", "4e-06"), ("2026-03-01", "3e-06"), ("2026-06-01", "2.5e-06")):
        commit(
            home,
            day,
            CATALOG.replace('"input_cost_per_token": 2.5e-06', f'"input_cost_per_token": {usd}', 1),
        )
    (home / NAME).write_text(CATALOG.replace("2.5e-06", "5e-06", 1), encoding="utf-8")
    page = ReadPage(run("diff", "--base", "HEAD", *AT, "-o", "html").stdout)
    (chart,) = (one for one in page.of("svg") if one.get("role") == "img")
    assert chart["aria-label"] == (
        "openai/gpt-4o: input, USD per 1M tokens, from 2026-01-01: $4.00 to 2026-11-01: $5.00"
    )
    steps = ["2026-01-01: $4.00", "2026-03-01: $3.00", "2026-06-01: $2.50", "2026-11-01: $5.00"]
    assert [words for words in page.texts["li"] if words in steps] == steps
    assert {"$4.00", "$5.00", "now"} <= set(page.texts["text"])


def test_the_history_of_a_committed_version_ends_with_it(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    for day, usd in (("2026-01-01", "4e-06"), ("2026-03-01", "3e-06"), ("2026-06-01", "9e-06")):
        commit(home, day, CATALOG.replace("2.5e-06", usd, 1))
    page = ReadPage(run("diff", "--base", "HEAD~2", "--head", "HEAD~1", *AT, "-o", "html").stdout)
    (chart,) = (one for one in page.of("svg") if one.get("role") == "img")
    assert str(chart["aria-label"]).endswith("from 2026-01-01: $4.00 to 2026-03-01: $3.00")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "not in a git repository"),
        (("--head", "-"), "standard input has no history"),
    ],
)
@pytest.mark.usefixtures("edit")
def test_without_git_the_page_says_why_there_is_no_history(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    result = run("diff", "--base", "old.json", *words, *AT, "-o", "html", stdin=EDITED)
    assert result.exit_code == 0, result.output
    section = result.stdout.split('id="history"')[1]
    assert said in section.lower()
    assert "only the dates in" in section


def test_a_history_that_cannot_be_read_does_not_fail_the_page(
    run: Run, edit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(edit, "init", "-q", "-b", "main")
    commit(edit, "2026-01-01", CATALOG)
    (edit / NAME).write_text(EDITED, encoding="utf-8")
    objects = sorted((edit / ".git" / "objects").glob("??/*"))
    for path in objects:
        path.chmod(0o600)
        path.write_bytes(b"broken")
    monkeypatch.chdir(edit)
    result = run("diff", "--base", "old.json", *AT, "-o", "html")
    assert result.exit_code == 0, result.output
    assert "No price history" in result.stdout


def test_a_history_takes_a_bounded_time(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(home, "init", "-q", "-b", "main")
    for day, usd in (("2026-01-01", "4e-06"), ("2026-03-01", "3e-06"), ("2026-06-01", "2e-06")):
        commit(home, day, CATALOG.replace("2.5e-06", usd, 1))
    (home / NAME).write_text(CATALOG, encoding="utf-8")
    seconds = iter(range(0, 1_000, 6))
    monkeypatch.setattr(command, "monotonic", lambda: next(seconds))
    result = run("diff", "--base", "HEAD", *AT, "-o", "html")
    # The end is 10 s after 0; the second version is begun at 6 s, the third at 12 s.
    assert "Only the newest 2 versions were read in time." in result.stdout
    monkeypatch.undo()


@pytest.mark.usefixtures("edit")
def test_nothing_is_read_from_git_where_no_page_is_asked_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "touched_history", None)
    assert run("diff", "--base", "old.json", *AT, "-o", "json").exit_code == 0
