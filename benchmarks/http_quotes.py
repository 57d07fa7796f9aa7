"""Times `pricectl serve` on loopback: quotes per second, and quotes while 4,240 rows are reloaded.

The load is our own, bounded in count and time. Run with --quick for less, --workers N for more.
"""

import argparse
import asyncio
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
CATALOG = "llm_pricing_current.json"
ROWS = 4_240
CONNECTIONS = 8
MAX_REQUESTS = 50_000
RELOAD_EVERY_SECONDS = 1.1  # the endpoint's own limit is one a second
TOKEN = secrets.token_hex()
QUOTE = b"GET /v1/quote?model=gpt-4o&input=1000&output=500&cached=800 HTTP/1.1\r\nHost: x\r\n\r\n"
RELOAD = (
    b"POST /admin/pricing/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
    b"Authorization: Bearer " + TOKEN.encode() + b"\r\n\r\n"
)


class Run(NamedTuple):
    """Seconds of each quote, of those while a reload ran, of each reload, of the whole run."""

    quotes: list[float]
    beside: list[float]
    reloads: list[float]
    seconds: float


class Line:
    """One connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, request: bytes) -> bytes:
        """One request and the body of its answer; only 200 will do."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        body = await self.reader.readexactly(int(length[1]) if length else 0)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{head.splitlines()[0].decode()}: {body.decode()[:200]}")
        return body


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    """A connection to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def load(port: int, seconds: float, versions: tuple[bytes, bytes] | None, file: Path) -> Run:
    """Quotes on every connection at once, for a while; with two versions, reloads beside them."""
    quotes: list[float] = []
    beside: list[float] = []
    reloads: list[float] = []
    reloading = False
    start = time.perf_counter()
    deadline = start + seconds

    async def ask_quotes() -> None:
        async with line_to(port) as line:
            while len(quotes) < MAX_REQUESTS and time.perf_counter() < deadline:
                begun, touched = time.perf_counter(), reloading
                await line.ask(QUOTE)
                quotes.append(time.perf_counter() - begun)
                if touched or reloading:
                    beside.append(quotes[-1])

    async def ask_reloads() -> None:
        nonlocal reloading
        async with line_to(port) as line:
            while versions and time.perf_counter() < deadline:
                replace(file, versions[(len(reloads) + 1) % 2])
                begun, reloading = time.perf_counter(), True
                told = json.loads(await line.ask(RELOAD))
                reloading = False
                if told["status"] != "reloaded":
                    raise SystemExit(f"not reloaded: {told}")
                reloads.append(time.perf_counter() - begun)
                left = deadline - time.perf_counter()
                await asyncio.sleep(max(0.0, min(RELOAD_EVERY_SECONDS, left)))

    await asyncio.gather(ask_reloads(), *(ask_quotes() for _ in range(CONNECTIONS)))
    return Run(quotes, beside, reloads, time.perf_counter() - start)


def replace(file: Path, data: bytes) -> None:
    """Put a version in place whole."""
    temporary = file.with_suffix(".new")
    temporary.write_bytes(data)
    temporary.replace(file)


def versions_of(rows: int) -> tuple[bytes, bytes]:
    """Two catalogs of that many rows that differ in one price: our own rows, several times over."""
    values = json.loads((ROOT / CATALOG).read_bytes())
    metadata = values.pop("metadata")
    own = [
        (provider, name, {key: value for key, value in entry.items() if key != "aliases"})
        for provider, section in values.items()
        if provider != "pricing_notes"
        for name, entry in section.items()
    ]
    catalog: dict[str, dict[str, object]] = {"metadata": metadata}
    copies = ((copy, row) for copy in range(rows // len(own) + 1) for row in own)
    for copy, (provider, name, entry) in islice(copies, rows):
        key = f"{name}.copy{copy}" if copy else name
        catalog.setdefault(provider, {})[key] = entry
    old = json.dumps(catalog)
    catalog["openai"]["gpt-4o"] = {"input_cost_per_token": 3e-06, "output_cost_per_token": 1e-05}
    return old.encode(), json.dumps(catalog).encode()


@contextmanager
def server(folder: Path, workers: int, *words: str) -> Iterator[tuple[int, int]]:
    """The program under test; its port, and the process that starts its workers."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept |= {"PYTHONPATH": str(ROOT), "PRICECTL_TOKEN": TOKEN, "PRICECTL_STATE": str(folder / "s")}
    command = [sys.executable, "-m", "pricectl", "serve", "--port", "0", "--workers", str(workers)]
    command += words
    with subprocess.Popen(  # noqa: S603 - our own command line
        [*command, "--file", CATALOG], cwd=folder, env=kept, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            yield int(said.partition("127.0.0.1:")[2].split()[0]), process.pid
        finally:
            process.terminate()


async def wait_until_up(port: int) -> None:
    """Half a minute at most."""
    for _ in range(300):
        try:
            async with line_to(port) as line:
                await line.ask(QUOTE)
                return
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("the server did not start")


def show(name: str, run: Run) -> None:
    """The report of one run."""
    print(f"{name}: {len(run.quotes) / run.seconds:,.0f} quotes a second")
    show_times("quotes", run.quotes)
    if run.reloads:
        show_times("quotes while a reload ran", run.beside)
        show_times("reloads", run.reloads)


def show_times(name: str, seconds: list[float]) -> None:
    """One line: how many, the middle one, the slow ones."""
    ordered = sorted(seconds)
    shares = {share: ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99)}
    print(
        f"  {name:<26} {len(ordered):>7,}   p50 {shares[0.5]:7.2f} ms   p99 {shares[0.99]:7.2f} ms"
        f"   longest {ordered[-1] * 1000:7.2f} ms"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    seconds = 3.0 if asked.quick else 10.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        versions = versions_of(ROWS)
        (folder / CATALOG).write_bytes(versions[0])
        with server(folder, asked.workers) as (port, _):
            file = folder / CATALOG
            asyncio.run(wait_until_up(port))
            asyncio.run(load(port, 1.0, None, file))
            show(f"{CONNECTIONS} connections", asyncio.run(load(port, seconds, None, file)))
            during = asyncio.run(load(port, seconds, versions, file))
            show(f"the same, {ROWS:,} rows reloaded", during)


if __name__ == "__main__":
    main()
