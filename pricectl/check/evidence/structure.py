"""A new or changed row whose parts do not fit together, as the reference's rows of its seller do.

Each looks right alone: a factor, a tier, a source. What is odd is judged against what sellers do.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from urllib.parse import urlsplit

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import INPUT, OUTPUT, seller_of
from pricectl.check.evidence.prices import prices_in
from pricectl.check.evidence.witnesses import Witness, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import TEXT_MODES, Context, Rule, mode_of
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.labels import label
from pricectl.core.model import Model
from pricectl.core.money import exact
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import PriceList
from pricectl.core.sanity import bounds
from pricectl.core.sanity.moves import factor_path
from pricectl.core.structures import OWN_FACTORS
from pricectl.core.units import STANDARD, SYNONYMS, UNITS

# Known factors are 1.1 for regions, 2 for priority, 6 for one service. `core.sanity` has wider
# limits, beyond which a factor is an error.
LOWEST_USUAL_FACTOR, HIGHEST_USUAL_FACTOR = Fraction(1, 2), Fraction(3)


def _row(more: str) -> str:
    prices = '"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06'
    return f'{{"x": {{"m": {{{prices}{more}}}}}}}'


_BASE = '{"x": {"m-0": {"input_cost_per_token": 1e-06}}}'
_SOURCES = (
    '{"x": {"m-1": {"input_cost_per_token": 1e-06, "source": "https://x.example/prices"}},\n'
    ' "y": {"m-2": {"input_cost_per_token": 1e-06, "source": "https://y.example/prices"}}}'
)
RATE_STATED_TWICE = Rule(
    "rate-stated-twice",
    "error",
    "two keys state one rate differently",
    "Readers choose differently between them, so the bill depends on who reads the file.",
    _row(',\n   "cache_read_input_token_cost": 1e-07, "input_cost_per_token_cache_hit": 2e-07'),
    _row(',\n   "cache_read_input_token_cost": 1e-07'),
    "Keep the right one and delete the other.",
    base=_BASE,
)
TIER_ENDS_BELOW_WINDOW = Rule(
    "tier-ends-below-window",
    "warning",
    "the last range of tiered_pricing ends below the model's window",
    "Requests beyond it are charged the last range's price, which nobody decided.",
    _row(
        ', "max_input_tokens": 1000000,\n'
        '   "tiered_pricing": [{"range": [0, 256000], "input_cost_per_token": 1e-06}]'
    ),
    _row(
        ', "max_input_tokens": 256000,\n'
        '   "tiered_pricing": [{"range": [0, 256000], "input_cost_per_token": 1e-06}]'
    ),
    "Add the missing range, or correct max_input_tokens.",
    base=_BASE,
)
FACTOR_ODD = Rule(
    "factor-odd",
    "warning",
    "a factor is not between 0.5 and 3, or contradicts the row's own service prices",
    "Regions cost a tenth more, fast services two to three times as much; others were made up. "
    "Below 0.1 or above 10 it is an error.",
    _row(', "provider_specific_entry": {"fast": 6}'),
    _row(', "provider_specific_entry": {"fast": 2}'),
    "Compare it with the seller's page.",
    base=_BASE,
)
FACTOR_NOT_A_NUMBER = Rule(
    "factor-not-a-number",
    "error",
    "a factor is written as text",
    "Readers drop it, so the region or service is charged the standard price.",
    _row(', "provider_specific_entry": {"us": "1.1"}'),
    _row(', "provider_specific_entry": {"us": 1.1}'),
    "Write the number without quotes.",
    base=_BASE,
)
OUTPUT_WITHOUT_INPUT = Rule(
    "output-without-input",
    "error",
    "a text model has an output price and no input price",
    "Every call has input tokens, which would cost nothing.",
    '{"x": {"m": {"mode": "chat", "output_cost_per_token": 4e-06}}}',
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06}}}',
    "Add input_cost_per_token.",
    base=_BASE,
)
SOURCE_ODD = Rule(
    "source-odd",
    "warning",
    "a source is not a web page, or is another seller's",
    "Prices of another seller's page were seen in rows of every list.",
    _row(', "source": "https://y.example/prices"'),
    _row(', "source": "https://x.example/prices"'),
    "Name the page of the row's own seller.",
    base=_BASE,
    reference=_SOURCES,
)
RULES = (
    RATE_STATED_TWICE,
    TIER_ENDS_BELOW_WINDOW,
    FACTOR_ODD,
    FACTOR_NOT_A_NUMBER,
    OUTPUT_WITHOUT_INPUT,
    SOURCE_ODD,
)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Rows that the base does not have as they are; without a base, those the reference lacks."""
    reference = context.evidence.reference
    for model in filter(market.judges_structure, context.catalog.models):
        yield from _stated_twice(model)
        yield from _tier_end(model)
        yield from _factors(model)
        yield from _input_missing(model)
        yield from _source(reference, model)


def _stated_twice(model: Model) -> Iterator[Finding]:
    for synonym, key in SYNONYMS.items():
        one, other = model.entry.get(key), model.entry.get(synonym)
        if _is_number(one) and _is_number(other) and one != other:
            message = f"{synonym} says {other}, {key} says {one}"
            yield RATE_STATED_TWICE.finding(model.pointer + pointer_to(synonym), message)


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _tier_end(model: Model) -> Iterator[Finding]:
    tiers, window = model.entry.get("tiered_pricing"), model.entry.get("max_input_tokens")
    last = tiers[-1] if isinstance(tiers, list) and tiers else None
    span = last.get("range") if isinstance(last, dict) else None
    end = span[-1] if isinstance(span, list) and span else None
    if isinstance(window, int) and isinstance(end, (int, Decimal)) and end < window:
        where = f"{model.pointer}/tiered_pricing/{len(tiers) - 1}/range"  # type: ignore[arg-type]
        message = f"the last range ends at {int(end):,} tokens, the window at {window:,}"
        yield TIER_ENDS_BELOW_WINDOW.finding(where, message)


def _factors(model: Model) -> Iterator[Finding]:
    """Every factor of today's list and of the dated ones."""
    for prices in model.price_lists:
        own = prices.entry.get(OWN_FACTORS)
        for word, value in own.items() if isinstance(own, Mapping) else ():
            if isinstance(value, str) and _reads_as_number(value):
                where = prices.pointer + pointer_to(OWN_FACTORS, word)
                message = f"the factor {word!r:.40} is the text {value!r:.20}"
                yield FACTOR_NOT_A_NUMBER.finding(where, message)
        for word, factor in prices.uplifts.items():
            yield from _factor(prices, word, Fraction(factor))


def _reads_as_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdecimal()


def _factor(prices: PriceList, word: str, factor: Fraction) -> Iterator[Finding]:
    where = prices.pointer + factor_path(prices, word)
    said = f"the factor {word!r:.40} is {exact(factor)}"
    if factor > 0 and not LOWEST_USUAL_FACTOR <= factor <= HIGHEST_USUAL_FACTOR:
        usual = f"{exact(LOWEST_USUAL_FACTOR)} to {exact(HIGHEST_USUAL_FACTOR)}"
        finding = FACTOR_ODD.finding(where, f"{said}, not {usual}")
        is_slip = not bounds.LOWEST_FACTOR <= factor <= bounds.HIGHEST_FACTOR
        yield finding._replace(severity="error") if is_slip else finding
        return
    for price in prices_in(prices):
        unit, tier, service = price.key
        standard = prices.rates.get((unit, tier, STANDARD))
        if service == word and standard and price.pico_usd != factor * standard[0]:
            line = evidence_line(price.key, price.pico_usd, [Witness("standard", standard[0])])
            yield FACTOR_ODD.finding(where, f"{said}; {line}")
            return


def _input_missing(model: Model) -> Iterator[Finding]:
    output = model.prices.rates.get(OUTPUT)
    # What cached tokens cost, or a service, pays for no other input; seconds of video do.
    paid = INPUT in model.prices.rates or any(
        unit.startswith("input_") and not (service or UNITS[unit].is_token)
        for unit, _, service in model.prices.rates
    )
    # A price of input that is not a number has a finding of its own.
    paid = paid or "input_cost_per_token" in model.entry
    if mode_of(model) in TEXT_MODES and output and not paid:
        message = f"{label('output')} has a price and input has none"
        yield OUTPUT_WITHOUT_INPUT.finding(model.pointer, message, on_key=True)


def _source(reference: Catalog | None, model: Model) -> Iterator[Finding]:
    source = model.entry.get("source")
    if not isinstance(source, str):
        return
    where, host = model.pointer + pointer_to("source"), _host(source)
    if not host:
        yield SOURCE_ODD.finding(where, f"{source!r:.80} is not the address of a web page")
        return
    sellers = _sellers_of(reference).get(host, frozenset()) if reference else frozenset()
    if sellers and seller_of(model) not in sellers:
        names = ", ".join(sorted(sellers))
        yield SOURCE_ODD.finding(where, f"{host:.80} is the page of {names}")


def _host(address: str) -> str:
    """The host of a web page; empty if the text is not the address of one."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""


@lru_cache(maxsize=2)
def _sellers_of(reference: Catalog) -> dict[str, frozenset[str]]:
    """Which sellers' rows name a page on each host."""
    found: dict[str, set[str]] = {}
    for model in reference.models:
        source = model.entry.get("source")
        host = _host(source) if isinstance(source, str) else ""
        if host:
            found.setdefault(host, set()).add(seller_of(model))
    return {host: frozenset(sellers) for host, sellers in found.items()}
