"""Comments on a change, over the REST API of the host: what GitHub and GitLab have in common."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

from pricectl.core.errors import PricingError
from pricectl.core.labels import clean, shortened
from pricectl.files.fetch import HttpAnswer, NotFetched, send

# GitHub itself gives up after ten seconds.
REQUEST_SECONDS, ALL_SECONDS = 15.0, 60.0
PER_PAGE = 100
# GitHub takes 2,500 comments; more pages would be a loop.
MAX_PAGES = 30
# A page of the longest comments.
MAX_ANSWER_BYTES = 32 * 1024 * 1024
MAX_REASON = 200
NO_HEADERS: Mapping[str, str] = {}
_NEXT_PAGE = re.compile(r'<[^>]*>\s*;\s*rel="next"')
_NOT_ALLOWED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class CommentError(PricingError):
    """A request that the host did not carry out."""


class NotAllowed(CommentError):
    """The token may not do this: it comes from a fork, or lacks the permission."""


class TryLater(CommentError):
    """The host is overloaded or limits requests; `after_seconds` is what it asks to wait."""

    def __init__(self, what: str, after_seconds: float) -> None:
        super().__init__(what)
        self.after_seconds = after_seconds


class HostComment(NamedTuple):
    """A comment as the host has it, with the name of the account that wrote it."""

    id: int
    author: str
    body: str
    url: str


class CommentThread(Protocol):
    """The comments of a pull or merge request. Everything raises CommentError."""

    @property
    def seconds_left(self) -> float:
        """How long requests may still take, all together."""

    @property
    def account(self) -> str:
        """The account of the token."""

    def all(self) -> Iterator[HostComment]:
        """Every comment, the oldest first."""

    def head_sha(self) -> str:
        """The commit that the request ends with now."""

    def create(self, body: str) -> HostComment:
        """Add a comment."""

    def update(self, comment_id: int, body: str) -> HostComment:
        """Replace the text of a comment."""

    def delete(self, comment_id: int) -> None:
        """Remove a comment; nothing happens if another run has removed it."""


class HostApi:
    """Sends requests to one host, with its token, within a time for all of them.

    The token goes to that host only: no redirect and no link of an answer is followed.
    """

    def __init__(self, host: str, token: str, headers: Mapping[str, str] = NO_HEADERS) -> None:
        """`host` is its name for people."""
        self._host, self._token, self._headers = host, token, headers
        self._end = time.monotonic() + ALL_SECONDS

    @property
    def seconds_left(self) -> float:
        """How long requests may still take, all together."""
        return self._end - time.monotonic()

    def get(self, url: str) -> Any:
        """The JSON at an address. Raises CommentError."""
        return self._json(self._send("GET", url))

    def pages(self, url: str, query: str = "") -> Iterator[Any]:
        """Each entry of a list of many pages. Raises CommentError."""
        for page in range(1, MAX_PAGES + 1):
            answer = self._send("GET", f"{url}?{query}per_page={PER_PAGE}&page={page}")
            found = self._json(answer)
            if not isinstance(found, list):
                raise CommentError(f"{self._host}'s answer is not a list of comments")
            yield from found
            # The number of the next page is ours: a link could lead to another host.
            if not _NEXT_PAGE.search(answer.headers.get("link", "")):
                return
        raise CommentError(f"there are more than {MAX_PAGES * PER_PAGE:,} comments")

    def write(self, method: str, url: str, body: str) -> Any:
        """Write the text of a comment, and return the host's JSON. Raises CommentError."""
        return self._json(self._send(method, url, json.dumps({"body": body}).encode()))

    def delete(self, url: str) -> None:
        """Delete what is at an address, if it still is. Raises CommentError."""
        self._send("DELETE", url, gone_is_fine=True)

    def _send(
        self, method: str, url: str, body: bytes | None = None, *, gone_is_fine: bool = False
    ) -> HttpAnswer:
        seconds = min(REQUEST_SECONDS, self.seconds_left)
        if seconds <= 0:
            raise CommentError(f"{self._host} did not answer within {ALL_SECONDS:g} seconds in all")
        try:
            answer = send(
                method,
                url,
                body,
                token=self._token,
                seconds=seconds,
                limit=MAX_ANSWER_BYTES,
                direct=False,
                headers=self._headers,
            )
        except NotFetched as error:
            # Without the address, which may have a password in it.
            raise TryLater(f"{self._host} {error.what}", 0) from None
        if gone_is_fine and answer.status == HTTPStatus.NOT_FOUND:
            return answer
        if answer.status not in range(200, 300):
            raise _refused(answer, self._host)
        if answer.oversized or answer.cut:
            raise CommentError(f"{self._host}'s answer is too long or was cut off")
        return answer

    def _json(self, answer: HttpAnswer) -> Any:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise CommentError(f"{self._host}'s answer is not JSON") from None


def _refused(answer: HttpAnswer, host: str) -> CommentError:
    """Why the host did not do it, with its own words."""
    status, headers = answer.status, answer.headers
    reason = f"{host} answers {status}{_reason(answer)}"
    after = headers.get("retry-after", "")
    limited = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and limited):
        # Without a time it is an hour at most: no step of a workflow should wait for that.
        return TryLater(reason, int(after) if after.isascii() and after.isdigit() else ALL_SECONDS)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater(reason, 0)
    if status in _NOT_ALLOWED:
        return NotAllowed(reason)
    return CommentError(reason)


def _reason(answer: HttpAnswer) -> str:
    """What the host says, such as "Validation Failed: body is too long"."""
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
