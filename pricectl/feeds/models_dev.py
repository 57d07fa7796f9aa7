"""models.dev: providers with models, USD per 1M tokens.

The published file is https://models.dev/api.json; the format stands in the repository's README
(https://github.com/anomalyco/models.dev).
"""

from collections.abc import Iterator

from pricectl.core.document import Json
from pricectl.core.naming.sellers import seller_of
from pricectl.core.prices import Entry
from pricectl.feeds.feed_row import (
    FeedContent,
    FeedRow,
    Notes,
    day_of,
    put_limit,
    put_prices,
    tier_suffix,
)

KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "reasoning": "output_cost_per_reasoning_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "input_audio": "input_cost_per_audio_token",
    "output_audio": "output_cost_per_audio_token",
}
# `context_over_200k` repeats any single tier of 200k tokens and more, so the tiers are read.
_READ = {*KEYS, "tiers", "context_over_200k"}
# Rows of that provider are copied from its API.
OPENROUTER = "openrouter"
# Its words for sellers that are not ours.
SELLERS = {"google-vertex": "vertex", "google-vertex-anthropic": "vertex", "llama": "meta"}
_LIMITS = {
    "context": "max_input_tokens",
    "input": "max_input_tokens",
    "output": "max_output_tokens",
}


def looks_like(document: Json) -> bool:
    """Whether a document is of providers that have `models` with a `limit`."""
    if not isinstance(document, dict):
        return False
    return any(
        isinstance(provider, dict)
        and isinstance(models := provider.get("models"), dict)
        and any(isinstance(model, dict) and "limit" in model for model in models.values())
        for provider in document.values()
    )


def read(document: Json) -> FeedContent:
    """Every model of every provider; the list has no date, so the newest of its rows stands."""
    notes = Notes()
    rows = tuple(_rows(document if isinstance(document, dict) else {}, notes))
    newest = max((str(row.entry.get("last_updated", "")) for row in rows), default="")
    return notes.content((_without_date(row) for row in rows), newest)


def _without_date(row: FeedRow) -> FeedRow:
    entry = {key: value for key, value in row.entry.items() if key != "last_updated"}
    return row._replace(entry=entry)


def _rows(providers: Entry, notes: Notes) -> Iterator[FeedRow]:
    for word, provider in providers.items():
        models = provider.get("models") if isinstance(provider, dict) else None
        if not isinstance(models, dict):
            notes.skipped["a provider without models"] += 1
            continue
        seller = SELLERS.get(word) or seller_of(word)
        for name, model in models.items():
            cost = model.get("cost") if isinstance(model, dict) else None
            if not isinstance(model, dict) or not isinstance(cost, dict):
                notes.skipped["no cost"] += 1
            elif word.endswith(("-plan", "-plan-cn")):
                notes.skipped["sold by subscription"] += 1
            else:
                copied = OPENROUTER if seller == OPENROUTER else ""
                yield FeedRow(seller, name, _entry(model, cost, notes), derived_from=copied)


def _entry(model: Entry, cost: Entry, notes: Notes) -> dict[str, Json]:
    entry: dict[str, Json] = {}
    put_prices(entry, cost, KEYS, notes)
    tiers = cost.get("tiers")
    for tier in tiers if isinstance(tiers, list) else ():
        about = tier.get("tier") if isinstance(tier, dict) else None
        suffix = tier_suffix(about.get("size")) if isinstance(about, dict) else ""
        if isinstance(tier, dict) and suffix:
            put_prices(entry, tier, KEYS, notes, suffix=suffix)
        else:
            notes.unread["a tier without a size"] += 1
    for name in cost.keys() - _READ:
        notes.unread[f"cost.{name}"[:60]] += 1
    limit = model.get("limit")
    for name, key in _LIMITS.items():
        put_limit(entry, key, limit.get(name) if isinstance(limit, dict) else None)
    if day := day_of(model.get("last_updated")):
        entry["last_updated"] = day
    return entry
