"""Changes fields of rows: finds the rows, plans each, and makes one edit of all of them.

The whole edit is made or nothing is: a row that cannot be edited as asked stops all others.
"""

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.labels import did_you_mean
from pricectl.core.model import Model
from pricectl.core.windows import as_instant
from pricectl.edit.assignments import BadEdit, RowRequest
from pricectl.edit.engine import edit_catalog
from pricectl.edit.row_plan import RowPlan, plan_moves, plan_row
from pricectl.edit.row_text import RowText
from pricectl.edit.siblings import Dependent, copies, siblings
from pricectl.edit.splice import Edit
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit

MOST_ROWS = 10_000
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

    def row(self, model: Model) -> RowText:
        """The text of a row, to be edited."""
        return RowText(self.text, self.positions, self.catalog.by_full_name[model.full_name])


def set_fields(
    opened: EditableCatalog,
    requests: Sequence[RowRequest],
    options: EditOptions,
    warn: Callable[[str], object] = lambda _: None,
) -> SetResult:
    """Make every request, in order, in one edit of the file.

    Raises BadEdit for a request that cannot be made, and what `make_edit` raises.
    """
    today = as_instant(options.at).date()
    state = _State(opened.version, document.decode(opened.version.data), opened.positions)
    edits: list[Edit] = []
    pending: list[Edit] = []
    plans: list[RowPlan] = []
    followers: list[Dependent] = []
    patterns = []
    touched: set[str] = set()
    for request in requests:
        names = {model.full_name for model in find_rows(state.catalog, request.model)}
        if is_pattern(request.model):
            patterns.append((request.model, tuple(sorted(names))))
        if touched & names:
            state, pending, touched = _advanced(state, pending), [], set()
        for name in sorted(names):
            model = state.catalog.by_full_name[name]
            made = [plan_row(state.row(model), state.catalog, request, today)]
            if request.starts is None:
                following = [
                    one
                    for one in copies(state.catalog, model, made[0].moves)
                    if one.model.full_name not in names
                ]
                if request.copies:
                    if touched & {one.model.full_name for one in following}:
                        where = f"{request.model:.80}"
                        raise BadEdit("has copies that are edited, too; split it", where=where)
                    made += _copied(state, following, request)
                else:
                    followers += following
            for plan in made:
                pending += plan.edits
                edits += plan.edits
                touched.add(plan.model.full_name)
            plans += made
    result = make_edit(opened, edits, options, warn)
    moved = {(plan.model.full_name, move.path) for plan in plans for move in plan.moves}
    kept = [one for plan in plans for one in plan.siblings]
    return SetResult(
        result,
        tuple(plans),
        _unmoved(kept, moved),
        _unmoved(followers, moved),
        tuple(patterns),
    )


def _advanced(state: _State, edits: Sequence[Edit]) -> _State:
    edited = edit_catalog(state.version, edits, state.positions)
    return _State(edited.after, edited.text, Positions(edited.text))


def _copied(state: _State, following: Iterable[Dependent], request: RowRequest) -> list[RowPlan]:
    """The plans of the clouds' rows that follow; with `siblings` their own siblings follow, too."""
    by_row: dict[str, list[Dependent]] = {}
    for one in following:
        by_row.setdefault(one.model.full_name, []).append(one)
    found = []
    for name, dependents in by_row.items():
        model = state.catalog.by_full_name[name]
        moves = [one.move for one in dependents]
        left = tuple(siblings(model, model.prices, moves))
        if request.siblings:
            moves += [one.move for one in left]
            left = ()
        found.append(plan_moves(state.row(model), moves)._replace(siblings=left))
    return found


def _unmoved(dependents: Iterable[Dependent], moved: set[tuple[str, str]]) -> tuple[Dependent, ...]:
    """Those that no part of the edit changed."""
    by_place = {(one.model.full_name, one.place.path): one for one in dependents}
    return tuple(one for place, one in by_place.items() if place not in moved)


def is_pattern(name: str) -> bool:
    """Whether a name has wildcards."""
    return any(character in name for character in WILDCARDS)


def find_rows(catalog: Catalog, name: str) -> list[Model]:
    """The rows of a name, an alias or a pattern, exactly as written: an edit guesses nothing.

    Raises BadEdit with near names if there is none, or if several rows have the name.
    """
    if is_pattern(name):
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
    from difflib import get_close_matches

    word = name.strip(WILDCARDS + "]").lower()[:100]
    known = {known.lower(): known for known in (*catalog.names, *catalog.aliases)}
    near = get_close_matches(word, known, n=MOST_NEAR)
    return did_you_mean(*(known[one] for one in near)) or "run 'pricectl models' to list all names"
