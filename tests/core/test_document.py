import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.core import Catalog, DocumentError
from pricectl.core.document import (
    _DECIMALS,
    MAX_BYTES,
    MEMO_SIZE,
    Unreadable,
    _syntax_error,
    decode,
    encode,
    parse,
)
from pricectl.core.json_offsets import lone_surrogate, repeated_key, too_deep


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)


def refused(data: bytes | str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse(data)
    return caught.value


def test_numbers_are_never_float() -> None:
    assert parse(b'[1, 2.50e-06, -0, 0.0, 1e2, true, null, "x", {}]') == [
        1,
        Decimal("0.0000025"),
        0,
        Decimal(0),
        Decimal(100),
        True,
        None,
        "x",
        {},
    ]
    kinds = [type(item) for item in json.loads("[1, 2.5]", parse_float=Decimal)]
    assert kinds == [int, Decimal]


@pytest.mark.parametrize(
    "literal",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1e101",
        "1e-101",
        "1e1000000",
        "1E-1000000",
        "1e99999999999999999999",
        "-1e-99999999999999999999",
        "9" * 65,
        "0." + "1" * 63,
        "9" * 5000,
        "0." + "1" * 5000,
    ],
)
def test_a_huge_exponent_is_kept_as_text_without_conversion(literal: str) -> None:
    started = time.perf_counter()
    assert parse(f'{{"price": {literal}}}') == {"price": Unreadable(literal)}
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("literal", ["0e1000000", "-0.0", "0e-5"])
def test_every_spelling_of_zero_equals_zero(literal: str) -> None:
    found = parse(f"[{literal}]")
    assert repr(found) == "[Decimal('0')]"


@pytest.mark.parametrize("literal", ["1e100", "1e-100", "9" * 64, "0." + "1" * 62])
def test_the_largest_readable_numbers(literal: str) -> None:
    assert parse(f"[{literal}]") == [Decimal(literal)]


def test_a_key_given_twice_is_refused_at_any_depth() -> None:
    for text in ('{"a": 1, "a": 1}', '{"a": [{"b": {"c": 1, "d": 2, "c": 3}}]}'):
        error = refused(text)
        assert error.rule == "duplicate-key"
        assert "twice" in error.what
    assert "'c'" in str(refused('{"a": [{"b": {"c": 1, "d": 2, "c": 3}}]}'))


def test_the_escaped_spelling_of_a_key_is_the_same_key() -> None:
    assert refused('{"a": 1, "\\u0061": 2}').rule == "duplicate-key"


def test_duplicates_can_be_allowed_and_the_last_key_counts() -> None:
    assert parse('{"a": 1, "a": 2}', allow_duplicates=True) == {"a": 2}


def test_one_late_duplicate_among_many_keys_is_found_at_once() -> None:
    members = ", ".join(f'"key{number}": 1' for number in range(20_000))
    started = time.perf_counter()
    assert "key19999" in refused(f'{{{members}, "key19999": 2}}').what
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{"a": 1,\n "b" 2}', 2, 6, "a colon is missing after the key"),
        ("[1 2]", 1, 4, "a comma or a closing bracket is missing here"),
        ('{"a": 1,\n\t"b": tru}', 2, 7, "a value is missing here"),
        ('{\n  // a comment\n  "a": 1}', 2, 3, "comment?"),
        ("[1]\n[2]", 2, 1, "one document only"),
        ('["\x01"]', 1, 3, "has a control character such as a line break or a tab; write it"),
        ("{'a': 1}", 1, 2, "a key in double quotes is missing"),
        ('["a]', 1, 2, "the string that starts here has no closing quote"),
        ('{"a" 1}', 1, 6, "a colon is missing after the key"),
        ('["\\x"]', 1, 3, "a backslash that begins no escape; double it"),
        ('["\\u12"]', 1, 4, "is not followed by four hexadecimal digits"),
    ],
)
def test_a_syntax_error_has_a_line_and_column(
    text: str, line: int, column: int, words: str
) -> None:
    error = refused(text)
    assert (error.rule, error.line, error.column) == ("json-syntax", line, column)
    assert words in str(error)
    assert str(error).startswith(f"line {line}, column {column}: not JSON: ")


@pytest.mark.parametrize("version", ["Some later message at", "Expecting something new"])
def test_a_message_of_a_later_python_is_not_passed_on(version: str) -> None:
    error = json.JSONDecodeError(version, "[1 2]", 3)
    assert _syntax_error("[1 2]", error).what == "not JSON: its syntax is wrong here"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("\ufeff{}", 1, 1),
        ("", 1, 1),
        (" \n ", 1, 1),
        ('{"a": 1,\n "b": {"c": 1, "c": 2}, "a": 3}', 2, 16),
        ('{"a": {"b": 1},\n "a": {"b": 1, "b": 2}}', 2, 2),
        ('{"a{": ["}", "a{"],\n "\\u0061{": 1}', 2, 2),
        ('["ok",\n "\\ud83d\\ude00 \\ud800"]', 2, 16),
        ('["ok",\n "\\ud800x\\udc00"]', 2, 3),
        ('["\\n\\\\ud800 \\udc00"]', 1, 13),
        ('["x\ud83d\\ude00"]', 1, 4),
        ('["\\ud800\ud83d\ude00"]', 1, 3),
        ('["\\ud800\\ud801\\udc00"]', 1, 3),
        ("\n".join("[" * 33 + "]" * 33), 33, 1),
        ('{"[[": ' + "[" * 33 + "]" * 33 + "}", 1, 39),
        ("[" * 40_000, 1, 33),
    ],
)
def test_every_refusal_says_line_and_column(text: str, line: int, column: int) -> None:
    error = refused(text)
    assert (error.line, error.column) == (line, column), str(error)
    assert str(error).startswith(f"line {line}, column {column}: ")


def test_a_text_without_a_fault_has_no_place_of_one() -> None:
    text = '[{"a": "\\ud83d\\ude00"}, {"a": 1}]'
    assert [too_deep(text, 2), lone_surrogate(text), repeated_key(text)] == [None] * 3


def test_a_document_that_is_too_large_is_refused_at_its_beginning() -> None:
    error = refused(b" " * (MAX_BYTES + 1))
    assert (error.line, error.column) == (1, 1)


@given(st.recursive(st.text(max_size=3), _nested, max_leaves=12), st.data())
def test_a_key_that_is_repeated_anywhere_is_found_where_it_stands(value: Any, data: Any) -> None:
    """Repeating one member of one object is refused at the second key."""
    text = json.dumps({"first": value, "key": 1}, indent=data.draw(st.sampled_from([None, 1])))
    repeated = f'{text.rstrip("}").rstrip()}, "key": 2}}'
    error = refused(repeated)
    before = repeated[: repeated.rindex('"key"')]
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert (error.rule, error.line, error.column) == ("duplicate-key", *place)


@pytest.mark.parametrize("text", ['{"a": 1,}', "[1, ]"])
def test_a_trailing_comma_is_refused(text: str) -> None:
    error = refused(text)
    assert (error.rule, error.line) == ("json-syntax", 1)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [('{"a": {"b": 1', 1, 14), ('{"a":', 1, 6), ('{"a": [1,\n', 2, 1), ("[", 1, 2)],
)
def test_a_document_cut_off_says_so(text: str, line: int, column: int) -> None:
    error = refused(text)
    assert error.what == "the document ends too early"
    assert (error.line, error.column) == (line, column)


@pytest.mark.parametrize("data", [b"", b" \n\t ", ""])
def test_an_empty_document(data: bytes | str) -> None:
    assert refused(data).what == "the document is empty"


def test_a_byte_order_mark_is_refused() -> None:
    error = refused('{"a": 1}'.encode("utf-8-sig"))
    assert (error.rule, error.what) == ("encoding", "the document starts with a byte order mark")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_refused(encoding: str) -> None:
    assert refused('{"a": 1}'.encode(encoding)).rule == "encoding"


def test_utf16_without_a_byte_order_mark_is_refused() -> None:
    assert refused('{"a": 1}'.encode("utf-16-le")).rule == "json-syntax"


def test_the_column_of_a_wrong_byte_counts_characters() -> None:
    error = refused('{"a": 1,\n "ü": "\u00e9'.encode() + b'\xe9"}')
    # Line 2 is: space, quote, u, quote, colon, space, quote, e, and then the byte.
    assert (error.rule, error.line, error.column) == ("encoding", 2, 9)
    assert "0xe9" in error.what


@pytest.mark.parametrize(("before", "line"), [(b"", 1), (b"[\n", 2), (b"[\n1,\n2,\n", 4)])
def test_a_wrong_byte_has_its_line(before: bytes, line: int) -> None:
    error = refused(before + b"\xff")
    assert (error.line, error.column) == (line, 1)


def test_binary_is_refused() -> None:
    assert refused(bytes(range(128))).rule == "json-syntax"
    assert refused(b"\x89PNG\r\n").rule == "encoding"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_32_levels_are_read_and_33_are_not(opening: str, closing: str) -> None:
    core = "1" if opening != "[" else ""
    assert parse(opening * 32 + core + closing * 32)
    error = refused(opening * 33 + core + closing * 33)
    assert (error.rule, error.what) == ("document-depth", "brackets nest deeper than 32 levels")


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, "[" * 100_000, '{"a":' * 100_000])
def test_bottomless_nesting_is_refused(text: str) -> None:
    assert refused(text).rule == "document-depth"


@pytest.mark.parametrize(
    "text", ['["\\ud800"]', '{"\\udfff": 1}', '["\\ud83d\\u0041"]', '["\ud800"]']
)
def test_a_lone_surrogate_is_refused(text: str) -> None:
    error = refused(text)
    assert error.rule == "encoding"
    assert "lone surrogate" in error.what
    with pytest.raises(DocumentError):
        Catalog.load(text)


def test_a_surrogate_pair_is_one_character() -> None:
    assert parse('["\\ud83d\\ude00 \u00e9"]') == ["\U0001f600 \u00e9"]


def test_eight_mebibytes_are_the_bound() -> None:
    fits = b'"' + b"x" * (MAX_BYTES - 2) + b'"'
    assert len(decode(fits)) == MAX_BYTES
    error = refused(fits + b" ")
    assert (error.rule, error.what) == ("document-size", "the document is larger than 8 MiB")


def test_the_bound_in_bytes() -> None:
    # 8 x 1024 x 1024
    assert decode(b" " * 8_388_607 + b"1").endswith("1")
    assert refused(b" " * 8_388_608 + b"1").rule == "document-size"


def test_a_text_is_measured_in_bytes_too() -> None:
    # Two quotes, and characters of two, three and four bytes.
    for character, bytes_each in (("\u00e9", 2), ("\u20ac", 3), ("\U0001f600", 4)):
        most = (8_388_608 - 2) // bytes_each
        assert parse(f'"{character * most}"') == character * most
        assert refused(f'"{character * (most + 1)}"').rule == "document-size"


def test_numbers_are_remembered_up_to_a_bound() -> None:
    literals = [f"0.{number}" for number in range(10_000, 10_001 + MEMO_SIZE)]
    _DECIMALS.clear()
    parse(f"[{', '.join(literals[:MEMO_SIZE])}]")
    assert list(_DECIMALS) == literals[:MEMO_SIZE]
    parse("[0.5]")
    assert list(_DECIMALS) == ["0.5"]
    # Two threads may each remember a number before either looks at the bound.
    _DECIMALS.update({literal: Decimal(literal) for literal in literals})
    parse("[0.25]")
    assert list(_DECIMALS) == ["0.25"]


def test_a_word_with_half_a_character_is_not_written() -> None:
    assert encode("é") == b"\xc3\xa9"
    with pytest.raises(DocumentError, match="is not Unicode; write the word as UTF-8"):
        encode("a\udcff")
