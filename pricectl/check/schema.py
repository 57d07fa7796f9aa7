"""Holds a catalog against its JSON Schema, fast.

A row is valid if and only if each of its members alone is (the schema has only per-member
keywords there, a test holds that), and rows repeat their members a lot, so jsonschema is asked
about each distinct member once.
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
from pricectl.check.violations import Violation, findings, kind, no_object, shorten
from pricectl.core.catalog import RESERVED
from pricectl.core.document import Json, Unreadable
from pricectl.core.pointers import pointer_to
from pricectl.packaged import packaged_file

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

FILE = "schemas/catalog.schema.json"


@cache
def load() -> dict[str, Any]:
    """The schema of a catalog."""
    text = packaged_file(FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return schema


def described_keys(*definitions: str) -> frozenset[str]:
    """The keys that the schema describes by name in those of its definitions."""
    definitions_of = load()["$defs"]
    return frozenset(key for name in definitions for key in definitions_of[name]["properties"])


def check(values: Json) -> Iterator[Finding]:
    """Every place where a document has not the shape of a catalog."""
    if not isinstance(values, dict):
        yield WRONG_SHAPE.finding("", f"a catalog is an object, this is {kind(values)}", "")
        return
    speller = price_speller()
    reserved = {key: values[key] for key in RESERVED if key in values}
    yield from chain.from_iterable(_judged(validator(""), reserved, speller).values())
    rows: list[tuple[str, dict[str, Json]]] = []
    for provider, section in values.items():
        if provider not in RESERVED:
            yield from _sorted_out(provider, section, rows)
    refused = _refused([entry for _, entry in rows])
    for pointer, entry in rows if refused else ():
        for key, value in entry.items():
            for finding in refused.get(_identity(key, value), ()):
                yield finding._replace(pointer=pointer + finding.pointer)


def _sorted_out(
    provider: str, section: Json, rows: list[tuple[str, dict[str, Json]]]
) -> Iterator[Finding]:
    """Adds a section's rows to `rows`; what is no row is a finding."""
    where = pointer_to(provider)
    if not isinstance(section, dict):
        yield no_object(where, f"the provider {provider!r}", section)
        return
    for name, entry in section.items():
        pointer = where + pointer_to(name)
        if isinstance(entry, dict):
            rows.append((pointer, entry))
        else:
            yield no_object(pointer, "the model", entry)


# A member of a row: equal members are valid alike. The type tells True from 1 and 1.0.
_Identity = tuple[str, type, object]


def _identity(key: str, value: Json) -> _Identity:
    kind_of = type(value)
    if kind_of is dict or kind_of is list:
        return key, kind_of, repr(value)
    return key, kind_of, value


def _refused(entries: Iterable[dict[str, Json]]) -> dict[_Identity, list[Finding]]:
    """The members that the schema refuses in any row, with their findings.

    The distinct members are packed into as few rows as hold them all, one value a key.
    """
    distinct: dict[_Identity, Json] = {}
    for entry in entries:
        for key, value in entry.items():
            distinct[_identity(key, value)] = value
    packs: list[dict[str, Json]] = []
    depth: Counter[str] = Counter()
    for key, _, _ in distinct:
        depth[key] += 1
    packs = [{} for _ in range(max(depth.values(), default=0))]
    for (key, _, _), value in distinct.items():
        depth[key] -= 1
        packs[depth[key]][key] = value
    judge, speller = validator("/$defs/model"), price_speller()
    return {
        _identity(key, pack[key]): said
        for pack in packs
        for key, said in _judged(judge, pack, speller).items()
    }


def _judged(
    judge: "Validator", members: dict[str, Json], speller: Speller
) -> dict[str, list[Finding]]:
    """What jsonschema says about the members of an object, by key."""
    said: dict[str, dict[tuple[str, str], Finding]] = {}
    for key, value in members.items():
        for finding in _unreadable(value, pointer_to(key)):
            said.setdefault(key, {})[finding.rule, finding.pointer] = finding
    readable: Any = {key: _readable(value) for key, value in members.items()} if said else members
    for error in judge.iter_errors(readable):
        for key, finding in findings(_violation(error), speller):
            said.setdefault(key, {})[finding.rule, finding.pointer] = finding
    return {key: list(found.values()) for key, found in said.items()}


def _violation(error: "ValidationError") -> Violation:
    said: Any = error
    path = tuple(str(step) for step in error.absolute_path)
    return Violation(path, said.validator, said.validator_value, said.instance, said.schema)


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
        message = f"{shorten(value.literal)} is no number that can be counted with"
        yield NUMBER_NOT_FINITE.finding(pointer, message)
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _unreadable(member, pointer + pointer_to(key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _unreadable(member, f"{pointer}/{index}")


def _readable(value: Json) -> Json:
    """The value with a harmless number in the place of each unreadable one."""
    if isinstance(value, Unreadable):
        return 0
    if isinstance(value, dict):
        return {key: _readable(member) for key, member in value.items()}
    return [_readable(member) for member in value] if isinstance(value, list) else value
