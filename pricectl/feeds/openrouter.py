"""OpenRouter's models: USD per token as strings.

https://openrouter.ai/docs/api-reference/list-available-models describes the answer of
https://openrouter.ai/api/v1/models. A price of "-1" is decided call by call.
"""

from collections.abc import Iterator
from decimal import Decimal

from pricectl.core import document as documents
from pricectl.core.document import Json
from pricectl.core.errors import PricingError
from pricectl.core.prices import Entry
from pricectl.feeds.feed_row import FeedContent, FeedRow, Notes, day_of, price_of, put_limit

SELLER = "openrouter"
KEYS = {
    "prompt": "input_cost_per_token",
    "completion": "output_cost_per_token",
    "input_cache_read": "cache_read_input_token_cost",
    "input_cache_write": "cache_creation_input_token_cost",
    "internal_reasoning": "output_cost_per_reasoning_token",
    "audio": "input_cost_per_audio_token",
    "image": "input_cost_per_image",
    "request": "input_cost_per_request",
}
SEARCH = "web_search"
SIZES = ("low", "medium", "high")


def looks_like(document: Json) -> bool:
    """Whether a document is a `data` list of models with `pricing`."""
    data = document.get("data") if isinstance(document, dict) else None
    return isinstance(data, list) and any(isinstance(it, dict) and "pricing" in it for it in data)


def read(document: Json) -> FeedContent:
    """Every model with fixed prices; the answer has no date."""
    notes = Notes()
    data = document.get("data") if isinstance(document, dict) else None
    return notes.content(_rows(data if isinstance(data, list) else [], notes))


def _rows(models: list[Json], notes: Notes) -> Iterator[FeedRow]:
    for model in models:
        row = model if isinstance(model, dict) else {}
        pricing, name = row.get("pricing"), row.get("id")
        if not isinstance(pricing, dict) or not isinstance(name, str):
            notes.skipped["no id or no pricing"] += 1
        elif any(_number(value) == -1 for value in pricing.values()):
            notes.skipped["priced call by call"] += 1
        else:
            yield FeedRow(SELLER, name, _entry(row, pricing, notes), _slug(row, name))


def _slug(model: Entry, name: str) -> tuple[str, ...]:
    slug = model.get("canonical_slug")
    return (slug,) if isinstance(slug, str) and slug not in {"", name} else ()


def _entry(model: Entry, pricing: Entry, notes: Notes) -> dict[str, Json]:
    entry: dict[str, Json] = {}
    for name, value in pricing.items():
        price = price_of(_number(value))
        if price is None or (name not in KEYS and name != SEARCH):
            notes.unread[f"pricing.{name}"[:60]] += 1
        elif name == SEARCH:
            if price:
                entry["search_context_cost_per_query"] = {
                    f"search_context_size_{size}": price for size in SIZES
                }
        elif price or name in {"prompt", "completion"}:  # the others are 0 where they are not sold
            entry[KEYS[name]] = price
    top = model.get("top_provider")
    output = top.get("max_completion_tokens") if isinstance(top, dict) else None
    put_limit(entry, "max_input_tokens", model.get("context_length"))
    put_limit(entry, "max_output_tokens", output)
    if day := day_of(model.get("expiration_date")):
        entry["deprecation_date"] = day
    return entry


def _number(value: Json) -> Json:
    """The number in a string, read as strictly as one in the document; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        found = documents.parse(value[: documents.MAX_NUMBER_CHARACTERS + 1])
    except PricingError:
        return None
    return found if isinstance(found, (int, Decimal)) else None
