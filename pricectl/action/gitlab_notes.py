"""The notes of a merge request on GitLab, which is what its comments are called.

Notes: https://docs.gitlab.com/api/notes/#merge-requests
Pages: https://docs.gitlab.com/api/rest/#pagination
Tokens: https://docs.gitlab.com/api/rest/authentication/
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pricectl.action.comment_api import CommentError, HostApi, HostComment
from pricectl.action.members import member, text_member


class MergeRequestNotes:
    """A `CommentThread` of a merge request."""

    def __init__(self, api_url: str, project_id: int, number: int, token: str, page: str) -> None:
        """`number` is that inside the project, `page` the address of the merge request."""
        self._api_url, self._page = api_url, page
        self._request = f"{api_url}/projects/{project_id}/merge_requests/{number}"
        self._api = HostApi("GitLab", token)

    @property
    def seconds_left(self) -> float:
        """How long requests may still take, all together."""
        return self._api.seconds_left

    @cached_property
    def account(self) -> str:
        """The account of the token; a project's token has one of its own."""
        name = text_member(self._api.get(f"{self._api_url}/user"), "username")
        if not name:
            raise CommentError("GitLab does not say which account the token belongs to")
        return name

    def all(self) -> Iterator[HostComment]:
        """Every note that a person or a token wrote, the oldest first."""
        notes = self._api.pages(f"{self._request}/notes", "sort=asc&order_by=created_at&")
        yield from filter(None, map(self._note, notes))

    def head_sha(self) -> str:
        """The commit that the merge request ends with now."""
        return text_member(self._api.get(self._request), "sha")

    def create(self, body: str) -> HostComment:
        """Add a note."""
        return self._written(self._api.write("POST", f"{self._request}/notes", body))

    def update(self, comment_id: int, body: str) -> HostComment:
        """Replace the text of a note."""
        return self._written(self._api.write("PUT", self._url(comment_id), body))

    def delete(self, comment_id: int) -> None:
        """Remove a note; nothing happens if another run has removed it."""
        self._api.delete(self._url(comment_id))

    def _url(self, comment_id: int) -> str:
        return f"{self._request}/notes/{comment_id}"

    def _written(self, found: Any) -> HostComment:
        note = self._note(found)
        if note is None:
            raise CommentError("GitLab's answer is not a note")
        return note

    def _note(self, found: Any) -> HostComment | None:
        """A note; None for what GitLab itself wrote, such as "added 1 commit"."""
        number = member(found, "id")
        if type(number) is not int or member(found, "system") is True:
            return None
        author, body = text_member(found, "author", "username"), text_member(found, "body")
        return HostComment(number, author, body, f"{self._page}#note_{number}")
