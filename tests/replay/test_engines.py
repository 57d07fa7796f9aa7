"""Each pitfall of an engine on DuckDB and on Spark: right on both, or refused with the same words.

Spark runs where the extra spark is installed and Java is found.
"""

import random
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Catalog, Profile
from pricectl.core.money import ROUNDINGS, divide
from pricectl.replay.arithmetic import rounded
from pricectl.replay.call_tables import read_tables
from pricectl.replay.calls import CALL_COLUMNS, COUNT_TYPE, quoted
from pricectl.replay.connection import EngineConnection
from pricectl.replay.duckdb_engine import DuckdbConnection, session
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.log_columns import LogColumns
from pricectl.replay.logs.plain import LogOptions
from pricectl.replay.prepared_log import prepare
from pricectl.replay.ratebook import Side
from pricectl.replay.rated_rows import rows_query, write_rows
from pricectl.replay.rating import rate
from pricectl.replay.rating_result import Rating
from tests.core.test_profile_reference import random_profile
from tests.replay.random_logs import Row
from tests.replay.test_exactness import catalog_of, random_calls, random_rows

duckdb = pytest.importorskip("duckdb", reason="needs the extra replay")

# Spark compiles each statement, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(900)

CATALOG = Catalog.load(
    """{"o": {
      "m": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05},
      "night": {"input_cost_per_token": 2e-06, "output_cost_per_token": 2e-06,
        "off_peak_pricing": {"input_cost_per_token": 1e-06, "hours_utc": "16:30-00:30"}},
      "dear": {"input_cost_per_token": 900000, "output_cost_per_token": 900000}
    }}"""
)
NEW = Side("new", CATALOG)
PROFILE = Profile.read({"markup_percent": "33.333", "credits_per_dollar": 1000})
ENGINE_NAMES = ("duckdb", "spark")


@pytest.fixture(scope="module")
def spark() -> Iterator[EngineConnection]:
    """One session for all tests, since Java starts slowly; the machine's clock is Tokyo's."""
    pytest.importorskip("pyspark", reason="needs the extra spark")
    if not shutil.which("java"):
        pytest.skip("needs Java 17")
    from pricectl.replay import spark_engine

    # One of Java's two compilers is enough for small logs.
    options = "-XX:TieredStopAtLevel=1 -Duser.timezone=Asia/Tokyo"
    settings = {
        "spark.driver.extraJavaOptions": options,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TZ", "Asia/Tokyo")
        with spark_engine.session("local[2]", settings=settings) as connection:
            yield connection


@pytest.fixture(params=ENGINE_NAMES)
def connection(request: pytest.FixtureRequest) -> Iterator[EngineConnection]:
    if request.param == "spark":
        yield request.getfixturevalue("spark")
        return
    with session(memory_limit="500MB", threads=2) as database:
        yield DuckdbConnection(database)


def put(connection: EngineConnection, rows: Sequence[Row], **types: str) -> None:
    """The table `calls` of these rows; `types` are those that differ from the usual ones."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    known = {name: column.sql_type for name, column in CALL_COLUMNS.items()}
    columns = {quoted(n): types.get(n) or known.get(n) or COUNT_TYPE for n in names}
    connection.create_table("calls", columns, [tuple(row.get(n) for n in names) for row in rows])


def call(number: int, name: str = "m", **columns: Any) -> dict[str, Any]:
    return {"row": number, "name": name, "input": 1000, "output": 10, **columns}


def rated(connection: EngineConnection, rows: Sequence[Row], **options: Any) -> Rating:
    put(connection, rows)
    return rate(connection, "calls", [NEW], options.pop("profile", PROFILE), **options)


def test_files_with_other_units_are_read_with_all_of_them(
    connection: EngineConnection, tmp_path: Path
) -> None:
    """By default Spark reads the columns of one file; counts of the others would cost nothing."""
    for number, unit in enumerate(("cache_read", "reasoning"), 1):
        duckdb.sql(
            f"SELECT {number}::BIGINT AS row, 'm' AS name, 7::BIGINT AS {unit}"
        ).write_parquet(str(tmp_path / f"{number}.parquet"))
    read = read_tables([str(tmp_path)], connection, LogOptions({}, ""))  # type: ignore[arg-type]
    assert read is not None
    sums = "sum(cache_read) AS cached, sum(reasoning) AS thought, count(*) AS calls"
    query = f"SELECT {sums} FROM {read.relation} AS c"  # noqa: S608 - our own words
    [row] = connection.rows(query)
    assert (int(row["cached"]), int(row["thought"]), row["calls"]) == (7, 7, 2)


@pytest.mark.parametrize("shared", [False, True], ids=["single-requests", "sums-of-requests"])
def test_a_random_log_is_rated_alike_by_both_engines(
    connection: EngineConnection,
    shared: bool,  # noqa: FBT001
) -> None:
    """Every call is priced again by the calculator, and both engines give the same numbers."""
    rng = random.Random(f"engines {shared}")  # noqa: S311 - test data
    old_rows = random_rows(rng)
    new_rows = random_rows(rng) | {key: old_rows[key] for key in list(old_rows)[::3]}
    calls = random_calls(rng, old_rows, shared=shared)
    sides = [Side("base", catalog_of(old_rows)), Side("new", catalog_of(new_rows))]
    profile = Profile.read(random_profile(rng))
    # Each grouping whose jobs are mixed is a long statement more to compile.
    groupings = [(), ("name", "day", "layer")]
    put(connection, calls)
    found = rate(connection, "calls", sides, profile, groupings=groupings, sample=10**9)
    assert found.checked_calls == len(calls)
    rows = connection.rows(rows_query(prepare(connection, "calls", sides, profile)))
    with session(memory_limit="500MB", threads=2) as database:
        reference = DuckdbConnection(database)
        put(reference, calls)
        expected = rate(reference, "calls", sides, profile, groupings=groupings, sample=10**9)
        expected_rows = reference.rows(rows_query(prepare(reference, "calls", sides, profile)))
    assert found == expected
    assert sorted(rows, key=lambda row: row["row"]) == sorted(
        expected_rows, key=lambda row: row["row"]
    )


def test_a_sum_of_more_than_64_bits_is_exact(connection: EngineConnection) -> None:
    rows = [call(number, "dear", input=10**9 + 1, output=0) for number in range(3)]
    [total] = rated(connection, rows).groups[()]
    assert total.sides["new"].pico_usd == 3 * (10**9 + 1) * 900_000 * 10**12
    [row] = connection.rows(
        f"SELECT {connection.engine.summed('x')} AS total FROM"  # noqa: S608 - numbers
        f" (SELECT {2**63 - 1} AS x UNION ALL SELECT {2**63 - 1} UNION ALL SELECT 5) AS numbers"
    )
    assert row["total"] == 2 * (2**63 - 1) + 5


def test_a_job_over_69_dollars_is_charged_exactly(connection: EngineConnection) -> None:
    # 30 calls of a job at $2.50 are $75; 33.333% more and 1,000 credits a dollar: 99,999.75
    rows = [call(number, job="j", input=1_000_000, output=0) for number in range(30)]
    [total] = rated(connection, rows).groups[()]
    assert total.sides["new"].credits["consumption_usd"] == 100_000
    assert total.sides["new"].customer_pico_usd == 75 * 10**12 * Fraction(133_333, 100_000)


def test_an_overflow_is_an_error_and_never_wraps(connection: EngineConnection) -> None:
    for words in (
        f"CAST({2**62} AS BIGINT) * 4",
        f"CAST({2**62} AS BIGINT) + CAST({2**62} AS BIGINT)",
        f"CAST('{10**38 - 1}' AS DECIMAL(38,0)) * CAST(10 AS DECIMAL(38,0))",
    ):
        with pytest.raises((ReplayRefused, duckdb.Error)):
            connection.rows(f"SELECT {words} AS number")


def test_division_of_whole_numbers_is_exact_at_any_width(connection: EngineConnection) -> None:
    """A double loses the last digits of these; Spark's DIV wraps them, its / has 32 digits."""
    engine = connection.engine
    cases = [(10**36 + 1, 3), (2**63 - 1, 7), (10**37, 10**14 + 1), (10**38 - 1, 1000)]
    cases += [(10**38 - 1, 2), (10**38 - 2, 999_999), (5, 7), (0, 3), (10**38 - 1, 10**6)]
    numbers = [f"CAST('{numerator}' AS {engine.wide})" for numerator, _ in cases]
    columns = [
        f"{engine.divided(number, str(denominator), engine.wide)} AS c{n}"
        for n, (number, (_, denominator)) in enumerate(zip(numbers, cases, strict=True))
    ]
    [row] = connection.rows(f"SELECT {', '.join(columns)}")
    assert list(row.values()) == [numerator // denominator for numerator, denominator in cases]


def test_every_rounding_is_that_of_the_calculator(connection: EngineConnection) -> None:
    engine = connection.engine
    rng = random.Random("roundings")  # noqa: S311 - test data
    cases = [(rng.randint(0, 10**12), rng.choice((2, 3, 10, 1000, 10**9))) for _ in range(20)]
    cases += [(half * 500, 1000) for half in range(6)]
    for number in (engine.narrow, engine.wide):
        for rounding in ROUNDINGS:
            columns = [
                rounded(engine, f"CAST({numerator} AS {number})", denominator, rounding, number)
                for numerator, denominator in cases
            ]
            listed = ", ".join(f"{words} AS c{n}" for n, words in enumerate(columns))
            [row] = connection.rows(f"SELECT {listed}")
            assert list(row.values()) == [
                divide(numerator, denominator, rounding) for numerator, denominator in cases
            ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"input": -1}, "the log has a call with a negative count"),
        ({"input": 10**15 + 1}, "a count is more than 1,000,000,000,000,000"),
        ({"requests": 0}, "the log has a call of less than one request"),
        ({"at": datetime(1969, 12, 31)}, "the log has calls before 1970 or after 9999"),  # noqa: DTZ001
    ],
)
def test_bad_rows_are_refused_in_the_same_words(
    connection: EngineConnection, columns: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReplayRefused) as refused:
        rated(connection, [call(1), call(2, **columns)])
    assert refused.value.what == message


def test_a_sum_that_no_type_holds_is_refused_before_the_run(connection: EngineConnection) -> None:
    # 1e15 tokens at $900,000 are 9e32 picodollars a call; a hundred calls x 133,333 leave 38 digits
    rows = [call(number, "dear", input=10**15) for number in range(100)]
    with pytest.raises(ReplayRefused) as refused:
        rated(connection, rows)
    assert refused.value.what == (
        f"credits by consumption_usd can reach 1.200e+40, more than {connection.engine.name}"
        " adds up exactly"
    )


def test_times_are_utc_whatever_the_machine_says(connection: EngineConnection) -> None:
    """16:30 UTC is off-peak and 16:29 is not."""
    rows = [
        call(n, "night", output=0, at=datetime(2026, 11, 27, 16, minute))  # noqa: DTZ001
        for n, minute in enumerate((29, 30))
    ]
    [total] = rated(connection, rows).groups[()]
    assert total.sides["new"].pico_usd == 1000 * 2_000_000 + 1000 * 1_000_000
    [row] = connection.rows("SELECT hour(TIMESTAMPTZ '2026-11-27 16:30:00+00') AS hour")
    assert row["hour"] == 16


def test_a_log_in_local_times_is_refused(connection: EngineConnection) -> None:
    kind = "TIMESTAMP WITH TIME ZONE"
    put(connection, [call(1, at=datetime(2026, 11, 27))], at=kind)  # noqa: DTZ001
    with pytest.raises(ReplayRefused, match=f"the column 'at' is {kind}"):
        rate(connection, "calls", [NEW], PROFILE)


def test_wide_numbers_are_stored_as_decimals_and_not_as_doubles(
    connection: EngineConnection, tmp_path: Path
) -> None:
    put(connection, [call(1, "dear", input=10**9 + 1, output=0)])
    target = tmp_path / "it's rows.parquet"
    write_rows(prepare(connection, "calls", [NEW], PROFILE), target)
    files = sorted(target.glob("*.parquet")) if target.is_dir() else [target]
    stored = duckdb.read_parquet([str(file) for file in files])
    kinds = dict(zip(stored.columns, map(str, stored.types), strict=True))
    assert {kinds["pico_usd_new"], kinds["customer_new"]} == {"DECIMAL(38,0)"}
    assert "DOUBLE" not in kinds.values()
    found = dict(zip(stored.columns, stored.fetchall()[0], strict=True))
    assert found["pico_usd_new"] == Decimal((10**9 + 1) * 900_000 * 10**12)
    assert found["at"] is None


def test_names_and_accounts_are_never_read_as_sql(connection: EngineConnection) -> None:
    hostile = "x'; DROP TABLE calls; -- ${HOME} \\' `{row}` :name ?"
    profile = Profile.read({"rules": [{"account": "acme", "markup_percent": 10}]})
    rows = [call(1, hostile, account=hostile, team='"'), call(2, "\x00\n,", account="acme")]
    groupings = [("name",), ("account", "team")]
    found = rated(connection, rows, profile=profile, groupings=groupings)
    assert {group.values for group in found.groups["name",]} == {(hostile,), ("\x00\n,",)}
    assert sum(group.calls for group in found.groups["account", "team"]) == 2


def test_a_column_of_any_name_can_group_calls(connection: EngineConnection) -> None:
    name = 'a"`; ${x} -- \\'
    rows = [call(1) | {name: "one"}, call(2) | {name: None}]
    put(connection, rows, **{name: "VARCHAR"})
    found = rate(connection, "calls", [NEW], PROFILE, groupings=[(name,)])
    assert {group.values for group in found.groups[name,]} == {("one",), ("",)}


@pytest.mark.parametrize(
    ("name", "value"),
    [("spark.sql.ansi.enabled", "false"), ("spark.sql.session.timeZone", "Asia/Tokyo")],
)
def test_a_session_that_would_wrap_or_shift_times_is_refused(
    spark: Any, name: str, value: str
) -> None:
    from pricectl.replay.spark_engine import check_session

    before = spark.session.conf.get(name)
    spark.session.conf.set(name, value)
    try:
        with pytest.raises(ReplayRefused, match="would not be exact"):
            check_session(spark)
    finally:
        spark.session.conf.set(name, before)


@pytest.mark.parametrize(
    ("column", "kind"),
    [("name", "BLOB"), ("requests", "DOUBLE"), ("stated_pico", "DOUBLE"), ("row", "DECIMAL(9,2)")],
)
def test_a_column_that_is_not_exact_is_refused(column: str, kind: str) -> None:
    """Bytes print otherwise on each engine, and doubles add up to another sum."""
    types = {"row": "BIGINT", "name": "VARCHAR", "input": "BIGINT"} | {column: kind}
    with pytest.raises(ReplayRefused, match=re.escape(f"the column '{column}' is {kind}, not")):
        LogColumns.of(types)


@pytest.mark.parametrize("column", ["Cache_Read", "ACCOUNT"])
def test_a_column_in_other_letters_is_refused_and_not_left_out(column: str) -> None:
    types = {"row": "BIGINT", "name": "VARCHAR", "input": "BIGINT", column: "BIGINT"}
    with pytest.raises(ReplayRefused, match=f"the column '{column}' must be written"):
        LogColumns.of(types)


def parquet_files(folder: Path, *tables: str) -> list[str]:
    paths = [folder / f"{number}.parquet" for number in range(len(tables))]
    for path, table in zip(paths, tables, strict=True):
        duckdb.sql(f"COPY ({table}) TO '{path}' (FORMAT parquet)")
    return [str(path) for path in paths]


CALLS = "SELECT range AS row, 'm' AS name, 1000::BIGINT AS input FROM range({}, {})"


def test_a_count_that_only_some_files_have_is_not_left_out(spark: Any, tmp_path: Path) -> None:
    """1,000 tokens of input at $2.50 in ten calls, and 10 of output at $10 in five of them."""

    more = CALLS.format(5, 10).replace("AS input", "AS input, 10::BIGINT AS output")
    files = parquet_files(tmp_path, CALLS.format(0, 5), more)
    for paths in (files, files[::-1], [str(tmp_path)]):
        log = read_tables(paths, spark, LogOptions())
        assert log is not None
        found = rate(spark, log.relation, [NEW], PROFILE).groups[()][0]
        assert (found.input_tokens, found.output_tokens) == (10_000, 50)
        assert found.sides["new"].pico_usd == 10_000 * 2_500_000 + 50 * 10_000_000


def test_files_that_spark_cannot_read_as_tables_of_calls_are_refused_in_words(
    spark: Any, tmp_path: Path
) -> None:

    at = "AS input, {} AS at"
    for value, words in (
        ("'infinity'::TIMESTAMP", "out of range"),
        ("TIMESTAMPTZ '2026-11-27 00:00:00+00'", "the column 'at' is TIMESTAMP WITH TIME ZONE"),
    ):
        table = CALLS.format(0, 5).replace("AS input", at.format(value))
        with pytest.raises(ReplayRefused, match=words):
            read_tables(parquet_files(tmp_path, table), spark, LogOptions())


def test_a_session_never_passes_over_files_that_it_cannot_read(spark: Any) -> None:
    for name in ("ignoreCorruptFiles", "ignoreMissingFiles"):
        assert spark.session.conf.get(f"spark.sql.files.{name}") == "false"
