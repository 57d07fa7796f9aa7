"""Several workers of a host, their forks, and files that change under a watcher."""

import gc
import json
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Profile, Usage
from pricectl.files import atomic
from pricectl.policy import Policy
from pricectl.runtime import Pricing, loader, polling, start, updater
from pricectl.runtime.shared_files import Owner, catalog_copy
from pricectl.runtime.worker_group import WorkerGroup
from tests.runtime.conftest import PLAIN, catalog

MILLION = Usage(1_000_000)
NEW = catalog({**PLAIN, "o3": (3, 9)})
FORK: Any = multiprocessing.get_context("fork")
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


def wait_for(found: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not found():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def board(file: Path) -> Path:
    """The announcement of the group that has the file."""
    state = Path(os.environ["PRICECTL_STATE"])
    return Path(WorkerGroup(Owner.of(file), state).path)


def serve(pricing: Pricing, pipe: Connection) -> None:
    """A worker: answers "quote" and "reload" until told to end."""
    while (asked := pipe.recv()) != "end":
        if asked == "reload":
            pipe.send(pricing.reload().generation)
        else:
            answer = pricing.quote("o3", MILLION)
            pipe.send((answer.generation, answer.catalog_sha256, answer.pico_usd))


class Workers:
    """Forks of a process that has loaded its prices already."""

    def __init__(self, pricing: Pricing, count: int) -> None:
        self.pipes: list[Connection] = []
        self.processes: list[BaseProcess] = []
        for _ in range(count):
            mine, theirs = FORK.Pipe()
            process = FORK.Process(target=serve, args=(pricing, theirs), daemon=True)
            process.start()
            self.pipes.append(mine)
            self.processes.append(process)

    def ask(self, number: int, question: str) -> Any:
        self.pipes[number].send(question)
        assert self.pipes[number].poll(10)
        return self.pipes[number].recv()

    def all(self, question: str = "quote") -> list[Any]:
        return [self.ask(number, question) for number in range(len(self.pipes))]

    def end(self) -> None:
        for pipe, process in zip(self.pipes, self.processes, strict=True):
            pipe.send("end")
            process.join(5)


@pytest.fixture
def workers(pricing: Pricing) -> Iterator[Workers]:
    found = Workers(pricing, 4)
    yield found
    found.end()


def test_a_reload_in_one_worker_reaches_all_within_a_second(workers: Workers, file: Path) -> None:
    assert {price for _, _, price in workers.all()} == {2 * 10**12}
    file.write_bytes(NEW)
    assert workers.ask(2, "reload") == 2
    expected = [(2, atomic.sha256(NEW), 3 * 10**12)] * 4
    assert wait_for(lambda: workers.all() == expected, seconds=1)


def test_every_worker_sees_every_reload(workers: Workers, file: Path) -> None:
    for generation in (2, 3, 4):
        data = catalog({**PLAIN, "o3": (generation, 1)})
        file.write_bytes(data)
        assert workers.ask(generation % 4, "reload") == generation
        expected = [(generation, atomic.sha256(data), generation * 10**12)] * 4
        assert wait_for(lambda expected=expected: workers.all() == expected, seconds=1)  # type: ignore[misc]


def test_new_settings_reach_the_others_though_the_prices_are_the_same(file: Path) -> None:
    toml = Path("pricectl.toml")
    toml.write_text("[profiles.default]\nmarkup_percent = 10\n")
    pricing, other = Pricing.load(file), Pricing.load(file)
    toml.write_text("[profiles.default]\nmarkup_percent = 20\n")
    assert other.reload().generation == 2
    pricing.poll()
    profile = Profile(markup_percent=Fraction(20))
    assert (pricing.snapshot.generation, pricing.snapshot.profile) == (2, profile)
    assert pricing.snapshot.catalog is not other.snapshot.catalog


def test_a_slow_reload_starts_one_thread_only(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pricing = Pricing.load(file, policy=Policy(), check_seconds=0)
    other = Pricing.load(file, policy=Policy())
    file.write_bytes(NEW)
    other.reload()
    inside, go_on = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        inside.set()
        go_on.wait(10)

    monkeypatch.setattr("pricectl.runtime.worker_group.WorkerGroup.read", slow)
    for _ in range(20):
        pricing.quote("o3", MILLION)
    assert inside.wait(10)
    assert [each.name for each in threading.enumerate()].count("pricectl-poll") == 1
    go_on.set()
    assert wait_for(lambda: "pricectl-poll" not in {each.name for each in threading.enumerate()})


def test_an_edit_without_a_reload_is_not_loaded(pricing: Pricing, file: Path) -> None:
    file.write_bytes(NEW)
    pricing.poll()
    assert pricing.quote("o3", MILLION).pico_usd == 2 * 10**12
    assert json.loads(board(file).read_text())["generation"] == 1
    assert pricing.pending_edit == atomic.sha256(NEW)


def test_a_worker_that_is_told_to_reload_tells_the_others(file: Path) -> None:
    old = Pricing.load(file, policy=Policy())
    file.write_bytes(NEW)
    new = Pricing.load(file, policy=Policy())
    assert new.reload().status == "reloaded"
    old.poll()
    assert old.snapshot.sha256 == new.snapshot.sha256


def test_a_new_worker_joins_the_agreed_generation(pricing: Pricing, file: Path) -> None:
    file.write_bytes(NEW)
    pricing.reload()
    late = Pricing.load(file, policy=Policy())
    assert (late.snapshot.generation, late.snapshot.sha256) == (2, atomic.sha256(NEW))
    announced = json.loads(board(file).read_text())
    assert (announced["generation"], announced["sha256"]) == (2, atomic.sha256(NEW))
    assert announced["recent"] == [atomic.sha256(NEW), atomic.sha256(catalog())]


def test_a_new_worker_does_not_load_a_refused_file(pricing: Pricing, file: Path) -> None:
    file.write_bytes(NEW)
    pricing.reload()
    file.write_bytes(catalog({"o3": (1, 1)}))
    assert pricing.reload().status == "refused"
    late = Pricing.load(file, policy=Policy())
    assert (late.snapshot.layer, late.snapshot.sha256) == ("last-known-good", atomic.sha256(NEW))
    assert late.last_reload is not None
    assert "models are gone" in late.last_reload.reason
    pricing.poll()
    assert pricing.snapshot.sha256 == atomic.sha256(NEW)


def test_a_new_worker_starts_on_the_announced_version_not_on_an_edit(
    pricing: Pricing, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise two workers would charge two versions under one generation."""
    file.write_bytes(NEW)
    late = Pricing.load(file, policy=Policy())
    old, new = pricing.quote("o3", MILLION), late.quote("o3", MILLION)
    assert (new.pico_usd, new.generation, new.flags) == (old.pico_usd, old.generation, ())
    assert late.snapshot.layer == "file"
    assert late.pending_edit == atomic.sha256(NEW)
    phrases = [record.__dict__["event"] for record in caplog.records]
    assert phrases.count("pricing edit pending") == 1
    assert "fallback pricing" not in phrases
    assert late.reload().status == "reloaded"
    assert late.pending_edit == ""
    pricing.poll()
    assert (pricing.snapshot.sha256, pricing.pending_edit) == (atomic.sha256(NEW), "")


def test_where_no_other_worker_is_alive_a_start_announces_what_it_loads(file: Path) -> None:
    Pricing.load(file, policy=Policy())  # gone at once
    file.write_bytes(NEW)
    only = Pricing.load(file, policy=Policy())
    assert (only.snapshot.generation, only.snapshot.sha256) == (2, atomic.sha256(NEW))
    assert json.loads(board(file).read_text())["sha256"] == atomic.sha256(NEW)


@pytest.mark.parametrize("broken", ["lock", "write"])
def test_a_start_that_cannot_be_announced_has_no_generation(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """It took the number that the next reload of the others gave to another version."""
    policy = Policy(service="shop")
    pricing = Pricing.load(file, policy=policy)
    assert pricing.quote("o3", MILLION).generation == 1
    release = tmp_path / "release" / file.name
    release.parent.mkdir()
    release.write_bytes(NEW)

    def refuse(*_: object) -> None:
        raise OSError("read-only")

    with monkeypatch.context() as patch:
        patch.setattr(WorkerGroup, broken, refuse if broken == "write" else lambda *_: False)
        alone = Pricing.load(release, policy=policy)
        assert (alone.quote("o3", MILLION).pico_usd, alone.snapshot.generation) == (3 * 10**12, 0)
        assert alone.metrics().fallbacks["this-worker-only"] == 1
    file.write_bytes(catalog({**PLAIN, "o3": (4, 8)}))
    assert pricing.reload().generation == 2
    assert alone.snapshot.generation in {0, 2}


def test_a_start_without_the_lock_leaves_the_copy_of_the_group(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Pricing.load(file, policy=Policy())
    file.write_bytes(NEW)
    with monkeypatch.context() as patch:
        patch.setattr(WorkerGroup, "lock", lambda *_: False)
        Pricing.load(file, policy=Policy())
    assert Pricing.load(file, policy=Policy()).snapshot.sha256 == first.snapshot.sha256


def test_a_killed_worker_does_not_count_as_alive(pricing: Pricing, file: Path) -> None:
    workers = Workers(pricing, 1)
    pricing._updater._sources.group.__del__()  # type: ignore[union-attr]  # noqa: SLF001
    pricing._updater._sources.group._alive = None  # type: ignore[union-attr]  # noqa: SLF001
    file.write_bytes(NEW)
    beside = Pricing.load(file, policy=Policy())
    assert beside.snapshot.sha256 == atomic.sha256(catalog())
    del beside
    workers.processes[0].kill()
    workers.processes[0].join(5)
    assert Pricing.load(file, policy=Policy()).snapshot.sha256 == atomic.sha256(NEW)


def test_a_release_in_a_new_folder_announces_its_file(tmp_path: Path) -> None:
    policy = Policy(service="shop")
    files = [tmp_path / name / "llm_pricing_current.json" for name in ("one", "two")]
    for path, data in zip(files, (catalog(), NEW), strict=True):
        path.parent.mkdir()
        path.write_bytes(data)
    old = Pricing.load(files[0], policy=policy)
    new = Pricing.load(files[1], policy=policy)
    assert (new.snapshot.generation, new.snapshot.sha256) == (2, atomic.sha256(NEW))
    old.poll()
    assert (old.snapshot.generation, old.snapshot.sha256) == (2, atomic.sha256(NEW))
    late = Pricing.load(files[0], policy=policy)  # of the old release, which is not new any more
    assert (late.snapshot.generation, late.snapshot.sha256) == (2, atomic.sha256(NEW))


def test_services_of_one_path_do_not_share_prices(file: Path) -> None:
    shop = Pricing.load(file, policy=Policy(service="shop"))
    other = Pricing.load(file, policy=Policy(service="other"))
    file.write_bytes(NEW)
    assert shop.reload().status == "reloaded"
    other.poll()
    assert other.snapshot.sha256 == atomic.sha256(catalog())
    file.unlink()
    assert Pricing.load(file, policy=Policy(service="third")).snapshot.layer == "packaged"


def test_watching_takes_an_edit_that_waited_before(pricing: Pricing, file: Path) -> None:
    file.write_bytes(NEW)
    late = Pricing.load(file, policy=Policy())
    late.watch(3600)
    late.poll()
    late.unwatch()
    assert late.snapshot.sha256 == atomic.sha256(NEW)
    assert pricing.snapshot.sha256 != atomic.sha256(NEW)  # it follows at its next look


def test_a_follower_takes_the_announced_version_not_a_later_edit(
    pricing: Pricing, file: Path
) -> None:
    other = Pricing.load(file, policy=Policy())
    file.write_bytes(NEW)
    other.reload()
    file.write_bytes(catalog({**PLAIN, "o3": (99, 99)}))
    pricing.poll()
    assert pricing.quote("o3", MILLION).pico_usd == 3 * 10**12
    assert (pricing.snapshot.flags, pricing.snapshot.generation) == ((), 2)
    assert pricing.pending_edit == atomic.sha256(catalog({**PLAIN, "o3": (99, 99)}))


def test_a_forced_reload_reaches_the_others_too(pricing: Pricing, file: Path) -> None:
    other = Pricing.load(file, policy=Policy())
    file.write_bytes(catalog({"o3": (1, 1)}))
    assert other.reload(force=True).status == "reloaded"
    pricing.poll()
    assert pricing.snapshot.models == 1


def test_a_copy_that_is_about_to_be_announced_raises_no_alarm(
    pricing: Pricing, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A reload saves its copy before it announces the version; a worker starts in between."""
    other = Pricing.load(file, policy=Policy())
    between = board(file).read_bytes()
    file.write_bytes(NEW)
    other.reload()
    board(file).write_bytes(between)
    caplog.clear()
    with atomic.locked(board(file).parent):
        late = Pricing.load(file, policy=Policy())
    assert late.snapshot.generation == 0  # not agreed with the others
    assert [record for record in caplog.records if record.levelname != "INFO"] == []
    late.poll()
    assert late.snapshot.generation > 1
    pricing.poll()
    assert pricing.snapshot.sha256 == late.snapshot.sha256


def test_a_copy_that_somebody_rewrote_with_its_hash_is_not_used(
    file: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Pricing.load(file, policy=Policy())
    owner = Owner.of(file)
    catalog_copy(owner, state).save(NEW, atomic.sha256(NEW), 0)
    file.unlink()
    assert Pricing.load(file, policy=Policy()).snapshot.layer == "packaged"
    assert "is not a version that was announced" in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_copy_of_another_user_is_not_used(
    file: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Pricing.load(file, policy=Policy())
    os.chown(catalog_copy(Owner.of(file), state).path, 12, 34)
    file.unlink()
    assert Pricing.load(file, policy=Policy()).snapshot.layer == "packaged"
    assert "belongs to another user or service" in caplog.text


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param(
            lambda path: os.chown(path, 12, 34),
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away"),
        ),
        lambda path: path.chmod(0o666),
    ],
    ids=["owned by another user", "open to everybody"],
)
def test_an_announcement_of_another_user_is_refused(
    pricing: Pricing, file: Path, caplog: pytest.LogCaptureFixture, foreign: Callable[[Path], None]
) -> None:
    """Anybody who can write into a shared state folder chose the prices of all workers."""
    file.write_bytes(NEW)
    path = board(file)
    text = path.read_text(encoding="utf-8")
    old, new = atomic.sha256(catalog()), atomic.sha256(NEW)
    path.write_text(text.replace(old, new).replace('n": 1', 'n": 9'), encoding="utf-8")
    foreign(path)
    before = pricing.snapshot_in_use
    pricing.poll()
    assert pricing.snapshot_in_use is before
    assert pricing.last_reload is not None
    assert "belongs to another user" in pricing.last_reload.reason
    assert "belongs to another user" in caplog.text
    # A reload takes the place of what is not the group's own, and so does a start.
    assert pricing.reload().generation == 2
    found = path.stat()
    assert (found.st_uid, found.st_mode & 0o777) == (os.geteuid(), 0o600)
    foreign(path)
    caplog.clear()
    assert Pricing.load(file, policy=Policy()).snapshot.sha256 == new
    assert "belongs to another user" in caplog.text
    assert path.stat().st_uid == os.geteuid()


def test_a_copy_that_everybody_may_write_is_not_used(file: Path, state: Path) -> None:
    Pricing.load(file, policy=Policy())
    Path(catalog_copy(Owner.of(file), state).path).chmod(0o606)
    file.unlink()
    assert Pricing.load(file, policy=Policy()).snapshot.layer == "packaged"


def test_a_copy_that_its_group_may_write_is_used(file: Path, state: Path) -> None:
    """So a volume of Kubernetes is mounted for a pod with an fsGroup."""
    Pricing.load(file, policy=Policy())
    Path(catalog_copy(Owner.of(file), state).path).chmod(0o660)
    file.unlink()
    assert Pricing.load(file, policy=Policy()).snapshot.layer == "last-known-good"


def test_a_copy_of_another_service_under_this_name_is_not_used(file: Path, state: Path) -> None:
    Pricing.load(file, policy=Policy(service="other"))
    theirs = catalog_copy(Owner.of(file, "other"), state)
    Path(theirs.path).rename(catalog_copy(Owner.of(file), state).path)
    file.unlink()
    assert Pricing.load(file, policy=Policy()).snapshot.layer == "packaged"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"generation": true, "sha256": "x"}'])
def test_an_unreadable_generation_file_is_replaced(
    pricing: Pricing, file: Path, content: bytes
) -> None:
    board(file).write_bytes(content)
    pricing.poll()
    file.write_bytes(NEW)
    assert pricing.reload().generation == 2
    assert json.loads(board(file).read_text())["generation"] == 2


def test_an_announced_version_that_is_not_found_is_refused(pricing: Pricing, file: Path) -> None:
    board(file).write_text('{"generation": 7, "sha256": "none such"}')
    before = pricing.snapshot
    pricing.poll()
    assert pricing.snapshot is before
    assert pricing.last_reload is not None
    assert pricing.last_reload.reason == "the announced version was not found"


def test_nothing_is_written_beside_the_catalog(pricing: Pricing, file: Path, state: Path) -> None:
    file.write_bytes(NEW)
    assert pricing.reload().reason == ""
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert board(file).is_relative_to(state)
    assert board(file).parent.stat().st_mode & 0o077 == 0


def test_a_reload_that_cannot_be_announced_says_so(
    pricing: Pricing, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise atomic.NotWritten("cannot be written: read-only")

    file.write_bytes(NEW)
    monkeypatch.setattr("pricectl.runtime.worker_group.WorkerGroup.write", refuse)
    result = pricing.reload()
    # Another worker will announce a version of its own as generation 2.
    assert (result.status, result.generation) == ("reloaded", 0)
    assert result.reason.startswith("the other workers were not told")
    assert pricing.metrics().fallbacks["this-worker-only"] == 1


def test_a_watcher_sees_an_edit(pricing: Pricing, file: Path) -> None:
    pricing.watch(0.02)
    file.write_bytes(NEW)
    assert wait_for(lambda: pricing.snapshot.sha256 == atomic.sha256(NEW))


def test_a_watcher_sees_edits_of_the_same_second_and_size(pricing: Pricing, file: Path) -> None:
    pricing.watch(3600)
    times = (10**9, 10**9)
    for usd in (3, 4, 5, 4):
        data = catalog({**PLAIN, "o3": (usd, 8)})
        time.sleep(0.02)  # the clock of a file's times moves in steps of up to 10 ms
        with file.open("r+b") as same:
            same.write(data)
        os.utime(file, times)
        pricing.poll()
        assert pricing.quote("o3", MILLION).pico_usd == usd * 10**12


def test_a_watcher_survives_symlink_swaps(tmp_path: Path) -> None:
    """As Kubernetes does: file -> ..data/file, and ..data -> a folder that is swapped."""
    mount = tmp_path / "mount"
    for name, data in (("one", catalog()), ("two", NEW)):
        (mount / name).mkdir(parents=True)
        (mount / name / "prices.json").write_bytes(data)
    (mount / "..data").symlink_to("one")
    (mount / "prices.json").symlink_to("..data/prices.json")
    pricing = Pricing.load(mount / "prices.json", policy=Policy())
    pricing.watch(0.02)
    for name, price in (("two", 3), ("one", 2), ("two", 3)):
        (mount / "..new").symlink_to(name)
        (mount / "..new").replace(mount / "..data")
        assert wait_for(
            lambda price=price: pricing.quote("o3", MILLION).pico_usd == price * 10**12  # type: ignore[misc]
        )
    pricing.unwatch()


def test_a_watcher_refuses_a_bad_edit_once_and_takes_the_next(pricing: Pricing, file: Path) -> None:
    pricing.watch(3600)
    for content in (b"{", b"{", None, None, NEW):
        if content is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(content)
        pricing.poll()
    metrics = pricing.metrics()
    assert (metrics.reloads["refused"], metrics.reloads["reloaded"]) == (2, 1)


def test_a_watcher_retries_after_a_passing_error(
    pricing: Pricing, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pricing.watch(3600)
    file.write_bytes(NEW)
    with monkeypatch.context() as patch:
        full = OSError(24, "too many open files")
        patch.setattr(loader, "read_bytes", lambda *_: (_ for _ in ()).throw(full))
        pricing.poll()
    assert pricing.snapshot.sha256 != atomic.sha256(NEW)
    pricing.poll()
    assert pricing.snapshot.sha256 == atomic.sha256(NEW)


def test_a_watcher_sees_an_edit_of_the_settings(file: Path) -> None:
    toml = file.with_name("pricectl.toml")
    toml.write_text("[profiles.default]\nmarkup_percent = 10\n")
    pricing = Pricing.load(file)
    pricing.watch(3600)
    toml.write_text("[profiles.default]\nmarkup_percent = 20\n")
    pricing.poll()
    pricing.unwatch()
    assert pricing.snapshot.profile == Profile(markup_percent=Fraction(20))


def watchers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "pricectl-watch"]


@pytest.fixture
def no_other_watcher() -> None:
    """The watchers of earlier tests end once their prices are collected."""
    gc.collect()
    assert wait_for(lambda: not watchers())


@pytest.mark.usefixtures("no_other_watcher")
def test_a_watcher_ends_with_the_prices_it_watches(file: Path) -> None:
    pricing = Pricing.load(file, policy=Policy())
    pricing.watch(0.01)
    threads = watchers()
    assert len(threads) == 1
    del pricing
    assert wait_for(lambda: not threads[0].is_alive())


@pytest.mark.usefixtures("no_other_watcher")
@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e300])
def test_any_interval_is_watched_at_a_bounded_rate(
    pricing: Pricing, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """An interval of 0 would keep a processor busy, an endless one kill the thread."""
    looks: list[float] = []
    monkeypatch.setattr(type(pricing._updater), "poll", lambda _: looks.append(1))  # noqa: SLF001
    pricing.watch(seconds)
    threads = watchers()
    time.sleep(0.2)
    assert len(looks) <= 4
    assert all(each.is_alive() for each in threads)
    pricing.unwatch()


def test_a_fork_watches_by_itself(pricing: Pricing, file: Path) -> None:
    pricing.watch(0.02)
    workers = Workers(pricing, 2)
    pricing.unwatch()
    file.write_bytes(NEW)
    # Nothing but the watcher in the child can have seen the edit.
    assert wait_for(lambda: {price for _, _, price in workers.all()} == {3 * 10**12})
    workers.end()


def test_a_fork_while_locks_are_held_does_not_hang(pricing: Pricing) -> None:
    """Law 48: the thread that would let go is not in the child."""
    monitor = pricing._monitor  # noqa: SLF001
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with pricing._updater._lock, monitor._log._lock, monitor._lock:  # noqa: SLF001
            held.set()
            let_go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    workers = Workers(pricing, 1)
    let_go.set()
    holder.join()
    assert workers.ask(0, "reload") == 1
    assert workers.ask(0, "quote")[2] == 2 * 10**12
    workers.end()


def test_a_child_forked_while_a_catalog_is_built_collects_garbage() -> None:
    """Building a catalog pauses the collector for the process; the child has to resume it."""
    with loader._pause_collection():  # noqa: SLF001
        assert not gc.isenabled()
        child = os.fork()
        if child == 0:
            os._exit(int(not gc.isenabled()))
    assert gc.isenabled()
    assert os.waitpid(child, 0)[1] == 0


def test_a_lock_held_by_another_process_delays_no_call(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Pricing.load(file, policy=Policy()).reload()
    file.write_bytes(NEW)  # an edit that nobody has announced, and nobody else is alive
    real_sleep = time.sleep

    def sleep(seconds: float) -> None:
        if threading.current_thread() is threading.main_thread():
            pytest.fail("a call waits for a lock")
        real_sleep(seconds)

    with atomic.locked(board(file).parent), monkeypatch.context() as patch:
        patch.setattr(time, "sleep", sleep)
        pricing = Pricing.load(file, policy=Policy(), check_seconds=0)
        assert pricing.quote("o3", MILLION).pico_usd == 2 * 10**12  # the announced version
        assert pricing.quote("o3", MILLION).pico_usd == 2 * 10**12
    # A thread beside the calls takes the edit as soon as the folder is free.
    assert wait_for(lambda: pricing.quote("o3", MILLION).pico_usd == 3 * 10**12)


def test_without_a_thread_a_lock_delays_no_call_either(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    def sleep(_: float) -> None:
        pytest.fail("a call waits for a lock")

    file.rename(file.with_name("hidden"))
    pricing = Pricing.load(file, policy=Policy(), check_seconds=0)
    file.with_name("hidden").rename(file)
    monkeypatch.setattr(polling.RetryPause, "is_over", lambda _: True)
    with atomic.locked(board(file).parent), monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        patch.setattr(time, "sleep", sleep)
        assert pricing.quote("o3", MILLION).flags == ("packaged-prices",)


def test_without_a_new_thread_a_call_reloads_itself(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    pricing = Pricing.load(file, policy=Policy(), check_seconds=0)
    other = Pricing.load(file, policy=Policy())
    file.write_bytes(NEW)
    other.reload()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert pricing.quote("o3", MILLION).pico_usd == 3 * 10**12


def test_a_failed_read_of_the_announcement_is_retried(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pricing, other = (Pricing.load(file, policy=Policy()) for _ in range(2))
    file.write_bytes(NEW)
    assert other.reload().status == "reloaded"
    with monkeypatch.context() as patch:
        full = OSError(24, "too many open files")
        patch.setattr("os.open", lambda *_, **__: (_ for _ in ()).throw(full))
        pricing.poll()
    pricing.poll()
    assert pricing.quote("o3", MILLION).pico_usd == 3 * 10**12


def test_a_reload_during_the_start_does_not_wait(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a signal handler may ask, while another thread polls: each holds what the other wants."""
    pricing = Pricing()
    statuses: list[str] = []
    real = start.first_snapshot

    def first_snapshot(*arguments: Any) -> Any:
        poller = threading.Thread(target=pricing.poll)
        poller.start()
        statuses.append(pricing.reload().status)
        return real(*arguments)

    monkeypatch.setenv("PRICECTL_FILE", str(file))
    monkeypatch.setattr(updater, "first_snapshot", first_snapshot)
    assert pricing.quote("o3", MILLION).pico_usd == 2 * 10**12
    assert statuses == ["unchanged"]
