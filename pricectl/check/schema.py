"""Checks a catalog against its JSON Schema, fast.

A row is valid if and only if each of its members alone is valid: the schema has only keywords for
single members there, which a test proves. Rows repeat many members, so jsonschema checks each
distinct member once.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from pricectl.check.findings import Finding
from pricectl.check.rules.prices import NUMBER_NOT_FINITE
from pricectl.check.rules.shape import WRONG_SHAPE
from pricectl.check.spelling import Speller, price_speller
from pricectl.check.violations import Violation, findings, kind, not_an_object, shorten
from pricectl.core.catalog import RESERVED
from pricectl.core.document import Json, Unreadable
from pricectl.core.pointers import pointer_to
from pricectl.core.units import is_price_like
from pricectl.packaged import packaged_bytes

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

FILE = "schemas/catalog.schema.json"


# The schema is the one file that this package reads; the catalog and the settings are handed in.
@cache
def load() -> dict[str, Any]:
    """The packaged schema of a catalog; numbers with a point are Decimal, as in the catalog."""
    text = packaged_bytes(FILE).decode()
    schema: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return schema


def described_keys(*definitions: str) -> frozenset[str]:
    """The keys that the schema describes by name in those of its definitions."""
    definitions_of = load()["$defs"]
    return frozenset(key for name in definitions for key in definitions_of[name]["properties"])


def check(values: Json) -> Iterator[Finding]:
    """All schema violations of a document, as findings."""
    if not isinstance(values, dict):
        hint = "begin it with {, and put a section for each provider into it"
        yield WRONG_SHAPE.finding("", f"a catalog is an object, this is {kind(values)}", hint)
        return
    speller = price_speller()
    reserved = {key: values[key] for key in RESERVED if key in values}
    yield from chain.from_iterable(_violations(validator(""), reserved, speller).values())
    rows: list[tuple[str, dict[str, Json]]] = []
    for provider, section in values.items():
        if provider in RESERVED:
            continue
        where = pointer_to(provider)
        if not isinstance(section, dict):
            yield not_an_object(where, f"the provider {provider!r}", section)
            continue
        yield from _not_rows(where, provider, section)
        rows += [
            (where + pointer_to(name), entry)
            for name, entry in section.items()
            if isinstance(entry, dict)
        ]
    invalid = _invalid_members([entry for _, entry in rows])
    for pointer, entry in rows if invalid else ():
        for key, value in entry.items():
            for finding in invalid.get(_identity(key, value), ()):
                yield finding._replace(pointer=pointer + finding.pointer)


def _not_rows(pointer: str, provider: str, section: dict[str, Json]) -> Iterator[Finding]:
    """What a section has beside its rows; one finding if it is a row without a section."""
    others = {name: entry for name, entry in section.items() if not isinstance(entry, dict)}
    if any(map(is_price_like, others)):
        message = f"the model {shorten(provider, 80)!r} stands where a provider's section does"
        hint = 'put it into the section of its provider: {"openai": {"gpt-4o": {...}}}'
        yield WRONG_SHAPE.finding(pointer, message, hint, on_key=True)
        return
    for name, entry in others.items():
        yield not_an_object(pointer + pointer_to(name), "the model", entry)


# A member of a row. Equal members are equally valid; the type tells True from 1 and 1.0.
_Identity = tuple[str, type, object]


def _identity(key: str, value: Json) -> _Identity:
    kind_of = type(value)
    if kind_of is dict or kind_of is list:
        return key, kind_of, repr(value)
    return key, kind_of, value


def _invalid_members(entries: Iterable[dict[str, Json]]) -> dict[_Identity, list[Finding]]:
    """The members that are invalid in any row, with their findings.

    The distinct members are packed into as few rows as possible, one value a key, because each
    call of jsonschema costs as much as many members.
    """
    distinct: dict[_Identity, Json] = {}
    for entry in entries:
        for key, value in entry.items():
            distinct[_identity(key, value)] = value
    left = Counter(key for key, _, _ in distinct)
    packs: list[dict[str, Json]] = [{} for _ in range(max(left.values(), default=0))]
    for (key, _, _), value in distinct.items():
        left[key] -= 1
        packs[left[key]][key] = value
    of_row, speller = validator("/$defs/model"), price_speller()
    return {
        _identity(key, pack[key]): found
        for pack in packs
        for key, found in _violations(of_row, pack, speller).items()
    }


def _violations(
    schema: "Validator", members: dict[str, Json], speller: Speller
) -> dict[str, list[Finding]]:
    """The findings about the members of an object, by key, one for each rule and pointer."""
    found: dict[str, dict[tuple[str, str], Finding]] = {}
    for key, value in members.items():
        for finding in _unreadable(value, pointer_to(key)):
            found.setdefault(key, {})[finding.rule, finding.pointer] = finding
    # jsonschema cannot compare an unreadable number; it has its finding already.
    readable: Any = {key: _readable(value) for key, value in members.items()} if found else members
    error: Any
    for error in schema.iter_errors(readable):
        path = tuple(str(step) for step in error.absolute_path)
        violation = Violation(
            path, error.validator, error.validator_value, error.instance, error.schema
        )
        for key, finding in findings(violation, speller):
            found.setdefault(key, {})[finding.rule, finding.pointer] = finding
    return {key: list(each.values()) for key, each in found.items()}


# Built once a process; whether the schema itself is valid is a matter for the tests.
@cache
def validator(definition: str) -> "Validator":
    """A validator for the whole catalog or one of the schema's definitions."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    schema = load()
    if definition:
        schema = {key: schema[key] for key in ("$schema", "$id", "$defs")}
        schema["$ref"] = f"#{definition}"
    made: Validator = extend(Draft202012Validator, type_checker=types)(schema)  # type: ignore[no-untyped-call]
    return made


def _is_integer(_: object, value: object) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _unreadable(value: Json, pointer: str) -> Iterator[Finding]:
    if isinstance(value, Unreadable):
        message = f"{shorten(value.literal)} is not a usable number"
        yield NUMBER_NOT_FINITE.finding(pointer, message)
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _unreadable(member, pointer + pointer_to(key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _unreadable(member, f"{pointer}/{index}")


def _readable(value: Json) -> Json:
    """The value with a zero in the place of each unreadable number."""
    if isinstance(value, Unreadable):
        return 0
    if isinstance(value, dict):
        return {key: _readable(member) for key, member in value.items()}
    return [_readable(member) for member in value] if isinstance(value, list) else value
