"""`POST /admin/pricing/reload` and `GET /admin/pricing/status`, behind a token."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from pricectl.router import status as documents
from pricectl.router.guard import Bearer, Bucket, Limit, drop_body
from pricectl.router.responses import json_response, problem
from pricectl.runtime import Pricing

Force = Annotated[
    bool, Query(description="Accept a catalog that looks broken compared with the prices in use.")
]


def add_admin(router: APIRouter, pricing: Pricing, bearer: Bearer, limit: Limit) -> None:
    """Add the endpoints that need the token."""
    bucket = Bucket(limit)

    @router.post(
        "/admin/pricing/reload",
        summary="Read the catalog again, for all workers of this host",
        dependencies=[Depends(bearer)],
        responses={
            401: {"description": "No token, or a wrong one"},
            409: {"description": "Refused: the findings, and the version that stays active"},
            413: {"description": "The body is too large; none is needed, and none is read"},
            429: {"description": "Too many reloads; Retry-After says when"},
        },
        response_class=Response,
    )
    async def reload(request: Request, force: Force = False) -> Response:  # noqa: FBT002
        """The file is the one this process was started with; a body is ignored."""
        wait_seconds = bucket.take()
        if wait_seconds:
            headers = {"Retry-After": str(wait_seconds)}
            return problem(429, "too many reloads", headers)
        await drop_body(request)
        result = await run_in_threadpool(pricing.reload, force=force)
        refused = result.status == "refused"
        return json_response(documents.reload_document(result), 409 if refused else 200)

    @router.get(
        "/admin/pricing/status",
        summary="The active version, the last reload, the counters of this worker",
        dependencies=[Depends(bearer)],
        responses={401: {"description": "No token, or a wrong one"}},
        response_class=Response,
    )
    def status() -> Response:
        """Looks for another worker's reload first."""
        pricing.poll()
        return json_response(documents.status(pricing))
