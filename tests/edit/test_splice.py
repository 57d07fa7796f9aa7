"""Edits change what they name and no other byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.edit.splice import (
    Edit,
    Insert,
    Misplaced,
    Remove,
    Replace,
    apply,
    indent_unit,
    indented,
    splice,
)

LINES = """{
  "a": 1,

  "b": {"x": 1,   "y": 2},
  "c": [
    1,
    2
  ]
}
"""


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        (Replace("/a", "2.50"), '"a": 1', '"a": 2.50'),
        (Replace("/b/y", '"z"'), '"y": 2', '"y": "z"'),
        (Replace("/c/1", "[]"), "    2\n", "    []\n"),
        # A value of several lines stands at the indentation of its key.
        (Replace("/a", '{\n      "k": 0\n    }'), '"a": 1', '"a": {\n    "k": 0\n  }'),
        (Remove("/a"), '"a": 1,\n\n  "b"', '"b"'),
        (Remove("/b"), ',\n\n  "b": {"x": 1,   "y": 2}', ""),
        (Remove("/b/x"), '"x": 1,   ', ""),
        (Remove("/b/y"), ',   "y": 2', ""),
        (Remove("/c/0"), "1,\n    2", "2"),
        (Remove("/c"), ',\n  "c": [\n    1,\n    2\n  ]', ""),
        # New members stand on lines of their own, or behind each other, as their neighbours do.
        (Insert("", "9", "z"), "    2\n  ]", '    2\n  ],\n  "z": 9'),
        (Insert("", "9", "z", 0), '"a": 1', '"z": 9,\n  "a": 1'),
        (Insert("", "9", "z", 1), '"a": 1', '"a": 1,\n  "z": 9'),
        (Insert("/b", "9", "z"), '"y": 2', '"y": 2,   "z": 9'),
        (Insert("/b", "9", "z", 0), '"x": 1', '"z": 9,   "x": 1'),
        (Insert("/c", "9"), "    2\n", "    2,\n    9\n"),
        (Insert("/c", "9", position=1), "    1,\n", "    1,\n    9,\n"),
        (
            Insert("/c", '{\n  "k": 0\n}'),
            "    2\n",
            '    2,\n    {\n      "k": 0\n    }\n',
        ),
    ],
)
def test_an_edit_changes_only_its_own_range(edit: Edit, old: str, new: str) -> None:
    assert LINES.count(old) == 1
    assert apply(LINES, [edit]) == LINES.replace(old, new)


@pytest.mark.parametrize(
    ("text", "edits", "expected"),
    [
        ('{"a":1,"b":2}', [Insert("", "3", "c")], '{"a":1,"b":2,"c":3}'),
        ('{"a": 1}', [Insert("", "3", "c")], '{"a": 1, "c": 3}'),
        ("[1]", [Insert("", "0", position=0)], "[0, 1]"),
        # The last member leaves nothing but brackets.
        ('{"a": {\n  "b": 1\n}}', [Remove("/a/b")], '{"a": {}}'),
        # Empty brackets open where their key has a line of its own.
        ("{}", [Insert("", "1", "a")], '{\n  "a": 1\n}'),
        (
            '{\n\t"a": [ ]\n}',
            [Insert("/a", "{}"), Insert("/a/0", "1", "b")],
            '{\n\t"a": [\n\t\t{\n\t\t\t"b": 1\n\t\t}\n\t]\n}',
        ),
        ('{"a": []}', [Insert("/a", "{}"), Insert("/a/0", "1", "b")], '{"a": [{"b": 1}]}'),
        # Windows line ends stay, and new lines have them too.
        (
            '{\r\n    "a": 1\r\n}\r\n',
            [Insert("", "2", "b"), Insert("", "{}", "c"), Insert("/c", "3", "d")],
            '{\r\n    "a": 1,\r\n    "b": 2,\r\n    "c": {\r\n        "d": 3\r\n    }\r\n}\r\n',
        ),
        # Commas first.
        ('{ "a": 1\n, "b": 2\n}', [Remove("/b")], '{ "a": 1\n}'),
        # Slashes, tildes and letters beyond ASCII in keys.
        ('{"a/b": {"~": 1}}', [Replace("/a~1b/~0", "2")], '{"a/b": {"~": 2}}'),
        ('{"a": 1}', [Insert("", "2", 'ü"')], '{"a": 1, "ü\\"": 2}'),
        # One after the other: each edit sees what the one before left.
        ("[1, 2, 3]", [Remove("/0"), Remove("/0"), Replace("/0", "4")], "[4]"),
        ("[1, 2]", [], "[1, 2]"),
        ("  7 ", [Replace("", "8")], "  8 "),
    ],
)
def test_inserted_text_has_the_layout_of_its_neighbours(
    text: str, edits: list[Edit], expected: str
) -> None:
    assert apply(text, edits) == expected


@pytest.mark.parametrize(
    "edit",
    [
        Replace("/nobody", "1"),
        Replace("/b/x/deeper", "1"),
        Remove("/c/2"),
        Remove(""),
        Insert("/nobody", "1", "k"),
        Insert("/a", "1", "k"),
        Insert("/c", "1", "k"),
        Insert("/b", "1"),
        Insert("/b", "1", "x"),
    ],
)
def test_an_edit_of_another_place_is_refused(edit: Edit) -> None:
    with pytest.raises(Misplaced):
        apply(LINES, [edit])


def test_replacements_within_each_other_are_refused() -> None:
    with pytest.raises(Misplaced):
        apply(LINES, [Replace("/b", "{}"), Replace("/b/x", "1")])
    assert splice("ab", [(1, 1, "-"), (1, 2, "B")]) == "a-B"


def test_the_lines_of_a_value_are_indented_together() -> None:
    value = "[\r\n\t\t1,\r\n\r\n\t\t2\r\n\t]"
    assert indented(value, "  ") == "[\r\n  \t1,\r\n\r\n  \t2\r\n  ]"
    assert indented("7", "    ") == "7"


@pytest.mark.parametrize(
    ("text", "unit"),
    [(LINES, "  "), ("{}", "  "), ('{"a": 1}', "  "), ('{\n\t"a": 1}', "\t"), ("[\n 1\n]", " ")],
)
def test_the_unit_of_indentation(text: str, unit: str) -> None:
    assert indent_unit(text) == unit


leaves = st.integers(0, 9) | st.booleans() | st.text("a/~\n ü", max_size=3)
objects = st.dictionaries(st.text("abc/~", max_size=2), leaves, min_size=1, max_size=4)
layouts = st.sampled_from([None, 0, 1, 2, "\t"])


@given(objects, objects, layouts, st.data())
def test_adding_and_removing_again_gives_the_same_bytes(
    outer: dict[str, object],
    inner: dict[str, object],
    layout: int | str | None,
    data: st.DataObject,
) -> None:
    """What an insertion adds is exactly what a removal takes away."""
    document = {**outer, "in": inner}
    text = json.dumps(document, indent=layout, ensure_ascii=False)
    at = data.draw(st.integers(0, len(inner)))
    grown = apply(text, [Insert("/in", '{"v": [1]}', "new", at)])
    members = list(inner.items())
    members.insert(at, ("new", {"v": [1]}))
    assert json.loads(grown) == {**document, "in": dict(members)}
    assert list(json.loads(grown)["in"]) == [key for key, _ in members]
    assert apply(grown, [Remove("/in/new")]) == text
