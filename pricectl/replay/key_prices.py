"""What the counts of a key of a summary cost the customer, by two versions, at least and at most.

Within a context band a call's cost is linear in its counts, so that a sum costs what its calls
cost. Where it is not, there are bounds: the band holds several tiers, a part of the week several
price lists, marginal tiers fill with what is cached first, a seller rounds counts up, or rules for
single accounts may fit.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from pricectl.core.calculator import quote
from pricectl.core.customer_price import customer_price
from pricectl.core.model import Match
from pricectl.core.prices import PriceList
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.replay.bill_side import BillSide
from pricectl.replay.cell_prices import CallLength, CountPrices, SideCells
from pricectl.replay.ratebook import NO_LIMIT, Side
from pricectl.replay.usage_summary import CALLS, REQUESTS, KeySums, UsageSummary
from pricectl.replay.week_parts import WHOLE_WEEK, ListsAtOnce, lists_of_part

_ZERO = Fraction(0)


class PricesAtOnce(NamedTuple):
    """The old and the new prices of calls of the same length, hour and rules."""

    old: CountPrices
    new: CountPrices
    is_same: bool


class KeyPricing(NamedTuple):
    """How the keys of a summary are priced by two versions as of one instant."""

    summary: UsageSummary
    base: BillSide
    new: BillSide

    @property
    def units(self) -> tuple[str, ...]:
        """The columns that count units."""
        return tuple(name for name in self.summary.columns if name not in {CALLS, REQUESTS})

    def matches(self, key: KeySums) -> tuple[Match, Match]:
        """The rows that answer for a key by the old and the new prices."""
        old, new = (
            Side("prices", side.catalog, side.fallback).find(key.key)
            for side in (self.base, self.new)
        )
        return old, new

    def lists(self, key: KeySums, matches: tuple[Match, Match]) -> tuple[ListsAtOnce, ...]:
        """The price lists that the calls of a key are charged by."""
        part = self.summary.week_parts[key.week_part - 1] if key.week_part else WHOLE_WEEK
        hours = self.summary.hours_of(key.key.name)
        models = matches[0].model, matches[1].model
        return lists_of_part(models, part, hours, timed=bool(key.week_part))

    def prices(self, key: KeySums, matches: tuple[Match, Match]) -> Iterator[PricesAtOnce]:
        """All prices that calls of a key may have."""
        for lists in self.lists(key, matches):
            old = SideCells.of(self.base, matches[0], lists.old, key, self.units)
            new = SideCells.of(self.new, matches[1], lists.new, key, self.units)
            yield from self._at_once(key, old, new)

    def _at_once(self, key: KeySums, old: SideCells, new: SideCells) -> Iterator[PricesAtOnce]:
        for position in self._positions(key, old, new):
            before, after = old.terms_at(position), new.terms_at(position)
            pairs = list(product(before, after))
            if self.base.profile == self.new.profile and old.model == new.model and before == after:
                # An account has the same terms before and after.
                pairs = list(zip(before, after, strict=True))
            for was, now in pairs:
                bands_of = old.bands_at(position, was.rule), new.bands_at(position, now.rule)
                yield PricesAtOnce(
                    old.count_prices(bands_of[0], was, key, self.summary),
                    new.count_prices(bands_of[1], now, key, self.summary),
                    is_same=was[1:] == now[1:] and bands_of[0] == bands_of[1],
                )

    def estimate(self, key: KeySums, matches: tuple[Match, Match]) -> tuple[Fraction, Fraction]:
        """What customers pay for a key by both versions, each call like the average one."""
        old = new = _ZERO
        for lists in self.lists(key, matches):
            old += lists.share * self._quoted(key, self.base, matches[0], lists.old)
            new += lists.share * self._quoted(key, self.new, matches[1], lists.new)
        return old, new

    def _quoted(self, key: KeySums, side: BillSide, match: Match, prices: PriceList) -> Fraction:
        of_list = match._replace(model=match.model._replace(prices=prices))
        totals = {name: self.summary.tokens_of(key.sums, name) for name in ("input", "output")}
        counts = dict(zip(self.summary.columns, key.sums, strict=True))
        usage = Usage()._replace(
            input_tokens=totals["input"],
            output_tokens=totals["output"],
            counts=tuple((unit, counts[unit]) for unit in UNITS if counts.get(unit)),
        )
        priced = quote(
            side.catalog,
            of_list,
            usage.checked(),
            service=key.key.service or None,
            region=key.key.region or None,
            requests=self.summary.requests_of(key.sums),
        )
        price = customer_price(priced, side.profile)
        # One fee was added for the sum; each call has its own.
        return price.customer_pico_usd + price.fee_pico_usd * (key.sums[0] - 1)

    def _positions(self, key: KeySums, old: SideCells, new: SideCells) -> tuple[CallLength, ...]:
        """The lengths at which calls of a key may have different prices; first the average."""
        average = average_of(self.summary, key)
        if key.sums[0] == 1:  # the average is the one call
            return (average,)
        inputs = _lengths(
            average.input_tokens,
            self.summary.edges,
            {start for side in (old, new) for start in side.input_starts},
        )
        outputs = _lengths(
            average.output_tokens,
            self.summary.output_edges,
            {start for side in (old, new) for start in side.output_starts},
        )
        others = [CallLength(*lengths) for lengths in product(inputs, outputs)]
        return tuple(dict.fromkeys((average, *others)))


def average_of(summary: UsageSummary, key: KeySums) -> CallLength:
    """The input and output tokens of a key's average request, rounded up."""
    requests = summary.requests_of(key.sums)
    return CallLength(
        *(-(-summary.tokens_of(key.sums, side) // requests) for side in ("input", "output"))
    )


def _lengths(average: int, edges: Sequence[int], starts: Iterable[int]) -> list[int]:
    """A length of each tier that a band reaches; one that is passed by all has the average."""
    low = max((edge for edge in edges if edge <= average), default=0)
    high = min((edge for edge in edges if edge > average), default=NO_LIMIT)
    cuts = sorted({low, *(start for start in starts if low < start < high)})
    ends = [*cuts[1:], high]
    return [
        average if start <= average < end else start for start, end in zip(cuts, ends, strict=True)
    ]
