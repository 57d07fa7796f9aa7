"""Two versions of a catalog to their changes, by effect. Floor 1."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from pricectl.changes.impact import Terms, impacts
from pricectl.changes.layout import reordered, respelled
from pricectl.changes.names import DEFAULT_POINTER, resolution_changes
from pricectl.changes.others import other_changes
from pricectl.changes.rates import row_changes, shown
from pricectl.changes.renames import Rename, renamed
from pricectl.changes.rows import Row, Rows, differing, leaves, pointer_to
from pricectl.changes.values import KINDS, Change, Comparison, Impact
from pricectl.changes.version import Version
from pricectl.core.catalog import Catalog, Model
from pricectl.core.credits import Profile
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

    `names` are asked for in both beside the catalogs' own; `at` is the day of the sample
    workloads (None: the rows as they stand).
    """
    if old.data == new.data:
        return Comparison(())
    rows = differing(old.values, new.values)
    changes = tuple(_changes(old, new, rows, names))
    terms = Terms(workloads, profile or Profile(), at)
    impact = tuple(impacts(old.catalog, new.catalog, changes, terms))
    effect = _effects(changes, impact)
    return Comparison(
        tuple(sorted(changes, key=lambda change: _order(change, effect))),
        tuple(sorted(impact, key=lambda found: -effect[found.provider, found.model])),
        reordered(old.values, new.values),
        respelled(old.data, new.data),
    )


def _changes(old: Version, new: Version, rows: Rows, names: tuple[str, ...]) -> Iterator[Change]:
    gone, come = _models(old.catalog, rows.removed), _models(new.catalog, rows.added)
    kept = tuple(zip(_models(old.catalog, rows.kept), _models(new.catalog, rows.kept), strict=True))
    pairs = renamed(gone, come)
    followed = {_place(row) for pair in pairs for row in pair}
    yield from (_removed(row) for row in gone if _place(row) not in followed)
    yield from (_added(row) for row in come if _place(row) not in followed)
    yield from map(_renamed, pairs)
    same_rows = (*kept, *((pair.old, pair.new) for pair in pairs))
    prices = tuple(_price_changes(old.catalog, new.catalog, same_rows))
    yield from prices
    places = tuple((_place(before), _place(after)) for before, after in same_rows)
    yield from other_changes(leaves(old.values, new.values, places), prices)
    touched = (*gone, *come, *(row for pair in kept for row in pair))
    yield from resolution_changes(old.catalog, new.catalog, touched, pairs, names)


def _place(model: Model) -> Row:
    return model.provider, model.name


def _models(catalog: Catalog, rows: Sequence[Row]) -> tuple[Model, ...]:
    by_place = {_place(model): model for model in catalog.models} if rows else {}
    return tuple(by_place[row] for row in rows)


def base_prices(model: Model) -> str:
    """What a row charges at its simplest, in words: input and output, else its first price."""
    rates = model.prices.rates
    plain = [at for at in rates if at in (("input", 0, ""), ("output", 0, ""))]
    told = plain or list(rates)[:1]
    return ", ".join(f"{at[0]} {shown(rates[at][0], at[0])}" for at in told) or "no price"


def _removed(model: Model) -> Change:
    where = pointer_to(model.provider, model.name)
    return Change(
        "removed", "warning", model.provider, model.name, "", base_prices(model), None, where
    )


def _added(model: Model) -> Change:
    where = pointer_to(model.provider, model.name)
    return Change("added", "info", model.provider, model.name, "", None, base_prices(model), where)


def _renamed(pair: Rename) -> Change:
    old, new = pair
    where = pointer_to(new.provider, new.name)
    return Change("renamed", "info", new.provider, new.name, "name", old.name, new.name, where)


def _price_changes(
    old: Catalog, new: Catalog, rows: Sequence[tuple[Model, Model]]
) -> Iterator[Change]:
    yield from row_changes(old.default, new.default, DEFAULT_POINTER)
    for before, after in rows:
        yield from row_changes(before, after, pointer_to(after.provider, after.name))


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
