"""Promotion by hand, layout by layout, and the law that no cost of any instant changes."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.check.positions import Positions
from pricectl.core import Catalog, Usage, quote
from pricectl.core.errors import CatalogError, DocumentError
from pricectl.edit import formatting, promotion, splice
from pricectl.edit.formatting import FormattedText, Unproved, format_text
from pricectl.edit.notation import Respelled
from pricectl.edit.promotion import PromotionResult

pytestmark = pytest.mark.long

DAY = date(2027, 1, 1)


def formed(text: str, at: date = DAY) -> FormattedText:
    return format_text(text.encode(), at, respelling=False)


BEFORE = """{
  "o": {
    "kept": {"input_cost_per_token":   9e-06},
    "m": {
      "mode": "chat",
      "input_cost_per_token": 1e-06,
      "input_cost_per_token_batches": 0.5e-06,
      "search_context_cost_per_query": {
        "search_context_size_low": 0.01
      },
      "context_tier": "marginal",

      "source": "https://example.com",
      "upcoming": [
        {
          "from": "2027-01-01",
          "input_cost_per_token": 2.50e-06,
          "output_cost_per_token": 4e-06,
          "search_context_cost_per_query": {
            "search_context_size_low": 0.02
          }
        },
        {
          "from": "2027-06-01",
          "input_cost_per_token": 3e-06
        }
      ]
    }
  }
}
"""
AFTER = """{
  "o": {
    "kept": {"input_cost_per_token":   9e-06},
    "m": {
      "mode": "chat",
      "input_cost_per_token": 2.50e-06,
      "output_cost_per_token": 4e-06,
      "search_context_cost_per_query": {
        "search_context_size_low": 0.02
      },

      "source": "https://example.com",
      "previous": [
        {
          "until": "2027-01-01",
          "input_cost_per_token": 1e-06,
          "input_cost_per_token_batches": 0.5e-06,
          "search_context_cost_per_query": {
            "search_context_size_low": 0.01
          },
          "context_tier": "marginal"
        }
      ],
      "upcoming": [
        {
          "from": "2027-06-01",
          "input_cost_per_token": 3e-06
        }
      ]
    }
  }
}
"""
LAST = """{
  "o": {
    "kept": {"input_cost_per_token":   9e-06},
    "m": {
      "mode": "chat",
      "input_cost_per_token": 3e-06,

      "source": "https://example.com",
      "previous": [
        {
          "until": "2027-01-01",
          "input_cost_per_token": 1e-06,
          "input_cost_per_token_batches": 0.5e-06,
          "search_context_cost_per_query": {
            "search_context_size_low": 0.01
          },
          "context_tier": "marginal"
        },
        {
          "until": "2027-06-01",
          "input_cost_per_token": 2.50e-06,
          "output_cost_per_token": 4e-06,
          "search_context_cost_per_query": {
            "search_context_size_low": 0.02
          }
        }
      ]
    }
  }
}
"""


def test_begun_prices_become_base_prices_and_old_ones_previous() -> None:
    assert formed(BEFORE, date(2026, 12, 31)).text == BEFORE
    found = formed(BEFORE)
    assert found.text == AFTER
    [row] = found.promoted
    assert (row.model.full_name, row.pointer, row.begun) == ("o/m", "/o/m", ("2027-01-01",))
    fields = {change.field: (change.old, change.new) for change in row.changes}
    assert fields["input_cost_per_token"] == ("1.00", "2.50")
    assert fields["output_cost_per_token"] == (None, "4.00")
    assert fields["input_cost_per_token_batches"] == ("0.50", None)


def test_several_begun_lists_are_promoted_in_order() -> None:
    assert formed(AFTER, date(2027, 6, 1)).text == LAST
    found = formed(BEFORE, date(2028, 1, 1))
    assert found.text == LAST
    assert found.promoted[0].begun == ("2027-01-01", "2027-06-01")
    assert formed(LAST, date(2030, 1, 1)).text == LAST


def test_the_order_in_the_file_does_not_matter() -> None:
    row = """{"o": {"m": {"input_cost_per_token": 1e-06, "upcoming": [
      {"from": "2027-01-01", "input_cost_per_token": 3e-06},
      {"from": "2026-06-01", "input_cost_per_token": 2e-06}]}}}"""
    assert json.loads(formed(row).text)["o"]["m"] == {
        "input_cost_per_token": 3e-06,
        "previous": [
            {"until": "2026-06-01", "input_cost_per_token": 1e-06},
            {"until": "2027-01-01", "input_cost_per_token": 2e-06},
        ],
    }


def test_a_start_time_promotes_from_that_time_on() -> None:
    row = '{"o": {"m": {"cost_per_second": 1, "upcoming": [{"from": "%s", "cost_per_second": 2}]}}}'
    text = row % "2027-01-01T02:00:00+02:00"
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    assert formed(text, moment - timedelta(seconds=1)).text == text
    assert '"until": "2027-01-01T02:00:00+02:00"' in formed(text, moment).text


# $ is a price key, @ the day.
LAYOUTS = {
    "one line": (
        '{$: 1, "upcoming": [{"from": @, $: 2}]}',
        '{$: 2, "previous": [{"until": @, $: 1}]}',
    ),
    "a list on one line": (
        '{\n $: 1,\n "upcoming": [\n  {"from": @, $: 2}\n ]\n}',
        '{\n $: 2,\n "previous": [\n  {"until": @, $: 1}\n ]\n}',
    ),
    "history that is there already stays first": (
        '{"previous": [{"until": "2026", $: 3}], $: 1, "upcoming": [{"from": @, $: 2}], "k": 1}',
        '{"previous": [{"until": "2026", $: 3}, {"until": @, $: 1}], $: 2, "k": 1}',
    ),
    "history that is null": (
        '{$: 1, "previous": null, "upcoming": [{"from": @, $: 2}]}',
        '{$: 2, "previous": [{"until": @, $: 1}]}',
    ),
    "no price before": (
        '{"k": 1, "upcoming": [{"from": @, $: 2}]}',
        '{$: 2, "k": 1, "previous": [{"until": @}]}',
    ),
    "free before": (
        '{$: 0, "free": true, "upcoming": [{"from": @, $: 2}]}',
        '{$: 2, "previous": [{"until": @, $: 0, "free": true}]}',
    ),
    "factors belong to their list": (
        '{$: 1, "regional_endpoint_uplift_multiplier": 1.1, "upcoming": [{"from": @, $: 2}]}',
        '{$: 2, "previous": [{"until": @, $: 1, "regional_endpoint_uplift_multiplier": 1.1}]}',
    ),
    "a source of its own": (
        '{$: 1, "source": "a", "upcoming": [{"from": @, $: 2, "source": "b"}]}',
        '{$: 2, "source": "b", "previous": [{"until": @, $: 1, "source": "a"}]}',
    ),
    "the new price was written into the row, and the list forgotten": (
        '{$: 2, "previous": [{"until": @, $: 1}], "upcoming": [{"from": @, $: 2.0}]}',
        '{$: 2, "previous": [{"until": @, $: 1}]}',
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_and_rows_of_all_kinds(name: str) -> None:
    before, after = (
        f'{{"o": {{"m": {row}}}}}'.replace("$", '"cost_per_second"')
        .replace("@", '"2027-01-01"')
        .replace('"2026"', '"2026-01-01"')
        for row in LAYOUTS[name]
    )
    found = formed(before)
    assert found.text == after
    assert len(found.promoted) == 1


def test_windows_line_ends_stay() -> None:
    found = formed(BEFORE.replace("\n", "\r\n"))
    assert found.text == AFTER.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("previous", "more", "reason"),
    [
        ("2027-01-01", "", "prices from 2027-01-01, but a previous price until 2027-01-01"),
        ("2027-02-01", "", "prices from 2027-01-01, but a previous price until 2027-02-01"),
        ("2026-01-01", '"aliases": ["n"],', "the prices from 2027-01-01 have 'aliases'"),
    ],
)
def test_contradictory_dates_are_left_to_a_person(previous: str, more: str, reason: str) -> None:
    text = f"""{{"o": {{"m": {{"cost_per_second": 1,
      "previous": [{{"until": "{previous}", "cost_per_second": 3}}],
      "upcoming": [{{"from": "2027-01-01", {more} "cost_per_second": 2}}]}}}}}}"""
    found = formed(text)
    assert (found.text, found.promoted) == (text, ())
    assert found.left[0].pointer == "/o/m/upcoming"
    assert found.left[0].reason.startswith(reason)


def test_fmt_can_promote_and_respell_together_or_alone() -> None:
    text = """{"o": {"m": {"input_cost_per_token": 1e-6,
      "upcoming": [{"from": "2027-01-01", "input_cost_per_token": 2e-6}]}}}"""
    both = format_text(text.encode(), DAY)
    assert (
        both.text
        == """{"o": {"m": {"input_cost_per_token": 2e-06,
      "previous": [{"until": "2027-01-01", "input_cost_per_token": 1e-06}]}}}"""
    )
    assert [price.old for price in both.respelled] == ["1e-6", "2e-6"]
    spelled = format_text(text.encode(), DAY, promoting=False)
    assert spelled.text == text.replace("1e-6", "1e-06").replace("2e-6", "2e-06")
    assert (spelled.promoted, spelled.left) == ((), ())


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"{", DocumentError),
        (b'{"o": {"m": {"cost_per_second": 1, "cost_per_second": 2}}}', DocumentError),
        (b'{"o": {"m": {"cost_per_second": -1}}}', CatalogError),
        (b'{"o": {"m": {"cost_per_second": 1, "upcoming": [{"from": "soon"}]}}}', CatalogError),
    ],
)
def test_an_unreadable_file_is_not_formatted(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        format_text(data, DAY)


def test_the_strict_reader_runs_once_for_each_text(parsed_texts: list[bytes]) -> None:
    """The file, its respelling and its promotion are read once each, however many prices."""
    prices = ", ".join(f'"m{number}": {{"cost_per_second": 1e-2}}' for number in range(50))
    announced = (
        '"n": {"cost_per_second": 1, "upcoming": [{"from": "2020-01-01", "cost_per_second": 2}]}'
    )
    found = format_text(f'{{"o": {{{prices}, {announced}}}}}'.encode(), DAY)
    assert (len(found.respelled), len(found.promoted)) == (50, 1)
    assert len(parsed_texts) == len(set(parsed_texts)) == 3


@pytest.mark.parametrize("price", ["0.01", "1e-2"])
def test_a_text_is_scanned_for_its_members_once(
    monkeypatch: pytest.MonkeyPatch, price: str
) -> None:
    """Respelling, promoting and the report share the positions in the text before."""
    scanned: list[str] = []

    class Counted(Positions):
        def __init__(self, text: str) -> None:
            scanned.append(text)
            super().__init__(text)

    for module in (formatting, promotion, splice):
        monkeypatch.setattr(module, "Positions", Counted)
    due = '"upcoming": [{"from": "2020-01-01", "cost_per_second": 2}]'
    text = f'{{"o": {{"m": {{"cost_per_second": {price}}}, "n": {{"cost_per_second": 1, {due}}}}}}}'
    assert format_text(text.encode(), DAY).promoted
    whole = [each for each in scanned if '"o"' in each]
    assert whole[0] == text
    assert len(whole) == len(set(whole)) == (1 if price == "0.01" else 2)


def test_an_edit_that_would_change_a_price_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof stands on its own: it finds a promotion, or a spelling, that went wrong."""
    text = '{"o": {"m": {"cost_per_second": 1}, "n": {"cost_per_second": 1}}}'
    wrong = text.replace("1", "2", 1)
    monkeypatch.setattr(formatting, "promote", lambda *_: PromotionResult(wrong))
    with pytest.raises(Unproved, match="--no-promote"):
        formed(text)
    wrong_price = Respelled("/o/m/cost_per_second", "1", "2")
    monkeypatch.setattr(formatting, "respellings", lambda *_: [wrong_price])
    with pytest.raises(Unproved, match="--no-respell"):
        format_text(text.encode(), DAY)


LITERALS = ("1e-06", "2.5E-6", "0.000003", "0", "0.0", "12.50e-06", "7.00000000001e-05", "1")
KEYS = (
    "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost",
    "input_cost_per_token_batches",
    "output_cost_per_token_above_1k_tokens",
    "ocr_cost_per_page",
)
HOURS = {"windows": [{"hours_utc": "08:00-16:00"}], "input_cost_per_token": "@4e-7"}
FACTORS = {"eu": "@1.1"}
STARTS = [f"2026-{month:02}-01" for month in range(1, 13)]

literals = st.sampled_from(LITERALS).map("@{}".format)
lists = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, literals),
        "search_context_cost_per_query": st.just({"search_context_size_medium": "@1e-2"}),
        "context_tier": st.sampled_from(["marginal", {"boundary": "gte"}]),
        "off_peak_pricing": st.just(HOURS),
        "provider_specific_entry": st.just(FACTORS),
        "free": st.booleans(),
    },
)


def periods(bound: str, among: list[str]) -> st.SearchStrategy[list[dict[str, object]]]:
    days = st.lists(st.sampled_from(among), max_size=3)
    return days.flatmap(
        lambda chosen: st.tuples(
            *(lists.map(lambda prices, day=day: {bound: day, **prices}) for day in chosen)  # type: ignore[misc]
        ).map(list)
    )


rows = st.builds(
    lambda prices, previous, upcoming, order: dict(
        sorted(
            {"mode": "chat", **prices, "previous": previous, "upcoming": upcoming}.items(),
            key=lambda member: order.index(member[0]) if member[0] in order else -1,
        )
    ),
    lists,
    periods("until", STARTS[:7]),
    periods("from", STARTS[6:]),
    st.permutations([*KEYS, "mode", "previous", "upcoming"]),
)
layouts = st.sampled_from([None, 1, 2, "\t"])
instants = st.datetimes(datetime(2025, 12, 1), datetime(2027, 1, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
starts = st.sampled_from([datetime.fromisoformat(day).replace(tzinfo=UTC) for day in STARTS])
calls = st.tuples(st.integers(900, 1100), st.integers(0, 9)).map(
    lambda counts: Usage(*counts, cache_read_tokens=100, page=1, search=1)
)


def written(row: dict[str, object], layout: int | str | None) -> str:
    document = {"o": {"a": {"cost_per_second": 1}, "m": row, "z": {"cost_per_second": 2}}}
    return re.sub(r'"@([^"]+)"', r"\1", json.dumps(document, indent=layout))


@given(
    rows,
    layouts,
    instants | starts,
    st.lists(instants | starts, min_size=3, max_size=6),
    calls,
    st.sampled_from([None, "batch", "flex"]),
    st.sampled_from([None, "eu"]),
)
def test_formatting_changes_the_cost_of_no_instant(  # noqa: PLR0913, PLR0917 - a catalog, two times and a call
    row: dict[str, object],
    layout: int | str | None,
    now: datetime,
    others: list[datetime],
    usage: Usage,
    service: str | None,
    region: str | None,
) -> None:
    """A call of any instant costs the same before and after, and formatting twice is once."""
    text = written(row, layout)
    found = format_text(text.encode(), now)
    before, after = Catalog.load(text), Catalog.load(found.text)

    def costs(catalog: Catalog, at: datetime | None) -> tuple[int, list[str]]:
        priced = quote(catalog, "m", usage, service=service, region=region, at=at)
        return priced.pico_usd, [line.unit for line in priced.unpriced]

    for instant in (now, *others):
        assert costs(before, instant) == costs(after, instant)
    again = format_text(found.text.encode(), now)
    assert (again.text, again.promoted, len(again.left)) == (found.text, (), len(found.left))
    model = after.models[1]
    if not found.left:
        assert all(start > now for start, _ in model.upcoming)
    settled = not found.left and all(until <= now for until, _ in model.previous)
    if found.promoted and settled and not model.prices.off_peak:
        # Readers without dates see today's price.
        assert costs(after, None) == costs(before, now)


@given(rows, layouts, instants)
def test_every_other_byte_is_kept(
    row: dict[str, object], layout: int | str | None, now: datetime
) -> None:
    """What stands around a promoted row, and its other members, are the same text."""
    text = written(row, layout)
    found = formed(text, now)
    start = text.index('"m"')
    end = text.index('"z"')
    assert found.text.startswith(text[:start])
    assert found.text.endswith(text[end:])
    assert '"mode": "chat"' in found.text
