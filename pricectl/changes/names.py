"""Names that now resolve to another row, each looked up once in both versions."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from pricectl.changes.change import Change, Move, by_size
from pricectl.changes.limits import Allowance
from pricectl.changes.periods import in_force
from pricectl.changes.rate_moves import rate_moves, rate_steps
from pricectl.changes.rates import severity_of
from pricectl.changes.renames import Rename
from pricectl.check.findings import SEVERITIES
from pricectl.core.catalog import Catalog
from pricectl.core.fallback import Fallback
from pricectl.core.lookup import find
from pricectl.core.model import Match, Model
from pricectl.core.pointers import DEFAULT_PRICING_POINTER
from pricectl.core.prices import PriceList

# Steps that every lookup takes, and each row that has the name.
LOOKUP_STEPS = 10
_SEPARATORS = "-_/.:@"


class NameMatches(NamedTuple):
    """The rows that answer for a name in the old and in the new version."""

    old: Match
    new: Match


class NameLookups:
    """Looks names up in both versions, each once, as long as the allowance lasts."""

    def __init__(
        self,
        old: Catalog,
        new: Catalog,
        allowance: Allowance,
        fallbacks: tuple[Fallback, Fallback] | None = None,
    ) -> None:
        """`fallbacks` answer for names that the old and the new version lack."""
        self.old, self.new = old, new
        self._fallbacks = fallbacks
        self.allowance = allowance
        self._catalogs = old, new
        groups = (group for catalog in self._catalogs for group in catalog.folded.values())
        self._largest_group = max(map(len, groups), default=0)
        self._known: dict[str, NameMatches | None] = {}

    def both(self, name: str) -> NameMatches | None:
        """The matches of a name; None if looking it up would take too long."""
        if name not in self._known:
            allowed = self.allowance.take("name", self._steps(name))
            self._known[name] = self._found(name) if allowed else None
        return self._known[name]

    def _found(self, name: str) -> NameMatches:
        if self._fallbacks is None:
            return NameMatches(find(self.old, name), find(self.new, name))
        old, new = self._fallbacks
        return NameMatches(find(self.old, name, old), find(self.new, name, new))

    def _steps(self, name: str) -> int:
        """About how long a lookup takes.

        All rows that share a name are compared with each other. A name that no row has is searched
        for parts that are names, each of which may be shared by as many rows as any name.
        """
        if all(name in catalog.by_full_name for catalog in self._catalogs):
            return LOOKUP_STEPS
        folded = name.lower()
        rows = 1 + sum(len(catalog.folded.get(folded, ())) for catalog in self._catalogs)
        if all(name in catalog.names or name in catalog.aliases for catalog in self._catalogs):
            return LOOKUP_STEPS * rows
        parts = 1 + sum(map(name.count, _SEPARATORS))
        return LOOKUP_STEPS * rows + len(name) * parts // 8 + self._largest_group * 3

    def is_kept(self, name: str) -> bool:
        """Whether the same single row has a name in both versions, so that it answers in both."""
        folded = name.lower()
        old, new = (catalog.folded.get(folded, ()) for catalog in self._catalogs)
        return (
            len(old) == len(new) == 1
            and old[0].full_name == new[0].full_name
            and not any(name in catalog.by_full_name for catalog in self._catalogs)
        )

    @cached_property
    def spellings(self) -> Mapping[str, Iterable[str]]:
        """Every spelling of a name in both versions, by the name in lower case."""
        spellings: dict[str, dict[str, None]] = {}
        for catalog in self._catalogs:
            for name in (*catalog.names, *catalog.aliases):
                spellings.setdefault(name.lower(), {})[name] = None
        return spellings


def resolution_changes(
    lookups: NameLookups,
    touched: Iterable[Model],
    renames: tuple[Rename, ...],
    watched: tuple[str, ...] = (),
    at: datetime | None = None,
) -> Iterator[Change]:
    """One change for every name that another row answers now.

    Args:
        lookups: both versions.
        touched: the rows, of both sides, that were added, removed or edited.
        renames: rows that changed their name; they are left out if all charges stay.
        watched: names to look up in any case. Where only the default price answered before, an
            added row's name is part of that addition, unless it is watched.
        at: the instant whose prices are compared.
    """
    renamed = {(pair.old.full_name, pair.new.full_name) for pair in renames}
    seen: set[tuple[str, str, str]] = set()
    moves_of: dict[tuple[str, str], tuple[Move, ...]] = {}
    for name, short in _names(lookups, touched, watched).items():
        matches = lookups.both(name)
        if matches is None:
            continue
        before, after = matches
        rows = before.model.full_name, after.model.full_name
        if rows[0] == rows[1] or (short, *rows) in seen:
            continue
        is_new_row = after.model.full_name not in lookups.old.by_full_name
        if before.is_guess and is_new_row and name not in watched:
            continue
        if rows not in moves_of:
            prices = in_force(before.model, at), in_force(after.model, at)
            if not lookups.allowance.take("name", rate_steps(*prices)):
                continue
            moves_of[rows] = _moves(*prices, guessed=after.is_guess)
        moves = moves_of[rows]
        if rows not in renamed or moves:
            seen.add((short, *rows))
            yield _change(name, before, after, moves)


def _moves(old: PriceList, new: PriceList, *, guessed: bool) -> tuple[Move, ...]:
    """The charge that rises most and the one that falls most.

    The default price has few units. What it has no price for says nothing of how much it is.
    """
    moves = [rate.move for rate in rate_moves(old, new)]
    if guessed:
        moves = [move for move in moves if None not in move] or moves
    rises = [move for move in moves if move.difference_pico_usd > 0]
    falls = [move for move in moves if move.difference_pico_usd < 0]
    return tuple(max(one, key=by_size) for one in (rises, falls) if one)


def _names(
    lookups: NameLookups, touched: Iterable[Model], watched: tuple[str, ...]
) -> dict[str, str]:
    """Every name whose answer may differ, with its short form; short ones first.

    The answer for a name that both catalogs have depends only on the rows that share it, upper and
    lower case aside. So a name of an untouched row is looked up only if a touched row shares it.
    """
    names = {name: name for name in watched}
    full_names: dict[str, str] = {}
    folded: set[str] = set()
    for model in touched:
        for name in (model.name, *model.aliases):
            if lookups.is_kept(name):
                continue
            names[name] = name
            if name.lower() not in folded:
                folded.add(name.lower())
                names |= {spelling: spelling for spelling in lookups.spellings[name.lower()]}
        full_names[model.full_name] = model.name
    return names | {name: short for name, short in full_names.items() if name not in names}


def _change(name: str, before: Match, after: Match, moves: tuple[Move, ...]) -> Change:
    worst = min((SEVERITIES.index(severity_of(move)) for move in moves), default=None)
    # A name that loses its row is charged by a guess from now on, however small the difference.
    lost = after.is_guess and moves
    return Change(
        "resolution",
        "error" if lost else "info" if worst is None else SEVERITIES[worst],
        before.model.provider,
        name,
        "name",
        _row_text(before),
        _row_text(after),
        after.model.pointer or DEFAULT_PRICING_POINTER,
        moves,
        note="" if moves else "the same price",
    )


def _row_text(match: Match) -> str:
    """Which row answers and how, such as "openai/gpt-4o (partial)"."""
    if match.is_guess:
        return "the default price"
    return f"{match.model.full_name} ({match.how})"
