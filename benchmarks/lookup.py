"""Time the lookup of names: one that was seen before, new ones, and what a memory of names costs.

    python benchmarks/lookup.py [--names FILE]

Then each row of litellm's price map is taken out of a catalog made of the map and asked for: how
often another row answers, how far its price is off, and whether a flag says so.
"""

import argparse
import gc
import importlib.util
import json
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pricectl.core import Catalog, Usage, find, quote
from pricectl.core.lookup import MEMO_SIZE
from pricectl.core.name_index import NameIndex

ROOT = Path(__file__).resolve().parent.parent
NAMES = ROOT.parent / "shared" / "data" / "names.tsv"
REPEATS = 25
NOT_MODELS = ("sample_spec", "fallback_generalizations")
CALLS = (Usage(1000), Usage(0, 1000))


def fastest_us(task: Callable[[], object], repeats: int = REPEATS) -> float:
    """The least time of a task in microseconds: what others do on the machine only adds to it."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        best = min(best, time.perf_counter() - start)
    return best * 1e6


def new_names(catalog: Catalog, names: Sequence[str]) -> str:
    """How long a name takes that was not seen before, the index being there."""
    catalog.with_index()

    def anew(name: str) -> None:
        catalog.matches.clear()
        find(catalog, name)

    times = sorted(fastest_us(lambda name=name: anew(name)) for name in names)  # type: ignore[misc]
    at = [times[int(len(times) * share)] for share in (0.5, 0.9, 0.99)]
    return f"a new name: median {at[0]:.1f} us, 90% {at[1]:.1f} us, 99% {at[2]:.1f} us"


def seen_names(catalog: Catalog, name: str) -> str:
    """A name that was seen before, beside the access to a dictionary that it is."""
    find(catalog, name)
    table, count = dict.fromkeys((name,)), 10_000

    def lookups() -> None:
        for _ in range(count):
            find(catalog, name)

    def accesses() -> None:
        for _ in range(count):
            table.get(name)

    ours, bare = (fastest_us(task) / count for task in (lookups, accesses))
    return (
        f"a name seen before: {ours * 1000:.0f} ns (one access to a dictionary {bare * 1000:.0f})"
    )


def memory(catalog: Catalog) -> str:
    """What the memory of names holds after a million different ones, and the index."""
    gc.collect()
    tracemalloc.start()
    for number in range(100_000):
        find(catalog, f"azure/eu/name-of-nobody-{number}")
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held = len(catalog.matches)
    bound = f"{held:,} are held (at most {MEMO_SIZE:,})"
    return f"after 100,000 unknown names {bound}, {used / 2**20:.1f} MiB"


def litellm_catalog() -> Catalog | None:
    """Litellm's price map as a catalog; None where it is not installed."""
    package = importlib.util.find_spec("litellm")
    if package is None or package.origin is None:
        return None
    source = Path(package.origin).with_name("model_prices_and_context_window_backup.json")
    sections: dict[str, dict[str, object]] = {}
    for name, row in json.loads(source.read_text(encoding="utf-8")).items():
        if name not in NOT_MODELS and "litellm_provider" in row:
            sections.setdefault(str(row["litellm_provider"]), {})[name] = row
    return Catalog.load(json.dumps(sections))


def leave_one_out(catalog: Catalog, step: int) -> Iterator[str]:
    """Every `step`th row is taken out and asked for by its name."""
    counts: Counter[str] = Counter()
    for model in catalog.models[::step]:
        others = tuple(other for other in catalog.models if other is not model)
        rest = Catalog(others, catalog.default, catalog.metadata, "")
        match = find(rest, model.name)
        if match.is_guess:
            counts["default price"] += 1
            continue
        answers = [quote(rest, match, call) for call in CALLS]
        true = [quote(catalog, model.full_name, call).pico_usd for call in CALLS]
        flagged = match.flags or any(it.missing_region or it.missing_service for it in answers)
        told = "flagged" if flagged else "without a flag"
        pairs = [(it.pico_usd, price) for it, price in zip(answers, true, strict=True)]
        counts[f"{distance(pairs)}, {told}"] += 1
    yield f"litellm's map, {sum(counts.values()):,} rows taken out one by one:"
    for what, number in sorted(counts.items(), key=lambda item: -item[1]):
        yield f"  {number:>5}  {what}"


def distance(pairs: Sequence[tuple[int, int]]) -> str:
    """How far answers are from true prices, in words."""
    worst = 1.0
    for answer, true in pairs:
        if answer != true:
            worst = max(worst, max(answer, true) / min(answer, true) if answer and true else 1e9)
    for limit, words in ((1.0, "the same price"), (1.5, "within 1.5"), (3.0, "within 3")):
        if worst <= limit:
            return words
    return "within 10" if worst <= 10 else "more than 10 off"  # noqa: PLR2004


def main() -> None:
    """Print every figure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--names", type=Path, default=NAMES)
    arguments.add_argument("--step", type=int, default=10, help="1 takes every row out")
    options = arguments.parse_args()
    catalog = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())
    index_ms = fastest_us(lambda: NameIndex(catalog.models, catalog.providers), 5) / 1000
    print(f"the index of {len(catalog.models):,} rows: {index_ms:.1f} ms, once a catalog")
    lines = options.names.read_text(encoding="utf-8").splitlines() if options.names.exists() else []
    names = [line.split("\t")[0] for line in lines if not line.startswith("#")]
    names = names or [f"azure/eu/{model.name}-latest" for model in catalog.models]
    print(new_names(catalog, names), f"({len(names):,} names)")
    print(seen_names(catalog, "azure/eu/gpt-5.1-2025-11-13"))
    print(memory(catalog))
    whole = litellm_catalog()
    if whole is None:
        print("litellm is not installed: run 'make bench'")
        return
    for line in leave_one_out(whole, options.step):
        print(line)


if __name__ == "__main__":
    main()
