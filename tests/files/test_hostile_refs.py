"""Refs that look like an option, a command or an expression: every command refuses them alike."""

from pathlib import Path

import pytest

from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, commit, git  # noqa: F401 - a fixture

REFS = (
    *("--output=x", "--upload-pack=touch x", "-h", "--help", "-", "--", "-x"),
    *(
        "@{-1}",
        "..",
        "main..HEAD",
        "main...HEAD",
        "^HEAD",
        "HEAD^{/nothing}",
        "HEAD^{tree}",
        "HEAD@{9}",
    ),
    *("$(touch x)", "`touch x`;touch x", "a b", "a\nb", "a\0b", "a\x1b[31m", "\u202e", "\udc80"),
    *("", "x" * 300, "main^@", "HEAD~99999999999999999999", "*", "ma?n", "refs/heads/", "../main"),
)
COMMANDS = (
    ("diff", "--base"),
    ("diff", "--base", "HEAD", "--head"),
    ("status",),
    ("deploy-check", "--base"),
    ("rollback", "--dry-run"),
    ("rollback", "--yes"),
)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two versions of a catalog that is safe to deploy."""
    folder = tmp_path / "repo"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git(folder, "init", "-q", "-b", "main")
    (folder / "pricectl.toml").write_text('critical = ["gpt-4o"]\n', encoding="utf-8")
    commit(folder, CATALOG.replace("1.25e-06", "1.5e-06"))
    commit(folder, CATALOG)
    return folder


def files(folder: Path) -> dict[str, tuple[int, int]]:
    found = [path.lstat() for path in sorted(folder.rglob("*"))]
    names = sorted(str(path) for path in folder.rglob("*"))
    return {
        name: (state.st_mtime_ns, state.st_size) for name, state in zip(names, found, strict=True)
    }


@pytest.mark.parametrize("ref", REFS, ids=ascii)
def test_a_hostile_ref_is_refused_and_nothing_is_written(run: Run, repo: Path, ref: str) -> None:
    before = files(repo.parent)
    for asked in {ref, f"{ref}:{NAME}"} - {"-", ""}:  # standard input, and the last good version
        for words in COMMANDS:
            option = words[-1] in {"--base", "--head"}
            line = [*words[:-1], f"{words[-1]}={asked}"] if option else [*words, "--", asked]
            result = run(*line)
            assert result.exit_code == 2, (line, result.output)
            assert "internal error" not in result.output, line
            assert "\x1b" not in result.output, line
    assert files(repo.parent) == before
