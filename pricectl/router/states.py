"""What may be told of a process's prices: versions and counts, no file names. Floor 3."""

import os
from datetime import UTC, datetime
from typing import Any

from pricectl.core.windows import read_instant
from pricectl.report.canvas import clean
from pricectl.runtime import Metrics, Pricing, ReloadResult, Snapshot
from pricectl.runtime.snapshot import NOT_TOLD, SETTINGS_NOT_USED

# Reasons that go on with a file's name; what follows stays in the log.
_NAMES_FILES = (SETTINGS_NOT_USED, NOT_TOLD)
MAX_REASON = 500


def health(pricing: Pricing) -> dict[str, Any]:
    """What everybody may know; `version` is the catalog's SHA-256."""
    return _health(pricing.snapshot, pricing.metrics())


def _health(snapshot: Snapshot, metrics: Metrics) -> dict[str, Any]:
    return {
        "status": "degraded" if snapshot.flags or not metrics.last_reload_ok else "ok",
        "models": snapshot.models,
        "version": snapshot.sha256,
        "generation": snapshot.generation,
        "calculator": snapshot.calculator_version,
        "last_updated": clean(snapshot.catalog.last_updated),
        "layer": snapshot.layer,
        "flags": list(snapshot.flags),
    }


def status(pricing: Pricing) -> dict[str, Any]:
    """What an operator may know: the same, the last reload, the counters of this process."""
    snapshot, metrics, last = pricing.snapshot, pricing.metrics(), pricing.last_reload
    return {
        **_health(snapshot, metrics),
        "pid": os.getpid(),
        "loaded_at": snapshot.loaded_at.isoformat(),
        "catalog_age_seconds": age_seconds(snapshot),
        "last_reload": {**reloaded(last), "at": _last_reload_at(metrics)} if last else None,
        "reloads": dict(metrics.reloads),
        "fallbacks": dict(metrics.fallbacks),
    }


def reloaded(result: ReloadResult) -> dict[str, Any]:
    """What a reload did, and the version that is active after it."""
    told: dict[str, Any] = {
        "status": result.status,
        "models": result.models,
        "version": result.version,
        "generation": result.generation,
        "pid": os.getpid(),
    }
    if result.reason:
        told["reason"] = _without_files(result.reason)
    if result.status == "refused":
        told["findings"] = [
            {"pointer": clean(pointer), "message": clean(message)[:MAX_REASON]}
            for pointer, message, *_ in result.findings
        ]
    return told


def age_seconds(snapshot: Snapshot) -> int | None:
    """How long ago the catalog was last edited, by its own word; None if it does not say."""
    edited = read_instant(snapshot.catalog.last_updated)
    return int((datetime.now(UTC) - edited).total_seconds()) if edited else None


def _last_reload_at(metrics: Metrics) -> str | None:
    return metrics.last_reload_at.isoformat() if metrics.last_reload_at else None


def _without_files(reason: str) -> str:
    for words in _NAMES_FILES:
        if reason.startswith(words):
            return words
    return clean(reason)[:MAX_REASON]
