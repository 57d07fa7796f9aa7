"""What an edit does to real bills, by a summary of usage: `core` alone prices its sums."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from pricectl.changes.account_bill import RiseRange
from pricectl.changes.bill import BillAccuracy, BillChange
from pricectl.core.calculator import quote
from pricectl.core.credits import Job, exact_credits
from pricectl.core.customer_price import StatedCost, is_booked
from pricectl.core.profile import Profile
from pricectl.core.usage import Usage
from pricectl.replay.account_bounds import account_bills, rest_of_all
from pricectl.replay.bill_side import COST_MODE, BillSide
from pricectl.replay.later_days import with_later
from pricectl.replay.ratebook import Side
from pricectl.replay.summary_prices import SummaryPrices, cost, prices_of
from pricectl.replay.usage_summary import UsageSummary


def bill_of_summary(
    summary: UsageSummary, source: str, base: BillSide, new: BillSide, *, at: datetime
) -> BillChange:
    """Price a summary by two versions, as if all of its calls were made at the prices of `at`.

    Credits are exact before rounding, since a summary has no jobs. Rules for single accounts are
    not applied, since it names none; how much they could change is in the bounds, and
    where they differ, the bill says that it is without them.
    """
    rules = [[rule for rule in side.profile.rules if rule.account] for side in (base, new)]
    unknown = "rules for single accounts, which the edit changes" if rules[0] != rules[1] else ""

    def bill_at(instant: datetime) -> BillChange:
        return _bill_at(summary, source, base, new, instant)._replace(unknown=unknown)

    return with_later(bill_at, base, new, at)


def _bill_at(
    summary: UsageSummary, source: str, base: BillSide, new: BillSide, at: datetime
) -> BillChange:
    sides = base.as_of(at), new.as_of(at)
    prices = prices_of(summary, *sides)
    old, now = (
        sum((each[place] for each in prices.estimates), Fraction(0)) / prices.scale
        for place in (0, 1)
    )
    rest = rest_of_all(summary, prices)
    accounts = tuple(account_bills(summary, prices, rest))
    off_by = _off_by(summary, prices, sides)
    folded_highest = rest.folded_highest_rise
    if None in off_by:  # so it is of every account
        folded_highest = None
        anything = RiseRange(Fraction(0), None)
        accounts = tuple(account._replace(rise_range=anything) for account in accounts)
    before_rounding = [
        _credits(total, side.profile) for total, side in zip((old, now), sides, strict=True)
    ]
    tokens = summary.tokens
    return BillChange(
        source,
        is_summary=True,
        days=summary.days,
        calls=summary.calls,
        old_pico_usd=old,
        new_pico_usd=now,
        old_credits=before_rounding[0],
        new_credits=before_rounding[1],
        accounts=accounts,
        folded_accounts=summary.folded_accounts,
        left_out_rows=summary.left_out_rows,
        left_out_calls=summary.left_out_calls,
        accuracy=BillAccuracy(
            *off_by,
            folded_highest_percent=folded_highest,
            account_tokens_percent=_percent(summary.account_tokens, tokens),
            listed_tokens_percent=_percent(summary.listed_tokens, tokens),
        ),
    )


def _percent(part: int, whole: int) -> Fraction:
    return Fraction(part * 100, whole) if whole else Fraction(100)


def _credits(paid_pico_usd: Fraction, profile: Profile) -> Fraction:
    """The credits of a sum that the customers pay, before rounding."""
    total = Job(used=True, rules_pico_usd=paid_pico_usd)
    return exact_credits(total, COST_MODE, profile)


def _off_by(
    summary: UsageSummary, prices: SummaryPrices, sides: Sequence[BillSide]
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """By how much the log's old and new cost, and their difference, can differ at most.

    In picodollars; None where that is not known, since the profile prefers what responses state.
    """
    found = [Fraction(0)] * 3
    for key, price, (old, new) in zip(summary.keys, prices.keys, prices.estimates, strict=True):
        for place, (estimate, lowest, highest) in enumerate(
            (
                (old, price.old.lowest, price.old.highest),
                (new, price.new.lowest, price.new.highest),
                (new - old, price.lowest_difference, price.highest_difference),
            )
        ):
            bounds = cost(key.sums, lowest), cost(key.sums, highest)
            found[place] += max(*(abs(estimate - bound) for bound in bounds))
    off = [each / prices.scale for each in found]
    prefers = [_prefers_stated(summary, side) for side in sides]
    return (
        None if prefers[0] else off[0],
        None if prefers[1] else off[1],
        None if any(prefers) else off[2],
    )


def _prefers_stated(summary: UsageSummary, side: BillSide) -> bool:
    """Whether what responses state as their cost, which a summary does not keep, may be charged."""
    if not side.profile.prefer_stated_cost:
        return False
    prices = Side("prices", side.catalog, side.fallback)
    return any(
        is_booked(quote(side.catalog, prices.find(key.key), Usage()), StatedCost(0, key.key.seller))
        for key in summary.keys
    )
