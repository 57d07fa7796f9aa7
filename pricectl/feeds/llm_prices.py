"""llm-prices: USD per 1M tokens; input, output and cached input, with dates.

Three shapes: the published current and historical files (https://www.llm-prices.com/current-v1.json,
historical-v1.json) and the repository's file of a vendor (https://github.com/simonw/llm-prices).
"""

from collections.abc import Iterator

from pricectl.core.document import Json
from pricectl.core.naming.sellers import seller_of
from pricectl.core.prices import Entry
from pricectl.feeds.feed_row import FeedContent, FeedRow, Notes, day_of, put_prices, tier_suffix
from pricectl.feeds.periods import Period, dated_entry

KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "input_cached": "cache_read_input_token_cost",
}
# A larger context is a model of its own there: NAME-200k.
_LARGER = ("128k", "200k", "272k", "1m")


def looks_like(document: Json) -> bool:
    """Whether a document has `prices` with a vendor, or is the file of a vendor."""
    if not isinstance(document, dict):
        return False
    prices = document.get("prices")
    listed = isinstance(prices, list) and any(
        isinstance(it, dict) and {"id", "vendor"} <= it.keys() for it in prices
    )
    return listed or (isinstance(document.get("vendor"), str) and "models" in document)


def read(document: Json) -> FeedContent:
    """Every model with the periods of its prices."""
    notes = Notes()
    root = document if isinstance(document, dict) else {}
    return notes.content(_rows(root, notes), root.get("updated_at"))


def _rows(root: Entry, notes: Notes) -> Iterator[FeedRow]:
    periods: dict[tuple[str, str], list[Period]] = {}
    for vendor, name, price in _dated_prices(root, notes):
        entry: dict[str, Json] = {}
        put_prices(entry, price, KEYS, notes)
        start, end = day_of(price.get("from_date")), day_of(price.get("to_date"))
        periods.setdefault((vendor, name), []).append(Period(start, end, entry))
    models = {key: dated_entry(found) for key, found in periods.items()}
    for (vendor, name), entry in models.items():
        base, _, word = name.rpartition("-")
        if word in _LARGER and (vendor, base) in models:
            suffix = tier_suffix(int(word[:-1]) * (1000 if word.endswith("k") else 10**6))
            target = models[vendor, base]
            target.update({key + suffix: entry[key] for key in KEYS.values() if key in entry})
            notes.skipped["a larger context of another row"] += 1
    for (vendor, name), entry in models.items():
        base, _, word = name.rpartition("-")
        if word not in _LARGER or (vendor, base) not in models:
            yield FeedRow(seller_of(vendor), name, entry)


def _dated_prices(root: Entry, notes: Notes) -> Iterator[tuple[str, str, Entry]]:
    """Vendor, model and one price, from each of the three shapes."""
    prices, models = root.get("prices"), root.get("models")
    for price in prices if isinstance(prices, list) else ():
        vendor = price.get("vendor") if isinstance(price, dict) else None
        name = price.get("id") if isinstance(price, dict) else None
        if isinstance(price, dict) and isinstance(vendor, str) and isinstance(name, str):
            yield vendor, name, price
        else:
            notes.skipped["no id or vendor"] += 1
    for model in models if isinstance(models, list) else ():
        name = model.get("id") if isinstance(model, dict) else None
        history = model.get("price_history") if isinstance(model, dict) else None
        if not isinstance(name, str) or not isinstance(history, list):
            notes.skipped["no id or price history"] += 1
            continue
        for price in history:
            if isinstance(price, dict):
                yield str(root.get("vendor")), name, price
