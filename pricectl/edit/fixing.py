"""Fixes what has one right answer in a catalog's text, and proves that no call changes its cost.

A finding is fixed only where nobody has to decide. All others are left to a person.
"""

import json
from datetime import date
from typing import NamedTuple

from pricectl.check.findings import Finding
from pricectl.check.fixed import Fix, FixedText
from pricectl.check.positions import Member, Positions
from pricectl.check.typing_slips import explain
from pricectl.check.validation import validate
from pricectl.check.validation_report import ValidationReport
from pricectl.core import document
from pricectl.core.catalog import Catalog, build
from pricectl.core.errors import CatalogError, DocumentError, PricingError
from pricectl.core.lookup import find
from pricectl.core.pointers import unescape
from pricectl.core.windows import as_instant
from pricectl.edit import splice
from pricectl.edit.engine import edited_text
from pricectl.edit.fixers import FIXERS, JSON_NUMBER, Fixing
from pricectl.edit.formatting import same_prices_over_time
from pricectl.edit.promotion import promote
from pricectl.edit.splice import Edit, Insert, Remove, Replace
from pricectl.policy import Policy

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# How often a text that is not JSON is looked at again, and one that is.
MAX_SLIPS, MAX_ROUNDS = 200, 20
WORDS = frozenset({"", "true", "false", "null"})
# The rules that are fixed before the others can be, by other means than an edit of a value.
TEXT_RULES = ("encoding", "json-syntax", "duplicate-key", "upcoming-begun")
FIXED_RULES = (*TEXT_RULES, *FIXERS)


class NotFixed(PricingError):
    """A fixed text that would not price as before: a bug, so it is not written."""


def fix_text(data: bytes, policy: Policy, at: date) -> FixedText:
    """Fix what has one right answer, as of a day or instant (UTC).

    Findings that the settings accept stay as they are. Raises DocumentError for bytes that are not
    a text of at most 8 MiB, NotFixed.
    """
    fixes: list[Fix] = []
    bare = data.removeprefix(BYTE_ORDER_MARK)
    if bare != data:
        fixes.append(Fix("encoding", "", 1, "a byte order mark", ""))
    text = _as_json(document.decode(bare), fixes)
    before = _loaded(text)
    for _ in range(MAX_ROUNDS):
        text, made = _round(text, policy, at)
        if not made:
            break
        fixes += made
    if before and fixes:
        _prove(before, text)
    return FixedText(data, text, tuple(fixes))


def _as_json(text: str, fixes: list[Fix]) -> str:
    """The text with its typing slips fixed as far as they can be; `fixes` gets what was done."""
    for _ in range(MAX_SLIPS):
        try:
            document.parse_text(text, allow_duplicates=True)
        except DocumentError as error:
            slip = explain(text, error.line, error.column) if error.rule == "json-syntax" else None
            fixed = slip.fixed if slip else None
            if (
                slip is None
                or fixed is None
                or not (fixed in WORDS or JSON_NUMBER.fullmatch(fixed))
            ):
                return text
            old = text[slip.start : slip.end]
            fixes.append(Fix("json-syntax", "", slip.span.line, old, fixed))
            text = f"{text[: slip.start]}{fixed}{text[slip.end :]}"
        else:
            break
    return text


def _loaded(text: str) -> Catalog | None:
    try:
        return Catalog.load(text)
    except (DocumentError, CatalogError):
        return None


def _round(text: str, policy: Policy, at: date) -> tuple[str, list[Fix]]:
    """The text with everything fixed that the rules find in it now, and what that was."""
    report = validate(text, "", policy, at, own=False)
    rules = {finding.rule for finding in report.findings}
    if "duplicate-key" in rules:
        return _without_duplicates(text, report.positions)
    if "upcoming-begun" in rules and report.catalog:
        new, rows, _ = promote(text, report.catalog, at, report.positions)
        if rows:
            positions = report.positions
            return new, [
                Fix(
                    "upcoming-begun",
                    row.pointer,
                    positions.key(row.pointer).line,
                    f"announced from {', '.join(row.begun)}",
                    "the row's own price",
                )
                for row in rows
            ]
    return _with_edits(text, report, at) if report.values is not None else (text, [])


def _with_edits(text: str, report: ValidationReport, at: date) -> tuple[str, list[Fix]]:
    catalog = report.catalog or build(report.values, [])
    day = as_instant(at).date()
    fixing = Fixing(text, report.values, report.positions, catalog, day)
    fixes: list[Fix] = []
    edits: dict[str, Edit] = {}
    for finding in report.findings:
        for edit in FIXERS[finding.rule](fixing, finding) if finding.rule in FIXERS else ():
            where = _pointer(edit)
            if where not in edits:
                edits[where] = edit
                fixes.append(_fix(finding, edit, fixing))
    # Later items of a list first, so that the pointers of the others stay.
    ordered = sorted(edits.items(), key=lambda item: _order(*item))
    return edited_text(text, [edit for _, edit in ordered], report.positions), fixes


def _pointer(edit: Edit) -> str:
    return f"{edit.parent}/{edit.key}" if isinstance(edit, Insert) else edit.pointer


def _order(pointer: str, edit: Edit) -> tuple[int, int]:
    """Replacements first, then removals from the end of each list, then what is new."""
    last = pointer.rpartition("/")[2]
    index = int(last) if last.isdecimal() else 0
    return isinstance(edit, Remove) + 2 * isinstance(edit, Insert), -index


def _fix(finding: Finding, edit: Edit, fixing: Fixing) -> Fix:
    pointer = _pointer(edit)
    line = fixing.positions.value(pointer).line
    new = edit.value if isinstance(edit, (Insert, Replace)) else ""
    return Fix(finding.rule, pointer, line, fixing.written(pointer), new)


def _without_duplicates(text: str, positions: Positions) -> tuple[str, list[Fix]]:
    """The text without members that repeat a later member of the same name and value."""
    splices: list[splice.Splice] = []
    fixes: list[Fix] = []
    for pointer, _, _ in positions.duplicates():
        members = positions.members(pointer.rpartition("/")[0])
        key = unescape(pointer.rpartition("/")[2])
        same = [member for member in members if member.key == key]
        values = [_value(text, member) for member in same]
        if any(value != values[-1] for value in values):
            continue  # a person must choose
        for member in same[:-1]:
            # The text up to the next member, which exists because the name comes again.
            end = members[members.index(member) + 1].key_start
            if any(start < end and member.key_start < stop for start, stop, _ in splices):
                continue  # inside a member that goes as a whole, or found already
            splices.append((member.key_start, end, ""))
            line = positions.span(member.key_start, member.end).line
            fixes.append(Fix("duplicate-key", pointer, line, text[member.start : member.end], ""))
    return splice.splice(text, splices), fixes


def _value(text: str, member: Member) -> object:
    """The value of a member, numbers as they are written, so that 1 is not true."""
    return json.loads(
        text[member.start : member.end], parse_int=_WrittenNumber, parse_float=_WrittenNumber
    )


class _WrittenNumber(NamedTuple):
    """A number as it is written."""

    literal: str


def _prove(before: Catalog, text: str) -> None:
    """Check that every name costs what it cost before, at all times. Raises NotFixed."""
    after = Catalog.load(text)
    names = (*before.by_full_name, *before.names, *before.aliases)
    changed = next(
        (
            name
            for name in names
            if not same_prices_over_time(find(before, name).model, find(after, name).model)
        ),
        None,
    )
    if changed is not None or not before.default.charges_like(after.default):
        raise NotFixed("fixing would change a price", where=changed or "default_pricing")
