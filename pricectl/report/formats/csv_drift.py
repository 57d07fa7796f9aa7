"""What price lists say otherwise as CSV for a spreadsheet: a line a difference."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from pricectl.core.money import usd
from pricectl.feeds.differences import MemberDrift, PriceDrift
from pricectl.feeds.effects import JobEffect
from pricectl.operate.drift import DriftReport, DriftResult
from pricectl.report.drift_words import list_name
from pricectl.report.formats.csv_lines import cell

DRIFT_COLUMNS = (
    "kind",
    "provider",
    "model",
    "alias",
    "member",
    "period",
    "ours",
    "theirs",
    "mistake",
    "agreed",
    "lists_for_theirs",
    "lists_for_others",
    "lists_for_ours",
    "job",
    "job_ours_usd",
    "job_theirs_usd",
    "known_because",
)


def drift(result: DriftResult) -> str:
    """A line for each difference, prices in USD per unit."""
    found = result.report
    lines: list[Sequence[str]] = [DRIFT_COLUMNS]
    lines += _prices(found)
    lines += (_difference("member", one) for one in found.drift.members)
    for new in found.drift.new:
        names = ("new", new.model.provider, new.model.name)
        lines.append(_line(*names, lists=", ".join(new.votes), known=new.known_because))
    for gone in found.drift.gone:
        names = ("gone", gone.model.provider, gone.model.name)
        lines.append(_line(*names, known=gone.known_because))
    return _written(lines)


def _prices(found: DriftReport) -> Iterable[Sequence[str]]:
    for row in (*found.agreed, *found.alone):
        yield from (_difference("price", one, row.effect) for one in row.prices)
    known = (one for one in found.drift.prices if one.known_because)
    yield from (_difference("price", one) for one in (*found.aliases, *known))


def _difference(
    kind: str, drift: PriceDrift | MemberDrift, effect: JobEffect | None = None
) -> Sequence[str]:
    chosen = drift.majority.value
    for_theirs = [list_name(one) for one in drift.differing if one.value == chosen]
    for_others = [
        f"{list_name(one)}: {_value(one.value)}" for one in drift.differing if one.value != chosen
    ]
    old, new = effect.move if effect else (None, None)
    return (
        kind,
        drift.model.provider,
        drift.model.name,
        drift.alias,
        drift.member,
        drift.period if isinstance(drift, PriceDrift) else "",
        _value(drift.ours),
        _value(chosen),
        drift.mistake if isinstance(drift, PriceDrift) else "",
        "yes" if drift.is_agreed else "no",
        ", ".join(for_theirs),
        ", ".join(for_others),
        ", ".join(map(list_name, drift.agreeing)),
        effect.workload.name if effect else "",
        _value(old),
        _value(new),
        drift.known_because,
    )


def _line(kind: str, provider: str, model: str, lists: str = "", known: str = "") -> Sequence[str]:
    cells = dict.fromkeys(DRIFT_COLUMNS, "")
    cells |= {"kind": kind, "provider": provider, "model": model}
    cells |= {"lists_for_theirs": lists, "known_because": known}
    return tuple(cells.values())


def _value(value: int | str | None) -> str:
    """A price in picodollars as USD; a text as it is."""
    return usd(value) if isinstance(value, int) else value or ""


def _written(lines: Iterable[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(cell, line) for line in lines)
    return text.getvalue()
