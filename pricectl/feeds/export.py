"""A catalog in formats that others read: litellm's price map, and the edits of `pricectl set`.

The readers of both are in the package, so a test reads back what is written here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.labels import catalog_number
from pricectl.core.model import Model
from pricectl.core.money import shifted
from pricectl.core.naming.sellers import seller_of
from pricectl.core.prices import PriceList
from pricectl.core.structures import UPLIFT_KEYS
from pricectl.core.units import UNITS, is_price_like, parse_key
from pricectl.core.windows import as_instant, day_text
from pricectl.feeds.litellm import KEPT, STRUCTURES
from pricectl.feeds.matching import name_key

# litellm's word for a seller, where that is not ours.
LITELLM_WORDS: Mapping[str, str] = {
    "google": "gemini",
    "vertex": "vertex_ai",
    "fireworks": "fireworks_ai",
    "together": "together_ai",
    "qwen": "dashscope",
    "meta": "meta_llama",
    "amazon": "amazon_nova",
}
BEDROCK = "bedrock"
# Sellers whose models litellm calls by their own names, without the seller before them.
LITELLM_BARE = frozenset({"openai", "anthropic", BEDROCK, "cohere"})
# Members of a row that `set` writes, beside its prices.
MEMBERS = (
    "mode",
    "max_tokens",
    "max_input_tokens",
    "max_output_tokens",
    "deprecation_date",
    "successor",
    "source",
    *UPLIFT_KEYS,
)
_PICO_USD = Decimal("1e-12")
_WILDCARDS = frozenset("*?[")
# How a cell begins that a spreadsheet takes for a formula.
_FORMULA = ("=", "+", "-", "@")


class EditLine(NamedTuple):
    """One line of `set --edits`: a field of a row, and from which day on ("" is now)."""

    model: str
    field: str
    value: str
    starts: str = ""


class LiteLLMMap(NamedTuple):
    """Rows in litellm's format, and what it cannot hold, counted by reason."""

    rows: Mapping[str, Mapping[str, Json]]
    left_out: Mapping[str, int]


class EditLines(NamedTuple):
    """Rows as lines of `set --edits`, and what they cannot say, counted by reason."""

    lines: tuple[EditLine, ...]
    left_out: Mapping[str, int]


def litellm_map(models: Iterable[Model], at: date) -> LiteLLMMap:
    """The rows with their prices of a day, each with its aliases; retired rows are left out."""
    rows: dict[str, Mapping[str, Json]] = {}
    left_out: Counter[str] = Counter()
    instant = as_instant(at)
    for model in models:
        seller = _litellm_seller(model)
        word = LITELLM_WORDS.get(seller, seller)
        key = _litellm_key(model.name, seller, word)
        if model.is_retired:
            left_out["a retired row"] += 1
        elif seller_of(word) != seller:
            left_out["a row of a seller that litellm does not have"] += 1
        elif key in rows:
            left_out["a row whose name another one has in litellm"] += 1
        else:
            prices = model.list_at(instant)
            rows[key] = {"litellm_provider": word, **_litellm_entry(model, prices)}
            left_out["a dated price list"] += len(model.price_lists) - 1
            for alias in model.aliases:
                other = _litellm_key(alias, seller, word)
                if other not in rows:
                    rows[other] = {"litellm_provider": word, "alias_of": key}
    return LiteLLMMap(rows, {reason: number for reason, number in left_out.items() if number})


def _litellm_seller(model: Model) -> str:
    """Who sells a row for litellm: Bedrock, where its maker's section has Bedrock's name of it."""
    seller = name_key(model.provider, model.name).seller
    return seller if seller == BEDROCK else model.provider


def _litellm_key(name: str, provider: str, word: str) -> str:
    """The name with litellm's word for the seller before it, as most of its rows have it."""
    first, slash, _ = name.partition("/")
    begins = slash and seller_of(first) == provider
    return name if begins or provider in LITELLM_BARE else f"{word}/{name}"


def _litellm_entry(model: Model, prices: PriceList) -> dict[str, Json]:
    """A row's members that litellm has, with the prices of one list."""
    own = {
        key: value
        for key, value in prices.entry.items()
        if key in STRUCTURES or is_price_like(key) or "multiplier" in key
    }
    rest = {key: value for key, value in model.entry.items() if key in KEPT}
    successor = model.entry.get("successor")
    return {**own, **rest, **({"successor_model": successor} if successor else {})}


def edit_lines(models: Iterable[Model]) -> EditLines:
    """Every price and limit of the rows as `set --edits` reads it, announced prices with their day.

    Earlier prices, aliases and prices inside of structures are left out.
    """
    lines: list[EditLine] = []
    left_out: Counter[str] = Counter()
    for model in models:
        if _WILDCARDS.intersection(model.full_name) or model.full_name.startswith(_FORMULA):
            left_out["a row whose name a table or a pattern would misread"] += 1
            continue
        left_out["an earlier price list"] += len(model.previous)
        left_out["an alias"] += len(model.aliases)
        for prices in (model.prices, *(later for _, later in model.upcoming)):
            starts = day_text(prices.start) if prices.kind == "upcoming" and prices.start else ""
            lines += _price_lines(model, prices, starts, left_out)
        for key in MEMBERS:
            value = model.entry.get(key)
            text = str(value).strip() if value is not None and value is not False else ""
            if text and text == str(value) and not text.startswith(_FORMULA) and text != "none":
                lines.append(EditLine(model.full_name, key, text))
    counts = {reason: number for reason, number in left_out.items() if number}
    return EditLines(tuple(lines), counts)


def _price_lines(
    model: Model, prices: PriceList, starts: str, left_out: Counter[str]
) -> Iterator[EditLine]:
    nested = sum(map(bool, (prices.off_peak, prices.by_output)))
    left_out["off-peak prices and prices by the length of the output"] += nested
    for (unit, _, _), (pico_usd, member) in prices.rates.items():
        if parse_key(member) is None:
            left_out["a price inside a structure"] += 1
        else:
            yield EditLine(model.full_name, member, _amount(unit, pico_usd), starts)


def _amount(unit: str, pico_usd: int) -> str:
    """A price in USD that `set` takes for one of what the unit counts, without a doubt.

    >>> _amount("input", 2_500_000), _amount("input", 200_000_000), _amount("page", 1_500_000_000)
    ('2.5e-06', '200e-06', '0.0015')
    """
    usd = pico_usd * _PICO_USD
    if not UNITS[unit].is_token or not pico_usd:
        return catalog_number(usd)
    return f"{shifted(usd, 6)}e-06"


__all__ = ["EditLine", "EditLines", "LiteLLMMap", "edit_lines", "litellm_map"]
