"""What a catalog is compared with, out of real repositories: branches, pushes, clones, moves."""

import hashlib
import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pricectl.check.evidence import Evidence
from pricectl.core import Usage, quote
from pricectl.core.errors import PricingError
from pricectl.files import catalog_file, fetch
from pricectl.files.base import EvidenceFinder
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy
from tests.files.test_versions import NAME, _closed_off, clone, git  # noqa: F401 - a fixture

Served = Callable[[str], None]


def text(price: int, *more: str) -> str:
    """A catalog whose o3 costs so many dollars per 1M tokens, with rows of other names."""
    rows = {name: {"input_cost_per_token": 1e-06} for name in more}
    return json.dumps({"openai": {"o3": {"input_cost_per_token": price / 10**6}, **rows}})


def write(folder: Path, price: int, path: str = NAME) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(text(price), encoding="utf-8")


def commit(folder: Path, price: int, path: str = NAME) -> str:
    write(folder, price, path)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", f"{price}")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository on `main` in which o3 cost $1 and then $2."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    monkeypatch.chdir(folder)
    commit(folder, 1)
    commit(folder, 2)
    return folder


def find(
    folder: Path, base: str = "auto", *, path: str = NAME, own: bool = True, **settings: str
) -> Evidence:
    file = str(folder / path)
    finder = EvidenceFinder(Policy(**settings), base, "none")  # type: ignore[arg-type]
    return finder.evidence(catalog_file.read(file), file, own=own)


def dollars(found: Evidence) -> int:
    """What o3 costs in the base, per 1M tokens."""
    assert found.base, found.no_base
    return quote(found.base, "openai/o3", Usage(1_000_000)).pico_usd // 10**12


def problem(folder: Path, base: str = "auto", **settings: str) -> str:
    with pytest.raises(PricingError) as caught:
        find(folder, base, **settings)  # type: ignore[arg-type]
    return str(caught.value)


def follow(folder: Path, message: str) -> None:
    """Run the command that a message names, to the letter."""
    command = re.search(r"run '(git fetch .*?)'[;,]", message)
    assert command, message
    subprocess.run(shlex.split(command[1]), cwd=folder, check=True, capture_output=True)


# The automatic base.


def test_a_branch_is_compared_with_where_it_left_the_deployed_branch(repo: Path) -> None:
    copy = clone(repo, "copy")
    git(copy, "switch", "-q", "-c", "edit")
    commit(copy, 3)
    commit(copy, 4)
    commit(repo, 9)  # main moves on, which the edit does not include
    git(copy, "fetch", "-q")
    found = find(copy)
    left = git(copy, "merge-base", "HEAD", "origin/main")[:7]
    assert (found.base_name, dollars(found)) == (f"origin/main ({left})", 2)


def test_unpushed_commits_of_main_are_an_edit(repo: Path) -> None:
    copy = clone(repo, "copy")
    commit(copy, 3)
    assert dollars(find(copy)) == 2


def test_on_the_deployed_branch_an_edit_is_compared_with_head(repo: Path) -> None:
    write(repo, 7)
    found = find(repo)
    assert (found.base_name[:6], dollars(found)) == ("HEAD (", 2)


def test_a_direct_push_is_compared_with_what_was_there_before(repo: Path) -> None:
    # Also where the base is named: the deployed branch has the very file already.
    for base in ("auto", "deployed"):
        found = find(clone(repo, f"copy of {base}"), base)
        assert (found.base_name[:7], dollars(found)) == ("HEAD^ (", 1)


def test_a_commit_of_another_file_does_not_hide_the_last_edit(repo: Path) -> None:
    edit = git(repo, "rev-parse", "HEAD")[:7]
    for name in ("README", "other"):
        (repo / name).write_text("x")
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", name)
    found = find(clone(repo, "copy"))
    assert (found.base_name[:10], dollars(found)) == (f"{edit}^ (", 1)


def test_a_first_version_with_later_commits_has_no_base(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    first = commit(tmp_path, 1)[:7]
    (tmp_path / "other").write_text("x")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "other")
    said = f"{first}, which has the same file, is the first commit"
    assert find(tmp_path).no_base == said


def test_line_ends_of_the_checkout_are_no_edit(repo: Path) -> None:
    (repo / NAME).write_bytes(b'{"openai":\n{"o3": {"input_cost_per_token": 5e-06}}}\n')
    git(repo, "commit", "-q", "-a", "-m", "5")
    (repo / NAME).write_bytes((repo / NAME).read_bytes().replace(b"\n", b"\r\n"))
    assert dollars(find(repo)) == 2


def test_a_merge_into_main_is_compared_with_its_first_parent(repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "edit", "HEAD~1")
    (repo / "other").write_text("x")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "other")
    commit(repo, 3)
    git(repo, "switch", "-q", "main")
    git(repo, "merge", "-q", "-X", "theirs", "--no-edit", "edit")
    assert dollars(find(repo)) == 2


def test_a_detached_head_is_like_a_branch(repo: Path) -> None:
    git(repo, "switch", "-q", "--detach")
    commit(repo, 3)
    assert dollars(find(repo)) == 2
    git(repo, "switch", "-q", "--detach", "main~1")
    assert find(repo).no_base == "HEAD is the first commit"


def test_a_work_tree_of_its_own(repo: Path) -> None:
    git(repo, "worktree", "add", "-q", "-b", "edit", "../tree")
    commit(repo.parent / "tree", 3)
    assert dollars(find(repo.parent / "tree")) == 2


def test_the_default_branch_of_the_remote_counts_whatever_its_name(repo: Path) -> None:
    git(repo, "branch", "-m", "trunk")
    copy = clone(repo, "copy")
    git(copy, "switch", "-q", "-c", "edit")
    commit(copy, 3)
    found = find(copy)
    assert (found.base_name[:14], dollars(found)) == ("origin/trunk (", 2)


def test_without_a_remote_the_branch_that_is_checked_out_is_all_there_is(repo: Path) -> None:
    git(repo, "branch", "-m", "trunk")
    assert dollars(find(repo)) == 1
    write(repo, 3)
    assert dollars(find(repo)) == 2


def test_a_remote_whose_branch_is_unknown_is_no_reason_to_compare_with_nothing(repo: Path) -> None:
    git(repo, "branch", "-m", "trunk")
    git(repo, "remote", "add", "origin", "https://example.invalid/x")
    message = problem(repo)
    assert "neither origin/HEAD nor origin/main nor main is in this clone" in message
    assert "the setting `deployed`" in message
    assert dollars(find(repo, deployed="trunk")) == 1


# What CI checks out.


@pytest.fixture
def server(repo: Path) -> Path:
    """A bare repository with a pull request that raised $2 to $3, while main went on to $2 + x."""
    bare = clone(repo, "server.git", "--bare")
    git(repo, "switch", "-q", "-c", "edit")
    commit(repo, 3)
    git(repo, "switch", "-q", "main")
    (repo / "README").write_text("x")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "readme")
    git(repo, "push", "-q", str(bare), "main", "edit")
    git(repo, "switch", "-q", "--detach", "main")
    git(repo, "merge", "-q", "--no-edit", "edit")
    git(repo, "push", "-q", str(bare), "HEAD:refs/pull/7/merge")
    return bare


def checkout(server: Path, ref: str, tracking: str, *depth: str) -> Path:
    """As actions/checkout does it: no `git clone`, and one ref only unless the depth is 0."""
    folder = server.parent / "work"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "remote", "add", "origin", server.as_uri())
    fetched = [f"+{ref}:{tracking}"]
    if not depth:
        fetched += ["+refs/heads/*:refs/remotes/origin/*"]
    git(folder, "fetch", "-q", "--no-tags", "--prune", *depth, "origin", *fetched)
    if ref.startswith("refs/heads/"):
        branch = ref.removeprefix("refs/heads/")
        git(folder, "checkout", "-q", "--force", "-B", branch, tracking)
    else:
        git(folder, "checkout", "-q", "--force", tracking)
    return folder


def test_a_pull_request_with_all_history(server: Path) -> None:
    work = checkout(server, "refs/pull/7/merge", "refs/remotes/pull/7/merge")
    found = find(work)
    assert (found.base_name[:13], dollars(found)) == ("origin/main (", 2)


def test_a_pull_request_of_depth_1_names_the_fetches_that_bring_the_base(server: Path) -> None:
    work = checkout(server, "refs/pull/7/merge", "refs/remotes/pull/7/merge", "--depth=1")
    message = problem(work)
    assert "'fetch-depth: 0'" in message
    follow(work, message)
    message = problem(work)
    assert "does not reach back to where HEAD left origin/main" in message
    assert "'fetch-depth: 0'" in message
    follow(work, message)
    assert dollars(find(work)) == 2


def test_a_push_of_depth_1_names_the_fetch_that_brings_what_was_before(server: Path) -> None:
    work = checkout(server, "refs/heads/main", "refs/remotes/origin/main", "--depth=1")
    message = problem(work)
    assert "the commit before HEAD, is not in this shallow clone" in message
    assert "'fetch-depth: 0'" in message
    follow(work, message)
    assert dollars(find(work)) == 1


def test_an_edit_in_a_shallow_clone_needs_nothing_more(server: Path) -> None:
    work = checkout(server, "refs/heads/main", "refs/remotes/origin/main", "--depth=1")
    write(work, 7)
    assert dollars(find(work)) == 2


def test_a_partial_clone_names_the_fetch_that_brings_the_base(server: Path) -> None:
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(server, "config", key, "true")
    work = clone(server, "partial", "--filter=blob:none", "--branch=edit")
    message = problem(work)
    assert "missing from this partial clone" in message
    follow(work, message)
    assert dollars(find(work)) == 2


# What has no base, and says why.


def test_outside_of_git(tmp_path: Path) -> None:
    write(tmp_path, 1)
    assert find(tmp_path).no_base == "the file is not in a git repository"


def test_git_is_not_installed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find(repo).no_base == "git is not installed"
    assert "git is not installed" in problem(repo, "HEAD")


def test_a_repository_that_git_refuses_to_read_is_an_error(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / "git").write_text("#!/bin/sh\necho 'fatal: detected dubious ownership' >&2\nexit 128\n")
    (repo / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(repo))
    assert "dubious ownership" in problem(repo)


def test_nothing_is_committed_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, 1)
    said = "nothing is committed yet"
    assert find(tmp_path).no_base == said


def test_the_first_commit(repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach", "HEAD~1")
    git(repo, "branch", "-f", "main", "HEAD")
    assert find(repo).no_base == "HEAD is the first commit"
    write(repo, 7)
    assert dollars(find(repo)) == 1


def test_an_untracked_file_and_a_new_one(repo: Path) -> None:
    write(repo, 1, "new.json")
    assert re.fullmatch(
        r"HEAD \([0-9a-f]{7}\) does not have the file", find(repo, path="new.json").no_base
    )
    git(repo, "switch", "-q", "-c", "edit")
    commit(repo, 2, "new.json")
    assert "main (" in find(repo, path="new.json").no_base
    assert "does not have the file" in find(repo, "main", path="new.json").no_base
    write(repo, 7, "new.json")
    assert dollars(find(repo, "HEAD", path="new.json")) == 2


def test_standard_input_has_no_history(repo: Path) -> None:
    assert repo.exists()
    source = catalog_file.Source(text(5).encode(), "standard input")
    assert "no history" in EvidenceFinder(Policy(), reference="none").evidence(source, "-").no_base
    named = EvidenceFinder(Policy(), "HEAD", "none").evidence(source, "-")
    assert dollars(named) == 2


def test_none_asks_git_nothing(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricectl.files.git.run", None)
    assert find(repo, "none").no_base == "not asked for"


# A broken base.


def test_a_named_base_that_cannot_be_read_is_an_error(repo: Path) -> None:
    assert "neither a file nor a git ref" in problem(repo, "gone")
    assert "no such git ref" in problem(repo, "gone:x.json")
    assert "x.json is not in HEAD" in problem(repo, "HEAD:x.json")
    assert "is compared with itself" in problem(repo, NAME)
    assert "is compared with itself" in problem(repo, "deployed", deployed=NAME)
    for deployed in ("gone", "gone:x.json", "HEAD:x.json", "gone.json"):
        assert problem(repo, deployed=deployed)
    (repo / "broken.json").write_text("{")
    assert "broken.json" in problem(repo, "broken.json")
    assert "broken.json" in problem(repo, deployed="broken.json")


def test_a_broken_version_is_repaired_against_the_last_that_could_be_read(repo: Path) -> None:
    good = git(repo, "rev-parse", "HEAD")[:7]
    for broken in ("{", text(9).replace("9", "-9")):
        (repo / NAME).write_text(broken)
        git(repo, "commit", "-q", "-a", "-m", "broken")
    write(repo, 3)
    found = find(repo)
    assert (dollars(found), found.base_name[-27:]) == (2, f"as last readable in {good}")
    with pytest.raises(PricingError, match="HEAD"):
        find(repo, "HEAD")


def test_a_file_that_was_never_readable_is_an_error(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / NAME).write_text("{")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "broken")
    write(tmp_path, 3)
    assert "HEAD (" in problem(tmp_path)


# The setting `deployed`.


def test_a_deployed_branch_is_left_like_main(repo: Path) -> None:
    git(repo, "branch", "production", "HEAD~1")
    assert dollars(find(repo, deployed="production")) == 1
    assert dollars(find(repo, "production")) == 1


def test_a_deployed_path_or_file(repo: Path) -> None:
    write(repo, 6, "prices/live.json")
    assert dollars(find(repo, deployed="prices/live.json")) == 6
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "live")
    write(repo, 8)
    assert dollars(find(repo, deployed="HEAD:prices/live.json")) == 6
    # A file says nothing about another catalog, a branch does.
    assert dollars(find(repo, own=False, deployed="prices/live.json")) == 2
    assert dollars(find(repo, own=False, deployed="main:prices/live.json")) == 2


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Lets a service at any URL run these bytes."""

    def serve(data: bytes) -> None:
        version = hashlib.sha256(data).hexdigest() if data else ""
        answer = json.dumps({"version": version}).encode()
        monkeypatch.setattr(fetch, "fetch", lambda url, **_: answer if "healthz" in url else b"")

    return serve


def test_a_service_says_which_version_is_deployed(
    repo: Path, served: Callable[[bytes], None]
) -> None:
    url = "https://api.example.com"
    served(text(1).encode())
    commit(repo, 3)
    found = find(repo, deployed=url)
    assert (dollars(found), found.base_name[:25]) == (1, f"{url} (")
    assert dollars(find(repo, f"{url}/healthz/pricing")) == 1
    served(text(5).encode())
    assert "no version of llm_pricing_current.json in git has" in problem(repo, deployed=url)
    served(b"")
    assert "the default price alone" in problem(repo, deployed=url)
    write(repo, 5)
    served(text(5).encode())
    assert dollars(find(repo, url)) == 5
    served(packaged_catalog().read_bytes())
    assert find(repo, url).base_name == f"{url} (packaged)"


def test_a_service_is_reached_by_https_or_on_this_machine_only(repo: Path) -> None:
    assert "only https is allowed" in problem(repo, deployed="http://example.com")
    assert "cannot be reached" in problem(repo, "http://127.0.0.1:9")


# A moved catalog.


def test_a_moved_catalog_is_followed(repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "edit")
    (repo / "prices").mkdir()
    (repo / NAME).rename(repo / "prices" / "all.json")
    write(repo, 7, "prices/all.json")
    for step in ("moved", "staged", "committed"):
        if step == "staged":
            git(repo, "add", "-A")
        if step == "committed":
            git(repo, "commit", "-q", "-m", "move")
        found = find(repo, path="prices/all.json")
        assert dollars(found) == 2, step
        assert found.base_name.endswith(f":{NAME}")
    assert dollars(find(repo, "main", path="prices/all.json")) == 2


def test_another_catalog_that_went_is_not_taken_for_a_moved_one(repo: Path) -> None:
    (repo / "big.json").write_text(text(6, *"abcdefgh"))
    (repo / "data.json").write_text("[1]")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "more")
    for name in ("big.json", "data.json"):
        (repo / name).unlink()
    write(repo, 7, "new.json")
    assert "does not have the file" in find(repo, path="new.json").no_base


def test_the_nearest_of_several_moved_catalogs(repo: Path) -> None:
    (repo / "prices.json").write_text(text(6, "a", "b"))
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "more")
    (repo / "prices.json").unlink()
    (repo / NAME).unlink()
    (repo / "new.json").write_text(text(9, "a", "b", "c"))
    assert dollars(find(repo, path="new.json")) == 6


# The reference.


def reference(data: str, word: str | None = None, **settings: str) -> Evidence:
    finder = EvidenceFinder(Policy(**settings), "none", word)  # type: ignore[arg-type]
    return finder.evidence(catalog_file.Source(data.encode(), NAME), NAME)


def markup(folder: Path, percent: int, path: str = "pricectl.toml") -> Path:
    file = folder / path
    file.write_text(f"[profiles.default]\nmarkup_percent = {percent}\n", encoding="utf-8")
    return file


def test_the_settings_beside_the_base_are_those_of_its_commit(repo: Path) -> None:
    settings = markup(repo, 20)
    commit(repo, 3)
    markup(repo, 25)
    write(repo, 4)
    found = find(repo, source=str(settings)).base_settings
    assert found is not None
    assert found.profiles["default"].markup_percent == 20


@pytest.mark.parametrize("before", ["", "markup_percent = ["])
def test_settings_that_the_base_lacks_or_that_cannot_be_read_are_unknown(
    repo: Path, before: str
) -> None:
    settings = repo / "pricectl.toml"
    if before:
        settings.write_text(before, encoding="utf-8")
    commit(repo, 3)
    markup(repo, 25)
    write(repo, 4)
    assert find(repo, source=str(settings)).base_settings is None


def test_settings_outside_of_the_catalogs_repository_are_unknown(
    repo: Path, tmp_path: Path
) -> None:
    settings = markup(tmp_path, 20)
    write(repo, 4)
    assert find(repo, source=str(settings)).base_settings is None


def test_the_reference_is_the_packaged_catalog_unless_the_file_is_that_one() -> None:
    packaged = packaged_catalog().read_text(encoding="utf-8")
    for word in (None, "auto", "packaged"):
        assert reference(text(1), word).reference_name == "packaged"
        assert reference(packaged, word).no_reference == "the file is packaged itself"
    assert reference(text(1), "none").no_reference == "not asked for"
    assert reference(text(1), reference="none").reference is None
    assert reference(text(1), "auto", reference="none").reference is not None


def test_a_reference_that_was_named_must_be_readable(tmp_path: Path) -> None:
    write(tmp_path, 4)
    name = str(tmp_path / NAME)
    found = reference(text(1), reference=name)
    assert found.reference_name == name
    assert found.reference
    assert len(found.reference.models) == 1
    (tmp_path / NAME).write_text("{")
    for words in ({"word": name}, {"word": str(tmp_path / "gone")}, {"reference": name}):
        with pytest.raises(PricingError):
            reference(text(1), **words)
