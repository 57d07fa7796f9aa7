"""A repository of another team, its pull requests, and a run of the action in it."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.action.fake_github import NUMBER, REPOSITORY, TOKEN, FakeGitHub, serving
from tests.action.fake_runner import ActionRun, make_environment, run_action
from tests.conftest import UNDATED
from tests.files.test_versions import git

NAME = "llm_pricing_current.json"
# Rows with a source, so that nothing but the edits of the tests is found.
PRICES = UNDATED


class PullRequest(NamedTuple):
    """A pull request as GitHub keeps it: its head, its base, and the merge of both."""

    head: str
    base: str
    merge: str


class ForeignRepository:
    """A repository in which nothing of pricectl lies but a price file."""

    installed: Path | None

    def __init__(self, folder: Path, github: FakeGitHub, installed: Path) -> None:
        """`installed` is what the cache of the action has; None is an empty cache."""
        self.origin, self._folder = folder / "origin", folder
        self.github, self.installed, self._runs = github, installed, 0
        self.origin.mkdir()
        git(self.origin, "init", "-q", "-b", "main")
        # GitHub gives any commit that is asked for.
        git(self.origin, "config", "uploadpack.allowAnySHA1InWant", "true")
        self.commit({NAME: PRICES, "README.md": "a shop\n"}, "prices")

    def commit(self, files: Mapping[str, str | None], message: str = "edit") -> str:
        """Write files (None removes one) on the branch that is checked out, and commit them."""
        for name, text in files.items():
            path = self.origin / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        git(self.origin, "add", "-A")
        git(self.origin, "commit", "-q", "-m", message)
        return git(self.origin, "rev-parse", "HEAD")

    def pull_request(self, *edits: Mapping[str, str | None]) -> PullRequest:
        """A branch from main with an edit a commit, or more of them on the one that is there."""
        branches = git(self.origin, "branch", "--format=%(refname:short)").split()
        new = () if "edit" in branches else ("-b",)
        git(self.origin, "checkout", "-q", *new, "edit")
        for edit in edits:
            head = self.commit(edit)
        base = git(self.origin, "rev-parse", "main")
        git(self.origin, "checkout", "-q", "--detach", "main")
        git(self.origin, "merge", "-q", "--no-ff", "-m", "merge", head)
        merge = git(self.origin, "rev-parse", "HEAD")
        git(self.origin, "update-ref", f"refs/pull/{NUMBER}/merge", merge)
        git(self.origin, "checkout", "-q", "main")
        self.github.head_sha = head
        return PullRequest(head, base, merge)

    def checkout(self, commit: str, *options: str) -> Path:
        """A workspace as actions/checkout leaves it: one commit, by its hash, unless told more."""
        self._runs += 1
        workspace = self._folder / f"workspace-{self._runs}"
        workspace.mkdir()
        git(workspace, "init", "-q")
        git(workspace, "remote", "add", "origin", self.origin.as_uri())
        git(workspace, "fetch", "-q", "--no-tags", *(options or ("--depth=1",)), "origin", commit)
        git(workspace, "checkout", "-q", "--detach", "FETCH_HEAD")
        return workspace

    def review(  # noqa: PLR0913 - a run with all that differs between runs
        self,
        pull: PullRequest,
        *,
        number: int = 1,
        fork: bool = False,
        checkout: str = "",
        depth: tuple[str, ...] = (),
        workspace: Path | None = None,
        event: str = "pull_request",
        **inputs: str,
    ) -> ActionRun:
        """Run the action for a pull request; `number` is the run's."""
        repo = None if fork else {"full_name": REPOSITORY}
        payload = {
            "number": NUMBER,
            "pull_request": {
                "number": NUMBER,
                "head": {"ref": "edit", "sha": pull.head, "repo": repo},
                "base": {"ref": "main", "sha": pull.base, "repo": {"full_name": REPOSITORY}},
            },
            "repository": {"full_name": REPOSITORY, "default_branch": "main"},
        }
        place = workspace or self.checkout(checkout or pull.merge, *depth)
        return self.run(place, event, payload, pull.merge, number, inputs)

    def run(  # noqa: PLR0913, PLR0917 - the environment of a run
        self,
        workspace: Path,
        event: str,
        payload: Mapping[str, object],
        commit: str,
        number: int,
        inputs: Mapping[str, str],
    ) -> ActionRun:
        """Run the action for any event."""
        temporary = self._folder / f"temporary-{self._runs}-{number}"
        temporary.mkdir()
        event_path = temporary / "event.json"
        event_path.write_text(json.dumps(payload), encoding="utf-8")
        environment = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(event_path),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(9_000 + number),
            "GITHUB_RUN_NUMBER": str(number),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": commit,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_WORKFLOW_REF": f"{REPOSITORY}/.github/workflows/prices.yml@refs/pull/7/merge",
        }
        names = {name.replace("_", "-"): value for name, value in inputs.items()}
        found = run_action(workspace, temporary, environment, names, self.installed)
        assert TOKEN not in found.log + found.summary + json.dumps(found.outputs)
        return found


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the action's install step leaves, made once."""
    return make_environment(tmp_path_factory.mktemp("action") / "installed")


@pytest.fixture(autouse=True)
def _closed_off_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "PRICECTL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("HOME", str(tmp_path))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@example.org")


@pytest.fixture
def foreign(tmp_path: Path, installed: Path) -> Iterator[ForeignRepository]:
    """Another team's repository, with GitHub's API for its pull request."""
    if subprocess.run(["bash", "-c", "true"], check=False).returncode:
        pytest.skip("there is no bash here")
    with serving(FakeGitHub()) as github:
        yield ForeignRepository(tmp_path, github, installed)
