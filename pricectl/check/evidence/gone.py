"""What a row had in the base and has not any more: tiers, aliases, announced prices, and so on.

Apart from the moved prices: where a tier is gone its calls are charged another price, which may be
so near that nobody notices.
"""

from collections.abc import Iterator
from datetime import datetime

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.witnesses import Witness, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.catalog import Catalog
from pricectl.core.labels import label
from pricectl.core.lookup import find
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.rates import RateKey

LIMITS = ("max_input_tokens", "max_output_tokens")


def _row(more: str = "") -> str:
    return f'{{"x": {{"m": {{"input_cost_per_token": 1e-06{more}}}}}}}'


def _limits(window: int, output: int) -> str:
    return _row(f', "max_input_tokens": {window}, "max_output_tokens": {output}')


TIER_GONE = Rule(
    "tier-gone",
    "warning",
    "a tier or a service of the base is gone from a row that stays",
    "Long requests, batch or priority calls are then charged the price below, often half of it.",
    _row(),
    _row(', "input_cost_per_token_above_200k_tokens": 2e-06'),
    "Put it back, if the seller still has it.",
    base=_row(', "input_cost_per_token_above_200k_tokens": 2e-06'),
)
LIMITS_SWAPPED = Rule(
    "limits-swapped",
    "warning",
    "the input and output limits of the base changed places",
    "No seller changes both so; the two numbers were typed in the wrong order.",
    _limits(8192, 128000),
    _limits(128000, 16384),
    "Write the window as max_input_tokens.",
    base=_limits(128000, 8192),
)
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
RULES = (TIER_GONE, LIMITS_SWAPPED, ALIAS_GONE, UPCOMING_GONE)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """One finding a row for all that is gone of a kind, one for swapped limits."""
    base = context.evidence.base
    for model in context.catalog.models if base else ():
        old = base.by_full_name.get(model.full_name) if base else None
        if old is None or old.entry == model.entry or model.entry.get("retired") is True:
            continue
        yield from _tiers(market, old, model)
        yield from _aliases(context.catalog, old, model)
        yield from _announced(context.now, market, old, model)
        was, now = ([row.entry.get(limit) for limit in LIMITS] for row in (old, model))
        if was == now[::-1] and was != now:
            message = f"max_input_tokens {now[0]}, max_output_tokens {now[1]}; deployed the reverse"
            yield LIMITS_SWAPPED.finding(model.pointer + pointer_to(LIMITS[0]), message)


def _tiers(market: Market, old: Model, new: Model) -> Iterator[Finding]:
    kept = {(tier, service) for _, tier, service in new.prices.rates}
    factors = new.prices.uplifts
    gone: list[RateKey] = [
        (unit, tier, service)
        for unit, tier, service in old.prices.rates
        if (tier or service) and (tier, service) not in kept and service not in factors
    ]
    listed = market.listed(new)
    if gone and new.prices.rates and not (listed and listed.model.entry == new.entry):
        first, more = gone[0], len(gone) - 1
        pico, _ = old.prices.rates[first]
        charged = new.prices.charged_pico_usd(first)
        witnesses = [] if charged is None else [Witness("charged now", charged)]
        also = f" (and {more} more)" if more else ""
        line = evidence_line(first, pico, witnesses)
        message = f"{label(*first)} is gone{also}; deployed {line}"
        yield TIER_GONE.finding(new.pointer, message, on_key=True)


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
