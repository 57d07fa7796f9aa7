"""The lines that an edit changes, against the standard library's comparison."""

import difflib

from hypothesis import given
from hypothesis import strategies as st

from pricectl.edit.line_changes import LineChange, line_changes

TEXTS = st.lists(st.sampled_from("abcde"), max_size=30).map("\n".join)


@given(TEXTS, TEXTS)
def test_the_changes_turn_the_old_lines_into_the_new(before: str, after: str) -> None:
    lines = before.split("\n")
    for change in reversed(list(line_changes(before, after))):
        start = change.line_before - 1
        assert tuple(lines[start : start + len(change.old)]) == change.old
        assert tuple(after.split("\n")[change.line - 1 :][: len(change.new)]) == change.new
        lines[start : start + len(change.old)] = change.new
    assert "\n".join(lines) == after


def test_edits_far_from_one_another_are_one_change_each() -> None:
    old = [f"line {number}" for number in range(2000)]
    new = [*old[:3], "x", *old[4:900], "y", "z", *old[900:1500], *old[1502:]]
    before, after = "\r\n".join(old), "\r\n".join(new)
    assert list(line_changes(before, after)) == [
        LineChange(4, 4, ("line 3",), ("x",)),
        LineChange(901, 901, (), ("y", "z")),
        LineChange(1501, 1503, ("line 1500", "line 1501"), ()),
    ]
    opcodes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    assert sum(name != "equal" for name, *_ in opcodes) == 3


def test_a_large_change_is_shown_whole() -> None:
    old, new = "\n".join(["a"] * 900), "\n".join(["b"] * 900)
    (change,) = line_changes(old, new)
    assert (len(change.old), len(change.new)) == (900, 900)
