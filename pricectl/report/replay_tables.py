"""The tables of a replay, for every format: headings, lines of text, and what is said below.

Apart from the formats, so that terminal, Markdown and HTML say the same.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from pricectl.core.labels import count, percent, plural
from pricectl.core.money import PICO_PER_USD
from pricectl.replay.price_files import BASE, NEW
from pricectl.replay.rating_result import RatedGroup, SideTotals
from pricectl.replay.run import ReplayResult
from pricectl.report.amounts import dollars
from pricectl.report.charged_tables import charged_tables
from pricectl.report.name_coverage import layers_table, worst_names_table
from pricectl.report.prices_at import retired_table
from pricectl.report.replay_words import bar
from pricectl.report.report_table import ReportTable

# More lines are shown with -v.
SHOWN, SHOWN_ACCOUNTS, SHOWN_REASONS = 20, 5, 8
NO_VALUE = "(none)"
_MILLIONTH = PICO_PER_USD // 10**6


def tables(result: ReplayResult, *, verbose: bool = False, bars: bool = True) -> list[ReportTable]:
    """All tables that have lines, the total first."""
    if result.charged:
        costs = charged_tables(result.charged, verbose=verbose)
    else:
        costs = [
            _totals(result),
            _groups(result, verbose=verbose, bars=bars),
            retired_table(result),
            *_accounts(result, verbose=verbose),
            _stated(result, verbose=verbose),
        ]
    found = [
        *costs,
        layers_table(result),
        worst_names_table(result, verbose=verbose),
        _reasons("rows that could not be read", result.log.rejected, result, verbose=verbose),
        _reasons("rows that are not billed calls", result.log.left_out, result, verbose=verbose),
    ]
    return [table for table in found if table.lines]


def new_of(group: RatedGroup) -> SideTotals:
    """What a group costs by the new prices."""
    return group.sides[NEW]


def base_of(group: RatedGroup) -> SideTotals:
    """What a group costs by the old prices."""
    return group.sides[BASE]


def is_compared(result: ReplayResult) -> bool:
    """Whether there are old prices beside the new ones."""
    return result.files.base is not None


def _totals(result: ReplayResult) -> ReportTable:
    headings = ("", "provider cost", "client cost", *(f"credits, {mode}" for mode in result.modes))
    new = new_of(result.total)
    lines = [("new" if is_compared(result) else "cost", *_amounts(new, result))]
    if is_compared(result):
        old = base_of(result.total)
        pairs = zip(_numbers(old, result), _numbers(new, result), strict=True)
        percents = [percent(before, after) for before, after in pairs]
        moved = (
            dollars(new.contract_pico_usd - old.contract_pico_usd, signed=True),
            dollars(new.customer_pico_usd - old.customer_pico_usd, signed=True),
            *(f"{new.credits[mode] - old.credits[mode]:+,}" for mode in result.modes),
        )
        old_line = ("old", *_amounts(old, result))
        lines = [old_line, *lines, ("change", *moved), ("percent", *percents)]
    return ReportTable("", headings, tuple(lines), "l" + "r" * (len(headings) - 1))


def _numbers(side: SideTotals, result: ReplayResult) -> list[Fraction | int]:
    return [
        side.contract_pico_usd,
        side.customer_pico_usd,
        *(side.credits[mode] for mode in result.modes),
    ]


def _amounts(side: SideTotals, result: ReplayResult) -> tuple[str, ...]:
    numbers = (count(side.credits[mode]) for mode in result.modes)
    return (dollars(side.contract_pico_usd), dollars(side.customer_pico_usd), *numbers)


def _value(group: RatedGroup) -> str:
    return ", ".join(value or NO_VALUE for value in group.values)


def _groups(result: ReplayResult, *, verbose: bool, bars: bool) -> ReportTable:
    compared = is_compared(result)
    ordered = sorted(result.groups, key=lambda one: (-_weight(one, compared=compared), _value(one)))
    if result.request.column == "day":
        ordered.sort(key=_value)
    most = max((_weight(one, compared=compared) for one in ordered), default=Fraction(0))
    shown = ordered if verbose or result.request.column == "day" else ordered[:SHOWN]
    # The table has room for one mode: the second of all, or the one that was asked for (--mode).
    mode = result.modes[min(1, len(result.modes) - 1)]
    middle = ("old cost", "new cost", "change", "") if compared else ("cost", "client cost")
    headings = (
        *(result.request.by, "calls", "tokens"),
        *middle,
        "credits",
        *(("",) if bars else ()),
    )
    lines = []
    for one in shown:
        new = new_of(one)
        tokens = count(one.input_tokens + one.output_tokens)
        share = Fraction(_weight(one, compared=compared)) / most if most else Fraction(0)
        if compared:
            old = base_of(one)
            amounts: tuple[str, ...] = (
                dollars(old.contract_pico_usd),
                dollars(new.contract_pico_usd),
                dollars(new.contract_pico_usd - old.contract_pico_usd, signed=True),
                percent(old.contract_pico_usd, new.contract_pico_usd),
            )
            credited = f"{count(old.credits[mode])} \u2192 {count(new.credits[mode])}"
        else:
            amounts = (dollars(new.contract_pico_usd), dollars(new.customer_pico_usd))
            credited = count(new.credits[mode])
        lines.append(
            (
                _value(one),
                count(one.calls),
                tokens,
                *amounts,
                credited,
                *((bar(share),) if bars else ()),
            )
        )
    alignment = "l" + "r" * (len(headings) - 1 - bars) + ("l" if bars else "")
    title = f"by {result.request.by}; credits of {mode}"
    left_out = len(ordered) - len(shown)
    spare = (*((len(headings) - 1,) if bars else ()), headings.index("tokens"))
    return ReportTable(title, headings, tuple(lines), alignment, left_out, spare)


def _weight(group: RatedGroup, *, compared: bool) -> Fraction:
    """What a group's bar shows: its cost, or how much that moves."""
    new = Fraction(new_of(group).contract_pico_usd)
    return abs(new - Fraction(base_of(group).contract_pico_usd)) if compared else new


def moved_accounts(result: ReplayResult) -> tuple[list[RatedGroup], list[RatedGroup]]:
    """The accounts that pay more by the new prices, and those that pay less, most moved first."""

    def moved(one: RatedGroup) -> Fraction:
        return Fraction(new_of(one).customer_pico_usd) - Fraction(base_of(one).customer_pico_usd)

    ordered = sorted(result.accounts, key=lambda one: (-abs(moved(one)), _value(one)))
    return [one for one in ordered if moved(one) > 0], [one for one in ordered if moved(one) < 0]


def _accounts(result: ReplayResult, *, verbose: bool) -> Iterator[ReportTable]:
    """Who pays more and who pays less; nothing where the log names no account."""
    has_accounts = any(value for one in result.accounts for value in one.values)
    if not is_compared(result) or not has_accounts:
        return
    headings = ("account", "calls", "old client cost", "new client cost", "change", "")
    for word, found in zip(("more", "less"), moved_accounts(result), strict=True):
        shown = found if verbose else found[:SHOWN_ACCOUNTS]
        lines = tuple(
            (
                _value(one),
                count(one.calls),
                dollars(base_of(one).customer_pico_usd),
                dollars(new_of(one).customer_pico_usd),
                dollars(
                    new_of(one).customer_pico_usd - base_of(one).customer_pico_usd, signed=True
                ),
                percent(base_of(one).customer_pico_usd, new_of(one).customer_pico_usd),
            )
            for one in shown
        )
        verb = "pays" if len(found) == 1 else "pay"
        title = f"{plural(len(found), 'account')} of {count(len(result.accounts))} {verb} {word}"
        yield ReportTable(title, headings, lines, "lrrrrr", len(found) - len(shown))


def _stated(result: ReplayResult, *, verbose: bool) -> ReportTable:
    """The log's own cost beside ours, by model, for the calls that state one."""
    stated = [one for one in result.models if one.stated_calls and not result.files.at]

    def difference(one: RatedGroup) -> int:
        return new_of(one).stated_calls_pico_usd - one.stated_pico_usd

    ordered = sorted(stated, key=lambda one: (-abs(difference(one)), _value(one)))
    shown = ordered if verbose else ordered[:SHOWN]
    lines = tuple(
        (
            _value(one),
            count(one.stated_calls),
            dollars(one.stated_pico_usd),
            dollars(new_of(one).stated_calls_pico_usd),
            _difference(difference(one)),
            percent(one.stated_pico_usd, new_of(one).stated_calls_pico_usd),
        )
        for one in shown
    )
    headings = ("model", "calls", "stated", "ours", "difference", "")
    ours = "our new list price" if is_compared(result) else "our list price"
    title = f"the log's own cost beside {ours}"
    return ReportTable(title, headings, lines, "lrrrrr", len(ordered) - len(shown))


def _difference(pico: int) -> str:
    """A difference; what is below a millionth of a dollar comes of the digits that a log keeps."""
    if 0 < abs(pico) < _MILLIONTH:
        return f"{'+' if pico > 0 else '-'}<{dollars(_MILLIONTH)}"
    return dollars(pico, signed=True)


def _reasons(
    title: str, rows: Mapping[str, int], result: ReplayResult, *, verbose: bool
) -> ReportTable:
    """How many rows are not calls for which reason; `rows` are counted by it, the most first."""
    reasons = list(rows.items())
    shown = reasons if verbose else reasons[:SHOWN_REASONS]
    stated = result.log.stated_pico
    lines = tuple(
        (reason, count(number), dollars(stated[reason]) if reason in stated else "")
        for reason, number in shown
    )
    return ReportTable(
        title, ("reason", "rows", "stated cost"), lines, "lrr", len(reasons) - len(shown)
    )
