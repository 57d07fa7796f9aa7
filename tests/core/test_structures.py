"""Structures of a row: what is understood, what is left out, and what is then charged."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pricectl.core import Catalog, UnpricedUnit, Usage, quote
from pricectl.core.catalog import build
from pricectl.core.document import parse
from pricectl.core.prices import PriceList, Problem

IN, OUT = "input_cost_per_token", "output_cost_per_token"
PLAIN = {IN: 2e-06, OUT: 8e-06}
NIGHT = {"windows": [{"hours_utc": "00:00-08:00"}], IN: 1e-06}
AT_NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
COUNTED = {"input_second": {"step": 1}}


def catalog_of(**entry: Any) -> Catalog:
    return Catalog.load(json.dumps({"acme": {"m": entry, "other": PLAIN}}))


def prices_of(**entry: Any) -> PriceList:
    problems: list[Problem] = []
    catalog = build(parse(json.dumps({"acme": {"m": entry}})), problems)
    assert problems == []
    return catalog.models[0].prices


def tiered(*tiers: Any) -> dict[str, Any]:
    return {"tiered_pricing": list(tiers)}


def off_peak(**changed: Any) -> dict[str, Any]:
    return {"off_peak_pricing": {**NIGHT, **changed}}


def counted(**rule: Any) -> dict[str, Any]:
    return {"billed_counts": {"input_second": rule}}


NOT_UNDERSTOOD: list[tuple[dict[str, Any], str, str]] = [
    ({"tiered_pricing": 5}, "/tiered_pricing", "not a list"),
    ({"tiered_pricing": {}}, "/tiered_pricing", "not a list"),
    (tiered(5), "/tiered_pricing/0", "not an object"),
    (tiered({"range": "all"}), "/tiered_pricing/0", "range is not [low, high]"),
    (tiered({"range": []}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [True, 5]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [-1, 5]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [0.5, 5]}), "/tiered_pricing/0", "range is not"),
    (tiered({"output_range": ["x"]}), "/tiered_pricing/0", "output_range is not"),
    # An end that is broken, although nothing is charged by it.
    (tiered({"range": [0]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [0, "128000"]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [None, 5]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [0, True]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [0, 0.5]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [0, -1]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [0, 5, 9]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [5, 5]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [128000, 32000]}), "/tiered_pricing/0", "range is not"),
    (tiered({"range": [0, 5], "output_range": [0]}), "/tiered_pricing/0", "output_range is not"),
    (tiered({"range": None}), "/tiered_pricing/0", "range is not"),
    (tiered({IN: 1e-06}), "/tiered_pricing/0", "has no range"),
    (
        tiered(*({"output_range": [start, 99], IN: 1e-06} for start in range(17))),
        "/tiered_pricing/16",
        "more than 16 ranges of output",
    ),
    (
        tiered({"range": [0, 5], "input_cost_per_tokens": 9}),
        "/tiered_pricing/0/input_cost_per_tokens",
        "'input_cost_per_tokens' is not understood",
    ),
    (tiered({"range": [0, 5], "cache_range": [0, 5]}), "/tiered_pricing/0/cache_range", "not"),
    ({"context_tier": {"scope": "all"}}, "/context_tier", "context_tier is not"),
    ({"context_tier": {"boundary": "lt"}}, "/context_tier", "context_tier is not"),
    ({"context_tier": {"scope": "marginal", "x": 1}}, "/context_tier", "context_tier is not"),
    ({"context_tier": 5}, "/context_tier", "context_tier is not"),
    ({"off_peak_pricing": 5}, "/off_peak_pricing", "not an object"),
    ({"off_peak_pricing": {IN: 1e-06}}, "/off_peak_pricing", "neither windows nor hours_utc"),
    # No hours at all: the prices would never be charged.
    ({"off_peak_pricing": {IN: 1e-06, "windows": []}}, "/off_peak_pricing", "neither windows"),
    ({"off_peak_pricing": {IN: 1e-06, "windows": None}}, "/off_peak_pricing", "neither windows"),
    ({"off_peak_pricing": {IN: 1e-06, "hours_utc": None}}, "/off_peak_pricing", "neither windows"),
    (off_peak(hours_utc=[]), "/off_peak_pricing/hours_utc", "hours is empty"),
    (off_peak(hours_utc=""), "/off_peak_pricing/hours_utc", "16:30-00:30"),
    (
        off_peak(windows=[{"hours_utc": []}]),
        "/off_peak_pricing/windows/0/hours_utc",
        "hours is empty",
    ),
    (
        off_peak(windows=[{"hours_utc": "00:00-08:00", "weekdays": []}]),
        "/off_peak_pricing/windows/0/weekdays",
        "weekdays is empty",
    ),
    (off_peak(windows=5), "/off_peak_pricing/windows", "not a list"),
    (off_peak(windows=[{}]), "/off_peak_pricing/windows/0", "hours_utc"),
    (off_peak(holidays=["2026-12-25"]), "/off_peak_pricing/holidays", "'holidays'"),
    (off_peak(weekday_timezone="Moon/Sea"), "/off_peak_pricing/weekday_timezone", "time zone"),
    (off_peak(hours_utc="8pm"), "/off_peak_pricing/hours_utc", "hours"),
    (
        off_peak(windows=[{"hours_utc": "00:00-08:00", "months": [1]}]),
        "/off_peak_pricing/windows/0/months",
        "'months'",
    ),
    (
        off_peak(windows=[{"hours_utc": "00:00-08:00", "weekdays": ["restday"]}]),
        "/off_peak_pricing/windows/0/weekdays",
        "English names",
    ),
    ({"billed_counts": 5}, "/billed_counts", "not an object"),
    ({"billed_counts": {"input": {"step": 9}}}, "/billed_counts/input", "not a unit beside tokens"),
    ({"billed_counts": {"hour": {"step": 9}}}, "/billed_counts/hour", "not a unit beside tokens"),
    ({"billed_counts": {"page": 5}}, "/billed_counts/page", "not an object"),
    (counted(steps=1), "/billed_counts/input_second/steps", "'steps'"),
    (counted(step="1"), "/billed_counts/input_second/step", "not a number"),
    (counted(step=True), "/billed_counts/input_second/step", "not a number"),
    (counted(step=0), "/billed_counts/input_second/step", "above zero"),
    (counted(step=1e-4), "/billed_counts/input_second/step", "multiple of 0.001"),
    (counted(minimum=10**13), "/billed_counts/input_second/minimum", "above zero"),
    ({"billed_counts": {"page": {"step": 0.5}}}, "/billed_counts/page/step", "multiple of 1"),
    (
        {"provider_specific_entry": {"minimax_free_input_images": -5}},
        "/provider_specific_entry/minimax_free_input_images",
        "above zero",
    ),
    ({"provider_specific_entry": {"us": "1.1"}}, "/provider_specific_entry/us", "above zero"),
    ({"provider_specific_entry": {"us": 0}}, "/provider_specific_entry/us", "above zero"),
    ({"provider_specific_entry": 1.1}, "/provider_specific_entry", "not an object"),
    ({"fedramp_uplift_multiplier": True}, "/fedramp_uplift_multiplier", "above zero"),
    (
        {"regional_endpoint_uplift_multiplier": "eleven tenths"},
        "/regional_endpoint_uplift_multiplier",
        "above zero",
    ),
    ({"search_context_cost_per_query": 5}, "/search_context_cost_per_query", "not an object"),
    (
        {"search_context_cost_per_query": {"search_context_size_huge": 1}},
        "/search_context_cost_per_query/search_context_size_huge",
        "no reader knows",
    ),
    ({"input_cost_per_tokens": 1}, "/input_cost_per_tokens", "no reader knows this price"),
]


@pytest.mark.parametrize(("structure", "path", "words"), NOT_UNDERSTOOD)
def test_a_structure_that_is_not_understood_is_left_out_and_told(
    structure: dict[str, Any], path: str, words: str
) -> None:
    prices = prices_of(**PLAIN, **structure)
    (unread,) = prices.unread
    assert unread.pointer == f"/acme/m{path}"
    assert words in unread.message
    catalog = catalog_of(**PLAIN, **structure)
    answer = quote(catalog, "m", Usage(1000, 100), at=AT_NIGHT)
    assert (answer.pico_usd, answer.unread) == (2800 * 10**6, prices.unread)
    with pytest.raises(UnpricedUnit, match="is not understood"):
        quote(catalog, "m", Usage(1), strict=True)
    assert not quote(catalog, "other", Usage(1), strict=True).unread


def test_a_range_that_ends_in_null_has_no_end() -> None:
    """`validate` reports it all the same, since other readers expect a number."""
    catalog = catalog_of(**PLAIN, **tiered({"range": [1000, None], IN: 9e-06}))
    answer = quote(catalog, "m", Usage(2000))
    assert (answer.pico_usd, answer.unread) == (18_000 * 10**6, ())


def test_what_else_an_unread_row_lacks_comes_first_in_a_refusal() -> None:
    catalog = catalog_of(**{IN: 1e-06}, context_tier=5)
    with pytest.raises(UnpricedUnit, match="no price for output"):
        quote(catalog, "m", Usage(1, 1), strict=True)


def test_an_unread_part_of_a_period_is_told_while_it_is_in_force() -> None:
    later = {"from": "2027-01-01", **PLAIN, "off_peak_pricing": {}}
    catalog = catalog_of(**PLAIN, upcoming=[later])
    pointers = [
        [each.pointer for each in quote(catalog, "m", Usage(1), at=at).unread]
        for at in (AT_NIGHT, datetime(2027, 2, 1, tzinfo=UTC))
    ]
    assert pointers == [[], ["/acme/m/upcoming/0/off_peak_pricing"]]


def test_a_table_or_factor_that_is_not_understood_leaves_the_others() -> None:
    entry = {
        **PLAIN,
        "search_context_cost_per_query": {"search_context_size_low": 0.01, "size": 1},
        "provider_specific_entry": {"us": 1.5, "eu": -1},
    }
    catalog = catalog_of(**entry)
    assert quote(catalog, "m", Usage(search_low=1)).pico_usd == 10**10
    assert quote(catalog, "m", Usage(1000), region="us").pico_usd == 3000 * 10**6
    assert len(quote(catalog, "m", Usage(1)).unread) == 2


def test_terms_of_a_provider_are_no_factors() -> None:
    terms = {
        "realtime_ga_only": 1,
        "transcription_usage_duration": 1,
        "minimax_free_input_images": 5,
        "bedrock_invocation_schema": "titan_v2",
        "beta": True,
        "volcengine_video_frames": {"480p": {"16:9": "854x480"}},
        "nothing": None,
    }
    prices = prices_of(**PLAIN, provider_specific_entry={**terms, "us": 1.1})
    assert (dict(prices.uplifts), prices.unread) == ({"us": parse("1.1")}, ())


def test_a_row_that_names_another_row_is_an_alias_of_it() -> None:
    rows: dict[str, Any] = {
        "new": {**PLAIN, "aliases": ["newest"]},
        "latest": {"alias_of": "new"},
        "stable": {"alias_of": "latest"},
        "gone": {"alias_of": "nothing"},
        "round": {"alias_of": "around"},
        "around": {"alias_of": "round"},
        "wrong": {"alias_of": 5},
    }
    catalog = Catalog.load(json.dumps({"acme": rows}))
    assert catalog.models[0].aliases == ("newest", "latest", "stable")
    for name in ("latest", "stable", "acme/stable"):
        answer = quote(catalog, name, Usage(1000), strict=True)
        assert (answer.match.model.name, answer.pico_usd) == ("new", 2000 * 10**6)
    assert [model.name for model in catalog.models] == ["new", "gone", "round", "around", "wrong"]
    for model in catalog.models[1:]:
        assert [part.message for part in model.prices.unread] == [
            "alias_of names no row of the same section"
        ]


def test_the_aliases_of_a_row_without_prices_lead_on() -> None:
    rows = {"new": PLAIN, "latest": {"alias_of": "new", "aliases": ["newest", 5]}}
    catalog = Catalog.load(json.dumps({"acme": rows}))
    assert catalog.models[0].aliases == ("latest", "newest")


@pytest.mark.parametrize("own", [{IN: 9e-06}, {"previous": [{"until": "2026-01-01", **PLAIN}]}])
def test_a_row_with_prices_is_no_alias(own: dict[str, Any]) -> None:
    rows = {"new": PLAIN, "latest": {"alias_of": "new", **own}, "stable": {"alias_of": "latest"}}
    catalog = Catalog.load(json.dumps({"acme": rows}))
    for name in ("latest", "stable"):
        answer = quote(catalog, name, Usage(10))
        assert answer.match.model.name == "latest"
        assert answer.pico_usd == (90 * 10**6 if IN in own else 0)
        assert [part.message for part in answer.unread] == [
            "alias_of stands beside prices of the row's own"
        ]


# Prices by the length of the output, as Z.ai publishes GLM-4.5: up to 32k of input, an output of up
# to 200 tokens costs 2 of its currency per 1M and a longer one 8; of more input, always 12.
BY_LENGTH = tiered(
    {"range": [0, 32000], "output_range": [0, 200], IN: 2e-06, OUT: 2e-06},
    {"range": [0, 32000], "output_range": [200, 96000], OUT: 8e-06},
    {"range": [32000, 128000], IN: 4e-06, OUT: 12e-06},
)


@pytest.mark.parametrize(
    ("used", "micro_usd", "above"),
    [
        ((1000, 200), 1000 * 2 + 200 * 2, 0),
        ((1000, 201), 1000 * 2 + 201 * 8, 200),
        ((32_000, 201), 32_000 * 2 + 201 * 8, 200),
        ((32_001, 201), 32_001 * 4 + 201 * 12, 200),
        ((32_001, 1), 32_001 * 4 + 12, 0),
    ],
)
def test_a_rate_by_output_length(used: tuple[int, int], micro_usd: int, above: int) -> None:
    answer = quote(catalog_of(**BY_LENGTH), "m", Usage(*used), strict=True)
    assert answer.pico_usd == micro_usd * 10**6
    assert answer.prices.above_output_tokens == above


def test_off_peak_prices_hold_for_outputs_of_every_length() -> None:
    catalog = catalog_of(**BY_LENGTH, **off_peak())
    # 1,000 x 1 by the off-peak price and 201 x 8 by that of a long output
    answer = quote(catalog, "m", Usage(1000, 201), at=AT_NIGHT)
    assert answer.pico_usd == (1000 + 1608) * 10**6
    assert answer.prices.is_off_peak


def test_lists_by_output_are_among_all_lists_and_compared() -> None:
    entries = BY_LENGTH, {**BY_LENGTH, **off_peak()}
    one, other = (catalog_of(**entry).models[0] for entry in entries)
    assert [prices.above_output_tokens for prices in one.all_lists] == [0, 200]
    assert [prices.above_output_tokens for prices in other.all_lists] == [0, 200, 0, 200]
    dearer = json.loads(json.dumps(BY_LENGTH))
    dearer["tiered_pricing"][1][OUT] = 9e-06
    assert one.charges_like(catalog_of(**BY_LENGTH).models[0])
    assert not one.charges_like(catalog_of(**dearer).models[0])


@pytest.mark.parametrize(
    ("rule", "seconds", "billed"),
    [
        ({"step": 1}, "12.4", "13"),
        ({"step": 1}, "13", "13"),
        ({"step": 0.5}, "12.4", "12.5"),
        ({"minimum": 10}, "3.25", "10"),
        ({"minimum": 10}, "12.5", "12.5"),
        ({"step": 60, "minimum": 90}, "61", "120"),
        ({"step": 60, "minimum": 90}, "5", "90"),
        ({"free": 5}, "5", "0"),
        ({"free": 5, "step": 2, "minimum": 3}, "5.5", "3"),
        ({"free": 5, "step": 2, "minimum": 3}, "8.5", "4"),
    ],
)
def test_a_count_is_billed_as_the_row_says(rule: dict[str, Any], seconds: str, billed: str) -> None:
    catalog = catalog_of(input_cost_per_second=0.001, billed_counts={"input_second": rule})
    answer = quote(catalog, "m", Usage(input_second=parse(seconds)))  # type: ignore[arg-type]
    assert answer.pico_usd == int(float(billed) * 1000) * 10**6
    (line,) = answer.lines
    assert (str(line.quantity.normalize() + 0), line.pico_usd) == (billed, answer.pico_usd)  # type: ignore[union-attr]
    assert line.note.startswith("billed ")
    assert not answer.assumed


def test_a_billed_count_is_that_of_each_call() -> None:
    from pricectl.core.estimate import Estimate
    from pricectl.core.profile import Profile

    catalog = catalog_of(input_cost_per_second=0.001, billed_counts=COUNTED)
    call = quote(catalog, "m", Usage(input_second=parse("12.4")))  # type: ignore[arg-type]
    # Three calls of 12.4 seconds are billed as 39 seconds, not 38.
    assert Estimate(call, 3, Profile()).pico_usd == 39 * 10**9


def test_a_note_of_a_count_follows_that_of_a_missing_price() -> None:
    catalog = catalog_of(cost_per_second=1, billed_counts={"second": {"step": 1, "minimum": 10}})
    (line,) = quote(catalog, "m", Usage(second=3), service="batch").lines
    assert (
        line.note
        == "no batches price; charged at the standard base rate; billed in steps of 1, at least 10"
    )
    (unpriced,) = quote(catalog, "m", Usage(page=1)).lines
    assert unpriced.note == "unpriced"


def test_a_count_is_billed_once_beside_marginal_tiers() -> None:
    catalog = catalog_of(
        **PLAIN,
        **{f"{IN}_above_1k_tokens": 4e-06, "input_cost_per_second": 0.001},
        context_tier={"scope": "marginal"},
        billed_counts=COUNTED,
    )
    usage = Usage(1500, input_second=parse("1.2"))  # type: ignore[arg-type]
    # 1,000 x 2 + 500 x 4 micro-USD, and 2 seconds of 0.001 USD
    assert quote(catalog, "m", usage).pico_usd == 4000 * 10**6 + 2 * 10**9


def test_input_images_that_a_call_includes_cost_nothing() -> None:
    # MiniMax-H3: 0.04 USD for each input image beyond the first five.
    entry = {
        "input_cost_per_image": 0.04,
        "provider_specific_entry": {"minimax_free_input_images": 5},
    }
    for images, cents in ((3, 0), (5, 0), (7, 8)):
        answer = quote(catalog_of(**entry), "m", Usage(input_image_file=images))
        assert answer.pico_usd == cents * 10**10
        assert not answer.nothing_priced


def test_counting_is_part_of_what_a_row_charges() -> None:
    one, same, other = (
        prices_of(input_cost_per_second=1, **rule)
        for rule in (counted(step=1), counted(step=1.0), counted(step=2))
    )
    assert one.same_prices(same) or one.counting["input_second"].step == 1000
    assert not one.same_prices(other)


@pytest.mark.parametrize(
    ("usage", "service", "micro_usd", "note"),
    [
        (Usage(1000), "", 1000, ""),
        (Usage(2000), "", 2000 * 5, "no off-peak price; charged at the standard rate above 1k"),
        (Usage(1000), "batch", 1000 * 1.5, "no off-peak price; charged at the batches base rate"),
        (Usage(1000), "flex", 1000, "no flex price; charged at the standard base rate"),
        (Usage(1000), "priority", 1000 * 2, ""),
        (
            Usage(2000),
            "batch",
            2000 * 5,
            "no off-peak price and no batches price; charged at the standard rate above 1k",
        ),
    ],
)
def test_an_off_peak_price_replaces_the_price_of_the_same_tier_and_service_only(
    usage: Usage, service: str, micro_usd: float, note: str
) -> None:
    catalog = catalog_of(
        **{
            IN: 2e-06,
            f"{IN}_above_1k_tokens": 5e-06,
            f"{IN}_batches": 1.5e-06,
            f"{IN}_priority": 3e-06,
        },
        **off_peak(**{f"{IN}_priority": 2e-06}),
    )
    answer = quote(catalog, "m", usage, service=service, at=AT_NIGHT)
    assert answer.pico_usd == int(micro_usd * 10**6)
    assert answer.lines[0].note == note


@pytest.mark.parametrize(
    ("block", "cheap"),
    [
        ({"hours_utc": "16:30-00:30"}, {16.5, 0.25}),
        ({"hours_utc": ["01:00-02:00", "16:30-00:30"]}, {1, 16.5, 0.25}),
        ({"hours_utc": "01:00-02:00", "windows": [{"hours_utc": "05:00-06:00"}]}, {1, 5}),
        ({"hours_utc": "01:00-02:00", "weekday_timezone": "Asia/Shanghai"}, {1}),
    ],
)
def test_hours_beside_the_prices_hold_every_day(block: dict[str, Any], cheap: set[float]) -> None:
    catalog = catalog_of(**PLAIN, off_peak_pricing={IN: 1e-06, **block})
    for day in (22, 23, 28):
        for hour in (0.25, 1, 2, 5, 12, 16.5):
            at = datetime(2026, 11, day, int(hour), int(hour % 1 * 60), tzinfo=UTC)
            rate = 1 if hour in cheap else 2
            assert quote(catalog, "m", Usage(1), at=at).pico_usd == rate * 10**6


def repeating(**more: float) -> Catalog:
    return catalog_of(
        **{
            OUT: 2.5e-06,
            "output_cost_per_reasoning_token": 2.5e-06,
            f"{OUT}_flex": 1.25e-06,
            f"{OUT}_above_200k_tokens": 5e-06,
            **more,
        }
    )


def test_a_reasoning_price_that_repeats_the_output_price_follows_it() -> None:
    usage = Usage(0, 500, reasoning_tokens=200)
    flex = quote(repeating(), "m", usage, service="flex")
    # 500 x 1.25, as Google charges thinking tokens as output
    assert (flex.pico_usd, [line.note for line in flex.lines]) == (625 * 10**6, ["", ""])
    longer = quote(repeating(), "m", Usage(200_001, 500, reasoning_tokens=200))
    assert longer.pico_usd == 2500 * 10**6
    # Its own price at the service, or another price than that of output, stays.
    own = repeating(output_cost_per_reasoning_token_flex=3e-06)
    assert quote(own, "m", usage, service="flex").pico_usd == (300 * 1.25 + 200 * 3) * 10**6
    other = repeating(output_cost_per_reasoning_token=3e-06)
    assert quote(other, "m", usage, service="flex").pico_usd == (300 * 1.25 + 200 * 3) * 10**6
    # Standard calls name the key of reasoning as before.
    standard = quote(repeating(), "m", usage)
    assert standard.lines[-1].key == "output_cost_per_reasoning_token"
    assert quote(repeating(), "m", usage, service="batch").pico_usd == 1250 * 10**6


REASONING = "output_cost_per_reasoning_token"
LONG_OUTPUT = tiered(
    {"output_range": [0, 100], OUT: 8e-06}, {"output_range": [100, 900], OUT: 2e-05}
)


@pytest.mark.parametrize(
    ("more", "usage", "service", "pico_usd"),
    [
        # A price of long outputs is no base price: 101 x $20, 100 x $4 off-peak.
        (LONG_OUTPUT, Usage(0, 101), None, 101 * 20_000_000),
        (LONG_OUTPUT, Usage(0, 100), None, 100 * 4_000_000),
        # Reasoning at the price of output follows it: to the off-peak price, to long outputs, and
        # to a tier and a service without an off-peak price.
        ({REASONING: 8e-06}, Usage(0, 10, reasoning_tokens=10), None, 10 * 4_000_000),
        ({REASONING: 9e-06}, Usage(0, 10, reasoning_tokens=10), None, 10 * 9_000_000),
        (
            {REASONING: 8e-06, **LONG_OUTPUT},
            Usage(0, 101, reasoning_tokens=101),
            None,
            101 * 20_000_000,
        ),
        (
            {REASONING: 8e-06, f"{OUT}_above_1k_tokens": 1e-05},
            Usage(1001, 10, reasoning_tokens=10),
            None,
            1001 * 2_000_000 + 10 * 10_000_000,
        ),
        (
            {REASONING: 8e-06, f"{OUT}_priority": 1.6e-05},
            Usage(0, 10, reasoning_tokens=10),
            "priority",
            10 * 16_000_000,
        ),
    ],
)
def test_off_peak_hours_lower_the_base_price_alone(
    more: dict[str, Any], usage: Usage, service: str | None, pico_usd: int
) -> None:
    night = {"hours_utc": "00:00-08:00", OUT: 4e-06}
    catalog = catalog_of(**PLAIN, **more, off_peak_pricing=night)
    assert quote(catalog, "m", usage, service=service, at=AT_NIGHT).pico_usd == pico_usd


def test_the_quote_says_that_a_long_output_has_no_off_peak_price() -> None:
    catalog = catalog_of(**PLAIN, **LONG_OUTPUT, off_peak_pricing={**NIGHT, OUT: 4e-06})
    line = quote(catalog, "m", Usage(0, 101), at=AT_NIGHT).lines[0]
    assert line.note == "no off-peak price; charged at the standard base rate"
