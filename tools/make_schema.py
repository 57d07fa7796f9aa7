"""Writes schemas/catalog.schema.json from the price vocabulary and the table of fields below.

It also writes the names of the budget modes and of the roundings into the schemas of the reports
that have them. Run it after a change of any of these tables; a test holds that the files are what
this script writes.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pricectl.core.catalog import SCHEMA_MAJOR
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.money import ROUNDINGS
from pricectl.core.sanity.verdict import ACKNOWLEDGEABLE
from pricectl.core.units import (
    KNOWN_SERVICES,
    NESTED_KEYS,
    SYNONYMS,
    UNCOUNTED_KEYS,
    UNIT_BY_KEY,
    Unit,
)

FOLDER = Path(__file__).parent.parent / "schemas"
PATH = FOLDER / "catalog.schema.json"
ID = f"urn:pricectl:schema:catalog:{SCHEMA_MAJOR}"
Schema = dict[str, Any]

# Where the schemas of reports allow one name of a table: the report, the path from its root to the
# schema with the names, and the table.
ENUMS: tuple[tuple[str, tuple[str, ...], Iterable[str]], ...] = (
    ("explain", ("$defs", "credits", "properties", "mode"), BUDGET_MODES),
    ("smoke", ("$defs", "call", "properties", "budget_mode"), BUDGET_MODES),
    ("explain", ("$defs", "credits", "properties", "rounding"), ROUNDINGS),
    ("quote", ("$defs", "quote", "properties", "rounding"), ROUNDINGS),
)
# Where they have an object with a member for each budget mode.
MODE_MEMBERS = {
    "diff": ("$defs", "cost", "properties", "credits"),
    "quote": ("$defs", "quote", "properties", "credits"),
}

SUFFIX = "(?:_above_[1-9][0-9]{0,5}k_tokens)?(?:_[a-z]+)?"
NO_MONEY = "^(?![\\s\\S]*(?:[Cc][Oo][Ss][Tt]|[Pp][Rr][Ii][Cc](?:[Ee]|[Ii][Nn][Gg])))"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

# A family of price keys: its title and how its keys end.
FAMILIES = {
    "Cached tokens": ("_token_cost", "_above_1hr", "_cache_hit"),
    "Tokens": ("_token", "_1k_tokens"),
    "Characters, queries, requests and sessions": (
        "_character",
        "_query",
        "_request",
        "_session",
        "_message",
        "_calls",
    ),
    "Pages": ("_page", "_credit"),
    "Images and pixels": ("_pixel", "_image", "K", "_512", "_1024", "_1536"),
    "Storage": ("_day",),
    "Seconds": ("_second", "p", "k", "_interval"),
}

MODES = [
    "audio_speech",
    "audio_transcription",
    "chat",
    "completion",
    "embedding",
    "evaluation",
    "extraction",
    "guardrail",
    "image_edit",
    "image_generation",
    "moderation",
    "ocr",
    "realtime",
    "rerank",
    "responses",
    "search",
    "vector_store",
    "video_generation",
]

# Those worth completing in an editor; any other word may follow "supports_" too.
CAPABILITIES = [
    "assistant_prefill",
    "audio_input",
    "audio_output",
    "computer_use",
    "function_calling",
    "pdf_input",
    "parallel_function_calling",
    "prompt_caching",
    "reasoning",
    "response_schema",
    "system_messages",
    "tool_choice",
    "url_context",
    "video_input",
    "vision",
    "web_search",
]


def main() -> None:
    """Write the schemas."""
    for path, text in rendered().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.name}")


def rendered() -> dict[Path, str]:
    """The text of every file that this script writes."""
    names = dict.fromkeys([*(name for name, _, _ in ENUMS), *MODE_MEMBERS])
    reports = {FOLDER / f"{name}.schema.json": report(name) for name in names}
    return {
        path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for path, schema in {PATH: catalog(), **reports}.items()
    }


def report(name: str) -> Schema:
    """The schema of a report as it stands, with the budget modes and roundings of the tables."""
    schema: Schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    for each, path, names in ENUMS:
        if each == name:
            found = _inside(schema, path)
            found["enum"] = [*names, *([None] if None in found["enum"] else [])]
    if name in MODE_MEMBERS:
        found = _inside(schema, MODE_MEMBERS[name])
        member = next(iter(found["properties"].values()))
        found["properties"] = dict.fromkeys(BUDGET_MODES, member)
        found["required"] = [*BUDGET_MODES]
    return schema


def _inside(schema: Schema, path: Iterable[str]) -> Schema:
    for key in path:
        schema = schema[key]
    return schema


def catalog() -> Schema:
    """The schema of a whole catalog."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "LLM price catalog",
        "description": "What LLM calls cost, in USD per token unless a key names another unit. "
        "Every other top-level member is a provider with its models.",
        "type": "object",
        "properties": {
            "$schema": _of("string", "Schema", "Where this schema lies, for editors."),
            "metadata": _ref("metadata"),
            "pricing_notes": _of(
                "object", "Pricing notes", "What a reviewer must know, by provider; free text."
            ),
        },
        "additionalProperties": _ref("provider"),
        "$defs": {
            "metadata": _metadata(),
            "provider": {
                "title": "Provider",
                "description": "One seller's models, by the name that calls use.",
                "type": "object",
                "additionalProperties": _ref("model"),
            },
            "model": _model(),
            "prices": _prices(),
            "price": {
                "title": "Price",
                "description": "USD per unit: a number, 0 or more; $2.50 per 1M tokens is 2.5e-06.",
                "type": "number",
                "minimum": 0,
            },
            "multiplier": {
                "title": "Multiplier",
                "description": "What the row's prices are multiplied by in such a case.",
                "type": "number",
                "exclusiveMinimum": 0,
            },
            "day": {
                "title": "Day",
                "description": "A day in UTC, such as 2026-12-01.",
                "type": "string",
                "format": "date",
                "pattern": DAY,
            },
            "limit": {
                "title": "Limit",
                "description": "A whole number, 0 or more.",
                "type": "integer",
                "minimum": 0,
            },
            "words": {
                "title": "Words",
                "description": "A list of words.",
                "type": "array",
                "items": {"type": "string"},
            },
        },
    }


def _of(kind: str, title: str, description: str, **more: Any) -> Schema:
    return {"title": title, "description": description, "type": kind, **more}


def _ref(name: str, title: str = "", description: str = "") -> Schema:
    said = {"title": title, "description": description} if title else {}
    return {**said, "$ref": f"#/$defs/{name}"}


def _metadata() -> Schema:
    return {
        "title": "Metadata",
        "description": "What holds for the whole file.",
        "type": "object",
        "properties": {
            "last_updated": _ref("day", "Last updated", "The day the file was last edited."),
            "currency": _of("string", "Currency", "The currency of every price.", const="USD"),
            "schema_version": _of(
                "string",
                "Schema version",
                "The version of this format.",
                pattern=rf"^{SCHEMA_MAJOR}\.[0-9]+$",
            ),
            "note": _of("string", "Note", "Free text for whoever edits the file."),
            "sources": _ref("words", "Sources", "The providers' pages the prices come from."),
            "default_pricing": _ref(
                "prices", "Default price", "What a model costs that no row answers for."
            ),
            "acknowledged": _of(
                "array",
                "Acknowledged",
                "Price findings that a person has accepted.",
                items=_acknowledgement(),
            ),
        },
    }


def _acknowledgement() -> Schema:
    text = {"type": "string", "pattern": "\\S"}
    return {
        "title": "Acknowledgement",
        "description": "It holds for this rule at this place with exactly this value.",
        "type": "object",
        "required": ["rule", "pointer", "value", "reason", "date"],
        "properties": {
            "rule": {
                "title": "Rule",
                "description": "The finding's rule.",
                "enum": [*ACKNOWLEDGEABLE],
            },
            "pointer": _of(
                "string", "Pointer", "The JSON Pointer that the finding names.", pattern="^/"
            ),
            "value": {
                "title": "Value",
                "description": "The accepted number; null for a removed row or price.",
                "type": ["number", "null"],
            },
            "reason": {"title": "Reason", "description": "Why it is right.", **text},
            "date": _ref("day", "Date", "The day it was accepted."),
            "expires": _ref("day", "Expires", "The last day on which a review accepts it."),
        },
        "additionalProperties": False,
    }


def _prices() -> Schema:
    return {
        "title": "Prices",
        "description": "Price keys: BASE[_above_Nk_tokens][_SERVICE]. A key that speaks of a cost "
        f"or price must be one of these. Services: {', '.join(KNOWN_SERVICES)}.",
        "type": "object",
        "properties": {
            **{
                key: {"description": f"USD per {_counts(unit)}."}
                for key, unit in UNIT_BY_KEY.items()
                if not key.startswith(NESTED_KEYS)
            },
            **{
                synonym: {"description": f"Another spelling of {key}."}
                for synonym, key in SYNONYMS.items()
            },
            **{
                key: {
                    "description": "Not counted by a quote: a cloud's own units, not USD.",
                    "type": "number",
                    "minimum": 0,
                }
                for key in UNCOUNTED_KEYS
            },
            **{key: _nested(key) for key in NESTED_KEYS},
            "tiered_pricing": _of(
                "array",
                "Tiers by range",
                "Prices by ranges of input tokens: low < tokens <= high.",
                items=_tier(),
            ),
            "off_peak_pricing": _off_peak(),
        },
        "patternProperties": {
            **{
                pattern: _ref("price", title, "USD per unit, with an optional tier and service.")
                for title, pattern in patterns().items()
            },
            NO_MONEY: {"description": "A key that does not speak of money."},
        },
        "additionalProperties": False,
    }


def patterns() -> dict[str, str]:
    """One pattern a family of price keys, by the family's title."""
    nested = tuple(f"{key}." for key in NESTED_KEYS)
    keys = [key for key in (*UNIT_BY_KEY, *SYNONYMS) if not key.startswith(nested)]
    families: dict[str, list[str]] = {title: [] for title in FAMILIES}
    for key in keys:
        titles = (title for title, ends in FAMILIES.items() if key.endswith(ends))
        families.setdefault(next(titles, "Other units"), []).append(key.replace(".", "\\."))
    return {title: f"^(?:{'|'.join(bases)}){SUFFIX}$" for title, bases in families.items()}


def _counts(unit: Unit) -> str:
    """What a price buys, in words."""
    return unit.counts if unit.divisible or unit.priced_by == 1 else f"1,000 {unit.counts}s"


def _nested(key: str) -> Schema:
    return {
        "title": key.replace("_", " ").capitalize(),
        "description": "USD each, by size or kind.",
        "type": "object",
        "properties": {
            own.partition(".")[2]: _ref("price", unit.counts, f"USD per {unit.counts}.")
            for own, unit in UNIT_BY_KEY.items()
            if own.startswith(f"{key}.")
        },
        "additionalProperties": False,
    }


def _range(title: str, description: str) -> Schema:
    bound = {"type": "number", "minimum": 0}
    return _of("array", title, description, items=bound, minItems=2, maxItems=2)


def _tier() -> Schema:
    return {
        "$ref": "#/$defs/prices",
        "properties": {
            "range": _range("Range", "Input tokens: above the first, up to the second."),
            "max_results_range": _range("Results", "Search results: from the first to the second."),
        },
    }


def _off_peak() -> Schema:
    hour = "([01][0-9]|2[0-4]):[0-5][0-9]"
    hours = {"type": "string", "pattern": f"^{hour}-{hour}$"}
    return {
        "title": "Off-peak prices",
        "description": "Prices inside recurring windows of UTC time.",
        "$ref": "#/$defs/prices",
        "required": ["windows"],
        "properties": {
            "windows": {
                "title": "Windows",
                "description": "When the prices hold.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["hours_utc"],
                    "properties": {
                        "hours_utc": {
                            "title": "Hours",
                            "description": "Such as 16:30-00:30, or a list of such.",
                            "anyOf": [hours, {"type": "array", "items": hours}],
                        },
                        "weekdays": _of(
                            "array",
                            "Weekdays",
                            "1 is Monday; without it, every day.",
                            items={"type": "integer", "minimum": 1, "maximum": 7},
                        ),
                    },
                },
            },
            "weekday_timezone": _of(
                "string", "Time zone of the weekdays", "An IANA name; UTC without it."
            ),
        },
    }


def _period(key: str, title: str) -> Schema:
    instant = _of(
        "string", title, "A day or an instant, UTC without a zone.", pattern=DAY[:-1] + "(T.*)?$"
    )
    return {"$ref": "#/$defs/prices", "required": [key], "properties": {key: instant}}


def _context_tier() -> Schema:
    return {
        "title": "Context tier",
        "description": "How a context threshold is applied; without it, the whole request moves "
        "strictly above.",
        "type": "object",
        "properties": {
            "scope": {
                "title": "Scope",
                "description": "Whether the whole request or only the tokens above move.",
                "enum": ["request", "marginal"],
            },
            "boundary": {
                "title": "Boundary",
                "description": "Whether the tier begins above (gt) or at (gte) the threshold.",
                "enum": ["gt", "gte"],
            },
        },
        "additionalProperties": False,
    }


def _model() -> Schema:
    return {
        "title": "Model",
        "description": "One row: what a model costs today, and what it can do.",
        "$ref": "#/$defs/prices",
        "properties": {
            **_identity(),
            **_history(),
            **_limits(),
            **_capabilities(),
            **_details(),
        },
        "patternProperties": {
            "^supports_[a-z0-9_]+$": _of("boolean", "Capability", "Whether the model can do this."),
            "^supported_[a-z0-9_]+$": _ref("words", "Supported", "What the model accepts."),
            "^regional_[a-z_]+_multiplier(?:_[a-z]+)?$": _ref(
                "multiplier", "Regional multiplier", "What a region multiplies the prices by."
            ),
        },
    }


def _identity() -> Schema:
    return {
        "aliases": _ref("words", "Aliases", "Other names that calls use for this row."),
        "mode": {"title": "Mode", "description": "What kind of call it answers.", "enum": MODES},
        "litellm_provider": _of("string", "Provider", "The provider's name in LiteLLM."),
        "free": _of("boolean", "Free", "A price of zero is meant."),
        "retired": _of("boolean", "Retired", "No longer sold; kept for old logs."),
        "successor": _of("string", "Successor", "The model that callers should use instead."),
        "source": _of("string", "Source", "The provider's page.", format="uri", minLength=1),
        "verified_on": _ref("day", "Verified on", "The day the prices were last compared."),
        "deprecation_date": _ref("day", "Deprecation date", "The day the provider shuts it down."),
        "comment": _of("string", "Comment", "Free text."),
        "metadata": _of("object", "Metadata", "Free text by topic."),
    }


def _history() -> Schema:
    return {
        "previous": _of(
            "array",
            "Previous prices",
            "Earlier prices, each until a day or instant.",
            items=_period("until", "Until"),
        ),
        "upcoming": _of(
            "array",
            "Upcoming prices",
            "Announced prices, each from a day or instant.",
            items=_period("from", "From"),
        ),
        "context_tier": _context_tier(),
    }


def _limits() -> Schema:
    limits = {
        "max_tokens": "Output tokens at most (older readers).",
        "max_input_tokens": "Input tokens at most: the context window.",
        "max_output_tokens": "Output tokens at most.",
        "prompt_cache_min_tokens": "Input tokens from which a prompt is cached.",
        "output_vector_size": "Numbers in an embedding.",
        "rpm": "Requests a minute.",
        "tpm": "Tokens a minute.",
        "token_count_framing": "Tokens added to every request.",
    }
    return {
        key: _ref("limit", key.replace("_", " ").capitalize(), text) for key, text in limits.items()
    }


def _capabilities() -> Schema:
    return {
        f"supports_{word}": _of(
            "boolean", word.replace("_", " ").capitalize(), "Whether the model can do this."
        )
        for word in CAPABILITIES
    }


def _details() -> Schema:
    flags = [
        "bedrock_converse_supports_strict_tools",
        "gemini_audio_only_live",
        "gemini_native_audio",
        "thinking_always_on",
        "use_openai_responses_path",
        "uses_embed_content",
    ]
    words = [
        "audio_transcription_config",
        "bedrock_output_config_effort_ceiling",
        "default_reasoning_effort",
        "token_count_tokenizer",
        "vertex_ai_audio_api",
        "web_search_billing_unit",
    ]
    return {
        "provider_specific_entry": _of(
            "object",
            "Provider's own terms",
            "Multipliers by region or speed, and what only this provider has.",
            additionalProperties={
                "type": ["number", "string", "boolean", "object"],
                "exclusiveMinimum": 0,
            },
        ),
        "search_free_requests": {
            "title": "Free searches",
            "description": "How many web searches a period includes.",
            "type": "object",
            "properties": {
                "count": _ref("limit", "Count", "Searches without charge."),
                "period": _of("string", "Period", "Such as day or month."),
                "shared_group": _of("string", "Group", "Models that share the count."),
            },
        },
        "reasoning_effort_levels": _ref("words", "Reasoning efforts", "What a call may ask for."),
        "token_count_model": _of("object", "Counted as", "The model whose tokens it counts."),
        **{
            key: _of("boolean", _title(key), "A detail of the provider's interface.")
            for key in flags
        },
        **{
            key: _of("string", _title(key), "A detail of the provider's interface.")
            for key in words
        },
    }


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()


if __name__ == "__main__":
    main()
