"""Takes over what price lists agree on: a proposal, held against the gates, then one edit.

The edit is checked as every edit is. A row that the review or a gate of the settings stops waits
for a person, and the others go on without it.
"""

import shlex
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.changes.change import Change, Comparison
from pricectl.changes.gates import GateLimits, check_gates
from pricectl.check.evidence import ACKNOWLEDGEABLE
from pricectl.check.findings import Finding
from pricectl.core.labels import clean, did_you_mean, short_rate
from pricectl.core.lookup import near_names
from pricectl.core.pointers import pointer_to
from pricectl.edit.assignments import BadEdit
from pricectl.edit.engine import edit_catalog
from pricectl.edit.evidence import evidence_changes
from pricectl.edit.proposed_edits import ProposedEdits, new_row_edit, proposed_edits
from pricectl.edit.splice import Edit
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.feeds.differences import PriceDrift
from pricectl.feeds.drift import find_drift
from pricectl.feeds.new_rows import AgreedRow, AgreedRows, HeldModel, new_rows
from pricectl.feeds.proposal import Difference, HeldValue, Proposal, Selection, propose
from pricectl.operate.drift import DriftReport, days_read
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit

_ROW_TOKENS = 2


class WaitingRow(NamedTuple):
    """A row whose change waits for a person: why, and the command that makes it all the same."""

    name: str
    reasons: tuple[str, ...]
    command: str


class PullResult(NamedTuple):
    """What was proposed, what of it was written, and what waits for whom.

    `values` and `new` are in the edit. `waiting` rows, or values of them, need a person's reason.
    `held` values and models are a person's word, or doubtful. `gates` are limits of the settings
    that stopped the whole edit.
    """

    report: DriftReport
    selection: Selection
    values: tuple[Difference, ...]
    new: tuple[AgreedRow, ...]
    waiting: tuple[WaitingRow, ...]
    held: tuple[HeldValue, ...]
    held_models: tuple[HeldModel, ...]
    too_few: int
    too_few_models: int
    undated: tuple[str, ...]
    gates: tuple[str, ...]
    edit: EditResult

    @property
    def exit_code(self) -> int:
        """1 where anything waits for a person."""
        return FINDINGS if self.waiting or self.gates else self.edit.exit_code or CLEAN


class PullOptions(NamedTuple):
    """What is wanted, how the edit is made, and the words of the lists for the commands told."""

    selection: Selection
    edit: EditOptions
    lists: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class _Wanted(NamedTuple):
    """The values and new rows that nothing but the checks of the edit can stop."""

    values: tuple[Difference, ...]
    new: tuple[AgreedRow, ...]


class _Draft(NamedTuple):
    """The edits of the rows that are still in."""

    planned: ProposedEdits
    new: tuple[AgreedRow, ...]
    edits: tuple[Edit, ...]


def pull(
    opened: EditableCatalog,
    report: DriftReport,
    options: PullOptions,
    warn: Callable[[str], object] = lambda _: None,
    progress: Callable[[str], object] = lambda _: None,
) -> PullResult:
    """Write what enough lists agree on. Raises what `make_edit` raises."""
    selection, at = options.selection, options.edit.at
    progress("choosing")
    drift = report.drift
    _check_named(opened, report, selection)
    chosen = propose(opened.catalog, (*drift.prices, *drift.members), selection)
    if options.edit.reason:
        chosen = _let_through(chosen)
    found = AgreedRows()
    if selection.new:
        found = new_rows(opened.catalog, drift.new, report.feeds, selection, at)
    waiting: dict[str, tuple[str, ...]] = {}
    by_hand: set[str] = set()
    while True:
        progress("checking the edit")
        draft = _draft(opened, report, _Wanted(chosen.values, found.rows), waiting)
        tried = make_edit(opened, draft.edits, options.edit._replace(dry_run=True))
        refused = _refused(tried.refusing, draft)
        # Only findings about prices can be acknowledged.
        by_hand |= {
            name
            for name, own in refused.items()
            if any(finding.rule not in ACKNOWLEDGEABLE for finding in own)
        }
        stopped = _tripped(tried, draft, opened, options) | {
            name: tuple(f"{finding.rule}: {finding.message}" for finding in own)
            for name, own in refused.items()
        }
        if not stopped:
            break
        waiting |= stopped
    for one in chosen.held:
        if one.waits:
            name = one.drift.model.full_name
            waiting[name] = (*waiting.get(name, ()), f"{difference_text(one.drift)}, {one.reason}")
    gates = () if options.edit.reason else _gates(tried.diff.compared.comparison, opened)
    edit = tried
    if not gates and not options.edit.dry_run:
        progress("writing")
        edit = make_edit(opened, draft.edits, options.edit, warn)
    unwritten = (HeldValue(one.drift, one.reason) for one in draft.planned.unwritten)
    return PullResult(
        report,
        selection,
        draft.planned.written,
        draft.new,
        tuple(
            WaitingRow(name, why, _command(name, options, by_hand=name in by_hand))
            for name, why in waiting.items()
        ),
        (*chosen.held, *unwritten),
        found.held,
        chosen.too_few,
        found.too_few,
        tuple(sorted(feed.name for feed in report.feeds if not feed.date)),
        gates,
        edit._replace(dry_run=options.edit.dry_run),
    )


def _check_named(opened: EditableCatalog, report: DriftReport, selection: Selection) -> None:
    """Raise BadEdit if nothing has one of the names: a slip of the keyboard proposes nothing."""
    models = (*opened.catalog.models, *(one.model for one in report.drift.new))
    for word in selection.only:
        wanted = Selection((word,))
        if not any(map(wanted.takes_row, models)):
            names = near_names(opened.catalog, word)
            step = did_you_mean(*names) or "run 'pricectl models' to list all names"
            what = "neither a row nor a new model of the lists has this name"
            raise BadEdit(what, where=f"--only {clean(word):.80}", next_step=step)


def difference_text(drift: Difference) -> str:
    """A difference in a few words, such as "input: $2.50 / 1M -> $25.00 / 1M"."""
    ours, theirs = (value_words(drift, value) for value in (drift.ours, drift.majority.value))
    return f"{drift.what}: {ours} -> {theirs}"


def value_words(drift: Difference, value: int | str | None) -> str:
    """A value of ours or of a list as people read it."""
    if isinstance(drift, PriceDrift) and isinstance(value, int):
        return short_rate(value, drift.key[0])
    return "none" if value is None else f"{value}"


def _let_through(chosen: Proposal) -> Proposal:
    """With a person's reason, also what looks doubtful; never a person's own word."""
    waits = tuple(one.drift for one in chosen.held if one.waits)
    held = tuple(one for one in chosen.held if not one.waits)
    return chosen._replace(values=(*chosen.values, *waits), held=held)


def _draft(
    opened: EditableCatalog, report: DriftReport, wanted: _Wanted, waiting: Collection[str]
) -> _Draft:
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
    return _Draft(planned, new, (*edits, *_evidence(version, report, changed)))


def _evidence(version: CatalogVersion, report: DriftReport, changed: set[str]) -> list[Edit]:
    """The lists that agree with the rows as they become, each with its own day."""
    if not changed:
        return []
    drift = find_drift(
        version.catalog,
        report.feeds,
        report.options.at,
        lambda model: model.full_name in changed,
    )
    return [one.edit for one in evidence_changes(drift.agreements, days_read(report.feeds))]


def _refused(findings: Iterable[Finding], draft: _Draft) -> dict[str, list[Finding]]:
    """The rows of the edit that the review refuses, with its findings."""
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
    tried: EditResult, draft: _Draft, opened: EditableCatalog, options: PullOptions
) -> dict[str, tuple[str, ...]]:
    """The rows whose own changes exceed a limit of the settings, with the limit."""
    limits = GateLimits().or_settings(opened.policy.gates)
    if options.edit.reason or limits == GateLimits():
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


def _command(name: str, options: PullOptions, *, by_hand: bool) -> str:
    """The command that makes the change of a row all the same.

    `by_hand`: no reason is enough, since more of the row has to change.
    """
    if by_hand:
        return f"{shlex.join(('pricectl', 'set', clean(name)))} FIELD=VALUE..."
    words = ["pricectl", "pull", "--only", name]
    for option, values in (("--feed", options.lists), ("--field", options.members)):
        for value in values:
            words += [option, value]
    if options.selection.agreeing != Selection().agreeing:
        words += ["--agreeing", f"{options.selection.agreeing}"]
    words += ["--new"] if options.selection.new else []
    return f"{shlex.join(map(clean, words))} --reason 'WHY IT IS RIGHT'"
