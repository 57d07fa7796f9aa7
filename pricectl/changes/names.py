"""Names that another row answers now."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pricectl.changes.answers import Answers
from pricectl.changes.periods import in_force
from pricectl.changes.rates import rate_moves, severity_of
from pricectl.changes.renames import Rename
from pricectl.changes.values import Change, Move, by_size
from pricectl.check.findings import SEVERITIES, Severity
from pricectl.core.model import Match, Model
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.prices import PriceList

# A name leads from one row to another, and no row has so many prices.
MAX_MOVES = 200


def resolution_changes(
    answers: Answers,
    touched: Iterable[Model],
    renames: tuple[Rename, ...],
    watched: tuple[str, ...] = (),
    at: datetime | None = None,
) -> Iterator[Change]:
    """One change for every name that another row answers now.

    `touched` are the rows, of both sides, that were added, removed or edited; `watched` are names
    to ask for in any case. An added row's own name that only the default price answered before is
    part of that addition, unless it is watched. Prices are those in force at the instant.
    """
    followed = {(pair.old.full_name, pair.new.full_name) for pair in renames}
    seen: set[tuple[str, str, str]] = set()
    moves_of: dict[tuple[str, str], tuple[Move, ...]] = {}
    for name, short in _names(answers, touched, watched).items():
        asked = answers.to(name)
        if asked is None:
            continue
        before, after = asked
        rows = before.model.full_name, after.model.full_name
        if rows[0] == rows[1] or (short, *rows) in seen:
            continue
        came = after.model.full_name not in answers.old.by_full_name
        if before.how == "default" and came and name not in watched:
            continue
        if rows not in moves_of:
            moves_of[rows] = _moves(in_force(before.model, at), in_force(after.model, at))
        moves = moves_of[rows]
        if rows not in followed or moves:
            seen.add((short, *rows))
            yield _change(name, before, after, moves)


def _moves(old: PriceList, new: PriceList) -> tuple[Move, ...]:
    """The charges that move; of very many, the one that rises most and the one that falls most."""
    moves = [found.move for found in rate_moves(old, new) if found.move.difference_pico_usd]
    if len(moves) <= MAX_MOVES:
        return tuple(moves)
    rises = [move for move in moves if move.difference_pico_usd > 0]
    falls = [move for move in moves if move.difference_pico_usd < 0]
    return tuple(max(one, key=by_size) for one in (rises, falls) if one)


def _names(answers: Answers, touched: Iterable[Model], watched: tuple[str, ...]) -> dict[str, str]:
    """Every name whose answer may differ, and the short name that says the same; short ones first.

    The answer for a name that both catalogs have depends only on the rows that share it, upper and
    lower case aside; so no name of an untouched row needs asking unless a touched row shares it.
    """
    names = {name: name for name in watched}
    full: dict[str, str] = {}
    spelled: set[str] = set()
    for model in touched:
        for name in (model.name, *model.aliases):
            if answers.same(name):
                continue
            names[name] = name
            if name.lower() not in spelled:
                spelled.add(name.lower())
                names |= {alike: alike for alike in answers.spellings(name)}
        full[model.full_name] = model.name
    return names | {name: short for name, short in full.items() if name not in names}


def _change(name: str, before: Match, after: Match, moves: tuple[Move, ...]) -> Change:
    return Change(
        "resolution",
        _severity(after, moves),
        before.model.provider,
        name,
        "name",
        answer(before),
        answer(after),
        DEFAULT_PRICING_POINTER
        if after.how == "default"
        else pointer_to(after.model.provider, after.model.name),
        moves,
        note="" if moves else "the same price",
    )


def _severity(after: Match, moves: tuple[Move, ...]) -> Severity:
    if not moves:
        return "info"
    if after.how == "default":
        return "error"
    worst = min(SEVERITIES.index(severity_of(move)) for move in moves)
    return SEVERITIES[worst]


def answer(match: Match) -> str:
    """Which row answers and how, in words."""
    if match.how == "default":
        return "the default price"
    return f"{match.model.full_name} ({match.how})"
