"""What a row had in the base and has not any more: aliases and announced prices.

No price moves, and yet calls are charged otherwise, at once or from a day on.
"""

from collections.abc import Iterator
from datetime import datetime

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.rows import edited_rows
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from pricectl.core.model import Model


def _row(more: str = "") -> str:
    return f'{{"x": {{"m": {{"input_cost_per_token": 1e-06{more}}}}}}}'


ALIAS_GONE = Rule(
    "alias-gone",
    "warning",
    "an alias of the base is gone, and its calls are charged otherwise",
    "Clients go on sending the name; another row answers for it, or the price of an unknown model.",
    _row(),
    _row(', "aliases": ["sold-as"]'),
    "Put the alias back, or give the name a row of its own.",
    base=_row(', "aliases": ["sold-as"]'),
)
UPCOMING_GONE = Rule(
    "upcoming-gone",
    "warning",
    "an announced price of the base is gone before its day",
    "Announcements are sometimes taken back; more often a merge or a copied row lost the list.",
    _row(),
    _row(',\n   "upcoming": [{"from": "2099-01-01", "input_cost_per_token": 2e-06}]'),
    "Put the list back, unless the seller has withdrawn the announcement.",
    base=_row(',\n   "upcoming": [{"from": "2099-01-01", "input_cost_per_token": 2e-06}]'),
)
RULES = (ALIAS_GONE, UPCOMING_GONE)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """One finding a row for all aliases that are gone, one for its announced prices."""
    for old, new in edited_rows(context):
        if not new.is_retired:
            yield from _aliases(context.catalog, old, new)
            yield from _announced(context.now, market, old, new)


def _aliases(catalog: Catalog, old: Model, new: Model) -> Iterator[Finding]:
    """A finding if names that the row answered are charged otherwise now."""
    gone = [
        name
        for name in old.aliases
        if name not in new.aliases and not find(catalog, name).model.charges_like(new)
    ]
    if gone:
        also = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
        instead = find(catalog, gone[0])
        answers = "no row answers" if instead.is_guess else f"{instead.model.full_name} answers"
        message = f"the alias {gone[0]!r:.80} is gone{also}; {answers} for it"
        yield ALIAS_GONE.finding(new.pointer, message, on_key=True)


def _announced(now: datetime, market: Market, old: Model, new: Model) -> Iterator[Finding]:
    """A finding for the first announced list whose day is not in the row any more."""
    kept = {day for day, _ in new.upcoming}
    listed = market.listed(new)
    if listed and listed.model.charges_like(new):
        return
    for day, prices in old.upcoming:
        if day > now and day not in kept and not new.prices.same_prices(prices):
            message = f"the prices announced for {day:%Y-%m-%d} are gone"
            yield UPCOMING_GONE.finding(new.pointer, message, on_key=True)
            return
