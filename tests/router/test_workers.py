"""Four real workers behind one address: a reload of one reaches all of them within a second."""

import time
from contextlib import ExitStack
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.commands.serving import BEARER, Server, connection, request, serving
from tests.conftest import CATALOG
from tests.router.conftest import RELOAD, STATUS

WORKERS = 4
QUOTE = "/v1/quote?model=gpt-4o&input=1000"
DEARER = CATALOG.replace('"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 3e-06')


def a_line_to_each(server: Server, stack: ExitStack) -> dict[int, HTTPConnection]:
    """A connection stays with the worker that took it."""
    lines: dict[int, HTTPConnection] = {}
    deadline = time.monotonic() + 30
    while len(lines) < WORKERS and time.monotonic() < deadline:
        line = stack.enter_context(connection(server))
        pid = request(line, "GET", STATUS, BEARER)["pid"]
        lines.setdefault(pid, line)
    return lines


def seconds_until(line: HTTPConnection, version: str, start: float) -> float:
    """When a worker's quotes are all of the new version; it is asked nothing but quotes."""
    while time.monotonic() < start + 5:
        quote = request(line, "GET", QUOTE)
        if quote["catalog"]["sha256"] == version:
            # 1,000 x $3 per 1M
            assert quote["provider_cost_usd"] == "0.003"
            return time.monotonic() - start
        assert quote["provider_cost_usd"] == "0.0025"
        time.sleep(0.01)
    return float("inf")


@pytest.mark.timeout(90)
def test_after_one_reload_every_worker_answers_with_the_new_version(home: Path) -> None:
    new = sha256(DEARER.encode()).hexdigest()
    with serving(home, "--workers", str(WORKERS)) as server, ExitStack() as stack:
        lines = a_line_to_each(server, stack)
        assert len(lines) == WORKERS
        (home / "llm_pricing_current.json").write_text(DEARER, encoding="utf-8")
        first = next(iter(lines.values()))
        told = request(first, "POST", RELOAD, BEARER)
        start = time.monotonic()
        assert (told["status"], told["version"], told["generation"]) == ("reloaded", new, 2)
        waited = [seconds_until(line, new, start) for line in lines.values()]
        assert max(waited) < 1
        now = {pid: request(line, "GET", STATUS, BEARER) for pid, line in lines.items()}
        assert {each["pid"] for each in now.values()} == lines.keys()
        assert {(each["version"], each["generation"]) for each in now.values()} == {(new, 2)}
