"""The largest effects of a comparison, in money and in credits."""

from typing import Any, Literal, NamedTuple

from pricectl.changes import Comparison, Impact, Move
from pricectl.changes.change import CreditMove
from pricectl.changes.periods import is_over
from pricectl.core.labels import clean, count, dollar_text, percent
from pricectl.core.money import usd
from pricectl.report import changes as change_text
from pricectl.report.changes import ARROW


class MoneyEffect(NamedTuple):
    """What a model costs before and now, where that moves most; amounts in picodollars.

    `basis` says what was priced: a sample job of the provider's prices, the same as the customer
    pays it (where the settings changed), or a team's own usage. `period` is "" for prices in force,
    "from DAY" for later ones. `percent` is signed text, "new" where there was no price.
    """

    basis: Literal["sample job", "customer's sample job", "usage"]
    provider: str
    model: str
    job: str
    period: str
    old_pico_usd: int | None
    new_pico_usd: int | None
    percent: str
    sign: str

    @property
    def where(self) -> str:
        """The model, the period and the job; names are as the catalog has them."""
        return _where(self)

    @property
    def dollars(self) -> str:
        """What it costs before and now."""
        old, new = (
            change_text.NO_PRICE if pico is None else dollar_text(usd(pico))
            for pico in (self.old_pico_usd, self.new_pico_usd)
        )
        return f"{old} {ARROW} {new}"

    @property
    def payer(self) -> str:
        """Who pays that, where it is not the team."""
        return "the customer pays " if self.basis == "customer's sample job" else ""

    @property
    def text(self) -> str:
        """The effect in one sentence."""
        return f"{self.where}: {self.payer}{self.dollars}, {self.percent} {self.sign}"

    def document(self) -> dict[str, Any]:
        """The effect for programs; amounts are decimal strings."""
        old, new = (
            None if pico is None else usd(pico) for pico in (self.old_pico_usd, self.new_pico_usd)
        )
        return {
            "basis": self.basis,
            "provider": self.provider,
            "model": self.model,
            "job": self.job,
            "period": self.period,
            "old_usd": old,
            "new_usd": new,
            "percent": self.percent,
        }


class CreditEffect(NamedTuple):
    """The whole credits that a job is charged before and now, where they move most."""

    provider: str
    model: str
    job: str
    period: str
    mode: str
    old: int
    new: int
    percent: str

    @property
    def where(self) -> str:
        """The model, the period and the job; names are as the catalog has them."""
        return _where(self)

    @property
    def text(self) -> str:
        """The effect in one sentence."""
        moved = f"{count(self.old)} {ARROW} {count(self.new)} cr of {self.mode}"
        return f"{self.where}: {moved}, {self.percent}"


def _where(effect: MoneyEffect | CreditEffect) -> str:
    period = f" {effect.period}" if effect.period else ""
    return f"{effect.provider}/{effect.model}{period}, {effect.job}"


class PaidMove(NamedTuple):
    """What a job cost and costs, in picodollars, and how far that moved.

    That is what the provider charges; what the customer pays (`by_customer`) where the provider's
    price stays. `move` may be in smaller parts, so that it is exact.
    """

    old_pico_usd: int | None
    new_pico_usd: int | None
    move: Move
    by_customer: bool

    @property
    def difference_pico_usd(self) -> int:
        """How much more the job costs now."""
        return (self.new_pico_usd or 0) - (self.old_pico_usd or 0)


def paid_move(job: Impact) -> PaidMove:
    """What a job cost and costs, whoever pays it."""
    if job.move.difference_pico_usd:
        return PaidMove(*job.move, job.move, by_customer=False)
    customer = job.old.client_pico_usd, job.new.client_pico_usd
    return PaidMove(*customer, job.customer_move, by_customer=True)


class MoneyRank(NamedTuple):
    """How much money a job moves, the larger the more it matters.

    In force before a later day, a name that had a row of its own, a job of the team's own before
    one that was made for a single price, a price that moved before a first one; then the dollars.
    """

    is_in_force: bool
    is_own_row: bool
    is_sample: bool
    had_price: bool
    pico_usd: int


NO_MONEY = MoneyRank(
    is_in_force=False, is_own_row=False, is_sample=False, had_price=False, pico_usd=0
)


def _rank(job: Impact, old_pico_usd: int | None, new_pico_usd: int | None) -> MoneyRank:
    return MoneyRank(
        not job.period,
        job.old.quote.match.is_own_row,
        not job.for_one_price,
        old_pico_usd is not None,
        abs((new_pico_usd or 0) - (old_pico_usd or 0)),
    )


def job_rank(job: Impact) -> tuple[bool, MoneyRank]:
    """The rank of a job: what the provider charges before what the customer alone pays."""
    paid = paid_move(job)
    return not paid.by_customer, _rank(job, paid.old_pico_usd, paid.new_pico_usd)


def rows_by_money(found: Comparison) -> dict[tuple[str, str], MoneyRank]:
    """The rank of the job that matters most, by provider and model."""
    ranks: dict[tuple[str, str], MoneyRank] = {}
    for job in found.impact:
        if job.is_comparable and not is_over(job.period) and job.move.difference_pico_usd:
            row, rank = (job.provider, job.model), _rank(job, *job.move)
            ranks[row] = max(ranks.get(row, rank), rank)
    return ranks


def largest_money(found: Comparison, *, later: bool) -> MoneyEffect | None:
    """The sample job that moves most money, by prices in force or by `later` ones.

    Others only where no such job moved: one whose name a similar row answered, one that was
    made for a single price, one that had no price, one of a profile whose provider costs the same.
    A guess that is replaced has no effect that can be known.
    """
    moved = [
        job
        for job in _comparable_jobs(found, later=later)
        if job.move.difference_pico_usd or job.customer_move.difference_pico_usd
    ]
    job = max(moved, key=job_rank, default=None)
    if job is None:
        return None
    paid = paid_move(job)
    return MoneyEffect(
        "customer's sample job" if paid.by_customer else "sample job",
        job.provider,
        job.model,
        short_job(job),
        job.period,
        paid.old_pico_usd,
        paid.new_pico_usd,
        change_text.percent_text(paid.move),
        change_text.arrow(paid.move),
    )


def largest_credits(found: Comparison) -> CreditEffect | None:
    """The job and budget mode whose credits move most, by prices in force before later ones."""

    def rank(job: Impact, move: CreditMove) -> tuple[bool, bool, bool, bool, int]:
        size, is_own_row = abs(move.new - move.old), job.old.quote.match.is_own_row
        return not job.period, is_own_row, not job.for_one_price, _had_price(job), size

    moved = [
        (job, move)
        for later in (False, True)
        for job in _comparable_jobs(found, later=later)
        for move in job.credit_moves
        if move.old != move.new
    ]
    if not moved:
        return None
    job, move = max(moved, key=lambda pair: rank(*pair))
    where = (job.provider, job.model, short_job(job), job.period)
    moved_percent = percent(move.old, move.new) if _had_price(job) else percent(0, move.new)
    return CreditEffect(*where, *move, moved_percent)


def _had_price(job: Impact) -> bool:
    return job.move.old_pico_usd is not None or bool(job.old.exact_client_pico_usd)


def _comparable_jobs(found: Comparison, *, later: bool) -> list[Impact]:
    return [
        job
        for job in found.jobs
        if job.is_comparable and bool(job.period) == later and not is_over(job.period)
    ]


def short_job(job: Impact) -> str:
    """The name of a sample job without the counts in parentheses.

    Names come from the settings or from the units, so they are as safe as those of a catalog.
    """
    start, _, counts = job.workload.name.partition(" (")
    return clean(start + counts.partition(")")[2])
