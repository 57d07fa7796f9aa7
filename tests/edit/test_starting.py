"""The rows and the text of a new catalog."""

import json
from datetime import date

import pytest

from pricectl.check.positions import Positions
from pricectl.core.catalog import Catalog
from pricectl.edit.splice import Misplaced
from pricectl.edit.starting import NewRow, catalog_text, row_text
from tests.conftest import CATALOG

POSITIONS, LOADED = Positions(CATALOG), Catalog.load(CATALOG)


def row(full_name: str, **options: object) -> dict[str, object]:
    text = row_text(CATALOG, POSITIONS, LOADED.by_full_name[full_name], **options)  # type: ignore[arg-type]
    read: dict[str, object] = json.loads(text)
    return read


def test_a_row_is_written_as_it_stands() -> None:
    model = LOADED.by_full_name["openai/gpt-4o"]
    text = row_text(CATALOG, POSITIONS, model)
    assert f'    "gpt-4o": {text},\n' in CATALOG


def test_a_row_under_another_name_has_the_old_one_as_an_alias() -> None:
    assert row("openai/gpt-4o", name="omni")["aliases"] == ["gpt-4o-2024-08-06", "gpt-4o"]
    assert row("openai/gpt-4o", name="gpt-4o-2024-08-06")["aliases"] == ["gpt-4o"]
    assert row("openai/o3", name="o-3")["aliases"] == ["o3"]


def test_further_names_become_aliases_once() -> None:
    also = ("team", "gpt-4o", "team", "gpt-4o-2024-08-06")
    assert row("openai/gpt-4o", also=also)["aliases"] == ["gpt-4o-2024-08-06", "team"]


def test_a_row_of_another_text_is_refused() -> None:
    with pytest.raises(Misplaced):
        row_text("{}", Positions("{}"), LOADED.by_full_name["openai/o3"])


def test_the_text_of_a_catalog_has_its_sections_and_pages_in_order() -> None:
    rows = [
        NewRow("b", "one", '{"input_cost_per_token": 1e-06}', "https://b.example"),
        NewRow("a", 'tw"o', '{"input_cost_per_token": 2e-06}'),
        NewRow("b", "three", '{\n      "input_cost_per_token": 3e-06\n    }', "https://b.example"),
    ]
    text = catalog_text(rows, date(2026, 11, 24))
    assert text.endswith(
        '  "b": {\n    "one": {"input_cost_per_token": 1e-06},\n    "three": {\n'
        '      "input_cost_per_token": 3e-06\n    }\n  },\n'
        '  "a": {\n    "tw\\"o": {"input_cost_per_token": 2e-06}\n  }\n}\n'
    )
    catalog = Catalog.load(text)
    assert [model.full_name for model in catalog.models] == ["b/one", "b/three", 'a/tw"o']
    assert catalog.metadata["sources"] == ["https://b.example"]
    assert catalog.last_updated == "2026-11-24"
