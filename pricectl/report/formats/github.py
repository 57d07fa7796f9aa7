"""GitHub workflow commands: a line each, shown by GitHub at its place in the file."""

from pricectl.check.findings import SEVERITIES, Finding, Severity
from pricectl.check.validation import Report, Validation
from pricectl.report.canvas import clean

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def command(level: str, message: str, **properties: str | int) -> str:
    """One workflow command: "error", "warning" or "notice", with `file`, `line`, `title` ...

    >>> command("notice", "50% more", file="a,b.json", line=3)
    '::notice file=a%2Cb.json,line=3::50%25 more'
    """
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level}{' ' if given else ''}{given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str | int) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


def findings(found: Validation) -> str:
    """One workflow command a finding, the worst first: GitHub shows ten of a level."""
    pairs = [(report, finding) for report in found.reports for finding in report.findings]
    pairs.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    return "\n".join(_command(report, finding) for report, finding in pairs)


def _command(report: Report, finding: Finding) -> str:
    place: dict[str, str | int] = {"file": clean(report.place(finding)).removeprefix("./")}
    if finding.span:
        line, column, length = finding.span
        place |= {"line": line, "endLine": line, "col": column, "endColumn": column + length}
    message, hint = clean(finding.message), clean(finding.hint)
    first = (
        f"first at line {finding.also.line}, column {finding.also.column}" if finding.also else ""
    )
    text = "\n".join(part for part in (message, first, hint) if part)
    return command(LEVELS[finding.severity], text, **place, title=finding.rule)
