"""Which prices a file, a git ref or a running server has, and whether all agree."""

from pathlib import Path
from typing import Literal, NamedTuple

from pricectl.core.document import Json
from pricectl.core.errors import PricingError
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS
from pricectl.files import catalog_file, fetch, health, versions
from pricectl.policy import Policy

# What a server states is bounded: nothing holds it to what pricectl would answer.
MAX_WORD = 200
MAX_FLAGS = 20

SourceKind = Literal["file", "ref", "server"]
Agreement = Literal["same", "degraded", "pending", "different", "unreadable"]
_EXIT_CODES: dict[Agreement, int] = {
    "same": CLEAN,
    "degraded": FINDINGS,
    "pending": FINDINGS,
    "different": FINDINGS,
    "unreadable": FAILED,
}


class SourcePrices(NamedTuple):
    """The prices at one URL, file or ref; `problem` is why they cannot be read.

    `generation`, `calculator`, `layer` and `reload` (what the last one did) are a server's. So are
    `group`, the workers that follow each other, `reloads_alone`, if it follows none, and `pending`,
    the hash of an edit that waits. `flags` are the problems that the server reports, and `degraded`
    says whether it reports any.
    """

    name: str
    kind: SourceKind
    sha256: str = ""
    models: int | None = None
    last_updated: str = ""
    generation: int | None = None
    calculator: str = ""
    layer: str = ""
    reload: str = ""
    problem: str = ""
    group: str = ""
    pending: str = ""
    fallback_reason: str = ""
    reloads_alone: bool = False
    flags: tuple[str, ...] = ()
    degraded: bool = False


class StatusResult(NamedTuple):
    """The prices at every source that was named; the others are compared with the first."""

    sources: tuple[SourcePrices, ...]

    @property
    def agreement(self) -> Agreement:
        """Whether all can be read and have one catalog and one calculator.

        Then also whether a server reports a problem, or an edit that nobody announced.
        """
        if any(source.problem for source in self.sources):
            return "unreadable"
        # Generations are not compared: each host counts its own.
        catalogs = {source.sha256 for source in self.sources}
        calculators = {source.calculator for source in self.sources if source.calculator}
        if len(catalogs) > 1 or len(calculators) > 1:
            return "different"
        if any(source.degraded for source in self.sources):
            return "degraded"
        return "pending" if any(source.pending for source in self.sources) else "same"

    @property
    def exit_code(self) -> int:
        """How `status` ends."""
        return _EXIT_CODES[self.agreement]


def prices_at(
    source: str, *, file: str, policy: Policy | None = None, token: str | None = None
) -> SourcePrices:
    """Read the prices at a URL, a file or a ref; `token` asks servers for their admin status."""
    is_file = source == catalog_file.PACKAGED or Path(source).is_file()
    kind: SourceKind = "server" if fetch.is_url(source) else "file" if is_file else "ref"
    try:
        if kind == "server":
            return _server(source, token)
        found = versions.read(source, file, policy or Policy())
        catalog = found.version().catalog
    except fetch.NotFetched as error:
        problem = "; ".join(filter(None, (error.what, error.next_step)))
        return SourcePrices(source, kind, problem=problem)
    except PricingError as error:
        return SourcePrices(source, kind, problem=str(error).removeprefix(f"{source}: "))
    return SourcePrices(found.name, kind, catalog.sha256, len(catalog.models), catalog.last_updated)


def _server(url: str, token: str | None) -> SourcePrices:
    found = health.read(url, token)
    last = found.get("last_reload")
    layer, reload = (
        _word(found.get("layer")),
        _word(last.get("status") if isinstance(last, dict) else None),
    )
    listed = found.get("flags")
    words = map(_word, listed[:MAX_FLAGS]) if isinstance(listed, list) else ()
    flags = tuple(word for word in words if word)
    return SourcePrices(
        url,
        "server",
        str(found["version"]),
        _count(found.get("models")),
        _word(found.get("last_updated")),
        _count(found.get("generation")),
        _word(found.get("calculator")),
        layer,
        reload,
        group=_word(found.get("group")),
        pending=_word(found.get("pending")),
        fallback_reason=_word(found.get("fallback_reason")),
        # An older release says nothing about groups.
        reloads_alone="group" in found and found["group"] is None,
        flags=flags,
        degraded=found.get("status") == "degraded"
        or bool(flags)
        or layer not in {"", "file"}
        or reload == "refused",
    )


def _word(value: Json) -> str:
    return value[:MAX_WORD] if isinstance(value, str) else ""


def _count(value: Json) -> int | None:
    return value if type(value) is int else None
