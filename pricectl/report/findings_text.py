"""Draws findings for people: those that fail with their excerpts, many others in a line a rule."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pricectl.check.evidence.loosened import IDS as GATE_RULES
from pricectl.check.findings import Finding, Severity, Threshold
from pricectl.check.validation_report import ValidationReport
from pricectl.core.catalog import RESERVED
from pricectl.core.labels import clean, count
from pricectl.core.pointers import unescape
from pricectl.report.canvas import Canvas, cells_of
from pricectl.report.columns import wrapped
from pricectl.report.excerpts import DIM, GUTTER, MIN_SOURCE_WIDTH, draw_excerpt, marked_spans

if TYPE_CHECKING:
    from rich.text import Text

STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
# How far a message stands in that has no room beside its label.
CONTINUED = 4
# More findings of one rule are counted instead of shown.
SHOWN_OF_A_RULE = 10
# More findings that do not fail the check would fill more than a screen with their excerpts.
SHOWN_WITH_EXCERPT = 5
# So many findings of a gate have a line each beside such a fold.
SHOWN_OF_A_GATE = 3
# So many rows of a folded rule are named beside the first.
NAMED_ROWS = 3


def draw_findings(
    report: ValidationReport, canvas: Canvas, threshold: Threshold
) -> Iterator["Text"]:
    """What fails the check with its excerpt; the rest, too, unless that fills more than a screen.

    Then a rule is one line with the number of its findings; the first of a gate have a line each.
    """
    from rich.text import Text

    hidden: Counter[tuple[str, Severity]] = Counter()
    has_folded = False
    for findings in (report.new, report.known):
        shown = [it for it in findings if _is_shown(it, threshold, verbose=canvas.verbose)]
        mild = sum(_is_mild(it, threshold) for it in shown)
        is_folded = mild > SHOWN_WITH_EXCERPT and not canvas.verbose
        drawn: Counter[str] = Counter()
        in_lines: list[Finding] = []
        for finding in shown:
            is_short = _is_mild(finding, threshold) and (is_folded or finding.due)
            if is_short and not canvas.verbose:
                in_lines.append(finding)
            elif drawn[finding.rule] >= SHOWN_OF_A_RULE and not canvas.verbose:
                hidden[finding.rule, finding.severity] += 1
            else:
                drawn[finding.rule] += 1
                yield _drawn(report, finding, canvas.width)
        has_folded |= is_folded
        yield from _in_lines(report, in_lines, is_folded=is_folded)
        if in_lines and findings is report.new and report.known:
            yield Text()
    for (rule, severity), more in hidden.most_common():
        line = Text("... ", DIM)
        line.append(f"{count(more)} more ")
        line.append(f"{severity}[{rule}]", STYLES[severity])
        line.append("; -v shows all, -o concise one a line", DIM)
        yield line
    if has_folded:
        yield Text("-v shows each with its lines, -o concise one a line", DIM)
    if hidden or has_folded or in_lines:
        yield Text()


def _in_lines(
    report: ValidationReport, findings: Sequence[Finding], *, is_folded: bool
) -> Iterator["Text"]:
    """A line a finding, or a line a rule with the first of its findings."""
    rules: dict[tuple[str, Severity, bool], list[Finding]] = {}
    for finding in findings:
        rules.setdefault((finding.rule, finding.severity, finding.due), []).append(finding)
    for (rule, _, _), own in rules.items():
        apart = len(own)
        if is_folded:
            apart = SHOWN_OF_A_GATE if rule in GATE_RULES else 0
        yield from (_in_a_line(report, it) for it in own[:apart])
        if own[apart:]:
            yield _in_a_line(report, own[apart]).append(_others(own[apart + 1 :]))


def _others(findings: Sequence[Finding]) -> str:
    """How many further findings of the rule there are, and the first rows that they are about."""
    if not findings:
        return ""
    tokens = (finding.pointer.split("/", 3)[1:3] for finding in findings)
    rows = list(
        dict.fromkeys(unescape(it[1]) for it in tokens if len(it) > 1 and it[0] not in RESERVED)
    )
    said = ": " if len(rows) == len(findings) <= NAMED_ROWS else ", such as "
    named = f"{said}{', '.join(map(clean, rows[:NAMED_ROWS]))}" if rows else ""
    return f"; {count(len(findings))} more{named}"


def _is_mild(finding: Finding, threshold: Threshold) -> bool:
    """Whether a finding neither is an error nor fails the check."""
    return finding.severity != "error" and not threshold.trips(finding)


def _is_shown(finding: Finding, threshold: Threshold, *, verbose: bool) -> bool:
    """Whether the text shows it: of the notes those that were asked for, fail, or are of a gate."""
    notes = verbose or threshold.level == "info"
    gate = finding.rule in GATE_RULES
    return finding.severity != "info" or notes or gate or threshold.trips(finding)


def location(report: ValidationReport, finding: Finding) -> str:
    """Where a finding is, as editors read it: `file:line:column`, or only the file."""
    position = f":{finding.span.line}:{finding.span.column}" if finding.span else ""
    return clean(report.file_of(finding)) + position


def _drawn(report: ValidationReport, finding: Finding, width: int) -> "Text":
    """A finding as compilers show theirs: headline, place, excerpt, hint."""
    from rich.text import Text

    style = STYLES[finding.severity]
    drawn = Text(no_wrap=True, overflow="ignore")
    drawn.append(f"{finding.severity}[{finding.rule}]", style)
    message = clean(finding.message) + finding.due_mark
    drawn.append(f" {_wrapped(message, width, drawn.cell_len + 1)}\n", "bold")
    spans = marked_spans(report.positions, finding, style)
    digits = len(str(max((marked.span.line for marked in spans), default=0)))
    margin = " " * digits
    drawn.append(f"{margin}--> ", GUTTER).append(f"{location(report, finding)}\n")
    if spans:
        drawn.append(f"{margin} |\n", GUTTER)
        drawn.append_text(draw_excerpt(spans, report.positions, digits, width))
    if finding.hint:
        if spans:
            drawn.append(f"{margin} |\n", GUTTER)
        drawn.append(f"{margin} = ", GUTTER).append("hint", "bold cyan").append(": ")
        indent = len(f"{margin} = hint: ")
        drawn.append(f"{_wrapped(clean(finding.hint), width, indent)}\n")
    return drawn


def _in_a_line(report: ValidationReport, finding: Finding) -> "Text":
    from rich.text import Text

    drawn = Text(no_wrap=True, overflow="ignore")
    drawn.append(f"{finding.severity}[{finding.rule}]", STYLES[finding.severity])
    return drawn.append(f" {location(report, finding)}: {clean(finding.message)}{finding.due_mark}")


def _wrapped(text: str, width: int, indent: int) -> str:
    """Lines of at most that width; all but the first, which begins behind a label, are indented."""
    room = max(MIN_SOURCE_WIDTH, width - indent)
    if max(map(cells_of, text.split()), default=0) > room:
        # A long name has the whole width, on a line of its own behind a smaller indent.
        indent, room = CONTINUED, max(MIN_SOURCE_WIDTH, width - CONTINUED)
        return f"\n{' ' * indent}".join(["", *wrapped(text, room)])
    return f"\n{' ' * indent}".join(wrapped(text, room))
