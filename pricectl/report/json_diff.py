"""A comparison as JSON."""

from fractions import Fraction
from typing import Any

from pricectl.changes import Change, Impact
from pricectl.changes.gates import Gate
from pricectl.changes.rates import shown
from pricectl.core.catalog import Catalog
from pricectl.core.estimate import Estimate
from pricectl.core.labels import plain
from pricectl.core.money import usd
from pricectl.core.profile import Profile
from pricectl.core.units import UNITS, is_token
from pricectl.report.changes import Compared, left_out, summary
from pricectl.report.json import catalog_id, dump, resolved

PERCENT_DECIMALS = 4


def diff(compared: Compared, base: Catalog, head: Catalog, profile: Profile) -> str:
    """The document of `pricectl diff`."""
    found = compared.found
    return dump(
        "diff",
        {
            "outcome": "fail" if compared.tripped else "pass",
            "summary": summary(compared),
            "base": {"name": compared.base, **catalog_id(base)},
            "head": {"name": compared.head, **catalog_id(head)},
            "profile": profile.name,
            "changes": [_change(change) for change in found.changes],
            "impact": [_impact(job) for job in found.impact],
            "gates": [_gate(gate) for gate in compared.gates],
            "reordered": found.reordered,
            "respelled": found.respelled,
            **({"left_out": list(left_out(found))} if found.left_out else {}),
        },
    )


def percent(relative: Fraction | None) -> str | None:
    """A relative difference in percent, signed, at most four decimals; None from nothing.

    >>> percent(Fraction(1, 3)), percent(Fraction(-1, 2)), percent(None)
    ('33.3333', '-50', None)
    """
    return None if relative is None else plain(relative * 100, PERCENT_DECIMALS).lstrip("~")


def _change(change: Change) -> dict[str, Any]:
    largest = change.largest
    return {
        "kind": change.kind,
        "severity": change.severity,
        "provider": change.provider,
        "model": change.model,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "percent": percent(largest.relative) if largest else None,
        "note": change.note,
        "pointer": change.pointer,
        "price": _price(change),
    }


def _price(change: Change) -> dict[str, Any] | None:
    """Which price it is and what was and is charged by it, its own or one it falls back on."""
    price, move = change.price, change.largest
    if price is None or move is None:
        return None
    return {
        "unit": price.unit,
        "above_tokens": price.above_tokens,
        "service": price.service or "standard",
        "period": price.period,
        "usd_per": "1M tokens" if is_token(price.unit) else UNITS[price.unit].counts,
        "old_charged": _charged(move.old_pico_usd, price.unit),
        "new_charged": _charged(move.new_pico_usd, price.unit),
    }


def _charged(pico_usd: int | None, unit: str) -> str | None:
    return None if pico_usd is None else shown(pico_usd, unit)


def _impact(job: Impact) -> dict[str, Any]:
    return {
        "provider": job.provider,
        "model": job.model,
        "name": job.asked,
        "workload": job.workload.name,
        "calls": job.workload.calls,
        "service": job.workload.service or "standard",
        "period": job.period,
        "old": _cost(job.old),
        "new": _cost(job.new),
        "percent": percent(job.move.relative),
    }


def _cost(job: Estimate) -> dict[str, Any]:
    return {
        "resolved": resolved(job.quote.match),
        "provider_cost_usd": usd(job.pico_usd),
        "client_cost_usd": usd(job.client_pico_usd),
        "credits": {mode.mode: mode.charged for mode in job.credits},
        "unpriced": [line.unit for line in job.quote.unpriced],
    }


def _gate(gate: Gate) -> dict[str, Any]:
    unit = "%" if gate.percent else ""
    actual = None if gate.actual is None else _number(gate.actual) + unit
    return {
        "id": gate.id,
        "limit": _number(gate.limit) + unit,
        "actual": actual,
        "tripped": gate.tripped,
    }


def _number(value: Fraction) -> str:
    return plain(value, PERCENT_DECIMALS).lstrip("~")
