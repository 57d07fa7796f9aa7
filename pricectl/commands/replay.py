"""`pricectl replay`: what the calls of a usage log cost, by these prices and by others."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from pricectl.commands.call_options import ModeOption, check_mode
from pricectl.commands.catalog import OpenedCatalog, open_catalog
from pricectl.commands.log_reading import LogReadingOptions
from pricectl.commands.options import FileOption, ProfileOption, ViewOptions, check_not_empty
from pricectl.commands.output import show, warn_beside
from pricectl.commands.progress import RateLine
from pricectl.commands.replay_pairs import check_pairs
from pricectl.core.credits import MODES
from pricectl.core.labels import plural
from pricectl.files import catalog_file, git, versions
from pricectl.files.reference import fallback_or_problem
from pricectl.replay import run
from pricectl.replay.call_tables import is_address
from pricectl.replay.charged.booked import is_ledger
from pricectl.replay.engines import DUCKDB, check_engine
from pricectl.replay.logs.log import ReadLog
from pricectl.replay.logs.sources import log_files
from pricectl.replay.outputs import check_outputs
from pricectl.replay.price_files import NEW, PriceFiles
from pricectl.replay.prices_at import read_month_or_day
from pricectl.replay.ratebook import Side
from pricectl.replay.request import ReplayRequest, check_by
from pricectl.report import replay as report


def replay(
    log: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LOG...",
            help="Usage logs: files, folders, patterns such as 'logs/*.gz', FILE:TABLE of a "
            "database. Parquet, CSV and JSON lines, also compressed.",
            show_default=False,
        ),
    ] = None,
    charged: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEDGER",
            help="Instead of LOG: what each job of a ledger was charged, and what it should have "
            "been charged by these prices. Nothing is booked.",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="Compare with the cost by these prices: a git ref, REF:PATH, a file, 'deployed' "
            "or 'packaged'.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Price all calls as if made on this day, or on the first of a month such as "
            "2027-01: by announced prices, retired models as their successors.",
            show_default="each call's own time",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Group by model, provider, team, account, day, or another column of the log.",
            show_default="model",
        ),
    ] = None,
    mode: ModeOption = None,
    profile: ProfileOption = None,
    rows: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write every call with its cost as Parquet.",
            callback=check_not_empty,
        ),
    ] = None,
    rejects: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the rows that cannot be read as JSON lines.",
            callback=check_not_empty,
        ),
    ] = None,
    summary: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write a summary of the log for `diff --usage`: sums without names of accounts, "
            "small enough to commit.",
            callback=check_not_empty,
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="ENGINE",
            help="Rate on a Spark cluster: spark://HOST:PORT, local[N], yarn or k8s://HOST.",
        ),
    ] = DUCKDB,
    file: FileOption = None,
    *,
    reading: LogReadingOptions,
    view: ViewOptions,
) -> int:
    """Show what the calls of a usage log cost by the price file.

    Known are LiteLLM's spend logs, OpenTelemetry spans, the usage exports of OpenAI and Anthropic,
    batch results, Langfuse, Claude Code, Codex, and pricectl's own records; of other tables the
    columns are guessed and shown. Each call is priced as of its own time, exactly. Needs the extra:
    pip install 'pricectl[replay]'.

    Example: pricectl replay examples/usage_log.csv --by team
    """
    opened = open_catalog(file)
    policy = opened.policy
    words = _one_log(log, charged)
    given = reading.given | {
        "--charged": charged,
        "--base": base,
        "--at": at,
        "--by": by,
        "--mode": mode,
        "--profile": profile,
        "--rows": rows,
        "--summary": summary,
        "--engine": None if check_engine(engine) == DUCKDB else engine,
    }
    check_pairs(given, is_ledger=bool(charged) and any(map(is_ledger, log_files(list(words)))))
    request = ReplayRequest(
        words,
        reading.log_options(policy),
        check_by("model" if by is None else by),
        tuple(known for known in MODES if check_mode(mode) in {None, known}),
        rows,
        rejects,
        compares_charges=bool(charged),
        summary=summary,
        engine=engine,
    )
    if rows and "://" in rows:
        # Workers would each take it for a path of their own machine.
        raise typer.BadParameter("is an address, not a path", param_hint="--rows")
    written = (rows, rejects, summary, *(path for _, path in view.outputs))
    local = [word for word in request.log if not is_address(word)]
    read = (str(opened.file), *(one.path for one in log_files(local)))
    check_outputs((path for path in written if path is not None), read)
    charged_by = policy.profile_named(profile)
    files = _priced_by(opened, base, file)
    if at is not None:
        files = files.as_of(_month_or_day(at), charged_by)
    with _ends_cleanly(), RateLine(quiet=view.quiet) as progress:
        result = run.replay(request, files, charged_by, progress)
    _warn(result.log, quiet=view.quiet)
    show(view, "replay", result, report)
    return 0


def _warn(log: ReadLog, *, quiet: bool) -> None:
    """Warn of a log without calls, and of what the totals alone do not say."""
    if log.outside_period and not log.calls:
        warn_beside("no call of the log is in the period of --from and --until")
    elif not log.calls:
        warn_beside("the log has no calls")
    elif quiet and log.rejected:
        warn_beside(f"{plural(sum(log.rejected.values()), 'row')} could not be read")
    if quiet and log.without_time:
        warn_beside(f"{plural(log.without_time, 'call')} without a time")


def _one_log(log: list[str] | None, charged: list[str] | None) -> tuple[str, ...]:
    """The log, or the ledger in its place. Raises BadParameter."""
    if log and charged:
        raise typer.BadParameter("is given besides LOG: name one of them", param_hint="--charged")
    if not (log or charged):
        raise typer.BadParameter("no usage log is named", param_hint="LOG")
    return tuple(log or charged or ())


def _priced_by(opened: OpenedCatalog, base: str | None, file: str | None) -> PriceFiles:
    """The prices of the file, beside those of `base`."""
    new = Side(NEW, opened.catalog, fallback_or_problem(opened.policy))
    files = PriceFiles(new, opened.version or opened.file)
    if base is not None:
        working = catalog_file.working_file(file, opened.policy.file)
        with git.advised_option("--base"):
            old = versions.read(base, working, opened.policy)
        files = files.with_base(old.catalog(), old.described)
    return files


def _month_or_day(word: str) -> datetime:
    """The day of --at. Raises BadParameter."""
    read = read_month_or_day(word)
    if read is None:
        message = f"{word!r} is not a valid date such as 2026-12-01, or month such as 2027-01"
        raise typer.BadParameter(message, param_hint="--at")
    return read


@contextmanager
def _ends_cleanly() -> Iterator[None]:
    """End by an exception where the process is told to end, so that temporary files are removed."""
    told: list[int] = []

    def end(number: int, _: object) -> None:
        told.append(number)
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except RuntimeError as error:
        # DuckDB raises an error of its own in place of what a signal raises.
        if told:
            sys.exit(128 + told[0])
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
