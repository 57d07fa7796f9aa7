"""Tiers and services that an edit lost, and limits that changed places."""

from tests.check.evidence.gate import findings, of, prices

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
        "input above 200k is gone (and 1 more); deployed input above 200k $5.00 / 1M; "
        "charged now $2.50 (x2)"
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


def test_an_alias_that_is_gone_is_found_if_another_price_is_charged() -> None:
    base = {"x": {"m": prices(2.5e-06, 1e-05, aliases=["sold-as", "x/m"])}}
    edited = {"x": {"m": prices(2.5e-06, 1e-05)}}
    assert of("alias-gone", findings(edited, base)) == [
        ("warning", "/x/m", "the alias 'sold-as' is gone; no row answers for it")
    ]
    moved = {"x": {"m": prices(2.5e-06, 1e-05), "sold-as": prices(2.5e-06, 1e-05)}}
    assert not of("alias-gone", findings(moved, base))


def test_an_announced_price_that_is_gone_is_found_until_its_day() -> None:
    def row(day: str) -> object:
        later = {"from": day, "input_cost_per_token": 5e-06, "output_cost_per_token": 2e-05}
        return prices(2.5e-06, 1e-05, upcoming=[later])

    edited = {"x": {"m": prices(2.5e-06, 1e-05)}}
    assert of("upcoming-gone", findings(edited, {"x": {"m": row("2027-01-01")}})) == [
        ("warning", "/x/m", "the prices announced for 2027-01-01 are gone")
    ]
    assert not of("upcoming-gone", findings(edited, {"x": {"m": row("2026-11-01")}}))
    # They began early: the row has them now.
    begun = {"x": {"m": prices(5e-06, 2e-05)}}
    assert not of("upcoming-gone", findings(begun, {"x": {"m": row("2027-01-01")}}))
