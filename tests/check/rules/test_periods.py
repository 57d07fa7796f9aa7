"""Dated prices by the instant: what has begun, overlaps or lacks a price, in words."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pricectl.check.findings import Finding
from pricectl.check.validation import validate
from pricectl.core.structures import STRUCTURE_KEYS as STRUCTURES
from pricectl.policy import Policy

ROW = {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
NOON = "2026-12-01T12:00"


def found(row: Mapping[str, Any], at: date, *rules: str) -> list[Finding]:
    report = validate(json.dumps({"x": {"m": row}}), "f", Policy(critical=()), at)
    return [finding for finding in report.findings if finding.rule in rules]


def announced(start: str, **prices: Any) -> dict[str, Any]:
    return ROW | {"upcoming": [{"from": start} | ROW | prices]}


@pytest.mark.parametrize(
    ("at", "rule", "message"),
    [
        (
            datetime(2026, 12, 1, 11, 59, tzinfo=UTC),
            "upcoming-soon",
            "'m' changes its price today, on 2026-12-01T12:00:00",
        ),
        (
            datetime(2026, 12, 1, 12, tzinfo=UTC),
            "upcoming-begun",
            "the price of 'm' from 2026-12-01T12:00:00 is not yet the row's own",
        ),
        (date(2026, 12, 1), "upcoming-soon", "'m' changes its price today, on 2026-12-01T12:00:00"),
        (
            datetime(2026, 11, 30, 23, tzinfo=UTC),
            "upcoming-soon",
            "'m' changes its price tomorrow, on 2026-12-01T12:00:00",
        ),
    ],
)
def test_a_price_begins_at_its_instant(at: date, rule: str, message: str) -> None:
    (finding,) = found(announced(NOON), at, "upcoming-begun", "upcoming-soon")
    assert (finding.rule, finding.message) == (rule, message)
    assert "run 'pricectl fmt'" in finding.hint


def test_a_previous_price_ends_at_its_instant() -> None:
    row = ROW | {"previous": [{"until": NOON} | ROW]}
    assert found(row, datetime(2026, 12, 1, 11, tzinfo=UTC), "previous-not-over")
    assert not found(row, datetime(2026, 12, 1, 12, tzinfo=UTC), "previous-not-over")


def test_a_shutdown_and_an_age_go_by_the_day() -> None:
    row = ROW | {"deprecation_date": "2026-12-01", "verified_on": "2026-11-01"}
    for hour in (0, 23):
        at = datetime(2026, 12, 1, hour, tzinfo=UTC)
        (finding,) = found(row, at, "deprecation-passed")
        assert finding.message == "'m' shut down today, on 2026-12-01"


def test_overlapping_periods_are_named() -> None:
    row = announced("2027-02-01") | {"previous": [{"until": "2027-03-01"} | ROW]}
    (finding,) = found(row, date(2026, 12, 1), "periods-out-of-order")
    assert finding.pointer == "/x/m/previous/0/until"
    assert finding.message == (
        "the previous price of 'm' holds until 2027-03-01, but the upcoming one from 2027-02-01"
    )


def test_a_base_price_that_is_never_charged_is_found() -> None:
    previous = {"previous": [{"until": "2027-02-01"} | ROW]}
    row = announced("2027-02-01", input_cost_per_token=5e-06) | previous
    (finding,) = found(row, date(2027, 3, 1), "periods-out-of-order")
    assert finding.message.endswith("the row's own price never does")
    # written into the row already: 'pricectl fmt' drops the list
    assert not found(announced("2027-02-01") | previous, date(2027, 3, 1), "periods-out-of-order")


def test_a_dated_list_without_some_prices_names_them() -> None:
    row = announced("2027-06-01") | {
        "cache_read_input_token_cost": 1e-07,
        "input_cost_per_token_batches": 5e-07,
        "output_cost_per_token_batches": 1e-06,
        "ocr_cost_per_page": 0.01,
    }
    (finding,) = found(row, date(2026, 12, 1), "dated-prices-incomplete")
    assert finding.pointer == "/x/m/upcoming/0"
    assert finding.message == (
        "the prices of 'm' from 2027-06-01 lack every batches price, cache read, page"
    )
    row["upcoming"][0] |= {"input_cost_per_token_batches": 5e-07}
    (finding,) = found(row, date(2026, 12, 1), "dated-prices-incomplete")
    assert finding.message.endswith("lack cache read, page, output (batches)")


def test_a_dated_list_without_any_tier_is_found() -> None:
    row = announced("2027-06-01") | {"input_cost_per_token_above_200k_tokens": 2e-06}
    (finding,) = found(row, date(2026, 12, 1), "dated-prices-incomplete")
    assert finding.message.endswith("lack every price above 200k")


def test_a_dated_list_may_lack_a_tier_of_the_row() -> None:
    row = announced("2027-06-01", input_cost_per_token_above_128k_tokens=2e-06)
    row |= {"input_cost_per_token_above_200k_tokens": 2e-06}
    assert not found(row, date(2026, 12, 1), "dated-prices-incomplete")


NIGHT = {
    "input_cost_per_token": 5e-07,
    "output_cost_per_token": 1e-06,
    "hours_utc": "16:30-00:30",
}
TIERS = [
    {"range": [0, 32000], "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
    {"range": [32000, 128000], "input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06},
]
BY_OUTPUT = [
    {**TIERS[0], "output_range": [0, 200]},
    {**TIERS[0], "output_range": [200, 1000], "output_cost_per_token": 8e-06},
]
# Each structure of a row, and what a dated list without it lacks.
LACKING = {
    "off_peak_pricing": (NIGHT, "every off-peak price"),
    "tiered_pricing": (TIERS, "every price above 32k"),
    "billed_counts": ({"page": {"step": 10}}, "page, how page is counted"),
    "provider_specific_entry": ({"us": 1.1, "fast": 6}, "the fast factor, the us factor"),
    "regional_processing_uplift_multiplier_eu": (1.1, "the eu factor"),
    "regional_processing_uplift_multiplier_us": (1.1, "the us factor"),
    "fedramp_uplift_multiplier": (1.2, "the fedramp factor"),
    "regional_endpoint_uplift_multiplier": (1.1, "the regional factor"),
    "search_context_cost_per_query": ({"search_context_size_medium": 0.01}, "search"),
    "guardrail_cost_per_unit": ({"contentPolicyUnits": 0.001}, "guardrail content policy"),
    "context_tier": ({"scope": "marginal"}, "context_tier"),
}


@pytest.mark.parametrize("structure", sorted(STRUCTURES))
@pytest.mark.parametrize("member", ["upcoming", "previous"])
def test_a_dated_list_without_a_structure_of_the_row_is_found(structure: str, member: str) -> None:
    value, lacking = LACKING[structure]
    bound = {"upcoming": {"from": "2027-06-01"}, "previous": {"until": "2026-06-01"}}[member]
    extra = {"ocr_cost_per_page": 0.01} if structure == "billed_counts" else {}
    row = ROW | extra | {structure: value}
    (finding,) = found(row | {member: [bound | ROW]}, date(2026, 12, 1), "dated-prices-incomplete")
    assert finding.message.endswith(f" lack {lacking}")
    whole = row | {member: [bound | row]}
    assert not found(whole, date(2026, 12, 1), "dated-prices-incomplete")


def test_a_lost_off_peak_price_and_long_outputs_are_named() -> None:
    night = {key: value for key, value in NIGHT.items() if key != "output_cost_per_token"}
    row = announced("2027-06-01", off_peak_pricing=night) | {"off_peak_pricing": NIGHT}
    (finding,) = found(row, date(2026, 12, 1), "dated-prices-incomplete")
    assert finding.message.endswith(" lack off-peak output")
    row = announced("2027-06-01") | {"tiered_pricing": BY_OUTPUT}
    (finding,) = found(row, date(2026, 12, 1), "dated-prices-incomplete")
    assert finding.message.endswith(" lack every price for outputs of over 200 tokens")


def test_a_dated_list_without_a_tier_rule_is_found() -> None:
    tier = {"input_cost_per_token_above_200k_tokens": 2e-06}
    how = {"context_tier": {"boundary": "gte"}}
    (finding,) = found(
        announced("2027-06-01", **tier) | tier | how, date(2026, 12, 1), "dated-prices-incomplete"
    )
    assert finding.message.endswith("lack context_tier")
    row = announced("2027-06-01", **tier, **how) | tier | how
    assert not found(row, date(2026, 12, 1), "dated-prices-incomplete")


def test_a_factor_missing_in_a_dated_list_is_found() -> None:
    factors = {"provider_specific_entry": {"us": 1.1, "fast": 2}}
    row = announced("2027-06-01") | factors | {"regional_processing_uplift_multiplier_eu": 1.1}
    (finding,) = found(row, date(2026, 12, 1), "dated-prices-incomplete")
    assert finding.message.endswith("lack the eu factor, the fast factor, the us factor")


def test_a_service_is_priced_by_a_factor_or_by_rates_of_its_own() -> None:
    factor: dict[str, object] = {"provider_specific_entry": {"fast": 2}}
    rates: dict[str, object] = {
        "input_cost_per_token_fast": 2e-06,
        "output_cost_per_token_fast": 4e-06,
    }
    for today, dated in ((factor, rates), (rates, factor)):
        row = announced("2027-06-01", **dated) | today
        assert not found(row, date(2026, 12, 1), "dated-prices-incomplete")
