"""Write the parts of schemas/ that the package's tables decide; the rest is kept as it stands.

    python tools/make_schema.py

Run it after a change of the price keys (`core/units.py`), the budget modes (`core/credits.py`), the
roundings (`core/money.py`), the schema version (`core/catalog.py`) or the findings that can be
acknowledged. A field without a
table, such as a new one of a model's row, is written into the schema by hand. A test holds that the
files are what this script writes.
"""

import json
from collections.abc import Iterable
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from pricectl.check.evidence import ACKNOWLEDGED_RULES
from pricectl.core.catalog import READABLE_MAJORS, SCHEMA_MAJOR
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.money import ROUNDINGS
from pricectl.core.sanity.moves import is_cache
from pricectl.core.units import (
    KNOWN_SERVICES,
    NESTED_KEYS,
    SYNONYMS,
    UNCOUNTED_KEYS,
    UNIT_BY_KEY,
    Unit,
)

FOLDER = Path(__file__).parent.parent / "schemas"
Schema = dict[str, Any]

# Where a report allows one name of a table: the report, the path from the root of its schema, the
# names.
ENUMS: tuple[tuple[str, tuple[str, ...], Iterable[str]], ...] = (
    ("explain", ("$defs", "credits", "properties", "mode"), BUDGET_MODES),
    ("smoke", ("$defs", "call", "properties", "budget_mode"), BUDGET_MODES),
    ("replay", ("properties", "modes", "items"), BUDGET_MODES),
    ("explain", ("$defs", "credits", "properties", "rounding"), ROUNDINGS),
    ("quote", ("$defs", "quote", "properties", "rounding"), ROUNDINGS),
)
# Where a report has an object with a member for each budget mode.
MODE_MEMBERS = {
    "set": ("$defs", "cost", "properties", "credits"),
    "diff": ("$defs", "cost", "properties", "credits"),
    "quote": ("$defs", "quote", "properties", "credits"),
}

# What may follow a price key: a context tier, then a service.
SUFFIX = "(?:_above_[1-9][0-9]{0,5}k_tokens)?(?:_[a-z]+)?"
CACHED = "Cached tokens"
# A family of price keys: its title and the last word of what its units count. Each family is one
# pattern, so that an editor can say what a key of it means.
FAMILIES = {
    CACHED: (),
    "Tokens": ("token",),
    "Characters, queries, requests and sessions": (
        "character",
        "query",
        "request",
        "session",
        "message",
        "search",
    ),
    "Pages": ("page", "credit"),
    "Images and pixels": ("pixel", "image"),
    "Storage": ("files", "vectors"),
    "Seconds": ("second",),
}


def main() -> None:
    """Write the schemas."""
    for path, text in rendered().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.name}")


def rendered() -> dict[Path, str]:
    """The text of every file that this script writes."""
    reports = dict.fromkeys([*(name for name, _, _ in ENUMS), *MODE_MEMBERS])
    schemas = {"catalog": catalog(), **{name: report(name) for name in reports}}
    return {
        FOLDER / f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }


def report(name: str) -> Schema:
    """The schema of a report with the budget modes and roundings of the tables."""
    schema = _read(name)
    for each, path, names in ENUMS:
        if each == name:
            part = reduce(getitem, path, schema)
            part["enum"] = [*names, *([None] if None in part["enum"] else [])]
    if name in MODE_MEMBERS:
        part = reduce(getitem, MODE_MEMBERS[name], schema)
        member = next(iter(part["properties"].values()))  # all modes have the same
        part["properties"] = dict.fromkeys(BUDGET_MODES, member)
        part["required"] = [*BUDGET_MODES]
    return schema


def catalog() -> Schema:
    """The schema of a catalog with the price keys, services and rules of the tables."""
    schema = _read("catalog")
    schema["$id"] = f"urn:pricectl:schema:catalog:{SCHEMA_MAJOR}"
    metadata, prices = schema["$defs"]["metadata"]["properties"], schema["$defs"]["prices"]
    majors = "|".join(READABLE_MAJORS)
    majors = f"(?:{majors})" if len(READABLE_MAJORS) > 1 else majors
    metadata["schema_version"]["pattern"] = rf"^{majors}\.[0-9]+$"
    metadata["acknowledged"]["items"]["properties"]["rule"]["enum"] = [*ACKNOWLEDGED_RULES]
    intro, _, _ = prices["description"].partition("Services: ")
    prices["description"] = f"{intro}Services: {', '.join(KNOWN_SERVICES)}."
    structures = ("tiered_pricing", "off_peak_pricing", "billed_counts")
    by_hand = {key: prices["properties"][key] for key in structures}
    prices["properties"] = {**_price_keys(), **by_hand}
    *_, (no_money, free) = prices["patternProperties"].items()
    prices["patternProperties"] = {
        **{
            pattern: {
                "title": title,
                "description": "USD per unit, with an optional tier and service.",
                "$ref": "#/$defs/price",
            }
            for title, pattern in patterns().items()
        },
        no_money: free,
    }
    return schema


def patterns() -> dict[str, str]:
    """One pattern a family of price keys, by the family's title."""
    nested = tuple(f"{key}." for key in NESTED_KEYS)
    title_of = {noun: title for title, nouns in FAMILIES.items() for noun in nouns}
    families: dict[str, list[str]] = {title: [] for title in FAMILIES}
    for key in (*UNIT_BY_KEY, *SYNONYMS):
        unit = UNIT_BY_KEY[SYNONYMS.get(key, key)]
        noun = unit.counts.rpartition(" ")[2]
        title = CACHED if is_cache(unit.name) else title_of.get(noun, "Other units")
        if not key.startswith(nested):
            families.setdefault(title, []).append(key.replace(".", "\\."))
    return {title: f"^(?:{'|'.join(bases)}){SUFFIX}$" for title, bases in families.items()}


def _price_keys() -> Schema:
    """A description for each price key; its type comes from the pattern of its family."""
    uncounted = {
        "description": "Not counted by a quote: a cloud's own units, not USD.",
        "type": "number",
        "minimum": 0,
    }
    return {
        **{
            key: {"description": f"USD per {_counts(unit)}."}
            for key, unit in UNIT_BY_KEY.items()
            if not key.startswith(NESTED_KEYS)
        },
        **{name: {"description": f"Another spelling of {key}."} for name, key in SYNONYMS.items()},
        **dict.fromkeys(UNCOUNTED_KEYS, uncounted),
        **{key: _nested(key) for key in NESTED_KEYS},
    }


def _counts(unit: Unit) -> str:
    """What a price buys, in words."""
    return unit.counts if unit.divisible or unit.priced_by == 1 else f"1,000 {unit.counts}s"


def _nested(key: str) -> Schema:
    return {
        "title": key.replace("_", " ").capitalize(),
        "description": "USD each, by size or kind.",
        "type": "object",
        "properties": {
            own.partition(".")[2]: {
                "title": unit.counts,
                "description": f"USD per {unit.counts}.",
                "$ref": "#/$defs/price",
            }
            for own, unit in UNIT_BY_KEY.items()
            if own.startswith(f"{key}.")
        },
        "additionalProperties": False,
    }


def _read(name: str) -> Schema:
    schema: Schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


if __name__ == "__main__":
    main()
