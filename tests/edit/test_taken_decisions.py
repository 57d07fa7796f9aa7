"""What a catalog has decided about its rows, in a new file that takes some of them over."""

import json
from datetime import date
from typing import Any

import pytest

from pricectl.check.positions import Positions
from pricectl.core.catalog import Catalog
from pricectl.edit.starting import NewRow, catalog_text, row_text
from pricectl.edit.taken_decisions import TakenRow, taken_decisions

ROW = {"input_cost_per_token": 1e-06}


def accepted(pointer: str, **more: str) -> dict[str, Any]:
    words = {"rule": "list-differs", "pointer": pointer, "value": 2e-06}
    return {**words, "reason": "old", "date": "2026-11-01", **more}


REFERENCE = {
    "metadata": {
        "acknowledged": [
            accepted("/a/x-1.5/input_cost_per_token"),
            accepted("/a/x-1/input_cost_per_token"),
            accepted("/a/gone/input_cost_per_token"),
            accepted("/a/x-1/output_cost_per_token", expires="2026-11-10"),
        ]
    },
    "a": {"x-1": ROW, "x-1.5": ROW},
    "b": {"b/y": ROW},
    "pricing_notes": {
        "a": {
            "batch": "half",
            "decisions": {
                "x-1.max_input_tokens": "one",
                "x-1.5-*.max_input_tokens": "another row's",
                "x*.input_*": "all",
                "x-1.previous[2026-01-01].input_cost_per_token": "dated",
            },
        },
        "b": {"decisions": {"b/y.*": "the whole row"}},
    },
}
TEXT = json.dumps(REFERENCE, indent=2)
LOADED, POSITIONS = Catalog.load(TEXT), Positions(TEXT)


def taken(**names: str) -> dict[str, Any]:
    """A new catalog with rows of the reference, each under a SECTION/NAME."""
    rows = []
    for full_name, own in names.items():
        model = LOADED.by_full_name[full_name]
        section, _, name = own.partition("/")
        rows.append(TakenRow(model, NewRow(section, name, row_text(TEXT, POSITIONS, model))))
    decided = taken_decisions(TEXT, POSITIONS, rows, date(2026, 11, 24))
    text = catalog_text([one.row for one in rows], date(2026, 11, 24), decided=decided)
    values: dict[str, Any] = json.loads(text)
    return values


def test_only_what_speaks_of_the_row_is_taken() -> None:
    values = taken(**{"a/x-1": "a/x-1"})
    assert values["pricing_notes"] == {
        "a": {
            "decisions": {
                "x-1.max_input_tokens": "one",
                "x*.input_*": "all",
                "x-1.previous[2026-01-01].input_cost_per_token": "dated",
            }
        }
    }
    assert values["metadata"]["acknowledged"] == [accepted("/a/x-1/input_cost_per_token")]


@pytest.mark.parametrize("name", ["our~x", "our/x", "our[1m]"])
def test_a_row_under_another_name_keeps_what_was_decided(name: str) -> None:
    values = taken(**{"a/x-1": f"b/{name}"})
    section = values["pricing_notes"]["b"]["decisions"]
    assert set(section.values()) == {"one", "all", "dated"}
    (entry,) = values["metadata"]["acknowledged"]
    catalog = Catalog.load(json.dumps(values))
    assert entry["pointer"] == f"{catalog.models[0].pointer}/input_cost_per_token"


def test_a_name_with_a_seller_keeps_its_decision() -> None:
    assert taken(**{"b/b/y": "b/b/y"})["pricing_notes"] == {
        "b": {"decisions": {"b/y.*": "the whole row"}}
    }
