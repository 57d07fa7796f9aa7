"""Changes fields of rows: finds the rows, plans each, and makes one edit of all of them.

The whole edit is made or nothing is: a row that cannot be edited as asked stops all others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.labels import did_you_mean, label
from pricectl.core.lookup import near_names
from pricectl.core.model import Model
from pricectl.core.prices import key_path
from pricectl.core.windows import as_instant
from pricectl.edit.assignments import BadEdit, RowRequest
from pricectl.edit.engine import edit_catalog
from pricectl.edit.row_plan import RowPlan, list_to_change, plan_copy, plan_row
from pricectl.edit.row_text import RowText
from pricectl.edit.siblings import Dependent, copies
from pricectl.edit.splice import Edit
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit

MOST_NEAR = 3
WILDCARDS = "*?["


class SetResult(NamedTuple):
    """What `set` did: the edit of the file, the rows it named, and what depends on them.

    `plans` are those of the named rows and of the copies that were written. `siblings` and `copies`
    kept their price. `patterns` are the patterns with the rows that each means.
    """

    edit: EditResult
    plans: tuple[RowPlan, ...]
    siblings: tuple[Dependent, ...]
    copies: tuple[Dependent, ...]
    patterns: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def exit_code(self) -> int:
        """How `set` ends."""
        return self.edit.exit_code


class _State(NamedTuple):
    """The catalog as the requests so far leave it."""

    version: CatalogVersion
    text: str
    positions: Positions

    @property
    def catalog(self) -> Catalog:
        return self.version.catalog

    def row(self, name: str) -> RowText:
        """The text of a row, to be edited."""
        return RowText(self.text, self.positions, self.catalog.by_full_name[name])


def set_fields(
    opened: EditableCatalog,
    requests: Sequence[RowRequest],
    options: EditOptions,
    warn: Callable[[str], object] = lambda _: None,
) -> SetResult:
    """Make every request, in order, in one edit of the file.

    Raises BadEdit for a request that cannot be made, and what `make_edit` raises.
    """
    planner = _Planner(opened, as_instant(options.at).date())
    for request in requests:
        try:
            planner.plan(request)
        except BadEdit as error:
            if not request.origin:
                raise
            where = f"{request.origin}: {error.where}"
            raise BadEdit(error.what, where=where, next_step=error.next_step) from None
    pinning = options._replace(pins=tuple(planner.pins))
    result = make_edit(opened, planner.edits, pinning, warn)
    plans = planner.plans
    moved = {(plan.model.full_name, move.path) for plan in plans for move in plan.moves}
    kept = [one for plan in plans for one in plan.siblings]
    return SetResult(
        result,
        tuple(plans),
        _unmoved(kept, moved),
        _unmoved(planner.copies, moved),
        tuple(planner.patterns),
    )


class _Planner:
    """Plans requests one after the other; a later one sees what an earlier one does."""

    def __init__(self, opened: EditableCatalog, today: date) -> None:
        self._state = _State(opened.version, document.decode(opened.version.data), opened.positions)
        self._today = today
        self._pending: list[Edit] = []
        self._touched: set[str] = set()
        # Prices that keep their ratio to another one: the row's name and the JSON Pointer.
        self._following: set[tuple[str, str]] = set()
        self.edits: list[Edit] = []
        self.plans: list[RowPlan] = []
        self.copies: list[Dependent] = []
        # Prices of rows that a person named one by one: with a reason, no list moves them.
        self.pins: list[str] = []
        self.patterns: list[tuple[str, tuple[str, ...]]] = []

    def plan(self, request: RowRequest) -> None:
        """Plan the rows of a request, and those that follow them if it says so."""
        many = is_pattern(request.model, self._state.catalog)
        names = sorted(model.full_name for model in find_rows(self._state.catalog, request.model))
        if many:
            self.patterns.append((request.model, tuple(names)))
        self._advance_past(names)
        for name in names:
            row, catalog = self._state.row(name), self._state.catalog
            plan = plan_row(row, catalog, request, self._today, in_pattern=many)
            self._add(plan)
            if not many and not request.origin and not request.starts:
                self.pins += _set_prices(plan)
            following = [
                one
                for one in copies(
                    catalog, row.model, plan.moves, lambda it: list_to_change(it, request.starts)
                )
                if one.model.full_name not in names
            ]
            if request.copies:
                self._plan_copies(following, request)
            else:
                self.copies += following

    def _plan_copies(self, following: Sequence[Dependent], request: RowRequest) -> None:
        by_row: dict[str, list[Dependent]] = {}
        for one in following:
            by_row.setdefault(one.model.full_name, []).append(one)
        self._advance_past(by_row)
        for name, dependents in by_row.items():
            self._add(plan_copy(self._state.row(name), dependents, request, self._today))

    def _add(self, plan: RowPlan) -> None:
        name = plan.model.full_name
        for move in plan.moves:
            place = name, f"{plan.base}/{key_path(move.path)}"
            if move.path in plan.following:
                self._following.add(place)
            elif place in self._following:
                raise BadEdit(
                    "follows another price already",
                    where=f"{label(*move.key)} of {name:.80}",
                    next_step="leave its own edit out, or --siblings and --copies",
                )
        self._pending += plan.edits
        self.edits += plan.edits
        self._touched.add(name)
        self.plans.append(plan)

    def _advance_past(self, names: Iterable[str]) -> None:
        """Make the edits so far, if one of these rows is among theirs."""
        if self._touched.isdisjoint(names):
            return
        edited = edit_catalog(self._state.version, self._pending, self._state.positions)
        self._state = _State(edited.after, edited.text, Positions(edited.text))
        self._pending, self._touched = [], set()


def _set_prices(plan: RowPlan) -> Iterator[str]:
    """The JSON Pointers of the prices that a plan sets, without those that only follow another.

    One that is set to the price it has is among them.
    """
    changed = [move.path for move in plan.moves if move.new_pico_usd is not None]
    for path in (*changed, *plan.confirmed):
        if path not in plan.following:
            yield f"{plan.base}/{key_path(path)}"


def _unmoved(dependents: Iterable[Dependent], moved: set[tuple[str, str]]) -> tuple[Dependent, ...]:
    """Those that no part of the edit changed."""
    by_place = {(one.model.full_name, one.place.path): one for one in dependents}
    return tuple(one for place, one in by_place.items() if place not in moved)


def is_pattern(name: str, catalog: Catalog) -> bool:
    """Whether a name has wildcards and is not a row's own."""
    return name not in catalog.by_full_name and any(sign in name for sign in WILDCARDS)


def find_rows(catalog: Catalog, name: str) -> list[Model]:
    """The rows of a name, an alias or a pattern, exactly as written: an edit guesses nothing.

    Raises BadEdit with near names if there is none, or if several rows have the name.
    """
    if is_pattern(name, catalog):
        found = [
            model
            for model in catalog.models
            if fnmatchcase(model.full_name, name) or fnmatchcase(model.name, name)
        ]
    elif name in catalog.by_full_name:
        found = [catalog.by_full_name[name]]
    else:
        found = list(catalog.names.get(name) or catalog.aliases.get(name, ()))
        if len(found) > 1:
            listed = ", ".join(model.full_name for model in found[:MOST_NEAR])
            step = f"name one of them: {listed}"
            raise BadEdit("is the name of several rows", where=f"{name:.80}", next_step=step)
    if not found:
        raise BadEdit("no row has this name", where=f"{name:.80}", next_step=_near(catalog, name))
    return found


def _near(catalog: Catalog, name: str) -> str:
    names = near_names(catalog, name.strip(f"{WILDCARDS}]"))
    return did_you_mean(*names) or "run 'pricectl models' to list all names"
