"""What is asked of a usage log: how it is read, grouped and charged, and what is written."""

from collections.abc import Mapping
from typing import NamedTuple

from pricectl.core.credits import MODES, Mode
from pricectl.core.near import meant
from pricectl.replay.calls import CALL_COLUMNS, log_column
from pricectl.replay.engines import DUCKDB
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.plain import LogOptions

# Words of `--by` that are not columns of a call themselves.
BY_WORDS: Mapping[str, str] = {"model": "name", "provider": "catalog_provider", "day": "day"}
# What a rated call is found again by, and whose it is.
_ROW_COLUMNS = ("source", "line", "call_id", "account", "team")
# What a call's own columns may group by; numbers of rows and times would be a group each.
_GROUPING = ("team", "account", "seller", "service", "region", "source", "job")


class ReplayRequest(NamedTuple):
    """What is asked of a log.

    `by` is a word of `--by` or a column of the log, `modes` are budget modes. `rows`
    and `rejects` are files for the rated calls and for the rows that are not calls.
    `summary` is a file for a summary of the log. `compares_charges` asks for what each job
    should have been charged. `engine` is "duckdb", or the address of a master of Spark, which
    writes `rows` as a folder, and neither sums up nor compares charges.
    """

    log: tuple[str, ...]
    options: LogOptions
    by: str = "model"
    modes: tuple[Mode, ...] = MODES
    rows: str | None = None
    rejects: str | None = None
    compares_charges: bool = False
    summary: str | None = None
    engine: str = DUCKDB

    @property
    def column(self) -> str:
        """The column of the table of calls that groups them."""
        found = BY_WORDS.get(self.by, self.by)
        return found if self.is_by_own else log_column(found)

    @property
    def is_by_own(self) -> bool:
        """Whether every log has what calls are grouped by, since readers of logs find it."""
        return self.by in BY_WORDS or self.by in _GROUPING

    @property
    def log_options(self) -> LogOptions:
        """How the log is read, with the column that groups its calls."""
        extra = () if self.is_by_own else (self.by,)
        return self.options._replace(extra=extra or self.options.extra)

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The columns that are written with each rated call, that of `--by` among them."""
        return _ROW_COLUMNS if self.is_by_own else (*_ROW_COLUMNS, self.column)


def check_by(word: str) -> str:
    """The word of `--by`, blanks around it stripped. Raises BadLog for a number or a time."""
    word = word.strip()
    grouped = {*_GROUPING, *BY_WORDS}
    if word in CALL_COLUMNS and word not in grouped:
        raise BadLog(
            "cannot group calls", where=f"--by {word}", next_step=meant(word, sorted(grouped))
        )
    return word
