"""Price changes in a changelog: where they are put, and that nothing else moves."""

from typing import Any

import pytest

from pricectl.changes import Change, PriceRef
from pricectl.edit.assignments import BadEdit
from pricectl.edit.changelog import price_entries, with_entries

RELEASED = "## [1.0.0]\n\n### Prices\n\n- old\n"


def repriced(model: str, unit: str, old: str | None, new: str | None, **ref: Any) -> Change:
    price = PriceRef(unit)._replace(**ref)
    return Change("repriced", "warning", "o", model, "k", old, new, "/o/m", price=price)


def test_a_line_says_the_prices_of_a_row() -> None:
    changes = [
        repriced("m", "input", "2.50", "2.00"),
        repriced("m", "output", "10.00", "8.00", service="batches", above_tokens=200_000),
        repriced("n`\x1b", "page", None, "0.01"),
        Change("removed", "error", "o", "gone", "", "2.00 in", None, "/o/gone"),
        Change("repriced", "info", "o", "c", "context_tier", "<b>`", "[x](y)", "/o/c"),
        Change("metadata", "info", "", "metadata", "last_updated", "a", "b", "/metadata"),
    ]
    assert price_entries(changes) == [
        "- `o/m`: input 2.50 → 2.00; output above 200k, batches 10.00 → 8.00.",
        "- `o/n'\\x1b`: page per page none → 0.01.",
        "- `o/gone`: removed.",
        "- `o/c`: `context_tier` `<b>'` → `[x](y)`.",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The price section is made, at the end of what is not released.
        (
            f"# Log\n\n## [Unreleased]\n\n### Added\n\n- x\n\n{RELEASED}",
            f"# Log\n\n## [Unreleased]\n\n### Added\n\n- x\n\n### Prices\n\n- new\n\n{RELEASED}",
        ),
        # It is there, with other parts behind it.
        (
            f"## Unreleased\n\n### Prices\n\n- x\n\n### Fixed\n\n- y\n\n{RELEASED}",
            f"## Unreleased\n\n### Prices\n\n- x\n- new\n\n### Fixed\n\n- y\n\n{RELEASED}",
        ),
        ("## [Unreleased]", "## [Unreleased]\n\n### Prices\n\n- new\n"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n### Prices\n\n- new\n"),
        ("## [Unreleased]\n\n### Prices\n", "## [Unreleased]\n\n### Prices\n\n- new\n"),
        ("## [Unreleased]\r\n", "## [Unreleased]\r\n\r\n### Prices\r\n\r\n- new\r\n"),
    ],
)
def test_the_lines_are_put_into_the_price_section(before: str, after: str) -> None:
    assert with_entries(before, ["- new"], "CHANGELOG.md") == after


def test_a_changelog_without_a_part_for_it_is_refused() -> None:
    with pytest.raises(BadEdit, match="Unreleased"):
        with_entries(RELEASED, ["- new"], "CHANGELOG.md")
