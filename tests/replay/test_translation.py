"""What sqlglot writes for another engine is held as text, so that no upgrade changes it unseen."""

import re

import pytest

from pricectl.replay.duckdb_engine import session
from pricectl.replay.engines import ENGINES, Engine
from pricectl.replay.translation import translated
from tests.replay.translations import FOLDER, NAMES, statements

pytest.importorskip("duckdb", reason="needs the extra replay")
pytest.importorskip("sqlglot", reason="needs the extra spark")

SPARK = ENGINES["spark"]


@pytest.mark.parametrize("engine", [SPARK], ids=lambda engine: engine.name)
def test_every_template_is_translated_as_before(engine: Engine) -> None:
    """A change that is meant is written by `python -m tests.replay.translations`."""
    with session() as database:
        found = statements(database, engine)
    assert sorted(found) == NAMES
    held = {
        path.name.split(".")[0]: path.read_text(encoding="utf-8").removesuffix("\n")
        for path in FOLDER.glob(f"*.{engine.name}.sql")
    }
    assert found == held


def test_duckdb_runs_its_own_statements_untranslated() -> None:
    assert translated("SELECT 7 // 2", ENGINES["duckdb"]) == "SELECT 7 // 2"


def test_a_division_of_whole_numbers_stays_one() -> None:
    assert (
        translated(f"SELECT {SPARK.divided('a', '7')}", SPARK)
        == "SELECT\n  (\n    (\n      a\n    ) DIV (\n      7\n    )\n  )"
    )


def test_no_translation_has_a_type_that_spark_lacks_or_that_is_not_exact() -> None:
    for path in FOLDER.glob("*.spark.sql"):
        kinds = set(re.findall(r"\bAS ([A-Z_0-9]+(?:\(\d+, \d+\))?)\)", path.read_text("utf-8")))
        assert kinds <= {"BIGINT", "DECIMAL(38, 0)", "STRING", "DATE", "TIMESTAMP_NTZ", "INT"}


def test_the_largest_of_one_value_is_the_value() -> None:
    assert (
        translated("SELECT greatest(a) AS b, least(c) AS d", SPARK) == "SELECT\n  a AS b,\n  c AS d"
    )


def test_a_time_has_no_zone() -> None:
    assert "TIMESTAMP_NTZ" in translated("SELECT TIMESTAMP '0001-01-01'", SPARK)
