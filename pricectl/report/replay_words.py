"""The sentences of a replay, and how its amounts, shares and moves are written."""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from pricectl.core.labels import clean, count, plural
from pricectl.edit.waiving import toml_text
from pricectl.replay.logs.columns import ColumnMap
from pricectl.replay.run import ReplayResult
from pricectl.report.amounts import dollars
from pricectl.report.charged_tables import charged_notes
from pricectl.report.prices_at import later_notes, monthly_note, reference_notes

BAR_WIDTH = 12
BAR_SIGN = "\u2588"


def introduction(result: ReplayResult) -> list[str]:
    """Which log, which prices, which profile."""
    log = result.log
    formats = ", ".join(
        f"{title} ({plural(files, 'file')})" if len(log.formats) > 1 else title
        for title, files in log.formats.items()
    )
    files, calls = plural(log.files, "file"), plural(result.total.calls, "call")
    when = f" from {_moment(log.first)} to {_moment(log.last)} UTC" if log.first else ""
    sentence = f"{calls}{when} in {files}: {formats}" if formats else "no file has any rows"
    prices = f"prices: {result.files.new_name}"
    if result.files.base:
        prices += f", compared with {result.files.base_name}"
    own = "each job by the budget mode, markup and rounding that it began with"
    is_own = result.charged is not None and result.charged.of_ledger
    return [sentence, f"{prices}; {own if is_own else f'profile {result.profile.name}'}"]


def notes(result: ReplayResult) -> Iterator[str]:
    """What a reader of the figures must know."""
    log = result.log
    if result.charged:
        yield from charged_notes(result.charged, has_period=bool(log.outside_period))
    if result.files.at and result.files.base:
        yield monthly_note(result)
        yield from reference_notes(result)
        yield from later_notes(result)
    if log.repeated:
        yield f"{plural(log.repeated, 'row')} repeat a call that another row states in full"
    if log.outside_period:
        yield f"{plural(log.outside_period, 'call')} outside the period, or without a time"
    if log.without_time:
        yield f"{plural(log.without_time, 'call')} without a time, at today's prices"
    for remark, rows in log.remarks.items():
        yield f"{plural(rows, 'call')}: {remark}"
    if result.unsplit_pico:
        more = dollars(result.unsplit_pico)
        yield f"if all of these cache writes were for an hour, the cost would be {more} higher"
    if log.is_summed:
        yield "rows are sums of many requests, so each counts as one job; the last day may grow"
    yield from _summary_notes(result)
    if result.checked_calls:
        yield f"{plural(result.checked_calls, 'call')} priced again one by one: no difference"


def _summary_notes(result: ReplayResult) -> Iterator[str]:
    """Where the summary is, and what it is for."""
    if result.request.summary:
        yield (
            f"{clean(result.request.summary)}: the summary, without names of accounts; "
            "diff --usage and the setting usage_file take it"
        )


def column_lines(result: ReplayResult, *, verbose: bool = False) -> Iterator[str]:
    """How plain columns were understood; `verbose`: also the setting that keeps it."""
    for columns in result.log.columns:
        pairs = ", ".join(_column(role, columns) for role in columns.columns)
        cache = f"; cached tokens are {columns.cache} the input" if columns.cache else ""
        guessed = any(found.guessed for found in columns.columns.values())
        how = " ('?' is a guess; --column ROLE=COLUMN says otherwise)" if guessed else ""
        yield f"columns{how}: {pairs}{cache}"
        if columns.unread:
            unread = ", ".join(columns.unread)
            yield f"not read, though their names speak of tokens or searches: {unread}"
        if not verbose:
            continue
        yield "[replay.columns]"
        for role, one in columns.columns.items():
            yield f"{role} = {toml_text(one.name + (f'*{one.scale}' if one.scale > 1 else ''))}"


def _column(role: str, columns: ColumnMap) -> str:
    found = columns.columns[role]
    times = f" x {count(found.scale)}" if found.scale > 1 else ""
    return f"{role}{'?' if found.guessed else ''} {found.name}{times}"


def bar(share: Fraction) -> str:
    """A bar for a share from 0 to 1; anything above 0 is seen."""
    length = round(share * BAR_WIDTH)
    return BAR_SIGN * max(length, 1 if share > 0 else 0)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
