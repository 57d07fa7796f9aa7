"""Checks the text of a catalog and returns all findings at once, each with its span."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pricectl.check import families, known, profile_rules, schema, severities, waivers
from pricectl.check.evidence import NO_EVIDENCE, Evidence, comparison, loosened, settings
from pricectl.check.findings import Finding
from pricectl.check.loosening import policy_in_force
from pricectl.check.positions import Positions, Span
from pricectl.check.rules.base import Context, Rule
from pricectl.check.rules.prices import NUMBER_NOT_FINITE, PRICE_NEGATIVE, PRICE_TYPE
from pricectl.check.rules.shape import (
    DUPLICATE_KEY,
    ENCODING,
    JSON_SYNTAX,
    NOT_LOADABLE,
    UNREAD_PRICING,
)
from pricectl.check.rules.shape import RULES as SHAPE_RULES
from pricectl.check.typing_slips import explain
from pricectl.check.validation_report import ValidationReport
from pricectl.check.violations import shorten
from pricectl.core import document
from pricectl.core.catalog import MAX_MODELS, Catalog, build
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError
from pricectl.core.json_offsets import lone_surrogate
from pricectl.core.pointers import unescape
from pricectl.core.prices import Problem
from pricectl.core.windows import as_instant
from pricectl.policy import Policy
from pricectl.policy.review import ReviewedPolicy

# What the comparison with the JSON Schema can find.
SCHEMA_RULES = frozenset(
    rule.id for rule in (*SHAPE_RULES, NUMBER_NOT_FINITE, PRICE_NEGATIVE, PRICE_TYPE)
)


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
    source = data.encode() if isinstance(data, str) else data
    positions = Positions(text)
    built = _built(values, source, () if unique else tuple(_duplicates(positions)))
    reviewed = policy_in_force(policy, evidence)
    kept, waived, about_settings = check_document(built, reviewed, now, evidence)
    catalog = built.catalog
    marks = loosened.in_catalog(evidence.base, catalog) if evidence else ()
    found = [with_span(finding, positions) for finding in (*kept, *marks)]
    if own:
        found += [*about_settings, *severities.check(policy.severities, families.RULES)]
        found += (
            settings.check(evidence.base_settings or evidence.base_policy, policy)
            if evidence
            else ()
        )
        found += loosened.in_settings(reviewed.loosened)
    if evidence and evidence.base is None and evidence.base_policy:
        found = [known.as_new(one) for one in found]  # the edit brings the whole file
    elif evidence and evidence.base and evidence.base_data:
        found = _marked(found, values, source, reviewed, now, evidence)
    return ValidationReport(
        file,
        tuple(known.new_first(found)),
        waived,
        len(catalog.models),
        positions,
        policy.source,
        catalog=catalog if built.loadable else None,
        values=values,
        evidence=evidence,
    )


class CheckedDocument(NamedTuple):
    """A parsed catalog with what was built of it, and what is wrong with its text and its rows.

    `schema_values` is the part that the JSON Schema is asked about, and `only_rows` are the rows
    that the rules about a row alone look at; None is all of it.
    """

    values: Json
    catalog: Catalog
    problems: tuple[Problem, ...] = ()
    duplicates: tuple[Finding, ...] = ()
    schema_values: Json = None
    only_rows: frozenset[str] | None = None

    @property
    def loadable(self) -> bool:
        """Whether production would load it."""
        return not self.duplicates and not self.problems


def _built(values: Json, source: bytes, duplicates: tuple[Finding, ...]) -> CheckedDocument:
    problems: list[Problem] = []
    catalog = build(values, problems, source=source)
    return CheckedDocument(values, catalog, tuple(problems), duplicates)


def check_document(
    checked: CheckedDocument,
    reviewed: ReviewedPolicy,
    now: datetime,
    evidence: Evidence | None,
    wanted: frozenset[str] | None = None,
) -> waivers.Waived:
    """Apply the rules, then severities and waivers of the settings; `wanted` as in `families`."""
    values, catalog, problems, duplicates, part, only_rows = checked
    policy, found = reviewed.policy, list(duplicates)
    if len(catalog.models) <= MAX_MODELS:
        if part != {} and (wanted is None or wanted & SCHEMA_RULES):
            found += schema.check(values if part is None else part)
        if isinstance(values, dict):
            names = schema.described_keys("prices", "model"), schema.described_keys("metadata")
            compared = evidence or NO_EVIDENCE
            context = Context(
                values, catalog, policy, now, *names, evidence=compared, only_rows=only_rows
            )
            found += families.check(context, families.RULES if wanted is None else wanted)
            if evidence:
                found = comparison.findings(context, found, wanted)
    else:  # too many rows: report only that
        problems = tuple(problem for problem in problems if not problem.pointer)
    found += _unreported(NOT_LOADABLE, problems, found)
    found += _unreported(UNREAD_PRICING, _unread(catalog), found)
    judged = severities.apply(
        found, policy.severities, reviewed.base_severities, loadable=checked.loadable
    )
    return waivers.apply(judged, policy.waivers, now.date(), families.RULES, values)


def _marked(  # noqa: PLR0913, PLR0917 - what was found, and by what
    findings: Sequence[Finding],
    values: Json,
    source: bytes,
    reviewed: ReviewedPolicy,
    now: datetime,
    evidence: Evidence,
) -> list[Finding]:
    """The findings, those marked that the base has, too.

    The base is judged by its own settings. Only the families of what was found run again.
    """
    base_policy = evidence.base_policy or reviewed.policy
    if source == evidence.base_data and base_policy == reviewed.policy:
        # The comparison with itself finds nothing, so all of it was there before.
        return [one._replace(known=one.rule not in loosened.IDS) for one in findings]
    if evidence.base is None or not findings:
        return list(findings)
    before = check_document(
        CheckedDocument(evidence.base_values, evidence.base),
        ReviewedPolicy(base_policy),
        now,
        evidence._replace(base=None, base_policy=None, base_data=b""),
        frozenset(one.rule for one in findings),
    )
    earlier = (*before.kept, *before.about_waivers)
    return known.mark_known(findings, values, earlier, evidence.base_values)


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
    slip = explain(text, span.line, span.column) if rule is JSON_SYNTAX and text.strip() else None
    if slip:
        return rule.finding("", slip.message, slip.hint)._replace(span=slip.span)
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


def with_span(finding: Finding, positions: Positions) -> Finding:
    """The finding with its position in the text, and that of the other row that belongs to it."""
    if finding.span or finding.rule in profile_rules.IN_SETTINGS:
        return finding
    locate = positions.key if finding.on_key else positions.value
    also = positions.key(finding.other) if finding.other else None
    return finding._replace(span=locate(finding.pointer), also=also)
