"""A job of GitLab CI for a merge request: checks, Code Quality report, page and note.

The variables: https://docs.gitlab.com/ci/variables/predefined_variables/
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pricectl.action import review_text
from pricectl.action.base_commit import WorkflowClone
from pricectl.action.checks import CheckFolders, read_check, run_check
from pricectl.action.gitlab_notes import MergeRequestNotes
from pricectl.action.inputs import read_inputs
from pricectl.action.review_text import Review
from pricectl.action.sticky_comment import (
    MAX_CHARACTERS,
    CommentResult,
    ReviewMarker,
    keep_one,
    review_id_of,
)
from pricectl.action.workflow_run import BadWorkflowRun, number_variable
from pricectl.core.labels import clean
from pricectl.exit_codes import CLEAN, FINDINGS

# In the folder of the project: GitLab takes artifacts from there only.
QUALITY_REPORT, PAGE = "gl-code-quality-report.json", "prices.md"
# The token of a job may not write notes.
TOKEN = "PRICES_TOKEN"  # noqa: S105 - the name of a variable


def review_merge_request(environment: Mapping[str, str]) -> int:
    """Review a merge request, and return the exit code of the job. Raises PricingError."""
    inputs, project = read_inputs(environment), Path(environment["CI_PROJECT_DIR"])
    base = inputs.base or _base(environment, WorkflowClone(project, "", ""))
    with tempfile.TemporaryDirectory(prefix="pricectl-") as folder:
        folders = CheckFolders(project, Path(folder))
        validated = run_check("validate", inputs, base, folders, "gitlab")
        compared = run_check("diff", inputs, base, folders)
        checks = (
            read_check("validate", validated.code, folders.results),
            read_check("diff", compared.code, folders.results),
        )
    for done in (validated, compared):
        sys.stdout.write(f"{done.text}{done.messages}\n")
    if validated.printed:
        _write(project / QUALITY_REPORT, validated.printed)
    review = Review(
        *checks,
        _head(environment),
        f"[pipeline {environment['CI_PIPELINE_IID']}]({environment['CI_PIPELINE_URL']})",
        f"the artifact {PAGE}",
    )
    _write(project / PAGE, review_text.summary(review))
    posted = _post(environment, inputs.file, review)
    told = ": ".join(filter(None, (posted.outcome, posted.url, posted.reason)))
    sys.stdout.write(f"{review_text.heading(review).removeprefix('### ')}\nnote {clean(told)}\n")
    return CLEAN if review.verdict == "pass" else FINDINGS


def _write(path: Path, text: str) -> None:
    """Write a file of the job in place of one of the repository, which may be a link elsewhere."""
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


def _base(environment: Mapping[str, str], clone: WorkflowClone) -> str:
    """The commit that the merge request is compared with, fetched if it is missing.

    In a pipeline of merged results it is the target branch, which is already merged.
    """
    names = ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA")
    commit = next(filter(None, (environment.get(name, "") for name in names)), "")
    if not commit:
        step = 'give the job the rule if: $CI_PIPELINE_SOURCE == "merge_request_event"'
        raise BadWorkflowRun("this is not a pipeline of a merge request", next_step=step)
    return clone.ensure(commit)


def _head(environment: Mapping[str, str]) -> str:
    """The commit that the merge request ends with, also where its merged result is tested."""
    merged = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "")
    return merged or environment["CI_COMMIT_SHA"]


def _post(environment: Mapping[str, str], file: str, review: Review) -> CommentResult:
    token = environment.get(TOKEN, "")
    if not token:
        return CommentResult("none", reason=f"there is no {TOKEN}")
    pipeline, job = (
        number_variable(environment, name) for name in ("CI_PIPELINE_IID", "CI_JOB_ID")
    )
    review_id = review_id_of(environment.get("CI_JOB_NAME", ""), file, "")
    marker = ReviewMarker(review_id, pipeline, job, review.commit)
    request = number_variable(environment, "CI_MERGE_REQUEST_IID")
    notes = MergeRequestNotes(
        environment["CI_API_V4_URL"],
        number_variable(environment, "CI_MERGE_REQUEST_PROJECT_ID"),
        request,
        token,
        f"{environment['CI_MERGE_REQUEST_PROJECT_URL']}/-/merge_requests/{request}",
    )
    text = review_text.comment(review, MAX_CHARACTERS - len(str(marker)) - 1)
    return keep_one(notes, marker, text, worth_creating=review.changes_something)
