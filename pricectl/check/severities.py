"""The severities that a team gives to the findings of a rule at a place."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from pricectl.check.findings import SEVERITIES, Finding, Severity
from pricectl.check.rules.base import Rule
from pricectl.core.near import meant
from pricectl.core.sanity import verdict
from pricectl.policy import SeverityOverride

SEVERITY_UNUSED = Rule(
    "severity-unused",
    "warning",
    "a severity of the settings that cannot count",
    "Somebody believes that findings are judged by it.",
    '[[severities]]\nrule = "price-outlyer"\nseverity = "error"',
    '[[severities]]\nrule = "price-outlier"\nseverity = "error"',
    "Correct the rule's id, or delete the severity.",
)
RULES = (SEVERITY_UNUSED,)


def apply(
    findings: Sequence[Finding],
    edited: Sequence[SeverityOverride],
    base: Sequence[SeverityOverride] | None,
    *,
    loadable: bool,
) -> list[Finding]:
    """The findings with the severities of the settings.

    With a base the worse of both settings counts, so that an edit lowers nothing. Errors that a
    running process refuses stay errors, and so do all of a file that is not `loadable`: what passes
    a review must load. A due finding is a warning at most, since no edit brought it.
    """
    if not edited and not base:
        return list(findings)
    found = []
    for finding in findings:
        severity = _severity(finding, edited)
        if base is not None:
            severity = _worse(severity, _severity(finding, base))
        kept = finding.rule in verdict.RULES or not loadable
        if finding.severity == "error" and kept:
            severity = "error"
        if finding.due and severity == "error":
            severity = "warning"
        found.append(finding._replace(severity=severity))
    return found


def check(edited: Sequence[SeverityOverride], rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """Severities whose rule there is not; those that a process's refusal outweighs."""
    for one in edited:
        if one.rule not in rules:
            message = f"the severity of {one.rule!r:.80} matches no rule"
            hint = meant(one.rule, rules, "'pricectl rule' lists the rules")
            yield SEVERITY_UNUSED.finding("", message, hint)
        elif one.rule in verdict.RULES and one.severity != "error":
            message = f"errors of {one.rule} stay errors: a running service refuses such a file"
            hint = f"accept a single one with 'pricectl waive {one.rule} POINTER --reason TEXT'"
            if rules[one.rule].severity == "error":
                yield SEVERITY_UNUSED.finding("", message, hint)


def _severity(finding: Finding, overrides: Sequence[SeverityOverride]) -> Severity:
    fitting = [
        one
        for one in overrides
        if one.rule == finding.rule
        and f"{finding.pointer}/".startswith(f"{one.pointer.rstrip('/')}/")
    ]
    # `max` takes the first of several; the last one of the settings is to count.
    chosen = max(reversed(fitting), key=lambda one: len(one.pointer), default=None)
    return cast("Severity", chosen.severity) if chosen else finding.severity


def _worse(one: Severity, other: Severity) -> Severity:
    return min(one, other, key=SEVERITIES.index)
