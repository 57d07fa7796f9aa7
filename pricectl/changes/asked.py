"""Which names the sample jobs ask for, and which of very many."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricectl.changes.answers import Answers
from pricectl.changes.effort import Effort
from pricectl.changes.values import Change
from pricectl.core.model import Model

# A row of dozens of prices is shown by this many jobs of its own at most.
MAX_PROBES = 6
# What a job costs in rows looked at.
JOB_COST = 50


class Asked(NamedTuple):
    """The name a job asks for, which was another one where the row was renamed, and the period."""

    provider: str
    model: str
    old: str
    new: str
    period: str


Behind = Mapping[Asked, Sequence[Change]]


def affordable(
    answers: Answers, behind: Behind, workloads: int, effort: Effort
) -> frozenset[Asked]:
    """The names to try: changes without a price of their own first, then those that move most."""
    ranked = sorted(behind, key=lambda asked: (not _hides(behind[asked]), -_weight(behind[asked])))
    tried = set()
    for asked in ranked:
        jobs, hides = workloads + min(MAX_PROBES, len(behind[asked])), _hides(behind[asked])
        if not _rows(answers, asked):
            effort.miss(hides=hides)
        elif effort.allows(jobs * JOB_COST + _cost(answers, asked), hides=hides):
            tried.add(asked)
    return frozenset(tried)


def _cost(answers: Answers, asked: Asked) -> int:
    """What it takes to find the rows and to look through their prices and periods."""
    names = answers.cost(asked.old) + answers.cost(asked.new)
    sizes = (
        len(row.prices.rates) + len(row.previous) + len(row.upcoming)
        for row in _rows(answers, asked)
    )
    return names + sum(sizes) // 8


def _hides(changes: Sequence[Change]) -> bool:
    """Whether only a job shows what a change does, such as how tiers apply."""
    return any(change.kind == "repriced" and not change.moves for change in changes)


def _weight(changes: Sequence[Change]) -> float:
    return max(float(change.largest.weight) if change.largest else 0 for change in changes)


def _rows(answers: Answers, asked: Asked) -> tuple[Model, ...]:
    """The rows that answered and answer; none if asking would take too long."""
    before, after = answers.to(asked.old), answers.to(asked.new)
    return (before.old.model, after.new.model) if before and after else ()


def by_name(answers: Answers, changes: Sequence[Change]) -> Behind:
    """The names to ask for and the changes behind each, once for each pair of rows."""
    found: dict[Asked, list[Change]] = {}
    pairs: dict[tuple[str, ...], Asked] = {}
    former = {change.full_name: change.old for change in changes if change.kind == "renamed"}
    for change in changes:
        if change.kind in ("metadata", "renamed"):
            continue
        name, was = _name_for(answers, change), former.get(change.full_name)
        asked = Asked(
            change.provider,
            change.model,
            f"{change.provider}/{was}" if was else name,
            name,
            change.period,
        )
        rows = tuple(model.full_name for model in _rows(answers, asked)) or (asked.old, asked.new)
        found.setdefault(pairs.setdefault((*rows, change.period), asked), []).append(change)
    return found


def _name_for(answers: Answers, change: Change) -> str:
    """The plain name where it means the row, as production asks; else `provider/model`."""
    if change.kind == "resolution":
        return change.model
    answer = answers.to(change.model)
    found = answer and (answer.old if change.kind == "removed" else answer.new)
    meant = found and found.model.full_name == change.full_name
    return change.model if meant else change.full_name
