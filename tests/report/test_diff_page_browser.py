"""The page of `pricectl diff -o html` in a browser: by mouse and keyboard, on a phone, printed.

Needs the extra `browser` and an installed Chromium; without them the tests skip.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.pages import compared_page, hostile_catalog, many_rows, row

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is missing")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
WIDE, NARROW = 1_400, 400
SCHEMES = ("light", "dark")
# How light the text and what is below it are, by the definition of WCAG 2.2, "relative luminance".
CONTRASTS = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const below = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const color = element.closest("svg") ? style.fill : style.color;
    const [one, other] = [light(channels(color)), light(below(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    found.push([ratio, node.data.trim().slice(0, 40), element.className]);
  }
  return found.sort((a, b) => a[0] - b[0]).slice(0, 5);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        # Chromium refuses to run as root in its sandbox, as in a container.
        options = ["--no-sandbox"] if os.getuid() == 0 else []
        program = started.chromium.launch(executable_path=CHROMIUM, args=options)
        yield program
        program.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 20 changed rows: hostile names, folded prices, prices that rows share."""
    before = many_rows(12, 1)
    # These get prices of their own for cache, batch and audio, which are folded into one line.
    before |= {name: row(1) for name in list(before)[:6]}
    after = many_rows(12, 2)
    # From -10% to +123,350%: the widest words of a column of numbers.
    wide = row(2, input_cost_per_audio_token=1.2345e-03, input_cost_per_token_batches=9e-07)
    old = hostile_catalog(1, **before, wide=row(1))
    new = hostile_catalog(2, **after, wide=wide)
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(compared_page(old, new), encoding="utf-8")
    return path


class ShownPage:
    """A page in the browser, and all that it asked for or complained about."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Any) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def column(self, kind: str) -> list[str]:
        """The texts of a column of the first table, from the top."""
        found: list[str] = (
            self.page.locator("table").first.locator(f"tbody .{kind}").all_inner_texts()
        )
        return found


@pytest.fixture
def shown(browser: Any, path: Path, request: pytest.FixtureRequest) -> Iterator[ShownPage]:
    """The page at a width and in a scheme, `(WIDE, "light")` unless the test says otherwise."""
    width, scheme = getattr(request, "param", (WIDE, "light"))
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme)
    opened = ShownPage(context.new_page())
    opened.page.goto(path.as_uri())
    yield opened
    context.close()


EVERY_VIEW = [(width, scheme) for width in (WIDE, NARROW) for scheme in SCHEMES]


@pytest.mark.parametrize("shown", EVERY_VIEW, indirect=True)
def test_the_page_loads_nothing_and_runs_no_script_of_a_name(shown: ShownPage, path: Path) -> None:
    shown.page.get_by_role("button", name="Model").first.click()
    for summary in shown.page.locator("summary").all():
        summary.click()
    assert [url for url in shown.requests if not url.startswith("data:")] == [path.as_uri()]
    assert shown.complaints == []
    assert shown.page.locator("img, iframe, object, [onload], [onerror]").count() == 0


@pytest.mark.parametrize("shown", EVERY_VIEW, indirect=True)
def test_the_page_never_scrolls_sideways(shown: ShownPage) -> None:
    shown.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    width, inner = shown.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= inner
    beyond = shown.page.evaluate(
        """() => [...document.querySelectorAll("main *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
        .filter((each) => !each.closest(".scroll"))
        .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert beyond == []


@pytest.mark.parametrize("shown", EVERY_VIEW, indirect=True)
def test_every_text_has_enough_contrast(shown: ShownPage) -> None:
    """4.5 to 1 at least: WCAG 2.2, success criterion 1.4.3, level AA."""
    worst = shown.page.evaluate(CONTRASTS)
    assert len(worst) == 5
    assert [each for each in worst if each[0] < 4.5] == []


def percents(cells: list[str]) -> list[float]:
    return [float(cell.split("%")[0]) for cell in cells if "%" in cell]


def test_a_click_on_a_heading_sorts_and_a_third_restores_the_order(shown: ShownPage) -> None:
    heading = shown.page.locator("table").first.locator("thead .d")
    button = heading.get_by_role("button")
    given = shown.column("d")
    assert heading.get_attribute("aria-sort") is None
    button.click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert percents(shown.column("d")) == sorted(percents(given), reverse=True)
    button.click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert percents(shown.column("d")) == sorted(percents(given))
    assert shown.page.locator("#said").inner_text() == "Sorted by Change, ascending"
    button.click()
    assert heading.get_attribute("aria-sort") is None
    assert shown.column("d") == given


def test_only_one_heading_says_that_it_sorts(shown: ShownPage) -> None:
    table = shown.page.locator("table").first
    for name in ("Model", "Now", "Before"):
        table.get_by_role("button", name=name).click()
    assert table.locator("[aria-sort]").all_inner_texts() == ["Before"]
    prices = [float(cell.strip("($)")) for cell in shown.column("b")]
    assert prices == sorted(prices, reverse=True)


def test_the_page_is_used_by_keyboard_alone(shown: ShownPage) -> None:
    page = shown.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the changes"
    # It slides in for 150 ms, and is seen while it has the focus. The page's own policy forbids the
    # evaluation of a string, which `wait_for_function` needs.
    for _ in range(100):
        if page.locator(".skip").bounding_box()["y"] >= 0:
            break
        page.wait_for_timeout(20)
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "changes"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('thead .m button')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "solid" in outline
    assert "3px" in outline
    page.keyboard.press("Enter")
    heading = page.locator("table").first.locator("thead .m")
    assert heading.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "descending"
    assert page.evaluate("document.activeElement.matches('thead .m button')"), "focus stays"


def test_the_tables_are_tables_to_a_screen_reader_on_a_phone_too(browser: Any, path: Path) -> None:
    for width in (WIDE, NARROW):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        page.goto(path.as_uri())
        table = page.get_by_role("table").first
        assert table.get_by_role("columnheader").count() == table.locator("thead th").count() >= 4
        # Safari takes the roles of cards from these alone.
        roles = [table.locator(part).first.get_attribute("role") for part in ("tr", "th", "td")]
        assert (table.get_attribute("role"), roles) == ("table", ["row", "columnheader", "cell"])
        rows = table.locator("tbody tr").count()
        assert table.get_by_role("rowheader").count() == rows > 1
        assert table.get_by_role("row").count() == rows + 1
        assert page.get_by_role("heading", level=1).count() == 1
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll("button, a, summary, svg[role=img], section")]
            .filter((each) => !(each.textContent.trim() || each.getAttribute("aria-label")))
            .length"""
        )
        assert unnamed == 0
        context.close()


@pytest.mark.parametrize("shown", [(NARROW, "light")], indirect=True)
def test_on_a_phone_a_row_is_a_card_with_the_names_of_its_figures(shown: ShownPage) -> None:
    row = shown.page.locator("table").first.locator("tbody tr").first
    assert row.evaluate("each => getComputedStyle(each).display") == "grid"
    label = row.locator(".b").evaluate("each => getComputedStyle(each, '::before').content")
    assert label == '"Before"'


def test_the_page_is_whole_without_its_script(browser: Any, path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.get_by_role("table").count() >= 2
    assert page.get_by_role("button").count() == 0, "no button that does nothing"
    assert "+100% ▲" in page.locator("table").first.inner_text()
    context.close()


@pytest.mark.parametrize("shown", [(WIDE, "dark")], indirect=True)
def test_the_page_is_printed_in_dark_on_white_with_all_that_is_folded(shown: ShownPage) -> None:
    page = shown.page
    shade = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(shade) == "rgb(14, 17, 22)"
    page.emulate_media(media="print")
    assert page.evaluate(shade) == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(20, 24, 31)"
    assert not page.locator(".skip").is_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0 < page.locator("details").count()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_nothing_moves_for_who_wants_less_motion(browser: Any, path: Path) -> None:
    for motion, expected in (("reduce", "0s"), ("no-preference", "0.15s")):
        context = browser.new_context(reduced_motion=motion)
        page = context.new_page()
        page.goto(path.as_uri())
        duration = page.locator(".skip").evaluate(
            "each => getComputedStyle(each).transitionDuration"
        )
        assert set(duration.split(", ")) == {expected}
        context.close()
