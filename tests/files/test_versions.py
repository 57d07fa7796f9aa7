"""Versions out of git: real repositories in a temporary folder, closed off from the user's own."""

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pricectl.core.errors import PricingError
from pricectl.files import catalog_file, versions
from pricectl.files import git as files_git
from pricectl.files.git import BadRef
from pricectl.files.gitlog import FileLog
from pricectl.files.repository import Repository
from pricectl.files.versions import BadFileVersion, FileVersion
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy

NAME = "llm_pricing_current.json"
OLD = '{"openai": {"o3": {"input_cost_per_token": 1e-06}}}'
NEW = '{"openai": {"o3": {"input_cost_per_token": 2e-06}}}'
Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _closed_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, text: str, message: str = "edit") -> str:
    (folder / NAME).write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository on `main` with the old price, its folder current."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, OLD, "first")
    monkeypatch.chdir(folder)
    return folder


def clone(origin: Path, name: str, *options: str) -> Path:
    folder = origin.parent / name
    git(origin.parent, "clone", "-q", *options, origin.as_uri(), str(folder))
    return folder


def base(
    asked: str = "deployed", folder: Path | None = None, deployed: str | None = None
) -> FileVersion:
    return versions.read(asked, str((folder or Path()) / NAME), Policy(deployed=deployed))


def test_a_ref_is_named_with_its_commit(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    commit(repo, NEW)
    found = base("HEAD~1")
    assert (found.data.decode(), found.name) == (OLD, f"HEAD~1 ({first[:7]})")
    assert base(first).name == first[:12]
    assert base("main").data.decode() == NEW


def test_a_path_inside_the_ref(repo: Path) -> None:
    (repo / "prices").mkdir()
    (repo / "prices" / "old.json").write_text(OLD)
    commit(repo, NEW)
    assert base("HEAD:prices/old.json").data.decode() == OLD
    assert base("HEAD:prices/old.json").name.endswith("):prices/old.json")


def test_the_packaged_catalog_is_asked_for_by_its_word(repo: Path) -> None:
    git(repo, "branch", "packaged")
    found = base("packaged")
    assert (found.name, found.commit) == ("packaged", "")
    assert found.data == packaged_catalog().read_bytes()
    assert base(deployed="packaged") == found
    assert base("refs/heads/packaged").data.decode() == OLD
    (repo / "packaged").write_text(NEW)
    with pytest.raises(BadRef, match=r"and the catalog inside pricectl; write ./packaged"):
        base("packaged")
    assert base("./packaged").data.decode() == NEW


def test_the_file_is_found_from_a_folder_below(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "below").mkdir()
    monkeypatch.chdir(repo / "below")
    assert versions.read("HEAD", f"../{NAME}", Policy()).data.decode() == OLD


def test_a_file_with_the_name_of_a_ref_is_refused(repo: Path) -> None:
    """Else a pull request that adds such a file would be compared with itself."""
    (repo / "main").write_text(NEW)
    for word in ("main", "main:prices.json"):
        (repo / word).write_text(NEW)
        with pytest.raises(BadRef, match=r"is a file and a git ref; write \./main"):
            base(word)
        with pytest.raises(BadRef, match="is a file and a git ref"):
            base(deployed=word)
    assert base("./main").data.decode() == NEW
    assert base(str(repo / "main")).data.decode() == NEW
    assert base("refs/heads/main").data.decode() == OLD


def test_a_file_with_the_name_of_a_branch_that_was_not_fetched_is_refused(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = clone(repo, "copy")
    (copy / "origin").mkdir()
    (copy / "origin" / "production").write_text(NEW)
    monkeypatch.chdir(copy)
    with pytest.raises(BadRef, match="is a file and a git ref"):
        base("origin/production", copy)


def test_a_full_hash_is_a_commit_whatever_has_its_name(repo: Path) -> None:
    old = git(repo, "rev-parse", "HEAD")
    commit(repo, NEW)
    git(repo, "tag", old, "HEAD")
    (repo / old).write_text(NEW)
    found = base(old)
    assert (found.data.decode(), found.name) == (OLD, old[:12])
    assert base(f"./{old}").data.decode() == NEW


def test_a_tag_and_a_branch_of_a_remote(repo: Path) -> None:
    git(repo, "tag", "-a", "v1", "-m", "one")
    assert base("v1", clone(repo, "copy")).data.decode() == OLD
    assert base("origin/main", repo.parent / "copy").data.decode() == OLD


def test_deployed_means_the_merge_base_with_origin_main(repo: Path) -> None:
    copy = clone(repo, "copy")
    git(copy, "switch", "-q", "-c", "edit")
    commit(copy, NEW)
    # main moves on in the meantime; this branch's edit does not include that
    commit(repo, OLD.replace("1e-06", "9e-06"))
    git(copy, "fetch", "-q")
    found = base(folder=copy)
    assert found.data.decode() == OLD
    assert found.name == f"origin/main ({git(copy, 'merge-base', 'HEAD', 'origin/main')[:7]})"


def test_deployed_without_a_remote_is_main(repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "edit")
    commit(repo, NEW)
    assert base().data.decode() == OLD
    assert base().name.startswith("main (")


def test_deployed_of_unrelated_histories_is_the_tip(repo: Path) -> None:
    git(repo, "switch", "-q", "--orphan", "other")
    commit(repo, NEW)
    assert base().data.decode() == OLD


def test_the_settings_may_define_deployed(repo: Path) -> None:
    git(repo, "tag", "production")
    (repo / "live.json").write_text(NEW)
    assert base(deployed="production").data.decode() == OLD
    assert base(deployed="live.json").data.decode() == NEW
    assert base(deployed="deployed").data.decode() == OLD


def problem(asked: str = "deployed", folder: Path | None = None) -> str:
    with pytest.raises(PricingError) as caught:
        base(asked, folder)
    return str(caught.value)


def follow(folder: Path, message: str) -> None:
    """Run the command that a message names, to the letter."""
    found = re.search(r"'(git fetch [^;]*)'", message)
    assert found, message
    command = found[1].replace("'\"'\"'", "'")
    subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)


def test_a_branch_missing_from_a_narrow_clone_names_the_fetch_that_brings_it(repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "edit")
    commit(repo, NEW)
    git(repo, "switch", "-q", "main")
    copy = clone(repo, "copy", "--depth=1", "--branch=edit")
    message = problem(folder=copy)
    assert "neither origin/HEAD nor origin/main nor main is in this clone" in message
    assert "'fetch-depth: 0'" in message
    assert "git fetch origin main:refs/remotes/origin/main" in message
    follow(copy, message)
    # the clone is shallow, so that where the branches parted is still out of reach
    message = problem(folder=copy)
    assert "shallow" in message
    follow(copy, message)
    assert base(folder=copy).data.decode() == OLD
    assert "git fetch origin gone:refs/remotes/origin/gone" in problem("origin/gone", copy)


def test_a_missing_tag_or_branch_names_its_fetch(repo: Path) -> None:
    copy = clone(repo, "copy")
    git(repo, "tag", "v2")
    message = problem("v2", copy)
    assert "git fetch origin v2:v2" in message
    follow(copy, message)
    assert base("v2", copy).data.decode() == OLD
    git(repo, "branch", "topic")
    git(copy, "fetch", "-q")
    assert "did you mean origin/topic?" in problem("topic", copy)


def test_a_missing_commit_names_its_fetch(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    commit(repo, NEW)
    copy = clone(repo, "copy", "--depth=1")
    assert f"git fetch origin {first[:12]}" in problem(first[:12], copy)
    message = problem("HEAD~1", copy)
    assert "git fetch --unshallow origin" in message
    follow(copy, message)
    assert base("HEAD~1", copy).data.decode() == OLD


def test_a_missing_ref_without_a_remote(repo: Path) -> None:
    assert repo.exists()
    assert "neither a file nor a git ref" in problem("nowhere")
    assert "no remote to fetch it from" in problem("nowhere")


def test_an_expression_is_not_offered_to_be_fetched(repo: Path) -> None:
    copy = clone(repo, "copy")
    assert "HEAD has one commit, so HEAD is the oldest" in problem("HEAD~7", copy)
    for ref in ("HEAD@{9}", "main^{/nothing}", "main..HEAD"):
        assert problem(ref, copy) == f"{ref}: neither a file nor a git ref; check the spelling"
    assert "git fetch origin release7:release7" in problem("release7", copy)


def test_a_remote_like_an_option_is_not_offered(repo: Path) -> None:
    git(repo, "config", "remote.--upload-pack=x.url", "y")
    git(repo, "config", "remote.a;b.url", "y")
    assert "run 'git fetch 'a;b' gone:gone'" in problem("gone")


def test_a_ref_without_the_file_is_refused(repo: Path) -> None:
    git(repo, "rm", "-q", NAME)
    git(repo, "commit", "-q", "-m", "gone")
    assert f"{NAME} is not in HEAD" in problem("HEAD")
    assert "prices is not in HEAD" in problem("HEAD:prices")


@pytest.mark.parametrize(
    "ref",
    ["--upload-pack=touch x", "-x", "--help", "^main", "main..HEAD", "a b", "$(touch x)", "`x`;ls"],
)
def test_refs_that_look_like_options_are_not_options(repo: Path, ref: str) -> None:
    problem(ref)
    problem(f"{ref}:{NAME}")
    assert not (repo / "x").exists()


@pytest.mark.parametrize("ref", ["", "\x1b[31m", "a\nb", "x" * 300, "\0"])
def test_an_invalid_ref_is_refused(repo: Path, ref: str) -> None:
    assert repo.exists()
    assert "not a git ref" in problem(f"{ref}:{NAME}")


def test_a_path_may_look_like_an_option(repo: Path) -> None:
    assert repo.exists()
    assert "--help is not in HEAD" in problem("HEAD:--help")


def test_outside_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    assert "is not in a git repository" in problem("main")
    assert "is not in a git repository" in problem()


def test_a_repository_without_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    monkeypatch.chdir(tmp_path)
    assert "this repository has no branch main and no remote" in problem()


def test_git_is_not_installed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo))
    assert "git is not installed" in problem("main")


def test_a_git_that_hangs_is_reported(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = repo / "git"
    tool.write_text("#!/bin/sh\nexec /bin/sleep 10\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(repo))
    monkeypatch.setattr("pricectl.files.git.TIMEOUT_SECONDS", 0.2)
    assert "gave no answer" in problem("main")


def test_a_refusal_of_git_is_shown(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = repo / "git"
    tool.write_text(
        "#!/bin/sh\necho \"fatal: detected dubious ownership in '/r'\" >&2\n"
        "echo '\tgit config --global --add safe.directory /r' >&2\nexit 128\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(repo))
    message = problem("main")
    assert "detected dubious ownership" in message
    assert "run 'git config --global --add safe.directory /r'" in message


def test_a_hook_cannot_point_git_elsewhere(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repo.parent / "other"
    other.mkdir()
    git(other, "init", "-q", "-b", "main")
    commit(other, NEW)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert base("main", repo).data.decode() == OLD


def test_nothing_is_written_to_the_repository(repo: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (repo / ".git").rglob("*")}
    base()
    assert {path: path.stat().st_mtime_ns for path in (repo / ".git").rglob("*")} == before


def test_a_file_in_git_that_is_too_large(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repo.exists()
    monkeypatch.setattr(versions, "MAX_BYTES", 10)
    assert "is larger than" in problem("HEAD")


def test_a_blob_that_is_gone(repo: Path) -> None:
    with pytest.raises(BadRef, match="git says"):
        Repository(repo / NAME).content("0" * 40, NAME, 100)


def test_standard_input_is_one_version_only() -> None:
    with pytest.raises(catalog_file.Unavailable, match="cannot be both versions"):
        versions.pair("-", "-", NAME, Policy())
    with pytest.raises(catalog_file.Unavailable, match="cannot be both versions"):
        versions.pair("-", None, "-", Policy())


def test_the_head_may_be_a_ref_too(repo: Path) -> None:
    commit(repo, NEW)
    old, new = versions.pair("HEAD~1", "HEAD", NAME, Policy())
    assert (old.data.decode(), new.data.decode()) == (OLD, NEW)
    old, new = versions.pair("HEAD~1", "HEAD", "-", Policy())
    assert old.data.decode() == OLD


def test_a_broken_version_says_which_and_how_to_see_all(repo: Path) -> None:
    broken = OLD.replace("1e-06", "-1")
    commit(repo, broken)
    with pytest.raises(BadFileVersion) as caught:
        base("HEAD").version()
    message = str(caught.value)
    assert message.startswith("HEAD (")
    assert "price is negative" in message
    assert re.search(
        r"run 'git show [0-9a-f]{7}:llm_pricing_current.json \| pricectl validate -'", message
    )
    with pytest.raises(BadFileVersion, match=r"run 'pricectl validate llm_pricing_current\.json'"):
        versions.from_file(NAME).version()


def test_a_truncated_file_says_where(repo: Path) -> None:
    (repo / NAME).write_text(OLD[:-3])
    with pytest.raises(BadFileVersion) as caught:
        versions.from_file(NAME).version()
    assert str(caught.value) == (
        f"{NAME}: line 1, column 49: the document ends too early; is the file cut off?; "
        f"run 'pricectl validate {NAME}' to see every finding"
    )


def test_a_version_is_found_with_one_git_for_each_question(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each starts a process; a question that the next answer contains is not asked."""
    git(repo, "update-ref", "refs/remotes/origin/main", "HEAD")
    commands: list[str] = []
    run = files_git.run

    def counted(root: Path, *words: str, index: str = "") -> files_git.GitOutput:
        commands.append(next(word for word in words if not word.startswith("--")))
        return run(root, *words, index=index)

    monkeypatch.setattr(files_git, "run", counted)
    assert base().data == OLD.encode()
    assert commands == [
        *("rev-parse", "for-each-ref", "rev-parse", "merge-base"),
        *("ls-tree", "cat-file", "cat-file"),
    ]
    commands.clear()
    log = FileLog(repo / NAME)
    assert log.bytes_of(log.versions[0]) == OLD.encode()
    assert commands == ["rev-parse", "-c", "cat-file", "cat-file"]


def test_before_the_first_commit_there_are_no_versions(repo: Path) -> None:
    git(repo, "checkout", "-q", "--orphan", "fresh")
    assert FileLog(repo / NAME).versions == ()
    assert base().data == OLD.encode()
