"""Compares one row of ours with the rows that lists have for it: prices, limits, dates, factors."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.words import model_key
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import Entry, PriceList, key_path
from pricectl.core.rates import OwnRate, RateKey
from pricectl.core.structures import OWN_FACTORS, UPLIFT_KEYS
from pricectl.core.units import STANDARD, UNITS, price_key
from pricectl.core.windows import as_instant, day_text, read_day
from pricectl.feeds.claims import Claim, Stated, one_per_vote
from pricectl.feeds.differences import Agreement, MemberDrift, PriceDrift

LIMITS = ("max_input_tokens", "max_output_tokens")
RETIREMENT, SUCCESSOR = "deprecation_date", "successor"
# A list that has these prices as we do agrees with a row that has them.
MAIN_UNITS = ("input", "output")


# How the period of a former price begins.
UNTIL = "until "


class ListedRow(NamedTuple):
    """A list's row for one of our names, priced as it is expected of us.

    `name` is our name for it, `is_own` whether that is the row's own name, not an alias. `number`
    counts the lists that were read: two may be of one name, such as the files of two vendors.
    """

    feed: str
    vote: str
    day: str
    name: str
    is_own: bool
    model: Model
    number: int = 0

    def claim(self, value: Stated) -> Claim[Stated]:
        """What the row says, as the list's word."""
        return Claim(self.feed, self.vote, self.name, value, self.day)


_UPLIFT_KEY = {word: key for key, word in UPLIFT_KEYS.items()}
# A list's row with one of its price lists.
PricedRows = Sequence[tuple[ListedRow, PriceList]]


class RowComparison:
    """One row of ours beside the rows of all lists; `listed` are in the order of the lists."""

    def __init__(self, model: Model, listed: Sequence[ListedRow], at: date) -> None:
        self.model = model
        self._at = as_instant(at)
        self._own, self._aliases = _by_name(listed)
        self.compared = 0

    def prices(self) -> Iterator[PriceDrift]:
        """Every price that a list has otherwise: now, off-peak, announced, former, by aliases."""
        now = self.model.list_at(self._at)
        priced = [(row, row.model.list_at(self._at)) for row in self._own]
        seen: set[tuple[RateKey, str, int]] = set()
        for drift in self._differing(now, priced):
            seen |= {(drift.key, claim.vote, claim.value) for claim in drift.differing}
            yield drift
        self.compared += len({key for _, prices in priced for key in prices.rates})
        yield from self._off_peak(now, priced)
        yield from self._announced(seen)
        yield from self._former()
        for alias, rows in self._aliases.items():
            by_alias = [(row, row.model.list_at(self._at)) for row in rows]
            for drift in self._differing(now, by_alias, alias=alias):
                new = [it for it in drift.differing if (drift.key, it.vote, it.value) not in seen]
                if new:
                    yield drift

    def members(self) -> Iterator[MemberDrift]:
        """Limits, dates, the successor and the factors that a list has otherwise."""
        for member in (*LIMITS, RETIREMENT, SUCCESSOR):
            ours = _member(self.model.entry, member)
            claims = ((row, _member(row.model.entry, member)) for row in self._own)
            yield from self._member_drift(member, pointer_to(member), ours, claims)
        now = self.model.list_at(self._at)
        factors = [(row, row.model.list_at(self._at).uplifts) for row in self._own]
        for word in sorted({word for _, uplifts in factors for word in uplifts}):
            own = now.uplifts.get(word)
            stated = ((row, _factor(uplifts.get(word))) for row, uplifts in factors)
            key = _UPLIFT_KEY.get(word)
            pointer = pointer_to(key) if key else pointer_to(OWN_FACTORS, word)
            yield from self._member_drift(f"factor {word}", pointer, _factor(own) or "1", stated)

    def agreement(self) -> Agreement:
        """The independent lists that have our base prices.

        A list counts only by the row's own name, since the price of an alias proves nothing.
        """
        now = self.model.list_at(self._at)
        wanted = [key for key in now.rates if key[1:] == (0, STANDARD)]
        main = [key for key in wanted if key[0] in MAIN_UNITS] or wanted[:1]
        # Of a list and its copies the newest row speaks.
        newest = one_per_vote(row.claim(number) for number, row in enumerate(self._own))
        days: dict[str, str] = {}
        for row in (self._own[claim.value] for claim in newest):
            rates = row.model.list_at(self._at).rates
            # Lists write 0 for what they do not know: they are no evidence that a row is free.
            priced = any(now.rates[key][0] for key in main)
            alike = all(
                rates[key][0] == now.rates[key][0]
                for key in wanted
                if key in rates and not _says_nothing(now, key, rates[key][0])
            )
            if row.is_own and priced and alike and all(key in rates for key in main):
                days[row.vote] = row.day
        return Agreement(self.model, dict(sorted(days.items())))

    def _differing(
        self, ours: PriceList, priced: PricedRows, period: str = "", alias: str = ""
    ) -> Iterator[PriceDrift]:
        """The prices of two price lists that differ; what our fallback charges alike does not."""
        for key, claims in _claims(priced).items():
            own = ours.rates.get(key)
            told = one_per_vote(it for it in claims if not _says_nothing(ours, key, it.value))
            agreeing = tuple(it for it in told if own and it.value == own[0])
            differing = tuple(it for it in told if not own or it.value != own[0])
            if differing:
                member = price_key(*key)
                yield PriceDrift(
                    self.model,
                    member,
                    f"{ours.pointer}/{key_path(own[1] if own else member)}",
                    own[0] if own else None,
                    agreeing,
                    differing,
                    alias,
                    key=key,
                    period=period,
                )

    def _off_peak(self, now: PriceList, priced: PricedRows) -> Iterator[PriceDrift]:
        ours = now.off_peak
        theirs = [(row, prices.off_peak) for row, prices in priced if prices.off_peak]
        if ours:
            yield from self._differing(ours, theirs, "off-peak")

    def _announced(self, seen: set[tuple[RateKey, str, int]]) -> Iterator[PriceDrift]:
        """What lists announce and we do not, each price once, at its first day."""
        starts = {start for row in self._own for start, _ in row.model.upcoming if start > self._at}
        for start in sorted(starts):
            begun = [
                (row, prices)
                for row in self._own
                for first, prices in row.model.upcoming
                if first == start
            ]
            ours = self.model.list_at(start)
            for drift in self._differing(ours, begun, f"from {day_text(start)}"):
                new = {(drift.key, it.vote, it.value) for it in drift.differing} - seen
                seen |= new
                if new:
                    yield drift

    def _former(self) -> Iterator[PriceDrift]:
        """What lists that date their prices had otherwise just before one of ours changed.

        A price that either does not state of that time says nothing about it.
        """
        for end, ours in self.model.previous:
            before = end - timedelta(seconds=1)
            dated = [(row, row.model.list_at(before)) for row in self._own]
            told = [(row, old) for row, old in dated if old is not row.model.list_at(self._at)]
            for drift in self._differing(ours, told, f"{UNTIL}{day_text(end)}"):
                if drift.ours is not None:
                    yield drift

    def _member_drift(
        self,
        member: str,
        pointer: str,
        ours: str | None,
        stated: Iterable[tuple[ListedRow, str | None]],
    ) -> Iterator[MemberDrift]:
        told = one_per_vote(row.claim(value) for row, value in stated if value is not None)
        agreeing = tuple(it for it in told if _same(self.model, member, it.value, ours))
        differing = tuple(it for it in told if not _same(self.model, member, it.value, ours))
        if differing:
            where = self.model.pointer + pointer
            yield MemberDrift(self.model, member, where, ours, agreeing, differing)


def _by_name(
    listed: Sequence[ListedRow],
) -> tuple[list[ListedRow], dict[str, list[ListedRow]]]:
    """The row of each list that stands for ours, and the further ones by the alias.

    A list's row of our own name goes first; an alias stands in where the list has no such row.
    """
    own: dict[int, ListedRow] = {}
    aliases: dict[str, list[ListedRow]] = {}
    for row in sorted(listed, key=lambda it: not it.is_own):
        if own.setdefault(row.number, row) is not row:
            aliases.setdefault(row.name, []).append(row)
    return list(own.values()), aliases


def _claims(priced: PricedRows) -> Mapping[RateKey, list[Claim[int]]]:
    """What the lists ask, by price."""
    found: dict[RateKey, list[Claim[int]]] = {}
    for row, prices in priced:
        for key, (pico_usd, _) in prices.rates.items():
            found.setdefault(key, []).append(row.claim(pico_usd))
    return found


def _says_nothing(ours: PriceList, key: RateKey, pico_usd: int) -> bool:
    """Whether a list's price says nothing new.

    Lists write 0 for what they do not know; and a price that we do not state may be what our row
    charges for it anyway.
    """
    unit, tier, service = key
    if not pico_usd and (key not in ours.rates or unit not in MAIN_UNITS):
        return True
    if key in ours.rates:
        return False
    sold = ours.sold_as(service)
    charged: OwnRate | None = ours.charged((unit, tier, sold))
    if charged is None:
        fallbacks = (ours.charged((it, tier, sold)) for it in UNITS[unit].fallbacks)
        charged = next((it for it in fallbacks if it is not None), None)
    return charged is not None and charged[0] == pico_usd


def _member(entry: Entry, member: str) -> str | None:
    """A limit, a day or a name as text; None where the row has none."""
    value: Json = entry.get(member)
    if member in LIMITS:
        return f"{value}" if type(value) is int and value > 0 else None
    if member == RETIREMENT:
        day = read_day(value)
        return f"{day}" if day else None
    return value if isinstance(value, str) and value else None


def _factor(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _same(model: Model, member: str, one: str, other: str | None) -> bool:
    """Whether two values say the same.

    Names may be spelled otherwise. A list may round a limit, 1,048,576 tokens to 1M, and may state
    the whole context window, in which the output has its place, as the limit of the input.
    """
    if other is None:
        return False
    if member == SUCCESSOR:
        return _name_of(one) == _name_of(other)
    if member in LIMITS:
        output = _member(model.entry, LIMITS[1]) or "0"
        window = int(other) + int(output) if member == LIMITS[0] else int(other)
        return any(_is_near(int(one), size) for size in (int(other), window))
    return one == other


def _is_near(one: int, other: int) -> bool:
    return abs(one - other) * 100 <= 5 * max(one, other)


def _name_of(name: str) -> str:
    return model_key(read_name(name).base)
