"""Runs four workers for a minute under everything at once, and says what did not hold.

Quotes on several connections; reloads of 4,000 rows; edits that nobody announces; `kill -9` of a
worker; hostile names; a client that sends a byte at a time; probes of health and metrics. It ends
with 1 if a request failed, if two versions had one generation, if a price was not its version's, or
if memory or descriptors grew. Times are printed and not judged. Loopback only, Linux only.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import http_quotes
from http_quotes import CATALOG, TOKEN, replace, server, show_times, versions_of

ROWS = 4_000
WORKERS = 4
CONNECTIONS = 6
VERSIONS = 12
QUIET_SECONDS = 5.0
RELOAD_EVERY_SECONDS = 1.3  # the endpoint allows one a second
KILL_EVERY_SECONDS = 6.0
# These workers are not killed, so that their memory can be watched for the whole time.
SPARED = 2
# A worker needs some seconds until all of its memory is in use.
WARM_UP_SECONDS = 15.0
MOST_GROWTH = 1.35
MOST_MORE_DESCRIPTORS = 25
TRIES = 8
ASK = "/v1/quote?model=gpt-4o&input=1000000"
BEARER = f"Authorization: Bearer {TOKEN}\r\n"


class HttpReply(NamedTuple):
    """The status and the body of an answer."""

    status: int
    body: bytes


class Sample(NamedTuple):
    """What a worker uses at a moment."""

    seconds: float
    resident_kib: int
    descriptors: int


class Soak:
    """One run: what is asked, and what was seen."""

    def __init__(self, port: int, file: Path, supervisor: int, seconds: float) -> None:
        self.port, self.file, self.supervisor = port, file, supervisor
        self.end = time.monotonic() + seconds
        self.random = random.Random(7)  # noqa: S311 - not a secret
        self.failures: list[str] = []
        self.times: dict[str, list[float]] = {}
        self.versions_by_generation: dict[int, str] = {}
        self.usd_by_version: dict[str, Decimal] = {}
        self.counts = dict.fromkeys(("retried", "reloads", "kills", "not agreed yet"), 0)
        self.samples: dict[int, list[Sample]] = {}
        self.contents: list[bytes] = []
        self.spared: list[int] = []

    def make_versions(self) -> None:
        """Catalogs that differ in one price, less than any limit of a reload."""
        first = versions_of(ROWS)[1].decode()
        for number in range(VERSIONS):
            usd = f"{3 + number / 10:.1f}"
            row = '"gpt-4o": {"input_cost_per_token": '
            data = first.replace(f"{row}3e-06", f"{row}{usd}e-06").encode()
            self.contents.append(data)
            self.usd_by_version[sha256(data).hexdigest()] = Decimal(usd)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self.end

    async def once(self, method: str, path: str, headers: str = "") -> HttpReply:
        """One request on a connection of its own. Raises OSError, EOFError."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(
                f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n{headers}"
                "Connection: close\r\n\r\n".encode()
            )
            text = await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        head, _, body = text.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not length or len(body) != int(length[1]):
            raise EOFError
        return HttpReply(int(head.split()[1]), body)

    async def ask(
        self, kind: str, method: str, path: str, allowed: set[int], headers: str = ""
    ) -> HttpReply | None:
        """One request as a client makes it: again where the worker was killed under it."""
        for _ in range(TRIES):
            begun = time.perf_counter()
            try:
                reply = await self.once(method, path, headers)
            except (OSError, EOFError, TimeoutError):
                self.counts["retried"] += 1
                await asyncio.sleep(0.05)
                continue
            self.times.setdefault(kind, []).append(time.perf_counter() - begun)
            if reply.status not in allowed:
                self.failures.append(f"{kind}: {path[:80]} answers {reply.status}")
            return reply
        self.failures.append(f"{kind}: {path[:80]} has no answer after {TRIES} tries")
        return None

    async def quotes(self) -> None:
        """A known model's price, and whether it is the one of its version."""
        kind = "quotes, quiet" if not self.counts["reloads"] else "quotes"
        reply = await self.ask(kind, "GET", ASK, {200})
        if reply is None or reply.status != 200:  # noqa: PLR2004
            return
        told = json.loads(reply.body)
        generation, version = told["generation"], told["catalog_sha256"]
        if Decimal(told["client_cost_usd"]) != self.usd_by_version.get(version):
            self.failures.append(f"{told['client_cost_usd']} is not the price of {version[:12]}")
        if generation == 0:
            self.counts["not agreed yet"] += 1
        elif self.versions_by_generation.setdefault(generation, version) != version:
            self.failures.append(f"generation {generation} has two versions")

    async def hostile_names(self) -> None:
        """Names nobody sells, of every kind that has cost something once."""
        pieces = ("us-", "latest-", "gpt-4o", "ft:", ":", "/", "\x1b[31m", "\u202e", "a", "models/")
        name = "".join(self.random.choice(pieces) for _ in range(self.random.randrange(1, 120)))
        strict = self.random.choice(("true", "false"))
        path = f"/v1/quote?model={quote(name[:900])}&input=1&strict={strict}"
        await self.ask("hostile names", "GET", path, {200, 404, 422})
        await asyncio.sleep(0.02)

    async def probes(self) -> None:
        """What monitors ask."""
        await self.ask("health", "GET", "/healthz/pricing", {200})
        await self.ask("metrics", "GET", "/metrics", {200})
        await asyncio.sleep(0.25)

    async def reloads(self) -> None:
        """A new version, and sometimes one more edit that nobody announces."""
        number = self.counts["reloads"] + 1
        replace(self.file, self.contents[number % VERSIONS])
        reply = await self.ask("reloads", "POST", "/admin/pricing/reload", {200, 429}, BEARER)
        self.counts["reloads"] += 1
        if reply and reply.status == 200 and json.loads(reply.body)["status"] == "refused":  # noqa: PLR2004
            self.failures.append(f"a reload was refused: {reply.body[:200]!r}")
        if self.random.random() < 0.5:  # noqa: PLR2004
            replace(self.file, self.contents[(number + 3) % VERSIONS])
        await asyncio.sleep(RELOAD_EVERY_SECONDS)

    async def kills(self) -> None:
        """A worker ends without a chance to say so."""
        await asyncio.sleep(KILL_EVERY_SECONDS)
        workers = self.workers()
        self.spared = self.spared or workers[:SPARED]
        mortal = [pid for pid in workers if pid not in self.spared]
        if len(workers) == WORKERS:
            os.kill(self.random.choice(mortal), signal.SIGKILL)
            self.counts["kills"] += 1

    async def slow_client(self) -> None:
        """Sends a byte at a time, and never the end."""
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            for character in f"POST /admin/pricing/reload HTTP/1.1\r\nX-Slow: {'x' * 1000}":
                writer.write(character.encode())
                await writer.drain()
                await asyncio.sleep(0.1)
                if self.is_over:
                    break
            writer.close()

    async def measure(self) -> None:
        """Memory and descriptors of each worker."""
        for pid in self.workers():
            with suppress(OSError, ValueError, IndexError):  # it may have been killed
                status = Path(f"/proc/{pid}/status").read_text()  # noqa: ASYNC240
                resident = int(re.findall(r"VmRSS:\s+(\d+)", status)[0])
                handles = len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208
                sample = Sample(time.monotonic(), resident, handles)
                self.samples.setdefault(pid, []).append(sample)
        await asyncio.sleep(1)

    def workers(self) -> list[int]:
        """The processes that serve: children of the supervisor, not multiprocessing's helper."""
        found = []
        for task in Path(f"/proc/{self.supervisor}/task").iterdir():
            for word in (task / "children").read_text().split():
                with suppress(OSError):
                    command = Path(f"/proc/{word}/cmdline").read_bytes()
                    if b"resource_tracker" not in command:
                        found.append(int(word))
        return found

    async def keep_on(self, action: Callable[[], Awaitable[None]]) -> None:
        """Repeat an action until the time is up."""
        while not self.is_over:
            await action()

    async def run(self) -> None:
        """A quiet while first, then everything at once."""
        whole, self.end = self.end, time.monotonic() + QUIET_SECONDS
        await asyncio.gather(*(self.keep_on(self.quotes) for _ in range(CONNECTIONS)))
        self.end = whole
        await asyncio.gather(
            *(self.keep_on(self.quotes) for _ in range(CONNECTIONS)),
            *map(
                self.keep_on,
                (
                    *(self.hostile_names, self.probes, self.reloads, self.kills),
                    *(self.slow_client, self.measure),
                ),
            ),
        )

    def check_growth(self) -> None:
        """Compare the last use of each worker that lived with its use when it was warm."""
        for pid in self.spared:
            samples = self.samples[pid]
            warm = [each for each in samples if each.seconds > samples[0].seconds + WARM_UP_SECONDS]
            if len(warm) < 3:  # noqa: PLR2004
                continue
            first, last = warm[0], warm[-1]
            print(
                f"  worker {pid}: {first.resident_kib // 1024} to {last.resident_kib // 1024} MiB, "
                f"{first.descriptors} to {last.descriptors} descriptors"
                f" in {last.seconds - first.seconds:.0f} s"
            )
            if last.resident_kib > first.resident_kib * MOST_GROWTH:
                self.failures.append(f"the memory of worker {pid} grew")
            if last.descriptors > first.descriptors + MOST_MORE_DESCRIPTORS:
                self.failures.append(f"the descriptors of worker {pid} grew")

    def report(self) -> int:
        """Print everything; 1 if something did not hold."""
        for kind, seconds in self.times.items():
            show_times(kind, seconds)
        print(", ".join(f"{name}: {count:,}" for name, count in self.counts.items()))
        self.check_growth()
        print(f"{len(self.versions_by_generation)} generations were seen")
        for failure in self.failures[:20]:
            print(f"FAIL {failure}")
        print(f"{len(self.failures)} failures" if self.failures else "ok: nothing failed")
        return int(bool(self.failures))


def main() -> int:
    """Serve, soak, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / CATALOG
        first = Soak(0, file, 0, 0)
        first.make_versions()
        file.write_bytes(first.contents[0])
        with server(Path(name), WORKERS, "--metrics") as (port, supervisor):
            asyncio.run(http_quotes.wait_until_up(port))
            soak = Soak(port, file, supervisor, seconds)
            soak.contents, soak.usd_by_version = first.contents, first.usd_by_version
            asyncio.run(soak.run())
            return soak.report()


if __name__ == "__main__":
    sys.exit(main())
