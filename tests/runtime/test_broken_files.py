"""A file that looks broken is not taken: by a reload, by a start, and the refusal is told."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pricectl.core import Usage
from pricectl.core.sanity import SEED_MODELS
from pricectl.files import atomic
from pricectl.policy import Policy
from pricectl.router import make_router
from pricectl.runtime import Pricing
from tests.conftest import ROOT, read_catalog
from tests.runtime.conftest import PLAIN, catalog

SHIPPED = (ROOT / "llm_pricing_current.json").read_text(encoding="utf-8")
RELOADS = ROOT / "tests/cases/reloads"
DEPLOYED = ROOT.parent / "shared/data/deployed-2025-10-23.json"
MILLION = Usage(1_000_000)
Document = dict[str, Any]


def rows(document: Document) -> list[Document]:
    sections = (document[name] for name in document if name not in ("metadata", "pricing_notes"))
    return [row for section in sections for row in section.values()]


def scaled(document: Document, factor: float) -> None:
    for row in rows(document):
        for key, value in row.items():
            if "cost" in key and isinstance(value, float):
                row[key] = value * factor


def without(document: Document, provider: str, name: str) -> None:
    del document[provider][name]


def remove_every(document: Document, step: int) -> None:
    """Remove one row of so many, but no critical one: nothing is wrong but the models' number."""
    for provider, section in document.items():
        if provider not in ("metadata", "pricing_notes"):
            for name in list(section)[1::step]:
                if name not in SEED_MODELS:
                    without(document, provider, name)


class Slip(NamedTuple):
    """An edit that breaks a file, and what the refusal says first."""

    edit: Callable[[Document], None]
    reason: str


BROKEN = {
    "every price x1000": Slip(lambda it: scaled(it, 1000), " rows moved 5 times or more"),
    "every price x1e6": Slip(lambda it: scaled(it, 1e6), " rows moved 5 times or more"),
    "every price /1000": Slip(lambda it: scaled(it, 0.001), " rows moved 5 times or more"),
    "every price zero": Slip(lambda it: scaled(it, 0), "became zero, it was $"),
    "a critical model lost": Slip(
        lambda it: without(it, "openai", "gpt-4o"), "the critical model 'gpt-4o' has no price"
    ),
    "one input price x50": Slip(
        lambda it: it["openai"]["gpt-4o"].update(input_cost_per_token=125e-6),
        "openai/gpt-4o: input went up 50x, from $2.50 to $125.00 per 1M tokens",
    ),
    "every second row gone": Slip(lambda it: remove_every(it, 2), "models are gone"),
    "every fourth row gone": Slip(lambda it: remove_every(it, 4), "models are gone"),
}


def write(file: Path, change: Callable[[Document], object]) -> None:
    document = json.loads(SHIPPED)
    change(document)
    file.write_text(json.dumps(document), encoding="utf-8")


def input_usd(pricing: Pricing) -> float:
    return pricing.quote("gpt-4o", MILLION).pico_usd / 10**12


@pytest.mark.parametrize("edit", BROKEN)
def test_a_broken_file_is_refused_by_a_reload_and_by_a_start(file: Path, edit: str) -> None:
    file.write_text(SHIPPED, encoding="utf-8")
    pricing = Pricing.load(file, policy=Policy())
    write(file, BROKEN[edit].edit)
    result = pricing.reload()
    assert (result.status, input_usd(pricing)) == ("refused", 2.5)
    assert result.findings
    assert BROKEN[edit].reason in result.reason
    assert "or force" in result.reason
    assert pricing.quote("gpt-4o", MILLION).flags == ()
    restarted = Pricing.load(file, policy=Policy())
    assert input_usd(restarted) == 2.5
    assert restarted.quote("gpt-4o", MILLION).flags == ("last-good-prices",)
    assert restarted.last_reload is not None
    assert restarted.last_reload.reason == result.reason
    assert restarted.metrics().reloads["refused"] == 1


def test_a_catalog_that_shrinks_step_by_step_is_refused_at_the_first(file: Path) -> None:
    """758 -> 420 -> 238 rows were taken, since each step lost less than half."""
    file.write_text(SHIPPED, encoding="utf-8")
    pricing = Pricing.load(file, policy=Policy())
    models = pricing.snapshot.models
    for step in (4, 3, 2):
        write(file, partial(remove_every, step=step))
        result = pricing.reload()
        assert result.status == "refused"
        assert "models are gone" in result.reason
    assert pricing.snapshot.models == models


@pytest.mark.skipif(not DEPLOYED.exists(), reason="the file is not here")
def test_the_catalog_of_2025_is_followed_by_todays(file: Path) -> None:
    file.write_bytes(DEPLOYED.read_bytes())
    pricing = Pricing.load(file, policy=Policy())
    file.write_text(SHIPPED, encoding="utf-8")
    assert pricing.reload().status == "reloaded"
    file.write_bytes(DEPLOYED.read_bytes())
    assert pricing.reload().status == "refused"


def test_a_small_catalog_of_a_year_ago_is_followed_by_todays(file: Path) -> None:
    """As the two above, with a few rows that have the same kinds of moves."""
    file.write_bytes(read_catalog(RELOADS / "year-ago.json"))
    pricing = Pricing.load(file, policy=Policy())
    file.write_bytes(read_catalog(RELOADS / "today.json"))
    assert pricing.reload().status == "reloaded"
    file.write_bytes(read_catalog(RELOADS / "year-ago.json"))
    result = pricing.reload()
    assert result.status == "refused"
    assert "9 of 22 models are gone" in result.reason


def test_a_price_cut_to_a_fifth_loads(file: Path) -> None:
    """gpt-5.6-luna was cut to a fifth: one row of many, and less than 50 times."""
    file.write_text(SHIPPED, encoding="utf-8")
    pricing = Pricing.load(file, policy=Policy())

    def cut(document: Document) -> None:
        row = document["openai"]["gpt-5.6-luna"]
        for key in ("input_cost_per_token", "output_cost_per_token"):
            row[key] /= 5

    write(file, cut)
    assert pricing.reload().status == "reloaded"


def test_one_model_retired_of_five_loads(file: Path) -> None:
    five = {**PLAIN, "o9": (1.0, 2.0)}
    file.write_bytes(catalog(five))
    pricing = Pricing.load(file, policy=Policy())
    retired = catalog(five).replace(b'"o9": {', b'"o9": {"retired": true, ')
    file.write_bytes(retired)
    assert (pricing.reload().status, pricing.snapshot.models) == ("reloaded", 5)
    file.write_bytes(catalog())
    assert (pricing.reload().status, pricing.snapshot.models) == ("reloaded", 4)


def test_a_critical_model_of_the_settings_must_keep_its_price(file: Path) -> None:
    pricing = Pricing.load(file, policy=Policy(critical=("o3",)))
    file.write_bytes(catalog({name: each for name, each in PLAIN.items() if name != "o3"}))
    result = pricing.reload()
    assert result.status == "refused"
    assert "the critical model 'o3' has no price" in result.reason


def acknowledged(value: float) -> bytes:
    entry = {
        "rule": "price-moved",
        "pointer": "/openai/o3/input_cost_per_token",
        "value": value,
        "reason": "the seller's page",
        "date": "2026-11-20",
        "expires": "2026-11-21",
    }
    return catalog({**PLAIN, "o3": (100.0, 100.0)}, acknowledged=[entry])


def test_an_acknowledged_price_loads_for_that_value_only(file: Path, pricing: Pricing) -> None:
    """$2 -> $100 is 50 times; a process ignores when the acknowledgement expires."""
    file.write_bytes(acknowledged(0.00009))
    assert pricing.reload().status == "refused"
    file.write_bytes(acknowledged(0.0001))
    assert pricing.reload().status == "reloaded"
    assert pricing.quote("o3", MILLION).pico_usd == 100 * 10**12


def test_force_takes_it_and_the_next_start_keeps_it(file: Path, pricing: Pricing) -> None:
    file.write_bytes(catalog({**PLAIN, "o3": (100, 100)}))
    assert pricing.reload().status == "refused"
    assert pricing.reload(force=True).status == "reloaded"
    assert Pricing.load(file, policy=Policy()).quote("o3", MILLION).pico_usd == 100 * 10**12


def test_the_environment_accepts_one_file_at_start(
    file: Path, pricing: Pricing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pricing.snapshot.layer == "file"
    data = catalog({**PLAIN, "o3": (100, 100)})
    file.write_bytes(data)
    prefix = atomic.sha256(data)[:12]
    assert f"PRICECTL_ACCEPT=sha256:{prefix} accepts this file" in pricing.reload().reason
    for wrong in (
        "sha256:",
        prefix,
        f"sha256:{prefix[:11]}",
        f"sha256:0{prefix}",
        "sha256:" + "0" * 12,
    ):
        monkeypatch.setenv("PRICECTL_ACCEPT", wrong)
        assert Pricing.load(file, policy=Policy()).snapshot.layer == "last-known-good"
    monkeypatch.setenv("PRICECTL_ACCEPT", f"sha256:{prefix}")
    started = Pricing.load(file, policy=Policy())
    assert (started.snapshot.layer, started.quote("o3", MILLION).flags) == ("file", ())
    file.write_bytes(catalog({**PLAIN, "o3": (1000, 1000)}))
    assert Pricing.load(file, policy=Policy()).snapshot.layer == "last-known-good"


def test_a_refusal_is_reported_in_log_metric_and_health(
    file: Path, pricing: Pricing, caplog: pytest.LogCaptureFixture
) -> None:
    app = FastAPI()
    app.include_router(make_router(pricing, token="long-and-secret", metrics=True))  # noqa: S106
    client = TestClient(app)
    file.write_bytes(catalog({**PLAIN, "o3": (100, 100)}))
    caplog.clear()
    answer = client.post(
        "/admin/pricing/reload", headers={"Authorization": "Bearer long-and-secret"}
    )
    assert answer.status_code == 409
    assert "input went up 50x, from $2.00 to $100.00 per 1M tokens" in answer.json()["reason"]
    assert [record.__dict__["event"] for record in caplog.records] == ["pricing reload refused"]
    lines = client.get("/metrics").text.splitlines()
    (successful,) = [line for line in lines if line.startswith("pricectl_last_reload_successful")]
    assert float(successful.split()[-1]) == 0
    health = client.get("/healthz/pricing")
    assert (health.status_code, health.json()["status"]) == (200, "degraded")


def test_the_first_start_loads_without_a_comparison(file: Path) -> None:
    file.write_bytes(catalog({"only": (0, 0)}))
    assert Pricing.load(file, policy=Policy()).snapshot.layer == "file"


def test_a_comparison_that_fails_keeps_the_last_good_copy(
    file: Path, pricing: Pricing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    assert pricing.snapshot.layer == "file"
    file.write_bytes(catalog({**PLAIN, "o3": (3, 9)}))
    monkeypatch.setattr("pricectl.core.sanity.check", broken)
    started = Pricing.load(file, policy=Policy())
    assert started.quote("o3", MILLION).flags == ("last-good-prices",)
    assert started.quote("o3", MILLION).pico_usd == 2 * 10**12


def test_a_new_worker_cannot_make_the_others_take_a_broken_file(file: Path, tmp_path: Path) -> None:
    """It has no last good copy to compare the file with; the others have their prices."""
    workers = [Pricing.load(file, policy=Policy(), state=tmp_path / name) for name in ("a", "b")]
    workers[0].reload()
    file.write_bytes(catalog({**PLAIN, "o3": (2000, 8000)}))
    assert [worker.reload().status for worker in workers] == ["refused", "refused"]
    newcomer = Pricing.load(file, policy=Policy(), state=tmp_path / "c")
    newcomer.reload()
    for worker in (*workers, Pricing.load(file, policy=Policy(), state=tmp_path / "a")):
        worker.poll()
        assert worker.quote("o3", MILLION).pico_usd == 2 * 10**12


def test_a_forced_reload_is_taken_over_by_all_workers(file: Path, tmp_path: Path) -> None:
    one, other = (Pricing.load(file, policy=Policy(), state=tmp_path / "b") for _ in range(2))
    file.write_bytes(catalog({**PLAIN, "o3": (2000, 8000)}))
    assert one.reload(force=True).status == "reloaded"
    other.poll()
    for worker in (other, Pricing.load(file, policy=Policy(), state=tmp_path / "b")):
        assert (worker.quote("o3", MILLION).pico_usd, worker.snapshot.flags) == (2000 * 10**12, ())


def test_a_start_that_failed_does_not_let_a_broken_file_in(
    file: Path, pricing: Pricing, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No descriptor at start: not even the last good copy could be read."""

    def refuse(*_: object, **__: object) -> int:
        raise OSError(24, "too many open files")

    assert pricing.snapshot.layer == "file"
    (copy,) = (state / "last-good").glob("*.json")
    before = copy.read_bytes()
    file.write_bytes(catalog({**PLAIN, "o3": (2000, 8000)}))
    with monkeypatch.context() as patch:
        patch.setattr("os.open", refuse)
        started = Pricing.load(file, policy=Policy())
    assert started.snapshot.layer == "default"
    assert started.reload().status == "refused"
    assert copy.read_bytes() == before


def test_prices_of_another_file_are_not_compared(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were used while the settings, which name the file, could not be read."""
    monkeypatch.chdir(file.parent)
    file.write_bytes(catalog({f"stray-{number}": (1, 1) for number in range(10)}))
    team = tmp_path / "team.json"
    team.write_bytes(catalog())
    toml = file.with_name("pricectl.toml")
    toml.write_text(f'file = "{team}"\n[oops')
    pricing = Pricing.load()
    toml.write_text(f'file = "{team}"\n')
    assert pricing.reload().status == "reloaded"
    assert (pricing.quote("o3", MILLION).pico_usd, pricing.snapshot.flags) == (2 * 10**12, ())


def test_retries_report_a_refusal_once(
    file: Path, pricing: Pricing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pricing.snapshot.layer == "file"
    file.unlink()
    started = Pricing.load(file, policy=Policy())
    file.write_bytes(catalog({**PLAIN, "o3": (2000, 8000)}))
    monkeypatch.setattr("pricectl.runtime.polling.RetryPause.is_over", lambda _: True)
    for _ in range(3):
        started.poll()
    metrics = started.metrics()
    assert (metrics.reloads["refused"], metrics.last_reload_ok) == (1, False)
    assert started.last_reload is not None
    assert "went up 1,000x" in started.last_reload.reason
