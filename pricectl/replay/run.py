"""What the calls of a usage log cost: reads the log, rates it, and puts the figures together."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.credits import Mode
from pricectl.core.labels import plural
from pricectl.core.profile import Profile
from pricectl.replay.call_tables import FORMAT_TITLE, read_tables, stage_for_spark
from pricectl.replay.charged.compare import booked_ledger, charged_jobs
from pricectl.replay.charged.jobs import ChargedJobs, compare_ledger
from pricectl.replay.connection import EngineConnection
from pricectl.replay.duckdb_engine import DuckdbConnection, session
from pricectl.replay.engines import DUCKDB
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.log import ReadLog, read_log
from pricectl.replay.logs.staging import Progress
from pricectl.replay.outputs import written_whole
from pricectl.replay.prepared_log import prepare
from pricectl.replay.price_files import PriceFiles
from pricectl.replay.query_progress import QueryProgress
from pricectl.replay.rated_rows import write_rows
from pricectl.replay.rating import rate
from pricectl.replay.rating_result import CoverageRow, RatedGroup, SideTotals
from pricectl.replay.request import ReplayRequest
from pricectl.replay.summarize import summarize
from pricectl.replay.unsplit_writes import hour_long_writes
from pricectl.replay.usage_summary import summary_text

if TYPE_CHECKING:
    from pricectl.replay.spark_engine import SparkConnection


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
        options, connection = request.log_options, spark or DuckdbConnection(database)
        log = read_tables(request.log, connection, options)
        if log is None:
            log = read_log(
                request.log, database, Path(folder), options, rejects=rejects, progress=progress
            )
        booked = booked_ledger(request.log) if request.compares_charges else None
        if booked is None:
            _check_any(log, request)
        if not log.calls:
            _check_nothing_written(request)
            found = _empty(request, files, log, profile)
            return found._replace(charged=compare_ledger(booked, ()) if booked else None)
        rated_log = log
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
                _write_rows(request, files, profile, connection, rated_log.relation, rows)
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
            hour_long_writes(database, log, files.new, profile),
            charged,
        )


def _write_rows(  # noqa: PLR0913, PLR0917 - what a rating depends on
    request: ReplayRequest,
    files: PriceFiles,
    profile: Profile,
    connection: EngineConnection,
    relation: str,
    target: Path,
) -> None:
    """Write each call with its cost, and with the columns by which it is found again."""
    known = connection.types(relation)
    dimensions = [name for name in request.row_columns if name in known]
    log = prepare(
        connection, relation, files.sides, profile, modes=request.modes, dimensions=dimensions
    )
    write_rows(log, target)


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


def _check_nothing_written(request: ReplayRequest) -> None:
    """Refuse files of calls where there are none: an empty file is not Parquet. Raises BadLog."""
    for option, path in (("--rows", request.rows), ("--summary", request.summary)):
        if path:
            step = f"leave {option} out, or name another log or period"
            raise BadLog(
                "was not written, because the log has no calls", where=path, next_step=step
            )


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
