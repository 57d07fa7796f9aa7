"""Where price lists and the catalog differ, for people: what they should look at first on top."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pricectl.core.labels import count, listed, plural
from pricectl.feeds.differences import MemberDrift, NewModel, PriceDrift
from pricectl.feeds.effects import ModelDrift
from pricectl.operate.drift import DriftReport, DriftResult, KnownDifference
from pricectl.report import edits
from pricectl.report.canvas import Canvas
from pricectl.report.columns import EMPTY_LINE, StyledLine, TableLine, drawn, folded, table
from pricectl.report.drift_words import (
    age,
    effect_text,
    known_title,
    new_prices,
    summary,
    theirs_text,
    value_text,
    voices,
)

# More models of a fold are counted instead of named.
NAMED = 6
# With so few models every difference is shown, also those of one list.
FEW = 12


def text(result: DriftResult, canvas: Canvas) -> str:
    """The report; quiet: what independent lists agree on, and the counts."""
    found = result.report
    lines = [] if canvas.quiet else list(_lists(found, canvas))
    lines += _agreed(found, canvas)
    if not canvas.quiet:
        lines += _alone(found, canvas)
        lines += _members(found, canvas)
        lines += _models(found, canvas)
        lines += _known(found.known, canvas)
    lines += folded(summary(found), "bold", canvas)
    parts = [drawn(lines, canvas)]
    if result.renewal:
        parts += [drawn(list(_renewal(result, canvas)), canvas)]
        parts += [canvas.draw(*edits.edit_text(result.renewal.edit, canvas)).rstrip("\n")]
    return "\n".join(parts)


def _lists(found: DriftReport, canvas: Canvas) -> Iterator[StyledLine]:
    today = found.options.today
    yield from folded(f"{found.name} on {today}, held against:", "bold", canvas)
    rows = []
    for feed in found.feeds:
        copies = f"copies {listed(feed.copied_lists)}" if feed.copied_lists else ""
        left = sum(feed.skipped.values())
        left_out = f"{plural(left, 'row')} left out" if left else ""
        models = plural(len(feed.catalog.models), "model")
        rows.append(TableLine((feed.age_name, age(feed, today), models, left_out, copies)))
    yield from table(rows, "lllll", canvas)
    for feed in found.feeds if canvas.verbose else ():
        for words, counts in (("left out", feed.skipped), ("not read", feed.unread)):
            for reason, number in counts.items():
                yield from folded(f"  {feed.name}: {words}: {reason}: {count(number)}", "", canvas)
    yield EMPTY_LINE


def _agreed(found: DriftReport, canvas: Canvas) -> Iterator[StyledLine]:
    if found.agreed:
        yield from folded("Independent lists agree on another price", "bold red", canvas)
        yield from _price_table(found.agreed, canvas)
        yield EMPTY_LINE


def _price_table(models: Iterable[ModelDrift], canvas: Canvas) -> Iterator[StyledLine]:
    lines = []
    for one in models:
        effect = effect_text(one.effect)
        lines.append(TableLine((f"{one.model.full_name}{f'; {effect}' if effect else ''}",)))
        lines += [_line(drift) for drift in one.prices]
    yield from table(lines, "llll", canvas)


def _line(drift: PriceDrift | MemberDrift) -> TableLine:
    alias = f"as {drift.alias}: " if drift.alias else ""
    ours = value_text(drift, drift.ours)
    return TableLine((f"{alias}{drift.what}", ours, theirs_text(drift), voices(drift)), "dim")


def _alone(found: DriftReport, canvas: Canvas) -> Iterator[StyledLine]:
    """One list, or lists that do not agree, folded by provider; then aliases."""
    if found.alone:
        title = "One list alone, or lists that do not agree"
        yield from folded(title, "bold", canvas)
        if _shows_all(found, len(found.alone), canvas):
            yield from _price_table(found.alone, canvas)
        else:
            yield from _by_provider(found.alone, canvas)
        yield EMPTY_LINE
    if found.aliases:
        yield from folded("Aliases of ours that lists price as models of their own", "bold", canvas)
        if _shows_all(found, len(found.aliases), canvas):
            rows: dict[str, list[PriceDrift]] = {}
            for drift in found.aliases:
                rows.setdefault(drift.model.full_name, []).append(drift)
            lines = [
                line
                for name, own in rows.items()
                for line in (TableLine((name,)), *map(_line, own))
            ]
            yield from table(lines, "llll", canvas)
        else:
            names = Counter(drift.model.provider for drift in found.aliases)
            yield from folded(f"  {_counts(names)}; -v lists them", "", canvas)
        yield EMPTY_LINE


def _shows_all(found: DriftReport, rows: int, canvas: Canvas) -> bool:
    """Whether nothing is folded: few rows, or those that somebody asked for."""
    return canvas.verbose or found.options.pattern is not None or rows <= FEW


def _by_provider(models: Sequence[ModelDrift], canvas: Canvas) -> Iterator[StyledLine]:
    providers: dict[str, list[ModelDrift]] = {}
    for one in models:
        providers.setdefault(one.model.provider, []).append(one)
    rows = []
    for provider, own in providers.items():
        prices = [drift for one in own for drift in one.prices]
        voters = Counter(vote for drift in prices for vote in drift.majority.votes)
        first = own[0]
        most = f"most: {first.model.name} {_short(first.prices[0])}"
        words = f"{plural(len(prices), 'price')} in {plural(len(own), 'model')}"
        rows.append(TableLine((provider, words, _counts(voters), most), "dim"))
    yield from table(rows, "llll", canvas)
    mistakes = sum(bool(drift.mistake) for one in models for drift in one.prices)
    note = f"; {count(mistakes)} look like slips" if mistakes else ""
    yield from folded(f"  -v lists them, or name a model{note}", "", canvas)


def _short(drift: PriceDrift) -> str:
    return f"{drift.what} {value_text(drift, drift.ours)}, theirs {theirs_text(drift)}"


def _counts(numbers: Counter[str]) -> str:
    return ", ".join(f"{name} {count(number)}" for name, number in numbers.most_common())


def _members(found: DriftReport, canvas: Canvas) -> Iterator[StyledLine]:
    agreed = [one for one in found.members if one.is_agreed]
    others = [one for one in found.members if not one.is_agreed]
    if not found.members:
        return
    yield from folded("Limits, dates, successors, factors", "bold", canvas)
    shown = found.members if _shows_all(found, len(others), canvas) else agreed
    rows: dict[str, list[MemberDrift]] = {}
    for drift in shown:
        rows.setdefault(drift.model.full_name, []).append(drift)
    lines = [line for name, own in rows.items() for line in (TableLine((name,)), *map(_line, own))]
    yield from table(lines, "llll", canvas)
    if len(shown) < len(found.members):
        names = Counter(one.what for one in others)
        yield from folded(f"  by one list: {_counts(names)}; -v lists them", "", canvas)
    yield EMPTY_LINE


def _models(found: DriftReport, canvas: Canvas) -> Iterator[StyledLine]:
    everything = found.options.new or _shows_all(found, len(found.new), canvas)
    if found.gone:
        title = "In no list, which have others of the seller: too new for them, or no longer sold"
        yield from folded(title, "bold", canvas)
        yield from folded(f"  {', '.join(one.model.full_name for one in found.gone)}", "", canvas)
        yield EMPTY_LINE
    if not found.new:
        return
    yield from folded("New: lists have them and we do not", "bold", canvas)
    if everything:
        rows = [
            TableLine((one.model.full_name, new_prices(one), ", ".join(one.votes)), "dim")
            for one in found.new
        ]
        yield from table(rows, "lll", canvas)
    else:
        yield from table(list(_new_by_provider(found.new)), "lll", canvas)
        yield from folded("  --new lists them", "", canvas)
    yield EMPTY_LINE


def _new_by_provider(new: Sequence[NewModel]) -> Iterator[TableLine]:
    providers: dict[str, list[NewModel]] = {}
    for one in new:
        providers.setdefault(one.model.provider, []).append(one)
    for provider, own in providers.items():
        several = [one.model.name for one in own if len(one.votes) > 1]
        more = f" and {count(len(several) - NAMED)} more" if len(several) > NAMED else ""
        words = f"in several lists: {', '.join(several[:NAMED])}{more}" if several else ""
        yield TableLine((provider, plural(len(own), "model"), words), "dim")


def _known(known: Sequence[KnownDifference], canvas: Canvas) -> Iterator[StyledLine]:
    if known and canvas.verbose:
        yield from folded("Known", "bold", canvas)
        for one in known:
            yield from folded(f"  {known_title(one)}: {one.known_because}", "", canvas)
        yield EMPTY_LINE


def _renewal(result: DriftResult, canvas: Canvas) -> Iterator[StyledLine]:
    renewal = result.renewal
    if renewal is None:
        return
    yield EMPTY_LINE
    gained = sum(bool(change.after) and not change.before for change in renewal.changes)
    lost = sum(not change.after for change in renewal.changes)
    moved = len(renewal.changes) - gained - lost
    gain = f"{plural(gained, 'row')} {'gains' if gained == 1 else 'gain'} it"
    words = f"Evidence: {gain}, {count(moved)} change, {count(lost)} lose it."
    yield from folded(words, "bold", canvas)
    if renewal.undated:
        names = listed(renewal.undated)
        why = "the day is unknown or still to come"
        words = f"{names} cannot be evidence: {why}; name it, such as NAME@2026-11-27"
        yield from folded(words, "yellow", canvas)
