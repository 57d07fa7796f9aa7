"""Accepts one finding: finds it, writes it down, and proves that it is gone."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pricectl.check.evidence.loosened import IDS as GATE_RULES
from pricectl.check.families import RULES
from pricectl.check.findings import Finding
from pricectl.check.validation import validate
from pricectl.check.validation_report import ValidationReport
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.errors import DocumentError
from pricectl.core.near import meant
from pricectl.edit.waiving import Acceptance, NotWaived, acknowledged, waived
from pricectl.files import atomic, catalog_file
from pricectl.files.base import EvidenceFinder
from pricectl.files.catalog_file import Source
from pricectl.files.settings import PRICECTL_TOML, PYPROJECT_TOML, SettingsText
from pricectl.policy import Policy

# How many findings a message about one that there is not names.
SHOWN_PLACES = 3


class WaiveResult(NamedTuple):
    """What was accepted, and the file that says so now, with its list or table."""

    accepted: Acceptance
    finding: Finding
    catalog: str
    written: str
    table: str


def waive(source: Source, name: str, policy: Policy, accepted: Acceptance) -> WaiveResult:
    """Accept one finding of the catalog `name`, and write that down.

    Raises NotWaived if there is no such finding or it would not be accepted, NotWritten,
    Unavailable for what is not JSON, and what finding the base raises.
    """
    _check_rule(accepted.rule)
    finder = EvidenceFinder(policy)
    try:
        catalog_text = document.decode(source.data)
        document.parse_text(catalog_text, allow_duplicates=True)
    except DocumentError as error:
        raise catalog_file.no_catalog(error, source, name) from None

    def check(data: bytes, now: Policy) -> ValidationReport:
        evidence = finder.evidence(Source(data, source.name), name)
        return validate(data, source.name, now, accepted.day, evidence=evidence)

    report = check(source.data, policy)
    finding = _finding(report, accepted)
    if accepted.in_catalog:
        written, table = name, "metadata.acknowledged"
        text = acknowledged(catalog_text, accepted)
        old, after = source.data, check(text.encode(), policy)
    else:
        found = SettingsText(Path(policy.source)) if policy.source else None
        path = found.path if found else Path(name).absolute().parent / PRICECTL_TOML
        heading = "tool.pricectl.waivers" if path.name == PYPROJECT_TOML else "waivers"
        old = found.data if found else b""
        written, table = str(path), f"[[{heading}]]"
        text = waived(old.decode(), accepted, report.values, heading=heading, file=written)
        after = check(source.data, SettingsText(path, document.encode(text)).policy())
    if any(_is(one, accepted) for one in after.findings):
        raise NotWaived(
            "would still be found, because a waiver cannot accept it",
            where=f"{accepted.rule} at {accepted.pointer}",
            next_step=finding.hint or "fix it",
        )
    atomic.replace(
        written,
        text.encode(),
        base_sha256=atomic.sha256(old) if accepted.in_catalog or policy.source else atomic.ABSENT,
        check=Catalog.load if accepted.in_catalog else _readable(written),
    )
    return WaiveResult(accepted, finding, name, written, table)


def _check_rule(rule: str) -> None:
    if rule in RULES and rule not in GATE_RULES:
        return
    if rule in GATE_RULES:
        raise NotWaived("cannot be waived: it is for the reviewer of the edit", where=rule)
    hint = meant(rule, RULES, "run 'pricectl rule' to list all rules")
    raise NotWaived("is not a rule", where=f"{rule:.80}", next_step=hint)


def _finding(report: ValidationReport, accepted: Acceptance) -> Finding:
    """The finding that is accepted. Raises NotWaived with what there is in its place."""
    found = next((one for one in report.findings if _is(one, accepted)), None)
    if found and not found.pointer:
        raise NotWaived("is about the whole file, so it has no place", where=accepted.rule)
    if found:
        return found
    if any(_is(one, accepted) for one in report.waived):
        raise NotWaived("is accepted already", where=f"{accepted.rule} at {accepted.pointer}")
    places = [one.pointer for one in report.findings if one.rule == accepted.rule]
    shown = ", ".join(places[:SHOWN_PLACES])
    more = f" and {len(places) - SHOWN_PLACES} more" if len(places) > SHOWN_PLACES else ""
    here = [one.rule for one in report.findings if one.pointer == accepted.pointer]
    step = "run 'pricectl validate -o json' to see rules and pointers"
    if places:
        step = f"it is found at {shown}{more}"
    elif here:
        step = f"found there: {', '.join(dict.fromkeys(here))}"
    where = f"{accepted.rule} at {accepted.pointer:.200}"
    raise NotWaived("is not found", where=where, next_step=step)


def _is(finding: Finding, accepted: Acceptance) -> bool:
    return finding.rule == accepted.rule and finding.pointer == accepted.pointer


def _readable(path: str) -> Callable[[bytes], object]:
    return lambda data: SettingsText(Path(path), data).policy()
