import json
import time
from typing import Any

import pytest

from pricectl.check.positions import Member, Positions, Span

TEXT = """{
  "openai": {
\t"gpt-4o": {"input": 2.5e-06,  "tags": ["a", {"b": null}, -1]},
    "o/3~": { "ü": "é", "key": true }
  },
  "openai2": [[1, 2], []]
}
"""


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        # A tab is one column; the value starts after `TAB"gpt-4o": {"input": `.
        ("/openai/gpt-4o/input", Span(3, 22, 7), Span(3, 13, 7)),
        ("/openai/gpt-4o", Span(3, 12, 51), Span(3, 2, 8)),
        ("/openai/gpt-4o/tags/0", Span(3, 41, 3), Span(3, 41, 3)),
        ("/openai/gpt-4o/tags/1/b", Span(3, 52, 4), Span(3, 47, 3)),
        ("/openai/gpt-4o/tags/2", Span(3, 59, 2), Span(3, 59, 2)),
        # Characters count, not bytes; ~1 is a slash and ~0 a tilde.
        ("/openai/o~13~0/ü", Span(4, 20, 3), Span(4, 15, 3)),
        ("/openai/o~13~0/key", Span(4, 32, 4), Span(4, 25, 5)),
        # Of a value on several lines, the opening one.
        ("/openai", Span(2, 13, 1), Span(2, 3, 8)),
        ("/openai2/0/1", Span(6, 19, 1), Span(6, 19, 1)),
        ("/openai2/1", Span(6, 23, 2), Span(6, 23, 2)),
        # The nearest parent stands in for what is missing.
        ("/openai/gpt-4o/output", Span(3, 12, 51), Span(3, 2, 8)),
        ("/openai/gpt-4o/input/deeper", Span(3, 22, 7), Span(3, 13, 7)),
        ("/openai2/2", Span(6, 14, 12), Span(6, 3, 9)),
        ("/nobody/x", Span(1, 1, 1), Span(1, 1, 1)),
        ("", Span(1, 1, 1), Span(1, 1, 1)),
    ],
)
def test_a_pointer_has_a_line_and_column(pointer: str, value: Span, key: Span) -> None:
    positions = Positions(TEXT)
    assert positions.value(pointer) == value
    assert positions.key(pointer) == key


def test_windows_line_ends_are_counted() -> None:
    positions = Positions('{\r\n  "a": 1,\r\n\t"b": 2\r\n}')
    assert positions.value("/a") == Span(2, 8, 1)
    assert positions.key("/b") == Span(3, 2, 3)
    assert positions.line(2) == '  "a": 1,'
    assert positions.line(3) == '\t"b": 2'


def test_a_line_is_shown_without_its_line_break() -> None:
    positions = Positions(TEXT)
    assert positions.line(2) == '  "openai": {'
    assert positions.line(8) == ""
    assert Positions("[]").line(1) == "[]"


def test_a_span_ends_with_its_first_line() -> None:
    positions = Positions("ab\ncd")
    assert positions.span(1, 5) == Span(1, 2, 1)
    assert positions.span(3, 5) == Span(2, 1, 2)
    assert positions.span(4, 4) == Span(2, 2, 1)  # never shorter than one character


def test_a_document_may_start_with_space_or_be_a_scalar() -> None:
    assert Positions('\n  {"a": 1}').value("") == Span(2, 3, 1)
    assert Positions('\n  {"a": 1}').value("/a") == Span(2, 9, 1)
    assert Positions("5").value("/a") == Span(1, 1, 1)
    assert Positions("5").duplicates() == []


def test_huge_numbers_have_a_position_too() -> None:
    positions = Positions('{"a": [NaN, 1e1000000, ' + "9" * 5000 + ", -Infinity]}")
    assert positions.value("/a/0") == Span(1, 8, 3)
    assert positions.value("/a/1") == Span(1, 13, 9)
    assert positions.value("/a/2").length == 5000
    assert positions.value("/a/3").length == 9


def test_duplicate_keys_at_any_depth_show_both_positions() -> None:
    text = """{"a": {"x": 1,
 "x": 2, "x": 3},
 "l": [{"k/": 0, "k/": 0}],
 "": 1, "": 2,
 "a": {"y": 1}}"""
    assert Positions(text).duplicates() == [
        ("/a/x", Span(1, 8, 3), Span(2, 2, 3)),
        ("/a/x", Span(1, 8, 3), Span(2, 10, 3)),
        ("/l/0/k~1", Span(3, 9, 4), Span(3, 18, 4)),
        ("/", Span(4, 2, 2), Span(4, 9, 2)),
        ("/a", Span(1, 2, 3), Span(5, 2, 3)),
    ]


def test_keys_are_equal_however_they_are_spelled() -> None:
    assert Positions('{"a": 1, "\\u0061": 2}').duplicates() == [
        ("/a", Span(1, 2, 3), Span(1, 10, 8))
    ]


def test_the_last_of_two_equal_keys_counts() -> None:
    assert Positions('{"a": 1, "a": 2}').value("/a") == Span(1, 15, 1)


def test_offsets_cover_exactly_the_value() -> None:
    text = ' {"a": [1, {"b": "x"}]} '
    positions = Positions(text)

    def value(pointer: str) -> str | None:
        found = positions.member(pointer)
        return found and text[found.start : found.end]

    assert value("") == '{"a": [1, {"b": "x"}]}'
    assert value("/a/1/b") == '"x"'
    assert [value(pointer) for pointer in ("/c", "/a/2", "/a/0/0", "/a/1/b/c")] == [None] * 4
    assert [member.key for member in positions.members("/a")] == ["0", "1"]
    assert [member.key for member in positions.members("")] == ["a"]
    assert [*positions.members("/a/0"), *positions.members("/nobody")] == []


def test_repeated_values_in_a_list_are_allowed() -> None:
    assert Positions('{"a": [1, 1, "0", "0"], "b": {"0": 1}}').duplicates() == []


def test_positions_in_a_large_file_are_found_in_linear_time() -> None:
    models = ", ".join(f'"m{number}": {{"price": {number}}}' for number in range(5000))
    positions = Positions(f'{{"o": {{{models}}}}}')
    started = time.perf_counter()
    assert positions.value("/o/m4999/price").length == 4
    assert positions.duplicates() == []
    assert time.perf_counter() - started < 2


def test_many_positions_in_one_object_index_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[str] = []
    real = Positions._path  # noqa: SLF001

    def counting(self: Positions, pointer: str) -> list[Member]:
        walked.append(pointer)
        return real(self, pointer)

    monkeypatch.setattr(Positions, "_path", counting)
    positions = Positions('{"x": {"m": {' + ", ".join(f'"k{n}": 1' for n in range(1_000)) + "}}}")
    for number in range(1_000):
        start = 14 + sum(len(f'"k{n}": 1, ') for n in range(number))
        assert positions.key(f"/x/m/k{number}").column == start
    assert walked == ["/x/m/k0"]


def test_findings_in_many_sections_scan_the_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: list[int] = []

    class Counting(json.JSONDecoder):
        def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
            value, end = super().raw_decode(s, idx)
            scanned.append(end - idx)
            return value, end

    monkeypatch.setattr("pricectl.check.positions._DECODER", Counting())
    sections = {f"s{n}": {f"m{m}": {"price": m} for m in range(20)} for n in range(10)}
    text = json.dumps(sections, indent=2)
    positions = Positions(text)
    lines = [positions.value(f"/s{n}/m7").line for n in range(10)]
    assert lines == [2 + 62 * n + 1 + 21 for n in range(10)]
    assert sum(scanned) < len(text)
