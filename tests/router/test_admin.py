"""The admin endpoints: who may use them, and what a reload answers."""

import asyncio
import json
import logging
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pricectl.files.atomic import NotWritten
from pricectl.policy import BadSettings, Policy
from pricectl.router import Limit, guard, make_router
from pricectl.router.guard import Bucket
from pricectl.runtime import Pricing
from tests.conftest import CATALOG
from tests.router.conftest import BEARER, RELOAD, STATUS, TOKEN, client_of, send_raw

DEARER = CATALOG.replace('"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 3e-06')
Header = list[tuple[bytes, bytes]]


def headers(*values: str | bytes) -> Header:
    raw = [value if isinstance(value, bytes) else value.encode() for value in values]
    return [(b"Authorization", value) for value in raw]


def test_a_reload_says_what_is_active_now(client: TestClient, pricing: Pricing, file: Path) -> None:
    file.write_text(DEARER, encoding="utf-8")
    answer = client.post(RELOAD, headers=BEARER)
    now = pricing.snapshot
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "reloaded",
        "models": 4,
        "version": now.sha256,
        "generation": 2,
        "pid": os.getpid(),
    }
    # 1,000 x $3 per 1M
    quote = client.get("/v1/quote?model=gpt-4o&input=1000", headers=BEARER).json()
    assert (quote["provider_cost_usd"], quote["catalog"]["sha256"]) == ("0.003", now.sha256)


def test_the_same_bytes_change_nothing(client: TestClient) -> None:
    answer = client.post(RELOAD, headers=BEARER)
    assert (answer.status_code, answer.json()["status"]) == (200, "unchanged")


def test_a_refused_reload_says_why_and_which_version_stays(
    client: TestClient, pricing: Pricing, file: Path
) -> None:
    before = pricing.snapshot
    file.write_text(CATALOG.replace("2e-06,", "-2e-06,"), encoding="utf-8")
    answer = client.post(RELOAD, headers=BEARER)
    told = answer.json()
    assert answer.status_code == 409
    assert (told["status"], told["version"], told["models"]) == ("refused", before.sha256, 4)
    assert told["findings"][0]["pointer"] == "/openai/o3/input_cost_per_token"
    assert told["reason"]
    assert pricing.snapshot is before


def test_removing_a_critical_model_needs_force(client: TestClient, file: Path) -> None:
    values = json.loads(CATALOG)
    del values["google"], values["openai"]["gpt-4o"]
    file.write_text(json.dumps(values), encoding="utf-8")
    refused = client.post(RELOAD, headers=BEARER)
    assert (refused.status_code, refused.json()["models"]) == (409, 4)
    forced = client.post(RELOAD, headers=BEARER, params={"force": "true"})
    assert (forced.status_code, forced.json()["models"]) == (200, 2)


def test_the_status_has_version_date_and_reload_history(
    client: TestClient, pricing: Pricing
) -> None:
    client.post(RELOAD, headers=BEARER)
    told = client.get(STATUS, headers=BEARER).json()
    assert (told["status"], told["version"]) == ("ok", pricing.snapshot.sha256)
    assert (told["layer"], told["last_updated"], told["pid"]) == (
        "file",
        "2026-11-01",
        os.getpid(),
    )
    assert told["last_reload"]["status"] == "unchanged"
    assert told["reloads"] == {"reloaded": 0, "unchanged": 1, "refused": 0}
    assert set(told["fallbacks"].values()) == {0}


def test_without_a_token_there_are_no_admin_endpoints(pricing: Pricing) -> None:
    client = client_of(pricing, token=None)
    for method, path in (("POST", RELOAD), ("GET", RELOAD), ("GET", STATUS)):
        for given in (None, BEARER, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
            assert client.request(method, path, headers=given).status_code == 404
    assert "/admin" not in client.get("/openapi.json").text


@pytest.mark.parametrize("token", ["", " ", "\t", "a b", "secret\n", "nul\x00", "del\x7f"])
def test_an_empty_token_is_refused(pricing: Pricing, token: str) -> None:
    with pytest.raises(BadSettings):
        make_router(pricing, token=token)


@pytest.mark.parametrize(
    "given",
    [
        [],
        headers(""),
        headers("Bearer"),
        headers("Bearer "),
        headers("Bearer wrong"),
        headers(f"Bearer {TOKEN}x"),
        headers(f"Bearer {TOKEN[:-1]}"),
        headers(f"Bearer {TOKEN.upper()}"),
        headers(f"Bearer{TOKEN}"),
        headers(f"Bearer\t{TOKEN}"),
        headers(f"Bearer {TOKEN} {TOKEN}"),
        headers(f"Bearer {TOKEN},Bearer {TOKEN}"),
        headers(f"Bearer Bearer {TOKEN}"),
        headers(f"Basic {TOKEN}"),
        headers(f"Token {TOKEN}"),
        headers(TOKEN),
        headers("Bearer tökén"),
        headers(b"Bearer \xff\xfe\x80"),
        headers(b"Bearer " + b"x" * 100_000),
        headers(f"Bearer {TOKEN}", f"Bearer {TOKEN}"),
        headers("Bearer wrong", f"Bearer {TOKEN}"),
        headers(f"Bearer {TOKEN}", "Bearer wrong"),
        [(b"X-Authorization", f"Bearer {TOKEN}".encode())],
        [(b"Proxy-Authorization", f"Bearer {TOKEN}".encode())],
        [(b"Cookie", f"Authorization=Bearer {TOKEN}".encode())],
    ],
    ids=lambda given: repr(given)[:60],
)
def test_a_request_without_the_token_is_refused(
    client: TestClient, pricing: Pricing, given: Header
) -> None:
    for method, path in (("POST", RELOAD), ("GET", STATUS)):
        answer = send_raw(client, method, path, given)
        assert answer.status == 401
        assert answer.headers[b"www-authenticate"] == b"Bearer"
        assert answer.body == b'{"detail":"a valid bearer token is needed"}'
    assert pricing.last_reload is None


@pytest.mark.parametrize("where", [f"{RELOAD}?token={TOKEN}", f"{RELOAD}?access_token={TOKEN}"])
def test_a_token_in_the_url_is_ignored(client: TestClient, where: str) -> None:
    assert client.post(where).status_code == 401


@pytest.mark.parametrize(
    "given",
    [
        headers(f"Bearer {TOKEN}"),
        headers(f"bearer {TOKEN}"),
        headers(f"BEARER {TOKEN}"),
        headers(f"Bearer   {TOKEN}"),
        [(b"authorization", f"Bearer {TOKEN}".encode())],
    ],
    ids=repr,
)
def test_the_scheme_is_read_as_http_says(client: TestClient, given: Header) -> None:
    assert send_raw(client, "POST", RELOAD, given).status == 200


@pytest.mark.parametrize("token", ["schlüssel-钥匙".encode(), b"se\xffcret"])
def test_a_token_is_the_bytes_of_the_environment(pricing: Pricing, token: bytes) -> None:
    client = client_of(pricing, token=os.fsdecode(token))
    assert send_raw(client, "POST", RELOAD, headers(b"Bearer " + token)).status == 200
    for wrong in (token[:-1], token.replace(b"\xff", b"?"), token.decode("latin-1").encode()):
        if wrong != token:
            assert send_raw(client, "POST", RELOAD, headers(b"Bearer " + wrong)).status == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_reload_is_a_post(client: TestClient, pricing: Pricing, method: str) -> None:
    answer = client.request(method, RELOAD, headers=BEARER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert pricing.last_reload is None


def test_a_method_override_in_header_or_query_is_ignored(
    client: TestClient, pricing: Pricing
) -> None:
    tricked = {**BEARER, "X-HTTP-Method-Override": "POST"}
    assert client.get(f"{RELOAD}?_method=POST", headers=tricked).status_code == 405
    assert pricing.last_reload is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"path": "/etc/passwd", "url": "http://169.254.169.254/", "gpt-4o": 0}',
        b"path=/etc/passwd",
        b"\xff\x00{",
        b"",
    ],
)
def test_a_body_is_ignored(
    client: TestClient, pricing: Pricing, tmp_path: Path, body: bytes
) -> None:
    other = tmp_path / "other.json"
    other.write_text(DEARER, encoding="utf-8")
    before = pricing.snapshot
    for extra in ("", f"?path={other}", f"?file={other}", "?url=https://example.com/"):
        answer = client.post(
            RELOAD + extra, headers={**BEARER, "Content-Type": "application/json"}, content=body
        )
        assert (answer.status_code, answer.json()["status"]) == (200, "unchanged")
    assert pricing.snapshot is before


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


def test_a_large_body_is_refused(client: TestClient, pricing: Pricing) -> None:
    most = guard.MAX_BODY_BYTES
    assert client.post(RELOAD, headers=BEARER, content=b"x" * most).status_code == 200
    reloads = pricing.metrics().reloads
    for content in (b"x" * (most + 1), b"x" * 10_000_000, chunks(most * 2)):
        answer = client.post(RELOAD, headers=BEARER, content=content)
        assert (answer.status_code, answer.json()["detail"]) == (
            413,
            "a body has at most 1024 bytes",
        )
    assert client.post(RELOAD, content=b"x" * 10_000_000).status_code == 401
    assert pricing.metrics().reloads == reloads


def test_a_body_that_never_comes_is_not_waited_for(
    client: TestClient, pricing: Pricing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.01)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    assert send_raw(client, "POST", RELOAD, headers(f"Bearer {TOKEN}"), receive).status == 408
    assert pricing.last_reload is None


def test_too_many_reloads_get_a_retry_after(pricing: Pricing) -> None:
    client = client_of(pricing, limit=Limit(burst=2, per_second=0.1))
    assert [client.post(RELOAD).status_code for _ in range(20)] == [401] * 20
    codes = [client.post(RELOAD, headers=BEARER).status_code for _ in range(3)]
    late = client.post(RELOAD, headers=BEARER)
    assert codes == [200, 200, 429]
    assert 1 <= int(late.headers["retry-after"]) <= 10
    assert pricing.metrics().reloads["unchanged"] == 2
    assert client.get(STATUS, headers=BEARER).status_code == 200


def test_two_workers_share_the_limit_of_reloads(pricing: Pricing, file: Path) -> None:
    limit = Limit(burst=3, per_second=0.01)
    clients = [client_of(each, limit=limit) for each in (pricing, Pricing.load(file))]
    codes = [clients[number % 2].post(RELOAD, headers=BEARER).status_code for number in range(6)]
    assert codes == [200, 200, 200, 429, 429, 429]


def test_a_limit_file_that_is_damaged_or_of_the_future_stops_no_reload(
    pricing: Pricing, client: TestClient
) -> None:
    assert client.post(RELOAD, headers=BEARER).status_code == 200
    assert pricing.group_folder is not None
    file = pricing.group_folder / "reload-limit"
    contents = ("", "{", "[0, 9e99]", "[NaN, 1]", "[1e999, 1]", "[0, -1e999]", "5", "x" * 1000)
    for content in (*contents, f"[1, 1{'0' * 190}]"):
        file.write_text(content, encoding="utf-8")
        assert client.post(RELOAD, headers=BEARER).status_code == 200


def test_a_limit_file_far_below_nothing_stops_reloads_for_a_moment_only(pricing: Pricing) -> None:
    client = client_of(pricing, limit=Limit(burst=5, per_second=0.5))
    assert client.post(RELOAD, headers=BEARER).status_code == 200
    assert pricing.group_folder is not None
    (pricing.group_folder / "reload-limit").write_text(f"[-1e300, {time.time()}]", encoding="utf-8")
    late = client.post(RELOAD, headers=BEARER)
    # at most 1 / 0.5 = 2 seconds until one may come
    assert (late.status_code, int(late.headers["retry-after"])) == (429, 2)


@pytest.mark.parametrize("per_second", [0, 0.0, 1e-320])
def test_a_limit_that_never_refills_says_when_to_ask_again(
    pricing: Pricing, per_second: float
) -> None:
    client = client_of(pricing, limit=Limit(burst=1, per_second=per_second))
    assert client.post(RELOAD, headers=BEARER).status_code == 200
    late = client.post(RELOAD, headers=BEARER)
    assert (late.status_code, late.headers["retry-after"]) == (429, "3600")


@pytest.mark.parametrize("limit", [(-1, 1), (1, -1), (1, float("nan")), (10**400, 1), ("5", 1)])
def test_a_limit_that_is_none_is_refused(pricing: Pricing, limit: tuple[Any, Any]) -> None:
    with pytest.raises(BadSettings, match="a limit of reloads"):
        make_router(pricing, token=TOKEN, reload_limit=Limit(*limit))


def test_the_bucket_fills_with_time() -> None:
    now = [100.0]
    bucket = Bucket(Limit(burst=2, per_second=0.5), lambda: now[0])
    # two at once; the next one after 1 / 0.5 = 2 seconds
    assert [bucket.take() for _ in range(3)] == [0, 0, 2]
    now[0] += 1.5
    assert bucket.take() == 1
    now[0] += 0.5
    assert [bucket.take(), bucket.take()] == [0, 2]
    now[0] += 1000
    assert [bucket.take() for _ in range(3)] == [0, 0, 2]


@pytest.mark.parametrize(
    "content", [None, "", "root:x:0:0", '{"a": ', "[" * 100_000, CATALOG.replace("2e-06", '"two"')]
)
def test_errors_show_no_file_name(
    client: TestClient, file: Path, tmp_path: Path, content: str | None
) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content, encoding="utf-8")
    told = client.post(RELOAD, headers=BEARER)
    assert told.status_code == 409
    seen = [told.text, client.get(STATUS, headers=BEARER).text, client.get("/healthz/pricing").text]
    for text in seen:
        assert str(tmp_path) not in text
        assert "root:x" not in text
        assert "Traceback" not in text


FAULT = "the settings have a fault: "
BROKEN_SETTINGS = {
    "profiles = 5": "pricectl.toml: profiles: 5 is not a table",
    "critcal = []": "pricectl.toml: unknown setting critcal; did you mean critical?",
    'profile = "reselller"': "pricectl.toml: no profile is called 'reselller'",
    "[profiles": "pricectl.toml: is not TOML: ",
}


@pytest.mark.parametrize("text", BROKEN_SETTINGS)
def test_settings_that_break_are_named_without_their_folder(
    file: Path, home: Path, tmp_path: Path, text: str
) -> None:
    pricing = Pricing.load(file)
    (home / "pricectl.toml").write_text(f"{text}\n", encoding="utf-8")
    client = client_of(pricing)
    told = client.post(RELOAD, headers=BEARER)
    status = client.get(STATUS, headers=BEARER)
    assert told.status_code == 200
    assert told.json()["reason"].startswith(FAULT + BROKEN_SETTINGS[text])
    assert status.json()["last_reload"]["reason"] == told.json()["reason"]
    assert FAULT + status.json()["settings_problem"] == told.json()["reason"]
    health = client.get("/healthz/pricing")
    assert health.json()["status"] == "degraded"
    assert health.json()["flags"] == ["settings-error"]
    assert "settings_problem" not in health.json()
    assert str(tmp_path) not in told.text + status.text + health.text


def test_a_fault_of_the_first_start_is_named_too(file: Path, home: Path) -> None:
    (home / "pricectl.toml").write_text("profiles = 5\n", encoding="utf-8")
    client = client_of(Pricing.load(file))
    told = client.get(STATUS, headers=BEARER).json()
    assert (told["last_reload"], told["flags"]) == (None, ["settings-error"])
    assert told["settings_problem"] == "pricectl.toml: profiles: 5 is not a table"


@pytest.mark.parametrize("folder", ["a: b", "pricectl.toml", "with space", "e\x1b[31m"])
def test_error_messages_show_no_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    settings = tmp_path / folder / "prices.toml"
    settings.parent.mkdir()
    monkeypatch.setenv("PRICECTL_SETTINGS", str(settings))
    client = client_of(Pricing.load(file))
    told = client.get(STATUS, headers=BEARER).json()
    assert told["settings_problem"] == (
        "prices.toml: no such file; correct or unset PRICECTL_SETTINGS"
    )
    settings.write_text(f"x = {'[' * 2000}\n", encoding="utf-8")
    reason = client.post(RELOAD, headers=BEARER).json()["reason"]
    assert reason.startswith(f"{FAULT}prices.toml: is not TOML: ")
    assert len(reason) <= 500
    (settings.parent / "pricectl.toml").write_text("a\n", encoding="utf-8")
    settings.write_text('"\\u001b[31m" = 1\n', encoding="utf-8")
    shown = client.post(RELOAD, headers=BEARER)
    assert "\\\\x1b[31m" in shown.text
    assert shown.text.isprintable()


def test_a_fault_keeps_its_name_when_the_environment_is_cleared_later(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Services often remove their variables once they have started."""
    settings = tmp_path / "secret" / "prices.toml"
    settings.parent.mkdir()
    settings.write_text("profiles = 5\n", encoding="utf-8")
    monkeypatch.setenv("PRICECTL_SETTINGS", str(settings))
    client = client_of(Pricing.load(file))
    monkeypatch.delenv("PRICECTL_SETTINGS")
    told = "prices.toml: profiles: 5 is not a table"
    assert client.post(RELOAD, headers=BEARER).json()["reason"] == FAULT + told
    assert client.get(STATUS, headers=BEARER).json()["settings_problem"] == told


def test_the_system_error_of_a_folder_is_shown_without_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/secret")

    pricing = Pricing.load(file)
    monkeypatch.setattr("pricectl.files.settings.find_settings", fail)
    client = client_of(pricing)
    assert client.post(RELOAD, headers=BEARER).json()["reason"] == f"{FAULT}Permission denied"
    assert "/srv/secret" not in client.get(STATUS, headers=BEARER).text


def test_a_reload_that_cannot_be_announced_shows_no_file_name(
    client: TestClient, file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotWritten("cannot be written: read-only", where=str(home / "state"))

    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    monkeypatch.setattr("pricectl.runtime.worker_group.WorkerGroup.write", refuse)
    told = client.post(RELOAD, headers=BEARER)
    assert told.json()["reason"] == "the other workers were not told"
    assert str(home) not in told.text + client.get(STATUS, headers=BEARER).text


def test_health_flags_a_refused_reload(client: TestClient, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text("{", encoding="utf-8")
    client.post(RELOAD, headers=BEARER)
    health = client.get("/healthz/pricing").json()
    assert (health["status"], health["flags"]) == ("degraded", ["reload-refused"])
    assert client.get(STATUS, headers=BEARER).json()["flags"] == ["reload-refused"]
    # The answers are right: they are by the prices of the last file that was taken.
    assert client.get("/v1/quote?model=gpt-4o&input=1").json()["flags"] == []
    file.write_text(text, encoding="utf-8")
    client.post(RELOAD, headers=BEARER)
    health = client.get("/healthz/pricing").json()
    assert (health["status"], health["flags"]) == ("ok", [])


@pytest.mark.parametrize("code", ["\\u001b[31m", "\\n", "\\u202e", "\\u007f"])
def test_names_in_findings_are_escaped(client: TestClient, file: Path, code: str) -> None:
    file.write_text(CATALOG.replace('"o3"', f'"o3{code}"').replace("2e-06,", "-2e-06,"), "utf-8")
    told = client.post(RELOAD, headers=BEARER)
    assert told.status_code == 409
    assert told.text.isascii()
    assert told.text.isprintable()


def test_the_token_never_appears_in_answers_or_logs(
    client: TestClient, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text("{", encoding="utf-8")
    with caplog.at_level(logging.DEBUG, "pricectl"):
        answers = [
            client.post(RELOAD, headers=BEARER),
            client.get(STATUS, headers=BEARER),
            client.get("/openapi.json"),
            client.get("/metrics"),
        ]
    assert all(TOKEN not in answer.text for answer in answers)
    assert TOKEN not in caplog.text


def test_health_needs_no_token_and_is_always_200(file: Path) -> None:
    file.unlink()
    (file.parent / "absent").mkdir()
    pricing = Pricing.load(file, policy=Policy())
    answer = client_of(pricing).get("/healthz/pricing")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["layer"] == "packaged"


def test_health_says_which_prices_are_in_use(client: TestClient, pricing: Pricing) -> None:
    assert client.get("/healthz/pricing").json() == {
        "status": "ok",
        "models": 4,
        "version": pricing.snapshot.sha256,
        "generation": 1,
        "calculator": pricing.snapshot.calculator_version,
        "last_updated": "2026-11-01",
        "layer": "file",
        "flags": [],
        "pending": None,
        "group": pricing.group,
    }
    assert re.fullmatch("[0-9a-f]{8}", pricing.group)
