"""What an edit does to real bills, by a summary of usage: `core` alone prices its sums."""

from collections import defaultdict
from datetime import UTC, datetime, time
from fractions import Fraction

from pricectl.changes.bill import AccountBill, BillChange
from pricectl.core.calculator import quote
from pricectl.core.credits import Job, exact_credits
from pricectl.core.customer_price import customer_price
from pricectl.core.model import Match
from pricectl.core.profile import Profile
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.replay.bill_side import COST_MODE, BillSide
from pricectl.replay.later_days import with_later
from pricectl.replay.ratebook import CallKey, Side
from pricectl.replay.usage_summary import HOURS, OTHER_ACCOUNTS, UsageRow, UsageSummary


def bill_of_summary(
    summary: UsageSummary, source: str, base: BillSide, new: BillSide, *, at: datetime
) -> BillChange:
    """Price a summary by two versions, as if all of its calls were made at the prices of `at`.

    Credits are exact before rounding, since a summary has no jobs. Rules for single accounts are
    not applied, since it names none; where they differ, the bill says that it is without them.
    """
    rules = [[rule for rule in side.profile.rules if rule.account] for side in (base, new)]
    unknown = "rules for single accounts, which the edit changes" if rules[0] != rules[1] else ""

    def bill_at(instant: datetime) -> BillChange:
        return _bill_at(summary, source, base, new, instant)._replace(unknown=unknown)

    return with_later(bill_at, base, new, at)


def _bill_at(
    summary: UsageSummary, source: str, base: BillSide, new: BillSide, at: datetime
) -> BillChange:
    paid = [_paid_by_account(summary, side.as_of(at), at) for side in (base, new)]
    old, now = (sum(by_account.values(), Fraction(0)) for by_account in paid)
    accounts = tuple(
        AccountBill(f"account {number}", paid[0][number], paid[1][number])
        for number in sorted(paid[0].keys() - {OTHER_ACCOUNTS})
    )
    before_rounding = [
        _credits(total, side.profile) for total, side in zip((old, now), (base, new), strict=True)
    ]
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
    )


def _credits(paid_pico_usd: Fraction, profile: Profile) -> Fraction:
    """The credits of a sum that the customers pay, before rounding."""
    total = Job(used=True, rules_pico_usd=paid_pico_usd)
    return exact_credits(total, COST_MODE, profile)


def _paid_by_account(summary: UsageSummary, side: BillSide, at: datetime) -> dict[int, Fraction]:
    prices = Side("prices", side.catalog, side.fallback)
    matches: dict[CallKey, Match] = {}
    paid: dict[int, Fraction] = defaultdict(Fraction)
    for row in summary.rows:
        if row.key not in matches:
            matches[row.key] = prices.find(row.key)
        paid[row.account] += _paid(row, matches[row.key], summary, side, at)
    return paid


def _paid(
    row: UsageRow, match: Match, summary: UsageSummary, side: BillSide, at: datetime
) -> Fraction:
    """What the customers pay for the calls of a row."""
    if match.model.prices.off_peak is None:
        return _paid_at(row, match, side, at)
    tokens = summary.hours_of(row.key.name)
    whole = sum(tokens) or HOURS
    return sum(
        (
            _paid_at(row, match, side, datetime.combine(at, time(hour, 30), UTC))
            * Fraction(number if sum(tokens) else 1, whole)
            for hour, number in enumerate(tokens)
            if number or not sum(tokens)
        ),
        Fraction(0),
    )


def _paid_at(row: UsageRow, match: Match, side: BillSide, at: datetime) -> Fraction:
    totals = {"input": 0, "output": 0, "": 0}
    counts = tuple((unit, row.counts[unit]) for unit in UNITS if row.counts.get(unit))
    for unit, count in counts:
        totals[UNITS[unit].side] += count
    usage = Usage()._replace(
        input_tokens=totals["input"], output_tokens=totals["output"], counts=counts
    )
    priced = quote(
        side.catalog,
        match,
        usage.checked(),
        service=row.key.service or None,
        region=row.key.region or None,
        at=at,
        requests=row.requests,
    )
    price = customer_price(priced, side.profile, at=at)
    # One fee was added for the sum; each call has its own.
    return price.customer_pico_usd + price.fee_pico_usd * (row.calls - 1)
