"""The page of `pricectl diff -o html`: what it says, that it is whole, safe and small."""

import ast
import hashlib
import re
from base64 import b64encode
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pricectl.changes import CatalogVersion
from pricectl.changes.diff import DiffResult, NamedVersion, diff_versions
from pricectl.commands import diff as command
from pricectl.core import Profile
from pricectl.policy import Policy
from pricectl.report.diff_page.data_table import Cell, Column, data_table
from pricectl.report.diff_page.effects import bar
from pricectl.report.diff_page.markup import element, own_text, size, text
from pricectl.report.diff_page.page import DiffPage
from pricectl.report.formats import html
from tests.commands.test_history import commit
from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - keeps git apart
from tests.report.pages import HOSTILE, ReadPage, catalog_text, hostile_catalog, many_rows, row

AT = ("--at", "2026-11-01")
EDITED = CATALOG.replace("2.5e-06", "5e-06", 1)
# The only elements and attributes that the page is made of.
ELEMENTS = {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "style",
    "body",
    "a",
    "header",
    "main",
    "footer",
    "section",
    "h1",
    "h2",
    "h3",
    "p",
    "span",
    "b",
    "i",
    "code",
    "dl",
    "dt",
    "dd",
    "div",
    "ul",
    "li",
    "details",
    "summary",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "svg",
    "rect",
    "path",
    "text",
    "script",
}
ATTRIBUTES = {
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "rel",
    "href",
    "class",
    "id",
    "tabindex",
    "role",
    "scope",
    "aria-label",
    "aria-labelledby",
    "aria-hidden",
    "viewbox",
    "preserveaspectratio",
    "x",
    "y",
    "width",
    "height",
    "d",
    "text-anchor",
}


def compared(old: str, new: str, **names: str) -> DiffResult:
    versions = [CatalogVersion.read(each.encode()) for each in (old, new)]
    before, after = names.get("base", "before"), names.get("head", "after")
    return diff_versions(
        NamedVersion(versions[0], before),
        NamedVersion(versions[1], after),
        Policy(),
        profile=Profile(),
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def compared_page(old: str, new: str, **names: str) -> str:
    return html.diff(DiffPage(compared(old, new, **names), datetime(2026, 11, 1, tzinfo=UTC)))


def written(run: Run, home: Path, *words: str) -> tuple[str, ReadPage]:
    """The page of an edit, written into a file and read again."""
    result = run("diff", "--base", "old.json", *AT, "-o", "html=page.html", *words)
    assert result.exit_code in {0, 1}, result.output
    text_of_page = (home / "page.html").read_text(encoding="utf-8")
    return text_of_page, ReadPage(text_of_page)


@pytest.fixture
def edit(home: Path) -> Path:
    """gpt-4o's input rises from $2.50 to $5.00."""
    (home / "old.json").write_text(CATALOG, encoding="utf-8")
    (home / NAME).write_text(EDITED, encoding="utf-8")
    return home


def test_the_page_begins_with_the_kind_of_change_and_the_verdict(run: Run, edit: Path) -> None:
    _, page = written(run, edit, "--max-increase", "20%", "--max-decrease", "50%")
    assert "".join(page.texts["h1"]).startswith("Prices rise")
    # $2.50 to $5.00
    assert "limit max-increase exceeded: 100%, limit 20%" in page.texts["li"]
    assert "limit max-decrease kept: 0%, limit 50%" in page.texts["li"]
    assert "✕ 1 limit exceeded" in page.words


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


def test_the_page_is_whole_and_names_nothing_outside_of_it(run: Run, edit: Path) -> None:
    page_text, page = written(run, edit)
    assert (page.open, page.problems) == ([], [])
    links = [value for _, found in page.elements for key, value in found.items() if key == "href"]
    assert links == ["data:,", "#changes"]
    assert not {"src", "srcset", "action", "style"} & {
        key for _, one in page.elements for key in one
    }
    inline = "".join(page.texts["style"] + page.texts["script"])
    assert not re.search(r"https?:|//[a-z]|url\(|@import|fetch\(|XMLHttp|import\(|eval\(", inline)
    assert page_text.startswith('<!doctype html>\n<html lang="en">')


def test_the_policy_allows_only_the_style_sheet_and_the_script_of_the_page(
    run: Run, edit: Path
) -> None:
    page_text, page = written(run, edit)
    (policy,) = (one["content"] for one in page.of("meta") if one.get("http-equiv"))
    expected = ["default-src 'none'"]
    for kind, tag in (("style-src", "style"), ("script-src", "script")):
        (part,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page_text, re.DOTALL)
        digest = b64encode(hashlib.sha256(part.encode()).digest()).decode()
        expected.append(f"{kind} 'sha256-{digest}'")
    assert policy == "; ".join(
        [*expected, "img-src data:", "base-uri 'none'", "form-action 'none'"]
    )


def test_hostile_names_and_values_are_text_and_nothing_else() -> None:
    page_text = compared_page(
        hostile_catalog(1), hostile_catalog(2), base=HOSTILE[1], head=HOSTILE[2]
    )
    page = ReadPage(page_text)
    assert (page.open, page.problems) == ([], [])
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    assert {key for _, found in page.elements for key in found} <= ATTRIBUTES
    assert len(page.of("script")) == 1
    for name in HOSTILE:
        if name.isprintable():
            assert name in page.words, name
    assert r"\x1b[31m\u202eevil\u2066" in page.words
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page_text)


def test_hostile_names_in_the_history_are_text(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    commit(home, "2026-01-01", hostile_catalog(1))
    commit(home, "2026-02-01", hostile_catalog(3))
    (home / NAME).write_text(hostile_catalog(2), encoding="utf-8")
    result = run("diff", "--base", "HEAD", *AT, "-o", "html")
    page = ReadPage(result.stdout)
    assert len(page.of("figure")) > len(HOSTILE)
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    assert {key for _, found in page.elements for key in found} <= ATTRIBUTES


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_in_the_picture_of_a_history(
    run: Run, home: Path, name: str
) -> None:
    git(home, "init", "-q", "-b", "main")
    commit(home, "2026-01-01", catalog_text(openai={name: row(1)}))
    commit(home, "2026-02-01", catalog_text(openai={name: row(3)}))
    result = run("history", f"openai/{name}", *AT, "-o", "svg")
    assert result.exit_code == 0, result.output
    root = ET.fromstring(result.stdout)  # noqa: S314 - our own
    tags = {each.tag.removeprefix("{http://www.w3.org/2000/svg}") for each in root.iter()}
    assert tags == {"svg", "title", "style", "rect", "text", "path"}
    known = {"width", "height", "viewBox", "fill", "class", "x", "y", "d", "text-anchor"}
    assert {key for each in root.iter() for key in each.attrib} <= known
    shown = [each.text or "" for each in root.iter() if each.get("class") == "name"]
    assert shown[0] == (
        f"openai/{name}" if name.isprintable() else "openai/\\x1b[31m\\u202eevil\\u2066"
    )


def test_only_the_module_of_markup_makes_any() -> None:
    """So no other module can forget to escape a name."""
    made = []
    for path in sorted((ROOT / "pricectl").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                made += [path.name] if node.func.id == "Markup" else []
    assert set(made) == {"markup.py"}


def test_a_text_is_escaped_where_it_becomes_markup() -> None:
    assert text('<b> & "x" \'').html == "&lt;b&gt; &amp; &quot;x&quot; &#x27;"
    assert element("td", "<b>", title='"').html == '<td title="&quot;">&lt;b&gt;</td>'


def test_a_script_cannot_end_itself() -> None:
    with pytest.raises(ValueError, match="end tag"):
        own_text("x = '</script>'")


@pytest.mark.parametrize("length", [30, 256])
def test_fifty_changed_rows_make_a_page_below_300_kilobytes(length: int) -> None:
    """With every kind of price moved, notes of 500 letters, and names as long as they may be."""
    page_text = compared_page(*(catalog_text(openai=many_rows(50, usd, length)) for usd in (1, 2)))
    assert len(page_text.encode()) < 300_000
    if length < 100:
        assert "are left out here" not in page_text.split("Other changes")[0]


@pytest.mark.long
def test_a_page_of_very_many_rows_stays_small_and_says_what_it_left_out() -> None:
    page_text = compared_page(*(catalog_text(openai=many_rows(400, usd, 40)) for usd in (1, 2)))
    assert len(page_text.encode()) < 300_000
    shown = page_text.count("per 1M tokens</i>")
    assert 100 < shown < 2_800
    assert re.search(r"[\d,]+ of [\d,]+ rows are left out here", page_text)
    assert page_text.count("<section ") == 4, "effects, prices, sample jobs, other changes"


def test_a_table_is_cut_where_it_does_not_fit() -> None:
    columns = (Column("Model", "model"), Column("Before", "before"))
    rows = [(Cell(f"model-{number}"), Cell("$1.00")) for number in range(100)]
    drawn = data_table("Prices", columns, rows, 100, 3_000)
    shown = drawn.html.count("<tr") - 1
    assert 0 < shown < 100
    assert size(drawn) <= 3_000
    assert f"{100 - shown} of 100 rows are left out here" in drawn.html
    nothing = data_table("Prices", columns, rows, 100, 10)
    assert "100 of 100 rows are left out here" in nothing.html


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


def test_the_history_of_a_changed_model_is_drawn_from_git(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    for day, usd in (("2026-01-01", "4e-06"), ("2026-03-01", "3e-06"), ("2026-06-01", "2.5e-06")):
        commit(
            home,
            day,
            CATALOG.replace('"input_cost_per_token": 2.5e-06', f'"input_cost_per_token": {usd}', 1),
        )
    (home / NAME).write_text(CATALOG.replace("2.5e-06", "5e-06", 1), encoding="utf-8")
    page = ReadPage(run("diff", "--base", "HEAD", *AT, "-o", "html").stdout)
    (chart,) = (one for one in page.of("svg") if one.get("role") == "img")
    assert chart["aria-label"] == (
        "openai/gpt-4o: input, USD per 1M tokens, from 2026-01-01: $4.00 to 2026-11-01: $5.00"
    )
    steps = ["2026-01-01: $4.00", "2026-03-01: $3.00", "2026-06-01: $2.50", "2026-11-01: $5.00"]
    assert [words for words in page.texts["li"] if words in steps] == steps
    assert {"$4.00", "$5.00", "now"} <= set(page.texts["text"])


def test_the_history_of_a_committed_version_ends_with_it(run: Run, home: Path) -> None:
    git(home, "init", "-q", "-b", "main")
    for day, usd in (("2026-01-01", "4e-06"), ("2026-03-01", "3e-06"), ("2026-06-01", "9e-06")):
        commit(home, day, CATALOG.replace("2.5e-06", usd, 1))
    page = ReadPage(run("diff", "--base", "HEAD~2", "--head", "HEAD~1", *AT, "-o", "html").stdout)
    (chart,) = (one for one in page.of("svg") if one.get("role") == "img")
    assert str(chart["aria-label"]).endswith("from 2026-01-01: $4.00 to 2026-03-01: $3.00")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "not in a git repository"),
        (("--head", "-"), "standard input has no history"),
    ],
)
@pytest.mark.usefixtures("edit")
def test_without_git_the_page_says_why_there_is_no_history(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    result = run("diff", "--base", "old.json", *words, *AT, "-o", "html", stdin=EDITED)
    assert result.exit_code == 0, result.output
    section = result.stdout.split('id="history"')[1]
    assert said in section.lower()
    assert "only the dates in" in section


def test_a_history_that_cannot_be_read_does_not_fail_the_page(
    run: Run, edit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(edit, "init", "-q", "-b", "main")
    commit(edit, "2026-01-01", CATALOG)
    (edit / NAME).write_text(EDITED, encoding="utf-8")
    objects = sorted((edit / ".git" / "objects").glob("??/*"))
    for path in objects:
        path.chmod(0o600)
        path.write_bytes(b"broken")
    monkeypatch.chdir(edit)
    result = run("diff", "--base", "old.json", *AT, "-o", "html")
    assert result.exit_code == 0, result.output
    assert "No price history" in result.stdout


def test_a_history_takes_a_bounded_time(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(home, "init", "-q", "-b", "main")
    for day, usd in (("2026-01-01", "4e-06"), ("2026-03-01", "3e-06"), ("2026-06-01", "2e-06")):
        commit(home, day, CATALOG.replace("2.5e-06", usd, 1))
    (home / NAME).write_text(CATALOG, encoding="utf-8")
    seconds = iter(range(0, 1_000, 6))
    monkeypatch.setattr(command, "monotonic", lambda: next(seconds))
    result = run("diff", "--base", "HEAD", *AT, "-o", "html")
    # The end is 10 s after 0; the second version is begun at 6 s, the third at 12 s.
    assert "Only the newest 2 versions were read in time." in result.stdout
    monkeypatch.undo()


@pytest.mark.usefixtures("edit")
def test_nothing_is_read_from_git_where_no_page_is_asked_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "touched_history", None)
    assert run("diff", "--base", "old.json", *AT, "-o", "json").exit_code == 0


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
    assert page.texts["li"].count("openai/m29") == 2 + 3


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
