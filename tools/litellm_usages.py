"""The rows of litellm's price map and the usages of each that both calculators are asked about."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from pricectl.core.catalog import Catalog, build
from pricectl.core.document import parse
from pricectl.core.prices import Problem
from pricectl.core.units import UNITS, PriceKey, parse_key

TABLES: Mapping[str, Any] = tomllib.loads(
    Path(__file__).with_name("compare_litellm.toml").read_text("utf-8"), parse_float=Decimal
)

Entry = Mapping[str, Any]
Amount = int | Decimal
# Both calculators are asked about this instant, a Monday outside every cheaper window.
MOMENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
# A week of hours, and the minute before each: windows begin and end on the hour.
HOURS = [datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour) for hour in range(7 * 24)]
INSTANTS = sorted([*HOURS, *(hour - timedelta(minutes=1) for hour in HOURS)])
# The row's multiplier of a region -> the region.
REGIONS = {
    "regional_processing_uplift_multiplier_eu": "eu",
    "regional_processing_uplift_multiplier_us": "us",
    "fedramp_uplift_multiplier": "fedramp",
    "regional_endpoint_uplift_multiplier": "regional",
}
# The row's mode -> litellm's word for such a call, where it is not a completion.
CALLS = {
    "embedding": "embedding",
    "audio_transcription": "transcription",
    "audio_speech": "speech",
    "rerank": "rerank",
}
WITHOUT_OUTPUT = ("embedding", "rerank")
SHORT_TOKENS, OUTPUT_TOKENS = 1000, 500
# What pays for a generated image: some rows write its price as that of an input.
IMAGE_UNITS = ("output_image_file", "input_image_file", "output_pixel", "input_pixel")
SEARCH_SIZES = {"search_low": "low", "search": "medium", "search_high": "high"}


class Row(NamedTuple):
    """One model of the map; `keys` are its prices, taken apart, and `thresholds` its tiers."""

    provider: str
    name: str
    entry: Entry
    keys: tuple[PriceKey, ...]
    thresholds: tuple[int, ...]

    @property
    def mode(self) -> str:
        """What the model does: chat, embedding ..."""
        return str(self.entry.get("mode") or "chat")

    @property
    def services(self) -> tuple[str, ...]:
        """The services that the row's keys end in."""
        return tuple(dict.fromkeys(key.service for key in self.keys if key.service))

    @property
    def units(self) -> frozenset[str]:
        """What the row has a price for."""
        return frozenset(key.unit.name for key in self.keys)

    @property
    def counts_tokens(self) -> bool:
        """Whether some kind of token has a price."""
        return any(key.unit.side for key in self.keys)

    def price(self, unit: str) -> Decimal:
        """The standard price of a unit; 0 if it has none."""
        return Decimal(self.entry.get(UNITS[unit].key) or 0)


class Case(NamedTuple):
    """One usage of one row. `route` is the way in which litellm prices such a call."""

    provider: str
    row: str
    kind: str
    route: str
    input_tokens: int = 0
    output_tokens: int = 0
    amounts: tuple[tuple[str, Amount], ...] = ()  # the details of `pricectl.core.Usage`
    service: str = ""
    region: str = ""
    at: datetime | None = None
    size: str = ""

    def amount(self, name: str) -> Amount:
        """How much of one detail the case uses; 0 if none."""
        return dict(self.amounts).get(name, 0)

    @property
    def is_token_batch(self) -> bool:
        """Whether litellm prices it by its calculator of batches."""
        return self.service == "batches" and self.route != "pages"

    @property
    def searches(self) -> int:
        """How many web searches were made, of whatever context."""
        return int(sum(self.amount(unit) for unit in SEARCH_SIZES))


def read_sections(path: Path) -> dict[str, Entry]:
    """Every model's entry by provider and name; members that describe the map are left out.

    A row that says only which row it is an alias of has the entry of that row.
    """
    sections: dict[str, dict[str, Any]] = {}
    models: dict[str, Any] = parse(path.read_bytes())  # type: ignore[assignment]
    for name, own in models.items():
        entry = models[own["alias_of"]] if "alias_of" in own else own
        if name not in {"sample_spec", "fallback_generalizations"}:
            sections.setdefault(entry["litellm_provider"], {})[name] = entry
    return dict(sections)


def catalog_of(sections: Mapping[str, Entry]) -> tuple[Catalog, int]:
    """The catalog of these entries, and how many problems were found in them."""
    problems: list[Problem] = []
    values: Any = {provider: dict(entries) for provider, entries in sections.items()}
    catalog = build(values, problems)
    unread = [part for model in catalog.models for own in model.price_lists for part in own.unread]
    return catalog, len({*problems, *unread})


def row_of(provider: str, name: str, entry: Entry) -> Row:
    """An entry with its prices taken apart, those of its ranges included."""
    ranges = entry.get("tiered_pricing") or ()
    keys = [
        parsed
        for prices in (entry, *ranges)
        for key, price in prices.items()
        for written in ([f"{key}.{part}" for part in price] if isinstance(price, dict) else [key])
        if price is not None and (parsed := parse_key(written))
    ]
    starts = {int(prices["range"][0]) for prices in ranges if "range" in prices}
    thresholds = sorted(({key.above_tokens or 0 for key in keys} | starts) - {0})
    return Row(provider, name, entry, tuple(keys), tuple(thresholds))


def cases_of(row: Row) -> tuple[Case, ...]:
    """Every usage of a row: tokens, images, and what else the table has for its mode."""
    return (*_token_cases(row), *_image_cases(row), *_counted_cases(row))


def token_case(row: Row, kind: str, input_tokens: int = SHORT_TOKENS) -> Case:
    """A kind of token usage of a row, the details in proportion to the input."""
    parts: Mapping[str, Mapping[str, int]] = TABLES["kinds"][kind]
    details = {name: input_tokens * share // 1000 for name, share in parts.get("input", {}).items()}
    amounts = tuple({**details, **parts.get("output", {})}.items())
    output = 0 if row.mode in WITHOUT_OUTPUT else OUTPUT_TOKENS
    route = CALLS.get(row.mode, "completion")
    return Case(row.provider, row.name, kind, route, input_tokens, output, amounts)


def _kinds_of(row: Row) -> Mapping[str, Mapping[str, Any]]:
    """The kinds of token usage that a row is asked about; some only if it prices them."""
    kinds: Mapping[str, Mapping[str, Any]] = TABLES["kinds"]
    asked = (kind for kind in kinds if row.units.issuperset(kinds[kind].get("priced", ())))
    return {kind: kinds[kind] for kind in asked}


def _token_cases(row: Row) -> Iterator[Case]:
    """Every kind of token, short and around each threshold, for each service of the row."""
    # litellm bills a song for every call, whatever its tokens.
    is_song = row.mode == "audio_speech" and "output_image_file" in row.units
    if not row.counts_tokens or row.mode.startswith("image_") or is_song:
        return
    services = ("", *row.services)
    for service in services:
        for length in _lengths(row):
            for kind, parts in _kinds_of(row).items():
                if row.mode not in WITHOUT_OUTPUT or "output" not in parts:
                    yield token_case(row, kind, length)._replace(service=service)
    for service in ("batches", "flex"):
        if service not in services:
            yield token_case(row, "text")._replace(service=service)
    yield token_case(row, "text")._replace(kind="response", route="response")
    yield from _cases_by_region(row)
    if row.entry.get("off_peak_pricing"):
        yield from (token_case(row, "cached")._replace(at=instant) for instant in INSTANTS)
        for kind in _kinds_of(row):
            yield from (token_case(row, kind)._replace(at=HOURS[hour]) for hour in (2, 12))


def _lengths(row: Row) -> tuple[int, ...]:
    return (SHORT_TOKENS, *(length for start in row.thresholds for length in (start, start + 1)))


def _cases_by_region(row: Row) -> Iterator[Case]:
    """Each region that multiplies the row's prices, and the fast mode."""
    own = row.entry.get("provider_specific_entry") or {}
    regions = [region for key, region in REGIONS.items() if key in row.entry]
    regions += ["us"] if "us" in own else []
    for kind in _kinds_of(row):
        for region in (*regions, "elsewhere") if regions else ():
            yield token_case(row, kind)._replace(region=region)
        for region in ("", *regions) if "fast" in own else ():
            yield token_case(row, kind)._replace(service="fast", region=region)
    if "priority" in row.services and "fast" not in (*row.services, *own):
        for length in _lengths(row):  # OpenAI's newer name for it
            yield token_case(row, "cached", length)._replace(service="fast")
    for region in regions:
        for length in _lengths(row)[1:]:
            yield token_case(row, "cached", length)._replace(region=region)
        for service in row.services:
            yield token_case(row, "cached")._replace(region=region, service=service)


def _image_cases(row: Row) -> Iterator[Case]:
    if not row.mode.startswith("image_"):
        return
    named = re.search(r"(\d{3,4})-x-(\d{3,4})", row.name)
    width, height = (int(named[1]), int(named[2])) if named else (1024, 1024)
    units = [unit for unit in IMAGE_UNITS if unit in row.units]
    if any(unit.startswith("output_image_file_") for unit in row.units):
        # Then the price of an input image is that of an edit's, and of no generated one.
        units = [unit for unit in units if not unit.startswith("input")]
    for unit in [unit for unit in units if row.price(unit)][:1] or units[:1]:
        count = 3 * (width * height if unit.endswith("pixel") else 1)
        case = Case(row.provider, row.name, "image", "image", amounts=((unit, count),))
        yield case._replace(size=f"{width}x{height}")
    if any(row.price(unit) for unit in ("input", "output", "output_image")):
        amounts = (("input_image_tokens", 300), ("output_image_tokens", OUTPUT_TOKENS))
        kind = route = "image tokens"
        tokens = (SHORT_TOKENS, OUTPUT_TOKENS)
        yield Case(row.provider, row.name, kind, route, *tokens, amounts)


def _counted_cases(row: Row) -> Iterator[Case]:
    for group in TABLES["counted"]:
        for usage in group["cases"] if fits(row.mode, group["mode"]) else ():
            priced = [
                unit
                for pattern in usage["units"]
                for unit in sorted(row.units)
                if fnmatchcase(unit, pattern)
            ]
            if fits(row.provider, usage.get("provider", [])):
                for unit in priced[:1] if "amounts" in usage or usage.get("once") else priced:
                    yield _counted_case(row, usage, unit)


def _counted_case(row: Row, usage: Mapping[str, Any], unit: str) -> Case:
    tokens = usage.get("tokens") or (usage.get("if_counted", 0) if row.counts_tokens else 0, 0)
    amounts = usage["amounts"] if "amounts" in usage else {unit: usage["amount"]}
    size = re.sub(r".*_(second|file)_?", "", unit)
    return Case(
        provider=row.provider,
        row=row.name,
        kind=usage["kind"].format(unit=unit),
        route=usage.get("route") or CALLS.get(row.mode, "completion"),
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        amounts=tuple(amounts.items()),
        service=usage.get("service", ""),
        size=usage.get("size", "").format(size=size),
    )


def fits(value: str, patterns: Sequence[str]) -> bool:
    """Whether a value fits one of the patterns, if there are any, and none of those after "!".

    >>> fits("xai", ["x*", "!xai"]), fits("xai", ["!openai"]), fits("", ["?*"])
    (False, True, False)
    """
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    found = not wanted or any(fnmatchcase(value, pattern) for pattern in wanted)
    return found and not any(fnmatchcase(value, pattern) for pattern in unwanted)
