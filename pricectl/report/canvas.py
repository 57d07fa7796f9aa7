"""Shared by all text output: colour, width, tables, aligned numbers."""

import re
from codecs import lookup
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.console import RenderableType

WRAP_FROM, WIDER = 12, 2
# What our own symbols are where the encoding of the output lacks them.
ASCII_SYMBOLS = MappingProxyType(
    {
        "\u2500": "-",  # the rule below headings
        "\u2588": "#",  # a bar
        "\u2192": "->",
        "\u25b2": "^",
        "\u25bc": "v",
        "\u2026": "...",
        "\u2013": "-",
        "\u2014": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u00d7": "x",
        "\u00b5": "u",
        "\u00b7": "-",
        "\u2022": "-",
        "\u2265": ">=",
        "\u2264": "<=",
        "\u00a0": " ",
        "\u202f": " ",
        "\u274c": "FAIL",
        "\u2705": "ok",
        "\u26a0": "!",
        "\u2139": "i",
        "\u2754": "?",
        "\ufe0f": "",  # makes a picture of the symbol before it
    }
)
_WHOLE_PART = re.compile(r"[^\d.]*\d[\d,]*")


class Canvas(NamedTuple):
    """How text is drawn: in colour or not, how wide (in cells), how much of it."""

    color: bool = False
    width: int = 100
    verbose: bool = False
    quiet: bool = False
    encoding: str = "utf-8"

    def shown(self, text: str) -> str:
        """The text in symbols that the encoding has; a letter of a name stays as it is."""
        return encodable(text, self.encoding)

    def draw(self, *parts: "RenderableType") -> str:
        """Renderables to text, each on lines of its own, without trailing spaces."""
        from io import StringIO

        from rich.console import Console

        # An arrow of two letters is one cell wider than its symbol.
        width = self.width if _is_unicode(self.encoding) else self.width - WIDER
        console = Console(
            file=StringIO(),
            width=width,
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
                console.print(part, width=width, crop=False)
        lines = capture.get().split("\n")
        return "\n".join(self.shown(line.rstrip()) for line in lines)


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


def longest_word(text: str) -> int:
    """How many columns of a terminal the longest word of a text takes."""
    return max(map(cells_of, text.split()), default=0)


def encodable(text: str, encoding: str) -> str:
    """A text whose symbols are written in ASCII where an encoding does not have them.

    >>> encodable("2.50 \u2192 3.00", "ascii"), encodable("a\u2026", "cp1252") == "a\u2026"
    ('2.50 -> 3.00', True)
    """
    if text.isascii() or _is_unicode(encoding):
        return text
    missing: dict[str, str | int | None] = {
        symbol: plain for symbol, plain in ASCII_SYMBOLS.items() if not _has(encoding, symbol)
    }
    return text.translate(str.maketrans(missing))


def _is_unicode(encoding: str) -> bool:
    try:
        return lookup(encoding).name.startswith("utf")
    except LookupError:
        return False


def _has(encoding: str, symbol: str) -> bool:
    try:
        return bool(symbol.encode(encoding))
    except (UnicodeEncodeError, LookupError):
        return False
