"""The status of a process's prices as documents: versions, counts and faults, but no folders."""

import os
from datetime import UTC, datetime
from typing import Any

from pricectl.core.labels import clean
from pricectl.core.windows import read_instant
from pricectl.flags import RELOAD_REFUSED
from pricectl.runtime import Pricing, ReloadResult, Snapshot
from pricectl.runtime.shared_files import user_id
from pricectl.runtime.snapshot import Reason

# A refusal lists rows; the log has all of it.
MAX_REASON_CHARACTERS = 500


def health(pricing: Pricing) -> dict[str, Any]:
    """The public part of the status; `version` is the catalog's SHA-256."""
    return _health(pricing.snapshot_in_use, pricing)


def _health(snapshot: Snapshot, pricing: Pricing) -> dict[str, Any]:
    metrics, pending = pricing.metrics(), pricing.pending_edit
    # The old prices are in use and right, but an edit waits: that is degraded, too.
    flags = [*snapshot.flags, *([] if metrics.last_reload_ok else [RELOAD_REFUSED])]
    return {
        "status": "degraded" if flags else "ok",
        "models": snapshot.models,
        "version": snapshot.sha256,
        "generation": snapshot.generation,
        "calculator": snapshot.calculator_version,
        "last_updated": clean(snapshot.catalog.last_updated),
        "layer": snapshot.layer,
        "flags": flags,
        # An edit of the file that no reload has announced; the workers charge by `version`.
        "pending": pending or None,
        # Workers of another user, or without a shared state folder, are another group.
        "group": pricing.group or None,
    }


def status(pricing: Pricing) -> dict[str, Any]:
    """The operator's status: health, faults, the last reload and the process's counters."""
    # The last reload first: the prices read after it are never older than it says.
    last = pricing.last_reload
    snapshot, metrics = pricing.snapshot_in_use, pricing.metrics()
    uncharged = pricing.uncharged_metrics()
    at = metrics.last_reload_at
    return {
        **_health(snapshot, pricing),
        "pid": os.getpid(),
        "user": user_id(),
        "loaded_at": snapshot.loaded_at.isoformat(),
        "catalog_age_seconds": age_seconds(snapshot),
        "fallback_reason": _public(snapshot.fallback_reason),
        "settings_problem": _public(snapshot.settings_problem),
        "last_reload": {**reload_document(last), "at": at and at.isoformat()} if last else None,
        "reloads": dict(metrics.reloads),
        "fallbacks": dict(metrics.fallbacks),
        "unknown_names": metrics.unknown_names,
        "endpoint_fallbacks": dict(uncharged.fallbacks),
        "endpoint_unknown_names": uncharged.unknown_names,
    }


def reload_document(result: ReloadResult) -> dict[str, Any]:
    """What a reload did, and the version that is active after it."""
    document: dict[str, Any] = {
        "status": result.status,
        "models": result.models,
        "version": result.version,
        "generation": result.generation,
        "pid": os.getpid(),
    }
    if result.reason:
        document["reason"] = _public(result.reason)
    if result.status == "refused":
        document["findings"] = [
            {"pointer": clean(pointer), "message": clean(message)[:MAX_REASON_CHARACTERS]}
            for pointer, message, *_ in result.findings
        ]
    return document


def age_seconds(snapshot: Snapshot) -> int | None:
    """The time since the `last_updated` of the catalog; None if it has none that can be read."""
    edited = read_instant(snapshot.catalog.last_updated)
    return int((datetime.now(UTC) - edited).total_seconds()) if edited else None


def _public(reason: str) -> str:
    """A reason without the folder of the settings, cleaned and bounded."""
    return clean(Reason.of(reason).public)[:MAX_REASON_CHARACTERS]
