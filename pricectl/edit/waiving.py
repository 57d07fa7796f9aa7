"""Writes down that a finding is accepted: in the catalog for a price, else in the settings.

Every other byte stays. A price's acknowledgement stands in the catalog, so that it reaches
production together with the price.
"""

import json
import tomllib
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pricectl.check.evidence import ACKNOWLEDGED_RULES
from pricectl.check.evidence.comparison import value_at
from pricectl.check.positions import Positions
from pricectl.check.waivers import accepted_value
from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.errors import PricingError
from pricectl.core.labels import catalog_number
from pricectl.core.pointers import METADATA_POINTER, unescape
from pricectl.core.sanity.acknowledgements import POINTER as ACKNOWLEDGED_POINTER
from pricectl.core.sanity.acknowledgements import Value
from pricectl.edit import splice
from pricectl.edit.splice import Insert, Remove, Replace

# The only control character that JSON may have as it is and TOML may not.
_DELETE, _DELETE_ESCAPED = "\x7f", "\\u007f"


class NotWaived(PricingError):
    """A finding that cannot be accepted as it was asked."""


class Acceptance(NamedTuple):
    """What is accepted: the finding's rule and place, why, since and until when."""

    rule: str
    pointer: str
    reason: str
    day: date
    expires: date | None = None

    @property
    def in_catalog(self) -> bool:
        """Whether it is an acknowledgement in the catalog; else a waiver in the settings."""
        return self.rule in ACKNOWLEDGED_RULES


def acknowledged(text: str, accepted: Acceptance) -> str:
    """The catalog's text with an acknowledgement of a price finding.

    One of the same rule and place is replaced: it accepted another value. Raises NotWaived, or
    DocumentError for what is not a catalog.
    """
    values, positions = document.parse_text(text), Positions(text)
    metadata = values.get("metadata") if isinstance(values, dict) else None
    if not isinstance(values, dict) or not isinstance(metadata, (dict, type(None))):
        raise NotWaived("cannot hold an acknowledgement", where=METADATA_POINTER)
    line = _line(accepted, _value_text(text, positions, values, accepted))
    if metadata is None:
        block = f'{{"acknowledged": [{line}]}}'
        return splice.apply(text, [Insert("", block, "metadata", 0)], positions)
    listed = metadata.get("acknowledged")
    if listed is None:
        edit = Insert(METADATA_POINTER, _list(text, positions, line), "acknowledged")
        return splice.apply(text, [edit], positions)
    if not isinstance(listed, list):
        raise NotWaived("is not a list", where=ACKNOWLEDGED_POINTER)
    for index, item in enumerate(listed):
        named = (item.get("rule"), item.get("pointer")) if isinstance(item, dict) else ()
        if named == (accepted.rule, accepted.pointer):
            edit_same = Replace(f"{ACKNOWLEDGED_POINTER}/{index}", line)
            return splice.apply(text, [edit_same], positions)
    return splice.apply(text, [Insert(ACKNOWLEDGED_POINTER, line)], positions)


def acknowledged_values(
    text: str, accepted: Acceptance, values: Sequence[Value], stated: Collection[Value]
) -> str:
    """The catalog's text with an acknowledgement of each value that price lists have at a place.

    Earlier ones of the place go if no list has their value any more; `stated` are those that lists
    have. Raises as `acknowledged`.
    """
    document_values = document.parse_text(text)
    root = document_values if isinstance(document_values, dict) else {}
    metadata = root.get("metadata")
    if not isinstance(metadata, dict):
        raise NotWaived("cannot hold an acknowledgement", where=METADATA_POINTER)
    listed = metadata.get("acknowledged", [])
    if not isinstance(listed, list):
        raise NotWaived("is not a list", where=ACKNOWLEDGED_POINTER)
    outdated = [
        index
        for index, item in enumerate(listed)
        if isinstance(item, dict)
        and (item.get("rule"), item.get("pointer")) == (accepted.rule, accepted.pointer)
        and (item.get("value") not in stated or item.get("value") in values)
    ]
    edits: list[splice.Edit] = [
        Remove(f"{ACKNOWLEDGED_POINTER}/{index}") for index in reversed(outdated)
    ]
    for index, value in enumerate(values):
        line = _line(accepted, "null" if value is None else catalog_number(value))
        is_first = not index and "acknowledged" not in metadata
        edits.append(
            Insert(METADATA_POINTER, _list(text, Positions(text), line), "acknowledged")
            if is_first
            else Insert(ACKNOWLEDGED_POINTER, line)
        )
    return splice.apply(text, edits)


def _list(text: str, positions: Positions, line: str) -> str:
    """A list with one acknowledgement: each on a line of its own, as a reviewer reads them."""
    metadata = positions.member(METADATA_POINTER)
    if not metadata or "\n" not in text[metadata.start : metadata.end]:
        return f"[{line}]"
    end = splice.line_end(text)
    return f"[{end}{splice.indent_unit(text)}{line}{end}]"


def _value_text(text: str, positions: Positions, values: Json, accepted: Acceptance) -> str:
    """The accepted value as the catalog spells it."""
    path = [unescape(token) for token in accepted.pointer.split("/")[1:]]
    value, member = value_at(values, path), positions.member(accepted.pointer)
    number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return text[member.start : member.end] if number and member else "null"


def _line(accepted: Acceptance, value: str) -> str:
    """An acknowledgement as JSON."""
    entry = {
        "rule": toml_text(accepted.rule),
        "pointer": toml_text(accepted.pointer),
        "value": value,
        "reason": toml_text(accepted.reason),
        "date": toml_text(f"{accepted.day}"),
    }
    if accepted.expires:
        entry["expires"] = toml_text(f"{accepted.expires}")
    return f"{{{', '.join(f'{json.dumps(key)}: {member}' for key, member in entry.items())}}}"


def waived(settings: str, accepted: Acceptance, values: Json, *, heading: str, file: str) -> str:
    """The text of the settings with a waiver at its end; `values` is the parsed catalog.

    `heading` is that of a waiver in this file, such as "tool.pricectl.waivers". Raises NotWaived if
    the file cannot have a table at its end.
    """
    end = "\r\n" if "\r\n" in settings else "\n"
    value = accepted_value(values, accepted.pointer)
    members = [
        f"rule = {toml_text(accepted.rule)}",
        f"pointer = {toml_text(accepted.pointer)}",
        f"value = {toml_text(value) if isinstance(value, str) else _number(value)}",
        f"reason = {toml_text(accepted.reason)}",
        *([f"expires = {accepted.expires}"] if accepted.expires else []),
    ]
    block = "".join(line + end for line in (f"[[{heading}]]", *members))
    gap = "" if not settings else end if settings.endswith("\n") else end * 2
    added = f"{settings}{gap}{block}"
    path = heading.split(".")
    try:
        *listed, _ = _at(_parsed(added), path)
    except (ValueError, TypeError):
        listed = None
    if listed != (_at(_parsed(settings), path) or []):
        raise NotWaived(
            "has its waivers or its settings in one line, where no table can follow",
            where=file,
            next_step=f"add to its list `waivers` by hand: {{ {', '.join(members)} }}",
        )
    return added


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def _at(table: Any, path: list[str]) -> Any:
    for name in path:
        table = table.get(name) if isinstance(table, dict) else None
    return table


def toml_text(value: str) -> str:
    """A text as JSON, and as TOML, whose basic strings are the same."""
    return json.dumps(value, ensure_ascii=False).replace(_DELETE, _DELETE_ESCAPED)


def _number(value: bool | int | Decimal) -> str:  # noqa: FBT001 - a value, not an option
    return str(value).lower()
