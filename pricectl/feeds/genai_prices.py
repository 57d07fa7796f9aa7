"""genai-prices: providers with models, prices per 1M tokens, per 1,000 calls, per hour.

The published file is data.json of https://github.com/pydantic/genai-prices; the Python package has
the same data as source text, which `genai_package` turns into this shape.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pricectl.core.document import Json
from pricectl.core.naming.sellers import seller_of
from pricectl.core.prices import Entry
from pricectl.feeds.feed_row import (
    PER_MILLION,
    PER_THOUSAND,
    FeedContent,
    FeedRow,
    Notes,
    day_of,
    price_of,
    put_limit,
    tier_suffix,
)
from pricectl.feeds.periods import Period, dated_entry

# Its unit, the catalog's keys, and the power of ten from its price to USD per unit.
_PER_HOUR = Decimal(3600)
UNITS: Mapping[str, tuple[str, int]] = {
    "input_mtok": ("input_cost_per_token", PER_MILLION),
    "output_mtok": ("output_cost_per_token", PER_MILLION),
    "cache_read_mtok": ("cache_read_input_token_cost", PER_MILLION),
    "cache_write_mtok": ("cache_creation_input_token_cost", PER_MILLION),
    "cache_write_1h_mtok": ("cache_creation_input_token_cost_above_1hr", PER_MILLION),
    "input_audio_mtok": ("input_cost_per_audio_token", PER_MILLION),
    "output_audio_mtok": ("output_cost_per_audio_token", PER_MILLION),
    "cache_audio_read_mtok": ("cache_read_input_audio_token_cost", PER_MILLION),
    "input_image_mtok": ("input_cost_per_image_token", PER_MILLION),
    "output_image_mtok": ("output_cost_per_image_token", PER_MILLION),
    "cache_image_read_mtok": ("cache_read_input_image_token_cost", PER_MILLION),
    "input_video_mtok": ("input_cost_per_video_token", PER_MILLION),
    "output_video_mtok": ("output_cost_per_video_token", PER_MILLION),
    "output_reasoning_mtok": ("output_cost_per_reasoning_token", PER_MILLION),
    "output_citation_mtok": ("citation_cost_per_token", PER_MILLION),
    "input_mchars": ("input_cost_per_character", PER_MILLION),
    "requests_kcount": ("input_cost_per_request", PER_THOUSAND),
    "input_document_kpages": ("ocr_cost_per_page", PER_THOUSAND),
    "input_annotated_document_kpages": ("annotation_cost_per_page", PER_THOUSAND),
    "storage_searches_kcount": ("file_search_cost_per_1k_calls", 0),
}
SEARCHES, HOURS = "web_searches_kcount", "audio_hours"
SERVICES: Mapping[tuple[str, str], str] = {
    ("processing", "batch"): "_batches",
    ("service_tier", "flex"): "_flex",
    ("service_tier", "priority"): "_priority",
    ("speed", "fast"): "_fast",
}
# Its word for a seller, where that is not one of ours.
_SELLERS = {"aws": "bedrock"}
# Providers whose prices are copies of another list, whole or by the beginning of the word.
_COPIED = {"openrouter": "openrouter"}
_HUGGING_FACE = "huggingface"


def looks_like(document: Json) -> bool:
    """Whether a document is a list of providers with `models` that have `match` and `prices`."""
    if not isinstance(document, list):
        return False
    return any(
        isinstance(provider, dict)
        and isinstance(models := provider.get("models"), list)
        and any(isinstance(model, dict) and "prices" in model for model in models)
        for provider in document
    )


def read(document: Json) -> FeedContent:
    """Every model of every provider; the file has no date of its own."""
    notes = Notes()
    return notes.content(_rows(document if isinstance(document, list) else [], notes))


def _rows(providers: list[Json], notes: Notes) -> Iterator[FeedRow]:
    for provider in providers:
        word = provider.get("id") if isinstance(provider, dict) else None
        models = provider.get("models") if isinstance(provider, dict) else None
        if not isinstance(word, str) or not isinstance(models, list):
            notes.skipped["a provider without models"] += 1
            continue
        seller = _SELLERS.get(word) or seller_of(word)
        for model in models:
            name = model.get("id") if isinstance(model, dict) else None
            if not isinstance(model, dict) or not isinstance(name, str):
                notes.skipped["a model without an id"] += 1
            elif entry := _entry(model, notes):
                other = tuple(it for it in _names(model.get("match")) if it != name)
                yield FeedRow(seller, name, entry, other, _copied_from(word))
            else:
                notes.skipped["no prices"] += 1


def _copied_from(word: str) -> str:
    """The list that a provider's prices come from: those of Hugging Face's router from its API."""
    return _HUGGING_FACE if word.startswith(_HUGGING_FACE) else _COPIED.get(word, "")


def _names(clause: Json, depth: int = 0) -> Iterator[str]:
    """The names that a match clause spells out.

    A pattern is not run, since it may take in newer models; of `starts_with` the word itself is a
    name. Clauses that exclude are left out, too.
    """
    if isinstance(clause, dict) and depth < 4:  # noqa: PLR2004 - or, and, one clause
        for kind in ("equals", "starts_with"):
            if isinstance(word := clause.get(kind), str):
                yield word
        listed = clause.get("or")
        for part in listed if isinstance(listed, list) else ():
            yield from _names(part, depth + 1)


def _entry(model: Entry, notes: Notes) -> dict[str, Json]:
    """A row: the dated prices, the off-peak hours and the services of a model."""
    listed = model.get("prices")
    choices: list[Json] = listed if isinstance(listed, list) else [{"prices": listed}]
    variants = model.get("price_variants")
    services = variants if isinstance(variants, list) else []
    days = sorted({"", *(_start(it) for it in (*choices, *services))})
    periods = []
    for number, day in enumerate(days):
        entry = _prices_on(day, choices, notes if number == len(days) - 1 else Notes())
        if entry:
            for variant in services:
                entry = _service(variant, day, notes) | entry  # the first that fits wins
            periods.append(Period(day, "", entry))
    entry = dated_entry(periods)
    if entry:
        put_limit(entry, "max_input_tokens", model.get("context_window"))
    return entry


def _start(choice: Json) -> str:
    constraint = choice.get("constraint") if isinstance(choice, dict) else None
    return day_of(constraint.get("start_date")) if isinstance(constraint, dict) else ""


def _prices_on(day: str, choices: list[Json], notes: Notes) -> dict[str, Json]:
    """The prices from a day on: the last choice whose constraint holds wins.

    Prices that hold at some hours are the usual ones, those without an hour are off-peak.
    """
    usual: dict[str, Json] = {}
    by_hour: dict[str, Json] = {}
    hours: Entry = {}
    for choice in choices:
        constraint = choice.get("constraint") if isinstance(choice, dict) else None
        prices = choice.get("prices") if isinstance(choice, dict) else None
        if not isinstance(prices, dict) or _start(choice) > day:
            continue
        if isinstance(constraint, dict) and "start_time" in constraint:
            by_hour, hours = _prices(prices, "", notes), constraint
        else:
            usual = _prices(prices, "", notes)
    if not by_hour:
        return usual
    start, end = (str(hours.get(key))[:5] for key in ("end_time", "start_time"))
    return {**by_hour, "off_peak_pricing": {**usual, "windows": [{"hours_utc": f"{start}-{end}"}]}}


def _service(variant: Json, day: str, notes: Notes) -> dict[str, Json]:
    """The prices of a service, where it is one of ours and sold on that day."""
    when = variant.get("when") if isinstance(variant, dict) else None
    prices = variant.get("prices") if isinstance(variant, dict) else None
    if not isinstance(when, dict) or not isinstance(prices, dict) or _start(variant) > day:
        return {}
    suffix = SERVICES.get(next(((key, str(word)) for key, word in when.items()), ("", "")))
    if suffix is None or len(when) != 1:
        words = ", ".join(f"{key}={word}" for key, word in when.items())
        notes.unread[f"prices when {words}"[:60]] += 1
        return {}
    return _prices(prices, suffix, notes)


def _prices(prices: Entry, suffix: str, notes: Notes) -> dict[str, Json]:
    """One price list as a row, its tiers included."""
    entry: dict[str, Json] = {}
    for unit, value in prices.items():
        base = value.get("base") if isinstance(value, dict) else value
        if unit in UNITS:
            key, power = UNITS[unit]
            _put(entry, key + suffix, base, power, notes)
            tiers = value.get("tiers") if isinstance(value, dict) else None
            for tier in tiers if isinstance(tiers, list) else ():
                if isinstance(tier, dict) and (above := tier_suffix(tier.get("start"))):
                    _put(entry, key + above + suffix, tier.get("price"), power, notes)
        elif unit == SEARCHES and (price := price_of(base, PER_THOUSAND)) is not None:
            if not suffix:
                sizes = ("low", "medium", "high")
                entry["search_context_cost_per_query"] = {
                    f"search_context_size_{size}": price for size in sizes
                }
        elif unit == HOURS and (price := price_of(base)) is not None:
            entry["input_cost_per_second" + suffix] = price / _PER_HOUR
        else:
            notes.unread[f"{unit} is not a known unit"[:60]] += 1
    return entry


def _put(entry: dict[str, Json], key: str, value: Json, power: int, notes: Notes) -> None:
    price = price_of(value, power)
    if price is None:
        notes.unread[f"{key} is not a price"] += 1
    else:
        entry[key] = price
