"""The time of a call in each format: one that cannot be read is never today's price in silence."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from pricectl.replay.logs.times import read_time
from tests.replay.logs.conftest import Reader
from tests.replay.logs.test_named_columns import (
    batch_result,
    chat_span,
    claude_code,
    codex,
    langfuse,
)
from tests.replay.logs.test_ten_things import (
    OPENAI_USAGE,
    anthropic_page,
    anthropic_usage,
    gateway,
    openai_page,
    openai_usage,
    otlp,
)

Row = dict[str, Any]
REASON = "the time is not understood"


def _span_at(time: object) -> Row:
    return {**chat_span(), "start_time_unix_nano": time}


def _export_at(time: object) -> Row:
    export = otlp(chat_span())
    export["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["startTimeUnixNano"] = time
    return export


def _openai_at(time: object) -> Row:
    page = openai_page(openai_usage())
    page["data"][0]["start_time"] = time
    return page


def _anthropic_at(time: object) -> Row:
    page = anthropic_page(anthropic_usage())
    page["data"][0]["starting_at"] = time
    return page


def _batch_at(time: object) -> Row:
    row = batch_result()
    row["response"]["body"]["created"] = time
    return row


# A row of each format with its time.
AT: dict[str, Callable[[object], Row]] = {
    "litellm": lambda time: gateway(startTime=time),
    "span": _span_at,
    "otlp": _export_at,
    "openai-usage": _openai_at,
    "anthropic-usage": _anthropic_at,
    "langfuse": lambda time: langfuse(startTime=time),
    "claude-code": lambda time: {**claude_code(), "timestamp": time},
    "codex": lambda time: {**codex(), "timestamp": time},
    "batch": _batch_at,
    "response": lambda time: {"model": "m", "usage": OPENAI_USAGE, "created_at": time},
}
formats = pytest.mark.parametrize("name", AT)
# 2026-11-27 04:28:57.421 UTC; a text without a zone is UTC.
WRITTEN = (
    *("2026-11-27T04:28:57.421Z", "2026-11-27 04:28:57.421", "2026-11-27 05:28:57.421+01"),
    *("2026-11-27T05:28:57.421+0100", "2026-11-27 04:28:57.421 UTC", " 2026-11-27T04:28:57.421 "),
    *(1_795_753_737.421, 1_795_753_737_421, 1_795_753_737_421_000, 1_795_753_737_421_000_000),
    *("1795753737.421", "1795753737421", "1795753737421000", "1795753737421000000"),
)
AT_THAT_TIME = datetime(2026, 11, 27, 4, 28, 57, 421_000)  # noqa: DTZ001 - the table's UTC
# Not a time, or one at which no call can have been made: the number of the first or last
# nanosecond, seconds of another unit, a date whose day and month could be mixed up.
UNREADABLE = (
    *("yesterday", "02/03/2025", "2026-13-01", "2026-11-27T25:00:00Z", "0", 0, 5, -1_795_753_737),
    *("1970-01-01T00:00:00Z", "2014-12-31T23:59:59Z", 31_536_000, 100_000_001, True),
    *("2262-04-11T23:47:16Z", 9_223_372_036_854_775_807, "9223372036854775807"),
    *("2100-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+05:00", "infinity", "x" * 50),
)


@formats
@pytest.mark.parametrize("written", WRITTEN)
def test_a_time_is_read_in_every_format(json_log: Reader, name: str, written: object) -> None:
    found = json_log(AT[name](written))
    assert [call["at"] for call in found.calls] == [AT_THAT_TIME]


@formats
@pytest.mark.parametrize("written", UNREADABLE)
def test_a_time_that_cannot_be_read_rejects_its_row(
    json_log: Reader, name: str, written: object
) -> None:
    found = json_log(AT[name](written))
    assert (found.calls, found.log.rejected) == ([], {REASON: 1})
    assert [(reject["line"], reject["reason"]) for reject in found.rejects] == [(1, REASON)]


@formats
@pytest.mark.parametrize("written", [None, "", "  ", "null"])
def test_a_missing_time_is_counted(json_log: Reader, name: str, written: object) -> None:
    found = json_log(AT[name](written))
    assert ([call["at"] for call in found.calls], found.log.without_time) == ([None], 1)


def test_a_rejected_time_tells_the_money_of_its_row(json_log: Reader) -> None:
    found = json_log(gateway(startTime="yesterday"))
    assert found.log.stated_pico == {REASON: 3_347_500_000}


def test_the_end_of_a_call_is_its_time_where_the_start_cannot_be_read(json_log: Reader) -> None:
    found = json_log(gateway(startTime="yesterday", endTime="2026-11-27T04:28:57.421Z"))
    assert found.calls[0]["at"] == AT_THAT_TIME


def test_one_bad_span_of_an_export_leaves_the_others(json_log: Reader) -> None:
    spans = [chat_span(span_id="a"), chat_span(span_id="b"), chat_span(span_id="c")]
    spans[1]["start_time_unix_nano"] = "yesterday"
    found = json_log(otlp(*spans))
    assert (found.log.calls, found.log.rejected) == (2, {REASON: 1})


def test_a_number_without_bounds_is_not_a_time() -> None:
    assert read_time(Decimal("1e9999999")) is None
    assert read_time(Decimal("-1e-9999999")) is None


def test_a_time_of_seconds_and_nanoseconds(json_log: Reader) -> None:
    """As the SDK for JavaScript writes spans to the console."""
    row = _span_at(None) | {"startTime": [1_795_753_737, 421_000_000]}
    assert json_log(row).calls[0]["at"] == AT_THAT_TIME


@pytest.mark.parametrize("written", [one for one in (*WRITTEN, *UNREADABLE) if one is not True])
def test_a_plain_table_reads_times_as_row_formats_do(csv_log: Reader, written: object) -> None:
    found = csv_log("model,prompt_tokens,time", f"m,1,{written}")
    expected = read_time(str(written))
    assert [call["at"] for call in found.calls] == (
        [expected.replace(tzinfo=None)] if expected else []
    )
    assert found.log.rejected == ({} if expected else {REASON: 1})
