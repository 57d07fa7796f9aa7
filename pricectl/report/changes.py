"""The texts of a comparison, the same in every format."""

import json
from collections.abc import Mapping, Sequence

from pricectl.changes import Change, Comparison, Impact, Move, PriceRef
from pricectl.changes.change import CreditMove
from pricectl.changes.rates import rate_text
from pricectl.core.credits import BudgetMode
from pricectl.core.labels import above, count, grouped, percent, plural, shortened
from pricectl.core.money import usd
from pricectl.core.units import UNITS, is_token_unit
from pricectl.policy.comparison import SettingChange

FALLBACK_NOTE = "in parentheses: fallback price"
UP, DOWN, SAME, ARROW = "▲", "▼", "=", "→"
NO_PRICE, GONE = "none", "gone"
# Longer ones, such as notes, would push the other columns off the screen.
MAX_VALUE = 60


def setting_name(change: SettingChange) -> str:
    """The name of a setting, marked where the edit loosens its own gate by it."""
    return f"! {change.name}" if change.loosens else change.name


def setting_note(change: SettingChange) -> str:
    """What else there is to say of a setting."""
    waits = "" if change.counts else "counts once it is merged"
    return ", ".join(part for part in (change.note, waits) if part)


def settings_remarks(found: Comparison, *, has_settings: bool) -> list[str]:
    """What could not be compared in the settings; else why both versions have the same ones.

    `has_settings`: a settings file is in force, so that another one might have been.
    """
    if found.settings.problem:
        return [f"Settings not compared in full: {found.settings.problem}. Every limit fails"]
    matters = has_settings and (found.changes or found.jobs)
    return (
        [f"Settings not compared: {found.settings.note}"] if matters and found.settings.note else []
    )


def customer_costs(job: Impact) -> tuple[str, str]:
    """What the customer pays for a job in dollars, before and now."""
    old, new = (
        NO_PRICE if pico_usd is None else grouped(usd(estimate.client_pico_usd))
        for pico_usd, estimate in zip(job.move, (job.old, job.new), strict=True)
    )
    return old, new


def further_credits(job: Impact) -> str:
    """How much the credits moved, where that is more than the customer's price."""
    credit = largest_credit_move(job)
    more = credit.weight > job.customer_move.weight
    return f", {percent(credit.old, credit.new)} cr" if more else ""


def largest_credit_move(job: Impact) -> CreditMove:
    """The credits of the budget mode where they move most."""
    return max(job.credit_moves, key=lambda credit: credit.weight)


def only_looks(found: Comparison) -> str:
    """Differences in notation only; empty if there are none."""
    parts = []
    if found.reordered:
        parts.append(f"{plural(found.reordered, 'object')} reordered")
    if found.respelled:
        parts.append(f"{plural(found.respelled, 'number')} respelled")
    return f"{', '.join(parts)}: values unchanged" if parts else ""


def left_out(found: Comparison) -> str:
    """What was not compared because it would take too long; empty if everything was."""
    parts = [f"{plural(part.number, part.thing)} {part.not_done}" for part in found.left_out]
    if not parts:
        return ""
    return f"Too large to compare in full. Left out: {'; '.join(parts)}. Every limit fails"


def price_label(change: Change) -> str:
    """The name of a price; of any other member its key."""
    price = change.price
    if price is None:
        return change.field
    per = "" if is_token_unit(price.unit) else f" / {UNITS[price.unit].counts}"
    return f"{price.unit}{per}{where(price)}"


def where(price: PriceRef) -> str:
    """The tier, service and period of a price; nothing for the plain one."""
    tier = f" {above(price.above_tokens)}" if price.above_tokens else ""
    rest = ", ".join(part for part in (price.service, price.period) if part)
    return f"{tier}{', ' if rest else ''}{rest}"


def old_and_new(change: Change) -> tuple[str, str]:
    """The value before and after; a fallback price stands in parentheses."""
    move = change.largest
    if change.price is None or move is None:
        return _old_and_new_list(change) or (value(change.old), value(change.new))
    charged = (move.old_pico_usd, move.new_pico_usd)
    old, new = (
        grouped(own or (NO_PRICE if pico is None else f"({rate_text(pico, change.price.unit)})"))
        for own, pico in zip((change.old, change.new), charged, strict=True)
    )
    return old, new


def _old_and_new_list(change: Change) -> tuple[str, str] | None:
    """What a list lost and got, where it is too long to be shown; None for anything else."""
    old, new = change.old or "", change.new or ""
    if max(len(old), len(new)) <= MAX_VALUE or not (old.startswith("[") and new.startswith("[")):
        return None
    before, after = _items(old), _items(new)
    if before is None or after is None:
        return None
    lost, got = set(before).difference(after), set(after).difference(before)
    gone = [f"- {item}" for item in before if item in lost]
    come = [f"+ {item}" for item in after if item in got]
    moved = shortened(", ".join((*gone, *come)) or "in another order", MAX_VALUE * 2, "…")
    return plural(len(before), "item"), f"{plural(len(after), 'item')}: {moved}"


def _items(text: str) -> list[str] | None:
    """The items of a list, each in words; None if the text is not a list."""
    if not text.startswith("["):
        return None
    try:
        return [_item(item) for item in json.loads(text)]
    except (ValueError, RecursionError):
        return None


# Objects whose two members say what they are: a price list with its date, an accepted finding.
_SHORT_ITEMS = (("list", "date", ""), ("rule", "pointer", "at "))


def _item(item: object) -> str:
    if isinstance(item, dict):
        for first, second, word in _SHORT_ITEMS:
            if isinstance(item.get(first), str) and isinstance(item.get(second), str):
                return f"{item[first]} {word}{item[second]}"
    return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


def arrow(move: Move | None) -> str:
    """The direction of a move, for readers without colour."""
    if move is None or not move.difference_pico_usd:
        return SAME
    return UP if move.difference_pico_usd > 0 else DOWN


def percent_text(move: Move | None) -> str:
    """How much a charge moved, signed; nothing where there is nothing to compare."""
    if move is None or (move.old_pico_usd is None and move.new_pico_usd is None):
        return ""
    if move.new_pico_usd is None and move.old_pico_usd:
        return GONE  # nothing is charged because the price is missing: that is not a reduction
    return percent(move.old_pico_usd or 0, move.new_pico_usd or 0)


def cost(pico_usd: int | None) -> str:
    """What a job costs in dollars, every digit shown."""
    return NO_PRICE if pico_usd is None else grouped(usd(pico_usd))


def credit_cells(job: Impact) -> dict[BudgetMode, str]:
    """The credits of each budget mode, before and after where they differ."""
    pairs = zip(job.old.credits, job.new.credits, strict=True)
    return {
        old.budget_mode: count(new.charged)
        if old.charged == new.charged
        else f"{count(old.charged)} {ARROW} {count(new.charged)}"
        for old, new in pairs
    }


def fixed_credits(job: Impact, cells: Mapping[BudgetMode, str]) -> str:
    """Credits in modes that ignore the cost."""
    parts = (f"{mode.name} {cell} cr" for mode, cell in cells.items() if mode.basis != "cost")
    # These modes ask for no account, so that one line says it for all of them.
    account = f", account {job.old.account}" if job.old.account else ""
    return f"{job.workload.name.removesuffix(account)}: {', '.join(parts)}"


def job_title(job: Impact) -> str:
    """The row that a job is charged by; both rows if another one answers now."""
    period = f", {job.period}" if job.period else ""
    old, new = job.old.quote.match, job.new.quote.match
    if old.model.full_name == new.model.full_name:
        return f"{old.model.full_name}{period}"
    rows = (match.model.full_name if not match.is_guess else "default" for match in (old, new))
    return f"{job.name}: {f' {ARROW} '.join(rows)}{period}"


def short_names(impact: Sequence[Impact]) -> dict[str, str]:
    """Workload names without what they say in parentheses, as long as they stay different."""
    names = dict.fromkeys(job.workload.name for job in impact)
    short = {}
    for name in names:
        start, _, counts = name.partition(" (")
        short[name] = start + counts.partition(")")[2]  # the service and the account come last
    return short if len(set(short.values())) == len(short) else {name: name for name in names}


def value(text: str | None) -> str:
    """A member's value, cut where it gets long."""
    if text is None:
        return NO_PRICE
    items = _items(text) if text.startswith("[{") else None
    return shortened(", ".join(items) if items else text, MAX_VALUE, "…")
