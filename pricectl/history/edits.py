"""What each version changed in the catalog as a whole: how many rows, and the largest moves."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.change import Change, ChangeKind, by_size
from pricectl.changes.limits import Allowance
from pricectl.changes.rates import repricings
from pricectl.changes.renames import find_renames
from pricectl.changes.rows import RowKey, differing_rows
from pricectl.core.catalog import RESERVED
from pricectl.history.versions import HistoryVersion, Values, models_of

# What changes with every edit and says nothing about it.
_LAST_UPDATED = "last_updated"


class CatalogEdit(NamedTuple):
    """What a version changed: the rows of each kind, and every price, the largest move first.

    `metadata` counts rows and members that changed without a price. `first` marks a version that
    was compared with nothing.
    """

    version: HistoryVersion
    rows: Mapping[ChangeKind, int]
    moves: tuple[Change, ...] = ()
    first: bool = False
    moved_from: str = ""


class CatalogHistory(NamedTuple):
    """The edits of a catalog, the newest first; `lacks` says why older ones are missing."""

    edits: tuple[CatalogEdit, ...]
    lacks: str = ""


def catalog_edits(
    versions: Sequence[HistoryVersion], since: datetime | None = None
) -> Iterator[CatalogEdit]:
    """What each of the versions changed, the newest first, as they are given."""
    allowance = Allowance()
    for number, version in enumerate(versions):
        if since is not None and version.known_at < since:
            return
        older = (each for each in versions[number + 1 :] if each.values is not None)
        before = next(older, None)
        if version.values is None:
            yield CatalogEdit(version, {})
        elif before is None:
            yield CatalogEdit(version, {"added": len(_row_keys(version.values))}, first=True)
        else:
            yield _edit(before, version, allowance)


def _edit(before: HistoryVersion, version: HistoryVersion, allowance: Allowance) -> CatalogEdit:
    old, new = before.values or {}, version.values or {}
    at = version.known_at.astimezone(UTC)
    rows = differing_rows(old, new)
    removed, _ = models_of(old, (*rows.removed, *rows.edited))
    added, _ = models_of(new, (*rows.added, *rows.edited))
    gone = tuple(removed[key] for key in rows.removed if key in removed)
    come = tuple(added[key] for key in rows.added if key in added)
    renames = find_renames(gone, come, at, allowance)
    pairs = [(removed[key], added[key]) for key in rows.edited if key in removed and key in added]
    moves: list[Change] = []
    repriced, other = 0, len(rows.edited) - len(pairs)
    for number, (before_row, after_row) in enumerate((*pairs, *renames)):
        changes = repricings(before_row, after_row, at, allowance)
        found = [each.change for each in changes if not each.change.only_text]
        moves += found
        repriced += bool(found)
        # A renamed row that costs the same is counted as renamed.
        other += not found and number < len(pairs)
    kinds: Counter[ChangeKind] = Counter()
    kinds["repriced"] = repriced
    kinds["added"] = len(rows.added) - len(renames)
    kinds["removed"] = len(rows.removed) - len(renames)
    kinds["renamed"] = len(renames)
    kinds["metadata"] = other + _metadata_changes(old, new)
    return CatalogEdit(
        version,
        {kind: number for kind, number in kinds.items() if number},
        tuple(sorted(moves, key=_weight, reverse=True)),
        moved_from=before.path if before.path != version.path else "",
    )


def _weight(change: Change) -> tuple[Fraction, int]:
    return by_size(change.largest) if change.largest else (Fraction(0), 0)


def _metadata_changes(old: Values, new: Values) -> int:
    """The members beside the rows that differ, without the date of the edit."""
    before, after = _beside_rows(old), _beside_rows(new)
    return sum(before.get(path) != after.get(path) for path in {*before, *after})


def _beside_rows(values: Values) -> dict[tuple[str, str], object]:
    found: dict[tuple[str, str], object] = {}
    for name in RESERVED:
        member = values.get(name)
        if isinstance(member, dict):
            found |= {(name, key): value for key, value in member.items() if key != _LAST_UPDATED}
        elif name in values:
            found[name, ""] = member
    return found


def _row_keys(values: Values) -> list[RowKey]:
    return [
        (provider, name)
        for provider, section in values.items()
        if provider not in RESERVED and isinstance(section, dict)
        for name in section
    ]
