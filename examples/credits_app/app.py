"""The API: credits are held, the model is called, and what it cost is charged.

What a call costs comes from `pricectl`, what it moves goes to the ledger.
"""

import hmac
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from pricectl.core import ANY, client_cost, find, upper_bound, usd
from pricectl.core.money import divide
from pricectl.router import make_router
from pricectl.runtime import Answer, Pricing, Snapshot, get_pricing

from .database import OutOfCredits, Refused, UnknownAccount
from .jobs import RunningJob, UnknownJob, Use
from .ledger import LEASE_SECONDS, Call, InUse, Kept, Ledger, NoProfile, lost_answer
from .orders import Account, CreateAndCall, Grant, Refund
from .upstream import NotCharged, Upstream, complete

ADMIN = ""  # no account is called that
STATUSES: Mapping[type[Exception], int] = {
    NoProfile: 503,
    OutOfCredits: 402,
    UnknownJob: 404,
    UnknownAccount: 404,
}


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
    """Call a model for a job and deduct what it adds to the job's credits.

    Everything that can refuse a call stands before the line that pays for it.
    """
    now = shop.pricing.snapshot
    call = Call(
        account, order.job_id, order.idempotency_key, order.fingerprint(), order.budget_mode
    )
    held = shop.ledger.reserve(call, _most(now, order), now.profile)
    if isinstance(held, Kept):
        return _response(held)
    shop.ledger.send(held)
    try:
        body = shop.upstream(order.model, order.conversation(), order.max_tokens)
    except NotCharged as error:
        shop.ledger.release(held)
        raise HTTPException(502, "the model did not answer; nothing was charged") from error
    except Exception:  # noqa: BLE001 - whether the provider charges the call is not known
        return _response(shop.ledger.settle(held, None, lost_answer))
    answer = shop.pricing.quote_response(body, model=order.model)
    job = shop.ledger.job(account, held.call.job)

    def tell(owed: int, left: int, flags: tuple[str, ...]) -> Kept:
        return Kept(200, _told(order.model, job, body, answer, owed, left, flags))

    return _response(shop.ledger.settle(held, answer, tell))


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
    """The credits that are left, and those that are held for calls under way."""
    balance, held = shop.ledger.balance(account)
    return {"account": account, "balance": balance, "held": held}


@router.post("/accounts", dependencies=[Depends(_admin)])
def open_account(order: Account, shop: InShop) -> dict[str, Any]:
    """Make an account, or change the budget modes that it may use."""
    shop.ledger.open_account(order.account, order.budget_modes)
    return {"account": order.account, "budget_modes": order.budget_modes}


@router.get("/calls/flagged", dependencies=[Depends(_admin)])
def show_flagged(shop: InShop) -> list[dict[str, Any]]:
    """Calls that were charged their reservation: compare them with the provider's bill."""
    return shop.ledger.flagged()


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


def _response(kept: Kept) -> Response:
    return Response(kept.text, kept.status, media_type="application/json")


def _most(now: Snapshot, order: CreateAndCall) -> Use:
    """The most that the call can cost: any service or region that the response may state."""
    match = find(now.catalog, order.model, now.fallback)
    start = datetime.now(UTC)
    bound = upper_bound(
        now.catalog,
        match,
        order.most_input_tokens(),
        order.max_tokens,
        service=ANY,
        region=ANY,
        at=start,
        until=start + timedelta(seconds=LEASE_SECONDS),
    )
    return Use(bound.pico_usd, bound.tokens)


def _told(  # noqa: PLR0913, PLR0917 - what an answer says
    model: str,
    job: RunningJob,
    body: object,
    priced: Answer,
    owed: int,
    left: int,
    flags: tuple[str, ...],
) -> str:
    """The answer to a call, money as exact decimal strings."""
    cost = client_cost(priced.pico_usd, job.profile)
    members = body if isinstance(body, Mapping) else {}
    return json.dumps(
        {
            "status": "completed",
            "job_id": job.name,
            "response": _text(members),
            "usage": members.get("usage"),
            "model": model,
            "budget_mode": job.mode,
            "provider_cost_usd": usd(priced.pico_usd),
            "client_cost_usd": usd(divide(cost.numerator, cost.denominator, "half-even")),
            "credits_deducted": owed,
            "balance": left,
            "pricing": {
                "sha256": priced.catalog_sha256,
                "generation": priced.generation,
                "match": priced.match.how,
                "calculator": priced.calculator_version,
                "flags": list(flags),
            },
        },
        default=str,
    )


def _text(body: Mapping[str, Any]) -> str:
    """The text of a completion; an answer in another shape must not fail a call that was paid."""
    try:
        return str(body["choices"][0]["message"]["content"])
    except (LookupError, TypeError):
        return ""


def _totals(job: str, found: RunningJob) -> dict[str, Any]:
    return {
        "job_id": job,
        "status": "completed" if found.completed else "open",
        "budget_mode": found.mode,
        "calls": found.calls,
        "provider_cost_usd": usd(found.total.pico_usd),
        "credits_charged": found.charged,
        "credits_held": found.held,
        "credits_refunded": found.refunded,
    }
