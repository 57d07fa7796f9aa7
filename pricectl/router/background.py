"""Work that may take long, in threads of its own.

The pool that the web framework shares among all endpoints is left alone: requests that wait there
would use it up. The threads are daemons, so that one that hangs does not keep a worker from ending.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from pricectl.runtime import Pricing

# How long an answer waits for the look at what other workers have announced.
LOOK_SECONDS = 0.2
Result = TypeVar("Result")


def run_in_daemon(function: Callable[[], Result]) -> "asyncio.Future[Result]":
    """Run a function in a new thread. Raises RuntimeError where no thread can be had."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)  # type: ignore[arg-type] # what the function returned
        else:
            future.set_exception(error)

    def run() -> None:
        result: Result | None = None
        failure: Exception | None = None
        try:
            result = function()
        except Exception as error:  # noqa: BLE001 - raised again where the result is awaited
            failure = error
        try:
            loop.call_soon_threadsafe(settle, result, failure)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    threading.Thread(target=run, name="pricectl-http", daemon=True).start()
    return future


class NewsReader:
    """Looks at what other workers have announced, one look at a time."""

    def __init__(self, pricing: Pricing) -> None:
        self._pricing = pricing
        self._look: asyncio.Future[None] | None = None

    async def look(self) -> None:
        """Look, and wait a moment for it; not at all while an earlier look is under way."""
        earlier = self._look
        if earlier is not None and not earlier.done() and not earlier.get_loop().is_closed():
            return
        self._look = run_in_daemon(self._pricing.poll)
        await asyncio.wait({self._look}, timeout=LOOK_SECONDS)
