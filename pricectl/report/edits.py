"""What an edit of the catalog file did, for every verb that edits: as a document and for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pricectl.check.findings import Finding
from pricectl.core.labels import clean, count, plural
from pricectl.edit.line_changes import LineChange, line_changes
from pricectl.files.atomic import sha256
from pricectl.operate.editing import ACCEPTED_BY_REASON, EditResult
from pricectl.report import diff as diff_report
from pricectl.report.canvas import Canvas, cells_of
from pricectl.report.columns import EMPTY_LINE, INDENT, StyledLine, folded, wrapped
from pricectl.report.findings_text import STYLES

if TYPE_CHECKING:
    from rich.text import Text

# More lines of the file are counted instead of shown.
SHOWN_LINES = 24


def edit_document(result: EditResult) -> dict[str, Any]:
    """The members that the document of every editing verb has."""
    edited = result.edited
    compared = diff_report.document(result.diff)
    return {
        "outcome": "fail" if result.refusing else "pass",
        "file": result.name,
        "changed": edited.changed,
        "written": result.written,
        "dry_run": result.dry_run,
        "changelog": result.changelog or None,
        "sha256": {
            "old": sha256(edited.before.data),
            "new": sha256(edited.text.encode()),
        },
        "lines": [
            {"line": change.line, "old": list(change.old), "new": list(change.new)}
            for change in line_changes(edited.text_before, edited.text)
        ],
        "summary": compared["summary"],
        "changes": compared["changes"],
        "impact": compared["impact"],
        "findings": [_finding_document(one, result) for one in result.brought],
        "acknowledged": [
            {"rule": one.rule, "pointer": one.pointer, "reason": one.reason, "date": f"{one.day}"}
            for one in result.acknowledged
        ],
    }


def _finding_document(finding: Finding, result: EditResult) -> dict[str, Any]:
    span = finding.span
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "due": finding.due,
        "refuses": finding in result.refusing,
        "pointer": finding.pointer,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "message": finding.message,
        "hint": finding.hint,
    }


def edit_summary(result: EditResult) -> str:
    """What happened to the file, in one line."""
    changes = list(line_changes(result.edited.text_before, result.edited.text))
    lines = sum(max(len(change.old), len(change.new)) for change in changes)
    if not lines:
        what = "nothing to change"
    elif result.refusing:
        what = f"refused by {plural(len(result.refusing), 'finding')}, nothing was written"
    elif result.written:
        also = f"; its prices added to {clean(result.changelog)}" if result.changelog else ""
        what = f"{plural(lines, 'line')} changed{also}"
    else:
        what = f"{plural(lines, 'line')} would change, nothing was written"
    return f"{clean(result.name)}: {what}"


def edit_text(result: EditResult, canvas: Canvas) -> "list[Text]":
    """The lines of `edit_lines` for a report that is drawn by rich; the last is the summary."""
    from rich.text import Text

    return [
        Text.assemble(*line, no_wrap=True, overflow="ignore") for line in edit_lines(result, canvas)
    ]


def edit_lines(result: EditResult, canvas: Canvas) -> list[StyledLine]:
    """The changed lines, what they do to prices, what they bring; quiet: findings that refuse.

    The last line is the summary.
    """
    shown = result.refusing if canvas.quiet else result.brought
    lines: list[StyledLine] = []
    if not canvas.quiet and result.edited.changed:
        changes = list(line_changes(result.edited.text_before, result.edited.text))
        lines += _changed_lines(changes, canvas)
        lines += [EMPTY_LINE, *diff_report.styled_lines(result.diff, canvas)]
    lines += [EMPTY_LINE] if shown and not canvas.quiet else []
    notes = 0
    for finding in shown:
        if finding.severity == "info" and finding not in result.refusing and not canvas.verbose:
            notes += 1
        else:
            lines += _finding(finding, result, canvas)
    if notes:
        lines += folded(f"{plural(notes, 'note')} not shown; -v shows all", "dim", canvas)
    for one in result.acknowledged:
        words = f"{one.rule} at {one.pointer} is acknowledged: {one.reason}"
        lines += folded(words, "yellow", canvas)
    if result.refusing and all(one.rule in ACCEPTED_BY_REASON for one in result.refusing):
        lines += folded("if the edit is right, --reason TEXT acknowledges it", "dim", canvas)
    lines += [EMPTY_LINE] if lines else []
    summary = canvas.shown(clean(edit_summary(result)))
    return [*lines, ((summary, "bold red" if result.refusing else "bold"),)]


def _changed_lines(changes: Sequence[LineChange], canvas: Canvas) -> list[StyledLine]:
    """The lines of the file that differ, with their numbers in the edited file."""
    rows = [
        (f"{change.line if not index else ''!s:>6}", sign, line)
        for change in changes
        for index, (sign, line) in enumerate(
            [*(("-", line) for line in change.old), *(("+", line) for line in change.new)]
        )
    ]
    shown = rows if canvas.verbose else rows[:SHOWN_LINES]
    styles = {"-": "red", "+": "green"}
    lines: list[StyledLine] = []
    for number, sign, line in shown:
        start, written = f"{number} {sign} ", canvas.shown(clean(line.expandtabs(4)))
        text = written.lstrip()
        start += " " * (len(written) - len(text))
        pieces = wrapped(text, canvas.width - len(start) - INDENT)
        if len(start) + cells_of(text) <= canvas.width:
            pieces = [text]
        for index, piece in enumerate(pieces):
            before = " " * (len(start) + INDENT) if index else start
            lines.append(((before + piece, styles[sign]),))
    left = len(rows) - len(shown)
    more = folded(f"{count(left)} more lines; -v shows all", "dim", canvas) if left else ()
    return [*lines, *more]


def _finding(finding: Finding, result: EditResult, canvas: Canvas) -> list[StyledLine]:
    where = f"{result.name}:{finding.span.line}" if finding.span else result.name
    label = f"{finding.severity}[{finding.rule}]"
    words = f"{label} {where}: {finding.message}{finding.due_mark}"
    (((first, _),), *further) = folded(words, "", canvas)
    # The label has the colour of the severity.
    labelled = ((label, STYLES[finding.severity]), (first.removeprefix(label), ""))
    hint = folded(f"  hint: {finding.hint}", "dim", canvas) if finding.hint else ()
    return [labelled, *further, *hint]
