"""Chat and responses bodies beside the documented ones: what one count changes."""

from typing import Any

import pytest

from pricectl.core import BadUsage, Usage
from pricectl.core.responses import read_response

TOKENS = {"prompt_tokens": 10, "completion_tokens": 5}
WITH_TOTAL = {**TOKENS, "total_tokens": 15}
REASONED = {"completion_tokens_details": {"reasoning_tokens": 2}}


def chat(model: str = "gpt-4o", /, **usage: Any) -> dict[str, Any]:
    return {"model": model, "usage": usage}


@pytest.mark.parametrize("provider", ["openai", "xai-like", "zai"])
def test_only_xai_leaves_reasoning_out_of_a_completion_without_saying_so(provider: str) -> None:
    body = chat(**TOKENS, **REASONED)
    assert read_response(body, provider=provider).usage == Usage(10, 5, reasoning_tokens=2)
    assert read_response(body, provider="xai").usage == Usage(10, 7, reasoning_tokens=2)


@pytest.mark.parametrize(
    ("details", "expected", "hidden"),
    [
        # 15 + 2 or 15 + 1,000, as much as the reasoning or the cached tokens, are those
        (REASONED, Usage(10, 7, reasoning_tokens=2), 2),
        (
            {"prompt_tokens_details": {"cached_tokens": 1000}},
            Usage(1010, 5, cache_read_tokens=1000),
            1000,
        ),
    ],
)
def test_a_total_includes_reasoning_that_the_completion_leaves_out(
    details: dict[str, Any], expected: Usage, hidden: int
) -> None:
    reading = read_response(chat(**TOKENS, **details, total_tokens=15 + hidden))
    assert (reading.usage, reading.signals) == (expected, ())


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (REASONED, Usage(10, 5, reasoning_tokens=2)),
        ({"prompt_tokens_details": {"cached_tokens": 4}}, Usage(10, 5, cache_read_tokens=4)),
        ({}, Usage(10, 5)),
    ],
)
@pytest.mark.parametrize("hidden", [1, 3, 5])
def test_an_unexplained_part_of_a_total_is_a_signal(
    details: dict[str, Any], expected: Usage, hidden: int
) -> None:
    reading = read_response(chat(**TOKENS, **details, total_tokens=15 + hidden))
    assert (reading.usage, reading.signals) == (expected, (f"unattributed_tokens={hidden}",))


@pytest.mark.parametrize(
    ("model", "provider"),
    [("gemini-2.5-flash", "openrouter"), ("m", "vertex"), ("m", "google"), ("gemini-x", "google")],
)
def test_tokens_that_gemini_leaves_unnamed_are_reasoning(model: str, provider: str) -> None:
    body = chat(model, **TOKENS, total_tokens=18)
    assert read_response(body, provider=provider).usage == Usage(10, 8, reasoning_tokens=3)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        # A request is charged by its search context, or by the query where it has none.
        ({"search_context_size": "low"}, Usage(10, 5, search_low=1)),
        ({"search_context_size": "low", "num_search_queries": 3}, Usage(10, 5, search_low=1)),
        ({"num_search_queries": 3}, Usage(10, 5, search=3)),
        ({"citation_tokens": 4}, Usage(10, 5, citation=4)),
        (
            {"num_search_queries": 3, "citation_tokens": 4, "reasoning_tokens": 2},
            Usage(10, 7, search=3, citation=4, reasoning_tokens=2),
        ),
        # Elsewhere reasoning is a part of the completion.
        ({"reasoning_tokens": 2}, Usage(10, 5, reasoning_tokens=2)),
    ],
)
def test_perplexity_counts_are_read_into_units(usage: dict[str, Any], expected: Usage) -> None:
    assert read_response(chat("m", **WITH_TOTAL, **usage)).usage == expected


@pytest.mark.parametrize("value", ["", "9", {"n": 1}, [], False])
def test_seconds_of_audio_must_be_a_number(value: object) -> None:
    with pytest.raises(BadUsage, match="prompt_audio_seconds"):
        read_response(chat(**WITH_TOTAL, prompt_audio_seconds=value))


def test_seconds_of_audio_may_be_zero() -> None:
    silent: tuple[object, ...] = (0, {}, None)
    for nothing in silent:
        assert read_response(chat(**WITH_TOTAL, prompt_audio_seconds=nothing)).usage == Usage(10, 5)


@pytest.mark.parametrize(
    ("make", "tokens"),
    [
        (lambda details: chat(**WITH_TOTAL, prompt_tokens_details=details), (10, 5)),
        *(
            (
                lambda details, name=name: {
                    "usage": {"input_tokens": 10, "output_tokens": 5, name: details}
                },
                (10, 5),
            )
            for name in ("input_tokens_details", "input_token_details")
        ),
    ],
)
def test_cached_tokens_by_kind(make: Any, tokens: tuple[int, int]) -> None:
    kinds = {"audio_tokens": 2, "image_tokens": 1, "video_tokens": 3}
    details = {"cached_tokens": 6, "audio_tokens": 2, "image_tokens": 1}
    reading = read_response(make({**details, "cached_tokens_details": kinds}))
    # a cached video token has no unit of its own
    assert reading.usage == Usage(
        *tokens,
        cache_read_tokens=6,
        input_audio_tokens=2,
        input_image_tokens=1,
        cache_read_audio_tokens=2,
        cache_read_image_tokens=1,
    )


@pytest.mark.parametrize(
    ("body", "images"),
    [
        ({"type": "image_generation.completed"}, True),
        ({"type": "image_edit.completed"}, True),
        ({"data": [{"b64_json": "aGk="}]}, True),
        ({"data": [{"url": "https://example.org"}]}, True),
        ({"type": "response.completed", "data": [{"text": "hi"}]}, False),
        ({}, False),
    ],
)
def test_the_output_of_the_images_api_is_image_tokens(
    body: dict[str, Any], *, images: bool
) -> None:
    usage = {"input_tokens": 10, "output_tokens": 5, "input_tokens_details": {"text_tokens": 10}}
    expected = Usage(10, 5, output_image_tokens=5) if images else Usage(10, 5)
    assert read_response({**body, "usage": usage}).usage == expected


def test_opening_a_search_result_is_free() -> None:
    opened = {"action": {"type": "open_page"}}
    body = {
        "model": "gpt-5",
        "output": [
            {"type": "web_search_call", **opened},
            {"type": "web_search_call", "action": {"type": "search"}},
            {"type": "web_search_call"},
            {"type": "file_search_call", **opened},
            {"type": "code_interpreter_call", **opened},
        ],
        "usage": {"input_tokens": 10, "output_tokens": 5, "input_tokens_details": {}},
    }
    reading = read_response(body)
    assert reading.usage == Usage(10, 5, search=2, file_search=1)
    assert reading.signals == ("code_interpreter_call=1",)
