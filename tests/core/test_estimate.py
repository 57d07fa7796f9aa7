"""A quote taken to a customer's bill; figures worked out beside each test."""

from decimal import Decimal
from fractions import Fraction

import pytest

from pricectl.core import Catalog, Profile, Usage, quote
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate, ModeCredits
from pricectl.core.responses import read_response

USD = 10**12
CATALOG = Catalog.load(
    """{"o": {"m": {
      "input_cost_per_token": 1.5e-06, "output_cost_per_token": 6e-06, "cost_per_second": 0.0001
    }}}"""
)
PROFILE = Profile.read({"markup_percent": "50", "credits_per_dollar": "100", "minimum_credits": 1})


def estimate(usage: Usage, calls: int = 1) -> Estimate:
    return Estimate(quote(CATALOG, "m", usage), calls, PROFILE)


def charged(found: Estimate) -> dict[str, ModeCredits]:
    return {each.mode: each for each in found.credits}


def test_the_lines_of_a_job_add_up_to_its_cost() -> None:
    # 1,000 x $1.50 + 200 x $6 per 1M = $0.0027 a call, $0.0081 for three
    found = estimate(Usage(1000, 200), calls=3)
    assert [(line.unit, line.quantity) for line in found.lines] == [
        ("input", 3000),
        ("output", 600),
    ]
    assert found.pico_usd == sum(line.pico_usd for line in found.lines) == 81 * USD // 10_000


def test_seconds_of_a_job_stay_exact() -> None:
    # 12.345 s x $0.0001 = $0.0012345 a call
    found = estimate(Usage(0, second=Decimal("12.345")), calls=1_000_000_007)
    (line,) = found.lines
    assert line.quantity == Decimal("12345000086.415")
    assert line.pico_usd == 1_234_500_000 * 1_000_000_007


def test_a_job_is_rounded_once() -> None:
    # $0.0027 + 50% = $0.00405, 0.405 credits a call; three calls are 1.215, not 3 x 1
    found = estimate(Usage(1000, 200), calls=3)
    assert found.client_pico_usd == 1215 * USD // 100_000
    by_cost = charged(found)["consumption_usd"]
    assert (by_cost.exact, by_cost.charged) == (Fraction(1215, 1000), 2)
    assert charged(estimate(Usage(1000, 200)))["consumption_usd"].charged == 1


def test_every_budget_mode_is_there_in_the_order_of_the_table() -> None:
    assert [each.budget_mode for each in estimate(Usage(1)).credits] == list(BUDGET_MODES.values())


@pytest.mark.parametrize("pico_usd", [1, 3])
def test_the_cost_with_markup_is_rounded_half_even(pico_usd: int) -> None:
    # 1.5 and 4.5 picodollars with 50% are 2 and 4
    catalog = Catalog.load(f'{{"o": {{"m": {{"input_cost_per_token": {pico_usd}e-12}}}}}}')
    found = Estimate(quote(catalog, "m", Usage(1)), 1, PROFILE)
    assert found.client_pico_usd == {1: 2, 3: 4}[pico_usd]


def test_signals_of_the_response_are_in_the_estimate() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
    reading = read_response({"model": "m", "usage": usage, "service_tier": "priority"})
    call = quote(CATALOG, "m", reading.usage)
    assert Estimate(call, 1, PROFILE, reading).signals == reading.signals
    assert Estimate(call, 1, PROFILE).signals == ()


def test_flags_of_the_response_are_in_the_estimate() -> None:
    # Gemini's stream without a finish reason: its usage is a lower bound.
    counts = {"promptTokenCount": 10, "candidatesTokenCount": 1}
    reading = read_response([{"candidates": [{"content": {}}], "usageMetadata": counts}])
    call = quote(CATALOG, "m", reading.usage)
    assert Estimate(call, 1, PROFILE, reading).response_flags == ("ended-early",)
    assert Estimate(call, 1, PROFILE).response_flags == ()


def reasons(usage: Usage, **settings: object) -> dict[str, str]:
    """Why each mode charges what it charges; costs in USD."""
    found = Estimate(quote(CATALOG, "m", usage), 1, Profile.read(settings))
    return {each.mode: each.reason("0.0027", str) for each in found.credits}


def test_the_minimum_is_named_only_where_it_decided() -> None:
    # $0.0027 x 10 = 0.027, rounded up to the 1 that the minimum is, too
    used = Usage(1000, 200)
    up = reasons(used)
    assert up["job_based"] == "1 credit per completed job"
    assert up["consumption_usd"] == "$0.0027 x 10 a dollar = 27/1000, rounded up"
    down = reasons(used, rounding="down")
    assert down["consumption_usd"] == "$0.0027 x 10 a dollar = 27/1000, rounded down, at least 1"
    least = reasons(used, minimum_credits=5, credits_per_job=3)
    assert least["job_based"] == "3 credits per completed job, at least 5"
    assert least["consumption_tokens"] == "1,200 tokens / 10000 = 3/25, rounded up, at least 5"


def test_without_usage_there_is_nothing_to_charge() -> None:
    assert set(reasons(Usage()).values()) == {"nothing was used"}
