"""What a comparison comes to, in one value: every format begins with it.

The kind of change, its largest effect in money and in credits, what is an error, what is new.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pricectl.changes import Change
from pricectl.changes.bill import BillChange
from pricectl.changes.diff import DiffResult
from pricectl.changes.periods import is_over
from pricectl.check.loosening import CatalogMark
from pricectl.core.labels import count, plural
from pricectl.report import changes as change_text
from pricectl.report.alike import MAX_ALIKE, first_names, rows_title
from pricectl.report.bill import bill_document
from pricectl.report.change_kinds import kind_words, kinds_of
from pricectl.report.diff_effects import (
    CreditEffect,
    MoneyEffect,
    largest_credits,
    largest_money,
)

# So many sentences on what the edit loosens stand before the kind of change; -v shows all.
MAX_LOOSENED = 3


class SummaryLine(NamedTuple):
    """A line of the summary: what it is about, its words, and how serious it is.

    `words` are plain text that may hold names from a catalog: each format makes them safe.
    """

    label: str
    words: str
    level: Literal["error", "warning", "info"] = "info"


class DiffSummary(NamedTuple):
    """What a reviewer must know first.

    `kinds` are ids of `change_kinds.KINDS`. `money` is the largest effect in force, `later` the
    largest one of an announced price. `tripped` are the gates that fail, in words; `jumps` the
    prices that moved 5 times and more. `new` and `gone` are names of models. `bill` is what the
    customers pay for the team's usage; without it, sample jobs stand for that.
    """

    kinds: tuple[str, ...]
    money: MoneyEffect | None = None
    later: MoneyEffect | None = None
    credits: CreditEffect | None = None
    tripped: tuple[str, ...] = ()
    jumps: tuple[Change, ...] = ()
    is_complete: bool = True
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    bill: BillChange | None = None

    @property
    def errors(self) -> int:
        """How many gates fail."""
        return len(self.tripped)

    @property
    def kind_words(self) -> str:
        """The kinds of change in one sentence."""
        return kind_words(self.kinds)

    @property
    def lines(self) -> tuple[SummaryLine, ...]:
        """The summary for people, at most fourteen lines; none where nothing changed."""
        lines = []
        if self.bill:
            lines.append(SummaryLine("Bill", self.bill.text))
            if self.bill.accounts_text:
                lines.append(SummaryLine("Accounts", self.bill.accounts_text))
            lines.append(SummaryLine("Usage", self.bill.basis))
        lines += [SummaryLine("Change", self.kind_words)] if self.kinds else []
        if self.tripped:
            # The gates stand one by one at the end of the report.
            lines.append(SummaryLine("Error", "; ".join(self.tripped), "error"))
        if not self.is_complete:
            lines.append(SummaryLine("Check", "not everything was compared", "warning"))
        if self.bill and self.bill.left_out_rows:
            rows = plural(self.bill.left_out_rows, "row")
            words = f"the bill lacks {rows} of the usage that cannot be read"
            lines.append(SummaryLine("Check", words, "warning"))
        if self.jumps:
            first = self.jumps[0]
            name = f"{first.full_name} {change_text.price_label(first)}"
            many = f"{plural(len(self.jumps), 'price')} moved 5 times or more"
            moved = change_text.percent_text(first.largest)
            lines.append(SummaryLine("Check", f"{many}, first {name}: {moved}", "warning"))
        if self.money:
            # What stands in for real usage must not be taken for it.
            basis = "" if self.bill or self.money.basis == "usage" else "sample jobs: "
            lines.append(SummaryLine("Money", f"{basis}{self.money.text}"))
        for label, effect in (("Credits", self.credits), ("Later", self.later)):
            lines += [SummaryLine(label, effect.text)] if effect else []
        for label, names in (("New", self.new), ("Gone", self.gone)):
            lines += [SummaryLine(label, _models(names))] if names else []
        return tuple(lines)

    def document(self) -> dict[str, Any]:
        """The summary for programs: the member `overview` of the document of `diff`."""
        return {
            "kinds": list(self.kinds),
            "text": self.kind_words or "no changes",
            "money": self.money.document() if self.money else None,
            "later": self.later.document() if self.later else None,
            "credits": self.credits._asdict() if self.credits else None,
            "errors": self.errors,
            "jumps": len(self.jumps),
            "complete": self.is_complete,
            "new": list(self.new),
            "gone": list(self.gone),
            "bill": bill_document(self.bill) if self.bill else None,
        }


def _models(names: Sequence[str]) -> str:
    return f"{plural(len(names), 'model')}: {first_names(names)}"


def loosened_words(result: DiffResult, limit: int | None = None) -> list[str]:
    """What the edit loosens in its own gate, in sentences; many marks of a kind in one.

    So that what kind of change it is stands near, no more than `limit` sentences are said and the
    others counted; None says every mark by itself.
    """
    if limit is None:
        return list(result.loosened)
    marks: dict[str, list[CatalogMark]] = {}
    for mark in result.marks:
        marks.setdefault(mark.together, []).append(mark)
    sentences = list(result.loosened[: len(result.loosened) - len(result.marks)])
    for together, alike in marks.items():
        if len(alike) <= MAX_ALIKE:
            sentences += [mark.message for mark in alike]
        else:
            things = "places" if alike[0].counts else "rows"
            places = rows_title([mark.of for mark in alike], things)
            sentences.append(f"{together} by this edit: {places}")
    more = len(sentences) - limit
    return [*sentences[:limit], *([f"and {count(more)} more that it loosens"] if more > 0 else ())]


def summary_of(result: DiffResult, money: MoneyEffect | None = None) -> DiffSummary:
    """What a comparison comes to.

    `money` takes the place of the sample job's effect: a team's own usage says more.
    """
    compared, found = result.compared, result.compared.comparison
    jumps = [
        change
        for change in found.of("repriced")
        if change.severity == "error" and not is_over(change.period)
    ]
    return DiffSummary(
        kinds_of(found),
        money or largest_money(found, later=False),
        largest_money(found, later=True),
        largest_credits(found),
        tuple(gate.text for gate in compared.gates if gate.tripped),
        tuple(sorted(jumps, key=_jump_order)),
        found.is_complete,
        tuple(change.full_name for change in found.of("added")),
        tuple(change.full_name for change in found.of("removed")),
        result.bill,
    )


def _jump_order(change: Change) -> tuple[bool, bool, bool, Fraction]:
    """Prices in force and the row's own ones first, then the larger move."""
    is_special = change.price is None or bool(change.price.service or change.price.above_tokens)
    is_fallback = change.old is None or change.new is None
    weight = change.largest.weight if change.largest else Fraction(0)
    return bool(change.period), is_fallback, is_special, -weight
