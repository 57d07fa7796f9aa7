"""A comparison for people: prices, names answered otherwise, what jobs cost."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from textwrap import wrap
from typing import NamedTuple
from unicodedata import east_asian_width

from pricectl.changes import Change, Comparison, Impact
from pricectl.changes.gates import GatedComparison
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.labels import count
from pricectl.report import changes as words
from pricectl.report.canvas import Canvas, at_point, clean
from pricectl.report.changes import ARROW

MAX_PRICES, MAX_ROWS, MAX_NAMES, MAX_JOBS, MAX_OTHERS = 200, 100, 50, 40, 20
INDENT, GAP, NARROWEST = 2, 2, 12
PRICES = "Prices, USD per 1M tokens where no unit is named"
_EMPTY = (("", ""),)
_SIGNS = {"removed": "-", "renamed": "~", "added": "+"}
_STYLES = {words.UP: "red", words.DOWN: "green", words.SAME: "dim"}


class Line(NamedTuple):
    """Cells of a block, or its heading if there is one only.

    `mark` colours the last cell, `note` is said once below the block.
    """

    cells: tuple[str, ...]
    mark: str = ""
    note: str = ""


Block = Sequence[Line]
# One line of the report: pieces of text, each with its style.
Styled = tuple[tuple[str, str], ...]


def report(compared: GatedComparison, canvas: Canvas, *, quiet: bool = False) -> str:
    """The whole comparison; with `quiet` its first sentence and the gates."""
    lines = list(_folding(compared.summary, "bold", canvas))
    if not quiet:
        lines += _sections(compared.comparison, canvas)
        looks = words.only_looks(compared.comparison)
        lines += [_EMPTY, *_folding(looks, "dim", canvas)] if looks else []
    for told in words.left_out(compared.comparison):
        lines += _folding(told, "yellow", canvas)
    lines += [_EMPTY] if compared.gates and not quiet else []
    for gate in compared.gates:
        style = "bold red" if gate.tripped else "green"
        lines += _folding(gate.text, style, canvas)
    return _coloured(lines, canvas) if canvas.color else _plain(lines)


def _plain(lines: Iterable[Styled]) -> str:
    """Text without colour needs no library, which is a good part of a short run."""
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def _coloured(lines: Iterable[Styled], canvas: Canvas) -> str:
    from rich.text import Text

    return canvas.draw(*(Text.assemble(*line, no_wrap=True, overflow="ignore") for line in lines))


def _folding(told: str, style: str, canvas: Canvas) -> Iterator[Styled]:
    """A sentence over the whole width, further lines as far in as the first."""
    text = clean(told)
    indent = " " * (len(text) - len(text.lstrip()))
    for piece in _chunks(text.lstrip(), canvas.width - len(indent)):
        yield ((indent + piece, style),)


class Section(NamedTuple):
    """A block of lines: how its columns stand, and how many lines there would be in all."""

    title: str
    sides: str
    lines: Block
    total: int


def _sections(found: Comparison, canvas: Canvas) -> Iterator[Styled]:
    for section in _all_sections(found, everything=canvas.verbose):
        if section.total:
            yield _EMPTY
            yield from _folding(section.title, "bold", canvas)
            yield from _drawn(section.lines, section.sides, canvas)
            left_out = section.total - sum(len(line.cells) > 1 for line in section.lines)
            more = [f"and {count(left_out)} more; -v shows all"] if left_out else []
            for note in (*more, *dict.fromkeys(line.note for line in section.lines if line.note)):
                yield from _folding(f"  {note}", "dim", canvas)


def _all_sections(found: Comparison, *, everything: bool) -> Iterator[Section]:
    prices, names = found.of("repriced"), found.of("resolution")
    rows = sorted(
        found.of("added", "removed", "renamed"), key=lambda row: list(_SIGNS).index(row.kind)
    )
    jobs, others = found.changed_jobs, found.of("metadata")
    most = (MAX_PRICES, MAX_ROWS, MAX_NAMES, MAX_JOBS, MAX_OTHERS)
    p, r, n, j, o = (None if everything else limit for limit in most)
    yield Section(PRICES, "lrlrr", _prices(prices[:p]), len(prices))
    yield Section("Rows", "lll", _rows(rows[:r]), len(rows))
    yield Section("Names answered by another row", "llllr", _names(names[:n]), len(names))
    charges = [mode.name for mode in BUDGET_MODES.values() if mode.basis == "cost"]
    title = f"Sample jobs, USD and credits of {' and '.join(charges)}"
    yield Section(title, f"lrlr{'r' * len(charges)}r", _jobs(jobs[:j]), len(jobs))
    yield Section("Other changes", "llll", _others(others[:o]), len(others))


def _drawn(lines: Block, sides: str, canvas: Canvas) -> Iterator[Styled]:
    """Headings across the page, and between them lines whose columns all stand alike."""
    rows = [line.cells for line in lines if len(line.cells) > 1]
    widths = _fitted(rows, sides, canvas.width - INDENT)
    for line in lines:
        if len(line.cells) == 1:
            yield from _folding(line.cells[0], "bold", canvas)
        else:
            yield from _row(line, sides, widths)


def _fitted(rows: Sequence[tuple[str, ...]], sides: str, width: int) -> list[int]:
    """As wide as the cells; where that is too wide, the widest texts fold."""
    widths = [max(_size(clean(cell)) for cell in column) for column in zip(*rows, strict=True)]
    texts = [index for index, side in enumerate(sides) if side == "l"]
    while sum(widths) + GAP * (len(widths) - 1) > width:
        widest = max(texts, key=lambda index: widths[index])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _row(line: Line, sides: str, widths: Sequence[int]) -> Iterator[Styled]:
    """One line of cells; a text that is too long for its column goes on below."""
    columns = [_chunks(clean(cell), width) for cell, width in zip(line.cells, widths, strict=True)]
    for pieces in zip_longest(*columns, fillvalue=""):
        *cells, last = map(_padded, pieces, widths, sides)
        before = " " * INDENT + "".join(cell + " " * GAP for cell in cells)
        yield (before, ""), (last, _STYLES.get(line.mark, ""))


def _padded(piece: str, width: int, side: str) -> str:
    space = " " * (width - _size(piece))
    return space + piece if side == "r" else piece + space


def _size(text: str) -> int:
    """How many columns a text takes; wide letters take two."""
    return len(text) + (0 if text.isascii() else sum(east_asian_width(one) in "WF" for one in text))


def _chunks(text: str, width: int) -> list[str]:
    if _size(text) <= width:
        return [text]
    if text.isascii() or _size(text) == len(text):
        return wrap(text, max(1, width)) or [""]
    half = max(1, width // 2)
    return [text[start : start + half] for start in range(0, len(text), half)]


def _grouped(headings: Iterable[str], lines: Iterable[Line]) -> list[Line]:
    """Lines under their headings, each said once."""
    grouped: list[Line] = []
    for heading, group in groupby(zip(headings, lines, strict=True), key=lambda pair: pair[0]):
        grouped += [Line((heading,)), *(line for _, line in group)]
    return grouped


def _prices(changes: Sequence[Change]) -> list[Line]:
    sides = [words.sides(change) for change in changes]
    numbers = [change.price is not None for change in changes]
    columns = (_at_point(column, numbers) for column in zip(*sides, strict=True))
    lines = []
    for change, (old, new) in zip(changes, zip(*columns, strict=True), strict=True):
        mark = words.mark(change.largest)
        told = f"{words.moved(change.largest)} {mark}" if change.moves else change.note
        note = words.INSTEAD if change.price and "(" in old + new else ""
        lines.append(Line((words.price_label(change), old, ARROW, new, told), mark, note))
    return _grouped([change.full_name for change in changes], lines)


def _at_point(texts: Iterable[str], numbers: Sequence[bool]) -> list[str]:
    """Numbers under each other at the point; other texts stay as they are."""
    pairs = list(zip(texts, numbers, strict=True))
    aligned = iter(at_point(text for text, number in pairs if number))
    return [next(aligned) if number else text for text, number in pairs]


def _rows(changes: Sequence[Change]) -> list[Line]:
    return [
        Line(
            (
                f"{_SIGNS[change.kind]} {change.kind}",
                change.full_name,
                f"was {change.old}" if change.kind == "renamed" else change.new or change.old or "",
            )
        )
        for change in changes
    ]


def _names(changes: Sequence[Change]) -> list[Line]:
    lines = []
    for change in changes:
        mark = words.mark(change.largest)
        told = f"{words.moved(change.largest)} {mark}" if change.moves else change.note
        cells = (change.model, change.old or "", ARROW, change.new or "", told)
        lines.append(Line(cells, mark))
    return lines


def _jobs(jobs: Sequence[Impact]) -> list[Line]:
    names = words.short_names(jobs)
    old = at_point(words.cost(job.move.old_pico_usd) for job in jobs)
    new = at_point(words.cost(job.move.new_pico_usd) for job in jobs)
    lines = []
    for job, before, after in zip(jobs, old, new, strict=True):
        mark, cells = words.mark(job.move), words.credit_cells(job)
        told = f"{words.moved(job.move)} {mark}"
        charged = (f"{cell} cr" for mode, cell in cells.items() if mode.basis == "cost")
        row = (names[job.workload.name], before, ARROW, after, *charged, told)
        lines.append(Line(row, mark, words.fixed_credits(job, cells)))
    return _grouped([words.job_title(job) for job in jobs], lines)


def _others(changes: Sequence[Change]) -> list[Line]:
    lines = []
    for change in changes:
        old, new = words.sides(change)
        note = f" ({change.note})" if change.note else ""
        mark = words.SAME if change.only_text else ""
        lines.append(Line((change.field, old, ARROW, new + note), mark))
    return _grouped([change.full_name for change in changes], lines)
