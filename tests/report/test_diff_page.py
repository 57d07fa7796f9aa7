"""The page of `pricectl diff -o html`: what it says, that it is whole, safe and small."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from pricectl.report.diff_page.effects import bar
from tests.commands.test_history import commit
from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - keeps git apart
from tests.report.pages import AT, EDITED, ReadPage, catalog_text, compared_page, row, written


def test_the_page_begins_with_the_kind_of_change_and_the_verdict(run: Run, edit: Path) -> None:
    _, page = written(run, edit, "--max-increase", "20%", "--max-decrease", "50%")
    assert "".join(page.texts["h1"]).startswith("Prices rise")
    # $2.50 to $5.00
    assert "limit max-increase exceeded: 100%, limit 20%" in page.texts["li"]
    assert "limit max-decrease kept: 0%, limit 50%" in page.texts["li"]
    assert "✕ 1 limit exceeded" in page.words


def test_the_largest_effect_is_read_in_dollars_and_no_limit_is_no_pass(
    run: Run, edit: Path
) -> None:
    """A percentage alone says nothing of the size, and "new" nothing at all."""
    _, page = written(run, edit)
    assert "$0.27 → $0.52" in page.texts["dd"]
    assert "openai/gpt-4o, long document: +92.6% ▲" in page.texts["dd"]
    assert "Limits exceeded" not in page.texts["dt"]
    _, page = written(run, edit, "--max-increase", "20%", "--max-decrease", "50%")
    assert "1 of 2" in page.texts["dd"]


def test_a_price_stands_with_its_unit_before_and_now(run: Run, edit: Path) -> None:
    page_text, page = written(run, edit)
    assert {"$2.50", "$5.00", "+100% ▲"} <= set(page.texts["td"])
    assert "input<i> per 1M tokens</i>" in page_text


def test_a_job_has_its_effect_in_dollars_and_credits(run: Run, edit: Path) -> None:
    """20 calls with 3,000 fresh tokens: 60,000 x $2.50 / 1M = $0.15 more; 1 credit is $0.10.

    Before 20 x (3,000 x $2.50 + 27,000 x $1.25 + 800 x $10) / 1M = $0.985, 9.85 credits; a long
    document of 100,000 tokens costs $0.25 more: $0.25 + 2,000 x $10 / 1M = $0.27, then $0.52.
    """
    _, page = written(run, edit)
    assert "$0.27 → $0.52" in page.texts["span"]
    assert "3 → 6 credits" in page.texts["span"]
    assert "+3" in page.texts["b"]


def test_models_that_move_alike_have_one_bar() -> None:
    """Two dozen rows of a cloud that follow one price would hide every other model."""
    old, new = (
        catalog_text(azure={f"m{number:02}": row(usd) for number in range(70)}, xai={"x": row(xai)})
        for usd, xai in ((1, 1), (2, 3))
    )
    page = ReadPage(compared_page(old, new))
    assert page.texts["h3"] == ["70 models"]
    assert len([drawn for drawn in page.of("svg") if drawn["class"] == "bar"]) == 2 * 2
    assert page.texts["summary"][0] == "azure/m00 and 69 more"
    assert page.texts["li"].count("and 10 more") == 1, "the tables name all"


@pytest.mark.parametrize(
    ("share", "start", "length"),
    [(Fraction(1), "100", "100"), (Fraction(-1, 2), "50", "50"), (Fraction(1, 10**9), "100", "1")],
)
def test_a_bar_goes_from_the_middle_as_far_as_its_share(
    share: Fraction, start: str, length: str
) -> None:
    drawn = ReadPage(bar(share, "up").html).of("rect")[1]
    assert (drawn["x"], drawn["width"], drawn["class"]) == (start, length, "up")


def test_nothing_that_did_not_move_has_a_bar() -> None:
    assert [each["class"] for each in ReadPage(bar(Fraction(0), "same").html).of("rect")] == [
        "track",
        "zero",
    ]


def test_the_page_without_changes_says_so(run: Run, home: Path) -> None:
    (home / "old.json").write_text(CATALOG, encoding="utf-8")
    _, page = written(run, home)
    assert page.texts["h1"] == ["No changes"]
    assert not page.of("table")


def test_every_table_can_be_read_aloud(run: Run, edit: Path) -> None:
    _, page = written(run, edit)
    tables = len(page.of("table"))
    assert tables == len(page.of("caption")) >= 2
    assert all(found["scope"] in {"col", "row"} for found in page.of("th"))
    labels = {found["aria-labelledby"] for found in page.of("section")}
    ids = [found["id"] for _, found in page.elements if found.get("id")]
    assert labels <= set(ids)
    assert len(ids) == len(set(ids))
    assert page.of("a")[0] == {"href": "#changes", "class": "skip"}
    assert [tag for tag, _ in page.elements if tag in {"h1", "main", "header", "footer"}] == [
        "header",
        "h1",
        "main",
        "footer",
    ]
    assert page.of("html") == [{"lang": "en"}]


def test_periods_that_are_over_are_folded_behind_the_prices_in_force() -> None:
    dated = {"previous": [{"until": "2026-03-13", **row(9)}]}
    old = catalog_text(openai={"m": row(1, **dated)})
    new = catalog_text(openai={"m": row(2, previous=[{"until": "2026-03-13", **row(8)}])})
    page_text = compared_page(old, new)
    in_force, folded = page_text.split("of periods that are over", 1)
    assert "$9.00" not in in_force
    assert "$9.00" in folded


def test_the_price_that_moves_most_money_stands_first_and_its_fallbacks_are_folded() -> None:
    """Audio and batch rose more in percent, but nobody set them: they fell back on input."""
    before = {"small": row(1), "large": row(10)}
    after = {
        "small": row(1.5),
        "large": row(20, input_cost_per_audio_token=9e-05, input_cost_per_token_batches=9e-05),
    }
    page_text = compared_page(catalog_text(openai=before), catalog_text(openai=after))
    table = page_text.split('<section id="prices-1"')[1].split("</section>")[0]
    first, second, *_ = table.split("<tr>")[2:]
    assert re.findall(r"<b>(.*?)</b></th><td class=\"w\">(\w+)", first) == [("large", "input")]
    assert "<summary>2 new prices, before as input</summary>" in second
    assert "<li>input, batches $90.00 per 1M tokens</li>" in second
    assert "<li>input_audio $90.00 per 1M tokens</li>" in second


def test_what_many_rows_share_is_one_row_with_all_their_names() -> None:
    names = [f"m{number}" for number in range(30)]
    old, new = (catalog_text(openai={name: row(usd) for name in names}) for usd in (1, 2))
    page = ReadPage(compared_page(old, new))
    assert page.texts["summary"].count("30 models") == 2 + 3, "two prices and three sample jobs"
    assert page.texts["li"].count("openai/m29") == 2 + 3 + 1, "and the bar"


def test_settings_that_the_edit_loosens_stand_first(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    settings = home / "pricectl.toml"
    settings.write_text('[gates]\nmax_increase = "20%"\n', encoding="utf-8")
    commit(home, "2026-01-01", CATALOG)
    settings.write_text('[gates]\nmax_increase = "900%"\n', encoding="utf-8")
    (home / NAME).write_text(EDITED, encoding="utf-8")
    result = run("diff", "--base", "HEAD", *AT, "-o", "html")
    page = ReadPage(result.stdout)
    assert result.exit_code == 1, "the limit of the base holds"
    assert any("gates.max_increase" in words for words in page.texts["li"][:3])
    assert "limit max-increase exceeded: 100%, limit 20%" in page.texts["li"]
    assert page.texts["h2"][0] == "Check first"


def test_hundreds_of_sections_do_not_make_the_page_larger(run: Run, tmp_path: Path) -> None:
    """Each profile that changed has a section of its own."""
    for name, markup in (("a", 10), ("b", 37)):
        (tmp_path / name).mkdir()
        (tmp_path / name / NAME).write_text(CATALOG, encoding="utf-8")
        profiles = (f'[profiles."p{n}"]\nmarkup_percent = {markup}\n' for n in range(300))
        (tmp_path / name / "pricectl.toml").write_text("".join(profiles), encoding="utf-8")
    page = tmp_path / "page.html"
    run("diff", str(tmp_path / "a" / NAME), str(tmp_path / "b" / NAME), "-o", f"html={page}")
    assert len(page.read_bytes()) < 300_000
    assert "further sections left out here; the text has them: -v" in page.read_text("utf-8")
