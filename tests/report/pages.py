"""What the tests of the page share: edits that it shows, and a reader of its HTML."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from pricectl.changes import CatalogVersion
from pricectl.changes.diff import DiffResult, NamedVersion, diff_versions
from pricectl.core import Profile
from pricectl.policy import Policy
from pricectl.report.diff_page.page import DiffPage
from pricectl.report.formats import html
from tests.conftest import CATALOG, Run

AT = ("--at", "2026-11-01")
EDITED = CATALOG.replace("2.5e-06", "5e-06", 1)
# Names and values that would do something if a page took them for anything but text.
HOSTILE = (
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(2)</script>",
    "</style></title><svg onload=alert(3)>",
    "' onmouseover='alert(4)",
    "<!--<a href=javascript:alert(5)>&amp;&#x3c;b&gt;",
    "\x1b[31m\u202eevil\u2066",
    "=cmd|' /C calc'!A0",
)


def row(usd: float, **further: object) -> dict[str, object]:
    """A row whose input costs so many dollars per 1M tokens, and its output four times that."""
    return {
        "input_cost_per_token": usd * 1e-06,
        "output_cost_per_token": usd * 4e-06,
        **further,
    }


def catalog_text(**providers: Mapping[str, object]) -> str:
    """A catalog of some rows."""
    metadata = {"last_updated": "2026-11-01", "currency": "USD", "schema_version": "1.0.0"}
    return json.dumps({"metadata": metadata, **providers}, indent=1)


def hostile_catalog(usd: float, **further: object) -> str:
    """Rows, keys and values with every hostile name, and further rows; prices by `usd`."""
    rows = {
        name: row(usd, source=f"{name}{usd}", notes=name, aliases=[f"alias {name}"])
        for name in HOSTILE
    }
    providers: dict[str, Mapping[str, object]] = {
        "openai": {**rows, **further},
        HOSTILE[0]: {"m": row(usd)},
    }
    return catalog_text(**providers)


def many_rows(number: int, usd: float, length: int = 30) -> dict[str, object]:
    """Rows with prices of every kind and a long note, whose names have `length` letters."""
    return {
        f"{place}-{'n' * length}"[:length]: row(
            usd + place / 1000,
            cache_read_input_token_cost=usd * 1e-07,
            input_cost_per_token_batches=usd * 5e-07,
            output_cost_per_token_batches=usd * 2e-06,
            input_cost_per_token_above_200k_tokens=usd * 2e-06,
            output_cost_per_token_above_200k_tokens=usd * 8e-06,
            input_cost_per_audio_token=usd * 3e-06,
            source=f"https://example.com/{usd}",
            supports_vision=usd > 1,
            notes="\u2603" * 500 + str(usd),
        )
        for place in range(number)
    }


class ReadPage(HTMLParser):
    """A page as its elements with their attributes, and its texts; `open` is empty at its end."""

    VOID = frozenset({"meta", "link"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.problems: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for found, attributes in self.elements if found == tag]

    @property
    def words(self) -> str:
        """All texts behind each other, apart from style and script."""
        return "\n".join(
            "".join(texts) for tag, texts in self.texts.items() if tag not in {"style", "script"}
        )


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
