"""What refers to a row by its name or its place: other rows, the metadata, the settings.

Whoever removes or renames a row is told of these, because none of them follows by itself.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.pointers import METADATA_POINTER
from pricectl.policy import Policy

ReferenceKind = Literal[
    "successor", "acknowledged", "negotiated", "critical", "names", "waivers", "severities"
]


class RowReference(NamedTuple):
    """A place that refers to a row: of which kind, where it is, and what it says.

    `pointer` is the place in the catalog; empty for the settings, whose key is the kind.
    """

    kind: ReferenceKind
    pointer: str
    value: str

    @property
    def words(self) -> str:
        """The reference, as people say it."""
        if self.kind == "successor":
            row = self.pointer.removesuffix("/successor")
            return f"{row} names {self.value} as its successor"
        if self.pointer:
            return f"{self.pointer} is about {self.value}"
        return f"the setting `{self.kind}` has {self.value}"


def references_to(
    model: Model, catalog: Catalog, values: Mapping[str, Json], policy: Policy
) -> tuple[RowReference, ...]:
    """Everything that refers to a row, by its name, its full name or its JSON Pointer."""
    names = {model.name, model.full_name}
    return (
        *_successors(names, model, catalog),
        *_in_metadata(names, model, values.get("metadata")),
        *_in_settings(names, model, policy),
    )


def _successors(names: set[str], model: Model, catalog: Catalog) -> Iterator[RowReference]:
    for row in catalog.models:
        successor = row.entry.get("successor")
        if isinstance(successor, str) and successor in names and row is not model:
            yield RowReference("successor", f"{row.pointer}/successor", successor)


def _in_metadata(names: set[str], model: Model, metadata: Json) -> Iterator[RowReference]:
    for kind in ("acknowledged", "negotiated"):
        listed = metadata.get(kind) if isinstance(metadata, dict) else None
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(item, dict):
                continue
            where = f"{METADATA_POINTER}/{kind}/{index}"
            about, name = item.get("pointer"), item.get("model")
            if kind == "acknowledged" and isinstance(about, str) and is_inside(about, model):
                yield RowReference("acknowledged", f"{where}/pointer", about)
            own = item.get("provider") in {None, model.provider}
            if kind == "negotiated" and own and isinstance(name, str) and name in names:
                yield RowReference("negotiated", f"{where}/model", name)


def is_inside(pointer: str, model: Model) -> bool:
    """Whether a JSON Pointer is that of a row or of something in it."""
    return pointer == model.pointer or pointer.startswith(f"{model.pointer}/")


def _in_settings(names: set[str], model: Model, policy: Policy) -> Iterator[RowReference]:
    known = names | set(model.aliases)
    for name in policy.critical:
        if name in known:
            yield RowReference("critical", "", name)
    for name in policy.names:
        if name in known:
            yield RowReference("names", "", name)
    for waiver in policy.waivers:
        if is_inside(waiver.pointer, model):
            yield RowReference("waivers", "", waiver.pointer)
    for severity in policy.severities:
        if is_inside(severity.pointer, model):
            yield RowReference("severities", "", severity.pointer)
