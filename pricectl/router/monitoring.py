"""`GET /healthz/pricing` and `GET /metrics`: what monitors read.

Neither waits for a reload, nor for its lock, nor for a slow disk: both say what is in use, after a
short look at what other workers have announced.
"""

from fastapi import APIRouter, Response

from pricectl.router.background import NewsReader, run_in_daemon
from pricectl.router.responses import HEADERS, json_response
from pricectl.router.status import health
from pricectl.runtime import Pricing

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def add_health(router: APIRouter, pricing: Pricing, news: NewsReader) -> None:
    """Add the endpoint of health."""

    @router.get(
        "/healthz/pricing", summary="Which prices this worker charges by", response_class=Response
    )
    async def healthz() -> Response:
        """Always 200, because no call fails without prices; `status` says "degraded"."""
        # Another worker may have reloaded; a monitor should see that at once.
        await news.look()
        return json_response(health(pricing))


def add_metrics(router: APIRouter, pricing: Pricing, news: NewsReader) -> None:
    """Add the endpoint of metrics, which tells whoever can reach it how much is charged wrongly."""
    from pricectl.router.metrics import registry_of

    exposition = registry_of(pricing)

    @router.get("/metrics", summary="Counters for Prometheus", response_class=Response)
    async def read_metrics() -> Response:
        """One worker's counters, or those of all where PROMETHEUS_MULTIPROC_DIR is set."""
        await news.look()
        text = await run_in_daemon(exposition)
        return Response(text, headers=HEADERS, media_type=CONTENT_TYPE)
