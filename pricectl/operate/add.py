"""Adds a row to the catalog file: from the reference, like another row, or by hand."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.labels import clean
from pricectl.core.lookup import find, near_names
from pricectl.core.model import Model
from pricectl.core.windows import as_instant
from pricectl.edit.adding import (
    RowPlace,
    insert_row,
    missing_fields,
    row_like,
    row_place,
    unpriced_like,
    without_taken_aliases,
)
from pricectl.edit.assignments import Assignment, BadEdit, RowRequest
from pricectl.edit.engine import edit_catalog
from pricectl.edit.row_plan import RowPlan, plan_row
from pricectl.edit.row_text import RowText
from pricectl.edit.splice import Edit, indented
from pricectl.files import catalog_file
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit
from pricectl.packaged import packaged_catalog

EMPTY_ROW = "{}"


class AddRequest(NamedTuple):
    """The row that is to be added.

    `like` names a row whose fields it gets; `verified`: somebody compared it with its source then.
    """

    model: str
    assignments: tuple[Assignment, ...] = ()
    like: str = ""
    source: str = ""
    verified: date | None = None


class AddResult(NamedTuple):
    """What `add` did: the edit, the row, and the row of the reference or the file it came from.

    `dropped_aliases` lead to another row of the file, `ratios` are the fields that were set, with
    the prices that kept their ratio.
    """

    edit: EditResult
    place: RowPlace
    origin: str = ""
    from_reference: bool = False
    dropped_aliases: tuple[str, ...] = ()
    plan: RowPlan | None = None

    @property
    def exit_code(self) -> int:
        """How `add` ends."""
        return self.edit.exit_code


class _DraftRow(NamedTuple):
    """A row before its fields are set: its place, its text, and where that came from."""

    place: RowPlace
    text: str
    origin: str = ""
    from_reference: bool = False
    dropped_aliases: tuple[str, ...] = ()
    like: Model | None = None


class _CatalogText(NamedTuple):
    """A catalog with its text."""

    text: str
    positions: Positions
    catalog: Catalog


def add_row(
    opened: EditableCatalog,
    request: AddRequest,
    options: EditOptions,
    warn: Callable[[str], object] = lambda _: None,
) -> AddResult:
    """Add a row to the catalog file.

    Raises BadEdit, with what is missing, and what `make_edit` raises.
    """
    own = _CatalogText(document.decode(opened.version.data), opened.positions, opened.catalog)
    _check_new(request.model, own.catalog)
    new = _new_row(opened, own, request)
    _check_new(new.place.name, own.catalog, new.place)
    edits: list[Edit] = [insert_row(new.text, new.place, opened.version.values, own.text)]
    inserted = edit_catalog(opened.version, edits, opened.positions)
    catalog = inserted.after.catalog
    model = catalog.by_full_name[f"{new.place.section}/{new.place.name}"]
    plan = None
    if request.assignments or request.source or request.verified:
        row = RowText(inserted.text, Positions(inserted.text), model)
        wanted = RowRequest(
            model.full_name,
            request.assignments,
            source=request.source,
            verified=request.verified,
            siblings=new.like is not None,
        )
        plan = plan_row(row, catalog, wanted, as_instant(options.at).date())
        edits += plan.edits
        model = _built(opened, edits, model)
    if not new.from_reference:
        _check_complete(request, new, model)
    edit = make_edit(opened, edits, options, warn)
    origin = new.origin, new.from_reference, new.dropped_aliases
    return AddResult(edit, new.place, *origin, plan)


def _built(opened: EditableCatalog, edits: Sequence[Edit], model: Model) -> Model:
    """The new row as the edits so far leave it."""
    edited = edit_catalog(opened.version, edits, opened.positions)
    return edited.after.catalog.by_full_name[model.full_name]


def _check_new(name: str, catalog: Catalog, place: RowPlace | None = None) -> None:
    """Raise BadEdit if a row has a name already, as its own or as an alias."""
    full_name = f"{place.section}/{place.name}" if place else name
    row = catalog.by_full_name.get(full_name)
    if row is None and place is None:
        row = next(iter((*catalog.names.get(name, ()), *catalog.aliases.get(name, ()))), None)
    if row is None:
        return
    what = "is there already" if row.full_name == full_name or row.name == name else "is an alias"
    raise BadEdit(
        f"{what}: the row {clean(row.full_name)}",
        where=f"{clean(name):.80}",
        next_step=f"change it with 'pricectl set {clean(row.full_name)} FIELD=VALUE'",
    )


def _new_row(opened: EditableCatalog, own: _CatalogText, request: AddRequest) -> _DraftRow:
    values = opened.version.values
    if request.like:
        listed, like = _row_to_copy(own, request.like)
        place = row_place(request.model, values, like)
        text = row_like(listed.text, listed.positions, like)
        return _DraftRow(place, text, like.full_name, like=like)
    reference = _reference()
    match = find(reference.catalog, request.model)
    # A service in the name is not read here: FW-GLM-5.2-Fast may be a model with prices of its own.
    is_same = match.how == "exact" or not (match.flags or match.service)
    if not match.is_guess and is_same:
        model = match.model
        member = reference.positions.member(model.pointer)
        written = reference.text[member.start : member.end] if member else EMPTY_ROW
        text, dropped = without_taken_aliases(indented(written, ""), model, own.catalog)
        place = RowPlace(model.provider, model.name)
        return _DraftRow(place, text, model.full_name, True, dropped)  # noqa: FBT003 - see the field
    if not request.assignments:
        near = near_names(reference.catalog, request.model)
        hint = f"did you mean {', '.join(near)}? Else give" if near else "give"
        step = f"{hint} its fields: input=PRICE output=PRICE --source URL, or --like ROW"
        raise BadEdit(
            "is not in the reference", where=f"{clean(request.model):.80}", next_step=step
        )
    return _DraftRow(row_place(request.model, values), EMPTY_ROW)


def _row_to_copy(own: _CatalogText, name: str) -> tuple[_CatalogText, Model]:
    """The row that is copied: of the team's file, else of the reference."""
    for listed in (own, _reference()):
        match = find(listed.catalog, name)
        if match.is_own_row:
            return listed, match.model
    near = near_names(own.catalog, name)
    step = f"did you mean {', '.join(near)}?" if near else "run 'pricectl models'"
    raise BadEdit("no row has this name", where=f"--like {clean(name):.80}", next_step=step)


def _reference() -> _CatalogText:
    text = document.decode(catalog_file.read(str(packaged_catalog())).data)
    return _CatalogText(text, Positions(text), Catalog.load(text))


def _check_complete(request: AddRequest, new: _DraftRow, model: Model) -> None:
    """Raise BadEdit with everything that the row lacks."""
    named = [one.field for one in request.assignments]
    missing = missing_fields(model, named)
    if new.like:
        missing = [*unpriced_like(new.like, _priced(request)), *missing]
    if missing:
        raise BadEdit(
            f"lacks {'; '.join(missing)}",
            where=f"{clean(request.model):.80}",
            next_step="nothing was written",
        )


def _priced(request: AddRequest) -> list[str]:
    """The base prices that are given, by their short names."""
    short = {"input_cost_per_token": "input", "output_cost_per_token": "output"}
    return [short.get(one.field, one.field) for one in request.assignments]
