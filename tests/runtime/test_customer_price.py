"""Answers with the customer's account: contract and customer price, stated cost, services."""

import json
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Job, Profile, Usage, charge
from pricectl.files.records import load_record
from pricectl.policy import Policy
from pricectl.records import read_record
from pricectl.runtime import Answer, Pricing, responses
from pricectl.runtime import quoting as runtime_quoting

MICRO = 10**6
PRICES = {
    "openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}},
    "openrouter": {"meta/llama": {"input_cost_per_token": 1e-06}},
}
RULES = [
    {"provider": "openai", "factor": "0.8"},
    {"account": "acme", "markup_percent": 10, "fee_usd": "0.001"},
]


def loaded(folder: Path, **settings: Any) -> Pricing:
    path = folder / "prices.json"
    path.write_text(json.dumps(PRICES), encoding="utf-8")
    profile = Profile.read({"markup_percent": 50, "credits_per_dollar": 1000, **settings})
    policy = Policy(profiles={"default": profile})
    return Pricing.load(path, policy=policy, state=folder / "state")


def contract_and_customer(answer: Answer) -> tuple[Any, Any]:
    assert answer.price is not None
    return answer.price.contract_pico_usd, answer.price.customer_pico_usd


def test_an_answer_has_the_three_prices(tmp_path: Path) -> None:
    pricing = loaded(tmp_path, rules=RULES)
    answer = pricing.quote("gpt-4o", Usage(1000), account="ACME")
    assert (answer.pico_usd, answer.account, answer.flags) == (2_500 * MICRO, "ACME", ())
    # 2,000 and 10% of it, and the fee
    assert contract_and_customer(answer) == (2_000 * MICRO, 3_200 * MICRO)
    other = pricing.quote("gpt-4o", Usage(1000))
    assert contract_and_customer(other) == (2_000 * MICRO, 3_000 * MICRO)
    uncharged = pricing.quote_uncharged("gpt-4o", Usage(1000), account="acme")
    assert uncharged.price == answer.price


def test_a_job_is_charged_by_the_answers_prices(tmp_path: Path) -> None:
    pricing = loaded(tmp_path, rules=RULES)
    profile = pricing.snapshot.profile
    job, charged = Job(), 0
    for account in ("acme", None, "acme"):
        price = pricing.quote("gpt-4o", Usage(1000), account=account).price
        assert price is not None
        job, delta = charge(job, price, "consumption_usd", profile)
        charged += delta or 0
    # (3,200 + 3,000 + 3,200) micro USD x 1000 credits = 9.4, rounded up
    assert charged == 10


def test_without_a_profile_there_is_no_customer_price(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(PRICES), encoding="utf-8")
    pricing = Pricing.load(path, policy=Policy(profile="gone"), state=tmp_path / "state")
    assert pricing.quote("gpt-4o", Usage(1000)).price is None
    body = {"model": "gpt-4o", "usage": {"prompt_tokens": 9, "cost": 1}}
    assert "stated-cost" not in pricing.quote_response(body).flags


def test_dated_rules_go_by_the_instant_of_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        """A clock that stands still."""

        @classmethod
        def now(cls, tz: Any = None) -> "Clock":
            return cls(2026, 11, 27, 23, 0, tzinfo=tz)

    monkeypatch.setattr(runtime_quoting, "datetime", Clock)
    rule = {"until": "2026-11-28", "factor": "0.5"}
    pricing = loaded(tmp_path, rules=[rule])
    for answer in (pricing.quote("gpt-4o", Usage(1000)), pricing.quote("gpt-4o", Usage(1000))):
        assert answer.at == datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
        # It stays the price of that instant, whenever it is looked at.
        assert contract_and_customer(answer)[0] == 1_250 * MICRO
    later = pricing.quote("gpt-4o", Usage(1000), at=date(2026, 11, 28))
    assert contract_and_customer(later)[0] == 2_500 * MICRO
    assert loaded(tmp_path).quote("gpt-4o", Usage(1000)).at is None


@pytest.mark.parametrize("account", [5, ["acme"], b"acme"])
def test_an_account_that_is_no_text_is_left_out_and_flagged(tmp_path: Path, account: Any) -> None:
    pricing = loaded(tmp_path, rules=RULES)
    answer = pricing.quote("gpt-4o", Usage(1000), account=account)
    assert (answer.account, answer.flags) == ("", ("bad-argument",))
    body = {"model": "gpt-4o", "usage": {"prompt_tokens": 1000}}
    assert pricing.quote_response(body, account=account).flags == ("bad-argument",)


ROUTED = {
    "id": "gen-1",
    "model": "meta/llama",
    "usage": {"prompt_tokens": 1000, "completion_tokens": 0, "cost": 0.0015, "is_byok": False},
}


def test_a_stated_cost_is_booked_and_flagged_where_the_price_varies(tmp_path: Path) -> None:
    prefers = loaded(tmp_path, prefer_stated_cost=True, rules=RULES)
    answer = prefers.quote_response(ROUTED, account="acme")
    assert (answer.pico_usd, answer.flags) == (1_000 * MICRO, ("stated-cost",))
    # 1,500 and 10% of it, and the fee
    assert contract_and_customer(answer) == (1_500 * MICRO, 2_650 * MICRO)
    assert prefers.metrics().fallbacks["stated-cost"] == 1
    # OpenAI's price does not vary: the row is charged.
    fixed = {"model": "gpt-4o", "usage": {"prompt_tokens": 1000, "cost": 0.9}}
    assert prefers.quote_response(fixed).flags == ()
    plain = loaded(tmp_path).quote_response(ROUTED)
    assert (plain.flags, contract_and_customer(plain)[0]) == ((), 1_000 * MICRO)
    assert plain.reading is not None
    assert plain.reading.reported_pico_usd == 1_500 * MICRO


def test_an_own_key_s_cost_is_the_gateway_s_fee_and_the_upstream_s_price(tmp_path: Path) -> None:
    usage = {"is_byok": True, "cost": 0.0001, "cost_details": {"upstream_inference_cost": 0.0014}}
    body = {**ROUTED, "usage": {**ROUTED["usage"], **usage}}  # type: ignore[dict-item]
    answer = loaded(tmp_path, prefer_stated_cost=True).quote_response(body)
    assert contract_and_customer(answer)[0] == 1_500 * MICRO


@pytest.mark.parametrize(
    ("usage", "hidden", "flags"),
    [
        # The gateway's fee without what the upstream bills.
        ({"is_byok": True, "cost": 0}, {}, ()),
        ({"currency": "EUR"}, {}, ("unexpressed-signal",)),
        ({"cost_currency": "CNY"}, {}, ("unexpressed-signal",)),
        ({"cost": {"total_cost": 0.1, "currency": "EUR"}}, {}, ("unexpressed-signal",)),
        # LiteLLM has no price of the model.
        ({"cost": None}, {"response_cost": 0.0}, ()),
        ({"cost": None}, {"response_cost": "0"}, ()),
        ({"cost": -0.1}, {}, ("bad-usage",)),
        ({"cost": True}, {}, ("bad-usage",)),
        ({"cost": float("nan")}, {}, ("bad-usage",)),
        ({"cost": "1e400"}, {}, ("bad-usage",)),
    ],
)
def test_what_is_not_the_cost_in_dollars_is_not_booked(
    tmp_path: Path, usage: dict[str, Any], hidden: dict[str, Any], flags: tuple[str, ...]
) -> None:
    given: Any = ROUTED["usage"]
    body = {**ROUTED, "usage": {**given, **usage}, "_hidden_params": hidden}
    answer = loaded(tmp_path, prefer_stated_cost=True).quote_response(body)
    assert (contract_and_customer(answer)[0], answer.flags) == (1_000 * MICRO, flags)


@pytest.mark.parametrize(
    ("usage", "micro_usd"),
    [({"cost": 0}, 0), ({"currency": "usd"}, 1_500), ({"cost": {"total_cost": "0.2"}}, 200_000)],
)
def test_a_cost_in_dollars_is_booked(tmp_path: Path, usage: dict[str, Any], micro_usd: int) -> None:
    given: Any = ROUTED["usage"]
    body = {**ROUTED, "usage": {**given, **usage}}
    answer = loaded(tmp_path, prefer_stated_cost=True).quote_response(body)
    assert contract_and_customer(answer)[0] == micro_usd * MICRO


def test_the_answer_says_which_service_was_asked_for_and_which_served(tmp_path: Path) -> None:
    body = {"model": "gpt-4o", "service_tier": "default", "usage": {"prompt_tokens": 9}}
    answer = loaded(tmp_path).quote_response(body, service="priority")
    assert answer.reading is not None
    assert (answer.reading.asked_service, answer.reading.stated_service) == ("priority", "default")
    assert answer.flags == ("other-service",)
    assert loaded(tmp_path).quote_response({}).reading is None


def test_the_rounds_of_a_response_know_account_and_instant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        """A clock that stands still."""

        @classmethod
        def now(cls, tz: Any = None) -> "Clock":
            return cls(2026, 11, 27, tzinfo=tz)

    monkeypatch.setattr(responses, "datetime", Clock)
    rounds = [
        {"type": kind, "input_tokens": 1000, "output_tokens": 0}
        for kind in ("compaction", "message")
    ]
    usage = {"input_tokens": 1000, "output_tokens": 0, "iterations": rounds}
    body = {"type": "message", "model": "gpt-4o", "usage": usage}
    pricing = loaded(tmp_path, rules=[{"account": "acme", "from": "2026-11-27", "fee_usd": 1}])
    answer = pricing.quote_response(body, account="acme")
    assert len(answer.quote.rounds) == 2
    assert (answer.account, answer.at) == ("acme", datetime(2026, 11, 27, tzinfo=UTC))
    assert answer.price is not None
    assert answer.price.fee_pico_usd == 10**12


class NoZone(tzinfo):
    """A time zone that fails when it is asked."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        raise ValueError(dt)

    def tzname(self, dt: datetime | None) -> str:
        raise ValueError(dt)

    def dst(self, dt: datetime | None) -> timedelta:
        raise ValueError(dt)


@pytest.mark.parametrize(
    "at",
    [
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))),
        datetime(1, 1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        date.max,
        datetime(2026, 11, 27, tzinfo=NoZone()),
    ],
    ids=["last day", "first day", "date", "zone"],
)
@pytest.mark.parametrize("rules", [[], RULES, [{"from": "2020-01-01", "fee_usd": 1}]])
def test_an_instant_at_the_end_of_the_calendar_raises_nothing(
    tmp_path: Path, at: date, rules: list[dict[str, Any]]
) -> None:
    answer = loaded(tmp_path, rules=rules).quote("gpt-4o", Usage(1000), at=at)
    assert answer.price is not None
    record = json.loads(json.dumps(answer.record()))
    assert read_record(record).quote.pico_usd == answer.pico_usd


def test_a_markup_that_falls_during_a_job_gives_no_call_away(tmp_path: Path) -> None:
    """A rule of a tenth, at 900% and then at 0%: each call is $1 of list price, $0.1 to the team.

    The first is $1 for the customer, the second $0.1: 100 credits at 1,000 a dollar.
    """
    rules = [{"factor": "0.1"}]
    (old, new) = (loaded(tmp_path, markup_percent=percent, rules=rules) for percent in (900, 0))
    answers = [pricing.quote("gpt-4o", Usage(400_000)) for pricing in (old, new, new)]
    job, charged = Job(), []
    for answer in answers:
        assert answer.price is not None
        record = answer.record(mode="consumption_usd", before=job)
        job, delta = charge(job, answer.price, "consumption_usd", answer.snapshot.profile)
        charged.append(delta)
        assert record["charge"]["credits"]["consumption_usd"]["deducted"] == delta
        assert read_record(record)
    assert charged == [1000, 100, 100]


@pytest.mark.parametrize(
    "text", ["gpt-4o\ud800", "\U0001f600", "\x1b[31m", "a\nb", "\u202e", "x" * 9999]
)
def test_the_record_of_a_call_with_any_name_is_read_from_a_file(tmp_path: Path, text: str) -> None:
    pricing = loaded(tmp_path, rules=[{"account": "*", "fee_usd": 1}])
    body = {"model": text, "service_tier": text, "usage": {"prompt_tokens": 9}}
    for answer in (
        pricing.quote(text, Usage(9), account=text, service=text, region=text),
        pricing.quote_response(body, account=text, service=text),
    ):
        path = tmp_path / "record.json"
        path.write_text(json.dumps(answer.record(), ensure_ascii=False), encoding="utf-8")
        read = load_record(str(path))
        assert read.charge is not None
        assert answer.price is not None
        assert read.charge.price.customer_pico_usd == answer.price.customer_pico_usd
