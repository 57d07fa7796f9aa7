"""Options of `replay` of which one would be dropped in silence if both were given."""

from collections.abc import Mapping
from typing import NamedTuple

import typer

CHARGED, ENGINE = "--charged", "--engine"


class OptionPair(NamedTuple):
    """Options that do not go with another one, and what that one does instead of them."""

    options: tuple[str, ...]
    without: str
    reason: str


PAIRS = (
    OptionPair((ENGINE,), CHARGED, "which only DuckDB, the default, works out"),
    OptionPair((ENGINE,), "--summary", "which only DuckDB, the default, works out"),
    OptionPair(
        ("--base", "--at"),
        CHARGED,
        "which compares what was charged with the prices in the file, as of each call's time",
    ),
    OptionPair(("--by",), CHARGED, "which lists accounts and jobs"),
)
# A ledger has each job's own mode, markup and account, and its rows are of one known shape.
OF_LEDGER = OptionPair(
    ("--mode", "--profile", "--column", "--cache", "--rows"),
    CHARGED,
    "whose ledger states the conditions of each job itself",
)


def check_pairs(given: Mapping[str, object], *, is_ledger: bool) -> None:
    """Raises BadParameter for options that contradict one another.

    Args:
        given: the values of options such as "--by"; None is not given.
        is_ledger: `--charged` names a ledger, and no other log.
    """
    for pair in (*PAIRS, OF_LEDGER) if is_ledger else PAIRS:
        for option in pair.options:
            if given.get(option) is not None and given.get(pair.without) is not None:
                words = f"cannot be combined with {pair.without}, {pair.reason}"
                raise typer.BadParameter(words, param_hint=option)
