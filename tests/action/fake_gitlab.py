"""GitLab's API for the notes of a merge request, on this machine, as its documentation has it.

Notes: https://docs.gitlab.com/api/notes/#merge-requests
Pages: https://docs.gitlab.com/api/rest/#pagination
Tokens: https://docs.gitlab.com/api/rest/authentication/
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PROJECT, NUMBER = 42, 7
TOKEN = "glpat-secretOfTheProject"  # noqa: S105 - the fake's own
BOT = "project_42_bot_0a1b2c"
REQUEST = f"/api/v4/projects/{PROJECT}/merge_requests/{NUMBER}"


@dataclass
class FakeGitLab:
    """A merge request and its notes."""

    url: str = ""
    head_sha: str = ""
    notes: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    next_id: int = 301

    def add(self, body: str, author: str = BOT, *, system: bool = False) -> int:
        """A note that is there already."""
        found, self.next_id = self.next_id, self.next_id + 1
        self.notes[found] = {
            "id": found,
            "body": body,
            "author": {"id": 1, "username": author, "name": author, "state": "active"},
            "created_at": "2026-11-27T10:00:00Z",
            "system": system,
            "noteable_id": 377,
            "noteable_type": "MergeRequest",
            "noteable_iid": NUMBER,
            "resolvable": False,
        }
        return found

    @property
    def bodies(self) -> list[str]:
        """The texts of all notes, the oldest first."""
        return [note["body"] for note in self.notes.values()]


class GitLabHandler(BaseHTTPRequestHandler):
    """Answers for one `FakeGitLab`."""

    gitlab: FakeGitLab

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        gitlab, path = self.gitlab, urlsplit(self.path).path
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        gitlab.requests.append(f"{self.command} {self.path}")
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, {"message": "401 Unauthorized"})
        if (self.command, path) == ("GET", "/api/v4/user"):
            return self._send(200, {"id": 1, "username": BOT, "bot": True})
        if (self.command, path) == ("GET", REQUEST):
            return self._send(200, {"id": 377, "iid": NUMBER, "sha": gitlab.head_sha})
        if (self.command, path) == ("GET", f"{REQUEST}/notes"):
            return self._list()
        if (self.command, path) == ("POST", f"{REQUEST}/notes"):
            return self._send(201, gitlab.notes[gitlab.add(json.loads(data)["body"])])
        one = re.fullmatch(rf"{REQUEST}/notes/(\d+)", path)
        if one and int(one[1]) in gitlab.notes:
            if self.command == "PUT":
                gitlab.notes[int(one[1])]["body"] = json.loads(data)["body"]
                return self._send(200, gitlab.notes[int(one[1])])
            if self.command == "DELETE":
                del gitlab.notes[int(one[1])]
                return self._send(204, None)
        return self._send(404, {"message": "404 Not found"})

    def _list(self) -> None:
        """A page of notes; without an order that is stated the newest come first."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        size, page = min(int(query.get("per_page", 20)), 100), int(query.get("page", 1))
        notes = list(self.gitlab.notes.values())
        notes = notes if query.get("sort") == "asc" else notes[::-1]
        part = notes[(page - 1) * size : page * size]
        more = page * size < len(notes)
        address = f"{self.gitlab.url}{REQUEST}/notes?page={page + 1}&per_page={size}"
        headers = {"x-next-page": str(page + 1) if more else "", "x-page": str(page)}
        self._send(200, part, headers | ({"Link": f'<{address}>; rel="next"'} if more else {}))

    def _send(self, status: int, found: Any, headers: Mapping[str, str] | None = None) -> None:
        data = b"" if found is None else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving_gitlab(gitlab: FakeGitLab) -> Iterator[FakeGitLab]:
    """Answer for it until the end of the block."""
    handler = type("OwnGitLabHandler", (GitLabHandler,), {"gitlab": gitlab})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    gitlab.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gitlab
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
