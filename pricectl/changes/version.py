"""One version of the catalog file."""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from pricectl.core import document
from pricectl.core.catalog import MAX_MODELS, RESERVED, Catalog, build
from pricectl.core.document import Json
from pricectl.core.prices import Problem


class Version(NamedTuple):
    """The document as written and as parsed, and its catalog."""

    catalog: Catalog
    values: Mapping[str, Json]
    data: bytes

    @classmethod
    def read(cls, data: bytes, like: "Version | None" = None) -> "Version":
        """Parse and build; rows that a `like` version has too are taken over from it as they are.

        Raises DocumentError or CatalogError.
        """
        values = document.parse(data)
        members = values if isinstance(values, dict) else {}
        digest = sha256(data).hexdigest()
        catalog = _built_on(like, members, digest) if like and members else None
        return cls(catalog or Catalog.from_values(values, sha256=digest), members, data)


def _built_on(like: Version, values: Mapping[str, Json], digest: str) -> Catalog | None:
    """The catalog with only its own rows built anew; None if that is not the whole story."""
    problems: list[Problem] = []
    own = {name: _own(name, section, like.values) for name, section in values.items()}
    fresh = build(own, problems, sha256=digest)
    if problems:
        return None
    known = {(model.provider, model.name): model for model in (*like.catalog.models, *fresh.models)}
    models = tuple(
        known[provider, name]
        for provider, section in values.items()
        if provider not in RESERVED and isinstance(section, dict)
        for name in section
    )
    if len(models) > MAX_MODELS:
        return None
    if len(models) == len(fresh.models):
        return fresh
    return Catalog(models, fresh.default, fresh.metadata, digest)


def _own(name: str, section: Json, others: Mapping[str, Json]) -> Json:
    other = others.get(name)
    if name in RESERVED or not isinstance(section, dict) or not isinstance(other, dict):
        return section
    return {key: entry for key, entry in section.items() if not _same(entry, other.get(key))}


def _same(entry: Json, other: Json) -> bool:
    """Equal also in type, because `true` equals 1 and must not pass for a price."""
    if not isinstance(entry, dict) or not isinstance(other, dict) or entry != other:
        return False
    return list(map(type, entry.values())) == list(map(type, other.values()))
