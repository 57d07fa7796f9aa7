"""Says on a terminal what takes long, how far it is, and takes the line away again."""

import sys
from time import monotonic
from typing import Self

from pricectl.core.labels import clean

# What is done sooner needs no word.
PATIENCE_SECONDS = 0.5
# A line that changes more often cannot be read.
TELL_SECONDS = 0.2


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


class RateLine(ProgressLine):
    """A line with the share that is done, the rate and the time left of each stage."""

    def __init__(self, *, quiet: bool = False) -> None:
        super().__init__(quiet=quiet)
        self._stage = ""
        self._began = self._told = monotonic()

    def __call__(self, words: str, share: float | None = None, rows: int = 0) -> None:
        """Say the stage; `share` is how much of it is done, `rows` how many rows were read."""
        now = monotonic()
        if words != self._stage:
            self._stage, self._began = words, now
        elif now - self._told < TELL_SECONDS:
            return
        self._told = now
        seconds = now - self._began
        facts = []
        if seconds > PATIENCE_SECONDS and share:
            left = round(seconds * (1 - share) / share)
            facts += [f"{share:.0%}", f"{left // 60}:{left % 60:02d} left"]
        if seconds > PATIENCE_SECONDS and rows:
            facts.append(f"{round(rows / seconds):,} rows a second")
        super().__call__(f"{words}: {', '.join(facts)}" if facts else words)
