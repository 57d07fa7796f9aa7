"""The edits of a proposal: prices and other members of rows that lists agree on, and new rows."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.structures import UPLIFT_KEYS
from pricectl.core.units import NESTED_KEYS, UNITS, price_key
from pricectl.core.windows import as_instant, read_day
from pricectl.edit.adding import RowPlace, insert_row
from pricectl.edit.assignments import Assignment, BadEdit, RowRequest
from pricectl.edit.engine import edit_catalog
from pricectl.edit.price_words import price_literal
from pricectl.edit.row_plan import RowPlan, plan_row
from pricectl.edit.row_text import RowText
from pricectl.edit.splice import Edit
from pricectl.feeds.differences import PriceDrift
from pricectl.feeds.new_rows import AgreedRow
from pricectl.feeds.proposal import Difference
from pricectl.feeds.rows import LIMITS, UNTIL

_FROM = "from "
OFF_PEAK = "off-peak"


class UnwrittenValue(NamedTuple):
    """A proposed value that cannot be written as an edit, and why."""

    drift: Difference
    reason: str


class ProposedEdits(NamedTuple):
    """The edits of existing rows, one after the other.

    `written` are the values that they write, `plans` the rows as they change.
    """

    edits: tuple[Edit, ...]
    written: tuple[Difference, ...]
    unwritten: tuple[UnwrittenValue, ...]
    plans: tuple[RowPlan, ...]


class _Step(NamedTuple):
    """One request with the values that it writes."""

    request: RowRequest
    values: tuple[Difference, ...]


def proposed_edits(
    version: CatalogVersion, positions: Positions, values: Iterable[Difference], today: date
) -> ProposedEdits:
    """Plan the values of every row; one that cannot be written is left out, with the reason."""
    unwritten: list[UnwrittenValue] = []
    waiting = [list(_steps(own, today, unwritten)) for own in _by_row(values)]
    text = document.decode(version.data)
    edits: list[Edit] = []
    written: list[Difference] = []
    plans: list[RowPlan] = []
    # Several requests of one row follow one another, each in the text that the one before leaves.
    while any(waiting):
        together: list[Edit] = []
        for steps in filter(None, waiting):
            step = steps.pop(0)
            row = RowText(text, positions, version.catalog.by_full_name[step.request.model])
            try:
                plan = plan_row(row, version.catalog, step.request, today)
            except BadEdit as error:
                unwritten += [UnwrittenValue(one, error.what) for one in step.values]
                continue
            together += plan.edits
            written += step.values
            plans.append(plan)
        edits += together
        if any(waiting) and together:
            edited = edit_catalog(version, together, positions)
            version, text = edited.after, edited.text
            positions = Positions(text)
    return ProposedEdits(tuple(edits), tuple(written), tuple(unwritten), tuple(plans))


def _by_row(values: Iterable[Difference]) -> Iterator[list[Difference]]:
    rows: dict[str, list[Difference]] = {}
    for drift in values:
        rows.setdefault(drift.model.full_name, []).append(drift)
    yield from rows.values()


def _steps(
    values: Sequence[Difference], today: date, unwritten: list[UnwrittenValue]
) -> Iterator[_Step]:
    """The requests of one row: what holds now, then what is announced, day by day."""
    model = values[0].model
    now, later = list[tuple[Difference, Assignment]](), dict[date, list[Difference]]()
    begun = model.list_at(as_instant(today)) is not model.prices
    for drift in values:
        period = drift.period if isinstance(drift, PriceDrift) else ""
        start = read_day(period.removeprefix(_FROM)) if period.startswith(_FROM) else None
        reason = _unwritable(drift, begun=begun)
        if reason:
            unwritten.append(UnwrittenValue(drift, reason))
        elif start:
            later.setdefault(start, []).append(drift)
        else:
            now.append((drift, _assignment(drift)))
    if now:
        request = RowRequest(model.full_name, tuple(word for _, word in now))
        yield _Step(request, tuple(drift for drift, _ in now))
    for start, own in sorted(later.items()):
        words = tuple(map(_assignment, own))
        yield _Step(RowRequest(model.full_name, words, starts=start), tuple(own))


def _unwritable(drift: Difference, *, begun: bool) -> str:
    """Why a value is left to a person; "" where it can be written."""
    if not isinstance(drift, PriceDrift):
        known = (*LIMITS, "deprecation_date", "successor")
        return "" if _member_key(drift) or drift.member in known else "has no key of its own"
    if drift.period.startswith(UNTIL):
        return "is a former price; compare both days"
    if begun and not drift.period.startswith(_FROM):
        return "the row's announced prices have begun; run 'pricectl fmt' first"
    if drift.key[1] % 1000:
        return "the tier is not of whole thousands"
    return ""


def _assignment(drift: Difference) -> Assignment:
    """The value as a field of `set`."""
    if not isinstance(drift, PriceDrift):
        return Assignment(_member_key(drift) or drift.member, "=", drift.majority.value)
    is_own = drift.ours is not None and "/" not in drift.member
    field = drift.member if is_own or drift.period == OFF_PEAK else price_key(*drift.key)
    unit = UNITS[drift.key[0]]
    amount = price_literal(drift.majority.value, "1e-06" if unit.is_token else "0.1", unit)
    return Assignment(field, "=", amount)


def _member_key(drift: Difference) -> str:
    """The key of a regional factor, which a difference names by its word; "" for other members."""
    key = drift.pointer.rpartition("/")[2]
    return key if key in UPLIFT_KEYS else ""


def new_row_edit(row: AgreedRow, version: CatalogVersion, text: str) -> Edit:
    """The edit that adds a row to its section: in the order of names, if that has it, else last."""
    place = RowPlace(row.model.provider, row.model.name)
    provider = _provider_word(version.catalog, row.model.provider)
    return insert_row(_row_text(row, provider), place, version.values, text)


def _provider_word(catalog: Catalog, section: str) -> str:
    """What all rows of a section call their seller; "" where they differ or say nothing.

    Gateways call some makers by the word of our section (qwen/NAME), and the row tells them apart.
    """
    rows = (row.entry for row in catalog.models if row.provider == section)
    words = {entry["litellm_provider"] for entry in rows if "litellm_provider" in entry}
    word = words.pop() if len(words) == 1 else ""
    return word if isinstance(word, str) else ""


def _row_text(row: AgreedRow, provider: str) -> str:
    """A row in the catalog's layout: its prices, then what else lists say."""
    prices: dict[str, str | dict[str, str]] = {}
    for drift in row.prices:
        unit = UNITS[drift.key[0]]
        literal = price_literal(drift.majority.value, None, unit)
        parent, _, name = price_key(*drift.key).partition(".")
        nested = prices.setdefault(parent, {}) if parent in NESTED_KEYS and name else None
        if isinstance(nested, dict):
            nested[name] = literal
        else:
            prices[price_key(*drift.key)] = literal
    lines = [f"  {json.dumps(key)}: {_price_text(value)}" for key, value in prices.items()]
    rest: dict[str, Json] = {"mode": row.mode} if row.mode else {}
    if provider:
        rest["litellm_provider"] = provider
    for member in row.members:
        value = member.majority.value
        rest[member.member] = int(value) if member.member in LIMITS else value
    if row.source:
        rest["source"] = row.source
    lines += [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in rest.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _price_text(value: str | dict[str, str]) -> str:
    if isinstance(value, str):
        return value
    return f"{{{', '.join(f'{json.dumps(name)}: {price}' for name, price in value.items())}}}"
