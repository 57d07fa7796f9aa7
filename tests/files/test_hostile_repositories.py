"""Repositories whose configuration names a program: no command of ours runs it.

Each vector comes twice: as the `.git` of an unpacked archive, and as a folder of files that is
itself a repository, which any pull request can add. Plain git proves that the vector is real.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import Result

from pricectl.files import git as runner
from tests.conftest import CATALOG, Run
from tests.files.test_versions import _closed_off, git  # noqa: F401 - a fixture that keeps git apart

NAME = "llm_pricing_current.json"
OLD = CATALOG.replace(
    '"o3": {"input_cost_per_token": 2e-06', '"o3": {"input_cost_per_token": 3e-06'
)
OLD_HASH = hashlib.sha256(OLD.encode()).hexdigest()
# Every command that asks git; and those that only read the catalog.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("diff",),
    ("validate",),
    ("validate", "--base", "origin/main"),
    ("diff", "--base", "origin/main"),
    ("diff", "--base", "HEAD~1"),
    ("diff", "--base", f"origin/main:{NAME}", "--head", "HEAD"),
    ("status", "origin/main", "HEAD", "deployed"),
    ("deploy-check",),
    ("deploy-check", "--base", "origin/main"),
    ("rollback", "--dry-run"),
    ("rollback", "origin/main", "--dry-run"),
    ("rollback", "HEAD~1", "--dry-run"),
    ("rollback", "abcdef12", "--dry-run"),
    ("rollback", "0" * 64, "--dry-run"),
)
READERS = (
    ("validate", "--base", "none"),
    ("quote", "gpt-4o", "1000"),
    ("show", "gpt-4o"),
    ("explain", "gpt-4o", "1000"),
    ("models",),
    ("fmt", "--check"),
)


# How a catalog that its base does not have is compared.
NEW_SINCE = "which does not have it"


class Vector(NamedTuple):
    """Settings that name PROGRAM, a git command that runs it, and the object that is missing."""

    settings: dict[str, str]
    armed: str
    missing: str = ""


PARTIAL = {
    "core.repositoryformatversion": "1",
    "extensions.partialClone": "origin",
    "remote.origin.promisor": "true",
}
ANY = {"protocol.allow": "always", "protocol.ext.allow": "always"}
BLOB = f"origin/main:{NAME}"


def fetching(settings: dict[str, str], missing: str = BLOB) -> Vector:
    """A partial clone, whose configuration says how a missing object is fetched."""
    return Vector(PARTIAL | ANY | settings, f"cat-file -p {missing}", missing)


EXT = {"remote.origin.url": "ext::PROGRAM"}
VECTORS = {
    "missing-blob": fetching(EXT),
    "missing-tree": fetching(EXT, "origin/main^{tree}"),
    "missing-commit": fetching(EXT, "origin/main"),
    "included": fetching({"include.path": "FOLDER/included"}),
    "other-url": fetching(
        {"remote.origin.url": "https://x.org/", "url.ext::PROGRAM .insteadOf": "https://x.org/"}
    ),
    "ssh-command": fetching({"remote.origin.url": "ssh://host/x", "core.sshCommand": "PROGRAM"}),
    "git-proxy": fetching({"remote.origin.url": "git://host/x", "core.gitProxy": "PROGRAM"}),
    "upload-pack": fetching(
        {"remote.origin.url": "file://FOLDER/other", "remote.origin.uploadpack": "PROGRAM;"}
    ),
    "upload-pack-of-a-path": fetching(
        {"remote.origin.url": "FOLDER/other", "remote.origin.uploadpack": "PROGRAM;"}
    ),
    "file-monitor": Vector({"core.fsmonitor": "PROGRAM"}, "status"),
    "hook": Vector({"core.hooksPath": "FOLDER/hooks"}, "update-ref refs/heads/new HEAD"),
    "signature": Vector({"log.showSignature": "true", "gpg.program": "PROGRAM"}, "log"),
    "external-diff": Vector({"diff.external": "PROGRAM"}, "diff HEAD~1 HEAD --"),
    "diff-driver": Vector({"diff.driver.command": "PROGRAM"}, "diff HEAD~1 HEAD --"),
    "text-conversion": Vector({"diff.driver.textconv": "PROGRAM"}, "log -p"),
    "filter": Vector({"filter.driver.smudge": "PROGRAM"}, f"cat-file --filters HEAD:{NAME}"),
    "pager": Vector({"core.pager": "PROGRAM", "pager.log": "PROGRAM"}, "log"),
    "alias": Vector(
        {f"alias.{name}": "!PROGRAM" for name in ("x", "log", "rev-parse", "ls-tree", "cat-file")},
        "x",
    ),
    "alternate-references": Vector(
        {"core.alternateRefsCommand": "PROGRAM"}, "rev-list --alternate-refs"
    ),
}


class Trap(NamedTuple):
    """The hostile repository, the folder to work in, and the file that must not appear."""

    repository: Path
    folder: Path
    marker: Path

    def springs(self, command: str) -> bool:
        """Whether the program runs if plain git is asked, at a terminal; the trap is set again."""
        ours, theirs = os.openpty()
        words = ["git", "-C", str(self.repository), *command.split()]
        subprocess.run(words, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, check=False)
        os.close(ours)
        os.close(theirs)
        sprung = self.marker.exists()
        self.marker.unlink(missing_ok=True)
        return sprung


def script(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two versions of the catalog, signed, and a driver for its diffs."""
    top = tmp_path_factory.mktemp("history")
    folder = top / "history"
    folder.mkdir()
    signature = "-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n"
    answer = f"printf -- '{signature}'; echo '[GNUPG:] SIG_CREATED x' >&2"
    script(top / "sign", f"cat >/dev/null; {answer}")
    git(folder, "init", "-q", "-b", "main")
    (folder / ".gitattributes").write_text("*.json diff=driver filter=driver\n", encoding="utf-8")
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for text in (OLD, CATALOG):
        (folder / NAME).write_text(text, encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, *author, "-c", f"gpg.program={top}/sign", "commit", "-q", "-S", "-m", "edit")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    return folder


def arm(folder: Path, top: Path, vector: Vector) -> None:
    """Take an object away and let the configuration name the program."""
    shutil.copytree(folder, top / "other")
    if vector.missing:
        lost = git(folder, "rev-parse", vector.missing)
        (folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    else:
        (folder / ".git/objects/info/alternates").write_text(f"{top}/other/.git/objects\n")
    script(top / "program", f"touch {top}/MARKER")
    script(top / "hooks" / "reference-transaction", f"exec {top}/program")
    (top / "included").write_text(f'[remote "origin"]\nurl = ext::{top}/program\n')
    for key, value in vector.settings.items():
        place = folder / ".git" / "config"
        words = [each.replace("PROGRAM", f"{top}/program") for each in (key, value)]
        git(top, "config", "--file", str(place), words[0], words[1].replace("FOLDER", str(top)))


def archive(top: Path, history: Path, vector: Vector) -> Trap:
    """The hostile repository is the folder's own."""
    folder = shutil.copytree(history, top / "archive")
    arm(folder, top, vector)
    return Trap(folder, folder, top / "MARKER")


def pull_request(top: Path, history: Path, vector: Vector) -> Trap:
    """The checkout of a branch that adds a folder of data files, and settings that name it."""
    hostile, team = (shutil.copytree(history, top / name) for name in ("hostile", "team"))
    arm(hostile, top, vector)
    shutil.copytree(hostile / ".git", team / "p")
    for name in (NAME, ".gitattributes"):
        shutil.copy(hostile / name, team / "p" / name)
    git(top, "config", "--file", str(team / "p" / "config"), "core.worktree", ".")
    git(team, "switch", "-q", "-c", "prices")
    (team / "pricectl.toml").write_text(f'file = "p/{NAME}"\n', encoding="utf-8")
    git(team, "add", "-A", "-f")
    git(team, "commit", "-q", "-m", "prices")
    git(top, "clone", "-q", "-b", "prices", team.as_uri(), "checkout")
    checkout = top / "checkout"
    git(checkout, "remote", "set-head", "origin", "main")
    return Trap(checkout / "p", checkout, top / "MARKER")


Build = Callable[[Path, Path, Vector], Trap]


@pytest.fixture
def trap(
    request: pytest.FixtureRequest, tmp_path: Path, history: Path, monkeypatch: pytest.MonkeyPatch
) -> Trap:
    """What a test asks for by its place and its vector's name, proved with plain git."""
    build, name = request.param
    found: Trap = build(tmp_path, history, VECTORS[name])
    monkeypatch.chdir(found.folder)
    assert found.springs(VECTORS[name].armed)
    return found


def traps(*places: Build, names: Iterable[str] = VECTORS) -> pytest.MarkDecorator:
    found = [(place, name) for place in places for name in names]
    ids = [f"{place.__name__}-{name}" for place, name in found]
    return pytest.mark.parametrize("trap", found, ids=ids, indirect=True)


FETCHING = [name for name, vector in VECTORS.items() if vector.missing]
SOME = ["missing-blob", "ssh-command", "upload-pack"]
QUIET = [name for name, vector in VECTORS.items() if not vector.missing]


def run_all(
    run: Run, trap: Trap, commands: Iterable[tuple[str, ...]] = COMMANDS
) -> dict[tuple[str, ...], Result]:
    found = {}
    for words in commands:
        found[words] = run(*words)
        assert "internal error" not in found[words].output, words
        assert not trap.marker.exists(), (words, found[words].output)
    return found


@traps(pull_request)
def test_a_pull_request_of_data_files_runs_nothing(run: Run, trap: Trap) -> None:
    run_all(run, trap)
    # named by hand, also by way of the root of all folders
    file = str(trap.repository / NAME)
    run_all(run, trap, [("diff", "--file", file), ("diff", "--file", os.path.relpath(file))])


@traps(archive, names=FETCHING)
def test_missing_objects_are_not_fetched_and_not_reported_clean(run: Run, trap: Trap) -> None:
    for words, result in run_all(run, trap).items():
        if words[0] != "deploy-check":
            assert result.exit_code == 2, words
    checks = json.loads(run("deploy-check", "-o", "json").stdout)["checks"]
    assert (checks[-1]["id"], checks[-1]["state"]) == ("changes", "unknown")


@traps(archive, names=QUIET)
def test_programs_of_the_git_configuration_do_not_run(run: Run, trap: Trap) -> None:
    found = run_all(run, trap)
    # o3 costs $3 in origin/main and $2 now
    assert found["diff", "--base", "origin/main"].exit_code == 0
    assert "1 repriced vs origin/main" in found["diff", "--base", "origin/main"].stdout
    assert "dry run: " in found["rollback", "--dry-run"].stdout
    assert OLD_HASH in run("status", "origin/main", "-v").stdout


@traps(archive, pull_request, names=["missing-blob"])
def test_commands_that_only_read_the_catalog_never_start_git(run: Run, trap: Trap) -> None:
    for words in READERS:
        assert run(*words).exit_code in {0, 1}, words
    assert not trap.marker.exists()


@traps(archive, names=SOME)
@pytest.mark.parametrize("unknown", ["GIT_NO_LAZY_FETCH", "GIT_ALLOW_PROTOCOL"])
def test_either_git_safety_variable_alone_is_enough(
    run: Run, trap: Trap, monkeypatch: pytest.MonkeyPatch, unknown: str
) -> None:
    monkeypatch.delitem(runner.ENVIRONMENT, unknown)  # as for a git that does not know it
    run_all(run, trap, COMMANDS[:3])


@traps(pull_request, names=SOME)
def test_an_embedded_repository_is_not_even_found(
    run: Run, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "ENVIRONMENT", {})
    monkeypatch.setattr(runner, "OPTIONS", ())
    run_all(run, trap)


@traps(pull_request, names=["missing-blob"])
def test_standing_in_an_embedded_repository(
    run: Run, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trap.repository)
    assert git(Path(), "rev-parse", "--absolute-git-dir") == str(trap.repository)
    assert NEW_SINCE in run("diff", "--file", NAME).stdout
    # standard input is compared with the catalog of the current folder
    assert NEW_SINCE in run("diff", "--file", "-", stdin=CATALOG).stdout
    run_all(run, trap)


@traps(archive, names=SOME)
def test_a_git_file_that_leads_into_the_work_tree(run: Run, trap: Trap) -> None:
    (trap.folder / ".git").rename(trap.folder / "data")
    (trap.folder / ".git").write_text("gitdir: data\n", encoding="utf-8")
    assert trap.springs("cat-file -p origin/main:" + NAME)
    run_all(run, trap)


@traps(pull_request, names=["missing-blob"])
def test_a_git_like_folder_of_a_pull_request_is_ignored(run: Run, trap: Trap) -> None:
    """`.git` under other spellings, and empty: the repository above is the file's."""
    for name in (".GIT", ".git ", ".git"):
        (trap.repository / name).mkdir()
        assert NEW_SINCE in run("diff").stdout
    assert not trap.marker.exists()
