"""Calls of every wrong kind: none raises, none hangs, none prices a count that was not given."""

import itertools
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import pricectl
from pricectl import production, runtime
from pricectl.core import Usage, quote
from pricectl.policy import Policy
from pricectl.runtime import Answer, Pricing

CALLS = int(os.environ.get("PRICECTL_TEST_HOSTILE_CALLS", "4000"))
BAD = {"bad-usage", "bad-argument", "internal-error"}


class HostileText(str):
    """A name that raises whatever is asked of it in Python."""

    __slots__ = ()

    def _raise(self, *_: object) -> Any:
        raise RuntimeError("hostile")

    __eq__ = __hash__ = __len__ = __iter__ = __contains__ = __str__ = __repr__ = _raise
    strip = lower = startswith = partition = __getitem__ = __bool__ = _raise


class HostileInt(int):
    """A count that raises when it is compared or added."""

    def _raise(self, *_: object) -> Any:
        raise RuntimeError("hostile")

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __add__ = __mul__ = __hash__ = _raise


class Unhashable(Mapping[Any, Any]):
    """Keys that no dict can hold."""

    def __getitem__(self, key: object) -> object:
        raise KeyError

    def __iter__(self) -> Iterator[Any]:
        return iter([[], {}, "input_tokens"])

    def __len__(self) -> int:
        return 3

    def items(self) -> Any:
        return [([], 1), ({}, 2), ("input_tokens", 3)]


class Raising:
    """Raises on every attribute."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


class Endless:
    """Has every attribute, each like itself."""

    def __getattr__(self, _: str) -> "Endless":
        return self

    def get(self, *_: object) -> "Endless":
        return self


GOOD = Usage(1000, 500)
NAMES: tuple[Any, ...] = (
    *("gpt-4o", " gpt-4o\n", "azure/o3", "nobody", "", None, 5, [], {}, b"gpt-4o", Raising()),
    *(HostileText("gpt-4o"), HostileText("nobody"), "x" * 300, "\ud800", float("nan"), object),
)
COUNTS: tuple[Any, ...] = (
    *(0, 1, 1000, -1, 10**15, 10**16, 10**5000, True, None, "7", 1.5, float("nan"), float("inf")),
    *(Decimal("1e999999999"), Decimal("NaN"), Fraction(7, 2), HostileInt(5), Raising(), [], {}),
)
USAGES: tuple[Any, ...] = (
    *(GOOD, None, 5, [], (), "usage", Raising(), Endless(), Unhashable(), {1: 2}, {None: None}),
    *(GOOD._replace(input_tokens=-5), GOOD._replace(counts=(("input", -5),))),
    *(GOOD._replace(counts=(("input", 500), ("output", 1000))), GOOD._replace(counts=None)),  # type: ignore[arg-type]
    *(tuple.__new__(Usage, (5, 5, (("input", -9),))), tuple.__new__(Usage, ())),
)
BODIES: tuple[Any, ...] = (
    *(None, 5, "", "{", b"\xff", [], {}, Raising(), Endless(), Unhashable(), "[" * 5000),
    *([{}] * 50, {"usage": Endless()}, {"usage": Raising()}, {"usage": {"prompt_tokens": {}}}),
    {"model": HostileText("gpt-4o"), "usage": {"prompt_tokens": 10, "completion_tokens": 5}},
    {"model": [], "usage": {"prompt_tokens": HostileInt(10)}},
)
WORDS: tuple[Any, ...] = (None, "batch", "nowhere", HostileText("batch"), 5, [], Raising())


@pytest.fixture
def seeded() -> random.Random:
    return random.Random(20261127)  # noqa: S311 - the same calls in every run


def any_usage(seeded: random.Random) -> Any:
    kind = seeded.randrange(3)
    if kind == 0:
        return seeded.choice(USAGES)
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "search", "nonsense", 7, None)
    given = {seeded.choice(names): seeded.choice(COUNTS) for _ in range(seeded.randrange(4))}
    return given if kind == 1 else {**given, "input_tokens": seeded.choice(COUNTS)}


def plain_counts(usage: Any) -> dict[str, int] | None:
    """The counts by unit of a good usage or a mapping of ordinary ints; None of any other."""
    if usage is GOOD:
        return {"input": 1000, "output": 500}
    totals = ("input_tokens", "output_tokens")
    if type(usage) is not dict:
        return None
    given = {key: count for key, count in usage.items() if count is not None or key in totals}
    if given.keys() - {*totals, "cache_read_tokens", "search"}:
        return None
    if not all(type(count) is int and 0 <= count <= 10**15 for count in given.values()):
        return None
    whole, cached = given.get("input_tokens", 0), given.get("cache_read_tokens", 0)
    if cached > whole:
        return None
    output, searches = given.get("output_tokens", 0), given.get("search", 0)
    counts = {"input": whole - cached, "cache_read": cached, "output": output, "search": searches}
    return {unit: count for unit, count in counts.items() if count}


def assert_priced_as_given(answer: Answer, usage: object) -> None:
    """Good counts are priced as they are given; any other usage is flagged."""
    assert type(answer) is Answer
    assert answer.pico_usd >= 0
    assert "internal-error" not in answer.flags
    expected = plain_counts(usage)
    assert ("bad-usage" in answer.flags) is (expected is None)
    if expected is not None:
        assert dict(answer.quote.usage.counts) == expected


def test_no_call_raises_or_prices_a_wrong_count(pricing: Pricing, seeded: random.Random) -> None:
    rows = pricing.snapshot.catalog
    for _ in range(CALLS):
        name, usage = seeded.choice(NAMES), any_usage(seeded)
        service, region = seeded.choice(WORDS), seeded.choice(WORDS)
        at: Any = seeded.choice((None, None, "soon", 5, Raising()))
        answer = pricing.quote(name, usage, service=service, region=region, at=at)
        assert_priced_as_given(answer, usage)
        plain = name if type(name) is str else ""
        if type(usage) is Usage and not BAD & set(answer.flags):
            word = service if isinstance(service, str) else None
            expected = quote(rows, plain or "gpt-4o", GOOD, service=word and str.__str__(word))
            assert plain == "" or answer.pico_usd == expected.pico_usd


def test_no_response_raises(pricing: Pricing, seeded: random.Random) -> None:
    for _ in range(CALLS):
        body = seeded.choice(BODIES)
        if seeded.randrange(3) == 0:
            body = {"model": seeded.choice(NAMES), "usage": any_usage(seeded)}
        answer = pricing.quote_response(
            body, model=seeded.choice(NAMES), provider=seeded.choice(WORDS)
        )
        assert type(answer) is Answer
        assert answer.pico_usd >= 0


def test_no_drop_in_function_raises(file: Path, seeded: random.Random) -> None:
    runtime.configure(file, policy=Policy())
    for _ in range(CALLS):
        one, two, three, four = (seeded.choice((*COUNTS, *NAMES)) for _ in range(4))
        costs = production.calculate_token_costs(one, two, three, four)
        assert all(type(cost) is float and cost >= 0 for cost in costs.values())
        assert set(production.apply_markup(one, two)) == {"provider_cost_usd", "client_cost_usd"}
        mode: Any = seeded.choice(
            ("job_based", "consumption_usd", HostileText("consumption_usd"), None)
        )
        credits_whole = production.calculate_credits_to_deduct(one, two, mode, three, four)
        assert type(credits_whole) is int
        assert set(production.get_model_pricing(one)) == {"input", "output"}
        assert type(production.get_provider_from_model(two)) is str
        assert type(production.list_models_by_provider(three)) is list
        production.extract_cost_from_litellm_response(seeded.choice(BODIES))
        estimate = production.estimate_cost_for_conversation(one, two, three)
        assert estimate["estimated_total_cost_usd"] >= 0


def test_a_wrong_call_of_a_drop_in_function_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        production.calculate_token_costs(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        production.get_model_pricing(nme="gpt-4o")  # type: ignore[call-arg]


def at_depth(left: int, call: Callable[[], Any]) -> Any:
    return at_depth(left - 1, call) if left else call()


def depth_now() -> int:
    frame, depth = sys._getframe(), 0  # noqa: SLF001 - the only way to count frames
    while frame.f_back:
        frame, depth = frame.f_back, depth + 1
    return depth


# gpt-4o is $2.50 and $10 per 1M tokens, a model that nobody knows $1 and $2.
FULL_PRICE = {
    "a plain quote": 7_500_000_000,
    "an unknown name": 2_000_000_000,
    "a mapping": 2_500_000_000,
    "a response": 7_500_000_000,
}
BODY = {"model": "gpt-4o", "usage": {"prompt_tokens": 1000, "completion_tokens": 500}}
NEAR_THE_LIMIT: dict[str, Callable[[Pricing], Any]] = {
    "a plain quote": lambda pricing: pricing.quote("gpt-4o", GOOD),
    "an unknown name": lambda pricing: pricing.quote("nobody", GOOD),
    "a mapping": lambda pricing: pricing.quote("gpt-4o", {"input_tokens": 1000}),
    "a response": lambda pricing: pricing.quote_response(BODY),
    "token costs": lambda _: production.calculate_token_costs(1000, 500, 2.5, 10),
    "credits": lambda _: production.calculate_credits_to_deduct(1.5, 10, "consumption_usd"),
    "a model's price": lambda _: production.get_model_pricing("nobody"),
    "an estimate": lambda _: production.estimate_cost_for_conversation("gpt-4o", ["x"]),
}


@pytest.mark.parametrize("kind", NEAR_THE_LIMIT)
def test_near_the_recursion_limit_a_call_is_answered(
    pricing: Pricing, file: Path, kind: str
) -> None:
    """Whatever number of frames is left, once the function itself has one."""
    runtime.configure(file, policy=Policy())
    call = NEAR_THE_LIMIT[kind]
    call(pricing)
    room = sys.getrecursionlimit() - depth_now() - 1
    answered = 0
    for left in range(room - 120, room):
        try:
            answer = at_depth(left, lambda: call(pricing))
        except RecursionError as error:
            deepest = error.__traceback__
            while deepest and deepest.tb_next:
                deepest = deepest.tb_next
            assert deepest is not None
            # It was the caller that had no frame left for the call.
            raised_in = Path(deepest.tb_frame.f_code.co_filename)
            assert not raised_in.is_relative_to(Path(pricectl.__file__).parent), raised_in
            continue
        answered += 1
        if isinstance(answer, Answer):
            assert_priced_or_flagged(answer, kind)
    assert answered > 60


def assert_priced_or_flagged(answer: Answer, kind: str) -> None:
    """The whole price with the flags of an ordinary call, or nothing, flagged."""
    flags = set(answer.flags)
    if answer.pico_usd == 0:
        # A usage that there was no frame left to read counts nothing.
        assert flags & (BAD if kind in {"a mapping", "a response"} else {"internal-error"})
        return
    assert answer.pico_usd == FULL_PRICE[kind]
    if "internal-error" not in flags:  # otherwise there was no frame left to say more
        assert ("unknown-model" in flags) is (kind == "an unknown name")


def test_a_signal_handler_may_quote_in_the_middle_of_a_quote(pricing: Pricing) -> None:
    handled: list[int] = []

    def handler(*_: object) -> None:
        handled.append(pricing.quote("o3", {"input_tokens": 1000}).pico_usd)
        handled.append(pricing.quote("nobody", GOOD).pico_usd)

    main, stop = threading.main_thread().ident, threading.Event()

    def interrupt() -> None:
        while not stop.wait(0.0005) and main is not None:
            signal.pthread_kill(main, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while len(handled) < 400 and time.monotonic() < deadline:
            assert pricing.quote("nobody", {"input_tokens": "x"}).pico_usd == 0
            assert pricing.quote("gpt-4o", GOOD).pico_usd == 7_500_000_000
            pricing.reload()
    finally:
        stop.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    # 1,000 x $2 per 1M; 1,000 x $1 and 500 x $2 per 1M
    assert set(handled) == {2_000_000_000}
    assert len(handled) >= 400


def test_threads_that_ask_nonsense_do_not_disturb_the_others(pricing: Pricing) -> None:
    stop = threading.Event()

    def ask() -> None:
        own = random.Random(threading.get_ident())  # noqa: S311 - not for secrets
        while not stop.is_set():
            pricing.quote(own.choice(NAMES), any_usage(own))
            pricing.quote_response(own.choice(BODIES))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(CALLS // 10):
            assert pricing.quote("gpt-4o", GOOD).pico_usd == 7_500_000_000
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


class EndlessKeys(Mapping[str, int]):
    """A mapping that does not end."""

    def __getitem__(self, key: str) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        return map(str, itertools.count())

    def __len__(self) -> int:
        return 1


class EndlessList(list[Any]):
    """A list that does not end."""

    def __iter__(self) -> Iterator[Any]:
        return itertools.repeat({"usage": None})


def test_endless_objects_are_read_to_a_bound(pricing: Pricing, file: Path) -> None:
    runtime.configure(file, policy=Policy())
    assert "bad-usage" in pricing.quote("gpt-4o", EndlessKeys()).flags
    assert "bad-usage" in pricing.quote_response(EndlessList()).flags
    endless = itertools.repeat({"content": "xxxx"})
    estimate = production.estimate_cost_for_conversation("gpt-4o", endless)
    assert estimate["estimated_input_tokens"] == 100_000


@pytest.mark.parametrize("seconds", [None, "1", [], float("nan"), 10**400])
def test_an_interval_that_is_no_number_is_left_out_and_counted(
    pricing: Pricing, caplog: pytest.LogCaptureFixture, seconds: Any
) -> None:
    pricing.watch(seconds)
    assert pricing._updater.watcher._every_seconds == 1.0  # noqa: SLF001
    assert pricing.metrics().fallbacks["bad-argument"] == 1
    assert "every_seconds is not a number of seconds" in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"check_seconds": "x"},
        {"check_seconds": None},
        {"check_seconds": 10**400},
        {"deny": None},
        {"deny": 5},
        {"deny": "gpt-4o"},
        {"policy": 5},
    ],
    ids=str,
)
def test_an_option_that_cannot_be_read_is_left_out_and_counted(
    file: Path, wrong: dict[str, Any]
) -> None:
    pricing = Pricing.load(file, **wrong)
    answer = pricing.quote("o3", Usage(1_000_000))
    assert (answer.pico_usd, answer.flags) == (2 * 10**12, ())
    assert pricing.metrics().fallbacks["bad-argument"] == 1


def test_the_old_call_after_a_fork_warns(pricing: Pricing) -> None:
    with pytest.warns(DeprecationWarning, match="needs no call"):
        pricing.after_fork()
