"""Reads a team's old price list, and says where its prices are wrong against the reference.

Three shapes are read: a catalog with a section a provider, LiteLLM's map of model names, and the
table of `MODEL_PRICING` with "input" and "output" in USD per 1M tokens.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import RESERVED, build
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError
from pricectl.core.labels import catalog_number, label
from pricectl.core.model import Model
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import FAMILIES, seller_of
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import Problem
from pricectl.core.rates import RateKey
from pricectl.core.units import parse_key
from pricectl.core.windows import day_text
from pricectl.edit.notation import MTOK_EXPONENT
from pricectl.edit.starting import DEFAULT_PRICE, default_price_text

# Members of LiteLLM's map that are not models.
NOT_MODELS = frozenset({"sample_spec", "fallback_generalizations"})
NOT_ENTRIES = NOT_MODELS | frozenset(RESERVED)
TABLE_SIDES = ("input", "output")
TABLE_DEFAULT = "default"
# The section of a row whose seller nobody knows.
UNKNOWN_SELLER = "other"
# How near a ratio must be to a power of ten to be called a slip of the unit.
NEAR_POWER = Fraction(2, 100)
MAX_POWER = 12
SLIPS = {
    6: "written per 1M tokens, not per token",
    3: "written per 1,000 tokens, not per token",
    2: "written in cents, not in dollars",
}


class OldRow(NamedTuple):
    """A row of the old list: what was read of it, its JSON text, and whether it can be charged.

    `seller_told`: the list says who sells it; else its section is a guess by its name.
    """

    model: Model
    text: str
    readable: bool = True
    seller_told: bool = True


class OldPrices(NamedTuple):
    """The rows of an old list, and what it says of unknown names, as JSON text."""

    rows: tuple[OldRow, ...]
    default_price: str = DEFAULT_PRICE


class OldDifference(NamedTuple):
    """A price of the old list that is not the one of the reference.

    `name` is the old row's. `slip` says how the unit was mistaken, `until` the day until which the
    old price was right; both are empty where that does not explain it.
    """

    name: str
    key: RateKey
    old_pico_usd: int
    new_pico_usd: int
    slip: str = ""
    until: str = ""

    @property
    def price_label(self) -> str:
        """Which price, as people say it."""
        return label(*self.key)


def read_old_prices(text: str) -> OldPrices | None:
    """The old list in a JSON text; None for JSON of another kind, such as a usage log.

    Raises DocumentError for what is not a single JSON document.
    """
    values = document.parse_text(text, allow_duplicates=True)
    shape = _shape(values) if isinstance(values, dict) else None
    if shape is None or not isinstance(values, dict):
        return None
    sections = values if shape == "catalog" else _sections(values, shape)
    problems: list[Problem] = []
    catalog = build(sections, problems)
    broken = {"/".join(problem.pointer.split("/")[:3]) for problem in problems}
    positions = Positions(text)
    rows = []
    for model in catalog.models:
        pointer = model.pointer if shape == "catalog" else pointer_to(model.name)
        member = positions.member(pointer) if shape != "table" else None
        written = text[member.start : member.end] if member else _prices_text(model.entry)
        told = shape == "catalog" or "litellm_provider" in model.entry
        readable = model.pointer not in broken and _is_strict(written)
        rows.append(OldRow(model, written, readable, told))
    default = DEFAULT_PRICE
    if shape == "catalog":
        default = default_price_text(text, positions, catalog)
    elif shape == "table" and isinstance(entry := values.get(TABLE_DEFAULT), dict):
        default = _prices_text(_from_table(entry))
    return OldPrices(tuple(rows), default)


def _is_strict(written: str) -> bool:
    """Whether a row's text can stand in a catalog: no key twice."""
    try:
        document.parse(written)
    except DocumentError:
        return False
    return True


def _sections(values: Mapping[str, Json], shape: str) -> dict[str, Json]:
    """The rows of a list without sections, in the sections of their sellers."""
    sections: dict[str, dict[str, Json]] = {}
    for name, entry in values.items():
        if name in NOT_ENTRIES or name == TABLE_DEFAULT or not isinstance(entry, dict):
            continue
        row = _from_table(entry) if shape == "table" else entry
        sections.setdefault(_section(name, entry), {})[name] = row
    return {**sections}


def differences(old: Model, new: Model) -> Iterator[OldDifference]:
    """Every price that both rows have at another amount."""
    for key, (old_pico, _) in old.prices.rates.items():
        own = new.prices.rates.get(key)
        if own is None or own[0] == old_pico:
            continue
        until = next(
            (day_text(end) for end, was in reversed(new.previous) if _is(was.rates, key, old_pico)),
            "",
        )
        yield OldDifference(old.name, key, old_pico, own[0], _slip(old_pico, own[0]), until)


def _is(rates: Mapping[RateKey, tuple[int, str]], key: RateKey, pico_usd: int) -> bool:
    own = rates.get(key)
    return own is not None and own[0] == pico_usd


def _slip(old: int, new: int) -> str:
    """How the unit was mistaken: the ratio of the prices is a power of ten."""
    if not old or not new:
        return ""
    for power in range(1, MAX_POWER + 1):
        for ratio, direction in ((Fraction(old, new), "high"), (Fraction(new, old), "low")):
            if abs(ratio / 10**power - 1) <= NEAR_POWER:
                if direction == "high" and power in SLIPS:
                    return SLIPS[power]
                return f"{10**power:,} times too {direction}"
    return ""


def _shape(values: Mapping[str, Json]) -> str | None:
    """What kind of list a document is: catalog, map or table; None for none of them."""
    members = {key: value for key, value in values.items() if key not in NOT_ENTRIES}
    entries = [member for member in members.values() if isinstance(member, dict)]
    # A record of a usage log has texts and numbers beside its objects; a price list has none.
    if not entries or len(entries) != len(members):
        return None
    if all(_is_number(entry.get(side)) for entry in entries for side in TABLE_SIDES):
        return "table"
    if any(map(_has_price, entries)):
        return "map"
    rows = (row for entry in entries for row in entry.values() if isinstance(row, dict))
    return "catalog" if any(map(_has_price, rows)) else None


def _has_price(entry: Mapping[str, Json]) -> bool:
    return any(parse_key(key) for key in entry)


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _section(name: str, entry: Mapping[str, Json]) -> str:
    """The section of a row that stood in none."""
    told = entry.get("litellm_provider")
    if isinstance(told, str) and told and seller_of(told) not in RESERVED:
        return seller_of(told)
    reading = read_name(name)
    return reading.seller or FAMILIES.get(reading.base.split("-", 1)[0], UNKNOWN_SELLER)


def _from_table(entry: Mapping[str, Json]) -> dict[str, Json]:
    """A row of `MODEL_PRICING` as a row of a catalog."""
    return {
        f"{side}_cost_per_token": Decimal(value).scaleb(-MTOK_EXPONENT)
        for side in TABLE_SIDES
        if isinstance(value := entry.get(side), (int, Decimal)) and not isinstance(value, bool)
    }


def _prices_text(entry: Mapping[str, Json]) -> str:
    """Prices as a catalog writes them, on one line."""
    pairs = (
        f"{json.dumps(key)}: {catalog_number(price)}"
        for key, price in entry.items()
        if isinstance(price, (int, Decimal))
    )
    return f"{{{', '.join(pairs)}}}"
