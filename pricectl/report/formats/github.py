"""GitHub workflow commands: a line each, shown by GitHub at its place in the file."""

from pricectl.changes import Change
from pricectl.changes.diff import DiffResult
from pricectl.check.findings import SEVERITIES, Finding, Severity
from pricectl.check.positions import Positions
from pricectl.check.validation import Validation, ValidationReport
from pricectl.core.labels import clean, plural
from pricectl.report import changes as change_text
from pricectl.report.validate import compared_with

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
# A change is not a failure of the file: errors are for gates.
_CHANGE_LEVELS: dict[Severity, str] = {**LEVELS, "error": "warning"}
# GitHub shows ten of each level; the rest would only fill the log.
MAX_CHANGES = 50


def command(level: str, message: str, **properties: str | int) -> str:
    """One workflow command: "error", "warning" or "notice", with `file`, `line`, `title` ...

    >>> command("notice", "50% more", file="a,b.json", line=3)
    '::notice file=a%2Cb.json,line=3::50%25 more'
    """
    # A colon or a comma would end a property; line breaks and percents are the same for both.
    escaped = (
        f"{name}={_data(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in properties.items()
    )
    given = ",".join(escaped)
    return f"::{level}{' ' if given else ''}{given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def findings(found: Validation) -> str:
    """One workflow command a finding, the worst first: GitHub shows ten of a level.

    Then one a file: what it was compared with.
    """
    pairs = [(report, finding) for report in found.reports for finding in report.findings]
    pairs.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    lines = [_command(report, finding) for report, finding in pairs]
    lines += [
        command(
            "notice", f"{clean(report.file)}: {compared_with(report)}", title="pricectl validate"
        )
        for report in found.reports
        if report.evidence
    ]
    return "\n".join(lines)


def _command(report: ValidationReport, finding: Finding) -> str:
    properties: dict[str, str | int] = {"file": clean(report.file_of(finding)).removeprefix("./")}
    if finding.span:
        line, column, length = finding.span
        properties |= {"line": line, "endLine": line, "col": column, "endColumn": column + length}
    message, hint = clean(finding.message), clean(finding.hint)
    first = (
        f"first at line {finding.also.line}, column {finding.also.column}" if finding.also else ""
    )
    text = "\n".join(part for part in (message, first, hint) if part)
    return command(LEVELS[finding.severity], text, **properties, title=finding.rule)


def diff(result: DiffResult) -> str:
    """The summary, the changes of most effect, the gates, at the lines of the new file."""
    compared, changes = result.compared, result.compared.comparison.changes
    positions = Positions(result.head.version.data.decode())
    lines = [command("notice", clean(compared.summary), title="pricectl diff")]
    lines += [_change(change, result.head.path, positions) for change in changes[:MAX_CHANGES]]
    if len(changes) > MAX_CHANGES:
        lines.append(command("notice", f"{plural(len(changes) - MAX_CHANGES, 'change')} more"))
    if left_out := change_text.left_out(compared.comparison):
        lines.append(command("warning", left_out, title="pricectl diff"))
    for gate in compared.gates:
        lines.append(command("error" if gate.tripped else "notice", gate.text))
    return "\n".join(lines)


def _change(change: Change, path: str, positions: Positions) -> str:
    if change.kind in ("added", "removed"):
        sentence = f"{change.full_name} {change.kind}: {change.new or change.old}"
    else:
        name = f"{change.full_name} {change_text.price_label(change)}"
        old, new = change_text.old_and_new(change)
        note = f"({change.note})" if change.note and not change.price else ""
        parts = (part for part in (change_text.percent_text(change.largest), note) if part)
        head = change.model if change.kind == "resolution" else name
        sentence = " ".join([f"{head}:", old, "->", new, *parts])
    line, column, _ = positions.key(change.pointer)
    file = {} if path == "-" else {"file": clean(path).removeprefix("./")}
    level, kind = _CHANGE_LEVELS[change.severity], change.kind
    return command(level, clean(sentence), **file, line=line, col=column, title=kind)
