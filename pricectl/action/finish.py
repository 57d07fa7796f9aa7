"""The last step on GitHub: annotations, job summary, outputs, comment and exit code."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pricectl.action import review_text, runner
from pricectl.action.checks import read_check
from pricectl.action.github_comments import PullRequestComments
from pricectl.action.inputs import ActionInputs
from pricectl.action.review_text import Review
from pricectl.action.sticky_comment import (
    MAX_CHARACTERS,
    CommentResult,
    ReviewMarker,
    keep_one,
    review_id_of,
)
from pricectl.action.workflow_run import WorkflowRun
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.report.formats.github import command

NO_PERMISSION = (
    "no comment: the token may not write comments. It needs the permission 'pull-requests: write'; "
    "the job summary has the review"
)
FROM_FORK = (
    "no comment: a pull request from a fork has a token that only reads; the job summary has the "
    "review"
)


def finish(
    environment: Mapping[str, str], run: WorkflowRun, inputs: ActionInputs, results: Path
) -> int:
    """Write the summary, the comment and the outputs, and return the exit code of the action."""
    codes = [int(environment[f"CODE_{verb}"]) for verb in ("VALIDATE", "DIFF")]
    pull_request = run.pull_request
    review = Review(
        read_check("validate", codes[0], results),
        read_check("diff", codes[1], results),
        pull_request.head_sha if pull_request else environment.get("GITHUB_SHA", ""),
        f"[run {run.number}]({run.page})",
        "the job summary",
    )
    runner.add_to_summary(environment["GITHUB_STEP_SUMMARY"], review_text.summary(review))
    posted = _post(environment, run, inputs, review)
    outputs = _outputs(review, results) | {"comment": posted.outcome, "comment-url": posted.url}
    runner.set_outputs(environment["GITHUB_OUTPUT"], outputs)
    runner.print_text(review_text.heading(review).removeprefix("### "))
    return CLEAN if review.verdict == "pass" else FINDINGS


def _post(
    environment: Mapping[str, str], run: WorkflowRun, inputs: ActionInputs, review: Review
) -> CommentResult:
    pull_request, token = run.pull_request, environment.get("GITHUB_TOKEN", "")
    if not inputs.comment or pull_request is None or not token:
        return CommentResult("none")
    review_id = review_id_of(run.workflow, inputs.file, inputs.working_directory)
    marker = ReviewMarker(review_id, run.number, run.attempt, review.commit)
    posted = keep_one(
        PullRequestComments(
            run.api_url, run.repository, pull_request.number, token, inputs.comment_author
        ),
        marker,
        review_text.comment(review, MAX_CHARACTERS - len(str(marker)) - 1),
        worth_creating=review.changes_something,
    )
    reason, level = posted.reason, "warning"
    if posted.outcome == "not-allowed":
        reason = f"{FROM_FORK if pull_request.is_from_fork else NO_PERMISSION} ({posted.reason})"
        level = "notice" if pull_request.is_from_fork else "warning"
    elif posted.outcome == "outdated":
        level = "notice"
    if reason:
        sys.stdout.write(command(level, reason, title="pricectl comment") + "\n")
    return posted


def _outputs(review: Review, results: Path) -> dict[str, str]:
    overview = review.diff.document["overview"] if review.diff.document else {}
    return {
        "verdict": review.verdict,
        "errors": str(review.counted("error")),
        "new-errors": str(review.counted("error", only_new=True)),
        "warnings": str(review.counted("warning")),
        "limits-exceeded": str(review.limits_exceeded),
        "change": overview.get("text", ""),
        "money": _money(overview.get("money")),
        "bill": (overview.get("bill") or {}).get("text", ""),
        "credits": _credits(overview.get("credits")),
        "validate-json": str(results / "validate.json") if review.validate.document else "",
        "diff-json": str(results / "diff.json") if review.diff.document else "",
        "diff-markdown": str(results / "diff.markdown") if review.diff.document else "",
    }


def _money(effect: Mapping[str, Any] | None) -> str:
    """The largest effect in money, such as "openai/o3, chat turn: 0.003 -> 0.006 USD (+100%)"."""
    if effect is None:
        return ""
    old, new = (effect[name] or "no price" for name in ("old_usd", "new_usd"))
    return f"{_where(effect)}: {old} -> {new} USD ({effect['percent']})"


def _credits(effect: Mapping[str, Any] | None) -> str:
    """The largest effect in credits, written alike."""
    if effect is None:
        return ""
    moved = f"{effect['old']} -> {effect['new']} credits of {effect['mode']}"
    return f"{_where(effect)}: {moved} ({effect['percent']})"


def _where(effect: Mapping[str, Any]) -> str:
    period = f" {effect['period']}" if effect["period"] else ""
    return f"{effect['provider']}/{effect['model']}{period}, {effect['job']}"
