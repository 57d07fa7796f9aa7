"""Tables of calls for tests: rows as dicts, and the same calls priced one by one by `core`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pricectl.core import Profile, Quote, Usage, charge, quote
from pricectl.core.credits import NO_JOB, Job, Mode
from pricectl.core.units import UNITS
from pricectl.replay.calls import CALL_COLUMNS, COUNT_TYPE, quoted
from pricectl.replay.duckdb_engine import create_table, session
from pricectl.replay.ratebook import CallKey, Side

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = Mapping[str, Any]


@contextmanager
def calls_table(rows: Sequence[Row], **types: str) -> Iterator["DuckDBPyConnection"]:
    """A session with a table `calls` of these rows; `types` are those of the log's own columns."""
    pytest.importorskip("duckdb", reason="needs the extra replay")
    names = list(dict.fromkeys(name for row in rows for name in row))
    known = {name: column.sql_type for name, column in CALL_COLUMNS.items()}
    columns = {
        name: types.get(name) or known.get(name) or (COUNT_TYPE if name in UNITS else "VARCHAR")
        for name in names
    }
    with session(memory_limit="500MB", threads=2) as connection:
        declared = {quoted(name): kind for name, kind in columns.items()}
        values = [tuple(row.get(name) for name in names) for row in rows]
        create_table(connection, "calls", declared, values)
        yield connection


def usage_of_row(row: Row) -> Usage:
    """What a row used, as `core` counts it."""
    counts = tuple((unit, row[unit]) for unit in UNITS if row.get(unit))
    sums = {
        side: sum(count for unit, count in counts if UNITS[unit].side == side)
        for side in ("input", "output")
    }
    usage = Usage()._replace(
        input_tokens=sums["input"], output_tokens=sums["output"], counts=counts
    )
    return usage.checked()


def time_of_row(side: Side, row: Row) -> datetime | None:
    at = row.get("at")
    return side.at or (at.replace(tzinfo=UTC) if at else None)


def quote_of_row(side: Side, row: Row) -> Quote:
    fields = {name: row.get(name) or "" for name in CallKey._fields}
    return quote(
        side.catalog,
        side.find(CallKey(**fields)),
        usage_of_row(row),
        service=row.get("service"),
        region=row.get("region"),
        at=time_of_row(side, row),
        requests=row.get("requests") or 1,
    )


def credits_of_rows(
    side: Side, rows: Sequence[Row], mode: Mode, profile: Profile
) -> dict[Any, int]:
    """The credits that each row adds to its job by `core.charge`, by the row's number."""
    jobs: dict[object, Job] = {}
    found = {}
    for row in sorted(rows, key=lambda row: (row.get("at") or datetime.min, row["row"])):  # noqa: DTZ901
        account = row.get("account") or ""
        job = (account, row["job"]) if row.get("job") is not None else row["row"]
        jobs[job], found[row["row"]] = charge(
            jobs.get(job, NO_JOB),
            quote_of_row(side, row),
            mode,
            profile,
            account=account,
            at=time_of_row(side, row),
        )
    return found
