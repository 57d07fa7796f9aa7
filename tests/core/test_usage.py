import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest

from pricectl.core import BadUsage, Catalog, Usage, quote
from pricectl.core.units import UNITS


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        (Usage(), {}),
        (Usage(7), {"input": 7}),
        (Usage(0, 3), {"output": 3}),
        (Usage(7, 3), {"input": 7, "output": 3}),
        (Usage(7, 3, reasoning_tokens=0), {"input": 7, "output": 3}),
        # 1000 in: 200 read, 100 written, 50 written for an hour; 650 fresh
        (
            Usage(1000, cache_read_tokens=200, cache_write_tokens=100, cache_write_1h_tokens=50),
            {"input": 650, "cache_read": 200, "cache_write": 100, "cache_write_1h": 50},
        ),
        # 500 out: 300 reasoning, 20 audio, 30 image, 40 video; 110 text
        (
            Usage(
                0,
                500,
                reasoning_tokens=300,
                output_audio_tokens=20,
                output_image_tokens=30,
                output_video_tokens=40,
            ),
            {
                "output": 110,
                "reasoning": 300,
                "output_audio": 20,
                "output_image": 30,
                "output_video": 40,
            },
        ),
        # 30 of the cached and of the audio tokens are the same ones: 100-40-60+30 = 30 fresh text
        (
            Usage(100, cache_read_tokens=40, input_audio_tokens=60, cache_read_audio_tokens=30),
            {"input": 30, "cache_read": 10, "input_audio": 30, "cache_read_audio": 30},
        ),
        # every token of the prompt is cached audio
        (
            Usage(9, cache_read_tokens=9, input_audio_tokens=9, cache_read_audio_tokens=9),
            {"cache_read_audio": 9},
        ),
        # audio both read and written: 50 audio = 20 read + 10 written + 20 fresh
        (
            Usage(
                80,
                cache_read_tokens=25,
                cache_write_tokens=10,
                input_audio_tokens=50,
                cache_read_audio_tokens=20,
                cache_write_audio_tokens=10,
            ),
            {
                "input": 25,  # 80 - 5 - 20 - 20 - 10
                "cache_read": 5,
                "input_audio": 20,
                "cache_read_audio": 20,
                "cache_write_audio": 10,
            },
        ),
        (
            Usage(10, cache_read_tokens=4, input_image_tokens=6, cache_read_image_tokens=2),
            {"input": 2, "cache_read": 2, "input_image": 4, "cache_read_image": 2},
        ),
        (
            Usage(10, cache_read_tokens=4, explicit_cache_read_tokens=5),
            {"input": 1, "cache_read": 4, "explicit_cache_read": 5},
        ),
        (Usage(10, input_video_tokens=4), {"input": 6, "input_video": 4}),
        (Usage(1, search=2, page=10), {"input": 1, "page": 10, "search": 2}),
        # seconds and GB-days are counted in thousandths
        (
            Usage(input_second=2, output_second=Decimal("0.001"), file_search_gb_day=Decimal(3)),
            {"input_second": 2000, "output_second": 1, "file_search_gb_day": 3000},
        ),
        (Usage(second=Decimal("12.5E0"), input_second=Decimal("0.000")), {"second": 12_500}),
        (Usage(second=10**12), {"second": 10**15}),
        (Usage(10**15), {"input": 10**15}),
    ],
)
def test_details_are_taken_out_of_their_totals(usage: Usage, counts: dict[str, int]) -> None:
    assert dict(usage.counts) == counts
    assert len(usage.counts) == len(counts)


def test_the_order_of_details_changes_nothing() -> None:
    one = Usage(100, 5, cache_read_tokens=10, input_audio_tokens=20, search=1)
    other = Usage(100, 5, search=1, input_audio_tokens=20, cache_read_tokens=10)
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    "count", [-1, True, False, 1.0, float("nan"), float("inf"), "5", None, [], 10**15 + 1]
)
@pytest.mark.parametrize(
    "name", ["input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "search"]
)
def test_a_count_is_a_whole_number_in_bounds(name: str, count: Any) -> None:
    with pytest.raises(BadUsage, match=name):
        Usage(**{name: count})


@pytest.mark.parametrize(("sign", "words"), [(1, "is too large"), (-1, "is negative")])
def test_a_count_too_long_to_print_is_refused_like_any_other(sign: int, words: str) -> None:
    with pytest.raises(BadUsage, match=words):
        Usage(sign * 10**5000)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"input_tokens": 10, "cache_read_tokens": 11}, "details of input_tokens"),
        (
            {"input_tokens": 10, "cache_read_tokens": 6, "cache_write_tokens": 5},
            "details of input_tokens",
        ),
        ({"output_tokens": 3, "reasoning_tokens": 4}, "details of output_tokens"),
        ({"input_tokens": 99, "reasoning_tokens": 1}, "details of output_tokens"),
        ({"input_tokens": 9, "cache_read_audio_tokens": 1}, "cache_read_audio"),
        (
            {"input_tokens": 9, "cache_read_tokens": 1, "cache_read_audio_tokens": 1},
            "input_audio",
        ),
        (
            {
                "input_tokens": 9,
                "cache_read_tokens": 2,
                "input_audio_tokens": 9,
                "cache_read_audio_tokens": 3,
            },
            "cache_read",
        ),
        ({"input_tokens": 9, "cache_write_audio_tokens": 1}, "cache_write"),
    ],
)
def test_parts_must_not_exceed_their_total(counts: dict[str, int], words: str) -> None:
    with pytest.raises(BadUsage, match=words) as caught:
        Usage(**counts)
    assert "is more than" in caught.value.what


def test_a_part_above_its_total_is_refused_with_both_counts() -> None:
    with pytest.raises(BadUsage) as caught:
        Usage(9, input_audio_tokens=2, cache_read_audio_tokens=1)
    assert str(caught.value) == (
        "cache_read_audio (1) is more than cache_read (0); totals include their parts"
    )
    with pytest.raises(BadUsage, match=r"^details of input_tokens \(10\) is more than input \(9\)"):
        Usage(9, cache_read_tokens=10)


@pytest.mark.parametrize("name", ["cached", "cache_read", "input", "output", "x" * 1000])
def test_an_unknown_unit_is_refused(name: str) -> None:
    with pytest.raises(BadUsage, match="unknown unit") as caught:
        Usage(10, 10, **{name: 1})
    assert len(caught.value.what) < 120


AMOUNTS = tuple(name for name, unit in UNITS.items() if unit.divisible)


def test_only_divisible_units_accept_fractions() -> None:
    others = ("_gb_day", "ocr_credit")
    assert all(name.partition("_second")[1] or name.endswith(others) for name in AMOUNTS[1:])
    assert (AMOUNTS[0], len(AMOUNTS)) == ("second", 17)


@pytest.mark.parametrize("name", ["second", "output_second_4k", "vector_store_gb_day"])
@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (12.5, "is 12.5, not an amount; give an int or a Decimal"),
        (True, "is True, not an amount"),
        ("12.5", "is '12.5', not an amount"),
        (None, "is None, not an amount"),
        (Decimal("NaN"), r"is Decimal\('NaN'\), not an amount"),
        (Decimal("Infinity"), "is .*, not an amount"),
        (Decimal("1e-1000000"), "is .*, not an amount"),
        (Decimal("1e1000000"), "is .*, not an amount"),
        (Decimal("-0.001"), "is negative; counts go from 0 to 1,000,000,000,000$"),
        (-1, "is negative"),
        (Decimal("0.0005"), "is finer than a thousandth; round it up or down"),
        (10**12 + 1, "is too large; counts go from 0 to 1,000,000,000,000$"),
        (Decimal("1e12") + Decimal("0.001"), "is too large"),
        pytest.param(10**5000, "is too large", id="too long to print"),
    ],
)
def test_an_amount_is_a_number_of_thousandths_in_bounds(name: str, amount: Any, words: str) -> None:
    with pytest.raises(BadUsage, match=f"^{name} {words}"):
        Usage(**{name: amount})


def test_the_bound_of_a_count_is_in_the_message() -> None:
    with pytest.raises(BadUsage, match="page is too large; counts go from 0 to 1,000,000,000,00"):
        Usage(page=10**15 + 1)
    assert Usage(page=10**15).count("page") == 10**15


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cached_tokens", "did you mean cache"),
        ("pages", "did you mean page"),
        ("input_seconds", "did you mean input_second"),
        ("cache_read", "did you mean cache_read_tokens"),  # a part of the input, not beside it
        ("zzz", "one of cache_read_tokens, cache_write_tokens, explicit_cache_read_tokens, "),
    ],
)
def test_an_unknown_unit_gets_suggestions(name: str, words: str) -> None:
    with pytest.raises(BadUsage) as caught:
        Usage(10, **{name: 1})
    assert words in caught.value.next_step
    assert caught.value.next_step.count(",") < 3 or words.startswith("one of")


def test_three_similar_names_are_suggested() -> None:
    with pytest.raises(BadUsage) as caught:
        Usage(10, cache_read=1)
    for kind in ("", "_image", "_audio"):
        assert f"cache_read{kind}_tokens" in caught.value.next_step


def test_only_accepted_units_are_suggested() -> None:
    with pytest.raises(BadUsage) as caught:
        Usage(10, zzz=1)
    shown, _, more = caught.value.next_step.removeprefix("one of ").partition(" and ")
    offered = shown.split(", ")
    for name in offered:
        assert Usage(1, 1, **{name: 0}) == Usage(1, 1)
    assert len(offered) == len(set(offered)) == 8
    assert more == f"{len(UNITS) - len({'input', 'output'}) - 8} more"


@pytest.mark.parametrize("usage", [Usage(), Usage(9, 4, cache_read_tokens=3, second=2)])
def test_a_usage_can_be_copied_and_pickled(usage: Usage) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(usage, protocol))  # noqa: S301 - our own bytes
        assert (type(again), again) == (Usage, usage)
    assert copy.copy(usage) == copy.deepcopy(usage) == usage
    assert type(copy.deepcopy(usage)) is Usage


def test_totals_and_single_counts() -> None:
    usage = Usage(10, 5, cache_read_tokens=4, search=2)
    assert usage.total_tokens == 15
    assert [usage.count(unit) for unit in ("input", "cache_read", "search", "page")] == [6, 4, 2, 0]


def test_equal_calls_multiply_every_count() -> None:
    usage = Usage(10, 5, cache_read_tokens=4, search=2)
    assert usage.times(3) == Usage(30, 15, cache_read_tokens=12, search=6)
    assert usage.times(0) == Usage()
    assert usage.times(1) == usage
    with pytest.raises(BadUsage, match="calls"):
        usage.times(-1)


GOOD = Usage(1000, 500, cache_read_tokens=200, search=2)


@pytest.mark.parametrize(
    "changed",
    [
        {"input_tokens": -5},
        {"input_tokens": 2000},
        {"output_tokens": "x"},
        {"output_tokens": 10**16},
        {"counts": None},
        {"counts": ()},
        {"counts": (("input", -1000), ("output", 500))},
        {"counts": (("input", 500), ("output", 1000))},
        {"counts": (("input", 1000.0), ("output", 500))},
        {"counts": (("input", 500), ("input", 500), ("output", 500))},
        {"counts": (("nonsense", 1000), ("output", 500))},
        {"counts": ((1, 2, 3),)},
    ],
)
def test_a_usage_that_was_changed_must_add_up(changed: dict[str, Any]) -> None:
    """`_replace` changes a total without its parts, or the parts without their total."""
    with pytest.raises(BadUsage, match="the counts do not add up to the totals; make a new Usage"):
        GOOD._replace(**changed).checked()


def test_a_usage_that_was_changed_and_adds_up_is_one_like_any_other() -> None:
    changed = GOOD._replace(counts=GOOD.counts)
    assert type(changed) is not Usage
    assert (changed.checked(), type(changed.checked())) == (GOOD, Usage)
    assert GOOD.checked() is GOOD
    for copied in (copy.copy(changed), pickle.loads(pickle.dumps(changed))):  # noqa: S301 - our own
        assert type(copied) is type(changed)


def test_the_calculator_refuses_counts_that_do_not_add_up() -> None:
    catalog = Catalog.load('{"o": {"m": {"input_cost_per_token": 2.5e-06}}}')
    assert quote(catalog, "m", Usage(1000)._replace(output_tokens=0)).pico_usd == 2_500_000_000
    with pytest.raises(BadUsage):
        quote(catalog, "m", Usage(1000)._replace(input_tokens=5))
