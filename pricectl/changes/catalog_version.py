"""One version of the catalog file, read fast when it resembles another one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core import document
from pricectl.core.catalog import MAX_MODELS, RESERVED, Catalog, build
from pricectl.core.document import Json
from pricectl.core.entries import ALIAS_OF
from pricectl.core.prices import Problem

if TYPE_CHECKING:  # a diff does not load the rules
    from pricectl.check.validation_report import ValidationReport


class CatalogVersion(NamedTuple):
    """A catalog with its document, as parsed and as written."""

    catalog: Catalog
    values: Mapping[str, Json]
    data: bytes

    @classmethod
    def read(cls, data: bytes, reuse: "CatalogVersion | None" = None) -> "CatalogVersion":
        """Parse and build a catalog; rows that are equal in `reuse` are not built again.

        Raises DocumentError or CatalogError.
        """
        if reuse and data == reuse.data:
            return reuse
        values = document.parse(data)
        members = values if isinstance(values, dict) else {}
        catalog = _built_on(reuse, members, data) if reuse and members else None
        return cls(catalog or Catalog.from_values(values, source=data), members, data)

    @classmethod
    def empty(cls) -> "CatalogVersion":
        """The version before a catalog was added: no rows."""
        return cls(build({}, [], source=b""), {}, b"")

    @classmethod
    def validated(cls, report: "ValidationReport", data: bytes) -> "CatalogVersion | None":
        """The version as `validate` built it; None if it found that it cannot be loaded."""
        if report.catalog is None or not isinstance(report.values, dict):
            return None
        return cls(report.catalog, report.values, data)

    def rows_and_metadata(self) -> Mapping[str, Json]:
        """The document without rows that only name another one: they are aliases of that one."""
        if not _has_alias_rows(self.values):
            return self.values
        sections: dict[str, Json] = {
            name: {} if name not in RESERVED and isinstance(section, dict) else section
            for name, section in self.values.items()
        }
        for model in self.catalog.models:
            section = sections[model.provider]
            if isinstance(section, dict):
                named: dict[str, Json] = {"aliases": list(model.aliases)} if model.aliases else {}
                section[model.name] = {**model.entry, **named}
        return sections


def _built_on(reuse: CatalogVersion, values: Mapping[str, Json], data: bytes) -> Catalog | None:
    """Build only the rows that differ from `reuse`; None if everything must be built.

    That is so after any problem: the error then names the first one of the whole file. It is so
    where a row names another one, which may give that one an alias without changing it.
    """
    if _has_alias_rows(values) or _has_alias_rows(reuse.values):
        return None
    problems: list[Problem] = []
    own = {name: _own(name, section, reuse.values) for name, section in values.items()}
    fresh = build(own, problems, source=data)
    if problems:
        return None
    known = {
        (model.provider, model.name): model for model in (*reuse.catalog.models, *fresh.models)
    }
    models = tuple(
        known[provider, name]
        for provider, section in values.items()
        if provider not in RESERVED and isinstance(section, dict)
        for name in section
    )
    if len(models) == len(fresh.models):
        return fresh
    catalog = Catalog(models, fresh.default, fresh.metadata, data)
    # Rows of both may be too many together, or have the same full name; then the error must say so.
    invalid = len(models) > MAX_MODELS or len(catalog.by_full_name) < len(models)
    return None if invalid else catalog


def _has_alias_rows(values: Mapping[str, Json]) -> bool:
    return any(
        isinstance(entry, dict) and ALIAS_OF in entry
        for section in values.values()
        if isinstance(section, dict)
        for entry in section.values()
    )


def _own(name: str, section: Json, reuse: Mapping[str, Json]) -> Json:
    """The rows of a section that are new or changed."""
    other = reuse.get(name)
    if name in RESERVED or not isinstance(section, dict) or not isinstance(other, dict):
        return section
    return {key: entry for key, entry in section.items() if not _same(entry, other.get(key))}


def _same(entry: Json, other: Json) -> bool:
    """Equal also in type, because `true` equals 1 and must not be taken over as a price."""
    if not isinstance(entry, dict) or not isinstance(other, dict) or entry != other:
        return False
    return list(map(type, entry.values())) == list(map(type, other.values()))
