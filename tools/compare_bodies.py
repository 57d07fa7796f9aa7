"""Read recorded responses as we do, and compare counts and costs with those of other readers.

    python tools/compare_bodies.py usages.json [--at DATE] [--show N]

The file is the public test data of genai-prices (`tests/dataset/usages.json` of its repository):
bodies of real calls, and the counts its extractors take from each. Where a body states its own
cost, as OpenRouter's do, that is a bill, and ours is held against it at the prices of DATE. Exit
codes: 0 every body was read, 1 some were refused, 2 could not run.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(ROOT)]

from pricectl.core import BadUsage, Catalog, Usage  # noqa: E402
from pricectl.core.money import usd  # noqa: E402
from pricectl.core.responses import quote_response, read_response  # noqa: E402
from pricectl.core.token_kinds import OVERLAPS  # noqa: E402

CATALOG = ROOT / "llm_pricing_current.json"


def _with_overlaps(*units: str) -> tuple[str, ...]:
    """Units and those whose tokens lie inside them, which we count apart."""
    return (*units, *(kind.unit for kind in OVERLAPS if not set(units).isdisjoint(kind.inside)))


# A count as they call it -> our units that are part of it.
COUNTS: Mapping[str, tuple[str, ...]] = {
    "cache_read_tokens": _with_overlaps("cache_read"),
    "cache_write_tokens": _with_overlaps("cache_write", "cache_write_1h"),
    "input_audio_tokens": _with_overlaps("input_audio"),
    "output_audio_tokens": _with_overlaps("output_audio"),
}
Counts = dict[str, int]


class Bill(NamedTuple):
    """A body's own cost beside ours, and the name we looked up."""

    model: str
    how: str
    stated_pico_usd: int
    ours_pico_usd: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the bodies of a file and print what agrees."""
    options = _options(arguments)
    try:
        entries = json.loads(options.file.read_bytes())
        catalog = Catalog.load(CATALOG.read_bytes())
    except (OSError, ValueError) as error:
        print(f"compare_bodies: {error}", file=sys.stderr)
        return 2
    refused = _report_counts(entries, options.show)
    _report_bills([bill for entry in entries for bill in _bill(entry, catalog, options.at)])
    return 1 if refused else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="usages.json of genai-prices")
    parser.add_argument("--at", type=date.fromisoformat, help="the day of the prices")
    parser.add_argument("--show", type=int, default=0, help="how many differing bodies to print")
    return parser.parse_args(arguments)


def _report_counts(entries: Iterable[Any], show: int) -> int:
    outcome: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    for entry in entries:
        try:
            ours = counts_of(read_response(body_of(entry)).usage)
        except BadUsage as error:
            outcome["refused"] += 1
            print(f"refused: {error}")
            continue
        difference = nearest_difference(ours, theirs_of(entry))
        outcome["differ" if difference else "agree"] += 1
        if difference:
            differing[difference] += 1
            if sum(differing.values()) <= show:
                print(f"{difference}: {json.dumps(entry['body'])}")
    total = sum(outcome.values())
    print(f"{total} bodies: " + ", ".join(f"{count} {word}" for word, count in outcome.items()))
    for difference, count in differing.most_common():
        print(f"  {count:>4}  {difference}")
    return outcome["refused"]


def body_of(entry: Any) -> dict[str, Any]:
    """The recorded body, without the name of the file that it was taken from."""
    return {name: value for name, value in entry["body"].items() if name != "file"}


def counts_of(usage: Usage) -> Counts:
    """Our counts under the names of the other reader."""
    parts = {name: sum(map(usage.count, units)) for name, units in COUNTS.items()}
    return {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, **parts}


def theirs_of(entry: Any) -> list[Counts]:
    """What each of their extractors takes from the body."""
    names = ("input_tokens", "output_tokens", *COUNTS)
    return [
        {name: extracted["usage"].get(name, 0) for name in names}
        for extracted in entry["extracted"]
    ]


def nearest_difference(ours: Counts, theirs: Iterable[Counts]) -> str:
    """In which counts the most like of their readings differs; empty if one is the same."""
    unlike = [tuple(name for name in ours if ours[name] != counts[name]) for counts in theirs]
    fewest = sorted(unlike, key=len)[:1] or [("no reading",)]
    return ", ".join(fewest[0])


def _bill(entry: Any, catalog: Catalog, at: date | None) -> Iterator[Bill]:
    try:
        stated = read_response(body_of(entry)).reported_pico_usd
        if stated:
            answer = quote_response(catalog, body_of(entry), at=at)
            yield Bill(answer.match.asked, answer.match.how, stated, answer.pico_usd)
    except BadUsage:
        return


def _report_bills(bills: Sequence[Bill]) -> None:
    known = [bill for bill in bills if bill.how != "default"]
    equal = sum(bill.stated_pico_usd == bill.ours_pico_usd for bill in known)
    print(f"{len(bills)} state a cost, {len(known)} of a model we price: {equal} equal to ours")
    for bill in known:
        if bill.stated_pico_usd != bill.ours_pico_usd:
            stated, ours = usd(bill.stated_pico_usd), usd(bill.ours_pico_usd)
            print(f"  {bill.model}: {stated} stated, {ours} by us")


if __name__ == "__main__":
    sys.exit(main())
