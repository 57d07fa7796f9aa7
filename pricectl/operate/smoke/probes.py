"""Which calls prove that a deployed API prices and charges as it should."""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.core import Catalog, Mode, PricingError, Usage, find, quote
from pricectl.core.credits import BUDGET_MODES, Basis, BudgetMode

UNKNOWN_MODEL = "smoke-test-of-an-unknown-name"
PROMPT = "Answer with the single word: ready"
_TYPICAL = Usage(1_000, 500)
# The mode whose credits depend on most things is called first: its failure says most.
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


def smoke_models(catalog: Catalog, names: Sequence[str]) -> tuple[str, ...]:
    """The cheapest of the names, and the cheapest of another provider. Raises PricingError.

    >>> text = '{"a": {"big": {"input_cost_per_token": 2e-06}, "mini": {"input_cost_per_token": '
    >>> catalog = Catalog.load(text + '1e-06}}, "b": {"other": {"input_cost_per_token": 3e-06}}}')
    >>> smoke_models(catalog, ["big", "mini", "other"])
    ('mini', 'other')
    """
    known = [name for name in names if find(catalog, name).how != "default"]
    known.sort(key=lambda name: quote(catalog, name, _TYPICAL).pico_usd)
    if not known:
        raise PricingError(
            "no critical model is in the catalog", next_step="name models to call with --model"
        )
    first = find(catalog, known[0]).model.provider
    elsewhere = [name for name in known if find(catalog, name).model.provider != first]
    return (known[0], *elsewhere[:1])


def plan(models: Sequence[str], unknown: str, run: str, *, charges: bool) -> tuple[Probe, ...]:
    """The checklist for an API that charges credits, or for one that only answers.

    `run` makes jobs and keys those of this run. An empty `unknown` leaves that call out.
    """
    first, *further = models
    if not charges:
        return (Probe("cheap-model", first), *_other_models(further), _unknown(unknown))
    main, *modes = sorted(BUDGET_MODES.values(), key=lambda mode: _ORDER.index(mode.basis))
    job = f"{run}-{main.label.lower()}"
    return (
        Probe("cheap-model", first, main.name, job, f"{job}-1"),
        Probe("second-call-of-a-job", first, main.name, job, f"{job}-2"),
        Probe("replay-of-the-first-call", first, main.name, job, f"{job}-1"),
        *(
            _charged(probe, main, f"{run}-model-{index}")
            for index, probe in enumerate(_other_models(further))
        ),
        _charged(_unknown(unknown), main, f"{run}-unknown"),
        *(probe for mode in modes for probe in _two_calls(mode, first, run)),
    )


def _two_calls(mode: BudgetMode, model: str, run: str) -> tuple[Probe, Probe]:
    word = mode.label.lower()
    job = f"{run}-{word}s"
    return (
        Probe(f"{word}-credits", model, mode.name, job, f"{job}-1"),
        Probe(f"{word}-credits-again", model, mode.name, job, f"{job}-2"),
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
