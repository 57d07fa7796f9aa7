"""What an edit does to the bill of one account, as far as it is known."""

from fractions import Fraction
from typing import NamedTuple


class RiseRange(NamedTuple):
    """How many percent more somebody pays, at least and at most; None is from nothing, or any."""

    lowest: Fraction | None
    highest: Fraction | None

    def is_over(self, percent: Fraction) -> bool:
        """Whether it surely is more than so many percent."""
        return self.lowest is None or self.lowest > percent

    def may_be_over(self, percent: Fraction) -> bool:
        """Whether it can be more than so many percent."""
        return self.highest is None or self.highest > percent


class AccountBill(NamedTuple):
    """What one account pays for the usage, before and now, in picodollars.

    Where a summary does not keep all of what it used, `rise_range` is what is sure.
    """

    account: str
    old_pico_usd: Fraction
    new_pico_usd: Fraction
    rise_range: RiseRange | None = None

    @property
    def rise_percent(self) -> Fraction | None:
        """How much more it pays; 0 where it pays less, None where it paid nothing."""
        return rise_percent(self.old_pico_usd, self.new_pico_usd)

    @property
    def sure_rise(self) -> RiseRange:
        """How much more it pays, at least and at most."""
        return self.rise_range or RiseRange(self.rise_percent, self.rise_percent)


def rise_percent(old: Fraction, new: Fraction) -> Fraction | None:
    """How many percent more the new amount is; 0 where it is not more, None from nothing."""
    return percent_of(new - old, old)


def percent_of(difference: Fraction | int, old: Fraction | int) -> Fraction | None:
    """A rise in percent; 0 where it is a fall, None where it is from nothing."""
    if difference <= 0:
        return Fraction(0)
    return Fraction(difference) * 100 / old if old else None


def by_rise(account: AccountBill) -> tuple[bool, Fraction, str]:
    """Sorts the largest rise first, and a rise from nothing before all others."""
    rise = account.rise_percent
    return rise is not None, -(rise or Fraction(0)), account.account
