"""GitHub's API for the comments of a pull request, on this machine, as its documentation has it.

Comments: https://docs.github.com/en/rest/issues/comments
Pages: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
Refusals: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
REPOSITORY = "shop/prices"
NUMBER = 7
TOKEN = "ghs_secretOfTheWorkflow"  # noqa: S105 - the fake's own
DOCS = "https://docs.github.com/rest/issues/comments"
# The versions that the documentation of the header names.
VERSIONS = {"2022-11-28"}


class Scripted(NamedTuple):
    """An answer that is given instead of the right one."""

    status: int
    message: str = ""
    headers: Mapping[str, str] = {}


@dataclass
class FakeGitHub:
    """A pull request and its comments. A test sets what it needs and reads what happened."""

    url: str = ""
    head_sha: str = ""
    read_only: bool = False
    private: bool = False
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)
    scripted: list[Scripted] = field(default_factory=list)
    before: Callable[[str, str], None] | None = None
    hidden: set[int] = field(default_factory=set)
    next_id: int = 1_001

    def add(self, body: str, author: str = BOT) -> int:
        """A comment that is there already."""
        found, self.next_id = self.next_id, self.next_id + 1
        page = f"https://github.com/{REPOSITORY}/pull/{NUMBER}#issuecomment-{found}"
        self.comments[found] = {
            "id": found,
            "node_id": f"IC_{found}",
            "url": f"{self.url}/repos/{REPOSITORY}/issues/comments/{found}",
            "html_url": page,
            "body": body,
            "user": {"login": author, "id": 41_898_282, "type": "Bot"},
            "created_at": "2026-11-27T10:00:00Z",
            "updated_at": "2026-11-27T10:00:00Z",
            "issue_url": f"{self.url}/repos/{REPOSITORY}/issues/{NUMBER}",
            "author_association": "CONTRIBUTOR",
        }
        return found

    @property
    def bodies(self) -> list[str]:
        """The texts of all comments, the oldest first."""
        return [comment["body"] for comment in self.comments.values()]

    def writes(self) -> list[str]:
        """The requests that change something."""
        return [request for request in self.requests if not request.startswith("GET")]


class Handler(BaseHTTPRequestHandler):
    """Answers for one `FakeGitHub`."""

    github: FakeGitHub

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        github, path = self.github, urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        github.requests.append(f"{self.command} {self.path}")
        github.tokens.add(self.headers.get("Authorization"))
        if github.before:
            github.before(self.command, path)
        if github.scripted:
            return self._send(*self._scripted(github.scripted.pop(0)))
        if not self.headers.get("User-Agent"):
            return self._send(403, {"message": "Request forbidden by administrative rules."})
        if self.headers.get("X-GitHub-Api-Version") not in VERSIONS:
            return self._send(400, {"message": "Not a supported version", "status": "400"})
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, {"message": "Bad credentials", "status": "401"})
        if github.read_only and github.private:
            return self._send(404, {"message": "Not Found", "status": "404"})
        if github.read_only and self.command != "GET":
            refused = {
                "message": "Resource not accessible by integration",
                "documentation_url": f"{DOCS}#create-an-issue-comment",
                "status": "403",
            }
            needs = "issues=write; pull_requests=write"
            return self._send(403, refused, {"X-Accepted-GitHub-Permissions": needs})
        return self._route(path, json.loads(body) if body else {})

    def _route(self, path: str, given: Mapping[str, Any]) -> None:
        github, base = self.github, f"/repos/{REPOSITORY}"
        if path == f"{base}/pulls/{NUMBER}" and self.command == "GET":
            head = {"ref": "edit", "sha": github.head_sha}
            return self._send(200, {"number": NUMBER, "state": "open", "head": head})
        if path == f"{base}/issues/{NUMBER}/comments":
            return self._list() if self.command == "GET" else self._write(None, given)
        one = re.fullmatch(rf"{base}/issues/comments/(\d+)", path)
        if one and int(one[1]) in github.comments:
            if self.command == "DELETE":
                del github.comments[int(one[1])]
                return self._send(204, None)
            if self.command == "PATCH":
                return self._write(int(one[1]), given)
        return self._send(404, {"message": "Not Found", "documentation_url": DOCS, "status": "404"})

    def _list(self) -> None:
        """A page of comments, by ascending id, with links to others if there are any."""
        query = parse_qs(urlsplit(self.path).query)
        size = min(int(query.get("per_page", ["30"])[0]), 100)
        page = int(query.get("page", ["1"])[0])
        shown = [
            one for found, one in self.github.comments.items() if found not in self.github.hidden
        ]
        pages = max(1, -(-len(shown) // size))
        links = {"prev": page - 1, "next": page + 1, "last": pages, "first": 1}
        if page == 1:
            links = {rel: number for rel, number in links.items() if rel not in {"prev", "first"}}
        if page == pages:
            links = {rel: number for rel, number in links.items() if rel not in {"next", "last"}}
        url = f"{self.github.url}/repositories/1300192/issues/{NUMBER}/comments?per_page={size}"
        link = ", ".join(f'<{url}&page={number}>; rel="{rel}"' for rel, number in links.items())
        part = shown[(page - 1) * size : page * size]
        self._send(200, part, {"Link": link} if link else {})

    def _write(self, found: int | None, given: Mapping[str, Any]) -> None:
        body = given.get("body")
        if not isinstance(body, str) or not body:
            return self._send(422, {"message": "Invalid request.", "status": "422"})
        if len(body.encode("utf-16-le")) // 2 > 65_536:
            problem = {
                "resource": "IssueComment",
                "code": "unprocessable",
                "field": "data",
                "message": "Body is too long (maximum is 65536 characters)",
            }
            refused = {"message": "Validation Failed", "errors": [problem], "status": "422"}
            return self._send(422, refused)
        if found is None:
            return self._send(201, self.github.comments[self.github.add(body)])
        self.github.comments[found]["body"] = body
        return self._send(200, self.github.comments[found])

    @staticmethod
    def _scripted(answer: Scripted) -> tuple[int, Any, Mapping[str, str]]:
        return (
            answer.status,
            {"message": answer.message} if answer.message else None,
            answer.headers,
        )

    def _send(self, status: int, found: Any, headers: Mapping[str, str] | None = None) -> None:
        data = b"" if found is None else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(github: FakeGitHub) -> Iterator[FakeGitHub]:
    """Answer for it until the end of the block."""
    handler = type("OwnHandler", (Handler,), {"github": github})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    github.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
