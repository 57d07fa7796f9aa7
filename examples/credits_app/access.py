"""Who may ask what: bearer tokens of the accounts and of the administrator."""

import hmac
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pricectl.runtime import Pricing

from .ledger import Ledger
from .upstream import Upstream, complete

ADMIN = ""  # no account is called that


class Shop(NamedTuple):
    """What the API works with; `tokens` has each account's bearer token, and ADMIN's."""

    ledger: Ledger
    tokens: Mapping[str, str]
    pricing: Pricing
    upstream: Upstream = complete


def _shop(request: Request) -> Shop:
    found: Shop = request.app.state.shop
    return found


InShop = Annotated[Shop, Depends(_shop)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def _caller(shop: InShop, bearer: Bearer) -> str:
    """Whose token this is: each is compared, in constant time, and an empty one is none's."""
    given = bearer.credentials.encode() if bearer else b""
    found = [
        account
        for account, token in shop.tokens.items()
        if hmac.compare_digest(given, token.encode()) and token
    ]
    if not found:
        raise HTTPException(401, "a valid bearer token is needed")
    return found[0]


def _customer(caller: Annotated[str, Depends(_caller)]) -> str:
    if caller == ADMIN:
        raise HTTPException(403, "this is for customers")
    return caller


def admin(caller: Annotated[str, Depends(_caller)]) -> None:
    """Let the administrator in and nobody else."""
    if caller != ADMIN:
        raise HTTPException(403, "this is for the administrator")


Customer = Annotated[str, Depends(_customer)]
