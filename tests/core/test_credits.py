import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricectl.core import (
    MODES,
    BadProfile,
    Catalog,
    Job,
    Mode,
    Profile,
    Usage,
    charge,
    client_cost,
    exact_credits,
    job_credits,
    quote,
)
from pricectl.core.credits import BUDGET_MODES

USD = 10**12
CATALOG = Catalog.load(
    json.dumps(
        {"o": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 0}, "empty": {}}}
    )
)


def profile(**settings: object) -> Profile:
    return Profile.read(settings)


def call(input_tokens: int) -> Any:
    """A call of one micro-dollar a token."""
    return quote(CATALOG, "m", Usage(input_tokens))


@pytest.mark.parametrize(
    ("micro_usd", "settings", "exact", "rounded"),
    [
        # 0.29 USD x 100 = 29 exactly, which floats miss
        (290_000, {"credits_per_dollar": 100}, 29, (29, 29, 29)),
        # 0.57 x 100 = 57; 1.15 x 100 = 115
        (570_000, {"credits_per_dollar": 100}, 57, (57, 57, 57)),
        (1_150_000, {"credits_per_dollar": 100}, 115, (115, 115, 115)),
        # 0.25 USD x 10 = 2.5: a tie
        (250_000, {}, Fraction(5, 2), (3, 2, 2)),
        (350_000, {}, Fraction(7, 2), (4, 3, 4)),
        # 1 USD + 12.5% = 1.125 USD x 10 = 11.25
        (1_000_000, {"markup_percent": "12.5"}, Fraction(45, 4), (12, 11, 11)),
        # 1 USD + 33.3% = 1.333 USD x 0.5 = 0.6665; the minimum lifts 0
        (
            1_000_000,
            {"markup_percent": Decimal("33.3"), "credits_per_dollar": "0.5"},
            Fraction(6665, 10_000),
            (1, 1, 1),
        ),
        # one micro-dollar is 0.00001 credits: at least one is charged
        (1, {}, Fraction(1, 100_000), (1, 1, 1)),
        (1, {"minimum_credits": 0}, Fraction(1, 100_000), (1, 0, 0)),
        (1_000_001, {}, Fraction(1_000_001, 100_000), (11, 10, 10)),
        (1_000_000, {"minimum_credits": 25}, 10, (25, 25, 25)),
    ],
)
def test_credits_by_cost(
    micro_usd: int,
    settings: dict[str, object],
    exact: Fraction,
    rounded: tuple[int, int, int],
) -> None:
    job = Job(micro_usd * 10**6, 1, used=True)
    assert exact_credits(job, "consumption_usd", profile(**settings)) == exact
    for rounding, expected in zip(("up", "down", "half-even"), rounded, strict=True):
        chosen = profile(**settings, rounding=rounding)
        assert job_credits(job, "consumption_usd", chosen) == expected


@pytest.mark.parametrize(
    ("tokens", "settings", "expected"),
    [
        (1, {}, 1),
        (10_000, {}, 1),
        (10_001, {}, 2),
        (10_001, {"rounding": "down"}, 1),
        (15_000, {"rounding": "half-even"}, 2),  # 1.5 goes to 2
        (25_000, {"rounding": "half-even"}, 2),  # 2.5 goes to 2
        (9_999, {"rounding": "down"}, 1),  # the minimum
        (9_999, {"rounding": "down", "minimum_credits": 0}, 0),
        (5, {"tokens_per_credit": "2.5"}, 2),
    ],
)
def test_credits_by_tokens(tokens: int, settings: dict[str, object], expected: int) -> None:
    job = Job(0, tokens, used=True)
    assert job_credits(job, "consumption_tokens", profile(**settings)) == expected


def test_a_job_based_charge_does_not_depend_on_usage() -> None:
    for job in (Job(1, 1, used=True), Job(10**20, 10**9, used=True)):
        assert job_credits(job, "job_based", profile()) == 1
        assert job_credits(job, "job_based", profile(credits_per_job=7)) == 7
        assert job_credits(job, "job_based", profile(credits_per_job=0)) == 1
        assert job_credits(job, "job_based", profile(credits_per_job=0, minimum_credits=0)) == 0


@pytest.mark.parametrize("mode", MODES)
def test_no_usage_costs_no_credits(mode: Mode) -> None:
    assert job_credits(Job(), mode, profile(minimum_credits=5)) == 0
    assert charge(Job(), quote(CATALOG, "m", Usage()), mode, profile()) == (Job(), 0)


@pytest.mark.parametrize("mode", MODES)
def test_usage_that_costs_nothing_is_charged_the_minimum(mode: Mode) -> None:
    job, credits_now = charge(Job(), quote(CATALOG, "m", Usage(0, 5)), mode, profile())
    assert (job, credits_now) == (Job(0, 5, used=True), 1)
    unpriced = quote(CATALOG, "empty", Usage(0, 0, page=1))
    assert charge(Job(), unpriced, mode, profile())[1] == 1


def test_many_small_calls_are_rounded_once() -> None:
    # 1000 calls of 40 micro-USD are 0.04 USD, x 10 = 0.4 credits, so 1 in all, not 1000 and not 0
    job, charged = Job(), []
    for _ in range(1000):
        job, credits_now = charge(job, call(40), "consumption_usd", profile())
        charged.append(credits_now)
    assert charged == [1] + [0] * 999
    # 4000 more: 0.2 USD are 2 credits; the second falls due just above 0.1 USD
    for number in range(4000):
        job, credits_now = charge(job, call(40), "consumption_usd", profile())
        charged.append(credits_now)
        if credits_now:
            assert number == 1500  # 2500 calls are exactly 0.1 USD; the next one is above it
    assert sum(charged) == 2


def test_the_charge_is_the_difference_of_two_rounded_totals() -> None:
    settings = profile(rounding="down", credits_per_dollar=1, minimum_credits=1)
    job, charged = Job(), []
    for micro_usd in (600_000, 600_000, 600_000, 1_200_000):
        job, credits_now = charge(job, call(micro_usd), "consumption_usd", settings)
        charged.append(credits_now)
    # totals 0.6, 1.2, 1.8, 3.0 round down to 0 (at least 1), 1, 1, 3
    assert charged == [1, 0, 0, 2]
    assert job == Job(3 * USD, 3_000_000, used=True)


def test_a_markup_is_exact() -> None:
    assert client_cost(USD, profile(markup_percent="0.1")) == Fraction(1001 * USD, 1000)
    assert client_cost(1, profile(markup_percent=30)) == Fraction(13, 10)
    assert client_cost(7, profile()) == 7


def test_a_profile_has_the_house_defaults() -> None:
    assert profile() == Profile("default", Fraction(0), Fraction(10), Fraction(10_000), 1, 1, "up")
    assert Profile.read({}, "gold").name == "gold"
    everything = profile(
        markup_percent="30",
        credits_per_dollar=Decimal("2.5"),
        tokens_per_credit=500,
        credits_per_job=3,
        minimum_credits="2",
        rounding="half-even",
    )
    assert everything == Profile(
        "default", Fraction(30), Fraction(5, 2), Fraction(500), 3, 2, "half-even"
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"markup": 30}, "unknown setting markup; did you mean markup_percent?"),
        ({"name": "x"}, "unknown setting name"),
        ({"markup_percent": 0.3}, "0.3 is not an amount"),
        ({"markup_percent": -1}, "-1 is not an amount"),
        ({"markup_percent": Decimal("-5.5")}, "-5.5 is not an amount; write a number from 0"),
        ({"markup_percent": -5}, "only a rule may have a negative markup"),
        ({"markup_percent": -(10**5000)}, "this number is not an amount"),
        ({"markup_percent": True}, "True is not an amount"),
        ({"markup_percent": None}, "None is not an amount"),
        ({"markup_percent": "30%"}, "'30%' is not an amount"),
        ({"markup_percent": "-0.1"}, "not an amount"),
        ({"markup_percent": "1e400"}, "not an amount"),
        ({"markup_percent": Decimal("NaN")}, "not an amount"),
        ({"markup_percent": Decimal("Infinity")}, "not an amount"),
        ({"markup_percent": Decimal("1e-999999999")}, "not an amount"),
        ({"markup_percent": Decimal(-1)}, "not an amount"),
        ({"markup_percent": 10**15 + 1}, "write a number from 0 to 1,000,000,000,000,000"),
        ({"markup_percent": Decimal(10**15 + 1)}, "not an amount"),
        ({"credits_per_dollar": "x"}, "profile default: credits_per_dollar: 'x' is not an amount"),
        ({"tokens_per_credit": 0}, "tokens_per_credit: is zero"),
        ({"tokens_per_credit": "0.0"}, "is zero"),
        ({"credits_per_job": "1.5"}, "1.5 is not a whole number"),
        ({"minimum_credits": Decimal("0.5")}, "0.5 is not a whole number"),
        ({"rounding": "ceil"}, "'ceil' is not a rounding; one of up, down, half-even"),
        ({"rounding": None}, "None is not a rounding"),
        ({"rounding": ["up"]}, "not a rounding"),
    ],
)
def test_a_bad_profile_is_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(BadProfile) as caught:
        Profile.read(settings)
    assert words in str(caught.value)
    assert caught.value.where.startswith("profile default")


def test_an_amount_too_long_to_print_is_refused_like_any_other() -> None:
    with pytest.raises(BadProfile, match="this number is not an amount"):
        Profile.read({"markup_percent": 10**5000})


def test_a_misspelt_budget_mode_names_the_near_one() -> None:
    with pytest.raises(BadProfile, match="did you mean job_based"):
        charge(Job(), call(1), "JOB_BASED", profile())


@pytest.mark.usefixtures("three_modes")
@pytest.mark.parametrize("mode", ["", "per_seat", None, "x" * 99, []])
def test_an_unknown_budget_mode_is_refused(mode: Any) -> None:
    words = (
        f"{mode!r:.60} is not a budget mode; one of job_based, consumption_usd, consumption_tokens"
    )
    with pytest.raises(BadProfile) as caught:
        charge(Job(), call(1), mode, profile())
    assert str(caught.value) == words


def test_the_largest_amount_is_read() -> None:
    for amount in (10**15, Decimal(10**15), str(10**15)):
        assert profile(markup_percent=amount).markup_percent == 10**15


def test_without_a_profile_the_cost_is_added_and_the_credits_are_none() -> None:
    call = quote(CATALOG, "m", Usage(1_000_000))
    job, credits_due = charge(Job(), call, "consumption_usd", None)
    assert (job, credits_due) == (Job(USD, 1_000_000, used=True), None)


def test_a_formula_is_shown_with_the_figures_of_the_job() -> None:
    """150,000 tokens at 10,000 a credit; $13 for the client at 100 credits a dollar."""
    job, profile = Job(10 * 10**12, 150_000, used=True), Profile.read({"credits_per_dollar": 100})
    shown = {name: mode.figures(job, profile, "13", str) for name, mode in BUDGET_MODES.items()}
    assert shown == {
        "job_based": "per completed job",
        "consumption_usd": "$13 x 100 a dollar",
        "consumption_tokens": "150,000 tokens / 10000",
    }
