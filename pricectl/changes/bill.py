"""What an edit does to the bills of real customers, from the usage of a team.

`pricectl.replay` prices the usage; here is what it comes to, for gates and reports.
"""

from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.account_bill import AccountBill, by_rise, rise_percent
from pricectl.core.labels import clean, count, grouped, percent, plural, short_decimal
from pricectl.core.money import PICO_PER_USD, divide

# Usage of any length is scaled to so many days.
MONTH_DAYS = 30
# An account whose bill rises by more than this is counted.
NOTABLE_PERCENT = Fraction(5)
# How many of these are named, and how much of a name is shown.
_NAMED_ACCOUNTS = 3
_NAME_LENGTH = 40


class BillAccuracy(NamedTuple):
    """How far the bill of a summary can be from that of its log.

    The amounts are picodollars of the whole usage, at most; None where that is not known.
    `folded_highest_percent` is the most by which an account can rise that is kept only in a sum;
    None is any. The last two are the shares of all tokens that are kept by account, and by account
    and key, so that these are priced as in the log.
    """

    old_off_by_pico_usd: Fraction | None
    new_off_by_pico_usd: Fraction | None
    difference_off_by_pico_usd: Fraction | None
    folded_highest_percent: Fraction | None
    account_tokens_percent: Fraction
    listed_tokens_percent: Fraction


class BillChange(NamedTuple):
    """What the customers pay for a team's usage, by the old and by the new prices and settings.

    Amounts are of the whole usage, in picodollars; `days` is how long it took, None where it does
    not say. Credits are those of the budget mode that goes by cost; from a summary they are not
    rounded. `accounts` is empty where the usage names none; `folded_accounts` are so many that a
    summary keeps only as one sum. `left_out_calls` are in no amount. `accuracy` is None of a log,
    which is exact.

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
    left_out_calls: int = 0
    accuracy: BillAccuracy | None = None
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
        return rise_percent(self.old_pico_usd, self.new_pico_usd)

    @property
    def highest_rise_percent(self) -> Fraction | None:
        """The most by which they can pay more, where it is a summary's; None is not known."""
        if self.accuracy is None:
            return self.rise_percent
        old_off, _, off = self.accuracy[:3]
        if old_off is None or off is None:
            return None
        old = max(self.old_pico_usd - old_off, Fraction(0))
        return rise_percent(old, old + self.new_pico_usd - self.old_pico_usd + off)

    @property
    def largest_account_rise_percent(self) -> Fraction | None:
        """The largest rise of an account; None where one paid nothing before."""
        rises = [account.rise_percent for account in self.accounts]
        if None in rises:
            return None
        return max((rise for rise in rises if rise is not None), default=Fraction(0))

    def accounts_over(self, percent: Fraction) -> tuple[AccountBill, ...]:
        """The accounts whose bill surely rises by more than `percent`, the largest rise first."""
        found = [account for account in self.accounts if account.sure_rise.is_over(percent)]
        return tuple(sorted(found, key=by_rise))

    def accounts_maybe_over(self, percent: Fraction) -> int:
        """How many more accounts can rise by more than `percent`, of those known one by one."""
        sure = [account.sure_rise for account in self.accounts]
        return sum(rise.may_be_over(percent) and not rise.is_over(percent) for rise in sure)

    def folded_may_be_over(self, percent: Fraction) -> bool:
        """Whether an account that is known only in a sum can rise by more than `percent`."""
        if not self.folded_accounts:
            return False
        highest = self.accuracy.folded_highest_percent if self.accuracy else None
        return highest is None or highest > percent

    @property
    def text(self) -> str:
        """The change in one sentence: "+$1,240 a month, +3.1% credits, 14 accounts over 5%"."""
        words = [
            f"{month_text(self.monthly_pico_usd)} a month",
            f"{percent(self.old_credits, self.new_credits)} credits"
            + (" before rounding" if self.is_summary else ""),
        ]
        if self.accounts:
            over = len(self.accounts_over(NOTABLE_PERCENT))
            most = over + self.accounts_maybe_over(NOTABLE_PERCENT)
            accounts = f"{count(over)} to {plural(most, 'account')}"
            known = ""
            if self.folded_may_be_over(NOTABLE_PERCENT):
                known = f" (of {count(len(self.accounts))} of {count(self.all_accounts)})"
            few = plural(over, "account") if most == over else accounts
            words.append(f"{few} over {NOTABLE_PERCENT}%{known}")
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
    def all_accounts(self) -> int:
        """How many accounts the usage has."""
        return len(self.accounts) + self.folded_accounts

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
        end = "".join(f"; {words}" for words in self._limits)
        of = f" of {plural(self.all_accounts, 'account')}" if self.all_accounts else ""
        calls = f"{plural(self.calls, 'call')}{of}"
        if not self.days:
            return (
                f"{summary}{calls} in {self.source}; it has no times, so it counts as a month{end}"
            )
        scaled = "" if self.days == MONTH_DAYS else f", scaled by {_factor(self.scale)}"
        days = f"{plural(self.days, 'day')}{scaled} to a month of {MONTH_DAYS} days"
        time = days if scaled else plural(self.days, "day")
        return f"{summary}{calls} in {self.source}: {time}{end}"

    @property
    def _limits(self) -> list[str]:
        """What the usage does not tell, in words."""
        words = [f"without {self.unknown}"] if self.unknown else []
        if self.left_out_calls:
            words.append(f"without {plural(self.left_out_calls, 'call')} of rare names")
        if self.accuracy is None:
            return words
        off = self.accuracy.difference_off_by_pico_usd
        if off is None:
            words.append("without what responses state as their cost")
        elif off:
            words.append(f"at most {month_text(off * self.scale).lstrip('+')} a month off")
        if self.folded_accounts:
            share = short_decimal(self.accuracy.account_tokens_percent, 1).lstrip("~")
            known = count(len(self.accounts))
            words.append(f"{known} accounts with {share}% of the tokens one by one")
        return words


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


def _factor(scale: Fraction) -> str:
    hundredths = divide(scale.numerator * 100, scale.denominator, "half-even")
    return f"{hundredths // 100}.{hundredths % 100:02d}" if hundredths else "less than 0.01"


_WHOLE_FROM = 10
