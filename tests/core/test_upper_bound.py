"""The most that a call can cost: amounts worked by hand, and that no call ever costs more."""

import os
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from pricectl.core import (
    ANY,
    MODES,
    BadProfile,
    BadUsage,
    Catalog,
    Job,
    Profile,
    Usage,
    charge,
    find,
    quote,
    upper_bound,
)
from pricectl.core.calculator import quantity
from pricectl.core.money import ROUNDINGS
from pricectl.core.units import KNOWN_SERVICES
from pricectl.core.usage import sum_of_usages
from tests.core.naive_calculator import BESIDE, OUTPUT, PROMPT, Naive
from tests.core.random_cases import (
    REGIONS,
    SERVICES,
    as_text,
    as_usage,
    random_counts,
    random_moment,
    random_row,
)

# `make proof` runs 1,000,000.
CASES = int(os.environ.get("PRICECTL_BOUND_CASES", "8000"))
CASES_A_ROW = 100
CENTS = Profile(markup_percent=Fraction(30), credits_per_dollar=Fraction(100))

PROFILES = tuple(
    CENTS._replace(rounding=rounding, minimum_credits=minimum)
    for rounding in ROUNDINGS
    for minimum in (0, 1, 3)
)


def loaded(**prices: object) -> Catalog:
    return Catalog.load(f'{{"o": {{"m": {as_text(prices)}}}}}')


# What rules can do to a bound: lower and raise the cost, the markup and the fee.
RULES: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"service": "batch", "factor": "0.5"}, {"factor": "1.2", "markup_percent": -5}],
    [{"model": "x", "factor": 9}, {"from": "2026-11-01", "markup_percent": 90, "fee_usd": 1}],
    [{"account": "acme", "markup_percent": 60}, {"until": "2026-01-01", "factor": 3}],
    [
        {
            "service": ["fast", "flex"],
            "prices": {"input_cost_per_token": Decimal("9e-06"), "output_cost_per_token": 0},
        },
        {"prices": {"cache_read_input_token_cost_above_1k_tokens": Decimal("7e-05")}},
    ],
)


PLAIN = {"input_cost_per_token": "2e-6", "output_cost_per_token": "10e-6"}


@pytest.mark.parametrize(
    ("more", "usd_per_mtok"),
    [
        # 1,000 x $2 + 100 x $10
        ({}, 3_000),
        # A one-hour cache write is the dearest kind of the prompt: 1,000 x $4 + 100 x $10.
        ({"cache_creation_input_token_cost_above_1hr": "4e-6"}, 5_000),
        # A cheaper kind changes nothing.
        ({"cache_read_input_token_cost": "0.2e-6"}, 3_000),
        # Reasoning at $12: 1,000 x $2 + 100 x $12.
        ({"output_cost_per_reasoning_token": "12e-6"}, 3_200),
        # The tier begins above 1,000, which 1,000 tokens do not pass.
        ({"input_cost_per_token_above_1k_tokens": "9e-6"}, 3_000),
        # Off-peak hours are cheaper, and the call may be made in others.
        (
            {
                "off_peak_pricing": {
                    "windows": [{"hours_utc": "16:00-00:00"}],
                    "input_cost_per_token": "1e-6",
                }
            },
            3_000,
        ),
        # So are hours that cost more: 1,000 x $3 + 100 x $10.
        (
            {
                "off_peak_pricing": {
                    "windows": [{"hours_utc": "16:00-00:00"}],
                    "input_cost_per_token": "3e-6",
                }
            },
            4_000,
        ),
        # An announced list counts from now on: 1,000 x $2 + 100 x $20.
        (
            {
                "upcoming": [
                    {
                        "from": "2027-01-01",
                        "input_cost_per_token": "1e-6",
                        "output_cost_per_token": "20e-6",
                    },
                    {**PLAIN, "from": "2027-02-01"},
                ]
            },
            4_000 - 1_000,
        ),
        ({"previous": [{**PLAIN, "until": "2026-01-01", "output_cost_per_token": "50e-6"}]}, 7_000),
    ],
)
def test_each_token_at_its_dearest(more: dict[str, object], usd_per_mtok: int) -> None:
    bound = upper_bound(loaded(**PLAIN, **more), "m", 1_000, 100)
    assert (bound.pico_usd, bound.tokens) == (usd_per_mtok * 10**6, 1_100)


TIERS = {
    **PLAIN,
    "input_cost_per_token_above_1k_tokens": "4e-6",
    "output_cost_per_token_above_1k_tokens": "8e-6",
}


@pytest.mark.parametrize(
    ("scope", "boundary", "tokens", "usd_per_mtok"),
    [
        # A short prompt keeps the dearer output: 1,001 x $4 + 100 x $10.
        ("request", "gt", 1_001, 1_001 * 4 + 1_000),
        ("request", "gt", 1_000, 1_000 * 2 + 1_000),
        ("request", "gte", 1_000, 1_000 * 4 + 1_000),
        # Marginal: 1,000 x $2 + 500 x $4 + 100 x $10; the tier begins a token earlier with gte.
        ("marginal", "gt", 1_500, 1_000 * 2 + 500 * 4 + 1_000),
        ("marginal", "gte", 1_500, 999 * 2 + 501 * 4 + 1_000),
    ],
)
def test_the_dearest_tier_that_the_prompt_can_reach(
    scope: str, boundary: str, tokens: int, usd_per_mtok: int
) -> None:
    catalog = loaded(**TIERS, context_tier={"scope": scope, "boundary": boundary})
    assert upper_bound(catalog, "m", tokens, 100).pico_usd == usd_per_mtok * 10**6


SOLD = {
    **PLAIN,
    "input_cost_per_token_batches": "1e-6",
    "output_cost_per_token_batches": "5e-6",
    "input_cost_per_token_priority": "4e-6",
    "output_cost_per_token_priority": "20e-6",
    "provider_specific_entry": {"us": "1.1", "regional": "1.2", "flex": "0.5", "ultrafast": "6"},
}


@pytest.mark.parametrize(
    ("service", "region", "usd_per_mtok"),
    [
        (None, None, 3_000),
        ("batch", None, 1_500),
        ("fast", None, 6_000),  # sold as priority
        ("flex", None, 1_500),
        (None, "us", 3_300),
        (None, ANY, 3_600),
        # 6 x $3,000 is more than the $6,000 of priority.
        (ANY, None, 18_000),
        (ANY, ANY, 21_600),
    ],
)
def test_service_and_region(service: str | None, region: str | None, usd_per_mtok: int) -> None:
    bound = upper_bound(loaded(**SOLD), "m", 1_000, 100, service=service, region=region)
    assert bound.pico_usd == usd_per_mtok * 10**6


def test_any_of_a_row_that_has_one_price() -> None:
    assert upper_bound(loaded(**PLAIN), "m", 1_000, 100, service=ANY, region=ANY).pico_usd == 3 * (
        10**9
    )


DATED = {
    **PLAIN,
    "previous": [{**PLAIN, "until": "2026-06-01", "output_cost_per_token": "40e-6"}],
    "upcoming": [
        {
            **PLAIN,
            "from": "2027-01-01T12:00",
            "output_cost_per_token": "20e-6",
            "off_peak_pricing": {
                "windows": [{"hours_utc": "16:00-20:00"}],
                "output_cost_per_token": "30e-6",
            },
        }
    ],
}


@pytest.mark.parametrize(
    ("at", "until", "usd_per_output_mtok"),
    [
        (None, None, 40),
        (date(2026, 5, 31), None, 40),
        (date(2026, 6, 1), None, 10),
        (date(2026, 5, 31), date(2026, 6, 1), 40),
        # The list begins at noon, and what begins later on the day counts.
        (date(2026, 12, 31), None, 10),
        (date(2027, 1, 1), None, 30),
        (datetime(2027, 1, 1, 11, 59, tzinfo=UTC), None, 10),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), None, 30),
        (datetime(2027, 1, 1, 11, 59, tzinfo=UTC), datetime(2027, 1, 1, 12, 0, tzinfo=UTC), 30),
        (datetime(2026, 5, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC), 40),
    ],
)
def test_the_lists_that_can_be_in_force(
    at: date | None, until: date | None, usd_per_output_mtok: int
) -> None:
    bound = upper_bound(loaded(**DATED), "m", 0, 100, at=at, until=until)
    assert bound.pico_usd == usd_per_output_mtok * 100 * 10**6


def test_off_peak_hours_that_are_none_are_never_in_force() -> None:
    lower: dict[str, object] = {"windows": [], "output_cost_per_token": "90e-6"}
    catalog = loaded(**PLAIN, off_peak_pricing=lower)
    for at in (None, date(2026, 11, 23)):
        assert upper_bound(catalog, "m", 0, 100, at=at).pico_usd == 1_000 * 10**6


def test_other_units_are_added() -> None:
    catalog = loaded(**PLAIN, input_cost_per_request="0.005", file_search_cost_per_1k_calls="2.5")
    bound = upper_bound(catalog, "m", 1_000, 100, input_request=1, file_search=2)
    # $0.003 + $0.005 + 2 x $0.0025
    assert bound.pico_usd == 13 * 10**9


ROUNDED = {
    **PLAIN,
    "citation_cost_per_token": "3e-6",
    "billed_counts": {"citation": {"step": 100, "minimum": 200, "free": 10}},
}


@pytest.mark.parametrize(
    ("citations", "requests", "pico_usd"),
    [
        # The first 10 are free.
        (10, 1, 0),
        # One more is billed as at least 200, 201 more as 300: x $3 a million.
        (11, 1, 200 * 3 * 10**6),
        (211, 1, 300 * 3 * 10**6),
        # 22 in two requests may be 200 twice; the bound is 200 and 200 more of each request, and a
        # picodollar of each for its product.
        (22, 2, 600 * 3 * 10**6 + 2),
    ],
)
def test_rounded_token_counts(citations: int, requests: int, pico_usd: int) -> None:
    catalog = loaded(**ROUNDED)
    bound = upper_bound(catalog, "m", 0, 0, citation=citations, requests=requests)
    assert bound.pico_usd == pico_usd
    each = quote(catalog, "m", Usage(citation=citations // requests)).pico_usd
    assert each * requests <= bound.pico_usd


def test_a_rule_for_tokens_of_a_total_is_not_understood_and_left_out() -> None:
    """So no call is charged by it, and the bound does not count it."""
    catalog = loaded(**PLAIN, billed_counts={"input": {"step": 1_000}})
    call = quote(catalog, "m", Usage(201, 7))
    # 201 x $2 + 7 x $10
    assert call.pico_usd == upper_bound(catalog, "m", 201, 7).pico_usd == 472 * 10**6
    assert call.unread


@pytest.mark.parametrize("requests", [0, -1, 1.0, True, None])
def test_the_number_of_requests_is_checked(requests: Any) -> None:
    with pytest.raises(BadUsage, match="number of requests"):
        upper_bound(loaded(**PLAIN), "m", 1, 1, requests=requests)


def test_several_requests_never_cost_more_than_their_bound() -> None:
    """Random rows that round many kinds; one to four requests."""
    rng = random.Random("requests")  # noqa: S311 - test data
    for _ in range(60):
        row = random_row(rng)
        row["billed_counts"] = {
            kind: {word: rng.choice(("1", "7", "100")) for word in ("step", "minimum", "free")}
            for kind in rng.sample(BESIDE, 12)
        }
        catalog = loaded(**row)
        for _ in range(20):
            usages = [as_usage(random_counts(rng)) for _ in range(rng.randint(1, 4))]
            whole = sum_of_usages(usages)
            bound = upper_bound(
                catalog,
                "m",
                whole.input_tokens,
                whole.output_tokens,
                requests=len(usages),
                **{unit: quantity(unit, count) for unit, count in whole.counts if unit in BESIDE},  # type: ignore[arg-type]
            )
            costs = sum(quote(catalog, "m", usage).pico_usd for usage in usages)
            assert costs <= bound.pico_usd, (row, usages)


def test_an_unknown_name_has_the_default_price() -> None:
    catalog = loaded(**PLAIN)
    assert upper_bound(catalog, "nobody", 1_000, 100).pico_usd == 1_200 * 10**6
    assert upper_bound(catalog, "nobody", 1_000, 100).match.is_guess
    match = find(catalog, "m")
    assert upper_bound(catalog, match, 1_000, 100).match is match


@pytest.mark.parametrize("counts", [(-1, 0), (0, 10**16), (1.5, 0), (True, 0), (0, None)])
def test_counts_are_checked(counts: tuple[int, int]) -> None:
    with pytest.raises(BadUsage):
        upper_bound(loaded(**PLAIN), "m", *counts)
    with pytest.raises(BadUsage):
        upper_bound(loaded(**PLAIN), "m", 1, 1, nonsense=1)
    with pytest.raises(BadUsage, match="time zone"):
        upper_bound(loaded(**PLAIN), "m", 1, 1, at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_credits_are_rounded_up_and_at_least_the_minimum() -> None:
    bound = upper_bound(loaded(**PLAIN), "m", 1_000, 100)
    # $0.003 x 1.3 x 100 = 0.39 credits.
    assert bound.credits("consumption_usd", CENTS) == 1
    assert bound.credits("consumption_usd", CENTS._replace(rounding="down")) == 1
    assert bound.credits("consumption_usd", CENTS._replace(minimum_credits=7)) == 7
    # A job that has used 0.61 credits is charged 1 already; 0.39 more is 1.00.
    used = Job(Fraction(61 * 10**12, 13_000).__floor__(), 0, used=True)
    assert bound.credits("consumption_usd", CENTS, used) == 0
    assert bound.credits("job_based", CENTS, used) == 0
    assert bound.credits("job_based", CENTS._replace(rounding="half-even")) == 1
    assert (
        bound.credits("consumption_tokens", CENTS._replace(tokens_per_credit=Fraction(11))) == 100
    )
    with pytest.raises(BadProfile):
        bound.credits("nothing", CENTS)


def test_a_whole_credit_more_can_be_two_where_ties_go_to_even() -> None:
    even = Profile(credits_per_dollar=Fraction(100), rounding="half-even", minimum_credits=0)
    one = upper_bound(loaded(**{**PLAIN, "output_cost_per_token": "1e-2"}), "m", 0, 1)
    # $0.01 is 1 credit; after 0.5, charged 0, the job is at 1.5, charged 2.
    half = Job(5 * 10**9, 0, used=True)
    assert one.credits("consumption_usd", even, half) == 2
    assert one.credits("consumption_usd", even) == 2
    assert one.credits("consumption_usd", even._replace(rounding="up")) == 1


def test_a_call_that_uses_nothing_costs_nothing() -> None:
    nothing = upper_bound(loaded(**PLAIN), "m", 0, 0)
    assert (nothing.pico_usd, nothing.tokens) == (0, 0)
    assert [nothing.credits(mode, CENTS) for mode in MODES] == [0] * len(MODES)
    assert [nothing.credits(mode, CENTS, Job()) for mode in MODES] == [0] * len(MODES)


# Parts that fit a test's time limit on a busy machine: at most 20,000 cases each.
SEEDS = max(4, CASES // 20_000)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_call_costs_more_than_its_upper_bound(seed: int) -> None:
    """Any kinds of tokens, at most as many as said, at any time: money and credits.

    Some calls are priced by the naive calculator, too.
    """
    rng = random.Random(f"upper bound {seed}")  # noqa: S311 - test data
    for _ in range(CASES // CASES_A_ROW // SEEDS):
        row = random_row(rng)
        text = as_text(row)
        catalog = Catalog.load(f'{{"o": {{"m": {text}}}}}')
        moments = [random_moment(rng, row) for _ in range(2)]
        for number in range(CASES_A_ROW):
            counts = random_counts(rng)
            usage = as_usage(counts)
            service, region = rng.choice(("", *SERVICES)), rng.choice(("", "", *REGIONS))
            at = rng.choice(moments)
            spread = rng.choice((0, 0, 1, 5_000))
            span: dict[str, Any] = {}
            if at and rng.random() < 0.5:
                early, late = (timedelta(minutes=rng.choice((0, 1, 600))) for _ in range(2))
                span = rng.choice(({"at": at.date()}, {"at": at - early, "until": at + late}))
            bound = upper_bound(
                catalog,
                "m",
                usage.input_tokens + spread,
                usage.output_tokens + spread,
                service=rng.choice((service, ANY)),
                region=rng.choice((region, ANY)),
                **span,
                **{unit: quantity(unit, count) for unit, count in usage.counts if unit in BESIDE},  # type: ignore[arg-type]
            )
            case = text, counts, service, region, at, span
            call = quote(catalog, "m", usage, service=service, region=region, at=at)
            assert call.pico_usd <= bound.pico_usd, case
            if number % 20 == 0:
                naive = Naive(row, at, usage.output_tokens)
                exact = naive.cost(counts, service, region).pico_usd
                assert exact <= bound.pico_usd, case
            pico = rng.choice((0, 5 * 10**9, rng.randrange(10**13)))
            before = rng.choice((Job(), Job(pico, rng.randrange(30_000), used=True)))
            profile, mode = rng.choice(PROFILES), rng.choice(MODES)
            rules = Profile.read({"rules": rng.choice(RULES)}).rules
            profile, account = profile._replace(rules=rules), rng.choice(("", "acme"))
            owed = charge(before, call, mode, profile, account=account, at=at)[1]
            for earlier in (before, None):
                most = bound.credits(mode, profile, earlier, account)
                assert owed <= most, (case, mode, profile, account, earlier)


def test_without_tiers_the_bound_is_reached_by_a_call() -> None:
    """It is not larger than need be: some call with so many tokens costs just that."""
    rng = random.Random("reached")  # noqa: S311 - test data
    seen = 0
    while seen < 60:
        row = random_row(rng)
        if any("_above_" in key and "k_tokens" in key for key in as_text(row).split('"')):
            continue
        if "tiered_pricing" in as_text(row) or "off_peak" in as_text(row):
            continue
        seen += 1
        catalog = Catalog.load(f'{{"o": {{"m": {as_text(row)}}}}}')
        service, region = rng.choice(("", *SERVICES)), rng.choice(("", *REGIONS))
        days = [None, datetime(2025, 1, 1, tzinfo=UTC)]
        for period in (*row.get("previous", ()), *row.get("upcoming", ())):
            day = datetime.fromisoformat(period.get("until") or period["from"])
            days.append(day.replace(tzinfo=UTC))
        dearest = max(
            quote(
                catalog, "m", as_usage({kind: 70, other: 30}), service=service, region=region, at=at
            ).pico_usd
            for kind, other, at in product(PROMPT, OUTPUT, days)
        )
        assert upper_bound(catalog, "m", 70, 30, service=service, region=region).pico_usd == dearest


def test_services_of_the_random_rows_are_known_ones() -> None:
    """ANY counts a factor as a service's only if its word is a known service."""
    assert set(SERVICES) <= set(KNOWN_SERVICES)
    assert not set(REGIONS) & set(KNOWN_SERVICES)
