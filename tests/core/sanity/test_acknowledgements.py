"""Acknowledgements: what is read, what is left out, and that a value holds in any spelling."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pricectl.core import document
from pricectl.core.sanity.acknowledgements import (
    Acknowledgement,
    Acknowledgements,
    read_acknowledged,
)

GOOD: dict[str, Any] = {
    "rule": "price-moved",
    "pointer": "/x/m/input_cost_per_token",
    "value": 2.5e-05,
    "reason": "announced",
    "date": "2026-11-20",
}


def read(acknowledged: object) -> Acknowledgements:
    metadata = document.parse(json.dumps({"acknowledged": acknowledged}))
    assert isinstance(metadata, dict)
    return read_acknowledged(metadata, ("price-moved", "model-gone"))


def test_a_whole_acknowledgement_is_read() -> None:
    known = read([{**GOOD, "expires": "2027-01-31"}])
    where = "/x/m/input_cost_per_token"
    assert known.problems == ()
    assert known.find("price-moved", where, Decimal("0.000025")) == Acknowledgement(
        "price-moved",
        where,
        Decimal("2.5e-05"),
        "announced",
        date(2026, 11, 20),
        date(2027, 1, 31),
    )


@pytest.mark.parametrize("spelling", ["2.5e-05", "0.000025", "25E-6", "0.00002500"])
def test_an_acknowledged_value_matches_in_any_spelling(spelling: str) -> None:
    text = json.dumps([GOOD]).replace("2.5e-05", spelling)
    metadata = document.parse(f'{{"acknowledged": {text}}}')
    assert isinstance(metadata, dict)
    known = read_acknowledged(metadata, ["price-moved"])
    assert known.find("price-moved", GOOD["pointer"], Decimal("2.5e-05"))


def test_another_value_rule_or_place_is_not_acknowledged() -> None:
    known = read([GOOD])
    assert known.find("price-moved", GOOD["pointer"], Decimal("2.6e-05")) is None
    assert known.find("price-moved", GOOD["pointer"], None) is None
    assert known.find("model-gone", GOOD["pointer"], Decimal("2.5e-05")) is None
    assert known.find("price-moved", "/x/m", Decimal("2.5e-05")) is None


def test_a_removed_row_has_the_value_null() -> None:
    known = read([{**GOOD, "rule": "model-gone", "pointer": "/x/m", "value": None}])
    assert known.find("model-gone", "/x/m", None)


def test_a_catalog_without_acknowledgements_has_no_problems() -> None:
    assert read(None) == Acknowledgements({}, ())
    assert read([]) == Acknowledgements({}, ())


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("x", "an acknowledgement is not an object"),
        (without("rule"), "needs rule as text"),
        (without("pointer"), "needs pointer as text"),
        ({**without("reason"), "date": 5}, "needs reason, date as text"),
        ({**GOOD, "reason": "  "}, "needs reason as text"),
        ({**GOOD, "until": "2027-01-01"}, "has no key 'until'; one of rule, pointer"),
        (
            {**GOOD, "rule": "price-move"},
            "cannot be acknowledged; did you mean price-moved?",
        ),
        ({**GOOD, "pointer": "x/m"}, "pointer 'x/m' is not a JSON Pointer"),
        (without("value"), "value is neither the accepted number nor null"),
        ({**GOOD, "value": "2.5e-05"}, "value is neither"),
        ({**GOOD, "value": True}, "value is neither"),
        ({**GOOD, "value": [1]}, "value is neither"),
        ({**GOOD, "date": "soon"}, "date and expires are days"),
        ({**GOOD, "expires": "later"}, "date and expires are days"),
        ({**GOOD, "expires": 2027}, "date and expires are days"),
    ],
)
def test_a_malformed_acknowledgement_is_left_out_and_reported(item: object, words: str) -> None:
    known = read([GOOD, item])
    assert [problem.pointer for problem in known.problems] == ["/metadata/acknowledged/1"]
    assert words in known.problems[0].message
    assert len(known.entries) == 1


def test_an_acknowledged_value_must_be_a_readable_number() -> None:
    metadata = document.parse(f'{{"acknowledged": {json.dumps([GOOD])}}}'.replace("2.5e-05", "NaN"))
    assert isinstance(metadata, dict)
    assert len(read_acknowledged(metadata, ["price-moved"]).problems) == 1


def test_acknowledged_must_be_a_list() -> None:
    (problem,) = read({"rule": "price-moved"}).problems
    assert problem == ("/metadata/acknowledged", "acknowledged is not a list")
