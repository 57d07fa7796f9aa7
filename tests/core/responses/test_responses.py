import json
import types
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.core import BadUsage, Catalog, UnknownModel, UnpricedUnit, Usage
from pricectl.core.errors import DocumentError
from pricectl.core.responses import (
    Reading,
    Round,
    quote_response,
    read_response,
    salvage_response,
    with_service,
)
from pricectl.core.responses.recorded import read_recorded

CASES = sorted((Path(__file__).parents[2] / "cases" / "responses").glob("*.json"))
ROW = {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}


def load(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def expected(case: dict[str, Any]) -> Reading:
    said = case["expect"]
    counts: dict[str, Any] = {
        name: Decimal(count) if isinstance(count, str) else count
        for name, count in said["usage"].items()
    }
    lists = {name: tuple(said.get(name, ())) for name in ("signals", "flags")}
    rounds = tuple(
        Round(Usage(**part["usage"]), part.get("model", ""), part.get("kind", ""))
        for part in said.get("rounds", ())
    )
    return Reading(**{**said, "usage": Usage(**counts), "rounds": rounds, **lists})


def as_object(value: Any) -> Any:
    """The same body as a client library gives it: attributes at every level."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: as_object(item) for name, item in value.items()})
    return [as_object(item) for item in value] if isinstance(value, list) else value


def half_object(value: Any) -> Any:
    """Attributes outside, read-only mappings and tuples inside."""
    if isinstance(value, dict):
        items = {
            name: types.MappingProxyType(item) if isinstance(item, dict) else item
            for name, item in value.items()
        }
        return SimpleNamespace(**items)
    return tuple(half_object(item) for item in value) if isinstance(value, list) else value


def exact(value: Any) -> Any:
    """The same body from a JSON reader that makes every number a Decimal."""
    return json.loads(json.dumps(value), parse_int=Decimal, parse_float=Decimal)


def catalog_of(provider: str, model: str, row: dict[str, Any]) -> Catalog:
    return Catalog.load(json.dumps({provider: {model: row}}))


@pytest.mark.parametrize("form", [lambda body: body, as_object, half_object, exact])
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_documented_body_is_read_into_usage(path: Path, form: Callable[[Any], Any]) -> None:
    case = load(path)
    assert read_response(form(case["body"]), provider=case.get("provider")) == expected(case)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_documented_body_costs_the_amount_worked_out_by_hand(path: Path) -> None:
    case = load(path)
    said = case["expect"]
    name = case.get("model") or said["model"]
    rows = {name: case["row"], **case.get("other_rows", {})}
    catalog = Catalog.load(json.dumps({said.get("provider", "any"): rows}))
    answer = quote_response(
        catalog, case["body"], model=case.get("model"), provider=case.get("provider")
    )
    assert answer.pico_usd == case["pico_usd"]
    assert answer.match.how == "exact"
    assert answer.unpriced == ()


def test_every_case_says_where_its_shape_comes_from() -> None:
    assert len(CASES) > 50
    for path in CASES:
        case = load(path)
        assert case["source"].startswith("https://")
        assert case["about"].endswith(".")
        assert "micro-USD" in case["working"]


def chat(**usage: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "id": "chatcmpl-1", "usage": usage}


PLAIN = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
MESSAGE = {"input_tokens": 1, "output_tokens": 1}


@pytest.mark.parametrize(
    "body",
    [
        None,
        0,
        1.5,
        True,
        '"usage"',
        b'{"usage": {}}',
        [],
        {},
        {"usage": None},
        {"usage": {}},
        {"usage": []},
        {"usage": 7},
        [None, 3, [PLAIN], "x"],
        {"choices": [], "model": "gpt-4o"},
        SimpleNamespace(model="gpt-4o"),
        object(),
        Decimal(1),
    ],
)
def test_a_body_without_usage_is_refused_with_what_was_looked_for(body: Any) -> None:
    with pytest.raises(BadUsage, match="states no usage") as caught:
        read_response(body)
    for name in ("prompt_tokens", "promptTokenCount", "inputTokens", "usageMetadata"):
        assert name in caught.value.next_step


@pytest.mark.parametrize(
    "body", ["", " ", "usage", b"\xff", '{"a": 1, "a": 2}', "data: {", "x: 1\n"]
)
def test_text_that_is_not_json_is_refused(body: str | bytes) -> None:
    said = r"^response(, line 1)?: is not JSON, JSON lines or server-sent events: "
    with pytest.raises(BadUsage, match=said) as caught:
        read_response(body)
    assert caught.value.next_step == "pass it as the provider sent it"


@pytest.mark.parametrize("salt", ["", " ", "\n"])
def test_a_response_may_come_as_text(salt: str) -> None:
    """1,000 tokens at $2.50 per 1M are $0.0025."""
    text = salt + json.dumps({"model": "gpt-4o", "usage": {"prompt_tokens": 1000}}) + salt
    catalog = Catalog.load('{"o": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}')
    data = text.encode()
    for body in (text, data, bytearray(data), memoryview(data), memoryview(data[::-1])[::-1]):
        assert quote_response(catalog, body).pico_usd == 2_500_000_000
        assert read_response(body) == read_response(json.loads(text))


EVENT = {"model": "gpt-4o", "usage": {"prompt_tokens": 1000}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(EVENT),
        json.dumps([EVENT]),
        f"{{}}\n{json.dumps(EVENT)}\n",
        f"data: {json.dumps(EVENT)}\n\ndata: [DONE]\n",
        f": hello\n\ndata: {json.dumps(EVENT)}\n",
    ],
)
def test_a_byte_order_mark_before_a_response_is_left_out(text: str) -> None:
    expected = read_response(text)
    assert expected.usage.input_tokens == 1000
    for body in ("\ufeff" + text, b"\xef\xbb\xbf" + text.encode()):
        assert read_response(body) == expected
    with pytest.raises(BadUsage, match="byte order mark"):
        read_response("\ufeff\ufeff" + text)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\ufeff",
        "\ufeff ",
        b"\xff",
        '{"a": 1, "a": 2}',
        "[" * 40 + "]" * 40,
        " " * 9_000_000,
        '"\\ud800"',
        'data: {"a": 1, "a": 2}',
    ],
)
def test_messages_about_a_response_do_not_mention_a_catalog(body: str | bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        read_recorded(body)
    assert caught.value.next_step.startswith("pass the body as the provider sent it: JSON, ")
    assert "catalog" not in str(caught.value)


def test_a_syntax_hint_is_kept() -> None:
    with pytest.raises(DocumentError, match=r"line 2, column 8: .*; a missing comma or bracket"):
        read_recorded('{\n"a": 1 "b": 2}')


def test_text_that_starts_like_an_event_is_not_a_stream() -> None:
    assert read_recorded('{"a": {}\n, "b": 1}') == {"a": {}, "b": 1}
    with pytest.raises(DocumentError, match="line 1, column 6: "):
        read_recorded('{"a" 1}\n{}')


def test_a_line_that_is_not_an_event_is_refused_with_its_number() -> None:
    with pytest.raises(
        DocumentError, match="line 2, column 1: is not a line of a server-sent event"
    ):
        read_recorded("data: 5\nzzz")


@pytest.mark.parametrize("text", ["{}\n" * 100_001, f"[{'0,' * 100_000}0]"])
def test_a_recording_of_too_many_events_is_refused(text: str) -> None:
    with pytest.raises(BadUsage, match="holds more than 100,000 events"):
        read_recorded(text)


def test_a_released_memoryview_is_refused() -> None:
    gone = memoryview(b"{}")
    gone.release()
    with pytest.raises(BadUsage, match="cannot be read: ValueError"):
        read_response(gone)


def test_a_stream_without_usage_says_how_to_get_it() -> None:
    with pytest.raises(BadUsage, match="list of 2 events: states no usage") as caught:
        read_response([{"choices": []}, {"choices": []}])
    assert caught.value.next_step.endswith("was the stream asked to include its usage?")


@pytest.mark.parametrize(
    "count",
    [
        True,
        False,
        -1,
        10.0,
        10.5,
        "10",
        [10],
        {"n": 10},
        10**15 + 1,
        -(10**5000),
        10**5000,
        float("nan"),
        float("inf"),
        Decimal("10.5"),
        Decimal(-1),
        Decimal("NaN"),
        Decimal("1e1000000"),
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize(
    ("where", "make"),
    [
        ("usage.prompt_tokens", lambda n: chat(**{**PLAIN, "prompt_tokens": n})),
        ("usage.completion_tokens", lambda n: chat(**{**PLAIN, "completion_tokens": n})),
        ("usage.total_tokens", lambda n: chat(**{**PLAIN, "total_tokens": n})),
        (
            "usage.prompt_tokens_details.cached_tokens",
            lambda n: chat(**PLAIN, prompt_tokens_details={"cached_tokens": n}),
        ),
        (
            "usage.prompt_tokens_details.audio_tokens",
            lambda n: chat(**PLAIN, prompt_tokens_details={"audio_tokens": n}),
        ),
        (
            "usage.completion_tokens_details.reasoning_tokens",
            lambda n: chat(**PLAIN, completion_tokens_details={"reasoning_tokens": n}),
        ),
        ("usage.input_tokens", lambda n: {"usage": {**MESSAGE, "input_tokens": n}}),
        ("usage.inputTokens", lambda n: {"usage": {"inputTokens": n}}),
        ("usage.promptTokenCount", lambda n: {"usageMetadata": {"promptTokenCount": n}}),
        ("usage.pages_processed", lambda n: {"usage_info": {"pages_processed": n}}),
        ("usage.cost_in_usd_ticks", lambda n: chat(**PLAIN, cost_in_usd_ticks=n)),
    ],
)
def test_a_count_is_a_whole_number(where: str, make: Callable[[Any], Any], count: Any) -> None:
    with pytest.raises(BadUsage) as caught:
        read_response(make(count))
    assert caught.value.where == where
    assert len(str(caught.value)) < 300


def test_a_whole_decimal_is_a_count() -> None:
    assert read_response(chat(prompt_tokens=Decimal("1e1"))).usage == Usage(10)


@pytest.mark.parametrize("count", [5.5, -5.0, True, "5", float("inf"), 1e300])
@pytest.mark.parametrize("name", ["input_tokens", "classifications"])
def test_billed_units_are_whole_numbers_even_as_floats(name: str, count: Any) -> None:
    with pytest.raises(BadUsage, match=rf"usage\.billed_units\.{name}"):
        read_response({"meta": {"billed_units": {name: count}}})


@pytest.mark.parametrize(
    ("length", "charged"),
    [
        (0, "0"),
        (0.0, "0"),
        (2, "2"),
        (2.5, "2.5"),
        (0.1, "0.1"),  # and not 0.101, although the float is a little more than a tenth
        (8.470000267028809, "8.471"),
        (Decimal("2.0001"), "2.001"),
        (1e-300, "0.001"),
        (Decimal("1e-99999"), "0.001"),
        (Decimal("0e-99999"), "0"),
        (Decimal("12." + "0" * 62), "12"),
    ],
)
def test_a_duration_is_rounded_up_to_milliseconds(length: Any, charged: str) -> None:
    reading = read_response({"usage": {"type": "duration", "seconds": length}})
    assert reading.usage == Usage(input_second=Decimal(charged))


@pytest.mark.parametrize(
    "length",
    [
        -0.5,
        float("nan"),
        float("inf"),
        1e300,
        Decimal("NaN"),
        Decimal("0." + "3" * 65),  # more digits than any clock has
        "9",
        True,
        -1,
    ],
)
def test_a_duration_is_a_number_of_seconds(length: Any) -> None:
    with pytest.raises(BadUsage, match=r"usage\.seconds"):
        read_response({"usage": {"seconds": length}})


@pytest.mark.parametrize("header", ["", "-5", "1.5", "\u0661", "1" * 17, 5.0, True])
def test_a_token_count_header_must_be_digits(header: Any) -> None:
    with pytest.raises(BadUsage, match="x-amzn-bedrock-input-token-count"):
        read_response({"x-amzn-bedrock-input-token-count": header})


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        (chat(completion_tokens=5), "prompt_tokens"),
        ({"usage": {"output_tokens": 5}}, "input_tokens"),
        ([{"type": "message_delta", "usage": {"output_tokens": 5}}], "input_tokens"),
        ({"usage": {"outputTokens": 5}}, "inputTokens"),
    ],
)
def test_a_response_that_needs_its_request_is_refused(body: Any, missing: str) -> None:
    with pytest.raises(BadUsage, match=f"usage: {missing} is missing"):
        read_response(body)


@pytest.mark.parametrize(
    "body",
    [
        chat(**PLAIN, prompt_tokens_details={"cached_tokens": 11}),
        chat(**PLAIN, completion_tokens_details={"reasoning_tokens": 6}),
        {
            "usage": {
                **MESSAGE,
                "output_tokens_details": {"thinking_tokens": 2},
                "cache_creation": {},
            }
        },
    ],
)
def test_a_part_must_not_exceed_its_total(body: Any) -> None:
    with pytest.raises(BadUsage, match="is more than"):
        read_response(body)


@pytest.mark.parametrize(
    "body",
    [
        {
            "usage": {
                **MESSAGE,
                "cache_creation_input_tokens": 5,
                "cache_creation": {"ephemeral_1h_input_tokens": 6},
            }
        },
        {
            "usage": {
                "inputTokens": 1,
                "cacheWriteInputTokens": 5,
                "cacheDetails": [{"ttl": "1h", "inputTokens": 6}],
            }
        },
        {
            "usageMetadata": {
                "promptTokenCount": 5,
                "cacheTokensDetails": [{"modality": "VIDEO", "tokenCount": 1}],
            }
        },
    ],
)
def test_a_part_larger_than_its_total_is_refused(body: Any) -> None:
    with pytest.raises(BadUsage, match=r"are \d more than itself|is not the sum of its parts"):
        read_response(body)


def test_cached_images_overlap_where_counts_exceed_the_total() -> None:
    """Of 100 tokens 90 are images and 90 cached: 80 must be both."""
    body = {
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"image_tokens": 90, "cached_tokens": 90},
            "output_tokens": 0,
        }
    }
    assert dict(read_response(body).usage.counts) == {
        "cache_read": 10,
        "input_image": 10,
        "cache_read_image": 80,
    }


@pytest.mark.parametrize("details", [7, [], "cached_tokens"])
def test_details_of_an_unexpected_type_are_ignored(details: Any) -> None:
    usage = {**PLAIN, "prompt_tokens_details": details}
    assert read_response({"object": "chat.completion", **chat(**usage)}).usage == Usage(10, 5)


def test_a_modality_without_a_count_is_ignored() -> None:
    usage = {"promptTokenCount": 3, "promptTokensDetails": [{"modality": "AUDIO"}]}
    assert read_response({"usageMetadata": usage}).usage == Usage(3)


def test_a_maps_lookup_is_not_counted_as_a_search() -> None:
    found = {"groundingChunks": [{"maps": {"uri": "u"}}, {"maps": {"uri": "v"}}]}
    usage = {"promptTokenCount": 3}
    body = {"usageMetadata": usage, "candidates": [{"groundingMetadata": found}]}
    assert read_response(body).usage == Usage(3, maps_query=1)


def test_a_stream_of_several_responses_is_refused() -> None:
    done = {"type": "response.done", "response": {"usage": MESSAGE}}
    start = {"type": "message_start", "message": {"usage": MESSAGE}}
    live = {"usageMetadata": {"promptTokenCount": 1}, "serverContent": {"turnComplete": True}}
    line = {"response": {"body": {"id": "c", **chat(**PLAIN)}}}
    for events in (
        [done, done],
        [start, start],
        [live, live],
        [chat(**PLAIN), {**chat(**PLAIN), "id": "chatcmpl-2"}],
        [{"type": "message", "usage": MESSAGE}] * 2,
        [{"object": "chat.completion", "usage": PLAIN}] * 2,
        [{"custom_id": "1", **line}, {"custom_id": "2", **line}],
        [{"responseId": name, **live} for name in "ab"],
        [{"key": name, "response": chat(**PLAIN)} for name in "ab"],
        [{"type": "x", "response": {"id": name, "usage": MESSAGE}} for name in "ab"],
    ):
        with pytest.raises(BadUsage, match="holds several"):
            read_response(events)


def test_a_service_tier_alone_is_not_usage() -> None:
    line = {"service_tier": "flex", "response": {"usage": PLAIN}}
    assert (read_response(line).usage, read_response(line).service) == (Usage(10, 5), "flex")
    chunk = {"id": "chatcmpl-1", "service_tier": "default", "usage": None}
    with pytest.raises(BadUsage, match="was the stream asked to include its usage"):
        read_response([chunk, chunk])


def test_a_stream_that_repeats_itself_is_one_response() -> None:
    """Chunks of one id, each with the usage so far; the last one counts."""
    chunks = [{**chat(**PLAIN), "object": "chat.completion.chunk", "x_groq": {"id": "req_1"}}] * 3
    assert read_response(chunks).usage == Usage(10, 5)
    turns = [{"usageMetadata": {"promptTokenCount": n}, "responseId": "r"} for n in (1, 2)]
    assert read_response(turns).usage == Usage(2)


@pytest.mark.parametrize(
    "line",
    [
        {"custom_id": "1", "response": {"body": chat(**PLAIN)}},
        {"key": "1", "response": chat(**PLAIN)},
        {"metadata": {"key": "1"}, "response": chat(**PLAIN)},
        {"request": {}, "response": chat(**PLAIN), "processed_time": "2026-11-01", "status": ""},
        {"recordId": "1", "modelInput": {}, "modelOutput": chat(**PLAIN)},
    ],
)
def test_a_line_of_a_batchs_results_is_charged_as_batch(line: Any) -> None:
    assert read_response(line).service == "batch"
    assert read_response(line).usage == Usage(10, 5)


@pytest.mark.parametrize(
    "body",
    [
        {**chat(**PLAIN), "metadata": {"user": "1"}},
        {"metadata": {"key": "1"}, "usage": PLAIN},
        {"key": "1", "usage": PLAIN},
    ],
)
def test_a_body_that_resembles_a_batch_line_has_no_service(body: Any) -> None:
    assert read_response(body).service == ""


def test_provisioned_capacity_is_reported() -> None:
    """Anthropic's priority tier; OpenAI's is a price."""
    usage = {**MESSAGE, "service_tier": "priority"}
    assert read_response({"usage": usage}).signals == ("service=priority",)
    assert read_response({**chat(**PLAIN), "service_tier": "priority"}).signals == ()


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        # 950 of 1,000 are cached, 900 are video: text is cached first, then 850 video tokens.
        (
            {
                "promptTokensDetails": [
                    {"modality": "VIDEO", "tokenCount": 900},
                    {"modality": "TEXT", "tokenCount": 100},
                ],
                "cachedContentTokenCount": 950,
            },
            {"cache_read": 950, "input_video": 50},
        ),
        (
            {
                "cachedContentTokenCount": 950,
                "cacheTokensDetails": [{"modality": "VIDEO", "tokenCount": 850}],
            },
            {"input": 50, "cache_read": 950},
        ),
        (
            {
                "cachedContentTokenCount": 950,
                "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 850}],
            },
            {"input": 50, "cache_read": 100, "cache_read_audio": 850},
        ),
    ],
)
def test_cached_media_are_cached_tokens(usage: Any, counts: dict[str, int]) -> None:
    body = {"usageMetadata": {"promptTokenCount": 1000, **usage}}
    assert dict(read_response(body).usage.counts) == counts


def test_cached_video_of_a_chat() -> None:
    usage = {
        **PLAIN,
        "prompt_tokens_details": {"video_tokens": 9, "text_tokens": 1, "cached_tokens": 5},
    }
    assert dict(read_response(chat(**usage)).usage.counts) == {
        "cache_read": 5,
        "input_video": 5,
        "output": 5,
    }


@pytest.mark.parametrize("object_", ["chat.completion", None])
def test_the_callers_provider_is_known_by_any_of_its_names(object_: Any) -> None:
    body = {**chat(**PLAIN), "object": object_}
    assert read_response(body, provider="vertex_ai").provider == "vertex"
    assert read_response(body, provider="mine").provider == "mine"


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 10.0, "completion_tokens": -1}, {"input_tokens": 10}),
        ({"prompt_tokens": 1.5}, {"input_tokens": 1}),
        ({"completion_tokens": 5}, {"output_tokens": 5}),
        ({"prompt_tokens": 1e300, "completion_tokens": 2}, {"output_tokens": 2}),
        (
            {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 11}},
            {"input_tokens": 10, "cache_read_tokens": 11},
        ),
        (
            {
                "prompt_tokens": 1,
                "prompt_audio_seconds": Decimal("12.5"),
                "completion_tokens": -1,
            },
            {"input_tokens": 1, "input_second": Decimal("12.5")},
        ),
        (
            {"prompt_tokens": -1, "prompt_tokens_details": {"audio_length_seconds": 60}},
            {"input_audio_second": Decimal(60)},
        ),
        (
            {"prompt_tokens": Decimal("10.5"), "completion_tokens": 2.5},
            {"input_tokens": 10, "output_tokens": 2},
        ),
        (
            {"prompt_tokens": Decimal("1e999999"), "completion_tokens": Decimal("2.5")},
            {"output_tokens": 2},
        ),
        ({"prompt_tokens": Decimal("0." + "1" * 999), "completion_tokens": -1}, {}),
        (
            {"prompt_tokens": 1, "prompt_audio_seconds": "long", "completion_tokens": 2},
            {"input_tokens": 1, "output_tokens": 2},
        ),
    ],
)
def test_an_impossible_usage_is_salvaged_as_loose_counts(
    usage: Any, counts: dict[str, Any]
) -> None:
    reading, left = salvage_response({"model": "gpt-4o", "service_tier": "flex", "usage": usage})
    assert left is not None
    left.pop("total", None)
    assert left == counts
    assert (reading.model, reading.provider, reading.service) == ("gpt-4o", "openai", "flex")
    assert reading.usage == Usage()


def test_a_valid_response_is_not_salvaged() -> None:
    for body in (chat(**PLAIN), {**chat(**PLAIN), "object": "chat.completion"}):
        assert salvage_response(body) == (read_response(body), None)


def test_counts_of_a_stream_are_cumulative_in_either_order() -> None:
    """A proxy that repeats the start's input as 0 at the end takes nothing away."""
    events = [
        {
            "type": "message_start",
            "message": {"model": "claude-x", "usage": {**MESSAGE, "input_tokens": 50}},
        },
        {"type": "message_delta", "usage": {"input_tokens": 0, "output_tokens": 9, "speed": None}},
    ]
    assert read_response(events).usage == Usage(50, 9)


@pytest.mark.parametrize(
    ("usage", "pico"),
    [
        ({"cost": 0.1}, 10**11),
        ({"cost": 0}, 0),
        ({"cost": 1e-07}, 100_000),
        ({"cost": Decimal("0.95")}, 95 * 10**10),
        ({"cost": "0.5"}, 5 * 10**11),
        ({"total_cost": 2}, 2 * 10**12),
        ({"cost": {"total_cost": 0.006}}, 6 * 10**9),
        ({}, None),
        # With one's own key the gateway's fee and, beside it, what its upstream bills.
        (
            {
                "cost": 0.0001,
                "is_byok": True,
                "cost_details": {"upstream_inference_cost": 0.0014},
            },
            15 * 10**8,
        ),
        ({"cost": 0.0001, "is_byok": True}, None),
    ],
)
def test_a_stated_cost_is_exact(usage: dict[str, Any], pico: int | None) -> None:
    assert read_response(chat(**PLAIN, **usage)).reported_pico_usd == pico


def test_a_stated_cost_in_another_currency_is_a_signal() -> None:
    reading = read_response(chat(**PLAIN, cost=0.1, currency="EUR"))
    assert (reading.reported_pico_usd, reading.signals) == (None, ("currency=EUR",))


def test_the_service_that_served_a_call_is_the_charged_one_unless_the_body_says_another() -> None:
    reading = read_response(chat(**PLAIN) | {"service_tier": "flex"})
    assert (reading.service, reading.stated_service) == ("flex", "flex")
    assert reading._replace(other_stated_service="default").stated_service == "default"


@pytest.mark.parametrize(
    "cost",
    [
        -0.1,
        float("nan"),
        float("inf"),
        True,
        "much",
        10**5000,
        Decimal(-1),
        Decimal("NaN"),
        [1],
        {"currency": "USD"},
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_stated_cost_that_is_not_a_number_is_refused(cost: Any) -> None:
    with pytest.raises(BadUsage, match=r"usage\.cost"):
        read_response(chat(**PLAIN, cost=cost))


class Modality(str, Enum):  # noqa: UP042 - as Google's client declares it
    AUDIO = "AUDIO"


class Unset:
    """What generated clients put where the body had nothing."""

    def __bool__(self) -> bool:
        return False


def test_objects_of_client_libraries() -> None:
    usage = SimpleNamespace(
        prompt_token_count=10,
        candidates_token_count=2,
        cached_content_token_count=None,
        prompt_tokens_details=[SimpleNamespace(modality=Modality.AUDIO, token_count=4)],
    )
    body = SimpleNamespace(usage_metadata=usage, model_version="gemini-2.5-pro")
    assert read_response(body).usage == Usage(10, 2, input_audio_tokens=4)
    nothing: tuple[object, ...] = (Unset(), None, {})
    for silent in nothing:
        spoken = chat(**PLAIN)
        spoken["usage"] = SimpleNamespace(**PLAIN, prompt_audio_seconds=silent)
        assert read_response(spoken).usage == Usage(10, 5)


class Broken:
    @property
    def usage(self) -> object:
        raise RecursionError


def test_an_object_that_fails_is_refused() -> None:
    with pytest.raises(BadUsage, match="usage: cannot be read: RecursionError"):
        read_response(Broken())


class UniterableList(list[Any]):
    def __iter__(self) -> Any:
        raise ValueError


@pytest.mark.parametrize(
    "body",
    [
        UniterableList([PLAIN]),
        {"usage": {"promptTokenCount": 1, "promptTokensDetails": UniterableList([1])}},
        {"model": MagicMock(spec=str), "usage": PLAIN},
        Mock(spec=list),
    ],
)
def test_a_list_that_cannot_be_iterated_or_a_mock_of_a_string_is_refused(body: Any) -> None:
    with pytest.raises(BadUsage, match=r"cannot be read: (ValueError|TypeError); pass the parsed"):
        read_response(body)


@pytest.mark.parametrize(
    ("body", "provider"),
    [
        ({"model": "openai/gpt-4o"}, "openai"),
        ({"model": "gemini/gemini-2.5-pro"}, "google"),
        ({"model": "meta-llama/Llama-3"}, ""),
        ({"model": "o3-mini"}, "openai"),
        ({"model": "us.anthropic.claude-sonnet-4-5"}, "bedrock"),
        ({"model": "openai.gpt-oss-120b-1:0"}, "bedrock"),
        ({"model": "us-gov.qwen.qwen3-32b-v1:0"}, "bedrock"),
        ({"model": "arn:aws:bedrock:eu-west-1::foundation-model/x"}, "bedrock"),
        ({"model": "openai-like.model"}, ""),
        ({"model": "x" * 300}, ""),
        ({"model": 7}, ""),
        ({"model": "gpt-4o", "_hidden_params": {"custom_llm_provider": "azure"}}, "azure"),
        ({"model": "m", "_hidden_params": {"custom_llm_provider": "gemini"}}, "google"),
        ({"model": "m", "id": "msg_vrtx_1"}, "vertex"),
    ],
)
def test_the_serving_provider_is_read(body: dict[str, Any], provider: str) -> None:
    spoken = {**body, "usage": PLAIN}
    assert read_response(spoken).provider == provider
    assert read_response(spoken, provider="mine").provider == "mine"


def test_pages_that_were_not_annotated() -> None:
    assert read_response({"usage_info": {"pages_processed": 2}}).usage == Usage(page=2)


def test_details_that_are_not_an_object_are_ignored() -> None:
    body = chat(**PLAIN, prompt_tokens_details=[], completion_tokens_details="none")
    assert read_response(body).usage == Usage(10, 5)


def test_the_callers_provider_overrides_the_body_on_the_fast_path() -> None:
    assert read_response(chat(**PLAIN), provider="azure").provider == "azure"


def test_searches_of_an_unknown_size_cost_the_medium_one() -> None:
    body = {
        "model": "gpt-5",
        "tools": [{"type": "web_search"}],
        "output": [{"type": "web_search_call"}, {"type": "image_generation_call"}],
        "usage": {**MESSAGE, "input_tokens_details": {}},
    }
    reading = read_response(body)
    assert reading.usage == Usage(1, 1, search=1)
    assert reading.signals == ("image_generation_call=1",)


def test_an_exact_row_of_the_provider_is_preferred() -> None:
    rows = {"azure": {"gpt-4o": {"input_cost_per_token": 3e-06}}, "openai": {"gpt-4o": ROW}}
    catalog = Catalog.load(json.dumps(rows))
    body = chat(prompt_tokens=10, completion_tokens=0, total_tokens=10)
    assert quote_response(catalog, body).match.model.full_name == "openai/gpt-4o"
    assert quote_response(catalog, body, provider="azure").pico_usd == 30_000_000
    assert quote_response(catalog, body, provider="me", model="azure/gpt-4o").pico_usd == 30_000_000


@pytest.mark.parametrize(
    ("stated", "asked", "pico", "is_told"),
    [
        ("flex", None, 4_000_000, False),
        ("flex", "flex", 4_000_000, False),
        ("flex", "auto", 4_000_000, False),  # the provider was to choose
        ("flex", "priority", 4_000_000, True),
        ("flex", "default", 4_000_000, True),
        ("default", "priority", 8_000_000, True),
        # The lines of a batch's results call themselves standard.
        ("default", "batch", 2_000_000, False),
        ("", "flex", 4_000_000, False),
    ],
)
def test_the_bodys_service_wins_over_the_one_asked_for(
    stated: str,
    asked: str | None,
    pico: int,
    is_told: bool,  # noqa: FBT001 - a case
) -> None:
    """8 input tokens at $1, in flex at $0.50 and in a batch at $0.25 per 1M."""
    row = {**ROW, "input_cost_per_token_flex": 5e-07, "input_cost_per_token_batches": 2.5e-07}
    catalog = catalog_of("openai", "gpt-4o", row)
    body = {**chat(prompt_tokens=8, completion_tokens=0, total_tokens=8), "service_tier": stated}
    assert quote_response(catalog, body, service=asked).pico_usd == pico
    flags = with_service(read_response(body), asked).flags
    assert flags == (("other-service",) if is_told else ())


def test_the_at_argument_chooses_the_price_of_its_date() -> None:
    from datetime import date

    row = {**ROW, "previous": [{"until": "2026-01-01", "input_cost_per_token": 4e-06}]}
    catalog = catalog_of("openai", "gpt-4o", row)
    body = chat(prompt_tokens=1, completion_tokens=0, total_tokens=1)
    assert quote_response(catalog, body, at=date(2025, 12, 1)).pico_usd == 4_000_000
    assert quote_response(catalog, body).pico_usd == 1_000_000


def test_the_region_of_the_body_or_the_caller_is_charged() -> None:
    catalog = catalog_of("any", "m", {**ROW, "provider_specific_entry": {"us": 1.1, "eu": 2}})
    body = {"model": "m", "usage": {**MESSAGE, "inference_geo": "us"}}
    for region, pico in ((None, 3_300_000), ("eu", 6_000_000), ("", 3_000_000)):
        assert quote_response(catalog, body, region=region).pico_usd == pico


def test_strict_refuses_a_response_with_unread_billable_counts() -> None:
    catalog = catalog_of("any", "m", ROW)
    body = {"model": "m", "usage": {**MESSAGE, "num_sources_used": 2}}
    assert quote_response(catalog, body).pico_usd == 3_000_000
    with pytest.raises(UnpricedUnit, match="m: no price for num_sources_used=2"):
        quote_response(catalog, body, strict=True)
    with pytest.raises(UnknownModel):
        quote_response(catalog, chat(**PLAIN), strict=True)
    plain = {"model": "m", "usage": PLAIN}
    assert quote_response(catalog, plain, strict=True).pico_usd == 20_000_000


def test_a_deep_or_long_body_is_read_fast() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"usage": deep, "response": deep}
    with pytest.raises(BadUsage):
        read_response(deep)
    with pytest.raises(BadUsage):
        read_response([{"choices": []}] * 100_000)


NAMES = sorted(
    {
        name
        for path in CASES
        for name in json.dumps(load(path)["body"]).replace(":", " ").split('"')[1::2]
    }
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**16)
    | st.floats()
    | st.decimals()
    | st.sampled_from(NAMES)
    | st.text(max_size=5)
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=20,
)


def attempt(body: Any) -> Reading | None:
    """A reading, or None of a body that is refused for what it says and not by a crash."""
    try:
        return read_response(body)
    except BadUsage as error:
        if "cannot be read" in str(error) and not isinstance(body, str):  # text may not be JSON
            raise
        return None


@given(BODIES)
def test_only_bad_usage_escapes_from_any_body(body: Any) -> None:
    for form in (body, as_object(body), half_object(body)):
        reading = attempt(form)
        if reading is not None:
            assert type(reading) is Reading
            assert type(reading.usage) is Usage
            assert sum(count for _, count in reading.usage.counts) >= 0


@given(st.sampled_from(CASES), st.data())
def test_only_bad_usage_escapes_from_a_damaged_body(path: Path, data: st.DataObject) -> None:
    body = load(path)["body"]
    node = body
    while isinstance(node, (dict, list)) and node:
        keys = sorted(node) if isinstance(node, dict) else range(len(node))
        key: Any = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], (dict, list)) or data.draw(st.booleans()):
            node[key] = data.draw(BODIES)
            break
        node = node[key]
    reading = attempt(body)
    counts = reading.usage.counts if reading else ()
    assert all(type(count) is int and count > 0 for _, count in counts)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Decimal("1.7"), "is not a whole number"),  # it would round up to one
        (Decimal("1.2"), "is not a whole number"),
        (-1, "is negative"),
        (Decimal(-1), "is negative"),
        (10**16, "is too large"),
    ],
)
def test_an_impossible_count_is_refused_with_a_reason(count: Any, said: str) -> None:
    with pytest.raises(BadUsage) as caught:
        read_response({"usage": {"prompt_tokens": count, "completion_tokens": 1}})
    assert said in str(caught.value)
