"""Keeps one comment of the review on a pull request, always that of the newest run.

The first line of the comment is a marker, which nobody sees. By it a later run finds the comment
and replaces its text, and an earlier run that ends later leaves it alone.
"""

import hashlib
import posixpath
import re
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from pricectl.action.comment_api import (
    CommentError,
    CommentThread,
    HostComment,
    NotAllowed,
    TryLater,
)

# GitHub's limit, counted as UTF-16 does, which is never less than it counts.
MAX_CHARACTERS = 65_536
# A later push is worth more than a long wait.
MAX_WAIT_SECONDS = 20.0
ATTEMPTS = 3
ID_DIGITS = 12
_MARKER = re.compile(
    r"<!-- pricectl-review id=([0-9a-f]{12}) run=(\d{1,19})\.(\d{1,19}) "
    r"commit=([0-9a-f]{40,64}) -->"
)

Outcome = Literal["created", "updated", "unchanged", "outdated", "none", "not-allowed", "failed"]


class ReviewMarker(NamedTuple):
    """Which review a comment is of, and which run wrote it.

    `review_id` tells the reviews of several price files in one pull request apart.
    """

    review_id: str
    run_number: int
    run_attempt: int
    commit: str

    def __str__(self) -> str:
        """The comment's first line."""
        return (
            f"<!-- pricectl-review id={self.review_id} "
            f"run={self.run_number}.{self.run_attempt} commit={self.commit} -->"
        )

    @property
    def order(self) -> tuple[int, int]:
        """Later runs have a greater one."""
        return self.run_number, self.run_attempt


class CommentResult(NamedTuple):
    """What became of the comment, its address, and the reason where nothing was written."""

    outcome: Outcome
    url: str = ""
    reason: str = ""


class MarkedComment(NamedTuple):
    """A comment that a run of this review wrote."""

    comment: HostComment
    marker: ReviewMarker


def review_id_of(workflow: str, file: str, folder: str) -> str:
    """Tells the reviews of one pull request apart: by workflow, file and folder."""
    words = "\0".join((workflow, file, posixpath.normpath(folder or ".")))
    return hashlib.sha256(words.encode()).hexdigest()[:ID_DIGITS]


def read_marker(body: str) -> ReviewMarker | None:
    """The marker that a comment begins with; None without one."""
    found = _MARKER.match(body)
    if found is None:
        return None
    review_id, number, attempt, commit = found.groups()
    return ReviewMarker(review_id, int(number), int(attempt), commit)


def keep_one(
    comments: CommentThread,
    marker: ReviewMarker,
    text: str,
    *,
    worth_creating: bool,
    wait: Callable[[float], None] = time.sleep,
) -> CommentResult:
    """Write the comment, or find out why not.

    A marker in a comment of another account than the token's means nothing. `worth_creating` is
    whether a pull request without a comment needs one. A request that failed is repeated by
    beginning anew, so that no comment is written twice. Raises nothing.
    """
    reason = ""
    for _ in range(ATTEMPTS):
        try:
            return _keep_one(comments, marker, text, worth_creating=worth_creating)
        except NotAllowed as error:
            return CommentResult("not-allowed", reason=str(error))
        except TryLater as error:
            reason = str(error)
            if error.after_seconds > min(MAX_WAIT_SECONDS, comments.seconds_left):
                break
            wait(max(error.after_seconds, 1))
        except CommentError as error:
            reason = str(error)
            break
    return CommentResult("failed", reason=reason)


def _keep_one(
    comments: CommentThread,
    marker: ReviewMarker,
    text: str,
    *,
    worth_creating: bool,
) -> CommentResult:
    body = f"{marker}\n{text}"
    found = _marked(comments, marker.review_id)
    newest = max(found, key=lambda one: one.marker.order, default=None)
    if newest is None and not worth_creating:
        return CommentResult("none")
    # A run number alone is not enough: the newer run may not have written its comment yet.
    if (newest and newest.marker.order > marker.order) or comments.head_sha() != marker.commit:
        url = newest.comment.url if newest else ""
        return CommentResult(
            "outdated", url, "a newer commit or run of this pull request has its own"
        )
    outcome: Outcome
    if newest is None:
        written, outcome = comments.create(body), "created"
    elif found[0].comment.body == body:
        written, outcome = found[0].comment, "unchanged"
    else:
        # The first one, so that the comment stays where people have seen it.
        written, outcome = comments.update(found[0].comment.id, body), "updated"
    kept = _without_duplicates(comments, MarkedComment(written, marker))
    if kept.marker.order > marker.order:
        return CommentResult("outdated", kept.comment.url, "a newer run has written its own")
    return CommentResult(outcome, kept.comment.url)


def _without_duplicates(comments: CommentThread, mine: MarkedComment) -> MarkedComment:
    """Remove all but one comment of a review, since two runs may each have found none and written.

    Returns the one that stays, which is of the newest run.
    """
    found = _marked(comments, mine.marker.review_id)
    if all(one.comment.id != mine.comment.id for one in found):
        found.append(mine)  # a list may lag behind what was just written
    # Of two comments of one run the first one stays, whichever job looks.
    kept = max(found, key=lambda one: (one.marker.order, -one.comment.id))
    for one in found:
        # What a newer run wrote is that run's to remove.
        if one is not kept and one.marker.order <= mine.marker.order:
            comments.delete(one.comment.id)
    return kept


def _marked(comments: CommentThread, review_id: str) -> list[MarkedComment]:
    """The comments of this review, the oldest first."""
    return [
        MarkedComment(comment, marker)
        for comment in comments.all()
        if comment.author == comments.account
        and (marker := read_marker(comment.body))
        and marker.review_id == review_id
    ]
