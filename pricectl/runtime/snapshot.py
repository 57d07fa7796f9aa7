"""The values the runtime hands out: all frozen, all of one version."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from pricectl import __version__
from pricectl.core.calculator import Quote
from pricectl.core.catalog import Catalog, build
from pricectl.core.credits import NO_JOB, Job, Mode, before_call
from pricectl.core.customer_price import CustomerPrice, customer_price, stated_cost
from pricectl.core.estimate import Estimate
from pricectl.core.fallback import Fallback
from pricectl.core.model import Match
from pricectl.core.prices import Problem
from pricectl.core.profile import Profile
from pricectl.flags import LAYER_FLAGS, SETTINGS_ERROR, Layer
from pricectl.policy import NO_PROFILE, Policy

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

Status = Literal["reloaded", "unchanged", "refused"]
# Prefixes of `reason` for a reload that worked with a problem.
SETTINGS_REASON = "the settings have a fault"
NOT_ANNOUNCED_REASON = "the other workers were not told"
STATUSES: tuple[Status, ...] = ("reloaded", "unchanged", "refused")


class Reason(str):
    """A sentence for the log, which names files with their folders.

    `public` is the same without folders, for those who may not know them.
    """

    __slots__ = ("public",)
    public: str

    def __new__(cls, text: str = "", public: str | None = None) -> Self:
        """Without `public` the sentence names no folder."""
        reason = super().__new__(cls, text)
        reason.public = text if public is None else public
        return reason

    @classmethod
    def of(cls, text: str) -> "Reason":
        """The text as a Reason; a plain text, which names no folder, has nothing to hide."""
        return text if isinstance(text, Reason) else cls(text)

    def under(self, prefix: str) -> "Reason":
        """The same as the detail of a more general reason."""
        public = f"{prefix}: {self.public}" if self.public else prefix
        return Reason(f"{prefix}: {self}", public)


class Snapshot(NamedTuple):
    """Everything a charge depends on, as one value: prices, their version, credit settings.

    `loaded_at` is in UTC; `generation` counts the reloads of a host; `source` is the file, in words
    for a log. `flags` go with every answer: which layer the prices are from if not from the file,
    and whether the settings have a fault, which `settings_problem` names. `fallback_reason` says
    why the prices are not from the file; `fallback` answers for names that the catalog lacks.
    `has_dated_rules`: a rule of the chosen profile depends on the day of the call.
    """

    catalog: Catalog
    policy: Policy
    generation: int
    layer: Layer
    source: str
    loaded_at: datetime
    calculator_version: str = __version__
    flags: tuple[str, ...] = ()
    settings_problem: str = ""
    fallback: Fallback = Fallback()
    fallback_reason: str = ""
    has_dated_rules: bool = False

    def flagged(self) -> "Snapshot":
        """The same with the flags that its layer and its settings call for."""
        settings = (SETTINGS_ERROR,) if self.settings_problem else ()
        profile = self.profile
        return self._replace(
            flags=LAYER_FLAGS[self.layer] + settings,
            has_dated_rules=profile is not None and profile.is_dated,
        )

    @property
    def sha256(self) -> str:
        """The hash of the catalog's bytes; empty for the default price."""
        return self.catalog.sha256

    @property
    def models(self) -> int:
        """How many rows there are."""
        return len(self.catalog.models)

    @property
    def profile(self) -> Profile | None:
        """The team's credit profile; None if the settings name none that exists.

        Then what a customer is to be charged is not known, and `core.charge` says None, too.
        """
        return self.policy.profiles.get(self.policy.profile)


class Answer(NamedTuple):
    """The cost of a call, the version that priced it, and its flags.

    `flags` are names out of FALLBACKS, empty for a plain answer. `account` is the customer that the
    caller named. `at` is the day or UTC instant that was priced; None where no price and no rule
    depends on it and the caller gave none. `reading` is what the response states, if the call was
    priced from one: its stated cost, the service that was asked for and the one that served it.
    """

    quote: Quote
    snapshot: Snapshot
    flags: tuple[str, ...] = ()
    account: str = ""
    at: date | None = None
    reading: "Reading | None" = None

    @property
    def pico_usd(self) -> int:
        """The provider's cost by the catalog in picodollars (1e-12 USD)."""
        return self.quote.pico_usd

    @property
    def price(self) -> CustomerPrice | None:
        """The list, contract and customer price; None where the settings choose no profile.

        Pass it to `core.charge`, so that a job counts the rules of the profile.
        """
        profile = self.snapshot.profile
        if profile is None:
            return None
        return customer_price(
            self.quote,
            profile,
            account=self.account,
            at=self.at,
            stated=stated_cost(self.reading),
        )

    @property
    def match(self) -> Match:
        """The row that answered, and how it was found."""
        return self.quote.match

    @property
    def catalog_sha256(self) -> str:
        """The hash of the catalog that priced the call."""
        return self.snapshot.sha256

    @property
    def generation(self) -> int:
        """The generation that priced the call."""
        return self.snapshot.generation

    @property
    def calculator_version(self) -> str:
        """The version of the calculator."""
        return self.snapshot.calculator_version

    def record(self, *, mode: Mode | None = None, before: Job = NO_JOB) -> dict[str, Any]:
        """The charge as JSON values, from which `pricectl explain --record` repeats it later.

        It has the name as it was asked for, the counts, the rates, the flags, the version of the
        catalog and of the calculator, and how the customer is charged by the profile in use; of
        the caller only what was passed, such as the account.

        Args:
            mode: the budget mode that the customer is charged by; None: each of them.
            before: what the job had used before this call, as `charge` returned it.

        Raises BadProfile for a mode that does not exist.

        >>> import json
        >>> from pricectl.core import Usage
        >>> from pricectl.runtime import quote
        >>> record = quote("gpt-4o", Usage(1000, 500)).record(mode="consumption_usd")
        >>> record["usd"], record["charge"]["credits"]
        ('0.0075', {'consumption_usd': {'before': 0, 'after': 1, 'deducted': 1}})
        >>> len(json.dumps(record)) < 3000
        True
        """
        from pricectl.records import record_of

        snapshot, profile = self.snapshot, self.snapshot.profile
        charge = None
        if profile is not None:
            before = before_call(before, profile)
            charge = Estimate(
                self.quote, 1, profile, self.reading, self.account, self.at, before=before
            )
        return record_of(
            self.quote,
            written_at=datetime.now(UTC),
            calculator=self.calculator_version,
            at=self.at,
            flags=self.flags,
            reading=self.reading,
            prices={"layer": snapshot.layer, "generation": snapshot.generation},
            charge=charge,
            modes=() if mode is None else (mode,),
        )


class ReloadResult(NamedTuple):
    """What a reload did, and what is active now: models, version (a SHA-256), generation.

    `reason` says why it was refused, or is a warning; `findings` are the first problems of a
    refused catalog.
    """

    status: Status
    models: int
    version: str
    generation: int
    reason: str = ""
    findings: tuple[Problem, ...] = ()


class Metrics(NamedTuple):
    """Counters since the process began, for a monitor; every kind is there from the start.

    `unknown_names` is how many distinct names no row answered, 10,000 at most.
    """

    fallbacks: Mapping[str, int]
    reloads: Mapping[str, int]
    last_reload_ok: bool
    last_reload_at: datetime | None
    unknown_names: int = 0


# One price for everything; built while there is memory for it.
EMERGENCY = Snapshot(
    build({}, []), NO_PROFILE, 0, "default", "", datetime.fromtimestamp(0, UTC)
).flagged()
