"""JSON texts of every kind: what must be read, what must be refused, and what is our choice.

The texts are our own, made from tables of fragments. A kind is named by the part of the grammar it
tries; "valid" texts must be read to the value beside them, "invalid" ones refused with the rule.
"""

import json
import re
from decimal import Decimal

import pytest

from pricectl.core import DocumentError
from pricectl.core.document import Json, Unreadable, parse

Cases = dict[str, tuple[bytes, Json]]
Refusals = dict[str, tuple[bytes, str]]

# Each value is read alone, in a list, and as a member.
VALUES: dict[str, tuple[str, Json]] = {
    "null": ("null", None),
    "true": ("true", True),
    "false": ("false", False),
    "zero": ("0", 0),
    "minus zero": ("-0", 0),
    "digit": ("7", 7),
    "integer": ("1234567890", 1234567890),
    "negative": ("-12", -12),
    "beyond 64 bits": ("18446744073709551617", 18446744073709551617),
    "fraction": ("0.5", Decimal("0.5")),
    "fraction of zeros": ("1.000", Decimal("1.000")),
    "negative fraction": ("-0.25", Decimal("-0.25")),
    "exponent": ("3e2", Decimal(300)),
    "capital exponent": ("3E2", Decimal(300)),
    "exponent with plus": ("3e+2", Decimal(300)),
    "negative exponent": ("25e-7", Decimal("0.0000025")),
    "exponent with zeros": ("1e007", Decimal("1e7")),
    "fraction and exponent": ("2.50e-06", Decimal("0.0000025")),
    "zero with exponent": ("0e9", Decimal(0)),
    "exact decimal": ("0.1", Decimal("0.1")),
    "many digits": ("0." + "123456789" * 5, Decimal("0." + "123456789" * 5)),
    "empty string": ('""', ""),
    "string": ('"price"', "price"),
    "escaped quote": (r'"\""', '"'),
    "escaped backslash": (r'"\\"', "\\"),
    "escaped slash": (r'"\/"', "/"),
    "escaped controls": (r'"\b\f\n\r\t"', "\b\f\n\r\t"),
    "escaped letter": (r'"\u0041"', "A"),
    "escape in capitals": (r'"\u00E9\u00e9"', "éé"),
    "escaped zero": (r'"\u0000"', "\0"),
    "escaped escape": (r'"\u001b[31m"', "\x1b[31m"),
    "escaped pair": (r'"\ud83d\ude00"', "😀"),
    "escape twice": (r'"\\u0041"', r"\u0041"),
    "raw accent": ('"é"', "é"),
    "raw emoji": ('"😀"', "😀"),
    "raw last character": ('"\U0010ffff"', "\U0010ffff"),
    "raw delete": ('"\x7f"', "\x7f"),
    "raw line separator": ('"\u2028\u2029"', "\u2028\u2029"),
    "raw no-break space": ('"\u00a0"', "\u00a0"),
    "raw byte order mark inside": ('"\ufeff"', "\ufeff"),
    "raw noncharacter": ('"\ufffe\uffff"', "\ufffe\uffff"),
    "combining mark": ('"e\u0301"', "e\u0301"),
    "words in a string": ('"NaN, null // 1"', "NaN, null // 1"),
    "brackets in a string": ('"[{]}"', "[{]}"),
    "empty list": ("[]", []),
    "empty object": ("{}", {}),
    "list": ("[1,2]", [1, 2]),
    "list of lists": ("[[],[[]]]", [[], [[]]]),
    "mixed list": ('[null,1,"1",{}]', [None, 1, "1", {}]),
    "object": ('{"a":1,"b":2}', {"a": 1, "b": 2}),
    "empty key": ('{"":0}', {"": 0}),
    "escaped key": (r'{"\u0061\n":0}', {"a\n": 0}),
    "keys in two cases": ('{"a":1,"A":2}', {"a": 1, "A": 2}),
    "same key at two depths": ('{"a":{"a":1}}', {"a": {"a": 1}}),
    "same key in two objects": ('[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
    "keys composed and decomposed": ('{"é":1,"e\u0301":2}', {"é": 1, "e\u0301": 2}),
    "spaces within": ('{ "a" : [ 1 , 2 ] }', {"a": [1, 2]}),
    "breaks within": ('{\n\t"a"\r\n:\t[\n1\r]\n}', {"a": [1]}),
}

# Standard readers disagree here; a price must not be converted from it, the rest may be read.
LEFT_ALONE = {
    "not a number": "NaN",
    "infinity": "Infinity",
    "negative infinity": "-Infinity",
    "overflow": "1e400",
    "negative overflow": "-1e400",
    "underflow": "1e-400",
    "exponent bomb": "1e1000000",
    "negative exponent bomb": "1e-1000000",
    "exponent of many digits": "1e" + "9" * 30,
    "thousands of digits": "9" * 5000,
    "thousands of decimals": "0." + "3" * 5000,
}

# No JSON anywhere; tried alone, in a list, and as a member.
NO_VALUE = {
    "nothing": "",
    "comma": ",",
    "colon": ":",
    "word": "hello",
    "capital null": "Null",
    "capital true": "True",
    "capital false": "FALSE",
    "cut null": "nul",
    "cut true": "tru",
    "long true": "truee",
    "undefined": "undefined",
    "none": "None",
    "lower nan": "nan",
    "short infinity": "inf",
    "plus infinity": "+Infinity",
    "negative nan": "-NaN",
    "minus alone": "-",
    "two minuses": "--1",
    "plus": "+1",
    "minus and space": "- 1",
    "leading zero": "012",
    "negative leading zero": "-012",
    "two zeros": "00",
    "leading point": ".5",
    "minus and point": "-.5",
    "trailing point": "1.",
    "point and exponent": "1.e2",
    "exponent without digits": "1e",
    "exponent with sign only": "1e+",
    "exponent with fraction": "1e2.5",
    "two exponents": "1e2e3",
    "two points": "1.2.3",
    "comma as point": "1,5",
    "underscore": "1_000",
    "apostrophe": "1'000",
    "space in a number": "1 000",
    "hexadecimal": "0x1F",
    "octal": "0o17",
    "binary": "0b1",
    "suffix": "1n",
    "percent": "5%",
    "dollar": "$5",
    "full-width digit": "\uff11",
    "arabic digit": "\u0661",
    "superscript": "1\u00b2",
    "minus sign of typography": "\u22125",
    "infinity sign": "\u221e",
    "fraction of words": "1/2",
    "single quotes": "'a'",
    "backquotes": "`a`",
    "typographic quotes": "\u201ca\u201d",
    "unquoted escape": r"\u0041",
    "open string": '"a',
    "lone quote": '"',
    "string over a line": '"a\nb"',
    "raw tab": '"a\tb"',
    "raw zero": '"\0"',
    "raw escape": '"\x1b"',
    "raw unit separator": '"\x1f"',
    "unknown escape": r'"\q"',
    "escape of a digit": r'"\0"',
    "hexadecimal escape": r'"\x41"',
    "long escape": r'"\U00000041"',
    "braced escape": r'"\u{41}"',
    "short escape": r'"\u12"',
    "escape without digits": r'"\u"',
    "escape that is not hexadecimal": r'"\u00zz"',
    "escape with full-width digits": '"\\u\uff10041"',
    "escape with sign": r'"\u+041"',
    "escape with space": r'"\u 041"',
    "escaped line break": '"a\\\nb"',
    "backslash at the end": '"\\',
    "two strings": '"a" "b"',
    "string and number": '"a" 1',
    "two numbers": "1 2",
    "open list": "[1",
    "open empty list": "[",
    "trailing comma": "[1,]",
    "leading comma": "[,1]",
    "two commas": "[1,,2]",
    "comma alone": "[,]",
    "missing comma": "[1 2]",
    "list with colon": "[1:2]",
    "closed by a brace": "[1}",
    "closed twice": "[1]]",
    "list with a star": "[*]",
    "open object": '{"a":1',
    "open brace": "{",
    "trailing comma in an object": '{"a":1,}',
    "leading comma in an object": '{,"a":1}',
    "two commas in an object": '{"a":1,,"b":2}',
    "missing comma in an object": '{"a":1 "b":2}',
    "missing colon": '{"a" 1}',
    "two colons": '{"a"::1}',
    "equals": '{"a"=1}',
    "arrow": '{"a"=>1}',
    "missing value": '{"a":}',
    "missing key": "{:1}",
    "key alone": '{"a"}',
    "key and comma": '{"a",1}',
    "unquoted key": "{a:1}",
    "single-quoted key": "{'a':1}",
    "number as key": "{1:1}",
    "null as key": "{null:1}",
    "list as key": "{[]:1}",
    "semicolon": '{"a":1;"b":2}',
    "object closed by a bracket": '{"a":1]',
    "line comment": "[1] // no",
    "block comment": "[/* no */ 1]",
    "hash comment": "[1] # no",
    "comment in an object": '{"a":/**/1}',
    "no-break space": "\u00a0[1]",
    "ideographic space": "[\u30001]",
    "form feed": "[\f1]",
    "vertical tab": "[\v1]",
    "zero-width space": "[\u200b1]",
    "byte order mark inside": "[\ufeff1]",
    "tag": "<price>1</price>",
    "call": 'f("a")',
    "assignment": "x=[1]",
    "spread": "[...a]",
}

SURROGATES = {
    "high alone": r'"\ud800"',
    "low alone": r'"\udc00"',
    "high at the end": r'"price \udbff"',
    "two highs": r'"\ud800\ud800"',
    "low before high": r'"\udc00\ud800"',
    "high and letter": r'"\ud800\u0041"',
    "high and escape": r'"\ud800\n"',
    "as a key": r'{"\ud800":1}',
}
NOT_UTF8 = {
    "lone byte": b"\xe9",
    "continuation": b"\x80",
    "cut sequence": b"\xe2\x82",
    "overlong slash": b"\xc0\xaf",
    "overlong zero": b"\xc0\x80",
    "overlong in three": b"\xe0\x80\xaf",
    "encoded surrogate": b"\xed\xa0\x80",
    "beyond the last character": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "never valid": b"\xff",
    "Latin-1 word": "prix élevé".encode("latin-1"),
    "Windows quotes": b"\x93price\x94",
}
TWICE = {
    "two keys": '{"a":1,"a":2}',
    "equal members": '{"a":1,"a":1}',
    "three keys": '{"a":1,"b":2,"a":3}',
    "escaped spelling": r'{"a":1,"\u0061":2}',
    "escaped slash": r'{"a/b":1,"a\/b":2}',
    "empty keys": '{"":1,"":2}',
    "deep": '[{"x":{"a":1,"a":2}}]',
    "objects": '{"a":{},"a":{}}',
}


def placed(text: str) -> dict[str, bytes]:
    return {
        "alone": text.encode(),
        "in a list": f"[0,{text}]".encode(),
        "as a member": f'{{"k":{text}}}'.encode(),
    }


def wrapped(value: Json) -> dict[str, Json]:
    return {"alone": value, "in a list": [0, value], "as a member": {"k": value}}


VALID: Cases = {
    f"{kind}, {place}": (data, wrapped(value)[place])
    for kind, (text, value) in VALUES.items()
    for place, data in placed(text).items()
} | {
    f"{kind} stays as written, {place}": (data, wrapped(Unreadable(text))[place])
    for kind, text in LEFT_ALONE.items()
    for place, data in placed(text).items()
}
SPACES = {"spaces": "  ", "tabs": "\t", "line feeds": "\n", "returns": "\r", "all": " \t\r\n"}
VALID |= {f"{kind} around": (f"{space}[1]{space}".encode(), [1]) for kind, space in SPACES.items()}
VALID |= {
    f"{depth} lists deep": (b"[" * depth + b"]" * depth, json.loads("[" * depth + "]" * depth))
    for depth in (2, 31, 32)
}

# In a list this is two numbers.
_ELSEWHERE_FINE = {("comma as point", "in a list")}
INVALID: Refusals = {
    f"{kind}, {place}": (data, "json-syntax")
    for kind, text in NO_VALUE.items()
    for place, data in placed(text).items()
    if (kind, place) not in _ELSEWHERE_FINE
}
INVALID |= {f"surrogate {kind}": (t.encode(), "encoding") for kind, t in SURROGATES.items()}
INVALID |= {f"not UTF-8: {k}": (b'["' + raw + b'"]', "encoding") for k, raw in NOT_UTF8.items()}
INVALID |= {f"key twice: {kind}": (t.encode(), "duplicate-key") for kind, t in TWICE.items()}
INVALID |= {
    f"{encoding} {mark}": (("\ufeff[1]" if mark == "marked" else "[1]").encode(encoding), rule)
    for encoding, mark, rule in (
        ("utf-8", "marked", "encoding"),
        ("utf-16-le", "marked", "encoding"),
        ("utf-16-be", "marked", "encoding"),
        ("utf-16-le", "bare", "json-syntax"),
        ("utf-16-be", "bare", "json-syntax"),
        ("utf-32-le", "bare", "json-syntax"),
        ("utf-32-be", "bare", "json-syntax"),
        ("utf-7", "marked", "json-syntax"),
    )
}
INVALID |= {
    f"{depth} deep in {kind}": (opening * depth + b"1" + closing * depth, "document-depth")
    for kind, opening, closing in (("lists", b"[", b"]"), ("objects", b'{"a":', b"}"))
    for depth in (33, 1000, 100_000)
}
INVALID |= {
    f"only {kind}": (data, "json-syntax")
    for kind, data in {
        "spaces": b"  \n",
        "a zero byte": b"\0",
        "binary": bytes(range(128)),
        "two documents": b"[1]\n[2]\n",
        "a zero byte after": b"[1]\0",
        "JSON lines": b'{"a":1}\n{"a":2}',
        "a record separator": b"\x1e[1]",
        "a guard prefix": b")]}'\n[1]",
    }.items()
}


def alike(one: Json, other: Json) -> bool:
    """Equal, and of the same types all the way down: 1 is not True, and neither is 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == other


def test_the_json_suite_is_complete() -> None:
    assert len(VALID) + len(INVALID) >= 318


@pytest.mark.parametrize("kind", VALID)
def test_the_valid_files_of_the_json_suite_are_read(kind: str) -> None:
    data, value = VALID[kind]
    assert alike(parse(data), value)
    assert alike(parse(data.decode()), value)


@pytest.mark.parametrize("kind", INVALID)
def test_the_invalid_files_of_the_json_suite_are_refused(kind: str) -> None:
    data, rule = INVALID[kind]
    with pytest.raises(DocumentError) as caught:
        parse(data)
    assert caught.value.rule == rule
    assert re.search(r"[a-z]", caught.value.what)
