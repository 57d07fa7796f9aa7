"""Which calls prove that a deployed API prices and charges as it should. Floor 1."""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.core import Catalog, Mode, PricingError, Usage, find, quote

UNKNOWN_MODEL = "smoke-test-of-an-unknown-name"
PROMPT = "Answer with the single word: ready"
_TYPICAL = Usage(1_000, 500)


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
    others = [name for name in known if find(catalog, name).model.provider != first]
    return (known[0], *others[:1])


def plan(models: Sequence[str], unknown: str, run: str, *, charges: bool) -> tuple[Probe, ...]:
    """The checklist for an API that charges credits, or for one that only answers.

    `run` makes jobs and keys those of this run. An empty `unknown` leaves that call out.
    """
    first, *others = models
    if not charges:
        return (Probe("cheap-model", first), *_other_models(others), _unknown(unknown))
    usd, tokens, jobs = (f"{run}-{word}" for word in ("usd", "tokens", "jobs"))
    return (
        Probe("cheap-model", first, "consumption_usd", usd, f"{usd}-1"),
        Probe("second-call-of-a-job", first, "consumption_usd", usd, f"{usd}-2"),
        Probe("replay-of-the-first-call", first, "consumption_usd", usd, f"{usd}-1"),
        *(
            _charged(probe, f"{run}-model-{index}")
            for index, probe in enumerate(_other_models(others))
        ),
        _charged(_unknown(unknown), f"{run}-unknown"),
        Probe("token-credits", first, "consumption_tokens", tokens, f"{tokens}-1"),
        Probe("token-credits-again", first, "consumption_tokens", tokens, f"{tokens}-2"),
        Probe("job-credits", first, "job_based", jobs, f"{jobs}-1"),
        Probe("job-credits-again", first, "job_based", jobs, f"{jobs}-2"),
    )


def _other_models(names: Sequence[str]) -> list[Probe]:
    if not names:
        return [Probe("second-provider", "", skipped="name a second model with --model")]
    return [Probe("second-provider", names[0]), *(Probe("another-model", it) for it in names[1:])]


def _unknown(name: str) -> Probe:
    reason = "" if name else "this API chooses its models; name one it falls back for, --unknown"
    return Probe("unknown-model", name, unknown=True, skipped=reason)


def _charged(probe: Probe, job: str) -> Probe:
    return probe._replace(mode="consumption_usd", job=job, key=job)
