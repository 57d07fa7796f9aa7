"""Which prices a file, a git ref or a running server stands at, and whether all agree."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError, PricingError
from pricectl.files import catalog_file, fetch, versions
from pricectl.policy import Policy

HEALTH, STATUS = "/healthz/pricing", "/admin/pricing/status"
MAX_WORD = 200
# Empty where the default price is all there is.
_SHA256 = re.compile(r"([0-9a-f]{64})?")

Kind = Literal["file", "ref", "server"]
Outcome = Literal["same", "different", "unreadable"]


class Standing(NamedTuple):
    """One place and its prices; `problem` is why it cannot be read.

    `generation`, `calculator`, `layer` and `reload` (what the last one did) are a server's.
    """

    name: str
    kind: Kind
    sha256: str = ""
    models: int | None = None
    last_updated: str = ""
    generation: int | None = None
    calculator: str = ""
    layer: str = ""
    reload: str = ""
    problem: str = ""


def outcome(standings: Sequence[Standing]) -> Outcome:
    """Whether all can be read, and have one catalog and one calculator.

    Generations are each host's own count and may differ.
    """
    if any(standing.problem for standing in standings):
        return "unreadable"
    catalogs = {standing.sha256 for standing in standings}
    calculators = {standing.calculator for standing in standings if standing.calculator}
    return "different" if len(catalogs) > 1 or len(calculators) > 1 else "same"


def look(
    asked: str, *, file: str, policy: Policy | None = None, token: str | None = None
) -> Standing:
    """How things stand at a URL, a file or a ref; `token` asks servers for their admin status."""
    is_file = asked == catalog_file.PACKAGED or Path(asked).is_file()
    kind: Kind = "server" if fetch.is_url(asked) else "file" if is_file else "ref"
    try:
        if kind == "server":
            return _server(asked, token)
        found = versions.read(asked, file, policy or Policy())
        catalog = found.version().catalog
    except fetch.NotFetched as error:
        return Standing(asked, kind, problem="; ".join(filter(None, (error.what, error.next_step))))
    except PricingError as error:
        return Standing(asked, kind, problem=str(error).removeprefix(f"{asked}: "))
    return Standing(found.name, kind, catalog.sha256, len(catalog.models), catalog.last_updated)


def _server(url: str, token: str | None) -> Standing:
    address = url.rstrip("/") + (HEALTH if token is None else STATUS)
    found = _members(fetch.fetch(address, token=token))
    sha256 = found.get("version")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise fetch.NotFetched(
            "does not answer as pricectl's router", where=address, next_step="check the address"
        )
    reload = found.get("last_reload")
    return Standing(
        url,
        "server",
        sha256,
        _count(found.get("models")),
        _word(found.get("last_updated")),
        _count(found.get("generation")),
        _word(found.get("calculator")),
        _word(found.get("layer")),
        _word(reload.get("status") if isinstance(reload, dict) else None),
    )


def _members(data: bytes) -> Mapping[str, Json]:
    try:
        values = document.parse(data)
    except DocumentError:
        return {}
    return values if isinstance(values, dict) else {}


def _word(value: Json) -> str:
    return value[:MAX_WORD] if isinstance(value, str) else ""


def _count(value: Json) -> int | None:
    return value if type(value) is int else None
