"""The comments of a pull request on GitHub.

Comments: https://docs.github.com/en/rest/issues/comments
Pages: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
Limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
Refusals: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from collections.abc import Iterator
from typing import Any

from pricectl.action.comment_api import CommentError, HostApi, HostComment
from pricectl.action.members import member, text_member

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class PullRequestComments:
    """A `CommentThread`; to GitHub every pull request is an issue, too."""

    def __init__(
        self, api_url: str, repository: str, number: int, token: str, account: str
    ) -> None:
        """`account` is that of the token, which a token of a workflow cannot ask for."""
        self._repository, self._number = f"{api_url}/repos/{repository}", number
        self._api, self.account = HostApi("GitHub", token, HEADERS), account

    @property
    def seconds_left(self) -> float:
        """How long requests may still take, all together."""
        return self._api.seconds_left

    def all(self) -> Iterator[HostComment]:
        """Every comment, the oldest first."""
        url = f"{self._repository}/issues/{self._number}/comments"
        yield from filter(None, map(_comment, self._api.pages(url)))

    def head_sha(self) -> str:
        """The commit that the pull request ends with now."""
        return text_member(self._api.get(f"{self._repository}/pulls/{self._number}"), "head", "sha")

    def create(self, body: str) -> HostComment:
        """Add a comment."""
        url = f"{self._repository}/issues/{self._number}/comments"
        return _written(self._api.write("POST", url, body))

    def update(self, comment_id: int, body: str) -> HostComment:
        """Replace the text of a comment."""
        return _written(self._api.write("PATCH", self._url(comment_id), body))

    def delete(self, comment_id: int) -> None:
        """Remove a comment; nothing happens if another run has removed it."""
        self._api.delete(self._url(comment_id))

    def _url(self, comment_id: int) -> str:
        return f"{self._repository}/issues/comments/{comment_id}"


def _written(found: Any) -> HostComment:
    comment = _comment(found)
    if comment is None:
        raise CommentError("GitHub's answer is not a comment")
    return comment


def _comment(found: Any) -> HostComment | None:
    """A comment; None for an entry that is not one. The author may have deleted the account."""
    number = member(found, "id")
    if type(number) is not int:
        return None
    author, body = text_member(found, "user", "login"), text_member(found, "body")
    return HostComment(number, author, body, text_member(found, "html_url"))
