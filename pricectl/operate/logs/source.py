"""A log, or standard input, in blocks as they come."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pricectl.files import catalog_file

BLOCK_BYTES = 256 * 1024
# What a file begins with whose text cannot be searched as it is, and what makes it one.
_OTHER_FORMATS = {
    b"\x1f\x8b": ("is compressed", "gzip -dc {} | pricectl logs -"),
    b"\x28\xb5\x2f\xfd": ("is compressed", "zstd -dc {} | pricectl logs -"),
    b"BZh": ("is compressed", "bzip2 -dc {} | pricectl logs -"),
    b"\xfd7zXZ": ("is compressed", "xz -dc {} | pricectl logs -"),
    b"\xff\xfe": ("is UTF-16", "iconv -f utf-16 -t utf-8 {} | pricectl logs -"),
    b"\xfe\xff": ("is UTF-16", "iconv -f utf-16 -t utf-8 {} | pricectl logs -"),
}


def blocks(name: str) -> Iterator[bytes]:
    """The bytes of a file, or of standard input for "-", without waiting for a block to be full.

    Raises Unavailable.
    """
    if name == catalog_file.STDIN:
        yield from _checked(_pieces(sys.stdin.buffer, "standard input"), "standard input")
        return
    try:
        with Path(name).open("rb") as file:
            yield from _checked(_pieces(file, name), name)
    except FileNotFoundError:
        raise catalog_file.Unavailable(
            "no such file", where=name, next_step="name a log, or '-' for standard input"
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None


def _pieces(file: BinaryIO, name: str) -> Iterator[bytes]:
    # `read1` returns what a pipe has now; only buffered readers have it.
    read = getattr(file, "read1", file.read)
    try:
        while block := read(BLOCK_BYTES):
            yield block
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> catalog_file.Unavailable:
    reason = getattr(error, "strerror", None) or str(error)
    return catalog_file.Unavailable(f"cannot be read: {reason}", where=name)


def _checked(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Nothing would be found in another format, and finding nothing must not look clean."""
    for number, block in enumerate(pieces):
        if number == 0:
            for start, (what, command) in _OTHER_FORMATS.items():
                if block.startswith(start):
                    shown = "FILE" if name == "standard input" else name
                    raise catalog_file.Unavailable(
                        what, where=name, next_step=f"run '{command.format(shown)}'"
                    )
        yield block
