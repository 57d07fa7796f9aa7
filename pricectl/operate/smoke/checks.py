"""Checks of an API's answers: whether they report what our own quote of the same usage says."""

from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from http import HTTPStatus
from typing import Any

from pricectl.core import BadUsage, Catalog, Job, Profile, Quote, charge, quote
from pricectl.core.customer_price import customer_price
from pricectl.core.labels import dollar_text
from pricectl.core.money import divide, usd
from pricectl.core.responses.values import dollars
from pricectl.operate.smoke.apis import ApiKind, Reply, ReportedCall
from pricectl.operate.smoke.calls import CallResult, Probe, SmokeCheck

# Costs that an API rounds to eight decimals agree with ours to that many.
PICO_PER_EIGHTH_DECIMAL = 10_000
SHA_CHARACTERS = 12
_SUCCESS = range(200, 300)


class AnswerChecker:
    """Compares answers with a catalog and a credit profile, in the order of the calls.

    Calls are priced at the instant that `clock` gives when their answers are checked, so that a
    dated price that took effect is expected; without a clock, as the rows stand.

    It keeps what earlier answers of the run determine for later ones: the running total of each
    job, the balance, what a replay must repeat.
    """

    def __init__(
        self,
        api: ApiKind,
        catalog: Catalog,
        profile: Profile,
        clock: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._api, self._catalog, self._profile = api, catalog, profile
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._answers: dict[str, ReportedCall] = {}
        self._balance: int | None = None

    def check(self, probe: Probe, reply: Reply) -> CallResult:
        """What the reply to a call shows; of a failed call only its status."""
        status = _status(reply, self._api.path)
        if status.outcome == "failed":
            return CallResult(probe, reply.status, (status,))
        reported = self._api.read(reply)
        checks = [status, _completion(reported), _usage(reported)]
        first = self._answers.get(probe.key) if probe.key else None
        if first is not None:
            checks.append(_replay(first, reported))
            return CallResult(probe, reply.status, tuple(checks))
        if probe.key:
            self._answers[probe.key] = reported
        if isinstance(reported.reading, BadUsage):
            self._balance = _whole(reported.balance)
            return CallResult(probe, reply.status, tuple(checks), credits=_whole(reported.credits))
        reading = reported.reading
        call = quote(
            self._catalog,
            probe.model,
            reading.usage,
            service=reading.service or None,
            region=reading.region or None,
            at=self._clock(),
        )
        checks += self._charged(probe, call, reported)
        deducted = _whole(reported.credits)
        return CallResult(probe, reply.status, tuple(checks), call.pico_usd, deducted)

    def _charged(self, probe: Probe, call: Quote, reported: ReportedCall) -> Iterator[SmokeCheck]:
        must = self._api.charges
        yield _cost("cost", Fraction(call.pico_usd), reported.cost, must=must)
        if must:
            price = customer_price(call, self._profile, at=self._clock())
            yield _cost("client-cost", price.customer_pico_usd, reported.client_cost, must=False)
            yield self._credits(probe, call, reported)
            before, after = self._balance, _whole(reported.balance)
            deducted, self._balance = _whole(reported.credits), after
            # Only calls of this run may change the balance, and a replay must not.
            if before is not None and after is not None and deducted is not None:
                note = "something else was charged; does the smoke test have an account of its own?"
                yield _same("balance", str(before - deducted), str(after), note)
        if call.guessed and not probe.unknown:
            note = "no row has this name; see 'pricectl models'"
            yield SmokeCheck("match", "failed", "a row of the catalog", "the default price", note)
        elif reported.match:
            yield _same("match", call.match.how, reported.match)
        if reported.sha256:
            note = "the API prices by another catalog; --file names the deployed one"
            ours, theirs = self._catalog.sha256, reported.sha256
            yield _same("catalog", ours[:SHA_CHARACTERS], theirs[:SHA_CHARACTERS], note)

    def _credits(self, probe: Probe, call: Quote, reported: ReportedCall) -> SmokeCheck:
        assert probe.mode  # noqa: S101 - every call of an API that charges has one
        before = self._jobs.get(probe.job, Job())
        self._jobs[probe.job], owed = charge(
            before, call, probe.mode, self._profile, at=self._clock()
        )
        note = f"{probe.mode}; a job's total is rounded, not each call" if before.used else ""
        note = note or f"{probe.mode}, profile {self._profile.name}"
        if reported.credits is None:
            return SmokeCheck(
                "credits", "failed", str(owed), "nothing", "credits_deducted is missing"
            )
        return _same("credits", str(owed), _value_text(reported.credits), note)


def _status(reply: Reply, path: str) -> SmokeCheck:
    expected = "a status of 200 to 299"
    if reply.status in _SUCCESS and reply.body is not None:
        return SmokeCheck("status", "ok", expected, str(reply.status))
    if reply.status in _SUCCESS:
        return SmokeCheck("status", "failed", "a JSON body", "none", reply.error)
    # An API may lack the path, and one that has it may lack the model.
    asked = f"asked was POST {path}" if reply.status == HTTPStatus.NOT_FOUND else ""
    note = "; ".join(filter(None, (reply.error, asked)))
    return SmokeCheck("status", "failed", expected, str(reply.status or "no answer"), note)


def _completion(reported: ReportedCall) -> SmokeCheck:
    if reported.failure:
        return SmokeCheck("completion", "failed", "a text", reported.failure)
    found = bool(reported.completion.strip())
    return SmokeCheck(
        "completion", "ok" if found else "failed", "a text", "a text" if found else "none"
    )


def _usage(reported: ReportedCall) -> SmokeCheck:
    expected = "what the call used"
    if isinstance(reported.reading, BadUsage):
        return SmokeCheck("usage", "failed", expected, str(reported.reading))
    usage, signals = reported.reading.usage, ", ".join(reported.reading.signals)
    counts = f"{usage.input_tokens} in, {usage.output_tokens} out"
    note = f"no price covers {signals}" if signals else ""
    return SmokeCheck("usage", "ok" if usage.counts else "failed", expected, counts, note)


def _cost(name: str, exact: Fraction, value: Any, *, must: bool) -> SmokeCheck:
    expected = dollar_text(usd(divide(exact.numerator, exact.denominator, "half-even")))
    if value is None:
        return SmokeCheck(
            name, "failed" if must else "skipped", expected, "nothing", "not reported"
        )
    try:
        theirs = dollars(value, name)
    except BadUsage as error:
        return SmokeCheck(name, "failed", expected, _value_text(value), error.what)
    apart = abs(theirs - exact)
    if apart < 1:  # a markup may end between two picodollars
        return SmokeCheck(name, "ok", expected, dollar_text(usd(theirs)), "exact")
    if theirs % PICO_PER_EIGHTH_DECIMAL == 0 and apart <= PICO_PER_EIGHTH_DECIMAL:
        return SmokeCheck(name, "ok", expected, dollar_text(usd(theirs)), "rounded to 8 decimals")
    return SmokeCheck(name, "failed", expected, dollar_text(usd(theirs)))


def _same(name: str, expected: str, actual: str, note: str = "") -> SmokeCheck:
    if expected == actual:
        return SmokeCheck(name, "ok", expected, actual)
    return SmokeCheck(name, "failed", expected, actual, note)


def _replay(first: ReportedCall, again: ReportedCall) -> SmokeCheck:
    reported = {
        "credits": (first.credits, again.credits),
        "balance": (first.balance, again.balance),
        "cost": (first.cost, again.cost),
        "completion": (first.completion, again.completion),
    }
    differing = [name for name, (one, other) in reported.items() if one != other]
    expected = "the same answer, nothing charged"
    if not differing:
        return SmokeCheck("replay", "ok", expected, "the same")
    name = differing[0]
    one, other = map(_value_text, reported[name])
    note = f"{name} was {one} and is {other}; an idempotency key must be charged once"
    return SmokeCheck("replay", "failed", expected, f"another {', '.join(differing)}", note)


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _value_text(value: Any) -> str:
    return f"{value!s:.60}"
