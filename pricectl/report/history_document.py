"""Prices over time, and a catalog's changes commit by commit, as documents."""

from datetime import UTC, datetime
from typing import Any

from pricectl.changes.change import ROW_KINDS, Change, ChangeKind
from pricectl.changes.rates import rate_text
from pricectl.core.labels import service_label
from pricectl.core.units import UNITS, is_token_unit
from pricectl.history.edits import CatalogHistory
from pricectl.history.timeline import HistoryStep, PricePoint, Timeline
from pricectl.history.versions import HistoryVersion
from pricectl.report.diff import percent

History = Timeline | CatalogHistory
LARGEST_MOVES = 3
# How many rows of each kind, in words; other changes are of rows without a price and of metadata.
KIND_WORDS: dict[ChangeKind, str] = {
    **{kind: kind for kind in ROW_KINDS},
    "metadata": "other",
}


def document(result: History) -> dict[str, Any]:
    """The document of `history`; schemas/history.schema.json describes it."""
    if isinstance(result, CatalogHistory):
        return _catalog_document(result)
    provider, model = result.key
    return {
        "schema": "pricectl.history/1",
        "kind": "model",
        "provider": provider,
        "model": model,
        "asked": result.asked,
        "service": service_label(result.service),
        "versions": len(result.traced.rows),
        "lacks": result.lacks or None,
        "unreadable": [_unreadable(version) for version in result.traced.unreadable],
        "steps": [_step_document(step) for step in result.steps],
        "prices": [
            {
                "unit": unit,
                "usd_per": usd_per(unit),
                "charged": [_point(point, unit) for point in result.charged(unit)],
                "known_now": [_point(point, unit) for point in result.known_now(unit)],
            }
            for unit in result.units
        ],
    }


def _catalog_document(result: CatalogHistory) -> dict[str, Any]:
    broken = [edit.version for edit in result.edits if edit.version.values is None]
    return {
        "schema": "pricectl.history/1",
        "kind": "catalog",
        "versions": len(result.edits) - len(broken),
        "lacks": result.lacks or None,
        "unreadable": [_unreadable(version) for version in reversed(broken)],
        "commits": [
            {
                **_version(edit.version),
                "first": edit.first,
                "moved_from": edit.moved_from or None,
                **{word: edit.rows.get(kind, 0) for kind, word in KIND_WORDS.items()},
                "largest": [_change(move) for move in edit.moves[:LARGEST_MOVES]],
            }
            for edit in reversed(result.edits)
            if edit.version.values is not None
        ],
    }


def _version(version: HistoryVersion) -> dict[str, Any]:
    return {
        "known_at": version.known_at.astimezone(UTC).isoformat(),
        "commit": version.commit or None,
        "path": version.path,
    }


def _unreadable(version: HistoryVersion) -> dict[str, Any]:
    return {**_version(version), "problem": version.problem}


def _step_document(step: HistoryStep) -> dict[str, Any]:
    provider, model = step.row.key
    return {
        **_version(step.row.version),
        "event": step.event,
        "provider": provider,
        "model": model,
        "was": step.was or None,
        "changes": [
            {"effective_from": _iso(period.start), "effective_until": _iso(period.end)}
            | _change(change)
            for period in step.periods
            for change in period.changes
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    price = change.price
    return {
        "provider": change.provider,
        "model": change.model,
        "field": change.field,
        "unit": price and price.unit,
        "above_tokens": price and price.above_tokens,
        "service": price and service_label(price.service),
        "period": price.period if price else change.period,
        "usd_per": price and usd_per(price.unit),
        "old": change.old,
        "new": change.new,
        "percent": percent(change.largest.relative) if change.largest else None,
    }


def _point(point: PricePoint, unit: str) -> dict[str, Any]:
    price = None if point.pico_usd is None else rate_text(point.pico_usd, unit)
    return {"from": _iso(point.start), "usd": price}


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat()


def usd_per(unit: str) -> str:
    """What a price of a unit buys, in words."""
    return "1M tokens" if is_token_unit(unit) else UNITS[unit].counts
