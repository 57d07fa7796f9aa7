"""Rules about service tiers: batch, flex, priority and the words of their keys."""

from collections.abc import Iterator, Mapping

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, own_key
from pricectl.check.spelling import Speller
from pricectl.core.labels import did_you_mean, label, region_word, service_word, short_rate
from pricectl.core.naming.words import GEOGRAPHIES, REGION
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import PriceList
from pricectl.core.structures import OWN_FACTORS, UPLIFT_KEYS
from pricectl.core.units import KNOWN_SERVICES, STANDARD

CHEAPER = ("batches", "flex")
CHECKED = ("input", "output", "cache_read", "cache_write")
# A cutoff that finds typos, not other services.

MISSPELT_SERVICE = Rule(
    "misspelt-service",
    "error",
    "a price key ends in a word that is nearly a service, or a factor has such a word",
    "No call asks for that word, so its price is never charged and the base rate bills instead.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_batch": 5e-07}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_batches": 5e-07}}}',
    f"Use one of {', '.join(KNOWN_SERVICES)}.",
)
UNKNOWN_SERVICE = Rule(
    "unknown-service",
    "warning",
    "a price key ends in a word that is not a known service, or a factor has such a word",
    "It is charged only when a call asks for exactly that word. A factor's may be a region's, too.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_turbo": 2e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_priority": 2e-06}}}',
    f"Check the word; known are {', '.join(KNOWN_SERVICES)}.",
)
BATCH_ABOVE_BASE = Rule(
    "batch-above-base",
    "error",
    "batch or flex costs more than the standard service",
    "Both exist to be cheaper, mostly by half; the price is another model's, or stale.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_batches": 2e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_batches": 5e-07}}}',
    "Compare both with the provider's page.",
)
PRIORITY_BELOW_BASE = Rule(
    "priority-below-base",
    "warning",
    "priority costs less than the standard service",
    "Priority exists to be faster for more money; one of the two prices is probably stale.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_priority": 5e-07}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "input_cost_per_token_priority": 2e-06}}}',
    "Compare both with the provider's page.",
)
SERVICE_INCOMPLETE = Rule(
    "service-incomplete",
    "warning",
    "a service has no price for a related kind of token",
    "Those tokens are charged at the standard rate, and the quote says so. For example the service "
    "has a price for input but none for output.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,\n'
    '             "input_cost_per_token_batches": 5e-07}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,\n'
    '             "input_cost_per_token_batches": 5e-07, "output_cost_per_token_batches": 1e-06}}}',
    "Add the missing price.",
)
RULES = (
    MISSPELT_SERVICE,
    UNKNOWN_SERVICE,
    BATCH_ABOVE_BASE,
    PRIORITY_BELOW_BASE,
    SERVICE_INCOMPLETE,
)


def check(context: Context) -> Iterator[Finding]:
    """Every service price: its word, its price against the standard one, its sibling."""
    speller = Speller(KNOWN_SERVICES, 40)
    for model in context.rows_alone:
        for prices in model.all_lists:
            services = prices.services
            if services:
                yield from _words(prices, speller)
                yield from _against_base(prices)
                for service in services:
                    yield from _incomplete(prices, service)
        for prices in model.price_lists:
            yield from _factor_words(prices, speller)


def _words(prices: PriceList, speller: Speller) -> Iterator[Finding]:
    for (_, _, service), (_, key) in prices.rates.items():
        if service and service not in KNOWN_SERVICES and own_key(prices, key):
            near = speller.near(service)
            rule = MISSPELT_SERVICE if near else UNKNOWN_SERVICE
            yield rule.finding(
                prices.pointer_to(key),
                f"{service!r} is not a known service",
                did_you_mean(key.removesuffix(service) + near) if near else None,
                on_key=True,
            )


def _factor_words(prices: PriceList, speller: Speller) -> Iterator[Finding]:
    """Words of factors that no call asks for; calls name services and regions in small letters."""
    own = prices.entry.get(OWN_FACTORS)
    for word in own if isinstance(own, Mapping) else ():
        if prices.uplifts.get(word, 1) == 1 or _is_service_or_region(word):
            continue
        where = prices.pointer + pointer_to(OWN_FACTORS, word)
        said = f"{word!r:.60} is not a known service or region"
        small = word.lower()
        near = small if _is_service_or_region(small) else speller.near(small)
        if STANDARD in (service_word(word), region_word(word)):
            said = f"the factor of {word!r:.60} is never charged, since that is the standard price"
            yield UNKNOWN_SERVICE.finding(where, said, "write it into the prices", on_key=True)
        elif near:
            yield MISSPELT_SERVICE.finding(where, said, did_you_mean(near), on_key=True)
        else:
            yield UNKNOWN_SERVICE.finding(where, said, on_key=True)


def _is_service_or_region(word: str) -> bool:
    is_region = word in GEOGRAPHIES or word in UPLIFT_KEYS.values() or REGION.fullmatch(word)
    return word in KNOWN_SERVICES or bool(is_region and region_word(word))


def _against_base(prices: PriceList) -> Iterator[Finding]:
    rates = prices.rates
    for (unit, above, service), (pico, key) in rates.items():
        base = rates.get((unit, above, "")) if service and unit in CHECKED else None
        if not base or not base[0] or not own_key(prices, key):
            continue
        if service in CHEAPER and pico > base[0]:
            rule = BATCH_ABOVE_BASE
        elif service == "priority" and pico < base[0]:
            rule = PRIORITY_BELOW_BASE
        else:
            continue
        yield rule.finding(
            prices.pointer_to(key),
            f"{label(unit, above, service)} at {short_rate(pico, unit)}, the standard service at "
            f"{short_rate(base[0], unit)}",
        )


def _incomplete(prices: PriceList, service: str) -> Iterator[Finding]:
    rates = prices.rates
    for unit, other in (("input", "output"), ("output", "input")):
        own = rates.get((unit, 0, service))
        base = rates.get((other, 0, ""), (0, ""))
        missing = base[0] and (other, 0, service) not in rates
        if own and missing and own_key(prices, own[1]):
            yield SERVICE_INCOMPLETE.finding(
                prices.pointer_to(own[1]),
                f"{service} has a price for {unit} but none for {other}",
                f"{other} is charged at its base rate until {own[1].replace(unit, other, 1)} "
                "is added",
            )
