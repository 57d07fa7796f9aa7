"""Comments on a pull request, in GitHub's Markdown.

The first line marks the comment, so that a job can find and replace its own. What does not fit
into the bound is dropped line by line, sections in order of weight, and the comment says so.
"""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

from pricectl.changes import Change, Comparison
from pricectl.changes.diff import DiffResult
from pricectl.core.credits import BUDGET_MODES
from pricectl.operate.deploy_check.checklist import DeployCheck, ItemState
from pricectl.report import changes as words
from pricectl.report import deploy_check as checklist
from pricectl.report.canvas import clean

DIFF_MARKER = "<!-- pricectl-diff -->"
DEPLOY_CHECK_MARKER = "<!-- pricectl-deploy-check -->"
# Comments of 65,536 characters and more are refused.
MAX_CHARACTERS = 60_000
_RESERVED, _NOTE = 1_000, 150
MAX_NAME = 200
_TRIPPED = {True: "❌", False: "✅"}
_SYMBOLS: dict[ItemState, str] = {
    "ok": "✅",
    "note": "ℹ️",  # noqa: RUF001 - a picture
    "failed": "❌",
    "unknown": "❔",
}
_SIMPLE = re.compile(r"[A-Za-z0-9(][A-Za-z0-9 ._/:,+()-]*")


class MarkdownTable(NamedTuple):
    """A table: its title, head, rows, and whether it is folded away at first."""

    title: str
    head: str
    rows: tuple[str, ...]
    folded: bool = False


def diff(result: DiffResult) -> str:
    """The whole comment."""
    compared, found = result.compared, result.compared.comparison
    lines = [DIFF_MARKER, f"**{found.summary}** vs {code(compared.base)}", ""]
    lines += [f"- {told}" for told in words.left_out(found)]
    lines += [f"- {_TRIPPED[gate.tripped]} {gate.text}" for gate in compared.gates]
    room = MAX_CHARACTERS - _RESERVED - _size(lines)
    for section in _sections(found):
        drawn = _drawn(section, room)
        lines += drawn
        room -= _size(drawn)
    looks = words.only_looks(found)
    return "\n".join([*lines, *(["", f"<sub>{looks}</sub>"] if looks else [])])


def deploy_check(result: DeployCheck) -> str:
    """The checklist before a deploy, for a comment or a job's summary."""
    verdict = checklist.verdict(result)
    lines = [DEPLOY_CHECK_MARKER, f"**{code(result.file)}: {verdict}**", ""]
    lines += ["| | check | what it saw |", "| --- | --- | --- |"]
    for item in result.items:
        seen = (checklist.sentence(item), *checklist.details(item))
        told = "<br>".join(map(code, seen))
        lines.append(f"| {_SYMBOLS[item.state]} | {item.id} | {told} |")
    return "\n".join(lines)


def code(text: str) -> str:
    """A name or value from a catalog or a shell, safe in a table: neither markup nor a mention.

    >>> code("gpt-4o"), code("a|b")
    ('`gpt-4o`', '<code>a&#124;b</code>')
    """
    safe = clean(text)
    safe = safe if len(safe) <= MAX_NAME else f"{safe[: MAX_NAME - 1]}…"
    if _SIMPLE.fullmatch(safe) or not safe:
        return f"`{safe}`" if safe else ""
    entities = (one if one.isalnum() or one in " ./" else f"&#{ord(one)};" for one in safe)
    return f"<code>{''.join(entities)}</code>"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _drawn(section: MarkdownTable, room: int) -> list[str]:
    """The section as far as it fits, with a line that says how many rows it dropped."""
    opening, closing = ["", f"#### {section.title}", ""], [""]
    if section.folded:
        opening = ["", "<details>", f"<summary>{section.title}</summary>", ""]
        closing = ["", "</details>"]
    opening += [section.head, "|" + " --- |" * (section.head.count("|") - 1)]
    room -= _size(opening) + _size(closing) + _NOTE
    rows = len(section.rows)
    sizes = accumulate(len(row) + 1 for row in section.rows)
    fitting = sum(size <= room for size in sizes)
    note = (
        f"{rows - fitting:,} of {rows:,} rows of '{section.title}' are left out for want of room."
    )
    if not fitting:
        return ["", note]
    return [*opening, *section.rows[:fitting], *(["", note] if fitting < rows else []), *closing]


def _sections(found: Comparison) -> list[MarkdownTable]:
    """Those that have a row, the weightiest first: what does not fit is dropped from the end."""
    rows, rest = found.of("added", "removed", "renamed"), found.of("metadata")
    names = "Names answered by another row"
    sections = (
        _table("Prices", "Model|Price|Before|Now|Change", found.of("repriced"), _price),
        _table("Rows", "Row|Model|Prices", rows, _row),
        _table(names, "Name|Before|Now|Change", found.of("resolution"), _name),
        _jobs(found),
        _table("Other changes", "Model|Member|Before|Now", rest, _other, folded=True),
    )
    return [section for section in sections if section.rows]


def _table(
    title: str,
    columns: str,
    changes: Sequence[Change],
    cells: Callable[[Change], tuple[str, ...]],
    *,
    folded: bool = False,
) -> MarkdownTable:
    return MarkdownTable(
        title, _line(columns.split("|")), tuple(_line(cells(one)) for one in changes), folded
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _price(change: Change) -> tuple[str, ...]:
    old, new = map(code, words.sides(change))
    note = f" ({change.note})" if change.note and not change.price else ""
    told = f"{words.mark(change.largest)} {words.moved(change.largest)}{note}"
    return code(change.full_name), code(words.price_label(change)), old, new, told


def _row(change: Change) -> tuple[str, ...]:
    told = change.new if change.kind == "added" else change.old
    was = "was " if change.kind == "renamed" else ""
    return change.kind, code(change.full_name), was + code(told or "")


def _name(change: Change) -> tuple[str, ...]:
    told = f"{words.mark(change.largest)} {words.moved(change.largest) or change.note}"
    return code(change.model), code(change.old or ""), code(change.new or ""), told


def _other(change: Change) -> tuple[str, ...]:
    old, new = (code(words.value(text)) for text in (change.old, change.new))
    note = f" ({change.note})" if change.note else ""
    return code(change.full_name), code(change.field), old, new + note


def _jobs(found: Comparison) -> MarkdownTable:
    rows = tuple(
        _line(
            (
                code(words.job_title(job)),
                code(job.workload.name),
                words.cost(job.move.old_pico_usd),
                words.cost(job.move.new_pico_usd),
                f"{words.mark(job.move)} {words.moved(job.move)}",
                *words.credit_cells(job).values(),
            )
        )
        for job in found.changed_jobs
    )
    credit_columns = (f"{name} cr" for name in BUDGET_MODES)
    columns = ("Model", "Job", "USD before", "USD now", "Change", *credit_columns)
    return MarkdownTable("Sample jobs", _line(columns), rows, folded=True)
