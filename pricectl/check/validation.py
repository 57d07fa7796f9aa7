"""Checks the text of a catalog: everything that can be said about it at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import accumulate
from typing import NamedTuple

from pricectl.check import rules, schema
from pricectl.check.findings import ERRORS, Finding, Severity, Threshold, by_place
from pricectl.check.positions import Positions, Span, lone_surrogate, too_deep
from pricectl.check.rules.shape import DOCUMENT_DEPTH, DUPLICATE_KEY, ENCODING, NOT_LOADABLE
from pricectl.check.rules.spelling import Speller
from pricectl.check.rules.violations import shorten
from pricectl.check.rules.waivers import WAIVER_EXPIRED, WAIVER_UNUSED
from pricectl.core import document
from pricectl.core.catalog import MAX_MODELS, Catalog, build
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError
from pricectl.core.prices import Problem
from pricectl.core.windows import as_instant
from pricectl.policy import Policy, Waiver


class Report(NamedTuple):
    """What was found in one file: sorted findings with their places, and what was waived.

    `positions` shows the places; findings without a span are about the settings in `settings`.
    """

    file: str
    findings: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    models: int
    positions: Positions
    settings: str = ""

    def place(self, finding: Finding) -> str:
        """The file a finding is about."""
        return self.file if finding.span else self.settings or self.file

    def count(self, severity: Severity) -> int:
        """How many findings have a severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def due(self) -> int:
        """How many findings a date made due."""
        return sum(finding.due for finding in self.findings)

    def fails(self, threshold: Threshold = ERRORS) -> bool:
        """Whether a finding trips a threshold; without one, whether there is an error."""
        return any(map(threshold.trips, self.findings))


class Validation(NamedTuple):
    """What a run over some files found: a report for each, and which findings fail the run."""

    reports: tuple[Report, ...]
    threshold: Threshold = ERRORS

    @property
    def failed(self) -> bool:
        """Whether a finding of any file trips the threshold."""
        return any(report.fails(self.threshold) for report in self.reports)


def check(data: bytes | str, file: str, policy: Policy, at: date, *, own: bool = True) -> Report:
    """Check the bytes of a catalog as of a day or instant (UTC); never raises for what is in them.

    `own` is the catalog that the settings are about: only there a waiver can be left over.
    """
    try:
        text = document.decode(data)
        values, unique = _parse(text)
    except DocumentError as error:
        text = _legible(data)
        return Report(file, (_of_error(error, text),), (), 0, Positions(text))
    now = as_instant(at)
    problems: list[Problem] = []
    catalog = build(values, problems)
    positions = Positions(text)
    found = [] if unique else list(_duplicates(positions))
    if len(catalog.models) <= MAX_MODELS:
        found += _of_content(values, catalog, policy, now)
    else:  # what is wrong with the rows would only hide that there are too many
        problems = [problem for problem in problems if not problem.pointer]
    found += _not_loadable(problems, found)
    kept, waived, about_waivers = _waive(found, policy.waivers, now.date())
    placed = sorted((_place(finding, positions) for finding in kept), key=by_place)
    said = (*placed, *about_waivers) if own else tuple(placed)
    return Report(file, said, waived, len(catalog.models), positions, policy.source)


def _legible(data: bytes | str) -> str:
    """What can be shown of a text that cannot be read."""
    return data if isinstance(data, str) else data.decode("utf-8", "replace")


def _parse(text: str) -> tuple[Json, bool]:
    """The document, and whether all its keys are unique. Raises DocumentError."""
    try:
        return document.parse(text), True
    except DocumentError as error:
        if error.rule != DUPLICATE_KEY.id:
            raise
        return document.parse(text, allow_duplicates=True), False


def _of_content(values: Json, catalog: Catalog, policy: Policy, now: datetime) -> Iterator[Finding]:
    yield from schema.check(values)
    if isinstance(values, dict):
        known = schema.described_keys("prices", "model"), schema.described_keys("metadata")
        yield from rules.check(rules.Context(values, catalog, policy, now, *known))


def _of_error(error: DocumentError, text: str) -> Finding:
    rule = rules.RULES[error.rule]
    place = Span(error.line, error.column, 1) if error.line else _searched(rule, text)
    return rule.at("", error.what, error.next_step)._replace(span=place)


def _searched(rule: rules.Rule, text: str) -> Span:
    """The place of what the parser found without one; the beginning where there is none."""
    found = None
    if rule is DOCUMENT_DEPTH:
        found = too_deep(text, document.MAX_DEPTH)
    elif rule is ENCODING:
        found = lone_surrogate(text)
    return Positions(text).span(*found) if found else Span(1, 1, 1)


def _duplicates(positions: Positions) -> Iterator[Finding]:
    for pointer, first, repeated in positions.duplicates():
        key = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        yield DUPLICATE_KEY.at(
            pointer,
            f"the key {shorten(key, 80)!r} appears twice in one object",
            "keep the right one and delete the other; readers use the last",
            on_key=True,
        )._replace(span=repeated, also=first)


def _not_loadable(problems: Iterable[Problem], found: Iterable[Finding]) -> Iterator[Finding]:
    """What production would refuse and no error has said: no file passes that cannot run."""
    errors = {finding.pointer for finding in found if finding.severity == "error"}
    said = {parent for pointer in errors for parent in accumulate(pointer.split("/"), _below)}
    for problem in problems:
        if problem.pointer not in said:
            yield NOT_LOADABLE.at(problem.pointer, problem.message, NOT_LOADABLE.hint)


def _below(parent: str, token: str) -> str:
    return f"{parent}/{token}"


def _place(finding: Finding, positions: Positions) -> Finding:
    if finding.span:
        return finding
    place = positions.key if finding.on_key else positions.value
    also = positions.key(finding.other) if finding.other else None
    return finding._replace(span=place(finding.pointer), also=also)


def _waive(
    findings: Sequence[Finding], waivers: Sequence[Waiver], today: date
) -> tuple[list[Finding], tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that stay, those that are waived, and findings about the waivers."""
    valid = [waiver for waiver in waivers if not _expired(waiver, today)]
    expired = [waiver for waiver in waivers if _expired(waiver, today)]
    waived = tuple(
        finding for finding in findings if any(_covers(waiver, finding) for waiver in valid)
    )
    hidden = set(map(id, waived))
    kept = [_returned(finding, expired) for finding in findings if id(finding) not in hidden]
    about = list(map(_expiry, expired))
    about += [
        _unused(waiver)
        for waiver in valid
        if not any(_covers(waiver, finding) for finding in waived)
    ]
    return kept, waived, tuple(about)


def _expired(waiver: Waiver, today: date) -> bool:
    return waiver.expires is not None and waiver.expires < today


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


def _expiry(waiver: Waiver) -> Finding:
    message = f"{_said(waiver)} expired on {waiver.expires}: {waiver.reason}"
    return WAIVER_EXPIRED.at(waiver.pointer, message, WAIVER_EXPIRED.hint)


def _unused(waiver: Waiver) -> Finding:
    rule = rules.RULES.get(waiver.rule)
    near = "" if rule else Speller(rules.RULES).near(waiver.rule)
    hint = f"did you mean {near}?" if near else WAIVER_UNUSED.hint
    found = WAIVER_UNUSED.at(waiver.pointer, f"{_said(waiver)} matches no finding", hint)
    return found._replace(due=rule is not None and (rule.due or rule.passes))


def _said(waiver: Waiver) -> str:
    return f"the waiver of {waiver.rule} at {waiver.pointer or 'every place'}"
