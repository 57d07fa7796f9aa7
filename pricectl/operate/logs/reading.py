"""Reads what production's log says about prices: good signs, bad signs, names.

The log comes in blocks of bytes; plain and JSON lines may be mixed, undecodable bytes are skipped.
Memory does not grow with the length of the log or of its lines.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from pricectl.files import catalog_file
from pricectl.flags import FALLBACK, SIGNS, UNKNOWN_MODEL, Sign
from pricectl.operate.logs.lines import read_line

# A longer line is read in pieces of about this size.
MAX_LINE_BYTES = 1024 * 1024
# How many names are counted one by one; the rarest of more are counted together.
MAX_NAMES = 5_000
MAX_KINDS = 50
_KIND = re.compile(r"[a-z][a-z-]{0,39}")


BLOCK_BYTES = 256 * 1024
# How compressed files begin, and the command that makes them text.
_OTHER_FORMATS = {
    b"\x1f\x8b": ("is compressed", "gzip -dc {}"),
    b"\x28\xb5\x2f\xfd": ("is compressed", "zstd -dc {}"),
    b"BZh": ("is compressed", "bzip2 -dc {}"),
    b"\xfd7zXZ": ("is compressed", "xz -dc {}"),
    b"\xff\xfe": ("is UTF-16", "iconv -f utf-16 -t utf-8 {}"),
    b"\xfe\xff": ("is UTF-16", "iconv -f utf-16 -t utf-8 {}"),
}


_BY_PHRASE = {sign.phrase: sign for sign in SIGNS}


class Moment(NamedTuple):
    """A place in the log: its line, 1-based, and the time as it is written there, if it is."""

    line: int
    time: str = ""


class Sighting(NamedTuple):
    """One sign in one line, with the other values of the line; its texts are untrusted."""

    sign: Sign
    moment: Moment
    kind: str = ""
    model: str = ""
    reason: str = ""
    held_back: int = 0


class SignCount(NamedTuple):
    """How often a sign was seen, and when; `reason` is the last one given.

    `held_back` is how many more lines the writer says it left out.
    """

    sign: Sign
    lines: int
    held_back: int
    first: Moment
    last: Moment
    reason: str = ""


class FallbackName(NamedTuple):
    """A name that fell back, why, and in how many lines."""

    model: str
    kind: str
    lines: int


class LogTally(NamedTuple):
    """What a log of `lines` lines says: signs in their order, kinds and names by weight.

    `rarer` counts the lines about names too rare to be kept.
    """

    lines: int
    seen: tuple[SignCount, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()
    names: tuple[FallbackName, ...] = ()
    rarer: int = 0

    @property
    def bad(self) -> bool:
        """Whether any sign is a bad one."""
        return any(not seen.sign.good for seen in self.seen)


def blocks(name: str, reader: str = "pricectl logs -") -> Iterator[bytes]:
    """The bytes of a log, or of standard input for "-", without waiting for a block to be full.

    `reader` is the command that reads a log from standard input. Raises Unavailable, also for a
    compressed file: finding nothing must not look clean.
    """
    piped = name == catalog_file.STDIN
    source = "standard input" if piped else name
    try:
        with nullcontext(catalog_file.standard_input()) if piped else Path(name).open("rb") as file:
            # `read1` returns what a pipe has now; only buffered readers have it.
            read_some = getattr(file, "read1", file.read)
            block = read_some(BLOCK_BYTES)
            for start, (what, command) in _OTHER_FORMATS.items():
                if block.startswith(start):
                    step = f"run '{command.format('FILE' if piped else name)} | {reader}'"
                    raise catalog_file.Unavailable(what, where=source, next_step=step)
            while block:
                yield block
                block = read_some(BLOCK_BYTES)
    except FileNotFoundError:
        raise catalog_file.Unavailable(
            "no such file", where=name, next_step="name a log, or '-' for standard input"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise catalog_file.Unavailable(f"cannot be read: {reason}", where=source) from None


class LogReader:
    """Finds the signs in a stream; `lines` counts what has been read so far."""

    def __init__(self) -> None:
        self.lines = 0

    def sightings(self, log: Iterable[bytes]) -> Iterator[Sighting]:
        """Each sign as soon as its line is complete; what stands after the last break is a line."""
        rest = b""
        for block in log:
            data = rest + block
            cut = data.rfind(b"\n") + 1
            if len(data) - cut > MAX_LINE_BYTES:
                cut = len(data)
            rest = data[cut:]
            yield from self._in(data[:cut])
        yield from self._in(rest)
        self.lines += bool(rest)

    def _in(self, data: bytes) -> Iterator[Sighting]:
        counted = 0
        for hit in _hits(data.lower()):
            begin, end = data.rfind(b"\n", 0, hit) + 1, _end(data, hit) + 1
            number = self.lines + data.count(b"\n", counted, begin) + 1
            self.lines += data.count(b"\n", counted, end)
            counted = end
            line = read_line(data[begin:end].decode("utf-8", "replace").strip(), tuple(_BY_PHRASE))
            kind = line.kind if _KIND.fullmatch(line.kind) else ""
            if not kind and line.model:  # a loader that names the model knows one kind only
                kind = UNKNOWN_MODEL
            for phrase in line.phrases:
                sign, moment = _BY_PHRASE[phrase], Moment(number, line.time)
                yield Sighting(sign, moment, kind, line.model, line.reason, line.held_back)
        self.lines += data.count(b"\n", counted)


def _hits(lowered: bytes) -> Iterator[int]:
    """The offset of the first phrase of every line that has one."""
    ahead = {phrase: lowered.find(phrase) for phrase in map(str.encode, _BY_PHRASE)}
    while offsets := [offset for offset in ahead.values() if offset >= 0]:
        first = min(offsets)
        yield first
        end = _end(lowered, first)
        for phrase, offset in ahead.items():
            if 0 <= offset < end:
                ahead[phrase] = lowered.find(phrase, end)


def _end(data: bytes, offset: int) -> int:
    end = data.find(b"\n", offset)
    return len(data) if end < 0 else end


class SignCounter:
    """Adds sightings up, in bounded memory."""

    def __init__(self) -> None:
        self._seen: dict[Sign, SignCount] = {}
        self._kinds: dict[str, int] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._rarer = 0

    def add(self, one: Sighting) -> None:
        """Count one more."""
        before = self._seen.get(one.sign) or SignCount(one.sign, 0, 0, one.moment, one.moment)
        self._seen[one.sign] = before._replace(
            lines=before.lines + 1,
            held_back=before.held_back + one.held_back,
            last=one.moment,
            reason=one.reason or before.reason,
        )
        if one.sign.phrase != FALLBACK:
            return
        if one.kind in self._kinds or len(self._kinds) < MAX_KINDS:
            self._kinds[one.kind] = self._kinds.get(one.kind, 0) + 1
        if one.model:
            name = one.model, one.kind
            self._names[name] = self._names.get(name, 0) + 1
            # Only at twice the bound, so that sorting is rare.
            if len(self._names) > 2 * MAX_NAMES:
                ordered = sorted(self._names.items(), key=lambda item: -item[1])
                self._names = dict(ordered[:MAX_NAMES])
                self._rarer += sum(lines for _, lines in ordered[MAX_NAMES:])

    def tally(self, lines: int) -> LogTally:
        """Everything so far, of a log of so many lines."""
        names = sorted(self._names.items(), key=lambda item: (-item[1], item[0]))
        kinds = sorted(self._kinds.items(), key=lambda item: (-item[1], item[0]))
        return LogTally(
            lines,
            tuple(self._seen[sign] for sign in SIGNS if sign in self._seen),
            tuple(kinds),
            tuple(FallbackName(model, kind, count) for (model, kind), count in names),
            self._rarer,
        )


def read(log: Iterable[bytes]) -> LogTally:
    """A whole log at once.

    >>> read([b'fallback pricing: kind="unknown-model" model="gpt-9"']).names
    (FallbackName(model='gpt-9', kind='unknown-model', lines=1),)
    """
    reader, counter = LogReader(), SignCounter()
    for sighting in reader.sightings(log):
        counter.add(sighting)
    return counter.tally(reader.lines)
