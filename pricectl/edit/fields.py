"""The names of a row's fields as people write them, and what each stands for in the row."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple

from pricectl.check import schema
from pricectl.core.catalog import Catalog
from pricectl.core.labels import did_you_mean, service_word
from pricectl.core.model import Model
from pricectl.core.prices import DATED_LISTS, PriceList
from pricectl.core.rates import RateKey
from pricectl.core.units import KNOWN_SERVICES, STANDARD, UNIT_BY_KEY, UNITS, Unit, parse_key
from pricectl.edit.assignments import BadEdit

# Words for units that people use more than the units' names.
UNIT_WORDS = {
    "cached": "cache_read",
    "cache": "cache_read",
    "cache_5m": "cache_write",
    "cache_1h": "cache_write_1h",
    "image": "output_image_file",
}
MemberKind = Literal["boolean", "integer", "number", "text", "list", "json"]
_TIER = re.compile(r"([1-9][0-9]{0,5})k", re.IGNORECASE)
MOST_NEAR = 3


class PriceField(NamedTuple):
    """One price: its unit, tier and service, and the key that a row without it would get."""

    unit: Unit
    above_tokens: int
    service: str
    key: str

    @property
    def rate_key(self) -> RateKey:
        """The price within a price list."""
        return self.unit.name, self.above_tokens, self.service


class PathField(NamedTuple):
    """A price inside a structure of the row, such as off-peak hours, by its path in the list."""

    unit: Unit
    path: str


class ServiceField(NamedTuple):
    """All prices of a service at once, as a share of the standard ones."""

    service: str


class MemberField(NamedTuple):
    """A member of the row that is not a price."""

    key: str
    kind: MemberKind


Field = PriceField | PathField | ServiceField | MemberField


def find_field(word: str, model: Model, catalog: Catalog) -> Field:
    """What a field's name means in a row. Raises BadEdit with near names.

    A unit may be followed by a tier and a service: `input.200k.batch`.
    """
    price = _price_inside(word, model) or _price(word)
    if price:
        return price
    service = service_word(word)
    if service in KNOWN_SERVICES:
        return ServiceField(service)
    if word in DATED_LISTS:
        return MemberField(word, "json")
    kind = member_kind(word, model, catalog)
    if kind:
        return MemberField(word, kind)
    known = (*UNITS, *UNIT_WORDS, *UNIT_BY_KEY, *KNOWN_SERVICES, "batch", *_described())
    raise BadEdit("is not a field of a row", where=f"{word:.80}", next_step=_near(word, known))


def _price_inside(word: str, model: Model) -> PathField | None:
    """A price inside a structure, by its path such as off_peak_pricing/input_cost_per_token."""
    for prices in structure_lists(model.prices) if "/" in word else ():
        for (unit, _, _), (_, path) in prices.rates.items():
            if path == word:
                return PathField(UNITS[unit], path)
    return None


def _price(word: str) -> PriceField | None:
    """A price by its key in the catalog, or by the name of its unit."""
    key = parse_key(word)
    if key:
        return PriceField(key.unit, key.above_tokens, key.service, word)
    # The names of some units have a point themselves.
    unit_word, *parts = [word] if word in UNITS else word.split(".")
    name = UNIT_WORDS.get(unit_word, unit_word)
    return _with_parts(UNITS[name], parts) if name in UNITS else None


def structure_lists(prices: PriceList) -> tuple[PriceList, ...]:
    """The lists inside a price list, whose own prices have paths: off-peak hours, long outputs."""
    return (*((prices.off_peak,) if prices.off_peak else ()), *prices.by_output)


def _with_parts(unit: Unit, parts: Iterable[str]) -> PriceField | None:
    tier, service = 0, STANDARD
    for part in parts:
        found = _TIER.fullmatch(part)
        if found:
            tier = int(found[1]) * 1000
        elif service_word(part) in KNOWN_SERVICES:
            service = service_word(part)
        else:
            return None
    above = f"_above_{tier // 1000}k_tokens" if tier else ""
    key = f"{unit.key}{above}{f'_{service}' if service else ''}"
    return PriceField(unit, tier, service, key)


def member_kind(key: str, model: Model, catalog: Catalog) -> MemberKind | None:
    """What kind of value a member has: by the schema, else as rows have it; None if unknown."""
    definitions = schema.load()["$defs"]
    described = definitions["model"]["properties"].get(key) or definitions["prices"][
        "properties"
    ].get(key)
    if described is None:
        patterns = definitions["model"]["patternProperties"]
        described = next(
            (each for pattern, each in patterns.items() if re.search(pattern, key)), None
        )
    if described is not None:
        while "type" not in described and str(described.get("$ref", "")).startswith("#/$defs/"):
            described = definitions[described["$ref"].rpartition("/")[2]]
        return _KINDS.get(str(described.get("type", "string")), "json")
    for row in (model, *catalog.models):
        value = row.entry.get(key)
        if value is not None:
            kinds: dict[type, MemberKind] = {bool: "boolean", int: "integer", str: "text"}
            return kinds.get(type(value), "json")
    return None


_KINDS: dict[str, MemberKind] = {
    "boolean": "boolean",
    "integer": "integer",
    "number": "number",
    "string": "text",
    "array": "list",
}


@cache
def _described() -> tuple[str, ...]:
    return tuple(schema.described_keys("model"))


def _near(word: str, known: Iterable[str]) -> str:
    from pricectl.core.near import near

    return (
        did_you_mean(*near(word, known, MOST_NEAR))
        or "such as input, output, cached, batch, aliases or retired"
    )
