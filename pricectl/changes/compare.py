"""Two versions of a catalog to their changes, by effect."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.answers import Answers
from pricectl.changes.effort import Efforts
from pricectl.changes.impact import Terms, impacts
from pricectl.changes.layout import reordered, respelled
from pricectl.changes.names import resolution_changes
from pricectl.changes.others import other_changes
from pricectl.changes.periods import in_force
from pricectl.changes.rates import Repricing, repricings, shown
from pricectl.changes.renames import Rename, renamed
from pricectl.changes.rows import Row, Rows, differing, leaves
from pricectl.changes.values import KINDS, Change, Comparison, Impact
from pricectl.changes.version import Version
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.profile import Profile
from pricectl.core.windows import as_instant
from pricectl.policy import DEFAULT_WORKLOADS, Workload

NOTHING = Fraction(0)


def compare(  # noqa: PLR0913 - two versions, all else by keyword
    old: Version,
    new: Version,
    *,
    names: tuple[str, ...] = (),
    workloads: tuple[Workload, ...] = DEFAULT_WORKLOADS,
    profile: Profile | None = None,
    at: date | None = None,
) -> Comparison:
    """Every change from one version to another, the largest relative cost change first.

    `names` are asked for in both beside the catalogs' own; `at` is the day or instant
    whose prices are compared, and those before and after it by their own days (None: the rows as
    they stand).
    """
    if old.data == new.data:
        return Comparison(())
    rows = differing(old.values, new.values)
    instant = None if at is None else as_instant(at)
    efforts = Efforts()
    answers = Answers(old.catalog, new.catalog, efforts.names)
    task = _Task(old, new, instant, efforts, answers)
    changes = tuple(_changes(task, rows, names))
    terms = Terms(workloads, profile or Profile(), instant)
    impact = tuple(impacts(answers, changes, terms, efforts.jobs))
    effect = _effects(changes, impact)
    return Comparison(
        tuple(sorted(changes, key=lambda change: _order(change, effect))),
        tuple(sorted(impact, key=lambda found: -effect[found.provider, found.model])),
        reordered(old.values, new.values),
        respelled(old.data, new.data),
        efforts.left_out,
    )


class _Task(NamedTuple):
    """What is compared as of when, and how much of it."""

    old: Version
    new: Version
    at: datetime | None
    efforts: Efforts
    answers: Answers


def _changes(task: _Task, rows: Rows, names: tuple[str, ...]) -> Iterator[Change]:
    old, new, at, efforts, answers = task
    gone, come = _models(old.catalog, rows.removed), _models(new.catalog, rows.added)
    kept = tuple(zip(_models(old.catalog, rows.kept), _models(new.catalog, rows.kept), strict=True))
    pairs = renamed(gone, come, at, efforts.renames)
    followed = {_place(row) for pair in pairs for row in pair}
    yield from (_removed(row, at) for row in gone if _place(row) not in followed)
    yield from (_added(row, at) for row in come if _place(row) not in followed)
    yield from map(_renamed, pairs)
    same_rows = (*kept, *((pair.old, pair.new) for pair in pairs))
    prices = tuple(_price_changes(task, same_rows))
    yield from (found.change for found in prices)
    places = tuple((_place(before), _place(after)) for before, after in same_rows)
    known = {_place(after): (before, after) for before, after in same_rows}
    differences = leaves(old.values, new.values, places, efforts.nested)
    yield from other_changes(differences, prices, known, at)
    touched = (*gone, *come, *(row for pair in kept for row in pair))
    yield from resolution_changes(answers, touched, pairs, names, at)


def _place(model: Model) -> Row:
    return model.provider, model.name


def _models(catalog: Catalog, rows: Sequence[Row]) -> tuple[Model, ...]:
    by_place = {_place(model): model for model in catalog.models} if rows else {}
    return tuple(by_place[row] for row in rows)


def base_prices(model: Model, at: datetime | None) -> str:
    """What a row charges at its simplest, in words: input and output, else its first price."""
    rates = in_force(model, at).rates
    plain = [at for at in rates if at in (("input", 0, ""), ("output", 0, ""))]
    told = plain or list(rates)[:1]
    return ", ".join(f"{at[0]} {shown(rates[at][0], at[0])}" for at in told) or "no price"


def _removed(model: Model, at: datetime | None) -> Change:
    where, prices = pointer_to(*_place(model)), base_prices(model, at)
    return Change("removed", "warning", model.provider, model.name, "", prices, None, where)


def _added(model: Model, at: datetime | None) -> Change:
    where, prices = pointer_to(*_place(model)), base_prices(model, at)
    return Change("added", "info", model.provider, model.name, "", None, prices, where)


def _renamed(pair: Rename) -> Change:
    old, new = pair
    where = pointer_to(new.provider, new.name)
    return Change("renamed", "info", new.provider, new.name, "name", old.name, new.name, where)


def _price_changes(task: _Task, rows: Sequence[tuple[Model, Model]]) -> Iterator[Repricing]:
    old, new, at, efforts, _ = task
    defaults = old.catalog.default, new.catalog.default
    yield from repricings(*defaults, DEFAULT_PRICING_POINTER, at, efforts)
    for before, after in rows:
        yield from repricings(before, after, pointer_to(*_place(after)), at, efforts)


def _effects(changes: Sequence[Change], impact: Sequence[Impact]) -> Mapping[Row, float]:
    """The largest relative cost change of each row; of a row that no job uses, of its prices."""
    costs: dict[Row, Fraction] = {}
    for found in impact:
        if found.agreed:
            row = found.provider, found.model
            costs[row] = max(costs.get(row, NOTHING), found.move.weight)
    for change in changes:
        row = change.provider, change.model
        weights = [move.weight for move in change.moves] if not costs.get(row) else []
        costs[row] = max([costs.get(row, NOTHING), *weights])
    return {row: float(cost) for row, cost in costs.items()}


def _order(change: Change, effect: Mapping[Row, float]) -> tuple[object, ...]:
    row = change.provider, change.model
    largest = change.largest
    weight = -float(largest.weight) if largest else 0.0
    return -effect[row], *row, KINDS.index(change.kind), weight, change.field
