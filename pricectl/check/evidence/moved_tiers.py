"""The tiers, services and limits of a row: which are gone, and which begin somewhere else.

Apart from the moved prices: where a tier is gone or begins later its calls are charged another
price, which may be so near that nobody notices.
"""

from collections.abc import Iterator

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import is_same_row
from pricectl.check.evidence.prices import is_far_off, prices_of
from pricectl.check.evidence.rows import edited_rows
from pricectl.check.evidence.witnesses import Witness, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.labels import label
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
THRESHOLD_MOVED = Rule(
    "threshold-moved",
    "error",
    "the number of tokens above which a tier begins moved 9.5 times or more",
    "Requests between both sizes are charged the other tier's price. It is compared with the base, "
    "else with the reference; a smaller difference is a warning.",
    _row(', "input_cost_per_token_above_20k_tokens": 2e-06'),
    _row(', "input_cost_per_token_above_200k_tokens": 2e-06'),
    "Compare it with the seller's page; if it is right, acknowledge it in metadata.acknowledged.",
    base=_row(', "input_cost_per_token_above_200k_tokens": 2e-06'),
)
RULES = (TIER_GONE, THRESHOLD_MOVED, LIMITS_SWAPPED)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """One finding a row for all tiers and services that are gone, one for swapped limits.

    A threshold is compared with the base's; in a row that the base lacks with the reference's.
    """
    for model in context.catalog.models:
        yield from _threshold(context, market, model)
    for old, new in edited_rows(context):
        if new.is_retired:
            continue
        yield from _tiers(market, old, new)
        was, now = ([row.entry.get(limit) for limit in LIMITS] for row in (old, new))
        if was == now[::-1] and was != now:
            message = f"max_input_tokens {now[0]}, max_output_tokens {now[1]}; deployed the reverse"
            yield LIMITS_SWAPPED.finding(new.pointer + pointer_to(LIMITS[0]), message)


def _tiers(market: Market, old: Model, new: Model) -> Iterator[Finding]:
    kept = {(tier, service) for _, tier, service in new.prices.rates}
    factors, moved = new.prices.uplifts, _moved_thresholds(old, new)
    gone: list[RateKey] = [
        (unit, tier, service)
        for unit, tier, service in old.prices.rates
        if (tier or service)
        and (moved.get(tier, tier), service) not in kept
        and service not in factors
    ]
    listed = market.listed(new)
    if gone and new.prices.rates and not (listed and is_same_row(listed.model, new)):
        first, more = gone[0], len(gone) - 1
        pico, _ = old.prices.rates[first]
        charged = new.prices.charged_pico_usd(first)
        witnesses = [] if charged is None else [Witness("charged now", charged)]
        also = f" (and {more} more)" if more else ""
        name = label(*first)
        was = evidence_line(first, pico, witnesses).removeprefix(f"{name} ")
        message = f"{name} is gone{also}; deployed {was}"
        yield TIER_GONE.finding(new.pointer, message, on_key=True)


def _threshold(context: Context, market: Market, model: Model) -> Iterator[Finding]:
    """The first tier of a row that begins elsewhere than in the base, or in the reference."""
    evidence, listed = context.evidence, market.listed(model)
    old, name = evidence.base_row(model), evidence.base_name
    known = listed.model if listed else None
    if old is None or not old.prices.thresholds:
        old, name = known, evidence.reference_name
    elif old.entry == model.entry or (known and known.prices.thresholds == model.prices.thresholds):
        return
    for was, now in _moved_thresholds(old, model).items() if old else ():
        far = is_far_off(was, now)
        # Without a base a list that differs a little may be behind.
        if far or evidence.base:
            price = next(price for price in prices_of(model) if price.key[1] == now)
            message = f"a tier begins above {now:,} tokens; {name} {was:,}"
            finding = THRESHOLD_MOVED.finding(price.pointer, message, on_key=True)
            yield finding if far else finding._replace(severity="warning")
            return


def _moved_thresholds(old: Model, new: Model) -> dict[int, int]:
    """Where each tier that moved began before, and where it begins now.

    Empty if there are more tiers than before, or fewer: then none of them is the same one.
    """
    before, after = old.prices.thresholds, new.prices.thresholds
    pairs = zip(before, after, strict=True) if len(before) == len(after) else ()
    return {was: now for was, now in pairs if was != now}
