"""A name that does not say who sells finds its maker's row, also beside rows of resellers."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from pricectl.core import Catalog, find
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import is_maker, resells, seller_of
from pricectl.core.naming.words import model_key
from pricectl.flags import OTHER_SELLER

FILE = Path(__file__).parents[2] / "llm_pricing_current.json"


def entry(usd_per_mtok: float) -> dict[str, float]:
    return {"input_cost_per_token": usd_per_mtok * 1e-6, "output_cost_per_token": 1e-5}


ROWS = {
    "mistral": {"glm-5-2": entry(2), "deepseek-v4-1-flash-1017": entry(3)},
    "zai": {"glm-5.2": entry(1)},
    "qwen": {"dashscope/deepseek-v4-pro": entry(3)},
    "deepseek": {"deepseek-v4-pro": entry(1)},
    "fireworks": {"kimi-k3-fast": entry(5), "whisper": entry(6)},
    "moonshot": {"kimi-k3": entry(1)},
    "vertex": {"vertex_ai/meta/llama-4-maas": entry(4), "vertex_ai/mistral-medium-3@001": entry(7)},
    "my-proxy": {"Whisper": entry(6)},
}
CATALOG = Catalog.load(json.dumps(ROWS))


@pytest.mark.parametrize(
    ("name", "row", "flags"),
    [
        ("glm-5-2", "zai/glm-5.2", ()),  # Mistral's spelling, Z.ai's model
        ("GLM-5-2", "zai/glm-5.2", ()),
        ("mistral/glm-5-2", "mistral/glm-5-2", ()),
        ("deepseek-v4-pro", "deepseek/deepseek-v4-pro", ()),
        ("deepseek-v4-pro:high", "deepseek/deepseek-v4-pro", ()),
        ("fireworks_ai/deepseek-v4-pro", "deepseek/deepseek-v4-pro", (OTHER_SELLER,)),
        ("dashscope/deepseek-v4-pro", "qwen/dashscope/deepseek-v4-pro", ()),
        # No maker has these models.
        ("deepseek-v4-1-flash-1017", "mistral/deepseek-v4-1-flash-1017", (OTHER_SELLER,)),
        ("kimi-k3-fast", "fireworks/kimi-k3-fast", (OTHER_SELLER,)),
        ("whisper", "fireworks/whisper", (OTHER_SELLER,)),
        # Only Vertex AI writes them so.
        ("llama-4-maas", "vertex/vertex_ai/meta/llama-4-maas", ()),
        ("mistral-medium-3@001", "vertex/vertex_ai/mistral-medium-3@001", ()),
    ],
)
def test_a_bare_name_finds_its_maker(name: str, row: str, flags: tuple[str, ...]) -> None:
    match = find(CATALOG, name)
    assert (match.model.full_name, match.flags) == (row, flags)


@pytest.mark.skipif(not FILE.exists(), reason="the catalog lies in a checkout only")
def test_no_resellers_row_of_the_catalog_answers_for_a_name_whose_maker_has_a_row() -> None:
    catalog = Catalog.load(FILE.read_bytes())
    resold: set[str] = set()
    of_makers: dict[str, set[str]] = defaultdict(set)
    for model in catalog.models:
        seller = seller_of(model.provider)
        for name in (model.name, *model.aliases):
            reading = read_name(name)
            by_maker = is_maker(seller) and not resells(seller, reading.base)
            if by_maker and reading.seller in {"", seller}:
                of_makers[model_key(reading.base)].add(model.full_name)
            elif not by_maker and read_name(reading.base).seller == "":
                resold.add(reading.base)
    asked = {base for base in resold if model_key(base) in of_makers}
    assert len(asked) > 50
    for base in asked:
        assert find(catalog, base).model.full_name in of_makers[model_key(base)], base
