"""Readers beside reloads: each answer is of one version, and none fails."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Self

import pytest

from pricectl.core import Catalog, Usage
from pricectl.files import atomic
from pricectl.policy import Policy
from pricectl.runtime import Pricing, loader
from tests.runtime.conftest import PLAIN, catalog

pytestmark = pytest.mark.long

RELOADS = int(os.environ.get("PRICECTL_TEST_RELOADS", "1000"))
# Readers that never rest leave the reloads so little of one interpreter that 1,000 take a minute.
PAUSE_SECONDS = 0.0001
# All models at $3, all at $5 per 1M tokens.
CATALOGS = [catalog(dict.fromkeys(PLAIN, (usd, usd))) for usd in (3, 5)]
VERSIONS = {atomic.sha256(data): usd for data, usd in zip(CATALOGS, (3, 5), strict=True)}
MILLION = Usage(1_000_000)


class Readers:
    """Ask as fast as they can, until told to stop, and note what is wrong."""

    def __init__(self, pricing: Pricing, count: int) -> None:
        self.pricing = pricing
        self.stop = threading.Event()
        self.wrong: list[object] = []
        self.answers = 0
        self.threads = [threading.Thread(target=self.read) for _ in range(count)]

    def read(self) -> None:
        names, newest = list(PLAIN), 0
        while not self.stop.is_set():
            try:
                for name in names:
                    answer = self.pricing.quote(name, MILLION)
                    usd = VERSIONS[answer.catalog_sha256]
                    fits = answer.pico_usd == usd * 10**12 and not answer.flags
                    # Versions alternate, so that a generation's number tells its price.
                    fits = fits and usd == (5, 3)[answer.generation % 2]
                    if not fits or answer.generation < newest:
                        self.wrong.append(answer)
                    newest = answer.generation
                self.answers += len(names)
                time.sleep(PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001 - whatever a reader got to see
                self.wrong.append(error)

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def swap(file: Path, data: bytes) -> None:
    new = file.with_suffix(".new")
    new.write_bytes(data)
    new.replace(file)


@pytest.fixture
def busy_switching() -> object:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("busy_switching")
def test_every_answer_belongs_to_one_version(file: Path) -> None:
    """Law 22."""
    swap(file, CATALOGS[0])
    pricing = Pricing.load(file, policy=Policy())
    with Readers(pricing, 2) as readers:
        for number in range(1, RELOADS + 1):
            swap(file, CATALOGS[number % 2])
            assert pricing.reload().status == "reloaded"
    assert readers.wrong == []
    assert readers.answers > 100
    assert pricing.snapshot.generation == RELOADS + 1


def test_concurrent_reloads_end_with_the_newest_content(file: Path) -> None:
    file.write_bytes(CATALOGS[0])
    pricing, other = (Pricing.load(file, policy=Policy()) for _ in range(2))
    done = threading.Barrier(9)

    def reload(each: Pricing) -> None:
        for _ in range(20):
            each.reload()
        done.wait()
        each.poll()

    threads = [threading.Thread(target=reload, args=(each,)) for each in (pricing, other) * 4]
    for thread in threads:
        thread.start()
    for number in range(60):
        atomic.replace(file, CATALOGS[number % 2])
    newest = atomic.current_sha256(file)
    done.wait()
    for thread in threads:
        thread.join()
    pricing.reload()
    other.poll()
    assert pricing.snapshot.sha256 == other.snapshot.sha256 == newest
    assert pricing.snapshot.generation == other.snapshot.generation


def test_a_slow_reload_does_not_hold_up_readers(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pricing = Pricing.load(file, policy=Policy())
    inside, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> bytes:
        inside.set()
        go_on.wait(10)
        return catalog()

    monkeypatch.setattr("pricectl.runtime.loader.read_bytes", slow)
    reloading = threading.Thread(target=pricing.reload)
    reloading.start()
    assert inside.wait(10)
    assert pricing.quote("o3", MILLION).pico_usd == 2 * 10**12
    go_on.set()
    reloading.join()


def test_concurrent_first_calls_load_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[bytes] = []
    real = loader.build_catalog

    def build(data: bytes, sha256: str) -> Catalog:
        loads.append(data)
        return real(data, sha256)

    monkeypatch.setattr(loader, "build_catalog", build)
    monkeypatch.setenv("PRICECTL_FILE", str(file))
    pricing = Pricing()
    threads = [threading.Thread(target=pricing.quote, args=("o3", MILLION)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [file.read_bytes()]


def test_a_thread_that_reads_a_catalog_lets_the_others_run_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = {f"model-{number}": (1.5, 2) for number in range(100)}
    data = catalog(rows)
    turns: list[float] = []
    monkeypatch.setattr(time, "sleep", turns.append)
    assert len(loader.build_catalog(data, "x").models) == 100
    # 100 rows / 40 at once, while they are read and while their names are indexed
    assert turns == [0] * 4


def test_the_switch_interval_of_a_service_is_its_own(file: Path) -> None:
    """One that saved it during a load and restored it afterwards kept a shorter one for good."""
    before = sys.getswitchinterval()
    seen: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.append(sys.getswitchinterval())

    looking = threading.Thread(target=look)
    looking.start()
    pricing = Pricing.load(file, policy=Policy())
    swap(file, CATALOGS[1])
    pricing.reload()
    done.set()
    looking.join()
    assert set(seen) == {before}
