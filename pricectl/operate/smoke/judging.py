"""Whether what an API answered is what our own quote of the same usage says."""

from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pricectl.core import BadUsage, Catalog, Job, Profile, Quote, charge, client_cost, quote
from pricectl.core.money import divide, usd
from pricectl.core.responses import Reading
from pricectl.core.responses.values import dollars
from pricectl.operate.smoke.dialects import Dialect, Reply, Stated
from pricectl.operate.smoke.plan import Probe

Outcome = Literal["ok", "failed", "skipped"]
# Costs that an API rounds to eight decimals agree with ours to that many.
PICO_PER_EIGHTH_DECIMAL = 10_000
SHA_CHARACTERS = 12
_SUCCESS = range(200, 300)


class Check(NamedTuple):
    """One thing an answer must show; `note` says what else is to be known."""

    name: str
    outcome: Outcome
    expected: str = ""
    actual: str = ""
    note: str = ""


class Result(NamedTuple):
    """What one call of the checklist came to: our cost in picodollars, the credits it deducted."""

    probe: Probe
    status: int = 0
    checks: tuple[Check, ...] = ()
    pico_usd: int | None = None
    credits: int | None = None

    @property
    def outcome(self) -> Outcome:
        """Failed if a check is; skipped if the call was not made."""
        if self.probe.skipped:
            return "skipped"
        return "failed" if any(check.outcome == "failed" for check in self.checks) else "ok"


class Judge:
    """Compares answers with a catalog and a credit profile, in the order of the calls.

    Calls are priced at the instant that `clock` says as their answers are judged, so that a price
    which has begun by itself is expected; without a clock, as the rows stand.

    It keeps what earlier answers of the run fix for later ones: the running total of each job, the
    balance, what a replay must repeat.
    """

    def __init__(
        self,
        dialect: Dialect,
        catalog: Catalog,
        profile: Profile,
        clock: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._dialect, self._catalog, self._profile = dialect, catalog, profile
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._answers: dict[str, Stated] = {}
        self._balance: int | None = None

    def judge(self, probe: Probe, reply: Reply) -> Result:
        """What the reply to a call shows; a failed call shows no more than that."""
        status = _status(reply)
        if status.outcome == "failed":
            return Result(probe, reply.status, (status,))
        stated = self._dialect.read(reply)
        checks = [status, _completion(stated), _usage(stated)]
        first = self._answers.get(probe.key) if probe.key else None
        if first is not None:
            checks.append(_replay(first, stated))
            return Result(probe, reply.status, tuple(checks))
        if probe.key:
            self._answers[probe.key] = stated
        if isinstance(stated.reading, BadUsage):
            self._balance = _whole(stated.balance)
            return Result(probe, reply.status, tuple(checks), credits=_whole(stated.credits))
        call = self._quote(probe, stated.reading)
        checks += self._charged(probe, call, stated)
        deducted = _whole(stated.credits)
        return Result(probe, reply.status, tuple(checks), call.pico_usd, deducted)

    def _quote(self, probe: Probe, reading: Reading) -> Quote:
        service, region = reading.service or None, reading.region or None
        return quote(
            self._catalog,
            probe.model,
            reading.usage,
            service=service,
            region=region,
            at=self._clock(),
        )

    def _charged(self, probe: Probe, call: Quote, stated: Stated) -> Iterator[Check]:
        must = self._dialect.charges
        yield _cost("cost", Fraction(call.pico_usd), stated.cost, must=must)
        if must:
            client = client_cost(call.pico_usd, self._profile)
            yield _cost("client-cost", client, stated.client_cost, must=False)
            yield self._credits(probe, call, stated)
            yield from self._balanced(stated)
        yield from _match(probe, call, stated)
        if stated.sha256:
            note = "the API prices by another catalog; --file names the deployed one"
            ours, theirs = self._catalog.sha256, stated.sha256
            yield _same("catalog", ours[:SHA_CHARACTERS], theirs[:SHA_CHARACTERS], note)

    def _credits(self, probe: Probe, call: Quote, stated: Stated) -> Check:
        assert probe.mode  # noqa: S101 - every call of an API that charges has one
        before = self._jobs.get(probe.job, Job())
        self._jobs[probe.job], owed = charge(before, call, probe.mode, self._profile)
        note = f"{probe.mode}; a job's total is rounded, not each call" if before.used else ""
        note = note or f"{probe.mode}, profile {self._profile.name}"
        if stated.credits is None:
            return Check("credits", "failed", str(owed), "nothing", "credits_deducted is missing")
        return _same("credits", str(owed), _shown(stated.credits), note)

    def _balanced(self, stated: Stated) -> Iterator[Check]:
        """Nothing but the calls of this run moves the balance, a replay least of all."""
        before, after, deducted = self._balance, _whole(stated.balance), _whole(stated.credits)
        self._balance = after
        if before is not None and after is not None and deducted is not None:
            note = "something else was charged; does the smoke test have an account of its own?"
            yield _same("balance", str(before - deducted), str(after), note)


def _status(reply: Reply) -> Check:
    expected = "a status of 200 to 299"
    if reply.status in _SUCCESS and reply.body is not None:
        return Check("status", "ok", expected, str(reply.status))
    if reply.status in _SUCCESS:
        return Check("status", "failed", "a JSON body", "none", reply.error)
    return Check("status", "failed", expected, str(reply.status or "no answer"), reply.error)


def _completion(stated: Stated) -> Check:
    if stated.failure:
        return Check("completion", "failed", "a text", stated.failure)
    found = bool(stated.completion.strip())
    return Check("completion", "ok" if found else "failed", "a text", "a text" if found else "none")


def _usage(stated: Stated) -> Check:
    expected = "what the call used"
    if isinstance(stated.reading, BadUsage):
        return Check("usage", "failed", expected, str(stated.reading))
    usage, signals = stated.reading.usage, ", ".join(stated.reading.signals)
    told = f"{usage.input_tokens} in, {usage.output_tokens} out"
    note = f"no price covers {signals}" if signals else ""
    return Check("usage", "ok" if usage.counts else "failed", expected, told, note)


def _match(probe: Probe, call: Quote, stated: Stated) -> Iterator[Check]:
    if call.guessed and not probe.unknown:
        note = "no row has this name; see 'pricectl models'"
        yield Check("match", "failed", "a row of the catalog", "the default price", note)
    elif stated.match:
        yield _same("match", call.match.how, stated.match)


def _cost(name: str, exact: Fraction, value: Any, *, must: bool) -> Check:
    expected = _dollars(exact)
    if value is None:
        return Check(name, "failed" if must else "skipped", expected, "nothing", "not reported")
    try:
        theirs = dollars(value, name)
    except BadUsage as error:
        return Check(name, "failed", expected, _shown(value), error.what)
    apart = abs(theirs - exact)
    if apart < 1:  # a markup may end between two picodollars
        return Check(name, "ok", expected, f"${usd(theirs)}", "exact")
    if theirs % PICO_PER_EIGHTH_DECIMAL == 0 and apart <= PICO_PER_EIGHTH_DECIMAL:
        return Check(name, "ok", expected, f"${usd(theirs)}", "rounded to 8 decimals")
    return Check(name, "failed", expected, f"${usd(theirs)}")


def _dollars(pico_usd: Fraction) -> str:
    return f"${usd(divide(pico_usd.numerator, pico_usd.denominator, 'half-even'))}"


def _same(name: str, expected: str, actual: str, note: str = "") -> Check:
    if expected == actual:
        return Check(name, "ok", expected, actual)
    return Check(name, "failed", expected, actual, note)


def _replay(first: Stated, again: Stated) -> Check:
    told = {
        "credits": (first.credits, again.credits),
        "balance": (first.balance, again.balance),
        "cost": (first.cost, again.cost),
        "completion": (first.completion, again.completion),
    }
    differing = [name for name, (one, other) in told.items() if one != other]
    expected = "the same answer, nothing charged"
    if not differing:
        return Check("replay", "ok", expected, "the same")
    name = differing[0]
    one, other = map(_shown, told[name])
    note = f"{name} was {one} and is {other}; an idempotency key must be charged once"
    return Check("replay", "failed", expected, f"another {', '.join(differing)}", note)


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _shown(value: Any) -> str:
    return f"{value!s:.60}"
