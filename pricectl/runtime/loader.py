"""Reads, builds and checks a catalog; only a faultless one may price calls."""

import gc
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from pricectl.core import document, sanity
from pricectl.core.catalog import Catalog, build
from pricectl.core.errors import DocumentError, PricingError
from pricectl.core.model import Model
from pricectl.core.prices import Problem
from pricectl.files import atomic
from pricectl.files.reference import fallback_or_problem
from pricectl.flags import BAD_JSON, NOT_FOUND, REFUSED, UNREADABLE, Layer
from pricectl.packaged import CATALOG, packaged_bytes, packaged_catalog
from pricectl.policy import Policy
from pricectl.runtime.snapshot import Snapshot

MAX_FINDINGS = 20
ACCEPT = "PRICECTL_ACCEPT"
# Fewer digits of a hash could fit another file by chance.
ACCEPT_DIGITS = 12


class Refused(PricingError):
    """A file must not price calls.

    `phrase` begins the log line; `findings` are the first problems.
    """

    def __init__(
        self, what: str, *, phrase: str = REFUSED, findings: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(what)
        self.phrase = phrase
        self.findings = findings

    @property
    def is_temporary(self) -> bool:
        """Whether the file could not be read. Such an error may be temporary."""
        return self.phrase == UNREADABLE


class NotAnnounced(Refused):
    """The last good copy has a version that nobody has announced, or not yet."""

    def __init__(self) -> None:
        super().__init__("the last good copy is not a version that was announced")


def to_refusal(error: Exception) -> Refused:
    """Any error as a refusal; an unexpected one is named by its type only."""
    if isinstance(error, Refused):
        return error
    return Refused(f"internal error: {type(error).__name__}", phrase=UNREADABLE)


class LoadedCatalog(NamedTuple):
    """A catalog, the bytes it was read from, and where they are from."""

    catalog: Catalog
    data: bytes
    layer: Layer
    source: str

    def snapshot(self, policy: Policy, settings_problem: str, generation: int) -> Snapshot:
        """The snapshot of this catalog and these settings, loaded now."""
        return Snapshot(
            self.catalog,
            policy,
            generation,
            self.layer,
            self.source,
            datetime.now(UTC),
            settings_problem=settings_problem,
            fallback=fallback_or_problem(policy),
        ).flagged()


def read_bytes(path: str, limit: int = document.MAX_BYTES, *, own: bool = False) -> bytes:
    """The file's bytes, at most one byte over the limit. Raises Refused.

    With `own` ForeignFile where another user may have written it.
    """
    try:
        return atomic.read(path, limit, own=own)
    except atomic.ForeignFile:
        raise
    except FileNotFoundError:
        raise Refused("no such file", phrase=NOT_FOUND) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Refused(f"cannot be read: {reason}", phrase=UNREADABLE) from None


def build_catalog(data: bytes, sha256: str) -> Catalog:
    """Parse and check everything; only a faultless catalog is returned.

    `sha256` is the data's hash. Raises Refused.
    """
    problems: list[Problem] = []
    try:
        with _pause_collection():
            values = document.parse(data)
            catalog = build(values, problems, source=sha256, paced=_let_others_run)
    except DocumentError as error:
        raise Refused(str(error), phrase=BAD_JSON) from None
    if problems:
        first, more = problems[0], len(problems) - 1
        raise Refused(
            f"{first.pointer or 'the catalog'}: {first.message}"
            + (f" (and {more} more)" if more else ""),
            findings=tuple(problems[:MAX_FINDINGS]),
        )
    return catalog.with_index(_let_others_run)


# After so many rows a thread that reads a catalog hands the interpreter to the others: Python's own
# switching every 5 ms delays each answer that needs the interpreter several times. Beside busy
# threads each turn may cost a reload 5 ms, so there are not many: 40 rows take 2 ms.
ROWS_AT_ONCE = 40
_collection_paused = False


@contextmanager
def _pause_collection() -> Iterator[None]:
    """Pause garbage collection: walking over a half-built catalog again and again takes time.

    A catalog has no reference cycles, so nothing waits to be collected meanwhile.
    """
    global _collection_paused  # noqa: PLW0603 - it belongs to the process, as the collector does
    if not gc.isenabled():
        yield
        return
    gc.disable()
    _collection_paused = True
    try:
        yield
    finally:
        _collection_paused = False
        gc.enable()


def _let_others_run(models: Iterable[Model]) -> Iterator[Model]:
    """The same models; other threads may run in between.

    A shorter `sys.setswitchinterval` would belong to the whole process, and would stay where a
    service saves and restores the interval meanwhile.
    """
    for number, model in enumerate(models, 1):
        yield model
        if number % ROWS_AT_ONCE == 0:
            time.sleep(0)


def _after_fork() -> None:
    """In a forked child, where the thread that reads a catalog does not exist."""
    if _collection_paused:
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def load(path: str, layer: Layer = "file") -> LoadedCatalog:
    """Read and build one file. Raises Refused."""
    data = read_bytes(path)
    return LoadedCatalog(build_catalog(data, atomic.sha256(data)), data, layer, path)


def load_packaged() -> LoadedCatalog:
    """The catalog inside the package, as it was when the package was built. Raises Refused."""
    if packaged_catalog().exists():
        return load(str(packaged_catalog()), "packaged")
    try:
        data = packaged_bytes(CATALOG)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused(f"cannot be read: {reason}", phrase=UNREADABLE) from None
    catalog = build_catalog(data, atomic.sha256(data))
    return LoadedCatalog(catalog, data, "packaged", str(packaged_catalog()))


def check_sane(new: Catalog, in_use: Catalog, policy: Policy) -> None:
    """Refuse a catalog that looks broken compared with the prices in use. Raises Refused.

    PRICECTL_ACCEPT=sha256:PREFIX names the one file that a person has accepted.
    """
    bounds, now = policy.limits.bounds, datetime.now(UTC)
    verdict = sanity.check(in_use, new, critical=policy.critical, bounds=bounds, at=now)
    algorithm, _, prefix = os.environ.get(ACCEPT, "").strip().lower().partition(":")
    named = algorithm == "sha256" and new.sha256.startswith(prefix)
    if not verdict.refused or (named and len(prefix) >= ACCEPT_DIGITS):
        return
    accept = f"{ACCEPT}=sha256:{new.sha256[:ACCEPT_DIGITS]} accepts this file at start"
    if os.environ.get(ACCEPT):
        accept += " (it is set to something else)"
    raise Refused(
        f"{verdict.refusal}; {verdict.next_step}; {accept}",
        findings=tuple(
            Problem(found.pointer, found.sentence) for found in verdict.of("refused")[:MAX_FINDINGS]
        ),
    )
