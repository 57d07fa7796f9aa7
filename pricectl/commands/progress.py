"""Says on a terminal what takes long, and takes the line away again."""

import sys
from time import monotonic
from typing import Self

from pricectl.core.labels import clean

# What is done sooner needs no word.
PATIENCE_SECONDS = 0.5


def is_terminal() -> bool:
    """Whether somebody watches."""
    return sys.stderr.isatty()


class ProgressLine:
    """One line on standard error, if that is a terminal: a context that is called with words."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = False
        self._on = is_terminal() and not quiet
        self._start = monotonic()

    def __call__(self, words: str) -> None:
        """Say what is being done."""
        if self._on and (self._shown or monotonic() - self._start > PATIENCE_SECONDS):
            sys.stderr.write(f"\r\x1b[K{clean(words)[:70]} ...")
            sys.stderr.flush()
            self._shown = True

    def __enter__(self) -> Self:
        """Start counting."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
