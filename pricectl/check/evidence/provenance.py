"""A price changed and what vouches for it did not: `verified_on` and `evidence`.

They say that somebody compared the row with the seller, which holds for the price it had then.
"""

from collections.abc import Iterator

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import VOUCHERS
from pricectl.check.evidence.prices import prices_of
from pricectl.check.evidence.rows import edited_rows
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.pointers import pointer_to

__all__ = ["RULES", "VOUCHERS", "check"]


def _row(price: str, day: str) -> str:
    return f'{{"x": {{"m": {{"input_cost_per_token": {price}, "verified_on": "{day}"}}}}}}'


PROVENANCE_KEPT = Rule(
    "provenance-kept",
    "warning",
    "a price changed, and verified_on or evidence still vouches for the old one",
    "The next reader takes the new number for a verified one.",
    _row("2e-06", "2026-11-01"),
    _row("2e-06", "2026-12-01"),
    "Compare it with the seller and date it anew, or delete verified_on and evidence.",
    base=_row("1e-06", "2026-11-01"),
)
RULES = (PROVENANCE_KEPT,)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """One finding a row whose prices are not what the base vouches for."""
    for old, model in edited_rows(context):
        kept = [
            name
            for name in VOUCHERS
            if model.entry.get(name) is not None and model.entry[name] == old.entry.get(name)
        ]
        moved = [
            (price, old.prices.rates.get(price.key, (0, ""))[0])
            for price in prices_of(model)
            if old.prices.rates.get(price.key, (0, ""))[0] != price.pico_usd
        ]
        if kept and moved:
            price, was = moved[0]
            witnesses = [Witness(context.evidence.base_name, was)] if was else []
            witnesses += beside(market, model, price.key)
            line = evidence_line(price.key, price.pico_usd, witnesses)
            where = model.pointer + pointer_to(kept[0])
            yield PROVENANCE_KEPT.finding(where, f"{' and '.join(kept)} unchanged; {line}")
