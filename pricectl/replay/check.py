"""Prices a sample of a rated log again by `core`, so that no engine can be wrong in silence."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from pricectl.core.calculator import quote
from pricectl.core.customer_price import StatedCost, customer_price
from pricectl.core.labels import clean
from pricectl.core.priced_call import Quote
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.replay.book_tables import customer_scale
from pricectl.replay.cost_sums import flags_of
from pricectl.replay.errors import RatingDiffers
from pricectl.replay.periods import NO_TIME
from pricectl.replay.prepared_log import PreparedLog
from pricectl.replay.ratebook import Side
from pricectl.replay.rated_calls import RatedSide


def sampled_calls(log: PreparedLog) -> list[dict[str, Any]]:
    """The calls that `create_sums` has kept as a sample, with their keys and flags."""
    rows = log.connection.rows(
        "SELECT key, flags, sampled FROM log_sums WHERE array_length(sampled) > 0"
    )
    return [row | call for row in rows for call in row.pop("sampled")]


def check_calls(log: PreparedLog, calls: Sequence[Mapping[str, Any]]) -> int:
    """Price calls of a sample again by `core`; how many they were.

    It asks no engine, so that it can run beside a statement.

    Raises RatingDiffers: cost, customer price or flags of a call are not those of `core`.
    """
    for call in calls:
        usage = usage_of_call(call, log.rated.columns.units)
        for side in log.rated.sides:
            _check_call(log, side, call, usage)
    return len(calls)


def _check_call(log: PreparedLog, side: RatedSide, row: Mapping[str, Any], usage: Usage) -> None:
    book = log.books[side.place]
    entry = book.entries[row["key"]]
    priced = quote(
        book.side.catalog,
        entry.match,
        usage,
        service=entry.key.service or None,
        region=entry.key.region or None,
        at=call_time(book.side, row),
        requests=row["call_requests"],
    )
    flags = flags_of(side, entry.flags, row["flags"])
    compared: dict[str, tuple[object, object]] = {
        "picodollars": (int(row[f"pico_{side.place}"]), priced.pico_usd),
        "flags": (set(flags), set(priced.flags)),
    }
    if side.terms:
        compared |= _customer_prices(log, side, row, priced)
    for what, (found, expected) in compared.items():
        if found != expected:
            raise RatingDiffers(
                f"{what}: {found} in the run, {expected} by the calculator",
                where=f"call {row['call_row']}, {clean(entry.key.name)}, {book.side.name} prices",
                next_step="please report it: no number of this run can be trusted",
            )


def _customer_prices(
    log: PreparedLog, side: RatedSide, row: Mapping[str, Any], priced: Quote
) -> dict[str, tuple[object, object]]:
    """What the rules of the profile make of a price: in the run, and by `core`."""
    book = log.books[side.place]
    stated = row["stated_pico"]
    seller = book.entries[row["key"]].key.seller
    price = customer_price(
        priced,
        log.rated.profile,
        account=row["account"],
        at=book.side.rules_at or call_time(book.side, row),
        stated=None if stated is None else StatedCost(int(stated), seller),
    )
    scale = customer_scale(side, log.rated.profile)
    customer = int(row[scale.column]) * scale.pico_usd_per_unit
    parts = side.terms.contract_denominator if side.terms else 1
    contract = Fraction(int(row[f"contract_{side.place}"]), parts)
    return {
        "picodollars for the customer": (customer, price.customer_pico_usd),
        "picodollars by contract": (contract, price.contract_pico_usd),
    }


def call_time(side: Side, row: Mapping[str, Any]) -> datetime | None:
    """When a call was made, in UTC; None if the log does not say."""
    if side.at:
        return side.at
    at: datetime = row["call_at"]
    return None if at == NO_TIME else at.replace(tzinfo=UTC)


def usage_of_call(row: Mapping[str, Any], units: Sequence[str]) -> Usage:
    """What a call of the log used."""
    counts = tuple(
        (unit, row[f"n_{place}"]) for place, unit in enumerate(units) if row[f"n_{place}"]
    )
    totals = {"input": 0, "output": 0, "": 0}
    for unit, count in counts:
        totals[UNITS[unit].side] += count
    usage = Usage()._replace(
        input_tokens=totals["input"], output_tokens=totals["output"], counts=counts
    )
    return usage.checked()
