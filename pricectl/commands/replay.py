"""`pricectl replay`: what the calls of a usage log cost, by these prices and by others."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from pricectl.commands.catalog import open_catalog
from pricectl.commands.options import FileOption, ProfileOption, ViewOptions
from pricectl.commands.output import show, warn_beside
from pricectl.commands.progress import RateLine
from pricectl.commands.question import ModeOption, check_mode
from pricectl.core.credits import MODES
from pricectl.core.labels import plural
from pricectl.core.windows import read_instant
from pricectl.files import catalog_file, git, settings, versions
from pricectl.files.reference import fallback_or_problem
from pricectl.policy import Policy
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import read_column
from pricectl.replay.logs.plain import LogOptions
from pricectl.replay.ratebook import Side
from pricectl.replay.spark_logs import check_engine
from pricectl.report import replay as report


class CachePlace(StrEnum):
    """Whether the input tokens of a log include those of the cache."""

    INSIDE = "inside"
    OUTSIDE = "outside"


def replay(
    log: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG...",
            help="Usage logs: files, folders, patterns such as 'logs/*.gz', FILE:TABLE of a "
            "database. Parquet, CSV and JSON lines, also compressed.",
            show_default=False,
        ),
    ],
    base: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="Compare with the cost by these prices: a git ref, REF:PATH, a file, 'deployed' "
            "or 'packaged'.",
        ),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            metavar="COLUMN",
            help="Group by model, provider, team, account, day, or another column of the log.",
        ),
    ] = "model",
    mode: ModeOption = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Leave out calls before this day or UTC time."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="Leave out calls from this day or UTC time on."
        ),
    ] = None,
    profile: ProfileOption = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=COLUMN",
            help="Which column says what, such as name=deployment or account=customer. May be "
            "repeated.",
            show_default="the setting 'replay', else guessed",
        ),
    ] = None,
    cache: Annotated[
        CachePlace | None,
        typer.Option(
            metavar="WHERE",
            help="Whether the input tokens include those of the cache: inside or outside.",
            show_default="what the log says",
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write every call with its cost as Parquet."),
    ] = None,
    rejects: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write the rows that cannot be read as JSON lines."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="ENGINE",
            help="Rate on a Spark cluster: spark://HOST:PORT, local[N], yarn or k8s://HOST.",
        ),
    ] = "duckdb",
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Show what the calls of a usage log cost by the price file.

    Known are LiteLLM's spend logs, OpenTelemetry spans, the usage exports of OpenAI and Anthropic,
    batch results, Langfuse, Claude Code, Codex, and pricectl's own records; of other tables the
    columns are guessed and shown. Each call is priced as of its own time, exactly. Needs the extra:
    pip install 'pricectl[replay]'.

    Example: pricectl replay examples/usage_log.csv --by team
    """
    from pricectl.replay import run as work

    opened = open_catalog(file)
    policy = opened.policy
    request = work.ReplayRequest(
        tuple(log),
        LogOptions(
            _columns(policy, column or []),
            cache.value if cache else policy.replay.cache or "",
            start=_instant(start, "--from"),
            end=_instant(until, "--until"),
        ),
        work.check_by(by),
        tuple(known for known in MODES if check_mode(mode) in {None, known}),
        rows,
        rejects,
        check_engine(engine),
    )
    fallback = fallback_or_problem(policy)
    new = Side(work.NEW, opened.catalog, fallback)
    files = work.PriceFiles(new, opened.version or opened.file)
    if base is not None:
        files = _with_base(files, base, file, policy)
    with _ends_cleanly(), RateLine(quiet=view.quiet) as progress:
        result = work.replay(request, files, policy.profile_named(profile), progress)
    if not result.log.calls:
        warn_beside("the log has no calls")
    elif result.log.rejected and view.quiet:
        warn_beside(f"{plural(sum(result.log.rejected.values()), 'row')} could not be read")
    show(view, "replay", result, report)
    return 0


def _with_base(files: Any, base: str, file: str | None, policy: Policy) -> Any:
    """The price files with the old prices."""
    from pricectl.replay import run as work

    working = catalog_file.working_file(file, policy.file)
    with git.advised_option("--base"):
        old = versions.read(base, working, policy)
    side = Side(work.BASE, old.catalog(), files.new.fallback)
    return files._replace(base=side, base_name=old.described)


def _columns(policy: Policy, words: list[str]) -> dict[str, Any]:
    """The columns of the settings, and over them those of the command line. Raises BadLog."""
    kept = [f"{role}={name}" for role, name in policy.replay.columns.items()]
    try:
        found = dict(map(read_column, kept))
    except BadLog as error:
        where = f"{settings.shown_path(policy.source)}: replay.columns"
        raise BadLog(error.what, where=where, next_step=error.next_step) from None
    return found | dict(map(read_column, words))


def _instant(word: str | None, option: str) -> datetime | None:
    read = None if word is None else read_instant(word)
    if word is not None and read is None:
        message = f"{word!r} is not a valid date such as 2026-12-01"
        raise typer.BadParameter(message, param_hint=option)
    return read


@contextmanager
def _ends_cleanly() -> Iterator[None]:
    """End by an exception where the process is told to end, so that temporary files are removed."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
