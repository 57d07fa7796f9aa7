"""Counts at unusual places are read or told, and several responses are never read as one."""

from typing import Any

import pytest

from pricectl.core import BadUsage
from pricectl.core.responses import read_response

CHAT = {"prompt_tokens": 100, "completion_tokens": 5}
ZEROS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
TOTALS = {"input_tokens": 100, "output_tokens": 5, "total_tokens": 105}
V5 = {"inputTokens": 1000, "outputTokens": 5, "totalTokens": 1005, "cachedInputTokens": 800}
PYDANTIC = {"input_tokens": 100, "output_tokens": 5, "cache_read_tokens": 10}


@pytest.mark.parametrize(
    ("more", "signal"),
    [
        ({"developer_tokens": 50}, "developer_tokens=50"),
        ({"whisper_tokens": 50}, "whisper_tokens=50"),
        ({"usage_per_model": {"a": {"x_tokens": 50}}}, "usage_per_model.a.x_tokens=50"),
        ({"tokens_per_model": {"a": 50}}, "tokens_per_model.a=50"),
        ({"x_tokens": "50"}, "x_tokens=50"),
        ({"x_tokens": [50]}, "x_tokens.0=50"),
        ({"x_tokens": [[50]]}, "x_tokens.0.0=50"),
        ({"parts": [[{"x_tokens": 50}]]}, "parts.0.x_tokens=50"),
        (
            {"prompt_tokens_details": [{"cached_tokens": 50, "note": "x"}]},
            "prompt_tokens_details.cached_tokens=50",
        ),
        ({"prompt_tokens_details": [50]}, "prompt_tokens_details.0=50"),
        (
            {"prompt_tokens_details": [{"text_tokens": 1, "more": {"x_tokens": 5}}]},
            "prompt_tokens_details.more.x_tokens=5",
        ),
        ({"prompt_tokens_details": 50}, "prompt_tokens_details=50"),
        ({"input_tokens_details": {"odd_tokens": 50}}, "input_tokens_details.odd_tokens=50"),
        ({"long" * 30 + "_tokens": 50}, "long" * 30 + "_tokens=50"),
    ],
)
def test_a_count_that_nothing_reads_is_told(more: Any, signal: str) -> None:
    reading = read_response({"usage": {**CHAT, **more}})
    assert (reading.usage.total_tokens, reading.signals) == (105, (signal,))


@pytest.mark.parametrize(
    "more",
    [
        {"token_cost": 50},
        {"tokens_per_second": 50},
        {"tokens_per_image": 50},
        {"maxtokens": 50},
        {"budgetTokens": 50},
        {"prompt_token_ids": [1, 2]},
        {"x_tokens": "0"},
        {"x_tokens": ["a", True, None]},
    ],
)
def test_a_price_a_limit_and_a_speed_are_no_counts(more: Any) -> None:
    assert read_response({"usage": {**CHAT, **more}}).signals == ()


def test_a_traced_count_that_nothing_reads_is_told_though_traces_write_it_as_text() -> None:
    names = ("input_tokens", "output_tokens", "odd_tokens")
    listed = [{"key": f"gen_ai.usage.{name}", "value": {"intValue": "7"}} for name in names]
    assert read_response({"attributes": listed}).signals == ("gen_ai.usage.odd_tokens=7",)


@pytest.mark.parametrize(
    "body",
    [
        {"usage": ZEROS, "usage_metadata": TOTALS},
        {"usage": ZEROS, "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 5}},
        {"response_metadata": {"token_usage": ZEROS}, "usage_metadata": TOTALS},
        {"response": {"usage": ZEROS}, "message": {"usage": TOTALS}},
        {"usage": TOTALS, "usage_metadata": ZEROS},
        {"usage_info": {"pages_processed": 0, "input_tokens": 100, "output_tokens": 5}},
        {"usage_info": {"pages_processed": 0}, "usage": TOTALS},
    ],
)
def test_a_usage_of_zeros_never_hides_the_one_that_counts(body: Any) -> None:
    assert read_response(body).usage.counts == (("input", 100), ("output", 5))


def test_a_body_with_zeros_only_costs_nothing() -> None:
    body = {"response_metadata": {"token_usage": ZEROS}, "usage_metadata": {"input_tokens": 0}}
    assert read_response(body).usage.counts == ()


def test_pages_beside_tokens_are_charged_or_told() -> None:
    usage = {"pages_processed": 3, **TOTALS}
    assert read_response({"usage": usage}).usage.count("page") == 3
    for pages, told in (({"pages_processed": 3}, "3 pages"), ({"credits": 4}, "4 credits")):
        reading = read_response({"usage": TOTALS, "usage_info": pages})
        assert (reading.usage.total_tokens, reading.signals) == (105, (f"usage_info={told}",))


def test_details_under_the_other_spelling_are_read() -> None:
    details = {"input_tokens_details": {"cached_tokens": 80}}
    usage = {**CHAT, **TOTALS, **details, "output_tokens_details": {"reasoning_tokens": 2}}
    counts = read_response({"usage": usage}).usage.counts
    assert counts == (("input", 20), ("cache_read", 80), ("output", 3), ("reasoning", 2))


@pytest.mark.parametrize(
    ("total", "signals"),
    [(15, ()), (95, ()), (0, ()), (195, ("unattributed_tokens=100",))],
)
def test_the_total_of_a_message_is_compared_with_its_parts(
    total: int, signals: tuple[str, ...]
) -> None:
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 80}
    rounds = [{"type": "message", "total_tokens": 15, **usage}] * 1
    for more in ({}, {"iterations": rounds}):
        body = {"model": "claude-x", "usage": {**usage, **more, "total_tokens": total}}
        assert read_response(body).signals == (signals if not more else ())


def test_claude_behind_a_gateway_in_openais_format_includes_the_cache() -> None:
    body = {"model": "anthropic/claude-x", "usage": V5}
    assert read_response(body, provider="openrouter").usage.input_tokens == 1000
    assert read_response(body, provider="vertex").usage.input_tokens == 1800
    with pytest.raises(BadUsage, match="may include the cached tokens or not"):
        read_response(body, provider="some-gateway")


def test_a_response_out_of_litellms_cache_costs_nothing() -> None:
    body = {"model": "gpt-4o", "usage": CHAT, "_hidden_params": {"cache_hit": True}}
    reading = read_response(body)
    assert (reading.usage.counts, reading.flags) == ((), ("gateway-cache",))
    body["_hidden_params"] = {"cache_hit": False}
    assert read_response(body).usage.total_tokens == 105


@pytest.mark.parametrize(
    "events",
    [
        [{"kind": "response", "usage": PYDANTIC}, {"kind": "request"}] * 2,
        [CHAT, {"prompt_tokens": 200, "completion_tokens": 5}],
        [{"type": "ai", "usage_metadata": TOTALS}, {"type": "tool"}] * 2,
        [
            {"type": "AIMessageChunk", "usage_metadata": TOTALS},
            {"type": "AIMessageChunk", "usage_metadata": {"input_tokens": 0, "output_tokens": 9}},
        ],
        [{"provider_response_id": name, "usage": PYDANTIC} for name in "ab"],
    ],
)
def test_several_responses_are_never_read_as_their_last(events: Any) -> None:
    with pytest.raises(BadUsage):
        read_response(events)


def test_the_steps_of_an_unfinished_stream_are_summed_and_a_lower_bound() -> None:
    steps = [
        {"type": "finish-step", "response": {"modelId": "gpt-4o"}, "usage": {**V5}},
        {"type": "text-delta"},
        {"type": "finish-step", "response": {"modelId": "gpt-4o"}, "usage": {**V5}},
    ]
    reading = read_response(steps)
    assert (reading.usage.input_tokens, reading.flags) == (2000, ("ended-early",))
    total = {"type": "finish", "totalUsage": {**V5, "inputTokens": 2000, "totalTokens": 2005}}
    finished = read_response([*steps, total], provider="openai")
    assert (finished.usage.input_tokens, finished.flags) == (2000, ())


def test_a_step_without_a_usage_makes_the_others_a_lower_bound() -> None:
    steps: list[dict[str, Any]] = [{"usage": V5}, {}, {"usage": V5}]
    body: dict[str, Any] = {"model": "gpt-4o", "steps": steps, "usage": V5}
    reading = read_response(body)
    assert (reading.usage.input_tokens, reading.flags) == (2000, ("ended-early",))
    assert reading.model == "gpt-4o"
    whole = read_response({**body, "totalUsage": {**V5, "inputTokens": 3000}})
    assert (whole.usage.input_tokens, whole.flags) == (3000, ())


def test_a_batch_that_still_runs_is_a_lower_bound() -> None:
    body = {"object": "batch", "status": "in_progress", "model": "gpt-5", "usage": TOTALS}
    assert read_response(body).flags == ("ended-early",)
    assert read_response({**body, "status": "completed"}).flags == ()
