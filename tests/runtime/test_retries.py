"""A failure at start that passes is not for life: the files are tried again, and answers say so."""

import errno
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from pricectl.core import Usage
from pricectl.policy import Policy
from pricectl.runtime import Pricing, polling, updater
from tests.runtime.conftest import PLAIN, catalog
from tests.runtime.test_workers import wait_for

MILLION = Usage(1_000_000)


class Clock:
    """The process's clock, which only the test moves."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(updater, "monotonic", clock)
    monkeypatch.setattr(polling, "monotonic", clock)
    return clock


def try_again(pricing: Pricing, clock: Clock) -> None:
    """Let the first pause end."""
    pricing.poll()
    clock.now += polling.FIRST_RETRY_SECONDS
    pricing.poll()


def load(path: Path) -> Pricing:
    return Pricing.load(path, policy=Policy(), check_seconds=0)


def hide(file: Path) -> Callable[[], object]:
    hidden = file.rename(file.with_name("hidden"))
    return lambda: hidden.rename(file)


def make_a_folder(file: Path) -> Callable[[], object]:
    back = hide(file)
    file.mkdir()
    return lambda: (file.rmdir(), back())  # type: ignore[func-returns-value]


def break_json(file: Path) -> Callable[[], object]:
    data = file.read_bytes()
    file.write_bytes(b"{")
    return lambda: file.write_bytes(data)


TROUBLES = {"late": hide, "not a file": make_a_folder, "broken": break_json}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_file_is_taken_as_soon_as_it_can_be(file: Path, clock: Clock, trouble: str) -> None:
    mend = TROUBLES[trouble](file)
    pricing = load(file)
    assert pricing.quote("gpt-4o", MILLION).flags == ("packaged-prices",)
    mend()
    clock.now += polling.FIRST_RETRY_SECONDS - 0.01
    pricing.poll()
    assert pricing.quote("gpt-4o", MILLION).flags == ("packaged-prices",)
    clock.now += 0.01
    pricing.poll()
    assert pricing.quote("gpt-4o", MILLION).flags == ()
    assert pricing.snapshot.layer == "file"


def test_a_call_starts_the_next_retry(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `watch` and `poll`, beside the call, by the real clock."""
    monkeypatch.setattr(polling, "FIRST_RETRY_SECONDS", 0.01)
    mend = hide(file)
    pricing = load(file)
    mend()
    assert wait_for(lambda: pricing.quote("gpt-4o", MILLION).flags == ())


def test_the_last_good_copy_says_so_until_the_file_is_back(file: Path, clock: Clock) -> None:
    load(file)
    mend = hide(file)
    pricing = load(file)
    answer = pricing.quote("o3", MILLION)
    assert (answer.pico_usd, answer.flags) == (2 * 10**12, ("last-good-prices",))
    assert pricing.metrics().fallbacks["last-good-prices"] == 1
    mend()
    try_again(pricing, clock)
    assert pricing.quote("o3", MILLION).flags == ()


def test_a_start_without_free_file_descriptors_recovers(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        pricing = load(file)
        assert "emergency-prices" in pricing.quote("o3", MILLION).flags
    try_again(pricing, clock)
    answer = pricing.quote("o3", MILLION)
    assert (answer.pico_usd, answer.flags) == (2 * 10**12, ())


def test_a_catalog_that_appears_upwards_of_the_working_folder_is_found(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mend = hide(file)
    monkeypatch.chdir(file.parent)
    pricing = Pricing.load(policy=Policy(), check_seconds=0)
    assert pricing.quote("o3", MILLION).flags == ("packaged-prices",)
    monkeypatch.chdir("/")
    mend()
    try_again(pricing, clock)
    assert pricing.quote("o3", MILLION).pico_usd == 2 * 10**12


def test_settings_that_are_mended_are_taken(file: Path, clock: Clock) -> None:
    toml = file.with_name("pricectl.toml")
    toml.write_text('profile = "gold"\n')
    pricing = Pricing.load(file, check_seconds=0)
    assert pricing.quote("o3", MILLION).flags == ("settings-error",)
    toml.write_text('profile = "gold"\n[profiles.gold]\n')
    try_again(pricing, clock)
    assert pricing.quote("o3", MILLION).flags == ()


def test_the_pauses_between_retries_grow(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try plans the next one twice as late, up to the longest pause."""
    tries: list[float] = []
    monkeypatch.setattr(polling, "FIRST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(polling, "LONGEST_RETRY_SECONDS", 0.08)
    file.unlink()
    pricing = load(file)
    monkeypatch.setattr(updater, "reload_from_file", lambda *_, **__: tries.append(clock.now))
    for _ in range(400):
        clock.now += 0.001
        pricing.poll()
    pauses = [later - before for before, later in pairwise(tries)]
    # After 10 ms, then 20, 40, 80, 80 ms later.
    assert pauses[:5] == pytest.approx([0.02, 0.04, 0.08, 0.08, 0.08], abs=0.002)


def test_a_file_in_use_is_not_read_again_and_again(
    pricing: Pricing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updater, "reload_from_file", lambda *_, **__: pytest.fail("read again"))
    monkeypatch.setattr(polling, "run_in_thread", lambda _: pytest.fail("started a thread"))
    for _ in range(5):
        clock.now += 2 * polling.LONGEST_RETRY_SECONDS
        assert pricing.quote("o3", MILLION).flags == ()
        pricing.poll()
    assert pricing.metrics().fallbacks == dict.fromkeys(pricing.metrics().fallbacks, 0)


def test_failed_retries_are_not_counted_as_refused_reloads(file: Path, clock: Clock) -> None:
    file.unlink()
    pricing = load(file)
    for _ in range(5):
        clock.now += polling.LONGEST_RETRY_SECONDS
        pricing.poll()
    metrics = pricing.metrics()
    assert (metrics.reloads["refused"], metrics.last_reload_ok) == (0, True)
    file.write_bytes(catalog({**PLAIN, "o3": (3, 9)}))
    clock.now += polling.LONGEST_RETRY_SECONDS
    pricing.poll()
    assert pricing.quote("o3", MILLION).pico_usd == 3 * 10**12
