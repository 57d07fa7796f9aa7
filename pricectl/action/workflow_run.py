"""The run of a workflow that the action is part of: its environment, and the event behind it.

The variables: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
The events: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pricectl.action.members import member, text_member
from pricectl.core.errors import PricingError

GITHUB = "https://github.com"
GITHUB_API = "https://api.github.com"
# GitHub cuts an event at 25 MB; no field that is read here is long.
MAX_EVENT_BYTES = 32 * 1024 * 1024
# With this event a stranger's code is checked out beside a token that may write.
REFUSED_EVENT = "pull_request_target"
_REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class BadWorkflowRun(PricingError):
    """The environment is not the one of a workflow that the action can work in."""


class PullRequestEvent(NamedTuple):
    """The pull request that a run was started for, as it was then."""

    number: int
    head_sha: str
    base_sha: str
    is_from_fork: bool


class WorkflowRun(NamedTuple):
    """One run of a workflow. Texts that the event does not have are empty."""

    event: str
    repository: str
    workflow: str
    run_id: int
    number: int
    attempt: int
    server_url: str
    api_url: str
    pull_request: PullRequestEvent | None
    pushed_onto: str
    pushed_ref: str
    merge_group_base: str
    default_branch: str

    @property
    def pushed_to_default(self) -> bool:
        """Whether this is a push to the default branch."""
        return bool(self.default_branch) and self.pushed_ref == f"refs/heads/{self.default_branch}"

    @property
    def page(self) -> str:
        """The address of the run's page, which has the job summary."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}"


def read_run(environment: Mapping[str, str]) -> WorkflowRun:
    """Read the run from the environment of a step. Raises BadWorkflowRun."""
    event_name = environment.get("GITHUB_EVENT_NAME", "")
    if event_name == REFUSED_EVENT:
        raise BadWorkflowRun(
            f"does not run on {REFUSED_EVENT}: a stranger's code would meet a token that may write",
            next_step="write 'on: pull_request'",
        )
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        raise BadWorkflowRun("GITHUB_REPOSITORY does not name a repository")
    event = _read_event(environment.get("GITHUB_EVENT_PATH", ""))
    workflow, _, _ = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")
    return WorkflowRun(
        event=event_name,
        repository=repository,
        workflow=workflow,
        run_id=number_variable(environment, "GITHUB_RUN_ID"),
        number=number_variable(environment, "GITHUB_RUN_NUMBER"),
        attempt=number_variable(environment, "GITHUB_RUN_ATTEMPT"),
        server_url=environment.get("GITHUB_SERVER_URL", GITHUB).rstrip("/"),
        api_url=environment.get("GITHUB_API_URL", GITHUB_API).rstrip("/"),
        pull_request=_pull_request(event.get("pull_request"), repository),
        pushed_onto=_commit(event.get("before")) if event_name == "push" else "",
        pushed_ref=text_member(event, "ref") if event_name == "push" else "",
        merge_group_base=_commit(member(event, "merge_group", "base_sha")),
        default_branch=text_member(event, "repository", "default_branch"),
    )


def _read_event(path: str) -> Mapping[str, Any]:
    """The event of the run; empty where there is none."""
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(MAX_EVENT_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise BadWorkflowRun("GITHUB_EVENT_PATH cannot be read", where=path) from error
    return event if isinstance(event, dict) else {}


def _pull_request(found: Any, repository: str) -> PullRequestEvent | None:
    if not isinstance(found, dict) or type(found.get("number")) is not int:
        return None
    return PullRequestEvent(
        found["number"],
        _commit(member(found, "head", "sha")),
        _commit(member(found, "base", "sha")),
        # The repository of a fork that was deleted is null.
        member(found, "head", "repo", "full_name") != repository,
    )


def _commit(found: Any) -> str:
    """A commit's hash; empty for anything else, and for the zeros that mean no commit."""
    text = found if isinstance(found, str) else ""
    return text if COMMIT.fullmatch(text) and text.strip("0") else ""


def number_variable(environment: Mapping[str, str], name: str) -> int:
    """A whole number out of the environment. Raises BadWorkflowRun."""
    text = environment.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 20):  # noqa: PLR2004 - of 64 bits
        raise BadWorkflowRun(f"{name} is not a number")
    return int(text)
