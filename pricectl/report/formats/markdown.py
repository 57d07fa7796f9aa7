"""Comments on a pull request, in GitHub's Markdown.

The first line marks the comment, so that a job can find and replace its own. What does not fit
into the bound is dropped line by line, sections in order of weight, and the comment says so.
"""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from pricectl.changes import Change, Impact, Move
from pricectl.changes.diff import DiffResult
from pricectl.check.findings import Finding, Severity
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.labels import clean, shortened
from pricectl.operate.deploy_check.checklist import DeployCheck, ItemState
from pricectl.policy.comparison import SettingChange
from pricectl.report import changes as change_text
from pricectl.report import deploy_check as deploy_check_text
from pricectl.report.findings_text import location
from pricectl.report.validate import compared_with, summary_words

DIFF_MARKER = "<!-- pricectl-diff -->"
VALIDATE_MARKER = "<!-- pricectl-validate -->"
DEPLOY_CHECK_MARKER = "<!-- pricectl-deploy-check -->"
# Comments of 65,536 characters and more are refused.
MAX_CHARACTERS = 60_000
_RESERVED, _NOTE = 1_000, 150
MAX_NAME, MAX_SENTENCE = 200, 600
_TRIPPED = {True: "❌", False: "✅"}
_SYMBOLS: dict[ItemState, str] = {
    "ok": "✅",
    "note": "ℹ️",  # noqa: RUF001 - a picture
    "failed": "❌",
    "unknown": "❔",
}
_FINDING_SYMBOLS: dict[Severity, str] = {
    "error": "❌",
    "warning": "⚠️",
    "info": "ℹ️",  # noqa: RUF001 - a picture
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
    lines += [f"- ⚠️ {long_code(sentence)}" for sentence in result.loosened]
    lines += [f"- {change_text.left_out(found)}"] if found.left_out else []
    lines += [
        f"- ⚠️ {long_code(remark)}"
        for remark in change_text.settings_remarks(found, has_settings=result.has_settings)
    ]
    lines += [f"- {_TRIPPED[gate.tripped]} {gate.text}" for gate in compared.gates]
    room = MAX_CHARACTERS - _RESERVED - _size(lines)
    for section in map(_table, change_text.sections(found)):
        drawn = _drawn(section, room)
        lines += drawn
        room -= _size(drawn)
    looks = change_text.only_looks(found)
    return "\n".join([*lines, *(["", f"<sub>{looks}</sub>"] if looks else [])])


def validate(result: Validation) -> str:
    """The findings of every file, new ones in a table, known ones folded away."""
    lines = [VALIDATE_MARKER]
    room = MAX_CHARACTERS - _RESERVED
    for report in result.reports:
        words = summary_words(report) or "no findings"
        lines += [f"**{code(report.file)}: {words}**", "", f"{code(compared_with(report))}"]
        for title, findings, folded in (
            ("New" if report.compared_with_base else "Found", report.new, False),
            ("Known", report.known, True),
        ):
            rows = tuple(table_line(_finding(report, finding)) for finding in findings)
            if rows:
                head = table_line(("", "place", "finding", "what to do"))
                drawn = _drawn(MarkdownTable(title, head, rows, folded), room)
                lines += drawn
                room -= _size(drawn)
    return "\n".join(lines)


def _finding(report: ValidationReport, finding: Finding) -> tuple[str, ...]:
    message = f"{finding.rule}: {finding.message}{finding.due_mark}"
    where = code(location(report, finding))
    return _FINDING_SYMBOLS[finding.severity], where, long_code(message), long_code(finding.hint)


def deploy_check(result: DeployCheck) -> str:
    """The checklist before a deploy, for a comment or a job's summary."""
    verdict = deploy_check_text.verdict(result)
    lines = [DEPLOY_CHECK_MARKER, f"**{code(result.file)}: {verdict}**", ""]
    lines += ["| | check | what it saw |", "| --- | --- | --- |"]
    for item in result.items:
        seen = (deploy_check_text.sentence(item), *deploy_check_text.details(item))
        details = "<br>".join(map(code, seen))
        lines.append(f"| {_SYMBOLS[item.state]} | {item.id} | {details} |")
    return "\n".join(lines)


def code(text: str) -> str:
    """A name or value from a catalog or a shell, safe in a table: neither markup nor a mention.

    >>> code("gpt-4o"), code("a|b")
    ('`gpt-4o`', '<code>a&#124;b</code>')
    """
    return _code(text, MAX_NAME)


def long_code(text: str) -> str:
    """A sentence that has names or values from a catalog, as safe as `code`."""
    return _code(text, MAX_SENTENCE)


def _code(text: str, longest: int) -> str:
    safe = shortened(clean(text), longest, "…")
    if _SIMPLE.fullmatch(safe) or not safe:
        return f"`{safe}`" if safe else ""
    entities = (sign if sign.isalnum() or sign in " ./" else f"&#{ord(sign)};" for sign in safe)
    return f"<code>{''.join(entities)}</code>"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _drawn(section: MarkdownTable, room: int) -> list[str]:
    """The section as far as it fits, with a line that says how many rows it dropped."""
    opening, closing = ["", f"#### {_heading(section.title)}", ""], [""]
    if section.folded:
        opening = ["", "<details>", f"<summary>{_heading(section.title)}</summary>", ""]
        closing = ["", "</details>"]
    opening += [section.head, "|" + " --- |" * (section.head.count("|") - 1)]
    room -= _size(opening) + _size(closing) + _NOTE
    rows = len(section.rows)
    sizes = accumulate(len(row) + 1 for row in section.rows)
    fitting = sum(size <= room for size in sizes)
    omitted = f"{rows - fitting:,} of {rows:,} rows of '{_heading(section.title)}' are omitted"
    note = f"{omitted}: the comment is full."
    if not fitting:
        return ["", note]
    return [*opening, *section.rows[:fitting], *(["", note] if fitting < rows else []), *closing]


def drawn_tables(
    tables: Sequence[MarkdownTable], characters: int, before: Sequence[str]
) -> list[str]:
    """Tables as far as they fit behind other lines, the first ones first."""
    room = characters - _RESERVED - _size(before)
    lines: list[str] = []
    for table in tables:
        drawn = _drawn(table, room)
        lines += drawn
        room -= _size(drawn)
    return lines


def _heading(title: str) -> str:
    """A title as text: it may have the name of a profile in it."""
    return "".join(
        sign if sign.isalnum() or sign in " .,-_'" else f"&#{ord(sign)};" for sign in clean(title)
    )


def _table(section: change_text.ChangeSection) -> MarkdownTable:
    columns, cells, folded = _LAYOUTS[section.kind]
    if section.jobs:  # read at each call, so that the table of modes decides
        columns = (*columns, *(f"{name} cr" for name in BUDGET_MODES))
    shown = (*section.changes, *section.jobs, *section.settings)
    rows = tuple(table_line(cells(row)) for row in shown)
    return MarkdownTable(section.title, table_line(columns), rows, folded)


def table_line(cells: Sequence[str]) -> str:
    """Cells as a line of a table."""
    return f"| {' | '.join(cells)} |"


def _price(change: Change) -> tuple[str, ...]:
    old, new = map(code, change_text.old_and_new(change))
    note = f" ({change.note})" if change.note and not change.price else ""
    difference = _difference(change.largest) + note
    return code(change.full_name), code(change_text.price_label(change)), old, new, difference


def _difference(move: Move | None) -> str:
    return f"{change_text.arrow(move)} {change_text.percent_text(move)}"


def _row(change: Change) -> tuple[str, ...]:
    content = change.new if change.kind == "added" else change.old
    was = "was " if change.kind == "renamed" else ""
    return change.kind, code(change.full_name), was + code(content or "")


def _name(change: Change) -> tuple[str, ...]:
    percentage = change_text.percent_text(change.largest) or change.note
    difference = f"{change_text.arrow(change.largest)} {percentage}"
    return code(change.model), code(change.old or ""), code(change.new or ""), difference


def _other(change: Change) -> tuple[str, ...]:
    old, new = (code(change_text.value(text)) for text in (change.old, change.new))
    note = f" ({change.note})" if change.note else ""
    return code(change.full_name), code(change.field), old, new + note


def _job(job: Impact) -> tuple[str, ...]:
    return (
        code(change_text.job_title(job)),
        code(job.workload.name),
        change_text.cost(job.move.old_pico_usd),
        change_text.cost(job.move.new_pico_usd),
        _difference(job.move),
        *change_text.credit_cells(job).values(),
    )


def _setting(change: SettingChange) -> tuple[str, ...]:
    old, new = (code(change_text.value(text)) for text in (change.old, change.new))
    mark = "⚠️ " if change.loosens else ""
    note = change_text.setting_note(change)
    return mark + code(change.name), old, new + (f" ({code(note)})" if note else "")


def _charge(job: Impact) -> tuple[str, ...]:
    return (
        code(change_text.job_title(job)),
        code(job.workload.name),
        *change_text.customer_costs(job),
        change_text.customer_difference(job),
        *change_text.credit_cells(job).values(),
    )


# By the kind of a section: its columns, the cells of a row, and whether it is folded away at first;
# jobs have a column for each budget mode besides.
_LAYOUTS: dict[str, tuple[Sequence[str], Callable[[Any], tuple[str, ...]], bool]] = {
    "settings": (("Setting", "Before", "Now"), _setting, False),
    "charges": (
        ("Model", "Job", "Customer's USD before", "Customer's USD now", "Change"),
        _charge,
        False,
    ),
    "prices": (("Model", "Price", "Before", "Now", "Change"), _price, False),
    "rows": (("Row", "Model", "Prices"), _row, False),
    "names": (("Name", "Before", "Now", "Change"), _name, False),
    "jobs": (("Model", "Job", "USD before", "USD now", "Change"), _job, True),
    "others": (("Model", "Member", "Before", "Now"), _other, True),
}
