"""Quotes of the runtime: the very ones of the core, and an answer to every question."""

import json
import logging
import os
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricectl
from pricectl import core
from pricectl.core import Catalog, Profile, Usage, calculator, document
from pricectl.core.responses import quoting as response_quoting
from pricectl.policy import Policy
from pricectl.runtime import FALLBACKS, Pricing
from pricectl.runtime import quoting as runtime_quoting
from tests.conftest import CATALOG
from tests.runtime.conftest import catalog

ASKED = (
    *("gpt-4o", "openai/gpt-4o", "GPT-4o", "gpt-4o-2024-08-06"),
    *("azure/o3", "nobody", "", "gemini-2.5-pro"),
)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Pricing:
    folder = tmp_path_factory.mktemp("rich")
    path = folder / "prices.json"
    path.write_text(CATALOG)
    return Pricing.load(path, policy=Policy(), state=folder / "state")


def test_one_call_without_a_price_flags_neither_the_calls_before_nor_after(
    tmp_path: Path,
) -> None:
    path = tmp_path / "prices.json"
    path.write_text('{"o": {"m": {"input_cost_per_token": 2e-06}}}')
    pricing = Pricing.load(path, policy=Policy(), state=tmp_path / "state")
    calls = (Usage(10), Usage(10, 5), Usage(10), Usage(10, 5), Usage(10))
    flags = [pricing.quote("m", usage).flags for usage in (Usage(10), *calls)]
    unpriced = ("unpriced-unit",)
    assert flags == [(), (), unpriced, (), unpriced, ()]


def test_an_answer_carries_what_a_ledger_keeps(pricing: Pricing, file: Path) -> None:
    answer = pricing.quote("gpt-4o", Usage(1000, 500))
    # 1,000 x $2.50/1M + 500 x $10/1M = $0.0075
    assert answer.pico_usd == 7_500_000_000
    assert answer.catalog_sha256 == Catalog.load(file.read_bytes()).sha256
    assert answer.generation == 1
    assert answer.calculator_version == pricectl.__version__
    assert (answer.match.how, answer.match.model.full_name) == ("exact", "openai/gpt-4o")
    assert answer.flags == ()
    assert answer.quote.lines[0].quantity == 1000


@given(
    name=st.sampled_from(ASKED),
    tokens=st.tuples(st.integers(0, 400_000), st.integers(0, 10_000), st.integers(0, 100)),
    service=st.sampled_from([None, "batch", "flex", "priority"]),
    at=st.sampled_from([None, date(2026, 12, 1), datetime(2027, 1, 2, tzinfo=UTC)]),
)
def test_every_quote_equals_the_quote_of_core(
    rich: Pricing,
    name: str,
    tokens: tuple[int, int, int],
    service: str | None,
    at: date | None,
) -> None:
    """Law: production uses the very same calculator, a dated row at the time of the call."""
    usage = Usage(tokens[0], tokens[1], cache_read_tokens=min(tokens[0], tokens[2]))
    answer = rich.quote(name, usage, service=service, at=at)
    loaded = rich.snapshot.catalog
    if at is None and core.find(loaded, name).model.dated:
        at = datetime.now(UTC)
    assert answer.quote == core.quote(loaded, name, usage, service=service, at=at)
    assert type(answer.quote) is core.Quote


def test_an_unknown_model_costs_the_default_price_and_is_counted(pricing: Pricing) -> None:
    for _ in range(2):
        answer = pricing.quote("mystery", Usage(1000, 1000))
        # 1,000 x $1/1M + 1,000 x $2/1M = $0.003
        assert (answer.pico_usd, answer.flags) == (3_000_000_000, ("unknown-model",))
    assert pricing.metrics().fallbacks["unknown-model"] == 2


def test_a_unit_without_a_price_is_flagged(pricing: Pricing) -> None:
    for _ in range(2):
        answer = pricing.quote("gpt-4o", Usage(1000, 0, search=2))
        assert (answer.pico_usd, answer.flags) == (2_500_000_000, ("unpriced-unit",))
        cached = pricing.quote("gpt-4o", Usage(1000, 0, cache_read_tokens=400))
        # No price for cached tokens: all 1,000 at the input rate.
        assert (cached.pico_usd, cached.flags) == (2_500_000_000, ("assumed-rate",))
    counted = pricing.metrics().fallbacks
    assert (counted["unpriced-unit"], counted["assumed-rate"]) == (2, 2)


def test_a_denied_name_is_flagged_and_still_priced(file: Path) -> None:
    pricing = Pricing.load(file, policy=Policy(), deny=["O3", "mystery"])
    answer = pricing.quote("azure/o3", Usage(1000, 0))
    assert (answer.pico_usd, answer.flags) == (
        2_000_000_000,
        ("partial-match", "other-seller", "denied-model"),
    )
    assert pricing.quote("mystery", Usage(1)).flags == ("unknown-model", "denied-model")
    assert pricing.quote("gpt-4o", Usage(1)).flags == ()
    assert pricing.metrics().fallbacks["denied-model"] == 2


@pytest.mark.parametrize(
    ("given_", "counts"),
    [
        ({"input_tokens": 100, "output_tokens": 5}, (("input", 100), ("output", 5))),
        ({"input_tokens": 100, "cache_read_tokens": None}, (("input", 100),)),
        ({}, ()),
    ],
)
def test_counts_may_come_as_a_mapping(
    pricing: Pricing, given_: object, counts: core.usage.Counts
) -> None:
    answer = pricing.quote("gpt-4o", given_)
    assert (answer.quote.usage.counts, answer.flags) == (counts, ())


@pytest.mark.parametrize(
    ("given_", "counts"),
    [
        ({"input_tokens": -5, "output_tokens": 7}, (("output", 7),)),
        ({"input_tokens": True}, ()),
        ({"input_tokens": "12"}, ()),
        ({"input_tokens": None}, ()),
        ({"input_tokens": float("nan")}, ()),
        ({"input_tokens": float("inf")}, ()),
        ({"input_tokens": Decimal("-sNaN")}, ()),
        ({"input_tokens": Decimal("1e-999999")}, ()),
        ({"input_tokens": 12.9}, (("input", 12),)),
        ({"input_tokens": Decimal("1e999999")}, (("input", 10**15),)),
        ({"input_tokens": 10**5000}, (("input", 10**15),)),
        ({"input_tokens": 100, "cache_read_tokens": 250}, (("cache_read", 100),)),
        (
            {"input_tokens": 100, "cache_read_tokens": 80, "cache_write_tokens": 80},
            (("cache_read", 80), ("cache_write", 20)),
        ),
        (
            {"input_tokens": 10, "cache_read_audio_tokens": 9, "cache_read_tokens": 4},
            (("input", 6), ("cache_read", 4)),
        ),
        ({"output_tokens": 3, "reasoning_tokens": 8}, (("reasoning", 3),)),
        ({"input_tokens": 5, "no_such_tokens": 7}, (("input", 5),)),
        ({"input_tokens": 5, 7: 7}, (("input", 5),)),
        (None, ()),
        (17, ()),
        ("usage", ()),
        ([("input_tokens", 5)], ()),
    ],
)
def test_invalid_counts_are_clamped_flagged_and_counted(
    pricing: Pricing, given_: object, counts: core.usage.Counts
) -> None:
    answer = pricing.quote("gpt-4o", given_)
    assert answer.quote.usage.counts == counts
    assert answer.flags[0] == "bad-usage"
    assert pricing.metrics().fallbacks["bad-usage"] == 1


def test_bad_counts_do_not_depend_on_the_decimal_context(pricing: Pricing) -> None:
    """Law 24."""
    bad = {"input_tokens": Decimal("123456.9"), "input_second": Decimal("12.3456")}
    expected = (("input", 123_456), ("input_second", 12_345))
    with localcontext() as context:
        context.prec = 2
        assert pricing.quote("gpt-4o", bad).quote.usage.counts == expected
    assert getcontext().prec == 28


class Hostile:
    """Fails whatever is asked of it."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __hash__(self) -> int:
        raise RuntimeError("hash")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    def __repr__(self) -> str:
        raise RuntimeError("repr")

    def __bool__(self) -> bool:
        raise RuntimeError("bool")


class HostileMapping(dict[str, int]):
    def items(self) -> object:  # type: ignore[override]
        raise MemoryError


def deep() -> list[object]:
    nested: list[object] = []
    for _ in range(sys.getrecursionlimit() * 3):
        nested = [nested]
    return nested


ANY_NAME: dict[str, object] = {
    "nothing": None,
    "empty": "",
    "number": 5,
    "bytes": b"gpt-4o",
    "list": ["gpt-4o"],
    "dict": {},
    "hostile": Hostile(),
    "deep": deep(),
    "huge": "x" * 5_000_000,
    "surrogate": "\ud800",
    "zero": "\0",
}
ANY_USAGE: dict[str, object] = {
    "hostile": Hostile(),
    "hostile mapping": HostileMapping(input_tokens=5),
    "forged": tuple.__new__(Usage, (5, "x", ((1, 2, 3),))),
    "short": tuple.__new__(Usage, (5,)),
    "deep": deep(),
    "hostile count": {"input_tokens": Hostile()},
}
FIRST_INSTANT = datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))
ANY_REST: dict[str, dict[str, object]] = {
    "service number": {"service": 5},
    "service hostile": {"service": Hostile()},
    "region list": {"region": ["eu"]},
    "day as text": {"at": "2026-01-01"},
    "day hostile": {"at": Hostile()},
    "day out of range": {"at": FIRST_INSTANT},
}


@pytest.mark.parametrize("kind", ANY_NAME)
def test_any_name_is_answered(pricing: Pricing, kind: str) -> None:
    answer = pricing.quote(ANY_NAME[kind], Usage(1_000_000))  # type: ignore[arg-type]
    assert answer.pico_usd == 10**12
    assert "unknown-model" in answer.flags


@pytest.mark.parametrize("kind", ANY_USAGE)
def test_any_usage_is_answered(pricing: Pricing, kind: str) -> None:
    answer = pricing.quote("gpt-4o", ANY_USAGE[kind])
    assert answer.match.model.name == "gpt-4o"
    assert answer.flags


@pytest.mark.parametrize("kind", ANY_REST)
def test_any_other_argument_is_answered(pricing: Pricing, kind: str) -> None:
    answer = pricing.quote("gpt-4o", Usage(1000, 500), **ANY_REST[kind])  # type: ignore[arg-type]
    assert (answer.pico_usd, answer.flags) == (7_500_000_000, ("bad-argument",))


def test_a_calculation_that_fails_charges_nothing_and_says_so(
    pricing: Pricing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pricectl.runtime.quoting.quote", broken)
    answer = pricing.quote("mystery", Usage(1000))
    assert (answer.pico_usd, answer.flags[0]) == (0, "internal-error")


def test_metrics_name_every_kind_from_the_start(pricing: Pricing) -> None:
    metrics = pricing.metrics()
    assert metrics.fallbacks == dict.fromkeys(FALLBACKS, 0)
    assert metrics.reloads == {"reloaded": 0, "unchanged": 0, "refused": 0}
    assert (metrics.last_reload_ok, metrics.last_reload_at) == (True, None)
    with pytest.raises(TypeError):
        metrics.fallbacks["unknown-model"] = 5  # type: ignore[index]


def test_a_broken_log_handler_does_not_fail_a_call(
    pricing: Pricing, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError(record.getMessage())

    handler = Broken()
    logging.getLogger("pricectl.runtime").addHandler(handler)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    try:
        assert pricing.quote("mystery", Usage(1)).flags == ("unknown-model",)
    finally:
        logging.getLogger("pricectl.runtime").removeHandler(handler)


def test_credit_settings_belong_to_the_snapshot(file: Path) -> None:
    Path("pricectl.toml").write_text('profile = "gold"\n[profiles.gold]\nmarkup_percent = 30\n')
    pricing = Pricing.load(file)
    answer = pricing.quote("gpt-4o", Usage(1))
    assert answer.snapshot.profile == Profile("gold", markup_percent=Fraction(30))


def test_the_shared_pricing_loads_at_first_use(file: Path, tmp_path: Path) -> None:
    from pricectl import runtime

    runtime.configure(file, policy=Policy())
    assert runtime.quote("o3", Usage(1_000_000)).pico_usd == 2 * 10**12
    assert runtime.get_pricing().snapshot.source == str(file)
    assert runtime.reload_pricing().status == "unchanged"
    other = tmp_path / "other.json"
    other.write_bytes(catalog({"o3": (3, 3)}))
    os.environ["PRICECTL_FILE"] = str(other)
    try:
        runtime.configure(policy=Policy())
        assert runtime.quote("o3", Usage(1_000_000)).pico_usd == 3 * 10**12
    finally:
        del os.environ["PRICECTL_FILE"]


def test_an_announced_price_takes_effect_automatically(file: Path) -> None:
    """Until 2000 $1, today $2 and from the year 9000 on $3 per 1M: calls are made now."""
    file.write_text(
        '{"x": {"soon": {"input_cost_per_token": 2e-6,'
        ' "previous": [{"until": "2000-01-01", "input_cost_per_token": 1e-6}],'
        ' "upcoming": [{"from": "9000-01-01", "input_cost_per_token": 3e-6}]},'
        ' "begun": {"input_cost_per_token": 2e-6,'
        ' "upcoming": [{"from": "2000-01-01", "input_cost_per_token": 3e-6}]}}}',
        encoding="utf-8",
    )
    pricing = Pricing.load(file, policy=Policy())
    for _ in range(2):  # the second call takes the short way where there is one
        assert pricing.quote("soon", Usage(1)).pico_usd == 2_000_000
        assert pricing.quote("begun", Usage(1)).pico_usd == 3_000_000
    assert pricing.quote("soon", Usage(1), at=date(1999, 1, 1)).pico_usd == 1_000_000


BODY: dict[str, Any] = {
    "model": "gpt-4o",
    "object": "chat.completion",
    "usage": {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500},
}


def test_a_raw_response_is_one_call(pricing: Pricing) -> None:
    """1,000 x $2.50 + 500 x $10 per 1M = $0.0075."""
    answer = pricing.quote_response(BODY)
    assert (answer.pico_usd, answer.flags) == (7_500_000_000, ())
    # o3: 1,000 x $2 + 500 x $8 = $0.006
    assert pricing.quote_response(BODY, model="o3").pico_usd == 6_000_000_000


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens_details": {"cached_tokens": 1001}}])
@pytest.mark.parametrize("service", [None, "flex"])
def test_a_response_is_parsed_once_and_its_row_found_once(
    pricing: Pricing,
    monkeypatch: pytest.MonkeyPatch,
    usage: dict[str, object],
    service: str | None,
) -> None:
    counted: list[object] = []

    def counting(function: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            counted.append(arguments[-1])
            return function(*arguments, **options)

        return call

    text = json.dumps({**BODY, "usage": {**BODY["usage"], **usage}, "service_tier": service})
    monkeypatch.setattr(document, "parse", counting(document.parse))
    for module in (calculator, response_quoting, runtime_quoting):
        monkeypatch.setattr(module, "find", counting(module.find))
    pricing.quote_response(text)
    assert counted == [text, "openai/gpt-4o"]


def test_a_response_is_named_and_priced_by_one_version(file: Path) -> None:
    """A reload falls between reading the response's seller and pricing it."""
    old = {
        "acme": {"gpt-x": {"input_cost_per_token": 9e-06}},
        "openai": {"gpt-x": {"input_cost_per_token": 1e-05}},
    }
    file.write_text(json.dumps(old), encoding="utf-8")
    pricing = Pricing.load(file, policy=Policy())

    class ReloadingBody(dict[str, object]):
        def get(self, key: str, default: object = None) -> object:
            if key == "usage" and pricing.snapshot.generation == 1:
                file.write_text(json.dumps({"openai": old["openai"]}), encoding="utf-8")
                assert pricing.reload(force=True).status == "reloaded"
            return super().get(key, default)

    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    answer = pricing.quote_response(
        ReloadingBody({"model": "gpt-x", "usage": usage}), provider="acme"
    )
    # The old version sells acme/gpt-x at $9 per 1M; the new one knows $10 alone.
    assert (answer.match.model.full_name, answer.pico_usd) == ("acme/gpt-x", 9 * 10**12)
    assert (answer.generation, pricing.snapshot.generation) == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(BODY),
        json.dumps(BODY, indent=2),
        json.dumps([BODY]),
        f"data: {json.dumps(BODY)}\n\ndata: [DONE]\n\n",
        f"{json.dumps({'model': 'gpt-4o'})}\n{json.dumps(BODY)}\n",
    ],
)
def test_a_response_may_come_as_text(pricing: Pricing, text: str) -> None:
    """As a client has it: JSON, JSON lines or server-sent events."""
    for body in (text, text.encode(), bytearray(text.encode())):
        answer = pricing.quote_response(body)
        assert (answer.pico_usd, answer.flags) == (7_500_000_000, ())


@pytest.mark.parametrize("name", ["gpt-4o ", "gpt-4o\n", " \tgpt-4o\r\n"])
def test_blanks_around_a_name_cost_nothing(file: Path, name: str) -> None:
    pricing = Pricing.load(file, policy=Policy())
    for _ in range(2):
        assert pricing.quote(name, Usage(1000, 500)).pico_usd == 7_500_000_000
        assert pricing.quote_response(BODY, model=name).pico_usd == 7_500_000_000
        assert pricing.quote_response({**BODY, "model": name}).flags == ()
    denied = Pricing.load(file, policy=Policy(), deny=["gpt-4o\n"])
    assert denied.quote(name, Usage(1)).flags == ("denied-model",)


def test_a_response_that_states_more_than_units_say_so(pricing: Pricing) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1700}
    answer = pricing.quote_response(BODY | {"usage": usage})
    assert (answer.pico_usd, answer.flags) == (7_500_000_000, ("unexpressed-signal",))
    assert pricing.metrics().fallbacks["unexpressed-signal"] == 1


@pytest.mark.parametrize(
    ("usage", "pico_usd"),
    [
        # More cached than there was, cut to all of it; the row has no cache price.
        ({"prompt_tokens_details": {"cached_tokens": 1001}}, 7_500_000_000),
        ({"completion_tokens_details": {"reasoning_tokens": 501}}, 7_500_000_000),
        ({"prompt_tokens": 1000.0}, 7_500_000_000),
        ({"prompt_tokens_details": {"audio_tokens": -1}}, 7_500_000_000),
    ],
)
def test_an_impossible_count_does_not_make_a_response_free(
    pricing: Pricing, usage: dict[str, object], pico_usd: int
) -> None:
    counts = {"prompt_tokens": 1000, "completion_tokens": 500, **usage}
    answer = pricing.quote_response({**BODY, "usage": counts})
    assert answer.pico_usd == pico_usd
    assert "bad-usage" in answer.flags
    assert "unknown-model" not in answer.flags
    assert answer.match.model.name == "gpt-4o"


def test_unpriced_units_of_a_response_are_flagged(pricing: Pricing) -> None:
    answer = pricing.quote_response({**BODY, "service_tier": "ultrafast"})
    assert (answer.pico_usd, answer.flags) == (7_500_000_000, ("missing-service",))
    for _ in range(2):
        assert pricing.quote("gpt-4o-latest", Usage(1)).flags == ("partial-match",)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        " \n",
        b"\x00",
        b"\xff",
        "{",
        "data: {",
        "[" * 9999,
        5,
        [],
        {},
        {"usage": -1},
        object(),
    ],
)
def test_any_response_gets_an_answer(pricing: Pricing, body: object) -> None:
    answer = pricing.quote_response(body, model="gpt-4o")
    assert answer.pico_usd == 0
    assert "bad-usage" in answer.flags


TIERED = {
    "input_cost_per_token": 1e-06,
    "input_cost_per_token_above_200k_tokens": 2e-06,
    "output_cost_per_token": 5e-06,
    "input_cost_per_token_flex": 5e-07,
}


def rounds_body(**members: object) -> dict[str, object]:
    """150,000 and 250,000 input tokens: at $1 and at $2 per 1M they cost $0.65."""
    rounds = [
        {"type": "message", "input_tokens": tokens, "output_tokens": 0}
        for tokens in (150_000, 250_000)
    ]
    usage = {"input_tokens": 400_000, "output_tokens": 0, "iterations": rounds}
    return {"model": "m", "usage": usage, **members}


@pytest.fixture
def tiered(file: Path) -> Pricing:
    dated = {**TIERED, "previous": [{**TIERED, "until": "2026-01-01"}]}
    file.write_text(json.dumps({"any": {"m": TIERED, "dated": dated}}), encoding="utf-8")
    return Pricing.load(file, policy=Policy(), state=file.parent)


@pytest.mark.parametrize("model", ["m", "dated"])
def test_a_process_prices_each_request_of_a_response_at_its_own_tier(
    tiered: Pricing, model: str
) -> None:
    answer = tiered.quote_response(rounds_body(), model=model)
    assert (answer.pico_usd, answer.flags) == (650_000_000_000, ())
    assert [part.above_tokens for part in answer.quote.rounds] == [0, 200_000]


def test_a_response_of_several_requests_keeps_its_price_if_the_date_is_unreadable(
    tiered: Pricing,
) -> None:
    answer = tiered.quote_response(rounds_body(), at="yesterday")  # type: ignore[arg-type]
    assert (answer.pico_usd, answer.flags) == (650_000_000_000, ("bad-argument",))


def test_a_process_tells_when_another_service_was_charged(tiered: Pricing) -> None:
    """1,000 tokens at the flex price of $0.50 per 1M."""
    body = {"model": "m", "service_tier": "flex", "usage": {"prompt_tokens": 1000}}
    answer = tiered.quote_response(body, service="priority")
    assert (answer.pico_usd, answer.flags) == (500_000_000, ("other-service",))
    assert tiered.quote_response(body, service="flex").flags == ()
    wrong = tiered.quote_response(body, service=5)  # type: ignore[arg-type]
    assert (wrong.pico_usd, wrong.flags) == (500_000_000, ("bad-argument",))


def test_the_tier_of_a_sum_of_requests_is_that_of_their_average(tiered: Pricing) -> None:
    """Two of 150,000 tokens are below the threshold, two of 250,000 above it."""
    for tokens, pico in ((300_000, 300_000_000_000), (500_000, 1_000_000_000_000)):
        body = {"model": "m", "usage": {"requests": 2, "input_tokens": tokens}}
        answer = tiered.quote_response(body)
        assert (answer.pico_usd, answer.flags) == (pico, ("averaged-tier",))


def test_a_datetime_without_a_zone_is_taken_as_utc_and_flagged(pricing: Pricing) -> None:
    naive = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - what is tested
    answer = pricing.quote("o3", Usage(1_000_000), at=naive)
    assert (answer.pico_usd, answer.flags) == (2 * 10**12, ("bad-argument",))
    assert pricing.quote("o3", Usage(1), at=naive.replace(tzinfo=UTC)).flags == ()


def test_a_row_that_is_not_understood_is_flagged_at_each_call_and_the_others_are_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "prices.json"
    plain = {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
    strange = {**plain, "off_peak_pricing": {"moon": "full", "input_cost_per_token": 1e-06}}
    path.write_text(json.dumps({"acme": {"strange": strange, "plain": plain}}))
    pricing = Pricing.load(path, policy=Policy(), state=tmp_path / "state")
    for _ in range(3):
        answer = pricing.quote("strange", Usage(1000, 100))
        assert (answer.pico_usd, answer.flags) == (2_800_000_000, ("unread-pricing",))
        assert pricing.quote("plain", Usage(1000, 100)).flags == ()
