"""`pricectl quote`: expected amounts are worked out beside each test."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core import MODES, Catalog, Line, Quote, priced_call
from pricectl.core.lookup import near_names
from tests.conftest import CHILD_PATH, ROOT, Run


@pytest.mark.usefixtures("three_modes")
def test_the_number_comes_first_then_the_arithmetic(run: Run) -> None:
    # 1,000 x $2.50/1M = $0.0025; 500 x $10/1M = $0.005; together $0.0075
    result = run("quote", "gpt-4o", "1000", "500")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "$0.0075  openai/gpt-4o"
    assert "  input           1,000  x  $2.50 / 1M  = $0.0025" in lines
    assert "  output            500  x $10.00 / 1M  = $0.005" in lines
    # $0.0075 x 10 credits a dollar = 0.075, rounded up; 1,500 / 10,000 = 0.15, rounded up
    assert any("consumption_usd     1 credit" in line and "= 0.075" in line for line in lines)
    assert any("consumption_tokens  1 credit" in line and "= 0.15" in line for line in lines)


def test_quiet_prints_the_number_alone(run: Run) -> None:
    assert run("quote", "gpt-4o", "1000", "500", "-q").stdout == "0.0075\n"


def test_quiet_with_a_mode_prints_its_credits(run: Run) -> None:
    # 1M x $2.50/1M = $2.50, x 10 = 25 credits
    result = run("quote", "gpt-4o", "1M", "-q", "--mode", "consumption_usd")
    assert result.stdout == "25\n"


@pytest.mark.parametrize("word", ["100000", "100,000", "100_000", "100k", "0.1M", "1e5"])
def test_counts_are_read_as_people_write_them(run: Run, word: str) -> None:
    assert run("quote", "gpt-4o", word, "0", "-q").stdout == "0.25\n"


@pytest.mark.parametrize("calls", ["1e3", "1k", "1,000"])
def test_the_number_of_calls_is_read_like_any_other_count(run: Run, calls: str) -> None:
    # 1,000 calls x 1,000 tokens x $2.50/1M
    assert run("quote", "gpt-4o", "1e3", "-q", "--calls", calls).stdout == "2.50\n"


def test_cached_tokens_are_part_of_the_input(run: Run) -> None:
    # 200 x $2.50 + 800 x $1.25 = $0.0005 + $0.001
    assert run("quote", "gpt-4o", "1000", "--cached", "800", "-q").stdout == "0.0015\n"


def test_other_units_are_counted_in_addition_to_tokens(run: Run) -> None:
    # 2 searches at $0.01
    assert run("quote", "gpt-4o", "0", "--unit", "search=2", "-q").stdout == "0.02\n"


def test_a_service_has_its_own_price_and_says_what_it_lacks(run: Run) -> None:
    # 1,000 x $1.25 + 500 x $5 = $0.00125 + $0.0025; cache has no batch price
    assert run("quote", "gpt-4o", "1000", "500", "--service", "batch", "-q").stdout == "0.00375\n"
    text = run("quote", "gpt-4o", "1000", "--cached", "1000", "--service", "batch").stdout
    assert "! cache_read: no batches price; charged at the standard base rate" in text


def test_long_context_moves_the_whole_request(run: Run) -> None:
    at = ("--at", "2026-12-31")
    # 200,000 is not above 200k: $0.25; 200,001 x $2.50/1M
    assert run("quote", "gemini-2.5-pro", "200k", "-q", *at).stdout == "0.25\n"
    text = run("quote", "gemini-2.5-pro", "200001", *at).stdout
    assert text.startswith("$0.5000025  google/gemini-2.5-pro")
    assert "! long-context rates: over 200,000 input tokens" in text


def test_a_price_that_begins_later_counts_from_its_day(run: Run) -> None:
    before = run("quote", "gemini-2.5-pro", "1M", "-q", "--at", "2026-12-31", "--unit", "page=0")
    after = run("quote", "gemini-2.5-pro", "100k", "-q", "--at", "2027-01-01")
    assert before.stdout == "2.50\n"
    assert after.stdout == "0.20\n"


def test_a_job_is_rounded_once(run: Run) -> None:
    # 20 x $0.0075 = $0.15, x 10 = 1.5, up: 2 credits, not 20; 30,000 / 10,000 = 3
    result = run("quote", "gpt-4o", "1000", "500", "--calls", "20", "-o", "json")
    body = json.loads(result.stdout)
    assert body["provider_cost_usd"] == "0.15"
    assert tuple(body["credits"]) == MODES
    charged = {"job_based": 1, "consumption_usd": 2, "consumption_tokens": 3}
    assert {mode: body["credits"][mode] for mode in charged} == charged
    assert [line["quantity"] for line in body["lines"]] == [20_000, 10_000]


def test_markup_and_credit_settings_of_the_command_line(run: Run) -> None:
    # $2.50 + 30% = $3.25; x 100 = 325 credits; 1M / 1,000 = 1,000 credits
    words = ("--markup", "30", "--credits-per-dollar", "100", "--tokens-per-credit", "1000")
    body = json.loads(run("quote", "gpt-4o", "1M", *words, "-o", "json").stdout)
    assert body["client_cost_usd"] == "3.25"
    assert body["credits"]["consumption_usd"] == 325
    assert body["credits"]["consumption_tokens"] == 1000


def test_a_profile_of_the_settings(run: Run, home: Path) -> None:
    (home / "pricectl.toml").write_text(
        "[profiles.old]\nmarkup_percent = 12.5\nrounding = 'down'\nminimum_credits = 0\n",
        encoding="utf-8",
    )
    # $0.0075 + 12.5% = $0.0084375, x 10 = 0.084375, down: 0
    body = json.loads(run("quote", "gpt-4o", "1000", "500", "--profile", "old", "-ojson").stdout)
    assert (body["client_cost_usd"], body["credits"]["consumption_usd"]) == ("0.0084375", 0)
    assert run("quote", "gpt-4o", "1", "--profile", "new").exit_code == 2


def test_several_models_compare_cheapest_first(run: Run) -> None:
    # gpt-4o $0.0075; o3 1,000 x $2 + 500 x $8 = $0.006
    lines = run("quote", "gpt-4o", "o3", "1000", "500").stdout.splitlines()
    rows = [line for line in lines if "$0.00" in line]
    assert rows[0].startswith("o3 ")
    assert "$0.006 " in rows[0]
    assert "1.2x" in rows[1] or "1.3x" in rows[1]  # 0.0075 / 0.006 = 1.25


def test_a_guess_is_marked_and_comes_last(run: Run) -> None:
    lines = run("quote", "gpt-4o", "gpt-4x", "1000", "500").stdout.splitlines()
    assert "a guess" in lines[3]
    text = run("quote", "gpt-4x", "1000", "500").stdout
    assert text.startswith("$0.002  gpt-4x: a guess at the default price")  # 0.001 + 0.001
    assert "did you mean gpt-4o?" in text


def test_strict_refuses_a_guess_with_exit_1(run: Run) -> None:
    result = run("quote", "gpt-4x", "1000", "500", "--strict")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no model is called 'gpt-4x'; did you mean gpt-4o?" in result.stderr


def test_strict_refuses_an_unpriced_unit_with_exit_1(run: Run) -> None:
    result = run("quote", "o3", "10", "--unit", "page=1", "--strict")
    assert result.exit_code == 1
    assert "openai/o3: no price for page" in result.stderr


def test_a_missing_price_is_not_zero(run: Run) -> None:
    # 10 x $2.00 = $0.00002
    lines = run("quote", "o3", "10", "--unit", "page=1").stdout.splitlines()
    assert lines[:2] == ["$0.00002  openai/o3", "! page: no price, so it adds nothing"]
    assert "  input           10  x $2.00 / 1M  = $0.00002" in lines
    assert "  page             1                = no price" in lines
    assert "  provider cost                     = $0.00002" in lines
    lines = run("quote", "o3", "0", "--unit", "page=1200").stdout.splitlines()
    assert lines[0] == "no price  openai/o3"
    assert [line.split("=")[1].strip() for line in lines if "  = " in line] == ["no price"] * 3
    assert not any("$0.00 " in line for line in lines[:6])
    free = '{"o": {"m": {"input_cost_per_token": 0}}}'
    assert run("quote", "m", "5", "-f", "-", stdin=free).stdout.startswith("$0.00  o/m\n")
    assert run("quote", "o3", "0").stdout.startswith("$0.00  openai/o3\n")


def test_a_model_without_a_price_is_not_listed_as_cheapest(run: Run) -> None:
    # gpt-4o: a search is $0.01; o3 has no price for one, a guess neither
    words = ("quote", "o3", "gpt-4o", "zzz", "0", "--unit", "search=1", "--markup", "10")
    rows = [line.split() for line in run(*words).stdout.splitlines()[2:5]]
    assert rows[0][:4] == ["gpt-4o", "$0.01", "$0.011", "1x"]
    assert rows[1][:6] == ["o3", "no", "price", "no", "price", "1"]
    assert rows[2][0] == "zzz"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gpt-4o"], "write a model and its tokens"),
        (["1000", "500"], "write a model and its tokens"),
        (["gpt-4o", "12", "x"], "'x' is not a token count"),
        (["gpt-4o", "12", "--cached", "13"], "(13) is more than input (12)"),
        (["gpt-4o", "12", "--cached=-1"], "is not a count"),
        (["gpt-4o", "1000x", "500"], "'1000x' is not a token count"),
        (["gpt-4o", "1,5k", "0"], "'1,5k' is not a token count"),
        (["gpt-4o", "1.000", "500"], "'1.000' is not a token count such as 1000, 1,000 or 1k"),
        (["gpt-4o", "1.000", "500"], "(understood: models gpt-4o; counts 500)"),
        (["gpt-4o", "500", "1.000"], "(understood: models gpt-4o; counts 500)"),
        (["gpt-4o", "1.0"], "'1.0' is not a token count"),
        (["gpt-4o", "1,000.0", "5"], "'1,000.0' is not a token count"),
        (["gpt-4o", "o3", "12", "x"], "(understood: models gpt-4o, o3; counts 12)"),
        (["gpt-4o", "1 000"], "'1 000' is not a token count such as 1000, 1,000 or 1k"),
        (["gpt-4o", "1 000", "500"], "'1 000' is not a token count"),
        (["gpt-4o", "1'000", "500"], '"1\'000" is not a token count'),
        (["gpt-4o", "1\u2019000", "500"], "is not a token count"),
        (["gpt-4o", "1\u00a0000", "500"], "is not a token count"),
        (["gpt-4o", "1\u202f000", "500"], "is not a token count"),
        (["gpt-4o", "12", "--cached", "1.000"], "'1.000' is not a count such as 1000"),
        (["gpt-4o", "12", "--unit", "search=2.0"], "'2.0' is not a count such as 1000"),
        (["gpt-4o", "1e-3", "0"], "'1e-3' is not a token count"),
        (["gpt-4o", "1e99", "0"], "'1e99' is not a token count"),
        (["gpt-4o", "1.2345k", "0"], "'1.2345k' is 1234.5, which is not a whole number"),
        (["gpt-4o", "1", "--cached", "1.2345k"], "is 1234.5, which is not a whole number"),
        (["gpt-4o", "1", "--calls", "1.2345k"], "--calls: '1.2345k' is 1234.5, which is not a wh"),
        (["gpt-4o", "1", "--calls", "many"], "--calls: many is not a number of 1 or more"),
        (["gpt-4o", "99999999999999999999999", "1"], "is not a token count"),
        (["--", "gpt-4o", "-5", "1"], "'-5' is not a token count"),
        (["gpt-4o", "12", "--unit", "foo=2"], "unknown unit 'foo'"),
        (["gpt-4o", "12", "--unit", "input_tokens=2"], "come after the model"),
        (["gpt-4o", "12", "--unit", "page"], "is not a count"),
        (["gpt-4o", "12", "--unit", "page=1.5"], "is not a count such as 1000, 1,000 or 1k"),
        (["gpt-4o", "12", "--unit", "second=x"], "is not an amount such as 12.5, 1,000 or 1k"),
        (["gpt-4o", "12", "--unit", "second=1e-3"], "'1e-3' is not an amount"),
        (["gpt-4o", "12", "--unit", "second=1.2345"], "second is finer than a thousandth"),
        (["gpt-4o", "12", "--mode", "weekly"], "'weekly' is not a budget mode; one of job_based"),
        (["gpt-4o", "12", "--markup", "much"], "'much' is not an amount"),
        (["gpt-4o", "12", "--at", "soon"], "'soon' is not a valid date"),
        (["gpt-4o", "12", "-o", "yaml"], "unknown format 'yaml'; one of text, json"),
        (["gpt-4o", "12", "-f", "none.json"], "none.json: no such file"),
        (["gpt-4o", "12", "-f", "."], "is a folder"),
    ],
)
def test_bad_usage_is_named_and_exits_2(run: Run, words: list[str], said: str) -> None:
    result = run("quote", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("content", [None, "{bad"])
def test_a_reference_that_must_answer_and_cannot_be_read_exits_2(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    settings, reference = tmp_path / "pricectl.toml", tmp_path / "list.json"
    settings.write_text('fallback = "reference"\nreference = "list.json"\n')
    monkeypatch.setenv("PRICECTL_SETTINGS", str(settings))
    if content:
        reference.write_text(content)
    result = run("quote", "nobody-knows-this", "12")
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(reference) in result.stderr.replace("\n", "")
    # A known name needs no reference; where it is off, the report says that it is missing.
    assert run("quote", "gpt-4o", "12").exit_code == 0
    settings.write_text('reference = "list.json"\n')
    assert run("quote", "nobody-knows-this", "12").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["gpt-4o", "1", "000", "500"],
            "(understood: models gpt-4o, 1; input 0 tokens, output 500); write the counts last",
        ),
        (["1000", "gpt-4o", "500"], "'1000' is a number among the models"),
        (["gpt-4o", "1.5k", "500", "200"], "'1.5k' is a number among the models"),
        (["1 000", "gpt-4o", "o3", "500", "20"], "'1 000' is a number among the models"),
        (["1'000", "gpt-4o", "o3", "500", "20"], '"1\'000" is a number among the models'),
        (["1\u00a0000", "gpt-4o", "o3", "5", "2"], "is a number among the models"),
        (["1.000", "gpt-4o", "o3", "5", "2"], "'1.000' is a number among the models"),
        (["gpt-4o", "", "1000"], "a model's name is blank"),
        (["\n", "1000"], "a model's name is blank"),
    ],
)
def test_a_stray_argument_is_refused_and_named(run: Run, words: list[str], said: str) -> None:
    result = run("quote", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_a_decimal_point_needs_a_scale(run: Run) -> None:
    # gpt-4o: 1.5k x $2.50 and 2.5M x $2.50 per 1M
    assert run("quote", "gpt-4o", "1.5k", "-q").stdout == "0.00375\n"
    assert run("quote", "gpt-4o", "2.5M", "-q").stdout == "6.25\n"


def test_a_misspelt_service_is_suggested(run: Run) -> None:
    said = "gpt-4o: no price for service bach; standard rates charged; did you mean batch?"
    result = run("quote", "gpt-4o", "1000", "--service", "bach", "-q")
    assert said in result.stderr
    assert "did you mean" not in run("quote", "o3", "1000", "--service", "bach", "-q").stderr


def test_counts_beside_a_response_are_refused(run: Run) -> None:
    result = run("quote", "--response", "-", "gpt-4o", "1000", stdin='{"usage": {}}')
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", " ").split())
    assert "'1000' is a number among the models" in said


ASSUMED = {
    "a guess": (["gpt-99", "1000"], "gpt-99: no model is called that"),
    "a guess among others": (["gpt-4o", "abc", "1000"], "abc: no model is called that"),
    "an unsold service": (["o3", "1000", "--service", "flexx"], "o3: no price for service flexx"),
    "an unsold region": (["o3", "1000", "--region", "mars"], "o3: no price for region mars"),
    "an assumed rate": (["o3", "1000", "--cached", "9"], "o3: no cache_read price"),
    "an unpriced unit": (["o3", "1000", "--unit", "page=1"], "o3: page: "),
    "a part set aside": (["my/o3-latest", "1000"], "my/o3-latest: no model is called that"),
    "a neutral part": (["azure/o3", "1000"], "azure/o3: ignored in the name: azure/"),
}


@pytest.mark.parametrize("case", ASSUMED)
@pytest.mark.parametrize("form", [(), ("-q",), ("-o", "json")])
def test_assumptions_are_printed_on_stderr(run: Run, case: str, form: tuple[str, ...]) -> None:
    words, said = ASSUMED[case]
    result = run("quote", *words, *form)
    assert result.exit_code == 0
    assert f"pricectl: {said}" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows")
@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_assumption_is_told_once_where_one_reader_sees_both_streams(
    home: Path, *, is_terminal: bool
) -> None:
    """A terminal, and a log that holds both streams."""
    reader, writer = os.openpty() if is_terminal else os.pipe()
    subprocess.run(
        [sys.executable, "-m", "pricectl", "quote", "none-such", "1000"],
        stdout=writer,
        stderr=writer,
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )
    os.close(writer)
    shown = b""
    with suppress(OSError):  # how the end of a pseudo-terminal is told
        while part := os.read(reader, 65536):
            shown += part
    os.close(reader)
    assert shown.count(b"no model is called that") == 1


def test_a_plain_quote_prints_nothing_on_stderr(run: Run) -> None:
    for words in (("gpt-4o", "1000", "500"), ("gpt-4o", "1000", "-q"), ("o3 ", "1", "-o", "json")):
        assert run("quote", *words).stderr == ""


def test_explain_prints_a_guess_on_stderr_too(run: Run) -> None:
    for words in (("gpt-99", "-q"), ("gpt-99", "1000", "-o", "json")):
        assert "pricectl: gpt-99: no model is called that" in run("explain", *words).stderr


@pytest.mark.parametrize("words", [("explain", " "), ("show", ""), ("explain", "", "1000")])
def test_a_blank_name_is_bad_usage(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, "a model's name is blank" in result.stderr) == (2, True)


def test_a_broken_catalog_exits_2_without_a_price(run: Run, home: Path) -> None:
    (home / "llm_pricing_current.json").write_text(
        '{"openai": {"m": {"input_cost_per_token": -1}}}'
    )
    result = run("quote", "m", "1")
    assert result.exit_code == 2
    assert (
        "llm_pricing_current.json: /openai/m/input_cost_per_token: price is negative; run"
        in result.stderr
    )


def test_the_catalog_may_come_from_standard_input(run: Run) -> None:
    catalog = '{"x": {"tiny": {"input_cost_per_token": 1e-12}}}'
    assert run("quote", "tiny", "1", "-q", "-f", "-", stdin=catalog).stdout == "0.000000000001\n"


def test_the_environment_names_the_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"x": {"gpt-4o": {"input_cost_per_token": 1e-06}}}', encoding="utf-8")
    monkeypatch.setenv("PRICECTL_FILE", str(other))
    assert run("quote", "gpt-4o", "1M", "-q").stdout == "1.00\n"
    assert run("quote", "gpt-4o", "1M", "-q", "-f", "llm_pricing_current.json").stdout == "2.50\n"


def test_json_fits_its_schema_and_the_parts_sum_to_the_total(run: Run) -> None:
    schema = json.loads((ROOT / "schemas" / "quote.schema.json").read_text(encoding="utf-8"))
    one = json.loads(run("quote", "gpt-4o", "1000", "500", "-o", "json").stdout)
    several = json.loads(run("quote", "gpt-4o", "o9", "1000", "--unit", "page=1", "-ojson").stdout)
    for body in (one, several):
        jsonschema.validate(body, schema)
    assert one["resolved"] == {
        "provider": "openai",
        "model": "gpt-4o",
        "match": "exact",
        "ignored": [],
    }
    assert [line["usd"] for line in one["lines"]] == ["0.0025", "0.005"]
    assert several["quotes"][1]["resolved"]["match"] == "default"


def test_output_goes_to_a_file_and_the_terminal(run: Run, home: Path) -> None:
    result = run("quote", "gpt-4o", "1000", "500", "-o", "json=quote.json", "-o", "text")
    assert result.stdout.startswith("$0.0075")
    assert json.loads((home / "quote.json").read_text())["provider_cost_usd"] == "0.0075"
    assert run("quote", "gpt-4o", "1", "-o", "json=no/where.json").exit_code == 2


BODY = """{
  "model": "gpt-4o-2024-08-06", "object": "chat.completion", "service_tier": "default",
  "usage": {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500,
            "prompt_tokens_details": {"cached_tokens": 800}}
}"""


def test_a_recorded_response_is_priced(run: Run, home: Path) -> None:
    (home / "body.json").write_text(BODY, encoding="utf-8")
    # 200 x $2.50 + 800 x $1.25 + 500 x $10 = $0.0005 + $0.001 + $0.005
    assert run("quote", "--response", "body.json", "-q").stdout == "0.0065\n"
    assert run("quote", "--response", "-", "-q", stdin=BODY).stdout == "0.0065\n"
    # o3 has no cache price: 1,000 x $2 + 500 x $8
    assert run("quote", "o3", "--response", "body.json", "-q").stdout == "0.006\n"


def test_unpriced_counts_of_a_response_are_reported(run: Run) -> None:
    body = BODY.replace('"total_tokens": 1500', '"total_tokens": 1700')
    result = run("quote", "--response", "-", stdin=body)
    assert "! not in the price: unattributed_tokens" in result.stdout
    assert json.loads(run("quote", "--response", "-", "-ojson", stdin=body).stdout)["signals"]
    assert run("quote", "--response", "-", "--strict", stdin=body).exit_code == 1


@pytest.mark.parametrize("body", ["", "{", "[]", '{"model": "gpt-4o"}', '{"usage": 5}'])
def test_a_response_without_usage_is_refused(run: Run, body: str) -> None:
    result = run("quote", "--response", "-", stdin=body)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_region_without_a_price_is_reported(run: Run) -> None:
    assert (
        "! no price for region eu; base rates charged"
        in run("quote", "gpt-4o", "1000", "--region", "eu").stdout
    )


FLEX = ("--service", "flex")


def test_a_service_that_is_not_sold_is_reported_once(run: Run) -> None:
    text = run("quote", "gpt-4o", "1000", "5", "--cached", "9", *FLEX).stdout
    assert "! no price for service flex; standard rates charged" in text
    assert text.count("flex") == 1
    text = run(
        "quote", "gemini-2.5-pro", "200001", "--cached", "9", *FLEX, "--at=2026-11-01"
    ).stdout
    assert "! no cache_read price; charged at the input rate" in text
    assert text.count("flex") == 1
    assert "flex" in run("quote", "gpt-4o", "o3", "1000", *FLEX).stdout


def test_strict_refuses_a_service_that_is_not_sold_with_exit_1(run: Run) -> None:
    result = run("quote", "gpt-4o", "1000", *FLEX, "--strict")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "openai/gpt-4o: no price for service flex" in result.stderr
    assert run("quote", "gpt-4o", "1000", "--service", "batch", "--strict").exit_code == 0


def test_json_says_what_is_missing(run: Run) -> None:
    def missing(*words: str) -> tuple[bool, bool]:
        found = json.loads(run("quote", "gpt-4o", "10", *words, "-o", "json").stdout)
        assert "reported_usd" not in found
        return found["missing_region"], found["missing_service"]

    assert missing() == (False, False)
    assert missing("--region", "eu") == (True, False)
    assert missing(*FLEX) == (False, True)
    assert missing("--service", "batch") == (False, False)


@pytest.mark.parametrize(
    ("cost", "reported", "difference"),
    [
        # 200 x $2.50 + 800 x $1.25 + 500 x $10 = $0.0065 a call
        ("", None, None),
        (', "cost": 0.007', "0.007", "-0.0005"),
        (', "cost": 0.0065', "0.0065", "0.00"),
    ],
)
def test_json_compares_a_call_with_what_its_response_states(
    run: Run, cost: str, reported: str | None, difference: str | None
) -> None:
    body = BODY.replace('"total_tokens": 1500', f'"total_tokens": 1500{cost}')
    words = ("quote", "--response", "-", "--calls", "3", "-o", "json")
    found = json.loads(run(*words, stdin=body).stdout)
    schema = json.loads((ROOT / "schemas" / "quote.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert (found["reported_usd"], found["difference_usd"]) == (reported, difference)
    assert found["provider_cost_usd"] == "0.0195"


SECONDS = '{"o": {"m": {"input_cost_per_second": 0.0001}}}'


def test_seconds_may_have_decimals(run: Run) -> None:
    def cost(amount: str) -> str:
        words = ("quote", "m", "0", "--unit", f"input_second={amount}", "-q", "-f", "-")
        return run(*words, stdin=SECONDS).stdout

    # 12.5 x $0.0001 = $0.00125; 1,000.125 x $0.0001 = $0.1000125
    assert [cost(amount) for amount in ("12.5", "1,000.125", "1.5k", "3")] == [
        "0.00125\n",
        "0.1000125\n",
        "0.15\n",
        "0.0003\n",
    ]


def test_verbose_shows_every_step(run: Run) -> None:
    text = run("quote", "gpt-4o", "1000", "500", "-v").stdout
    assert "line: input: 1,000 x $0.0000025 ($2.50 / 1M) = $0.0025 by input_cost_per_token" in text


def test_control_characters_of_a_name_are_escaped(run: Run) -> None:
    for name in ("\x1b[31mred", "[/bold]", ":free:", "\u202egpt"):
        result = run("quote", name, "1000", "500", "--color", "always")
        assert result.exit_code == 0
        shown = result.stdout.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[33m", "")
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e") in shown


def test_colour_only_where_it_is_wanted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in run("quote", "gpt-4o", "1").stdout
    assert "\x1b[" in run("quote", "gpt-4o", "1", "--color", "always").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("quote", "gpt-4o", "1").stdout


def test_as_a_process(home: Path) -> None:
    command = [sys.executable, "-m", "pricectl", "quote", "gpt-4o", "1000", "500", "-q"]
    environment = {**os.environ, "PYTHONPATH": CHILD_PATH, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0.0075\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ("quote", "gpt-4oo", "1000"),
        ("quote", "gpt-4oo", "gpt-4o", "1000"),
        ("quote", "gpt-4oo", "1000", "-o", "json"),
        ("quote", "gpt-4oo", "1000", "-v"),
        ("explain", "gpt-4oo"),
        ("explain", "gpt-4oo", "1000"),
        ("explain", "zzz", "1000"),
    ],
)
def test_similar_names_are_searched_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    searched: list[str] = []

    def counted(catalog: Catalog, name: str) -> tuple[str, ...]:
        searched.append(name)
        return near_names(catalog, name)

    for module in ("report.assumptions", "explain.explanation", "explain.sources"):
        monkeypatch.setattr(f"pricectl.{module}.near_names", counted)
    result = run(*words)
    assert "no model is called that" in result.stderr
    assert searched == [words[1]]


def test_notes_of_lines_are_computed_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Quote.__dict__["line_notes"].fget
    read: list[Quote] = []

    def counted(quote: Quote) -> object:
        read.append(quote)
        return notes(quote)

    monkeypatch.setattr(Quote, "line_notes", property(counted))
    result = run("quote", "gpt-4o", "1000", "--cache-write", "10")
    assert result.stderr in result.stdout.replace("! ", "pricectl: gpt-4o: ")
    assert len(read) == 1


def test_an_internal_error_exits_2_without_a_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("pricectl.commands.quote.open_known", broken)
    result = run("quote", "gpt-4o", "1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "internal error: RuntimeError: boom; PRICECTL_DEBUG=1 shows where" in result.stderr
    monkeypatch.setenv("PRICECTL_DEBUG", "1")
    assert isinstance(run("quote", "gpt-4o", "1").exception, RuntimeError)


@pytest.mark.parametrize("options", [(), ("-o", "json")])
def test_each_line_of_a_quote_is_computed_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    made: list[str] = []
    line = priced_call.Line

    def counted(unit: str, *fields: Any) -> Line:
        made.append(unit)
        return line(unit, *fields)

    monkeypatch.setattr(priced_call, "Line", counted)
    assert run("quote", "gpt-4o", "1000", "500", *options).exit_code == 0
    assert made == ["input", "output"]


def test_quote_does_not_import_the_comparison() -> None:
    code = "import sys, pricectl.commands.quote; print([n for n in sys.modules if 'sanity' in n])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
