"""`GET /metrics`: what Prometheus reads."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from pricectl.core import Usage
from pricectl.files import atomic
from pricectl.runtime import FALLBACKS, Pricing, loader
from tests.conftest import CATALOG
from tests.router.conftest import BEARER, RELOAD, STATUS, client_of

Samples = dict[tuple[str, str], float]


def scrape(client: TestClient) -> Samples:
    """Each sample by its name and its labels beside `pid`, in the order of their names."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("pid") == str(os.getpid())
            samples[sample.name, " ".join(labels[name] for name in sorted(labels))] = sample.value
    return samples


def test_every_metric_is_there_from_the_start(client: TestClient, pricing: Pricing) -> None:
    found = scrape(client)
    now = pricing.snapshot
    assert found["pricectl_last_reload_successful", ""] == 1
    assert found["pricectl_models", ""] == 4
    assert found["pricectl_generation", ""] == 1
    assert found["pricectl_info", f"{now.sha256} {now.calculator_version}"] == 1
    assert found["pricectl_catalog_age_seconds", ""] > 0
    kinds = {label.split()[0] for name, label in found if name == "pricectl_fallback_total"}
    results = {label for name, label in found if name == "pricectl_reload_total"}
    assert kinds == FALLBACKS.keys()
    assert results == {"reloaded", "unchanged", "refused"}


def test_metrics_change_with_events(client: TestClient, pricing: Pricing, file: Path) -> None:
    client.get("/v1/quote?model=nobody-sells-this&input=1")
    pricing.quote("not-sold-either", Usage(1))
    client.post(RELOAD, headers=BEARER)
    file.write_text("{", encoding="utf-8")
    client.post(RELOAD, headers=BEARER)
    found = scrape(client)
    assert found["pricectl_fallback_total", "unknown-model calls"] == 1
    assert found["pricectl_fallback_total", "unknown-model endpoint"] == 1
    assert found["pricectl_unknown_names", "calls"] == 1
    assert found["pricectl_edit_pending", ""] == 1
    assert found["pricectl_reload_total", "unchanged"] == 1
    assert found["pricectl_reload_total", "refused"] == 1
    assert found["pricectl_last_reload_successful", ""] == 0


def test_a_catalog_without_a_date_has_no_age(client: TestClient, file: Path) -> None:
    file.write_text(CATALOG.replace("2026-11-01", "last week"), encoding="utf-8")
    client.post(RELOAD, headers=BEARER)
    assert ("pricectl_catalog_age_seconds", "") not in scrape(client)


def test_two_routers_count_separately(client: TestClient, file: Path) -> None:
    other = client_of(Pricing.load(file))
    other.post(RELOAD, headers=BEARER)
    assert scrape(other)["pricectl_reload_total", "unchanged"] == 1
    assert scrape(client)["pricectl_reload_total", "unchanged"] == 0


@pytest.mark.parametrize("path", ["/healthz/pricing", "/metrics", STATUS])
def test_probes_do_not_wait_for_a_reload_that_hangs(
    pricing: Pricing, file: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """45 probes used up the pool of threads: nothing was answered any more."""
    inside, go_on = threading.Event(), threading.Event()

    def hang(*_: object) -> bytes:
        inside.set()
        go_on.wait(20)
        return file.read_bytes()

    monkeypatch.setattr("pricectl.runtime.loader.read_bytes", hang)
    with client_of(pricing) as client:
        reloads = [
            threading.Thread(target=client.post, args=(RELOAD,), kwargs={"headers": BEARER})
            for _ in range(45)
        ]
        reloads[0].start()
        assert inside.wait(10)
        for each in reloads[1:]:
            each.start()
        for _ in range(45):
            assert client.get(path, headers=BEARER).status_code == 200
        assert not go_on.is_set()
        go_on.set()
        for each in reloads:
            each.join(10)
    assert pricing.metrics().reloads["unchanged"] == 1


def test_health_does_not_wait_for_a_start_that_hangs(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    real = loader.read_bytes

    def hang(*arguments: Any) -> bytes:
        go_on.wait(20)
        return real(*arguments)

    monkeypatch.setenv("PRICECTL_FILE", str(file))
    monkeypatch.setattr("pricectl.runtime.loader.read_bytes", hang)
    pricing = Pricing()
    with client_of(pricing) as client:
        assert client.get("/healthz/pricing").json()["layer"] == "default"
        go_on.set()
        assert pricing.snapshot.layer == "file"
        assert client.get("/healthz/pricing").json()["layer"] == "file"


def test_health_shows_an_edit_that_waits(client: TestClient, file: Path) -> None:
    before = client.get("/healthz/pricing").json()
    file.write_text(CATALOG.replace("2e-06,", "3e-06,"), encoding="utf-8")
    now = client.get("/healthz/pricing").json()
    assert (before["pending"], now["status"], now["version"]) == (None, "ok", before["version"])
    assert now["pending"] == atomic.current_sha256(file)
    client.post(RELOAD, headers=BEARER)
    assert client.get("/healthz/pricing").json()["pending"] is None
