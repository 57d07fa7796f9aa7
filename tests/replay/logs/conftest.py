"""Reads logs that a test wrote, and gives back the calls."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pricectl.core.units import UNITS
from pricectl.replay.duckdb_engine import session
from pricectl.replay.logs.log import ReadLog, read_log
from pricectl.replay.logs.plain import LogOptions

pytest.importorskip("duckdb")
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "usage-samples"


class Calls(NamedTuple):
    """A log with its calls as dicts, and its rejected rows."""

    log: ReadLog
    calls: list[dict[str, Any]]
    rejects: list[dict[str, Any]]

    @property
    def counts(self) -> list[dict[str, int]]:
        """The counts of each call that are not zero, by unit."""
        return [{unit: call[unit] for unit in UNITS if call.get(unit)} for call in self.calls]


Reader = Callable[..., Calls]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Reader]:
    """Read logs, named as on the command line; further words are those of LogOptions."""
    folder = tmp_path / "staged"
    folder.mkdir()
    with session() as database:

        def call(*words: str | Path, **options: Any) -> Calls:
            rejects = tmp_path / "rejects.jsonl"
            names = [str(word) for word in words]
            log = read_log(names, database, folder, LogOptions(**options), rejects=rejects)
            cursor = database.execute(f'SELECT * FROM {log.relation} ORDER BY "row"')  # noqa: S608 - our own
            columns = [column[0] for column in cursor.description or ()]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            lines = rejects.read_text(encoding="utf-8").splitlines()
            return Calls(log, rows, [json.loads(line) for line in lines])

        yield call


@pytest.fixture
def json_log(tmp_path: Path, read: Reader) -> Reader:
    """Read rows as a file of JSON lines."""

    def call(*rows: dict[str, Any] | str, **options: Any) -> Calls:
        path = tmp_path / "log.jsonl"
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return read(path, **options)

    return call


@pytest.fixture
def csv_log(tmp_path: Path, read: Reader) -> Reader:
    """Read lines as a CSV file."""

    def call(*lines: str, **options: Any) -> Calls:
        path = tmp_path / "log.csv"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return read(path, **options)

    return call
