"""`pricectl explain`: each step from a name to credits; figures worked out beside each test."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core import Catalog, Match, lookup
from pricectl.core.fallback import Fallback
from tests.conftest import ROOT, Run

# Before and after the prices that gemini-2.5-pro has from 2027-01-01 on.
NOW, LATER = ("--at", "2026-11-23"), ("--at", "2027-01-01")
SCHEMA = json.loads((ROOT / "schemas/explain.schema.json").read_text(encoding="utf-8"))
BODY = """{
  "model": "gpt-4o-2024-08-06", "object": "chat.completion", "service_tier": "batch",
  "usage": {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1700, "cost": 0.004,
            "prompt_tokens_details": {"cached_tokens": 800}}
}"""
ODD = """{"a/b": {"m": {
  "input_cost_per_token": 0.0000029999900000000002, "input_cost_per_token_above_1k_tokens": 5e-06,
  "context_tier": {"scope": "marginal"}, "provider_specific_entry": {"us": 1.123, "fast": 2},
  "cost_per_second": 0.0002777778, "file_search_cost_per_1k_calls": 1.5e-9,
  "off_peak_pricing": {"windows": [{"hours_utc": "16:00-00:00"}], "input_cost_per_token": 1e-06},
  "previous": [{"until": "2026-01-01", "input_cost_per_token": 4e-06}],
  "upcoming": [{"from": "2027-01-01T12:00", "input_cost_per_token": 3e-06}]
}}}"""
TWO_TIERS = """{"anthropic": {"claude-x": {
  "input_cost_per_token": 2e-06, "input_cost_per_token_above_200k_tokens": 4e-06,
  "output_cost_per_token": 1e-05, "output_cost_per_token_above_200k_tokens": 2e-05
}}}"""
ROUNDS = """{"model": "claude-x", "type": "message", "usage": {
  "input_tokens": 120000, "output_tokens": 1000, "iterations": [
    {"type": "compaction", "input_tokens": 280000, "output_tokens": 5000},
    {"type": "message", "input_tokens": 120000, "output_tokens": 1000}
  ]
}}"""
USED = ("1200", "10", "--cached", "300", "--unit", "second=2", "--unit", "file_search=3")


def body(run: Run, *words: str, stdin: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("explain", *words, "-o", "json", stdin=stdin).stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def links(found: dict[str, Any], step: str) -> list[dict[str, Any]]:
    return [link for link in found["chain"] if link["step"] == step]


def words(text: str) -> str:
    return " ".join(text.split())


class TestName:
    def test_every_lookup_layer_tried_is_listed(self, run: Run) -> None:
        text = run("explain", "azure/GPT-4o-2024-08-06").stdout
        marks = [line.split()[:2] for line in text.splitlines() if line.startswith("  ")]
        layers = [["exact", "no"], ["alias", "no"], ["case", "no"], ["partial", "yes"]]
        # What each part of the name was taken for.
        parts = [["azure/", "platform"], ["gpt-4o-2024-08-06", "model"]]
        assert marks == layers + parts
        assert "answered by openai/gpt-4o: input $2.50, output $10.00 per 1M tokens" in text

    def test_explain_ends_with_the_price_in_force(self, run: Run) -> None:
        now, later = (
            run("explain", "gemini-2.5-pro", *at).stdout.splitlines() for at in (NOW, LATER)
        )
        said = "answered by google/gemini-2.5-pro: input ${}, output ${} per 1M tokens"
        assert now[-1] == said.format("1.25", "10.00")
        assert later[-1] == said.format("2.00", "20.00") + ", dated price: from 2027-01-01"

    def test_a_guessed_row_is_marked(self, run: Run) -> None:
        result = run("explain", "gpt-4o-huge")
        assert result.exit_code == 0
        assert "answered by the default price: input $1.00, output $2.00" in result.stdout
        assert run("explain", "gpt-4o-huge", "--strict").exit_code == 1
        assert run("explain", "gpt-4o", "-q").stdout == "openai/gpt-4o\n"

    def test_json_of_a_name_alone_has_no_steps(self, run: Run) -> None:
        found = body(run, "gpt-4o")
        assert found["schema"] == "pricectl.explain/2"
        assert [step["layer"] for step in found["steps"]] == ["exact"]
        assert found["chain"] == []


class TestSteps:
    @pytest.mark.usefixtures("three_modes")
    def test_every_step_from_name_to_credits_is_shown(self, run: Run) -> None:
        # 250,000 are above 200k: x $2.50 / 1M = $0.625; + 30% = $0.8125, x 10 = 8.125
        lines = run("explain", "gemini-2.5-pro", "250k", *NOW, "--markup", "30").stdout.splitlines()
        assert lines[0] == "gemini-2.5-pro costs $0.625"
        assert (
            "  tier      250,000 input tokens are above 200,000: the whole request moves" in lines
        )
        assert (
            "  input            250,000  x $2.50 / 1M  = $0.625"
            "   input_cost_per_token_above_200k_tokens"
        ) in lines
        assert "  provider cost                           = $0.625" in lines
        assert (
            "  with 30% markup                         = $0.8125"
            "  profile default, credits rounded once a job"
        ) in lines
        assert (
            "  consumption_usd      9 credits  $0.8125 x 10 a dollar = 8.125, rounded up"
        ) in lines
        assert "catalog   updated 2026-11-01, sha256 " in lines[-1]

    @pytest.mark.parametrize("columns", ["60", "80", "120"])
    def test_no_line_is_wider_than_the_terminal(
        self, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, columns: str
    ) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        (home / "odd.json").write_text(ODD, encoding="utf-8")
        text = run("explain", "m", *USED, "--region", "us", "-f", "odd.json", *NOW).stdout
        sha = 64 + len("  response  ")
        assert max(map(len, text.splitlines())) <= max(int(columns), sha)
        assert "! product rounded half-even from $0.0000000000045" in words(text)
        assert "! no price, so it adds nothing" in text

    def test_a_key_that_does_not_fit_goes_to_the_next_line(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "70")
        lines = run("explain", "gemini-2.5-pro", "250k", "10", *NOW).stdout.splitlines()
        # 250,000 x $2.50 = $0.625; 10 x $15.00 = $0.00015
        at = lines.index("  input           250,000  x  $2.50 / 1M  = $0.625")
        assert lines[at : at + 4] == [
            "  input           250,000  x  $2.50 / 1M  = $0.625",
            "    input_cost_per_token_above_200k_tokens",
            "  output               10  x $15.00 / 1M  = $0.00015",
            "    output_cost_per_token_above_200k_tokens",
        ]

    def test_a_factor_is_shown_next_to_the_price_of_the_file(self, run: Run, home: Path) -> None:
        (home / "odd.json").write_text(ODD.replace("0.0000029999900000000002", "5e-06"))
        asked = ("m", "1000", "--region", "us", "--service", "fast", "-f", "odd.json")
        at = ("--at", "2026-06-01")
        # $5.00 x 2 x 1.123 = $11.23
        lines = run("explain", *asked, *at).stdout.splitlines()
        product = "  input           1,000  x $5.00 / 1M x 2.246  = $0.01123  input_cost_per_token"
        assert product in lines
        (line,) = links(body(run, *asked, *at), "line")
        assert (line["usd_per_unit"], line["base_usd_per_unit"], line["factor"]) == (
            "0.00001123",
            "0.000005",
            "2.246",
        )

    def test_a_missing_price_is_not_zero(self, run: Run) -> None:
        lines = run("explain", "o3", "0", "--unit", "page=1200").stdout.splitlines()
        assert lines[0] == "o3 has no price"
        at = lines.index("  page            1,200    = no price")
        assert lines[at + 1] == "    ! no price, so it adds nothing"
        assert lines[at + 2].endswith("= no price")
        found = body(run, "o3", "0", "--unit", "page=1200")
        assert links(found, "line")[0]["usd"] is None
        assert links(found, "total")[0]["provider_cost_usd"] == "0.00"
        assert run("explain", "o3", "0").stdout.startswith("o3 costs $0.00\n")

    def test_a_service_that_is_not_sold_is_reported_once(self, run: Run) -> None:
        text = run("explain", "gpt-4o", "1000", "5", "--service", "flex").stdout
        assert "  service   flex, for which the row has no price\n" in text
        assert text.count("flex") == 1

    def test_a_guess_says_so_and_names_similar_models(self, run: Run) -> None:
        text = run("explain", "gpt-4p", "1000").stdout
        assert text.startswith("gpt-4p costs $0.001\n")
        assert "nothing matched: the default price, which is a guess" in text
        assert "! similar names: gpt-4o" in text

    def test_strictly_what_is_missing_exits_1_after_the_report(self, run: Run) -> None:
        for asked in (
            ["gpt-4p", "1"],
            ["o3", "1", "--unit", "page=1"],
            ["o3", "1", "--service", "flex"],
        ):
            result = run("explain", *asked, "--strict")
            assert (result.exit_code, "costs $" in result.stdout) == (1, True)
            assert run("explain", *asked).exit_code == 0
        assert run("explain", "o3", "1", "--strict").exit_code == 0

    def test_control_characters_of_a_name_are_escaped(self, run: Run, home: Path) -> None:
        name = "m\x1b[31m[/x]:free:\u202e"
        row = {"input_cost_per_token": 1e-06, "source": name}
        (home / "odd.json").write_text(json.dumps({"p": {name: row}}), encoding="utf-8")
        text = run("explain", name, "5", "-f", "odd.json", "--color", "never").stdout
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "source m\\x1b[31m[/x]:free:\\u202e" in text

    def test_colour_is_only_written_to_a_terminal(self, run: Run) -> None:
        plain = run("explain", "gpt-4p", "1000", *NOW).stdout
        coloured = run("explain", "gpt-4p", "1000", *NOW, "--color", "always").stdout
        assert "\x1b[" not in plain
        assert "\x1b[33m! similar names" in coloured


class TestJson:
    def test_every_kind_of_step_fits_the_schema(self, run: Run, home: Path) -> None:
        (home / "odd.json").write_text(ODD, encoding="utf-8")
        rules = "[[profiles.default.rules]]\nfactor = 0.9\n"
        (home / "pricectl.toml").write_text(rules, encoding="utf-8")
        seen = set()
        for asked in (
            ["m", *USED, "--region", "us", "--at", "2026-06-01T17:00"],
            ["m", *USED, "--service", "fast", "--at", "2025-06-01"],
            ["m", *USED, "--service", "flex", "--region", "eu", "--at", "2027-06-01"],
            ["none", "5", "--tokens-per-credit", "7", "--calls", "20"],
            ["--response", "-"],
        ):
            stdin = BODY if asked[0] == "--response" else None
            found = body(run, *asked, "-f", "odd.json", stdin=stdin)
            seen |= {link["step"] for link in found["chain"]}
        steps = [SCHEMA["$defs"][item["$ref"].rpartition("/")[2]] for item in _chain_items()]
        seen |= {"job", "contract"}  # of a record, and of a profile with rules
        assert seen == {step["properties"]["step"]["const"] for step in steps}

    def test_the_schema_refuses_a_step_with_a_fact_too_many(self, run: Run) -> None:
        found = body(run, "gpt-4o", "10")
        for link in found["chain"]:
            link["surprise"] = 1
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(found, SCHEMA)
            del link["surprise"]

    def test_money_is_exact_and_adds_up(self, run: Run) -> None:
        # 700 x $2.50 + 300 x $1.25 + 10 x $10 = 1,750 + 375 + 100 micro-dollars
        found = body(run, "gpt-4o", "1000", "10", "--cached", "300", "--markup", "33.3")
        assert [link["usd"] for link in links(found, "line")] == ["0.00175", "0.000375", "0.0001"]
        assert links(found, "total")[0]["provider_cost_usd"] == "0.002225"
        # 2.225 x 1.333 = 2.965925
        assert links(found, "client")[0]["client_cost_usd"] == "0.002965925"
        by_usd = links(found, "credits")[1]
        assert (by_usd["exact_credits"], by_usd["credits"]) == ("0.02965925", 1)

    def test_a_pointer_leads_into_the_file(self, run: Run, home: Path) -> None:
        (home / "odd.json").write_text(ODD, encoding="utf-8")
        found = body(run, "m", *USED, "-f", "odd.json", "--at", "2026-06-01T17:00")
        pointers = {link["unit"]: link["pointer"] for link in links(found, "line")}
        assert pointers["cache_read"] == "/a~1b/m/off_peak_pricing/input_cost_per_token"
        assert pointers["second"] == "/a~1b/m/cost_per_second"

    def test_seconds_are_numbers(self, run: Run, home: Path) -> None:
        (home / "odd.json").write_text(ODD, encoding="utf-8")
        found = body(run, "m", *USED, "-f", "odd.json", *NOW)
        (line,) = (link for link in links(found, "line") if link["unit"] == "second")
        assert (line["quantity"], type(line["quantity"])) == (2.0, float)
        (part,) = (part for part in links(found, "usage")[0]["parts"] if part["unit"] == "second")
        assert part == {"unit": "second", "quantity": 2.0, "of": ""}


def _chain_items() -> list[dict[str, str]]:
    items: list[dict[str, str]] = SCHEMA["properties"]["chain"]["items"]["oneOf"]
    return items


class TestResponse:
    def test_the_chain_begins_with_what_the_body_said(self, run: Run, home: Path) -> None:
        (home / "body.json").write_text(BODY, encoding="utf-8")
        # Batch: 200 x $1.25 + 800 x $1.25 + 500 x $5 = 250 + 1,000 + 2,500 micro-dollars
        from_file = run("explain", "--response", "body.json", *NOW).stdout
        assert run("explain", "--response", "-", *NOW, stdin=BODY).stdout == from_file
        text = words(from_file)
        assert text.startswith(
            "gpt-4o-2024-08-06 costs $0.00375 response states model gpt-4o-2024-08-06,"
            " provider openai, service batch, a cost of $0.004"
            " ! not in the price: unattributed_tokens=200 exact no"
        )
        assert "! $0.00025 less than the response states" in text
        found = body(run, "--response", "-", stdin=BODY)
        assert found["chain"][0]["signals"] == ["unattributed_tokens=200"]
        assert found["resolved"]["match"] == "alias"
        assert run("explain", "--response", "body.json", "--strict").exit_code == 1

    @pytest.mark.parametrize("columns", ["60", "80"])
    def test_each_request_of_a_response_has_a_block(
        self, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, columns: str
    ) -> None:
        """280,000 x $4 + 5,000 x $20 = $1.22; 120,000 x $2 + 1,000 x $10 = $0.25; $1.47 in all."""
        monkeypatch.setenv("COLUMNS", columns)
        (home / "tiers.json").write_text(TWO_TIERS, encoding="utf-8")
        asked = ("--response", "-", "-f", "tiers.json", *NOW)
        shown = run("explain", *asked, stdin=ROUNDS).stdout
        assert max(map(len, shown.splitlines())) <= max(int(columns), 64 + len("  response  "))
        before, first, second = re.split("(?=  name )", shown)
        second, total = re.split("(?=  provider cost )", second)
        assert "costs $1.47 response states" in words(before)
        found = body(run, *asked, stdin=ROUNDS)
        for step in ("name", "row", "period", "tier", "service", "usage"):
            for block, link in zip((first, second), links(found, step), strict=True):
                assert f" {step} {link['text']}" in f" {words(block)}"
        for block, figures in (
            (first, ("280,000 x $4 / 1M = $1.12", "5,000 x $20 / 1M = $0.10")),
            (second, ("120,000 x $2 / 1M = $0.24", "1,000 x $10 / 1M = $0.01")),
        ):
            products = re.sub(r"\.00 ", " ", words(block))
            assert all(product in products for product in figures)
            assert products.count(" / 1M = ") == len(figures)
        assert "provider cost = $1.47" in words(total)
        assert total.count("credits") >= 1
        assert "catalog" in total

    def test_a_request_of_several_that_used_nothing_has_a_block(self, run: Run, home: Path) -> None:
        (home / "tiers.json").write_text(TWO_TIERS, encoding="utf-8")
        response = json.loads(ROUNDS)
        response["usage"]["iterations"][0].update(input_tokens=0, output_tokens=0)
        asked = ("--response", "-", "-f", "tiers.json", *NOW)
        shown = run("explain", *asked, stdin=json.dumps(response)).stdout
        assert shown.count("  usage     ") == 2
        assert "provider cost = $0.25" in words(shown)

    def test_a_stated_cost_that_agrees_is_not_flagged(self, run: Run) -> None:
        text = run("explain", "--response", "-", stdin=BODY.replace("0.004", "0.00375")).stdout
        assert "= $0.00375  as the response states\n" in text
        assert "! as the response" not in text

    def test_the_model_and_service_of_the_options_override_the_body(self, run: Run) -> None:
        # o3: 1,000 x $2 + 500 x $8 = 2,000 + 4,000 micro-dollars; no cache price
        asked = ("o3", "--response", "-", "--service", "standard")
        found = body(run, *asked, stdin=BODY)
        assert found["asked"] == "openai/o3"
        assert links(found, "total")[0]["provider_cost_usd"] == "0.006"
        assert links(found, "response")[0]["service"] == "batch"

    @pytest.mark.parametrize("text", ["", "{", '{"model": "gpt-4o"}'])
    def test_a_response_without_usage_is_refused(self, run: Run, text: str) -> None:
        result = run("explain", "--response", "-", stdin=text)
        assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([], "write a model's name"),
        (["gpt-4o", "o3", "100"], "one model at a time"),
        (["gpt-4o", "o3"], "write a model and its tokens"),
        (["gpt-4o", "--cached", "5"], "write a model and its tokens"),
        (["gpt-4o", "--unit", "page=5"], "write a model and its tokens"),
        (["gpt-4o", "--service", "batch"], "write a model and its tokens"),
        (["gpt-4o", "--region", "eu"], "write a model and its tokens"),
        (["gpt-4o", "5", "--cached", "6"], "is more than input"),
        (["gpt-4o", "5", "--markup", "much"], "'much' is not an amount"),
        (["gpt-4o", "5", "--profile", "none"], "none"),
        (["gpt-4o", "o3", "--response", "-"], "one model at a time"),
        (["--response", "-", "--cached", "5"], "the response itself says what was used"),
        (["--response", "-", "--unit", "page=5"], "the response itself says what was used"),
        (["--response", "no.json"], "no.json"),
    ],
)
def test_bad_usage_is_named_and_exits_2(run: Run, asked: list[str], said: str) -> None:
    result = run("explain", *asked, stdin=BODY)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in words(result.stderr.replace("│", " "))
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("counts", [(), ("1000", "500")])
def test_the_name_is_looked_up_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, counts: tuple[str, ...]
) -> None:
    """However the name is found: the quote takes the row that the layers led to."""
    looked_up: list[object] = []
    search = lookup.search

    def counted(
        catalog: Catalog, name: object, fallback: Fallback | None
    ) -> tuple[Match, tuple[lookup.LayerTried, ...]]:
        looked_up.append(name)
        return search(catalog, name, fallback)

    monkeypatch.setattr(lookup, "search", counted)
    monkeypatch.setattr("pricectl.explain.explanation.search", counted)
    assert run("explain", " azure/gpt-4o-2024-08-06 ", *counts).exit_code == 0
    assert looked_up == ["azure/gpt-4o-2024-08-06"]
