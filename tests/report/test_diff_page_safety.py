"""The page of `pricectl diff -o html`: whole, harmless whatever names say, and small."""

import ast
import hashlib
import re
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pricectl.report.diff_page.data_table import Cell, Column, data_table
from pricectl.report.diff_page.markup import element, own_text, size, text
from tests.commands.test_history import commit
from tests.conftest import ROOT, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - keeps git apart
from tests.report.pages import (
    AT,
    HOSTILE,
    ReadPage,
    catalog_text,
    compared_page,
    hostile_catalog,
    many_rows,
    row,
    written,
)

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
