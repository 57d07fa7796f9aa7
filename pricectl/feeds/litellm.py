"""litellm's price map: one object, model id to row, USD per token, in the catalog's own keys.

The map ships in litellm's wheel and lies in its repository:
https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json
"""

from collections.abc import Iterator, Mapping

from pricectl.core.document import Json
from pricectl.core.naming.sellers import SELLER_OF, seller_of
from pricectl.core.prices import Entry
from pricectl.core.units import is_price_like
from pricectl.feeds.feed_row import OTHER_CURRENCY, FeedContent, FeedRow, Notes, in_dollars

# Rows that explain the format.
NO_MODELS = frozenset({"sample_spec", "fallback_generalizations"})
# What a row says beside its prices that the catalog has, too.
KEPT = frozenset(
    ["mode", "max_tokens", "max_input_tokens", "max_output_tokens", "deprecation_date", "source"]
)
STRUCTURES = frozenset(["tiered_pricing", "off_peak_pricing", "provider_specific_entry"])


def looks_like(document: Json) -> bool:
    """Whether a document is litellm's map: rows that name their `litellm_provider`."""
    rows = document.values() if isinstance(document, dict) else ()
    return any(isinstance(row, dict) and "litellm_provider" in row for row in rows)


def read(document: Json) -> FeedContent:
    """Every row with a seller; the map has no date of its own."""
    notes = Notes()
    return notes.content(_rows(document if isinstance(document, dict) else {}, notes))


def _rows(rows: Entry, notes: Notes) -> Iterator[FeedRow]:
    aliases: dict[str, list[str]] = {}
    for name, row in rows.items():
        target = row.get("alias_of") if isinstance(row, dict) else None
        if isinstance(target, str):
            aliases.setdefault(target, []).append(name)
    for name, row in rows.items():
        if name in NO_MODELS:
            notes.skipped["explains the format"] += 1
        elif not isinstance(row, dict):
            notes.skipped["not an object"] += 1
        elif "alias_of" in row:
            notes.skipped["another name of a row"] += 1
        elif not isinstance(row.get("litellm_provider"), str):
            notes.skipped["no litellm_provider"] += 1
        elif not in_dollars(row):
            notes.skipped[OTHER_CURRENCY] += 1
        else:
            seller = _seller(str(row["litellm_provider"]))
            other = tuple(_own_name(alias, seller) for alias in aliases.get(name, ()))
            yield FeedRow(seller, _own_name(name, seller), _entry(row), other)


def _seller(word: str) -> str:
    """The seller of a row: `vertex_ai-anthropic_models` is a part of `vertex_ai`."""
    return seller_of(word if word in SELLER_OF else word.partition("-")[0])


def _own_name(name: str, seller: str) -> str:
    """The model's name without the seller's word before it."""
    word, slash, rest = name.partition("/")
    return rest if slash and rest and seller_of(word) == seller else name


def _entry(row: Mapping[str, Json]) -> dict[str, Json]:
    entry = {
        key: value
        for key, value in row.items()
        if key in KEPT or key in STRUCTURES or is_price_like(key) or "multiplier" in key
    }
    if isinstance(row.get("successor_model"), str):
        entry["successor"] = row["successor_model"]
    return entry
