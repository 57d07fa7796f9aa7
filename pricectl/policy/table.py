"""The table of all settings, with the reader of each section.

The readers, the error about an unknown key and the documentation take the keys from here.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.labels import did_you_mean
from pricectl.core.near import meant, near
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import ProfileRule
from pricectl.core.token_kinds import USAGE_ARGUMENTS
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.policy import readers
from pricectl.policy.readers import SettingReader
from pricectl.policy.values import (
    BadSettings,
    GateSettings,
    Policy,
    ReplaySettings,
    RuleLimits,
    SeverityOverride,
    Waiver,
    Workload,
)


class Setting(NamedTuple):
    """One key of the settings and one sentence that explains it.

    `section` is empty at the top. "profiles" is a table of tables by name; "workloads", "waivers",
    "severities" and the "profiles.rules" of a profile are lists of tables. `read` is None where its
    section is read as a whole: profiles with their rules by `core`, workloads below. A workload's
    `usage` has a key for each count. `example` is a value as TOML has it, for the documentation.
    """

    section: str
    key: str
    read: SettingReader | None
    sentence: str
    example: str = ""

    @property
    def default(self) -> Any:
        """Its value if it is not set, from the class of its section. None: it is required."""
        return _VALUES[self.section]._field_defaults.get(self.key)


# What `validate --fail-on` accepts.
FINDING_KINDS = ("error", "warning", "info", "due")
# What `diff --fail-on` accepts; `fail_on` of the settings may name it, too.
CHANGE_KINDS = ("increase", "decrease", "removed", "any")
# How a section's heading is written where it is not its name.
_HEADINGS = {
    "profiles": "profiles.NAME",
    "profiles.rules": "[profiles.NAME.rules]",
    "workloads": "[workloads]",
    "waivers": "[waivers]",
    "severities": "[severities]",
}
# A workload has a key for each count that a call can have.
_WORKLOAD_KEYS = dict.fromkeys(
    (
        "name",
        "calls",
        "service",
        "region",
        "input_tokens",
        "output_tokens",
        *USAGE_ARGUMENTS,
        *UNITS,
    )
)
# The class that holds the values of a section; the defaults are written there only.
_VALUES: Mapping[str, Any] = {
    "": Policy,
    "profiles": Profile,
    "profiles.rules": ProfileRule,
    "limits": RuleLimits,
    "workloads": Workload,
    "waivers": Waiver,
    "severities": SeverityOverride,
    "gates": GateSettings,
    "replay": ReplaySettings,
}


def keys_of(section: str) -> dict[str, Setting]:
    """The settings of a section by key, in the order of the table."""
    return {setting.key: setting for setting in SETTINGS if setting.section == section}


def unknown_setting(names: list[str], section: str, where: str) -> BadSettings:
    """The error for unknown keys of a section, with the near key of the first."""
    return BadSettings(
        f"unknown setting {', '.join(names)}",
        where=where,
        next_step=_meant_key(names[0], section),
    )


def _meant_key(name: str, section: str) -> str:
    """What to write for an unknown key: the near one, else where a key of this name stands."""
    slip = near(name, keys_of(section), slips_percent=25)
    return did_you_mean(*slip) or _where_known(name, section) or meant(name, keys_of(section))


def _where_known(name: str, section: str) -> str:
    """Where a key of another section has to stand; empty for one that no section has."""
    # A limit of the gates may be written without its unit, as its option is.
    names = (name, f"{name}_percent") if name.startswith("max_") else (name,)
    found = [one.section for one in SETTINGS if one.key in names and one.section != section]
    if not found:
        return ""
    places = [f"[{_HEADINGS.get(other, other)}]" if other else "the top" for other in found]
    return f"it belongs to {' or '.join(places)}"


def _section(value: Any, where: str, section: str) -> dict[str, Any]:
    """The values of a table that has the keys of a section. Raises BadSettings."""
    table, known = readers.table(value, where), keys_of(section)
    unknown = sorted(table.keys() - known.keys())
    if unknown:
        raise unknown_setting(unknown, section, where)
    return {
        name: known[name].read(item, f"{where}.{name}")  # type: ignore[misc]
        for name, item in table.items()
    }


def _limits(value: Any, where: str) -> RuleLimits:
    limits = RuleLimits(**_section(value, where, "limits"))
    for unit, lowest in limits.lowest.items():
        if lowest > limits.highest.get(unit, lowest):
            what = f"the lowest price of {unit} is above the highest"
            raise BadSettings(what, where=f"{where}.lowest.{unit}")
    return limits


def _numbered(value: Any, where: str) -> list[tuple[str, Any]]:
    """The items of a list, each with its path."""
    return [(f"{where}[{n}]", item) for n, item in enumerate(readers.array(value, where))]


def _workloads(value: Any, where: str) -> tuple[Workload, ...]:
    workloads = []
    for here, item in _numbered(value, where):
        counts = dict(readers.table(item, here))
        unknown = sorted(counts.keys() - _WORKLOAD_KEYS)
        if unknown:
            step = meant(unknown[0], _WORKLOAD_KEYS)
            raise BadSettings(f"unknown setting {', '.join(unknown)}", where=here, next_step=step)
        # Taken out first: what is left are counts, which Usage checks.
        name, calls = counts.pop("name", None), readers.count(counts.pop("calls", 1))
        words = {word: counts.pop(word, None) for word in ("service", "region")}
        if not isinstance(name, str) or type(calls) is not int or calls < 1:
            raise BadSettings("a workload needs a name, and calls of 1 or more", where=here)
        for key, word in words.items():
            if word is not None and not isinstance(word, str):
                raise BadSettings(f"{key} {word!r:.60} is not a text", where=here)
        try:
            usage = Usage(**{unit: readers.count(amount) for unit, amount in counts.items()})
        except (BadUsage, TypeError) as error:
            raise BadSettings(str(error), where=here) from None
        workloads.append(Workload(name, usage, calls, **words))
    return tuple(workloads)


def _require(members: Mapping[str, Any], name: str, where: str, needed: str) -> None:
    """Check that a section names a rule, and one more member. Raises BadSettings."""
    missing = [word for word in ("rule", name) if not members.get(word, "").strip()]
    if missing:
        raise BadSettings(f"{needed}; missing: {' and '.join(missing)}", where=where)


def _waivers(value: Any, where: str) -> tuple[Waiver, ...]:
    waivers = []
    for here, item in _numbered(value, where):
        members = _section(item, here, "waivers")
        # Without a reason nobody could later judge whether the waiver still holds.
        _require(members, "reason", here, "a waiver needs a rule and a reason")
        waivers.append(Waiver(**members))
    return tuple(waivers)


def _severities(value: Any, where: str) -> tuple[SeverityOverride, ...]:
    overrides = []
    for here, item in _numbered(value, where):
        members = _section(item, here, "severities")
        _require(members, "severity", here, "needs a rule and a severity")
        overrides.append(SeverityOverride(**members))
    return tuple(overrides)


def _severity(value: Any, where: str) -> str:
    word = readers.one_of("error", "warning", "note", "info")(value, where)
    return "info" if word == "note" else word


def _finding_kinds(value: Any, where: str) -> tuple[str, ...]:
    """Kinds of findings; the kinds of changes that `fail_on` may name were taken out before."""
    for kind in readers.array(value, where):
        if kind not in FINDING_KINDS:
            known = meant(f"{kind!s:.60}", (*FINDING_KINDS, *CHANGE_KINDS))
            raise BadSettings(f"unknown word {kind!r:.60}", where=where, next_step=known)
    return tuple(value)


def _profile_name(value: Any, where: str) -> str:
    """The name of the chosen profile; a profile itself stands in `profiles`."""
    if isinstance(value, dict):
        name = next(iter(value), "NAME")
        step = f"did you mean [profiles.{name:.60}]?"
        raise BadSettings("is the name of a profile, not a table", where=where, next_step=step)
    return readers.text(value, where)


_BILL_LIMITS = ("max_bill_increase", "max_account_increase")


def _gates(value: Any, where: str) -> GateSettings:
    """The gates; each limit may be written as its option is called, such as `max_increase`.

    `fail_on` may name changes as well as findings.
    """
    table = dict(readers.table(value, where))
    for option in ("max_increase", "max_decrease", "max_credit_change", *_BILL_LIMITS):
        if option in table:
            key = f"{option}_percent"
            if key in table:
                raise BadSettings(f"says the same as {key}", where=f"{where}.{option}")
            table[key] = readers.percent(table.pop(option), f"{where}.{option}")
    kinds = table.get("fail_on")
    if isinstance(kinds, list) and any(kind in CHANGE_KINDS for kind in kinds):
        changes = table.get("fail_on_changes", [])
        table["fail_on"] = [kind for kind in kinds if kind not in CHANGE_KINDS]
        if isinstance(changes, list):
            table["fail_on_changes"] = [*(kind for kind in kinds if kind in CHANGE_KINDS), *changes]
    return GateSettings(**_section(table, where, "gates"))


def _replay(value: Any, where: str) -> ReplaySettings:
    return ReplaySettings(**_section(value, where, "replay"))


SETTINGS = (
    Setting("", "file", readers.text, "The catalog; a path is relative to the settings file."),
    Setting("", "deployed", readers.text, "The version in production: a ref, a file or a URL."),
    Setting("", "reference", readers.text, "The other prices that the file is compared with."),
    Setting("", "critical", readers.texts, "Names that must have a price."),
    Setting("", "names", readers.texts, "Names that callers send, watched by `diff`."),
    Setting("", "profile", _profile_name, "The profile that customers are charged by."),
    Setting("", "profiles", None, "Credit profiles by name."),
    Setting("", "workloads", _workloads, "Typical jobs that `diff` and `deploy-check` price."),
    Setting("", "waivers", _waivers, "Accepted findings."),
    Setting("", "severities", _severities, "The severity of a rule's findings at a place."),
    Setting("", "gates", _gates, "What fails `validate`, `diff` and `deploy-check`."),
    Setting("", "limits", _limits, "Limits beyond which the rules report a price or a date."),
    Setting("", "fallback", readers.fallback, "Who answers for a name that the catalog lacks."),
    Setting("", "local_price", readers.unit_prices, "What models on your own servers cost."),
    Setting("", "service", readers.text, "The name under which processes share their reloads."),
    Setting("", "changelog", readers.text, "The changelog that edits of prices are added to."),
    Setting("", "feeds", readers.texts, "The price lists that `drift` compares with."),
    Setting("", "replay", _replay, "How `replay` reads usage logs of plain columns."),
    Setting("", "usage_file", readers.text, "The usage log, or its summary, that `diff` prices."),
    Setting("profiles", "markup_percent", None, "Added to the provider's cost, in percent."),
    Setting("profiles", "credits_per_dollar", None, "Credits for one dollar of marked-up cost."),
    Setting("profiles", "tokens_per_credit", None, "Tokens that one credit buys."),
    Setting("profiles", "credits_per_job", None, "Credits for one completed job."),
    Setting("profiles", "minimum_credits", None, "The least that a job with any usage costs."),
    Setting("profiles", "rounding", None, "How a job's total is rounded to whole credits, once."),
    Setting("profiles", "rules", None, "What differs for some calls; the first that fits wins."),
    Setting(
        "profiles",
        "prefer_stated_cost",
        None,
        "Book what a response says that it cost.",
        "true",
    ),
    Setting("profiles.rules", "provider", None, "Sellers, or patterns of them.", '"openai"'),
    Setting("profiles.rules", "model", None, "Names of rows, or patterns.", '["gpt-4o*", "o3"]'),
    Setting("profiles.rules", "service", None, "Services, or patterns of them.", '"batch"'),
    Setting("profiles.rules", "account", None, "Customers, or patterns of them.", '"acme"'),
    Setting("profiles.rules", "from", None, "The first day of the rule (UTC).", "2026-01-01"),
    Setting("profiles.rules", "until", None, "The rule ends before this day (UTC).", "2027-01-01"),
    Setting("profiles.rules", "factor", None, "What the team pays of the list price.", "0.85"),
    Setting(
        "profiles.rules",
        "prices",
        None,
        "What the team pays, by price key, in USD.",
        "{ input_cost_per_token = 2e-06, output_cost_per_token = 8e-06 }",
    ),
    Setting("profiles.rules", "markup_percent", None, "Instead of the profile's markup.", "25"),
    Setting("profiles.rules", "fee_usd", None, "Added to a call after the markup, USD.", '"0.001"'),
    Setting("limits", "max_input_usd_per_mtok", readers.price, "A higher input price is an error."),
    Setting("limits", "max_output_usd_per_mtok", readers.price, "The same for output."),
    Setting(
        "limits",
        "stale_days",
        readers.days,
        "Days after which `verified_on` and `evidence` are stale.",
    ),
    Setting("limits", "deprecation_days", readers.days, "Days before a shutdown to report it."),
    Setting("limits", "highest", readers.unit_prices, "The highest believable price by unit."),
    Setting("limits", "lowest", readers.unit_prices, "The lowest believable price by unit."),
    Setting("workloads", "name", None, "What reports call the job."),
    Setting("workloads", "usage", None, "Counts of one call: `input_tokens` and other units."),
    Setting("workloads", "calls", None, "How many equal calls the job has."),
    Setting("workloads", "service", None, "The service tier, standard without it."),
    Setting("workloads", "region", None, "The region that the call asks for, none without it."),
    Setting("waivers", "rule", readers.text, "The id that the finding shows."),
    Setting("waivers", "reason", readers.text, "Why the finding is accepted."),
    Setting("waivers", "pointer", readers.text, "JSON Pointer of the finding, or its start."),
    Setting(
        "waivers", "expires", readers.day, "The last day; then it is reported again as a warning."
    ),
    Setting("waivers", "value", readers.scalar, "The accepted value; `pricectl waive` writes it."),
    Setting("severities", "rule", readers.text, "The id that the finding shows."),
    Setting("severities", "severity", _severity, "Which one: error, warning or note."),
    Setting("severities", "pointer", readers.text, "JSON Pointer of the place, or its start."),
    Setting(
        "gates",
        "fail_on",
        _finding_kinds,
        "Findings that fail `validate`; `due` also `deploy-check`.",
    ),
    Setting(
        "gates",
        "fail_on_changes",
        readers.some_of(*CHANGE_KINDS),
        "Changes that fail `diff` and `deploy-check`.",
    ),
    Setting("gates", "max_increase_percent", readers.percent, "The largest rise that passes."),
    Setting("gates", "max_decrease_percent", readers.percent, "The largest fall that passes."),
    Setting(
        "gates",
        "max_credit_change_percent",
        readers.percent,
        "The largest change of a job's credits, up or down, that passes.",
    ),
    Setting(
        "gates",
        "max_bill_increase_percent",
        readers.percent,
        "The largest rise of all customers' bills that passes.",
    ),
    Setting(
        "gates",
        "max_account_increase_percent",
        readers.percent,
        "The largest rise of one customer's bill that passes.",
    ),
    Setting(
        "replay",
        "columns",
        readers.text_by_name,
        "Which column of a usage log says what, as `--column` has it.",
    ),
    Setting(
        "replay",
        "cache",
        readers.one_of("inside", "outside"),
        "Whether a log's input tokens include those of the cache.",
    ),
)
