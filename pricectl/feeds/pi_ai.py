"""pi-ai: models.dev as an npm package, a file a provider, USD per 1M tokens.

The package is `@earendil-works/pi-ai`; its files lie in `dist/providers/data` with a manifest that
says when they were made. `in_one` puts them into one document.
"""

from collections.abc import Iterator, Mapping

from pricectl.core.document import Json
from pricectl.core.naming.sellers import seller_of
from pricectl.core.prices import Entry
from pricectl.feeds.feed_row import (
    FeedContent,
    FeedRow,
    Notes,
    put_limit,
    put_prices,
    tier_suffix,
)
from pricectl.feeds.models_dev import SELLERS

MANIFEST = ".manifest.json"
COPIED_FROM = "models.dev"
KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cacheRead": "cache_read_input_token_cost",
    "cacheWrite": "cache_creation_input_token_cost",
}
# They are 0 where the model does not have them.
_ZERO_IS_NONE = ("cacheRead", "cacheWrite")


def in_one(manifest: bytes, files: Mapping[str, bytes]) -> bytes:
    """The manifest and the files, by provider, as the one document that `read` takes."""
    parts = [b'"%s": %s' % (name.encode("ascii", "ignore"), data) for name, data in files.items()]
    return b'{"manifest": %s, "providers": {%s}}' % (manifest, b", ".join(parts))


def looks_like(document: Json) -> bool:
    """Whether a document is the package's manifest and its providers."""
    manifest = document.get("manifest") if isinstance(document, dict) else None
    return isinstance(manifest, dict) and "generatedAt" in manifest


def read(document: Json) -> FeedContent:
    """Every chat model of every provider."""
    notes = Notes()
    root = document if isinstance(document, dict) else {}
    manifest = root.get("manifest")
    made = manifest.get("generatedAt") if isinstance(manifest, dict) else None
    return notes.content(_rows(root.get("providers"), notes), made)


def _rows(providers: Json, notes: Notes) -> Iterator[FeedRow]:
    for word, apis in providers.items() if isinstance(providers, dict) else ():
        seller = SELLERS.get(word) or seller_of(word)
        for models in apis.values() if isinstance(apis, dict) else ():
            for model in models.values() if isinstance(models, dict) else ():
                row = model if isinstance(model, dict) else {}
                name, cost = row.get("id"), row.get("cost")
                if not isinstance(name, str) or not isinstance(cost, dict):
                    notes.skipped["no id or no cost"] += 1
                elif row.get("type", "chat") != "chat":
                    notes.skipped["not a chat model"] += 1
                elif not any(cost.get(name) for name in ("input", "output")):
                    notes.skipped["sold by subscription or free"] += 1
                else:
                    entry = _entry(row, cost, notes)
                    yield FeedRow(seller, name, entry, derived_from=COPIED_FROM)


def _entry(model: Entry, cost: Entry, notes: Notes) -> dict[str, Json]:
    entry: dict[str, Json] = {}
    put_prices(entry, _sold(cost), KEYS, notes)
    tiers = cost.get("tiers")
    for tier in tiers if isinstance(tiers, list) else ():
        suffix = tier_suffix(tier.get("inputTokensAbove")) if isinstance(tier, dict) else ""
        if isinstance(tier, dict) and suffix:
            put_prices(entry, _sold(tier), KEYS, notes, suffix=suffix)
        else:
            notes.unread["a tier without a size"] += 1
    put_limit(entry, "max_input_tokens", model.get("contextWindow"))
    put_limit(entry, "max_output_tokens", model.get("maxTokens"))
    return entry


def _sold(prices: Entry) -> Entry:
    return {key: it for key, it in prices.items() if it != 0 or key not in _ZERO_IS_NONE}
