"""The laws of rules: of the price without fees, of fees, and of the credits of a job."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pricectl.core import Job, Profile, Usage, charge, job_credits
from pricectl.core.customer_price import CustomerPrice, customer_price
from pricectl.core.estimate import Estimate
from tests.core.test_customer_price import TURN, call

rule_tables = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["gpt-4o*", "o3"]),
        "account": st.sampled_from(["acme", "globex"]),
        "markup_percent": st.integers(-99, 300),
        "fee_usd": st.sampled_from(["0", "0.001", "0.000000000001"]),
    },
).filter(lambda table: "markup_percent" in table or "fee_usd" in table)
cost_rules = st.one_of(
    st.fixed_dictionaries({"factor": st.sampled_from(["0.85", "0.333", 2])}),
    st.fixed_dictionaries(
        {
            "prices": st.dictionaries(
                st.sampled_from(["input_cost_per_token", "output_cost_per_token"]),
                st.integers(0, 10**4).map(lambda nano: Decimal(nano).scaleb(-9)),
                min_size=1,
            )
        }
    ),
)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    tables = draw(st.lists(rule_tables, max_size=3)) + draw(st.lists(cost_rules, max_size=1))
    kept: list[dict[str, Any]] = []
    for table in tables:
        try:
            Profile.read({"rules": [*kept, table]})
        except Exception:  # noqa: BLE001, S112 - hidden by an earlier one
            continue
        kept.append(table)
    return Profile.read(
        {
            "markup_percent": draw(st.integers(0, 100)),
            "credits_per_dollar": 100,
            "rounding": draw(st.sampled_from(["up", "down", "half-even"])),
            "rules": kept,
        }
    )


models = st.sampled_from(["gpt-4o", "o3"])
accounts = st.sampled_from(["", "acme", "globex"])
usages = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda both: Usage(*both))


def without_fee(price: CustomerPrice) -> Fraction:
    return price.customer_pico_usd - price.fee_pico_usd


@given(profiles(), models, accounts)
def test_no_usage_no_cost_and_no_fee(profile: Profile, model: str, account: str) -> None:
    """Law 2: no usage, no cost."""
    found = customer_price(call(model, Usage()), profile, account=account)
    assert found.contract_pico_usd == found.customer_pico_usd == found.fee_pico_usd == 0


@given(profiles(), models, accounts, usages, st.integers(1, 50))
def test_k_times_the_usage_costs_k_times_as_much(
    profile: Profile, model: str, account: str, usage: Usage, times: int
) -> None:
    """Law 6: cost(k*u) = k*cost(u) without tiers."""
    one, many = (
        customer_price(call(model, each), profile, account=account)
        for each in (usage, usage.times(times))
    )
    assert many.contract_pico_usd == times * one.contract_pico_usd
    assert without_fee(many) == times * without_fee(one)


@given(profiles(), models, accounts, usages, usages)
def test_a_split_call_costs_the_same_in_all(
    profile: Profile, model: str, account: str, first: Usage, second: Usage
) -> None:
    """Law 7: additive over splits without tiers."""
    whole = Usage(
        first.input_tokens + second.input_tokens, first.output_tokens + second.output_tokens
    )
    found, *parts = (
        customer_price(call(model, each), profile, account=account)
        for each in (whole, first, second)
    )
    assert found.contract_pico_usd == sum(part.contract_pico_usd for part in parts)
    assert without_fee(found) == sum(map(without_fee, parts))


@given(
    profiles(),
    st.lists(st.tuples(models, accounts, usages), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_a_job_s_credits_are_its_exact_sum_rounded_once(
    profile: Profile, calls: list[tuple[str, str, Usage]], rng: Any
) -> None:
    """Laws 11 and 12 with accounts: any order of calls, and fees are count x fee exactly."""
    prices = [
        customer_price(call(model, usage), profile, account=account)
        for model, account, usage in calls
    ]
    job = Job(
        sum(price.list_pico_usd for price in prices),
        sum(usage.total_tokens for _, _, usage in calls),
        any(usage.counts for _, _, usage in calls),
    )
    exact = sum((price.customer_pico_usd for price in prices), Fraction(0))
    fees = sum(price.fee_pico_usd for price in prices)
    assert sum(map(without_fee, prices)) + fees == exact
    by_rules = exact - job.pico_usd * (1 + profile.markup_percent / 100)
    expected = job_credits(job._replace(rules_pico_usd=by_rules), "consumption_usd", profile)
    for order in (prices, rng.sample(prices, len(prices))):
        running, charged = Job(), 0
        for price in order:
            running, delta = charge(running, price, "consumption_usd", profile)
            charged += delta
        assert charged == expected
        assert running.rules_pico_usd == by_rules


@given(profiles(), models, accounts, usages, usages)
def test_splitting_a_call_inside_a_job_changes_only_its_fees(
    profile: Profile, model: str, account: str, first: Usage, second: Usage
) -> None:
    """Law 12: without fees, splitting a call inside a job never changes the charge."""
    free = profile._replace(
        rules=tuple(
            rule._replace(fee_pico_usd=None)
            for rule in profile.rules
            if rule._replace(fee_pico_usd=None).effects_text
        )
    )
    whole = Usage(
        first.input_tokens + second.input_tokens, first.output_tokens + second.output_tokens
    )
    charges = []
    for usages_of_job in ([whole], [first, second]):
        job, charged = Job(), 0
        for usage in usages_of_job:
            job, delta = charge(job, call(model, usage), "consumption_usd", free, account=account)
            charged += delta
        charges.append(charged)
    assert charges[0] == charges[1]


@given(st.integers(1, 10**6), st.integers(1, 1000))
def test_fees_are_the_number_of_calls_times_the_fee(fee_pico: int, calls: int) -> None:
    """Fees are count x fee exactly."""
    profile = Profile.read({"rules": [{"fee_usd": Decimal(fee_pico).scaleb(-12)}]})
    assert Estimate(TURN, calls, profile).fees_pico_usd == calls * fee_pico
