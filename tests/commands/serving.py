"""A real `pricectl serve` on a free port of this machine, for the tests that need one."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import CHILD_PATH

TOKEN = "long-and-secret"  # noqa: S105 - the tests' own
BEARER = {"Authorization": f"Bearer {TOKEN}"}
START_SECONDS = 30


class Server(NamedTuple):
    """Where it listens, what it said at the start, and its process."""

    port: int
    said: str
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[Server]:
    """Serves the catalog of a folder until the block ends."""
    environment = {
        **os.environ,
        "PYTHONPATH": CHILD_PATH,
        "PRICECTL_TOKEN": TOKEN,
        "PRICECTL_STATE": str(folder / "state"),
    }
    command = [sys.executable, "-m", "pricectl", "serve", "--port", "0", *words]
    with (
        (folder / "server.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said = "".join(process.stdout.readline() for _ in range(4))
            port = re.search(r"127\.0\.0\.1:(\d+)", said)
            assert port, (folder / "server.log").read_text(encoding="utf-8")
            server = Server(int(port[1]), said, process)
            wait_until_up(server)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def wait_until_up(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with connection(server) as line:
                request(line, "GET", "/healthz/pricing")
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


@contextmanager
def connection(server: Server) -> Iterator[HTTPConnection]:
    line = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        yield line
    finally:
        line.close()


def request(
    line: HTTPConnection, method: str, path: str, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """One request; the connection, and with it the worker, stays."""
    line.request(method, path, headers=dict(headers or {}))
    answer = line.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found
