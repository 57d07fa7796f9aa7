"""`pricectl replay`: a usage log's cost, beside other prices and beside what it states itself."""

import csv
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from contextlib import suppress
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from pricectl.core import Catalog, Profile, Usage, quote
from pricectl.core.credits import Job, job_credits
from tests.conftest import CATALOG, CHILD_PATH, ROOT, Run

SCHEMA = json.loads((ROOT / "schemas/replay.schema.json").read_text(encoding="utf-8"))
LOG = """model,time,session,team,customer,prompt_tokens,completion_tokens,total_tokens,spend
gpt-4o,2026-10-01T10:00:00Z,s1,chat,acme,1000,500,1500,0.0075
gpt-4o-2024-08-06,2026-10-01T10:01:00Z,s1,chat,acme,2000,100,2100,0.007
o3,2026-10-02T10:00:00Z,s2,search,globex,10000,1000,11000,0.028
our-own,2026-10-03T10:00:00Z,s3,search,initech,1000,1000,2000,
gpt-4o,2026-10-04T10:00:00Z,s4,chat,globex,many,1,1,0.5
"""
# gpt-4o: 1,000 x 2.50 + 500 x 10 = 0.0075; 2,000 x 2.50 + 100 x 10 = 0.006.
# o3: 10,000 x 2 + 1,000 x 8 = 0.028. The default: 1,000 x 1 + 1,000 x 2 = 0.003.
TOTAL = "0.0445"
CHEAPER = CATALOG.replace('"input_cost_per_token": 2e-06', '"input_cost_per_token": 1e-06')


@pytest.fixture
def log(home: Path) -> Path:
    (home / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    path = home / "log.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


def document(run: Run, *words: str) -> dict[str, Any]:
    result = run("replay", *words, "-o", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def by_key(groups: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {group["key"]: group for group in groups}


def test_a_log_costs_what_its_calls_cost(run: Run, log: Path) -> None:
    found = document(run, str(log))
    total = found["total"]
    assert (total["calls"], total["jobs"], total["input_tokens"]) == (4, 3, 14_000)
    assert total["new"]["provider_cost_usd"] == TOTAL
    assert found["checked_calls"] == 4
    models = by_key(found["groups"])
    assert models["gpt-4o"]["new"]["provider_cost_usd"] == "0.0075"
    assert models["o3"]["new"]["provider_cost_usd"] == "0.028"
    assert found["log"]["rejected"] == [
        {
            "reason": "a count is not a whole number from 0 up",
            "rows": 1,
            "stated_usd": "0.50",
        }
    ]


def test_credits_are_those_of_each_job(run: Run, log: Path) -> None:
    """One rounding a job, as `charge` does it: s1 has two calls of two names."""
    catalog, profile = Catalog.load(CATALOG), Profile()
    jobs = [
        [("gpt-4o", 1_000, 500), ("gpt-4o", 2_000, 100)],
        [("o3", 10_000, 1_000)],
        [("our-own", 1_000, 1_000)],
    ]
    found = document(run, str(log))["total"]["new"]["credits"]
    for mode, charged in found.items():
        expected = 0
        for calls in jobs:
            job = Job()
            for name, tokens_in, tokens_out in calls:
                job = job.add(quote(catalog, name, Usage(tokens_in, tokens_out)))
            expected += job_credits(job, mode, profile)
        assert charged == expected, mode


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("team", {"chat", "search"}),
        ("account", {"acme", "globex", "initech"}),
        ("provider", {"openai", "default"}),
        ("day", {"2026-10-01", "2026-10-02", "2026-10-03"}),
        ("session", {"s1", "s2", "s3"}),
    ],
)
def test_calls_are_grouped(run: Run, log: Path, by: str, keys: set[str]) -> None:
    found = document(run, str(log), "--by", by)
    assert by_key(found["groups"]).keys() == keys
    costs = [group["new"]["provider_cost_usd"] for group in found["groups"]]
    assert sum(map(float, costs)) == pytest.approx(float(TOTAL))


# Names that calls and their rating have of their own, in some case.
TAKEN_NAMES = (
    *("layer", "catalog_model", "key", "tokens", "used", "input", "input_tokens", "n_0"),
    *("call_row", "call_at", "reason", "group_0", "pico_0", "Name", "TEAM", "Input_Total"),
    *("response", "span", "parent", "detail"),
)


@pytest.mark.parametrize("name", TAKEN_NAMES)
@pytest.mark.parametrize("kind", ["plain", "rows"])
def test_a_column_of_the_log_groups_whatever_its_name(
    run: Run, log: Path, name: str, kind: str
) -> None:
    usage = {"prompt_tokens": 1_000, "completion_tokens": 500}
    said = usage if kind == "plain" else {"usage": usage}
    rows = [{"model": "gpt-4o", **said, name: word} for word in ("one", "two", "two")]
    path = log.with_name("named.jsonl")
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    is_count = kind == "plain" and name in {"input", "input_tokens"}
    named = ["--column", "input_tokens=prompt_tokens"] if is_count else []
    found = document(run, str(path), "--by", name, *named)
    calls = {group["key"]: group["calls"] for group in found["groups"]}
    assert (calls, found["by"]) == ({"one": 1, "two": 2}, name)


def test_cache_writes_without_a_lifetime_say_what_an_hour_would_cost_more(
    run: Run, log: Path
) -> None:
    """1,000 tokens at $3.75 for 1M are 0.00375; at the hour's $6 they are 0.006."""
    prices = '"input_cost_per_token": 3e-06, "output_cost_per_token": 15e-06, '
    prices += '"cache_creation_input_token_cost": 3.75e-06, '
    prices += '"cache_creation_input_token_cost_above_1hr": 6e-06'
    catalog = f'{{"anthropic": {{"claude": {{{prices}}}}}}}'
    (log.parent / "claude.json").write_text(catalog, encoding="utf-8")
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 1_000}
    row = {"id": "r", "type": "message", "model": "claude", "usage": usage}
    (log.parent / "log.jsonl").write_text(json.dumps(row), encoding="utf-8")
    found = document(run, "log.jsonl", "--file", "claude.json")["log"]
    assert found["unsplit_cache_write_tokens"] == 1_000
    assert found["unsplit_cache_write_usd"] == "0.00225"


def test_old_and_new_prices_side_by_side(run: Run, log: Path) -> None:
    """o3's input halved: 10,000 x 1 less, which globex alone pays."""
    (log.parent / "new.json").write_text(CHEAPER, encoding="utf-8")
    words = (str(log), "--file", "new.json", "--base", "llm_pricing_current.json")
    found = document(run, *words)
    assert found["total"]["base"]["provider_cost_usd"] == TOTAL
    assert found["total"]["new"]["provider_cost_usd"] == "0.0345"
    accounts = found["accounts"]
    assert ([one["key"] for one in accounts["less"]], accounts["more"]) == (["globex"], [])
    assert accounts["unchanged"] == 2
    shown = run("replay", *words)
    assert "1 account of 3 pays less" in shown.stdout
    assert "-$0.01" in shown.stdout


def test_what_the_log_states_stands_beside_ours(run: Run, log: Path) -> None:
    """The gateway believed 0.007 for a call of 0.006; a call that states nothing is left out."""
    stated = {row["model"]: row for row in document(run, str(log))["stated"]}
    assert stated.keys() == {"gpt-4o", "gpt-4o-2024-08-06", "o3"}
    row = stated["gpt-4o-2024-08-06"]
    assert (row["stated_usd"], row["ours_usd"], row["difference_usd"]) == (
        *("0.007", "0.006", "-0.001"),
    )
    assert stated["o3"]["difference_usd"] == "0.00"


def test_coverage_names_what_was_guessed(run: Run, log: Path) -> None:
    found = document(run, str(log))
    layers = {
        row["found_by"]: (row["calls"], row["provider_cost_usd"]) for row in found["coverage"]
    }
    assert layers == {"exact": (2, "0.0355"), "alias": (1, "0.006"), "default": (1, "0.003")}
    assert [row["name"] for row in found["guessed_names"]] == ["our-own"]


def test_a_guessed_name_is_one_line_whatever_its_calls_used(run: Run, log: Path) -> None:
    """The second call has cached tokens, for which o3 has no price of its own."""
    heading = "model,prompt_tokens,cached_tokens,completion_tokens"
    log.write_text(f"{heading}\no3-high,1000,0,0\no3-high,1000,500,0\n", encoding="utf-8")
    (guessed,) = document(run, str(log))["guessed_names"]
    assert (guessed["name"], guessed["calls"]) == ("o3-high", 2)
    assert guessed["provider_cost_usd"] == "0.004"
    assert "assumed-rate" in guessed["flags"]


def test_what_has_no_price_is_told_as_unpriced(run: Run, log: Path) -> None:
    """o3 is known, but has no price for a search."""
    log.write_text("model,prompt_tokens,search\no3,10,0\no3,10,2\n", encoding="utf-8")
    found = document(run, str(log))
    assert [(one["found_by"], one["calls"]) for one in found["coverage"]] == [
        ("exact", 1),
        ("unpriced", 1),
    ]
    assert [(one["name"], one["calls"]) for one in found["guessed_names"]] == [("o3", 1)]


def test_columns_of_tokens_that_are_not_read_are_told(run: Run, log: Path) -> None:
    """What they count may be missing in the cost."""
    heading = "model,prompt_tokens,completion_tokens,total_tokens,thoughts_tokens,feature"
    log.write_text(f"{heading}\no3,10,9,19,5,chat\n", encoding="utf-8")
    assert "tokens or searches: thoughts_tokens\n" in run("replay", str(log)).stdout
    (columns,) = document(run, str(log))["log"]["columns"]
    assert columns["unread"] == ["thoughts_tokens"]
    named = document(run, str(log), "--column", "reasoning_tokens=thoughts_tokens")
    assert named["log"]["columns"][0]["unread"] == []


def test_the_group_that_moves_most_comes_first(run: Run, log: Path) -> None:
    (log.parent / "new.json").write_text(CHEAPER, encoding="utf-8")
    log.write_text("model,prompt_tokens\no3,10\ngpt-4o,1000000\n", encoding="utf-8")
    shown = run("replay", str(log), "--file", "new.json", "--base", "llm_pricing_current.json")
    groups = shown.stdout.partition("by model")[2].partition("\n\n")[0]
    assert groups.index("o3 ") < groups.index("gpt-4o ")
    alone = run("replay", str(log)).stdout.partition("by model")[2].partition("\n\n")[0]
    assert alone.index("gpt-4o ") < alone.index("o3 ")


def test_only_the_period_counts(run: Run, log: Path) -> None:
    found = document(run, str(log), "--from", "2026-10-02", "--until", "2026-10-03")
    assert (found["total"]["calls"], found["log"]["calls_outside_period"]) == (1, 3)


def test_the_profile_of_the_settings(run: Run, log: Path) -> None:
    settings = "[profiles.reseller]\nmarkup_percent = 50\n[replay]\ncolumns = {account = 'team'}\n"
    (log.parent / "pricectl.toml").write_text(settings, encoding="utf-8")
    words = (str(log), "--profile", "reseller", "--by", "account", "--mode", "consumption_usd")
    found = document(run, *words)
    assert found["total"]["new"]["client_cost_usd"] == "0.06675"
    assert found["total"]["new"]["credits"].keys() == {"consumption_usd"}
    assert by_key(found["groups"]).keys() == {"chat", "search"}
    again = document(run, *words, "--column", "account=customer")
    assert by_key(again["groups"]).keys() == {"acme", "globex", "initech"}


def test_every_format_has_every_group(run: Run, log: Path) -> None:
    words = ["-o", "csv", "-o", "markdown", "-o", "html=page.html", "-o", "parquet=groups.parquet"]
    result = run("replay", str(log), "--by", "team", *words)
    assert result.exit_code == 0, result.output
    table, _, markdown = result.stdout.partition("<!-- pricectl-replay -->")
    lines = list(csv.DictReader(StringIO(table)))
    assert [line["key"] for line in lines] == ["", "chat", "search"]
    assert lines[0]["new_provider_cost_usd"] == TOTAL
    assert "| `chat` |" in markdown
    page = (log.parent / "page.html").read_text(encoding="utf-8")
    assert "<td>chat</td>" in page
    rows = duckdb.read_parquet(f"{log.parent}/groups.parquet").select("key", "calls").fetchall()
    assert rows == [("", 4), ("chat", 2), ("search", 2)]
    refused = run("replay", str(log), "-o", "parquet")
    assert (refused.exit_code, "parquet=FILE" in refused.output) == (2, True)


def test_names_of_a_log_are_no_markup(run: Run, log: Path) -> None:
    """A model's name reaches terminal, Markdown, CSV and HTML as text."""
    hostile = '"=cmd|\x1b[31m<script>`x`"'
    log.write_text(LOG + f"{hostile},2026-10-05,s9,t,c,1,1,2,\n", encoding="utf-8")
    shown = run(
        "replay", str(log), "-o", "text", "-o", "csv", "-o", "markdown", "-o", "html=p.html"
    )
    assert shown.exit_code == 0, shown.output
    assert "\x1b" not in shown.stdout
    assert "'=cmd" in shown.stdout
    page = (log.parent / "p.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    markdown = shown.stdout.partition("<!-- pricectl-replay -->")[2]
    assert "<script>" not in markdown


def test_rejected_rows_are_written_whole(run: Run, log: Path) -> None:
    result = run("replay", str(log), "--rejects", "bad.jsonl")
    assert result.exit_code == 0
    (row,) = map(json.loads, (log.parent / "bad.jsonl").read_text(encoding="utf-8").splitlines())
    assert (row["line"], row["reason"]) == (5, "a count is not a whole number from 0 up")
    assert json.loads(row["row"])["prompt_tokens"] == "many"
    assert not list(log.parent.glob("*.partial"))


def test_rated_calls_are_written_as_parquet(run: Run, log: Path) -> None:
    result = run("replay", str(log), "--rows", "rows.parquet")
    assert result.exit_code == 0, result.output
    rows = duckdb.read_parquet(f"{log.parent}/rows.parquet")
    assert len(rows.fetchall()) == 4
    assert "DOUBLE" not in {str(kind) for kind in rows.types}
    own = rows.select("source", "line", "account", "team", "pico_usd_new").order("line")
    assert own.fetchall()[3] == (str(log), 4, "initech", "search", 3 * 10**9)


def test_rated_calls_keep_the_column_that_groups_them(run: Run, log: Path) -> None:
    result = run("replay", str(log), "--by", "session", "--rows", "rows.parquet")
    assert result.exit_code == 0, result.output
    rows = duckdb.read_parquet(f"{log.parent}/rows.parquet").select('"log.session"', "call_id")
    assert rows.distinct().order('"log.session"').fetchall() == [
        ("s1", None),
        ("s2", None),
        ("s3", None),
    ]


def test_rated_calls_add_up_to_the_report(run: Run, log: Path) -> None:
    """Costs by both prices, and credits: the second call of job s1 adds what its total grows by."""
    (log.parent / "new.json").write_text(CHEAPER, encoding="utf-8")
    (log.parent / "pricectl.toml").write_text(
        '[profiles.default]\nmarkup_percent = "33.333"\ncredits_per_dollar = 100\n',
        encoding="utf-8",
    )
    prices = ("--file", "new.json", "--base", "llm_pricing_current.json")
    total = document(run, str(log), *prices, "--rows", "rows.parquet")["total"]
    rows = duckdb.read_parquet(f"{log.parent}/rows.parquet")
    for side in ("base", "new"):
        sums = f"sum(pico_usd_{side}), sum(customer_{side}), any_value(customer_parts_{side})"
        [(pico, customer, parts)] = rows.aggregate(sums).fetchall()
        stated = total[side]
        assert Fraction(int(pico), 10**12) == Fraction(stated["provider_cost_usd"])
        assert Fraction(int(customer), int(parts) * 10**12) == Fraction(stated["client_cost_usd"])
        for mode, number in stated["credits"].items():
            [(added,)] = rows.aggregate(f"sum(credits_{mode}_{side})").fetchall()
            assert int(added) == number


@pytest.mark.parametrize(
    "words",
    [
        ("--rejects", "log.csv"),
        ("--rows", "link.csv"),
        ("--rows", "hard.csv"),
        ("-o", "html=./log.csv"),
        ("--rows", "llm_pricing_current.json"),
        ("--rows", "out", "--rejects", "./out"),
        ("--rejects", "out", "-o", "csv=out"),
    ],
)
def test_an_output_never_replaces_what_is_read_or_another(
    run: Run, log: Path, words: tuple[str, ...]
) -> None:
    (log.parent / "link.csv").symlink_to(log)
    (log.parent / "hard.csv").hardlink_to(log)
    result = run("replay", "log.csv", *words)
    assert result.exit_code == 2, result.output
    assert "nothing is written there" in result.output or "two outputs" in result.output
    assert log.read_text(encoding="utf-8") == LOG
    assert not (log.parent / "out").exists()


def test_a_link_to_an_output_stays_and_a_device_is_refused(run: Run, log: Path) -> None:
    (log.parent / "link").symlink_to("bad.jsonl")
    assert run("replay", str(log), "--rejects", "link").exit_code == 0
    assert (log.parent / "link").is_symlink()
    assert (log.parent / "bad.jsonl").exists()
    (log.parent / "folder").mkdir()
    result = run("replay", str(log), "--rejects", "folder")
    assert (result.exit_code, "it is not a file" in result.output) == (2, True)


def test_an_error_leaves_nothing_under_the_final_name(run: Run, log: Path) -> None:
    (log.parent / "rows.parquet").write_bytes(b"before")
    log.write_text("model,prompt_tokens\nm,x\n", encoding="utf-8")
    result = run("replay", str(log), "--rows", "rows.parquet", "--rejects", "bad.jsonl")
    assert (result.exit_code, "no call could be read" in result.output) == (2, True)
    assert (log.parent / "rows.parquet").read_bytes() == b"before"
    assert not list(log.parent.glob("*.partial"))
    assert not (log.parent / "bad.jsonl").exists()


@pytest.mark.long
def test_a_run_that_is_killed_leaves_nothing(log: Path, tmp_path: Path) -> None:
    """Told to end while it reads, it removes what it staged, and no file has its final name."""
    row = {"model": "gpt-4o", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    big = log.parent / "big.jsonl"
    big.write_text((json.dumps(row) + "\n") * 200_000, encoding="utf-8")
    staged = tmp_path / "staged"
    staged.mkdir()
    words = [sys.executable, "-m", "pricectl", "replay", str(big), "--rows", "rows.parquet"]
    environment = {**os.environ, "TMPDIR": str(staged), "PYTHONPATH": CHILD_PATH}
    with subprocess.Popen(words, cwd=log.parent, env=environment) as process:
        while not list(staged.glob("*/calls.csv")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
    assert list(staged.iterdir()) == []
    assert not list(log.parent.glob("*rows.parquet*"))


@pytest.mark.parametrize("width", [80, 100])
def test_tables_keep_their_columns_on_a_narrow_terminal(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Headings fold, bars and then tokens are left out, and a long name stands above its line."""
    monkeypatch.setenv("COLUMNS", str(width))
    example = str(ROOT / "examples/usage_log.csv")
    (log.parent / "new.json").write_text(CHEAPER, encoding="utf-8")
    compared = ["--base", "llm_pricing_current.json", "--file", "new.json"]
    log.write_text(LOG + f"{'a/' * 40}m,2026-10-05,s9,t,c,1,1,2,\n", encoding="utf-8")
    for words in ([example], [example, *compared], [str(log), *compared]):
        parts = run("replay", *words).stdout.split("\n\n")
        for part in parts[1:3]:
            lines = part.splitlines()[1 if part.startswith("by ") else 0 :]
            amounts = [line for line in lines if "$" in line]
            assert (
                len({line.index("$") + len(line[line.index("$") :].split()[0]) for line in amounts})
                == 1
            ), part
            assert max(map(len, lines)) <= width


def test_all_headings_of_a_table_are_bold(run: Run, log: Path) -> None:
    lines = run("replay", str(log), "--color", "always").stdout.splitlines()
    heading = next(line for line in lines if "provider cost" in line)
    assert heading.startswith("\x1b[1m")


def test_a_period_without_calls_is_no_log_that_cannot_be_read(run: Run, log: Path) -> None:
    result = run("replay", str(log), "--from", "2027-01-01")
    assert (result.exit_code, "no call of the log is in the period" in result.stderr) == (0, True)


def test_a_file_without_a_line_that_can_be_read_is_not_free(run: Run, log: Path) -> None:
    broken = log.parent / "broken.jsonl"
    broken.write_text("hello\nworld\n", encoding="utf-8")
    refused = run("replay", str(broken))
    assert refused.exit_code == 2
    assert "no call could be read; 2 rows: is not JSON" in refused.output
    found = document(run, str(log), str(broken), "--rejects", "bad.jsonl")
    assert {"reason": "is not JSON", "rows": 2, "stated_usd": "0.00"} in found["log"]["rejected"]
    rejected = (log.parent / "bad.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["row"] for row in rejected[:2]] == ["hello", "world"]


def test_an_empty_file_has_no_rows(run: Run, log: Path) -> None:
    (log.parent / "empty.csv").write_text("", encoding="utf-8")
    assert document(run, str(log), "empty.csv")["total"]["calls"] == 4
    result = run("replay", "empty.csv")
    assert (result.exit_code, "the log has no calls" in result.stderr) == (0, True)


def test_the_printed_settings_can_be_pasted(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    words = (str(log), "--column", "account=team")
    shown = run("replay", *words, "-v").stdout
    settings = "[replay.columns]" + shown.partition("[replay.columns]")[2]
    (log.parent / "pricectl.toml").write_text(settings, encoding="utf-8")
    columns = document(run, str(log))["log"]["columns"][0]["columns"]
    assert {"says": "account", "column": "team", "times": 1, "guessed": False} in columns
    assert not any(column["guessed"] for column in columns)


def test_rows_that_could_not_be_read_say_where_to_see_them(run: Run, log: Path) -> None:
    assert "--rejects FILE writes" in run("replay", str(log)).stdout
    assert "--rejects FILE" not in run("replay", str(log), "--rejects", "bad.jsonl").stdout


def test_a_difference_of_the_last_digit_is_not_spelled_out(run: Run, log: Path) -> None:
    """0.0075 by our prices; the log states a picodollar less."""
    log.write_text(LOG.replace("1500,0.0075", "1500,0.007499999999"), encoding="utf-8")
    assert "+<$0.000001" in run("replay", str(log)).stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_query_that_is_interrupted_ends_as_the_signal_says(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    """DuckDB raises an error of its own in place of what the signal's handler raises."""

    def interrupted(*_: object) -> None:
        with suppress(SystemExit, KeyboardInterrupt):
            signal.raise_signal(number)
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("pricectl.replay.run.replay", interrupted)
    assert run("replay", str(log)).exit_code == code


def test_a_log_without_calls_is_told(run: Run, log: Path) -> None:
    log.write_text("model,prompt_tokens\n", encoding="utf-8")
    result = run("replay", str(log))
    assert result.exit_code == 0
    assert "the log has no calls" in result.stderr
    assert document(run, str(log))["total"]["calls"] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.csv"], "no such file"),
        (["log.csv", "--mode", "job"], "is not a budget mode"),
        (["log.csv", "--from", "yesterday"], "is not a valid date"),
        (["log.csv", "--column", "name"], "is not ROLE=COLUMN"),
        (["log.csv", "--column", "name=modle"], "did you mean model?"),
        (["log.csv", "--by", "featur"], "has no column 'featur'"),
        (["-"], "write the log to a file"),
        (["counts.csv"], "--column input_tokens=COLUMN"),
        (["log.csv", "--by", "line"], "cannot group calls"),
        (["log.csv", "--base", "v99"], "is not in a git repository"),
        (["log.csv", "--profile", "gold"], "no profile is called 'gold'"),
    ],
)
def test_what_cannot_be_done_ends_with_2(
    run: Run, log: Path, words: list[str], message: str
) -> None:
    (log.parent / "counts.csv").write_text("model,users\ngpt-4o,5\n", encoding="utf-8")
    result = run("replay", *words)
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert "Traceback" not in result.output


def test_without_the_extra_it_says_how_to_get_it(
    run: Run, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = run("replay", str(log))
    assert (result.exit_code, "pip install 'pricectl[replay]'" in result.output) == (2, True)


def test_no_other_command_loads_the_engine(log: Path) -> None:
    code = "import sys; from pricectl.cli import app; app(['quote', 'gpt-4o', '1'], "
    code += "standalone_mode=False); print('duckdb' in sys.modules, "
    code += "[name for name in sys.modules if name.startswith('pricectl.replay')])"
    words = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": CHILD_PATH}
    told = subprocess.run(
        words, cwd=log.parent, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "False []"


def test_the_example_log_is_what_its_script_writes(run: Run) -> None:
    script = runpy.run_path(str(ROOT / "tools/write_usage_log.py"))
    text = (ROOT / "examples/usage_log.csv").read_text(encoding="utf-8")
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows([script["HEADING"], *script["rows"]()])
    assert out.getvalue() == text
    found = run("replay", str(ROOT / "examples/usage_log.csv"), "--file", "packaged")
    assert found.exit_code == 0, found.output
    assert "398 calls" in found.stdout


PERIOD = ("--from", "2026-10-02", "--until", "2026-10-03")
# Two options of which one would be dropped in silence, with a part of what is said.
CONTRADICTIONS = (
    (("--charged", "log.csv", "--base", "packaged"), "--base: cannot be combined with --charged"),
    (("--charged", "log.csv", "--at", "2027-01"), "--at: cannot be combined with --charged"),
    (("--charged", "log.csv", "--by", "model"), "--by: cannot be combined with --charged"),
    (("--charged", "log.csv", "--engine", "local"), "--engine: cannot be combined with --charged"),
    (("log.csv", "--summary", "s.json", "--engine", "local"), "cannot be combined with --summary"),
    (("log.csv", "--charged", "log.csv"), "--charged: is given besides LOG"),
    (("log.csv", "--from", "2026-10-03", "--until", "2026-10-02"), "is not before --until"),
    (("log.csv", "--from", "2026-10-03", "--until", "2026-10-03"), "is not before --until"),
    (("log.csv", "--column", "account=team", "--column", "account=model"), "a second column for"),
    (("log.csv", "--column", "account=team", "--column", "customer=team"), "a second column for"),
    (("log.csv", "--rows", "a", "--rejects", "a"), "is named for two outputs"),
    (("log.csv", "--rows", "a", "--summary", "./a"), "is named for two outputs"),
    (("log.csv", "--rejects", "a", "-o", "json=a"), "is named for two outputs"),
    (("log.csv", "--rows", "log.csv"), "is read, so nothing is written there"),
    (("log.csv", "--rows", ""), "--rows: the name is empty"),
    (("log.csv", "--rejects", ""), "--rejects: the name is empty"),
    (("log.csv", "--summary", ""), "--summary: the name is empty"),
    (("log.csv", "--rows", "a", "--from", "2030-01-01"), "because the log has no calls"),
    (("log.csv", "--summary", "a", "--from", "2030-01-01"), "because the log has no calls"),
    (("rows.jsonl", "--cache", "inside"), "only plain columns may not"),
    (("rows.jsonl", "--column", "name=deployment"), "cannot be taken from a column"),
)


@pytest.mark.parametrize(("words", "said"), CONTRADICTIONS)
def test_options_that_contradict_one_another_are_refused(
    run: Run, log: Path, words: tuple[str, ...], said: str
) -> None:
    row = {"model": "o3", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    (log.parent / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    before = sorted(path.name for path in log.parent.iterdir())
    result = run("replay", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.split())
    assert sorted(path.name for path in log.parent.iterdir()) == before


def test_the_cache_of_the_settings_is_for_plain_columns(run: Run, log: Path) -> None:
    (log.parent / "pricectl.toml").write_text('[replay]\ncache = "inside"\n', encoding="utf-8")
    row = {"model": "o3", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    (log.parent / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert document(run, "rows.jsonl")["total"]["calls"] == 1


# What goes together: all at once, and all but one.
FREE = (
    ("--base", "llm_pricing_current.json"),
    ("--at", "2026-10"),
    ("--by", "team"),
    ("--mode", "job_based"),
    PERIOD,
    ("--profile", "default"),
    ("--column", "account=team"),
    ("--cache", "inside"),
    ("--rows", "rows.parquet"),
    ("--rejects", "rejects.jsonl"),
    ("--summary", "summary.json"),
    ("-o", "parquet=groups.parquet"),
    ("-q",),
    ("-v",),
)


@pytest.mark.parametrize("left_out", [(), *FREE], ids="".join)
def test_options_that_go_together_all_hold(run: Run, log: Path, left_out: tuple[str, ...]) -> None:
    words = [word for option in FREE if option != left_out for word in option]
    found = document(run, str(log), *words)
    given = set(words)
    has_period = "--from" in given
    assert found["by"] == ("team" if "--by" in given else "model")
    assert found["total"]["calls"] == (1 if has_period else 4)
    assert found["at"] == ("2026-10-01" if "--at" in given else None)
    assert (len(found["modes"]) == 1) == ("--mode" in given)
    cost = found["total"]["new"]["provider_cost_usd"]
    assert cost == ("0.028" if has_period else TOTAL)
    old = {word for word in ("--base", "--at") if word in given}
    assert found["base"]["file"].startswith("llm_pricing" if "--base" in old else "the prices of")
    account = next(one for one in found["log"]["columns"][0]["columns"] if one["says"] == "account")
    assert account["column"] == ("team" if "--column" in given else "customer")
    files = {"rows.parquet", "rejects.jsonl", "summary.json", "groups.parquet"}
    written = {file for file in files if not {file, f"parquet={file}"}.isdisjoint(given)}
    assert {path.name for path in log.parent.iterdir()} & files == written
    assert all(log.with_name(file).stat().st_size for file in written)


def test_calls_without_a_time_are_told_beside_the_totals_alone(run: Run, log: Path) -> None:
    log.write_text("model,time,prompt_tokens\no3,,10\no3,2026-10-01,10\n", encoding="utf-8")
    assert "1 call without a time, at today's prices" in run("replay", str(log)).stdout
    quiet = run("replay", str(log), "-q")
    assert quiet.stderr == "pricectl: warning: 1 call without a time\n"


@pytest.mark.parametrize("kind", ["plain", "rows"])
def test_a_setting_that_names_a_missing_column_is_told(run: Run, log: Path, kind: str) -> None:
    settings = "[replay]\ncolumns = { account = 'client' }\n"
    (log.parent / "pricectl.toml").write_text(settings, encoding="utf-8")
    row = {"model": "o3", "usage": {"prompt_tokens": 1, "completion_tokens": 1}, "customer": "acme"}
    (log.parent / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    name = "log.csv" if kind == "plain" else "rows.jsonl"
    refused = run("replay", name)
    assert refused.exit_code == 2
    assert "has no column 'client', which the setting replay.columns names" in refused.stderr
    found = document(run, name, "--column", "account=customer", "--by", "account")
    assert "acme" in by_key(found["groups"])


@pytest.mark.parametrize("kind", ["plain", "rows"])
def test_a_misspelt_column_is_refused_and_nothing_is_written(
    run: Run, log: Path, kind: str
) -> None:
    row = {"model": "o3", "usage": {"prompt_tokens": 1, "completion_tokens": 1}, "customer": "acme"}
    (log.parent / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    name = "log.csv" if kind == "plain" else "rows.jsonl"
    for option in (("--by", "custmer"), ("--column", "account=custmer")):
        refused = run("replay", name, *option, "--rows", "rows.parquet")
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "has no column 'custmer'" in refused.stderr
        assert "did you mean customer?" in refused.stderr
    assert not (log.parent / "rows.parquet").exists()
