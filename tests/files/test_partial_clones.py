"""Clones that have left files or folders at their remote: what is missing is named, and fetched."""

import json
import re
import shlex
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from pricectl.files import gitlog
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture keeps git apart

O3 = '"o3": {"input_cost_per_token": '
PATH = f"prices/{NAME}"
# The prices of o3 in three commits of main, and of a branch that left at the second.
FIRST, SECOND, THIRD, BRANCH = (
    CATALOG.replace(f"{O3}2e", f"{O3}{price}e") for price in (3, 4, 5, 2)
)


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    (folder / "prices").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(folder, "config", key, "true")
    for number, text in enumerate((FIRST, SECOND, BRANCH, THIRD)):
        if number == 2:
            git(folder, "switch", "-q", "-c", "edit")
        if number == 3:
            git(folder, "switch", "-q", "main")
        (folder / PATH).write_text(text, encoding="utf-8")
        (folder / "README").write_text(f"{number}\n", encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "edit")
    # with bitmaps a server leaves out whatever a plain fetch might have
    git(folder, "repack", "-q", "-a", "-d", "-b")
    return folder


@pytest.fixture(params=["blob:none", "tree:0"])
def partial(request: pytest.FixtureRequest, origin: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone that has the files of its own branch only."""
    folder = origin.parent / "partial"
    words = (f"--filter={request.param}", "-c", "maintenance.auto=false", "-b", "edit")
    git(origin.parent, "clone", "-q", *words, origin.as_uri(), str(folder))
    (origin.parent / "pricectl.toml").write_text('critical = ["gpt-4o"]\n', encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def follow(message: str) -> None:
    """Run the command that a message names, to the letter."""
    found = re.search(r"run '(git fetch .*)', then try again", message)
    assert found, message
    subprocess.run(shlex.split(found[1]), check=True, capture_output=True)


def in_the_end(run: Run, *words: str, most: int = 1) -> str:
    """What a command says after at most some fetches; before, it exits 2 and nothing else."""
    for _ in range(most):
        result = run(*words, "--file", PATH)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert "missing from this partial clone" in result.stderr
        follow(result.stderr)
    result = run(*words, "--file", PATH)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_base_that_was_not_fetched(run: Run, partial: Path) -> None:
    assert partial.exists()
    for base, price in (("deployed", 4), ("origin/main", 5), ("origin/main~2", 3)):
        said = in_the_end(run, "diff", "--base", base)
        assert re.search(rf"openai/o3\n  input +\${price}\.00 +→ +\$2\.00", said), said


def test_a_path_of_a_ref(run: Run, partial: Path) -> None:
    assert partial.exists()
    message = run("diff", "--base", "origin/main:gone.json", "--file", PATH).stderr
    if "missing" in message:  # in a clone without folders nobody knows yet
        follow(message)
        message = run("diff", "--base", "origin/main:gone.json", "--file", PATH).stderr
    assert "gone.json is not in origin/main" in message
    assert "5.00" in in_the_end(
        run, "diff", "--base", f"origin/main:{PATH}", most=int("tree" not in filtered())
    )


def filtered() -> str:
    return git(Path(), "config", "remote.origin.partialclonefilter")


def test_status_and_deploy_check_say_so(run: Run, partial: Path) -> None:
    assert partial.exists()
    result = run("status", "origin/main", "--file", PATH)
    assert result.exit_code == 2
    assert "missing from this partial clone" in " ".join(result.stdout.split())
    result = run("deploy-check", "--file", PATH, "-o", "json")
    checks = {check["id"]: check for check in json.loads(result.stdout)["checks"]}
    assert checks["changes"]["state"] == "unknown"
    assert "git fetch --refetch --no-filter origin " in checks["changes"]["said"]
    follow(checks["changes"]["said"])
    result = run("deploy-check", "--file", PATH, "-o", "json")
    checks = {check["id"]: check for check in json.loads(result.stdout)["checks"]}
    assert checks["changes"]["state"] == "note"


def test_rollback_reports_missing_versions(run: Run, partial: Path) -> None:
    """The last good version is that of the second commit, not one that happens to be there."""
    first = git(partial, "rev-parse", "origin/main~2")
    message = run("diff", "--base", first, "--file", PATH).stderr
    follow(message)
    # a clone without folders fetches the history first
    in_the_end(run, "rollback", "--yes", most=2 if filtered() == "tree:0" else 1)
    assert (partial / PATH).read_text(encoding="utf-8") == SECOND


def test_rollback_to_a_hash_names_all_that_is_missing(run: Run, partial: Path) -> None:
    wanted = sha256(FIRST.encode()).hexdigest()
    in_the_end(run, "rollback", wanted[:12], "--yes", most=2 if filtered() == "tree:0" else 1)
    assert (partial / PATH).read_text(encoding="utf-8") == FIRST


@pytest.mark.parametrize("partial", ["blob:none"], indirect=True)
def test_many_missing_versions_advise_a_full_fetch(
    run: Run, partial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert partial.exists()
    monkeypatch.setattr(gitlog, "MAX_NAMED", 2)
    result = run("rollback", sha256(THIRD.encode()).hexdigest(), "--file", PATH, "--dry-run")
    assert f"3 of 4 versions of {PATH}: missing" in result.stderr
    assert "run 'git fetch --refetch --no-filter origin', then" in result.stderr
    follow(result.stderr)
    result = run("rollback", sha256(THIRD.encode()).hexdigest(), "--file", PATH, "--dry-run")
    assert result.exit_code == 0


@pytest.mark.parametrize("partial", ["blob:none"], indirect=True)
def test_commands_work_with_the_objects_present(run: Run, partial: Path) -> None:
    """A hash of a version that the clone has, and a base that has the same content."""
    (partial / PATH).write_text(THIRD, encoding="utf-8")
    wanted = sha256(BRANCH.encode()).hexdigest()
    assert run("rollback", wanted, "--file", PATH, "--yes").exit_code == 0
    assert (partial / PATH).read_text(encoding="utf-8") == BRANCH
    assert run("diff", "--base", "HEAD", "--file", PATH).exit_code == 0


@pytest.mark.parametrize("partial", ["blob:none"], indirect=True)
def test_a_remote_of_another_name(run: Run, partial: Path) -> None:
    git(partial, "config", "--rename-section", "remote.origin", "remote.the team's")
    message = run("diff", "--base", "origin/main", "--file", PATH).stderr
    assert """ 'the team'"'"'s' """ in message
    git(partial, "config", "--rename-section", "remote.the team's", "remote.--upload-pack=x")
    message = run("diff", "--base", "origin/main", "--file", PATH).stderr
    assert "--upload-pack" not in message
    assert "git says: " in message


def test_a_new_commit_of_the_remote_is_not_fetched_unasked(
    run: Run, origin: Path, partial: Path
) -> None:
    git(origin, "commit", "-q", "--allow-empty", "-m", "later")
    later = git(origin, "rev-parse", "HEAD")
    result = run("diff", "--base", later, "--file", PATH)
    assert result.exit_code == 2
    assert f"run 'git fetch origin {later}'" in result.stderr
    assert partial.exists()


def test_a_whole_clone_with_a_missing_file_is_broken_not_partial(
    run: Run, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(origin)
    (origin / PATH).write_text(CATALOG.replace("o3", "o4"), encoding="utf-8")
    git(origin, "commit", "-q", "-a", "-m", "new")
    lost = git(origin, "rev-parse", f"HEAD:{PATH}")
    (origin / ".git/objects" / lost[:2] / lost[2:]).unlink()
    result = run("diff", "--base", "HEAD", "--file", PATH)
    assert result.exit_code == 2
    assert f"{PATH} in HEAD" in result.stderr
    assert "git says: " in result.stderr
    assert "run 'git fsck'" in result.stderr
