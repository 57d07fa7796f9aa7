"""The catalog: built once from the document, immutable, safe to share between threads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from pricectl.core import document
from pricectl.core.catalog_rows import DEFAULT_PROVIDER, RESERVED, read_default, read_models
from pricectl.core.document import Json
from pricectl.core.errors import CatalogError
from pricectl.core.model import Match, Model
from pricectl.core.name_index import NameIndex
from pricectl.core.pointers import METADATA_POINTER
from pricectl.core.prices import Entry, Problem

# With the names of the rows that callers import from here.
__all__ = [
    "DEFAULT_PROVIDER",
    "MAX_MODELS",
    "READABLE_MAJORS",
    "RESERVED",
    "SCHEMA_MAJOR",
    "Catalog",
    "build",
    "has_known_schema",
    "readable_schemas",
]

# The first part of the `schema_version` of new files.
SCHEMA_MAJOR = "1"
# Those of the files that this reader understands; a later one may give a key another meaning, so
# such a file prices nothing.
READABLE_MAJORS: tuple[str, ...] = (SCHEMA_MAJOR,)
MAX_MODELS = 20_000
Paced = Callable[[Iterable[Model]], Iterable[Model]]


class Catalog:
    """Every model with its prices, and the indexes that lookup needs.

    `sha256` is the hash of the bytes it was read from, computed on first use; two catalogs with
    the same hash have the same prices.
    """

    sha256: str
    name_index: NameIndex

    __slots__ = (
        "_data",
        "aliases",
        "by_full_name",
        "default",
        "folded",
        "matches",
        "metadata",
        "models",
        "name_index",
        "names",
        "providers",
        "sha256",
    )

    def __init__(
        self,
        models: tuple[Model, ...],
        default: Model,
        metadata: Entry,
        source: bytes | str = "",
        *,
        origin: bytes | str = "",
    ) -> None:
        """Index the models; `source` as in `build`, `origin` is its old name."""
        if origin:
            _warn_of_old_name("Catalog(origin=)")
            source = source or origin
        self.models = models
        self.default = default
        self.metadata = metadata
        if isinstance(source, str):
            self.sha256 = source
        else:
            self._data = source
        self.by_full_name = MappingProxyType({model.full_name: model for model in models})
        self.names = _grouped((model.name, model) for model in models)
        self.aliases = _grouped((alias, model) for model in models for alias in model.aliases)
        self.folded = _grouped(
            (name.lower(), model) for model in models for name in (model.name, *model.aliases)
        )
        self.providers = frozenset(model.provider.lower() for model in models)
        # What `lookup` found before; bounded there, gone with the catalog.
        self.matches: dict[str, Match] = {}

    @classmethod
    def load(cls, data: bytes | str) -> "Catalog":
        """Read a catalog from its text.

        Raises DocumentError (not strict JSON) or CatalogError (it cannot be charged safely);
        `pricectl validate` shows all findings with their places.

        >>> text = '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}'
        >>> Catalog.load(text).models[0].full_name
        'openai/gpt-4o'
        """
        values = document.parse(data)
        return cls._checked(values, data.encode() if isinstance(data, str) else data)

    @classmethod
    def from_values(
        cls, values: Json, *, source: bytes | str = "", sha256: bytes | str = ""
    ) -> "Catalog":
        """Build a catalog from parsed JSON; `source` as in `build`, `sha256` is its old name.

        Raises CatalogError: the first problem and a count.
        """
        if sha256:
            _warn_of_old_name("Catalog.from_values(sha256=)")
        return cls._checked(values, source or sha256)

    @classmethod
    def _checked(cls, values: Json, source: bytes | str) -> "Catalog":
        problems: list[Problem] = []
        catalog = build(values, problems, source=source)
        if problems:
            first, more = problems[0], len(problems) - 1
            raise CatalogError(
                first.message + (f" (and {more} more)" if more else ""),
                where=first.pointer or "the catalog",
                next_step="run 'pricectl validate' to see every finding",
            )
        return catalog

    def __getattr__(self, name: str) -> str | NameIndex:
        """Compute `sha256` and `name_index` on first access."""
        if name == "name_index":
            self.name_index = NameIndex(self.models, self.providers)
            return self.name_index
        if name != "sha256":
            raise AttributeError(name)
        import hashlib

        self.sha256 = hashlib.sha256(self._data).hexdigest()
        return self.sha256

    def with_index(self, paced: Paced = iter) -> "Catalog":
        """The same catalog, its index of names built now, so that no call has to wait for it.

        `paced` as in `build`.
        """
        self.name_index = NameIndex(paced(self.models), self.providers)
        return self

    @property
    def last_updated(self) -> str:
        """The day the file says it was last edited; empty if it does not say."""
        value = self.metadata.get("last_updated")
        return value if isinstance(value, str) else ""


def _warn_of_old_name(old: str) -> None:
    import warnings

    message = f"{old} goes with the next release: use source="
    warnings.warn(message, DeprecationWarning, stacklevel=3)


def build(
    values: Json, problems: list[Problem], *, source: bytes | str = "", paced: Paced = iter
) -> Catalog:
    """Build the catalog from its readable parts; add the others to `problems`.

    `source` is the bytes of the document, whose hash is computed on first use, or the hash itself.
    `paced` passes the rows on as they are read, so that it can let other threads run in between.
    """
    root = values if isinstance(values, dict) else {}
    if not isinstance(values, dict):
        problems.append(Problem("", "the catalog is not a JSON object"))
    metadata = root.get("metadata", {})
    if not isinstance(metadata, dict):
        problems.append(Problem(METADATA_POINTER, "metadata is not an object"))
        metadata = {}
    if metadata.get("currency", "USD") != "USD":
        message = "prices are not in USD"
        problems.append(Problem(f"{METADATA_POINTER}/currency", message))
    if not has_known_schema(metadata):
        message = f"schema_version is not {readable_schemas()}"
        problems.append(Problem(f"{METADATA_POINTER}/schema_version", message))
    models = tuple(paced(read_models(root, problems)))
    seen: set[str] = set()
    for model in models:  # rows such as a/b + c and a + b/c, which nobody could tell apart
        if model.full_name in seen:
            message = f"another row is called {model.full_name} too"
            problems.append(Problem(model.pointer, message))
        seen.add(model.full_name)
    if len(models) > MAX_MODELS:
        problems.append(Problem("", f"more than {MAX_MODELS:,} models"))
    elif not models:
        problems.append(Problem("", "no models"))
    return Catalog(models, read_default(metadata, problems), MappingProxyType(metadata), source)


def has_known_schema(metadata: Entry) -> bool:
    """Whether this reader understands a file's `schema_version`; a missing version is accepted.

    >>> has_known_schema({"schema_version": "1.4"}), has_known_schema({"schema_version": "99.0"})
    (True, False)
    """
    version = metadata.get("schema_version", f"{SCHEMA_MAJOR}.0")
    return isinstance(version, str) and version.split(".")[0] in READABLE_MAJORS


def readable_schemas() -> str:
    """The versions that this reader understands, in words: "1.x"."""
    return " or ".join(f"{major}.x" for major in READABLE_MAJORS)


def _grouped(pairs: Iterator[tuple[str, Model]]) -> Mapping[str, tuple[Model, ...]]:
    groups: dict[str, list[Model]] = {}
    for name, model in pairs:
        groups.setdefault(name, []).append(model)
    return MappingProxyType({name: tuple(models) for name, models in groups.items()})
