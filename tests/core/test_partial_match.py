"""How wrong a partial match can be: each row of the catalog is taken out and asked for."""

from pathlib import Path

import pytest

from pricectl.core import Catalog, Model, Usage, find, quote

FILE = Path(__file__).parents[2] / "llm_pricing_current.json"
WORST_FACTOR = 10
CALLS = (Usage(1000), Usage(0, 1000))


def without(catalog: Catalog, removed: Model) -> Catalog:
    models = tuple(model for model in catalog.models if model is not removed)
    return Catalog(models, catalog.default, catalog.metadata, "")


@pytest.mark.skipif(not FILE.exists(), reason="the catalog lies in a checkout only")
def test_a_partial_match_is_never_ten_times_off() -> None:
    catalog = Catalog.load(FILE.read_bytes())
    for model in catalog.models:
        rest = without(catalog, model)
        for name in (model.name, *model.aliases):
            if find(rest, name).how != "partial":
                continue
            for call in CALLS:
                true = quote(catalog, model.full_name, call).pico_usd
                guess = quote(rest, name, call).pico_usd
                assert true <= WORST_FACTOR * guess, name
                assert guess <= WORST_FACTOR * true, name
