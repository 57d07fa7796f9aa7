"""Rate the same log on DuckDB and on a Spark cluster, and compare every number.

    python benchmarks/spark.py [--rows 200000] [--only-calls] [--curve 1000000 10000000]
                               [--folder DIR]

Each size is rated by both: sums, credits and coverage must be the same, and with `--rows` every
call must have the same costs, flags and credits (with `--only-calls` without the sums). The cluster
is a master with two workers on this machine, one core and 1 GB each. It ends with 1 at the first
difference.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spark_cluster import cluster_settings, standalone

from pricectl.core import Profile
from pricectl.replay import duckdb_engine, spark_engine
from pricectl.replay.calls import quoted, text_literal
from pricectl.replay.connection import EngineConnection
from pricectl.replay.duckdb_engine import DuckdbConnection, parquet
from pricectl.replay.prepared_log import PreparedLog, prepare
from pricectl.replay.rated_rows import write_rows
from pricectl.replay.rating import rate
from pricectl.replay.rating_result import Rating

# Every kind of rule: by account, provider, day, with a fee, a factor, prices of its own.
PROFILE: Mapping[str, Any] = {
    "markup_percent": "33.333",
    "credits_per_dollar": 1000,
    "rules": [
        {"account": "account-1", "markup_percent": 10, "fee_usd": "0.0001"},
        {"provider": "anthropic", "factor": "0.85", "from": "2026-10-15"},
        {"model": "gpt-4o", "prices": {"input_cost_per_token": "0.000002"}},
    ],
}
# Logs of so many calls take minutes, in which Java compiles better.
LARGE = 1_000_000
GROUPINGS = ((), ("name",), ("team",), ("account",), ("day", "layer"))


def rated(connection: EngineConnection, calls: str) -> Rating:
    """The rating of a log, without the sample that each engine draws in its own way."""
    from replay import sides

    profile = Profile.read(PROFILE)
    return rate(connection, calls, sides(), profile, groupings=GROUPINGS, sample=0)


def prepared(connection: EngineConnection, calls: str) -> PreparedLog:
    """The same log, ready to write its calls."""
    from replay import sides

    return prepare(connection, calls, sides(), Profile.read(PROFILE))


def differing_calls(one: str, other: str, folder: Path) -> tuple[int, int]:
    """The number of calls, and of those in which two relations of rated calls differ."""
    with duckdb_engine.session(folder=folder) as database:
        names = duckdb_engine.types_of(database, one)
        if names.keys() != duckdb_engine.types_of(database, other).keys():
            sys.exit("the calls have other columns")
        differ = " OR ".join(
            f"a.{quoted(name)} IS DISTINCT FROM b.{quoted(name)}" for name in names
        )
        [row] = duckdb_engine.rows_of(
            database,
            f"SELECT count(*) AS calls, count(CASE WHEN {differ} THEN 1 END) AS differing"  # noqa: S608
            f' FROM {one} AS a FULL JOIN {other} AS b ON a."row" = b."row"',
        )
        return row["calls"], row["differing"]


class Comparison:
    """Both engines with one log after the other in a folder."""

    def __init__(self, spark: spark_engine.SparkConnection, folder: Path) -> None:
        self.spark = spark
        self.folder = folder

    def generate(self, rows: int) -> Path:
        """A log of that many calls."""
        from usage_log import write

        log = self.folder / f"log-{rows}.parquet"
        write(log, rows)
        return log

    def sums(self, log: Path, rows: int) -> None:
        """Compare all sums of a log; prints the seconds of both."""
        with duckdb_engine.session(folder=self.folder) as database:
            start = time.perf_counter()
            ours = rated(DuckdbConnection(database), parquet([log]))
            seconds = time.perf_counter() - start
        start = time.perf_counter()
        theirs = rated(self.spark, self.spark.parquet([log]))
        on_spark = time.perf_counter() - start
        if ours != theirs:
            sys.exit(f"{rows:,} calls: the sums differ")
        groups = sum(map(len, ours.groups.values()))
        print(
            f"{rows:>12,} calls: {groups:,} groups equal in every number;"
            f" DuckDB {seconds:.1f} s, Spark {on_spark:.1f} s",
            flush=True,
        )

    def calls(self, log: Path, rows: int) -> None:
        """Compare every call of a log."""
        one, other = self.folder / "duckdb.parquet", self.folder / "spark"
        start = time.perf_counter()
        with duckdb_engine.session(folder=self.folder) as database:
            write_rows(prepared(DuckdbConnection(database), parquet([log])), one)
        seconds = time.perf_counter() - start
        start = time.perf_counter()
        write_rows(prepared(self.spark, self.spark.parquet([log])), other)
        on_spark = time.perf_counter() - start
        files = parquet(sorted(other.glob("*.parquet")))
        calls, differing = differing_calls(
            f"read_parquet({text_literal(str(one))})", files, self.folder
        )
        if differing or calls != rows:
            sys.exit(f"{differing:,} of {calls:,} calls differ, {rows:,} were rated")
        print(
            f"{rows:>12,} calls: equal one by one;"
            f" written by DuckDB in {seconds:.1f} s, by Spark in {on_spark:.1f} s",
            flush=True,
        )


def main() -> None:
    """Read the options and compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--curve", type=int, nargs="*", default=[])
    parser.add_argument("--only-calls", action="store_true")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    start = time.perf_counter()
    settings = cluster_settings(quick=max((given.rows, *given.curve)) < LARGE)
    with TemporaryDirectory(dir=given.folder) as name, standalone() as master:
        folder = Path(name)
        with spark_engine.session(master, settings=settings) as spark:
            print(f"{master} with two workers, started in {time.perf_counter() - start:.0f} s")
            comparison = Comparison(spark, folder)
            for rows in given.curve:
                log = comparison.generate(rows)
                comparison.sums(log, rows)
                log.unlink()
            if given.rows:
                log = comparison.generate(given.rows)
                if not given.only_calls:
                    comparison.sums(log, given.rows)
                comparison.calls(log, given.rows)


if __name__ == "__main__":
    main()
