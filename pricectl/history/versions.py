"""The versions of a catalog: what each said, and since when that could be known."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.rows import RowKey
from pricectl.core.catalog import RESERVED
from pricectl.core.catalog_rows import read_models
from pricectl.core.document import Json
from pricectl.core.entries import ALIAS_OF
from pricectl.core.errors import DocumentError
from pricectl.core.model import Model
from pricectl.core.prices import Problem
from pricectl.history.reading import VersionReader

COMMIT_DIGITS = 7
Values = Mapping[str, Json]


class VersionSource(NamedTuple):
    """One version of the file: its commit ("" if it is not committed), date, path and content.

    `known_at` is the commit's date: before it, nobody could know what the version says. `content`
    is the bytes, or the reason why they cannot be read.
    """

    commit: str
    known_at: datetime
    path: str
    content: bytes | str


class HistoryVersion(NamedTuple):
    """A version as it was read: its members, or the problem that it has instead."""

    commit: str
    known_at: datetime
    path: str
    values: Values | None
    problem: str = ""

    @property
    def name(self) -> str:
        """The short name of its commit."""
        return self.commit[:COMMIT_DIGITS] or "not committed"

    def entry(self, key: RowKey) -> Json:
        """What the version has at a row's place; None if it has nothing."""
        provider, name = key
        section = None if self.values is None else self.values.get(provider)
        return section.get(name) if isinstance(section, dict) else None


def read_versions(sources: Iterable[VersionSource]) -> Iterator[HistoryVersion]:
    """Parse versions, neighbours of which are alike; a broken one keeps its problem."""
    reader = VersionReader()
    for commit, known_at, path, content in sources:
        values, problem = None, ""
        if isinstance(content, str):
            problem = content
        else:
            try:
                values = reader.read(content)
            except DocumentError as error:
                problem = f"{error.where}: {error.what}" if error.where else error.what
        yield HistoryVersion(commit, known_at, path, values, problem)


def models_of(values: Values, keys: Iterable[RowKey]) -> tuple[dict[RowKey, Model], list[Problem]]:
    """Some rows of a version as models, without building the others, and what is wrong in them."""
    wanted = set(keys)
    sections: dict[str, Json] = {}
    for provider in {provider for provider, _ in wanted if provider not in RESERVED}:
        section = values.get(provider)
        if isinstance(section, dict):
            # A row that only names another one gives it an alias, so it has to be read with it.
            names_others = any(ALIAS_OF in row for row in section.values() if isinstance(row, dict))
            sections[provider] = {
                name: row
                for name, row in section.items()
                if names_others or (provider, name) in wanted
            }
    problems: list[Problem] = []
    models = {(model.provider, model.name): model for model in read_models(sections, problems)}
    return {key: model for key, model in models.items() if key in wanted}, problems
