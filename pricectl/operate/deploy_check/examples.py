"""Whether the critical models are there, and what sample jobs cost in all budget modes.

Announced prices are checked before they begin, so that no date makes a catalog unsafe.
"""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from pricectl.changes.periods import PricePeriod, price_periods
from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.core.labels import count
from pricectl.core.lookup import find
from pricectl.core.model import Match, Model
from pricectl.core.money import usd
from pricectl.core.sanity import priced_units
from pricectl.core.usage import Usage
from pricectl.operate.deploy_check.checklist import Candidate, DeployCheckItem
from pricectl.policy import Workload

PRESENT = ("exact", "alias", "case")
TYPICAL = Usage(1_000, 500)


def critical(candidate: Candidate, catalog: Catalog) -> DeployCheckItem:
    """Each critical model by a row of its own, with an input and an output price at any date."""
    names = candidate.policy.critical
    if not names:
        return DeployCheckItem("critical", "note", "the settings name no critical models")
    troubles = [f"{name}: {why}" for name in names if (why := _missing(catalog, name, candidate))]
    if troubles:
        said = f"{count(len(troubles))} of {count(len(names))} critical models"
        return DeployCheckItem("critical", "failed", f"{said} cannot be priced", tuple(troubles))
    said = f"all {count(len(names))} present with prices: {', '.join(names)}"
    return DeployCheckItem("critical", "ok", said)


def _missing(catalog: Catalog, name: str, candidate: Candidate) -> str:
    match = find(catalog, name)
    if match.how not in PRESENT:
        return "no row" if match.how == "default" else f"only a partial match: {match.model.name}"
    sold = _sold(catalog, match)
    for period in _coming(find(catalog, sold).model, candidate):
        found = quote(catalog, sold, TYPICAL, at=period.at)
        if found.unpriced:
            units = ", ".join(line.unit for line in found.unpriced)
            return f"no price for {units} {period.name}".strip()
        if not all(line.pico_usd for line in found.lines) and not _is_free(found):
            return f"a price of zero {period.name}".strip() + ", and nothing says that it is free"
    return ""


def _sold(catalog: Catalog, match: Match) -> str:
    """The name that is charged: of a retired row without prices its successor, if that has some."""
    row = match.model
    unpriced = not quote(catalog, match.asked, TYPICAL).pico_usd and not row.entry.get("free")
    if row.entry.get("retired") is True and unpriced and priced_units(catalog, match.asked):
        return str(row.entry["successor"])
    return match.asked


def _coming(model: Model, candidate: Candidate) -> Iterator[PricePeriod]:
    """The instant that is looked at, then the first of every price list that comes after it."""
    for period in price_periods((model,), candidate.at):
        if not period.name.startswith("until"):
            yield period


def _is_free(found: Quote) -> bool:
    return bool(found.match.model.entry.get("free") or found.prices.entry.get("free"))


def examples(candidate: Candidate, catalog: Catalog) -> DeployCheckItem:
    """What the sample jobs cost and are charged, in every budget mode."""
    priced = [name for name in candidate.policy.critical if find(catalog, name).how in PRESENT]
    jobs = [(name, work) for name in priced for work in candidate.policy.workloads]
    if not jobs:
        return DeployCheckItem(
            "examples", "note", "nothing to work out: no critical model, or no workload"
        )
    lines, wrong, unpaid = [], [], []
    for name, work in jobs:
        job = _job(catalog, name, work, candidate, candidate.at)
        lines.append(_worked(name, work, job))
        for period in _coming(job.quote.match.model, candidate):
            told = ", ".join(filter(None, (name, work.name, period.name)))
            then = _job(catalog, name, work, candidate, period.at)
            wrong += [f"{told}: {why}" for why in _wrong(then, work)]
        if any(mode.exact and not mode.charged for mode in job.credits):
            unpaid.append(lines[-1])
    if wrong:
        return DeployCheckItem(
            "examples", "failed", f"{count(len(wrong))} do not add up", tuple(wrong)
        )
    if unpaid:
        said = f"{count(len(unpaid))} of {count(len(jobs))} jobs are charged 0 credits"
        return DeployCheckItem("examples", "note", f"{said}, as the profile says", tuple(unpaid))
    said = (
        f"{count(len(jobs))} sample jobs add up, in money and in the credits of "
        f"all {count(len(BUDGET_MODES))} modes"
    )
    return DeployCheckItem("examples", "ok", said, tuple(lines))


def _job(
    catalog: Catalog, name: str, work: Workload, candidate: Candidate, at: datetime | None
) -> Estimate:
    sold = _sold(catalog, find(catalog, name))
    call = quote(catalog, sold, work.usage, service=work.service, at=at)
    return Estimate(call, work.calls, candidate.profile)


def _worked(name: str, work: Workload, job: Estimate) -> str:
    charged = ", ".join(f"{mode.mode} {count(mode.charged)}" for mode in job.credits)
    return f"{name}, {work.name}: ${usd(job.pico_usd)}; credits: {charged}"


def _wrong(job: Estimate, work: Workload) -> Iterator[str]:
    """What must hold for any job, whatever it costs."""
    if job.quote.unpriced:
        yield f"no price for {', '.join(line.unit for line in job.quote.unpriced)}"
    elif not job.pico_usd and not _is_free(job.quote) and work.usage.counts:
        yield "costs nothing"
    if sum(line.pico_usd for line in job.lines) != job.pico_usd:
        yield "its lines do not add up to its cost"
    if job.quote.pico_usd * work.calls != job.pico_usd:
        yield "its calls do not add up to its cost"
    for mode in job.credits:
        most = max(mode.exact + 1, Fraction(job.profile.minimum_credits))
        if not mode.exact - 1 < mode.charged <= most:
            yield f"{mode.mode} charges {mode.charged} for {mode.exact} credits"
