"""Tables with plain columns: guessed, named, cast exactly, in every kind of file."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl.core.errors import BadUsage
from pricectl.core.usage import usage_of
from pricectl.replay.duckdb_engine import session
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import ColumnMap, LogColumn, guess, read_column
from pricectl.replay.logs.flat import REASON, mapped
from pricectl.replay.logs.tables import RawTable
from tests.replay.logs.conftest import Reader

HEADING = "model,time,prompt_tokens,completion_tokens,customer"
LINE = "gpt-4o,2026-11-01T10:00:00Z,1000,50,acme"
# The same call, as each kind of file holds it.
CALL = {"name": "gpt-4o", "input": 1_000, "output": 50, "account": "acme"}


def shown(call: dict[str, Any]) -> dict[str, Any]:
    return {name: call[name] for name in CALL}


def write_gzip(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode()))


def write_zstd(path: Path, text: str) -> None:
    zstd = pytest.importorskip("backports.zstd")
    path.write_bytes(zstd.compress(text.encode()))


def write_parquet(path: Path, text: str) -> None:
    text_path = path.with_suffix(".csv")
    text_path.write_text(text, encoding="utf-8")
    duckdb.sql(f"COPY (FROM '{text_path}') TO '{path}' (FORMAT parquet)")
    text_path.unlink()


def write_duckdb(path: Path, text: str) -> None:
    text_path = path.with_suffix(".csv")
    text_path.write_text(text, encoding="utf-8")
    with duckdb.connect(str(path)) as database:
        database.execute(f"CREATE TABLE usage AS FROM '{text_path}'")
        # A view of a foreign file is SQL that would run.
        database.execute("CREATE VIEW evil AS SELECT * FROM read_csv('/etc/passwd')")
    text_path.unlink()


def write_json(path: Path, text: str) -> None:
    heading, *lines = text.splitlines()
    rows = [dict(zip(heading.split(","), line.split(","), strict=True)) for line in lines]
    path.write_text(json.dumps(rows), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("log.csv", lambda path, text: path.write_text(text, encoding="utf-8")),
        ("log.tsv", lambda path, text: path.write_text(text.replace(",", "\t"), encoding="utf-8")),
        ("bom.csv", lambda path, text: path.write_text(text, encoding="utf-8-sig")),
        ("crlf.csv", lambda path, text: path.write_bytes(text.replace("\n", "\r\n").encode())),
        ("log.csv.gz", write_gzip),
        ("log.csv.zst", write_zstd),
        ("log.parquet", write_parquet),
        ("log.duckdb", write_duckdb),
        ("log.json", write_json),
        ("it's; DROP TABLE x --.csv", lambda path, text: path.write_text(text, encoding="utf-8")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_of_file(
    read: Reader, tmp_path: Path, name: str, write: Callable[[Path, str], object]
) -> None:
    path = tmp_path / name
    write(path, f"{HEADING}\n{LINE}\n")
    found = read(path)
    assert list(map(shown, found.calls)) == [CALL]
    assert found.calls[0]["line"] == 1


def test_folders_and_patterns(read: Reader, tmp_path: Path) -> None:
    """Files of other kinds in a folder are left alone; each file is read once."""
    inner = tmp_path / "logs" / "2026"
    inner.mkdir(parents=True)
    for number in range(3):
        (inner / f"{number}.csv").write_text(f"{HEADING}\n{LINE}\n{LINE}\n", encoding="utf-8")
    (inner / "readme.md").write_text("no log")
    whole = read(tmp_path / "logs")
    assert whole.log.calls == 6
    assert [call["line"] for call in whole.calls] == [1, 2] * 3
    assert len({call["row"] for call in whole.calls}) == 6
    assert read(tmp_path / "logs", inner / "0.csv", f"{inner}/*.csv").log.calls == 6
    with pytest.raises(BadLog, match="no such file"):
        read(inner / "*.parquet")


def test_one_log_of_files_of_several_kinds(read: Reader, tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", f"{HEADING}\n{LINE}\n")
    (tmp_path / "b.csv").write_text(f"{HEADING}\n{LINE}\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text("deployment,tokens_in\no3,7\n", encoding="utf-8")
    with pytest.raises(BadLog, match="no column has the model's name"):
        read(tmp_path / "c.csv")
    named = {"name": LogColumn("deployment", guessed=False)}
    assert read(tmp_path / "c.csv", columns=named).calls[0]["name"] == "o3"
    found = read(tmp_path / "a.parquet", tmp_path / "b.csv")
    assert found.log.calls == 2
    assert len({call["row"] for call in found.calls}) == 2


def test_a_table_of_a_database_is_named(read: Reader, tmp_path: Path) -> None:
    path = tmp_path / "two.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("CREATE TABLE a AS SELECT 'o3' AS model, 5 AS prompt_tokens")
        database.execute("CREATE TABLE b AS SELECT 'o4' AS model, 6 AS prompt_tokens")
    with pytest.raises(BadLog, match="has 2 tables") as caught:
        read(path)
    assert "FILE:TABLE: a, b" in caught.value.next_step
    assert read(f"{path}:b").calls[0]["name"] == "o4"


def test_names_of_columns_are_no_sql(csv_log: Reader, tmp_path: Path, read: Reader) -> None:
    heading = """model,prompt_tokens,"x"" FROM y; DROP TABLE z; --" """.strip()
    assert csv_log(heading, "it's; --,5,1").calls[0]["name"] == "it's; --"
    (tmp_path / "evil.jsonl").write_text(
        json.dumps({"model": "m", "prompt_tokens": 5, "a': 1}, (SELECT 1) --": "x"}) + "\n"
    )
    assert read(tmp_path / "evil.jsonl").counts == [{"input": 5}]


def test_a_log_of_no_rows(read: Reader, tmp_path: Path) -> None:
    for name, text in (("a.csv", "model,prompt_tokens\n"), ("b.jsonl", ""), ("c.json", "[]")):
        (tmp_path / name).write_text(text)
        found = read(tmp_path / name)
        assert (found.log.calls, found.calls, found.log.rejected) == (0, [], {})


def test_broken_lines_are_counted_and_kept(json_log: Reader, csv_log: Reader) -> None:
    long = json.dumps({"model": "x" * 300, "prompt_tokens": 1})
    found = json_log('{"model": "m", "prompt_tokens": 1}', "{broken", long)
    assert found.log.calls == 1
    assert found.log.rejected == {"is not JSON": 1, "name too long": 1}
    assert [reject["line"] for reject in found.rejects] == [2, 3]
    found = csv_log("model,prompt_tokens", "m,1", "m,1,too,many", "m", '"m",2')
    assert found.counts == [{"input": 1}, {"input": 2}]
    assert found.log.rejected == {"is not a line of CSV with the heading's cells": 2}
    assert sorted(reject["line"] for reject in found.rejects) == [3, 4]


def test_a_file_counts_once_whatever_it_is_called(
    read: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.csv").write_text("model,prompt_tokens\nm,1\n")
    (folder / "link.csv").symlink_to("a.csv")
    monkeypatch.chdir(tmp_path)
    found = read("logs", "./logs/a.csv", "logs/../logs/*.csv", folder / "a.csv")
    assert (found.log.calls, found.log.files) == (1, 1)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize("damage", ["cut", "changed"])
@pytest.mark.parametrize("compress", [write_gzip, write_zstd], ids=["gz", "zst"])
def test_a_damaged_compressed_file_is_told(
    read: Reader, tmp_path: Path, kind: str, damage: str, compress: Callable[[Path, str], None]
) -> None:
    """Its first lines are no log, and none of its calls is counted."""
    path = tmp_path / f"log.{kind}.{'gz' if compress is write_gzip else 'zst'}"
    lines = {
        "csv": ["model,prompt_tokens", *(f"m{number},{number}" for number in range(1, 50_000))],
        "jsonl": [f'{{"model": "m{n}", "prompt_tokens": {n}}}' for n in range(1, 50_000)],
    }
    compress(path, "\n".join(lines[kind]))
    whole = path.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes(255 - byte for byte in whole[middle : middle + 50])
    path.write_bytes(whole[:middle] if damage == "cut" else changed + whole[middle + 50 :])
    with pytest.raises(BadLog):
        read(path)


@pytest.mark.parametrize("name", ["a.parquet", "a.duckdb", "a.sqlite"])
def test_an_empty_file_of_a_binary_kind_is_not_a_log_without_calls(
    read: Reader, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).touch()
    with pytest.raises(BadLog, match="whatever its name says"):
        read(tmp_path / name)


def test_a_table_whose_column_hides_the_row_numbers_is_refused(
    read: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "log.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("CREATE TABLE t AS SELECT 'm' AS model, 1 AS prompt_tokens, 7 AS rowid")
    with pytest.raises(BadLog, match="has a column called rowid"):
        read(path)


def test_broken_lines_of_several_headings_are_counted_once(read: Reader, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.csv").write_text("model,prompt_tokens\nm,1\nm,1,1\n")
    (folder / "b.csv").write_text("model,prompt_tokens,team\nm,1,red\nm,1,red,1\nm,1\n")
    found = read(folder)
    assert (found.log.calls, sum(found.log.rejected.values())) == (2, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_cell_of_csv_may_hold_what_is_quoted(read: Reader, tmp_path: Path, end: str) -> None:
    path = tmp_path / "log.csv"
    cells = f'm,1,"two{end}lines, and ""quotes"""{end}'
    heading = f'\ufeffmodel,prompt_tokens,"the,prompt"{end}'
    path.write_bytes(f"{heading}{cells * 3}m,2,{end}".encode())
    found = read(path, extra=("the,prompt",))
    assert [call["input"] for call in found.calls] == [1, 1, 1, 2]
    assert {call["log.the,prompt"] for call in found.calls[:3]} == {f'two{end}lines, and "quotes"'}
    assert not found.log.rejected


def test_a_quote_that_is_not_closed_rejects_its_rest_alone(csv_log: Reader) -> None:
    found = csv_log("model,prompt_tokens,prompt", "m,1,x", 'm,2,"open', "m,3,y")
    assert found.counts == [{"input": 1}]
    assert sum(found.log.rejected.values()) == 1


def test_columns_of_csv_with_one_name_or_none(csv_log: Reader) -> None:
    found = csv_log("model,Team,team,,prompt_tokens", "m,red,blue,x,1", extra=("column3", "team_1"))
    assert found.calls[0]["log.column3"] == "x"
    assert found.calls[0]["log.team_1"] == "blue"


def test_a_line_longer_than_the_bound_is_rejected_and_the_rest_is_read(
    json_log: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricectl.replay.logs.sources.MAX_LINE_BYTES", 3_000)
    row = {"model": "m", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    found = json_log(row, row | {"messages": "x" * 5_000}, row)
    assert found.log.calls == 2
    assert found.log.rejected == {"line longer than 16 MiB": 1}


def test_counts_that_are_no_counts(csv_log: Reader) -> None:
    found = csv_log(
        "model,prompt_tokens,completion_tokens",
        *("m,12.5,1", "m,-1,1", "m,1e3,1", "m,\uff11,1", "m,1_000,1", "m,0x10,1"),
        *("m,99999999999999999,1", "m,12.0,1", "m, 7 ,1"),
    )
    assert found.counts == [{"input": 12, "output": 1}, {"input": 7, "output": 1}]
    assert found.log.rejected == {
        "a count is not a whole number from 0 up": 6,
        "a count is too large": 1,
    }


def test_columns_of_doubles_hold_whole_counts(read: Reader, tmp_path: Path) -> None:
    """A frame with gaps holds its counts as doubles."""
    path = tmp_path / "frame.parquet"
    duckdb.sql(
        "COPY (SELECT 'm' AS model, unnest([1000.0, 0.5, 'nan'::DOUBLE, NULL]) AS prompt_tokens, "
        f"1.0::FLOAT AS completion_tokens) TO '{path}'"
    )
    found = read(path)
    assert found.counts == [{"input": 1_000, "output": 1}, {"output": 1}, {"output": 1}]
    assert found.log.rejected == {"a count is not a whole number from 0 up": 1}


@pytest.mark.parametrize(
    ("cost", "pico"),
    [
        ("0.0075", 7_500_000_000),
        ("123456789.123456789012", 123_456_789_123_456_789_012),
        ("99999999999999999999", 99_999_999_999_999_999_999 * 10**12),
        ("1e25", None),  # too large for any number here, as is a text
        ("-5", None),
        ("free", None),
    ],
)
def test_a_cost_of_any_size_is_read_exactly_or_not_stated(
    csv_log: Reader, cost: str, pico: int | None
) -> None:
    """One wrong cost says nothing about the other rows."""
    found = csv_log("model,prompt_tokens,cost", f"m,1,{cost}", "m,1,0.5")
    assert [call["stated_pico"] for call in found.calls] == [pico, 500_000_000_000]


@pytest.mark.parametrize(
    "time", ["0001-01-01", "1969-12-31T23:59:59Z", "2014-12-31", "9999-12-31 10:00", "infinity"]
)
def test_a_row_with_an_impossible_time_is_rejected_alone(
    csv_log: Reader, read: Reader, tmp_path: Path, time: str
) -> None:
    found = csv_log("model,at,prompt_tokens", f"m,{time},1", "m,2026-11-01,1")
    assert (found.log.calls, found.log.rejected) == (1, {"the time is not understood": 1})
    path = tmp_path / "log.parquet"
    rows = f"VALUES ('m', TIMESTAMP '{time.rstrip('Z')}', 1), ('m', '2026-11-01', 1)"
    columns = 'model, "at", prompt_tokens'
    duckdb.sql(f"COPY (SELECT * FROM ({rows}) AS t({columns})) TO '{path}'")  # noqa: S608 - test data
    found = read(path)
    assert (found.log.calls, found.log.rejected) == (1, {"the time is not understood": 1})


def test_further_columns_group_and_an_unknown_one_is_refused(csv_log: Reader) -> None:
    lines = ("model,prompt_tokens,feature", "m,1,chat", "m,1,")
    found = csv_log(*lines, extra=("feature",))
    assert [call["log.feature"] for call in found.calls] == ["chat", None]
    with pytest.raises(BadLog, match="has no column 'featur'") as caught:
        csv_log(*lines, extra=("featur",))
    assert "feature" in caught.value.next_step


def test_a_named_column_wins_over_a_guess() -> None:
    names = ("model", "deployment", "prompt_tokens")
    assert guess(names, {}, "", "").columns["name"] == LogColumn("model")
    named = dict([read_column("model=deployment")])
    assert guess(names, named, "", "").columns["name"] == LogColumn("deployment", guessed=False)
    assert read_column("input_tokens=prompt_k*1000") == (
        "input_tokens",
        LogColumn("prompt_k", 1_000, guessed=False),
    )


@pytest.mark.parametrize("word", ["name", "name=", "nam=x", "=x"])
def test_a_role_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(BadLog, match="is not ROLE=COLUMN"):
        read_column(word)


def test_the_units_themselves_are_columns(csv_log: Reader) -> None:
    """A table of calls as pricectl writes it: each token stands in one column."""
    found = csv_log("name,model,input,cache_read,output,search", "x,m,10,5,3,2")
    assert found.counts == [{"input": 10, "cache_read": 5, "output": 3, "search": 2}]


AMOUNTS = st.integers(0, 50)
ROLES = (
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("cache_write_1h_tokens", "reasoning_tokens", "input_audio_tokens"),
    *("cache_read_audio_tokens", "output_audio_tokens", "search"),
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(ROLES, AMOUNTS)), min_size=1, max_size=30))
def test_the_sql_splits_counts_as_usage_does(rows: list[dict[str, int]]) -> None:
    """Each token in one unit, by SQL as by `core`; what `Usage` refuses is rejected."""
    columns = ColumnMap(
        {role: LogColumn(role) for role in ROLES} | {"name": LogColumn("model")}, "inside"
    )
    values = ", ".join(
        "({}, 'm')".format(", ".join(f"{row[role]}::BIGINT" for role in ROLES)) for row in rows
    )
    relation = f"(SELECT * FROM (VALUES {values}) AS t({', '.join(ROLES)}, model))"  # noqa: S608
    types = {**dict.fromkeys(ROLES, "BIGINT"), "model": "VARCHAR"}
    table = RawTable(relation, types, "0", "'x'", "0", is_typed=True)
    with session() as database:
        cursor = database.execute(mapped(table, columns, (), "").judged)
        names = [column[0] for column in cursor.description or ()]
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for row, call in zip(rows, found, strict=True):
        try:
            expected = usage_of(row).counts
        except BadUsage:
            expected = ()
        units = {unit: call[unit] for unit, _ in expected}
        assert (call[REASON] is None) == bool(expected), (row, call)
        assert units == dict(expected)


@pytest.mark.parametrize(
    "name",
    [
        *("search", "web_searches", "Web Searches", "searches", "web_search_requests"),
        *("search_requests", "web_search_calls", "web_search_count", "search_count"),
        *("num_searches", "num_web_searches", "server_tool_use.web_search_requests"),
    ],
)
def test_a_column_of_web_searches_is_charged_as_such(csv_log: Reader, name: str) -> None:
    found = csv_log(f"model,prompt_tokens,{name}", "m,10,2", "m,10,0")
    assert found.counts == [{"input": 10, "search": 2}, {"input": 10}]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("file_search_calls", "file_search"),
        ("maps_queries", "maps_query"),
        ("code_interpreter_sessions", "code_interpreter"),
        ("search_units", "input_query"),  # as Cohere calls what a rerank is charged by
        ("citation_tokens", "citation"),
    ],
)
def test_columns_of_other_tools_are_charged_as_such(csv_log: Reader, name: str, unit: str) -> None:
    assert csv_log(f"model,prompt_tokens,{name}", "m,10,3").counts == [{"input": 10, unit: 3}]


@pytest.mark.parametrize(
    "name",
    [
        # Perplexity charges most models by the request and Google some, whatever was searched.
        *("num_search_queries", "web_search_queries", "search_context_size", "search_results"),
        *("web_search", "webSearchRequests"),
    ],
)
def test_a_column_of_searches_that_may_not_be_what_is_charged_is_told(
    csv_log: Reader, name: str
) -> None:
    found = csv_log(f"model,prompt_tokens,{name},research_team", "m,10,2,x")
    assert found.counts == [{"input": 10}]
    assert found.log.columns[0].unread == (name,)


def test_a_guessed_column_is_one_role(csv_log: Reader) -> None:
    found = csv_log("model,prompt_tokens,web_searches,search_requests", "m,10,2,2")
    assert found.counts == [{"input": 10, "search": 2}]
    assert found.log.columns[0].unread == ("search_requests",)
