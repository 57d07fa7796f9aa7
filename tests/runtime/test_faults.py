"""Every operation fails once: prices stay whole, and nothing is raised."""

import errno
import fcntl
import hashlib
import io
import json
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pricectl.core import Catalog, Usage
from pricectl.core.calculator import quote
from pricectl.packaged import packaged_catalog
from pricectl.runtime import Pricing, Snapshot, loader
from tests.runtime.conftest import PLAIN, catalog

pytestmark = pytest.mark.long

OLD = catalog()
NEW = catalog({**PLAIN, "o3": (3, 9), "o5": (1, 2)})
NAMES = (*PLAIN, "o5", "claude-sonnet-4-5", "mystery")
WHOLE = {
    found.sha256: found for found in map(Catalog.load, (OLD, NEW, packaged_catalog().read_bytes()))
}

Failure = Callable[[str], BaseException]
OPERATIONS: tuple[tuple[ModuleType, str], ...] = (
    *((os, name) for name in ("open", "read", "write", "close", "fstat", "stat", "fsync")),
    *((os, name) for name in ("replace", "unlink", "listdir", "mkdir", "access", "getcwd")),
    *((os, name) for name in ("fchmod", "fchown", "urandom")),
    (fcntl, "flock"),
    (io, "open"),
    (json, "loads"),
    (hashlib, "sha256"),
    (tomllib, "load"),
    (loader, "build"),
)


class Faults:
    """Lets the Nth operation fail, once or for ever after."""

    def __init__(self, nth: int, failure: Failure, *, lasting: bool = False) -> None:
        self.left = nth
        self.failure = failure
        self.lasting = lasting
        self.hit = ""

    def guard(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == 0 or (self.lasting and self.left < 0):
                self.hit = self.hit or name
                if name == "close":
                    real(*args, **kwargs)  # a close that fails closes all the same
                raise self.failure(name)
            return real(*args, **kwargs)

        return operation


@contextmanager
def failing(faults: Faults) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module, name in OPERATIONS:
            patch.setattr(module, name, faults.guard(name, getattr(module, name)))
        yield


def out_of_order(name: str) -> BaseException:
    return OSError(errno.EIO, f"{name} failed")


def full(name: str) -> BaseException:
    return OSError(errno.ENOSPC, f"{name}: no space left")


def forbidden(name: str) -> BaseException:
    return PermissionError(errno.EPERM, f"{name} is not allowed")


def out_of_memory(name: str) -> BaseException:
    return MemoryError(name)


def assert_whole(pricing: Pricing) -> Snapshot:
    """Every price of the snapshot is the one of the version it says it is."""
    now = pricing.snapshot
    usage = Usage(1_000_000, 1_000_000)
    if now.layer == "default":
        assert now.models == 0
        return now
    whole = WHOLE[now.sha256]
    assert now.models == len(whole.models)
    for name in NAMES:
        answer = pricing.quote(name, usage)
        assert answer.snapshot is now
        assert answer.pico_usd == quote(whole, name, usage).pico_usd
    return now


def boot(file: Path, faults: Faults) -> None:
    with failing(faults):
        pricing = Pricing.load(file)
    assert_whole(pricing)
    pricing.reload()
    assert assert_whole(pricing).sha256 == Catalog.load(OLD).sha256


def boot_without_a_file(file: Path, faults: Faults) -> None:
    Pricing.load(file)
    file.unlink()
    with failing(faults):
        pricing = Pricing.load(file)
    assert assert_whole(pricing).layer in {"last-known-good", "packaged", "default"}


def reload(file: Path, faults: Faults) -> None:
    pricing = Pricing.load(file)
    before = pricing.snapshot
    file.write_bytes(NEW)
    with failing(faults):
        result = pricing.reload()
    now = assert_whole(pricing)
    assert (now is before) == (result.status == "refused")
    assert result.version == now.sha256
    pricing.poll()
    pricing.reload()
    assert assert_whole(pricing).sha256 == Catalog.load(NEW).sha256


def follow(file: Path, faults: Faults) -> None:
    pricing, other = Pricing.load(file), Pricing.load(file)
    file.write_bytes(NEW)
    assert other.reload().status == "reloaded"
    with failing(faults):
        pricing.poll()
    assert_whole(pricing)
    pricing.reload()
    assert assert_whole(pricing).sha256 == other.snapshot.sha256


def watch(file: Path, faults: Faults) -> None:
    pricing = Pricing.load(file)
    pricing.watch(3600)
    file.write_bytes(NEW)
    with failing(faults):
        pricing.poll()
    assert_whole(pricing)
    pricing.unwatch()


Scenario = Callable[[Path, Faults], None]
SCENARIOS: tuple[Scenario, ...] = (boot, boot_without_a_file, reload, follow, watch)


@pytest.mark.parametrize("failure", [out_of_order, full, forbidden, out_of_memory])
@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_nth_operation_fails_until_none_is_left(
    scenario: Scenario, failure: Failure, tmp_path: Path, *, lasting: bool
) -> None:
    """Law 20: the loader never raises, for any Nth failing operation."""
    hit = set()
    for nth in range(1, 500):
        folder = tmp_path / str(nth)
        folder.mkdir()
        file = folder / "prices.json"
        file.write_bytes(OLD)
        os.environ["PRICECTL_STATE"] = str(folder / "state")
        faults = Faults(nth, failure, lasting=lasting)
        scenario(file, faults)
        if not faults.hit:
            break
        hit.add(faults.hit)
        assert not [path for path in folder.rglob("*.tmp") if not lasting]
    else:
        pytest.fail("there is always another operation")
    assert nth > 10
    assert {"open", "read", "sha256"} <= hit
