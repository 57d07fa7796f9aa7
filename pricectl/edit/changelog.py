"""Adds price changes to a changelog in the form of Keep a Changelog, every other byte kept."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from pricectl.changes import Change
from pricectl.changes.change import ROW_KINDS
from pricectl.core.labels import clean
from pricectl.core.units import UNITS, is_token_unit
from pricectl.edit.assignments import BadEdit
from pricectl.edit.splice import line_end

HEADING = "### Prices"
_UNRELEASED = re.compile(r"^## +\[?unreleased\]?[^\n]*(?:\n|\Z)", re.IGNORECASE | re.MULTILINE)
_NEXT_RELEASE = re.compile(r"^## ", re.MULTILINE)
_PRICES = re.compile(r"^### +Prices[ \t]*\r?\n", re.MULTILINE)
_NEXT_PART = re.compile(r"^#{2,3} ", re.MULTILINE)


def price_entries(changes: Iterable[Change]) -> list[str]:
    """A line for each row that changed, its prices in USD per 1M tokens or per unit."""
    entries = []
    rows = [change for change in changes if change.kind in ROW_KINDS]
    for name, found in groupby(rows, key=lambda change: change.full_name):
        entries.append(f"- {_code(name)}: {'; '.join(map(_words, found))}.")
    return entries


def _words(change: Change) -> str:
    if change.price is None:
        old, new = change.old or "none", change.new or "none"
        known = {"added": "new", "removed": "removed", "renamed": f"was {_code(old)}"}
        return known.get(change.kind) or f"{_code(change.field)} {_code(old)} → {_code(new)}"
    price = change.price
    per = "" if is_token_unit(price.unit) else f" per {UNITS[price.unit].counts}"
    tier = f" above {price.above_tokens // 1000}k" if price.above_tokens else ""
    parts = (price.service, price.region, price.period)
    where = tier + "".join(f", {clean(part)}" for part in parts if part)
    return f"{price.unit}{per}{where} {change.old or 'none'} → {change.new or 'none'}"


def _code(name: str) -> str:
    """A name that Markdown shows as it is."""
    return f"`{clean(name).replace('`', chr(39))}`"


def with_entries(text: str, entries: Sequence[str], name: str) -> str:
    """The changelog with lines at the end of the price section of what is not released yet.

    Raises BadEdit where it has no such part.
    """
    unreleased = _UNRELEASED.search(text)
    if unreleased is None:
        step = "add the heading '## [Unreleased]'"
        raise BadEdit("has no part for what is not released", where=name, next_step=step)
    start, end = unreleased.end(), line_end(text)
    after = _NEXT_RELEASE.search(text, start)
    stop = after.start() if after else len(text)
    block = "".join(f"{entry}{end}" for entry in entries)
    prices = _PRICES.search(text, start, stop)
    if prices is None:
        kept = text[:stop].rstrip("\r\n")
        behind = f"{end}{text[stop:]}" if text[stop:] else ""
        return f"{kept}{end}{end}{HEADING}{end}{end}{block}{behind}"
    part = _NEXT_PART.search(text, prices.end(), stop)
    last = part.start() if part else stop
    kept = text[:last].rstrip("\r\n")
    gap = f"{end}{end}" if kept.endswith(text[prices.start() : prices.end()].strip()) else end
    behind = f"{end}{text[last:]}" if text[last:] else ""
    return f"{kept}{gap}{block}{behind}"
