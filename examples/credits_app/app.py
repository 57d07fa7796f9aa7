"""The API: credits are held, the model is called, and what it cost is charged."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from pricectl.router import make_router
from pricectl.runtime import get_pricing

from .access import ADMIN, Shop
from .calls import InUse
from .database import OutOfCredits, Refused, UnknownAccount
from .jobs import UnknownJob
from .ledger import Ledger, NoProfile
from .orders import Account
from .routes import router

__all__ = ["ADMIN", "Shop", "create_app", "from_environment"]

STATUSES: Mapping[type[Exception], int] = {
    NoProfile: 503,
    OutOfCredits: 402,
    UnknownJob: 404,
    UnknownAccount: 404,
}


def create_app(shop: Shop) -> FastAPI:
    """The API over one ledger."""
    app = FastAPI(title="Credits", summary="Calls to models, resold for credits")
    app.state.shop = shop
    app.include_router(router)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    return app


def from_environment() -> FastAPI:
    """The API with one account, "demo", as the environment describes it; see the README."""
    ledger = Ledger(os.environ.get("CREDITS_DATABASE", "credits.sqlite3"))
    modes = os.environ.get("CREDITS_MODES", "consumption_usd").split()
    ledger.open_account("demo", Account(account="demo", budget_modes=modes).budget_modes)
    with suppress(Refused):  # it had another amount when it was first started
        ledger.grant("demo", int(os.environ.get("CREDITS_GRANT", "1000")), "first grant")
    tokens = {
        "demo": os.environ.get("CREDITS_TOKEN", ""),
        ADMIN: os.environ.get("CREDITS_ADMIN_TOKEN", ""),
    }
    pricing = get_pricing()
    app = create_app(Shop(ledger, tokens, pricing))
    # Health for monitors; with a token the operator's reload and status, too.
    app.include_router(make_router(pricing, token=os.environ.get("PRICECTL_TOKEN")))
    return app


def _refused(_: Request, error: Exception) -> Response:
    body = json.dumps({"detail": str(error)})
    headers = {"Retry-After": "1"} if isinstance(error, InUse) else {}
    status = STATUSES.get(type(error), 409)
    return Response(body, status, headers, media_type="application/json")


def _not_valid(_: Request, error: Exception) -> Response:
    """What is wrong where; without the input, since NaN or half a character is no JSON."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    body = {"detail": [{name: one[name] for name in ("type", "loc", "msg")} for one in found]}
    return Response(json.dumps(body), 422, media_type="application/json")
