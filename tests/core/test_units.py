import pytest

from pricectl.core.token_kinds import TOKEN_KINDS
from pricectl.core.units import (
    NESTED_KEYS,
    SYNONYMS,
    UNCOUNTED_KEYS,
    UNIT_BY_KEY,
    UNITS,
    is_price_like,
    is_token_unit,
    parse_key,
)


@pytest.mark.parametrize(
    ("key", "unit", "above_tokens", "service"),
    [
        ("input_cost_per_token", "input", 0, ""),
        ("output_cost_per_token_batches", "output", 0, "batches"),
        ("output_cost_per_reasoning_token_flex", "reasoning", 0, "flex"),
        ("input_cost_per_token_above_200k_tokens", "input", 200_000, ""),
        ("input_cost_per_token_above_272k_tokens_priority", "input", 272_000, "priority"),
        ("cache_read_input_token_cost_above_512k_tokens", "cache_read", 512_000, ""),
        ("cache_read_input_audio_token_cost", "cache_read_audio", 0, ""),
        ("cache_creation_input_token_cost", "cache_write", 0, ""),
        # A lifetime and no tier, which may have a tier of its own.
        ("cache_creation_input_token_cost_above_1hr", "cache_write_1h", 0, ""),
        (
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens_batches",
            "cache_write_1h",
            200_000,
            "batches",
        ),
        (
            "cache_creation_input_token_cost_above_12hr_above_272k_tokens_ultrafast",
            "cache_write_12h",
            272_000,
            "ultrafast",
        ),
        ("input_cost_per_token_cache_hit", "cache_read", 0, ""),
        ("output_cost_per_image_1024", "output_image_file_1024", 0, ""),
        ("output_cost_per_image_token", "output_image", 0, ""),
        ("output_cost_per_image_0.5K", "output_image_file_0.5K", 0, ""),
        ("output_cost_per_second_1080p", "output_second_1080p", 0, ""),
        (
            "input_cost_per_video_per_second_above_15s_interval",
            "input_video_second_15s",
            0,
            "",
        ),
        ("search_context_cost_per_query.search_context_size_medium", "search", 0, ""),
        (
            "input_cost_per_token_cache_hit_above_200k_tokens_batches",
            "cache_read",
            200_000,
            "batches",
        ),
        ("explicit_cache_read_input_token_cost", "explicit_cache_read", 0, ""),
        ("file_search_cost_per_1k_calls", "file_search", 0, ""),
        ("file_search_cost_per_gb_per_day", "file_search_gb_day", 0, ""),
        ("computer_use_output_cost_per_1k_tokens", "computer_use_output", 0, ""),
        (
            "guardrail_cost_per_unit.sensitiveInformationPolicyFreeUnits",
            "guardrail_sensitive_information_policy_free",
            0,
            "",
        ),
        (
            "search_context_cost_per_query.search_context_size_low_batches",
            "search_low",
            0,
            "batches",
        ),
        ("input_cost_per_token_ultrafast", "input", 0, "ultrafast"),
        ("input_cost_per_token_neverheard", "input", 0, "neverheard"),
        ("input_cost_per_token_above_999999k_tokens", "input", 999_999_000, ""),
    ],
)
def test_a_price_key_is_split_into_unit_tier_and_service(
    key: str, unit: str, above_tokens: int, service: str
) -> None:
    found = parse_key(key)
    assert found
    assert (found.unit.name, found.above_tokens, found.service) == (unit, above_tokens, service)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "mode",
        "input_cost_per_tokens",
        "Input_cost_per_token",
        "input_cost_per_token_",
        "input_cost_per_token_above_0k_tokens",
        "input_cost_per_token_above_0200k_tokens",
        "input_cost_per_token_above_1000000k_tokens",
        "input_cost_per_token_above_200_tokens",
        "input_cost_per_token_batches_above_200k_tokens",  # the tier comes first
        "input_cost_per_token_above_200k_tokens_",
        "input_cost_per_token_Batches",
        "input_cost_per_token_two_words",
        "input_cost_per_token_above_2\uff10\uff10k_tokens",  # full-width digits
        "input_cost_per_token\n",
        "search_context_cost_per_query",
        "guardrail_cost_per_unit",
        "guardrail_cost_per_unit.otherUnits",
        "search_context_cost_per_query/search_context_size_low",
        *UNCOUNTED_KEYS,
    ],
)
def test_other_keys_are_not_price_keys(key: str) -> None:
    assert parse_key(key) is None


def test_each_unit_is_read_from_its_own_key() -> None:
    for unit in UNITS.values():
        assert parse_key(unit.key) == (unit, 0, "")
    assert len(UNIT_BY_KEY) == len(UNITS)


def test_fallbacks_are_of_the_same_side_and_need_no_fallback() -> None:
    for unit in UNITS.values():
        assert set(unit.fallbacks) <= UNITS.keys() - {unit.name}
        assert {UNITS[name].side for name in unit.fallbacks} <= {unit.side}
    assert {UNIT_BY_KEY[key].name for key in SYNONYMS.values()} == {"cache_read"}


@pytest.mark.parametrize(
    ("key", "speaks"),
    [
        ("input_cost_per_tokens", True),
        ("Price", True),
        ("tiered_pricing", True),
        ("supports_vision", False),
        ("max_input_tokens", False),
    ],
)
def test_keys_with_money_words_are_recognised(key: str, speaks: bool) -> None:  # noqa: FBT001
    assert is_price_like(key) is speaks


@pytest.mark.parametrize(
    ("unit", "counts"),
    [
        ("input", "input token"),
        ("cache_write_1h", "1h cache write token"),
        ("citation", "citation token"),
        ("computer_use_input", "computer use input token"),
        ("output_image_file_4K", "4K generated image"),
        ("output_second_720p", "720p output second"),
        ("input_video_second_15s", "15s video second"),
        ("guardrail_topic_policy", "topic check"),
        ("page", "page"),
    ],
)
def test_each_unit_names_what_it_counts(unit: str, counts: str) -> None:
    assert UNITS[unit].counts == counts
    assert is_token_unit(unit) is counts.endswith("token")


def test_being_a_token_unit_is_a_field_of_the_unit() -> None:
    tokens = {kind.unit for kind in TOKEN_KINDS} | {
        "citation",
        "computer_use_input",
        "computer_use_output",
    }
    assert {name for name in UNITS if is_token_unit(name)} == tokens
    assert {name for name, unit in UNITS.items() if unit.counts.endswith("token")} == tokens


def test_a_price_states_how_many_units_it_buys() -> None:
    thousands = {"file_search", "computer_use_input", "computer_use_output"}
    for name, unit in UNITS.items():
        amount = "second" in name or name.endswith(("_gb_day", "_credit"))
        assert unit.divisible is amount
        assert unit.priced_by == (1000 if amount or name in thousands else 1)


def test_a_fallback_marks_whether_it_is_a_guess() -> None:
    rules = {"input_image", "input_video", "reasoning"}
    for name, unit in UNITS.items():
        assert unit.assumed is (bool(unit.fallbacks) and name not in rules)


def test_each_kind_of_token_names_its_total() -> None:
    sides = {"input": 12, "output": 5, "": len(UNITS) - 17}
    assert {side: [unit.side for unit in UNITS.values()].count(side) for side in sides} == sides


def test_nested_keys_are_written_dotted() -> None:
    dotted = {key.partition(".")[0] for key in UNIT_BY_KEY if "." in key and "_0.5K" not in key}
    assert dotted == set(NESTED_KEYS)


def test_a_price_key_is_at_most_as_long_as_a_name() -> None:
    longest = "input_cost_per_token_".ljust(256, "x")
    assert parse_key(longest) is not None
    assert parse_key(longest + "x") is None
