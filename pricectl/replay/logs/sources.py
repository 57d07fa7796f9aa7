"""Which files a log consists of, and their lines: plain, compressed, in folders, by pattern."""

import csv
import glob
import gzip
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from pricectl.replay.errors import BadLog

MAX_FILES = 100_000
# One call's row with all of its messages; a longer line is rejected, and its rest skipped.
MAX_LINE_BYTES = 16 * 1024 * 1024
# A page of an export, or a list of calls, is parsed as one value.
MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
_KINDS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".log": "json",
    ".duckdb": "duckdb",
    ".ddb": "duckdb",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_STARTS = {b"PAR1": "parquet", b"SQLite format 3\0": "sqlite", b"\x1f\x8b": "gzip"}
_STARTS[b"\x28\xb5\x2f\xfd"] = "zstd"
_CHUNK_BYTES = 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LogFile(NamedTuple):
    """One file of a log.

    `kind` is parquet, csv, json, duckdb or sqlite; `compression` gzip, zstd or empty. `table` is
    that of a database, where the caller named one as FILE:TABLE.
    """

    path: str
    kind: str
    compression: str = ""
    table: str = ""

    def open(self) -> IO[bytes]:
        """The uncompressed bytes. Raises BadLog."""
        try:
            if self.compression == "gzip":
                return cast("IO[bytes]", gzip.open(self.path, "rb"))
            if self.compression == "zstd":
                return _open_zstd(self.path)
            return Path(self.path).open("rb")
        except OSError as error:
            raise BadLog(f"cannot be read: {error.strerror or error}", where=self.path) from None


class RawLine(NamedTuple):
    """One line of a file: its number from 1, its bytes, and whether it was cut at the bound."""

    number: int
    data: bytes
    is_too_long: bool = False


def log_files(words: list[str]) -> tuple[LogFile, ...]:
    """The files that the words name: files, folders with all below, patterns, FILE:TABLE.

    Sorted within each word, each file once, whatever it is called: its calls would be counted
    twice. Raises BadLog if a word names nothing.
    """
    found: dict[tuple[str, str], LogFile] = {}
    for word in words:
        for path, table in _paths(word):
            file = _log_file(path, table)
            found.setdefault((os.path.normcase(os.path.realpath(path)), table), file)
            if len(found) > MAX_FILES:
                raise BadLog(f"names more than {MAX_FILES:,} files", where=word)
    return tuple(found.values())


def _paths(word: str) -> list[tuple[str, str]]:
    if word == "-":
        step = "write the log to a file, as it is read more than once"
        raise BadLog("standard input is not read", where=word, next_step=step)
    path = Path(word)
    try:
        if path.is_file():
            return [(word, "")]
        if path.is_dir():
            below = sorted(str(one) for one in path.rglob("*") if _is_log(one))
            if not below:
                raise BadLog("has no file of a known kind", where=word, next_step=_known())
            return [(one, "") for one in below]
        base, colon, table = word.rpartition(":")
        if colon and table and Path(base).is_file():
            return [(base, table)]
        # The pattern may be absolute, which those of Path may not.
        found = glob.glob(word, recursive=True)  # noqa: PTH207
        matched = sorted(one for one in found if Path(one).is_file())
    except (OSError, ValueError) as error:
        raise BadLog(f"cannot be read: {error}", where=word) from None
    if not matched:
        raise BadLog("no such file", where=word, next_step="name files, folders or a pattern")
    return [(one, "") for one in matched]


def _known() -> str:
    return f"known are {', '.join(_KINDS)}, also with .gz or .zst"


def _is_log(path: Path) -> bool:
    """Whether a file in a folder belongs to the log: by its name, since others may lie there."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPRESSIONS:
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in _KINDS and path.is_file()


def _log_file(path: str, table: str) -> LogFile:
    """The kind by the first bytes, where they say it, else by the name; JSON lines otherwise."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    try:
        with Path(path).open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise BadLog(f"cannot be read: {error.strerror or error}", where=path) from None
    marked = next((kind for mark, kind in _STARTS.items() if start.startswith(mark)), "")
    compression = marked if marked in _COMPRESSIONS.values() else ""
    if compression and suffixes and suffixes[-1] in _COMPRESSIONS:
        suffixes.pop()
    named = _KINDS.get(suffixes[-1], "") if suffixes else ""
    if start[8:12] == b"DUCK":
        marked = "duckdb"
    if marked and not compression:
        kind = marked
    elif named in {"csv", "json"}:
        kind = named
    elif named:
        raise BadLog(f"is not a {named} file, whatever its name says", where=path)
    else:
        kind = "json"
    if table and kind not in {"duckdb", "sqlite"}:
        raise BadLog("has no tables", where=path)
    return LogFile(path, kind, compression, table)


def _open_zstd(path: str) -> IO[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        try:
            from backports import zstd
        except ImportError:
            what = "is compressed with zstd, for which a library is missing"
            raise BadLog(what, where=path, next_step="pip install 'pricectl[replay]'") from None
    return cast("IO[bytes]", zstd.open(path, "rb"))


def lines(file: LogFile, done: Callable[[int], object] | None = None) -> Iterator[RawLine]:
    """The lines of a file without their ends, blank ones left out, a byte order mark too.

    `done` is told the bytes that were read from time to time. Raises BadLog where it cannot be
    decompressed.
    """
    number = read = 0
    with _readable(file) as opened:
        while data := opened.readline(MAX_LINE_BYTES + 1):
            number += 1
            too_long = len(data) > MAX_LINE_BYTES
            read += len(data)
            if too_long:
                for rest in iter(lambda: opened.readline(MAX_LINE_BYTES), b""):
                    if rest.endswith(b"\n"):
                        break
            if number == 1:
                data = data.removeprefix(_BYTE_ORDER_MARK)
            if done and number % 1000 == 0:
                done(read)
            data = data.strip()
            if data:
                yield RawLine(number, data[:2000] if too_long else data, too_long)


@contextmanager
def _readable(file: LogFile) -> Iterator[IO[bytes]]:
    """The uncompressed bytes. Raises BadLog, also while they are read: a file may be cut."""
    opened = file.open()
    try:
        with opened:
            yield opened
    except BadLog:
        raise
    except Exception as error:
        # Each library has an error of its own for what it cannot decompress.
        if file.compression or isinstance(error, (OSError, ValueError)):
            what = f"cannot be read: {error}"[:200]
            raise BadLog(what, where=file.path, next_step="is the file complete?") from None
        raise


def whole(file: LogFile) -> bytes:
    """All bytes of a file that is one JSON value. Raises BadLog for one that is too large."""
    with _readable(file) as opened:
        data = opened.read(MAX_DOCUMENT_BYTES + 1)
    if len(data) > MAX_DOCUMENT_BYTES:
        what = f"is one JSON value of more than {MAX_DOCUMENT_BYTES // 1024**2} MiB"
        raise BadLog(what, where=file.path, next_step="write it as JSON lines")
    return data.removeprefix(_BYTE_ORDER_MARK)


def check_complete(file: LogFile) -> None:
    """Decompress a file once: DuckDB takes one that is damaged or cut short for one of fewer calls.

    Raises BadLog.
    """
    if file.compression:
        with _readable(file) as opened:
            while opened.read(_CHUNK_BYTES):
                pass


def csv_delimiter(file: LogFile) -> str:
    """What stands between the cells of a CSV file: by its heading."""
    return max(",;\t|", key=csv_heading(file).count)


def csv_heading(file: LogFile) -> str:
    """The first line of a CSV file."""
    with _readable(file) as opened:
        heading = opened.readline(MAX_LINE_BYTES).removeprefix(_BYTE_ORDER_MARK)
    return heading.decode("utf-8", "replace").strip()


def csv_names(file: LogFile) -> list[str]:
    """The names of the columns of a CSV file, each once in any case; those without one numbered."""
    with _readable(file) as opened:
        text = io.TextIOWrapper(opened, "utf-8-sig", errors="replace", newline="")
        csv.field_size_limit(MAX_LINE_BYTES)
        try:
            heading = next(filter(None, csv.reader(text, delimiter=csv_delimiter(file))), [])
        except csv.Error as error:
            raise BadLog(f"heading: {error}", where=file.path) from None
    found: dict[str, str] = {}
    for place, word in enumerate(heading or ["nothing"]):
        name = first = word or f"column{place}"
        number = 0
        while name.lower() in found:
            number += 1
            name = f"{first}_{number}"
        found[name.lower()] = name
    return list(found.values())


def csv_rows(file: LogFile) -> Iterator[tuple[int, dict[str, str]]]:
    """The records of a CSV file by their heading, each with the number of its last line."""
    with _readable(file) as opened:
        # Bytes that are not UTF-8 become visible marks, and the rest of the row can be read.
        text = io.TextIOWrapper(opened, "utf-8-sig", errors="replace", newline="")
        csv.field_size_limit(MAX_LINE_BYTES)
        reader = csv.DictReader(text, delimiter=csv_delimiter(file))
        try:
            for row in reader:
                yield reader.line_num, {name: value for name, value in row.items() if name}
        except csv.Error as error:
            raise BadLog(f"line {reader.line_num}: {error}", where=file.path) from None
