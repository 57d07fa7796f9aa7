"""Counts as people type them, and what is refused because it may mean two things."""

from decimal import Decimal

import pytest

from pricectl.core.typed_counts import read_amount, read_count, whole_number_problem


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("0", 0),
        ("1000", 1000),
        ("1,000", 1000),
        ("1_000_000", 1_000_000),
        ("100k", 100_000),
        ("100K", 100_000),
        ("1.5M", 1_500_000),
        ("1,000.5k", 1_000_500),
        ("1e6", 1_000_000),
        ("1E6", 1_000_000),
        ("1e+6", 1_000_000),
        ("2.5e3", 2500),
        ("1.000e3", 1000),
        ("1e15", 10**15),
        ("1e0", 1),
    ],
)
def test_a_count_is_read_as_it_is_typed(word: str, count: int) -> None:
    assert read_count(word) == count


@pytest.mark.parametrize(
    "word",
    [
        "",
        "k",
        "e6",
        "-1",
        "+1",
        "1.000",
        "1.0",
        "1,00",
        "1,5k",
        "1.2345k",
        "1e-3",
        "1e16",
        "1e999",
        "1e999999999",
        "1e6k",
        "1ke6",
        "1.5e0",
        "1G",
        "0x10",
        "1e6.5",
        "\u0661\u0662",  # Arabic digits
        "\uff11\uff10",  # full-width digits
        "1\u00a0000",
        "9" * 400,
        "nan",
        "inf",
        "gpt-4o",
    ],
)
def test_what_may_mean_two_things_is_not_a_count(word: str) -> None:
    assert read_count(word) is None


def test_an_amount_may_have_decimals() -> None:
    assert read_amount("12.5") == Decimal("12.5")
    assert read_amount("1.5e2") == 150
    assert str(read_amount("1e3")) == "1000"
    assert read_amount("1e-3") is None


def test_a_fraction_of_a_count_is_named_with_its_value() -> None:
    assert whole_number_problem("1.2345k") == "'1.2345k' is 1234.5, which is not a whole number"
    assert whole_number_problem("2.5e0") == "'2.5e0' is 2.5, which is not a whole number"
    assert whole_number_problem("1.000") == ""
    assert whole_number_problem("1.5k") == ""
    assert whole_number_problem("x") == ""
