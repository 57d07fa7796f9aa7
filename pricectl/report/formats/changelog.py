"""The price section of a release, in the Markdown of Keep a Changelog.

By provider: models that are new, whose prices changed, that are retired, renamed or gone.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from pricectl.changes import CatalogVersion, Change, PriceRef
from pricectl.changes.diff import DiffResult
from pricectl.changes.rates import rate_text
from pricectl.core.labels import count, grouped, plural, short_rate
from pricectl.core.model import Model
from pricectl.core.units import UNITS, is_token_unit
from pricectl.history.timeline import TOKEN_UNITS
from pricectl.report import changes as change_text
from pricectl.report.formats.markdown_tables import code

# A release's notes are read by people: the rest is counted, and `diff -v` has it.
MAX_LINES, MAX_PRICES = 200, 6
ORDER = ("New", "Changed", "Retired", "Renamed", "Removed")


def diff(result: DiffResult) -> str:
    """The section of all price changes between two versions."""
    entries = sorted(_entries(result), key=lambda entry: (entry[0], ORDER.index(entry[1])))
    lines = ["### Prices", ""]
    if not entries:
        return "\n".join([*lines, "No price changes."])
    for provider, group in groupby(entries[:MAX_LINES], key=lambda entry: entry[0]):
        lines += [f"#### {code(provider)}", ""]
        lines += [f"- {kind}: {sentence}" for _, kind, sentence in group]
        lines.append("")
    left_out = len(entries) - MAX_LINES
    if left_out > 0:
        lines += [f"And {plural(left_out, 'more model')}; `pricectl diff -v` lists all.", ""]
    if any("($" in line for line in lines):
        lines += ["In parentheses: charged without a price of its own.", ""]
    return "\n".join(lines).rstrip("\n")


def _entries(result: DiffResult) -> Iterator[tuple[str, str, str]]:
    """Provider, kind and sentence of each model that changed."""
    old, new = result.base.version, result.head.version
    before, after = _rows(old), _rows(new)
    found = result.compared.comparison
    for change in found.of("added", "removed", "renamed"):
        kind = {"added": "New", "removed": "Removed", "renamed": "Renamed"}[change.kind]
        words = code(change.model)
        if change.kind == "renamed":
            words = f"{code(change.old or '')} is now {words}"
        elif change.kind == "added":
            words += _offer(after[change.full_name])
        yield change.provider, kind, words
    repriced: dict[tuple[str, str], list[Change]] = {}
    for change in found.of("repriced"):
        if not change.only_text and change.price and change.provider:
            repriced.setdefault((change.provider, change.model), []).append(change)
    for (provider, model), changes in repriced.items():
        yield provider, "Changed", f"{code(model)}: {_prices(changes)}"
    for name, row in after.items():
        was = before.get(name)
        if was and row.is_retired and not was.is_retired:
            yield row.provider, "Retired", code(row.name) + _successor(row)


def _rows(version: CatalogVersion) -> dict[str, Model]:
    return {model.full_name: model for model in version.catalog.models}


def _offer(row: Model) -> str:
    """What a new row costs: the usual token prices, else the first of its own."""
    base = {unit: pico for unit in UNITS if (pico := row.prices.base_rate(unit)) is not None}
    tokens = [unit for unit in TOKEN_UNITS if unit in base]
    rates = [f"{unit} ${grouped(rate_text(base[unit], unit))}" for unit in tokens]
    words = f"{', '.join(rates)} per 1M" if rates else ""
    if base and not rates:
        unit = next(iter(base))
        words = short_rate(base[unit], unit)
    retired = " (retired)" if row.is_retired else ""
    return f"{retired}: {words}" if words else retired


def _successor(row: Model) -> str:
    successor = row.entry.get("successor")
    return f", use {code(successor)}" if isinstance(successor, str) and successor else ""


def _prices(changes: Iterable[Change]) -> str:
    every = sorted(changes, key=_place)
    words = [_price(change) for change in every[:MAX_PRICES]]
    if len(every) > MAX_PRICES:
        words.append(f"{count(len(every) - MAX_PRICES)} more prices")
    return ", ".join(words)


def _place(change: Change) -> tuple[bool, bool, int, int]:
    """Standard prices first, in the order of the units; then services, tiers and dated prices."""
    price = change.price or PriceRef("")
    units = list(UNITS)
    return bool(price.period), bool(price.service), price.above_tokens, units.index(price.unit)


def _price(change: Change) -> str:
    old, new = change_text.old_and_new(change)
    unit = change.price.unit if change.price else ""
    per = " per 1M" if is_token_unit(unit) else ""
    moved = change_text.percent_text(change.largest)
    values = f"{_dollars(old)} -> {_dollars(new)}{per}"
    return f"{code(change_text.price_label(change))} {values}{f' ({moved})' if moved else ''}"


def _dollars(text: str) -> str:
    if text == change_text.NO_PRICE:
        return text
    return f"(${text[1:]}" if text.startswith("(") else f"${text}"
