"""Writes the calls of row-by-row formats as a Parquet file, each response once.

A log may hold one call in several rows: streamed messages, two instrumentations of one client. The
row that says most stays, and the others are counted.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pricectl.core.labels import clean
from pricectl.core.units import UNITS
from pricectl.replay.calls import COUNT_TYPE, column_types, log_column, quoted, text_literal
from pricectl.replay.logs.formats import LogFormat
from pricectl.replay.logs.items import (
    LogCall,
    LogItem,
    NotBilled,
    RejectedRow,
    first_word,
    guarded,
)
from pricectl.replay.logs.named_columns import NamedColumns
from pricectl.replay.logs.rows import NumberedRow, rows_of
from pricectl.replay.logs.sources import LogFile
from pricectl.replay.logs.spans import PARENT_IDS, SPAN_IDS
from pricectl.replay.logs.times import UNREADABLE_TIME, UnreadableTime

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_REJECTED_TEXT = 2_000
UNSPLIT_COLUMN = "unsplit_cache_write"
# Columns of the staging alone: which row a call came from, its span and the one around it, and how
# much the row says; calls of one `response` are its rounds.
_OWN = {UNSPLIT_COLUMN: COUNT_TYPE, "span": "VARCHAR", "parent": "VARCHAR", "detail": COUNT_TYPE}
_OWN |= {"response": COUNT_TYPE}


class Progress(Protocol):
    """Is told what is being done, how much of it, and how many rows were read."""

    def __call__(self, words: str, share: float | None = None, rows: int = 0, /) -> object:
        """Tell it."""


class ReadTally:
    """What was read so far: rows, calls, and why rows were rejected, with the money they state."""

    def __init__(self, rejects: Path | None = None) -> None:
        self.rows = 0
        self.calls = 0
        self.repeated = 0
        self.left_out: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.remarks: Counter[str] = Counter()
        # What rows stated that are not priced, by their reason.
        self.stated_pico: Counter[str] = Counter()
        self._rejects = rejects.open("w", encoding="utf-8", errors="replace") if rejects else None

    def reject(self, file: str, line: int, reason: str, text: str) -> None:
        """Count a row that cannot be read, and keep it."""
        self.rejected[reason] += 1
        if self._rejects:
            found = {"source": file, "line": line, "reason": reason, "row": text}
            self._rejects.write(json.dumps(found) + "\n")

    def close(self) -> None:
        """Finish the file of rejected rows."""
        if self._rejects:
            self._rejects.close()


class RowSource(NamedTuple):
    """A file that is read row by row, with its format."""

    file: LogFile
    format: LogFormat


class CallWriter:
    """Writes calls as CSV, whose columns of units are known only at its end.

    `columns` are the log's own by which calls are grouped, or that give a fact of the call.
    """

    def __init__(self, path: Path, columns: NamedColumns) -> None:
        self.path = path
        self.columns = columns
        self.units: list[str] = []
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="")
        self._csv = csv.writer(self._file)
        self._row = self._response = 0

    def write(self, source: str, one: NumberedRow, call: LogCall) -> None:
        """Add a call."""
        self._row += 1
        self._response += not call.round_number
        usage = call.usage
        for unit, _ in usage.counts:
            if unit not in self.units:
                self.units.append(unit)
        counts = dict(usage.counts)
        at = call.at
        self._csv.writerow(
            (
                self._row,
                source,
                one.number,
                call.call_id,
                call.job or call.call_id,
                f"{at:%Y-%m-%d %H:%M:%S.%f}" if isinstance(at, datetime) else "",
                call.name.strip(),
                call.seller,
                call.service,
                call.region,
                call.team,
                call.account,
                call.requests,
                usage.input_tokens,
                usage.output_tokens,
                call.stated_pico,
                call.charged_credits,
                call.unsplit_cache_write,
                first_word(one.row, *SPAN_IDS),
                first_word(one.row, *PARENT_IDS),
                len(counts) * 10**16 + usage.total_tokens,
                self._response,
                *self.columns.values(call, one.row),
                *(counts.get(unit) for unit in self.units),
            )
        )

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def read_rows(
    sources: Iterable[RowSource],
    database: "DuckDBPyConnection",
    writer: CallWriter,
    tally: ReadTally,
    progress: Progress | None = None,
) -> None:
    """Read every row, write its calls, and count the rest."""
    listed = list(sources)
    sizes = [Path(source.file.path).stat().st_size for source in listed]
    read_bytes = 0

    def done(in_file: int) -> None:
        # Of a compressed file, whose whole length is not known, its end alone counts.
        if progress:
            share = (before + min(in_file, size)) / max(sum(sizes), 1)
            progress(f"reading {source.format.title}", share, tally.rows)

    for source, size in zip(listed, sizes, strict=True):
        before = read_bytes
        read_bytes += size
        reader = source.format.reader()
        for one in rows_of(source.file, database, done):
            tally.rows += 1
            if one.problem:
                tally.reject(source.file.path, one.number, one.problem, one.text)
                continue
            for item in guarded(reader(one.row)):
                _add(item, source, one, writer, tally)
    writer.columns.check()


def _add(
    item: LogItem, source: RowSource, one: NumberedRow, writer: CallWriter, tally: ReadTally
) -> None:
    path = source.file.path
    if isinstance(item, LogCall):
        call = writer.columns.applied(item, one.row, source.format.title)
        if not isinstance(call.at, UnreadableTime):
            writer.write(path, one, call)
            tally.calls += 1
            tally.remarks.update(call.remarks)
            return
        if call.round_number:  # the row was rejected with its first round
            return
        item = RejectedRow(UNREADABLE_TIME, call.stated_pico)
    if item.stated_pico:
        tally.stated_pico[item.reason] += item.stated_pico
    if isinstance(item, NotBilled):
        tally.left_out[item.reason] += 1
    else:
        text = json.dumps(one.row, default=str)[:MAX_REJECTED_TEXT]
        tally.reject(path, one.number, clean(item.reason), text)


def stage(
    database: "DuckDBPyConnection", writer: CallWriter, tally: ReadTally, target: Path
) -> None:
    """Write the calls as Parquet, each response once; `tally` gets the number of repeated ones."""
    writer.close()
    units = [unit for unit in UNITS if unit in writer.units]
    types = column_types((), ())
    extra = [log_column(name) for name in writer.columns.extra]
    types |= _OWN | dict.fromkeys(extra, "VARCHAR")
    types |= dict.fromkeys(writer.units, COUNT_TYPE)
    listed = ", ".join(
        f"{text_literal(name)}: {text_literal(kind)}" for name, kind in types.items()
    )
    path = text_literal(str(writer.path))
    database.execute(
        f"""CREATE OR REPLACE TEMP VIEW written AS SELECT * FROM read_csv({path}, header = false,
            delim = ',', quote = '"', escape = '"', null_padding = true, parallel = false,
            auto_detect = false, max_line_size = 4194304, columns = {{{listed}}})"""  # noqa: S608 - quoted
    )
    kept = ", ".join(quoted(name) for name in (*column_types(units), UNSPLIT_COLUMN, *extra))
    # Of the rows of one response the one that says most; all rounds of a row stay.
    once = """
        SELECT *, first_value(response) OVER (
            PARTITION BY call_id, CASE WHEN call_id IS NULL THEN "row" END
            ORDER BY detail DESC, "row" DESC
        ) = response AS says_most
        FROM written
    """
    # A span around another call's span repeats it.
    inner = "SELECT job, parent FROM written WHERE parent IS NOT NULL AND job IS NOT NULL"
    database.execute(
        f"COPY (SELECT {kept} FROM ({once}) WHERE says_most AND (span IS NULL OR (job, span) "  # noqa: S608 - names are ours or quoted
        f"NOT IN ({inner}))) TO {text_literal(str(target))} (FORMAT parquet)"
    )
    (stayed,) = database.execute(
        f"SELECT count(*) FROM read_parquet({text_literal(str(target))})"  # noqa: S608 - quoted
    ).fetchall()[0]
    tally.repeated += tally.calls - stayed
    tally.calls = stayed
    writer.path.unlink()
