"""The options of `replay` that say how a log is read."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

import typer

from pricectl.commands.usage import log_columns
from pricectl.core.windows import read_instant
from pricectl.policy import Policy
from pricectl.replay.logs.plain import LogOptions


class CachePlace(StrEnum):
    """Whether the input tokens of a log include those of the cache."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class LogReadingOptions(NamedTuple):
    """Which calls of a log count, and what its columns say."""

    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Leave out calls before this day or UTC time."),
    ] = None
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="Leave out calls from this day or UTC time on."
        ),
    ] = None
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=COLUMN",
            help="Which column says what, such as name=deployment or account=customer. May be "
            "repeated.",
            show_default="the setting 'replay', else guessed",
        ),
    ] = None
    cache: Annotated[
        CachePlace | None,
        typer.Option(
            metavar="WHERE",
            help="Whether the input tokens include those of the cache: inside or outside.",
            show_default="what the log says",
        ),
    ] = None

    @property
    def given(self) -> dict[str, object]:
        """The values of the command line by the names of their options; None is not given."""
        names = ("--from", "--until", "--column", "--cache")
        return dict(zip(names, self, strict=True))

    def log_options(self, policy: Policy) -> LogOptions:
        """How the log is read, by the command line and the settings.

        Raises BadParameter for a bad time or a period without a day, BadLog for a bad column.
        """
        start, end = _instant(self.start, "--from"), _instant(self.until, "--until")
        if start and end and start >= end:
            message = f"{start:%Y-%m-%d %H:%M} is not before --until {end:%Y-%m-%d %H:%M}"
            raise typer.BadParameter(message, param_hint="--from")
        return LogOptions(
            log_columns(policy, self.column or []),
            self.cache.value if self.cache else policy.replay.cache or "",
            start=start,
            end=end,
            is_cache_asked=self.cache is not None,
        )


def _instant(word: str | None, option: str) -> datetime | None:
    read = None if word is None else read_instant(word)
    if word is not None and read is None:
        message = f"{word!r} is not a valid date such as 2026-12-01"
        raise typer.BadParameter(message, param_hint=option)
    return read
