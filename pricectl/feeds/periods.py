"""Prices with dates, as a row of the catalog has them: `previous`, the row itself, `upcoming`."""

from collections.abc import Iterable
from typing import NamedTuple

from pricectl.core.document import Json


class Period(NamedTuple):
    """Prices from a day on, until another day; "" has no bound on that side.

    Days are YYYY-MM-DD in UTC: `start` is the first day, `end` the first day that is over.
    """

    start: str
    end: str
    prices: dict[str, Json]


def dated_entry(periods: Iterable[Period]) -> dict[str, Json]:
    """One row with the prices of all periods, the newest as an `upcoming` list.

    The row itself has the prices of the first period, and each later one begins with its day; this
    needs no day of today. A period without prices is left out.
    """
    ordered = sorted((it for it in periods if it.prices), key=lambda it: (it.start, it.end))
    if not ordered:
        return {}
    entry = dict(ordered[0].prices)
    later: list[Json] = [{"from": it.start, **it.prices} for it in ordered[1:] if it.start]
    if later:
        entry["upcoming"] = later
    return entry
