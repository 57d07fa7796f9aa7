"""Why a quote is what it is: from the name over row, tier and date to each product. Floor 0."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pricectl.core.calculator import Line, Quote, quantity
from pricectl.core.document import Json
from pricectl.core.model import Match
from pricectl.core.money import is_exact, usd, usd_per_mtok
from pricectl.core.units import NESTED_KEYS, is_token


def explain(quote: Quote) -> tuple[str, ...]:
    """Each step from the asked name to the total, as one line of words and exact figures.

    >>> from pricectl.core import Catalog, Usage, quote
    >>> text = '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}'
    >>> for line in quote(Catalog.load(text), "GPT-4o", Usage(1000)).explain()[:2]: print(line)
    name: GPT-4o is answered by openai/gpt-4o, by case
    price list: the row as it stands
    """
    return (
        f"name: {_name(quote.match)}",
        f"price list: {_period(quote)}",
        f"context: {_context(quote)}",
        f"service: {_service(quote)}",
        f"usage: {_usage(quote)}",
        *(f"line: {text}" for text in _lines(quote)),
        f"total: {_total(quote)}",
        f"catalog: sha256 {quote.catalog_sha256 or 'unknown'}",
    )


def _name(match: Match) -> str:
    if match.how == "default":
        return f"no row answers for {match.asked or 'that'}, so the default price does: a guess"
    found = {
        "exact": "by its name",
        "alias": "by an alias",
        "case": "by case",
        "partial": "in part",
    }
    aside = f", setting aside {' and '.join(match.ignored)}" if match.ignored else ""
    return f"{match.asked} is answered by {match.model.full_name}, {found[match.how]}{aside}"


def _period(quote: Quote) -> str:
    return f"the one {quote.period}" if quote.period else "the row as it stands"


def _context(quote: Quote) -> str:
    if not quote.above_tokens:
        if not quote.prices.thresholds:
            return "one rate for every length"
        return f"{quote.usage.input_tokens:,} input tokens pass no threshold"
    scope = "the tokens above it move" if len(quote.parts) > 1 else "the whole request moves"
    return f"{quote.usage.input_tokens:,} input tokens pass {quote.above_tokens:,}: {scope}"


def _service(quote: Quote) -> str:
    words = quote.service or "standard"
    factor = quote.prices.service_factor(quote.service)
    if factor:
        words = f"{words}: token rates x {factor}"
    if not quote.region:
        return words
    if quote.missing_region:
        return f"{words}, region {quote.region}, for which the row has no price"
    return f"{words}, region {quote.region}: token rates x {quote.prices.uplifts[quote.region]}"


def _usage(quote: Quote) -> str:
    counts = ", ".join(f"{unit} {quantity(unit, count):,}" for unit, count in quote.usage.counts)
    total = f"{quote.usage.input_tokens:,} in and {quote.usage.output_tokens:,} out"
    return f"{total}, each token once: {counts or 'nothing'}"


def _lines(quote: Quote) -> Iterator[str]:
    for line in quote.lines:
        if not line.priced:
            yield f"{line.unit}: {line.quantity:,} have no price and add nothing"
            continue
        rate = usd(line.pico_usd_per_unit)
        per = f" (${usd_per_mtok(line.pico_usd_per_unit)} / 1M)" if is_token(line.unit) else ""
        notes = "".join(f"; {note}" for note in (line.note, _rounded(quote, line)) if note)
        product = f"{line.quantity:,} x ${rate}{per} = ${usd(line.pico_usd)}"
        yield f"{line.unit}: {product} by {line.key}{notes}"


def _rounded(quote: Quote, line: Line) -> str:
    """Whether loading rounded the price: digits finer than a picodollar a count."""
    value = _at(quote.prices.entry, line.key)
    if not isinstance(value, (int, Decimal)) or is_exact(value):
        return ""
    return f"rounded half-even at load from {value}"


def _at(entry: Mapping[str, Json], key: str) -> Json:
    value: Json = dict(entry)
    for step in _steps(key):
        if isinstance(value, list):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _steps(key: str) -> list[str]:
    *folders, last = key.split("/")
    nested, _, name = last.partition(".")
    return [*folders, nested, name] if nested in NESTED_KEYS else [*folders, last]


def _total(quote: Quote) -> str:
    return f"${usd(quote.pico_usd)}, the exact sum; only credits are rounded, once a job"
