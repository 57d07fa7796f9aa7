"""Two versions of a catalog to their changes, by effect. Floor 1."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from pricectl.changes.impact import Terms, impacts
from pricectl.changes.layout import reordered, respelled
from pricectl.changes.names import DEFAULT_POINTER, resolution_changes
from pricectl.changes.others import other_changes
from pricectl.changes.rates import Repricing, in_force, repricings, shown
from pricectl.changes.renames import Rename, renamed
from pricectl.changes.rows import Row, Rows, differing, leaves, pointer_to
from pricectl.changes.values import KINDS, Change, Comparison, Impact
from pricectl.changes.version import Version
from pricectl.core.catalog import Catalog
from pricectl.core.credits import Profile
from pricectl.core.model import Model
from pricectl.core.windows import as_instant
from pricectl.policy import DEFAULT_WORKLOADS, Workload


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
    changes = tuple(_changes(old, new, rows, names, instant))
    terms = Terms(workloads, profile or Profile(), instant)
    impact = tuple(impacts(old.catalog, new.catalog, changes, terms))
    effect = _effects(changes, impact)
    return Comparison(
        tuple(sorted(changes, key=lambda change: _order(change, effect))),
        tuple(sorted(impact, key=lambda found: -effect[found.provider, found.model])),
        reordered(old.values, new.values),
        respelled(old.data, new.data),
    )


def _changes(
    old: Version, new: Version, rows: Rows, names: tuple[str, ...], at: datetime | None
) -> Iterator[Change]:
    gone, come = _models(old.catalog, rows.removed), _models(new.catalog, rows.added)
    kept = tuple(zip(_models(old.catalog, rows.kept), _models(new.catalog, rows.kept), strict=True))
    pairs = renamed(gone, come, at)
    followed = {_place(row) for pair in pairs for row in pair}
    yield from (_removed(row, at) for row in gone if _place(row) not in followed)
    yield from (_added(row, at) for row in come if _place(row) not in followed)
    yield from map(_renamed, pairs)
    same_rows = (*kept, *((pair.old, pair.new) for pair in pairs))
    prices = tuple(_price_changes(old.catalog, new.catalog, same_rows, at))
    yield from (found.change for found in prices)
    places = tuple((_place(before), _place(after)) for before, after in same_rows)
    known = {_place(after): (before, after) for before, after in same_rows}
    yield from other_changes(leaves(old.values, new.values, places), prices, known, at)
    touched = (*gone, *come, *(row for pair in kept for row in pair))
    yield from resolution_changes(old.catalog, new.catalog, touched, pairs, names, at)


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


def _price_changes(
    old: Catalog, new: Catalog, rows: Sequence[tuple[Model, Model]], at: datetime | None
) -> Iterator[Repricing]:
    yield from repricings(old.default, new.default, DEFAULT_POINTER, at)
    for before, after in rows:
        yield from repricings(before, after, pointer_to(*_place(after)), at)


def _effects(
    changes: Sequence[Change], impact: Sequence[Impact]
) -> Mapping[tuple[str, str], Fraction]:
    """The largest relative cost change of each row; of a row that no job uses, of its prices."""
    costs: dict[tuple[str, str], Fraction] = {}
    for found in impact:
        if found.agreed:
            row = found.provider, found.model
            costs[row] = max(costs.get(row, Fraction(0)), found.move.weight)
    for change in changes:
        row = change.provider, change.model
        weights = [move.weight for move in change.moves] if not costs.get(row) else []
        costs[row] = max([costs.get(row, Fraction(0)), *weights])
    return costs


def _order(change: Change, effect: Mapping[tuple[str, str], Fraction]) -> tuple[object, ...]:
    row = change.provider, change.model
    largest = change.largest
    weight = -largest.weight if largest else Fraction(0)
    return -effect[row], *row, KINDS.index(change.kind), weight, change.field
