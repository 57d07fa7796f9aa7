"""Rows that are added, renamed and removed in random catalogs: every other byte stays."""

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from pricectl.changes import CatalogVersion
from pricectl.core.catalog import RESERVED
from pricectl.core.errors import CatalogError, DocumentError
from pricectl.edit.adding import RowPlace, insert_row
from pricectl.edit.assignments import BadEdit
from pricectl.edit.engine import edit_catalog
from pricectl.edit.moving import plan_removal, plan_rename
from pricectl.policy import Policy

NAMES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=6)
PRICES = st.sampled_from(["1e-06", "2.50e-06", "0.0000025", "0", "10E-7"])
ROWS = st.fixed_dictionaries(
    {"input_cost_per_token": PRICES},
    optional={
        "output_cost_per_token": PRICES,
        "aliases": st.lists(NAMES, max_size=3, unique=True).map(json.dumps),
        "mode": st.just('"chat"'),
        "source": NAMES.map(json.dumps),
    },
)
SECTIONS = st.dictionaries(
    NAMES.filter(lambda name: name not in RESERVED),
    st.dictionaries(NAMES, ROWS, min_size=1, max_size=3),
    min_size=1,
    max_size=3,
)
NEW_ROW = '{\n  "input_cost_per_token": 1e-06,\n  "aliases": [\n    "x"\n  ]\n}'


@st.composite
def catalogs(draw: st.DrawFn) -> CatalogVersion:
    """A catalog in a random layout: indentation, line ends, rows on one line or on several."""
    unit, end = draw(st.sampled_from(["  ", "\t", "   "])), draw(st.sampled_from(["\n", "\r\n"]))
    spread, colon = draw(st.booleans()), draw(st.sampled_from([": ", ":"]))

    def written(members: dict[str, str], depth: int, *, lines: bool) -> str:
        pairs = [f"{json.dumps(key)}{colon}{value}" for key, value in members.items()]
        if not lines:
            return "{" + ", ".join(pairs) + "}"
        inner = end + unit * depth
        return "{" + inner + f",{inner}".join(pairs) + end + unit * (depth - 1) + "}"

    document = {
        section: written(
            {name: written(row, 3, lines=spread) for name, row in rows.items()}, 2, lines=True
        )
        for section, rows in draw(SECTIONS).items()
    }
    notes = {"pricing_notes": '{"a": "b"}'} if draw(st.booleans()) else {}
    text = written({**document, **notes}, 1, lines=True)
    text += draw(st.sampled_from(["", end, end * 2]))
    try:
        return CatalogVersion.read(text.encode())
    except (CatalogError, DocumentError):
        assume(False)  # noqa: FBT003 - a catalog that cannot be loaded is not edited
        raise


def text_of(version: CatalogVersion) -> str:
    return version.data.decode()


def values_of(version: CatalogVersion) -> dict[str, Any]:
    return dict(version.values)


@given(st.data())
def test_a_row_that_is_added_and_removed_leaves_every_byte(data: st.DataObject) -> None:
    before = data.draw(catalogs())
    sections = [key for key in before.values if key not in RESERVED]
    section = data.draw(st.sampled_from([*sections, "new one"]))
    rows = values_of(before).get(section, {})
    assume("added" not in rows)
    position = data.draw(st.none() | st.integers(0, len(rows))) if rows else None
    place = RowPlace(section, "added", position)
    added = edit_catalog(before, [insert_row(NEW_ROW, place, before.values, text_of(before))])
    assert added.after.catalog.by_full_name[f"{section}/added"].aliases == ("x",)
    assert ("\r\n" in added.text) == ("\r\n" in text_of(before))
    assert list(added.after.values)[-1:] != ["new one"] or "pricing_notes" not in before.values
    model = added.after.catalog.by_full_name[f"{section}/added"]
    plan = plan_removal([model], added.after.catalog, added.after.values, Policy())
    assert edit_catalog(added.after, plan.edits).text == text_of(before)


@given(st.data())
def test_a_row_that_is_renamed_and_back_leaves_every_byte(data: st.DataObject) -> None:
    before = data.draw(catalogs())
    model = data.draw(st.sampled_from(before.catalog.models))
    name = data.draw(NAMES)
    assume(not {name, model.name} & {*model.aliases})
    try:
        plan = plan_rename(model, name, before.catalog, before.values, Policy(), keep_alias=False)
        renamed = edit_catalog(before, plan.edits).after
        new = renamed.catalog.by_full_name[f"{model.provider}/{plan.name}"]
        back = plan_rename(
            new, model.name, renamed.catalog, renamed.values, Policy(), keep_alias=False
        )
    except BadEdit:
        assume(False)  # noqa: FBT003 - a name that another row has
        return
    assert edit_catalog(renamed, back.edits).text == text_of(before)


@given(st.data())
def test_what_is_left_after_a_removal_is_as_it_was(data: st.DataObject) -> None:
    before = data.draw(catalogs())
    gone = data.draw(
        st.lists(st.sampled_from(sorted(before.catalog.by_full_name)), min_size=1, unique=True)
    )
    assume(len(gone) < len(before.catalog.models))
    models = [before.catalog.by_full_name[name] for name in gone]
    plan = plan_removal(models, before.catalog, before.values, Policy())
    after = edit_catalog(before, plan.edits)
    left = [model for model in before.catalog.models if model.full_name not in gone]
    assert [model.full_name for model in after.after.catalog.models] == [
        model.full_name for model in left
    ]
    kept = {model.full_name: model.entry for model in after.after.catalog.models}
    assert all(kept[model.full_name] == model.entry for model in left)
    lines = set(text_of(before).splitlines())
    # Only the comma after the last row of a section can go.
    assert all(line in lines or f"{line}," in lines for line in after.text.splitlines())
