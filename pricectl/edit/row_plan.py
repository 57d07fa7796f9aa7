"""Works out the edits of one row: its prices, then what vouched for them, then the rest.

A plan is made from the row as it stands; several plans of one row are made one after the other.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from pricectl.check.evidence.provenance import VOUCHERS
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import DATED_LISTS, PriceList
from pricectl.core.units import STANDARD, UNITS, Unit
from pricectl.core.windows import as_instant
from pricectl.edit.assignments import NONE, Assignment, BadEdit, RowRequest
from pricectl.edit.fields import MemberField, find_field
from pricectl.edit.member_words import added, member_json, removed
from pricectl.edit.planned_prices import PlannedPrices
from pricectl.edit.price_words import price_literal
from pricectl.edit.promotion import is_of_prices
from pricectl.edit.row_checks import check_dates, check_not_begun, check_once
from pricectl.edit.row_text import RowText
from pricectl.edit.siblings import Dependent, PriceEdit, siblings
from pricectl.edit.splice import Edit


class RowPlan(NamedTuple):
    """The edits of one row, and the prices that they change.

    `base` is the JSON Pointer of the list that the prices are in: the row or a dated list.
    `following` are the paths of those among them that only keep their ratio to another one.
    `confirmed` are the paths of those that were set to the price they have. `siblings` depend on
    the changed ones and keep their price. `dropped` are the vouchers that go, because
    they vouch for the old price. `notes` say what was done otherwise than written, `left_out` which
    assignments of a pattern the row has no value for.
    """

    model: Model
    edits: tuple[Edit, ...]
    base: str
    moves: tuple[PriceEdit, ...] = ()
    siblings: tuple[Dependent, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    following: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()


def plan_row(
    row: RowText, catalog: Catalog, request: RowRequest, today: date, *, in_pattern: bool = False
) -> RowPlan:
    """The edits that a request makes of a row. Raises BadEdit.

    `in_pattern`: the row is one of many, so that what it does not have is neither changed by a
    percentage nor taken out, but left out.
    """
    model, notes = row.model, list[str]()
    fields = [(find_field(one.field, model, catalog), one) for one in request.assignments]
    check_once(fields)
    members = [(field, one) for field, one in fields if isinstance(field, MemberField)]
    prices = list_to_change(model, request.starts)
    price_words = [(field, one) for field, one in fields if not isinstance(field, MemberField)]
    check_dates(request, members, bool(price_words), today)
    if price_words:
        check_not_begun(model, request, today)
    planned = PlannedPrices(prices, notes, lenient=in_pattern)
    planned.assign(price_words)
    left = tuple(siblings(model, prices, planned.moves))
    following = tuple(one.place.path for one in left) if request.siblings else ()
    if request.siblings:
        planned.keep_ratios(left)
        left = ()
    altered = any(_alters_prices(row, field, one) for field, one in members)
    base, dropped = _write_all(row, prices, planned.moves, request, altered=altered)
    if planned.moves:
        notes += _later_lists(model, request)
    # A name that is added takes the place of the last one that goes.
    for field, assignment in sorted(members, key=lambda each: each[1].operator == "-="):
        if in_pattern and assignment.removes and field.key not in row.keys(model.pointer):
            planned.left_out.append(str(assignment))
        else:
            _member(row, field, assignment, notes)
    if request.source:
        row.put_member("source", json.dumps(request.source, ensure_ascii=False))
    return RowPlan(
        model,
        tuple(row.edits),
        base,
        tuple(planned.moves),
        left,
        dropped,
        tuple(notes),
        tuple(planned.left_out),
        following,
        tuple(planned.confirmed),
    )


def plan_copy(
    row: RowText, following: Sequence[Dependent], request: RowRequest, today: date
) -> RowPlan:
    """The edits of a row whose prices follow those of another row; dated as the request says."""
    model = row.model
    check_not_begun(model, request, today)
    prices = list_to_change(model, request.starts)
    moves = [one.move for one in following]
    left = tuple(siblings(model, prices, moves))
    if request.siblings:
        moves += [one.move for one in left]
        left = ()
    own = request._replace(assignments=(), source="", verified=None)
    base, dropped = _write_all(row, prices, moves, own)
    notes = tuple(_later_lists(model, request))
    plan = RowPlan(model, tuple(row.edits), base, tuple(moves), left, dropped, notes)
    return plan._replace(following=tuple(move.path for move in moves))


def _write_all(
    row: RowText,
    prices: PriceList,
    moves: Sequence[PriceEdit],
    request: RowRequest,
    *,
    altered: bool = False,
) -> tuple[str, tuple[str, ...]]:
    """Write the changed prices where the request's date puts them: where, and what went.

    `altered`: the request changes prices of the row as members, too, and not one by one.
    """
    base = _target(row, request, prices) if moves else row.model.pointer
    own = base == row.model.pointer
    if moves and own and request.ended:
        _archive(row, request.ended)
    for move in moves:
        _write(row, prices, base, move)
    return base, _vouchers(row, request, moved=(bool(moves) and own) or altered)


def _alters_prices(row: RowText, field: MemberField, assignment: Assignment) -> bool:
    """Whether a member is one of prices, such as off-peak hours, and gets another value."""
    if not is_of_prices(field.key):
        return False
    written = row.literal(row.model.pointer + pointer_to(field.key))
    return assignment.removes or written != member_json(field, assignment.value)


def _later_lists(model: Model, request: RowRequest) -> Iterable[str]:
    """What the edit does not reach: whole lists of prices that begin later."""
    later = [
        f"{instant.date()}"
        for instant, _ in model.upcoming
        if request.starts is None or instant > as_instant(request.starts)
    ]
    if later:
        days = " and ".join(later)
        yield f"{model.full_name}: the prices announced for {days} stay; --from DATE changes them"


def list_to_change(model: Model, starts: date | None) -> PriceList:
    """The list that the changes start from: the row's own, or the one in force at a later day."""
    if starts is None:
        return model.prices
    begun = [prices for instant, prices in model.upcoming if instant <= as_instant(starts)]
    return begun[-1] if begun else model.prices


def _write(row: RowText, prices: PriceList, base: str, move: PriceEdit) -> None:
    if move.new_pico_usd is None:
        row.remove_price(base, move.path)
        return
    unit = UNITS[move.key[0]]
    there = move.old_pico_usd is not None
    like = row.literal(prices.pointer_to(move.path)) if there else _row_style(row, prices, unit)
    row.put_price(base, move.path, price_literal(move.new_pico_usd, like, unit), is_there=there)


def _row_style(row: RowText, prices: PriceList, unit: Unit) -> str | None:
    """How a price of the same kind is written in the list."""
    for (name, tier, service), (_, path) in prices.rates.items():
        if not tier and service == STANDARD and UNITS[name].is_token == unit.is_token:
            pointer = prices.pointer_to(path)
            if pointer:
                return row.literal(pointer)
    return None


def _target(row: RowText, request: RowRequest, prices: PriceList) -> str:
    """Where the prices are written: the row, or its announced list of the day, made if needed."""
    if request.starts is None:
        return row.model.pointer
    day, upcoming = request.starts, row.model.upcoming
    if prices.kind == "upcoming" and prices.start == as_instant(day):
        return prices.pointer
    members = row.price_members(prices.pointer)
    position = sum(instant < as_instant(day) for instant, _ in upcoming)
    base = row.insert_dated("upcoming", position, f'"from": "{day}"', [text for _, text in members])
    row.set_keys(base, ["from", *(key for key, _ in members)])
    return base


def _archive(row: RowText, ended: date) -> None:
    """The row's prices as they are, moved to `previous`."""
    previous = row.model.previous
    if previous and previous[-1][0] >= as_instant(ended):
        last = previous[-1][0].date()
        raise BadEdit(
            "is not after the last earlier prices",
            where=f"--was {ended}",
            next_step=f"those held until {last}",
        )
    members = row.price_members(row.model.pointer)
    row.insert_dated(
        "previous", len(previous), f'"until": "{ended}"', [text for _, text in members]
    )


def _vouchers(row: RowText, request: RowRequest, *, moved: bool) -> tuple[str, ...]:
    """Date the row as verified, or take out what vouched for the old price."""
    if request.verified:
        row.put_member("verified_on", json.dumps(f"{request.verified}"))
    named = {one.field for one in request.assignments}
    dropped = [
        name
        for name in VOUCHERS
        if moved
        and name in row.keys(row.model.pointer)
        and name not in named
        and not (name == "verified_on" and request.verified)
    ]
    for name in dropped:
        row.remove_member(name)
    return tuple(dropped)


def _member(row: RowText, field: MemberField, assignment: Assignment, notes: list[str]) -> None:
    key = field.key
    there = key in row.keys(row.model.pointer)
    if assignment.removes:
        if not there:
            raise BadEdit("is not in the row", where=f"{key}={NONE}")
        row.remove_member(key)
    elif key in DATED_LISTS:
        step = (
            "announce prices with --from DATE, keep old ones with --was DATE; "
            f"{key}={NONE} takes them out"
        )
        raise BadEdit("is a list of dated prices", where=key, next_step=step)
    elif assignment.operator == "=":
        value = member_json(field, assignment.value)
        if there and row.literal(row.model.pointer + pointer_to(key)) == value:
            notes.append(f"{key} is {assignment.value} already")
        else:
            row.put_member(key, value)
    else:
        edit = added if assignment.operator == "+=" else removed
        edit(row, field, assignment)
