"""Times a reader with its own socket while another thread reloads 4,240 rows, in one process.

Each round trip needs the interpreter twice, as a request does. Python's own switching every 5 ms
and a loader that lets others run every few rows are measured in turn.
"""

import socket
import tempfile
import threading
import time
from pathlib import Path

from http_quotes import CATALOG, ROWS, replace, show_times, versions_of

from pricectl.policy import Policy
from pricectl.runtime import Pricing, loader

ROUNDS = 3
SECONDS = 2.0
NEVER = 1_000_000  # rows: more than there are


def round_trips(stop: threading.Event, seconds: float) -> list[float]:
    """Seconds of each round trip until the time is up, or until told to stop."""
    near, far = socket.socketpair()

    def echo() -> None:
        while word := far.recv(1):
            far.send(word)

    threading.Thread(target=echo, daemon=True).start()
    found: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not stop.is_set():
        begun = time.perf_counter()
        near.send(b"x")
        near.recv(1)
        found.append(time.perf_counter() - begun)
        time.sleep(0.0005)
    near.close()
    return found


def beside_reloads(pricing: Pricing, file: Path, versions: tuple[bytes, bytes]) -> list[float]:
    """Round trips while the file is edited and reloaded again and again."""
    done = threading.Event()

    def reload() -> None:
        for number in range(6):
            replace(file, versions[(number + 1) % 2])
            pricing.reload()
        done.set()

    reloading = threading.Thread(target=reload)
    reloading.start()
    found = round_trips(done, 60)
    reloading.join()
    return found


def main() -> None:
    """Print the figures."""
    quiet: list[float] = []
    beside: dict[int, list[float]] = {NEVER: [], loader.ROWS_AT_ONCE: []}
    with tempfile.TemporaryDirectory() as folder:
        file, versions = Path(folder) / CATALOG, versions_of(ROWS)
        file.write_bytes(versions[0])
        pricing = Pricing.load(file, policy=Policy(), state=folder)
        for _ in range(ROUNDS):
            quiet += round_trips(threading.Event(), SECONDS)
            for rows in beside:
                loader.ROWS_AT_ONCE = rows
                beside[rows] += beside_reloads(pricing, file, versions)
    show_times("quiet", quiet)
    for rows, found in beside.items():
        turns = "no turns" if rows == NEVER else f"turns every {rows} rows"
        show_times(f"reload, {turns}", found)


if __name__ == "__main__":
    main()
