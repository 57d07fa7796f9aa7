"""Documents and catalogs: work and memory grow no faster than the text, whatever it holds.

The constants of the laws are about twice what the worst text found needs.
"""

import contextlib
import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricectl.core import Catalog, PricingError, Usage, find, quote
from pricectl.core.document import MAX_BYTES, MAX_DEPTH, parse
from pricectl.explain import chain
from tests.core.costs import Law, cost_of


def test_the_cost_measure_fails_on_super_linear_work() -> None:
    """Each part of the law fails on work that breaks it."""
    law = Law(2, 2, 60, 1000, 100_000)
    law.check(cost_of(lambda: json.loads("[" + "1," * 5000 + "1]")), 10_000)
    text = "x" * 300
    kept: list[str] = []
    for broken in (
        lambda: [[len(text) for _ in text] for _ in text],
        lambda: [text.count("y") for _ in text],
        lambda: [list(text).count("y") for _ in text],
        lambda: [None] * 1_000_000,
        lambda: kept.append("x" * 200_000),
        lambda: Decimal("1." + "3" * 1000).as_integer_ratio(),
    ):
        with pytest.raises(AssertionError):
            law.check(cost_of(broken), len(text))
    with pytest.raises(ValueError, match="Exceeds the limit"):
        cost_of(lambda: int("9" * 5000))


# A document's size is its bytes. `[],` is three bytes, an empty list and its place in another
# list take 64 and 8, and what is checked level by level stands in one more list.
DOCUMENT = Law(calls=4, characters=6, peak_bytes=90, calls_at_least=500, bytes_at_least=3_000_000)
SIZE = 1 << 15


def repeated(item: str, size: int = SIZE) -> str:
    """A list of equal items."""
    return "[" + ",".join([item] * (size // (len(item) + 1))) + "]"


def numbered(form: str, brackets: str, size: int = SIZE) -> str:
    """Items told apart by their number."""
    items = [form.format(number) for number in range(size // (len(form) + 4))]
    return brackets[0] + ",".join(items) + brackets[1]


DOCUMENTS = {
    "integers": repeated("1"),
    "empty lists": repeated("[]"),
    "empty objects": repeated("{}"),
    "small objects": repeated('{"":0}'),
    "numbers told apart": numbered("0.{}", "[]"),
    "long numbers": repeated("9" * 64),
    "too long numbers": repeated("9" * 65),
    "not a number": repeated("NaN"),
    "no sensible exponent": repeated("1e99999999"),
    "an unholdable exponent": repeated("1e99999999999999999999"),
    "the smallest number": repeated("1e-100"),
    "one integer": "9" * SIZE,
    "one fraction": "[0." + "9" * SIZE + "]",
    "one string": '["' + "x" * SIZE + '"]',
    "not ASCII": '["é",' + repeated('{"":0}')[1:],
    "not ASCII, numbers": '["é",' + numbered("0.{}", "[]")[1:],
    "escapes": '["' + "\\u00e9" * (SIZE // 6) + '"]',
    "pairs of surrogates": '["' + "\\ud83d\\ude00" * (SIZE // 12) + '"]',
    "a lone surrogate": '["' + "x" * SIZE + '\\ud800"]',
    "many keys": numbered('"{}":1', "{}"),
    "a late duplicate": numbered('"{}":1', "{}")[:-1] + ',"last":1,"last":2}',
    "many duplicates": "{" + ",".join(['"a":1'] * (SIZE // 6)) + "}",
    "a long duplicate": '{{"{0}":1,"{0}":2}}'.format("k" * (SIZE // 2)),
    "a duplicate in each object": repeated('{"a":1,"a":1}'),
    "brackets": "[" * SIZE,
    "objects in objects": '{"":' * (SIZE // 5),
    "brackets that close": "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "the deepest lists": repeated("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)),
    "one level too many": repeated("[" * MAX_DEPTH + "]" * MAX_DEPTH),
    "space": " " * SIZE + "1",
    "lines": "\n" * SIZE + "x",
    "a byte too many": repeated("1") + "]",
    "backslashes": '"' + "\\" * SIZE,
    "quotes": '"' * SIZE,
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize("read", [parse, Catalog.load])
def test_reading_a_document_takes_linear_time(read: Callable[[bytes], object], text: str) -> None:
    data = text.encode()
    DOCUMENT.check(cost_of(lambda: read(data)), len(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * MAX_BYTES,
        b"x" * (MAX_BYTES - 1) + b"\xff",
        b"[" * MAX_BYTES,
        b"9" * MAX_BYTES,
        b"0." + b"9" * (MAX_BYTES - 2),
        b'"' + b"x" * (MAX_BYTES - 2) + b'"',
        b'"' + b"\\u00e9" * (MAX_BYTES // 6 - 1) + b'"',
        b'{"a":"' + b"x" * (MAX_BYTES - 17) + b'","a":1}',
        b"\n" * MAX_BYTES,
        b" " * (MAX_BYTES + 1),
    ],
    ids=lambda data: repr(data[:6]),
)
def test_the_largest_documents_are_read_in_linear_time(data: bytes) -> None:
    DOCUMENT.check(cost_of(lambda: Catalog.load(data)), len(data))


def test_memory_is_released_after_reading() -> None:
    """Numbers and keys are remembered as written; long ones and too many are not."""

    def read_long_numbers() -> None:
        for number in range(20):
            parse("[0." + str(number) * 500_000 + "]")

    def read_many_numbers() -> None:
        for number in range(16):
            parse(numbered(f"0.{number:03}{{:050}}", "[]", 1 << 16))

    def read_long_keys() -> None:
        for number in range(20):
            Catalog.load('{"p":{"m":{"cost' + str(number) * 500_000 + '":1}}}')

    for read in (read_long_numbers, read_many_numbers, read_long_keys):
        assert cost_of(read).kept_bytes < DOCUMENT.bytes_at_least


def rows(form: str) -> str:
    """A catalog of as many rows as fit."""
    return '{"p":' + numbered('"m{}":' + form.replace("{", "{{").replace("}", "}}"), "{}") + "}"


SPELLINGS = [
    "".join(letters) for letters in product(*zip("abcdefghijk", "ABCDEFGHIJK", strict=True))
]
CATALOGS = {
    "rows": rows('{"input_cost_per_token":1e-06}'),
    "empty rows": rows("{}"),
    "rows that are none": rows("1"),
    "exponents": rows('{"input_cost_per_token":1e999999}'),
    "wrong prices": rows('{"input_cost_per_token":-1}'),
    "providers": numbered('"p{}":{{"m":{{}}}}', "{}"),
    "one name in every case": '{"p":{' + ",".join(f'"{name}":{{}}' for name in SPELLINGS) + "}}",
    "price keys": '{"p":{"m":' + numbered('"input_cost_per_token_above_{}k_tokens":1', "{}") + "}}",
    "services": '{"p":{"m":'
    + ("{" + ",".join(f'"input_cost_per_token_{"x" * number}":1' for number in range(1, 350)) + "}")
    + "}}",
    "almost price keys": '{"p":{"m":' + numbered('"cost{}":1', "{}") + "}}",
    "a long almost price key": '{"p":{"m":{"input_cost_per_token_' + "x" * SIZE + '1":1}}}',
    "aliases": '{"p":{"m":{"aliases":' + numbered('"a{}"', "[]") + "}}}",
    "one alias": '{"p":{"m":{"aliases":' + repeated('"a"') + "}}}",
    "wrong aliases": '{"p":{"m":{"aliases":' + repeated("1") + "}}}",
    "tiers": '{"p":{"m":{"tiered_pricing":'
    + numbered('{{"range":[{}],"input_cost_per_token":1}}', "[]")
    + "}}}",
    "times": '{"p":{"m":{"previous":' + repeated('{"until":"2026-01-01"}') + "}}}",
    "wrong times": '{"p":{"m":{"upcoming":' + repeated("1") + "}}}",
    "hours": '{"p":{"m":{"off_peak_pricing":{"windows":'
    + repeated('{"hours_utc":"10:00-11:00"}')
    + "}}}}",
    "factors": '{"p":{"m":{"provider_specific_entry":' + numbered('"r{}":1.1', "{}") + "}}}",
    "searches": '{"p":{"m":{"search_context_cost_per_query":' + numbered('"s{}":1', "{}") + "}}}",
}
# Each key with "cost" in it is compared with every price key's beginning.
CATALOG = DOCUMENT._replace(calls=20, peak_bytes=250)


@pytest.mark.parametrize("text", CATALOGS.values(), ids=CATALOGS)
def test_loading_a_catalog_takes_linear_time(text: str) -> None:
    data = text.encode()
    CATALOG.check(cost_of(lambda: Catalog.load(data)), len(data))
    with contextlib.suppress(PricingError):
        catalog = Catalog.load(data)
        for name in ("m", "m1", "ABCDEFGHIJK", "p/m1", "-".join(["us"] * 80), "x" * SIZE):
            CATALOG.check(cost_of(partial(find, catalog, name)), len(data))
        found = quote(catalog, "m1", Usage(10**6, 10**6, page=1))
        CATALOG.check(cost_of(lambda: chain(found)), len(data))


FRAGMENTS = st.text('[]{}",:.eE+-0159tfnul\\ud8 é\n', min_size=1, max_size=10)


@settings(max_examples=60, deadline=None)
@given(FRAGMENTS | st.just(""), FRAGMENTS, st.integers(1, 2000), FRAGMENTS | st.just(""))
def test_loading_repeated_members_takes_linear_time(
    start: str, fragment: str, times: int, end: str
) -> None:
    for text in (start + fragment * times + end, f"[{','.join([fragment] * times)}]{end}"):
        data = text.encode()
        CATALOG.check(cost_of(partial(Catalog.load, data)), len(data))
