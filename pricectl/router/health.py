"""`GET /healthz/pricing` and `GET /metrics`."""

from fastapi import APIRouter, Response

from pricectl.router import metrics, states
from pricectl.router.plain import HEADERS, answer
from pricectl.runtime import Pricing


def add_health(router: APIRouter, pricing: Pricing) -> None:
    """Add the endpoints that monitors read."""
    render = metrics.renderer(pricing)

    @router.get(
        "/healthz/pricing", summary="Which prices this worker charges by", response_class=Response
    )
    def healthz() -> Response:
        """Always 200, because no call fails for want of prices; `status` says "degraded"."""
        pricing.poll()
        return answer(states.health(pricing))

    @router.get("/metrics", summary="Counters for Prometheus", response_class=Response)
    def read_metrics() -> Response:
        """One worker's counters; the label `pid` tells workers of one address apart."""
        return Response(render(), headers=HEADERS, media_type=metrics.CONTENT_TYPE)
