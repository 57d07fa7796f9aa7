"""What sqlglot makes of each template: `python -m tests.replay.translations` writes the texts anew.

The statements are those of a log with all that makes a statement longer: tiers of three kinds,
dated and hourly prices, counts in steps, sums of requests, rules of a profile.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core import Catalog, Profile
from pricectl.replay.calls import CALL_COLUMNS, COUNT_TYPE, quoted
from pricectl.replay.duckdb_engine import DuckdbConnection, session
from pricectl.replay.engines import ENGINES, Engine
from pricectl.replay.log_stats import with_largest_counts
from pricectl.replay.prepared_log import prepare
from pricectl.replay.ratebook import Side
from pricectl.replay.rated_rows import rows_query
from pricectl.replay.rating import rate
from pricectl.replay.templates import template
from pricectl.replay.translation import translated

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = Path(__file__).parent / "translated"
# Statements that stand within others.
INNER = {"normal", "steps"}
# `--charged` and `--summary` run on DuckDB alone.
OF_DUCKDB = {"job_costs", "usage_sums"}
NAMES = sorted(
    {path.name.removesuffix(".sql") for path in files("pricectl.replay.templates").iterdir()}
    - INNER
    - OF_DUCKDB
    - {"__init__.py", "__pycache__"}
)
CATALOG = """{"o": {
  "tiered": {"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06,
    "input_cost_per_token_above_200k_tokens": 2e-06, "search_context_cost_per_query": {
      "search_context_size_medium": 0.0351}},
  "night": {"input_cost_per_token": 2e-06, "output_cost_per_token": 2e-06,
    "off_peak_pricing": {"input_cost_per_token": 1e-06, "hours_utc": "16:30-00:30"}}
}}"""
PROFILE = {
    "markup_percent": "33.333",
    "credits_per_dollar": 1000,
    "rules": [
        {"account": "acme", "markup_percent": 10, "fee_usd": "0.0001"},
        {"model": "tiered", "prices": {"input_cost_per_token": "0.0000005"}, "from": "2026-10-15"},
    ],
}


class Recorder(NamedTuple):
    """A session of DuckDB that is given another engine's statements, and keeps them."""

    database: DuckdbConnection
    engine: Engine
    seen: list[str]

    def rows(self, query: str) -> list[dict[str, Any]]:
        self.seen.append(query)
        return self.database.rows(query)

    def types(self, relation: str) -> dict[str, str]:
        return self.database.types(relation)

    def create_table(
        self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
    ) -> None:
        self.database.create_table(name, columns, rows)

    def store(self, name: str, query: str) -> None:
        self.seen.append(query)
        self.database.store(name, query)

    def write_parquet(self, query: str, target: Path) -> None:
        self.seen.append(query)
        self.database.write_parquet(query, target)


def calls() -> Iterator[dict[str, Any]]:
    """Two jobs of two models and teams each, one call without a job."""
    for number in range(5):
        yield {
            "row": number,
            "job": f"job {number % 2}" if number < 4 else None,
            "at": datetime(2026, 7 + number, 14 + number, 16, 29 + number),  # noqa: DTZ001
            "name": ("tiered", "night")[number % 3 // 2],
            "account": ("acme", "globex")[number % 2],
            "team": ("red", "blue")[number // 2 % 2],
            "region": "eu",
            "requests": 1 + number,
            "stated_pico": None,
            "input": 1000 + number * 90_000,
            "cache_read": 10,
            "output": 10 + number,
        }


def statements(database: "DuckDBPyConnection", engine: Engine) -> dict[str, str]:
    """The statement that a run makes of each template, in the engine's dialect."""
    for words in ("xxhash64(x, y) AS hash(x, y)", "pmod(a, b) AS CAST(a % b AS BIGINT)"):
        database.execute(f"CREATE OR REPLACE MACRO {words}")
    recorder = Recorder(DuckdbConnection(database), engine, [])
    rows = list(calls())
    columns = {
        quoted(name): CALL_COLUMNS[name].sql_type if name in CALL_COLUMNS else COUNT_TYPE
        for name in rows[0]
    }
    recorder.create_table("calls", columns, [tuple(row.values()) for row in rows])
    sides = [Side("new", Catalog.load(CATALOG))]
    profile = Profile.read(PROFILE)
    rate(recorder, "calls", sides, profile, groupings=[(), ("team", "day"), ("name",)])
    log = prepare(recorder, "calls", sides, profile)
    with_largest_counts(recorder, log.rated.columns, "calls", log.stats)
    recorder.seen.append(rows_query(log))
    heads = {name: template(name).partition("{")[0] for name in NAMES}
    return {
        name: translated(query, engine)
        for name, head in heads.items()
        for query in recorder.seen
        if query.startswith(head)
    }


def main() -> None:
    """Write the texts of every engine that needs a translation."""
    FOLDER.mkdir(exist_ok=True)
    for engine in ENGINES.values():
        with session() as database:
            for name, text in statements(database, engine).items():
                if engine.dialect != "duckdb":
                    path = FOLDER / f"{name}.{engine.name}.sql"
                    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
