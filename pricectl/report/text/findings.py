"""Findings for people: each with its place in the source, marked by carets."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from pricectl.check.findings import Finding, Severity, Threshold
from pricectl.check.positions import Span
from pricectl.check.validation import Report
from pricectl.core.labels import count, plural
from pricectl.report.canvas import Canvas, clean
from pricectl.report.concise import due

if TYPE_CHECKING:
    from rich.text import Text

STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
GUTTER, DIM = "blue", "dim"
# More findings of one rule are counted instead of shown.
SHOWN_OF_A_RULE = 10
TAB = "    "
MIN_SOURCE_WIDTH = 24
ELLIPSIS = len("...")


def report(reports: list[Report], canvas: Canvas, *, quiet: bool, threshold: Threshold) -> str:
    """The findings of every file, each file's ending with its summary.

    Notes are shown where they are asked for or trip the threshold.
    """
    parts: list[Text] = []
    for found in reports:
        if not quiet:
            parts += _findings(found, canvas, threshold)
        parts.append(summary(found, named=len(reports) > 1))
    return canvas.draw(*parts)


def _findings(found: Report, canvas: Canvas, threshold: Threshold) -> Iterator["Text"]:
    from rich.text import Text

    shown: Counter[str] = Counter()
    hidden: Counter[tuple[str, Severity]] = Counter()
    notes = canvas.verbose or threshold.level == "info"
    for finding in found.findings:
        if finding.severity == "info" and not notes and not threshold.trips(finding):
            continue
        shown[finding.rule] += 1
        if shown[finding.rule] > SHOWN_OF_A_RULE and not canvas.verbose:
            hidden[finding.rule, finding.severity] += 1
        else:
            yield _finding(found, finding, canvas.width)
    for (rule, severity), more in hidden.most_common():
        line = Text("... ", DIM)
        line.append(f"{count(more)} more ")
        line.append(f"{severity}[{rule}]", STYLES[severity])
        line.append("; -v shows all, -o concise one a line", DIM)
        yield line
    if hidden:
        yield Text()


def _finding(found: Report, finding: Finding, width: int) -> "Text":
    from rich.text import Text

    head = Text(no_wrap=True, overflow="ignore")
    head.append(f"{finding.severity}[{finding.rule}]", STYLES[finding.severity])
    indent = " " * head.cell_len + " "
    message = _wrapped(clean(finding.message) + due(finding), width, indent)
    head.append(f" {message}\n", "bold")
    frames = list(_frames(found, finding))
    gutter = len(str(max((frame.span.line for frame in frames), default=0)))
    place = clean(found.place(finding))
    if finding.span:
        place += f":{finding.span.line}:{finding.span.column}"
    head.append(" " * gutter + "--> ", GUTTER).append(f"{place}\n")
    if frames:
        head.append(" " * gutter + " |\n", GUTTER)
        head.append_text(_drawn(frames, found, gutter, width))
    if finding.hint:
        if frames:
            head.append(" " * gutter + " |\n", GUTTER)
        start = " " * gutter + " = hint: "
        head.append(" " * gutter + " = ", GUTTER).append("hint", "bold cyan").append(": ")
        head.append(_wrapped(clean(finding.hint), width, " " * len(start)) + "\n")
    return head


def _wrapped(words: str, width: int, indent: str) -> str:
    """Words on lines of the canvas' width, the first of them begun after the indent."""
    room = max(MIN_SOURCE_WIDTH, width - len(indent))
    lines = textwrap.wrap(words, room, break_on_hyphens=False) or [""]
    return f"\n{indent}".join(lines)


class _Frame(NamedTuple):
    """A marked stretch of the source with a word about it; without a mark it is context."""

    span: Span
    mark: str
    style: str
    said: str = ""


def _frames(found: Report, finding: Finding) -> list[_Frame]:
    if not finding.span or not _worth_showing(found, finding):
        return []
    style = STYLES[finding.severity]
    frames = [_Frame(finding.span, "^", style, "again here" if finding.also else "")]
    if finding.also:
        frames.append(_Frame(finding.also, "-", "blue", "first here"))
    row = "/".join(finding.pointer.split("/")[:3])
    if finding.pointer.count("/") > 2:  # noqa: PLR2004 - below a row: its name is worth showing
        frames.append(_Frame(found.positions.key(row), "", ""))
    marked = {frame.span.line for frame in frames if frame.mark}
    kept = [frame for frame in frames if frame.mark or frame.span.line not in marked]
    return sorted(kept, key=lambda frame: frame.span)


def _worth_showing(found: Report, finding: Finding) -> bool:
    """Whether the place says more than that the whole file is meant."""
    line = found.positions.line(finding.span.line) if finding.span else ""
    return bool(line.strip()) and (bool(finding.pointer) or line.strip() != "{")


def _drawn(frames: list[_Frame], found: Report, gutter: int, width: int) -> "Text":
    from rich.text import Text

    room = max(MIN_SOURCE_WIDTH, width - gutter - 3)
    drawn = Text()
    last = frames[0].span.line
    for frame in frames:
        line = frame.span.line
        if line > last + 1:
            drawn.append("...\n", GUTTER)
        if line != last or frame is frames[0]:
            shown = window(found.positions.line(line), frame.span, room)
            drawn.append(f"{line:>{gutter}} | ", GUTTER)
            drawn.append(f"{shown.text}\n", "" if frame.mark else DIM)
        if frame.mark:
            shown = window(found.positions.line(line), frame.span, room)
            drawn.append(" " * gutter + " | ", GUTTER)
            drawn.append(" " * shown.start + frame.mark * shown.length, frame.style)
            drawn.append(f" {frame.said}\n" if frame.said else "\n", frame.style)
        last = line
    return drawn


class Window(NamedTuple):
    """The part of a source line that is shown, and the cells of it that are marked."""

    text: str
    start: int
    length: int


def window(line: str, span: Span, room: int) -> Window:
    """The part of a line around a span that fits into so many terminal cells.

    Tabs become spaces, control characters their codes; wide characters count two cells.
    """
    first = span.column - 1
    begin = max(0, first - room) if len(line) > room else 0
    before, marked, after = (
        _shown(part)
        for part in (
            line[begin:first],
            line[first : first + min(span.length, room)],
            line[first + span.length : first + span.length + room],
        )
    )
    cut = begin > 0
    if _cells(before + marked + after) > room:
        needed = min(_cells(marked), room // 2) + min(_cells(after), room // 3)
        short = _tail(before, max(0, room - needed - 2 * ELLIPSIS))
        before, cut = short, cut or short != before
    prefix = "..." if cut else ""
    start = len(prefix) + _cells(before)
    text = _head(prefix + before + marked + after, room)
    return Window(text, start, max(1, min(_cells(marked), room - start)))


def _shown(part: str) -> str:
    return clean(part.replace("\t", TAB))


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _head(text: str, room: int) -> str:
    if _cells(text) <= room:
        return text
    while _cells(text) > room - 3:
        text = text[: min(len(text) - 1, room)]
    return f"{text}..."


def _tail(text: str, room: int) -> str:
    while _cells(text) > room:
        text = text[max(1, len(text) - room) :]
    return text


def summary(found: Report, *, named: bool) -> "Text":
    """What was found in a file, on one line."""
    from rich.text import Text

    counts = {severity: found.count(severity) for severity in STYLES}
    words = {"info": "note"}
    said = [plural(number, words.get(kind, kind)) for kind, number in counts.items() if number]
    models = plural(found.models, "model")
    line = Text(f"{clean(found.file)}: " if named else "")
    due = f", {count(found.due)} due by date" if found.due else ""
    waived = f", {plural(len(found.waived), 'finding')} waived" if found.waived else ""
    if said:
        worst = next(severity for severity, number in counts.items() if number)
        line.append(", ".join(said), STYLES[worst])
        return line.append(f" in {models}{due}{waived}")
    return line.append("ok", "bold green").append(f": {models}, no findings{waived}")
