"""`pricectl show`: rates in force and of other times; its rows are those of `models`."""

import json
import pathlib

import jsonschema
import pytest

from tests.conftest import CATALOG, ROOT, Run

# Before and after the prices that gemini-2.5-pro has from 2027-01-01 on.
NOW, LATER = ("--at", "2026-11-23"), ("--at", "2027-01-01")
OFF_PEAK = """{"o": {"m": {
  "input_cost_per_token": 2e-06,
  "off_peak_pricing": {"windows": [{"hours_utc": "16:00-00:00"}], "input_cost_per_token": 1e-06},
  "previous": [{"until": "2026-01-01", "input_cost_per_token": 4e-06}],
  "upcoming": [{"from": "2027-01-01T12:00", "input_cost_per_token": 3e-06}]
}}}"""


def test_show_has_every_rate_of_a_model(run: Run) -> None:
    text = run("show", "gpt-4o-2024-08-06").stdout
    assert text.startswith("openai/gpt-4o  gpt-4o-2024-08-06, by alias")
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.split()}
    assert rows["input"] == ["2.50", "1.25"]
    assert rows["cache_read"] == ["1.25"]
    assert rows["output"] == ["10.00", "5.00"]
    assert rows["search"] == ["$0.01", "a", "web", "search"]
    assert "128,000" in text


def test_show_says_where_the_row_stands(run: Run) -> None:
    lines = run("show", "o3").stdout.splitlines()
    assert "file  llm_pricing_current.json:15" in lines
    document = json.loads(run("show", "gemini-2.5-pro", "-o", "json").stdout)
    assert (document["file"], document["line"]) == ("llm_pricing_current.json", 19)
    piped = run("show", "o3", "--file", "-", "-o", "json", stdin=CATALOG)
    assert json.loads(piped.stdout)["line"] == 15


def test_show_has_tiers_and_dated_prices(run: Run) -> None:
    text = run("show", "gemini-2.5-pro", *NOW).stdout
    assert "standard >200k" in text
    assert "dated price" not in text
    now, later = text.split("\nfrom 2027-01-01\n")
    assert "1.25" in now
    assert "20.00" in later
    assert "retired" in run("show", "o1-retired").stdout


def test_show_has_the_prices_in_force_and_their_period(run: Run) -> None:
    lines = run("show", "gemini-2.5-pro", *LATER).stdout.splitlines()
    assert lines[:2] == ["google/gemini-2.5-pro", "dated price: from 2027-01-01"]
    rows = [line.split() for line in lines if line.startswith(("input", "output"))]
    assert rows[:2] == [["input", "2.00"], ["output", "20.00"]]
    assert rows[2:] == [["input", "1.25", "2.50"], ["output", "10.00", "15.00"]]
    assert "until 2027-01-01 (the row's own)" in lines
    quiet = run("show", "gemini-2.5-pro", "-q", *LATER).stdout
    assert "20.00" in quiet
    assert "15.00" not in quiet
    assert run("show", "gpt-4o", "--at", "soon").exit_code == 2


@pytest.mark.parametrize(
    ("at", "said", "prices", "others"),
    [
        (
            "2026-11-23",
            "",
            ["2.00", "1.00", "4.00", "3.00"],
            ["off-peak hours", "until 2026-01-01", "from 2027-01-01T12:00:00"],
        ),
        (
            "2026-11-23T16:00",
            "off-peak price",
            ["1.00", "2.00", "4.00", "3.00"],
            ["other hours", "until 2026-01-01", "from 2027-01-01T12:00:00"],
        ),
        (
            "2025-11-23",
            "dated price: until 2026-01-01",
            ["4.00", "2.00", "1.00", "3.00"],
            [
                "from 2026-01-01 until 2027-01-01T12:00:00 (the row's own)",
                "from 2026-01-01 until 2027-01-01T12:00:00 (the row's own), off-peak hours",
                "from 2027-01-01T12:00:00",
            ],
        ),
        (
            "2027-01-01T12:00",
            "dated price: from 2027-01-01T12:00:00",
            ["3.00", "4.00", "2.00", "1.00"],
            [
                "until 2026-01-01",
                "from 2026-01-01 until 2027-01-01T12:00:00 (the row's own)",
                "from 2026-01-01 until 2027-01-01T12:00:00 (the row's own), off-peak hours",
            ],
        ),
    ],
)
def test_show_lists_every_period_once(
    run: Run, at: str, said: str, prices: list[str], others: list[str]
) -> None:
    lines = run("show", "m", "--file", "-", "--at", at, stdin=OFF_PEAK).stdout.splitlines()
    assert lines[1] == said
    assert [line.split()[-1] for line in lines if line.startswith("input")] == prices
    assert [line for line in lines[2:] if line.startswith(("until", "from", "o"))] == others


def test_prices_are_shown_for_one_second_or_one_call(run: Run) -> None:
    row = '{"cost_per_second": 0.0001, "file_search_cost_per_1k_calls": 2.5}'
    text = run("show", "m", "--file", "-", stdin=f'{{"o": {{"m": {row}}}}}').stdout
    prices = {line.split()[0]: line.split()[1] for line in text.splitlines() if "  $" in line}
    assert prices == {"second": "$0.0001", "file_search": "$0.0025"}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("guardrail_cost_per_unit.automatedReasoningPolicyUnits", "an automated reasoning check"),
        ("guardrail_cost_per_unit.contentPolicyImageUnits", "an image content check"),
        ("guardrail_cost_per_unit.wordPolicyUnits", "a word check"),
        ("input_cost_per_image", "an input image"),
        ("output_cost_per_image", "a generated image"),
        ("output_cost_per_image_0.5K", "a 0.5K generated image"),
        ("input_cost_per_video_per_second_above_8s_interval", "an 8s video second"),
        ("input_cost_per_video_per_second_above_15s_interval", "a 15s video second"),
        ("ocr_cost_per_page", "a page"),
    ],
)
def test_the_unit_is_written_with_the_right_article(run: Run, key: str, said: str) -> None:
    folder, _, name = key.rpartition(".") if "Units" in key else ("", "", key)
    row = {folder: {name: 0.5}} if folder else {name: 0.5}
    catalog = json.dumps({"o": {"m": row}})
    (line,) = run("show", "m", "-q", "-f", "-", stdin=catalog).stdout.splitlines()
    assert line.endswith(f"$0.50  {said}")


FACTORS = """{"o": {"m": {
  "input_cost_per_token": 5e-06, "input_cost_per_token_priority": 1e-05,
  "provider_specific_entry": {"us": 1.10, "fast": 6.0, "priority": 9, "\\u001b[31mx": 2},
  "previous": [
    {"until": "2026-01-01", "input_cost_per_token": 4e-06, "provider_specific_entry": {"eu": 1.2}}
  ]
}}}"""


def test_show_has_the_factors_on_token_rates(run: Run) -> None:
    words = ("show", "m", "--file", "-", *NOW)
    now, former = run(*words, stdin=FACTORS).stdout.split("until 2026-01-01")
    # A service with prices of its own is multiplied by nothing.
    assert now.splitlines()[-2] == "factors  us x1.1, fast x6, \\x1b[31mx x2"
    assert former.splitlines()[4] == "factors  eu x1.2"
    assert run(*words, "-q", stdin=FACTORS).stdout.endswith("us x1.1, fast x6, \\x1b[31mx x2\n")
    assert "factors" not in run("show", "gpt-4o").stdout
    found = json.loads(run(*words, "-o", "json", stdin=FACTORS).stdout)
    assert found["factors"] == {"us": "1.1", "fast": "6", "\x1b[31mx": "2"}
    assert found["previous"][0]["factors"] == {"eu": "1.2"}
    assert found["own_factors"] is None
    before = (*words[:-1], "2025-06-01", "-o", "json")
    found = json.loads(run(*before, stdin=FACTORS).stdout)
    assert (found["factors"], found["own_factors"]["fast"]) == ({"eu": "1.2"}, "6")


WEEK = """{"o": {"m": {
  "input_cost_per_token": 2e-06,
  "off_peak_pricing": {"input_cost_per_token": 1e-06, "windows": [
    {"hours_utc": ["00:00-01:00", "16:30-00:30"], "weekdays": [5, 1, 2, 3]},
    {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
    {"hours_utc": "02:00-03:00"}
  ]}
}}}"""
HOURS = (
    "hours  Mon-Wed Fri 00:00-01:00, 16:30-00:30; Sat-Sun 00:00-24:00; every day 02:00-03:00 UTC"
)


# 2026-11-23 is a Monday.
@pytest.mark.parametrize("at", ["2026-11-23T12:00", "2026-11-23T17:00"])
def test_show_has_the_hours_of_off_peak_prices(run: Run, at: str) -> None:
    lines = run("show", "m", "--file", "-", "--at", at, stdin=WEEK).stdout.splitlines()
    assert lines.count(HOURS) == 1
    assert lines[lines.index(HOURS) - 1].split() == ["input", "1.00"]
    found = json.loads(run("show", "m", "-ojson", "-f-", "--at", at, stdin=WEEK).stdout)
    windows: list[dict[str, object]] = [
        {"hours_utc": "00:00-01:00", "weekdays": [5, 1, 2, 3]},
        {"hours_utc": "16:30-00:30", "weekdays": [5, 1, 2, 3]},
        {"hours_utc": "00:00-24:00", "weekdays": [6, 7]},
        {"hours_utc": "02:00-03:00", "weekdays": [1, 2, 3, 4, 5, 6, 7]},
    ]
    assert found["off_peak"]["windows"] == [it | {"weekday_timezone": "UTC"} for it in windows]
    (rate,) = found["off_peak"]["rates"]
    assert rate["usd_per_unit"] == "0.000001"
    assert (found["own_off_peak"] == found["off_peak"]) is bool(found["period"])


def test_hours_on_no_day_are_told_and_the_usual_price_is_shown(run: Run) -> None:
    text = WEEK.replace(
        '{"hours_utc": "02:00-03:00"}', '{"hours_utc": "02:00-03:00", "weekdays": []}'
    )
    said = run("show", "m", "--file", "-", "--at", "2026-11-23T17:00", stdin=text).stdout
    assert "windows/2/weekdays: the list of weekdays is empty" in said
    assert [line.split() for line in said.splitlines() if "input" in line] == [["input", "2.00"]]


def test_json_has_the_prices_in_force_and_the_others(run: Run) -> None:
    def rates(found: list[dict[str, str]]) -> dict[str, str]:
        return {rate["unit"]: rate["usd_per_unit"] for rate in found if not rate["above_tokens"]}

    now, later = (
        json.loads(run("show", "gemini-2.5-pro", "-o", "json", *at).stdout) for at in (NOW, LATER)
    )
    own, dated = (
        {"input": "0.00000125", "output": "0.00001"},
        {"input": "0.000002", "output": "0.00002"},
    )
    assert (now["period"], rates(now["rates"]), now["own_rates"]) == ("", own, None)
    assert (later["period"], rates(later["rates"])) == ("from 2027-01-01", dated)
    assert rates(later["own_rates"]) == own
    for found in (now, later):
        (upcoming,) = found["upcoming"]
        assert (upcoming["from"], rates(upcoming["rates"])) == ("2027-01-01T00:00:00+00:00", dated)
        assert found["previous"] == []
    (model,) = json.loads(run("models", "gemini", "-o", "json", *LATER).stdout)["models"]
    assert model == {key: value for key, value in later.items() if key in model}


def test_an_unknown_model_exits_1_with_suggestions(run: Run) -> None:
    result = run("show", "gpt-4p")
    assert result.exit_code == 1
    assert "did you mean gpt-4o?" in result.stderr


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("models", ["models"]),
        ("show", ["show", "gemini-2.5-pro", *NOW]),
        ("show", ["show", "gemini-2.5-pro", *LATER]),
    ],
)
def test_json_fits_its_schema(run: Run, schema: str, words: list[str]) -> None:
    text = (ROOT / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(run(*words, "-o", "json").stdout), json.loads(text))
    for catalog in (FACTORS, WEEK, OFF_PEAK):
        for at in ("2025-06-01", "2026-11-23T17:00", "2027-06-01"):
            model = ["m"] if schema == "show" else []
            asked = (words[0], *model, "--at", at, "-f", "-", "-o", "json")
            jsonschema.validate(json.loads(run(*asked, stdin=catalog).stdout), json.loads(text))


def test_show_says_which_parts_of_the_prices_are_not_understood(
    run: Run, tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "p.json"
    file.write_text(OFF_PEAK.replace('"windows"', '"x": 1, "windows"'), "utf-8")
    text = run("show", "m", "--file", str(file), *NOW).stdout
    assert text.count("left out  /o/m/off_peak_pricing/x: 'x' is not understood") == 1
