"""Follows one row back through the versions of a catalog, also where it had another name."""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.changes.limits import Allowance
from pricectl.changes.renames import find_renames
from pricectl.changes.rows import RowKey, differing_rows
from pricectl.core.catalog import RESERVED, build
from pricectl.core.document import Json
from pricectl.core.errors import CatalogError, UnknownModel
from pricectl.core.lookup import require
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.history.versions import HistoryVersion, models_of


class RowVersion(NamedTuple):
    """A row in one version; `model` is None where the version does not have it."""

    version: HistoryVersion
    key: RowKey
    model: Model | None


class TracedRow(NamedTuple):
    """A row in every readable version, the oldest first, and the versions that are not readable."""

    rows: tuple[RowVersion, ...]
    unreadable: tuple[HistoryVersion, ...]


def find_row(versions: Sequence[HistoryVersion], name: str) -> RowKey:
    """The row that answers for a name in the newest version that has it; `versions` as there.

    Raises UnknownModel, or CatalogError if no version can be read.
    """
    readable = [version for version in versions if version.values is not None]
    if not readable:
        raise CatalogError("no version of the catalog can be read")
    catalog = build(dict(readable[0].values or {}), [])
    try:
        model = require(catalog, name).model
    except UnknownModel:
        # A row that was removed is found by its own name.
        for version in readable[1:]:
            for provider, section in (version.values or {}).items():
                if provider not in RESERVED and isinstance(section, dict):
                    own = name.removeprefix(f"{provider}/")
                    if isinstance(section.get(own), dict):
                        return provider, own
        raise
    return model.provider, model.name


def trace_row(versions: Sequence[HistoryVersion], key: RowKey) -> TracedRow:
    """The row of a key of the newest version in all of them; `versions` has the newest first."""
    allowance = Allowance()
    rows: list[RowVersion] = []
    unreadable: list[HistoryVersion] = []
    entry: Json = None
    for version in versions:
        if version.values is None:
            unreadable.append(version)
            continue
        found = version.entry(key)
        newer = rows[-1] if rows else None
        if found is None and newer and newer.model:
            key = _former_key(version, newer, allowance)
            found = version.entry(key)
        if newer and newer.key == key and found is not None and found == entry:
            rows.append(RowVersion(version, key, newer.model))
            continue
        entry = found
        models, problems = models_of(version.values, [key])
        wrong = [each for each in problems if f"{each.pointer}/".startswith(f"{pointer_to(*key)}/")]
        if wrong:
            problem = f"{wrong[0].pointer}: {wrong[0].message}"
            unreadable.append(version._replace(problem=problem))
            entry = None
            continue
        rows.append(RowVersion(version, key, models.get(key)))
    return TracedRow(tuple(reversed(rows)), tuple(reversed(unreadable)))


def _former_key(version: HistoryVersion, newer: RowVersion, allowance: Allowance) -> RowKey:
    """The key that a row had in the version before the one that first has it; else its own."""
    old, new = version.values or {}, newer.version.values or {}
    rows = differing_rows(old, new)
    removed, _ = models_of(old, rows.removed)
    added, _ = models_of(new, rows.added)
    renames = find_renames(tuple(removed.values()), tuple(added.values()), None, allowance)
    for rename in renames:
        if (rename.new.provider, rename.new.name) == newer.key:
            return rename.old.provider, rename.old.name
    return newer.key
