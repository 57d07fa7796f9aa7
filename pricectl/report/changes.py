"""How a comparison is put in words, the same in every format."""

from collections.abc import Mapping, Sequence

from pricectl.changes import Change, Comparison, Impact, Move, PricedAt
from pricectl.changes.rates import shown
from pricectl.core.credits import BudgetMode
from pricectl.core.labels import count, percent, plural
from pricectl.core.money import usd
from pricectl.core.units import UNITS, is_token_unit

INSTEAD = "in parentheses: what is charged where there is no price of its own"
UP, DOWN, SAME, ARROW = "▲", "▼", "=", "→"
NO_PRICE = "none"
MAX_VALUE = 60


def only_looks(found: Comparison) -> str:
    """What differs to the eye only; empty if nothing does."""
    told = []
    if found.reordered:
        told.append(f"{plural(found.reordered, 'object')} reordered")
    if found.respelled:
        told.append(f"{plural(found.respelled, 'number')} respelled")
    return f"{', '.join(told)}: no value changed by that" if told else ""


def left_out(found: Comparison) -> tuple[str, ...]:
    """What would have taken too long to look at, a sentence each."""
    ends = {True: "; gates on prices trip", False: ""}
    return tuple(
        f"Left out: {count(part.number)} {part.what}{ends[part.hides]}" for part in found.left_out
    )


def price_label(change: Change) -> str:
    """Which price it is, in the words of the field; of any other member its name."""
    price = change.price
    if price is None:
        return change.field
    per = "" if is_token_unit(price.unit) else f" / {UNITS[price.unit].counts}"
    return f"{price.unit}{per}{where(price)}"


def where(price: PricedAt) -> str:
    """The tier, service and period of a price; nothing for the plain one."""
    above = f" above {price.above_tokens // 1000}k" if price.above_tokens else ""
    rest = ", ".join(part for part in (price.service, price.period) if part)
    return f"{above}{', ' if rest else ''}{rest}"


def sides(change: Change) -> tuple[str, str]:
    """Both sides of a change; in parentheses what is charged for want of a price of its own."""
    move = change.largest
    if change.price is None or move is None:
        return value(change.old), value(change.new)
    charged = (move.old_pico_usd, move.new_pico_usd)
    old, new = (
        own or (NO_PRICE if pico is None else f"({shown(pico, change.price.unit)})")
        for own, pico in zip((change.old, change.new), charged, strict=True)
    )
    return old, new


def mark(move: Move | None) -> str:
    """The direction of a move, for those who see no colour."""
    if move is None or not move.difference_pico_usd:
        return SAME
    return UP if move.difference_pico_usd > 0 else DOWN


def moved(move: Move | None) -> str:
    """How much a charge moved, signed; nothing where there is nothing to compare."""
    if move is None or (move.old_pico_usd is None and move.new_pico_usd is None):
        return ""
    return percent(move.old_pico_usd or 0, move.new_pico_usd or 0)


def cost(pico_usd: int | None) -> str:
    """What a job costs in dollars, every digit shown."""
    return NO_PRICE if pico_usd is None else usd(pico_usd)


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
    """What a job is charged in the modes that no price has a part in."""
    told = (f"{mode.name} {cell} cr" for mode, cell in cells.items() if mode.basis != "cost")
    return f"{job.workload.name}: {', '.join(told)}"


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
    short = {name: name.partition(" (")[0] for name in names}
    return short if len(set(short.values())) == len(short) else {name: name for name in names}


def value(text: str | None) -> str:
    """A member's value, cut where it gets long."""
    if text is None:
        return NO_PRICE
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
