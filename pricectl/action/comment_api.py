"""The comments of a pull request, over GitHub's REST API.

Requests and answers: https://docs.github.com/en/rest/issues/comments
Pages: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
Limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
Refusals: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

import json
import re
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

from pricectl.core.errors import PricingError
from pricectl.core.labels import clean, shortened
from pricectl.files.fetch import HttpAnswer, NotFetched, send

# GitHub itself gives up after ten seconds.
REQUEST_SECONDS, ALL_SECONDS = 15.0, 60.0
PER_PAGE = 100
# A pull request takes 2,500 comments; more pages would be a loop.
MAX_PAGES = 30
# A page of the longest comments.
MAX_ANSWER_BYTES = 32 * 1024 * 1024
# What GitHub refuses, and says of every token that lacks the permission, is shown up to here.
MAX_REASON = 200
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_NEXT_PAGE = re.compile(r'<[^>]*>\s*;\s*rel="next"')
_LIMITED = {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
_NOT_ALLOWED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class CommentError(PricingError):
    """A request that GitHub did not carry out."""


class NotAllowed(CommentError):
    """The token may not do this: it comes from a fork, or lacks the permission."""


class TryLater(CommentError):
    """GitHub is overloaded or limits requests; `after_seconds` is what it asks to wait."""

    def __init__(self, what: str, after_seconds: float) -> None:
        super().__init__(what)
        self.after_seconds = after_seconds


class IssueComment(NamedTuple):
    """A comment of a pull request, which GitHub calls an issue comment."""

    id: int
    author: str
    body: str
    url: str


class PullRequestComments:
    """The comments of one pull request. Every method raises CommentError."""

    def __init__(self, api_url: str, repository: str, number: int, token: str) -> None:
        """`token` goes to the host of `api_url` only: no redirect and no link is followed."""
        self._repository = f"{api_url}/repos/{repository}"
        self._number = number
        self._token = token
        self._end = time.monotonic() + ALL_SECONDS

    @property
    def seconds_left(self) -> float:
        """How long requests may still take, all together."""
        return self._end - time.monotonic()

    def all(self) -> Iterator[IssueComment]:
        """Every comment, the oldest first."""
        url = f"{self._repository}/issues/{self._number}/comments?per_page={PER_PAGE}"
        for page in range(1, MAX_PAGES + 1):
            answer = self._send("GET", f"{url}&page={page}")
            found = _json(answer)
            if not isinstance(found, list):
                raise CommentError("GitHub's answer is not a list of comments")
            yield from filter(None, map(_comment, found))
            # The number of the next page is ours: a link could lead to another host.
            if not _NEXT_PAGE.search(answer.headers.get("link", "")):
                return
        raise CommentError(f"the pull request has more than {MAX_PAGES * PER_PAGE:,} comments")

    def head_sha(self) -> str:
        """The commit that the pull request ends with now."""
        found = _json(self._send("GET", f"{self._repository}/pulls/{self._number}"))
        head = found.get("head") if isinstance(found, dict) else None
        return str(head.get("sha", "")) if isinstance(head, dict) else ""

    def create(self, body: str) -> IssueComment:
        """Add a comment."""
        url = f"{self._repository}/issues/{self._number}/comments"
        return _written(self._send("POST", url, body))

    def update(self, comment_id: int, body: str) -> IssueComment:
        """Replace the text of a comment."""
        return _written(self._send("PATCH", self._url(comment_id), body))

    def delete(self, comment_id: int) -> None:
        """Remove a comment; nothing happens if another run has removed it."""
        self._send("DELETE", self._url(comment_id), gone_is_fine=True)

    def _url(self, comment_id: int) -> str:
        return f"{self._repository}/issues/comments/{comment_id}"

    def _send(
        self, method: str, url: str, body: str | None = None, *, gone_is_fine: bool = False
    ) -> HttpAnswer:
        data = None if body is None else json.dumps({"body": body}).encode()
        seconds = min(REQUEST_SECONDS, self.seconds_left)
        if seconds <= 0:
            raise CommentError(f"GitHub did not answer within {ALL_SECONDS:g} seconds in all")
        try:
            answer = send(
                method,
                url,
                data,
                token=self._token,
                seconds=seconds,
                limit=MAX_ANSWER_BYTES,
                direct=False,
                headers=HEADERS,
            )
        except NotFetched as error:
            # Never the address: what is in it is known, and a proxy's may have a password.
            raise TryLater(f"GitHub {error.what}", 0) from None
        if gone_is_fine and answer.status == HTTPStatus.NOT_FOUND:
            return answer
        if answer.status not in range(200, 300):
            raise _refused(answer)
        if answer.oversized or answer.cut:
            raise CommentError("GitHub's answer is too long or was cut off")
        return answer


def _refused(answer: HttpAnswer) -> CommentError:
    """Why GitHub did not do it, with its own words."""
    status, headers = answer.status, answer.headers
    reason = f"GitHub answers {status}{_reason(answer)}"
    after = headers.get("retry-after", "")
    limited = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status in _LIMITED and limited):
        # Without a time it is an hour at most: no step of a workflow should wait for that.
        return TryLater(reason, int(after) if after.isascii() and after.isdigit() else ALL_SECONDS)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater(reason, 0)
    if status in _NOT_ALLOWED:
        return NotAllowed(reason)
    return CommentError(reason)


def _reason(answer: HttpAnswer) -> str:
    """What GitHub says, such as "Validation Failed: body is too long"."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    errors = found.get("errors")
    listed = errors if isinstance(errors, list) else []
    details = (one.get("message") for one in listed if isinstance(one, dict))
    texts = [text for text in (found.get("message"), *details) if isinstance(text, str)]
    return clean(f", {shortened(': '.join(texts), MAX_REASON)}") if texts else ""


def _json(answer: HttpAnswer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise CommentError("GitHub's answer is not JSON") from None


def _written(answer: HttpAnswer) -> IssueComment:
    comment = _comment(_json(answer))
    if comment is None:
        raise CommentError("GitHub's answer is not a comment")
    return comment


def _comment(found: Any) -> IssueComment | None:
    """A comment; None for an entry that is not one."""
    if not isinstance(found, dict) or type(found.get("id")) is not int:
        return None
    user = found.get("user")  # null where the account was deleted
    author = user.get("login") if isinstance(user, dict) else ""
    texts = (author, found.get("body"), found.get("html_url"))
    return IssueComment(found["id"], *(text if isinstance(text, str) else "" for text in texts))
