"""The metrics of one process, or of all workers by prometheus-client's multiprocess mode.

In that mode (PROMETHEUS_MULTIPROC_DIR is set before prometheus-client is imported) every worker
keeps its numbers in files of that folder. Counters are added up, gauges have a `pid` each.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pricectl.flags import UNKNOWN_MODEL
from pricectl.router.status import age_seconds
from pricectl.runtime import Pricing, Snapshot
from pricectl.runtime.monitor import Event
from pricectl.runtime.polling import call_after_fork
from pricectl.runtime.snapshot import Metrics

if TYPE_CHECKING:
    from prometheus_client.core import Metric

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "pricectl_"
# Digits of a hash that a double holds exactly: 12 x 4 bits of 53.
FINGERPRINT_DIGITS = 12
# Whose answers a counter counts: calls that are charged, or quotes of the open endpoint.
CALLS, QUOTES = "calls", "endpoint"

GAUGES: Mapping[str, str] = {
    "pricectl_last_reload_successful": "1 unless the last reload was refused.",
    "pricectl_edit_pending": "1 while the file has a content that is not in use.",
    "pricectl_models": "Rows of the catalog.",
    "pricectl_generation": "Version number of this group of workers.",
    "pricectl_catalog_fingerprint": "The first 12 hexadecimal digits of the hash as a number.",
}
RELOADS = ("pricectl_reload", "Reloads, by result.")
FALLBACKS = ("pricectl_fallback", "Flagged answers, loads and reloads, by kind.")
NAMES = ("pricectl_unknown_names", "Distinct names that no row answered, 10,000 at most.")
AGE = ("pricectl_catalog_age_seconds", "Time since the day the catalog says it was last edited.")


def registry_of(pricing: Pricing) -> Callable[[], bytes]:
    """What writes the metrics of a process, or of all its workers, in Prometheus' format."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        registry.register(AllWorkers(folder, SharedMetrics(pricing)))
        registry.register(CatalogAge(pricing))
    else:
        registry.register(PricingCollector(pricing))
    return lambda: generate_latest(registry)


def _gauge_values(pricing: Pricing) -> dict[str, int]:
    """Each of GAUGES now."""
    snapshot = pricing.snapshot_in_use
    return {
        "pricectl_last_reload_successful": int(pricing.metrics().last_reload_ok),
        "pricectl_edit_pending": int(bool(pricing.pending_edit)),
        "pricectl_models": snapshot.models,
        "pricectl_generation": snapshot.generation,
        "pricectl_catalog_fingerprint": _fingerprint(snapshot),
    }


def _fingerprint(snapshot: Snapshot) -> int:
    return int(snapshot.sha256[:FINGERPRINT_DIGITS] or "0", 16)


class CatalogAge:
    """The age of the catalog, computed at each scrape; all workers have the same."""

    def __init__(self, pricing: Pricing) -> None:
        self._pricing = pricing

    def collect(self) -> Iterable["Metric"]:
        """The age, if the catalog says when it was edited."""
        age = age_seconds(self._pricing.snapshot_in_use)
        if age is not None:
            yield _gauge(*AGE, age)


class PricingCollector:
    """The metrics of one process's prices, read when they are scraped.

    A sample's `pid` keeps the counters of several workers apart.
    """

    def __init__(self, pricing: Pricing) -> None:
        self._pricing = pricing

    def collect(self) -> Iterable["Metric"]:
        """Every metric at this moment."""
        from prometheus_client.core import CounterMetricFamily

        pricing, pid = self._pricing, str(os.getpid())
        calls, quotes = pricing.metrics(), pricing.uncharged_metrics()
        for name, value in _gauge_values(pricing).items():
            yield _gauge(name, GAUGES[name], value, {"pid": pid})
        reloads = CounterMetricFamily(*RELOADS, labels=["result", "pid"])
        for result, total in calls.reloads.items():
            reloads.add_metric([result, pid], total)
        yield reloads
        fallbacks = CounterMetricFamily(*FALLBACKS, labels=["kind", "source", "pid"])
        for source, totals in ((CALLS, calls), (QUOTES, quotes)):
            for kind, total in totals.fallbacks.items():
                fallbacks.add_metric([kind, source, pid], total)
            names = {"source": source, "pid": pid}
            yield _gauge(*NAMES, totals.unknown_names, names)
        yield fallbacks
        snapshot = pricing.snapshot_in_use
        age = age_seconds(snapshot)
        if age is not None:
            yield _gauge(*AGE, age, {"pid": pid})
        info = {"version": snapshot.calculator_version, "sha256": snapshot.sha256, "pid": pid}
        yield _gauge("pricectl_info", "The calculator and the catalog in use.", 1, info)


class SharedMetrics:
    """The metrics of one worker in the files that all workers share.

    A label cannot be taken back there, so the hash is a number (`pricectl_catalog_fingerprint`)
    instead of a label that grows by one with each edit.
    """

    def __init__(self, pricing: Pricing) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge

        self._pricing = pricing
        registry = CollectorRegistry(auto_describe=False)  # its samples are read from the files
        shared: dict[str, Any] = {"registry": registry, "multiprocess_mode": "liveall"}
        self._reloads = Counter(*RELOADS, ["result"], registry=registry)
        self._fallbacks = Counter(*FALLBACKS, ["kind", "source"], registry=registry)
        self._gauges = {name: Gauge(name, text, **shared) for name, text in GAUGES.items()}
        self._names = Gauge(*NAMES, ["source"], **shared)
        pricing.listen(self.on_call, self.on_quote)
        calls, quotes = pricing.metrics(), pricing.uncharged_metrics()
        for result, total in calls.reloads.items():
            self._reloads.labels(result).inc(total)
        for source, totals in ((CALLS, calls), (QUOTES, quotes)):
            for kind, total in totals.fallbacks.items():
                self._fallbacks.labels(kind, source).inc(total)
        self.set_gauges()
        call_after_fork(self)

    def on_call(self, event: Event, word: str) -> None:
        """Count an event of calls and loads."""
        if event == "fallback":
            self._fallbacks.labels(word, CALLS).inc()
            self._count_names(word, CALLS, self._pricing.metrics)
            return
        if event == "reload":
            self._reloads.labels(word).inc()
        self.set_gauges()

    def on_quote(self, event: Event, word: str) -> None:
        """Count an event of the open endpoint."""
        if event == "fallback":
            self._fallbacks.labels(word, QUOTES).inc()
            self._count_names(word, QUOTES, self._pricing.uncharged_metrics)

    def _count_names(self, kind: str, source: str, totals: Callable[[], Metrics]) -> None:
        # At once: another worker's scrape reads the file, and asks this worker nothing.
        if kind == UNKNOWN_MODEL:
            self._names.labels(source).set(totals().unknown_names)

    def set_gauges(self) -> None:
        """Write down what is in use."""
        for name, value in _gauge_values(self._pricing).items():
            self._gauges[name].set(value)
        for source, totals in (
            (CALLS, self._pricing.metrics()),
            (QUOTES, self._pricing.uncharged_metrics()),
        ):
            self._names.labels(source).set(totals.unknown_names)

    def after_fork(self) -> None:
        """The child has files of its own, in which every gauge would be 0."""
        self.set_gauges()


class AllWorkers:
    """The numbers of every worker, out of their files."""

    def __init__(self, folder: str, own: SharedMetrics) -> None:
        self._folder = folder
        self._own = own

    def collect(self) -> Iterable["Metric"]:
        """Our metrics in the files of all workers; an app's own metrics are left to the app."""
        from prometheus_client import multiprocess

        self._own.set_gauges()
        for pid in self._dead():
            multiprocess.mark_process_dead(pid, self._folder)  # type: ignore[no-untyped-call]
        collector = multiprocess.MultiProcessCollector(None, self._folder)  # type: ignore[no-untyped-call]
        found = collector.collect()  # type: ignore[no-untyped-call]
        return [metric for metric in found if metric.name.startswith(PREFIX)]

    def _dead(self) -> set[int]:
        """Workers that have ended without their server saying so, as after `kill -9`."""
        dead = set()
        for path in Path(self._folder).glob("gauge_live*_*.db"):
            with suppress(ValueError):
                pid = int(path.stem.rpartition("_")[2])
                if not _is_alive(pid):
                    dead.add(pid)
        return dead


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's process
        return True
    return True


def _gauge(
    name: str, meaning: str, value: int, labels: Mapping[str, str] | None = None
) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    named = labels or {}
    family = GaugeMetricFamily(name, meaning, labels=list(named))
    family.add_metric(list(named.values()), value)
    return family
