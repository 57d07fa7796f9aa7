"""The rows that an edit added or changed, each beside its row in the base.

Rules about an edit look at these alone: what stays as the base has it was reviewed before.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from pricectl.check.evidence.prices import FoundPrice, prices_of
from pricectl.check.rules.base import Context
from pricectl.core.model import Model
from pricectl.core.rates import RateKey


class EditedRow(NamedTuple):
    """A row that the base has with another entry."""

    old: Model
    new: Model

    def moved(self, key: RateKey) -> Fraction:
        """The new price over the old one; 1 where either is missing or zero."""
        old, new = self.deployed(key), self.new.prices.charged_pico_usd(key)
        return Fraction(new, old) if old and new else Fraction(1)

    def deployed(self, key: RateKey) -> int:
        """What the base charges for it; 0 if it charges nothing."""
        return self.old.prices.charged_pico_usd(key) or 0


def edited_rows(context: Context) -> Iterator[EditedRow]:
    """Every row that the base has otherwise; none without a base."""
    for model in context.catalog.models if context.evidence.base else ():
        old = context.evidence.base_row(model)
        if old is not None and old.entry != model.entry:
            yield EditedRow(old, model)


def added_rows(context: Context) -> Iterator[Model]:
    """Every row that the base does not have; none without a base."""
    for model in context.catalog.models if context.evidence.base else ():
        if context.evidence.base_row(model) is None:
            yield model


def added_prices(context: Context) -> Iterator[tuple[Model, list[FoundPrice]]]:
    """Each row with the prices that the base does not have in it; nothing without a base."""
    for model in added_rows(context):
        yield model, list(prices_of(model))
    for old, new in edited_rows(context):
        added = [price for price in prices_of(new) if price.key not in old.prices.rates]
        if added:
            yield new, added
