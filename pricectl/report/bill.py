"""What customers pay for a team's usage before and after an edit, as a document."""

from fractions import Fraction
from typing import Any

from pricectl.changes.bill import MONTH_DAYS, NOTABLE_PERCENT, BillAccuracy, BillChange
from pricectl.core.labels import short_decimal
from pricectl.core.money import exact_usd

# The accounts that pay most more; all of them are counted.
SHOWN_ACCOUNTS = 20


def bill_document(bill: BillChange) -> dict[str, Any]:
    """The bill for programs: exact USD of the whole usage, and what it comes to in a month."""
    over = bill.accounts_over(NOTABLE_PERCENT)
    return {
        "text": bill.text,
        "basis": bill.basis,
        "source": bill.source,
        "is_summary": bill.is_summary,
        "calls": bill.calls,
        "days": bill.days,
        "month_days": MONTH_DAYS,
        "old_usd": exact_usd(bill.old_pico_usd),
        "new_usd": exact_usd(bill.new_pico_usd),
        "monthly_usd": exact_usd(bill.monthly_pico_usd),
        "percent": _percent(bill.rise_percent),
        "old_credits": str(bill.old_credits),
        "new_credits": str(bill.new_credits),
        "accounts": bill.all_accounts,
        "accounts_known": len(bill.accounts),
        "accounts_over": len(over),
        "accounts_maybe_over": bill.accounts_maybe_over(NOTABLE_PERCENT),
        "over_percent": str(NOTABLE_PERCENT),
        "largest_rises": [
            {
                "account": account.account,
                "old_usd": exact_usd(account.old_pico_usd),
                "new_usd": exact_usd(account.new_pico_usd),
                "percent": _percent(account.rise_percent),
                "lowest_percent": _percent(account.sure_rise.lowest),
                "highest_percent": _percent(account.sure_rise.highest),
            }
            for account in over[:SHOWN_ACCOUNTS]
        ],
        "left_out_rows": bill.left_out_rows,
        "left_out_calls": bill.left_out_calls,
        "accuracy": _accuracy_document(bill.accuracy) if bill.accuracy else None,
        "later": [
            {
                "from": day,
                "old_usd": exact_usd(later.old_pico_usd),
                "new_usd": exact_usd(later.new_pico_usd),
                "monthly_usd": exact_usd(later.monthly_pico_usd),
                "percent": _percent(later.rise_percent),
            }
            for day, later in bill.later
        ],
        "unknown": bill.unknown,
    }


def _accuracy_document(accuracy: BillAccuracy) -> dict[str, str | None]:
    """How far the bill of a summary can be from that of its log."""
    old, new, difference = (
        None if each is None else exact_usd(each)
        for each in (
            accuracy.old_off_by_pico_usd,
            accuracy.new_off_by_pico_usd,
            accuracy.difference_off_by_pico_usd,
        )
    )
    return {
        "old_off_by_usd": old,
        "new_off_by_usd": new,
        "difference_off_by_usd": difference,
        "folded_highest_percent": _percent(accuracy.folded_highest_percent),
        "account_tokens_percent": _percent(accuracy.account_tokens_percent),
        "listed_tokens_percent": _percent(accuracy.listed_tokens_percent),
    }


def _percent(rise: Fraction | None) -> str | None:
    return None if rise is None else short_decimal(rise, 4).lstrip("~")
