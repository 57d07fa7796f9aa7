"""The chain as a whole: its options, and what it takes to import it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from pricectl.core import Catalog, Profile, Usage, quote
from pricectl.core.responses import quote_reading, read_response
from pricectl.explain import chain

QUOTE = quote(Catalog.load('{"acme": {"m": {}}}'), "m", Usage(1))


def test_options_are_given_by_name() -> None:
    explain: Any = chain
    with pytest.raises(TypeError, match="argument"):
        explain(QUOTE, None, Profile())


def test_an_explanation_loads_no_reader_of_responses() -> None:
    program = """
import sys, pricectl.explain
print([name for name in sys.modules if name.startswith("pricectl.core.responses")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_each_request_of_a_response_has_its_own_steps() -> None:
    """150,000 tokens at $1 and 250,000 at $2 per 1M: $0.15 + $0.50."""
    row = {"input_cost_per_token": 1e-06, "input_cost_per_token_above_200k_tokens": 2e-06}
    catalog = Catalog.load(json.dumps({"any": {"m": row}}))
    rounds = [
        {"type": "message", "input_tokens": tokens, "output_tokens": 0}
        for tokens in (150_000, 250_000)
    ]
    usage = {"input_tokens": 400_000, "output_tokens": 0, "iterations": rounds}
    reading = read_response({"model": "m", "usage": usage})
    steps = chain(quote_reading(catalog, reading), reading=reading)
    assert [step.facts["usd"] for step in steps if step.step == "line"] == ["0.15", "0.50"]
    names = [step.summary for step in steps if step.step == "name"]
    assert [name.partition(":")[0] for name in names] == ["request 1 of 2", "request 2 of 2"]
    assert steps[-2].facts["provider_cost_usd"] == "0.65"


def test_the_average_of_several_requests_is_explained() -> None:
    row = {"input_cost_per_token": 1e-06, "input_cost_per_token_above_200k_tokens": 2e-06}
    catalog = Catalog.load(json.dumps({"any": {"m": row}}))
    for tokens, words in ((300_000, "150,000"), (500_000, "250,000")):
        steps = chain(quote(catalog, "m", Usage(tokens), requests=2))
        tier = next(step for step in steps if step.step == "tier")
        assert tier.summary.startswith(f"{words} input tokens on average of 2 requests are ")
