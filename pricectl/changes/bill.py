"""What an edit does to the bills of real customers, from the usage of a team.

`pricectl.replay` prices the usage; here is what it comes to, for gates and reports.
"""

from fractions import Fraction
from typing import NamedTuple

from pricectl.core.labels import clean, count, grouped, percent, plural
from pricectl.core.money import PICO_PER_USD, divide

# Usage of any length is scaled to so many days.
MONTH_DAYS = 30
# An account whose bill rises by more than this is counted.
NOTABLE_PERCENT = Fraction(5)
# How many of these are named, and how much of a name is shown.
_NAMED_ACCOUNTS = 3
_NAME_LENGTH = 40


class AccountBill(NamedTuple):
    """What one account pays for the usage, before and now, in picodollars."""

    account: str
    old_pico_usd: Fraction
    new_pico_usd: Fraction

    @property
    def rise_percent(self) -> Fraction | None:
        """How much more it pays; 0 where it pays less, None where it paid nothing."""
        return _rise_percent(self.old_pico_usd, self.new_pico_usd)


class BillChange(NamedTuple):
    """What the customers pay for a team's usage, by the old and by the new prices and settings.

    Amounts are of the whole usage, in picodollars; `days` is how long it took, None where it does
    not say. Credits are those of the budget mode that goes by cost; from a summary they are not
    rounded. `accounts` is empty where the usage names none; `folded_accounts` are so many that a
    summary keeps only as one sum.

    `later` are the bills at prices or by rules of later days that differ between both versions,
    each with its day. `unknown` says what of the edit is not in these bills, "" if nothing.
    """

    source: str
    is_summary: bool
    days: int | None
    calls: int
    old_pico_usd: Fraction
    new_pico_usd: Fraction
    old_credits: Fraction
    new_credits: Fraction
    accounts: tuple[AccountBill, ...] = ()
    folded_accounts: int = 0
    left_out_rows: int = 0
    later: tuple[tuple[str, "BillChange"], ...] = ()
    unknown: str = ""

    @property
    def scale(self) -> Fraction:
        """What the usage is multiplied by to be a month's."""
        return Fraction(MONTH_DAYS, self.days) if self.days else Fraction(1)

    @property
    def monthly_pico_usd(self) -> Fraction:
        """How much more the customers pay in a month."""
        return (self.new_pico_usd - self.old_pico_usd) * self.scale

    @property
    def rise_percent(self) -> Fraction | None:
        """How much more they pay; 0 where they pay less, None where they paid nothing."""
        return _rise_percent(self.old_pico_usd, self.new_pico_usd)

    @property
    def largest_account_rise_percent(self) -> Fraction | None:
        """The largest rise of an account; None where one paid nothing before."""
        rises = [account.rise_percent for account in self.accounts]
        if None in rises:
            return None
        return max((rise for rise in rises if rise is not None), default=Fraction(0))

    def accounts_over(self, percent: Fraction) -> tuple[AccountBill, ...]:
        """The accounts whose bill rises by more than `percent`, the largest rise first."""
        found = [
            account
            for account in self.accounts
            if account.rise_percent is None or account.rise_percent > percent
        ]
        return tuple(sorted(found, key=_by_rise))

    @property
    def text(self) -> str:
        """The change in one sentence: "+$1,240 a month, +3.1% credits, 14 accounts over 5%"."""
        words = [
            f"{month_text(self.monthly_pico_usd)} a month",
            f"{signed_percent(self.old_credits, self.new_credits)} credits",
        ]
        if self.accounts:
            over = len(self.accounts_over(NOTABLE_PERCENT))
            # Nothing is known of single accounts beyond those that a summary keeps.
            known = f" of the {count(len(self.accounts))} largest" if self.folded_accounts else ""
            words.append(f"{plural(over, 'account')}{known} over {NOTABLE_PERCENT}%")
        return "; ".join(filter(None, (", ".join(words), self._later_text)))

    @property
    def _later_text(self) -> str:
        """The dearest later day, where it is another bill than today's."""
        other = [one for one in self.later if one[1].monthly_pico_usd != self.monthly_pico_usd]
        if not other:
            return ""
        day, bill = max(other, key=lambda one: one[1].monthly_pico_usd)
        return f"from {day} {bill.text}"

    @property
    def accounts_text(self) -> str:
        """The accounts that pay most more: "acme +20%, globex +5.7% and 3 more"; "" for none."""
        over = self.accounts_over(NOTABLE_PERCENT)
        named = [
            f"{clean(one.account)[:_NAME_LENGTH]} {percent(one.old_pico_usd, one.new_pico_usd)}"
            for one in over[:_NAMED_ACCOUNTS]
        ]
        more = len(over) - len(named)
        return ", ".join(named) + (f" and {count(more)} more" if more else "")

    @property
    def basis(self) -> str:
        """What it was worked out from, in one sentence."""
        summary = "a summary of " if self.is_summary else ""
        end = "; credits before rounding" if self.is_summary else ""
        end += f"; without {self.unknown}" if self.unknown else ""
        if self.left_out_rows:
            end += f"; {plural(self.left_out_rows, 'row')} could not be read"
        accounts = len(self.accounts) + self.folded_accounts
        of = f" of {plural(accounts, 'account')}" if self.accounts else ""
        calls = f"{plural(self.calls, 'call')}{of}"
        if not self.days:
            return (
                f"{summary}{calls} in {self.source}; it has no times, so it counts as a month{end}"
            )
        scaled = "" if self.days == MONTH_DAYS else f", scaled by {_factor(self.scale)}"
        days = f"{plural(self.days, 'day')}{scaled} to a month of {MONTH_DAYS} days"
        time = days if scaled else plural(self.days, "day")
        return f"{summary}{calls} in {self.source}: {time}{end}"


def _rise_percent(old: Fraction, new: Fraction) -> Fraction | None:
    if new <= old:
        return Fraction(0)
    return (new - old) * 100 / old if old else None


def _by_rise(account: AccountBill) -> tuple[bool, Fraction, str]:
    rise = account.rise_percent
    return rise is not None, -(rise or Fraction(0)), account.account


def month_text(pico_usd: Fraction) -> str:
    """A difference in whole dollars from $10 on, else in cents; signed.

    >>> month_text(Fraction(1240 * 10**12)), month_text(Fraction(-25, 10) * 10**12)
    ('+$1,240', '-$2.50')
    """
    dollars = abs(pico_usd) / PICO_PER_USD
    decimals = 0 if dollars >= _WHOLE_FROM else 2
    scaled = dollars * 10**decimals
    number = divide(scaled.numerator, scaled.denominator, "half-even")
    if not number:
        return "less than $0.01" if pico_usd else "$0"
    whole, cents = divmod(number, 10**decimals)
    sign = "-" if pico_usd < 0 else "+"
    return f"{sign}${grouped(str(whole))}{f'.{cents:02d}' if decimals else ''}"


def signed_percent(old: Fraction, new: Fraction) -> str:
    """A relative difference to a tenth of a percent, signed.

    >>> signed_percent(Fraction(1000), Fraction(1031)), signed_percent(Fraction(5), Fraction(5))
    ('+3.1%', '0%')
    """
    if old == new:
        return "0%"
    if not old:
        return "new"
    moved = (new - old) * 1000 / old
    tenths = divide(abs(moved).numerator, moved.denominator, "half-even")
    sign = "-" if moved < 0 else "+"
    return f"{sign}{tenths // 10:,}.{tenths % 10}%" if tenths else f"{sign}<0.1%"


def _factor(scale: Fraction) -> str:
    hundredths = divide(scale.numerator * 100, scale.denominator, "half-even")
    return f"{hundredths // 100}.{hundredths % 100:02d}" if hundredths else "less than 0.01"


_WHOLE_FROM = 10
