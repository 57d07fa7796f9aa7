"""One row against its former self: moves, zeros, bounds, factors, and the order inside."""

import pytest

from tests.core.sanity_cases import (
    IN,
    OUT,
    READ,
    ROW,
    SECOND,
    WRITE,
    Row,
    edited,
    many,
    of_row,
    verdict,
)


@pytest.mark.parametrize(
    ("price", "level"),
    [
        (3e-06, None),  # 1.5 times
        (3.02e-06, "note"),
        (6e-06, "note"),  # 3 times
        (6.02e-06, "warning"),
        (18.9e-06, "warning"),
        (19e-06, "error"),  # 9.5 times
        (99.8e-06, "error"),
        (100e-06, "refused"),  # 50 times
        (1.34e-06, None),
        (1.33e-06, "note"),
        (0.66e-06, "warning"),
        (0.21e-06, "error"),
        (0.04e-06, "refused"),
    ],
)
def test_a_moved_price_has_the_level_of_its_size(price: float, level: str | None) -> None:
    row = {IN: 2e-06, "mode": "embedding", SECOND: 0.05}
    expected = [("price-moved", level, f"/{IN}")] if level else []
    assert of_row(row, {**row, IN: price}) == expected


@pytest.mark.parametrize(
    "key",
    [
        f"{IN}_batches",
        f"{OUT}_priority",
        f"{IN}_above_200k_tokens",
        f"{OUT}_above_200k_tokens_flex",
        SECOND,
        "input_cost_per_audio_token",
        "ocr_cost_per_page",
    ],
)
def test_every_tier_service_and_other_unit_is_judged(key: str) -> None:
    price = 0.03 if key == SECOND else 0.002 if "page" in key else 3e-06
    before = edited(**{IN: 4e-06, OUT: 4e-06, key: price})
    found = of_row(before, {**before, key: price * 12})
    assert ("price-moved", "error", f"/{key}") in found


def test_a_cache_price_is_not_judged_by_the_size_of_its_move() -> None:
    assert of_row(ROW, edited(**{READ: 2e-08})) == []  # a true cut of ten times
    assert of_row(ROW, edited(**{READ: 4e-09})) == []  # of fifty


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({READ: 2.1e-06}, [("cache-price-off", "error", f"/{READ}")]),
        ({READ: 2e-06}, []),  # as much as the input
        ({READ: 3.9e-09}, [("cache-price-off", "error", f"/{READ}")]),
        ({WRITE: 8.1e-06}, [("cache-price-off", "error", f"/{WRITE}")]),
        ({WRITE: 4.9e-07}, [("cache-price-off", "error", f"/{WRITE}")]),
        ({OUT: 1.9e-06}, [("output-below-input", "error", f"/{OUT}")]),
        ({f"{OUT}_batches": 8.1e-06}, [("batch-above-base", "error", f"/{OUT}_batches")]),
        ({f"{OUT}_batches": 8e-06}, []),
    ],
)
def test_an_order_that_the_edit_breaks_is_an_error(
    changes: Row, expected: list[tuple[str, str, str]]
) -> None:
    moves = {"price-moved"}
    assert [one for one in of_row(ROW, edited(**changes)) if one[0] not in moves] == expected


def test_an_order_broken_before_the_edit_is_not_reported() -> None:
    broken = edited(**{OUT: 1e-06})
    assert of_row(broken, {**broken, IN: 2.1e-06}) == []


def test_a_broken_order_of_a_new_row_is_a_warning() -> None:
    assert of_row(None, edited(**{OUT: 1e-06})) == [("output-below-input", "warning", f"/{OUT}")]


def test_a_new_service_is_compared_with_what_its_calls_were_charged() -> None:
    key = f"{IN}_flex"
    assert of_row(ROW, edited(**{key: 1e-06})) == [("price-moved", "note", f"/{key}")]
    assert of_row(ROW, edited(**{key: 1e-07})) == [("price-moved", "error", f"/{key}")]


def test_a_new_tier_of_a_service_falls_back_as_a_quote_does() -> None:
    tier = f"{IN}_above_200k_tokens"
    before = edited(**{tier: 4e-06, f"{IN}_flex": 1e-06})
    # Above 272k the standard rate above 200k was charged: 4e-06, so 2.4e-06 moved 1.67 times.
    key = f"{IN}_above_272k_tokens_flex"
    assert of_row(before, {**before, key: 2.4e-06}) == [("price-moved", "note", f"/{key}")]


@pytest.mark.parametrize("key", [f"{IN}_priority", f"{IN}_above_200k_tokens"])
def test_calls_whose_price_is_gone_are_compared_with_what_they_are_charged_now(key: str) -> None:
    before = edited(**{key: 1.2e-04})
    (found,) = verdict({**many(10), "m": before}, {**many(10), "m": ROW}).findings
    assert (found.rule, found.level) == ("price-moved", "refused")
    assert (found.pointer, found.value) == (f"/x/m/{key}", None)
    assert found.message.endswith(
        "went down 60x, from $120.00 to $2.00 per 1M tokens; it no longer has its own price"
    )
    assert of_row(edited(**{key: 2.9e-06}), ROW) == []
    assert of_row(edited(**{key: 1e-06}), ROW) == [("price-moved", "note", f"/{key}")]


def test_a_price_whose_calls_are_now_free_counts_as_became_zero() -> None:
    free = {IN: 0, OUT: 0, "mode": "chat", "free": True}
    key = f"{IN}_priority"
    assert of_row({**free, key: 2e-06}, free) == [("zero-price", "warning", f"/{key}")]


def test_a_moved_range_is_judged_by_the_price_its_calls_now_pay() -> None:
    """The value is the number that still stands there."""

    def row(start: int) -> Row:
        return edited(tiered_pricing=[{"range": [start, None], IN: 1.2e-04, OUT: 1.2e-04}])

    found = verdict({**many(10), "m": row(128_000)}, {**many(10), "m": row(128_000_000)})
    assert [(one.rule, one.pointer, float(str(one.value))) for one in found.of("refused")] == [
        ("price-moved", f"/x/m/tiered_pricing/0/{IN}", 1.2e-04)
    ]


def test_a_former_list_may_lack_a_service() -> None:
    before = edited(**{f"{IN}_priority": 4e-06})
    past = {key: ROW[key] for key in (IN, OUT, READ, WRITE)}
    after = {**before, "previous": [{"until": "2024-01-01", **past}]}
    assert of_row(before, after) == []


def test_prices_moved_by_the_same_factor_are_one_finding() -> None:
    after = edited(**{IN: 1e-05, OUT: 4e-05})
    found = verdict({**many(10), "m": ROW}, {**many(10), "m": after}).findings
    assert [one.rule for one in found] == ["price-moved"]
    assert [place for place, _ in found[0].alike] == [f"/x/m/{IN}", f"/x/m/{OUT}"]
    assert found[0].message == (
        "input went up 5x, from $2.00 to $10.00 per 1M tokens; "
        "1 other price of the row moved by the same factor"
    )
    assert found[0].moved == 5


def test_a_whole_row_moved_by_a_power_of_ten_is_one_finding() -> None:
    after = edited(**{key: ROW[key] * 10.1 for key in (IN, OUT, READ, WRITE)})
    assert of_row(ROW, after) == [("row-moved", "error", f"/{IN}")]
    after = edited(**{key: ROW[key] / 100 for key in (IN, OUT, READ, WRITE)})
    assert of_row(ROW, after) == [("row-moved", "refused", f"/{IN}")]


def test_cache_prices_that_all_move_count_as_a_moved_row() -> None:
    before = {READ: 2e-07, WRITE: 2.5e-06, "mode": "chat"}
    assert of_row(before, {READ: 2e-06, WRITE: 2.5e-05, "mode": "chat"}) == [
        ("row-moved", "error", f"/{READ}")
    ]


def test_a_row_with_a_price_that_stayed_did_not_move_as_a_whole() -> None:
    after = edited(**{IN: 2e-05, OUT: 8e-05, WRITE: 2.5e-05})
    assert of_row(ROW, after) == [("price-moved", "error", f"/{IN}")]


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (2e-03, "input at $2,000.00 per 1M tokens is above any known price ($0.001333 to $450.00"),
        (1e-09, "input at $0.001 per 1M tokens is below any known price ($0.001333 to $450.00"),
    ],
)
def test_a_price_outside_its_bounds_is_refused(price: float, words: str) -> None:
    found = verdict({**many(10)}, {**many(10), "m": edited(**{IN: price})}).of("refused")
    assert [one.rule for one in found] == ["price-out-of-bounds"]
    hint = "Prices are per token: $2.00 per 1M is 2e-06"
    assert found[0].message == f"{words} per 1M tokens). {hint}"


def test_a_price_per_page_outside_its_bounds_has_no_hint_about_tokens() -> None:
    after = edited(ocr_cost_per_page=3)
    (found,) = verdict({**many(10)}, {**many(10), "m": after}).of("refused")
    assert found.message == (
        "page at $3.00 per page is above any known price ($0.000333333333 to $0.012 per page)"
    )


def test_a_price_that_was_outside_its_bounds_before_is_not_refused_again() -> None:
    before = edited(**{IN: 5e-04, OUT: 6e-04})
    found = of_row(before, {**before, IN: 5.1e-04})
    assert found == []


def test_a_unit_without_bounds_is_noted() -> None:
    key = "code_interpreter_cost_per_session"
    assert of_row(ROW, edited(**{key: 0.03})) == [("unit-without-bounds", "note", f"/{key}")]


@pytest.mark.parametrize("key", [IN, OUT, SECOND])
def test_a_price_that_became_zero_is_refused(key: str) -> None:
    before = edited(**{SECOND: 0.03})
    assert of_row(before, {**before, key: 0}) == [("zero-price", "refused", f"/{key}")]
    # A price finer than a picodollar is charged as zero.
    assert of_row(before, {**before, key: 1e-13}) == [("zero-price", "refused", f"/{key}")]


def test_a_cache_price_that_became_zero_is_refused() -> None:
    assert of_row(ROW, edited(**{READ: 0})) == [("zero-price", "refused", f"/{READ}")]


@pytest.mark.parametrize(
    "key", ["output_cost_per_reasoning_token", "cache_read_input_audio_token_cost"]
)
def test_a_new_price_of_zero_for_what_was_charged_by_another_price(key: str) -> None:
    assert of_row(ROW, edited(**{key: 0})) == [("zero-price", "refused", f"/{key}")]
    assert of_row(ROW, edited(**{key: 0, "free": True})) == [("zero-price", "warning", f"/{key}")]
    assert of_row({SECOND: 0.03}, {SECOND: 0.03, key: 0}) == []  # it was charged nothing before


def test_a_row_that_became_free_is_a_warning() -> None:
    after = edited(**{IN: 0, OUT: 0, READ: None, WRITE: None, "free": True})
    assert of_row(ROW, after) == [
        ("zero-price", "warning", f"/{IN}"),
        ("zero-price", "warning", f"/{OUT}"),
    ]
    assert of_row(ROW, {**after, "free": "yes"})[0][1] == "refused"


def test_an_announced_list_may_be_free_by_itself() -> None:
    zero = {"from": "2026-12-01", IN: 0, OUT: 0, READ: None, WRITE: None}
    row = edited(upcoming=[{**zero, "free": True}])
    assert {level for _, level, _ in of_row(ROW, row)} == {"warning"}
    assert of_row(ROW, edited(upcoming=[zero]))[0][1] == "refused"


@pytest.mark.parametrize(
    ("row", "places"),
    [
        ({IN: 0, OUT: 8e-06, "mode": "chat"}, [IN]),
        ({IN: 0, OUT: 0}, [IN, OUT]),
        ({IN: 0, OUT: 0, "mode": "chat", "free": True}, []),
        ({IN: 1e-07, OUT: 0, "mode": "embedding"}, []),
        ({IN: 0, OUT: 0, "mode": "rerank"}, [IN, OUT]),
        ({IN: 2e-06, OUT: 8e-06, f"{IN}_batches": 0, "mode": "chat"}, []),
    ],
)
def test_a_new_row_of_zeros_is_refused_unless_it_is_free(row: Row, places: list[str]) -> None:
    assert of_row(None, row) == [("zero-price", "refused", f"/{key}") for key in places]


def test_a_price_that_was_zero_is_noted() -> None:
    before = {IN: 0, OUT: 0, "mode": "chat", "free": True}
    after = {IN: 2e-06, OUT: 8e-06, "mode": "chat"}
    assert of_row(before, after) == [
        ("price-moved", "note", f"/{IN}"),
        ("price-moved", "note", f"/{OUT}"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1.1, 1.2, []),
        (1.1, 2.2, [("factor-moved", "note")]),
        (1.1, 6, [("factor-moved", "warning")]),
        (None, 6, [("factor-moved", "warning")]),  # no factor is 1
        (6, None, [("factor-moved", "warning")]),
        (0.2, 2, [("factor-moved", "error")]),
        (1.1, 55, [("factor-out-of-bounds", "refused"), ("factor-moved", "refused")]),
        (1.1, 0.022, [("factor-out-of-bounds", "refused"), ("factor-moved", "refused")]),
        (20, 21, []),  # it was outside before
    ],
)
def test_a_factor_is_judged_like_a_price(
    before: float | None, after: float | None, expected: list[tuple[str, str]]
) -> None:
    key = "regional_processing_uplift_multiplier_eu"
    found = of_row(edited(**{key: before}), edited(**{key: after}))
    assert found == [(rule, level, f"/{key}") for rule, level in expected]


def test_a_provider_specific_factor_has_its_pointer_and_value() -> None:
    key, after = "provider_specific_entry", {"us": 1.1, "a/b": 60}
    found = verdict(
        {**many(10), "m": edited(**{key: {"us": 1.1}})}, {**many(10), "m": edited(**{key: after})}
    ).findings
    assert [(one.rule, one.pointer, one.value) for one in found] == [
        ("factor-out-of-bounds", f"/x/m/{key}/a~1b", 60),
        ("factor-moved", f"/x/m/{key}/a~1b", 60),
    ]


def test_a_new_row_with_a_factor_is_judged_by_its_bounds_only() -> None:
    key = "provider_specific_entry"
    assert of_row(None, edited(**{key: {"fast": 6}})) == []
    assert of_row(None, edited(**{key: {"fast": 11}})) == [
        ("factor-out-of-bounds", "refused", f"/{key}/fast")
    ]


def test_an_input_or_output_without_a_price_is_a_warning() -> None:
    assert of_row(ROW, edited(**{OUT: None})) == [("price-lost", "warning", f"/{OUT}")]
    assert of_row(ROW, edited(**{OUT: None, "retired": True})) == []
    assert of_row(ROW, edited(**{OUT: None, "free": True})) == []
    assert of_row({SECOND: 0.03}, {"mode": "chat"}) == [("price-lost", "warning", f"/{SECOND}")]
    assert of_row({SECOND: 0.03}, {"free": True}) == [("price-lost", "warning", f"/{SECOND}")]
    assert of_row(edited(**{SECOND: 0.03}), ROW) == []


def test_the_value_of_a_finding_is_the_number_at_its_pointer() -> None:
    """Nested prices, tiers by range and off-peak prices."""
    search = "search_context_cost_per_query"
    before = edited(
        **{
            search: {"search_context_size_low": 0.01},
            "tiered_pricing": [{"range": [32000, 128000], IN: 4e-06}],
            "off_peak_pricing": {"windows": [{"hours_utc": "16:30-00:30"}], IN: 1e-06},
        }
    )
    after = edited(
        **{
            search: {"search_context_size_low": 0.1},
            "tiered_pricing": [{"range": [32000, 128000], IN: 4.8e-05}],
            "off_peak_pricing": {"windows": [{"hours_utc": "16:30-00:30"}], IN: 1.3e-05},
        }
    )
    found = verdict({**many(10), "m": before}, {**many(10), "m": after}).of("error")
    moved = [one for one in found if one.rule == "price-moved"]
    assert {one.pointer: float(str(one.value)) for one in moved} == {
        f"/x/m/{search}/search_context_size_low": 0.1,
        f"/x/m/tiered_pricing/0/{IN}": 4.8e-05,
        f"/x/m/off_peak_pricing/{IN}": 1.3e-05,
    }


def test_new_off_peak_hours_are_compared_with_the_price_of_all_hours() -> None:
    hours = {"windows": [{"hours_utc": "16:30-00:30"}], IN: 1e-07}
    where = f"/off_peak_pricing/{IN}"
    after = {IN: 2e-06, OUT: 8e-06, "mode": "chat", "off_peak_pricing": hours}
    assert of_row({IN: 2e-06, OUT: 8e-06, "mode": "chat"}, after) == [
        ("price-moved", "error", where)
    ]
    assert of_row(None, after) == []


def test_prices_of_long_outputs_are_compared_with_what_long_outputs_cost_before() -> None:
    def by_length(long_output: float) -> Row:
        short = {"range": [0, 1000], "output_range": [0, 200], IN: 2e-06, OUT: 8e-06}
        longer = {"range": [0, 1000], "output_range": [200, 900], OUT: long_output}
        return {"mode": "chat", "tiered_pricing": [short, longer]}

    ten_times = [("price-moved", "error", f"/tiered_pricing/1/{OUT}")]
    assert of_row(by_length(8e-06), by_length(80e-06)) == ten_times
    assert of_row(by_length(8e-06), by_length(8e-06)) == []
    # Twice, not ten times the price of a short output.
    twice = [("price-moved", "note", f"/tiered_pricing/1/{OUT}")]
    assert of_row(by_length(40e-06), by_length(80e-06)) == twice
    # Before, outputs of every length cost the same.
    assert of_row({"mode": "chat", IN: 2e-06, OUT: 8e-06}, by_length(80e-06)) == ten_times


DAY = "2027-03-01"


def test_a_promoted_price_has_not_moved() -> None:
    later = {IN: 2e-05, OUT: 8e-05, READ: 2e-06, WRITE: 2.5e-05}
    prices = {key: ROW[key] for key in (IN, OUT, READ, WRITE)}
    before = edited(upcoming=[{"from": DAY, **later}])
    after = {**later, "mode": "chat", "previous": [{"until": DAY, **prices}]}
    assert of_row(before, after) == []
    assert of_row(after, before) == []


def test_an_announced_price_is_compared_with_the_price_in_force_on_its_day() -> None:
    before = edited(upcoming=[{"from": "2027-01-01", IN: 4e-06, OUT: 16e-06}])
    after = edited(
        upcoming=[
            {"from": "2027-01-01", IN: 4e-06, OUT: 16e-06},
            {"from": DAY, IN: 4e-05, OUT: 16e-06},
        ]
    )
    assert of_row(before, after) == [
        ("price-moved", "error", f"/upcoming/1/{IN}"),
        ("output-below-input", "error", f"/upcoming/1/{OUT}"),
    ]


def test_a_cancelled_announcement_is_judged_by_its_larger_move() -> None:
    before = edited(upcoming=[{"from": DAY, IN: 2.2e-05, OUT: 8e-06}])
    found = verdict({**many(10), "m": before}, {**many(10), "m": edited(**{IN: 2.1e-06})}).errors
    assert [one.message for one in found] == [
        "input went down 10.4x, from $22.00 to $2.10 per 1M tokens"
    ]


def test_a_former_price_is_compared_with_what_was_charged_then() -> None:
    after = edited(previous=[{"until": "2026-01-01", IN: 2e-05, OUT: 8e-06}])
    found = of_row(ROW, after)
    assert [one for one in found if one[1] == "error"] == [
        ("price-moved", "error", f"/previous/0/{IN}"),
        ("output-below-input", "error", f"/previous/0/{OUT}"),
    ]


def test_a_wrong_end_date_that_revives_an_old_price_is_an_error() -> None:
    past = {IN: 2e-05, OUT: 8e-05}
    before = edited(previous=[{"until": "2025-01-01", **past}])
    after = edited(previous=[{"until": "2035-01-01", **past}])
    assert of_row(before, after) == [("price-moved", "error", f"/previous/0/{IN}")]


def test_a_list_that_is_never_in_force_is_compared_with_the_rows_own() -> None:
    hidden = {"until": "2027-01-01", IN: 2e-06, OUT: 8e-06}
    before = edited(previous=[hidden], upcoming=[{"from": "2026-01-01", IN: 2e-06, OUT: 8e-06}])
    after = {**before, IN: 2e-05}
    assert ("price-moved", "error", f"/{IN}") in of_row(before, after)


def test_an_announced_list_without_an_output_price_is_a_warning() -> None:
    after = edited(upcoming=[{"from": DAY, IN: 2e-06}])
    assert of_row(ROW, after) == [("price-lost", "warning", f"/upcoming/0/{OUT}")]
    after = edited(previous=[{"until": "2024-01-01", IN: 2e-06}])
    assert of_row(ROW, after) == []


def test_dated_lists_that_are_not_lists_are_ignored() -> None:
    assert of_row(ROW, edited(previous={"until": DAY}, upcoming=5)) == []
