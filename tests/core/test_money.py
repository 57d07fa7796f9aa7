import decimal
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricectl.core.credits import Job, job_credits
from pricectl.core.errors import BadProfile
from pricectl.core.money import (
    PICO_PER_USD,
    ROUNDINGS,
    TOKENS_PER_MTOK,
    Rounding,
    divide,
    exact,
    is_bounded,
    is_exact,
    parse_usd,
    pico_usd,
    plain_decimal,
    shifted,
    usd,
    usd_per_mtok,
)
from pricectl.core.profile import Profile


@pytest.fixture
def hostile_context() -> Iterator[None]:
    with decimal.localcontext() as context:
        context.prec = 3
        context.Emax = 5
        context.Emin = -5
        context.rounding = decimal.ROUND_UP
        for signal in context.traps:
            context.traps[signal] = True
        yield


@pytest.mark.parametrize(
    ("price_usd", "expected"),
    [
        ("2.5e-06", 2_500_000),  # $2.50 per 1M: 0.0000025 x 1e12
        ("7.5e-08", 75_000),  # $0.075 per 1M
        ("0.039", 39_000_000_000),  # an image
        ("1E+2", 100 * 10**12),
        ("0.5e-12", 0),  # a tie goes to the even neighbour
        ("1.5e-12", 2),
        ("2.5e-12", 2),
        ("3.5e-12", 4),
        ("2.5000000001e-12", 3),  # just above a tie
        ("2.4999999999e-12", 2),
        ("0.0000029999900000000002", 2_999_990),  # float dirt beyond the picodollar
        ("1e-100", 0),
        ("0", 0),
    ],
)
def test_a_price_becomes_whole_picodollars(price_usd: str, expected: int) -> None:
    assert pico_usd(Decimal(price_usd)) == expected


def test_a_whole_price_is_exact() -> None:
    assert pico_usd(3) == 3 * PICO_PER_USD
    assert is_exact(3)


@pytest.mark.parametrize(
    ("price_usd", "exact"),
    [("2.5e-06", True), ("1e-12", True), ("1.0e-12", True), ("1e-13", False), ("0.0", True)],
)
def test_prices_finer_than_a_picodollar_are_reported(price_usd: str, exact: bool) -> None:  # noqa: FBT001
    assert is_exact(Decimal(price_usd)) is exact


@pytest.mark.usefixtures("hostile_context")
def test_the_decimal_context_does_not_change_results() -> None:
    price = Decimal("0.0000123456785")
    assert pico_usd(price) == 12_345_678  # 12345678.5: a tie, and 8 is even
    assert not is_exact(price)
    assert parse_usd("123.456789012345") == 123_456_789_012_345


@pytest.mark.parametrize(
    ("numerator", "denominator", "up", "down", "half_even"),
    [
        (0, 7, 0, 0, 0),
        (14, 7, 2, 2, 2),
        (1, 3, 1, 0, 0),
        (2, 3, 1, 0, 1),
        (5, 10, 1, 0, 0),  # ties: to 0, 2, 2, 4
        (15, 10, 2, 1, 2),
        (25, 10, 3, 2, 2),
        (35, 10, 4, 3, 4),
        (26, 10, 3, 2, 3),
        (24, 10, 3, 2, 2),
        (-1, 1, -1, -1, -1),
        (-1, 10, -1, 0, 0),
        (-5, 10, -1, 0, 0),  # up is away from zero, down towards it
        (-15, 10, -2, -1, -2),
        (-29, 10, -3, -2, -3),
        (10**40 + 1, 10, 10**39 + 1, 10**39, 10**39),
    ],
)
def test_every_rounding_rounds_as_documented(
    numerator: int, denominator: int, up: int, down: int, half_even: int
) -> None:
    expected: dict[Rounding, int] = {"up": up, "down": down, "half-even": half_even}
    assert {how: divide(numerator, denominator, how) for how in ROUNDINGS} == expected
    whole, rest = divmod(abs(numerator), denominator)
    assert whole + ROUNDINGS["half-even"](whole, rest, denominator) == abs(half_even)


@pytest.mark.parametrize("unknown", ["upp", "half-up", "", None, ["up"]])
def test_an_unknown_rounding_charges_nothing(unknown: Any) -> None:
    profile = Profile(rounding=unknown)
    with pytest.raises(BadProfile, match="is not a rounding"):
        divide(29, 10, unknown)
    with pytest.raises(BadProfile, match="is not a rounding"):
        job_credits(Job(290_000_000_000, 0, used=True), "consumption_usd", profile)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (1, "0.000000000001"),
        (10**10, "0.01"),
        (10**9, "0.001"),
        (7_500_000_000, "0.0075"),
        (3 * 10**12, "3.00"),
        (1_234_500_000_000, "1.2345"),
        (10**30, "1000000000000000000.00"),
        (-1_500_000_000_000, "-1.50"),
        (-1, "-0.000000000001"),
    ],
)
def test_dollars_show_every_digit_and_at_least_cents(amount: int, text: str) -> None:
    assert usd(amount) == text
    assert parse_usd(text) == amount


def test_dollars_may_drop_the_cents() -> None:
    assert usd(3 * 10**12, min_decimals=0) == "3"
    assert usd(35 * 10**11, min_decimals=0) == "3.5"
    assert usd(0, min_decimals=0) == "0"


@pytest.mark.parametrize(
    ("per_token", "text"),
    [(0, "0.00"), (1, "0.000001"), (75_000, "0.075"), (2_500_000, "2.50"), (15_000_000, "15.00")],
)
def test_token_prices_show_per_million(per_token: int, text: str) -> None:
    assert usd_per_mtok(per_token) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1,5",
        "$1",
        "1_000",
        "\uff11",  # full-width one
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1e1000000",
        "1e-1000000",
        "0e1000000",
        "1e99999999999999999999",
        "1" * 65,
    ],
)
def test_text_that_is_not_a_plain_number_is_refused(text: str) -> None:
    assert plain_decimal(text) is None
    with pytest.raises(ValueError, match="not a plain decimal number"):
        parse_usd(text)


@pytest.mark.parametrize(
    ("text", "bounded"), [("1e64", True), ("1e65", False), ("1e-64", True), ("1e-65", False)]
)
def test_the_largest_and_smallest_numbers_people_type(text: str, *, bounded: bool) -> None:
    assert is_bounded(Decimal(text)) is bounded
    assert plain_decimal(text) == (Decimal(text) if bounded else None)


def test_a_price_far_below_a_picodollar_is_not_exact() -> None:
    assert not is_exact(Decimal("1e-500"))
    assert pico_usd(Decimal("1e-500")) == 0


def test_a_plain_number_is_read_whole() -> None:
    assert plain_decimal("12.50") == Decimal("12.5")
    assert plain_decimal("25e-1") == Decimal("2.5")
    assert plain_decimal("1" * 64) == int("1" * 64)


def test_a_dollar_per_million_tokens_is_a_million_picodollars_a_token() -> None:
    assert PICO_PER_USD == TOKENS_PER_MTOK * 10**6
    assert usd_per_mtok(10**6) == "1.00"


def test_an_exact_number_has_every_digit_that_its_factors_of_two_and_five_need() -> None:
    assert [exact(Fraction(1, number)) for number in (8, 25, 125)] == ["0.125", "0.04", "0.008"]


def test_a_shifted_number_has_no_zeros_and_no_point_at_its_end() -> None:
    assert [shifted(Decimal(text), 0) for text in ("2.50", "2.00", "20")] == ["2.5", "2", "20"]
