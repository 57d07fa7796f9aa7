"""What a smoke test asks for, reads and accepts, without a network."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pricectl.core import Catalog, PricingError, Profile
from pricectl.operate.smoke import APIS, AnswerChecker, CallResult, Probe, Reply, plan, smoke_models
from tests.conftest import CATALOG

USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
# 100 x $2.50 + 10 x $10 = $350 a million.
COST = Decimal("0.00035")
PROBE = Probe("cheap-model", "gpt-4o", "consumption_usd", "job", "key")


def judge(api: str, profile: Profile = Profile()) -> AnswerChecker:  # noqa: B008 - frozen
    return AnswerChecker(APIS[api], Catalog.load(CATALOG), profile)


def created(**members: Any) -> Reply:
    body: dict[str, Any] = {
        "status": "completed",
        "response": "Ready.",
        "usage": USAGE,
        "model": "gpt-4o",
        "provider_cost_usd": COST,
        "credits_deducted": 1,
    }
    return Reply(200, {**body, **members})


def completed(cost: str | None = None, **members: Any) -> Reply:
    choices = [{"message": {"role": "assistant", "content": "Ready."}}]
    body = {"id": "chatcmpl-1", "model": "gpt-4o", "choices": choices, "usage": USAGE, **members}
    return Reply(200, body, {} if cost is None else {"x-litellm-response-cost": cost})


def outcome(result: CallResult, check: str) -> tuple[str, str]:
    found = next(it for it in result.checks if it.name == check)
    return found.outcome, found.note


def of_cost(api: str, reply: Reply) -> tuple[str, str]:
    return outcome(judge(api).check(PROBE, reply), "cost")


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (COST, ("ok", "exact")),
        ("0.00035", ("ok", "exact")),
        (Decimal("0.00034999999999999997"), ("ok", "exact")),  # what adding floats leaves
        (Decimal("0.00035001"), ("ok", "rounded to 8 decimals")),
        (Decimal("0.000350001"), ("failed", "")),
        (Decimal("0.00035002"), ("failed", "")),
        (0, ("failed", "")),
        (Decimal(-1), ("failed", "is not a cost")),
        (True, ("failed", "is not a cost")),
        ("much", ("failed", "is not a cost")),
        (None, ("failed", "not reported")),
    ],
)
def test_a_reported_cost(cost: Any, expected: tuple[str, str]) -> None:
    assert of_cost("create-and-call", created(provider_cost_usd=cost)) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (completed("0.00035"), ("ok", "exact")),
        (completed("3.5e-04"), ("ok", "exact")),
        (completed("3.6e-04"), ("failed", "")),
        (completed(), ("skipped", "not reported")),
        (completed("None"), ("skipped", "not reported")),
        (completed(usage={**USAGE, "cost": COST}), ("ok", "exact")),
        (completed(usage={**USAGE, "cost": 1}), ("failed", "")),
        # A header speaks for the gateway, whatever the provider behind it said.
        (completed("0.00035", usage={**USAGE, "cost": 1}), ("ok", "exact")),
    ],
)
def test_a_cost_that_a_gateway_reports(reply: Reply, expected: tuple[str, str]) -> None:
    assert of_cost("openai", reply) == expected


def test_cached_tokens_and_the_service_are_part_of_our_quote() -> None:
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 80}}
    # 20 x $2.50 + 80 x $1.25 + 10 x $10 = $250 a million.
    assert of_cost("openai", completed("0.00025", usage=usage)) == ("ok", "exact")
    # Batch: 100 x $1.25 + 10 x $5 = $175 a million.
    assert of_cost("openai", completed("0.000175", service_tier="batch")) == ("ok", "exact")


def test_a_client_cost_may_have_fractions_of_a_picodollar() -> None:
    third = Profile(markup_percent=Fraction(100, 3))
    # $0.00035 x 4/3 = 0.000466666666666...
    for told in (Decimal("0.000466666666"), Decimal("0.000466666667"), Decimal("0.00046667")):
        result = judge("create-and-call", third).check(PROBE, created(client_cost_usd=told))
        assert outcome(result, "client-cost")[0] == "ok"


@pytest.mark.parametrize("credits_deducted", [2, 0, Decimal("1.0"), "1.5", None, True])
def test_reported_credits_must_equal_ours(credits_deducted: Any) -> None:
    result = judge("create-and-call").check(PROBE, created(credits_deducted=credits_deducted))
    assert outcome(result, "credits")[0] == "failed"


@pytest.mark.parametrize(
    ("reply", "check"),
    [
        (Reply(0, error="timed out"), "status"),
        (Reply(500, error="boom"), "status"),
        (Reply(302), "status"),
        (Reply(200, error="<html>"), "status"),
        (created(response="  "), "completion"),
        (created(response=None), "completion"),
        (created(status="failed"), "completion"),
        (created(usage=None), "usage"),
        (created(usage={"prompt_tokens": 1, "completion_tokens": -1}), "usage"),
        (created(usage={"prompt_tokens": 0, "completion_tokens": 0}), "usage"),
        (created(pricing={"match": "default"}), "match"),
        (created(pricing={"sha256": "0" * 64}), "catalog"),
        (Reply(200, [1]), "usage"),
    ],
)
def test_missing_members_of_an_answer_are_named(reply: Reply, check: str) -> None:
    result = judge("create-and-call").check(PROBE, reply)
    assert (result.outcome, outcome(result, check)[0]) == ("failed", "failed")


def test_a_tool_call_is_a_completion() -> None:
    message = {"content": None, "tool_calls": [{"type": "function"}]}
    reply = completed("0.00035", choices=[{"message": message}])
    assert judge("openai").check(PROBE, reply).outcome == "ok"
    assert judge("openai").check(PROBE, completed(choices=[])).outcome == "failed"


def test_a_whole_provider_body_may_stand_in_the_answer() -> None:
    body = completed().body
    assert judge("create-and-call").check(PROBE, created(response=body, usage=None)).outcome == "ok"


def test_only_the_unknown_name_may_be_a_guess() -> None:
    # 100 x $1 + 10 x $2 = $120 a million, the default price.
    reply = created(provider_cost_usd="0.00012")
    guess = judge("create-and-call").check(PROBE._replace(model="nobody", unknown=True), reply)
    known = judge("create-and-call").check(PROBE._replace(model="nobody"), reply)
    assert (guess.outcome, known.outcome) == ("ok", "failed")


def test_the_models_of_a_catalog_without_critical_ones_must_be_named() -> None:
    with pytest.raises(PricingError, match="--model"):
        smoke_models(Catalog.load(CATALOG), ["claude-sonnet-4-5"])


@pytest.mark.usefixtures("three_modes")
def test_jobs_and_keys_are_those_of_one_run() -> None:
    one, other = (plan(["a", "b", "c"], "x", run, charges=True) for run in ("r1", "r2"))
    assert {probe.job for probe in one}.isdisjoint(probe.job for probe in other)
    keys = [probe.key for probe in one]
    # The replay's key is the only one used twice.
    assert len(keys) - len(set(keys)) == 1
    assert {probe.mode for probe in one} == {"consumption_usd", "consumption_tokens", "job_based"}
    assert [probe.model for probe in plan(["a", "b", "c"], "", "r", charges=False)] == [*"abc", ""]
