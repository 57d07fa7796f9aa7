"""The rules of a profile: which are read, which calls they fit, which never decide anything."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from time import process_time
from typing import Any

import pytest

from pricectl.core import BadProfile, Profile
from pricectl.core.profile_rules import (
    ProfileRule,
    RuleCall,
    RulePrice,
    day_of,
    first_fitting,
    pattern_fits,
)

CALL = RuleCall("openai", "gpt-4o", "", "Acme", date(2026, 11, 27))


def rules(*tables: dict[str, Any]) -> tuple[ProfileRule, ...]:
    return Profile.read({"rules": [{"markup_percent": 1} | table for table in tables]}).rules


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("gpt-4o", "gpt-4o", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o*", "gpt-4o-mini", True),
        ("*mini", "gpt-4o-mini", True),
        ("g*4*mini", "gpt-4o-mini", True),
        ("g*mini*mini", "gpt-4o-mini", False),
        ("gpt*gpt", "gpt", False),
        ("*", "", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("claude[1m]", "claude[1m]", True),
        ("claude?", "claudes", False),
    ],
)
def test_a_star_stands_for_any_characters_and_nothing_else_does(
    pattern: str, text: str, *, fits: bool
) -> None:
    assert pattern_fits(pattern, text) is fits


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({}, True),
        ({"provider": "OpenAI"}, True),
        ({"provider": "azure"}, False),
        ({"provider": ["azure", "open*"]}, True),
        ({"model": "GPT-4*"}, True),
        ({"model": "openai/gpt-4o"}, True),
        ({"model": "azure/gpt-4o"}, False),
        ({"model": "openai/*"}, True),
        ({"model": "open*"}, False),
        ({"model": "*ai*"}, False),
        ({"service": "standard"}, True),
        ({"service": "default"}, True),
        ({"service": "batch"}, False),
        ({"account": "acme"}, True),
        ({"account": "ac"}, False),
        ({"from": "2026-11-27"}, True),
        ({"from": date(2026, 11, 28)}, False),
        ({"until": "2026-11-28"}, True),
        ({"until": "2026-11-27"}, False),
        ({"provider": "openai", "account": "globex"}, False),
    ],
)
def test_a_rule_fits_where_all_its_conditions_do(conditions: dict[str, Any], *, fits: bool) -> None:
    (rule,) = rules(conditions)
    assert rule.fits(CALL) is fits


def test_a_service_has_the_words_of_the_caller_and_of_the_row() -> None:
    batch = CALL._replace(service="batches")
    for word in ("batch", "batches", "Batch*"):
        (rule,) = rules({"service": word})
        assert (rule.fits(batch), rule.fits(CALL)) == (True, False)


def test_without_a_day_only_rules_without_dates_fit() -> None:
    dated, plain = rules({"from": "2020-01-01"}, {})
    assert (dated.fits(CALL._replace(day=None)), plain.fits(CALL._replace(day=None))) == (
        False,
        True,
    )
    assert Profile.read({"rules": [{"from": "2020-01-01", "fee_usd": 1}]}).is_dated
    assert not Profile.read({"rules": [{"fee_usd": 1}]}).is_dated


def test_the_day_of_a_call_is_that_of_utc() -> None:
    evening = datetime.fromisoformat("2026-11-27T20:00:00-08:00")
    assert day_of(evening) == date(2026, 11, 28)
    assert day_of(datetime(2026, 11, 27, 23, 59, tzinfo=UTC)) == date(2026, 11, 27)
    assert (day_of(date(2026, 11, 27)), day_of(None)) == (date(2026, 11, 27), None)


def test_the_first_rule_with_the_effect_decides() -> None:
    read = Profile.read(
        {
            "rules": [
                {"account": "acme", "fee_usd": 1},
                {"provider": "openai", "factor": Decimal("0.9")},
                {"markup_percent": 5, "fee_usd": 2},
            ]
        }
    ).rules
    assert [first_fitting(read, effect, CALL) for effect in ("cost", "markup", "fee")] == [1, 2, 0]
    assert first_fitting(read, "cost", CALL._replace(provider="azure")) is None


HIDDEN: list[tuple[list[dict[str, Any]], int | None]] = [
    ([{"fee_usd": 1}, {"fee_usd": 2}], 1),
    ([{"fee_usd": 1}, {"factor": 2}], None),
    ([{"fee_usd": 1}, {"fee_usd": 2, "factor": 2}], None),
    ([{"fee_usd": 1}, {"factor": 2}, {"model": "x", "fee_usd": 2, "factor": 3}], 2),
    ([{"model": "gpt-4o*", "fee_usd": 1}, {"model": "gpt-4o-mini", "fee_usd": 2}], 1),
    ([{"model": "gpt-4o-mini", "fee_usd": 1}, {"model": "gpt-4o*", "fee_usd": 2}], None),
    ([{"model": "*4o*", "fee_usd": 1}, {"model": "gpt-4o*", "fee_usd": 2}], 1),
    ([{"model": ["a", "b"], "fee_usd": 1}, {"model": "B", "fee_usd": 2}], 1),
    ([{"model": "a", "fee_usd": 1}, {"model": ["a", "b"], "fee_usd": 2}], None),
    ([{"model": "a", "fee_usd": 1}, {"fee_usd": 2}], None),
    ([{"until": "2026-06-01", "fee_usd": 1}, {"fee_usd": 2}], None),
    ([{"fee_usd": 1}, {"until": "2026-06-01", "fee_usd": 2}], 1),
    # A star alone is no condition, and a model may be named with its provider.
    ([{"model": "*", "account": ["x", "**"], "fee_usd": 1}, {"fee_usd": 2}], 1),
    ([{"provider": "*", "service": "*", "fee_usd": 1}, {"model": "*", "fee_usd": 2}], 1),
    ([{"account": "a*", "fee_usd": 1}, {"fee_usd": 2}], None),
    ([{"model": "openai/*", "fee_usd": 1}, {"provider": "openai", "fee_usd": 2}], 1),
    (
        [
            {"model": ["openai/gpt-4o*", "azure/*"], "fee_usd": 1},
            {"provider": ["azure", "openai"], "model": "gpt-4o-mini", "fee_usd": 2},
        ],
        1,
    ),
    (
        [
            {"model": "openai/gpt-4o", "fee_usd": 1},
            {"provider": ["azure", "openai"], "model": "gpt-4o", "fee_usd": 2},
        ],
        None,
    ),
    ([{"model": "openai/gpt-4o", "fee_usd": 1}, {"model": "gpt-4o", "fee_usd": 2}], None),
    ([{"model": "o*", "fee_usd": 1}, {"provider": "openai", "fee_usd": 2}], None),
    ([{"model": "gpt/gpt*", "fee_usd": 1}, {"provider": "gpt", "model": "gpt*", "fee_usd": 2}], 1),
    # openai/gpt-4o is a model of openrouter, too.
    ([{"provider": "openai", "fee_usd": 1}, {"model": "openai/gpt-4o", "fee_usd": 2}], None),
    ([{"until": "2026-06-01", "fee_usd": 1}, {"from": "2026-05-01", "fee_usd": 2}], None),
    ([{"until": "2026-06-01", "fee_usd": 1}, {"until": "2026-06-01", "fee_usd": 2}], 1),
    (
        [
            {"until": "2026-06-01", "fee_usd": 1},
            {"from": "2026-06-01", "fee_usd": 2},
            {"from": "2026-05-01", "until": "2026-07-01", "model": "x", "fee_usd": 3},
        ],
        2,
    ),
    (
        [
            {"until": "2026-06-01", "fee_usd": 1},
            {"from": "2026-06-02", "fee_usd": 2},
            {"fee_usd": 3},
        ],
        None,
    ),
]


@pytest.mark.parametrize(("tables", "hidden"), HIDDEN)
def test_a_rule_that_never_decides_anything_is_refused(
    tables: list[dict[str, Any]], hidden: int | None
) -> None:
    if hidden is None:
        assert len(Profile.read({"rules": tables}).rules) == len(tables)
        return
    with pytest.raises(BadProfile, match="never decides anything") as caught:
        Profile.read({"rules": tables}, "shop")
    assert caught.value.where == f"profile shop: rules[{hidden}]"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (5, "rules[0]: is not a table"),
        ({}, "rules[0]: changes nothing; write factor, prices"),
        ({"model": "x"}, "changes nothing"),
        ({"modl": "x", "fee_usd": 1}, "rules[0]: unknown setting modl"),
        ({"model": "", "fee_usd": 1}, "rules[0].model: '' is not a name of 1 to 256 characters"),
        ({"model": 5, "fee_usd": 1}, "5 is not a name"),
        ({"model": "x" * 257, "fee_usd": 1}, "is not a name"),
        ({"model": "a*" * 9, "fee_usd": 1}, "'a*a*a*a*a*a*a*a*a*' has more than 8 *"),
        ({"model": [], "fee_usd": 1}, "does not have 1 to 100 names"),
        ({"model": ["x"] * 101, "fee_usd": 1}, "does not have 1 to 100 names"),
        ({"from": "soon", "fee_usd": 1}, "rules[0].from: 'soon' is not a valid date; write a day"),
        ({"from": 5, "fee_usd": 1}, "5 is not a valid date"),
        ({"until": datetime(2026, 1, 1, tzinfo=UTC), "fee_usd": 1}, "is not a valid date"),
        ({"from": "2026-02-01", "until": "2026-02-01", "fee_usd": 1}, "is not after from"),
        ({"factor": 0}, "rules[0].factor: 0 is not a factor; write a number above 0"),
        ({"factor": 85}, "85 is not a factor; write a number above 0, at most 10"),
        ({"factor": "much"}, "'much' is not a factor"),
        ({"factor": 0.85}, "0.85 is not a factor"),
        ({"factor": True}, "True is not a factor"),
        ({"factor": Decimal("NaN")}, "is not a factor"),
        ({"factor": 10**5000}, "this number is not a factor"),
        ({"factor": 1, "account": "acme"}, "a cost does not depend on the customer's account"),
        ({"factor": 1, "prices": {"input_cost_per_token": 0}}, "has both a factor and prices"),
        ({"prices": {}}, "rules[0].prices: is not a table of prices"),
        ({"prices": 5}, "is not a table of prices"),
        ({"prices": {"input_cost": 1}}, "unknown price 'input_cost'"),
        (
            {"prices": {"input_cost_per_token": -1}},
            "prices.input_cost_per_token: -1 is not a price",
        ),
        ({"prices": {"input_cost_per_token": "x"}}, "'x' is not a price"),
        ({"prices": {"input_cost_per_token": "2e-13"}}, "2e-13 is below a picodollar, so it"),
        ({5: 1, "fee_usd": 1}, "rules[0]: unknown setting 5"),
        ({"markup_percent": -100}, "a markup of -100% leaves no price; write a percentage above"),
        (
            {"prices": {"input_cost_per_tokens": 1}},
            "unknown price 'input_cost_per_tokens'; did you mean input_cost_per_token?",
        ),
        (
            {"prices": {"output_cost_per_tokn_above_200k_tokens_batches": 1}},
            "did you mean output_cost_per_token_above_200k_tokens_batches?",
        ),
        ({"prices": {"input": 2}}, "did you mean input_cost_per_token?"),
        ({"prices": {"output_price": 2}}, "did you mean output_cost_per_token?"),
        ({"prices": {"zz": 2}}, "write a price key as in the catalog, such as input_cost"),
        ({"discount": 15}, "did you mean factor? 15% off is factor = 0.85"),
        ({"fee_usd": 1, "provider": []}, "1 to 100 names; leave it out to fit every call"),
        (
            {"fee_usd": 1, "from": "2026-13-01"},
            "'2026-13-01' is not a valid date; write a day without an hour, such as 2026-12-31",
        ),
        (
            {"fee_usd": 1, "from": datetime(2026, 1, 1, 12, tzinfo=UTC)},
            "rules[0].from: 2026-01-01 12:00:00+00:00 is not a valid date",
        ),
        (
            {"fee_usd": 1, "from": "2027-01-01", "until": "2026-01-01"},
            "until 2026-01-01 is not after from 2027-01-01; until is the first day on which",
        ),
        ({"factor": Decimal("1e7")}, "rules[0].factor: 10000000 is not a factor"),
        ({"markup_percent": "-100.5"}, "a markup of -100.5% leaves no price"),
        ({"markup_percent": 10**7}, "10000000 is not a markup"),
        ({"fee_usd": -1}, "rules[0].fee_usd: -1 is not a fee"),
        ({"fee_usd": "0.0000000000001"}, "is not a fee; write USD a call from 0 to 1,000,000"),
    ],
)
def test_a_rule_that_cannot_be_read_says_why(rule: object, words: str) -> None:
    with pytest.raises(BadProfile) as caught:
        Profile.read({"rules": [rule]})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rules": {}}, "profile default: rules: is not a list of rules"),
        (
            {
                "rules": [
                    {"fee_usd": 1, "model": [f"{a}*{b}" for b in range(100)]} for a in range(21)
                ]
            },
            "rules: have more than 2,000 patterns with *",
        ),
        ({"rules": [{"fee_usd": 1}] * 1001}, "has more than 1000 rules"),
        ({"prefer_stated_cost": 1}, "prefer_stated_cost: 1 is not true or false"),
    ],
)
def test_a_profile_that_cannot_be_read_says_why(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadProfile) as caught:
        Profile.read(settings)
    assert words in str(caught.value)


def test_a_rule_is_read_exactly_and_says_what_it_is() -> None:
    (rule,) = Profile.read(
        {
            "rules": [
                {
                    "provider": ["OpenAI", "azure"],
                    "model": "gpt-4o*",
                    "from": "2026-01-01",
                    "until": "2027-01-01",
                    "prices": {"input_cost_per_token": Decimal("2.1e-06")},
                    "markup_percent": "-12.5",
                    "fee_usd": "0.001",
                }
            ]
        }
    ).rules
    assert rule.prices == (RulePrice("input_cost_per_token", 2_100_000),)
    assert (rule.markup_percent, rule.fee_pico_usd) == (Fraction(-25, 2), 10**9)
    assert rule.conditions_text == (
        "provider openai or azure, model gpt-4o*, from 2026-01-01, until 2027-01-01"
    )
    assert rule.effects_text == ("input_cost_per_token 0.0000021, -12.5% markup, $0.001 a call")
    assert ProfileRule(factor=Fraction(17, 20)).effects_text == "0.85 of the list price"
    assert ProfileRule(factor=Fraction(17, 20)).conditions_text == "every call"


@pytest.mark.parametrize(
    "tables",
    [
        [{"model": f"m{number}", "account": f"a{number}"} for number in range(1000)],
        [{"account": [f"a{rule}-{each}" for each in range(100)]} for rule in range(400)],
        [{"account": [f"*<{rule}>{'*a' * 5}*{each}" for each in range(6)]} for rule in range(330)],
        [
            {"account": [f"{'a' * 100}*<{rule}>"], "from": f"2026-01-{rule % 28 + 1:02}"}
            for rule in range(1000)
        ],
    ],
    ids=["names", "lists", "patterns", "dates"],
)
def test_many_rules_are_read_in_a_bounded_time(tables: list[dict[str, Any]]) -> None:
    begun = process_time()
    assert len(rules(*tables)) == len(tables)
    assert process_time() - begun < 10  # it took minutes
