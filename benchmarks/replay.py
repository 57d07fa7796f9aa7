"""Time the rating of a usage log beside SQL written by hand and a loop over genai-prices.

    python benchmarks/replay.py [--rows 20000000] [--curve 1000000 10000000 100000000]
                                [--exact-rows 10000000] [--folder DIR]

The log is generated into a temporary folder, which is deleted at the end. Both SQL runs answer the
same question with the same numbers, which is checked: costs by team and model at old and new
prices, credits of the jobs by team. Each runs in a process of its own, in turn with the other.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pricectl.core import MODES, Catalog, Job, Profile, Usage, charge, quote
from pricectl.packaged import CATALOG, packaged_bytes
from pricectl.replay.book_tables import books_of
from pricectl.replay.duckdb_engine import (
    connected,
    create_table,
    parquet,
    rows_of,
    session,
    types_of,
)
from pricectl.replay.log_columns import LogColumns
from pricectl.replay.log_stats import read_stats
from pricectl.replay.ratebook import Side
from pricectl.replay.rating import rate
from pricectl.replay.rating_result import Rating

HERE = Path(__file__).resolve().parent
UNITS = ("input", "cache_read", "cache_write", "output", "reasoning", "search")
PROFILE = {"markup_percent": "33.333", "credits_per_dollar": 1000}
GROUPINGS = [("team", "name"), ("team",)]


def sides() -> list[Side]:
    """The packaged prices, and the same with every price of OpenAI's mini models a tenth higher."""
    new = Catalog.load(packaged_bytes(CATALOG))
    text = packaged_bytes(CATALOG).replace(
        b'"output_cost_per_token": 6e-07', b'"output_cost_per_token": 6.6e-07'
    )
    return [Side("base", new), Side("new", Catalog.load(text))]


def ours(log: Path) -> dict[str, Any]:
    """The answer of pricectl."""
    with session(folder=log.parent) as connection:
        rating = rate(
            connection,
            parquet([log]),
            sides(),
            Profile.read(PROFILE),
            groupings=GROUPINGS,
            credits_by=GROUPINGS[1:],
        )
    return answer_of(rating)


def answer_of(rating: Rating) -> dict[str, Any]:
    """Costs by team and model, credits by team: what both runs must agree on."""
    _, per_dollar, per_token = MODES
    return {
        "costs": {
            "/".join(group.values): [group.sides[side].pico_usd for side in rating.sides]
            for group in rating.groups[GROUPINGS[0]]
        },
        "credits": {
            group.values[0]: [
                *(group.sides[side].credits[per_dollar] for side in rating.sides),
                group.sides["new"].credits[per_token],
            ]
            for group in rating.groups[GROUPINGS[1]]
        },
    }


def by_hand(log: Path) -> dict[str, Any]:
    """The answer of the SQL that was written by hand, with the time that it took alone."""
    text = (HERE / "replay_by_hand.sql").read_text(encoding="utf-8")
    costs, charged = text.format(log=parquet([log])).rstrip().removesuffix(";").split(";\n")
    with session(folder=log.parent) as connection:
        price_table(connection, log)
        start, started = time.perf_counter(), time.process_time()
        cost_rows = connection.execute(costs).fetchall()
        job_rows = connection.execute(charged).fetchall()
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - started
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "costs": {f"{row[0]}/{row[1]}": [int(row[5]), int(row[6])] for row in cost_rows},
        "credits": {row[0]: [int(number) for number in row[2:]] for row in job_rows},
    }


def price_table(connection: Any, log: Path) -> None:
    """The table `prices` that the hand-written SQL needs; its making is not timed."""
    relation = parquet([log])
    columns = LogColumns.of(types_of(connection, relation))
    engine = connected(connection)
    stats = read_stats(engine, columns, relation)
    old, new = books_of(engine, columns, relation, stats, sides())
    rows = []
    for first, second in zip(old.entries, new.entries, strict=True):
        cells = zip(old.tariffs[first.tariff].cells, new.tariffs[second.tariff].cells, strict=True)
        for one, other in cells:
            if (one.period, one.band.input_from) != (other.period, other.band.input_from):
                sys.exit("the SQL by hand needs both sides to have the same periods and tiers")
            rates = [rate.pico_usd for cell in (one, other) for rate in cell.band.rates]
            key = (first.key.name, first.key.service, first.key.region)
            period = one.period
            day = period.day or period.start.min.date()
            band = one.band.input_from, one.band.input_until
            rows.append((*key, day, period.start, period.end, *band, *rates))
    types = dict.fromkeys(("name", "service", "region"), "VARCHAR")
    types |= {"day": "DATE", "from_at": "TIMESTAMP", "until_at": "TIMESTAMP"}
    types |= {"from_tokens": "BIGINT", "until_tokens": "BIGINT"}
    types |= {f"{side}_{unit}": "BIGINT" for side in ("old", "new") for unit in columns.units}
    create_table(connection, "prices", types, rows)


def in_process(task: str, log: Path) -> dict[str, Any]:
    """Run a task in a process of its own: its answer, seconds and the peak of its memory in MB."""
    command = [sys.executable, __file__, "--task", task, "--folder", str(log)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def run_task(task: str, log: Path) -> None:
    """What `in_process` starts."""
    run: Callable[[Path], dict[str, Any]] = {"ours": ours, "by_hand": by_hand}[task]
    start, started = time.perf_counter(), time.process_time()
    answer = run(log)
    seconds = time.perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"seconds": seconds, "peak_mb": peak_mb, "cpu_seconds": time.process_time() - started}
    print(json.dumps(told | answer))


def compare(log: Path, rows: int, rounds: int) -> None:
    """Both in turn; prints the ratio of the seconds, after checking that the answers agree."""
    pairs = []
    for _ in range(rounds):
        hand, own = in_process("by_hand", log), in_process("ours", log)
        for part in ("costs", "credits"):
            if own[part] != hand[part]:
                sys.exit(f"the {part} differ from those of the SQL by hand")
        pairs.append((own, hand))
        print(
            f"  ours {own['seconds']:.1f} s ({own['cpu_seconds']:.1f} s of CPU,"
            f" {own['peak_mb']:.0f} MB), by hand {hand['seconds']:.1f} s"
            f" ({hand['cpu_seconds']:.1f} s of CPU, {hand['peak_mb']:.0f} MB)"
        )
    ratio = statistics.median(own["seconds"] / hand["seconds"] for own, hand in pairs)
    by_cpu = statistics.median(own["cpu_seconds"] / hand["cpu_seconds"] for own, hand in pairs)
    best = min(own["seconds"] for own, _ in pairs)
    print(
        f"{rows:,} rows: {ratio:.2f} times the SQL by hand ({by_cpu:.2f} in CPU time);"
        f" {rows / best:,.0f} rows a second"
    )


def python_loop(log: Path, rows: int) -> None:
    """Rows a second of a loop that asks genai-prices for each call."""
    try:
        from genai_prices import Usage, calc_price
    except ImportError:
        print("genai-prices is not installed: pip install '.[bench]'")
        return
    with session() as connection:
        columns = "name, input, cache_read, cache_write, output + reasoning"
        statement = f"SELECT {columns} FROM {parquet([log])} LIMIT {rows}"  # noqa: S608 - ours
        calls = connection.execute(statement).fetchall()
    start = time.perf_counter()
    for name, fresh, read, write, output in calls:
        usage = Usage(
            input_tokens=fresh + read + write,
            cache_read_tokens=read,
            cache_write_tokens=write,
            output_tokens=output,
        )
        try:
            calc_price(usage, name)
        except LookupError:
            continue
    print(f"genai-prices in a loop: {rows / (time.perf_counter() - start):,.0f} rows a second")


def exact(folder: Path, rows: int, sample: int) -> None:
    """Price a large sample of a large log again, call by call."""
    log = generate(folder, rows)
    with session(folder=folder) as connection:
        rating = rate(
            connection, parquet([log]), sides(), Profile.read(PROFILE), sample=sample, seed=7
        )
    print(f"{rating.checked_calls:,} of {rating.calls:,} calls equal the calculator, both sides")
    exact_jobs(log, max(1, rows // sample))
    log.unlink()


def exact_jobs(log: Path, one_in: int) -> None:
    """Charge one in so many jobs of a log again, call by call, in every mode."""
    profile, prices = Profile.read(PROFILE), sides()
    calls = f"(SELECT * FROM {parquet([log])} WHERE hash(job) % {one_in} = 0)"  # noqa: S608
    with session(folder=log.parent) as connection:
        rating = rate(connection, calls, prices, profile, groupings=[("job",)], sample=0)
        rows = rows_of(connection, f'SELECT * FROM {calls} ORDER BY "at", "row"')  # noqa: S608
    for side in prices:
        jobs: dict[tuple[str, str], Job] = {}
        charged: Counter[tuple[str, str]] = Counter()
        for row in rows:
            usage = Usage(
                sum(row[unit] for unit in UNITS[:3]),
                sum(row[unit] for unit in UNITS[3:5]),
                cache_read_tokens=row["cache_read"],
                cache_write_tokens=row["cache_write"],
                reasoning_tokens=row["reasoning"],
                search=row["search"],
            )
            priced = quote(
                side.catalog,
                row["name"],
                usage,
                service=row["service"],
                region=row["region"],
                at=row["at"].replace(tzinfo=UTC),
            )
            for mode in MODES:
                key = row["job"], mode
                jobs[key], added = charge(jobs.get(key, Job()), priced, mode, profile)
                charged[key] += added
        for group in rating.groups["job",]:
            for mode, found in group.sides[side.name].credits.items():
                if found != charged[group.values[0], mode]:
                    sys.exit(f"{group.values[0]} has other credits by {mode}")
    print(f"{len(rating.groups['job',]):,} jobs have the calculator's credits in every mode")


def generate(folder: Path, rows: int) -> Path:
    """A log of that many rows."""
    from usage_log import write

    log = folder / f"log-{rows}.parquet"
    write(log, rows)
    return log


def main() -> None:
    """Read the options and run what they ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--curve", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--exact-rows", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        run_task(given.task, given.folder)
        return
    with TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        if given.rows:
            log = generate(folder, given.rows)
            compare(log, given.rows, given.rounds)
            python_loop(log, 20_000)
            log.unlink()
        for rows in given.curve:
            log = generate(folder, rows)
            own = in_process("ours", log)
            print(f"  {rows:>12,} rows: {own['seconds'] / rows * 1e6:.3f} us a row", end="")
            print(f", {own['cpu_seconds'] / rows * 1e6:.3f} us of CPU, {own['peak_mb']:.0f} MB")
            log.unlink()
        if given.exact_rows:
            exact(folder, given.exact_rows, 100_000)


if __name__ == "__main__":
    main()
