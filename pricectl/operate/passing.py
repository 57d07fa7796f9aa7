"""Which rows of a proposal pass the review and the gates of the settings.

The edit of all of them is tried without writing it. Rows that a check stops are taken out, and the
others are tried again, because one check may hide another.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.changes.change import Change, Comparison
from pricectl.changes.gates import GateLimits, check_gates
from pricectl.check.evidence import ACKNOWLEDGEABLE
from pricectl.check.findings import Finding
from pricectl.core.pointers import pointer_to
from pricectl.edit.engine import edit_catalog
from pricectl.edit.evidence import evidence_changes
from pricectl.edit.proposed_edits import ProposedEdits, new_row_edit, proposed_edits
from pricectl.edit.splice import Edit
from pricectl.feeds.drift import compare_rows
from pricectl.feeds.new_rows import AgreedRow
from pricectl.feeds.proposal import Difference
from pricectl.operate.drift import DriftReport, days_read
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit

_ROW_TOKENS = 2
# Warnings that do not refuse an edit of a person, but that no list may bring unseen: tokens that
# would be free, and a model that would be closed to its callers.
DOUBTFUL = frozenset({"price-missing", "deprecation-passed"})


class ProposedRows(NamedTuple):
    """The values and new rows that nothing but the checks of the edit can stop."""

    values: tuple[Difference, ...]
    new: tuple[AgreedRow, ...]


class DraftEdit(NamedTuple):
    """The edits of the rows that are still in."""

    planned: ProposedEdits
    new: tuple[AgreedRow, ...]
    edits: tuple[Edit, ...]


class PassingRows(NamedTuple):
    """The edit of the rows that pass, and why each of the others was stopped.

    `tried` is that edit without being written. `by_hand` are stopped rows that no reason lets
    through. `gates` are limits of the settings that the rows exceed together.
    """

    draft: DraftEdit
    tried: EditResult
    stopped: Mapping[str, tuple[str, ...]]
    by_hand: frozenset[str]
    gates: tuple[str, ...]


def passing_rows(
    opened: EditableCatalog,
    report: DriftReport,
    wanted: ProposedRows,
    options: EditOptions,
    progress: Callable[[str], object],
) -> PassingRows:
    """Try the edit until nothing of it is stopped. A reason lets through what it acknowledges."""
    stopped: dict[str, tuple[str, ...]] = {}
    by_hand: set[str] = set()
    while True:
        progress("checking the edit")
        draft = _draft(opened, report, wanted, stopped)
        tried = make_edit(opened, draft.edits, options._replace(dry_run=True))
        refused = _by_row(tried.refusing, draft)
        found: dict[str, tuple[str, ...]] = {}
        if not options.reason:
            doubtful = (one for one in tried.brought if one.rule in DOUBTFUL)
            found = _told(_by_row(doubtful, draft)) | _tripped(tried, draft, opened)
        found |= _told(refused)
        # Only findings about prices can be acknowledged.
        by_hand |= {
            name
            for name, own in refused.items()
            if any(finding.rule not in ACKNOWLEDGEABLE for finding in own)
        }
        if not found:
            gates = () if options.reason else _gates(tried.diff.compared.comparison, opened)
            return PassingRows(draft, tried, stopped, frozenset(by_hand), gates)
        stopped |= found


def _draft(
    opened: EditableCatalog, report: DriftReport, wanted: ProposedRows, waiting: Collection[str]
) -> DraftEdit:
    """The edits of the rows that do not wait, with the evidence of what they become."""
    today = report.options.today
    values = [one for one in wanted.values if one.model.full_name not in waiting]
    planned = proposed_edits(opened.version, opened.positions, values, today)
    new = tuple(one for one in wanted.new if one.model.full_name not in waiting)
    edits = list(planned.edits)
    edited = edit_catalog(opened.version, edits, opened.positions)
    version = edited.after
    if new:
        edits += [new_row_edit(row, version, edited.text) for row in new]
        version = edit_catalog(opened.version, edits, opened.positions).after
    changed = {plan.model.full_name for plan in planned.plans if plan.moves}
    changed |= {row.model.full_name for row in new}
    return DraftEdit(planned, new, (*edits, *_evidence(version, report, changed)))


def _evidence(version: CatalogVersion, report: DriftReport, changed: set[str]) -> list[Edit]:
    """The lists that agree with the rows as they become, each with its own day."""
    if not changed:
        return []
    drift = compare_rows(
        version.catalog,
        report.drift.lists,
        report.options.at,
        lambda model: model.full_name in changed,
    )
    today = report.options.today
    days = days_read(report.feeds, today)
    return [one.edit for one in evidence_changes(drift.agreements, days, f"{today}")]


def _told(rows: Mapping[str, Iterable[Finding]]) -> dict[str, tuple[str, ...]]:
    """The findings of rows as reasons to wait."""
    return {
        name: tuple(f"{finding.rule}: {finding.message}" for finding in own)
        for name, own in rows.items()
    }


def _by_row(findings: Iterable[Finding], draft: DraftEdit) -> dict[str, list[Finding]]:
    """The rows of the edit that findings are about, with the findings."""
    names = {plan.model.pointer: plan.model.full_name for plan in draft.planned.plans}
    for row in draft.new:
        names[pointer_to(row.model.provider, row.model.name)] = row.model.full_name
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        # A finding at another row may be about an edited one, too, such as one name at two prices.
        rows = (
            "/".join(it.split("/")[: _ROW_TOKENS + 1]) for it in (finding.pointer, finding.other)
        )
        name = next((names[row] for row in rows if row in names), None)
        if name:
            found.setdefault(name, []).append(finding)
    return found


def _tripped(
    tried: EditResult, draft: DraftEdit, opened: EditableCatalog
) -> dict[str, tuple[str, ...]]:
    """The rows whose own changes exceed a limit of the settings, with the limit."""
    limits = GateLimits().or_settings(opened.policy.gates)
    if limits == GateLimits():
        return {}
    comparison = tried.diff.compared.comparison
    rows = [plan.model.full_name for plan in draft.planned.plans]
    rows += [row.model.full_name for row in draft.new]
    found = {}
    for name in dict.fromkeys(rows):
        own = _of_row(comparison, name)
        tripped = tuple(gate.text for gate in check_gates(own, limits) if gate.tripped)
        if tripped:
            found[name] = tripped
    return found


def _of_row(comparison: Comparison, name: str) -> Comparison:
    """The part of a comparison that is about one row."""

    def is_own(change: Change) -> bool:
        return change.full_name == name

    return Comparison(
        tuple(filter(is_own, comparison.changes)),
        tuple(job for job in comparison.impact if f"{job.provider}/{job.model}" == name),
        left_out=comparison.left_out,
    )


def _gates(comparison: Comparison, opened: EditableCatalog) -> tuple[str, ...]:
    """The limits of the settings that the rows together exceed."""
    rows = comparison._replace(
        changes=tuple(one for one in comparison.changes if one.kind != "metadata")
    )
    limits = GateLimits().or_settings(opened.policy.gates)
    return tuple(gate.text for gate in check_gates(rows, limits) if gate.tripped)
