"""The findings that have one right answer, each with the edit that is the answer.

A table of rules: `validate --fix` does what it says here and nothing else. No entry changes what a
call costs, except that a price which could not be read becomes one that can.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from pricectl.check.evidence.comparison import value_at
from pricectl.check.findings import Finding
from pricectl.check.positions import Positions
from pricectl.core.catalog import SCHEMA_MAJOR, Catalog
from pricectl.core.document import MAX_NUMBER_CHARACTERS
from pricectl.core.money import pico_usd, plain_decimal, shifted
from pricectl.core.pointers import METADATA_POINTER, unescape
from pricectl.core.windows import read_day, read_instant
from pricectl.edit.splice import Edit, Insert, Remove, Replace

# Float arithmetic is off by parts in a million at most; a larger rounding would change the price.
MOST_DIRT = Fraction(1, 10**6)
PICO_DIGITS = 12
JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
_EXPONENT = re.compile(r"[eE]([-+]?\d+)$", re.ASCII)


class Fixing(NamedTuple):
    """What a fixer may look at: the text and values of the catalog, and the day of the fix."""

    text: str
    values: object
    positions: Positions
    catalog: Catalog
    today: date

    def value(self, pointer: str) -> object:
        """The value at a pointer; None if there is none."""
        return value_at(self.values, [unescape(token) for token in pointer.split("/")[1:]])

    def written(self, pointer: str) -> str:
        """The text of the value at a pointer; empty if there is none."""
        member = self.positions.member(pointer)
        return self.text[member.start : member.end] if member else ""


Fixer = Callable[[Fixing, Finding], Iterator[Edit]]


def _without_dirt(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    """A price without the digits below the picodollar, which no reader charges."""
    written, price = fixing.written(finding.pointer), fixing.value(finding.pointer)
    if not isinstance(price, Decimal):
        return
    rounded = pico_usd(price)
    exact = Fraction(price) * 10**PICO_DIGITS
    # A rate that really has more digits is charged rounded; only its publisher knows the right one.
    if rounded and abs(exact - rounded) <= rounded * MOST_DIRT:
        yield Replace(
            finding.pointer, spelled_alike(Decimal(rounded).scaleb(-PICO_DIGITS), written)
        )


def spelled_alike(number: Decimal, literal: str) -> str:
    """A number with the exponent that another spelling of it has.

    >>> spelled_alike(Decimal("2.5e-06"), "2.5000000000000002e-06")
    '2.5e-06'
    """
    exponent = _EXPONENT.search(literal)
    if exponent is None or abs(int(exponent[1])) > MAX_NUMBER_CHARACTERS:
        return shifted(number, 0)
    return f"{shifted(number, -int(exponent[1]))}{exponent[0]}"


def _as_number(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    """A price that is a number in quotes, without them."""
    value = fixing.value(finding.pointer)
    if isinstance(value, str) and JSON_NUMBER.fullmatch(value) and plain_decimal(value) is not None:
        yield Replace(finding.pointer, value)


def _without_alias(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    del fixing
    yield Remove(finding.pointer)


def _newest_verified(fixing: Fixing) -> date | None:
    """The newest day on which a row was verified, if it is not in the future."""
    verified = (model.entry.get("verified_on") for model in fixing.catalog.models)
    texts = {value for value in verified if isinstance(value, str)}
    newest = max(filter(None, map(read_day, texts)), default=None)
    return newest if newest and newest <= fixing.today else None


def _last_updated(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    """The day of the last edit is at least that on which a row was last verified."""
    newest = _newest_verified(fixing)
    if newest:
        yield Replace(finding.pointer, json.dumps(f"{newest}"))


def _metadata(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    """The metadata that is known: the file's format, its currency, and when a row was verified."""
    newest = _newest_verified(fixing)
    if newest is None:
        return
    if finding.pointer:
        yield Insert(METADATA_POINTER, json.dumps(f"{newest}"), "last_updated", 0)
    elif not isinstance(fixing.values, dict) or "metadata" not in fixing.values:
        members = {
            "last_updated": f"{newest}",
            "currency": "USD",
            "schema_version": f"{SCHEMA_MAJOR}.0",
        }
        yield Insert("", json.dumps(members), "metadata", 0)


def _currency(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    """Dollars in small letters are dollars."""
    value = fixing.value(finding.pointer)
    if isinstance(value, str) and value.strip().upper() == "USD":
        yield Replace(finding.pointer, '"USD"')


def _sources(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    """The pages that the rows name."""
    metadata = fixing.value(METADATA_POINTER)
    named = (model.entry.get("source") for model in fixing.catalog.models)
    pages = list(dict.fromkeys(page for page in named if isinstance(page, str) and page))
    if not pages or not isinstance(metadata, dict):
        return
    text = json.dumps(pages, ensure_ascii=False)
    where = f"{finding.pointer}/sources"
    yield (
        Replace(where, text) if "sources" in metadata else Insert(METADATA_POINTER, text, "sources")
    )


def _in_order(fixing: Fixing, finding: Finding) -> Iterator[Edit]:
    """Dated prices of one list, the earliest first."""
    listed = finding.pointer.rpartition("/")[0].rpartition("/")[0]
    bound = finding.pointer.rpartition("/")[2]
    periods = fixing.value(listed)
    instants = [
        read_instant(period.get(bound)) if isinstance(period, dict) else None
        for period in (periods if isinstance(periods, list) else ())
    ]
    known = [instant for instant in instants if instant]
    if len(known) != len(instants) or known == sorted(known):
        return  # lists that overlap, or a date that cannot be read
    order = sorted(range(len(known)), key=known.__getitem__)
    for index, source in enumerate(order):
        if index != source:
            yield Replace(f"{listed}/{index}", fixing.written(f"{listed}/{source}"))


# What is fixed in a text that parses. Before that, `fixing` makes JSON of it, and promotes prices.
FIXERS: Mapping[str, Fixer] = MappingProxyType(
    {
        "float-dirt": _without_dirt,
        "price-type": _as_number,
        "alias-redundant": _without_alias,
        "last-updated-behind": _last_updated,
        "metadata-missing": _metadata,
        "currency": _currency,
        "sources-missing": _sources,
        "periods-out-of-order": _in_order,
    }
)
