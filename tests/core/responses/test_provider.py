"""Who served a call and how: what tells one provider, service or gateway from another."""

from typing import Any

import pytest

from pricectl.core import Usage
from pricectl.core.responses import read_response
from pricectl.core.responses.provider import provider_by_model_name

MESSAGE = {"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": 0}


@pytest.mark.parametrize("model", ["groq", "openai", "azure", "together_ai"])
def test_a_bare_provider_name_names_no_model_maker(model: str) -> None:
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
def test_the_usage_format_decides_the_provider_unless_a_cloud_is_named(
    model: str, provider: str
) -> None:
    assert read_response({"model": model, "usage": MESSAGE}).provider == provider


@pytest.mark.parametrize(
    ("speed", "service"),
    [("fast", "fast"), ("standard", ""), ("slow", ""), ("", ""), (None, ""), (1, "")],
)
def test_anthropics_fast_mode_is_read_as_a_service(speed: Any, service: str) -> None:
    assert read_response({"model": "m", "usage": {**MESSAGE, "speed": speed}}).service == service


class RefusesComparison:
    """An object of a client library that refuses to be compared."""

    model = "gpt-4o"
    usage = MESSAGE
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


def test_reading_never_compares_objects() -> None:
    reading = read_response(RefusesComparison())
    assert (reading.model, reading.usage) == ("gpt-4o", Usage(1, 1))


def test_an_envelope_may_name_the_provider() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    tier = {"serviceTier": {"type": "flex"}}
    envelope = {"model": "gpt-4o", **tier, "response": {"usage": usage}}
    reading = read_response(envelope)
    assert (reading.model, reading.service) == ("gpt-4o", "flex")
    inner = {"usage": usage, "model": "gpt-5", "service_tier": "priority"}
    reading = read_response({**envelope, "response": inner})
    assert (reading.model, reading.service) == ("gpt-5", "priority")
