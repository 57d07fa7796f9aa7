"""Shared by all text output: colour, width, tables, aligned numbers."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.console import RenderableType

WRAP_FROM = 12
_WHOLE_PART = re.compile(r"[^\d.]*\d[\d,]*")


class Canvas(NamedTuple):
    """How text is drawn: in colour or not, how wide (in cells), how much of it."""

    color: bool = False
    width: int = 100
    verbose: bool = False
    quiet: bool = False

    def draw(self, *parts: "RenderableType") -> str:
        """Renderables to text, each on lines of its own, without trailing spaces."""
        from io import StringIO

        from rich.console import Console

        console = Console(
            file=StringIO(),
            width=self.width,
            force_terminal=self.color,
            color_system="standard" if self.color else None,
            no_color=not self.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        with console.capture() as capture:
            for part in parts:
                console.print(part, width=self.width, crop=False)
        lines = capture.get().split("\n")
        return "\n".join(line.rstrip() for line in lines)


def at_point(numbers: Iterable[str]) -> list[str]:
    """Numbers padded so that their decimal points are aligned.

    What stands behind a number, such as "x" or "%", goes with its decimals.

    >>> at_point(["2.50", "10.125", "3"]), at_point(["1x", "48.9x"])
    ([' 2.50 ', '10.125', ' 3    '], [' 1x  ', '48.9x'])
    """
    parts = []
    for number in numbers:
        found = _WHOLE_PART.match(number)
        end = found.end() if found else len(number)
        parts.append((number[:end], number[end:]))
    left = max((len(whole) for whole, _ in parts), default=0)
    right = max((len(rest) for _, rest in parts), default=0)
    return [whole.rjust(left) + rest.ljust(right) for whole, rest in parts]


def cells_of(text: str) -> int:
    """How many columns of a terminal a text takes; wide letters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
