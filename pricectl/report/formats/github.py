"""GitHub workflow commands: a line each, shown by GitHub at its place in the file."""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pricectl.changes import Change, Impact
from pricectl.changes.diff import DiffResult
from pricectl.check.evidence.loosened import IDS as GATE_RULES
from pricectl.check.findings import SEVERITIES, Finding, Severity
from pricectl.check.positions import Positions
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.core.labels import clean, plural
from pricectl.policy.comparison import SettingChange
from pricectl.report import changes as change_text
from pricectl.report.diff_sections import over_words, sections
from pricectl.report.diff_summary import MAX_LOOSENED, loosened_words
from pricectl.report.price_lines import (
    dollars_of,
    in_reading_order,
    per_unit,
    place_label,
    rates_words,
)
from pricectl.report.validate import compared_with, summary_words

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
# A change is not a failure of the file: errors are for gates.
_CHANGE_LEVELS: dict[Severity, str] = {**LEVELS, "error": "warning"}
# GitHub shows ten of each level and drops the rest.
MAX_OF_A_LEVEL = 10
# The first jobs of a profile are those of critical models; the table of all is in other formats.
JOBS_OF_A_PROFILE = 3
# What a level is called where some of it are only counted.
NONE: Mapping[str, int] = MappingProxyType({})
_LEVEL_WORDS = {"error": "error", "warning": "warning", "notice": "note"}


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


class Annotation(NamedTuple):
    """A workflow command that GitHub shows, with its level."""

    level: str
    line: str


def limited(annotations: Iterable[Annotation], reserved: Mapping[str, int] = NONE) -> list[str]:
    """The first ten of each level, then how many more there are.

    `reserved` is how many of a level are to follow. What is only counted is a plain line of the
    log, since GitHub would drop an eleventh annotation.
    """
    shown: Counter[str] = Counter(reserved)
    more: Counter[str] = Counter()
    lines = []
    for level, line in annotations:
        if shown[level] < MAX_OF_A_LEVEL:
            shown[level] += 1
            lines.append(line)
        else:
            more[level] += 1
    words = ", ".join(
        plural(more[level], f"more {word}") for level, word in _LEVEL_WORDS.items() if more[level]
    )
    return [*lines, *([f"+{words}"] if words else [])]


def findings(found: Validation) -> str:
    """Workflow commands, at most ten of a level: new findings first, then the worst.

    Then one a file: what it was compared with.
    """
    pairs = [(report, finding) for report in found.reports for finding in report.findings]
    pairs.sort(
        key=lambda pair: (
            pair[1].known,
            pair[1].rule not in GATE_RULES,
            SEVERITIES.index(pair[1].severity),
        )
    )
    compared = [
        command(
            "notice",
            f"{clean(report.file)}: {found_in(report)}{compared_with(report)}",
            title="pricectl validate",
        )
        for report in found.reports
        if report.evidence
    ]
    annotations = (
        Annotation(LEVELS[finding.severity], _command(report, finding)) for report, finding in pairs
    )
    return "\n".join([*limited(annotations, {"notice": len(compared)}), *compared])


def found_in(report: ValidationReport) -> str:
    """What was found in a file, where new findings are told from known ones."""
    words = summary_words(report) if report.compared_with_base else ""
    return f"{words}; " if words else ""


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
    """What the edit loosens, the summary, the changes of most effect, the gates.

    At most ten annotations of a level, at the lines of the new file.
    """
    compared = result.compared
    positions = Positions(result.head.version.data.decode())
    summary = command("notice", clean(compared.summary), title="pricectl diff")
    lines = [
        Annotation("warning", command("warning", clean(sentence), title="gate-loosened"))
        for sentence in loosened_words(result, MAX_LOOSENED)
    ]
    lines.append(Annotation("notice", summary))
    # Gates before changes: they say why the command fails.
    for gate in compared.gates:
        level = "error" if gate.tripped else "notice"
        lines.append(Annotation(level, command(level, gate.text)))
    found = compared.comparison
    remarks = change_text.settings_remarks(found, has_settings=result.has_settings)
    lines += (
        Annotation("warning", command("warning", clean(remark), title="pricectl diff"))
        for remark in filter(None, (change_text.left_out(found), *remarks))
    )
    lines += map(_setting, found.settings.changes)
    every = sections(found)
    for section in every:
        charged = section.jobs[:JOBS_OF_A_PROFILE] if section.kind == "charges" else ()
        lines += (Annotation("notice", _charge(section.title, job)) for job in charged)
    over = over_words(found)
    lines += [Annotation("notice", command("notice", over, title="pricectl diff"))] if over else []
    for change in (one for section in every for one in in_reading_order(section.changes)):
        level = _CHANGE_LEVELS[change.severity]
        lines.append(Annotation(level, _change(change, level, result.head.path, positions)))
    return "\n".join(limited(lines))


def _setting(change: SettingChange) -> Annotation:
    old, new = change_text.value(change.old), change_text.value(change.new)
    note = change_text.setting_note(change)
    sentence = f"{change.name}: {old} -> {new}{f' ({note})' if note else ''}"
    level = "warning" if change.loosens or change.charges else "notice"
    return Annotation(level, command(level, clean(sentence), title="setting"))


def _charge(title: str, job: Impact) -> str:
    old, new = change_text.customer_costs(job)
    modes = (f"{move.mode} {move.old} -> {move.new} cr" for move in job.credit_moves)
    what = f"{change_text.job_title(job)}, {job.workload.name}: ${old} -> ${new}"
    return command("notice", clean(f"{what}; {', '.join(modes)}"), title=clean(title))


def _change(change: Change, level: str, path: str, positions: Positions) -> str:
    if change.kind in ("added", "removed"):
        sentence = f"{change.full_name} {change.kind}: {rates_words(change)}"
    else:
        label = place_label(change.price) if change.price else change.field
        name = f"{change.full_name} {label}"
        old, new = dollars_of(change)
        per = f"per {per_unit(change.price.unit)}" if change.price else ""
        note = f"({change.note})" if change.note and not change.price else ""
        parts = (part for part in (per, change_text.percent_text(change.largest), note) if part)
        head = change.model if change.kind == "resolution" else name
        sentence = " ".join([f"{head}:", old, "->", new, *parts])
    line, column, _ = positions.key(change.pointer)
    file = {} if path == "-" else {"file": clean(path).removeprefix("./")}
    return command(level, clean(sentence), **file, line=line, col=column, title=change.kind)
