"""Every version of a file out of git: moves followed, many blobs by one process, bounds told."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from pricectl.core.windows import read_instant
from pricectl.files import file_history as histories
from pricectl.files import git as files_git
from pricectl.files.blobs import UnreadBlob
from pricectl.files.file_history import FileHistory, file_history, read_changes
from pricectl.files.git import BadRef
from pricectl.files.gitlog import FileLog
from tests.files.test_versions import NAME, NEW, OLD, _closed_off, clone, git  # noqa: F401 - keeps git apart


def commit(folder: Path, day: str, text: str | None = None, name: str = NAME) -> str:
    """Commit on a day; without a text what is there."""
    if text is not None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    words = ["git", "-C", str(folder), "commit", "-q", "--allow-empty", "-m", "edit"]
    subprocess.run(words, check=True, env={**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00Z"})
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    monkeypatch.chdir(folder)
    return folder


def read(folder: Path, since: str = "") -> tuple[FileHistory, list[bytes | str]]:
    log = FileLog(folder / NAME)
    found = file_history(log, read_instant(since) if since else None)
    return found, list(read_changes(log, found.changes))


def price(usd: int) -> str:
    return OLD.replace("1e-06", f"{usd}e-06")


def test_the_versions_come_newest_first_with_their_commits_dates(repo: Path) -> None:
    first = commit(repo, "2026-01-01", OLD)
    commit(repo, "2026-01-02", "x", "README")
    second = commit(repo, "2026-01-03", NEW)
    found, contents = read(repo)
    assert contents == [NEW.encode(), OLD.encode()]
    assert [(change.commit, str(change.at.date())) for change in found.changes] == [
        (second, "2026-01-03"),
        (first, "2026-01-01"),
    ]
    assert found.lacks == ""


def test_a_moved_file_is_followed_even_if_it_was_edited_at_once(repo: Path) -> None:
    commit(repo, "2026-01-01", price(1), "a/prices.json")
    commit(repo, "2026-01-02", price(2), "a/prices.json")
    (repo / "b").mkdir()
    git(repo, "mv", "a/prices.json", "b/list.json")
    commit(repo, "2026-01-03", price(3), "b/list.json")
    git(repo, "mv", "b/list.json", NAME)
    commit(repo, "2026-01-04")
    found, contents = read(repo)
    assert [change.path for change in found.changes] == [
        NAME,
        "b/list.json",
        "a/prices.json",
        "a/prices.json",
    ]
    assert contents == [price(n).encode() for n in (3, 3, 2, 1)]


def test_a_moved_file_is_followed_if_another_has_its_old_name_today(repo: Path) -> None:
    commit(repo, "2026-01-01", price(1), "prices.json")
    git(repo, "mv", "prices.json", NAME)
    commit(repo, "2026-01-02")
    commit(repo, "2026-01-03", price(1), "prices.json")
    found, _ = read(repo)
    assert [change.path for change in found.changes] == [NAME, "prices.json"]


def test_a_catalog_that_is_still_there_is_not_taken_for_the_former_file(repo: Path) -> None:
    commit(repo, "2026-01-01", OLD, "other.json")
    commit(repo, "2026-01-02", OLD)
    found, _ = read(repo)
    assert [change.path for change in found.changes] == [NAME]


def test_a_deleted_file_is_a_version_without_content(repo: Path) -> None:
    commit(repo, "2026-01-01", OLD)
    (repo / NAME).unlink()
    commit(repo, "2026-01-02")
    commit(repo, "2026-01-03", NEW)
    _, contents = read(repo)
    assert contents == [NEW.encode(), "the file was deleted", OLD.encode()]


def test_a_merge_counts_when_it_was_merged(repo: Path) -> None:
    commit(repo, "2026-01-01", OLD)
    git(repo, "switch", "-q", "-c", "edit")
    commit(repo, "2026-01-05", price(4))
    commit(repo, "2026-01-06", NEW)
    git(repo, "switch", "-q", "main")
    commit(repo, "2026-01-07", "x", "README")
    words = ["git", "-C", str(repo), "merge", "-q", "--no-ff", "-m", "merge", "edit"]
    date = {"GIT_COMMITTER_DATE": "2026-01-10T12:00Z"}
    subprocess.run(words, check=True, env={**os.environ, **date}, capture_output=True)
    found, contents = read(repo)
    assert contents == [NEW.encode(), OLD.encode()]
    assert [str(change.at.date()) for change in found.changes] == ["2026-01-10", "2026-01-01"]


def test_since_keeps_one_older_version(repo: Path) -> None:
    for day in range(1, 6):
        commit(repo, f"2026-01-0{day}", price(day))
    found, contents = read(repo, "2026-01-04")
    assert contents == [price(n).encode() for n in (5, 4, 3)]
    assert found.lacks == "older versions than 2026-01-04 are not asked for"


def test_the_number_of_versions_is_bounded_and_told(repo: Path) -> None:
    for day in range(1, 4):
        commit(repo, f"2026-01-0{day}", price(day))
    log = FileLog(repo / NAME)
    found = histories.file_history(log, at_most=2)
    contents = list(histories.read_changes(log, found.changes))
    assert contents == [price(3).encode(), price(2).encode()]
    assert found.lacks == "only the newest 2 versions are read"


def test_a_shallow_clone_says_what_is_missing_and_how_to_get_it(repo: Path) -> None:
    for day in range(1, 4):
        commit(repo, f"2026-01-0{day}", price(day))
    copy = clone(repo, "copy", "--depth=2")
    found, contents = read(copy)
    assert contents == [price(3).encode(), price(2).encode()]
    assert "missing from this shallow clone" in found.lacks
    told = re.search(r"run '(git fetch [^']*)'", found.lacks)
    assert told
    subprocess.run(shlex.split(told[1]), cwd=copy, check=True, capture_output=True)
    assert read(copy)[0].lacks == ""


def test_a_partial_clone_lists_what_it_has_not_fetched(repo: Path) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    for day in range(1, 4):
        commit(repo, f"2026-01-0{day}", price(day))
    copy = clone(repo, "copy", "--filter=blob:none")
    found, contents = read(copy)
    assert len(found.changes) == 3
    assert contents[0] == price(3).encode()
    for content in contents[1:]:
        assert isinstance(content, str)
        assert "missing from this partial clone; run 'git fetch" in content
    assert found.lacks == ""


def test_a_version_that_is_too_large_is_told_and_the_next_one_is_read(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repo, "2026-01-01", OLD)
    commit(repo, "2026-01-02", NEW + " " * 1000)
    commit(repo, "2026-01-03", NEW)
    monkeypatch.setattr(histories, "MAX_BYTES", 500)
    _, contents = read(repo)
    assert contents == [NEW.encode(), UnreadBlob.TOO_LARGE.value, OLD.encode()]


def test_a_version_that_git_lost_is_told_and_the_next_one_is_read(repo: Path) -> None:
    commit(repo, "2026-01-01", OLD)
    commit(repo, "2026-01-02", NEW)
    blob = git(repo, "rev-parse", f"HEAD:{NAME}")
    commit(repo, "2026-01-03", price(3))
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    _, contents = read(repo)
    assert (contents[0], contents[2]) == (price(3).encode(), OLD.encode())
    assert isinstance(contents[1], str)
    assert "git fsck" in contents[1]


def test_many_versions_take_one_process(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(1, 9):
        commit(repo, f"2026-01-0{day}", price(day))
    started: list[object] = []
    start = files_git.start

    def counted(*words: object) -> object:
        started.append(words)
        return start(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(files_git, "start", counted)
    _, contents = read(repo)
    assert len(contents) == 8
    assert len(started) == 1


def test_a_git_that_hangs_while_it_is_read_is_reported(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repo, "2026-01-01", OLD)
    log = FileLog(repo / NAME)
    found = file_history(log)
    tool = repo / "git"
    tool.write_text("#!/bin/sh\nexec /bin/sleep 10\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(repo))
    monkeypatch.setattr("pricectl.files.git.TIMEOUT_SECONDS", 0.2)
    with pytest.raises(BadRef, match="gave no answer"):
        list(read_changes(log, found.changes))


def test_a_repository_without_commits_has_no_versions(repo: Path) -> None:
    assert read(repo) == (FileHistory(()), [])


def test_a_date_beyond_the_calendar_does_not_stop_the_history(repo: Path) -> None:
    commit(repo, "2026-01-01", OLD)
    tree = git(repo, "rev-parse", "HEAD^{tree}")
    text = f"tree {tree}\nauthor A <a@b.c> 1 +0000\ncommitter A <a@b.c> 99999999999999 +0000\n\nx\n"
    (repo / "c").write_text(text)
    odd = git(repo, "hash-object", "-t", "commit", "-w", "--literally", "c")
    git(repo, "reset", "-q", "--soft", odd)
    found, contents = read(repo)
    assert contents == [OLD.encode()]
    assert found.changes[0].at.year in {1970, 9999}
