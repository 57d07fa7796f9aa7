"""The sum of several requests in one quote: counts that a seller rounds, tiers of their average."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from pricectl.core import Catalog, Usage, quote
from pricectl.core.counting import CountRule

PICO = 10**12


def catalog_of(**entry: Any) -> Catalog:
    return Catalog.load(json.dumps({"acme": {"m": entry}}))


@pytest.mark.parametrize(
    ("rule", "seconds", "requests", "billed"),
    [
        # 10 seconds each, as 4 seconds are below the minimum
        ({"minimum": 10}, "12", 3, 30),
        # 15 each
        ({"minimum": 10}, "45", 3, 45),
        # 12.4 each are billed as 13
        ({"step": 1}, "37.2", 3, 39),
        # 6 each, of which 1 is charged
        ({"free": 5}, "18", 3, 3),
        # 4 each, all free
        ({"free": 5}, "12", 3, 0),
        # 30.5 each, of which 25.5 are charged, as 30
        ({"step": 6, "free": 5, "minimum": 10}, "61", 2, 60),
        # one call as before
        ({"step": 6, "free": 5, "minimum": 10}, "61", 1, 60),
        # 0.003 seconds are of at most three calls
        ({"minimum": 10}, "0.003", 1000, 30),
        ({"minimum": 10}, "0", 3, 0),
    ],
)
def test_each_of_several_requests_is_rounded(
    rule: dict[str, Any], seconds: str, requests: int, billed: int
) -> None:
    """At $1 a second."""
    catalog = catalog_of(input_cost_per_second=1, billed_counts={"input_second": rule})
    answer = quote(catalog, "m", Usage(input_second=Decimal(seconds)), requests=requests)
    assert answer.pico_usd == billed * PICO
    assert sum(line.quantity for line in answer.lines) == billed


@pytest.mark.parametrize(
    ("rule", "pages", "requests", "billed"),
    [
        # 4 + 3 + 3 pages, the first three of each free
        ({"free": 3}, 10, 3, 1),
        # 4 + 3 + 3 pages in steps of 4
        ({"step": 4}, 10, 3, 12),
        # two pages are of at most two calls
        ({"minimum": 5}, 2, 3, 10),
    ],
)
def test_whole_counts_are_spread_as_evenly_as_whole_numbers_allow(
    rule: dict[str, Any], pages: int, requests: int, billed: int
) -> None:
    catalog = catalog_of(ocr_cost_per_page=1, billed_counts={"page": rule})
    assert quote(catalog, "m", Usage(page=pages), requests=requests).pico_usd == billed * PICO


def test_the_requests_of_marginal_tiers_are_rounded_one_by_one() -> None:
    catalog = catalog_of(
        input_cost_per_token=2e-06,
        input_cost_per_token_above_1k_tokens=4e-06,
        input_cost_per_second=1,
        context_tier={"scope": "marginal"},
        billed_counts={"input_second": {"minimum": 10}},
    )
    # Each request: 1,000 x 2 + 500 x 4 micro-dollars, and 10 seconds of $1
    answer = quote(catalog, "m", Usage(3000, input_second=3), requests=2)
    assert answer.pico_usd == 2 * (4000 * 10**6 + 10 * PICO)


def test_billed_counts_are_those_of_calls_dealt_one_count_at_a_time() -> None:
    rng = random.Random(5)  # noqa: S311 - test data, not secrets
    for _ in range(500):
        rule = CountRule(rng.randint(1, 9), rng.choice((0, 7)), rng.choice((0, 3)), "")
        count, requests = rng.randint(0, 60), rng.randint(1, 12)
        calls = [0] * requests
        for dealt in range(count):
            calls[dealt % requests] += 1
        assert rule.billed(count, requests) == sum(map(rule.billed, calls))


def test_a_sum_of_outputs_longer_than_a_threshold_is_of_an_averaged_tier() -> None:
    """Up to 200 tokens of output cost $2 per 1M, more than 200 cost $8."""
    tiers = [
        {"range": [0, 32000], "output_range": [0, 200], "output_cost_per_token": 2e-06},
        {"range": [0, 32000], "output_range": [200, 96000], "output_cost_per_token": 8e-06},
    ]
    catalog = catalog_of(tiered_pricing=tiers)
    for output, requests, micro_usd, averaged in (
        (200, 2, 200 * 2, False),  # neither can be longer than 200
        (201, 2, 201 * 2, True),  # 101 on average, but one of them may have all
        (402, 2, 402 * 8, True),  # 201 on average, but one of them may have 200
        (402, 1, 402 * 8, False),
    ):
        answer = quote(catalog, "m", Usage(0, output), requests=requests)
        assert (answer.pico_usd, answer.averaged_tier) == (micro_usd * 10**6, averaged)
