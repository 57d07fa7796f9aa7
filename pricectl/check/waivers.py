"""Waivers: the findings that the team accepts, and until when."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pricectl.check.evidence.comparison import value_at
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Rule
from pricectl.core.document import Json
from pricectl.core.near import meant
from pricectl.core.pointers import unescape
from pricectl.policy import SettingValue, Waiver
from pricectl.policy.comparison import waiver_name

# The value of a waiver of something that is not there.
ABSENT = "absent"

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
    values: Json = None,
) -> Waived:
    """Apply the waivers to all findings of a file.

    `rules` are all rules by id, `values` is the parsed file that accepted values are looked up in.
    """

    def covers(waiver: Waiver, finding: Finding) -> bool:
        return _covers(waiver, finding) and (
            waiver.value is None
            or (
                waiver.pointer == finding.pointer
                and same_value(waiver.value, accepted_value(values, finding.pointer))
            )
        )

    expired = [waiver for waiver in waivers if waiver.expires and waiver.expires < today]
    valid = [waiver for waiver in waivers if waiver not in expired]
    kept, waived = [], []
    for finding in findings:
        if any(covers(waiver, finding) for waiver in valid):
            waived.append(finding)
        else:
            ended = [waiver for waiver in expired if covers(waiver, finding)]
            kept.append(_returned(finding, ended))
    about = [
        WAIVER_EXPIRED.finding(
            waiver.pointer, f"{waiver_name(waiver)} expired on {waiver.expires}: {waiver.reason}"
        )
        for waiver in expired
    ]
    about += [
        _unused(waiver, rules)
        for waiver in valid
        if not any(covers(waiver, finding) for finding in waived)
    ]
    return Waived(kept, tuple(waived), tuple(about))


def _covers(waiver: Waiver, finding: Finding) -> bool:
    start = waiver.pointer.rstrip("/")
    return waiver.rule == finding.rule and f"{finding.pointer}/".startswith(f"{start}/")


def _returned(finding: Finding, expired: Sequence[Waiver]) -> Finding:
    """A finding whose waiver has expired, as a warning at most: no edit brought it back.

    `known.mark_known` gives one that the edit did bring its own severity again.
    """
    ended = [(waiver.expires, waiver.reason) for waiver in expired if waiver.expires]
    if not ended:
        return finding
    day, reason = max(ended)
    return finding._replace(
        severity="info" if finding.severity == "info" else "warning",
        message=f"{finding.message}; its waiver expired on {day}: {reason}",
        due=True,
        before_waiver=None if finding.due else finding.severity,
    )


def _unused(waiver: Waiver, rules: Mapping[str, Rule]) -> Finding:
    rule = rules.get(waiver.rule)
    hint = None if rule else meant(waiver.rule, rules, "'pricectl rule' lists the rules")
    unknown = "" if rule else f": no rule is called {waiver.rule!r:.80}"
    message = f"{waiver_name(waiver)} matches no finding{unknown}"
    # If its finding may end by date, an unused waiver is due too.
    due = rule is not None and (rule.due or rule.passes)
    return WAIVER_UNUSED.finding(waiver.pointer, message, hint)._replace(due=due)


def accepted_value(values: Json, pointer: str) -> SettingValue:
    """What a waiver names as the value at a place of a parsed file.

    A number, a text, true or false as it is; of anything else a hash of its JSON, so that any
    change of it brings the finding back; "absent" if nothing is there.
    """
    found = value_at(values, [unescape(token) for token in pointer.split("/")[1:]])
    if isinstance(found, (bool, int, Decimal, str)):
        return found
    if found is None:
        return ABSENT
    text = json.dumps(found, sort_keys=True, default=lambda number: str(number.normalize()))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def same_value(one: SettingValue, other: SettingValue) -> bool:
    """Whether two values are equal; numbers in any spelling, true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)
