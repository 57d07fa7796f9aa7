"""What the calls of a usage log cost: reads the log, rates it, and puts the figures together."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.credits import MODES, Mode
from pricectl.core.labels import plural
from pricectl.core.near import meant
from pricectl.core.profile import Profile
from pricectl.replay.calls import CALL_COLUMNS, log_column, quoted
from pricectl.replay.charged.compare import booked_ledger, charged_jobs
from pricectl.replay.charged.jobs import ChargedJobs, compare_ledger
from pricectl.replay.duckdb_engine import connected, session
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.log import ReadLog, read_log
from pricectl.replay.logs.plain import LogOptions
from pricectl.replay.logs.staging import UNSPLIT_COLUMN, Progress
from pricectl.replay.prices_at import RetiredModel
from pricectl.replay.query_progress import QueryProgress
from pricectl.replay.ratebook import Side
from pricectl.replay.rated_rows import write_rows
from pricectl.replay.rating import CoverageRow, RatedGroup, SideTotals, prepare, rate
from pricectl.replay.spark_logs import DUCKDB, FORMAT_TITLE, read_tables, stage_for_spark
from pricectl.replay.summarize import summarize
from pricectl.replay.usage_summary import summary_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pricectl.replay.spark_engine import SparkConnection

# Words of `--by` that are no columns of a call themselves.
BY_WORDS: Mapping[str, str] = {"model": "name", "provider": "catalog_provider", "day": "day"}
NEW, BASE = "new", "base"
# What a call's own columns may group by; numbers of rows and times would be a group each.
_ROW_COLUMNS = ("source", "line", "call_id", "account", "team")
_GROUPING = ("team", "account", "seller", "service", "region", "source", "job")


class ReplayRequest(NamedTuple):
    """What is asked of a log.

    `by` is a word of `--by` or a column of the log, `modes` are budget modes. `rows`
    and `rejects` are files for the rated calls and for the rows that are no calls.
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


class PriceFiles(NamedTuple):
    """The prices that a log is rated by, with their names; `base` are the old ones, if any.

    `at` is the day whose prices are used for all calls ("" for the calls' own); `retired` are the
    rows that are retired by then, `later` those whose prices change again in the same month.
    """

    new: Side
    new_name: str
    base: Side | None = None
    base_name: str = ""
    at: str = ""
    retired: tuple[RetiredModel, ...] = ()
    later: tuple[tuple[str, str], ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        """The old ones first, as they are shown."""
        return (self.base, self.new) if self.base else (self.new,)


class ReplayResult(NamedTuple):
    """A log's cost: in all, by groups, by account, by model, and how well the names are known.

    `unsplit_pico` is what the calls by the new prices would cost more if all cache writes whose
    lifetime the log does not state were for an hour.
    """

    request: ReplayRequest
    files: PriceFiles
    log: ReadLog
    profile: Profile
    total: RatedGroup
    groups: tuple[RatedGroup, ...]
    accounts: tuple[RatedGroup, ...]
    models: tuple[RatedGroup, ...]
    coverage: tuple[CoverageRow, ...]
    checked_calls: int
    unsplit_pico: int = 0
    charged: ChargedJobs | None = None

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The budget modes whose credits are shown."""
        return self.request.modes


def replay(
    request: ReplayRequest, files: PriceFiles, profile: Profile, progress: Progress
) -> ReplayResult:
    """Read and rate a log.

    Raises BadLog or ReplayRefused for a log that cannot be read or not be rated exactly, and
    RatingDiffers where the engine and `core` disagree.
    """
    with (
        TemporaryDirectory(prefix="pricectl-log-") as folder,
        session() as database,
        _spark(request) as spark,
        written_whole(request.rejects) as rejects,
        written_whole(None if spark else request.rows) as rows_file,
        written_whole(request.summary) as summary,
    ):
        rows = _new_folder(request.rows) if spark else rows_file
        options = _with_extra(request)
        log = read_tables(request.log, spark, options) if spark else None
        if log is None:
            log = read_log(
                request.log, database, Path(folder), options, rejects=rejects, progress=progress
            )
        booked = booked_ledger(request.log) if request.compares_charges else None
        if booked is None:
            _check_any(log, request)
        if not log.calls:
            found = _empty(request, files, log, profile)
            return found._replace(charged=compare_ledger(booked, ()) if booked else None)
        rated_log, connection = log, spark or connected(database)
        if spark and log.formats.keys() != {FORMAT_TITLE}:
            rated_log = stage_for_spark(log, database, spark, Path(folder))
        groupings = tuple(dict.fromkeys(((), (request.column,), ("account",), ("name",))))
        with QueryProgress(database, progress, log.calls) as stage:
            rated = rate(
                connection,
                rated_log.relation,
                files.sides,
                profile,
                modes=request.modes,
                groupings=groupings,
                credits_by=_credited(request, files),
                progress=stage,
            )
            if summary:
                stage("writing the summary")
                sums = summarize(database, log, files.new.catalog)
                summary.write_text(summary_text(sums), encoding="utf-8")
            if rows:
                stage("writing the rated calls")
                known = connection.types(rated_log.relation)
                prepared = prepare(
                    connection,
                    rated_log.relation,
                    files.sides,
                    profile,
                    modes=request.modes,
                    dimensions=[name for name in _row_columns(request) if name in known],
                )
                write_rows(prepared, rows)
            charged = None
            if request.compares_charges:
                stage("comparing what was charged")
                charged = charged_jobs(
                    database, log.relation, files.new, profile, request.modes, booked
                )
        return ReplayResult(
            request,
            files,
            log,
            profile,
            rated.groups[()][0],
            rated.groups[request.column,],
            rated.groups["account",],
            rated.groups["name",],
            rated.coverage,
            rated.checked_calls,
            _unsplit(database, log, files, profile),
            charged,
        )


@contextmanager
def _spark(request: ReplayRequest) -> Iterator["SparkConnection | None"]:
    """A session of Spark where it is asked for; it and Java are not loaded otherwise."""
    if request.engine == DUCKDB:
        yield None
        return
    from pricectl.replay import spark_engine

    with spark_engine.session(request.engine) as connection:
        yield connection


def _new_folder(path: str | None) -> Path | None:
    """Where Spark's workers write the rated calls. Raises BadLog: something is there already."""
    if path is not None and Path(path).exists():
        raise BadLog("exists already", where=path, next_step="name a new folder")
    return None if path is None else Path(path).absolute()


def _credited(request: ReplayRequest, files: PriceFiles) -> tuple[tuple[str, ...], ...]:
    """The groupings whose credits are shown: jobs of several groups make them costly."""
    by_account = (("account",),) if files.base else ()
    return tuple(dict.fromkeys(((), (request.column,), *by_account)))


def _empty(
    request: ReplayRequest, files: PriceFiles, log: ReadLog, profile: Profile
) -> ReplayResult:
    """The result of a log without calls."""
    nothing = SideTotals(0, Fraction(0), Fraction(0), dict.fromkeys(request.modes, 0), 0)
    total = RatedGroup((), 0, 0, 0, 0, 0, 0, 0, {side.name: nothing for side in files.sides})
    return ReplayResult(request, files, log, profile, total, (), (), (), (), 0)


def _with_extra(request: ReplayRequest) -> LogOptions:
    extra = () if request.is_by_own else (request.by,)
    return request.options._replace(extra=extra or request.options.extra)


def _row_columns(request: ReplayRequest) -> tuple[str, ...]:
    """The columns of the log by which a rated call is found again, and whose it is."""
    return _ROW_COLUMNS if request.is_by_own else (*_ROW_COLUMNS, request.column)


def _check_any(log: ReadLog, request: ReplayRequest) -> None:
    """Refuse a log of which no row could be read: its cost is not zero. Raises BadLog."""
    if log.calls or log.outside_period or not log.rejected:
        return
    reason, rows = next(iter(log.rejected.items()))
    raise BadLog(
        f"no call could be read; {plural(rows, 'row')}: {reason}",
        where=", ".join(request.log)[:200],
        next_step="--rejects FILE shows them",
    )


def _unsplit(
    database: "DuckDBPyConnection", log: ReadLog, files: PriceFiles, profile: Profile
) -> int:
    """What cache writes without a lifetime would cost more for an hour than for five minutes."""
    if not log.unsplit_cache_write:
        return 0
    own = f"SELECT * FROM {log.relation} WHERE {UNSPLIT_COLUMN} > 0"  # noqa: S608 - our own words
    has_hours = "cache_write_1h" in {
        name for name, *_ in database.execute(f"DESCRIBE {own}").fetchall()
    }
    hour = f"{'coalesce(cache_write_1h, 0) + ' if has_hours else ''}{UNSPLIT_COLUMN}"
    as_hours = f"SELECT * EXCLUDE (cache_write{', cache_write_1h' if has_hours else ''}), "
    as_hours += f"cache_write - {UNSPLIT_COLUMN} AS cache_write, "
    as_hours += f"{hour} AS {quoted('cache_write_1h')} FROM ({own})"
    costs = []
    for words in (own, as_hours):
        rated = rate(database, f"({words})", (files.new,), profile, groupings=((),))
        costs.append(rated.groups[()][0].sides[files.new.name].pico_usd)
    return costs[1] - costs[0]


@contextmanager
def written_whole(path: str | None) -> Iterator[Path | None]:
    """A temporary file beside `path` that takes its name if all went well, and else is removed.

    Of a symbolic link, what it points to is replaced. Raises BadLog: it cannot be written.
    """
    if path is None:
        yield None
        return
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # else a device would become a file
        raise BadLog("cannot be written: it is not a file", where=path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.touch()
        yield partial
        partial.replace(target)
    except OSError as error:
        if error.filename not in {str(partial), str(target)}:
            raise
        raise BadLog(f"cannot be written: {error.strerror}", where=path) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def check_outputs(outputs: Iterable[str], inputs: Iterable[str]) -> None:
    """Raises BadLog if a file would be written over one that is read, or over another output."""
    read = {os.path.realpath(path) for path in inputs}
    read_files = {(found.st_dev, found.st_ino) for found in map(_stat, read) if found}
    written = set()
    for path in outputs:
        real, found = os.path.realpath(path), _stat(path)
        is_read = real in read or (found and (found.st_dev, found.st_ino) in read_files)
        if is_read:
            raise BadLog("is read, so nothing is written there", where=path)
        if real in written and (found is None or S_ISREG(found.st_mode)):
            raise BadLog("is named for two outputs", where=path)
        written.add(real)


def _stat(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except (OSError, ValueError):  # ValueError: a null character
        return None


def check_by(word: str) -> str:
    """The word of `--by`, blanks around it stripped. Raises BadLog for a number or a time."""
    word = word.strip()
    grouped = {*_GROUPING, *BY_WORDS}
    if word in CALL_COLUMNS and word not in grouped:
        raise BadLog(
            "cannot group calls", where=f"--by {word}", next_step=meant(word, sorted(grouped))
        )
    return word
