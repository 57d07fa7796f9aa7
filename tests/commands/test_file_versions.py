"""`--file` names a version in git: REF, REF:PATH or sha256:PREFIX, for commands that only read."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from pricectl.packaged import packaged_catalog
from tests.conftest import CATALOG, Run
from tests.files.test_versions import _closed_off, git  # noqa: F401 - a fixture that keeps git apart

NAME = "llm_pricing_current.json"
O3 = '"o3": {"input_cost_per_token": 2e-06'
NEW = CATALOG.replace(O3, O3.replace("2e-06", "3e-06"))
READING = (["quote", "o3", "1000", "-q"], ["show", "o3"], ["explain", "o3", "1000"], ["models"])


def commit(repo: Path, text: str) -> str:
    (repo / NAME).write_text(text, encoding="utf-8")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "edit")
    return git(repo, "rev-parse", "HEAD")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def repo(home: Path) -> Path:
    """o3 at $2, then at $3 per 1M tokens of input."""
    git(home, "init", "-q", "-b", "main")
    commit(home, CATALOG)
    commit(home, NEW)
    return home


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    "version",
    [
        *("HEAD~1", f"HEAD~1:{NAME}", "HEAD^:./" + NAME, f"sha256:{sha(CATALOG)}"),
        *(f"sha256:{sha(CATALOG)[:7]}", f"SHA256:{sha(CATALOG)[:12].upper()}"),
    ],
)
def test_the_prices_are_those_of_the_version(run: Run, version: str) -> None:
    assert run("quote", "o3", "1000", "-q").stdout == "0.003\n"
    assert run("quote", "o3", "1000", "-q", "--file", version).stdout == "0.002\n"
    for words in READING:
        assert run(*words, "--file", version).exit_code == 0
        assert sha(CATALOG)[:7] in run(*words, "--file", version, "-o", "json").stdout


def test_the_version_is_found_from_another_folder(
    run: Run, repo: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the repository of the team's own catalog."""
    monkeypatch.setenv("PRICECTL_FILE", str(repo / NAME))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run("quote", "o3", "1000", "-q", "--file", "HEAD~1").stdout == "0.002\n"


def test_explain_names_the_version_and_its_commit(run: Run, repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD~1")
    found = json.loads(run("explain", "o3", "1000", "--file", "HEAD~1", "-o", "json").stdout)
    step = found["chain"][-1]
    assert (step["version"], step["path"]) == (f"HEAD~1 ({first[:7]})", NAME)
    assert (step["commit"], step["sha256"]) == (first, sha(CATALOG))
    said = " ".join(run("explain", "o3", "1000", "--file", "HEAD~1").stdout.split())
    assert f"sha256 {sha(CATALOG)}, from HEAD~1 ({first[:7]}), {NAME}" in said
    plain = " ".join(run("explain", "o3", "1000").stdout.split())
    assert plain.endswith(f"sha256 {sha(NEW)}, from {NAME}")


def test_a_file_wins_over_a_ref_of_its_name(run: Run, repo: Path) -> None:
    git(repo, "branch", "other.json", "HEAD~1")
    assert run("quote", "o3", "1000", "-q", "--file", "other.json").stdout == "0.002\n"
    (repo / "other.json").write_text(NEW, encoding="utf-8")
    assert run("quote", "o3", "1000", "-q", "--file", "other.json").stdout == "0.003\n"


@pytest.mark.usefixtures("repo")
def test_the_file_itself_and_the_packaged_catalog_are_found_by_their_hash(
    run: Run, repo: Path
) -> None:
    packaged = hashlib.sha256(packaged_catalog().read_bytes()).hexdigest()
    assert run("models", "-q", "--file", f"sha256:{packaged}").exit_code == 0
    edited = NEW.replace("3e-06", "4e-06")
    (repo / NAME).write_text(edited, encoding="utf-8")
    asked = ("quote", "o3", "1000", "-q", "--file", f"sha256:{sha(edited)[:9]}")
    assert run(*asked).stdout == "0.004\n"


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("HEAD~9", "neither a file nor a git ref; HEAD has 2 commits"),
        ("nobody", "nobody: neither a file nor a git ref"),
        ("HEAD:other.json", "other.json is not in HEAD"),
        ("mian:", "no such git ref; did you mean main?"),
        ("sha256:123456", "is not the start of a SHA-256; write 7 to 64 digits of it"),
        ("sha256:", "is not the start of a SHA-256"),
        ("sha256:" + "0" * 64, "not the hash of one of the 2 versions of llm_pricing_current.json"),
        ("llm_pricing_curent.json", "no such file; did you mean llm_pricing_current.json?"),
        ("./HEAD", "./HEAD: no such file"),
        (".", "is a folder"),
        ("--output", "not a git ref"),
    ],
)
def test_a_version_that_does_not_exist_ends_with_2(run: Run, version: str, said: str) -> None:
    for words in READING:
        result = run(*words, f"--file={version}")
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr or version == "--output"


@pytest.mark.usefixtures("repo")
def test_an_ambiguous_hash_lists_the_versions(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that begin with the same 7 digits cannot be made, so their length is not checked."""
    from pricectl.files import by_hash

    monkeypatch.setattr(by_hash, "read_digits", lambda _: "")
    result = run("quote", "o3", "1000", "--file", "sha256:")
    assert result.exit_code == 2
    assert "is the start of several versions' SHA-256; write one of " in result.stderr
    assert sha(CATALOG) in result.stderr
    assert sha(NEW) in result.stderr


def test_outside_of_git_the_message_says_so(run: Run, home: Path) -> None:
    for version in ("HEAD~1", f"HEAD:{NAME}", f"sha256:{'0' * 64}"):
        result = run("quote", "o3", "1000", "--file", version)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"pricectl: {version}: {home}: is not in a git repository" in result.stderr
    # The file itself needs no git.
    found = run("quote", "o3", "1000", "-q", "--file", f"sha256:{sha(CATALOG)[:8]}")
    assert found.stdout == "0.002\n"


def test_a_shallow_clone_says_how_to_get_the_rest(
    run: Run, repo: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path_factory.mktemp("clones") / "shallow"
    words = ["git", "clone", "-q", "--depth", "1", repo.as_uri(), str(clone)]
    subprocess.run(words, check=True, capture_output=True)
    monkeypatch.chdir(clone)
    for version in ("HEAD~1", f"sha256:{sha(CATALOG)[:12]}"):
        result = run("quote", "o3", "1000", "--file", version)
        assert result.exit_code == 2
        assert "shallow" in result.stderr
        assert "git fetch --unshallow" in result.stderr


def test_a_version_that_is_not_a_catalog_ends_with_2(run: Run, repo: Path) -> None:
    commit(repo, "{")
    commit(repo, NEW)
    result = run("quote", "o3", "1000", "--file", "HEAD~1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "| pricectl validate -' to see every finding" in result.stderr


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize("version", [f"HEAD~1:{NAME}", "HEAD~1", "sha256:0123456"])
@pytest.mark.parametrize(
    "words",
    [
        ["fmt"],
        ["waive", "stale", "/openai/o3", "--reason", "x"],
        ["validate"],
        ["deploy-check"],
        ["diff"],
        ["status"],
        ["serve"],
    ],
    ids=lambda words: words[0],
)
def test_commands_that_need_a_file_say_what_takes_a_version(
    run: Run, repo: Path, words: list[str], version: str
) -> None:
    result = run(*words, "--file", version)
    assert result.exit_code == 2
    assert f"{version}: no such file, and this command reads no version out of git" in result.stderr
    assert "'git show REF:PATH | pricectl validate -' checks a version" in result.stderr
    assert "'pricectl diff --head VERSION' compares one" in result.stderr
    assert (repo / NAME).read_text(encoding="utf-8") == NEW


@pytest.mark.usefixtures("repo")
def test_a_rollback_is_told_where_its_version_belongs(run: Run) -> None:
    result = run("rollback", "--file", "HEAD~1")
    assert result.exit_code == 2
    assert (
        "HEAD~1: neither a file nor one that git has; --file names the price file, and the version "
        "comes before it: pricectl rollback VERSION"
    ) in result.stderr


@pytest.mark.usefixtures("repo")
def test_a_path_that_a_commit_lacks_has_no_empty_place(run: Run) -> None:
    result = run("quote", "o3", "1000", "--file", "HEAD:gone.json")
    assert "pricectl: HEAD:gone.json: gone.json is not in HEAD (" in result.stderr


@pytest.mark.usefixtures("repo")
def test_another_version_has_a_hash_too(run: Run) -> None:
    """`diff` and the others that compare versions take it as well."""
    result = run("diff", "--base", f"sha256:{sha(CATALOG)[:10]}", "-q")
    assert (result.exit_code, result.stdout[:10]) == (0, "1 repriced")
