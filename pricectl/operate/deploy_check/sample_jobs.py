"""Whether the critical models are there, and what sample jobs cost in all budget modes.

Announced prices are checked before they begin, so that no date makes a catalog unsafe.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.periods import PricePeriod, price_periods
from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.core.labels import count, dollar_text, plural
from pricectl.core.lookup import find
from pricectl.core.model import SEED_MODELS, Match
from pricectl.core.money import usd
from pricectl.core.sanity import priced_units
from pricectl.core.usage import Usage
from pricectl.operate.cheapest import cheapest_chat_models
from pricectl.operate.deploy_check.checklist import Candidate, DeployCheckItem
from pricectl.policy import Policy, Workload

TYPICAL = Usage(1_000, 500)


class CriticalModel(NamedTuple):
    """A critical name, its row, and the row that is charged: usually the same."""

    name: str
    match: Match
    sold: Match

    @property
    def present(self) -> bool:
        """Whether a row has the name itself, as an alias or in another case."""
        return self.match.is_own_row


def critical_names(policy: Policy, deployed: Catalog | None) -> tuple[str, ...]:
    """The critical models of the settings; without any the seed models that are deployed."""
    return policy.critical or tuple(
        name for name in SEED_MODELS if deployed and priced_units(deployed, name)
    )


def looked_up(names: Sequence[str], catalog: Catalog) -> tuple[CriticalModel, ...]:
    """The models of these names, each looked up once."""
    models = []
    for name in names:
        model = CriticalModel(name, match := find(catalog, name), match)
        # A retired row without prices is charged as its successor, if that has some.
        if (
            model.present
            and match.model.is_retired
            and not match.model.is_free
            and isinstance(successor := match.model.entry.get("successor"), str)
            and not quote(catalog, match, TYPICAL).pico_usd
            and priced_units(catalog, match.asked)
        ):
            model = model._replace(sold=find(catalog, successor))
        models.append(model)
    return tuple(models)


def critical(
    models: Sequence[CriticalModel], catalog: Catalog, candidate: Candidate
) -> DeployCheckItem:
    """Whether each critical model has its own row, with input and output prices at any date."""
    if not models:
        return DeployCheckItem("critical", "note", "no model is critical: none is named")
    reasons = [(model.name, _missing(model, catalog, candidate)) for model in models]
    troubles = tuple(f"{name}: {why}" for name, why in reasons if why)
    if troubles:
        sentence = (
            f"{count(len(troubles))} of {count(len(models))} critical models cannot be priced"
        )
        return DeployCheckItem("critical", "failed", sentence, troubles)
    names = ", ".join(model.name for model in models)
    sentence = f"{plural(len(models), 'model')} with prices: {names}"
    return DeployCheckItem("critical", "ok", sentence)


def _missing(model: CriticalModel, catalog: Catalog, candidate: Candidate) -> str:
    match = model.match
    if not model.present:
        return "no row" if match.is_guess else f"only a partial match: {match.model.name}"
    for period in _coming(model, candidate):
        found = quote(catalog, model.sold, TYPICAL, at=period.at)
        if found.unpriced:
            units = ", ".join(line.unit for line in found.unpriced)
            return f"no price for {units} {period.name}".strip()
        if not all(line.pico_usd for line in found.lines) and not _is_free(found):
            return f"a price of zero {period.name}".strip() + ", and nothing says that it is free"
    return ""


def _coming(model: CriticalModel, candidate: Candidate) -> Iterator[PricePeriod]:
    """The period of the check, then that of each later price list."""
    for period in price_periods((model.sold.model,), candidate.at):
        if not period.is_past:
            yield period


def _is_free(found: Quote) -> bool:
    return found.match.model.is_free or found.prices.is_free


def examples(
    models: Sequence[CriticalModel], catalog: Catalog, candidate: Candidate
) -> DeployCheckItem:
    """What the sample jobs cost and are charged, in every budget mode.

    Without critical models they are those of the cheapest models.
    """
    models = models or looked_up(cheapest_chat_models(catalog), catalog)
    samples = [
        (model, work) for model in models if model.present for work in candidate.policy.workloads
    ]
    if not samples:
        return DeployCheckItem(
            "examples", "note", "no sample jobs: no model has a price, or there is no workload"
        )
    lines, wrong, unpaid = [], [], []
    for model, work in samples:
        for period in _coming(model, candidate):
            call = quote(catalog, model.sold, work.usage, service=work.service, at=period.at)
            job = Estimate(call, work.calls, candidate.profile, at=period.at)
            sample = ", ".join(filter(None, (model.name, work.name, period.name)))
            wrong += [f"{sample}: {why}" for why in _wrong(job, work)]
            if period.name:
                continue
            # Today's job is the example that is shown.
            charged = ", ".join(f"{mode.mode} {count(mode.charged)}" for mode in job.credits)
            lines.append(f"{sample}: {dollar_text(usd(job.pico_usd))}; credits: {charged}")
            if any(mode.exact and not mode.charged for mode in job.credits):
                unpaid.append(lines[-1])
    if wrong:
        return DeployCheckItem(
            "examples", "failed", f"{count(len(wrong))} do not add up", tuple(wrong)
        )
    if unpaid:
        sentence = f"{count(len(unpaid))} of {count(len(samples))} jobs are charged 0 credits"
        return DeployCheckItem(
            "examples", "note", f"{sentence}, as the profile says", tuple(unpaid)
        )
    sentence = (
        f"{count(len(samples))} sample jobs add up, in money and in the credits of "
        f"all {count(len(BUDGET_MODES))} modes"
    )
    return DeployCheckItem("examples", "ok", sentence, tuple(lines))


def _wrong(job: Estimate, work: Workload) -> Iterator[str]:
    """The invariants that a job violates, whatever it costs."""
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
