"""Reads a whole log: which files it has, each file's format, and the calls of all of them.

Rows of known formats are read one by one and written as Parquet. Plain columns of CSV and JSON are
mapped in SQL and written as Parquet. Those of Parquet and DuckDB files are mapped by a query that
rating asks in their place, so that nothing is copied.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.labels import clean
from pricectl.replay.calls import column_types, quoted, text_literal
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.bills import refuse_bill
from pricectl.replay.logs.columns import ColumnMap, LogColumn
from pricectl.replay.logs.formats import format_of_rows
from pricectl.replay.logs.named_columns import OVERRIDES, NamedColumns
from pricectl.replay.logs.plain import (
    LogOptions,
    LogPart,
    ReadingWork,
    named_files,
    plain_parts,
)
from pricectl.replay.logs.rows import first_rows, rows_of
from pricectl.replay.logs.sources import LogFile, csv_heading, csv_names, log_files
from pricectl.replay.logs.staging import (
    MAX_REJECTED_TEXT,
    UNSPLIT_COLUMN,
    CallWriter,
    Progress,
    ReadTally,
    RowSource,
    read_rows,
    stage,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Files written by one tool begin with different lines: a session's head, spans of other kinds.
_SAMPLE = 200
# Rows are numbered within a part of the log; the parts' numbers are so far apart.
_PART, _MAX_PARTS = 2**51, 2**11
PLAIN = "plain columns"
_SQL_TIME = "%Y-%m-%d %H:%M:%S.%f"


class ReadLog(NamedTuple):
    """A log that was read: `relation` is what stands after FROM, a table of calls.

    `formats` say how many files have which; `columns` is how plain columns were understood.
    `rejected` and `left_out` are rows by the reason why they are not calls, `repeated` rows of a
    response that another row states, `stated_pico` what such rows state, by the reason.
    """

    relation: str
    calls: int
    repeated: int
    rejected: Mapping[str, int]
    left_out: Mapping[str, int]
    remarks: Mapping[str, int]
    stated_pico: Mapping[str, int]
    columns: tuple[ColumnMap, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    unsplit_cache_write: int = 0
    without_time: int = 0
    outside_period: int = 0
    formats: Mapping[str, int] = MappingProxyType({})
    is_summed: bool = False

    @property
    def files(self) -> int:
        """How many files have rows."""
        return sum(self.formats.values())


def days_of(log: ReadLog) -> int | None:
    """How many days a log covers, the first and the last counted; None without times."""
    if log.first is None or log.last is None:
        return None
    return (log.last.date() - log.first.date()).days + 1


def read_log(  # noqa: PLR0913 - what is read, with what, and two files beside
    words: Sequence[str],
    database: "DuckDBPyConnection",
    folder: Path,
    options: LogOptions,
    *,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> ReadLog:
    """Read a log; `folder` takes what is staged, and the caller removes it.

    `rejects` is a file for rejected rows, as JSON lines. Raises BadLog for a log that cannot be
    read: no such file, no model's name, a cache that may be inside the input or not.
    """
    import duckdb

    files = log_files(list(words))
    tally = ReadTally(rejects)
    work = ReadingWork(database, folder, options, tally)
    try:
        sources, plain = _by_format(files, database, tally)
        if not plain:
            _check_roles(sources, options)
        parts = [*_staged(sources, work, progress), *plain_parts(plain, work)]
        formats: Counter[str] = Counter(source.format.title for source in sources)
        if plain:
            formats[PLAIN] += len(plain)
        is_summed = any(source.format.is_summed for source in sources)
        return _summary(parts, work)._replace(formats=dict(formats), is_summed=is_summed)
    except duckdb.Error as error:
        raise BadLog(clean(str(error).splitlines()[0])[:300], where=named_files(files)) from None
    finally:
        tally.close()


def _by_format(
    files: Iterable[LogFile], database: "DuckDBPyConnection", tally: ReadTally
) -> tuple[list[RowSource], list[LogFile]]:
    """Files of known formats, and those with plain columns. Raises BadLog for a bill."""
    sources, plain = [], []
    for file in files:
        rows = first_rows(file, database, _SAMPLE)
        refuse_bill(rows or [dict.fromkeys(_heading(file))], file.path)
        known = format_of_rows(rows)
        if known:
            sources.append(RowSource(file, known))
        elif rows or not (file.kind == "json" or _is_empty(file)):
            plain.append(file)
        elif file.kind == "json":
            _reject_all(file, database, tally)
    return sources, plain


def _check_roles(sources: Sequence[RowSource], options: LogOptions) -> None:
    """Refuse what is said of plain columns where there are none. Raises BadLog."""
    if sources and options.is_cache_asked:
        what = f"{sources[0].format.title} say where the cache is; only plain columns may not"
        raise BadLog(what, where=f"--cache {options.cache}", next_step="leave it out")
    for role, column in options.columns.items():
        if sources and role not in OVERRIDES and not column.from_settings:
            what = f"the role {role!r} cannot be taken from a column of {sources[0].format.title}"
            step = f"leave it out; these can: {', '.join(OVERRIDES)}"
            raise BadLog(what, where=f"--column {role}={column.name}", next_step=step)


def _heading(file: LogFile) -> list[str]:
    return csv_names(file) if file.kind == "csv" else []


def _is_empty(file: LogFile) -> bool:
    return file.kind == "csv" and not csv_heading(file)


def _reject_all(file: LogFile, database: "DuckDBPyConnection", tally: ReadTally) -> None:
    """Count the lines of a file in which no line can be read; an empty file has none."""
    for one in rows_of(file, database):
        if one.problem:
            tally.rows += 1
            tally.reject(file.path, one.number, one.problem, one.text[:MAX_REJECTED_TEXT])


def _staged(
    sources: Sequence[RowSource], work: ReadingWork, progress: Progress | None
) -> Iterable[LogPart]:
    if not sources:
        return
    columns = NamedColumns(work.options.extra, _used_columns(sources, work.options))
    writer = CallWriter(work.folder / "calls.csv", columns)
    with closing(writer):
        read_rows(sources, work.database, writer, work.tally, progress)
    target = work.folder / "calls.parquet"
    stage(work.database, writer, work.tally, target)
    yield LogPart(f"SELECT * FROM read_parquet({text_literal(str(target))})")  # noqa: S608 - quoted


def _used_columns(sources: Sequence[RowSource], options: LogOptions) -> Mapping[str, LogColumn]:
    """The named columns; of a ledger, whose columns are ours, those of the settings do not hold."""
    if all(source.format.name == "ledger" for source in sources):
        return {role: one for role, one in options.columns.items() if not one.from_settings}
    return options.columns


def _union(parts: Sequence[LogPart], options: LogOptions) -> str:
    """One table of all parts, rows numbered without overlap, of the wanted period."""
    queries = [
        f'SELECT * REPLACE ("row" + {number} * {_PART} AS "row") FROM ({part.query})'  # noqa: S608 - quoted
        if number
        else part.query
        for number, part in enumerate(parts)
    ]
    if len(parts) > _MAX_PARTS:
        raise BadLog(f"has more than {_MAX_PARTS:,} tables", next_step="read fewer at once")
    joined = " UNION ALL BY NAME ".join(queries) or _EMPTY
    limits = [
        f'"at" {sign} TIMESTAMP {text_literal(limit.astimezone(UTC).strftime(_SQL_TIME))}'
        for sign, limit in ((">=", options.start), ("<", options.end))
        if limit
    ]
    where = f" WHERE {' AND '.join(limits)}" if limits else ""
    return f"(SELECT * FROM ({joined}){where})"  # noqa: S608 - quoted


_EMPTY = "SELECT {} WHERE false".format(
    ", ".join(f"NULL::{kind} AS {quoted(name)}" for name, kind in column_types(("input",)).items())
)


def _summary(parts: Sequence[LogPart], work: ReadingWork) -> ReadLog:
    options, tally = work.options, work.tally
    relation = _union(parts, options)
    has_unsplit = any(part.columns is None for part in parts)
    unsplit = f"sum({quoted(UNSPLIT_COLUMN)})" if has_unsplit else "0"
    words = f'SELECT count(*), count(*) - count("at"), min("at"), max("at"), {unsplit}'
    calls, untimed, first, last, written = work.database.execute(
        f"{words} FROM {relation}"
    ).fetchall()[0]
    return ReadLog(
        relation,
        calls,
        tally.repeated,
        dict(tally.rejected.most_common()),
        dict(tally.left_out.most_common()),
        dict(tally.remarks.most_common()),
        dict(tally.stated_pico.most_common()),
        tuple(part.columns for part in parts if part.columns),
        first,
        last,
        int(written or 0),
        untimed,
        tally.calls - calls if options.start or options.end else 0,
    )
