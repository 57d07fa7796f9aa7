"""Responses: work and memory grow no faster than the body, whatever it holds or is.

Only our errors escape. The constants of the laws are about twice what the worst body found needs.
"""

import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricectl.core import BadUsage, Catalog, Usage
from pricectl.core.responses import quote_response, read_response
from tests.core.costs import Law, cost_of

SIZE = 1 << 16
# A response's size is its members and items. Other values are still asked for every mark of a
# usage, so it costs most; a name of up to 256 characters may stand in a signal.
RESPONSE = Law(300, 600, peak_bytes=500, calls_at_least=2000, bytes_at_least=300_000)
MANY = 2_000
ENVELOPES = (
    "response",
    "body",
    "result",
    "message",
    "metadata",
    "delta",
    "usage",
    "usageMetadata",
    "meta",
)


def size_of(body: object) -> int:
    """Members and items, each once."""
    if isinstance(body, dict):
        return 1 + sum(map(size_of, body.values()))
    return 1 + sum(map(size_of, body)) if isinstance(body, list) else 1


def content(**members: Any) -> dict[str, Any]:
    """A Gemini body."""
    usage = {"promptTokenCount": 10**9, **members.pop("usage", {})}
    return {"modelVersion": "m", "usageMetadata": usage, **members}


def message(**usage: Any) -> dict[str, Any]:
    """An Anthropic body."""
    return {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1, "speed": 1, **usage}}


def nested(levels: int) -> dict[str, Any]:
    """Envelopes in envelopes, with no usage at the end."""
    body: dict[str, Any] = {}
    for _ in range(levels):
        body = {"usage": body, "response": {}, "message": {}}
    return body


def events(number: int) -> list[dict[str, Any]]:
    """An Anthropic stream."""
    later = [{"type": "message_delta", "usage": {"output_tokens": n}} for n in range(number)]
    return [{"type": "message_start", "message": message()}, *later]


def read_json(body: object) -> None:
    """Read what has no objects in it, so that nothing in it can fail but its counts."""
    refused = ""
    try:
        read_response(body)
    except BadUsage as error:
        refused = error.what
    assert not refused.startswith("cannot be read")


BODIES: dict[str, Any] = {
    "no events": [],
    "empty events": [{} for _ in range(MANY)],
    "events that are null": [None] * MANY,
    "events that are numbers": [5] * MANY,
    "events that are lists": [[[[[]]]]] * MANY,
    "events of every kind": [{"type": str(number)} for number in range(MANY)],
    "events with every envelope": [
        {name: {inner: {"x": 1} for inner in ENVELOPES} for name in ENVELOPES}
        for _ in range(MANY // 50)
    ],
    "events with usage": [message() for _ in range(MANY)],
    "a message of many events": events(MANY),
    "modalities": content(
        usage={"promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 1}] * MANY}
    ),
    "unknown modalities": content(
        usage={
            "promptTokensDetails": [
                {"modality": f"X{number}".ljust(256, "x"), "tokenCount": 1}
                for number in range(MANY)
            ]
        }
    ),
    "groundings": content(
        candidates=[{"groundingMetadata": {"webSearchQueries": [str(n)]}} for n in range(MANY)]
    ),
    "queries": content(
        candidates=[{"groundingMetadata": {"webSearchQueries": [str(n) for n in range(MANY)]}}]
    ),
    "chunks": content(candidates=[{"groundingMetadata": {"groundingChunks": [{}] * MANY}}]),
    "iterations": message(
        cache_creation={}, iterations=[{"type": "compaction", "input_tokens": 1}] * MANY
    ),
    "steps of other models": message(
        cache_creation={},
        iterations=[{"type": "advisor_message", "model": str(n)} for n in range(MANY)],
    ),
    "tool calls": {**message(), "output": [{"type": "web_search_call"}] * MANY},
    "tools": {
        **message(),
        "output": [{"type": "web_search_call"}],
        "tools": [{"type": "none"}] * MANY,
    },
    "cache writes": {
        "usage": {"inputTokens": 1, "cacheDetails": [{"ttl": "1h", "inputTokens": 0}] * MANY}
    },
    "results": {"inputTextTokenCount": 1, "results": [{"tokenCount": 1}] * MANY},
    "a wide usage": message(**{f"x{number}": number for number in range(MANY)}),
    "a wide body": {**message(), **{f"x{number}": number for number in range(MANY)}},
    "depth": nested(MANY),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_reading_a_response_takes_linear_time(body: Any) -> None:
    size = MANY * 3 if body is BODIES["depth"] else size_of(body)
    RESPONSE.check(cost_of(lambda: read_json(body)), size)


def test_a_stream_of_a_hundred_thousand_events() -> None:
    stream: list[dict[str, Any]] = [{"choices": [], "model": "m"} for _ in range(100_000)]
    stream.append({"model": "m", "usage": {"prompt_tokens": 5, "completion_tokens": 1}})
    RESPONSE.check(cost_of(lambda: read_json(stream)), size_of(stream))
    assert read_response(stream).usage.counts == (("input", 5), ("output", 1))


MEMBERS = st.sampled_from(
    (*ENVELOPES, "type", "candidates", "output", "iterations", "prompt_tokens")
)
TREES = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(("message_start", "1h", "AUDIO")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=30, deadline=None)
@given(TREES, st.integers(1, 100), MEMBERS, MEMBERS)
def test_reading_repeated_members_takes_linear_time(
    tree: Any, times: int, outer: str, inner: str
) -> None:
    many = [tree] * times
    for body in (many, {outer: many}, message(**{inner: many}), content(**{outer: {inner: many}})):
        RESPONSE.check(cost_of(partial(read_json, body)), size_of(body))


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 10**5000, "completion_tokens": 1},
        {"prompt_tokens": -(10**5000), "completion_tokens": 1},
        {"prompt_tokens": 1, "completion_tokens": 1, "cost": 10**5000},
        {"prompt_tokens": Decimal("1e999999"), "completion_tokens": 1},
        {"prompt_tokens": Decimal("1." + "0" * SIZE), "completion_tokens": 1},
        {"prompt_tokens": 1, "completion_tokens": 1, "cost": Decimal("0." + "3" * SIZE)},
        {"prompt_tokens": 1, "completion_tokens": 1, "cost": "9" * SIZE},
        {"seconds": 10**5000},
        {"seconds": Decimal("1e-999999")},
        {"seconds": Decimal("0." + "3" * SIZE)},
        {"seconds": Decimal("1." + "0" * SIZE)},
        {"seconds": "9" * SIZE},
    ],
    ids=" ".join,
)
def test_reading_a_long_number_takes_linear_time(usage: dict[str, Any]) -> None:
    body = {"model": "m" * SIZE, "id": "x" * SIZE, "usage": usage}
    RESPONSE.check(cost_of(lambda: read_json(body)), SIZE)
    RESPONSE.check(cost_of(lambda: quote_response(ROWS, body)), SIZE)


@pytest.mark.parametrize(
    "digits",
    ["1" + "0" * SIZE, "0." + "3" * SIZE, "1." + "0" * SIZE],
    ids=["integer", "fraction", "zeros"],
)
def test_reading_a_long_amount_takes_linear_time(digits: str) -> None:
    amount = Decimal(digits)
    RESPONSE.check(cost_of(lambda: Usage(input_second=amount)), SIZE)


def test_a_huge_count_is_refused_without_printing_it() -> None:
    for count in (10**5000, -(10**5000)):
        for usage in (partial(Usage, count), partial(Usage, 1, page=count)):
            RESPONSE.check(cost_of(usage), 1)


ROWS = Catalog.load('{"o": {"m": {"input_cost_per_token": 1e-06}}}')


class Endless:
    """An object that has every member, each as endless as itself."""

    def __getattr__(self, name: str) -> "Endless":
        if name.startswith("__"):
            raise AttributeError(name)
        return Endless()


class Failing:
    """An object all of whose members fail."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


class Bottomless:
    """An object each of whose members needs another one of its own."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self, f"{name}_")


class IntSubclass(int):
    """A subclass of int, which is not trusted to be one."""


class TextSubclass(str):
    """A subclass of str."""

    __slots__ = ()


def in_itself(kind: type) -> Any:
    """A body that is its own usage, envelope and count."""
    body = kind()
    members = dict.fromkeys((*ENVELOPES, "prompt_tokens", "type", "model"), body)
    if kind is list:
        body.append(body)
    else:
        (body if kind is dict else vars(body)).update(members)
    return body


STRANGE: dict[str, Any] = {
    "a dict in itself": in_itself(dict),
    "an object in itself": in_itself(SimpleNamespace),
    "a list in itself": in_itself(list),
    "endless": Endless(),
    "endless usage": {"usage": Endless()},
    "endless counts": {"usage": {"prompt_tokens": Endless(), "completion_tokens": Endless()}},
    "failing": Failing(),
    "failing usage": {"model": "m", "usage": Failing()},
    "bottomless": Bottomless(),
    "mock": Mock(),
    "magic mock": MagicMock(),
    "mock of a dict": Mock(spec=dict),
    "mock of usage": {"usage": Mock(), "model": Mock()},
    "iterator": iter([{"usage": {}}]),
    "iterator of usage": {"usage": iter(())},
    "int of another class": {"usage": {"prompt_tokens": IntSubclass(3), "completion_tokens": 1}},
    "text of another class": {
        TextSubclass("model"): TextSubclass("m"),
        "usage": {TextSubclass("total_tokens"): 1},
    },
    "keys of every kind": {None: 1, 2: 3, (): (), "usage": {None: 1, "total_tokens": 1}},
    "a type": dict,
    "a module": sys,
    "a set": {1, 2, 3},
}
# Nine envelopes with seven places each, each asked for some forty members; a mock runs twenty
# functions for each it is asked for.
OBJECT = RESPONSE._replace(calls_at_least=150_000, bytes_at_least=3_000_000)


@pytest.mark.parametrize("body", STRANGE.values(), ids=STRANGE)
def test_an_object_of_any_kind_costs_a_fixed_amount(body: Any) -> None:
    OBJECT.check(cost_of(lambda: read_response(body)), 1)
    OBJECT.check(cost_of(lambda: quote_response(ROWS, body, strict=True)), 1)
    OBJECT.check(cost_of(lambda: read_response([body] * 5)), 5)


@pytest.mark.parametrize(
    "text",
    [b"{}", b"{}\n", b'{"usage": {"total_tokens": 1}}\n', b"data: {}\n\n", b"[", b"x", b"\xff"],
)
def test_reading_text_takes_linear_time(text: bytes) -> None:
    body = text * (SIZE // len(text))
    RESPONSE.check(cost_of(lambda: read_response(body)), SIZE)
    RESPONSE.check(cost_of(lambda: quote_response(ROWS, body, strict=True)), SIZE)


class NoItems(list[Any]):
    """A list that cannot be walked."""

    def __iter__(self) -> Iterator[Any]:
        raise LookupError


class NoLength(str):
    """A text whose length cannot be told."""

    __slots__ = ()

    def __len__(self) -> int:
        raise LookupError


class NoClass:
    """An object that does not even say of which class it is."""

    def __getattribute__(self, name: str) -> Any:
        raise LookupError(name)


UNTOUCHABLE: dict[str, Callable[[], Any]] = {
    "mock of a list": lambda: Mock(spec=list),
    "mock of a list inside": lambda: content(usage={"promptTokensDetails": Mock(spec=list)}),
    "mock of a text": lambda: {"model": Mock(spec=str), "usage": {"total_tokens": 1}},
    "magic mock of a text": lambda: {"model": MagicMock(spec=str), "usage": {"total_tokens": 1}},
    "text without length": lambda: {"model": NoLength("m"), "usage": {"total_tokens": 1}},
    "text without class": lambda: {"model": NoClass(), "usage": {"total_tokens": 1}},
    "list that cannot be walked": lambda: NoItems([{}]),
    "list that cannot be walked inside": lambda: content(candidates=NoItems([{}])),
    "object without class": NoClass,
}


@pytest.mark.parametrize("make", UNTOUCHABLE.values(), ids=UNTOUCHABLE)
def test_an_object_that_fails_wherever_it_is_touched_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(BadUsage):
        read_response(make())
