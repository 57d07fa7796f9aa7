"""`pricectl serve`: where it listens, and what it refuses to start with."""

import json
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi import FastAPI

from pricectl.commands.serve import make_app
from pricectl.report.canvas import Canvas
from pricectl.report.serve import ServerAddress, text
from tests.commands.serving import BEARER, connection, request, serving
from tests.conftest import ROOT, Run


@pytest.fixture
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Whatever the command sets for its workers is gone after the test."""
    for name in ("PRICECTL_TOKEN", "PRICECTL_FILE", "PRICECTL_SERVE_METRICS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRICECTL_STATE", str(home / "state"))
    return monkeypatch


@pytest.fixture
def started(environment: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the server was started with, instead of starting it."""
    calls: list[dict[str, Any]] = []

    def start(app: str, *, fd: int, **options: Any) -> None:
        with socket.fromfd(fd, socket.AF_INET, socket.SOCK_STREAM) as listener:
            address = listener.getsockname()
            prompt = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        calls.append({"app": app, "address": address, "prompt": prompt, **options})

    environment.setattr("uvicorn.run", start)
    return calls


@pytest.mark.timeout(60)
def test_serve_answers_until_it_is_stopped(home: Path, run: Run) -> None:
    with serving(home) as server, connection(server) as line:
        assert server.said.splitlines()[0] == f"serving quotes at {server.url} with 1 worker"
        assert f"docs    {server.url}/docs" in server.said
        asked = "/v1/quote?model=gpt-4o&input=1000&output=500"
        assert "provider_cost_usd" not in request(line, "GET", asked)
        quote = request(line, "GET", asked, BEARER)
        # 1,000 x $2.50 + 500 x $10 per 1M
        assert quote["provider_cost_usd"] == "0.0075"
        assert request(line, "POST", "/admin/pricing/reload", BEARER)["status"] == "unchanged"
        same = run("status", server.url, "llm_pricing_current.json")
        assert (same.exit_code, "same: one catalog" in same.stdout) == (0, True)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) == 0
    assert "Traceback" not in (home / "server.log").read_text(encoding="utf-8")


def test_serve_listens_on_loopback_by_default(run: Run, started: list[dict[str, Any]]) -> None:
    result = run("serve", "--port", "0", "--workers", "3")
    assert result.exit_code == 0
    assert "with 3 workers" in result.stdout
    assert "reload  off: there is no token" in result.stdout
    (options,) = started
    host, port = options["address"]
    assert (host, options["workers"], options["access_log"]) == ("127.0.0.1", 3, False)
    assert f"http://127.0.0.1:{port}/docs" in result.stdout


def test_a_program_learns_the_port_from_json(run: Run, started: list[dict[str, Any]]) -> None:
    found = json.loads(run("serve", "--port", "0", "-q", "-o", "json").stdout)
    jsonschema.validate(found, json.loads((ROOT / "schemas/serve.schema.json").read_text("utf-8")))
    assert found["url"] == f"http://127.0.0.1:{started[0]['address'][1]}"
    assert (found["workers"], found["admin"], found["loopback"]) == (1, False, True)


def test_metrics_are_served_if_asked_for(
    run: Run, environment: pytest.MonkeyPatch, started: list[dict[str, Any]]
) -> None:
    environment.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    assert run("serve", "--port", "0").exit_code == 0
    assert "/metrics" not in make_app().openapi()["paths"]
    assert run("serve", "--port", "0", "--metrics").exit_code == 0
    assert len(started) == 2
    assert "/metrics" in make_app().openapi()["paths"]


def test_answers_do_not_wait_for_tcp_acknowledgements(
    run: Run, started: list[dict[str, Any]]
) -> None:
    run("serve", "--port", "0")
    assert started[0]["prompt"]


def test_the_token_comes_from_the_variable_named(
    run: Run, environment: pytest.MonkeyPatch, started: list[dict[str, Any]]
) -> None:
    environment.setenv("OTHER", "secret-of-other")
    result = run("serve", "--port", "0", "--token-env", "OTHER")
    assert (result.exit_code, len(started)) == (0, 1)
    assert "POST http://127.0.0.1:" in result.stdout
    assert "secret-of-other" not in result.stdout
    assert "/admin/pricing/reload" in make_app().openapi()["paths"]


def test_the_served_file_is_the_one_of_the_file_option(
    run: Run, home: Path, started: list[dict[str, Any]]
) -> None:
    other = home / "other.json"
    other.write_text('{"x": {"only": {"input_cost_per_token": 1e-06}}}', encoding="utf-8")
    assert run("serve", "--port", "0", "--file", "other.json", "-q").stdout == ""
    assert len(started) == 1
    app: FastAPI = make_app()
    assert "/v1/quote" in app.openapi()["paths"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--token-env", "NO_SUCH"), "NO_SUCH is not set"),
        (("--file", "-"), "workers read the file again"),
        (("--file", "absent.json"), "absent.json: no such file"),
        (("--workers", "0"), "--workers"),
        (("--port", "70000"), "--port"),
        (("--host", "no.such.host.invalid"), "cannot listen"),
    ],
)
def test_serve_refuses_a_bad_port_host_or_file(
    run: Run, started: list[dict[str, Any]], words: tuple[str, ...], message: str
) -> None:
    result = run("serve", "--port", "0", *words)
    assert (result.exit_code, started) == (2, [])
    assert message in result.stderr


def test_an_empty_token_is_refused(
    run: Run, environment: pytest.MonkeyPatch, started: list[dict[str, Any]]
) -> None:
    environment.setenv("PRICECTL_TOKEN", "")
    result = run("serve", "--port", "0")
    assert (result.exit_code, started) == (2, [])
    assert "the token is empty" in result.stderr


def test_a_port_that_is_taken_is_named(run: Run, started: list[dict[str, Any]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert (result.exit_code, started) == (2, [])
    assert f"127.0.0.1:{port}: cannot listen" in result.stderr


def test_a_server_that_stops_by_itself_exits_2(run: Run, environment: pytest.MonkeyPatch) -> None:
    def give_up(*_: object, **__: object) -> None:
        sys.exit(3)

    environment.setattr("uvicorn.run", give_up)
    result = run("serve", "--port", "0")
    assert result.exit_code == 2
    assert "could not start" in result.stderr


@pytest.mark.parametrize("library", ["fastapi", "uvicorn", "prometheus_client"])
def test_without_the_extra_serve_says_what_to_install(
    run: Run, environment: pytest.MonkeyPatch, library: str
) -> None:
    environment.setitem(sys.modules, library, None)
    result = run("serve")
    assert result.exit_code == 2
    assert f"{library} is missing; run: pip install 'pricectl[server]'" in result.stderr


@pytest.mark.parametrize(
    ("host", "place", "note"),
    [
        ("127.0.0.1", "http://127.0.0.1:80", False),
        ("::1", "http://[::1]:80", False),
        ("localhost", "http://localhost:80", False),
        ("0.0.0.0", "http://0.0.0.0:80", True),  # noqa: S104 - nothing listens
        ("::", "http://[::]:80", True),
        ("10.1.2.3", "http://10.1.2.3:80", True),
    ],
)
def test_serve_says_who_can_reach_it(host: str, place: str, note: bool) -> None:  # noqa: FBT001
    said = text(ServerAddress(host, 80, 1, admin=False), Canvas())
    assert f"{place}/docs" in said
    assert ("other machines can reach this" in said) is note
