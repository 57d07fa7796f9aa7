"""A row over time: by hand, each version a few prices."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pricectl.core.errors import UnknownModel
from pricectl.history.edits import catalog_edits
from pricectl.history.rows import find_row, trace_row
from pricectl.history.timeline import PricePoint, Timeline, timeline
from pricectl.history.versions import HistoryVersion, VersionSource, read_versions

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Row = dict[str, Any]


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T00:00:00+00:00")


def versions(*dated: tuple[str, dict[str, Row] | str]) -> tuple[HistoryVersion, ...]:
    """Versions by their day, given the oldest first; a text stands for itself."""
    sources = [
        VersionSource(
            f"{number:040x}",
            day(known),
            "p.json",
            (rows if isinstance(rows, str) else written(rows)).encode(),
        )
        for number, (known, rows) in enumerate(dated)
    ]
    return tuple(read_versions(reversed(sources)))


def written(rows: dict[str, Row]) -> str:
    """A catalog of these rows; prices stand in it as numbers."""
    return json.dumps({"openai": rows}).replace('"#', "").replace('#"', "")


def price(usd_per_mtok: str, **more: Any) -> Row:
    """A row, or a dated list, with an input price in USD per 1M tokens."""
    return {"input_cost_per_token": f"#{usd_per_mtok}e-06#", **more}


def history_of(found: tuple[HistoryVersion, ...], name: str = "m", **options: Any) -> Timeline:
    return timeline(trace_row(found, find_row(found, name)), name, at=NOW, **options)


def steps(result: Timeline) -> list[tuple[str, str]]:
    return [(step.event, step.row.version.known_at.date().isoformat()) for step in result.steps]


def changes(result: Timeline) -> list[tuple[str, str | None, str | None, str | None, str | None]]:
    """Of each change: known on, in force from, until, old, new."""
    return [
        (
            step.row.version.known_at.date().isoformat(),
            period.start.date().isoformat() if period.start else None,
            period.end.date().isoformat() if period.end else None,
            change.old,
            change.new,
        )
        for step in result.steps
        for period in step.periods
        for change in period.changes
    ]


def points(found: tuple[PricePoint, ...]) -> list[tuple[str, int | None]]:
    """Days with picodollars per token."""
    return [(point.start.date().isoformat(), point.pico_usd) for point in found]


def test_an_edited_price_is_in_force_once_it_is_known() -> None:
    result = history_of(
        versions(
            ("2026-01-01", {"m": price("5")}),
            ("2026-02-01", {"m": price("5", mode="chat")}),
            ("2026-03-01", {"m": price("2.5")}),
        )
    )
    assert steps(result) == [("added", "2026-01-01"), ("changed", "2026-03-01")]
    assert changes(result) == [
        ("2026-01-01", None, None, None, "5.00"),
        ("2026-03-01", None, None, "5.00", "2.50"),
    ]
    assert points(result.charged("input")) == [("2026-01-01", 5_000_000), ("2026-03-01", 2_500_000)]
    # The newest version says nothing of another price before.
    assert points(result.known_now("input")) == [("2026-01-01", 2_500_000)]


def test_an_announced_price_is_known_before_it_is_in_force() -> None:
    announced = price("5", upcoming=[price("2", **{"from": "2026-06-01"})])
    promoted = price("2", previous=[price("5", until="2026-06-01")])
    result = history_of(
        versions(
            ("2026-01-01", {"m": price("5")}),
            ("2026-04-01", {"m": announced}),
            # Moving the announced price into the row changes no price of any day.
            ("2026-06-15", {"m": promoted}),
        )
    )
    assert changes(result)[1:] == [("2026-04-01", "2026-06-01", None, "5.00", "2.00")]
    expected = [("2026-01-01", 5_000_000), ("2026-06-01", 2_000_000)]
    assert points(result.charged("input")) == expected
    assert points(result.known_now("input")) == expected


def test_a_price_that_was_known_late_was_charged_late() -> None:
    """In force from March 1, known on March 20: until then the old price was charged."""
    corrected = price("2", previous=[price("5", until="2026-03-01")])
    result = history_of(
        versions(("2026-01-01", {"m": price("5")}), ("2026-03-20", {"m": corrected}))
    )
    assert changes(result)[1:] == [("2026-03-20", "2026-03-01", None, "5.00", "2.00")]
    assert points(result.charged("input")) == [("2026-01-01", 5_000_000), ("2026-03-20", 2_000_000)]
    assert points(result.known_now("input")) == [
        ("2026-01-01", 5_000_000),
        ("2026-03-01", 2_000_000),
    ]


def test_a_period_between_two_dates_has_both() -> None:
    dated = price(
        "5", upcoming=[price("4", **{"from": "2026-05-01"}), price("3", **{"from": "2026-06-01"})]
    )
    result = history_of(versions(("2026-01-01", {"m": price("5")}), ("2026-02-01", {"m": dated})))
    assert changes(result)[1:] == [
        ("2026-02-01", "2026-05-01", "2026-06-01", "5.00", "4.00"),
        ("2026-02-01", "2026-06-01", None, "5.00", "3.00"),
    ]


def test_a_renamed_row_is_followed() -> None:
    result = history_of(
        versions(
            ("2026-01-01", {"gpt-5": price("5"), "x": price("1")}),
            ("2026-02-01", {"gpt-5-pro": price("5"), "x": price("1")}),
            ("2026-03-01", {"m": price("4", aliases=["gpt-5-pro"]), "x": price("1")}),
        )
    )
    assert [(step.event, step.was) for step in result.steps] == [
        ("added", ""),
        ("renamed", "gpt-5"),
        ("renamed", "gpt-5-pro"),
    ]
    assert changes(result)[1:] == [("2026-03-01", None, None, "5.00", "4.00")]
    assert result.key == ("openai", "m")


def test_a_row_that_is_gone_is_found_and_its_end_is_a_step() -> None:
    found = versions(
        ("2026-01-01", {"m": price("5"), "x": price("1")}), ("2026-02-01", {"x": price("1")})
    )
    result = history_of(found)
    assert steps(result) == [("added", "2026-01-01"), ("removed", "2026-02-01")]
    assert points(result.charged("input")) == [("2026-01-01", 5_000_000), ("2026-02-01", None)]
    assert steps(history_of(found, "openai/m")) == steps(result)
    with pytest.raises(UnknownModel):
        find_row(found, "nobody")


def test_a_row_that_comes_back_is_added_again() -> None:
    result = history_of(
        versions(
            ("2026-01-01", {"m": price("5"), "x": price("1")}),
            ("2026-02-01", {"x": price("1")}),
            ("2026-03-01", {"m": price("6"), "x": price("1")}),
        )
    )
    assert [event for event, _ in steps(result)] == ["added", "removed", "added"]


def test_retiring_a_row_is_a_step_without_a_price() -> None:
    result = history_of(
        versions(
            ("2026-01-01", {"m": price("5")}),
            ("2026-02-01", {"m": price("5", retired=True)}),
            ("2026-03-01", {"m": price("5")}),
        )
    )
    assert [event for event, _ in steps(result)] == ["added", "retired", "restored"]


def test_broken_versions_are_listed_and_the_price_before_them_goes_on() -> None:
    broken_row = written({"m": {"input_cost_per_token": "five"}})
    result = history_of(
        versions(
            ("2026-01-01", {"m": price("5")}),
            ("2026-02-01", '{"openai": '),
            ("2026-03-01", broken_row),
            ("2026-04-01", {"m": price("4")}),
        )
    )
    assert [version.known_at.month for version in result.traced.unreadable] == [2, 3]
    assert "ends too early" in result.traced.unreadable[0].problem
    assert "/openai/m/input_cost_per_token" in result.traced.unreadable[1].problem
    assert points(result.charged("input")) == [("2026-01-01", 5_000_000), ("2026-04-01", 4_000_000)]


def test_since_begins_with_what_was_known_then() -> None:
    found = versions(
        ("2026-01-01", {"m": price("5")}),
        ("2026-02-01", {"m": price("4")}),
        ("2026-04-01", {"m": price("3")}),
    )
    result = history_of(found, since=day("2026-03-01"), lacks="older ones are not asked for")
    assert steps(result) == [("known", "2026-02-01"), ("changed", "2026-04-01")]


def test_a_row_named_by_another_row_is_its_history() -> None:
    rows = {"m": price("5"), "alias": {"alias_of": "m"}}
    result = history_of(versions(("2026-01-01", rows), ("2026-02-01", rows)), "alias")
    assert (result.key, steps(result)) == (("openai", "m"), [("added", "2026-01-01")])


def test_what_each_commit_changed() -> None:
    found = versions(
        ("2026-01-01", {"a": price("5"), "b": price("1"), "old-name": price("7")}),
        ("2026-02-01", {"a": price("10"), "b": price("1.1"), "new-name": price("7")}),
        ("2026-03-01", "{"),
        ("2026-04-01", {"a": price("10", mode="chat"), "c": price("3"), "new-name": price("7")}),
    )
    fourth, third, second, first = catalog_edits(found)
    assert (first.first, first.rows) == (True, {"added": 3})
    assert second.rows == {"repriced": 2, "renamed": 1}
    # From 5 to 10 is twice as much; from 1 to 1.1 a tenth.
    assert [(move.model, move.old, move.new) for move in second.moves] == [
        ("a", "5.00", "10.00"),
        ("b", "1.00", "1.10"),
    ]
    assert third.version.values is None
    # Compared with the last version that can be read.
    assert fourth.rows == {"added": 1, "removed": 1, "metadata": 1}
    assert list(catalog_edits(found, day("2026-02-15"))) == [fourth, third]


def test_a_date_before_the_first_version_is_drawn_from_a_little_earlier() -> None:
    """The row says until February 1 of a file that is there since March 1."""
    dated = price("2", previous=[price("5", until="2026-02-01")])
    result = history_of(versions(("2026-03-01", {"m": dated})))
    # 273 days from February 1 to November 1, a tenth of it before.
    assert result.start == day("2026-02-01") - (NOW - day("2026-02-01")) / 10
    assert [usd for _, usd in points(result.known_now("input"))] == [5_000_000, 2_000_000]
    assert points(result.charged("input")) == [("2026-03-01", 2_000_000)]


def test_since_cuts_the_lines() -> None:
    found = versions(("2026-01-01", {"m": price("5")}), ("2026-04-01", {"m": price("3")}))
    result = history_of(found, since=day("2026-03-01"))
    expected = [("2026-03-01", 5_000_000), ("2026-04-01", 3_000_000)]
    assert points(result.charged("input")) == expected
    assert points(result.known_now("input")) == [("2026-03-01", 3_000_000)]


def test_two_versions_of_one_second_count_as_the_newer_one() -> None:
    found = versions(("2026-01-01", {"m": price("5")}), ("2026-01-01", {"m": price("4")}))
    assert points(history_of(found).charged("input")) == [("2026-01-01", 4_000_000)]


def test_a_model_without_tokens_is_shown_by_its_own_units() -> None:
    rows = {"m": {"ocr_cost_per_page": 0.01}}
    assert history_of(versions(("2026-01-01", rows))).units == ("page",)
