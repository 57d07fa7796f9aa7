"""Who served a call and how: what tells one provider, service or gateway from another."""

from typing import Any

import pytest

from pricectl.core import Usage
from pricectl.core.responses import read_response
from pricectl.core.responses.provider import provider_by_model_name

MESSAGE = {"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": 0}


@pytest.mark.parametrize("model", ["groq", "openai", "azure", "together_ai"])
def test_a_name_that_is_a_provider_s_is_made_by_nobody(model: str) -> None:
    assert provider_by_model_name(model) == ""
    assert provider_by_model_name(f"{model}/m") != ""


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("claude-x", "anthropic"),
        ("gpt-4o", "anthropic"),
        ("command-r", "anthropic"),
        ("us.anthropic.claude-x", "bedrock"),
        ("m", "anthropic"),
    ],
)
def test_a_shape_says_more_than_a_name_but_for_a_cloud_s(model: str, provider: str) -> None:
    assert read_response({"model": model, "usage": MESSAGE}).provider == provider


@pytest.mark.parametrize(
    ("speed", "service"),
    [("fast", "fast"), ("standard", ""), ("slow", ""), ("", ""), (None, ""), (1, "")],
)
def test_the_fast_mode(speed: Any, service: str) -> None:
    assert read_response({"model": "m", "usage": {**MESSAGE, "speed": speed}}).service == service


class Touchy:
    """An object of a client library that refuses to be compared."""

    model = "gpt-4o"
    usage = MESSAGE
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


def test_an_object_is_not_compared() -> None:
    reading = read_response(Touchy())
    assert (reading.model, reading.usage) == ("gpt-4o", Usage(1, 1))


def test_an_envelope_may_say_what_the_body_does_not() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    tier = {"serviceTier": {"type": "flex"}}
    envelope = {"model": "gpt-4o", **tier, "response": {"usage": usage}}
    reading = read_response(envelope)
    assert (reading.model, reading.service) == ("gpt-4o", "flex")
    inner = {"usage": usage, "model": "gpt-5", "service_tier": "priority"}
    reading = read_response({**envelope, "response": inner})
    assert (reading.model, reading.service) == ("gpt-5", "priority")
