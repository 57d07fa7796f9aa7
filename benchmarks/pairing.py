"""Times two things in turn, A B A B, so that a change in the machine's speed hits both alike."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Pair(NamedTuple):
    """Seconds of each run of ours and of the peer's, pair by pair."""

    ours: tuple[float, ...]
    peers: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of peer / ours over the pairs: how many times faster we are."""
        return statistics.median(
            peer / ours for ours, peer in zip(self.ours, self.peers, strict=True)
        )


def calls(ours: Callable[[], object], peer: Callable[[], object], rounds: int = 15) -> Pair:
    """Seconds of one call each, in loops long enough for the clock."""
    repeat = _repetitions(ours), _repetitions(peer)
    pairs = [(_loop(ours, repeat[0]), _loop(peer, repeat[1])) for _ in range(rounds)]
    return Pair(*map(tuple, zip(*pairs, strict=True)))


def _repetitions(function: Callable[[], object], seconds: float = 0.02) -> int:
    number = 1
    while (spent := _loop(function, number) * number) < seconds / 2:
        number *= 2
    return max(1, int(number * seconds / spent))


def _loop(function: Callable[[], object], number: int) -> float:
    start = time.perf_counter()
    for _ in range(number):
        function()
    return (time.perf_counter() - start) / number


def processes(
    ours: Sequence[str],
    peer: Sequence[str],
    *,
    folder: Path,
    rounds: int = 9,
    codes: tuple[int, ...] = (0, 1),
) -> Pair:
    """Seconds of one whole process each, output thrown away; the first pair warms the caches."""
    pairs = [(_process(ours, folder, codes), _process(peer, folder, codes)) for _ in range(rounds)]
    return Pair(*map(tuple, zip(*pairs[1:], strict=True)))


def _process(command: Sequence[str], folder: Path, codes: tuple[int, ...]) -> float:
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command lines
        command, cwd=folder, env=_environment(), capture_output=True, check=False, timeout=300
    )
    spent = time.perf_counter() - start
    if done.returncode not in codes:
        raise SystemExit(
            f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]!r}"
        )
    return spent


def _environment() -> Mapping[str, str]:
    """Everyone runs from bytecode, as an installed program does."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "COLUMNS": "100"}


def row(name: str, pair: Pair, target: str) -> str:
    """One line of the report: both medians, the ratio, what was aimed at."""
    ours, peer = (_time(statistics.median(seconds)) for seconds in pair)
    return f"{name:<58} {ours:>10} {peer:>10} {pair.ratio:>8.2f}x  {target}"


def _time(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.2f} {unit}"
    return f"{seconds / 1e-6:.2f} us"
