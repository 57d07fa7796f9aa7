"""How wrong a partial match can be: each row of the catalog is taken out and asked for."""

from pathlib import Path

import pytest

from pricectl.core import Catalog, Model, Usage, find, quote
from pricectl.flags import OTHER_SELLER, SIZE_CLASS

FILE = Path(__file__).parents[2] / "llm_pricing_current.json"
WORST_FACTOR = 10
# Of these nobody is told that they are near: the flag says that the price is another model's.
UNRELATED = {OTHER_SELLER, SIZE_CLASS}
CALLS = (Usage(1000), Usage(0, 1000))


def without(catalog: Catalog, removed: Model) -> Catalog:
    models = tuple(model for model in catalog.models if model is not removed)
    return Catalog(models, catalog.default, catalog.metadata, "")


@pytest.mark.long
@pytest.mark.timeout(600)  # one index of names a row
@pytest.mark.skipif(not FILE.exists(), reason="the catalog lies in a checkout only")
def test_a_partial_match_without_a_flag_is_right_and_one_with_a_flag_is_near() -> None:
    catalog = Catalog.load(FILE.read_bytes())
    for model in catalog.models:
        rest = without(catalog, model)
        for name in (model.name, *model.aliases):
            if find(rest, name).how != "partial":
                continue
            for call in CALLS:
                true = quote(catalog, model.full_name, call).pico_usd
                guess = quote(rest, name, call)
                flagged = guess.match.flags or guess.missing_region or guess.missing_service
                if not flagged:
                    assert guess.pico_usd == true, name
                elif not (UNRELATED & {*guess.match.flags} or guess.missing_service):
                    assert true <= WORST_FACTOR * guess.pico_usd, name
                    assert guess.pico_usd <= WORST_FACTOR * true, name
