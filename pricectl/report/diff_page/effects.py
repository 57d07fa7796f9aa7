"""The effect of a change on sample jobs as bars: in dollars, and in credits."""

from collections.abc import Sequence
from fractions import Fraction

from pricectl.changes import Comparison, Impact
from pricectl.changes.periods import is_over
from pricectl.core.labels import count, plural
from pricectl.report import changes as change_text
from pricectl.report.alike import MAX_ALIKE
from pricectl.report.diff_effects import job_rank, paid_move, short_job
from pricectl.report.diff_page.markup import NOTHING, Markup, element, joined
from pricectl.report.diff_page.pieces import (
    before_and_now,
    direction,
    dollars,
    folded_list,
    model_name,
    move_words,
    section,
)

# More bars than these are no picture any more; the table of sample jobs has the others.
MAX_BARS = 12
# So many models that share a bar are named.
MAX_NAMES = 60
# A bar is as many units wide on each side of its middle, and never too thin to be seen.
_HALF, _THINNEST = 100, Fraction(1)


def effects(found: Comparison) -> Markup:
    """The sample job that moves most money of each model, the largest first."""
    groups = _alike(largest_jobs(found))
    shown = groups[:MAX_BARS]
    if not shown:
        return NOTHING
    most_dollars, most_credits = (
        max(abs(difference(jobs[0])) for jobs in shown) or 1
        for difference in (_dollar_difference, _credit_difference)
    )
    items = [_item(jobs, most_dollars, most_credits) for jobs in shown]
    words = (
        "For each model the sample job that moves most money. A bar to the right costs more, a bar "
        "to the left less; all bars of a column have one scale."
    )
    left_out = sum(map(len, groups[MAX_BARS:]))
    more = f"{plural(left_out, 'further model')} in the table of sample jobs." if left_out else ""
    return section(
        "effects",
        "What it does to a job",
        element("p", words),
        element("ul", *items, class_="effects"),
        element("p", more) if more else NOTHING,
    )


def largest_jobs(found: Comparison) -> list[Impact]:
    """For each model the job with the largest difference, prices in force before later ones."""
    largest: dict[tuple[str, str], Impact] = {}
    for job in found.jobs:
        is_moved = _dollar_difference(job) or _credit_difference(job)
        if is_over(job.period) or not job.is_comparable or not is_moved:
            continue
        key = job.provider, job.model
        if key not in largest or job_rank(job) > job_rank(largest[key]):
            largest[key] = job
    return sorted(largest.values(), key=job_rank, reverse=True)


def _alike(jobs: Sequence[Impact]) -> list[list[Impact]]:
    """The jobs in their order; those of more than four models that move alike are one bar."""
    alike: dict[tuple[object, ...], list[Impact]] = {}
    for job in jobs:
        customer = job.old.client_pico_usd, job.new.client_pico_usd
        moved = job.move, customer, tuple(job.credit_moves)
        alike.setdefault((job.workload.name, job.period, *moved), []).append(job)
    groups: list[list[Impact]] = []
    for found in alike.values():
        groups += [found] if len(found) > MAX_ALIKE else ([job] for job in found)
    return sorted(groups, key=lambda group: job_rank(group[0]), reverse=True)


def _dollar_difference(job: Impact) -> int:
    """How many picodollars more a job costs."""
    return paid_move(job).difference_pico_usd


def _credit_difference(job: Impact) -> int:
    """How many more credits are charged for a job, in the budget mode where they move most."""
    largest = change_text.largest_credit_move(job)
    return largest.new - largest.old


def _item(jobs: Sequence[Impact], most_dollars: int, most_credits: int) -> Markup:
    job, names = jobs[0], [f"{one.provider}/{one.model}" for one in jobs]
    paid = paid_move(job)
    costs = dollars(paid.old_pico_usd), dollars(paid.new_pico_usd)
    credit = change_text.largest_credit_move(job)
    charged = f"{before_and_now(count(credit.old), count(credit.new))} credits"
    if credit.old == credit.new:
        charged = f"{plural(credit.new, 'credit')}, as before"
    period = f"{job.period}, " if job.period else ""
    title = model_name(names[0]) if len(names) == 1 else f"{count(len(names))} models"
    further = len(names) - MAX_NAMES
    shown = [*names[:MAX_NAMES], *([f"and {count(further)} more"] if further > 0 else ())]
    listed = folded_list(f"{names[0]} and {count(len(names) - 1)} more", shown)
    name = joined(
        element("h3", title),
        listed if len(names) > 1 else NOTHING,
        element("p", f"{period}{short_job(job)}", class_="job"),
    )
    payer = "customer pays " if paid.by_customer else ""
    return element(
        "li",
        element("div", name),
        _amount(
            payer + before_and_now(*costs),
            move_words(paid.move),
            direction(paid.move),
            Fraction(paid.difference_pico_usd, most_dollars),
        ),
        _amount(
            charged,
            f"{credit.new - credit.old:+,}" if credit.old != credit.new else "",
            "up" if credit.new > credit.old else "down" if credit.new < credit.old else "same",
            Fraction(credit.new - credit.old, most_credits),
        ),
    )


def _amount(words: str, moved: str, kind: str, share: Fraction) -> Markup:
    """A figure before and now, how far it moved, and its bar."""
    figures = joined(element("span", words), element("b", moved, class_=kind))
    return element("div", element("p", figures, class_="amount"), bar(share, kind))


def bar(share: Fraction, kind: str) -> Markup:
    """A bar from the middle: to the right for more, to the left for less; -1 to 1 is its length.

    Its length stands in the words beside it, so that it says nothing to a screen reader.
    """
    length = max(abs(share) * _HALF, _THINNEST) if share else Fraction(0)
    start = _HALF - length if share < 0 else Fraction(_HALF)
    height = "8"
    return element(
        "svg",
        element("rect", width="200", height=height, class_="track"),
        element("rect", x=_number(start), width=_number(length), height=height, class_=kind)
        if share
        else NOTHING,
        element("rect", x="99.7", y="-1", width="0.6", height="10", class_="zero"),
        class_="bar",
        viewBox="0 0 200 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _number(length: Fraction) -> str:
    return f"{float(length):.4g}"
