"""Prices a sample of a rated log again by `core`, so that no engine can be wrong in silence."""

from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pricectl.core.calculator import quote
from pricectl.core.customer_price import StatedCost, customer_price
from pricectl.core.labels import clean
from pricectl.core.priced_call import Quote
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.replay.book_tables import customer_scale
from pricectl.replay.duckdb_engine import rows_of
from pricectl.replay.errors import RatingDiffers
from pricectl.replay.periods import NO_TIME
from pricectl.replay.ratebook import BookEntry, Side
from pricectl.replay.templates import template

if TYPE_CHECKING:
    from pricectl.replay.rated_calls import RatedSide
    from pricectl.replay.rating import PreparedLog


def check_sample(log: "PreparedLog", size: int, seed: int) -> int:
    """Price about `size` random calls again; the number that was checked.

    Raises RatingDiffers: cost, customer price or flags of a call are not those of `core`.
    """
    # A share of the calls, chosen by a hash of their number: the same calls for the same seed.
    share = min(size * 2**32 // log.stats.calls, 2**32) if size else 0
    units = log.rated.columns.units
    counts = ", ".join(f"n_{place}" for place in range(len(units)))
    statement = template("sample").format(
        normal=log.rated.normal,
        rated=log.rated.text(),
        counts=counts,
        condition=f"hash(call_row + {seed}) % {2**32} < {share}",
    )
    rows = rows_of(log.connection, statement) if share else []
    for row in rows:
        for side in log.rated.sides:
            _check_call(log, side, row)
    return len(rows)


def _check_call(log: "PreparedLog", side: "RatedSide", row: Mapping[str, Any]) -> None:
    from pricectl.replay.rating import flags_of

    book, profile = log.books[side.place], log.rated.profile
    entry = book.entries[row["key"]]
    priced = quoted_call(book.side, entry, row, log.rated.columns.units)
    at = call_time(book.side, row)
    stated = row["stated_pico"]
    price = customer_price(
        priced,
        profile,
        account=row["account"],
        at=at,
        stated=None if stated is None else StatedCost(int(stated), entry.key.seller),
    )
    scale = customer_scale(side, profile)
    sides: dict[str, tuple[object, object]] = {
        "picodollars": (int(row[f"pico_{side.place}"]), priced.pico_usd),
        "picodollars for the customer": (
            int(row[scale.column]) * scale.pico_usd_per_unit,
            price.customer_pico_usd,
        ),
        "flags": (set(flags_of(side, entry.flags, row[f"flags_{side.place}"])), set(priced.flags)),
    }
    if side.terms:
        contract = Fraction(int(row[f"contract_{side.place}"]), side.terms.contract_denominator)
        sides["picodollars by contract"] = contract, price.contract_pico_usd
    for what, (found, expected) in sides.items():
        if found != expected:
            raise RatingDiffers(
                f"{what}: {found} in the run, {expected} by the calculator",
                where=f"call {row['call_row']}, {clean(entry.key.name)}, {book.side.name} prices",
                next_step="please report it: no number of this run can be trusted",
            )


def call_time(side: Side, row: Mapping[str, Any]) -> datetime | None:
    """When a call was made, in UTC; None if the log does not say."""
    if side.at:
        return side.at
    at: datetime = row["call_at"]
    return None if at == NO_TIME else at.replace(tzinfo=UTC)


def quoted_call(
    side: Side, entry: BookEntry, row: Mapping[str, Any], units: tuple[str, ...]
) -> Quote:
    """A call of the log priced by `core`."""
    counts = tuple(
        (unit, row[f"n_{place}"]) for place, unit in enumerate(units) if row[f"n_{place}"]
    )
    totals = {
        side_name: sum(count for unit, count in counts if UNITS[unit].side == side_name)
        for side_name in ("input", "output")
    }
    usage = Usage()._replace(
        input_tokens=totals["input"], output_tokens=totals["output"], counts=counts
    )
    return quote(
        side.catalog,
        side.find(entry.key),
        usage.checked(),
        service=entry.key.service or None,
        region=entry.key.region or None,
        at=call_time(side, row),
        requests=row["call_requests"],
    )
