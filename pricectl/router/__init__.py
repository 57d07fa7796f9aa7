"""The prices of a process over HTTP, for any FastAPI app. Needs the extra `server`.

    app.include_router(make_router(get_pricing(), token=os.environ.get("PRICECTL_TOKEN")))

Quotes, health and metrics are public. The admin endpoints exist only where a token is configured.
They reload the file of the process: a request decides when, never what.
"""

try:
    import fastapi  # noqa: F401 - only to say what is missing
    import prometheus_client  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"{error.name} is missing: pip install 'pricectl[server]'", name=error.name
    ) from None

from fastapi import APIRouter

from pricectl.router.admin import add_admin
from pricectl.router.guard import Bearer, Limit
from pricectl.router.monitoring import add_monitoring
from pricectl.router.quotes import add_quotes
from pricectl.router.responses import SafeRoute
from pricectl.runtime import Pricing

__all__ = ["Limit", "make_router"]


def make_router(
    pricing: Pricing,
    *,
    token: str | None,
    reload_limit: Limit = Limit(burst=5, per_second=1.0),  # noqa: B008 - frozen
) -> APIRouter:
    """The endpoints of one process's prices; without a token there are no admin endpoints.

    `reload_limit` is each process's own. Raises BadSettings: a token that is empty or that no
    header can carry.
    """
    router = APIRouter(route_class=SafeRoute, tags=["pricing"])
    add_quotes(router, pricing)
    add_monitoring(router, pricing)
    if token is not None:
        add_admin(router, pricing, Bearer(token), reload_limit)
    return router
