"""Text for a stream in the encoding that it has, and messages beside the result.

Apart from Typer's echo, which writes UTF-8 where the terminal has another encoding.
"""

import sys
from typing import TextIO

from pricectl.report.canvas import encodable


def write(stream: TextIO, text: str) -> None:
    """Write text; a letter that the stream's encoding lacks is shown by its code."""
    encoding = stream.encoding or "utf-8"
    shown = encodable(text, encoding)
    stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def tell(message: str, end: str = "\n") -> None:
    """Write a message to standard error, if there is one."""
    if sys.stderr is not None:
        write(sys.stderr, message + end)
