"""Reads, builds and judges a catalog; only one without any problem may price calls."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from pricectl.core import document, sanity
from pricectl.core.catalog import Catalog, build
from pricectl.core.errors import DocumentError, PricingError
from pricectl.core.prices import Problem
from pricectl.files import atomic
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy
from pricectl.runtime import logs
from pricectl.runtime.flags import Layer
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
        self, what: str, *, phrase: str = logs.REFUSED, findings: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(what)
        self.phrase = phrase
        self.findings = findings

    @property
    def may_pass(self) -> bool:
        """Whether reading failed, which may pass, and not what the file says."""
        return self.phrase == logs.UNREADABLE


def as_refused(error: Exception) -> Refused:
    """Any error as a refusal; of an unexpected one only the type is told."""
    if isinstance(error, Refused):
        return error
    return Refused(f"internal error: {type(error).__name__}", phrase=logs.UNREADABLE)


class Loaded(NamedTuple):
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
        ).flagged()


def read_bytes(path: str, limit: int = document.MAX_BYTES) -> bytes:
    """The file's bytes, one over the bound at most. Raises Refused."""
    try:
        return atomic.read(path, limit)
    except FileNotFoundError:
        raise Refused("no such file", phrase=logs.NOT_FOUND) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Refused(f"cannot be read: {reason}", phrase=logs.UNREADABLE) from None


def build_catalog(data: bytes, sha256: str) -> Catalog:
    """Parse and check everything; only a catalog without any problem is handed out.

    `sha256` is the data's hash. Raises Refused.
    """
    problems: list[Problem] = []
    try:
        with _no_collection():
            values = document.parse(data)
            catalog = build(values, problems, sha256=sha256)
    except DocumentError as error:
        raise Refused(str(error), phrase=logs.BAD_JSON) from None
    if problems:
        first, more = problems[0], len(problems) - 1
        raise Refused(
            f"{first.pointer or 'the catalog'}: {first.message}"
            + (f" (and {more} more)" if more else ""),
            findings=tuple(problems[:MAX_FINDINGS]),
        )
    return catalog


_collection_paused = False


@contextmanager
def _no_collection() -> Iterator[None]:
    """Build many objects without the collector walking over them again and again.

    A catalog has no reference cycles, so nothing waits for it meanwhile.
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


def _resume_collection() -> None:
    """In a forked child, where the thread that paused it does not live."""
    if _collection_paused:
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_resume_collection)


def load(path: str, layer: Layer = "file") -> Loaded:
    """Read and build one file. Raises Refused."""
    data = read_bytes(path)
    return Loaded(build_catalog(data, atomic.sha256(data)), data, layer, path)


def load_packaged() -> Loaded:
    """The catalog inside the package, as it was when the package was built. Raises Refused."""
    return load(str(packaged_catalog()), "packaged")


def check_sane(new: Catalog, in_use: Catalog, policy: Policy) -> None:
    """Refuse a catalog that looks like a broken file beside the prices in use. Raises Refused.

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
