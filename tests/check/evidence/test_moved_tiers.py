"""Tiers and services that an edit lost, and limits that changed places."""

import pytest

from tests.check.evidence.gate import findings, of, prices, severities

TIER = {
    "input_cost_per_token_above_200k_tokens": 5e-06,
    "output_cost_per_token_above_200k_tokens": 1.5e-05,
}
BASE = {"x": {"m": prices(2.5e-06, 1e-05, **TIER)}}


def test_a_tier_that_is_gone_is_found_once() -> None:
    edited = {"x": {"m": prices(2.5e-06, 1e-05)}}
    ((severity, pointer, message),) = of("tier-gone", findings(edited, BASE))
    assert (severity, pointer) == ("warning", "/x/m")
    assert message == (
        "input above 200k is gone (and 1 more); deployed $5.00 / 1M; charged now $2.50 (x2)"
    )


def test_a_tier_that_the_reference_has_not_either_is_no_loss() -> None:
    edited = {"x": {"m": prices(2.5e-06, 1e-05)}}
    assert not of("tier-gone", findings(edited, BASE, edited))


def test_a_service_that_became_a_factor_is_no_loss() -> None:
    base = {"x": {"m": prices(2.5e-06, 1e-05, input_cost_per_token_fast=5e-06)}}
    edited = {"x": {"m": prices(2.5e-06, 1e-05, provider_specific_entry={"fast": 2})}}
    assert not of("tier-gone", findings(edited, base))


def test_a_retired_row_may_lose_its_tiers() -> None:
    edited = {"x": {"m": prices(2.5e-06, 1e-05, retired=True)}}
    assert not of("tier-gone", findings(edited, BASE))


def test_limits_that_changed_places_are_found() -> None:
    base = {"x": {"m": prices(2.5e-06, 1e-05, max_input_tokens=128000, max_output_tokens=8192)}}
    edited = {"x": {"m": prices(2.5e-06, 1e-05, max_input_tokens=8192, max_output_tokens=128000)}}
    assert of("limits-swapped", findings(edited, base)) == [
        (
            "warning",
            "/x/m/max_input_tokens",
            "max_input_tokens 8192, max_output_tokens 128000; deployed the reverse",
        )
    ]
    assert not of("limits-swapped", findings(base, base))


def _tier(thousands: int) -> dict[str, float]:
    return {
        f"input_cost_per_token_above_{thousands}k_tokens": 5e-06,
        f"output_cost_per_token_above_{thousands}k_tokens": 1.5e-05,
    }


@pytest.mark.parametrize(
    ("thousands", "severity"), [(20, "error"), (2000, "error"), (272, "warning")]
)
def test_a_tier_that_begins_elsewhere_is_judged_by_how_far_it_moved(
    thousands: int, severity: str
) -> None:
    edited = {"x": {"m": prices(2.5e-06, 1e-05, **_tier(thousands))}}
    found = findings(edited, BASE)
    where = f"/x/m/input_cost_per_token_above_{thousands}k_tokens"
    message = f"a tier begins above {thousands * 1000:,} tokens; deployed 200,000"
    assert of("threshold-moved", found) == [(severity, where, message)]
    assert not of("tier-gone", found)


def test_a_tier_of_a_new_row_that_begins_elsewhere_than_in_the_reference_is_found() -> None:
    other = {"x": {"n": prices(1e-06, 4e-06)}}
    edited = {"x": {**other["x"], "m": prices(2.5e-06, 1e-05, **_tier(20))}}
    assert severities("threshold-moved", findings(edited, other, BASE)) == ["error"]
    assert severities("threshold-moved", findings(edited, None, BASE)) == ["error"]


def test_a_tier_that_moved_to_where_the_reference_has_it_is_right() -> None:
    edited = {"x": {"m": prices(2.5e-06, 1e-05, **_tier(272))}}
    assert not of("threshold-moved", findings(edited, BASE, edited))
    assert not of("threshold-moved", findings(edited, None, BASE))


def test_a_moved_tier_can_be_acknowledged() -> None:
    edited = {"x": {"m": prices(2.5e-06, 1e-05, **_tier(20))}}
    accepted = {
        "rule": "threshold-moved",
        "pointer": "/x/m/input_cost_per_token_above_20k_tokens",
        "value": 5e-06,
        "reason": "the seller's page",
        "date": "2026-12-01",
    }
    catalog = {"metadata": {"acknowledged": [accepted]}, **edited}
    assert not of("threshold-moved", findings(catalog, BASE))
