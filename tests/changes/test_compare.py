"""Two catalogs to typed changes: expected figures are worked out beside each test."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricectl.changes import CatalogVersion, Change, Comparison, Impact, Move, compare
from pricectl.changes.change import PriceRef
from pricectl.changes.impact import price_job
from pricectl.changes.metadata import SAME_CHARGES
from pricectl.core.errors import CatalogError
from pricectl.core.lookup import find
from pricectl.core.profile import Profile
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.policy import Workload

pytestmark = pytest.mark.long

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]
GPT = {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 10e-06}
O3 = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
TURN = Workload("turn", Usage(1_000, 500))


def version(rows: Mapping[str, Any]) -> CatalogVersion:
    return CatalogVersion.read(json.dumps(rows).encode())


def between(old: Mapping[str, Any], new: Mapping[str, Any], **options: Any) -> Comparison:
    options.setdefault("workloads", (TURN,))
    return compare(version(old), version(new), **options)


def shown(change: Change) -> tuple[str, ...]:
    return change.kind, change.full_name, change.field, str(change.old), str(change.new)


def moved(comparison: Comparison) -> list[Impact]:
    return [job for job in comparison.impact if job.move.difference_pico_usd]


def test_a_price_is_shown_per_1m_tokens_with_its_percentage() -> None:
    comparison = between(
        {"openai": {"o3": O3}}, {"openai": {"o3": O3 | {"input_cost_per_token": 3e-06}}}
    )
    (change,) = comparison.changes
    assert shown(change) == ("repriced", "openai/o3", "input_cost_per_token", "2.00", "3.00")
    assert change.moves == (Move(2_000_000, 3_000_000),)
    assert change.moves[0].relative == Fraction(1, 2)
    assert change.severity == "warning"
    assert change.pointer == "/openai/o3/input_cost_per_token"


def test_the_sample_job_is_charged_before_and_after() -> None:
    # 1,000 x $2/1M + 500 x $8/1M = $0.006; at $3 input $0.007; x 1000 credits a dollar = 6 and 7
    profile = Profile(credits_per_dollar=Fraction(1000))
    old, new = {"openai": {"o3": O3}}, {"openai": {"o3": O3 | {"input_cost_per_token": 3e-06}}}
    (job,) = between(old, new, profile=profile).impact
    assert job.move == Move(6_000_000_000, 7_000_000_000)
    assert job.move.relative == Fraction(1, 6)
    assert [mode.charged for mode in job.old.credits] == [1, 6, 1]
    assert [mode.charged for mode in job.new.credits] == [1, 7, 1]
    assert job.name == "o3"


def test_five_times_the_price_is_an_error() -> None:
    old, new = {"o": {"m": O3}}, {"o": {"m": O3 | {"output_cost_per_token": 40e-06}}}
    (change,) = between(old, new).changes
    assert change.severity == "error"


def test_a_new_long_context_price_is_compared_with_what_was_charged() -> None:
    # without a rate of its own, input above 200k cost the base rate: $2 -> $4 is +100%
    tier = {"input_cost_per_token_above_200k_tokens": 4e-06}
    comparison = between({"openai": {"o3": O3}}, {"openai": {"o3": O3 | tier}})
    (change,) = comparison.changes
    assert (change.old, change.new, change.moves[0].relative) == (None, "4.00", Fraction(1))
    assert change.note == "charged at 2.00 before"
    # the sample turn stays below, so that a job of its own shows it: 220,000 x $2 -> x $4, and
    # 1,000 output tokens at $8 on both sides
    (job,) = moved(comparison)
    assert job.workload.name == "220,000 in, 1,000 out"
    assert job.move == Move(448_000_000_000, 888_000_000_000)


def test_a_removed_cache_price_shows_what_is_charged_instead() -> None:
    # cached tokens fall back on the input rate: $0.50 -> $2 is +300%
    cached = O3 | {"cache_read_input_token_cost": 0.5e-06}
    (change,) = between({"openai": {"o3": cached}}, {"openai": {"o3": O3}}).changes
    assert (change.old, change.new, change.moves[0].relative) == ("0.50", None, Fraction(3))
    assert change.note == "charged at 2.00 now"
    assert change.pointer == "/openai/o3"


def test_a_price_for_something_unpriced_has_no_percentage() -> None:
    search = {"search_context_cost_per_query": {"search_context_size_medium": 0.01}}
    comparison = between({"openai": {"o3": O3}}, {"openai": {"o3": O3 | search}})
    (change,) = comparison.changes
    assert change.field == "search_context_cost_per_query.search_context_size_medium"
    assert change.pointer.endswith("/search_context_cost_per_query/search_context_size_medium")
    assert (change.new, change.moves) == ("0.01", (Move(None, 10_000_000_000),))
    assert (change.moves[0].relative, change.note) == (None, "unpriced before")
    # 1,000 searches x $0.01 = $10
    (job,) = moved(comparison)
    assert (job.workload.name, job.move) == ("1,000 x web search", Move(None, 10 * 10**12))
    back = between({"openai": {"o3": O3 | search}}, {"openai": {"o3": O3}}).changes[0]
    assert (back.note, back.severity) == ("unpriced now", "error")


def test_a_second_is_shown_per_second() -> None:
    row = {"input_cost_per_second": 0.0001}
    (change,) = between({"o": {"w": row}}, {"o": {"w": {"input_cost_per_second": 0.0002}}}).changes
    assert (change.old, change.new) == ("0.0001", "0.0002")


def test_each_service_has_its_own_sample_job() -> None:
    # batch input was charged at the standard $2: 10,000 x $2 -> x $1, 1,000 output at $8 on both
    comparison = between(
        {"o": {"m": O3}}, {"o": {"m": O3 | {"input_cost_per_token_batches": 1e-06}}}
    )
    (job,) = moved(comparison)
    assert (job.workload.name, job.workload.service) == ("10,000 in, 1,000 out, batches", "batches")
    assert job.move == Move(28_000_000_000, 18_000_000_000)


@pytest.mark.parametrize(
    ("key", "label", "cost"),
    [
        ("output_cost_per_reasoning_token", "10,000 reasoning tokens", 10_000 * 9),
        ("input_cost_per_audio_token", "10,000 audio input tokens", 10_000 * 9),
        ("cache_read_input_audio_token_cost", "10,000 cached audio tokens", 10_000 * 9),
        ("cache_creation_input_token_cost_above_1hr", "10,000 1h cache write tokens", 10_000 * 9),
    ],
)
def test_each_kind_of_token_has_its_own_sample_job(key: str, label: str, cost: int) -> None:
    (job,) = moved(between({"o": {"m": O3}}, {"o": {"m": O3 | {key: 9e-06}}}))
    assert (job.workload.name, job.move.new_pico_usd) == (label, cost * 10**6)


def test_added_and_removed_rows_show_their_base_prices() -> None:
    comparison = between(
        {"openai": {"gpt": GPT, "o3": O3}}, {"openai": {"gpt": GPT, "zeta": O3 | GPT}}
    )
    added, removed = comparison.of("added")[0], comparison.of("removed")[0]
    assert shown(added) == ("added", "openai/zeta", "", "None", "input 2.50, output 10.00")
    assert shown(removed) == ("removed", "openai/o3", "", "input 2.00, output 8.00", "None")


def test_a_removed_name_shows_its_cost_at_the_default_price() -> None:
    comparison = between({"openai": {"gpt": GPT, "o3": O3}}, {"openai": {"gpt": GPT}})
    (change,) = comparison.of("resolution")
    assert shown(change)[3:] == ("openai/o3 (exact)", "the default price")
    assert (change.model, change.severity) == ("o3", "error")
    # $2 -> $1 is -50%, $8 -> $2 is -75%, the larger is told
    assert change.largest == Move(8_000_000, 2_000_000)
    # turn: $0.006; at the default 1,000 x $1 + 500 x $2 = $0.002
    (job,) = moved(comparison)
    assert (job.name, job.move) == ("o3", Move(6_000_000_000, 2_000_000_000))
    assert job.new.quote.guessed


def test_the_default_price_is_compared_where_it_has_a_price() -> None:
    """Search has none there: that is not -100% of what the name costs."""
    search = {"search_context_cost_per_query": {"search_context_size_medium": 0.01}}
    comparison = between({"openai": {"gpt": GPT, "o3": O3 | search}}, {"openai": {"gpt": GPT}})
    (change,) = comparison.of("resolution")
    assert change.largest == Move(8_000_000, 2_000_000)


def test_a_removed_name_may_fall_to_a_partial_match() -> None:
    old = {"openai": {"gpt-4o": GPT, "gpt-4o-2024-05-13": O3}}
    (change,) = between(old, {"openai": {"gpt-4o": GPT}}).of("resolution")
    assert shown(change)[3:] == ("openai/gpt-4o-2024-05-13 (exact)", "openai/gpt-4o (partial)")
    # $2 -> $2.50 and $8 -> $10 are both +25%
    assert change.largest is not None
    assert change.largest.relative == Fraction(1, 4)


def test_a_new_row_may_take_a_name_from_another() -> None:
    new = {"openai": {"gpt-4o": GPT, "gpt-4o-2024-05-13": O3}}
    (change,) = between({"openai": {"gpt-4o": GPT}}, new).of("resolution")
    assert change.model == "gpt-4o-2024-05-13"
    assert shown(change)[3:] == ("openai/gpt-4o (partial)", "openai/gpt-4o-2024-05-13 (exact)")


def test_a_new_row_of_another_provider_may_make_a_name_ambiguous() -> None:
    old = {"a": {"m": GPT}}
    comparison = between(old, {"a": {"m": GPT}, "b": {"m": O3}})
    names = {change.model: change for change in comparison.of("resolution")}
    assert names["m"].new == "the default price"
    assert "a/m" not in names


def test_a_name_that_was_a_guess_is_reported_with_the_added_row() -> None:
    old, new = {"openai": {"gpt": GPT}}, {"openai": {"gpt": GPT, "o3": O3}}
    assert between(old, new).of("resolution") == ()
    (change,) = between(old, new, names=("o3",)).of("resolution")
    assert shown(change)[3:] == ("the default price", "openai/o3 (exact)")


def test_a_new_alias_takes_its_name_from_the_default_price() -> None:
    old, new = {"openai": {"gpt": GPT}}, {"openai": {"gpt": GPT | {"aliases": ["g"]}}}
    (change,) = between(old, new).of("resolution")
    assert shown(change) == (
        "resolution",
        "default/g",
        "name",
        "the default price",
        "openai/gpt (alias)",
    )


def test_a_rename_with_the_old_name_as_alias_changes_no_price() -> None:
    old = {"openai": {"gpt-x": GPT}}
    comparison = between(old, {"openai": {"gpt-y": GPT | {"aliases": ["gpt-x"]}}})
    assert [shown(change)[:4] for change in comparison.of("renamed")] == [
        ("renamed", "openai/gpt-y", "name", "gpt-x")
    ]
    assert not comparison.of("added", "removed", "repriced", "resolution")
    assert [change.field for change in comparison.of("metadata")] == ["aliases"]


def test_a_rename_without_alias_loses_the_old_name() -> None:
    comparison = between({"openai": {"gpt-x": GPT}}, {"openai": {"gpt-y": GPT}})
    assert len(comparison.of("renamed")) == 1
    assert [(change.model, change.new) for change in comparison.of("resolution")] == [
        ("gpt-x", "the default price")
    ]


def test_a_renamed_row_keeps_its_history_of_prices() -> None:
    old = {"openai": {"gpt-x": GPT}}
    comparison = between(
        old, {"openai": {"gpt-y": GPT | {"aliases": ["gpt-x"], "input_cost_per_token": 5e-06}}}
    )
    (change,) = comparison.of("repriced")
    assert shown(change)[1:] == ("openai/gpt-y", "input_cost_per_token", "2.50", "5.00")
    # 1,000 x $2.50 + 500 x $10 = $0.0075 by the old name; at $5 $0.01
    assert comparison.impact[0].move == Move(7_500_000_000, 10_000_000_000)


def test_renamed_rows_of_equal_price_are_paired_by_most_similar_name() -> None:
    old = {"p": {"alpha-one": GPT, "beta-two": GPT}}
    new = {"p": {"beta-two-b": GPT, "alpha-one-a": GPT}}
    pairs = {(change.old, change.new) for change in between(old, new).of("renamed")}
    assert pairs == {("alpha-one", "alpha-one-a"), ("beta-two", "beta-two-b")}


@pytest.mark.parametrize(
    "other", [{"q": {"alpha-2": GPT}}, {"p": {"alpha-2": O3}}, {"p": {"zz": GPT}}]
)
def test_a_row_with_another_provider_price_or_name_is_not_a_rename(other: Rows) -> None:
    assert not between({"p": {"alpha-1": GPT}}, other).of("renamed")


def test_capabilities_limits_and_notes_are_metadata() -> None:
    old = {
        "metadata": {"last_updated": "2026-01-01"},
        "pricing_notes": {"a": "x", "b": "y"},
        "o": {"m": O3 | {"supports_vision": True, "max_input_tokens": 1000}},
    }
    new = {
        "metadata": {"last_updated": "2026-01-02"},
        "pricing_notes": {"a": "z", "b": "y"},
        "o": {"m": O3 | {"supports_vision": False, "mode": "chat"}},
    }
    comparison = between(old, new)
    assert sorted(map(shown, comparison.changes)) == [
        ("metadata", "metadata", "last_updated", "2026-01-01", "2026-01-02"),
        ("metadata", "o/m", "max_input_tokens", "1000", "None"),
        ("metadata", "o/m", "mode", "None", "chat"),
        ("metadata", "o/m", "supports_vision", "true", "false"),
        ("metadata", "pricing_notes", "a", "x", "z"),
    ]
    assert comparison.impact == ()


def test_a_nested_value_is_shown_where_it_differs() -> None:
    old = {"o": {"m": O3 | {"limits": {"rpm": {"tier": 1}, "tpm": 2}, "regions": ["eu", "us"]}}}
    new = {"o": {"m": O3 | {"limits": {"rpm": {"tier": 3}, "tpm": 2}, "regions": ["us"]}}}
    assert [shown(change)[2:] for change in between(old, new).changes] == [
        ("limits/rpm/tier", "1", "3"),
        ("regions", '["eu", "us"]', '["us"]'),
    ]


def test_a_long_list_is_compared_as_one_value() -> None:
    long = [str(number) for number in range(5000)]
    old, new = {"o": {"m": O3 | {"x": long}}}, {"o": {"m": O3 | {"x": long[::-1]}}}
    (change,) = between(old, new).changes
    assert change.field == "x"


def test_the_default_price_is_a_price() -> None:
    default = {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
    old = {"metadata": {}, "o": {"m": O3}}
    new = {
        "metadata": {"default_pricing": default | {"input_cost_per_token": 2e-06}},
        "o": {"m": O3},
    }
    (change,) = between(old, new).of("repriced")
    assert shown(change)[1:] == ("default/default", "input_cost_per_token", "1.00", "2.00")
    assert change.pointer == "/metadata/default_pricing/input_cost_per_token"
    same = {"metadata": {"default_pricing": default}, "o": {"m": O3}}
    assert between(old, same).of("repriced") == ()


def test_a_price_that_charges_the_same_is_not_a_repricing() -> None:
    # a synonym for the same key, and a thirteenth decimal that loading rounds away
    old = {"o": {"m": O3 | {"input_cost_per_token_cache_hit": 1e-06}}}
    new = {"o": {"m": O3 | {"cache_read_input_token_cost": Decimal("1e-06").__float__()}}}
    comparison = between(old, new)
    assert not comparison.of("repriced")
    assert {change.note for change in comparison.changes} == {SAME_CHARGES}


def test_a_cost_that_is_never_charged_is_a_warning() -> None:
    old, new = {"o": {"m": O3 | {"imput_cost": 1}}}, {"o": {"m": O3 | {"imput_cost": 2}}}
    (change,) = between(old, new).changes
    assert (change.kind, change.severity) == ("metadata", "warning")


def test_how_tiers_apply_is_a_repricing_with_its_effect() -> None:
    tiers = O3 | {"input_cost_per_token_above_200k_tokens": 4e-06}
    marginal = tiers | {"context_tier": {"scope": "marginal", "boundary": "gt"}}
    comparison = between({"o": {"m": tiers}}, {"o": {"m": marginal}})
    (change,) = comparison.of("repriced")
    assert (change.field, change.note) == ("context_tier", "how the prices apply")
    # 220,000 in: all at $4 = $0.88; marginal 200,000 x $2 + 20,000 x $4 = $0.48; output $0.008
    (job,) = moved(comparison)
    assert job.move == Move(888_000_000_000, 488_000_000_000)


def test_a_regional_factor_is_a_repricing() -> None:
    old = {"o": {"m": O3 | {"provider_specific_entry": {"us": 1.1}}}}
    new = {"o": {"m": O3 | {"provider_specific_entry": {"us": 1.32}}}}
    (change,) = between(old, new).of("repriced")
    assert (change.old, change.new, change.field) == ("1.1", "1.32", "provider_specific_entry/us")
    assert change.largest is not None
    assert change.largest.relative == Fraction(1, 5)


def test_an_unread_factor_is_not_reported_as_charging_the_same() -> None:
    old, new = ({"o": {"m": O3 | {"moon_uplift_multiplier": factor}}} for factor in (1.1, 1.2))
    (change,) = between(old, new).changes
    assert (change.kind, change.note, change.only_text) == ("metadata", "", False)


def test_tiered_pricing_is_compared_by_its_thresholds() -> None:
    def row(low: float, high: float) -> dict[str, Any]:
        tiers = [
            {"range": [0, 32000], "input_cost_per_token": low},
            {"range": [32000, 128000], "input_cost_per_token": high},
        ]
        return {"tiered_pricing": tiers}

    (change,) = between({"o": {"m": row(1e-06, 2e-06)}}, {"o": {"m": row(1e-06, 3e-06)}}).changes
    assert (change.field, change.old, change.new) == (
        "tiered_pricing/1/input_cost_per_token",
        "2.00",
        "3.00",
    )


def test_off_peak_prices_and_windows_are_compared() -> None:
    def row(price: float, hours: str) -> dict[str, Any]:
        off = {"windows": [{"hours_utc": hours}], "input_cost_per_token": price}
        return {"o": {"m": O3 | {"off_peak_pricing": off}}}

    (change,) = between(row(1e-06, "16:00-00:00"), row(1.5e-06, "16:00-00:00")).changes
    assert (change.old, change.new) == ("1.00", "1.50")
    assert change.price is not None
    assert change.price.period == "off-peak"
    (change,) = between(row(1e-06, "16:00-00:00"), row(1e-06, "18:00-00:00")).changes
    assert (change.kind, change.field) == ("repriced", "off_peak_pricing/windows")
    (change,) = between({"o": {"m": O3}}, row(1e-06, "16:00-00:00")).changes
    assert (change.old, change.new, change.note) == (None, "1.00", "charged at 2.00 before")


def test_an_upcoming_price_is_compared_with_the_price_on_its_start_date() -> None:
    upcoming = O3 | {
        "upcoming": [
            {"from": "2030-01-01", "input_cost_per_token": 3e-06, "output_cost_per_token": 8e-06}
        ]
    }
    comparison = between({"o": {"m": O3}}, {"o": {"m": upcoming}}, at=date(2029, 1, 1))
    (change,) = comparison.of("repriced")
    assert change.field == "upcoming/2030-01-01/input_cost_per_token"
    assert (change.old, change.new) == ("2.00", "3.00")
    # on its day the turn costs $0.007 and not $0.006
    (job,) = [job for job in moved(comparison) if job.period]
    assert (job.period, job.move) == ("from 2030-01-01", Move(6_000_000_000, 7_000_000_000))


def test_a_start_date_moved_into_the_past_changes_prices_from_that_day() -> None:
    new = {
        "input_cost_per_token": 3e-06,
        "output_cost_per_token": 8e-06,
        "previous": [{"until": "2026-11-01"} | O3],
    }
    (change,) = between({"o": {"m": O3}}, {"o": {"m": new}}).of("repriced")
    assert (change.field, change.old, change.new) == ("input_cost_per_token", "2.00", "3.00")


def test_a_corrected_previous_price_is_shown_with_its_period() -> None:
    old = {"o": {"m": O3 | {"previous": [{"until": "2026-01-01"} | GPT]}}}
    new = {
        "o": {
            "m": O3
            | {"previous": [{"until": "2026-01-01"} | GPT | {"input_cost_per_token": 5e-06}]}
        }
    }
    comparison = between(old, new)
    (change,) = comparison.changes
    assert change.field == "previous/2026-01-01/input_cost_per_token"
    (job,) = moved(comparison)
    assert (job.period, job.move) == ("until 2026-01-01", Move(7_500_000_000, 10_000_000_000))
    dates = {"o": {"m": O3 | {"previous": [{"until": "2026-01-01T00:00:00Z"} | GPT]}}}
    (change,) = between(old, dates).changes
    assert (change.kind, change.field, change.note) == ("metadata", "previous", SAME_CHARGES)


INPUT = '"input_cost_per_token"'


def test_order_and_spelling_of_numbers_are_formatting_only() -> None:
    old = f'{{"o": {{"a": {{{INPUT}: 2.5e-06, "mode": "chat"}}, "b": {{{INPUT}: 1e-6}}}}}}'
    new = f'{{"o": {{"b": {{{INPUT}: 1.0E-6}}, "a": {{"mode": "chat", {INPUT}: 0.0000025}}}}}}'
    comparison = compare(CatalogVersion.read(old.encode()), CatalogVersion.read(new.encode()))
    # the section and the row a stand in another order, two numbers are written otherwise
    assert comparison == Comparison((), (), 2, 2)


def test_respelled_numbers_are_found_beside_real_changes() -> None:
    row = f"{{\n   {INPUT}: 1e-06\n  }}"
    old = f'{{\n "o": {{\n  "a": {row},\n  "b": {row}\n }}\n}}'
    new = old.replace("1e-06", "0.000001", 1).replace("1e-06", "2e-06")
    comparison = compare(CatalogVersion.read(old.encode()), CatalogVersion.read(new.encode()))
    assert (len(comparison.of("repriced")), comparison.respelled) == (1, 1)


def test_the_largest_relative_cost_change_comes_first() -> None:
    def rows(dear: float, cheap: float) -> dict[str, Any]:
        return {
            "o": {"dear": {"input_cost_per_token": dear}, "cheap": {"input_cost_per_token": cheap}}
        }

    # dear rises by $10 or 10%, cheap by $0.10 or 100%
    comparison = between(rows(100e-06, 0.1e-06), rows(110e-06, 0.2e-06))
    assert [change.model for change in comparison.changes] == ["cheap", "dear"]
    assert [job.model for job in comparison.impact] == ["cheap", "dear"]


def test_reading_a_version_like_another_builds_the_same_catalog() -> None:
    one = version({"o": {"a": GPT, "b": O3 | {"aliases": ["c"]}}})
    data = json.dumps({"p": {"d": GPT}, "o": {"b": O3 | {"aliases": ["c"]}, "a": O3}}).encode()
    like, alone = CatalogVersion.read(data, reuse=one).catalog, CatalogVersion.read(data).catalog
    assert [model.full_name for model in like.models] == [model.full_name for model in alone.models]
    assert like.sha256 == alone.sha256
    for name in ("a", "b", "c", "d"):
        mine, theirs = find(like, name), find(alone, name)
        assert mine.model.prices.same_prices(theirs.model.prices)
        assert (mine.how, mine.model.full_name) == (theirs.how, theirs.model.full_name)


def test_a_boolean_is_not_confused_with_an_equal_number() -> None:
    one = CatalogVersion.read(b'{"o": {"m": {"input_cost_per_token": 1}}}')
    with pytest.raises(Exception, match="boolean"):
        CatalogVersion.read(b'{"o": {"m": {"input_cost_per_token": true}}}', reuse=one)


NAMES = st.sampled_from(
    ["gpt-4o", "gpt-4o-mini", "GPT-4o", "o3", "openai/gpt-4o", "gpt-4o-2024-05-13"]
)
PRICES = st.sampled_from([0, 1e-06, 2e-06, 2.5e-06, 0.0000025, 5e-07])
ENTRIES = st.fixed_dictionaries(
    {"input_cost_per_token": PRICES},
    optional={
        "output_cost_per_token": PRICES,
        "input_cost_per_token_above_200k_tokens": PRICES,
        "cache_read_input_token_cost_batches": PRICES,
        "aliases": st.lists(st.sampled_from(["x", "y", "o3", "X"]), unique=True, max_size=2),
        "mode": st.sampled_from(["chat", "completion"]),
    },
)
CATALOGS = st.dictionaries(
    st.sampled_from(["openai", "azure", "a"]),
    st.dictionaries(NAMES, ENTRIES, min_size=1, max_size=4),
    min_size=1,
    max_size=3,
)


@settings(max_examples=100, deadline=None)
@given(CATALOGS)
def test_a_catalog_compared_with_itself_is_empty(rows: Rows) -> None:
    one = version(rows)
    again = CatalogVersion.read(json.dumps(rows, indent=1).encode())
    assert compare(one, one) == compare(one, again) == Comparison(())


@settings(max_examples=150, deadline=None)
@given(CATALOGS, CATALOGS)
def test_swapping_base_and_head_mirrors_the_comparison(one: Rows, other: Rows) -> None:
    there, back = between(one, other), between(other, one)

    def rows(comparison: Comparison, *kinds: Any) -> set[str]:
        return {change.full_name for change in comparison.of(*kinds)}

    assert rows(there, "added") == rows(back, "removed")
    assert rows(there, "removed") == rows(back, "added")
    assert len(there.of("renamed")) == len(back.of("renamed"))
    mirrored = {
        (change.price, change.new, change.old, tuple(Move(*move[::-1]) for move in change.moves))
        for change in back.of("repriced")
    }
    assert {(c.price, c.old, c.new, c.moves) for c in there.of("repriced")} == mirrored
    signs = sorted(move.difference_pico_usd for c in there.of("repriced") for move in c.moves)
    others = sorted(-move.difference_pico_usd for c in back.of("repriced") for move in c.moves)
    assert signs == others


@settings(max_examples=150, deadline=None)
@given(CATALOGS, CATALOGS)
def test_every_name_that_another_row_answers_is_reported(one: Rows, other: Rows) -> None:
    """Every name of both sides is asked in full here; the comparison asks only the touched ones."""
    old, new = version(one), version(other)
    comparison = compare(old, new, workloads=())
    said = {change.model for change in comparison.of("resolution")}
    accounted = {change.full_name for change in comparison.of("added", "renamed")}
    for catalog in (old.catalog, new.catalog):
        for model in catalog.models:
            for name in (model.name, model.full_name, *model.aliases):
                before, after = find(old.catalog, name).model, find(new.catalog, name).model
                if before.full_name != after.full_name and name not in said:
                    short = name.removeprefix(f"{model.provider}/")
                    assert short in said or after.full_name in accounted


def test_a_row_with_the_same_aliases_and_prices_is_renamed_under_any_name() -> None:
    row = O3 | {"aliases": ["chat", "smart"]}
    comparison = between(
        {"o": {"o3": row}}, {"o": {"fable-5": row | {"aliases": ["smart", "chat"]}}}
    )
    assert shown(comparison.of("renamed")[0]) == ("renamed", "o/fable-5", "name", "o3", "fable-5")
    assert not comparison.of("added", "removed")
    # the old name is answered by no row any more, which is said
    assert [change.model for change in comparison.of("resolution")] == ["o3"]


@pytest.mark.parametrize(
    "new",
    [
        {"fable-5": O3 | {"aliases": ["chat"]}},
        {"fable-5": GPT | {"aliases": ["chat", "smart"]}},
        {"fable-5": O3 | {"aliases": ["chat", "smart"]}, "x": O3 | {"aliases": ["chat", "smart"]}},
    ],
    ids=["other aliases", "other prices", "two such rows"],
)
def test_shared_aliases_alone_do_not_make_a_rename(new: dict[str, Any]) -> None:
    old = {"o3": O3 | {"aliases": ["chat", "smart"]}}
    assert not between({"o": old}, {"o": new}).of("renamed")
    assert not between({"o": new}, {"o": old}).of("renamed")
    free = {"aliases": ["chat"]}
    assert not between({"o": {"a": free, "m": O3}}, {"o": {"bcd": free, "m": O3}}).of("renamed")


def test_an_old_name_among_the_aliases_is_a_rename_at_any_price() -> None:
    comparison = between({"o": {"o3": O3}}, {"o": {"fable-5": GPT | {"aliases": ["o3"]}}})
    assert shown(comparison.of("renamed")[0]) == ("renamed", "o/fable-5", "name", "o3", "fable-5")


def test_a_comparison_accepts_an_instant_instead_of_a_date() -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    comparison = between({"o": {"m": O3}}, {"o": {"m": GPT}}, at=at)
    assert len(comparison.impact) == 1


def large(price: str, other: str = "2e-06", *, separator: str = "\n") -> CatalogVersion:
    """Two thousand rows, of which one in the middle has that price and a later one the other."""
    prices = {1000: price, 1500: other}
    notes = "x" * 300
    rows = (
        f'"m{n}": {{\n"notes": "{notes}",\n{INPUT}: {prices.get(n, "1e-06")}\n}}'
        for n in range(2_000)
    )
    text = '{\n"o": {\n' + ",\n".join(rows) + "\n}\n}"
    return CatalogVersion.read(text.replace("\n", separator).encode())


def test_respelled_numbers_in_a_large_file_are_found_in_one_reading() -> None:
    one = large("1.5e-06")
    assert compare(one, large("0.0000015", "3e-06")).respelled == 1
    assert compare(one, large("5e-06", "3e-06")).respelled == 0
    assert compare(one, large("0.0000015", separator=" ")).respelled == 1
    assert compare(large("0.0000015"), one).respelled == 1


def test_numbers_out_of_range_are_still_compared() -> None:
    row = f'{{"o": {{"m": {{{INPUT}: 1e-06, "x": [NaN, {{"y": 1.50}}]}}}}}}'
    old = CatalogVersion.read(row.encode())
    new = CatalogVersion.read(row.replace("NaN", "1e999999").encode())
    (change,) = compare(old, new).changes
    assert (change.old, change.new) == ('[NaN, {"y": 1.50}]', '[1e999999, {"y": 1.50}]')


def test_a_base_price_is_shown_once_beside_off_peak_prices() -> None:
    off = {"windows": [{"hours_utc": "16:00-00:00"}], "input_cost_per_token": 1e-06}
    old = {"o": {"m": O3 | {"off_peak_pricing": off}}}
    new = {"o": {"m": GPT | {"off_peak_pricing": off}}}
    assert [change.field for change in between(old, new).changes] == [
        "input_cost_per_token",
        "output_cost_per_token",
    ]


def test_each_date_has_the_price_of_its_period() -> None:
    past = [{"until": "2025-01-01"} | O3, {"until": "2026-01-01"} | GPT]
    later = [past[0], past[1] | {"input_cost_per_token": 3e-06}]
    old, new = ({"o": {"m": O3 | {"previous": periods}}} for periods in (past, later))
    (change,) = between(old, new).changes
    assert change.field == "previous/2026-01-01/input_cost_per_token"


def test_too_many_models_are_refused_on_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    one = version({"o": {"a": GPT}})
    monkeypatch.setattr("pricectl.changes.catalog_version.MAX_MODELS", 1)
    monkeypatch.setattr("pricectl.core.catalog.MAX_MODELS", 1)
    with pytest.raises(CatalogError, match="models"):
        CatalogVersion.read(json.dumps({"o": {"a": GPT, "b": GPT}}).encode(), reuse=one)


def test_two_rows_of_one_full_name_are_refused_on_either_side() -> None:
    one = version({"a/b": {"c": GPT}})
    both = json.dumps({"a/b": {"c": GPT}, "a": {"b/c": O3}}).encode()
    for like in (None, one):
        with pytest.raises(CatalogError, match="another row is called a/b/c too"):
            CatalogVersion.read(both, reuse=like)


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"o": []}', b'{"o": {"m": 1}}'])
def test_a_file_that_is_not_a_catalog_is_refused(data: bytes) -> None:
    for like in (None, version({"o": {"a": GPT}})):
        with pytest.raises(CatalogError):
            CatalogVersion.read(data, reuse=like)


@pytest.mark.parametrize(
    ("before", "after", "aliases"),
    [
        ({"m": GPT}, {"m": GPT, "n": {"alias_of": "m"}}, ["n"]),
        ({"m": GPT, "n": {"alias_of": "m"}}, {"m": GPT, "n": {"alias_of": "m"}}, ["n"]),
        ({"m": GPT, "n": {"alias_of": "m"}}, {"m": GPT}, []),
        ({"m": GPT, "n": {"alias_of": "m"}}, {"m": GPT, "n": GPT}, []),
        ({"m": GPT, "n": GPT}, {"m": GPT, "n": {"alias_of": "m"}}, ["n"]),
    ],
)
def test_rows_that_name_another_row_are_built_anew(
    before: dict[str, Any], after: dict[str, Any], aliases: list[str]
) -> None:
    old = CatalogVersion.read(json.dumps({"o": before}).encode())
    new = CatalogVersion.read(json.dumps({"o": after}).encode(), reuse=old).catalog
    assert list(new.models[0].aliases) == aliases
    assert len(new.models) == len(after) - len(aliases)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"alias_of": "m"}, {"alias_of": "k"}),
        (GPT, {"alias_of": "k"}),
        ({"alias_of": "k"}, GPT),
        ({"alias_of": "m"}, {"alias_of": "nothing"}),
        (None, {"alias_of": "k"}),
        ({"alias_of": "k"}, None),
    ],
)
def test_an_edited_row_that_names_another_row_is_a_change(before: Any, after: Any) -> None:
    rows = {"m": GPT, "k": O3}
    old = {"o": rows if before is None else rows | {"n": before}}
    new = {"o": rows if after is None else rows | {"n": after}}
    kinds = {change.kind for change in between(old, new).changes}
    assert kinds & {"resolution", "added", "removed", "metadata"}


@pytest.mark.parametrize("unit", UNITS)
def test_every_price_has_a_job_that_is_charged_by_it(unit: str) -> None:
    """Also a kind of token whose price stands in for others, such as a 12 hour cache write."""
    job = price_job(PriceRef(unit))
    assert unit in dict(job.usage.counts)
