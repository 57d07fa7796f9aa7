"""Bills: exports that state what was charged, and no calls that could be priced.

They are refused by name, since a guess of their columns would price something else: amounts of a
day, or quantities in units of the seller's own.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pricectl.replay.errors import BadLog
from pricectl.replay.logs.items import Row, value_at
from pricectl.replay.logs.usage_exports import results_of

_ANY_USAGE = "a log of calls, or OpenAI's or Anthropic's usage by model"


class BillFormat(NamedTuple):
    """A format of bills: `columns` are lists of names, any of which tells it by all of its names.

    The names are without case and signs, since warehouses write them in their own way. `instead`
    is what states the usage behind such a bill.
    """

    title: str
    columns: tuple[tuple[str, ...], ...]
    instead: str


BILLS = (
    BillFormat(
        "a FOCUS export",
        (("billedcost", "chargeperiodstart"), ("effectivecost", "chargeperiodstart")),
        _ANY_USAGE,
    ),
    BillFormat(
        "OpenAI's report of costs",
        (("amount", "lineitem"), ("amountvalue", "amountcurrency"), ("amountvalue", "lineitem")),
        "OpenAI's usage (organization/usage/completions, group_by model)",
    ),
    BillFormat(
        "Anthropic's report of costs",
        (("amount", "costtype"), ("costtype", "tokentype")),
        "Anthropic's usage report (usage_report/messages, group_by model)",
    ),
    BillFormat(
        "a cost and usage report of AWS",
        (("lineitemunblendedcost",), ("lineitemusageamount", "lineitemusagetype")),
        _ANY_USAGE,
    ),
    BillFormat(
        "a cost export of Azure",
        (("costinbillingcurrency",), ("pretaxcost", "usagequantity")),
        _ANY_USAGE,
    ),
    BillFormat(
        "a billing export of Google Cloud",
        (("billingaccountid", "sku", "usagestarttime"), ("billingaccountid", "skuid", "cost")),
        _ANY_USAGE,
    ),
)


def refuse_bill(rows: Iterable[Row], where: str) -> None:
    """Raises BadLog if one of the rows belongs to a bill."""
    for row in rows:
        for _, result in results_of(row):
            found = _bill_of(result)
            if found:
                raise BadLog(
                    f"is a bill ({found.title}): it states costs, and no calls that can be priced",
                    where=where,
                    next_step=f"give the usage: {found.instead}",
                )


def _bill_of(result: Mapping[str, object]) -> BillFormat | None:
    names = {"".join(filter(str.isalnum, name.lower())) for name in result if name}
    for bill in BILLS:
        if any(names.issuperset(needed) for needed in bill.columns):
            return bill
    # A row of OpenAI's that was not grouped may have its amount alone; a log has usage beside it.
    has_usage = any("usage" in name or "tokens" in name for name in names)
    return BILLS[1] if value_at(result, "amount.currency") and not has_usage else None
