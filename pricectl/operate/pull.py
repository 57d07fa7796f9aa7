"""Takes over what price lists agree on: a proposal, held against the gates, then one edit.

The edit is checked as every edit is. A row that the review or a gate of the settings stops waits
for a person, and the others go on without it.
"""

import shlex
from collections.abc import Callable
from typing import NamedTuple

from pricectl.core.labels import clean, did_you_mean, short_rate
from pricectl.core.lookup import near_names
from pricectl.edit.assignments import BadEdit
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.feeds.differences import PriceDrift
from pricectl.feeds.new_rows import AgreedRow, AgreedRows, HeldModel, new_rows
from pricectl.feeds.proposal import Difference, HeldValue, Proposal, Selection, propose
from pricectl.operate.drift import DriftReport
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit
from pricectl.operate.passing import ProposedRows, passing_rows


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
    """What is wanted, how the edit is made, and the words of the options for the commands told."""

    selection: Selection
    edit: EditOptions
    lists: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    file: str = ""
    day: str = ""


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
        found = new_rows(opened.catalog, drift.new, drift.lists, selection, at)
    wanted = ProposedRows(chosen.values, found.rows)
    passed = passing_rows(opened, report, wanted, options.edit, progress)
    draft, waiting = passed.draft, {**passed.stopped}
    for one in chosen.held:
        if one.waits:
            name = one.drift.model.full_name
            waiting[name] = (*waiting.get(name, ()), f"{difference_text(one.drift)}, {one.reason}")
    edit, gates = passed.tried, passed.gates
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
            WaitingRow(name, why, _command(name, options, by_hand=name in passed.by_hand))
            for name, why in waiting.items()
        ),
        (*chosen.held, *unwritten),
        found.held,
        chosen.too_few,
        found.too_few,
        tuple(sorted(feed.name for feed in report.feeds if not feed.day_by(report.options.today))),
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


def _command(name: str, options: PullOptions, *, by_hand: bool) -> str:
    """The command that makes the change of a row all the same.

    `by_hand`: no reason is enough, since more of the row has to change.
    """
    file = ("-f", options.file) if options.file else ()
    if by_hand:
        end = f" {shlex.join(map(clean, file))}" if file else ""
        return f"{shlex.join(('pricectl', 'set', clean(name)))} FIELD=VALUE...{end}"
    words = ["pricectl", "pull", "--only", name, *file]
    words += ["--at", options.day] if options.day else []
    for option, values in (("--feed", options.lists), ("--field", options.members)):
        for value in values:
            words += [option, value]
    if options.selection.agreeing != Selection().agreeing:
        words += ["--agreeing", f"{options.selection.agreeing}"]
    words += ["--new"] if options.selection.new else []
    return f"{shlex.join(map(clean, words))} --reason 'WHY IT IS RIGHT'"
