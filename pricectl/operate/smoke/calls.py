"""The calls of a smoke test: which are made, and what each answer and the whole showed."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pricectl.core import Catalog, Mode, PricingError, Profile, Usage, find, quote
from pricectl.core.credits import BUDGET_MODES, Basis, BudgetMode
from pricectl.core.sanity import SEED_MODELS
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.operate.cheapest import cheapest_chat_models

UNKNOWN_MODEL = "smoke-test-of-an-unknown-name"
PROMPT = "Answer with the single word: ready"
_TYPICAL = Usage(1_000, 500)
# The mode whose credits have the most inputs is called first: its failure says most.
_ORDER: tuple[Basis, ...] = ("cost", "tokens", "job")


class Probe(NamedTuple):
    """One call of the checklist.

    Calls of one `job` are charged together, calls of one `key` are one call and its replays.
    `skipped` says why it is not made.
    """

    name: str
    model: str
    mode: Mode | None = None
    job: str = ""
    key: str = ""
    unknown: bool = False
    skipped: str = ""

    @property
    def title(self) -> str:
        """The name as people read it."""
        return self.name.replace("-", " ")


CheckOutcome = Literal["ok", "failed", "skipped"]


class SmokeCheck(NamedTuple):
    """One thing that an answer must show; `note` explains it."""

    name: str
    outcome: CheckOutcome
    expected: str = ""
    actual: str = ""
    note: str = ""


class CallResult(NamedTuple):
    """What one call showed: its checks, our cost in picodollars, the credits it deducted."""

    probe: Probe
    status: int = 0
    checks: tuple[SmokeCheck, ...] = ()
    pico_usd: int | None = None
    credits: int | None = None

    @property
    def outcome(self) -> CheckOutcome:
        """Failed if a check is; skipped if the call was not made."""
        if self.probe.skipped:
            return "skipped"
        return "failed" if any(check.outcome == "failed" for check in self.checks) else "ok"


class SmokeResult(NamedTuple):
    """A smoke test's results, with what they were compared to."""

    url: str
    api: str
    calls: Sequence[CallResult]
    catalog: Catalog
    profile: Profile

    @property
    def failed(self) -> bool:
        """Whether any call failed."""
        return any(call.outcome == "failed" for call in self.calls)

    @property
    def exit_code(self) -> int:
        """How `smoke` ends."""
        return FINDINGS if self.failed else CLEAN

    @property
    def pico_usd(self) -> int:
        """What the calls cost the API's owner, in picodollars, as far as they were answered."""
        return sum(call.pico_usd or 0 for call in self.calls)

    @property
    def credits(self) -> int | None:
        """What the calls took from the account; None where the API charges no credits."""
        deducted = [call.credits for call in self.calls if call.credits is not None]
        return sum(deducted) if deducted else None


def smoke_models(catalog: Catalog, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The cheapest of the names, and the cheapest of another provider. Raises PricingError.

    Without names they are the seed models; if the catalog has none of them, the cheapest that chat.

    >>> text = '{"a": {"big": {"input_cost_per_token": 2e-06}, "mini": {"input_cost_per_token": '
    >>> catalog = Catalog.load(text + '1e-06}}, "b": {"other": {"input_cost_per_token": 3e-06}}}')
    >>> smoke_models(catalog, ["big", "mini", "other"])
    ('mini', 'other')
    """
    matches = {name: find(catalog, name) for name in names or SEED_MODELS}
    known = [name for name, match in matches.items() if not match.is_guess]
    known.sort(key=lambda name: quote(catalog, matches[name], _TYPICAL).pico_usd)
    if not known:
        cheapest = () if names else cheapest_chat_models(catalog)
        if cheapest:
            return cheapest
        missing = "no critical model" if names else "no chat model with a price"
        raise PricingError(
            f"{missing} is in the catalog", next_step="name models to call with --model"
        )
    first = matches[known[0]].model.provider
    elsewhere = [name for name in known if matches[name].model.provider != first]
    return (known[0], *elsewhere[:1])


def plan(models: Sequence[str], unknown: str, run: str, *, charges: bool) -> tuple[Probe, ...]:
    """The checklist for an API that charges credits, or for one that only answers.

    `run` begins the names of this run's jobs and keys. An empty `unknown` leaves that call out.
    """
    first, *further = models
    if not charges:
        return (Probe("cheap-model", first), *_other_models(further), _unknown(unknown))
    main, *modes = sorted(BUDGET_MODES.values(), key=lambda mode: _ORDER.index(mode.basis))
    job = f"{run}-{main.label.lower()}"
    words = [(mode.name, mode.label.lower()) for mode in modes]
    return (
        Probe("cheap-model", first, main.name, job, f"{job}-1"),
        Probe("second-call-of-a-job", first, main.name, job, f"{job}-2"),
        Probe("replay-of-the-first-call", first, main.name, job, f"{job}-1"),
        *(
            _charged(probe, main, f"{run}-model-{index}")
            for index, probe in enumerate(_other_models(further))
        ),
        _charged(_unknown(unknown), main, f"{run}-unknown"),
        *(
            Probe(
                f"{word}-credits{again}", first, mode, f"{run}-{word}s", f"{run}-{word}s-{number}"
            )
            for mode, word in words
            for number, again in ((1, ""), (2, "-again"))
        ),
    )


def _other_models(names: Sequence[str]) -> list[Probe]:
    if not names:
        return [Probe("second-provider", "", skipped="name a second model with --model")]
    return [Probe("second-provider", names[0]), *(Probe("another-model", it) for it in names[1:])]


def _unknown(name: str) -> Probe:
    reason = "" if name else "this API chooses its models; name one it falls back for, --unknown"
    return Probe("unknown-model", name, unknown=True, skipped=reason)


def _charged(probe: Probe, mode: BudgetMode, job: str) -> Probe:
    return probe._replace(mode=mode.name, job=job, key=job)
