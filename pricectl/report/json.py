"""Results as JSON: every document names its schema, money is decimal strings."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pricectl.core.calculator import Line
from pricectl.core.catalog import Catalog
from pricectl.core.estimate import Estimate
from pricectl.core.labels import plain, price_of
from pricectl.core.model import Match, Periods
from pricectl.core.money import usd
from pricectl.core.prices import PriceList
from pricectl.models import Priced
from pricectl.report.conditions import factors, hours

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

# Documents of more entries are for programs alone, and indenting takes longer than all the rest.
MAX_INDENTED = 10_000
# The fields of a quote that depend on a credit profile.
_OF_A_PROFILE = ("markup_percent", "client_cost_usd", "profile", "rounding", "credits")


def dump(command: str, body: Mapping[str, Any], version: int = 1) -> str:
    """A result as the JSON document of its command."""
    lists = (len(value) for value in body.values() if isinstance(value, list))
    indent = 2 if sum(lists) <= MAX_INDENTED else None
    document = {"schema": f"pricectl.{command}/{version}", **body}
    return json.dumps(document, indent=indent, default=str)


def quotes(
    estimates: Sequence[Estimate],
    catalog: Catalog,
    reading: "Reading | None" = None,
    *,
    flags: Sequence[str] = (),
    charged: bool = True,
) -> str:
    """One quote as the document itself, several as its `quotes`; with what a response states.

    `flags` are those of the running process that answers. Without `charged` no profile is known,
    and what depends on one is null.
    """
    unknown = {} if charged else dict.fromkeys(_OF_A_PROFILE)
    bodies = [
        {**_estimate(estimate, catalog), **unknown, **_stated(estimate, reading)}
        for estimate in estimates
    ]
    for body in bodies:
        body["flags"] = list(flags)
    return dump("quote", bodies[0] if len(bodies) == 1 else {"quotes": bodies})


def _estimate(estimate: Estimate, catalog: Catalog) -> dict[str, Any]:
    quote = estimate.quote
    return {
        "model": quote.match.asked,
        "resolved": resolved(quote.match),
        "service": quote.service or "standard",
        "missing_service": quote.missing_service,
        "region": quote.region,
        "missing_region": quote.missing_region,
        "above_tokens": quote.above_tokens,
        "period": quote.period,
        "calls": estimate.calls,
        "lines": [_line(line) for line in estimate.lines],
        "provider_cost_usd": usd(estimate.pico_usd),
        "markup_percent": plain(estimate.profile.markup_percent),
        "client_cost_usd": usd(estimate.client_pico_usd),
        "profile": estimate.profile.name,
        "rounding": estimate.profile.rounding,
        "credits": {mode.mode: mode.charged for mode in estimate.credits},
        "signals": list(estimate.signals),
        "catalog": catalog_id(catalog),
    }


def _stated(estimate: Estimate, reading: "Reading | None") -> dict[str, str | None]:
    """The cost of the call that its response states, and what ours is beyond it."""
    if reading is None:
        return {}
    reported = reading.reported_pico_usd
    return {
        "reported_usd": None if reported is None else usd(reported),
        "difference_usd": None if reported is None else usd(estimate.quote.pico_usd - reported),
    }


def resolved(match: Match) -> dict[str, Any]:
    """Which row answered, and how it was found."""
    return {
        "provider": match.model.provider,
        "model": match.model.name,
        "match": match.how,
        "ignored": list(match.ignored),
    }


def catalog_id(catalog: Catalog) -> dict[str, Any]:
    """Which version of the catalog this is."""
    return {"sha256": catalog.sha256, "last_updated": catalog.last_updated}


def _line(line: Line) -> dict[str, Any]:
    return {
        "unit": line.unit,
        "quantity": line.quantity if isinstance(line.quantity, int) else float(line.quantity),
        "usd_per_unit": usd(line.pico_usd_per_unit) if line.priced else None,
        "usd": usd(line.pico_usd) if line.priced else None,
        "key": line.key,
        "assumed": line.assumed,
        "note": line.note,
    }


def models(rows: Sequence[Priced], catalog: Catalog) -> str:
    """A list of rows with their prices in force and of other times."""
    return dump("models", {"models": [_model(row) for row in rows], "catalog": catalog_id(catalog)})


def show(match: Match, row: Priced, catalog: Catalog) -> str:
    """One row with all its rates."""
    return dump(
        "show",
        {
            "asked": match.asked,
            "resolved": resolved(match),
            **_model(row),
            "catalog": catalog_id(catalog),
        },
    )


def _model(row: Priced) -> dict[str, Any]:
    model = row.model
    return {
        "provider": model.provider,
        "model": model.name,
        "aliases": list(model.aliases),
        "mode": model.entry.get("mode"),
        "max_input_tokens": model.entry.get("max_input_tokens"),
        "max_output_tokens": model.entry.get("max_output_tokens"),
        "deprecation_date": model.entry.get("deprecation_date"),
        "source": model.entry.get("source"),
        "verified_on": model.entry.get("verified_on"),
        "period": row.period,
        **_prices(row.prices, row.whole_day),
        "own_rates": _rates(model.prices) if row.period else None,
        "own_factors": factors(model.prices) if row.period else None,
        "own_off_peak": _off_peak(model.prices) if row.period else None,
        "previous": _periods("until", model.previous),
        "upcoming": _periods("from", model.upcoming),
    }


def _periods(bound: str, periods: Periods) -> list[dict[str, Any]]:
    return [{bound: instant.isoformat(), **_prices(prices, prices)} for instant, prices in periods]


def _prices(prices: PriceList, whole_day: PriceList) -> dict[str, Any]:
    """A price list's rates, the factors on them, and what it charges off-peak."""
    return {
        "rates": _rates(prices),
        "factors": factors(prices),
        "off_peak": _off_peak(whole_day),
    }


def _off_peak(prices: PriceList) -> dict[str, Any] | None:
    if prices.off_peak is None:
        return None
    shown = [
        {"hours_utc": hours(window), "weekdays": list(window.weekdays)}
        for window in prices.off_peak.windows
    ]
    return {"windows": shown, "rates": _rates(prices.off_peak)}


def _rates(prices: PriceList) -> list[dict[str, Any]]:
    return [
        {
            "unit": unit,
            "above_tokens": above,
            "service": service or "standard",
            "usd_per_unit": usd(price_of(pico, unit)),
            "key": key,
        }
        for (unit, above, service), (pico, key) in prices.rates.items()
    ]
