"""Fixes what has one right answer in a catalog's text, and proves that no call changes its cost.

A finding is fixed only where nobody has to decide: a price's digits below the picodollar, a comma too
many, an alias that adds nothing. All others are left to a person.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from pricectl.check.evidence.comparison import value_at
from pricectl.check.findings import Finding
from pricectl.check.positions import Positions
from pricectl.check.typing_slips import explain
from pricectl.check.validation import validate
from pricectl.core import document
from pricectl.core.catalog import SCHEMA_MAJOR, Catalog
from pricectl.core.document import Json
from pricectl.core.errors import CatalogError, DocumentError, PricingError
from pricectl.core.json_offsets import line_and_column
from pricectl.core.lookup import find
from pricectl.core.money import is_bounded, pico_usd, shifted
from pricectl.core.pointers import METADATA_POINTER, unescape
from pricectl.core.windows import as_instant, read_day, read_instant
from pricectl.edit import splice
from pricectl.edit.promotion import promote
from pricectl.edit.splice import Edit, Insert, Remove, Replace
from pricectl.policy import Policy

# Float arithmetic is off by parts in a million at most; a larger rounding would change the price.
DIRT = Fraction(1, 10**6)
PICO_DIGITS = 12
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Bounds of the search: how often a text that is not JSON is looked at again, and a catalog.
MAX_SLIPS, MAX_ROUNDS = 200, 5
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)


class NotFixed(PricingError):
    """A fixed text that would not price as before: a bug, so it is not written."""


class Fix(NamedTuple):
    """One thing that was fixed: by which rule, where, and the text before and after.

    `line` is that of the text before the fix; an empty `new` means that it was removed.
    """

    rule: str
    pointer: str
    line: int
    old: str
    new: str


class FixedText(NamedTuple):
    """A catalog's text before and after, and every fix in the order they were made."""

    before: bytes
    text: str
    fixes: tuple[Fix, ...]

    @property
    def data(self) -> bytes:
        """The bytes to be written."""
        return self.text.encode()

    @property
    def changed(self) -> bool:
        """Whether the bytes differ."""
        return bool(self.fixes)


class _Fixing(NamedTuple):
    """A catalog whose findings are fixed: its text, its values, and the day of the fix."""

    text: str
    values: Json
    positions: Positions
    today: date

    def value(self, pointer: str) -> Json | object:
        return value_at(self.values, [unescape(token) for token in pointer.split("/")[1:]])

    def written(self, pointer: str) -> str:
        member = self.positions.member(pointer)
        return self.text[member.start : member.end] if member else ""


def fix_text(data: bytes, policy: Policy, at: date) -> FixedText:
    """Fix what has one right answer, as of a day or instant (UTC).

    Findings that the settings accept stay as they are. Raises DocumentError for bytes that are not a
    text of at most 8 MiB, NotFixed.
    """
    fixes: list[Fix] = []
    bare = data.removeprefix(BYTE_ORDER_MARK)
    if bare != data:
        fixes.append(Fix("encoding", "", 1, "byte order mark", ""))
    text = document.decode(bare)
    text = _as_json(text, fixes)
    before = _loaded(text)
    for _ in range(MAX_ROUNDS):
        new, made = _round(text, policy, at)
        if not made:
            break
        text = new
        fixes += made
    if before:
        _prove(before, Catalog.load(text), at)
    return FixedText(data, text, tuple(fixes))


def _as_json(text: str, fixes: list[Fix]) -> str:
    """The text with its typing slips fixed, as far as they can be; `fixes` gets what was done."""
    for _ in range(MAX_SLIPS):
        try:
            document.parse_text(text, allow_duplicates=True)
        except DocumentError as error:
            if error.rule != "json-syntax":
                return text
            slip = explain(text, error.line, error.column)
            if slip is None or slip.fixed is None or not _is_json_value(slip.fixed):
                return text
            old = text[slip.start : slip.end]
            fixes.append(Fix("json-syntax", "", slip.span.line, old, slip.fixed))
            text = text[: slip.start] + slip.fixed + text[slip.end :]
        else:
            break
    return text


def _is_json_value(fixed: str) -> bool:
    return not fixed or fixed in {"true", "false", "null"} or bool(_JSON_NUMBER.fullmatch(fixed))


def _loaded(text: str) -> Catalog | None:
    try:
        return Catalog.load(text)
    except (DocumentError, CatalogError):
        return None


def _round(text: str, policy: Policy, at: date) -> tuple[str, list[Fix]]:
    """The text with everything fixed that the rules find in it now, and what that was."""
    report = validate(text, "", policy, at, own=False)
    if report.values is None:
        return text, []
    if any(finding.rule == "duplicate-key" for finding in report.findings):
        return _without_duplicates(text, report.positions)
    fixing = _Fixing(text, report.values, report.positions, as_instant(at).date())
    begun = [one for one in report.findings if one.rule == "upcoming-begun"]
    if begun and report.catalog:
        promoted = promote(text, report.catalog, at, report.positions)
        if promoted.rows:
            made = [
                Fix(begun[0].rule, row.pointer, report.positions.key(row.pointer).line, "", "")
                for row in promoted.rows
            ]
            return promoted.text, made
    fixes: list[Fix] = []
    edits: dict[str, Edit] = {}
    for finding in report.findings:
        fixer = FIXERS.get(finding.rule)
        for edit, fix in fixer(fixing, finding) if fixer else ():
            where = edit.parent if isinstance(edit, Insert) else edit.pointer
            if (where, type(edit)) not in edits:
                edits[where] = edit
                fixes.append(fix)
    ordered = sorted(edits.values(), key=_from_the_end)
    return splice.apply(text, ordered), fixes
