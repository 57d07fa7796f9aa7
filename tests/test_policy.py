import re
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricectl.core import BadProfile, PricingError, Profile, Usage
from pricectl.core.profile_rule_settings import RULE_KEYS
from pricectl.core.profile_rules import ProfileRule, RulePrice
from pricectl.core.sanity.bounds import BOUNDS, Bound
from pricectl.policy import (
    SETTINGS,
    BadSettings,
    GateSettings,
    Policy,
    ReplaySettings,
    RuleLimits,
    SeverityOverride,
    Waiver,
    Workload,
    read_policy,
)
from pricectl.policy.comparison import setting_changes
from pricectl.policy.table import Setting, keys_of


def test_without_settings_the_defaults_hold() -> None:
    policy = read_policy({}, "pricectl.toml")
    assert policy == Policy(source="pricectl.toml")
    assert policy.critical == ()
    assert policy.profile_named(None) == Profile()
    assert policy.limits == RuleLimits(Decimal(200), Decimal(700), 30, 30)
    # 20 calls of 30,000 in and 800 out
    assert [work.usage.times(work.calls).total_tokens for work in policy.workloads] == [
        1_500,
        102_000,
        616_000,
    ]


def test_every_setting_is_read() -> None:
    policy = read_policy(
        {
            "file": "prices.json",
            "deployed": "origin/main",
            "critical": ["m"],
            "names": ["n", "o"],
            "profile": "gold",
            "profiles": {"gold": {"markup_percent": Decimal("12.5"), "rounding": "down"}},
            "workloads": [
                {
                    "name": "turn",
                    "input_tokens": 10,
                    "cache_read_tokens": 4,
                    "search": 1,
                    "calls": 3,
                    "service": "batch",
                },
                {"name": "empty"},
            ],
            "waivers": [
                {"rule": "free", "reason": "a gift"},
                {"rule": "stale", "reason": "x", "pointer": "/openai", "expires": "2026-12-31"},
                {"rule": "stale", "reason": "x", "expires": date(2027, 1, 1)},
            ],
            "limits": {
                "max_input_usd_per_mtok": 100,
                "max_output_usd_per_mtok": Decimal("99.5"),
                "stale_days": 7,
                "deprecation_days": 0,
            },
        },
        "here",
    )
    assert policy == Policy(
        file="prices.json",
        deployed="origin/main",
        critical=("m",),
        names=("n", "o"),
        profile="gold",
        profiles={
            "default": Profile(),
            "gold": Profile("gold", markup_percent=Fraction(25, 2), rounding="down"),
        },
        workloads=(
            Workload("turn", Usage(10, cache_read_tokens=4, search=1), 3, "batch"),
            Workload("empty", Usage()),
        ),
        waivers=(
            Waiver("free", "a gift"),
            Waiver("stale", "x", "/openai", date(2026, 12, 31)),
            Waiver("stale", "x", expires=date(2027, 1, 1)),
        ),
        limits=RuleLimits(Decimal(100), Decimal("99.5"), 7, 0),
        source="here",
        defines_profile=True,
    )
    assert policy.profile_named(None).name == "gold"
    assert policy.profile_named("default") == Profile()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fiel": "x"}, "toml: unknown setting fiel; did you mean file?"),
        ({"zz": 1, "aa": 2}, "unknown setting aa, zz"),
        ({"file": 5}, "toml: file: 5 is not a text"),
        ({"file": True}, "True is not a text"),
        ({"critical": "gpt-4o"}, "toml: critical: 'gpt-4o' is not a list"),
        ({"names": [5]}, "toml: names: 5 is not a text"),
        ({"profiles": []}, "toml: profiles: [] is not a table"),
        ({"profiles": {"gold": 5}}, "toml: profiles.gold: 5 is not a table"),
        (
            {"profile": {"gold": {"markup_percent": 5}}},
            "profile: is the name of a profile, not a table; did you mean [profiles.gold]?",
        ),
        (
            {"profiles": {"markup_percent": 5}},
            "profiles.markup_percent: 5 is not a table; write it below [profiles.NAME]",
        ),
        (
            {"profiles": {"rules": [{"factor": 1}]}},
            "is not a table; write it below [[profiles.NAME.rules]]",
        ),
        ({"max_increase": "20%"}, "unknown setting max_increase; it belongs to [gates]"),
        (
            {"gates": {"max_increase": "20 percent"}},
            "gates.max_increase: '20 percent' is not a percentage; write 20 or",
        ),
        ({"gates": {"fail_on": ["remove"]}}, "unknown word 'remove'; did you mean removed?"),
        ({"gates": {"fail_on": "removed"}}, "'removed' is not a list; write [\"removed\"]"),
        ({"profiles": {"gold": {"markup": 5}}}, "toml: profile gold: unknown setting markup"),
        ({"profiles": {"gold": {"markup_percent": 0.5}}}, "profile gold: markup_percent: 0.5"),
        (
            {"limits": {"max_usd": 5}},
            "limits: unknown setting max_usd; did you mean max_input",
        ),
        ({"limits": {"stale_days": "x"}}, "limits.stale_days: 'x' is not a whole number"),
        ({"limits": {"stale_days": True}}, "True is not a whole number"),
        ({"limits": {"max_input_usd_per_mtok": 0}}, "0 is not a price; USD per 1M tokens"),
        ({"limits": {"max_input_usd_per_mtok": "5"}}, "'5' is not a price"),
        ({"limits": {"max_output_usd_per_mtok": True}}, "True is not a price"),
        ({"limits": {"max_output_usd_per_mtok": Decimal(-1)}}, "is not a price"),
        ({"limits": {"highest": 5}}, "toml: limits.highest: 5 is not a table"),
        (
            {"limits": {"highest": {"inputs": 5}}},
            "toml: limits.highest: unknown unit 'inputs'; did you mean input?",
        ),
        ({"limits": {"lowest": {"zzz": 5}}}, "unknown unit 'zzz'; one of input, cache_read"),
        (
            {"limits": {"highest": {"page": "0.1"}}},
            "toml: limits.highest.page: '0.1' is not a price; USD per page",
        ),
        ({"limits": {"lowest": {"output": 0}}}, "0 is not a price; USD per 1M tokens"),
        (
            {"limits": {"lowest": {"page": 2}, "highest": {"page": 1}}},
            "toml: limits.lowest.page: the lowest price of page is above the highest",
        ),
        ({"waivers": {}}, "{} is not a list"),
        ({"waivers": ["x"]}, "toml: waivers[0]: 'x' is not a table"),
        ({"waivers": [{"rule": "r"}]}, "toml: waivers[0]: a waiver needs a rule and a reason"),
        ({"waivers": [{"rule": "r", "reason": " "}]}, "a rule and a reason; missing: reason"),
        ({"waivers": [{"rule": "", "reason": "x"}]}, "a rule and a reason; missing: rule"),
        ({"waivers": [{}]}, "a waiver needs a rule and a reason; missing: rule and reason"),
        ({"waivers": [{"rule": "r", "reason": "x", "until": "y"}]}, "unknown setting until"),
        (
            {"waivers": [{"rule": "r", "reason": "x", "expires": "soon"}]},
            "toml: waivers[0].expires: 'soon' is not a valid date; 2026-12-31",
        ),
        ({"waivers": [{"rule": "r", "reason": "x", "expires": 5}]}, "5 is not a text"),
        ({"workloads": [5]}, "toml: workloads[0]: 5 is not a table"),
        ({"workloads": [{"input_tokens": 5}]}, "a workload needs a name, and calls of 1 or more"),
        ({"workloads": [{"name": 5}]}, "a workload needs a name"),
        ({"workloads": [{"name": "x", "calls": 0}]}, "calls of 1 or more"),
        ({"workloads": [{"name": "x", "calls": True}]}, "calls of 1 or more"),
        (
            {"workloads": [{"name": "x"}, {"name": "x", "tokens": 5}]},
            "workloads[1]: unknown setting",
        ),
        ({"workloads": [{"name": "x", "input_tokens": -5}]}, "input_tokens is negative"),
        ({"workloads": [{"name": "x", "input_tokens": Decimal("5.0")}]}, "not a whole number"),
        ({"workloads": [{"name": "x", "cls": 5}]}, "toml: workloads[0]: "),
        (
            {"workloads": [{"name": "x", "input_tokens": 1, "cache_read_tokens": 2}]},
            "totals include their parts",
        ),
    ],
)
def test_an_invalid_setting_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(PricingError) as caught:
        read_policy(settings, "toml")
    assert words in str(caught.value)
    assert isinstance(caught.value, BadSettings | BadProfile)


def test_an_unknown_profile_names_the_known_ones() -> None:
    policy = read_policy({"profiles": {"gold": {}}}, "toml")
    with pytest.raises(BadSettings) as caught:
        policy.profile_named("silver")
    assert str(caught.value) == ("toml: no profile is called 'silver'; one of default, gold")


def test_limits_widen_the_bounds_and_never_narrow_them() -> None:
    assert RuleLimits().bounds == BOUNDS
    limits = read_policy(
        {
            "limits": {
                "max_input_usd_per_mtok": 500,
                "max_output_usd_per_mtok": 50,
                "highest": {"output": 2000, "page": Decimal("0.5"), "cache_read": 1},
                "lowest": {"input": Decimal("0.0001"), "page": Decimal("0.01"), "ocr_credit": 1},
            }
        }
    ).limits
    bounds = limits.bounds
    assert bounds["input"] == Bound(100, 500_000_000)
    assert bounds["output"] == Bound(6_666, 2_000_000_000)
    assert bounds["page"] == Bound(333_333_333, 500_000_000_000)
    assert bounds["ocr_credit"] == Bound(10**12, None)
    assert bounds["cache_read"] == BOUNDS["cache_read"]


def test_the_largest_of_two_limits_on_a_side_counts() -> None:
    limits = RuleLimits(max_input_usd_per_mtok=Decimal(600), highest={"input": Decimal(500)})
    assert limits.bounds["input"].highest == 600_000_000
    assert limits._replace(highest={"input": Decimal(700)}).bounds["input"].highest == 700_000_000


def test_the_table_has_every_setting_with_its_default() -> None:
    settings = {section: keys_of(section) for section in ("", "profiles", "limits", "workloads")}
    assert [*settings[""]] == [key for key in Policy._fields if key not in NOT_SETTINGS]
    assert [*settings["profiles"]] == [key for key in Profile._fields if key != "name"]
    assert [*keys_of("profiles.rules")] == [*RULE_KEYS]
    assert [*settings["limits"]] == [*RuleLimits._fields]
    assert [*settings["workloads"]] == [*Workload._fields]
    assert {*keys_of("waivers")} == {*Waiver._fields}
    assert [*keys_of("severities")] == [*SeverityOverride._fields]
    assert [*keys_of("gates")] == [*GateSettings._fields]
    assert [*keys_of("replay")] == [*ReplaySettings._fields]
    assert settings["limits"]["stale_days"].default == 30
    assert settings["profiles"]["rounding"].default == "up"
    assert settings["workloads"]["name"].default is None
    assert [one.key for one in SETTINGS if not re.fullmatch(r"[A-Z].{9,70}\.", one.sentence)] == []


# What each setting is set to, other than its default, and the value that is read.
VALUES: dict[tuple[str, str], tuple[Any, Any]] = {
    ("", "file"): ("p.json", "p.json"),
    ("", "deployed"): ("main", "main"),
    ("", "reference"): ("packaged", "packaged"),
    ("", "fallback"): ("reference", "reference"),
    ("", "critical"): (["m"], ("m",)),
    ("", "service"): ("api", "api"),
    ("", "changelog"): ("CHANGELOG.md", "CHANGELOG.md"),
    ("", "usage_file"): ("usage.json", "usage.json"),
    ("", "local_price"): ({"input": 1}, {"input": 1}),
    ("", "names"): (["n"], ("n",)),
    ("", "feeds"): (["litellm=p.json@2026-11-24"], ("litellm=p.json@2026-11-24",)),
    ("", "profile"): ("default", "default"),
    ("profiles", "markup_percent"): (5, 5),
    ("profiles", "credits_per_dollar"): (7, 7),
    ("profiles", "tokens_per_credit"): (8, 8),
    ("profiles", "credits_per_job"): (9, 9),
    ("profiles", "minimum_credits"): (2, 2),
    ("profiles", "rounding"): ("down", "down"),
    ("profiles", "rules"): ([{"fee_usd": 1}], (ProfileRule(fee_pico_usd=10**12),)),
    ("profiles", "prefer_stated_cost"): (True, True),
    ("profiles.rules", "provider"): ("OpenAI", ("openai",)),
    ("profiles.rules", "model"): (["gpt-4o*", "o3"], ("gpt-4o*", "o3")),
    ("profiles.rules", "service"): ("batch", ("batches",)),
    ("profiles.rules", "account"): ("acme", ("acme",)),
    ("profiles.rules", "from"): (date(2026, 1, 1), date(2026, 1, 1)),
    ("profiles.rules", "until"): ("2027-01-01", date(2027, 1, 1)),
    ("profiles.rules", "factor"): (Decimal("0.85"), Fraction(17, 20)),
    ("profiles.rules", "prices"): (
        {"input_cost_per_token": Decimal("2e-06")},
        (RulePrice("input_cost_per_token", 2_000_000),),
    ),
    ("profiles.rules", "markup_percent"): ("-12.5", Fraction(-25, 2)),
    ("profiles.rules", "fee_usd"): ("0.001", 10**9),
    ("limits", "max_input_usd_per_mtok"): (100, 100),
    ("limits", "max_output_usd_per_mtok"): (100, 100),
    ("limits", "stale_days"): (7, 7),
    ("limits", "deprecation_days"): (0, 0),
    ("limits", "highest"): ({"input": 700}, {"input": 700}),
    ("limits", "lowest"): ({"input": 1}, {"input": 1}),
    ("workloads", "name"): ("turn", "turn"),
    ("workloads", "usage"): (10, Usage(10)),
    ("workloads", "calls"): (3, 3),
    ("workloads", "service"): ("batch", "batch"),
    ("workloads", "region"): ("eu", "eu"),
    ("waivers", "rule"): ("free", "free"),
    ("waivers", "reason"): ("a gift", "a gift"),
    ("waivers", "pointer"): ("/x", "/x"),
    ("waivers", "expires"): ("2026-12-31", date(2026, 12, 31)),
    ("waivers", "value"): (3, 3),
    ("severities", "rule"): ("stale", "stale"),
    ("severities", "severity"): ("note", "info"),
    ("severities", "pointer"): ("/x", "/x"),
    ("gates", "fail_on"): (["due"], ("due",)),
    ("gates", "fail_on_changes"): (["removed"], ("removed",)),
    ("gates", "max_increase_percent"): (20, 20),
    ("gates", "max_credit_change_percent"): ("25%", 25),
    ("gates", "max_decrease_percent"): (30, 30),
    ("gates", "max_bill_increase_percent"): ("5%", 5),
    ("gates", "max_account_increase_percent"): (25, 25),
    ("replay", "columns"): ({"name": "deployment"}, {"name": "deployment"}),
    ("replay", "cache"): ("outside", "outside"),
}
# The field of a rule where it does not have the name of the key.
RULE_FIELDS = {"from": "from_day", "until": "until_day", "fee_usd": "fee_pico_usd"}
REQUIRED: dict[str, dict[str, Any]] = {
    "waivers": {"rule": "r", "reason": "x"},
    "workloads": {"name": "n"},
    "severities": {"rule": "r", "severity": "error"},
}


EFFECTS = {"factor", "prices", "markup_percent", "fee_usd"}
SECTIONS = {one.section for one in SETTINGS}
# A table itself, whose reader tests are in test_local_price.
OWN_TESTS = {("", "local_price")}
KEYS = [
    one for one in SETTINGS if one.key not in SECTIONS and (one.section, one.key) not in OWN_TESTS
]


def policy_of(section: str, values: dict[str, Any]) -> Policy:
    """A policy with these values in a section, and with what the section needs besides."""
    table = REQUIRED.get(section, {}) | values
    nested: dict[str, Any] = {"": table, "profiles": {"profiles": {"p": table}}}
    nested |= {"limits": {"limits": table}, "gates": {"gates": table}}
    nested |= {"replay": {"replay": table}}
    nested |= {name: {name: [table]} for name in REQUIRED}
    rule = table if EFFECTS & table.keys() else table | {"markup_percent": 1}
    nested |= {"profiles.rules": {"profiles": {"p": {"rules": [rule]}}}}
    return read_policy(nested[section])


def policy_with(one: Setting) -> Policy:
    """A policy with the value that VALUES has for a key."""
    written, _ = VALUES[one.section, one.key]
    # A usage has a key for each count.
    return policy_of(one.section, {"input_tokens" if one.key == "usage" else one.key: written})


# The value of `profile` is its default.
@pytest.mark.parametrize(
    "one",
    [one for one in KEYS if one.key != "profile"],
    ids=lambda one: f"{one.section}.{one.key}",
)
def test_a_comparison_lists_each_setting_that_differs(one: Setting) -> None:
    before, after = policy_of(one.section, {}), policy_with(one)
    for old, new in ((before, after), (after, before)):
        changed = setting_changes(old, new)
        assert changed, one
        assert all(change.old != change.new for change in changed)
    assert setting_changes(after, policy_with(one)) == ()


def test_a_comparison_lists_one_of_two_waivers_of_one_place() -> None:
    one = Waiver("r", "so it is", "/x")
    two = one._replace(expires=date(2027, 1, 1))
    (change,) = setting_changes(Policy(waivers=(one, two)), Policy(waivers=(two,)))
    assert change.old == "so it is; so it is until 2027-01-01"
    assert change.new == "so it is until 2027-01-01"


def test_a_comparison_lists_rules_and_their_order() -> None:
    cheap = ProfileRule(model=("gpt-4o*",), markup_percent=Fraction(3))
    dear = cheap._replace(markup_percent=Fraction(30))
    fee = ProfileRule(fee_pico_usd=10**9)

    def policy(*rules: ProfileRule) -> Policy:
        return Policy(profiles={"default": Profile(rules=rules)})

    (change,) = setting_changes(policy(dear, fee), policy(cheap, fee))
    assert change.name == "profiles.default.rules: model gpt-4o*"
    assert (change.old, change.new) == ("30% markup", "3% markup")
    (change,) = setting_changes(policy(dear, fee), policy(dear))
    assert (change.name, change.new) == ("profiles.default.rules: every call", None)
    assert change.old == "$0.001 a call"
    (change,) = setting_changes(policy(dear, fee), policy(fee, dear))
    assert change.name == "profiles.default.rules: their order"
    assert (change.old, change.new) == ("model gpt-4o*; every call", "every call; model gpt-4o*")


@pytest.mark.parametrize("one", KEYS, ids=lambda one: f"{one.section}.{one.key}")
def test_each_setting_is_read_alone(one: Setting) -> None:
    _, expected = VALUES[one.section, one.key]
    policy = policy_with(one)
    holders: dict[str, object] = {"": policy, "profiles": policy.profiles.get("p")}
    holders |= {"limits": policy.limits, "gates": policy.gates}
    holders |= {"replay": policy.replay}
    if one.section in REQUIRED:
        (holders[one.section],) = getattr(policy, one.section)
    field = one.key
    if one.section == "profiles.rules":
        (holders[one.section],) = policy.profiles["p"].rules
        field = RULE_FIELDS.get(field, field)
    assert getattr(holders[one.section], field) == expected


@pytest.mark.parametrize("one", [one for one in SETTINGS if one.example], ids=lambda one: one.key)
def test_the_example_of_a_setting_is_read(one: Setting) -> None:
    """What the documentation shows for a key is accepted there."""
    written = tomllib.loads(f"x = {one.example}", parse_float=Decimal)["x"]
    table: dict[str, Any] = {one.key: written}
    if one.section == "profiles.rules":
        table = {"rules": [table if one.key in EFFECTS else table | {"markup_percent": 1}]}
    assert read_policy({"profiles": {"p": table}}).profiles["p"] != Profile("p")


NOT_SETTINGS = ("source", "defines_profile")
