"""Waivers: the findings that the team accepts, and until when."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Rule
from pricectl.check.spelling import Speller
from pricectl.core.labels import did_you_mean
from pricectl.policy import Waiver

WAIVER_UNUSED = Rule(
    "waiver-unused",
    "warning",
    "a waiver matches no finding",
    "It would hide the next mistake at that place.",
    '[[waivers]]\nrule = "output-below-input"\npointer = "/x/gone"\nreason = "see the source"',
    "",
    "Delete the waiver from the settings.",
)
WAIVER_EXPIRED = Rule(
    "waiver-expired",
    "warning",
    "a waiver has expired",
    "The finding is reported again, as a warning at most.",
    '[[waivers]]\nrule = "zero-price"\nreason = "preview"\nexpires = 2026-06-30',
    "",
    "Fix the finding, or renew the waiver with a new day and reason.",
    due=True,
)
RULES = (WAIVER_UNUSED, WAIVER_EXPIRED)


class Waived(NamedTuple):
    """The findings that stay, those that are waived, and findings about the waivers themselves."""

    kept: list[Finding]
    waived: tuple[Finding, ...]
    about_waivers: tuple[Finding, ...]


def apply(
    findings: Sequence[Finding],
    waivers: Sequence[Waiver],
    today: date,
    rules: Mapping[str, Rule],
) -> Waived:
    """Apply the waivers to all findings of a file; `rules` are all rules by id."""
    expired = [waiver for waiver in waivers if waiver.expires and waiver.expires < today]
    valid = [waiver for waiver in waivers if waiver not in expired]
    kept, waived = [], []
    for finding in findings:
        if any(_covers(waiver, finding) for waiver in valid):
            waived.append(finding)
        else:
            kept.append(_returned(finding, expired))
    about = [
        WAIVER_EXPIRED.finding(
            waiver.pointer, f"{_described(waiver)} expired on {waiver.expires}: {waiver.reason}"
        )
        for waiver in expired
    ]
    about += [
        _unused(waiver, rules)
        for waiver in valid
        if not any(_covers(waiver, finding) for finding in waived)
    ]
    return Waived(kept, tuple(waived), tuple(about))


def _covers(waiver: Waiver, finding: Finding) -> bool:
    start = waiver.pointer.rstrip("/")
    return waiver.rule == finding.rule and f"{finding.pointer}/".startswith(f"{start}/")


def _returned(finding: Finding, expired: Sequence[Waiver]) -> Finding:
    """A finding whose waiver has expired, as a warning at most: no edit brought it back."""
    ended = [
        (waiver.expires, waiver.reason)
        for waiver in expired
        if waiver.expires and _covers(waiver, finding)
    ]
    if not ended:
        return finding
    day, reason = max(ended)
    return finding._replace(
        severity="info" if finding.severity == "info" else "warning",
        message=f"{finding.message}; its waiver expired on {day}: {reason}",
        due=True,
    )


def _unused(waiver: Waiver, rules: Mapping[str, Rule]) -> Finding:
    rule = rules.get(waiver.rule)
    near = "" if rule else Speller(rules).near(waiver.rule)
    hint = did_you_mean(near) or None
    message = f"{_described(waiver)} matches no finding"
    # If its finding may end by date, an unused waiver is due too.
    due = rule is not None and (rule.due or rule.passes)
    return WAIVER_UNUSED.finding(waiver.pointer, message, hint)._replace(due=due)


def _described(waiver: Waiver) -> str:
    return f"the waiver of {waiver.rule} at {waiver.pointer or 'every place'}"
