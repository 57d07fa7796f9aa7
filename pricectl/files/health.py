"""Asks a running service which catalog it uses."""

import re

from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError
from pricectl.files import fetch

NOT_FOUND = 404
NO_ADMIN_ENDPOINT = "check the address, or the server has no token"
HEALTH, STATUS = "/healthz/pricing", "/admin/pricing/status"
# Empty where the default price is all there is.
_SHA256 = re.compile(r"([0-9a-f]{64})?")


def read(url: str, token: str | None = None) -> dict[str, Json]:
    """What a service says about its prices; `version` is their SHA-256, "" if it has none.

    `token` asks for the admin status. The path may be part of the URL. Raises NotFetched.
    """
    path = HEALTH if token is None else STATUS
    address = url.rstrip("/").removesuffix(path) + path
    try:
        answer = document.parse(fetch.fetch(address, token=token))
    except fetch.NotFetched as error:
        if token is not None and error.status == NOT_FOUND:
            # The router has admin endpoints only where a token is configured.
            raise fetch.NotFetched(
                error.what, where=address, next_step=NO_ADMIN_ENDPOINT, status=NOT_FOUND
            ) from None
        raise
    except DocumentError:
        answer = None
    found = answer if isinstance(answer, dict) else {}
    sha256 = found.get("version")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise fetch.NotFetched(
            "does not answer as pricectl's router", where=address, next_step="check the address"
        )
    return found
