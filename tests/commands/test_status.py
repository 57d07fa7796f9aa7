"""`pricectl status`: what agrees, what differs, what cannot be read."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl import __version__
from tests.conftest import CATALOG, ROOT, Run

HASH = sha256(CATALOG.encode()).hexdigest()
OTHER = CATALOG.replace("2e-06,", "3e-06,")
SCHEMA = json.loads((ROOT / "schemas/status.schema.json").read_text(encoding="utf-8"))
HEALTH = {
    "status": "ok",
    "models": 4,
    "version": HASH,
    "generation": 7,
    "calculator": __version__,
    "last_updated": "2026-11-01",
    "layer": "file",
}
Answers = Callable[..., str]


@pytest.fixture
def server() -> Iterator[Answers]:
    """Starts a server: server(body) or server(health=..., admin=..., token=...)."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(health: Any = HEALTH, admin: Any = None, token: str = "secret") -> str:  # noqa: S107
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, code = health, 200
                if self.path == "/admin/pricing/status":
                    allowed = self.headers.get("Authorization") == f"Bearer {token}"
                    body, code = admin, 200 if allowed else 401
                    code = 404 if admin is None else code
                self.send_response(code)
                self.end_headers()
                self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        running.append((listener, thread))
        return f"http://127.0.0.1:{listener.server_port}"

    yield start
    for listener, thread in running:
        listener.shutdown()
        listener.server_close()
        thread.join()


def read(run: Run, *words: str) -> dict[str, Any]:
    result = run("status", *words, "-o", "json")
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    expected = {"same": 0, "degraded": 1, "pending": 1, "different": 1, "unreadable": 2}
    assert result.exit_code == expected[found["outcome"]]
    return found


def test_without_arguments_the_catalog_is_shown(run: Run) -> None:
    found = read(run)
    assert found["outcome"] == "same"
    (place,) = found["places"]
    assert (place["name"], place["kind"], place["sha256"], place["models"]) == (
        "llm_pricing_current.json",
        "file",
        HASH,
        4,
    )


def test_a_server_and_a_file_that_agree(run: Run, server: Answers) -> None:
    url = server()
    found = read(run, url, "llm_pricing_current.json")
    assert found["outcome"] == "same"
    assert found["places"][0] == {
        "name": url,
        "kind": "server",
        "sha256": HASH,
        "models": 4,
        "last_updated": "2026-11-01",
        "generation": 7,
        "calculator": __version__,
        "layer": "file",
        "reload": None,
        "problem": None,
        "group": None,
        "pending": None,
        "fallback_reason": None,
        "reloads_alone": False,
        "flags": [],
        "degraded": False,
    }


def test_servers_that_do_not_follow_each_other_are_told_apart(run: Run, server: Answers) -> None:
    """As workers of two users, or containers without a shared state folder."""
    first = server({**HEALTH, "group": "aaaa0000"})
    second = server({**HEALTH, "group": "bbbb1111", "pending": "f" * 64})
    alone = server({**HEALTH, "group": None})
    result = run("status", first, first, second, alone, "-v")
    assert result.exit_code == 1  # for the edit
    # Long remarks are wrapped in their column.
    for words in ("bbbb1111", "! an edit waits for", "ffffffffffff", "reloads alone"):
        assert result.stdout.count(words) == 1
    places = read(run, first, second, alone)["places"]
    assert [place["group"] for place in places] == ["aaaa0000", "bbbb1111", None]
    assert [place["reloads_alone"] for place in places] == [False, False, True]


def test_another_catalog_is_exit_1(run: Run, server: Answers, home: Path) -> None:
    (home / "other.json").write_text(OTHER, encoding="utf-8")
    result = run("status", server(), "other.json")
    assert result.exit_code == 1
    assert "not the first one's catalog" in result.stdout
    assert "different: other prices or another calculator" in result.stdout
    assert read(run, "llm_pricing_current.json", "other.json")["outcome"] == "different"


def test_another_calculator_is_exit_1_another_generation_is_not(run: Run, server: Answers) -> None:
    plain = server()
    assert read(run, plain, server({**HEALTH, "generation": 1}))["outcome"] == "same"
    result = run("status", plain, server({**HEALTH, "calculator": "9.9.9"}))
    assert result.exit_code == 1
    assert "not the first one's calculator" in result.stdout


@pytest.mark.parametrize(
    ("stated", "remark"),
    [
        ({"flags": ["settings-error"]}, "the settings file has a fault"),
        ({"flags": ["reload-refused"]}, "last reload refused"),
        ({"flags": ["packaged-prices"], "layer": "packaged"}, "prices from: packaged"),
        ({"flags": ["a-new-flag", 7, None]}, "a-new-flag"),
        ({"flags": "no list"}, "degraded; its log says why"),
        ({"status": "ok", "layer": "default"}, "prices from: default"),
    ],
)
def test_a_degraded_server_is_exit_1_also_without_a_token(
    run: Run, server: Answers, stated: dict[str, Any], remark: str
) -> None:
    url = server({**HEALTH, "status": "degraded", **stated})
    result = run("status", url, "llm_pricing_current.json")
    assert result.exit_code == 1
    assert " ".join(result.stdout.split()).count(remark) == 1
    assert "degraded: the same prices, but a server reports a problem" in result.stdout
    found = read(run, url, "llm_pricing_current.json")
    assert (found["outcome"], found["places"][0]["degraded"]) == ("degraded", True)
    assert read(run, url, "packaged")["outcome"] == "different"


def test_a_ref_is_shown_next_to_the_file(run: Run, home: Path) -> None:
    git = ["git", "-C", str(home), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "init", "-q", str(home)], check=True)
    subprocess.run([*git, "add", "llm_pricing_current.json"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "prices"], check=True)
    found = read(run, "HEAD", "llm_pricing_current.json")
    assert [place["kind"] for place in found["places"]] == ["ref", "file"]
    assert found["outcome"] == "same"
    (home / "llm_pricing_current.json").write_text(OTHER, encoding="utf-8")
    assert read(run, "HEAD", "llm_pricing_current.json")["outcome"] == "different"


def test_the_admin_status_knows_the_last_reload(
    run: Run, server: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "secret")
    admin = {**HEALTH, "layer": "last-known-good", "last_reload": {"status": "refused"}}
    url = server(admin=admin)
    result = run("status", url, "--token-env", "SECRET")
    assert result.exit_code == 1
    assert "! prices from: last-known-good" in result.stdout
    assert "! last reload refused" in result.stdout
    assert read(run, url, "--token-env", "SECRET")["places"][0]["reload"] == "refused"
    monkeypatch.setenv("SECRET", "wrong")
    refused = run("status", url, "--token-env", "SECRET")
    assert refused.exit_code == 2
    assert "answers 401; check the token" in refused.stdout
    assert "wrong" not in refused.stdout


def test_a_server_without_a_token_has_no_admin_status(
    run: Run, server: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "secret")
    # As pricectl's router: without a token of its own it has no such endpoint.
    (place,) = read(run, server(admin=None), "--token-env", "SECRET")["places"]
    assert place["problem"] == "answers 404; check the address, or the server has no token"


@pytest.mark.parametrize("token", [None, "", " ", "a\nb", "a b"])
def test_a_token_that_no_header_can_carry_is_bad_usage(
    run: Run, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    if token is not None:
        monkeypatch.setenv("SECRET", token)
    result = run("status", "http://127.0.0.1:1", "--token-env", "SECRET")
    assert result.exit_code == 2
    assert "SECRET holds no token" in result.stderr


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"[]",
        b"\xff",
        {},
        {"version": None},
        {"version": "1.2.3"},
        {"version": HASH.upper()},
        b"[" * 100_000,
    ],
)
def test_an_answer_of_another_kind_of_server_is_refused(
    run: Run, server: Answers, body: Any
) -> None:
    found = read(run, server(body), "llm_pricing_current.json")
    assert "does not answer as pricectl's router" in found["places"][0]["problem"]
    assert found["places"][1]["sha256"] == HASH


def test_an_unreadable_place_does_not_hide_the_others(run: Run, home: Path) -> None:
    (home / "broken.json").write_text("{", encoding="utf-8")
    places = ["absent.json", "broken.json", "http://127.0.0.1:1", "http://example.com"]
    result = run("status", *places, "llm_pricing_current.json")
    assert result.exit_code == 2
    assert "unreadable: at least one cannot be read" in result.stdout
    assert HASH[:12] in result.stdout
    problems = [place["problem"] for place in read(run, *places)["places"]]
    assert all(problems)
    assert problems[1].startswith("line 1, column 2: ")
    assert problems[2] == "cannot be reached: Connection refused"
    assert problems[3] == "only https is allowed, and http to this machine; write https://"


def test_text_from_a_server_is_escaped(run: Run, server: Answers) -> None:
    nasty = {**HEALTH, "calculator": "\x1b[31m1", "last_updated": "\u202e[/x]:free:", "models": "x"}
    result = run("status", server(nasty))
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    assert "\\x1b[31m1" in result.stdout
    assert "[/x]:free:" in result.stdout


def test_quiet_prints_one_word_and_verbose_the_whole_hash(run: Run) -> None:
    assert run("status", "-q").stdout == "same\n"
    assert HASH not in run("status").stdout
    assert HASH in run("status", "-v").stdout


def test_a_ref_outside_git_names_only_options_of_the_command(run: Run) -> None:
    result = run("status", "HEAD")
    assert result.exit_code == 2
    assert "is not in a git repository; name a file" in " ".join(result.stdout.split())
    assert "--base" not in result.stdout + result.stderr
    assert "name a file with --base FILE" in run("diff", "--base", "HEAD").stderr
    assert "--base" not in run("rollback", "HEAD", "--dry-run").stderr


def test_an_edit_that_nobody_announced_is_exit_1(run: Run, server: Answers) -> None:
    """The file of the service was edited, and its workers go on with the prices of before."""
    url = server({**HEALTH, "pending": "f" * 64})
    result = run("status", url, "llm_pricing_current.json")
    assert result.exit_code == 1
    assert "! an edit waits for a reload: ffffffffffff" in result.stdout
    assert "pending: the same prices, but an edit waits for a reload" in result.stdout
    assert read(run, url, "llm_pricing_current.json")["outcome"] == "pending"
    assert read(run, url, "packaged")["outcome"] == "different"


def test_a_narrow_terminal_breaks_no_address_and_no_hash(
    run: Run, server: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    url = server({**HEALTH, "pending": "f" * 64})
    lines = run("status", "llm_pricing_current.json", url).stdout.splitlines()
    assert any(line.startswith(f"{url} ") and HASH[:12] in line for line in lines)
    assert max(map(len, lines)) <= 80
