"""The API: what a call costs comes from `pricectl.runtime`, what it moves goes to the ledger."""

import hmac
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pricectl.core import PricingError, client_cost, usd
from pricectl.core.money import divide
from pricectl.core.responses import read_response
from pricectl.runtime import Answer, Pricing, get_pricing

from .ledger import Call, JobTotals, Ledger, NoProfile, OutOfCredits, Refused, UnknownJob
from .orders import CreateAndCall, Grant, Refund
from .upstream import Upstream, complete

ADMIN = ""  # no account is called that
STATUSES: Mapping[type[Exception], int] = {NoProfile: 503, OutOfCredits: 402, UnknownJob: 404}


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


def _admin(caller: Annotated[str, Depends(_caller)]) -> None:
    if caller != ADMIN:
        raise HTTPException(403, "this is for the administrator")


Customer = Annotated[str, Depends(_customer)]
router = APIRouter(prefix="/api")


@router.post("/llm/create-and-call")
def create_and_call(order: CreateAndCall, account: Customer, shop: InShop) -> Response:
    """Call a model for a job and deduct what it adds to the job's credits."""
    request, key = order.fingerprint(), order.idempotency_key
    told = shop.ledger.replayed(account, key, request)
    if told is None:
        if shop.pricing.snapshot.profile is None:  # before the call is paid for
            raise NoProfile("the credit settings are broken; calls cannot be charged")
        body = shop.upstream(order.model, order.conversation())
        priced = _price(shop.pricing, order.model, body)
        call = Call(account, order.job_id, key, request, order.budget_mode, priced)
        told = shop.ledger.charge(call, lambda owed, left: _told(call, body, owed, left))
    return Response(told, media_type="application/json")


@router.get("/jobs/{job}")
def show_job(job: str, account: Customer, shop: InShop) -> dict[str, Any]:
    """What a job has come to so far."""
    return _totals(job, shop.ledger.job(account, job))


@router.post("/jobs/{job}/complete")
def complete_job(job: str, account: Customer, shop: InShop) -> dict[str, Any]:
    """Close a job to further calls and say what it came to."""
    return _totals(job, shop.ledger.complete(account, job))


@router.get("/credits/balance")
def show_balance(account: Customer, shop: InShop) -> dict[str, Any]:
    """The credits that are left."""
    return {"account": account, "balance": shop.ledger.balance(account)}


@router.post("/credits/refund", dependencies=[Depends(_admin)])
def refund(order: Refund, shop: InShop) -> dict[str, Any]:
    """Give credits of a job back."""
    left = shop.ledger.refund(order.account, order.job_id, order.credits, order.idempotency_key)
    return {"account": order.account, "refunded": order.credits, "balance": left}


@router.post("/credits/grant", dependencies=[Depends(_admin)])
def grant(order: Grant, shop: InShop) -> dict[str, Any]:
    """Add credits that were bought."""
    left = shop.ledger.grant(order.account, order.credits, order.idempotency_key)
    return {"account": order.account, "granted": order.credits, "balance": left}


def create_app(shop: Shop) -> FastAPI:
    """The API over one ledger."""
    app = FastAPI(title="Credits", summary="Calls to models, resold for credits")
    app.state.shop = shop
    app.include_router(router)
    app.add_exception_handler(Refused, _refused)
    return app


def from_environment() -> FastAPI:
    """The API with one account, "demo", as the environment describes it; see the README."""
    ledger = Ledger(os.environ.get("CREDITS_DATABASE", "credits.sqlite3"))
    with suppress(Refused):  # it had another amount when it was first started
        ledger.grant("demo", int(os.environ.get("CREDITS_GRANT", "1000")), "first grant")
    tokens = {
        "demo": os.environ.get("CREDITS_TOKEN", ""),
        ADMIN: os.environ.get("CREDITS_ADMIN_TOKEN", ""),
    }
    return create_app(Shop(ledger, tokens, get_pricing()))


def _refused(_: Request, error: Exception) -> Response:
    body = json.dumps({"detail": str(error)})
    return Response(body, STATUSES.get(type(error), 409), media_type="application/json")


def _price(prices: Pricing, model: str, body: Mapping[str, Any]) -> Answer:
    """What the call cost. A usage that cannot be read must not fail a call that was answered."""
    try:
        reading = read_response(body)
    except PricingError:
        return prices.quote(model, body.get("usage"))  # counted and flagged as bad usage
    service, region = reading.service or None, reading.region or None
    return prices.quote(model, reading.usage, service=service, region=region)


def _told(call: Call, body: Mapping[str, Any], owed: int, left: int) -> str:
    """The answer to a call, money as exact decimal strings."""
    priced, profile = call.priced, call.priced.snapshot.profile
    cost = client_cost(priced.pico_usd, profile) if profile else Fraction(priced.pico_usd)
    return json.dumps(
        {
            "status": "completed",
            "job_id": call.job,
            "response": body["choices"][0]["message"]["content"],
            "usage": body["usage"],
            "model": priced.match.asked,
            "budget_mode": call.mode,
            "provider_cost_usd": usd(priced.pico_usd),
            "client_cost_usd": usd(divide(cost.numerator, cost.denominator, "half-even")),
            "credits_deducted": owed,
            "balance": left,
            "pricing": {
                "sha256": priced.catalog_sha256,
                "generation": priced.generation,
                "match": priced.match.how,
                "calculator": priced.calculator_version,
                "flags": list(priced.flags),
            },
        }
    )


def _totals(job: str, found: JobTotals) -> dict[str, Any]:
    return {
        "job_id": job,
        "status": "completed" if found.completed else "open",
        "budget_mode": found.mode,
        "calls": found.calls,
        "provider_cost_usd": usd(found.total.pico_usd),
        "credits_charged": found.charged,
        "credits_refunded": found.refunded,
    }
