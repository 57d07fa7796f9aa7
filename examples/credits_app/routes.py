"""The endpoints: what a call costs comes from `pricectl`, what it moves goes to the ledger."""

from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Response

from .access import Customer, InShop, admin
from .answers import response, told, totals
from .bounds import most
from .calls import Call, Kept
from .orders import Account, CreateAndCall, Grant, Refund
from .settling import lost_answer
from .upstream import NotCharged

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
    held = shop.ledger.reserve(call, most(now, order), now.profile)
    if isinstance(held, Kept):
        return response(held)
    shop.ledger.send(held)
    try:
        body = shop.upstream(order.model, order.conversation(), order.max_tokens)
    except NotCharged as error:
        charged = shop.ledger.release(held)
        if charged is not None:
            return response(charged)
        raise HTTPException(502, "the model did not answer; nothing was charged") from error
    except Exception:  # noqa: BLE001 - whether the provider charges the call is not known
        return response(shop.ledger.settle(held, None, lost_answer))
    answer = shop.pricing.quote_response(body, model=order.model)
    job = shop.ledger.job(account, held.call.job)

    def tell(owed: int, left: int, flags: tuple[str, ...]) -> Kept:
        return Kept(200, told(order.model, job, body, answer, owed, left, flags))

    return response(shop.ledger.settle(held, answer, tell))


@router.get("/jobs/{job:path}")
def show_job(job: str, account: Customer, shop: InShop) -> dict[str, Any]:
    """What a job has come to so far."""
    return totals(job, shop.ledger.job(account, job))


@router.post("/jobs/{job:path}/complete")
def complete_job(job: str, account: Customer, shop: InShop) -> dict[str, Any]:
    """Close a job to further calls and say what it came to."""
    return totals(job, shop.ledger.complete(account, job))


@router.get("/credits/balance")
def show_balance(account: Customer, shop: InShop) -> dict[str, Any]:
    """The credits that are left, and those that are held for calls under way."""
    balance, held = shop.ledger.balance(account)
    return {"account": account, "balance": balance, "held": held}


@router.post("/accounts", dependencies=[Depends(admin)])
def open_account(order: Account, shop: InShop) -> dict[str, Any]:
    """Make an account, or change the budget modes that it may use."""
    shop.ledger.open_account(order.account, order.budget_modes)
    return {"account": order.account, "budget_modes": order.budget_modes}


@router.get("/calls/flagged", dependencies=[Depends(admin)])
def show_flagged(shop: InShop) -> list[dict[str, Any]]:
    """Calls that were charged their reservation: compare them with the provider's bill."""
    return shop.ledger.flagged()


@router.post("/credits/refund", dependencies=[Depends(admin)])
def refund(order: Refund, shop: InShop) -> dict[str, Any]:
    """Give credits of a job back."""
    left = shop.ledger.refund(order.account, order.job_id, order.credits, order.idempotency_key)
    return {"account": order.account, "refunded": order.credits, "balance": left}


@router.post("/credits/grant", dependencies=[Depends(admin)])
def grant(order: Grant, shop: InShop) -> dict[str, Any]:
    """Add credits that were bought."""
    left = shop.ledger.grant(order.account, order.credits, order.idempotency_key)
    return {"account": order.account, "granted": order.credits, "balance": left}
