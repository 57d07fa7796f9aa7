"""List, contract and customer price: values worked out by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pricectl.core import Catalog, Job, Profile, Quote, Usage, charge, quote
from pricectl.core.calculator import sum_of_quotes
from pricectl.core.customer_price import CustomerPrice, StatedCost, customer_price, stated_cost
from pricectl.core.estimate import Estimate
from pricectl.core.profile_rules import ProfileRule, RulePrice
from pricectl.core.responses.formats import Reading

CATALOG = Catalog.load(
    """{
    "openai": {
        "gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05,
                   "cache_read_input_token_cost": 1.25e-06,
                   "input_cost_per_token_batches": 1.25e-06,
                   "output_cost_per_token_batches": 5e-06},
        "o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06,
               "provider_specific_entry": {"fast": 6}},
        "tiered": {"input_cost_per_token": 1e-06, "input_cost_per_token_above_200k_tokens": 3e-06,
                   "context_tier": {"scope": "marginal"}}
    },
    "openrouter": {"meta/llama": {"input_cost_per_token": 1e-07}},
    "ours": {
        "varies": {"input_cost_per_token": 1e-07, "varies_by_upstream": true},
        "fixed": {"input_cost_per_token": 1e-07, "varies_by_upstream": false}
    }
}"""
)
MICRO = 10**6


def call(model: str, usage: Usage, service: str | None = None) -> Quote:
    return quote(CATALOG, model, usage, service=service)


def priced(
    found: Quote, *rules: dict[str, Any], account: str = "", at: date | None = None, **settings: Any
) -> CustomerPrice:
    profile = Profile.read({"rules": list(rules), **settings})
    return customer_price(found, profile, account=account, at=at)


TURN = call("gpt-4o", Usage(1000, 500))  # 2,500 + 5,000 micro USD


def test_without_rules_the_contract_price_is_the_list_price() -> None:
    found = priced(TURN, markup_percent=30)
    assert found.list_pico_usd == found.contract_pico_usd == 7_500 * MICRO
    assert found.customer_pico_usd == 9_750 * MICRO
    assert (found.fee_pico_usd, found.rules) == (0, ())


def test_a_factor_takes_its_share_of_the_list_price_exactly() -> None:
    found = priced(TURN, {"factor": "0.85"}, markup_percent=20)
    assert found.list_pico_usd == 7_500 * MICRO
    assert found.contract_pico_usd == 6_375 * MICRO
    assert found.customer_pico_usd == 7_650 * MICRO
    one = priced(call("gpt-4o", Usage(1)), {"factor": "0.0000001"})
    assert one.contract_pico_usd == Fraction(1, 4)


def test_a_price_replaces_the_row_s_price_of_the_same_key_only() -> None:
    usage = Usage(1000, 500, cache_read_tokens=400)
    rule = {"prices": {"input_cost_per_token": Decimal("2e-06")}}
    # 600 x 2 + 400 x 1.25 + 500 x 10
    assert priced(call("gpt-4o", usage), rule).contract_pico_usd == 6_700 * MICRO
    # A batch keeps the row's batch price, unless the rule is about batches.
    batch = call("gpt-4o", Usage(1000), "batch")
    assert priced(batch, rule).contract_pico_usd == 1_250 * MICRO
    assert priced(batch, {**rule, "service": "batch"}).contract_pico_usd == 2_000 * MICRO
    named = {"prices": {"input_cost_per_token_batches": Decimal("1e-06")}}
    assert priced(batch, named).contract_pico_usd == 1_000 * MICRO


def test_a_price_at_a_service_leaves_the_service_s_factor_to_other_units() -> None:
    fast = call("o3", Usage(1000, 500), "fast")
    assert fast.pico_usd == 36_000 * MICRO  # 6 x (2,000 + 4,000)
    rule = {"prices": {"input_cost_per_token": Decimal("1e-06")}}
    # The standard price times the factor: 6 x 1,000, and 6 x 4,000 for the output
    assert priced(fast, rule).contract_pico_usd == 30_000 * MICRO
    # The price of the service itself: 1,000, and 6 x 4,000
    assert priced(fast, {**rule, "service": "fast"}).contract_pico_usd == 25_000 * MICRO


def test_a_marginal_tier_of_the_rule_charges_the_tokens_above_it() -> None:
    long = call("tiered", Usage(300_000))
    assert long.pico_usd == (200_000 + 3 * 100_000) * MICRO
    rule = {"prices": {"input_cost_per_token_above_200k_tokens": Decimal("2e-06")}}
    assert priced(long, rule).contract_pico_usd == (200_000 + 2 * 100_000) * MICRO
    new = {"prices": {"input_cost_per_token_above_100k_tokens": Decimal("2e-06")}}
    expected = (100_000 + 2 * 100_000 + 3 * 100_000) * MICRO
    assert priced(long, new).contract_pico_usd == expected
    fast = quote(CATALOG, "o3", Usage(300_000), service="fast")
    above = {"service": "fast", "prices": {"input_cost_per_token_above_200k_tokens": 0}}
    assert priced(fast, above).contract_pico_usd == 0


def test_markup_goes_by_account_and_model_and_the_fee_comes_after_it() -> None:
    rules = (
        {"account": "acme", "model": "gpt-4o*", "markup_percent": 10},
        {"account": "acme", "markup_percent": 20, "fee_usd": "0.001"},
    )
    acme = priced(TURN, *rules, account="acme", markup_percent=30)
    assert acme.customer_pico_usd == 8_250 * MICRO + 1_000 * MICRO
    assert [(rule.effect, rule.position) for rule in acme.rules] == [("fee", 1), ("markup", 0)]
    assert priced(TURN, *rules, markup_percent=30).customer_pico_usd == 9_750 * MICRO


def test_a_dated_rule_holds_on_its_days() -> None:
    rule = {"from": "2026-11-01", "until": "2026-12-01", "factor": "0.5"}
    for at, expected in (
        (date(2026, 10, 31), 7_500),
        (date(2026, 11, 1), 3_750),
        (date(2026, 11, 30), 3_750),
        (date(2026, 12, 1), 7_500),
        (None, 7_500),
    ):
        assert priced(TURN, rule, at=at).contract_pico_usd == expected * MICRO


def test_each_request_of_a_response_has_its_own_cost_and_markup_and_all_one_fee() -> None:
    parts = [TURN, call("o3", Usage(1000))]  # 7,500 and 2,000
    both = sum_of_quotes(parts, Usage(2000, 500))
    rules = (
        {"model": "o3", "factor": "0.5", "markup_percent": 100},
        {"fee_usd": "0.01"},
    )
    found = priced(both, *rules)
    assert found.contract_pico_usd == 8_500 * MICRO
    assert found.customer_pico_usd == (7_500 + 2_000 + 10_000) * MICRO
    assert found.markup_percent is None


def test_a_stated_cost_is_booked_where_the_seller_s_price_varies() -> None:
    stated = StatedCost(9_000 * MICRO, "openrouter")
    profile = Profile.read(
        {
            "prefer_stated_cost": True,
            "markup_percent": 10,
            "rules": [{"factor": "0.5"}, {"fee_usd": "0.001"}],
        }
    )
    found = customer_price(TURN, profile, stated=stated)
    assert found.is_stated
    assert found.contract_pico_usd == 9_000 * MICRO
    assert found.customer_pico_usd == 10_900 * MICRO
    assert found.list_pico_usd == 7_500 * MICRO
    openai = customer_price(TURN, profile, stated=stated._replace(seller="openai"))
    assert not openai.is_stated
    assert openai.contract_pico_usd == 3_750 * MICRO
    off = profile._replace(prefer_stated_cost=False)
    assert not customer_price(TURN, off, stated=stated).is_stated
    assert not customer_price(TURN, profile).is_stated


def test_the_row_s_seller_or_the_row_itself_says_whether_its_price_varies() -> None:
    profile = Profile.read({"prefer_stated_cost": True})
    booked = {
        model: customer_price(call(model, Usage(10)), profile, stated=StatedCost(5)).is_stated
        for model in ("openrouter/meta/llama", "varies", "fixed", "gpt-4o")
    }
    assert booked == {
        "openrouter/meta/llama": True,
        "varies": True,
        "fixed": False,
        "gpt-4o": False,
    }
    gateway = StatedCost(5, "openrouter")
    assert not customer_price(call("fixed", Usage(10)), profile, stated=gateway).is_stated


def test_a_stated_cost_is_that_of_the_reading() -> None:
    assert stated_cost(None) is None
    assert stated_cost(Reading(Usage())) is None
    reading = Reading(Usage(), provider="openrouter", reported_pico_usd=7)
    assert stated_cost(reading) == StatedCost(7, "openrouter")


def test_a_rule_that_was_built_with_an_unknown_price_key_changes_no_price() -> None:
    rule = ProfileRule(prices=(RulePrice("input_cost", 1),))
    assert customer_price(TURN, Profile(rules=(rule,))).contract_pico_usd == TURN.pico_usd


def test_an_estimate_has_the_three_prices_of_the_job() -> None:
    profile = Profile.read(
        {"credits_per_dollar": 100, "rules": [{"factor": "0.85", "fee_usd": "0.001"}]}
    )
    found = Estimate(TURN, 20, profile)
    assert found.pico_usd == 150_000 * MICRO
    assert (found.contract_pico_usd, found.fees_pico_usd) == (127_500 * MICRO, 20_000 * MICRO)
    assert found.client_pico_usd == 147_500 * MICRO
    assert {mode.mode: mode.charged for mode in found.credits}["consumption_usd"] == 15
    given_stated = Estimate(
        TURN,
        2,
        Profile.read({"prefer_stated_cost": True}),
        Reading(Usage(), provider="openrouter", reported_pico_usd=7),
    )
    assert given_stated.contract_pico_usd == 14


def test_without_a_profile_a_customer_price_adds_no_rule() -> None:
    price = customer_price(TURN, Profile.read({"rules": [{"fee_usd": 1}]}))
    assert charge(Job(), price, "consumption_usd", None) == (Job().add(TURN), None)


def test_what_rules_took_off_by_an_earlier_markup_makes_no_call_free() -> None:
    """The job cost $1, and rules took off $1.50 at a markup of then; now there is none.

    $1.00 was 1,000 credits, $1.0075 are 1,007.5, rounded up.
    """
    before = Job(10**12, 1000, used=True, rules_pico_usd=Fraction(-15 * 10**11))
    profile = Profile(credits_per_dollar=Fraction(1000))
    assert charge(before, TURN, "consumption_usd", profile)[1] == 8
