"""The page about names is the one that the table of forms makes; the measure holds its bounds."""

import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pricectl.core import Catalog

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import measure_names  # noqa: E402


def test_the_page_about_names_is_current() -> None:
    page = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    assert page == measure_names.names_document(), "run 'make names'"


@pytest.mark.skipif(not measure_names.NAMES.exists(), reason="the list of names is not here")
def test_names_are_right_and_none_is_wrong_without_a_flag() -> None:
    catalog = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())
    spellings = (name for model in catalog.models for name in (model.name, *model.aliases))
    known = frozenset(map(measure_names.squeezed, spellings))
    reasons = measure_names.excluded()
    found = (
        measure_names.judge(catalog, priced, known, left_out=priced.name in reasons)
        for priced in measure_names.read_list(measure_names.NAMES)
    )
    counts = Counter(it.kind for it in found if it)
    counted = counts.total() - counts["excluded"]
    assert counts["wrong"] == 0
    assert counts["right"] + counts["right, flagged"] >= Decimal("0.95") * counted
    assert counts["excluded"] <= Decimal("0.05") * counts.total()
