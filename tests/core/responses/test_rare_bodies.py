"""Bodies that are seldom seen: what each one is read as, or why it is refused, worked out by hand.

A cache or a part of a total that does not fit, members of a foreign type, events without usage.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Never

import pytest

from pricectl.core import BadUsage
from pricectl.core.responses import read_response, salvage_response
from pricectl.core.responses.unread import MAX_REPORTED

SPAN = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 2}
AI_SDK = {"inputTokens": 10, "outputTokens": 2}
CHAT = {"prompt_tokens": 10, "completion_tokens": 2}


def message(**usage: object) -> dict[str, Any]:
    """Claude's message of 10 fresh tokens, 5 written ones and 2 of output."""
    counts = {"input_tokens": 10, "output_tokens": 2, "cache_creation_input_tokens": 5}
    return {"type": "message", "model": "claude-x", "usage": {**counts, **usage}}


def read(body: object, provider: str | None = None) -> dict[str, int]:
    return dict(read_response(body, provider=provider).usage.counts)


def refused(body: object) -> str:
    with pytest.raises(BadUsage) as caught:
        read_response(body)
    return str(caught.value)


def test_written_tokens_without_their_own_count_are_the_rest_of_the_total() -> None:
    # 5 were written, 2 of them for an hour: 3 for five minutes.
    body = message(cache_creation={"ephemeral_1h_input_tokens": 2})
    assert read(body) == {"input": 10, "cache_write": 3, "cache_write_1h": 2, "output": 2}


def test_an_hours_writes_above_the_total_are_refused_and_clamped_to_it() -> None:
    body = message(cache_creation={"ephemeral_1h_input_tokens": 7})
    assert "cache_creation_input_tokens: (5) is not the sum of its parts (7)" in refused(body)
    # 10 fresh tokens and the 5 of the total.
    assert salvage_response(body)[1] == {
        "input_tokens": 15,
        "output_tokens": 2,
        "cache_write_1h_tokens": 5,
    }


def test_langchains_writes_that_do_not_add_up_are_refused_and_clamped_to_the_total() -> None:
    parts = {"ephemeral_1h_input_tokens": 2, "ephemeral_5m_input_tokens": 1}
    body = {
        "model": "m",
        "usage_metadata": {
            "input_tokens": 10,
            "output_tokens": 2,
            "total_tokens": 12,
            "input_token_details": {"cache_creation": 5, **parts},
        },
    }
    assert "cache_creation: (5) is not the sum of its parts (3)" in refused(body)
    # 2 of the 5 for an hour, so 3 for five minutes.
    assert salvage_response(body)[1] == {
        "input_tokens": 10,
        "output_tokens": 2,
        "cache_write_tokens": 3,
        "cache_write_1h_tokens": 2,
    }


def test_cached_audio_above_all_audio_is_refused_in_the_providers_words() -> None:
    details = {
        "audio_tokens": 3,
        "cached_tokens": 4,
        "cached_tokens_details": {"audio_tokens": 4},
    }
    where = "usage.prompt_tokens_details"
    assert (
        f"{where}.cached_tokens_details.audio_tokens (4) is more than {where}.audio_tokens (3)"
        in refused({"model": "gpt-4o", "usage": {**CHAT, "prompt_tokens_details": details}})
    )


def test_a_span_with_more_written_for_an_hour_than_written_is_refused() -> None:
    attributes = {
        **SPAN,
        "gen_ai.usage.cache_creation.input_tokens": 3,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 5,
    }
    assert (
        "the parts of gen_ai.usage.cache_creation.input_tokens are 2 more than itself"
        in refused({"attributes": attributes})
    )


def test_counts_that_are_too_large_only_together_are_refused() -> None:
    # Each is the largest count; Claude's input and what was read from the cache are one total.
    usage = {"input_tokens": 10**15, "cache_read_input_tokens": 10**15, "output_tokens": 1}
    body = {"type": "message", "model": "claude-x", "usage": usage}
    assert "input_tokens is too large" in refused(body)


def test_bedrock_counts_cached_tokens_beside_the_input() -> None:
    body = {"model": "nova-x", "usage": {**AI_SDK, "cachedInputTokens": 4}}
    assert read(body, "bedrock") == {"input": 10, "cache_read": 4, "output": 2}
    # OpenAI counts them among the input: 10 - 4.
    assert read(body, "openai") == {"input": 6, "cache_read": 4, "output": 2}


def test_details_without_the_fresh_tokens_are_parts_of_the_input() -> None:
    usage = {**AI_SDK, "inputTokenDetails": {"cacheReadTokens": 3}}
    assert read({"model": "m", "usage": usage}) == {"input": 7, "cache_read": 3, "output": 2}


def test_a_total_under_the_name_of_another_api_is_reported_where_it_differs() -> None:
    same = {**CHAT, "input_tokens": 10}
    other = {**CHAT, "input_tokens": 7}
    assert read_response({"model": "gpt-4o", "usage": same}).signals == ()
    assert read_response({"model": "gpt-4o", "usage": other}).signals == ("input_tokens=7",)


def test_the_fee_of_perplexitys_requests_is_not_forgotten_in_a_common_body() -> None:
    body = {"object": "chat.completion", "model": "sonar", "usage": {**CHAT, "total_tokens": 12}}
    signals = read_response(body, provider="perplexity").signals
    assert signals == ("search_context_size=not stated",)


def test_a_body_that_looks_like_litellms_row_but_states_no_cost_is_a_body_like_any_other() -> None:
    row = {"call_type": "completion", "metadata": {"key": "a"}, "model": "gpt-4o"}
    assert read({**row, "usage": CHAT}) == {"input": 10, "output": 2}


def test_litellms_row_says_where_the_call_was_computed() -> None:
    row = {
        "call_type": "completion",
        "spend": 0.1,
        "model": "gpt-4o",
        "metadata": {"usage_object": CHAT},
        "cost_breakdown": {"data_residency": "eu"},
    }
    reading = read_response(row)
    assert reading.region == "eu"
    assert reading.reported_pico_usd == 10**11  # 0.1 USD


def test_a_session_without_a_usage_is_refused() -> None:
    started = {"type": "session.created", "session": {"model": "gpt-realtime"}}
    ended = {"type": "response.done", "response": {"object": "realtime.response", "id": "r"}}
    assert "list of 2 events: states no usage" in refused([started, ended])


def test_an_older_sdks_span_with_a_cache_of_claudes_may_be_read_two_ways() -> None:
    attributes = {
        "ai.usage.promptTokens": 10,
        "ai.usage.completionTokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "ai.model.provider": "anthropic",
        "ai.model.id": "claude-x",
    }
    assert "may include the cached tokens or not" in refused({"attributes": attributes})


def test_the_attributes_of_a_span_may_stand_alone() -> None:
    assert read({**SPAN, "gen_ai.request.model": "m"}) == {"input": 10, "output": 2}


def test_the_providers_own_usage_in_a_span_goes_before_its_counts() -> None:
    own = {**CHAT, "prompt_tokens_details": {"cached_tokens": 4}}
    body = {**SPAN, "gen_ai.request.model": "m", "gen_ai.usage.raw": json.dumps(own)}
    assert read(body) == {"input": 6, "cache_read": 4, "output": 2}


def test_an_attribute_of_another_type_than_a_number_or_text_is_passed_over() -> None:
    listed: list[dict[str, object]] = [
        {"key": name, "value": {"intValue": str(count)}} for name, count in SPAN.items()
    ]
    listed.append({"key": "streamed", "value": {"boolValue": True}})
    assert read({"attributes": listed}) == {"input": 10, "output": 2}


def test_so_many_unknown_counts_are_reported_and_no_more() -> None:
    unknown = {f"kind_{number}_tokens": 1 for number in range(MAX_REPORTED + 1)}
    signals = read_response({"model": "gpt-4o", "usage": {**CHAT, **unknown}}).signals
    assert signals == tuple(f"kind_{number}_tokens=1" for number in range(MAX_REPORTED))


class FailingMapping(Mapping[str, object]):
    """A mapping that cannot say what it holds."""

    def __getitem__(self, name: str) -> object:
        raise KeyError(name)

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        raise ValueError


class FailingList(list[object]):
    """A list that fails at every use."""

    def _fail(self, *_: object) -> Never:
        raise ValueError

    __iter__ = __len__ = __getitem__ = __bool__ = _fail


def test_a_mapping_that_cannot_be_listed_is_refused_and_the_rest_salvaged() -> None:
    body = {"model": "gpt-4o", "usage": {**CHAT, "more": FailingMapping()}}
    assert "usage: cannot be read: ValueError" in refused(body)
    assert salvage_response(body)[1] == {"input_tokens": 10, "output_tokens": 2}


def test_a_list_that_fails_is_refused_in_both_ways_of_reading() -> None:
    assert "response: cannot be read: ValueError" in refused(FailingList())
    with pytest.raises(BadUsage, match="cannot be read: ValueError"):
        salvage_response(FailingList())
