"""Writes that are whole or did not happen."""

import errno
import fcntl
import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pricectl.files import atomic
from pricectl.files.atomic import ABSENT, ChangedMeanwhile, LockBusy, NotWritten, replace, sha256

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("PRICECTL_TEST_KILLS", "40"))
OLD, NEW = b"old " * 5000, b"new!" * 9000
STEPS = (
    *("open", "read", "write", "close", "fstat", "stat", "fsync", "replace", "unlink"),
    *("listdir", "fchmod"),
)
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.json"
    path.write_bytes(OLD)
    return path


def leftovers(file: Path) -> list[str]:
    return [path.name for path in file.parent.iterdir() if path.name != file.name]


def test_a_file_is_replaced_whole(file: Path) -> None:
    before = file.stat().st_ino
    replace(file, NEW)
    assert file.read_bytes() == NEW
    assert file.stat().st_ino != before
    assert leftovers(file) == []


def test_a_new_file_gets_the_usual_mode(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        replace(tmp_path / "new", NEW, base_sha256=ABSENT)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_the_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace(file, NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_is_kept_where_allowed(file: Path) -> None:
    os.chown(file, 12, 34)
    replace(file, NEW)
    assert (file.stat().st_uid, file.stat().st_gid) == (12, 34)


def test_a_symlink_is_kept(file: Path) -> None:
    link = file.parent / "link"
    link.symlink_to(file.name)
    chain = file.parent / "chain"
    chain.symlink_to(link)
    replace(chain, NEW)
    assert chain.is_symlink()
    assert link.is_symlink()
    assert file.read_bytes() == NEW


def test_a_base_that_changed_is_refused(file: Path) -> None:
    replace(file, NEW, base_sha256=sha256(OLD))
    with pytest.raises(ChangedMeanwhile) as caught:
        replace(file, b"mine", base_sha256=sha256(OLD))
    assert str(file) in str(caught.value)
    with pytest.raises(ChangedMeanwhile):
        replace(file, b"mine", base_sha256=ABSENT)
    file.unlink()
    with pytest.raises(ChangedMeanwhile):
        replace(file, b"mine", base_sha256=sha256(NEW))
    assert leftovers(file) == []


def test_two_writers_of_one_base_cannot_both_win(file: Path) -> None:
    won: list[int] = []
    lost: list[NotWritten] = []

    def write(number: int) -> None:
        try:
            replace(file, b"%d" % number, base_sha256=sha256(OLD))
            won.append(number)
        except NotWritten as error:
            lost.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert file.read_bytes() == b"%d" % won[0]


def test_a_check_reads_what_the_disk_has_and_may_refuse(file: Path) -> None:
    seen: list[bytes] = []

    def refuse(data: bytes) -> None:
        seen.append(data)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        replace(file, NEW, check=refuse)
    assert seen == [NEW]
    assert file.read_bytes() == OLD
    assert leftovers(file) == []


def test_bytes_that_read_back_differently_are_noticed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "read", lambda *_: b"")
    with pytest.raises(NotWritten, match="other bytes"):
        replace(file, NEW)
    monkeypatch.undo()
    assert file.read_bytes() == OLD


def test_waiting_for_another_writer_ends_at_a_time_limit(file: Path) -> None:
    with (
        atomic.locked(file.parent),
        pytest.raises(LockBusy, match="somebody else"),
        atomic.locked(file.parent, seconds=0.05),
    ):
        pass
    with atomic.locked(file.parent):
        replace(file, NEW, lock_held=True)
    assert file.read_bytes() == NEW


class Child:
    """A fork of this process that does `task` and then lives until `end`."""

    def __init__(self, task: Callable[[], None] = lambda: None) -> None:
        done, self._end = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                task()
                code = 0
            finally:
                os.write(done[1], b"1" if code else b"0")
                os.close(self._end[1])
                os.read(self._end[0], 1)
                os._exit(code)
        self.failed = os.read(done[0], 1) == b"1"
        for handle in (*done, self._end[0]):
            os.close(handle)

    def end(self) -> None:
        os.write(self._end[1], b"!")  # closing is not enough: later children have a copy
        os.close(self._end[1])
        os.waitpid(self.pid, 0)


def test_a_child_forked_while_a_lock_is_held_does_not_hold_it(file: Path) -> None:
    with atomic.locked(file.parent):
        child = Child()
    with atomic.locked(file.parent, seconds=0):
        replace(file, NEW, lock_held=True)
    child.end()


def test_a_child_does_not_release_its_parents_lock(file: Path) -> None:
    with atomic.locked(file.parent):
        child = Child()
        with pytest.raises(LockBusy), atomic.locked(file.parent, seconds=0):
            pass
    child.end()


def test_a_child_forked_inside_a_lock_closes_no_file_of_its_own(file: Path) -> None:
    """The number of the closed folder is used again, and leaving the block must not close that."""

    def task() -> None:
        handle = os.open(file, os.O_RDONLY)
        lock.__exit__(None, None, None)
        os.fstat(handle)

    lock = atomic.locked(file.parent)
    lock.__enter__()
    child = Child(task)
    assert not child.failed
    lock.__exit__(None, None, None)
    child.end()


def write_and_check(file: Path) -> None:
    replace(file, NEW)
    assert sha256(file.read_bytes()) == sha256(NEW)


def test_a_child_forked_while_others_lock_can_write(file: Path) -> None:
    """Other threads lock and let go all the time; each child must find its own way to write."""
    stop = threading.Event()

    def lock_and_let_go() -> None:
        while not stop.is_set():
            with atomic.locked(file.parent):
                pass

    threads = [threading.Thread(target=lock_and_let_go) for _ in range(3)]
    for thread in threads:
        thread.start()
    children = [Child() for _ in range(20)]
    stop.set()
    for thread in threads:
        thread.join()
    with atomic.locked(file.parent, seconds=0):  # no child has kept one
        pass
    last = Child(lambda: write_and_check(file))
    assert not last.failed
    for child in (*children, last):
        child.end()


def test_a_file_system_without_locks_is_still_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    replace(file, NEW, base_sha256=sha256(OLD))
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("path", ["missing/prices.json", "prices.json/inside"])
def test_an_unwritable_path_is_refused(file: Path, path: str) -> None:
    with pytest.raises(NotWritten, match="cannot be written"):
        replace(file.parent / path, NEW)


def test_an_interrupt_leaves_no_temporary_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace(file, NEW)
    assert (file.read_bytes(), leftovers(file)) == (OLD, [])


def intercept(nth: int, act: Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]) -> None:
    """Let `act` have the Nth step of this process."""
    left = [nth]

    def guard(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            return act(name, real, args) if left[0] == 0 else real(*args, **kwargs)

        return step

    for name in STEPS:
        setattr(os, name, guard(name, getattr(os, name)))


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EPERM, errno.EROFS])
def test_a_failure_at_any_step_keeps_the_old_file(
    file: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file whole, or the new one; the temporary gone, but where removing is what fails."""

    def fail(name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        failed.append(name)
        if name == "close":
            real(*args)
        raise OSError(code, os.strerror(code))

    for nth in range(1, 100):
        failed: list[str] = []
        file.write_bytes(OLD)
        with monkeypatch.context() as patch:
            for name in STEPS:
                patch.setattr(os, name, getattr(os, name))
            intercept(nth, fail)
            try:
                replace(file, NEW)
                written = True
            except NotWritten:
                written = False
        assert file.read_bytes() == (NEW if written else OLD)
        assert leftovers(file) == []
        if not failed:
            break
    assert nth > 12


def killed_at(nth: int, file: Path, base: bytes, data: bytes, *, halfway: bool) -> bool:
    """Run a write in a child that kills itself at its Nth step; False if it came to its end."""

    def kill(name: str, _: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if name == "write" and halfway:
            real_write(args[0], args[1][: len(args[1]) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    real_write = os.write
    child = os.fork()
    if child == 0:
        try:
            intercept(nth, kill)
            replace(file, data, base_sha256=sha256(base))
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_killed_at_every_step_the_file_is_the_old_or_the_new_one(file: Path) -> None:
    """FAILURES 43 and 45, with SIGKILL."""
    outcomes, nth, content = set(), 1, OLD
    for run in range(KILLS):
        data = NEW if content == OLD else OLD
        killed = killed_at(nth, file, content, data, halfway=run % 2 == 0)
        found = file.read_bytes()
        assert found in {content, data}
        assert found == data or killed
        outcomes.add((killed, found == data))
        nth = nth + 1 if killed else 1
        content = found
    assert outcomes == {(True, False), (True, True), (False, True)}
    # What killed writers left behind, the next one removes.
    replace(file, b"at last")
    assert leftovers(file) == []
