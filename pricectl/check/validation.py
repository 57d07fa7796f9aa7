"""Checks the text of a catalog and returns all findings at once, each with its span."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from pricectl.check import families, schema, waivers
from pricectl.check.evidence import NO_EVIDENCE, Evidence, comparison, settings
from pricectl.check.findings import ERRORS, Finding, Severity, Threshold, by_position
from pricectl.check.positions import Positions, Span
from pricectl.check.rules.base import Context, Rule
from pricectl.check.rules.shape import DUPLICATE_KEY, ENCODING, NOT_LOADABLE, UNREAD_PRICING
from pricectl.check.violations import shorten
from pricectl.core import document
from pricectl.core.catalog import MAX_MODELS, Catalog, build
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError
from pricectl.core.json_offsets import lone_surrogate
from pricectl.core.pointers import unescape
from pricectl.core.prices import Problem
from pricectl.core.windows import as_instant
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.policy import Policy


class ValidationReport(NamedTuple):
    """What was found in one file: findings in the order of the text, and those that are waived.

    `positions` is the text with its lines; findings without a span are about the settings in
    `settings`. `catalog` and `values` are what was built and parsed; None if it cannot be loaded.
    `evidence` is what the file was compared with; None if it was looked at alone.
    """

    file: str
    findings: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    models: int
    positions: Positions
    settings: str = ""
    catalog: Catalog | None = None
    values: Json = None
    evidence: Evidence | None = None

    def file_of(self, finding: Finding) -> str:
        """The file a finding is about: the catalog, or the settings."""
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

    reports: tuple[ValidationReport, ...]
    threshold: Threshold = ERRORS

    @property
    def failed(self) -> bool:
        """Whether a finding of any file trips the threshold."""
        return any(report.fails(self.threshold) for report in self.reports)

    @property
    def exit_code(self) -> int:
        """How `validate` ends."""
        return FINDINGS if self.failed else CLEAN


def validate(  # noqa: PLR0913 - the last two by keyword
    data: bytes | str,
    file: str,
    policy: Policy,
    at: date,
    *,
    own: bool = True,
    evidence: Evidence | None = None,
) -> ValidationReport:
    """Check the bytes of a catalog as of a day or instant (UTC); never raises for their content.

    `own`: the settings are about this catalog, so unused waivers are reported.
    `evidence` is what the file is compared with; without it the file is looked at alone.
    """
    try:
        text = document.decode(data)
        values, unique = _parse(text)
    except DocumentError as error:
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        positions = Positions(text)
        finding = _of_error(error, text, positions)
        return ValidationReport(file, (finding,), (), 0, positions, evidence=evidence)
    now = as_instant(at)
    problems: list[Problem] = []
    catalog = build(values, problems, source=data.encode() if isinstance(data, str) else data)
    loaded = catalog if unique and not problems else None
    positions = Positions(text)
    found = [] if unique else list(_duplicates(positions))
    if len(catalog.models) <= MAX_MODELS:
        found += schema.check(values)
        if isinstance(values, dict):
            known = schema.described_keys("prices", "model"), schema.described_keys("metadata")
            compared = evidence or NO_EVIDENCE
            context = Context(values, catalog, policy, now, *known, evidence=compared)
            found += families.check(context)
            if evidence:
                found = comparison.findings(context, found)
    else:  # too many rows: report only that
        problems = [problem for problem in problems if not problem.pointer]
    found += _unreported(NOT_LOADABLE, problems, found)
    found += _unreported(UNREAD_PRICING, _unread(catalog), found)
    kept, waived, about_waivers = waivers.apply(found, policy.waivers, now.date(), families.RULES)
    findings = sorted((_with_span(finding, positions) for finding in kept), key=by_position)
    if own:
        findings += about_waivers
        findings += settings.check(evidence.base_settings, policy) if evidence else ()
    models = len(catalog.models)
    report = ValidationReport(file, tuple(findings), waived, models, positions, policy.source)
    return report._replace(catalog=loaded, values=values, evidence=evidence)


def _parse(text: str) -> tuple[Json, bool]:
    """The document, and whether all its keys are unique. Raises DocumentError."""
    try:
        return document.parse_text(text), True
    except DocumentError as error:
        if error.rule != DUPLICATE_KEY.id:
            raise
        # The only text that is read twice: other findings must not wait until the keys are unique.
        return document.parse_text(text, allow_duplicates=True), False


def _of_error(error: DocumentError, text: str, positions: Positions) -> Finding:
    """The finding for a text that is not a JSON document, with the span of what is wrong."""
    rule = families.RULES[error.rule]
    span = Span(error.line, error.column, 1)
    if rule is ENCODING and (offsets := lone_surrogate(text)):
        span = positions.span(*offsets)
    return rule.finding("", error.what, error.next_step)._replace(span=span)


def _duplicates(positions: Positions) -> Iterator[Finding]:
    for pointer, first, repeated in positions.duplicates():
        key = unescape(pointer.rpartition("/")[2])
        yield DUPLICATE_KEY.finding(
            pointer,
            f"the key {shorten(key, 80)!r} appears twice in one object",
            "keep the right one and delete the other; readers use the last",
            on_key=True,
        )._replace(span=repeated, also=first)


def _unread(catalog: Catalog) -> Iterator[Problem]:
    """The parts of price lists that are not understood."""
    for model in (*catalog.models, catalog.default):
        for prices in model.price_lists:
            yield from prices.unread


def _unreported(rule: Rule, problems: Iterable[Problem], found: Iterable[Finding]) -> list[Finding]:
    """Problems that no rule reported, as findings of this one."""
    errors = (finding.pointer.split("/") for finding in found if finding.severity == "error")
    reported = {
        "/".join(tokens[:length]) for tokens in errors for length in range(1, len(tokens) + 1)
    }
    return [
        rule.finding(problem.pointer, problem.message)
        for problem in problems
        if problem.pointer not in reported
    ]


def _with_span(finding: Finding, positions: Positions) -> Finding:
    """The finding with its position in the text, and that of the other row that belongs to it."""
    if finding.span:
        return finding
    locate = positions.key if finding.on_key else positions.value
    also = positions.key(finding.other) if finding.other else None
    return finding._replace(span=locate(finding.pointer), also=also)
