"""Whether a price file may follow the one in use: one pure comparison for review and process.

A review stops what a person must have seen, a process refuses what looks like a broken file. Both
read one list of findings, so whatever a process refuses is an error of the review. The limits come
from 257 real mistakes and 246 true changes of public price lists. Floor 0.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pricectl.core.acknowledgements import Acknowledged, read_acknowledged
from pricectl.core.bounds import BOUNDS, Bounds
from pricectl.core.catalog import DEFAULT_PRICING, Catalog, escape
from pricectl.core.lookup import find
from pricectl.core.model import Model
from pricectl.core.prices import At
from pricectl.core.row_sanity import SIDES, judge_row
from pricectl.core.verdict import ACKNOWLEDGEABLE, Accepted, Level, SanityFinding, Verdict

# Critical where the settings name no model: those of them that the prices in use know.
SEED_MODELS = ("gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5")
DEFAULT_POINTER = "/metadata/default_pricing"
# A row counts as moved from so many times on; a third of the rows, at least so many, is too much.
ROW_TIMES, MOVED_SHARE, MOVED_LEAST = 5, 3, 2
# One model in so many gone, at least so many: refused by a process, an error of a review.
GONE_REFUSED, GONE_ERROR, GONE_LEAST = 5, 10, 3
KNOWN = ("exact", "alias", "case")
MOVES = ("row-moved", "price-moved")
# What is new where a row that was there before takes over a removed name.
BY_NAME = (*MOVES, "factor-moved", "zero-price")


def check(
    before: Catalog | None,
    after: Catalog,
    *,
    critical: Sequence[str] = (),
    bounds: Bounds = BOUNDS,
    today: date | None = None,
) -> Verdict:
    """Compare a catalog with the one in use. Never raises.

    Args:
        before: the prices in use, or the base of a review; None: everything is new.
        after: the catalog that is to follow.
        critical: names that must have a price; without any, the seed models that `before` prices.
        bounds: the lowest and highest believable prices, from `bounds.widen`.
        today: the day by which acknowledgements expire in a review; None, as in a process: never.
    """
    answers = tuple(_answers(before, after)) if before else ()
    found = [*_rows(before, after, answers, bounds)]
    found += _default(before, after, bounds)
    found += _critical(before, after, critical)
    if not after.models:
        found.append(SanityFinding("empty-catalog", "refused", "", None, "there are no models"))
    open_findings, accepted = _accept(found, read_acknowledged(after.metadata, ACKNOWLEDGEABLE))
    if before:
        gone = sum(new is None for _, new in answers)
        open_findings += _shares(before, gone, open_findings, accepted)
    expired = [_expired(one) for one in accepted if today and one.has_expired(today)]
    return Verdict(
        tuple(sorted([*open_findings, *expired], key=lambda one: one.rank)), tuple(accepted)
    )


# A row of before that is not what it was, and the row that answers for its name now.
_Answer = tuple[Model, Model | None]


def _rows(
    before: Catalog | None, after: Catalog, answers: Sequence[_Answer], bounds: Bounds
) -> Iterator[SanityFinding]:
    """What is found row by row: changed ones, then new ones."""
    known = set(before.by_full_name) if before else set()
    for old, new in answers:
        if new is None:
            yield from _gone(old)
            continue
        judged = judge_row(old, new, _pointer(new), bounds)
        taken_over = new.full_name in known and new.full_name != old.full_name
        yield from (one for one in judged if not taken_over or one.rule in BY_NAME)
    known.update(new.full_name for _, new in answers if new)
    for name, model in after.by_full_name.items():
        if name not in known:
            yield from judge_row(None, model, _pointer(model), bounds)


def _answers(before: Catalog, after: Catalog) -> Iterator[_Answer]:
    """Each row that is not what it was, and the row that answers for its name now."""
    missing = []
    for name, old in before.by_full_name.items():
        new = after.by_full_name.get(name)
        if new is None:
            missing.append(old)
        elif old.entry != new.entry:
            yield old, new
    renamed = _by_prices(before, after) if missing else {}
    for old in missing:
        alike = renamed.get(_signature(old))
        yield old, _answering(after, old) or (alike.pop() if alike else None)


def _answering(after: Catalog, old: Model) -> Model | None:
    """The row that has a removed row's name, exactly or as an alias."""
    for name in (old.full_name, old.name):
        if name in after.names or name in after.aliases:
            match = find(after, name)
            if match.how in {"exact", "alias"}:
                return match.model
    return None


_Signature = tuple[str, frozenset[tuple[At, int]]]


def _by_prices(before: Catalog, after: Catalog) -> dict[_Signature, list[Model]]:
    """The new rows by seller and prices: one may be a removed row under another name."""
    rows: dict[_Signature, list[Model]] = {}
    for name, model in after.by_full_name.items():
        if name not in before.by_full_name and model.prices.rates:
            rows.setdefault(_signature(model), []).append(model)
    return rows


def _signature(model: Model) -> _Signature:
    rates = model.prices.rates.items()
    return model.provider, frozenset((at, pico) for at, (pico, _) in rates)


def _gone(old: Model) -> list[SanityFinding]:
    """A removed row; one that was retired before was gone already."""
    if old.entry.get("retired") is True:
        return []
    message = "the model is gone and no row answers for its name"
    return [SanityFinding("model-gone", "warning", _pointer(old), None, message, old.full_name)]


def _default(before: Catalog | None, after: Catalog, bounds: Bounds) -> tuple[SanityFinding, ...]:
    """The price of unknown models, which is judged like a row."""
    old = before.default if before else None
    if (old.entry if old else DEFAULT_PRICING) == after.default.entry:
        return ()
    return judge_row(old, after.default, DEFAULT_POINTER, bounds)


def _critical(
    before: Catalog | None, after: Catalog, names: Sequence[str]
) -> Iterator[SanityFinding]:
    """Critical models without a price; where the prices in use lack it too, that is no refusal."""
    if tuple(names or SEED_MODELS) == SEED_MODELS:
        names = [name for name in SEED_MODELS if before and priced_units(before, name)]
    for name in names:
        had, has = priced_units(before, name) if before else frozenset(), priced_units(after, name)
        lost = sorted(had & frozenset(SIDES) - has)
        if has and not lost:
            continue
        level: Level = "error" if before and not had else "refused"
        row = find(before, name) if had and before else find(after, name)
        where = _pointer(row.model) if row.how in KNOWN else ""
        which = f"no {' and no '.join(lost)} price" if has else "no price"
        message = f"the critical model {name!r:.80} has {which}"
        yield SanityFinding("critical-model-missing", level, where, None, message)


def priced_units(catalog: Catalog, name: str) -> frozenset[str]:
    """The units that a name has a base price for; of a retired row its successor's."""
    match = find(catalog, name)
    units = _base_units(match.model) if match.how in KNOWN else frozenset()
    successor = match.model.entry.get("successor")
    if not units and match.model.entry.get("retired") is True and isinstance(successor, str):
        follower = find(catalog, successor)
        return _base_units(follower.model) if follower.how in KNOWN else frozenset()
    return units


def _base_units(model: Model) -> frozenset[str]:
    rates = model.prices.rates
    return frozenset(unit for unit, tier, service in rates if not tier and not service)


def _accept(
    found: Iterable[SanityFinding], acknowledged: Acknowledged
) -> tuple[list[SanityFinding], list[Accepted]]:
    """The findings that stay, and those that a person has acknowledged.

    Prices that moved by one factor are acknowledged by the value of any of them.
    """
    left: list[SanityFinding] = []
    accepted: list[Accepted] = []
    for finding in found:
        places = finding.alike or ((finding.pointer, finding.value),)
        by = (acknowledged.find(finding.rule, *place) for place in places)
        entry = next(filter(None, by), None)
        if entry:
            accepted.append(Accepted(finding, entry))
        else:
            left.append(finding)
    return left, accepted


def _expired(accepted: Accepted) -> SanityFinding:
    finding, entry = accepted
    message = f"{finding.message}; it was acknowledged until {entry.expires}"
    return finding._replace(level="warning", message=message)


def _shares(
    before: Catalog, gone: int, found: Iterable[SanityFinding], accepted: Iterable[Accepted]
) -> Iterator[SanityFinding]:
    """Too many rows gone or moved at once; acknowledged rows do not count."""
    left, settled = tuple(found), tuple(one.finding for one in accepted)
    lost, moved = _lost(left), _moved(left)
    if len(lost) >= GONE_LEAST:
        rows = sum(model.entry.get("retired") is not True for model in before.models)
        yield from _gone_share(lost, rows - len(_lost(settled)))
    if len(moved) >= MOVED_LEAST:
        rows = len(before.models) + 1 - gone  # the default price counts like a row
        yield from _moved_share(moved, rows - len(_moved(settled).keys() - moved.keys()))


def _gone_share(gone: dict[str, SanityFinding], rows: int) -> Iterator[SanityFinding]:
    if len(gone) * GONE_ERROR >= rows:
        level: Level = "refused" if len(gone) * GONE_REFUSED >= rows else "error"
        some = f"{', '.join(list(gone)[:3]):.200}"
        message = f"{len(gone):,} of {rows:,} models are gone or lost their price, such as {some}"
        yield SanityFinding("many-models-gone", level, "", None, message)


def _moved_share(moved: dict[str, SanityFinding], rows: int) -> Iterator[SanityFinding]:
    if len(moved) * MOVED_SHARE >= rows:
        largest = max(moved.values(), key=lambda finding: finding.times)
        message = f"{len(moved):,} of {rows:,} rows moved {ROW_TIMES} times or more, such as "
        yield SanityFinding(
            "many-prices-moved", "refused", "", None, f"{message}{largest.sentence}"
        )


def _lost(found: Iterable[SanityFinding]) -> dict[str, SanityFinding]:
    """By row: those that are gone, or lost the price of a side."""
    return {one.model: one for one in found if one.rule in {"model-gone", "price-lost"}}


def _moved(found: Iterable[SanityFinding]) -> dict[str, SanityFinding]:
    """By row: those that moved so far that they count, each with its largest move."""
    far = (
        one for one in found if one.times >= ROW_TIMES and one.rule in {"row-moved", "price-moved"}
    )
    return {one.model: one for one in sorted(far, key=lambda one: one.times)}


def _pointer(model: Model) -> str:
    return f"/{escape(model.provider)}/{escape(model.name)}"
