"""Values out of a response: what is read, and where the bounds lie."""

from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from pricectl.core import BadUsage
from pricectl.core.responses.values import (
    Reader,
    amount,
    billed,
    digits,
    dollars,
    items,
    lacks_all,
    member,
    seconds,
    text,
    value_at,
    whole,
)


def refused(reader: Reader, value: object) -> str:
    with pytest.raises(BadUsage) as caught:
        reader(value, "usage.n")
    assert caught.value.where == "usage.n"
    return caught.value.what


@pytest.mark.parametrize(
    ("reader", "value", "count"),
    [
        (whole, 0, 0),
        (whole, 10**15, 10**15),
        (whole, Decimal("1e15"), 10**15),
        (billed, 1e15, 10**15),
        (billed, 0.0, 0),
        (digits, "0", 0),
        (digits, "1000000000000000", 10**15),  # sixteen digits
        (digits, "0000000000000001", 1),
        (seconds, 1e15, 10**18),
        (seconds, Decimal("1e15"), 10**18),
        (amount, 2.5, 2500),
        (amount, 7, 7000),
        (amount, Decimal("0.0001"), 1),
        (amount, 0.0, 0),
        (amount, 1e15, 10**18),
        (dollars, 10**15, 10**27),
        (dollars, 1e15, 10**27),
        (dollars, 0, 0),
    ],
)
def test_the_largest_and_smallest_values_are_read(
    reader: Reader, value: object, count: int
) -> None:
    assert reader(value, "usage.n") == count


@pytest.mark.parametrize(
    ("reader", "value", "what"),
    [
        (whole, -1, "is negative"),
        (whole, 10**15 + 1, "is too large"),
        (whole, Decimal(-1), "is negative"),
        (billed, -1.0, "is negative"),
        (billed, 2e15, "is too large"),
        (digits, "1000000000000001", "is too large"),
        (digits, "00000000000000001", "is not a whole number but str"),  # seventeen digits
        (seconds, -0.001, "is not a duration"),
        (seconds, Decimal("1000000000000000.001"), "is not a duration"),
        (amount, -0.5, "is not an amount"),
        (amount, float("inf"), "is not an amount"),
        (amount, Decimal("NaN"), "is not an amount"),
        (amount, "7", "is not a whole number but str"),
        (dollars, -1, "is not a cost"),
        (dollars, -0.5, "is not a cost"),
        (dollars, 10**15 + 1, "is not a cost"),
    ],
)
def test_values_outside_the_bounds_are_refused(reader: Reader, value: object, what: str) -> None:
    assert refused(reader, value) == what


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (True, "is not a whole number but bool (True)"),
        (2.5, "is not a whole number but float (2.5)"),
        ("a secret", "is not a whole number but str"),
        (["a secret"], "is not a whole number but list"),
        (Decimal("2.5"), "is not a whole number but Decimal"),
    ],
)
def test_a_refusal_shows_numbers_but_no_other_values(value: object, what: str) -> None:
    assert refused(whole, value) == what


class ServiceEnum(Enum):
    FLEX = "flex"
    NUMBER = 7


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 256),
        ("x" * 257, ""),
        ("x" * 300, ""),
        ("", ""),
        (ServiceEnum.FLEX, "flex"),
        (ServiceEnum.NUMBER, ""),
        (b"flex", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_long_text_is_shortened(value: object, read: str) -> None:
    assert text(value) == read


def test_members_are_read_from_mappings_only() -> None:
    body: Any = {"a": {"b": [1, 2]}, "none": None}
    assert member(body, "none") is None
    assert member("text", "upper") is None
    assert member(None, "a") is None
    assert value_at(body, ()) is body
    assert value_at(body, ("a", "b")) == [1, 2]
    assert value_at(body, ("none", "b")) is None
    assert items(body, "a", "b") == [1, 2]
    assert items(body, "a") == ()
    assert items((1, 2)) == (1, 2)
    assert lacks_all(body, ("b", "c"))
    assert not lacks_all(body, ("b", "a"))
    assert not lacks_all([], ("a",))
