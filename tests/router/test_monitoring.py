"""`GET /metrics`: what Prometheus reads."""

import os
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from pricectl.runtime import FALLBACKS, Pricing
from tests.conftest import CATALOG
from tests.router.conftest import BEARER, RELOAD, client_of

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
    kinds = {label for name, label in found if name == "pricectl_fallback_total"}
    results = {label for name, label in found if name == "pricectl_reload_total"}
    assert kinds == FALLBACKS.keys()
    assert results == {"reloaded", "unchanged", "refused"}


def test_metrics_change_with_events(client: TestClient, file: Path) -> None:
    client.get("/v1/quote?model=nobody-sells-this&input=1")
    client.post(RELOAD, headers=BEARER)
    file.write_text("{", encoding="utf-8")
    client.post(RELOAD, headers=BEARER)
    found = scrape(client)
    assert found["pricectl_fallback_total", "unknown-model"] == 1
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
