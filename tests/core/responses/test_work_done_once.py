"""A response is parsed once and its row looked up once, counted and not timed."""

import json
from collections import Counter
from typing import Any

import pytest

from pricectl.core import Catalog, calculator, document
from pricectl.core.responses import quote_response, quoting, read_response, salvage_response

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
BODY = {"model": "gpt-4o", "usage": USAGE}
CONTRADICTING = {**BODY, "usage": {**USAGE, "prompt_tokens_details": {"cached_tokens": 11}}}
CATALOG = Catalog.load('{"openai": {"gpt-4o": {"input_cost_per_token": 1e-06}}}')


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often documents were parsed, by their text, and names looked up."""
    counted: Counter[str] = Counter()

    def counting(function: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            counted[arguments[-1]] += 1
            return function(*arguments, **options)

        return call

    monkeypatch.setattr(document, "parse", counting(document.parse))
    for module in (calculator, quoting):
        monkeypatch.setattr(module, "find", counting(module.find))
    return counted


@pytest.mark.parametrize("body", [BODY, CONTRADICTING, {**BODY, "object": "chat.completion"}])
def test_a_recorded_response_is_parsed_once(calls: Counter[str], body: dict[str, Any]) -> None:
    for indent in (None, 1):
        text = json.dumps(body, indent=indent)
        salvage_response(text)
        assert calls == {text: 1}
        calls.clear()


def test_each_event_of_a_recorded_stream_is_parsed_once(calls: Counter[str]) -> None:
    events = [json.dumps({"model": "gpt-4o"}), json.dumps(BODY)]
    for text in ("\n".join(events), "".join(f"data: {event}\n\n" for event in events)):
        read_response(text)
        assert calls == dict.fromkeys(events, 1)
        calls.clear()


@pytest.mark.parametrize("strict", [False, True])
def test_the_row_of_a_response_is_looked_up_once(calls: Counter[str], *, strict: bool) -> None:
    body = {**BODY, "usage": {"prompt_tokens": 10}}
    quote_response(CATALOG, body, strict=strict)
    assert calls == {"openai/gpt-4o": 1}
    calls.clear()
    quote_response(CATALOG, body, provider="azure", strict=strict)
    assert calls == {"azure/gpt-4o": 1, "gpt-4o": 1}  # the seller has no row of its own
