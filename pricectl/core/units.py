"""The price vocabulary: every unit a provider charges for, in one table.

A row says which price key pays for the unit, on which side of the call it is counted, and which
units it falls back on when it has no price of its own; the rows of tokens are in `token_kinds`. The
key names are the field's de-facto vocabulary. Grammar of a price key:
`BASE[_above_Nk_tokens][_SERVICE]`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.token_kinds import TOKEN_KINDS


class Unit(NamedTuple):
    """One thing that is counted and priced.

    `side` is "input" or "output" for tokens that are part of that total, "" for separate counts.
    `fallbacks` are tried in order; `assumed` marks a fallback that is a guess and not the rule.
    The key's price buys `priced_by` counts; where the unit is `divisible`, a count is a thousandth
    of what people count (12.5 seconds are 12,500 counts). `is_token` decides which prices a region
    raises and which are written per 1M; `counts` is only shown.
    """

    name: str
    key: str
    counts: str
    side: str = ""
    fallbacks: tuple[str, ...] = ()
    assumed: bool = False
    priced_by: int = 1
    divisible: bool = False
    is_token: bool = False


def _amount(name: str, key: str, counts: str) -> Unit:
    return Unit(name, key, counts, priced_by=1000, divisible=True)


def _sized(unit: Unit, key: str, sizes: Mapping[str, int]) -> tuple[Unit, ...]:
    """A unit without a size, then in each size with its own key.

    `sizes` are the words of the sizes with what they measure. A size without a price is charged
    the price without a size, else that of the nearest size, the larger of two as near; a call
    without a size that of the smallest. A price of zero comes last. All are guesses, so that
    nothing is charged $0.
    """

    def nearest_first(size: int) -> list[str]:
        return sorted(sizes, key=lambda word: (abs(sizes[word] - size), -sizes[word]))

    return (
        unit._replace(
            fallbacks=tuple(f"{unit.name}_{word}" for word in nearest_first(0)), assumed=True
        ),
        *(
            unit._replace(
                name=f"{unit.name}_{word}",
                key=key.format(word),
                counts=f"{word} {unit.counts}",
                fallbacks=(
                    unit.name,
                    *(f"{unit.name}_{near}" for near in nearest_first(size) if near != word),
                ),
                assumed=True,
            )
            for word, size in sizes.items()
        ),
    )


def _search(name: str, size: str, counts: str, *nearest: str) -> Unit:
    """A web search of one size; without a price it costs that of the nearest size."""
    key = f"{SEARCH_KEY}.search_context_size_{size}"
    return Unit(name, key, counts, fallbacks=nearest, assumed=True)


def _guardrail(policy: str, counts: str) -> Unit:
    name = re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", policy)
    return Unit(f"guardrail_{name}", f"{GUARDRAIL_KEY}.{policy}Units", f"{counts} check")


# Keys that hold an object of prices; theirs are written dotted, KEY.NAME.
SEARCH_KEY = "search_context_cost_per_query"
GUARDRAIL_KEY = "guardrail_cost_per_unit"
NESTED_KEYS = (SEARCH_KEY, GUARDRAIL_KEY)

# The order is the order of a quote's lines.
_TABLE = (
    *(
        Unit(
            kind.unit,
            kind.key,
            kind.counts,
            kind.side,
            kind.fallbacks,
            kind.assumed,
            is_token=True,
        )
        for kind in TOKEN_KINDS
    ),
    Unit("citation", "citation_cost_per_token", "citation token", is_token=True),
    Unit("input_request", "input_cost_per_request", "request"),
    Unit("input_query", "input_cost_per_query", "query"),
    Unit("text_message", "input_cost_per_text_message", "text message"),
    Unit("input_character", "input_cost_per_character", "input character"),
    Unit("output_character", "output_cost_per_character", "output character"),
    Unit("input_image_file", "input_cost_per_image", "input image"),
    *_sized(
        Unit("output_image_file", "output_cost_per_image", "generated image"),
        "output_cost_per_image_{}",
        {"0.5K": 512, "1K": 1024, "2K": 2048, "4K": 4096, "512": 512, "1024": 1024, "1536": 1536},
    ),
    Unit("input_pixel", "input_cost_per_pixel", "input pixel"),
    Unit("output_pixel", "output_cost_per_pixel", "generated pixel"),
    _amount("second", "cost_per_second", "second"),
    _amount("input_second", "input_cost_per_second", "input second"),
    *_sized(
        _amount("output_second", "output_cost_per_second", "output second"),
        "output_cost_per_second_{}",
        {"480p": 480, "720p": 720, "768p": 768, "1080p": 1080, "2k": 1440, "4k": 2160},
    ),
    _amount("input_audio_second", "input_cost_per_audio_per_second", "audio second"),
    *_sized(
        _amount("input_video_second", "input_cost_per_video_per_second", "video second"),
        "input_cost_per_video_per_second_above_{}_interval",
        {"8s": 8, "15s": 15},
    ),
    _amount("output_video_second", "output_cost_per_video_per_second", "generated video second"),
    Unit("page", "ocr_cost_per_page", "page"),
    Unit("annotated_page", "annotation_cost_per_page", "annotated page"),
    _amount("ocr_credit", "ocr_cost_per_credit", "parsing credit"),
    Unit("code_interpreter", "code_interpreter_cost_per_session", "code interpreter session"),
    Unit("maps_query", "google_maps_grounding_cost_per_query", "maps query"),
    # Small and large are as near to medium: a guess charges the dearer one.
    _search("search_low", "low", "small web search", "search", "search_high"),
    _search("search", "medium", "web search", "search_high", "search_low"),
    _search("search_high", "high", "large web search", "search", "search_low"),
    Unit("file_search", "file_search_cost_per_1k_calls", "file search", priced_by=1000),
    _amount("file_search_gb_day", "file_search_cost_per_gb_per_day", "GB and day of files"),
    _amount("vector_store_gb_day", "vector_store_cost_per_gb_per_day", "GB and day of vectors"),
    Unit(
        "computer_use_input",
        "computer_use_input_cost_per_1k_tokens",
        "computer use input token",
        priced_by=1000,
        is_token=True,
    ),
    Unit(
        "computer_use_output",
        "computer_use_output_cost_per_1k_tokens",
        "computer use output token",
        priced_by=1000,
        is_token=True,
    ),
    _guardrail("automatedReasoningPolicy", "automated reasoning"),
    _guardrail("contentPolicy", "content"),
    _guardrail("contentPolicyImage", "image content"),
    _guardrail("contextualGroundingPolicy", "grounding"),
    _guardrail("sensitiveInformationPolicy", "sensitive information"),
    _guardrail("sensitiveInformationPolicyFree", "free sensitive information"),
    _guardrail("topicPolicy", "topic"),
    _guardrail("wordPolicy", "word"),
)

UNITS = MappingProxyType({unit.name: unit for unit in _TABLE})
UNIT_BY_KEY = MappingProxyType({unit.key: unit for unit in UNITS.values()})

# Parts that cost what the rest of their side costs, unless the row says otherwise.
PARTS = MappingProxyType(
    {
        unit.name: unit.side
        for unit in UNITS.values()
        if unit.fallbacks == (unit.side,) and not unit.assumed
    }
)

# Another spelling of a key above, which wins when a row has both.
SYNONYMS = MappingProxyType({"input_cost_per_token_cache_hit": "cache_read_input_token_cost"})

# Keys in a cloud's own currency, never charged.
UNCOUNTED_KEYS = ("input_dbu_cost_per_token", "output_dbu_cost_per_token")

MAX_KEY = 256
KNOWN_SERVICES = ("batches", "flex", "priority", "balanced", "ultrafast", "decisions", "fast")
STANDARD = ""
# A service that some providers sell under another's name: OpenAI's fast is its priority.
SOLD_AS = MappingProxyType({"fast": "priority"})

_TIER = r"_above_(?P<tier>[1-9]\d{0,5})k_tokens"
_SERVICE = r"_(?P<service>[a-z]+)"
_SUFFIX = re.compile(rf"(?:{_TIER})?(?:{_SERVICE})?", re.ASCII)
_BASES = sorted((*UNIT_BY_KEY, *SYNONYMS), key=len, reverse=True)


class PriceKey(NamedTuple):
    """The parts of a price key: unit, the tier's threshold in tokens (0: none), service."""

    unit: Unit
    above_tokens: int
    service: str


def parse_key(key: str) -> PriceKey | None:
    """Take a price key apart; None for another key. A search context is KEY.SIZE.

    >>> parse_key("input_cost_per_token_above_200k_tokens_batches")[1:]
    (200000, 'batches')
    >>> parse_key("cache_creation_input_token_cost_above_1hr").unit.name
    'cache_write_1h'
    >>> parse_key("input_cost_per_tokens") is None
    True
    """
    for base in _BASES if "cost" in key and len(key) <= MAX_KEY else ():
        if key.startswith(base):
            suffix = _SUFFIX.fullmatch(key, len(base))
            if suffix:
                unit = UNIT_BY_KEY[SYNONYMS.get(base, base)]
                tier = int(suffix["tier"] or 0) * 1000
                return PriceKey(unit, tier, suffix["service"] or STANDARD)
    return None


def price_key(unit: str, above_tokens: int, service: str) -> str:
    """The key that a row has for a price: what `parse_key` takes apart.

    >>> price_key("cache_read", 200_000, "batches"), price_key("search", 0, "")[-12:]
    ('cache_read_input_token_cost_above_200k_tokens_batches', '_size_medium')
    """
    tier = f"_above_{above_tokens // 1000}k_tokens" if above_tokens else ""
    return f"{UNITS[unit].key}{tier}{f'_{service}' if service else ''}"


def is_token_unit(unit: str) -> bool:
    """Whether a unit counts tokens, which are priced per 1M.

    >>> is_token_unit("cache_read"), is_token_unit("page")
    (True, False)
    """
    return UNITS[unit].is_token


def is_price_like(key: str) -> bool:
    """Whether a key looks like a price, so that it must not be ignored.

    >>> is_price_like("input_cost_per_tokens"), is_price_like("supports_vision")
    (True, False)
    """
    return any(word in key.lower() for word in ("cost", "price", "pricing"))
