"""Four real workers behind one address: a reload of one reaches all of them within a second."""

import os
import re
import signal
import time
from contextlib import ExitStack
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

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
        quote = request(line, "GET", QUOTE, BEARER)
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


def scrape(server: Server) -> dict[tuple[str, str], list[float]]:
    """The samples by name and labels without `pid`; a list, with one value a worker for gauges."""
    with connection(server) as line:
        return samples(line)


def samples(line: HTTPConnection) -> dict[tuple[str, str], list[float]]:
    line.request("GET", "/metrics")
    answer = line.getresponse()
    text = answer.read().decode()
    assert answer.status == 200, text
    found: dict[tuple[str, str], list[float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name != "pid"}
            key = sample.name, " ".join(labels[name] for name in sorted(labels))
            found.setdefault(key, []).append(sample.value)
    return found


@pytest.mark.timeout(90)
def test_the_metrics_are_those_of_all_workers(home: Path) -> None:
    with serving(home, "--workers", str(WORKERS), "--metrics") as server, ExitStack() as stack:
        lines = a_line_to_each(server, stack)
        assert len(lines) == WORKERS
        for line in lines.values():
            request(line, "GET", "/v1/quote?model=invented&input=1")
        (home / "llm_pricing_current.json").write_text(DEARER, encoding="utf-8")
        request(next(iter(lines.values())), "POST", RELOAD, BEARER)
        for line in lines.values():
            assert request(line, "GET", STATUS, BEARER)["generation"] == 2
        found = scrape(server)
        assert found["pricectl_fallback_total", "unknown-model endpoint"] == [4]
        assert found["pricectl_fallback_total", "unknown-model calls"] == [0]
        assert found["pricectl_generation", ""] == [2] * WORKERS
        assert found["pricectl_last_reload_successful", ""] == [1] * WORKERS
        fingerprint = int(sha256(DEARER.encode()).hexdigest()[:12], 16)
        assert found["pricectl_catalog_fingerprint", ""] == [fingerprint] * WORKERS
        # Each worker has taken the version; only one was asked to.
        assert found["pricectl_reload_total", "reloaded"] == [WORKERS]
        # What a killed worker has counted stays, its gauges go.
        os.kill(next(iter(lines)), signal.SIGKILL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = scrape(server)
            if len(found["pricectl_generation", ""]) == WORKERS and len(set(pids(server))) == 4:
                break
            time.sleep(0.1)
        assert found["pricectl_fallback_total", "unknown-model endpoint"] == [4]
        assert found["pricectl_generation", ""] == [2] * WORKERS


@pytest.mark.timeout(90)
def test_a_scrape_of_one_worker_shows_what_the_others_have_seen(home: Path) -> None:
    """Names and edits were written down by a worker only when it was scraped itself."""
    file = home / "llm_pricing_current.json"
    before = file.read_text(encoding="utf-8")
    with serving(home, "--workers", str(WORKERS), "--metrics") as server, ExitStack() as stack:
        lines = a_line_to_each(server, stack)
        assert len(lines) == WORKERS
        scraped = next(iter(lines))
        for number, line in enumerate(lines.values()):
            for name in range(number + 1):
                request(line, "GET", f"/v1/quote?model=invented-{name}&input=1")
        file.write_text(DEARER, encoding="utf-8")
        for line in lines.values():
            assert request(line, "GET", "/healthz/pricing")["pending"]
        found = samples(lines[scraped])
        assert sorted(found["pricectl_unknown_names", "endpoint"]) == [1, 2, 3, 4]
        assert found["pricectl_edit_pending", ""] == [1] * WORKERS
        file.write_text(before, encoding="utf-8")
        for line in lines.values():
            assert not request(line, "GET", "/healthz/pricing")["pending"]
        assert samples(lines[scraped])["pricectl_edit_pending", ""] == [0] * WORKERS


def pids(server: Server) -> set[str]:
    with connection(server) as line:
        line.request("GET", "/metrics")
        text = line.getresponse().read().decode()
    return set(re.findall(r'pricectl_generation\{pid="(\d+)"', text))
