"""`GET /healthz/pricing` and `GET /metrics`: what monitors read."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from pricectl.router.responses import HEADERS, json_response
from pricectl.router.status import age_seconds, health
from pricectl.runtime import Pricing

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def add_monitoring(router: APIRouter, pricing: Pricing) -> None:
    """Add the endpoints that monitors read."""
    from prometheus_client import CollectorRegistry, generate_latest

    # A registry of its own: one process may have several routers.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(PricingCollector(pricing))

    @router.get(
        "/healthz/pricing", summary="Which prices this worker charges by", response_class=Response
    )
    def healthz() -> Response:
        """Always 200, because no call fails without prices; `status` says "degraded"."""
        # Another worker may have reloaded; a monitor should see that at once.
        pricing.poll()
        return json_response(health(pricing))

    @router.get("/metrics", summary="Counters for Prometheus", response_class=Response)
    def read_metrics() -> Response:
        """One worker's counters; the label `pid` distinguishes workers of one address."""
        return Response(generate_latest(registry), headers=HEADERS, media_type=CONTENT_TYPE)


class PricingCollector:
    """Prometheus metrics of one process's prices, read when they are scraped.

    A sample's `pid` keeps the counters of several workers apart.
    """

    def __init__(self, pricing: Pricing) -> None:
        self._pricing = pricing

    def collect(self) -> Iterable["Metric"]:
        """Every metric at this moment."""
        snapshot, totals = self._pricing.snapshot, self._pricing.metrics()
        age = age_seconds(snapshot)
        yield _gauge(
            "pricectl_last_reload_successful",
            "1 unless the last reload was refused.",
            int(totals.last_reload_ok),
        )
        yield _counter("pricectl_reload", "Reloads, by result.", "result", totals.reloads)
        yield _counter(
            "pricectl_fallback",
            "Flagged answers, loads and reloads, by kind.",
            "kind",
            totals.fallbacks,
        )
        if age is not None:
            yield _gauge(
                "pricectl_catalog_age_seconds",
                "Time since the day the catalog says it was last edited.",
                age,
            )
        yield _gauge("pricectl_models", "Rows of the catalog.", snapshot.models)
        yield _gauge("pricectl_generation", "Version number of this host.", snapshot.generation)
        info = {"version": snapshot.calculator_version, "sha256": snapshot.sha256}
        yield _gauge("pricectl_info", "The calculator and the catalog in use.", 1, info)


def _gauge(
    name: str, meaning: str, value: int, labels: Mapping[str, str] | None = None
) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    labelled = {**(labels or {}), "pid": str(os.getpid())}
    family = GaugeMetricFamily(name, meaning, labels=list(labelled))
    family.add_metric(list(labelled.values()), value)
    return family


def _counter(name: str, meaning: str, label: str, totals: Mapping[str, int]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, meaning, labels=[label, "pid"])
    for kind, total in totals.items():
        family.add_metric([kind, str(os.getpid())], total)
    return family
