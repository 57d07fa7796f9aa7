"""The values of the settings, with the defaults of a team that has decided nothing."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pricectl.core.errors import PricingError
from pricectl.core.near import meant
from pricectl.core.profile import Profile
from pricectl.core.usage import Usage

if TYPE_CHECKING:  # a quote reads settings, but no bounds
    from pricectl.core.sanity.bounds import Bounds


# What a waiver can name as the value that it accepts.
SettingValue: TypeAlias = bool | int | Decimal | str


class BadSettings(PricingError):
    """An invalid setting."""


class Waiver(NamedTuple):
    """A finding that the team accepts, why, and until when (None: forever).

    `pointer` is a JSON Pointer or the start of one; empty waives the rule everywhere. With a
    `value` it is exact: it holds for this one place, while the value there is the same. What is no
    number, text, true or false has "sha256:PREFIX" of its JSON, and "absent" stands for nothing.
    """

    rule: str
    reason: str
    pointer: str = ""
    expires: date | None = None
    value: SettingValue | None = None


class SeverityOverride(NamedTuple):
    """The severity that a team gives the findings of a rule, at a JSON Pointer and below it.

    Of several that fit, the one with the longest pointer counts, then the last.
    """

    rule: str
    severity: str
    pointer: str = ""

    @property
    def word(self) -> str:
        """The severity as reports call it."""
        return "note" if self.severity == "info" else self.severity


class GateSettings(NamedTuple):
    """Gates that hold without options; an option replaces its gate. Percentages, None for no limit.

    `fail_on` are kinds of findings as in `validate --fail-on`, `fail_on_changes` kinds of changes
    as in `diff --fail-on`. `max_credit_change_percent` is of a job's credits, up or down.
    `max_bill_increase_percent` is of what all customers pay for the team's usage,
    `max_account_increase_percent` of what one of them pays.
    """

    fail_on: tuple[str, ...] = ()
    fail_on_changes: tuple[str, ...] = ()
    max_increase_percent: Decimal | None = None
    max_decrease_percent: Decimal | None = None
    max_credit_change_percent: Decimal | None = None
    max_bill_increase_percent: Decimal | None = None
    max_account_increase_percent: Decimal | None = None


class Workload(NamedTuple):
    """A typical job that shows what a price change costs: `calls` equal calls."""

    name: str
    usage: Usage
    calls: int = 1
    service: str | None = None
    region: str | None = None


class ReplaySettings(NamedTuple):
    """How usage logs of plain columns are read by `replay`.

    `columns` are what a column says, with the column's name, as `--column` has them. `cache` is
    "inside" or "outside": whether the input includes the cached tokens; None: the log tells.
    """

    columns: Mapping[str, str] = MappingProxyType({})
    cache: str | None = None


class RuleLimits(NamedTuple):
    """Limits beyond which the rules report a price or a date; ages in days.

    `highest` and `lowest` are prices by unit, in USD per 1M tokens for units of tokens and in USD
    per unit for others. They only widen the built-in bounds.
    """

    # Above the dearest models sold so far; a price per token written as one per 1M is far higher.
    max_input_usd_per_mtok: Decimal = Decimal(200)
    max_output_usd_per_mtok: Decimal = Decimal(700)
    stale_days: int = 30
    deprecation_days: int = 30
    highest: Mapping[str, Decimal] = MappingProxyType({})
    lowest: Mapping[str, Decimal] = MappingProxyType({})

    @property
    def bounds(self) -> "Bounds":
        """The lowest and highest believable price of each unit, for `core.sanity`."""
        from pricectl.core.sanity.bounds import rate_of, widen

        sides = {
            "input": rate_of(self.max_input_usd_per_mtok, "input"),
            "output": rate_of(self.max_output_usd_per_mtok, "output"),
        }
        return self.widened(widen({}, sides))

    def widened(self, bounds: "Bounds") -> "Bounds":
        """Bounds, widened where `highest` and `lowest` go beyond them."""
        from pricectl.core.sanity.bounds import rate_of, widen

        lowest = {unit: rate_of(price, unit) for unit, price in self.lowest.items()}
        highest = {unit: rate_of(price, unit) for unit, price in self.highest.items()}
        return widen(lowest, highest, bounds)


DEFAULT_WORKLOADS = (
    Workload("chat turn (1,000 in, 500 out)", Usage(1_000, 500)),
    Workload("long document (100,000 in, 2,000 out)", Usage(100_000, 2_000)),
    Workload(
        "cached agent, 20 calls (30,000 in of them 27,000 cached, 800 out)",
        Usage(30_000, 800, cache_read_tokens=27_000),
        calls=20,
    ),
)


class Policy(NamedTuple):
    """All settings of a team.

    `critical`: without names, the seed models of `core.model` that the prices in use know are.
    `source` is the settings file, empty without one. `defines_profile` says that the settings
    define the chosen profile, which is then not the built-in default. `local_price` is by unit, in
    USD per 1M tokens for units of tokens; empty is not set. `service` is the name
    under which processes share their last good copy and their reloads, wherever their files are.
    `usage_file` is the usage log, or its summary, that `diff` prices.
    `feeds` are price lists as `drift --feed` names them, paths relative to the settings file.
    """

    file: str | None = None
    deployed: str | None = None
    reference: str | None = None
    critical: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    profile: str = "default"
    profiles: Mapping[str, Profile] = MappingProxyType({"default": Profile()})
    workloads: tuple[Workload, ...] = DEFAULT_WORKLOADS
    waivers: tuple[Waiver, ...] = ()
    severities: tuple[SeverityOverride, ...] = ()
    gates: GateSettings = GateSettings()
    limits: RuleLimits = RuleLimits()
    fallback: str = "default"
    local_price: Mapping[str, Decimal] = MappingProxyType({})
    source: str = ""
    defines_profile: bool = False
    service: str | None = None
    changelog: str | None = None
    feeds: tuple[str, ...] = ()
    replay: ReplaySettings = ReplaySettings()
    usage_file: str | None = None

    def profile_named(self, name: str | None) -> Profile:
        """The profile of that name; without a name the team's chosen one. Raises BadSettings."""
        wanted = name or self.profile
        if wanted not in self.profiles:
            raise BadSettings(
                f"no profile is called {wanted!r}",
                where=self.source,
                next_step=meant(wanted, self.profiles),
            )
        return self.profiles[wanted]


# For settings that cannot be read at all. The chosen profile does not exist, so that charging a
# customer fails instead of using the default profile, which would resell at cost.
NO_PROFILE = Policy(profile="", profiles=MappingProxyType({}))
