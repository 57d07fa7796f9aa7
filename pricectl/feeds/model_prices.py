"""model-prices: prices with the instants they begin at, USD per 1M tokens.

The list ships in the package `model-prices` (PyPI and npm; https://github.com/wakamex/model-prices)
as `snapshot.json`. Most of its prices come from models.dev, and each says so.
"""

from collections.abc import Iterator
from decimal import Decimal

from pricectl.core.document import Json
from pricectl.core.naming.sellers import seller_of
from pricectl.core.prices import Entry
from pricectl.feeds.feed_row import (
    FeedContent,
    FeedRow,
    Notes,
    day_of,
    price_of,
    put_prices,
    tier_suffix,
)
from pricectl.feeds.periods import Period, dated_entry

KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
}
# The longest time that a seller keeps a cached prompt, whose writes are a multiple of input. What
# the list calls a one-hour write lives twelve hours at OpenAI.
LONG_WRITE = "cache_creation_input_token_cost_above_1hr"
_LONG_WRITES = {"openai": "cache_creation_input_token_cost_above_12hr"}
# Its word for a service, and the ending of the catalog's key.
SERVICES = {
    "standard": "",
    "batch": "_batches",
    "fast": "_fast",
    "flex": "_flex",
    "ultrafast": "_ultrafast",
}
DOCUMENTED = "documented"


def looks_like(document: Json) -> bool:
    """Whether a document has `prices` by provider and says which models.dev it was made from."""
    return (
        isinstance(document, dict)
        and isinstance(document.get("prices"), dict)
        and "models_dev" in document
    )


def read(document: Json) -> FeedContent:
    """Every model with the periods of its prices."""
    notes = Notes()
    root = document if isinstance(document, dict) else {}
    return notes.content(_rows(root, notes), root.get("updated_at"))


def _rows(root: Entry, notes: Notes) -> Iterator[FeedRow]:
    prices = root.get("prices")
    for word, models in prices.items() if isinstance(prices, dict) else ():
        if not isinstance(models, dict):
            notes.skipped["a provider without models"] += 1
            continue
        for name, services in models.items():
            if not isinstance(services, dict) or not isinstance(services.get("standard"), list):
                notes.skipped["no standard prices"] += 1
                continue
            seller = seller_of(word)
            found = list(_periods(services, _LONG_WRITES.get(seller, LONG_WRITE), notes))
            if found:
                yield FeedRow(seller, name, dated_entry(found), derived_from=_origin(services))
            else:
                notes.skipped["no standard prices"] += 1


def _origin(services: Entry) -> str:
    """models.dev where the newest standard price is from there; "" where from a seller's page."""
    listed = services["standard"]
    newest = (
        listed[-1].get("rates")
        if isinstance(listed, list) and isinstance(listed[-1], dict)
        else None
    )
    basis = newest.get("valid_from_basis") if isinstance(newest, dict) else ""
    return "" if basis == DOCUMENTED else "models.dev"


def _periods(services: Entry, long_write: str, notes: Notes) -> Iterator[Period]:
    """The prices of all services together, one period from each instant at which one changes."""
    timelines: dict[str, list[tuple[str, dict[str, Json]]]] = {}
    for service, listed in services.items():
        suffix = SERVICES.get(service)
        if suffix is None:
            notes.unread[f"service {service}"[:60]] += 1
            continue
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict):
                rates, start = one.get("rates"), day_of(one.get("start"))
                row: dict[str, Json] = {}
                if isinstance(rates, dict):
                    row = _rates(rates, suffix, long_write, notes)
                timelines.setdefault(service, []).append((start, row))
    starts = sorted({start for line in timelines.values() for start, _ in line})
    for start in starts:
        entry: dict[str, Json] = {}
        for line in timelines.values():
            begun = [(day, row) for day, row in line if day <= start]
            entry |= max(begun, key=lambda it: it[0])[1] if begun else {}
        if KEYS["input"] in entry:
            yield Period(start, "", entry)


def _rates(rates: Entry, suffix: str, long_write: str, notes: Notes) -> dict[str, Json]:
    multiple = price_of(rates.get("cache_write_1h_multiple"))
    entry: dict[str, Json] = {}
    put_prices(entry, rates, KEYS, notes, suffix=suffix)
    tiers = rates.get("tiers")
    for tier in tiers if isinstance(tiers, list) else ():
        above = tier_suffix(tier.get("above")) if isinstance(tier, dict) else ""
        if isinstance(tier, dict) and above:
            put_prices(entry, tier, KEYS, notes, suffix=above + suffix)
            _put_long_write(entry, above + suffix, long_write, multiple)
    _put_long_write(entry, suffix, long_write, multiple)
    return entry


def _put_long_write(
    entry: dict[str, Json], suffix: str, long_write: str, multiple: Decimal | None
) -> None:
    """Write the price of a long cache write into a row, where the model sells cache writes."""
    own = price_of(entry.get(KEYS["input"] + suffix))
    if multiple and own and KEYS["cache_write"] + suffix in entry:
        entry[long_write + suffix] = own * multiple
