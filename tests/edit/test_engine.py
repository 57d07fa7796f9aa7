"""An edited catalog has its edits and no other change; random catalogs in random layouts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.changes import CatalogVersion
from pricectl.check.positions import Positions
from pricectl.core.errors import CatalogError, DocumentError
from pricectl.edit import engine, splice
from pricectl.edit.engine import EditedCatalog, WrongEdit, edit_catalog, edited_text
from pricectl.edit.splice import Edit, Insert, Misplaced, Remove, RenameKey, Replace
from tests.conftest import CATALOG

GPT, O3 = "/openai/gpt-4o", "/openai/o3"


def edited(text: str, *edits: Edit) -> EditedCatalog:
    return edit_catalog(CatalogVersion.read(text.encode()), edits)


def test_edits_of_several_rows_change_only_their_lines() -> None:
    found = edited(
        CATALOG,
        Replace(f"{GPT}/input_cost_per_token", "2e-06"),
        Replace("/metadata/last_updated", '"2026-12-01"'),
        Remove(f"{GPT}/mode"),
        Insert(O3, '"https://example.com"', "source"),
        Replace(f"{O3}/output_cost_per_token", "6.0e-06"),
    )
    expected = (
        CATALOG.replace('"input_cost_per_token": 2.5e-06,\n', '"input_cost_per_token": 2e-06,\n', 1)
        .replace("2026-11-01", "2026-12-01")
        .replace('\n      "mode": "chat",', "")
        .replace(
            '"output_cost_per_token": 8e-06}',
            '"output_cost_per_token": 6.0e-06, "source": "https://example.com"}',
        )
    )
    assert found.text == expected
    assert found.changed
    assert found.after.catalog.by_full_name["openai/o3"].prices.rates["output", 0, ""][0] == 6000000


def test_a_row_is_added_renamed_and_removed() -> None:
    row = '{\n  "input_cost_per_token": 1e-06\n}'
    found = edited(
        CATALOG,
        Insert("/openai", row, "gpt-9"),
        Insert("/openai/gpt-9", "3e-06", "output_cost_per_token"),
        Remove(O3),
    )
    new = (
        ',\n    "gpt-9": {\n      "input_cost_per_token": 1e-06,\n'
        '      "output_cost_per_token": 3e-06\n    }\n  },\n  "google"'
    )
    old_row = '    "o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},\n'
    assert found.text == CATALOG.replace(old_row, "").replace('\n  },\n  "google"', new)


def test_an_empty_row_gets_its_members_at_its_own_indentation() -> None:
    text = '{\r\n\t"x": {\r\n\t\t"m": {},\r\n\t\t"n": {"mode": "chat"}\r\n\t}\r\n}'
    found = edited(text, Insert("/x/m", "1e-06", "input_cost_per_token"))
    filled = '"m": {\r\n\t\t\t"input_cost_per_token": 1e-06\r\n\t\t}'
    assert found.text == text.replace('"m": {}', filled)


@pytest.mark.parametrize(
    "edit",
    [
        Remove("/openai/nobody/mode"),
        Replace(f"{GPT}/nothing", "1"),
        Replace("/openai/nobody", "{}"),
        Insert(f"{GPT}/mode", "1", "x"),
        Insert(GPT, "1", "mode"),
        Remove(""),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused(edit: Edit) -> None:
    with pytest.raises(Misplaced):
        edited(CATALOG, edit)


def test_a_result_that_is_not_a_catalog_is_refused() -> None:
    with pytest.raises(CatalogError):
        edited(CATALOG, Replace(f"{GPT}/input_cost_per_token", '"free"'))
    with pytest.raises((DocumentError, WrongEdit)):
        edited(CATALOG, Replace(f"{GPT}/mode", '"chat", "mode": "again"'))
    with pytest.raises(WrongEdit):
        edited(CATALOG, Replace(f"{GPT}/mode", '"chat'))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2.5e-06", "2.50e-06"),  # only another spelling of a price beside
        ('"mode": "chat"', '"mode": "Chat"'),
        ("128000", "true"),
        ('"gpt-4o-2024-08-06"', '"gpt-4o-2024-08-06", "x"'),
        ('      "max_input_tokens": 128000,\n      "mode": "chat",\n', ""),
        (
            '"max_input_tokens": 128000,\n      "mode": "chat"',
            '"mode": "chat",\n      "max_input_tokens": 128000',
        ),
    ],
)
def test_a_change_beside_the_edit_is_noticed(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    """The proof does not rest on the code that edits: here that code does something else, too."""
    apply = splice.apply
    monkeypatch.setattr(splice, "apply", lambda *given: apply(*given).replace(old, new, 1))
    with pytest.raises(WrongEdit):
        edited(CATALOG, Replace(f"{GPT}/output_cost_per_token", "9e-06"))


def test_rows_that_are_not_edited_are_not_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    version = CatalogVersion.read(CATALOG.encode())
    found = edit_catalog(version, [Replace(f"{O3}/input_cost_per_token", "1e-06")])
    for name, model in version.catalog.by_full_name.items():
        assert (found.after.catalog.by_full_name[name] is model) == (name != "openai/o3")
    monkeypatch.setattr(engine, "edited_text", lambda text, *_: text)
    assert edit_catalog(version, []).after is version


# Random documents, rows of members and lists, in random layouts

KEYS = st.sampled_from(["a", "b/c", "d~", 'e"', "é", "f", "input_cost_per_tokens", ""])
LITERALS = st.sampled_from(
    ["0", "2.50e-06", "1E+2", "-0.0", "0.10", "true", "null", '"x"', '"\\u00e9 \\n"', "[]", "{}"]
)
LAYOUTS = st.sampled_from(["  ", "    ", "\t", ""])


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    """A value as text without line breaks; `laid_out` gives it lines."""
    if depth == 0 or draw(st.booleans()):
        return draw(LITERALS)
    if draw(st.booleans()):
        return f"[{','.join(draw(st.lists(values(depth - 1), max_size=3)))}]"
    keys = draw(st.lists(KEYS, max_size=4, unique=True))
    members = (f"{json.dumps(key)}:{draw(values(depth - 1))}" for key in keys)
    return f"{{{','.join(members)}}}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document of sections and rows; each row on one line or on lines of its own."""
    unit, end = draw(LAYOUTS), draw(st.sampled_from(["\n", "\r\n"]))
    space = draw(st.sampled_from(["", " "]))
    names = st.lists(KEYS.filter(bool), min_size=1, max_size=3, unique=True)
    sections = []
    for section in (*draw(names), "metadata"):
        rows = []
        for row in draw(names):
            keys = draw(st.lists(KEYS, max_size=4, unique=True))
            members = [f"{json.dumps(key)}:{space}{draw(values())}" for key in keys]
            rows.append(f"{json.dumps(row)}:{space}{_object(members, 3, unit, end, draw)}")
        sections.append(f"{json.dumps(section)}:{space}{_object(rows, 2, unit, end, draw)}")
    text = _object(sections, 1, unit, end, draw)
    return text + draw(st.sampled_from(["", end, end + end]))


def _object(members: list[str], depth: int, unit: str, end: str, draw: st.DrawFn) -> str:
    if not members or not draw(st.booleans()):
        return "{" + draw(st.sampled_from([",", ", "])).join(members) + "}"
    inner = end + unit * depth
    return "{" + inner + f",{inner}".join(members) + end + unit * (depth - 1) + "}"


def pointers(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    found = [(pointer, value)]
    listed = dict(enumerate(value)) if isinstance(value, list) else {}
    for key, member in (value if isinstance(value, dict) else listed).items():
        token = str(key).replace("~", "~0").replace("/", "~1")
        found += pointers(member, f"{pointer}/{token}")
    return found


@st.composite
def edits(draw: st.DrawFn, text: str) -> Edit:
    found = pointers(json.loads(text))
    pointer, value = draw(st.sampled_from(found))
    kind = draw(st.sampled_from(["replace", "remove", "insert", "rename"]))
    if kind == "insert" and isinstance(value, (dict, list)):
        position = draw(st.none() | st.integers(0, len(value)))
        key = draw(KEYS.filter(lambda key: key not in value)) if isinstance(value, dict) else None
        return Insert(pointer, draw(values()), key, position)
    parent = dict(found).get(pointer.rpartition("/")[0])
    if kind == "rename" and pointer and isinstance(parent, dict):
        return RenameKey(pointer, draw(KEYS.filter(lambda key: key not in parent)))
    return Remove(pointer) if kind == "remove" and pointer else Replace(pointer, draw(values()))


def naively(document: Any, edit: Edit) -> Any:
    """The edit made in place on what json reads, written without the engine's help."""
    pointer = edit.parent if isinstance(edit, Insert) else edit.pointer
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    root = {"": document}
    parent: Any = root
    key: Any = ""
    for token in tokens:
        parent = parent[key]
        key = int(token) if isinstance(parent, list) else token
    if isinstance(edit, Replace):
        parent[key] = json.loads(edit.value)
    elif isinstance(edit, Remove):
        del parent[key]
    elif isinstance(edit, RenameKey):
        members = [(edit.key if old == key else old, value) for old, value in parent.items()]
        parent.clear()
        parent.update(members)
    elif isinstance(parent[key], list):
        where = len(parent[key]) if edit.position is None else edit.position
        parent[key].insert(where, json.loads(edit.value))
    else:
        items = list(parent[key].items())
        where = len(items) if edit.position is None else edit.position
        items.insert(where, (edit.key, json.loads(edit.value)))
        parent[key] = dict(items)
    return root[""]


@given(st.data())
def test_random_edits_do_what_they_say_on_random_documents(data: st.DataObject) -> None:
    text = data.draw(documents())
    expected, made = json.loads(text), []
    for _ in range(data.draw(st.integers(1, 4))):
        edit = data.draw(edits(json.dumps(expected)))
        made.append(edit)
        expected = naively(expected, edit)
        if not isinstance(expected, dict):
            break
    new = edited_text(text, made)
    assert json.dumps(json.loads(new)) == json.dumps(expected)


@given(st.data())
def test_an_edit_and_its_reverse_give_back_every_byte(data: st.DataObject) -> None:
    text = data.draw(documents())
    edit = data.draw(edits(text))
    new = edited_text(text, [edit])
    if isinstance(edit, Insert):
        siblings = dict(pointers(json.loads(text)))[edit.parent]
        if not siblings:
            return  # white space in empty brackets is not kept
        key = str(len(siblings) if edit.position is None else edit.position)
        key = key if edit.key is None else edit.key.replace("~", "~0").replace("/", "~1")
        back: Edit = Remove(f"{edit.parent}/{key}")
    elif isinstance(edit, Replace):
        member = Positions(text).member(edit.pointer)
        assert member is not None
        old = text[member.start : member.end]
        if "\n" in old:
            return  # lines are moved to where they are put
        back = Replace(edit.pointer, old)
    elif isinstance(edit, RenameKey):
        parent, _, token = edit.pointer.rpartition("/")
        renamed = edit.key.replace("~", "~0").replace("/", "~1")
        key = token.replace("~1", "/").replace("~0", "~")
        if not key.isascii():
            return  # the text has it as an escape
        back = RenameKey(f"{parent}/{renamed}", key)
    else:
        kept = [line for line in new.splitlines() if line.strip()]
        assert len(kept) <= len(text.splitlines())
        return
    assert edited_text(new, [back]) == text
