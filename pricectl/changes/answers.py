"""Which rows answer for a name in both versions, asked once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pricectl.changes.effort import Effort
from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from pricectl.core.model import Match, Model

# What the question itself costs, in rows looked at.
ASKING = 10
_SEPARATORS = "-_/.:@"


class Answer(NamedTuple):
    """What the old and the new catalog answer."""

    old: Match
    new: Match


class Answers:
    """Asks both catalogs for names, each once, as long as that is affordable."""

    def __init__(self, old: Catalog, new: Catalog, effort: Effort) -> None:
        self.old, self.new = old, new
        self._catalogs = old, new
        self._effort = effort
        groups = (group for catalog in self._catalogs for group in catalog.folded.values())
        self._largest = max(map(len, groups), default=0)
        self._known: dict[str, Answer | None] = {}
        self._names: dict[int, Mapping[str, Sequence[str]]] = {}

    def to(self, name: str) -> Answer | None:
        """The answers to a name; None if they would take too long."""
        if name not in self._known:
            cost = self.cost(name) if self._effort.left >= ASKING else ASKING
            allowed = self._effort.allows(cost, hides=True)
            self._known[name] = self._ask(name) if allowed else None
        return self._known[name]

    def _ask(self, name: str) -> Answer:
        return Answer(find(self.old, name), find(self.new, name))

    def cost(self, name: str) -> int:
        """About how many rows must be looked at for a name.

        A name that several rows share is settled between them; for one that no row has, every
        stretch between separators is looked for, and may be shared by as many rows as any name.
        """
        if all(name in catalog.by_full_name for catalog in self._catalogs):
            return ASKING
        folded = name.lower()
        rows = ASKING + sum(len(catalog.folded.get(folded, ())) for catalog in self._catalogs)
        if all(name in catalog.names or name in catalog.aliases for catalog in self._catalogs):
            return rows
        stretches = 1 + sum(map(name.count, _SEPARATORS))
        return rows + len(name) * stretches // 8 + self._largest // 4

    def same(self, name: str) -> bool:
        """Whether one row alone has a name in both versions, so that it answers in both."""
        folded = name.lower()
        old, new = (catalog.folded.get(folded, ()) for catalog in self._catalogs)
        return (
            len(old) == len(new) == 1
            and old[0].full_name == new[0].full_name
            and not any(name in catalog.by_full_name for catalog in self._catalogs)
        )

    def spellings(self, name: str) -> tuple[str, ...]:
        """How the rows of both versions spell a name, upper and lower case aside."""
        folded = name.lower()
        groups = [catalog.folded.get(folded, ()) for catalog in self._catalogs]
        if sum(map(len, groups)) == 1:
            return (name,)
        rows = {id(model): model for group in groups for model in group}
        spelled = (one for row in rows.values() for one in self._names_of(row)[folded])
        return tuple(dict.fromkeys(spelled))

    def _names_of(self, model: Model) -> Mapping[str, Sequence[str]]:
        """A row's name and aliases by their lower case."""
        if id(model) not in self._names:
            names: dict[str, list[str]] = {}
            for name in (model.name, *model.aliases):
                names.setdefault(name.lower(), []).append(name)
            self._names[id(model)] = names
        return self._names[id(model)]
