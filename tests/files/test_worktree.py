"""Which repository git is asked for, whatever stands between the file and it."""

import os
import subprocess
from pathlib import Path

import pytest

from pricectl.core.errors import PricingError
from pricectl.files import git as runner
from pricectl.files import versions
from pricectl.files.git import BadRef
from pricectl.files.gitlog import FileLog
from pricectl.files.worktree import locate
from pricectl.policy import Policy
from tests.conftest import CATALOG, Run
from tests.files.test_versions import (
    NAME,
    NEW,
    OLD,
    _closed_off,  # noqa: F401 - a fixture that keeps git apart
    clone,
    commit,
    git,
)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository on `main` with the old price, its folder current."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, OLD, "first")
    monkeypatch.chdir(folder)
    return folder


def content(file: Path | str, ref: str = "HEAD") -> str:
    return versions.read(ref, str(file), Policy()).data.decode()


def problem(file: Path | str, ref: str = "HEAD") -> str:
    with pytest.raises(PricingError) as caught:
        content(file, ref)
    return str(caught.value)


def other_repository(repo: Path) -> Path:
    folder = repo.parent / "other"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, NEW)
    return folder


def test_a_submodule_is_a_repository_of_its_own(repo: Path) -> None:
    other = other_repository(repo)
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    git(repo, "commit", "-q", "-m", "submodule")
    assert (repo / "sub/.git").is_file()
    assert content("sub/" + NAME) == NEW
    assert content(NAME) == OLD
    # a link of the repository above into it
    (repo / "link.json").symlink_to(f"sub/{NAME}")
    assert content("link.json") == NEW


def test_a_linked_work_tree(repo: Path) -> None:
    git(repo, "branch", "new")
    git(repo, "worktree", "add", "-q", "../linked", "new")
    linked = repo.parent / "linked"
    commit(linked, NEW)
    assert content(linked / NAME) == NEW
    assert content(linked / NAME, "main") == OLD
    git(repo, "worktree", "add", "-q", "inside", "main~0")
    assert content("inside/" + NAME) == OLD
    # git has forgotten it: nothing above it is asked instead
    (linked / ".git").write_text("gitdir: /gone/worktrees/linked\n")
    assert "is not in a git repository" in problem(linked / NAME)


def test_the_work_trees_of_a_bare_repository(repo: Path) -> None:
    home = repo.parent / "home"
    git(repo, "clone", "-q", "--bare", str(repo), str(home / ".git"))
    git(home / ".git", "worktree", "add", "-q", "../main", "main")
    assert content(home / "main" / NAME) == OLD


def test_a_separate_git_folder(repo: Path) -> None:
    git(repo, "init", "-q", "--separate-git-dir", "../kept")
    assert (repo / ".git").is_file()
    assert content(NAME) == OLD
    # a link does as well
    (repo / ".git").unlink()
    (repo / ".git").symlink_to("../kept")
    assert content(NAME) == OLD


def test_a_link_inside_the_work_tree_is_followed(repo: Path) -> None:
    (repo / "prices").mkdir()
    (repo / NAME).rename(repo / "prices/current.json")
    (repo / NAME).symlink_to("prices/current.json")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "link")
    assert locate(NAME) == (repo, "prices/current.json")
    assert content(NAME) == OLD
    assert f"{NAME} is a symbolic link in " in problem(NAME, f"HEAD:{NAME}")
    assert content(NAME, f"HEAD~1:{NAME}") == OLD
    assert len(FileLog(NAME).versions) == 1
    # once it is a file again, the link is none of its versions
    (repo / NAME).unlink()
    new = commit(repo, NEW)
    assert [version.blob for version in FileLog(NAME).versions] == [
        git(repo, "rev-parse", f"{new}:{NAME}"),
        git(repo, "rev-parse", f"{new}~2:{NAME}"),
    ]


def test_a_link_that_leads_out_is_read_but_git_is_not_asked(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = other_repository(repo)
    (other / NAME).write_text(CATALOG)
    (repo / "link.json").symlink_to(other / NAME)
    (repo / "folder").symlink_to(other)
    (other / "again.json").symlink_to(NAME)
    (repo.parent / "way.json").symlink_to("repo/link.json")
    monkeypatch.chdir(repo)
    for file in ("../way.json", "link.json", f"folder/{NAME}", "folder/again.json"):
        assert f"{file}: leads out of the work tree {repo}" in problem(file)
        for words in (["diff"], ["diff", "--base", "HEAD"], ["rollback", "HEAD", "--dry-run"]):
            result = run(*words, "--file", file)
            assert result.exit_code == 2, words
            assert "leads out of the work tree" in result.stderr
        assert run("diff", "--base", f"../other/{NAME}", "--file", file).exit_code == 0
        assert run("quote", "gpt-4o", "1000", "--file", file).exit_code == 0
    assert "leads out of the work tree" in problem(repo / "folder" / NAME)
    # the other repository is asked where it is named by its own path
    assert content(f"../other/{NAME}") == NEW
    assert content(other / NAME) == NEW


def test_dots_after_a_link_are_followed_as_the_system_does(repo: Path) -> None:
    other = other_repository(repo)
    (other / "deep").mkdir()
    (repo / "folder").symlink_to(other / "deep")
    assert Path(f"folder/../{NAME}").read_text() == NEW
    assert "leads out of the work tree" in problem(f"folder/../{NAME}")


def test_a_link_from_outside_into_a_work_tree(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.parent / "checkout").symlink_to(repo)
    (repo.parent / "catalog.json").symlink_to(repo / NAME)
    assert content(repo.parent / "checkout" / NAME) == OLD
    assert content(repo.parent / "catalog.json") == OLD
    monkeypatch.chdir(repo.parent / "checkout")
    assert content(NAME) == OLD
    monkeypatch.chdir(repo.parent)
    assert content(f"checkout/{NAME}") == OLD


def test_links_in_a_circle(repo: Path) -> None:
    (repo / "a.json").symlink_to("b.json")
    (repo / "b.json").symlink_to("a.json")
    assert "is not in HEAD" in problem("a.json")


def test_a_folder_below_and_paths_of_a_ref(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "prices/old").mkdir(parents=True)
    (repo / "prices" / NAME).write_text(NEW)
    (repo / "prices/old/x.json").write_text("{}")
    commit(repo, OLD)
    for folder, file in ((repo, f"prices/{NAME}"), (repo / "prices/old", f"../{NAME}")):
        monkeypatch.chdir(folder)
        assert content(file) == NEW
        # from the root of the repository, or with a dot from the folder of the catalog
        assert content(file, f"HEAD:{NAME}") == OLD
        assert content(file, f"HEAD:./{NAME}") == NEW
        assert content(file, f"HEAD:../{NAME}") == OLD
        assert content(file, "HEAD:./old/x.json") == "{}"
        for path in ("../../x", "/etc/passwd", "prices", "prices/old/", "..", ".", "\0", "gone"):
            assert "is not in HEAD" in problem(file, f"HEAD:{path}"), path
    found = versions.read("HEAD", file, Policy())
    shown = subprocess.run(
        ["git", "show", f"{found.commit}:{found.path}"], capture_output=True, check=True
    )
    assert shown.stdout == found.data


@pytest.mark.parametrize(
    "name",
    [
        *("a b.json", "-x.json", "--output=y", "a:b.json", ":(top)x", ":x", "prix €.json"),
        *("*.json", "[a].json", "x\ny.json", "'\"$(id)`id`;.json", "a\\b.json", "HEAD"),
        *("@{-1}", "\udcff.json"),
    ],
)
def test_a_file_of_any_name(repo: Path, name: str) -> None:
    (repo / name).write_text(NEW)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "edit")
    (repo / name).write_text("{}")
    assert content(f"./{name}", "main") == NEW
    assert content(NAME, f"main:{name}") == NEW
    (version,) = FileLog(f"./{name}").versions
    assert FileLog(f"./{name}").bytes_of(version) == NEW.encode()


def test_a_name_that_only_a_pattern_would_match(repo: Path) -> None:
    assert "*.json is not in HEAD" in problem("*.json")
    assert FileLog(f"{repo}/*.json").versions == ()


def test_a_file_that_is_gone_from_the_work_tree(repo: Path) -> None:
    (repo / "prices").mkdir()
    (repo / "prices" / NAME).write_text(NEW)
    commit(repo, OLD)
    (repo / "prices" / NAME).unlink()
    (repo / "prices").rmdir()
    assert content(f"prices/{NAME}") == NEW


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"])
def test_a_hook_of_the_repository_itself(
    repo: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """As git sets them for its hooks, and wrong: the repository of the file is asked anyway."""
    (repo / "below").mkdir()
    for value in (".git", str(repo / ".git/index"), str(repo / "below"), "/gone"):
        monkeypatch.setenv(variable, value)
        assert content(NAME) == OLD
        assert content("below/../" + NAME) == OLD


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GIT_OBJECT_DIRECTORY", "{other}/.git/objects"),
        ("GIT_COMMON_DIR", "{other}/.git"),
        ("GIT_NAMESPACE", "other"),
        ("GIT_SHALLOW_FILE", "{other}/shallow"),
        ("GIT_GRAFT_FILE", "{other}/grafts"),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_NO_REPLACE_OBJECTS", "0"),
        ("GIT_ICASE_PATHSPECS", "1"),
        ("GIT_GLOB_PATHSPECS", "1"),
        ("GIT_CEILING_DIRECTORIES", "{repo}"),
        ("GIT_TRACE", "1"),
        ("GIT_TRACE2", "{other}/trace"),
        ("GIT_DEFAULT_HASH", "sha256"),
        ("GIT_EXTERNAL_DIFF", "false"),
        ("GIT_ATTR_SOURCE", "main"),
        ("GIT_REF_PARANOIA", "x"),
        ("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"),
    ],
)
def test_git_variables_of_the_environment_are_ignored(
    repo: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    other = other_repository(repo)
    tip = commit(repo, NEW)
    for name in ("shallow", "grafts"):
        (other / name).write_text(f"{tip}\n")
    monkeypatch.setenv(variable, value.format(other=other, repo=repo))
    assert content(NAME, "HEAD~1") == OLD
    assert len(FileLog(NAME).versions) == 2
    assert not (other / "trace").exists()


def test_the_git_ceiling_directories_are_respected(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "a/b").mkdir(parents=True)
    assert "is not in HEAD" in problem("a/b/x.json")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", f"/x{os.pathsep}{repo / 'a'}")
    assert "is not in a git repository" in problem("a/b/x.json")
    assert "is not in HEAD" in problem("a/x.json")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repo))
    assert "is not in a git repository" in problem("a/x.json")
    assert content(NAME) == OLD


def test_replace_refs_and_grafts_are_ignored(repo: Path) -> None:
    first = git(repo, "rev-parse", "HEAD")
    second = commit(repo, NEW)
    git(repo, "replace", first, second)
    assert git(repo, "show", f"{first}:{NAME}") == NEW
    assert content(NAME, first) == OLD
    git(repo, "replace", "-d", first)
    (repo / ".git/info/grafts").write_text(f"{second}\n")
    assert content(NAME, "HEAD~1") == OLD


def test_git_log_settings_do_not_change_answers(repo: Path) -> None:
    commit(repo, NEW)
    git(repo, "mv", NAME, "moved.json")
    git(repo, "commit", "-q", "-m", "moved")
    plain = FileLog("moved.json").versions
    assert len(plain) == 1
    for key, value in {
        "log.follow": "true",
        "log.showRoot": "false",
        "log.diffMerges": "separate",
        "log.decorate": "full",
        "log.abbrevCommit": "true",
        "log.date": "relative",
        "color.ui": "always",
        "color.diff": "always",
        "diff.relative": "true",
        "diff.orderFile": "/gone",
        "diff.renames": "copies",
        "format.pretty": "email",
        "i18n.logOutputEncoding": "UTF-16",
        "core.quotePath": "true",
        "core.abbrev": "5",
        "core.worktree": "/gone",
        "core.bare": "false",
    }.items():
        git(repo, "config", key, value)
        assert FileLog("moved.json").versions == plain, key
    assert content("moved.json") == NEW


def test_an_empty_git_folder_is_passed_over(repo: Path) -> None:
    (repo / "below/.git").mkdir(parents=True)
    assert f"below/{NAME} is not in HEAD" in problem(f"below/{NAME}")


@pytest.mark.parametrize("damage", ["objects", "refs", "HEAD"])
def test_a_broken_git_folder_is_not_a_repository(repo: Path, damage: str) -> None:
    (repo / ".git" / damage).rename(repo / "aside")
    assert "is not in a git repository" in problem(NAME)


def test_a_git_folder_that_is_broken_beside_a_bare_repository(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git would take the folder itself; an older one would do so whatever it is told."""
    (repo / ".git").rename(repo.parent / "bare")
    for entry in (repo.parent / "bare").iterdir():
        entry.rename(repo / entry.name)
    (repo / ".git").mkdir()
    (repo / ".git/HEAD").write_text("ref: refs/heads/main\n")
    git(repo, "config", "--file", str(repo / "config"), "core.bare", "true")
    assert git(repo, "rev-parse", "main")
    assert "cannot use bare repository" in problem(NAME, "main")
    monkeypatch.setattr(runner, "OPTIONS", ())  # as for a git that does not know the setting
    assert "is not in a git repository" in problem(NAME, "main")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user")
def test_a_repository_of_another_user(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (repo, repo / ".git"):
        os.chown(path, 12345, 12345)
    message = problem(NAME)
    assert f"detected dubious ownership in repository at '{repo}'" in message
    assert f"run 'git config --global --add safe.directory {repo}'" in message
    trusting = tmp_path / "trusting"
    git(tmp_path, "config", "--file", str(trusting), "safe.directory", str(repo))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(trusting))
    assert content(NAME) == OLD


def test_a_program_called_git_in_the_current_folder(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "git").write_text("#!/bin/sh\ntouch MARKER\n")
    (repo / "git").chmod(0o755)
    for here in ("", ".", "./"):
        monkeypatch.setenv("PATH", os.pathsep.join((here, os.environ["PATH"])))
        assert content(NAME) == OLD
    assert not (repo / "MARKER").exists()
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in problem(NAME)


def test_git_that_cannot_be_started(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "git").write_bytes(b"\x7fELF")
    (repo / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(repo))
    assert "git cannot be run: Exec format error" in problem(NAME)


def test_an_unknown_merge_base_is_an_error_not_the_tip(repo: Path) -> None:
    copy = clone(repo, "copy")
    git(copy, "switch", "-q", "-c", "edit")
    commit(copy, NEW)
    commit(copy, OLD)
    lost = git(copy, "rev-parse", "HEAD~1")
    (copy / ".git/objects" / lost[:2] / lost[2:]).unlink()
    assert f"git says: Could not read {lost}" in problem(copy / NAME, "deployed")


def test_a_branch_whose_commit_is_missing_is_not_passed_over(repo: Path) -> None:
    git(repo, "update-ref", "refs/remotes/origin/main", "HEAD")
    (repo / ".git/refs/remotes/origin/main").write_text("1" * 40 + "\n")
    assert "the commit of origin/main is missing" in problem(NAME, "deployed")


def test_each_question_is_asked_once(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repo, NEW)
    asked: list[str] = []
    ask = runner.run

    def counting(root: Path, *words: str, index: str = "") -> runner.GitOutput:
        asked.append(next(word for word in words if not word.startswith("-")))
        return ask(root, *words, index=index)

    monkeypatch.setattr(runner, "run", counting)
    assert content(NAME, "HEAD~1") == OLD
    # which folder, which commit, which blob, how large, its bytes
    assert asked == ["rev-parse", "rev-parse", "ls-tree", "cat-file", "cat-file"]


def test_git_is_not_started_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadRef, match="is not in a git repository"):
        locate(tmp_path / NAME)


def test_settings_do_not_choose_another_repository(tmp_path: Path, run: Run) -> None:
    """A pull request edits the settings; what git has elsewhere must not be shown for a base."""
    for name in ("own", "victim"):
        folder = tmp_path / name
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        (folder / NAME).write_text(CATALOG, encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "prices")
    (tmp_path / "own" / "pricectl.toml").write_text(f'file = "../victim/{NAME}"\n')
    os.chdir(tmp_path / "own")
    for words in (("diff", "--base", "HEAD"), ("deploy-check",), ("rollback", "HEAD", "--dry-run")):
        result = run(*words)
        assert result.exit_code != 0, words
        assert "git is not asked" in " ".join(result.output.split()), words
    assert run("quote", "gpt-4o", "1000").exit_code == 0
