"""Rules about the file's metadata."""

from collections.abc import Iterator

from pricectl.check.evidence import ACKNOWLEDGED_RULES
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.catalog import SCHEMA_MAJOR, has_known_schema, readable_schemas
from pricectl.core.document import Json
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, METADATA_POINTER
from pricectl.core.sanity.acknowledgements import read_acknowledged
from pricectl.core.windows import read_day

METADATA_MISSING = Rule(
    "metadata-missing",
    "warning",
    "the file has no metadata, or metadata without a needed key",
    "Without a date and a currency, it is unclear which prices a bill was made with.",
    '{"x": {"m": {"input_cost_per_token": 1e-06}}}',
    '{"metadata": {"last_updated": "2026-11-20", "currency": "USD"}}',
    "Add metadata with last_updated, currency, schema_version, sources and default_pricing.",
)
CURRENCY = Rule(
    "currency",
    "error",
    "prices are not in USD",
    "Every reader counts them as dollars.",
    '{"metadata": {"currency": "EUR"}}',
    '{"metadata": {"currency": "USD"}}',
    "Convert the prices to USD.",
)
SCHEMA_VERSION = Rule(
    "schema-version",
    "error",
    "this pricectl does not read the file's schema_version",
    "A newer format may mean something else by the same keys.",
    '{"metadata": {"schema_version": "99.0"}}',
    f'{{"metadata": {{"schema_version": "{SCHEMA_MAJOR}.0"}}}}',
    f'Write "{SCHEMA_MAJOR}.0", or upgrade pricectl.',
)
LAST_UPDATED_BEHIND = Rule(
    "last-updated-behind",
    "warning",
    "last_updated is older than a row's verified_on",
    "Readers use it to tell whether they have the newest prices.",
    '{"metadata": {"last_updated": "2026-10-01"},\n "x": {"m": {"verified_on": "2026-11-20"}}}',
    '{"metadata": {"last_updated": "2026-11-20"},\n "x": {"m": {"verified_on": "2026-11-20"}}}',
    "Set last_updated to the day of the last edit.",
)
LAST_UPDATED_IN_FUTURE = Rule(
    "last-updated-in-future",
    "warning",
    "last_updated is in the future",
    "A wrong date hides that the prices are stale.",
    '{"metadata": {"last_updated": "2027-11-20"}}',
    '{"metadata": {"last_updated": "2026-11-20"}}',
    "Set last_updated to the day of the last edit.",
    passes=True,
)
NOTE_CONTRADICTS = Rule(
    "note-contradicts-prices",
    "warning",
    "the note names another unit than the prices use",
    "An editor who follows the note writes prices a million times too high.",
    '{"metadata": {"note": "Pricing in USD per million tokens"},\n'
    ' "openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    '{"metadata": {"note": "Prices are USD per token"},\n'
    ' "openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Say that prices are USD per token.",
)
SOURCES_MISSING = Rule(
    "sources-missing",
    "info",
    "the file lists no sources",
    "A reviewer does not know where to look.",
    '{"metadata": {"last_updated": "2026-11-20"}}',
    '{"metadata": {"sources": ["https://example.com/pricing"]}}',
    "List the providers' pricing pages in metadata.sources.",
)
DEFAULT_PRICE_MISSING = Rule(
    "default-price-missing",
    "warning",
    "metadata has no default_pricing for unknown models",
    "The built-in $1 in and $2 out per 1M tokens bills every name that no row answers for, and "
    "nobody has decided that.",
    '{"metadata": {"last_updated": "2026-11-20"}}',
    '{"metadata": {"default_pricing": {"input_cost_per_token": 1e-06,\n'
    '                                  "output_cost_per_token": 2e-06}}}',
    "Add metadata.default_pricing with an input and an output price.",
)
ACKNOWLEDGEMENT_MALFORMED = Rule(
    "acknowledgement-malformed",
    "error",
    "an acknowledgement of a price finding is malformed",
    "It is ignored, so the price that somebody accepted is refused in production.",
    '{"metadata": {"acknowledged": [{"rule": "price-moved", "pointer": "openai/gpt-4o",\n'
    '                                "value": 2.5e-05, "reason": "announced",\n'
    '                                "date": "2026-11-20"}]}}',
    '{"metadata": {"acknowledged": [{"rule": "price-moved",\n'
    '                                "pointer": "/openai/gpt-4o/input_cost_per_token",\n'
    '                                "value": 2.5e-05, "reason": "announced",\n'
    '                                "date": "2026-11-20"}]}}',
    "State rule, pointer, value, reason and date as the refusal prints them; value is null for a "
    "removed row.",
)
RULES = (
    METADATA_MISSING,
    CURRENCY,
    SCHEMA_VERSION,
    LAST_UPDATED_BEHIND,
    LAST_UPDATED_IN_FUTURE,
    NOTE_CONTRADICTS,
    SOURCES_MISSING,
    DEFAULT_PRICE_MISSING,
    ACKNOWLEDGEMENT_MALFORMED,
)
# No token costs more. If a price does, the prices are per 1M tokens and the note is right.
PER_TOKEN_AT_MOST_PICO_USD = 10**10
INPUT = ("input", 0, "")
SAYS_PER_MILLION = ("per million", "per 1m", "per 1 million", "per 1,000,000", "/1m", "/ 1m")


def check(context: Context) -> Iterator[Finding]:
    """Check the metadata itself, then against the rows."""
    if not context.catalog.metadata:
        yield METADATA_MISSING.finding("", "the file has no metadata")
        return
    metadata = context.catalog.metadata
    currency = metadata.get("currency", "USD")
    if currency != "USD":
        where = f"{METADATA_POINTER}/currency"
        yield CURRENCY.finding(where, f"prices are in {currency!r:.20}, not in USD")
    if not has_known_schema(metadata):
        where, version = f"{METADATA_POINTER}/schema_version", metadata["schema_version"]
        yield SCHEMA_VERSION.finding(where, f"{version!r:.20} is not {readable_schemas()}")
    yield from _day(context)
    yield from _note(context)
    yield from _default_price(metadata.get("default_pricing"))
    for where, message in read_acknowledged(metadata, ACKNOWLEDGED_RULES).problems:
        yield ACKNOWLEDGEMENT_MALFORMED.finding(where, message)
    if not metadata.get("sources"):
        yield SOURCES_MISSING.finding(METADATA_POINTER, "metadata lists no sources")


def _day(context: Context) -> Iterator[Finding]:
    where = f"{METADATA_POINTER}/last_updated"
    written = context.catalog.metadata.get("last_updated")
    day = read_day(written)
    if written is None:
        message = "metadata has no last_updated"
        yield METADATA_MISSING.finding(METADATA_POINTER, message, on_key=True)
    if day is None:
        return
    if (day - context.today).days > 1:
        yield LAST_UPDATED_IN_FUTURE.finding(where, f"{day} is in the future")
    verified = (model.entry.get("verified_on") for model in context.catalog.models)
    # Most rows share a day, and reading a date costs more than comparing texts.
    texts = {text for text in verified if isinstance(text, str)}
    newest = max(filter(None, map(read_day, texts)), default=None)
    if newest and newest > day:
        message = f"last updated on {day}, but a row was verified on {newest}"
        yield LAST_UPDATED_BEHIND.finding(where, message)


def _note(context: Context) -> Iterator[Finding]:
    note = context.catalog.metadata.get("note")
    if not isinstance(note, str) or not any(phrase in note.lower() for phrase in SAYS_PER_MILLION):
        return
    prices = [
        rate[0] for model in context.catalog.models if (rate := model.prices.rates.get(INPUT))
    ]
    if prices and max(prices) <= PER_TOKEN_AT_MOST_PICO_USD and "per token" not in note.lower():
        message = "the note says per million, the prices are per token"
        yield NOTE_CONTRADICTS.finding(f"{METADATA_POINTER}/note", message)


def _default_price(default: Json) -> Iterator[Finding]:
    keys = ("input_cost_per_token", "output_cost_per_token")
    missing = [key for key in keys if not isinstance(default, dict) or key not in default]
    if missing:
        where = METADATA_POINTER if default is None else DEFAULT_PRICING_POINTER
        message = f"the default price lacks {' and '.join(missing)}"
        if default is None:
            message = "metadata has no default_pricing: unknown models cost $1.00 / $2.00 per 1M"
        yield DEFAULT_PRICE_MISSING.finding(where, message, on_key=True)
