"""OpenAI's text read quickly: the same as the general way reads, which gets everything unusual."""

from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricectl.core import BadUsage, Usage
from pricectl.core.responses import read_response


def answer(**usage: Any) -> dict[str, Any]:
    """A plain chat completion of 10 and 5 tokens."""
    totals = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"object": "chat.completion", "model": "gpt-4o", "usage": {**totals, **usage}}


@pytest.mark.parametrize("total", [16, 50, 320, 100_000])
def test_a_total_above_its_parts_is_a_signal(total: int) -> None:
    reading = read_response(answer(total_tokens=total))
    assert reading.usage == Usage(10, 5)
    assert reading.signals == (f"unattributed_tokens={total - 15}",)


@pytest.mark.parametrize("total", [0, 1, 5, 14])
def test_a_total_below_its_parts_is_ignored(total: int) -> None:
    reading = read_response(answer(total_tokens=total))
    assert (reading.usage, reading.signals) == (Usage(10, 5), ())


def test_a_total_without_a_completion() -> None:
    body = answer(total_tokens=11)
    del body["usage"]["completion_tokens"]
    reading = read_response(body)
    assert (reading.usage, reading.signals) == (Usage(10), ("unattributed_tokens=1",))


@pytest.mark.parametrize(
    "first", [{"text_tokens": 6}, {"audio_tokens": None}, {"rejected_prediction_tokens": 1}]
)
def test_empty_details_do_not_hide_later_details(first: dict[str, Any]) -> None:
    usage = answer(
        prompt_tokens_details={**first, "cached_tokens": 4},
        completion_tokens_details={**first, "reasoning_tokens": 2},
    )
    assert read_response(usage).usage == Usage(10, 5, cache_read_tokens=4, reasoning_tokens=2)


@pytest.mark.parametrize("kind", ["audio", "image", "video"])
def test_tokens_of_other_kinds_are_not_cached_tokens(kind: str) -> None:
    part = {f"{kind}_tokens": 3}
    assert read_response(answer(prompt_tokens_details=part)).usage == Usage(
        10, 5, **{f"input_{kind}_tokens": 3}
    )
    assert read_response(answer(completion_tokens_details=part)).usage == Usage(
        10, 5, **{f"output_{kind}_tokens": 3}
    )


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 11}}, "more than usage.prompt_tokens"),
        (
            {"completion_tokens_details": {"reasoning_tokens": 6}},
            r"more than usage\.completion_tokens",
        ),
        ({"prompt_tokens_details": {"cached_tokens": -1}}, "negative"),
        ({"completion_tokens_details": {"reasoning_tokens": -1}}, "negative"),
        ({"prompt_tokens": 10**15 + 1, "total_tokens": 10**15 + 6}, "too large"),
        ({"completion_tokens": 10**15 + 1, "total_tokens": 10**15 + 11}, "too large"),
        ({"prompt_tokens": -1, "total_tokens": 4}, "negative"),
        ({"completion_tokens": -1, "total_tokens": 9}, "negative"),
    ],
)
def test_impossible_counts_are_refused(usage: dict[str, Any], said: str) -> None:
    with pytest.raises(BadUsage, match=said):
        read_response(answer(**usage))


def test_a_part_may_be_all_of_its_total() -> None:
    body = answer(
        prompt_tokens_details={"cached_tokens": 10},
        completion_tokens_details={"reasoning_tokens": 5},
    )
    assert read_response(body).usage == Usage(10, 5, cache_read_tokens=10, reasoning_tokens=5)


EVERY_MEMBER = {
    "id": "chatcmpl-1",
    "created": 1,
    "choices": [],
    "system_fingerprint": "fp",
    "service_tier": "default",
}
DETAILS: dict[str, object] = {"prompt_tokens_details": {}, "completion_tokens_details": {}}


def test_one_unknown_member_is_noticed_among_many() -> None:
    body = {**answer(**DETAILS), **EVERY_MEMBER}
    assert read_response(body).signals == ()
    assert read_response({**body, "usage_breakdown": []}).signals == (
        "usage_breakdown=several models",
    )
    body["usage"]["num_sources_used"] = 2
    assert read_response(body).signals == ("num_sources_used=2",)


@pytest.mark.parametrize("name", ["prompt_tokens", "completion_tokens", "total_tokens"])
@pytest.mark.parametrize("make", [float, str, lambda count: [count]])
def test_a_count_of_another_type_is_refused(name: str, make: Any) -> None:
    body = answer()
    body["usage"][name] = make(body["usage"][name])
    with pytest.raises(BadUsage, match=rf"usage\.{name}: is not a whole number"):
        read_response(body)


class Tier(str, Enum):  # noqa: UP042 - as client libraries declare it
    FLEX = "flex"


def test_members_of_an_unexpected_type_are_ignored_or_converted() -> None:
    models: tuple[object, ...] = (7, None, ["gpt-4o"], {})
    for model in models:
        assert read_response({**answer(), "model": model}).model == ""
    service = read_response({**answer(), "service_tier": Tier.FLEX}).service
    assert (service, type(service)) == ("flex", str)
    usage = SimpleNamespace(**answer()["usage"])
    assert read_response({**answer(), "usage": usage}).usage == Usage(10, 5)
    assert read_response({**answer(), "id": 7}).usage == Usage(10, 5)


OUTPUTS: tuple[object, ...] = (7, "text", {}, [7], ["text"], [None], [{"type": []}], [{}])


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_output_of_an_unexpected_type_has_no_calls(output: object) -> None:
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    body = {"object": "response", "model": "gpt-5", "usage": usage, "output": output}
    reading = read_response(body)
    assert (reading.usage, reading.signals) == (Usage(10, 5), ())


def test_details_and_outputs_of_client_libraries_are_read() -> None:
    details = SimpleNamespace(cached_tokens=4)
    assert read_response(answer(prompt_tokens_details=details)).usage == Usage(
        10, 5, cache_read_tokens=4
    )
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    body = {"object": "response", "model": "gpt-5", "usage": usage}
    calls = ({"type": "code_interpreter_call"},)
    assert read_response({**body, "output": calls}).signals == ("code_interpreter_call=1",)


def in_full(body: dict[str, Any]) -> dict[str, Any]:
    """The same body with a member that says nothing, which sends it through the tables."""
    return {**body, "note": "in full"}


TEXT_SHAPES = [
    ("chat.completion", "prompt", "completion"),
    ("chat.completion.chunk", "prompt", "completion"),
    ("response", "input", "output"),
    ("list", "prompt", "completion"),
    ("thread.run", "prompt", "completion"),
    (["response"], "input", "output"),
]


@pytest.mark.parametrize(("kind", "tokens_in", "tokens_out"), TEXT_SHAPES[:4])
def test_the_fast_path_reads_the_same_as_the_general_one(
    kind: str, tokens_in: str, tokens_out: str
) -> None:
    usage = {
        f"{tokens_in}_tokens": 10,
        f"{tokens_out}_tokens": 5,
        "total_tokens": 15,
        f"{tokens_in}_tokens_details": {"cached_tokens": 4, "audio_tokens": None, "text_tokens": 6},
        f"{tokens_out}_tokens_details": {"reasoning_tokens": 2, "rejected_prediction_tokens": 1},
    }
    for service in ("default", "flex", None):
        body = {"object": kind, "model": "gpt-4o", "usage": usage, "service_tier": service}
        reading = read_response(body)
        assert reading == read_response(in_full(body))
        assert reading.usage == Usage(10, 5, cache_read_tokens=4, reasoning_tokens=2)
        assert (reading.provider, reading.service) == ("openai", service or "")


@pytest.mark.parametrize(
    ("output", "signals"),
    [
        ([{"type": "message"}, {"type": "reasoning"}, {"type": "function_call"}], ()),
        ([{"type": "message"}, {"type": "code_interpreter_call"}], ("code_interpreter_call=1",)),
        ([{"type": "message"}, "text", {"type": []}], ()),
        ({"type": "code_interpreter_call"}, ()),  # no list of items: nothing was called
        ((), ()),
    ],
)
def test_content_other_than_text_is_noticed(output: Any, signals: tuple[str, ...]) -> None:
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    body = {"object": "response", "model": "gpt-5", "usage": usage, "output": output}
    assert read_response(body).signals == signals
    assert read_response(body) == read_response(in_full(body))


ITEMS = st.none() | st.lists(
    st.sampled_from(
        [
            {"type": "message"},
            {"type": "reasoning"},
            {"type": "function_call"},
            {"type": "web_search_call"},
            {"type": "code_interpreter_call"},
            {"type": ["message"]},
            {},
            None,
        ]
    ),
    max_size=2,
)


@st.composite
def text_bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Answers in text, some of them damaged or with something to charge apart."""
    kind, tokens_in, tokens_out = draw(st.sampled_from(TEXT_SHAPES))
    few = st.none() | st.booleans() | st.integers(-1, 9)
    parts = [
        f"{tokens_in}_tokens",
        f"{tokens_out}_tokens",
        "total_tokens",
        f"{tokens_in}_tokens_details",
        f"{tokens_out}_tokens_details",
    ]
    details = st.none() | st.dictionaries(
        st.sampled_from(["cached_tokens", "reasoning_tokens", "audio_tokens", "text_tokens"]), few
    )
    counts = draw(st.fixed_dictionaries({}, optional=dict.fromkeys(parts[:3], st.integers(-1, 9))))
    if draw(st.booleans()) and {*parts[:2]} <= counts.keys():
        counts["total_tokens"] = counts[parts[0]] + counts[parts[1]]
    usage = counts | draw(st.fixed_dictionaries({}, optional=dict.fromkeys(parts[3:], details)))
    models = ["gpt-4o", "gemini-2.5-pro", "grok-4", "llama", "x-search-api", "o" * 257]
    body = {"object": kind, "model": draw(st.sampled_from(models)), "usage": usage}
    others = {
        "id": st.sampled_from(["chatcmpl-1", "gen-1", "msg_bdrk_1", "", 7]),
        "service_tier": st.sampled_from(["default", "flex", "batch", "scale", "", None, 3]),
        "output": ITEMS | st.just({"type": "web_search_call"}),
        "choices": st.just([]),
    }
    return body | draw(st.fixed_dictionaries({}, optional=others))


@settings(max_examples=500)
@given(text_bodies())
def test_the_fast_path_agrees_with_the_tables(body: dict[str, Any]) -> None:
    def outcome(read: Any) -> Any:
        try:
            return read_response(read)
        except BadUsage as error:
            return str(error)

    assert outcome(body) == outcome(in_full(body))


def test_a_null_member_is_ignored() -> None:
    body = {**answer(), "provider_note": None}
    assert read_response(body) == read_response(in_full(body))
    assert read_response({**body, "x_groq": {"id": "1"}}).provider == "groq"
