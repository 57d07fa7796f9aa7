"""The generator of logs for the benchmarks: the same log for the same seed, with what logs have."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from pricectl.core import Profile
from pricectl.core.catalog import Catalog
from pricectl.packaged import CATALOG, packaged_bytes
from pricectl.replay.duckdb_engine import parquet, rows_of, session
from pricectl.replay.logs.log import read_log
from pricectl.replay.logs.plain import LogOptions
from pricectl.replay.ratebook import Side
from pricectl.replay.rating import rate
from tests.conftest import ROOT

duckdb = pytest.importorskip("duckdb", reason="needs the extra replay")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("usage_log", ROOT / "benchmarks" / "usage_log.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_seed_makes_one_log_and_another_seed_another(
    generator: ModuleType, tmp_path: Path
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generator.write(tmp_path / f"{name}.parquet", 2000, seed=seed)
    logs = [
        sorted(duckdb.read_parquet(str(tmp_path / f"{name}.parquet")).fetchall(), key=str)
        for name in "abc"
    ]
    assert logs[0] == logs[1] != logs[2]
    assert len(logs[0]) == 2000


def test_a_log_has_what_real_logs_have_and_is_rated_exactly(
    generator: ModuleType, tmp_path: Path
) -> None:
    log = tmp_path / "log.parquet"
    generator.write(log, 30_000)
    side = Side("new", Catalog.load(packaged_bytes(CATALOG)))
    with session() as connection:
        connection.execute(f"CREATE VIEW log AS FROM {parquet([log])}")
        [facts] = rows_of(
            connection,
            """SELECT count(DISTINCT job) AS jobs, count(DISTINCT account) AS accounts,
            count(*) FILTER (input + cache_read + cache_write > 200000) AS long,
            count(*) FILTER (service = 'batch') AS batches, sum(cache_read) / sum(input) AS cached,
            median(input + cache_read) AS middle, max(input + cache_read) AS largest
            FROM log""",
        )
        rating = rate(connection, parquet([log]), [side], Profile(), sample=3000)
    assert 5000 < facts["jobs"] < 10_000
    assert facts["accounts"] > 1000
    assert facts["long"] > 5
    assert facts["batches"] > 1000
    assert 0.3 < facts["cached"] < 3
    assert facts["largest"] > 100 * facts["middle"]  # a heavy tail
    layers = {row.layer for row in rating.coverage}
    assert {"exact", "alias", "partial", "default"} <= layers
    assert 2500 < rating.checked_calls < 3500


def test_a_raw_log_has_several_time_zones_and_rows_that_no_reader_can_use(
    generator: ModuleType, tmp_path: Path
) -> None:
    log = tmp_path / "raw.csv"
    generator.write(log, 30_000, raw=True)
    with session() as connection:
        connection.execute(f"CREATE VIEW log AS FROM read_csv('{log}', all_varchar = true)")
        [facts] = rows_of(
            connection,
            """SELECT count(*) FILTER (model IS NULL) AS nameless,
            count(*) FILTER (CAST(prompt_tokens AS BIGINT) < 0) AS negative,
            count(*) FILTER (prompt_tokens NOT LIKE '-%' AND
                CAST(cache_read_tokens AS BIGINT) > CAST(prompt_tokens AS BIGINT)) AS impossible,
            count(DISTINCT right(start_time, 6)) FILTER (start_time NOT LIKE '%Z') AS zones
            FROM log""",
        )
    assert min(facts["nameless"], facts["negative"], facts["impossible"]) > 0
    assert facts["nameless"] + facts["negative"] + facts["impossible"] < 60
    assert facts["zones"] == 3


def test_every_count_of_a_raw_log_is_read(generator: ModuleType, tmp_path: Path) -> None:
    """The columns of the raw log are guessed, and count what those of the split one count."""
    split, raw = tmp_path / "split.parquet", tmp_path / "raw.parquet"
    generator.write(split, 20_000)
    generator.write(raw, 20_000, raw=True)
    with session() as database:
        log = read_log([str(raw)], database, tmp_path, LogOptions())
        [columns] = log.columns
        assert columns.unread == ()
        sums = "sum(search) AS search, sum(reasoning) AS reasoning, count(*) AS calls"
        [found] = rows_of(database, f"SELECT {sums} FROM {log.relation}")  # noqa: S608 - our own
        rejected = sum(log.rejected.values())
        # What the rows count that are not rejected, which are numbered as in the split log.
        kept = f"SELECT CAST(split_part(call_id, '-', 2) AS BIGINT) FROM {log.relation}"  # noqa: S608 - our own
        words = f'SELECT {sums} FROM {parquet([split])} WHERE "row" IN ({kept})'  # noqa: S608 - our own
        [expected] = rows_of(database, words)
    assert found == expected
    assert found["search"] > 0
    assert found["calls"] + rejected == 20_000
