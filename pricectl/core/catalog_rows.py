"""Reads the rows of the document: the models of each section, and the default price.

Apart from the catalog, which indexes the rows and does not know how they are written.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.entries import (
    ALIAS_OF,
    MAX_NAME,
    has_prices,
    read_aliases,
    read_model,
    read_prices,
)
from pricectl.core.model import Model
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.prices import Entry, Problem

# Top-level members that hold no models.
RESERVED = ("$schema", "metadata", "pricing_notes")
MAX_ALIAS_DEPTH = 8
DEFAULT_PRICING: Mapping[str, Json] = MappingProxyType(
    {
        "input_cost_per_token": document.parse("1e-06"),
        "output_cost_per_token": document.parse("2e-06"),
    }
)
DEFAULT_PROVIDER = "default"


def read_models(root: Entry, problems: list[Problem]) -> Iterator[Model]:
    """Every row of the document's sections; what is not a row is added to `problems`.

    A row that only names another row of its section is an alias of that.
    """
    for provider, section in root.items():
        if provider in RESERVED:
            continue
        if not isinstance(section, dict):
            message = "the provider's section is not an object"
            problems.append(Problem(pointer_to(provider), message))
            continue
        aliases = _aliases_by_target(section)
        for name, entry in section.items():
            pointer = pointer_to(provider, name)
            if not isinstance(entry, dict):
                problems.append(Problem(pointer, "the model's entry is not an object"))
            elif not name or len(name) > MAX_NAME:
                problems.append(Problem(pointer, f"names have 1 to {MAX_NAME} characters"))
            elif _target(name, section) == name:
                more = aliases.get(name, ())
                yield read_model(provider, name, entry, pointer, problems, more)


def _aliases_by_target(section: Entry) -> dict[str, list[str]]:
    """The rows that only name another row of their section, with their aliases, by its name."""
    found: dict[str, list[str]] = {}
    for name, entry in section.items():
        if (
            isinstance(entry, dict)
            and ALIAS_OF in entry
            and (target := _target(name, section)) != name
        ):
            found.setdefault(target, []).extend((name, *read_aliases(entry)))
    return found


def _target(name: str, section: Entry) -> str:
    """The row that answers for a name: itself, or the one that its `alias_of` leads to.

    A name whose `alias_of` leads to no row or in a circle answers for itself, and so does one with
    `alias_of` and prices, since only one of the two can be meant: such a row is not understood.
    """
    target, entry = name, section[name]
    for _ in range(MAX_ALIAS_DEPTH):
        if not isinstance(entry, dict) or entry.get(ALIAS_OF) is None:
            return target if isinstance(entry, dict) else name
        if has_prices(entry):
            return target
        target = str(entry[ALIAS_OF])
        entry = section.get(target)
    return name


def read_default(metadata: Entry, problems: list[Problem]) -> Model:
    """The row that answers for unknown names: the file's `default_pricing`, or the built-in one."""
    pointer = DEFAULT_PRICING_POINTER if "default_pricing" in metadata else ""
    entry = metadata.get("default_pricing", DEFAULT_PRICING)
    if not isinstance(entry, Mapping):
        problems.append(Problem(DEFAULT_PRICING_POINTER, "default_pricing is not an object"))
        entry = DEFAULT_PRICING
    prices = read_prices(entry, pointer, problems)
    if not prices.rates:
        prices = read_prices(DEFAULT_PRICING, "", problems)
    return Model(
        DEFAULT_PROVIDER, DEFAULT_PROVIDER, MappingProxyType(entry), prices, pointer=pointer
    )
