"""The prices of a process over HTTP, for any FastAPI app. Needs the extra `server`.

    app.include_router(make_router(get_pricing(), token=os.environ.get("PRICECTL_TOKEN")))

Health is open to whoever reaches the app. Quotes and metrics are off unless they are asked for, and
the admin endpoints exist only where a token is configured. They reload the file of the process: a
request decides when, never what.
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
from pricectl.router.background import NewsReader
from pricectl.router.guard import Bearer, Limit
from pricectl.router.monitoring import add_health, add_metrics
from pricectl.router.quotes import add_quotes
from pricectl.router.responses import SafeRoute
from pricectl.runtime import Pricing

__all__ = ["Limit", "make_router"]


def make_router(
    pricing: Pricing,
    *,
    token: str | None,
    quotes: bool = False,
    metrics: bool = False,
    reload_limit: Limit = Limit(burst=5, per_second=1.0),  # noqa: B008 - frozen
) -> APIRouter:
    """The endpoints of one process's prices.

    Args:
        pricing: the prices, usually `get_pricing()`.
        token: who has it may reload, see the status and ask for whole quotes; None: nobody may.
        quotes: whether there is `GET /v1/quote`. Without the token it tells what a customer pays,
            and not what the call costs.
        metrics: whether there is `GET /metrics`. It tells how much is charged by fallbacks: leave
            it to a network that only your monitor reaches.
        reload_limit: of all workers of the host together.

    Raises:
        BadSettings: a token that is empty or that no header can carry, or a limit of reloads that
            is not two numbers from 0 on.
    """
    router = APIRouter(route_class=SafeRoute, tags=["pricing"])
    reload_limit.check()
    bearer = None if token is None else Bearer(token)
    news = NewsReader(pricing)
    add_health(router, pricing, news)
    if quotes:
        add_quotes(router, pricing, bearer)
    if metrics:
        add_metrics(router, pricing, news)
    if bearer is not None:
        add_admin(router, pricing, bearer, reload_limit, news)
    return router
