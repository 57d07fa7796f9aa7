"""What customers pay for a team's usage before and after an edit, as a document."""

from fractions import Fraction
from typing import Any

from pricectl.changes.bill import MONTH_DAYS, NOTABLE_PERCENT, BillChange
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
        "accounts": len(bill.accounts) + bill.folded_accounts,
        "accounts_over": len(over),
        "over_percent": str(NOTABLE_PERCENT),
        "largest_rises": [
            {
                "account": account.account,
                "old_usd": exact_usd(account.old_pico_usd),
                "new_usd": exact_usd(account.new_pico_usd),
                "percent": _percent(account.rise_percent),
            }
            for account in over[:SHOWN_ACCOUNTS]
        ],
        "left_out_rows": bill.left_out_rows,
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


def _percent(rise: Fraction | None) -> str | None:
    return None if rise is None else short_decimal(rise, 4).lstrip("~")
