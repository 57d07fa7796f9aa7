"""The summary of a comparison: what kind of change it is, its largest effects, errors, news."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from pricectl.changes.catalog_version import CatalogVersion
from pricectl.changes.diff import NO_LIMITS, DiffResult, NamedVersion, diff_versions
from pricectl.changes.gates import GateLimits
from pricectl.core import Profile
from pricectl.core.windows import as_instant
from pricectl.policy import Policy
from pricectl.report.canvas import Canvas
from pricectl.report.change_kinds import KINDS
from pricectl.report.diff import text
from pricectl.report.diff_effects import MoneyEffect
from pricectl.report.diff_summary import DiffSummary, loosened_words, summary_of
from pricectl.report.formats import markdown_diff
from tests.conftest import CATALOG, Run

DAY = as_instant(date(2026, 11, 23))
O3 = '"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}'
LATER = '"2027-01-01", "input_cost_per_token": 2e-06'
GPT = '"input_cost_per_token": 2.5e-06'


def compared(old: str, new: str, limits: GateLimits = NO_LIMITS) -> DiffResult:
    base, head = (NamedVersion(CatalogVersion.read(text.encode()), "base") for text in (old, new))
    return diff_versions(base, head, Policy(), profile=Profile(), at=DAY, limits=limits)


def summary(new: str, old: str = CATALOG) -> DiffSummary:
    return summary_of(compared(old, new))


def test_the_job_that_moves_most_dollars_is_the_largest_effect() -> None:
    # the agent of o3: 20 x (30,000 x $2 + 800 x $8) / 1M = $1.328, with $3 $1.928: +$0.60, +45.2%.
    # gpt-4o at $2.75: 20 x 3,000 x $0.25 / 1M = $0.015 more
    found = summary(
        CATALOG.replace(O3, O3.replace("2e-06", "3e-06")).replace(GPT, GPT.replace("2.5", "2.75"))
    )
    assert found.money is not None
    assert found.money.text == "openai/o3, cached agent, 20 calls: $1.328 → $1.928, +45.2% ▲"
    assert found.credits is not None
    # 10 credits a dollar: 13.28 and 19.28, rounded up
    assert found.credits.text == (
        "openai/o3, cached agent, 20 calls: 14 → 20 cr of consumption_usd, +42.9%"
    )
    assert found.kinds == ("rise",)
    assert found.kind_words == "prices rise"


def test_more_dollars_go_before_more_percent() -> None:
    """A cheap model that doubles moves less money than a dear one that rises by a tenth."""
    cheap = '"nano": {"input_cost_per_token": 1e-08, "output_cost_per_token": 1e-08},'
    old = CATALOG.replace(O3, cheap + O3)
    new = CATALOG.replace(O3, cheap.replace("1e-08", "2e-08") + O3.replace("2e-06", "2.2e-06"))
    money = summary(new, old).money
    assert money is not None
    assert (money.model, money.percent) == ("o3", "+9%")


def test_a_first_price_is_not_a_larger_effect_than_a_price_that_moved() -> None:
    """Costs that nothing was known of before are said only where no other job moved."""
    page = '"ocr": {"ocr_cost_per_page": 0.001}'
    old = CATALOG.replace(O3, f'{O3}, "ocr": {{"mode": "ocr"}}')
    first = summary(old.replace('"ocr": {"mode": "ocr"}', page), old)
    assert first.money is not None
    assert (first.money.old_pico_usd, first.money.percent) == (None, "new")
    assert first.kinds == ("first-price", "upkeep")
    dearer = old.replace('"ocr": {"mode": "ocr"}', page).replace("2e-06", "2.1e-06")
    both = summary(dearer, old)
    assert both.money is not None
    assert both.money.model == "o3"


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("", "", ()),
        (O3, O3.replace("8e-06", "7e-06"), ("cut",)),
        (O3, f'{O3}, "o9": {{"input_cost_per_token": 1e-06}}', ("added",)),
        ('"mode": "chat"', '"mode": "chat", "note": "x"', ("upkeep",)),
        ("2.5e-06", "25e-07", ("notation",)),
        (LATER, LATER.replace("2e-06", "1e-06"), ("later-cut",)),
        # The batch price of o3 was its input price until now, so that no charge moves.
        (O3, O3.replace("{", '{"input_cost_per_token_batches": 2e-06, '), ("same-charge",)),
    ],
)
def test_the_kinds_of_change(old: str, new: str, kinds: tuple[str, ...]) -> None:
    found = summary(CATALOG.replace(old, new, 1) if old else CATALOG)
    assert found.kinds == kinds


def test_upkeep_says_that_no_charge_changes() -> None:
    found = summary(CATALOG.replace('"mode": "chat"', '"mode": "chat", "note": "x"'))
    assert [line.words for line in found.lines] == ["upkeep; no charge changes"]


def test_a_later_price_is_told_apart_from_prices_in_force() -> None:
    # from 2027 on 1,000 x $4 + 500 x $20 instead of $2 ... the agent: 20 x 30,000 x $2 = $1.20 more
    found = summary(CATALOG.replace(LATER, LATER.replace("2e-06", "4e-06")))
    assert found.money is None
    assert found.later is not None
    assert found.later.text == (
        "google/gemini-2.5-pro from 2027-01-01, cached agent, 20 calls: $1.52 → $2.72, +78.9% ▲"
    )


def test_the_dropped_row_and_the_new_one_are_named() -> None:
    found = summary(CATALOG.replace(O3, O3.replace("o3", "o4").replace("2e-06", "9e-06")))
    assert (found.new, found.gone) == (("openai/o4",), ("openai/o3",))
    assert [line.words for line in found.lines if line.label in ("New", "Gone")] == [
        "1 model: openai/o4",
        "1 model: openai/o3",
    ]


def test_errors_are_the_limits_that_fail_and_jumps_are_to_be_checked() -> None:
    limits = GateLimits.read([], "20%")
    dear = CATALOG.replace(O3, O3.replace("2e-06", "20e-06"))
    found = summary_of(compared(CATALOG, dear, limits))
    assert found.errors == 1
    assert [(line.label, line.level, line.words) for line in found.lines[1:3]] == [
        ("Error", "error", "limit max-increase exceeded: 900%, limit 20%"),
        ("Check", "warning", "1 price moved 5 times or more, first openai/o3 input: +900%"),
    ]


def test_real_usage_takes_the_place_of_the_sample_job() -> None:
    used = MoneyEffect(
        "usage", "openai", "o3", "usage of October", "", 10**15, 2 * 10**15, "+100%", "▲"
    )
    found = summary_of(compared(CATALOG, CATALOG.replace("2e-06", "3e-06")), used)
    assert [line.words for line in found.lines if line.label == "Money"] == [
        "openai/o3, usage of October: $1,000.00 → $2,000.00, +100% ▲"
    ]


def test_the_document_has_the_overview(run: Run, home: Path) -> None:
    (home / "base.json").write_text(CATALOG.replace("2e-06", "1e-06"), encoding="utf-8")
    words = ("diff", "--base", "base.json", "--at", "2026-11-27", "-o", "json")
    found = json.loads(run(*words).stdout)["overview"]
    assert found["kinds"] == ["rise", "later-rise"]
    assert found["money"]["old_usd"] == "0.728"
    assert found["money"]["basis"] == "sample job"
    assert set(found["kinds"]) <= {kind.id for kind in KINDS}


def test_nothing_compared_comes_to_nothing() -> None:
    found = summary_of(compared(CATALOG, CATALOG))
    assert found.lines == ()
    assert found.document()["text"] == "no changes"


def test_many_acknowledgements_leave_the_kind_of_change_at_the_top() -> None:
    """A price list that differs in 40 rows is acknowledged in one edit: one sentence."""
    accepted = ", ".join(
        f'{{"rule": "list-differs", "pointer": "/openai/m{number}/input_cost_per_token", '
        '"value": 2e-06, "reason": "an older price", "date": "2026-11-20"}'
        for number in range(40)
    )
    version = '"schema_version": "1.0"'
    new = CATALOG.replace(version, f'{version}, "acknowledged": [{accepted}]').replace(
        GPT, GPT + "1"
    )
    result = compared(CATALOG, new)
    first = text(result, Canvas(width=80)).splitlines()[:10]
    assert first[0] == "! list-differs acknowledged by this edit: 40 places:"
    assert any(line.startswith("  Change ") for line in first)
    assert text(result, Canvas(width=80, verbose=True)).count("is acknowledged by this edit") == 40
    assert markdown_diff.diff(result).count("- ⚠️") == 1


def test_what_the_edit_loosens_is_counted_after_three_sentences() -> None:
    result = compared(CATALOG, CATALOG)._replace(loosened=tuple("abcdef"))
    assert loosened_words(result, 3) == ["a", "b", "c", "and 3 more that it loosens"]
    assert loosened_words(result) == list("abcdef")


def test_evidence_is_read_as_lists_and_days() -> None:
    """A price edit drops the evidence: the lists and their days, not JSON."""
    items = ("litellm", "2026-11-20"), ("models.dev", "2026-11-21")
    listed = f'"evidence": {json.dumps([{"list": name, "date": day} for name, day in items])}'
    shown = text(
        compared(CATALOG.replace(O3, O3.replace("}", f", {listed}}}")), CATALOG), Canvas(width=100)
    )
    assert "litellm 2026-11-20, models.dev 2026-11-21" in shown
    assert "{" not in shown


def test_new_prices_that_charge_what_was_charged_before_are_one_sentence() -> None:
    """Five rows write down a cache price that is their input price: nobody pays otherwise."""

    def written(key: str) -> str:
        rows = "".join(
            f'"m{price}": {{"input_cost_per_token": {price}e-06, "output_cost_per_token": 9e-06, '
            f'"{key}": {price}e-06}}, '
            for price in range(1, 6)
        )
        return CATALOG.replace(O3, rows + O3)

    old, new = written("x_note"), written("cache_read_input_token_cost")
    result = compared(old, new.replace(O3, O3.replace("2e-06", "3e-06")))
    sentence = "5 new prices of 5 rows charge what was charged before: cache_read"
    for shown in (text(result, Canvas(width=100)), markdown_diff.diff(result)):
        assert sentence in shown
        assert "0% =" not in shown.replace("= 0%", "0% =")
        assert "fallback" not in shown
    assert text(result, Canvas(width=100, verbose=True)).count("0% =") == 5
    assert sentence in markdown_diff.diff(compared(old, new))


def test_a_price_that_goes_is_no_reduction() -> None:
    """Tokens without a price cost nothing: a reviewer must not read it as a cheaper model."""
    without = O3.replace(', "output_cost_per_token": 8e-06', "")
    found = summary(CATALOG.replace(O3, without))
    assert found.kind_words == "prices gone, so that nothing is charged"
    shown = text(compared(CATALOG, CATALOG.replace(O3, without)), Canvas(width=100))
    assert re.search(r"output  \$8.00  →  none  / 1M  gone ▼", shown)
