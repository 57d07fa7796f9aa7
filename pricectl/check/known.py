"""Which findings the base has, too: those that the edit brought are what a reviewer looks at."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pricectl.check.evidence.comparison import value_at
from pricectl.check.evidence.loosened import IDS as GATE_RULES
from pricectl.check.findings import SEVERITIES, Finding, by_position
from pricectl.core.document import Json
from pricectl.core.pointers import unescape

# One finding stands for many rows, so that its place and words change as rows are renewed.
ONE_A_FILE = frozenset({"verified-stale", "evidence-stale"})
# One finding stands for a section of which no row has something; else each row has its own.
ONE_A_SECTION = frozenset({"source-missing", "verified-missing"})
# Places in a list, which move when an item is added before.
_INDEX = re.compile(r"/\d+(?=/|$)")
FindingIdentity = tuple[str, str, str]


def mark_known(
    findings: Sequence[Finding],
    values: Json,
    base_findings: Iterable[Finding],
    base_values: Json,
) -> list[Finding]:
    """The findings, those marked that the base has at least as bad at the same value.

    An expired waiver lowers only what is known: a new finding is the edit's own.
    `values` and `base_values` are the documents that both are about.
    """
    worst: Counter[FindingIdentity] = Counter()
    ranks: dict[FindingIdentity, int] = {}
    whole_sections = set[tuple[str, str]]()
    for finding in base_findings:
        if finding.rule in ONE_A_SECTION:
            whole_sections.add((finding.rule, finding.pointer))
        key = _identity(finding, base_values)
        worst[key] += 1
        ranks[key] = min(SEVERITIES.index(finding.severity), ranks.get(key, len(SEVERITIES)))
    marked = []
    for finding in findings:
        key = _identity(finding, values)
        known = worst[key] > 0 and ranks[key] <= SEVERITIES.index(finding.severity)
        worst[key] -= known
        section = finding.pointer.rpartition("/")[0]
        if (finding.rule, section) in whole_sections:
            known = _at(base_values, finding.pointer) is not None  # the row was one of those
        marked.append(finding._replace(known=True) if known else as_new(finding))
    return marked


def as_new(finding: Finding) -> Finding:
    """A finding that the base does not have, with the severity that it has without a waiver."""
    if finding.before_waiver is None:
        return finding
    return finding._replace(severity=finding.before_waiver, due=False)


def new_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order of every format.

    First what the edit loosens in its own gate, then what is new, each by its place in the text,
    then what is known.
    """
    order: Callable[[Finding], tuple[object, ...]] = lambda one: (  # noqa: E731 - one expression
        one.known,
        one.rule not in GATE_RULES,
        one.span is None,
        by_position(one),
    )
    return sorted(findings, key=order)


def _at(values: Json, pointer: str) -> object:
    return value_at(values, [unescape(token) for token in pointer.split("/")[1:]])


def _identity(finding: Finding, values: Json) -> FindingIdentity:
    if finding.rule in ONE_A_FILE:
        return finding.rule, "", ""
    place = _INDEX.sub("/#", finding.pointer)
    if not finding.pointer:
        return finding.rule, place, finding.message
    value = _at(values, finding.pointer)
    if (
        finding.due and finding.before_waiver is None
    ):  # its message counts the days of a date that is the same
        return finding.rule, place, "due"
    whole = value is None or isinstance(value, (dict, list))
    return finding.rule, place, finding.message if whole else repr(value)
