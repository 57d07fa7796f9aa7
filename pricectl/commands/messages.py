"""Messages beside the result, on standard error.

Apart from Typer's echo, which writes UTF-8 where the terminal has another encoding.
"""

import sys

from pricectl.report.canvas import encodable


def tell(message: str, end: str = "\n") -> None:
    """Write a message in what the encoding of standard error has; never fails for a symbol."""
    stream = sys.stderr
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    text = encodable(message + end, encoding)
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
