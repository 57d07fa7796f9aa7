"""Options of `replay` of which one would be dropped in silence if both were given."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

import typer

CHARGED, ENGINE = "--charged", "--engine"


class OptionPair(NamedTuple):
    """Options that do not go with another one, and what that one does instead of them."""

    options: tuple[str, ...]
    without: str
    reason: str


PAIRS = (
    OptionPair((ENGINE,), CHARGED, "which compares jobs on this machine"),
    OptionPair((ENGINE,), "--summary", "which is written on this machine"),
    OptionPair(
        ("--base", "--at"),
        CHARGED,
        "which compares what was charged with the prices in the file, as of each call's time",
    ),
    OptionPair(("--by",), CHARGED, "which lists accounts and jobs"),
    OptionPair(("--from", "--until"), CHARGED, "which compares whole jobs"),
)
# A ledger has each job's own mode, markup and account, and its rows are of one known shape.
OF_LEDGERS = ("--mode", "--profile", "--column", "--cache", "--rows")


def check_pairs(given: Collection[str], *, is_ledger: bool) -> None:
    """Raises BadParameter for options that contradict one another.

    Args:
        given: the options of the command line, such as "--by".
        is_ledger: `--charged` names a ledger, and no other log.
    """
    pairs: Iterable[OptionPair] = PAIRS
    if is_ledger:
        reason = "whose ledger states the conditions of each job itself"
        pairs = (*PAIRS, OptionPair(OF_LEDGERS, CHARGED, reason))
    for pair in pairs:
        for option in pair.options:
            if option in given and pair.without in given:
                words = f"works without {pair.without} only, {pair.reason}"
                raise typer.BadParameter(words, param_hint=option)


def check_period(start: datetime | None, end: datetime | None) -> None:
    """Raises BadParameter for a period that ends before it begins, or when it does."""
    if start and end and start >= end:
        message = f"{start:%Y-%m-%d %H:%M} is not before --until {end:%Y-%m-%d %H:%M}"
        raise typer.BadParameter(message, param_hint="--from")
