"""`POST /admin/pricing/reload` and `GET /admin/pricing/status`, behind a token."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from pricectl.router import status as documents
from pricectl.router.background import NewsReader, run_in_daemon
from pricectl.router.guard import Bearer, HostBucket, Limit, drop_body
from pricectl.router.responses import json_response, problem
from pricectl.runtime import Pricing, ReloadResult

Force = Annotated[
    bool, Query(description="Accept a catalog that looks broken compared with the prices in use.")
]


def add_admin(
    router: APIRouter, pricing: Pricing, bearer: Bearer, limit: Limit, news: NewsReader
) -> None:
    """Add the endpoints that need the token; `limit` is the host's."""
    bucket = HostBucket(limit, lambda: pricing.group_folder)
    running: list[asyncio.Future[ReloadResult]] = []

    def is_under_way() -> bool:
        return bool(running) and not running[0].done() and not running[0].get_loop().is_closed()

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
        if is_under_way():
            return problem(429, "a reload is under way", {"Retry-After": "1"})
        # In a thread: the bucket is a file, which a slow disk or another worker may hold.
        wait_seconds = await run_in_daemon(bucket.take)
        if wait_seconds:
            headers = {"Retry-After": str(wait_seconds)}
            return problem(429, "too many reloads", headers)
        await drop_body(request)
        if is_under_way():  # begun by another request while this one's body arrived
            return problem(429, "a reload is under way", {"Retry-After": "1"})
        # One at a time, in a thread of its own: reloads that wait must not use up a pool.
        running[:] = [run_in_daemon(partial(pricing.reload, force=force))]
        result = await running[0]
        refused = result.status == "refused"
        return json_response(documents.reload_document(result), 409 if refused else 200)

    @router.get(
        "/admin/pricing/status",
        summary="The active version, the last reload, the counters of this worker",
        dependencies=[Depends(bearer)],
        responses={401: {"description": "No token, or a wrong one"}},
        response_class=Response,
    )
    async def status() -> Response:
        """Looks for another worker's reload first, for a moment at most."""
        await news.look()
        return json_response(documents.status(pricing))
