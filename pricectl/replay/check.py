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
from pricectl.replay.templates import template


def check_sample(log: PreparedLog, size: int, seed: int) -> int:
    """Price about `size` random calls again; the number that was checked.

    Raises RatingDiffers: cost, customer price or flags of a call are not those of `core`.
    """
    # A share of the calls, chosen by a hash of their number: the same calls for the same seed.
    share = min(size * 2**32 // log.stats.calls, 2**32) if size else 0
    units = log.rated.columns.units
    names = ["call_row", "call_at", "call_requests", "key", "stated_pico"]
    for side in log.rated.sides:
        of_side = ("customer", "contract") if side.terms else ()
        names += [f"{name}_{side.place}" for name in ("pico", "flags", *of_side)]
    counts = [f"normal.n_{place}" for place in range(len(units))]
    call_hash = log.connection.engine.call_hash.format(f"call_row + {seed}")
    statement = template("sample").format(
        normal=log.rated.normal,
        rated=log.rated.text(),
        columns=", ".join([*(f"rated.{name}" for name in names), *counts]),
        condition=f"{call_hash} < {share}",
    )
    rows = log.connection.rows(statement) if share else []
    for row in rows:
        usage = usage_of_call(row, units)
        for side in log.rated.sides:
            _check_call(log, side, row, usage)
    return len(rows)


def _check_call(log: PreparedLog, side: RatedSide, row: Mapping[str, Any], usage: Usage) -> None:
    book = log.books[side.place]
    entry = book.entries[row["key"]]
    priced = quote(
        book.side.catalog,
        book.side.find(entry.key),
        usage,
        service=entry.key.service or None,
        region=entry.key.region or None,
        at=call_time(book.side, row),
        requests=row["call_requests"],
    )
    flags = flags_of(side, entry.flags, row[f"flags_{side.place}"])
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
