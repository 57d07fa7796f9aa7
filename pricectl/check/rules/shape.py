"""Rules about the file as a document and about the shape of its rows.

Most of these findings come from parsing the text and from the schema.
"""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.check.spelling import Speller
from pricectl.core.labels import did_you_mean
from pricectl.core.model import Model
from pricectl.core.pointers import METADATA_POINTER, pointer_to
from pricectl.core.prices import DATED_LISTS
from pricectl.core.units import is_price_like

SURE_PERCENT = 8

JSON_SYNTAX = Rule(
    "json-syntax",
    "error",
    "the text is not JSON",
    "Production cannot read the file and keeps older prices.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06,}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Correct the text at that place; JSON has no comments and no trailing commas.",
)
ENCODING = Rule(
    "encoding",
    "error",
    "the text is not plain UTF-8",
    "A byte order mark, UTF-16 or half a character is read differently, or not at all, elsewhere.",
    "\ufeff{}",
    "{}",
    "Save the file as UTF-8 without a byte order mark.",
)
DOCUMENT_SIZE = Rule(
    "document-size",
    "error",
    "the file is larger than 8 MiB",
    "A catalog of 20,000 models needs less; a larger file is another file, or an attack.",
    "",
    "{}",
    "Check that this is the catalog.",
)
DOCUMENT_DEPTH = Rule(
    "document-depth",
    "error",
    "brackets nest deeper than 32 levels",
    "A catalog needs about five levels; readers fail on very deep ones.",
    "[" * 40 + "]" * 40,
    "[[]]",
    "Remove the brackets.",
)
DUPLICATE_KEY = Rule(
    "duplicate-key",
    "error",
    "a key appears twice in one object",
    "Readers silently use the last one, so one of the two prices is never charged.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "input_cost_per_token": 5e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Keep the right one and delete the other.",
)
WRONG_SHAPE = Rule(
    "wrong-shape",
    "error",
    "a value does not match the schema",
    "Readers of the file count on the types; a wrong one fails in production.",
    '{"openai": {"gpt-4o": {"max_input_tokens": "128k"}}}',
    '{"openai": {"gpt-4o": {"max_input_tokens": 128000}}}',
    "Write the value as the message says; an editor that reads $schema shows what is expected.",
)
NOT_LOADABLE = Rule(
    "not-loadable",
    "error",
    "production refuses to load this",
    "The calculator refuses a price list it cannot read without guessing.",
    '{"x": {"m": {"input_cost_per_token": 2e-06, "aliases": ["%s"]}}}' % ("m" * 257),
    '{"x": {"m": {"input_cost_per_token": 2e-06, "aliases": ["mm"]}}}',
    "Write the value as the message says.",
)
UNREAD_PRICING = Rule(
    "unread-pricing",
    "error",
    "a part of a row's prices is not understood",
    "Production charges the row as if the structure were absent, and flags each call.",
    '{"x": {"m": {"input_cost_per_token": 2e-06,\n'
    '             "off_peak_pricing": {"hours_utc": "00:00-08:00", "holidays": ["12-25"],\n'
    '                                  "input_cost_per_token": 1e-06}}}}',
    '{"x": {"m": {"input_cost_per_token": 2e-06,\n'
    '             "off_peak_pricing": {"hours_utc": "00:00-08:00",\n'
    '                                  "input_cost_per_token": 1e-06}}}}',
    "Correct the spelling; what no reader can charge goes to pricing_notes.",
)
UNKNOWN_PRICE_KEY = Rule(
    "unknown-price-key",
    "error",
    "a key looks like a price, but no reader knows it",
    "A misspelt price is never charged; what it should price is billed at another rate.",
    '{"openai": {"gpt-4o": {"input_cost_per_tokens": 2.5e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Spell it BASE[_above_Nk_tokens][_SERVICE], such as input_cost_per_token_batches.",
)
UNKNOWN_KEY = Rule(
    "unknown-key",
    "warning",
    "a key is not in the schema",
    "A misspelt key is ignored by every reader.",
    '{"openai": {"gpt-4o": {"max_inputs_tokens": 128000}}}',
    '{"openai": {"gpt-4o": {"max_input_tokens": 128000}}}',
    "Correct the spelling, or move a remark to pricing_notes.",
)
EMPTY_CATALOG = Rule(
    "empty-catalog",
    "error",
    "the catalog has no models",
    "Every call would be billed at the default price.",
    '{"metadata": {"currency": "USD"}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Restore the file, for example with 'git checkout -- FILE'.",
)

RULES = (
    JSON_SYNTAX,
    ENCODING,
    DOCUMENT_SIZE,
    DOCUMENT_DEPTH,
    DUPLICATE_KEY,
    WRONG_SHAPE,
    NOT_LOADABLE,
    UNREAD_PRICING,
    UNKNOWN_PRICE_KEY,
    UNKNOWN_KEY,
    EMPTY_CATALOG,
)

# Keys that may end in any word.
FREE_FORM = ("supports_", "supported_", "regional_")


def check(context: Context) -> Iterator[Finding]:
    """Find an empty catalog, and keys that no reader knows."""
    if not context.catalog.models:
        yield EMPTY_CATALOG.finding("", "the catalog has no models")
    known = context.known_keys
    anything, capability = Speller(known), Speller(known, SURE_PERCENT)
    for model in context.catalog.models:
        yield from _dated(model, known)
        if known.issuperset(model.entry):
            continue
        # In the order of the file, because the first ones get suggestions.
        for key in model.entry:
            if key in known or is_price_like(key):
                continue  # the schema speaks about those that look like prices
            free_form = key.startswith(FREE_FORM)
            near = (capability if free_form else anything).near(key)
            if near or not free_form:
                yield _unknown(model.pointer, key, near)
    metadata = context.catalog.metadata.keys() - context.metadata_keys
    speller = Speller(context.metadata_keys)
    yield from (_unknown(METADATA_POINTER, key, speller.near(key)) for key in metadata)


def _dated(model: Model, known: frozenset[str]) -> Iterator[Finding]:
    """The keys of dated lists that no row has either: a list may repeat whatever a row may have."""
    for member, date_key in DATED_LISTS.items():
        lists = model.entry.get(member)
        for index, prices in enumerate(lists if isinstance(lists, list) else ()):
            for key in prices if isinstance(prices, dict) else ():
                free_form = key.startswith(FREE_FORM) or is_price_like(key)
                if not (key in known or key == date_key or free_form):
                    where = f"{model.pointer}/{member}/{index}{pointer_to(key)}"
                    message = f"nobody reads the key {key!r:.80} of a dated list"
                    yield UNREAD_PRICING.finding(where, message, on_key=True)


def _unknown(parent: str, key: str, near: str) -> Finding:
    hint = did_you_mean(near) or "readers ignore it; a remark goes to pricing_notes"
    return UNKNOWN_KEY.finding(parent + pointer_to(key), f"unknown key {key!r}", hint, on_key=True)
