"""Reads a row's entry in the document into a model with its price lists."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.entry_rates import is_unread_price, read_rates
from pricectl.core.model import Model, Periods
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import DATED_LISTS, Entry, ListKind, PriceList, Problem
from pricectl.core.rates import overlaid
from pricectl.core.structures import RatesByOutput, read_structures
from pricectl.core.units import MAX_KEY, is_price_like
from pricectl.core.windows import read_instant

MAX_NAME = 256


# A row with this member has no prices of its own.
ALIAS_OF = "alias_of"


def read_model(  # noqa: PLR0913, PLR0917 - a row, where it stands and what refers to it
    provider: str,
    name: str,
    entry: dict[str, Json],
    pointer: str,
    problems: list[Problem],
    more_aliases: Sequence[str] = (),
) -> Model:
    """One row with its price lists; unreadable parts are added to `problems`.

    `pointer` is the entry's JSON Pointer, `more_aliases` are names that other rows give it.
    """
    ended, begun = (
        _dated_entries(entry.get(member), date_key, f"{pointer}/{member}", problems)
        for member, date_key in DATED_LISTS.items()
    )
    # A list starts and ends where its neighbours end and start.
    ends = (None, *(dated.instant for dated in ended))
    starts = (*(dated.instant for dated in begun), None)
    prices = read_prices(entry, pointer, problems, start=ends[-1], end=starts[0])
    previous = _read_dated("previous", ended, ends, problems)
    upcoming = _read_dated("upcoming", begun, starts, problems)
    listed = entry.get("aliases")
    given = listed if isinstance(listed, list) else [] if listed is None else [None]
    named = read_aliases(entry)
    aliases = tuple(dict.fromkeys((*named, *more_aliases))) if more_aliases else named
    if len(named) != len(given):
        problems.append(Problem(f"{pointer}/aliases", "aliases is not a list of names"))
    return Model(
        provider,
        name,
        MappingProxyType(entry),
        prices,
        aliases,
        previous,
        upcoming,
        bool(previous or upcoming or prices.off_peak),
        pointer,
    )


class _DatedEntry(NamedTuple):
    """An element of `previous` or `upcoming`: its instant in UTC, its prices, its pointer."""

    instant: datetime
    entry: Entry
    pointer: str


def _dated_entries(
    value: Json, key: str, pointer: str, problems: list[Problem]
) -> tuple[_DatedEntry, ...]:
    """The elements of a list of dated prices, sorted by time."""
    if value is None:
        return ()
    found = []
    for index, entry in enumerate(value if isinstance(value, list) else [None]):
        where = f"{pointer}/{index}"
        instant = read_instant(entry.get(key)) if isinstance(entry, dict) else None
        if instant is None or not isinstance(entry, dict):
            problems.append(Problem(where, f"not an object with a date in {key!r} and its prices"))
        else:
            found.append(_DatedEntry(instant, entry, where))
    return tuple(sorted(found, key=lambda dated: dated.instant))


def _read_dated(
    kind: ListKind,
    entries: tuple[_DatedEntry, ...],
    bounds: tuple[datetime | None, ...],
    problems: list[Problem],
) -> Periods:
    """The price lists of dated entries; each is in force between two neighbouring `bounds`."""
    if not entries:  # as in nearly all rows
        return ()
    return tuple(
        (it.instant, read_prices(it.entry, it.pointer, problems, kind=kind, start=start, end=end))
        for it, (start, end) in zip(entries, pairwise(bounds), strict=True)
    )


def read_prices(  # noqa: PLR0913 - all but three by keyword
    entry: Entry,
    pointer: str,
    problems: list[Problem],
    *,
    kind: ListKind = "own",
    start: datetime | None = None,
    end: datetime | None = None,
) -> PriceList:
    """The price list of one entry; prices that cannot be read are added to `problems`.

    `pointer` is the entry's JSON Pointer; the others are those of `PriceList`. A structure that is
    not understood is left out and stands in the list's `unread`.
    """
    found = read_structures(entry, pointer, problems)
    unread = (*_unread_prices(entry, pointer), *found.unread)
    listed = partial(
        PriceList,
        entry=entry,
        pointer=pointer,
        kind=kind,
        start=start,
        end=end,
        marginal=found.marginal,
        inclusive=found.inclusive,
        uplifts=found.uplifts,
        counting=found.counting,
        unread=unread,
    )
    rates = overlaid(read_rates(entry, pointer, problems), found.tiers)
    longer = tuple(accumulate(found.by_output, _later_wins, initial=(0, rates)))[1:]
    off_peak = None
    if found.off_peak:
        windows, lower = found.off_peak
        units = frozenset(unit for unit, *_ in lower)
        cheaper = partial(listed, is_off_peak=True, off_peak_units=units, windows=windows)
        in_these_hours = overlaid(rates, lower)
        # A price of long outputs is not a base price: like a tier, it stays in these hours.
        by_output = tuple(accumulate(found.by_output, _later_wins, initial=(0, in_these_hours)))[1:]
        off_peak = cheaper(
            in_these_hours,
            by_output=tuple(cheaper(own, above_output_tokens=above) for above, own in by_output),
        )
    return listed(
        rates,
        off_peak=off_peak,
        by_output=tuple(
            listed(
                all_prices,
                above_output_tokens=above,
                own_keys=frozenset(key for _, key in own.values()),
            )
            for (above, all_prices), (_, own) in zip(longer, found.by_output, strict=True)
        ),
    )


def _later_wins(shorter: RatesByOutput, own: RatesByOutput) -> RatesByOutput:
    """The prices of longer outputs: those that are stated there, else those of shorter ones."""
    return own[0], overlaid(shorter[1], own[1])


def _unread_prices(entry: Entry, pointer: str) -> Iterator[Problem]:
    for key in entry:
        if len(key) <= MAX_KEY and is_unread_price(key):
            yield Problem(pointer + pointer_to(key), "no reader knows this price")
        elif key == ALIAS_OF:
            priced = "stands beside prices of the row's own"
            message = priced if has_prices(entry) else "names no row of the same section"
            yield Problem(pointer + pointer_to(key), f"{key} {message}")


def has_prices(entry: Entry) -> bool:
    """Whether a row speaks of a price of its own, or of dated ones."""
    return any(is_price_like(key) or key in DATED_LISTS for key in entry)


def read_aliases(entry: Entry) -> tuple[str, ...]:
    """The other names of a row that can be read."""
    listed = entry.get("aliases")
    given = listed if isinstance(listed, list) else ()
    return tuple(it for it in given if isinstance(it, str) and 0 < len(it) <= MAX_NAME)
