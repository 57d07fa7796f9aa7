"""The part of a price list that a record keeps, in place of the catalog's."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pricectl.core.money import exact, plain_decimal
from pricectl.core.prices import NO_TIER, PriceList, Problem, key_path
from pricectl.core.rates import Rate, RateCard
from pricectl.core.units import STANDARD


class RecordedPrices(PriceList):
    """A price list as far as a record says what it was: the rates that were used, and no others.

    `card` returns those rates; whatever else a quote or an explanation asks of it is answered as
    the catalog's own list did when the call was priced.
    """

    __slots__ = ("_off_peak_hours", "_sold")

    def __init__(  # noqa: PLR0913 - what a record says about a list
        self,
        *,
        pointer: str,
        start: datetime | None,
        end: datetime | None,
        off_peak_hours: bool | None,
        thresholds: tuple[int, ...],
        marginal: bool,
        inclusive: bool,
        output_thresholds: tuple[int, ...],
        above_output_tokens: int,
        sold: tuple[str, ...],
        factors: Mapping[str, Fraction],
        in_the_file_usd: Mapping[str, Fraction],
        unread: tuple[Problem, ...],
    ) -> None:
        super().__init__(
            {},
            _entry(in_the_file_usd),
            pointer=pointer,
            start=start,
            end=end,
            marginal=marginal,
            inclusive=inclusive,
            uplifts={word: Decimal(exact(factor)) for word, factor in factors.items()},
            above_output_tokens=above_output_tokens,
            by_output=tuple(PriceList({}, above_output_tokens=each) for each in output_thresholds),
            unread=unread,
        )
        self.thresholds = thresholds
        self.first_tier_tokens = thresholds[0] if thresholds else NO_TIER
        self._off_peak_hours = off_peak_hours
        self._sold = sold

    @property
    def in_off_peak_hours(self) -> bool | None:
        """As the catalog's own list said."""
        return self._off_peak_hours

    @property
    def services(self) -> tuple[str, ...]:
        """The call's service, if the row had a price for it."""
        return self._sold

    def remember_remarks(self, tier: int, region: str, remarks: Mapping[str, str]) -> None:
        """Keep what is said about units at the standard service, see `Quote.line_notes`."""
        card = RateCard({}, (), STANDARD)
        card.update({unit: Rate(0, "", note=remark) for unit, remark in remarks.items()})
        self._cards[tier, STANDARD, region] = card


def _entry(in_the_file_usd: Mapping[str, Fraction]) -> dict[str, Any]:
    """The part of the document with these prices by their keys."""
    entry: dict[str, Any] = {}
    for key, price in in_the_file_usd.items():
        *path, last = key_path(key).split("/")
        inner = entry
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = plain_decimal(exact(price))
    return entry
