"""The flags of a quote: for each condition one quote that has it, all others being as usual."""

import json
from typing import Any

import pytest

from pricectl.core import Catalog, Quote, Usage, quote
from pricectl.core.calculator import sum_of_quotes

IN, OUT = "input_cost_per_token", "output_cost_per_token"
ROWS: dict[str, dict[str, Any]] = {
    "plain": {IN: 1e-06, OUT: 4e-06},
    "tiered": {IN: 1e-06, f"{IN}_above_1k_tokens": 2e-06},
    "unread": {IN: 1e-06, "off_peak_pricing": {}},
}
CATALOG = Catalog.load(json.dumps({"acme": ROWS}))


def quoted(name: str, usage: Usage, **options: Any) -> Quote:
    return quote(CATALOG, name, usage, **options)


@pytest.mark.parametrize(
    ("answer", "flags"),
    [
        (quoted("plain", Usage(10, 1)), ()),
        (quoted("who", Usage(10, 1)), ("unknown-model",)),
        # The default price has none for cached tokens; no row answered that could have one.
        (quoted("who", Usage(10, 1, cache_read_tokens=5)), ("unknown-model",)),
        (quoted("plain", Usage(page=1)), ("unpriced-unit",)),
        (quoted("plain", Usage(10, cache_read_tokens=5)), ("assumed-rate",)),
        (quoted("plain", Usage(10), region="moon"), ("missing-region",)),
        (quoted("unread", Usage(10)), ("unread-pricing",)),
        (quoted("plain", Usage(10), service="batch"), ("missing-service",)),
        (quoted("plain-latest", Usage(10)), ("partial-match",)),
        # 600 tokens each on average; one of the two may have more than 1,000.
        (quoted("tiered", Usage(1200), requests=2), ("averaged-tier",)),
        (quoted("tiered", Usage(1200)), ()),
        # In the order of the conditions.
        (
            quoted("plain-latest", Usage(10, page=1), service="batch"),
            ("unpriced-unit", "missing-service", "partial-match"),
        ),
    ],
)
def test_each_condition_has_its_flag(answer: Quote, flags: tuple[str, ...]) -> None:
    assert answer.flags == flags


@pytest.mark.parametrize(
    ("name", "options", "flag"),
    [
        ("plain", {"region": "moon"}, "missing-region"),
        ("plain", {"service": "batch"}, "missing-service"),
        ("tiered", {"requests": 2}, "averaged-tier"),
        ("who", {}, "unknown-model"),
    ],
)
def test_a_flag_of_one_round_is_one_of_the_whole(
    name: str, options: dict[str, Any], flag: str
) -> None:
    usual, other = quoted("plain", Usage(1)), quoted(name, Usage(1200), **options)
    usage = Usage(1201)
    whole = sum_of_quotes([usual, other], usage)
    assert whole.flags == (flag,)
    assert sum_of_quotes([usual, usual], Usage(2)).flags == ()
