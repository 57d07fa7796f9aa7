"""Times how long each endpoint keeps the event loop of a worker from everything else.

A heartbeat runs on the loop beside the requests; between two beats no other request is answered.
The gaps are counted in processor time of the loop's thread, which other programs of a busy machine
do not change. The catalog has 4,000 rows. No network: the app is called in this process.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from http_quotes import CATALOG, TOKEN, replace, show_times, versions_of

from pricectl.policy import Policy
from pricectl.router import Limit, make_router
from pricectl.runtime import Pricing

ROWS = 4_000
REQUESTS = 400
BEARER = [(b"authorization", f"Bearer {TOKEN}".encode())]
LETTERS = random.Random(3)  # noqa: S311 - not a secret
WORST = "-".join(["us"] * 60) + "-gpt-4o" + "-latest" * 10


def unknown() -> str:
    """A name that no row has, another one each time."""
    return "gpt-4o-" + "".join(LETTERS.choices("abcdefgh-", k=12))


SCENARIOS: dict[str, Callable[[], tuple[str, str]]] = {
    "nothing": lambda: ("GET", ""),
    "quote of a known name": lambda: ("GET", "/v1/quote?model=gpt-4o&input=1000"),
    "unknown name": lambda: ("GET", f"/v1/quote?model={unknown()}&input=1"),
    "unknown name, strict": lambda: ("GET", f"/v1/quote?model={unknown()}&input=1&strict=true"),
    "longest name": lambda: (
        "GET",
        f"/v1/quote?model={quote(WORST[:240] + unknown()[-9:])}&input=1&strict=true",
    ),
    "health": lambda: ("GET", "/healthz/pricing"),
    "metrics": lambda: ("GET", "/metrics"),
    "status": lambda: ("GET", "/admin/pricing/status"),
    "reload of an edited file": lambda: ("POST", "/admin/pricing/reload"),
}


async def call(app: FastAPI, method: str, target: str) -> None:
    """One request to the app. Raises SystemExit unless it is answered as expected."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": BEARER,
    }
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    if statuses[0] not in {200, 404}:
        raise SystemExit(f"{method} {target[:80]} answers {statuses[0]}")


async def measure(app: FastAPI, name: str, file: Path, versions: tuple[bytes, bytes]) -> None:
    """Print the gaps between the beats while one kind of request is answered again and again."""
    gaps: list[float] = []
    is_over = False

    async def beat() -> None:
        last = time.thread_time()
        while not is_over:
            await asyncio.sleep(0)
            now = time.thread_time()
            gaps.append(now - last)
            last = now

    beating = asyncio.create_task(beat())
    reloads = name.startswith("reload")
    for number in range(12 if reloads else REQUESTS):
        method, target = SCENARIOS[name]()
        if reloads:
            replace(file, versions[(number + 1) % 2])
        if target:
            await call(app, method, target)
            await asyncio.sleep(0)  # a beat: most calls are answered without a pause
        else:
            await asyncio.sleep(0.001)
    is_over = True
    await beating
    show_times(name, gaps)


async def main() -> None:
    """Print each scenario."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PRICECTL_STATE"] = f"{folder}/state"
        file, versions = Path(folder) / CATALOG, versions_of(ROWS)
        file.write_bytes(versions[0])
        pricing = Pricing.load(file, policy=Policy())
        app = FastAPI()
        limit = Limit(1000, 1000)
        router = make_router(pricing, token=TOKEN, quotes=True, metrics=True, reload_limit=limit)
        app.include_router(router)
        for name in SCENARIOS:
            await measure(app, name, file, versions)


if __name__ == "__main__":
    asyncio.run(main())
