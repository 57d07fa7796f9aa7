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

CATALOG = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())


def test_the_page_about_names_is_current() -> None:
    page = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    assert page == measure_names.names_document(), "run 'make names'"


@pytest.mark.skipif(not measure_names.NAMES.exists(), reason="the list of names is not here")
def test_each_name_is_right_or_has_its_decision_and_no_decision_is_needless() -> None:
    decisions = measure_names.decided()
    listed = measure_names.read_list(measure_names.NAMES)
    judged = [measure_names.judge(CATALOG, priced, decisions) for priced in listed]
    assert [it for it in judged if it.kind in measure_names.UNDECIDED] == []
    assert measure_names.needless(judged, decisions) == []
    counts = Counter(it.kind for it in judged)
    # Gateways' own prices of other makers' models are most of the decisions; more are not expected.
    assert counts["decided"] <= 0.12 * counts.total()


def test_each_decision_says_why_and_stands_once() -> None:
    lines = measure_names.DECIDED.read_text(encoding="utf-8").splitlines()[1:]
    names = [line.split("\t")[0] for line in lines]
    assert len(names) == len(set(names))
    assert all(len(line.split("\t")) == len(("name", "why")) for line in lines)
    assert all(len(reason) > len("no price") for reason in measure_names.decided().values())


@pytest.mark.parametrize(
    ("name", "usd", "decisions", "kind"),
    [
        ("gpt-4o", ("2.5", "10"), {}, "right"),
        ("gpt-4o", ("2.5", "10"), {"gpt-4o": "no longer needed"}, "right"),
        ("gpt-4o", ("3", "10"), {}, "wrong"),
        ("gpt-4o", ("3", "10"), {"gpt-4o": "the list is old"}, "decided"),
        # The default price is right by chance only.
        ("no-such-model", ("1", "2"), {}, "missed"),
        ("groq/gpt-4o", ("2.5", "10"), {}, "right, flagged"),
        ("groq/gpt-4o", ("3", "10"), {}, "wrong, flagged"),
    ],
)
def test_a_name_is_judged_by_its_price(
    name: str, usd: tuple[str, str], decisions: dict[str, str], kind: str
) -> None:
    priced = measure_names.Priced(name, "hand", *map(Decimal, usd))
    judged = measure_names.judge(CATALOG, priced, decisions)
    assert judged.kind == kind
    assert measure_names.needless([judged], decisions) == (
        [] if kind == "decided" else list(decisions)
    )
