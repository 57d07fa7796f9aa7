"""`pricectl pull`: what price lists agree on becomes an edit, and a person's word stays."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import NAME, git

SCHEMA = json.loads((ROOT / "schemas" / "pull.schema.json").read_text(encoding="utf-8"))
AT = ("--at", "2026-11-27")
LITELLM, GENAI = "litellm=litellm.json@2026-11-24", "genai-prices=genai.json@2026-11-20"
FEEDS = ("--feed", LITELLM, "--feed", GENAI)
# USD per 1M tokens.
Prices = Mapping[str, Mapping[str, float]]
GPT = {"input": 2.5, "output": 10}
KEYS = {
    "input": ("input_cost_per_token", "input_mtok"),
    "output": ("output_cost_per_token", "output_mtok"),
    "cached": ("cache_read_input_token_cost", "cache_read_mtok"),
}


@pytest.fixture(autouse=True)
def repo(home: Path) -> Path:
    """The catalog, committed, and two lists that say what it says."""
    (home / NAME).write_text(CATALOG, encoding="utf-8")
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "prices")
    lists({"gpt-4o": GPT})
    return home


def lists(litellm: Prices, genai: Prices | None = None, seller: str = "openai") -> None:
    """Write both lists: litellm's in USD per token, genai-prices' in USD per 1M."""
    rows: dict[str, Any] = {
        name: {
            "litellm_provider": seller,
            **{KEYS[unit][0]: float(f"{usd}e-6") for unit, usd in prices.items()},
        }
        for name, prices in litellm.items()
    }
    models = [
        {"id": name, "prices": {KEYS[unit][1]: usd for unit, usd in prices.items()}}
        for name, prices in (litellm if genai is None else genai).items()
    ]
    write("litellm.json", rows)
    write("genai.json", [{"id": seller, "models": models}])


def write(name: str, value: object) -> None:
    Path(name).write_text(json.dumps(value), encoding="utf-8")


def edit(old: str, new: str) -> None:
    """Edit the catalog by hand, as a commit."""
    text = Path(NAME).read_text(encoding="utf-8")
    assert old in text
    Path(NAME).write_text(text.replace(old, new, 1), encoding="utf-8")
    git(Path(), "commit", "-q", "-a", "-m", "by hand")


def pulled(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    """The document of a pull, checked against its schema."""
    at = () if "--at" in words else AT
    result = run("pull", *FEEDS, *at, *words, "-o", "json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


def row(name: str = "openai/gpt-4o") -> dict[str, Any]:
    section, _, model = name.partition("/")
    found: dict[str, Any] = json.loads(Path(NAME).read_text(encoding="utf-8"))[section][model]
    return found


def test_a_price_that_two_lists_agree_on_is_written_and_nothing_else(run: Run) -> None:
    edit('      "mode": "chat",\n', '      "mode": "chat",\n      "verified_on": "2026-11-01",\n')
    before = Path(NAME).read_text(encoding="utf-8")
    lists({"gpt-4o": {"input": 3, "output": 10}})
    document = pulled(run)
    assert document["written"]
    assert [(one["model"], one["old"], one["new"]) for one in document["proposed"]] == [
        ("gpt-4o", "0.0000025", "0.000003")
    ]
    evidence = (
        '"evidence": [{"list": "genai-prices", "date": "2026-11-20"}, '
        '{"list": "litellm", "date": "2026-11-24"}]'
    )
    expected = (
        before.replace('"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 3e-06', 1)
        .replace('"2026-11-01", "currency"', '"2026-11-27", "currency"')
        .replace('      "verified_on": "2026-11-01",\n', "")
        .replace(
            '"aliases": ["gpt-4o-2024-08-06"]',
            f'"aliases": ["gpt-4o-2024-08-06"],\n      {evidence}',
        )
    )
    assert Path(NAME).read_text(encoding="utf-8") == expected
    again = pulled(run)
    assert (again["changed"], again["proposed"]) == (False, [])
    renewed = run("drift", *FEEDS, *AT, "gpt-4o", "--renew", "-o", "json")
    assert not json.loads(renewed.stdout)["renewal"]["rows"]


def test_a_dry_run_writes_nothing(run: Run) -> None:
    lists({"gpt-4o": {"input": 3, "output": 10}})
    before = Path(NAME).read_bytes()
    result = run("pull", *FEEDS, *AT, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "$3.00 / 1M" in result.stdout
    assert "nothing was written" in result.stdout
    assert Path(NAME).read_bytes() == before


def test_one_list_alone_proposes_only_where_one_is_enough(run: Run) -> None:
    lists({"gpt-4o": {"input": 3, "output": 10}}, {"gpt-4o": GPT})
    before = Path(NAME).read_bytes()
    assert pulled(run)["too_few_lists"] == {"values": 1, "models": 0}
    # The other list has our price: one against one is no majority.
    assert pulled(run, "--agreeing", "1")["proposed"] == []
    lists({"gpt-4o": {"input": 3, "output": 10}}, {"gpt-4": GPT})
    assert pulled(run)["proposed"] == []
    assert Path(NAME).read_bytes() == before
    assert len(pulled(run, "--agreeing", "1")["proposed"]) == 1
    assert row()["input_cost_per_token"] == 3e-06
    assert "evidence" not in row()


def test_lists_that_copy_from_one_another_are_one_vote(run: Run) -> None:
    dear = {"id": "openai/gpt-4o", "pricing": {"prompt": "0.000003", "completion": "0.00001"}}
    write("router.json", {"data": [dear]})
    models = [{"id": "openai/gpt-4o", "prices": {"input_mtok": 3, "output_mtok": 10}}]
    write("genai.json", [{"id": "openrouter", "models": models}])
    edit('"o3": {', '"x": {"input_cost_per_token": 1e-06},\n    "o3": {')
    words = ("--feed", "openrouter=router.json@2026-11-24", "--feed", GENAI, *AT)
    result = run("pull", *words, "-o", "json")
    assert json.loads(result.stdout)["proposed"] == []


def test_a_selection_takes_only_its_rows_and_fields(run: Run) -> None:
    new = {"input": 3, "output": 12}
    lists({"gpt-4o": new, "o3": new})
    document = pulled(run, "--only", "gpt-4*", "--field", "output")
    assert [(one["model"], one["member"]) for one in document["proposed"]] == [
        ("gpt-4o", "output_cost_per_token")
    ]
    assert row("openai/o3")["output_cost_per_token"] == 8e-06
    # An alias names its row, too.
    aliased = pulled(run, "--only", "gpt-4o-2024-08-06", "--field", "input")
    assert len(aliased["proposed"]) == 1
    result = run("pull", *FEEDS, "--field", "inputs")
    assert result.exit_code == 2
    assert "unknown field" in result.stderr


def test_a_row_that_the_review_refuses_waits_and_the_others_go_on(run: Run) -> None:
    lists({"gpt-4o": {"input": 26, "output": 104}, "o3": {"input": 1.8, "output": 8}})
    document = pulled(run, code=1)
    assert [one["model"] for one in document["proposed"]] == ["o3"]
    (waiting,) = document["waiting"]
    assert waiting["row"] == "openai/gpt-4o"
    assert any("price-moved" in reason or "moved" in reason for reason in waiting["reasons"])
    assert row("openai/o3")["input_cost_per_token"] == 1.8e-06
    assert row()["input_cost_per_token"] == 2.5e-06
    # The command that is told writes it, and the reason stands in the file.
    words = shlex.split(waiting["command"])[1:]
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert row()["input_cost_per_token"] == 26e-06
    metadata = json.loads(Path(NAME).read_text(encoding="utf-8"))["metadata"]
    assert {one["reason"] for one in metadata["acknowledged"]} == {"WHY IT IS RIGHT"}


@pytest.mark.parametrize("price", [25, 0.25, 2500, 0.0025])
def test_an_exponent_off_is_a_slip_even_where_two_lists_have_it(run: Run, price: float) -> None:
    lists({"gpt-4o": {"input": price, "output": 10}})
    document = pulled(run, code=1)
    assert document["proposed"] == []
    (held,) = document["held"]
    assert (held["waits"], held["reason"]) == (True, "looks like a slip: unit mistake")
    assert not document["changed"]
    (waiting,) = document["waiting"]
    assert waiting["reasons"][0].endswith("looks like a slip: unit mistake")
    result = run(*shlex.split(waiting["command"])[1:], "--dry-run", "-o", "json")
    document = json.loads(result.stdout)
    if price > GPT["input"]:
        assert document["acknowledged"]
    else:  # the cached price would stand above it, which only another edit can mend
        (waiting,) = document["waiting"]
        assert waiting["command"] == "pricectl set openai/gpt-4o FIELD=VALUE..."


def test_a_name_that_nothing_has_is_refused(run: Run) -> None:
    result = run("pull", *FEEDS, *AT, "--only", "gpt-4p")
    assert result.exit_code == 2
    assert "gpt-4o" in result.stderr


def test_lists_that_give_a_model_away_change_nothing(run: Run) -> None:
    lists({"gpt-4o": {"input": 0, "output": 0}})
    assert not pulled(run, code=pulled_code(run))["changed"]


def pulled_code(run: Run) -> int:
    return run("pull", *FEEDS, *AT, "--dry-run").exit_code


@pytest.mark.parametrize(
    ("verified", "written"),
    [("2026-11-19", True), ("2026-11-20", False), ("2026-11-25", False)],
)
def test_a_row_that_somebody_verified_after_a_list_stays(
    run: Run, verified: str, *, written: bool
) -> None:
    edit('"mode": "chat"', f'"mode": "chat", "verified_on": "{verified}"')
    lists({"gpt-4o": {"input": 3, "output": 10}})
    document = pulled(run)
    assert document["written"] is written
    reasons = [one["reason"] for one in document["held"]]
    expected = f"verified on {verified}, and too few of the lists are newer"
    assert reasons == ([] if written else [expected])


def test_a_list_without_a_day_never_outweighs_a_verified_row(run: Run) -> None:
    edit('"mode": "chat"', '"mode": "chat", "verified_on": "2020-01-01"')
    lists({"gpt-4o": {"input": 3, "output": 10}})
    words = ("--feed", "litellm=litellm.json", "--feed", "genai-prices=genai.json")
    document = json.loads(run("pull", *words, *AT, "-o", "json").stdout)
    assert (document["proposed"], len(document["held"])) == ([], 1)
    assert document["without_a_date"] == ["genai-prices", "litellm"]


NEGOTIATED = '"negotiated": [{"provider": "openai", "factor": 0.9, "reason": "contract"}], '
ACKNOWLEDGED = (
    '"acknowledged": [{"rule": "%s", "pointer": "/openai/gpt-4o/input_cost_per_token", '
    '"value": %s, "reason": "a bill", "date": "2026-01-01"}], '
)


@pytest.mark.parametrize(
    ("metadata", "held"),
    [
        (NEGOTIATED, ["its prices are negotiated"]),
        (
            ACKNOWLEDGED % ("price-moved-exponent", "2.5e-06"),
            ["acknowledged on 2026-01-01: a bill"],
        ),
        (ACKNOWLEDGED % ("list-differs", "3e-06"), []),  # accepted: no difference any more
    ],
)
def test_what_a_person_decided_stays_with_and_without_a_reason(
    run: Run, metadata: str, held: list[str]
) -> None:
    from pricectl.check.evidence import ACKNOWLEDGEABLE

    metadata = metadata.replace("price-moved-exponent", ACKNOWLEDGEABLE[0])
    edit('"last_updated"', f'{metadata}"last_updated"')
    lists({"gpt-4o": {"input": 3, "output": 10}})
    for words in ((), ("--only", "gpt-4o", "--reason", "the list says so")):
        document = pulled(run, *words, "--field", "input")
        assert [one["reason"] for one in document["held"]] == held
        assert document["proposed"] == []
        assert row()["input_cost_per_token"] == 2.5e-06


def test_a_decision_of_the_notes_stays(run: Run) -> None:
    notes = '"pricing_notes": {"openai": {"decisions": {"gpt-4o.*": "a promotion"}}},\n  "openai"'
    edit('"openai"', notes)
    lists({"gpt-4o": {"input": 3, "output": 10}})
    assert pulled(run)["proposed"] == []


def test_a_limit_of_the_settings_makes_a_row_wait(run: Run) -> None:
    Path("pricectl.toml").write_text("[gates]\nmax_increase_percent = 15\n", encoding="utf-8")
    git(Path(), "add", "-A")
    git(Path(), "commit", "-q", "-m", "a limit")
    lists({"gpt-4o": {"input": 3, "output": 10}, "o3": {"input": 2.1, "output": 8}})
    document = pulled(run, code=1)
    assert [one["model"] for one in document["proposed"]] == ["o3"]
    (waiting,) = document["waiting"]
    assert "max-increase" in waiting["reasons"][0]
    assert row()["input_cost_per_token"] == 2.5e-06


def test_a_reason_is_about_named_rows(run: Run) -> None:
    result = run("pull", *FEEDS, "--reason", "all of it")
    assert result.exit_code == 2
    assert "--only" in result.stderr


def test_a_new_model_is_added_with_what_both_lists_have(run: Run) -> None:
    base = {"input": 8, "output": 40}
    lists({"gpt-6": {**base, "cached": 0.4}}, {"gpt-6": base})
    assert pulled(run)["added"] == []
    document = pulled(run, "--new")
    (added,) = document["added"]
    assert added["left_out"] == ["cache_read_input_token_cost"]
    assert row("openai/gpt-6") == {
        "input_cost_per_token": 8e-06,
        "output_cost_per_token": 40e-06,
        "evidence": [
            {"list": "genai-prices", "date": "2026-11-20"},
            {"list": "litellm", "date": "2026-11-24"},
        ],
    }
    assert pulled(run, "--new")["added"] == []


def test_a_new_row_names_the_provider_that_the_rows_of_its_section_name(run: Run) -> None:
    edit(
        '"openai": {\n    "gpt-4o": {',
        '"openai": {\n    "gpt-4o": {"litellm_provider": "openai-eu",',
    )
    lists({"gpt-4o": GPT, "gpt-9": {"input": 3, "output": 12}})
    pulled(run, "--new")
    assert json.loads(Path(NAME).read_text())["openai"]["gpt-9"]["litellm_provider"] == "openai-eu"


def test_a_new_model_on_which_lists_differ_is_left_to_a_person(run: Run) -> None:
    lists({"gpt-6": {"input": 8, "output": 40}}, {"gpt-6": {"input": 8, "output": 30}})
    document = pulled(run, "--new")
    assert [one["reason"] for one in document["held_models"]] == ["lists differ on output"]
    lists({"gpt-6": {"input": 8, "output": 4}})
    document = pulled(run, "--new")
    assert [one["reason"] for one in document["held_models"]] == ["output is cheaper than input"]
    lists({"gpt-6": {"input": 8, "output": 40}}, {"gpt-5": GPT})
    document = pulled(run, "--new")
    assert (document["held_models"], document["too_few_lists"]["models"]) == ([], 2)


def test_a_model_that_somebody_took_out_is_not_added_again(run: Run) -> None:
    entry = (
        '"acknowledged": [{"rule": "model-gone", "pointer": "/openai/gpt-6", "value": null, '
        '"reason": "not sold any more", "date": "2026-01-01"}], '
    )
    edit('"last_updated"', f'{entry}"last_updated"')
    lists({"gpt-6": {"input": 8, "output": 40}})
    document = pulled(run, "--new")
    assert [one["reason"] for one in document["held_models"]] == [
        "acknowledged on 2026-01-01: not sold any more"
    ]


def test_a_new_row_whose_name_another_seller_has_gets_its_seller_before_it(run: Run) -> None:
    edit(
        '"google": {',
        '"azure": {"azure/us/gpt-4o": {"input_cost_per_token": 2.75e-06}},\n  "google": {',
    )
    lists(
        {"azure/o3": {"input": 2.2, "output": 8.8}}, {"o3": {"input": 2.2, "output": 8.8}}, "azure"
    )
    pulled(run, "--new", "--only", "azure/*")
    section = json.loads(Path(NAME).read_text(encoding="utf-8"))["azure"]
    assert section["azure/o3"]["input_cost_per_token"] == 2.2e-06


HOSTILE = (
    "gpt-\x1b[31m6",
    "gpt-6\n=cmd|' /C calc'!A0",
    "[bold red]gpt-6[/]",
    "gpt\u202e6",
    "=HYPERLINK(1)",
    "../../etc/passwd x",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_reach_neither_the_file_nor_the_terminal(run: Run, name: str) -> None:
    lists({name: {"input": 8, "output": 40}})
    before = Path(NAME).read_bytes()
    result = run("pull", *FEEDS, *AT, "--new", "-v", "--color", "always")
    assert result.exit_code == 0, result.output
    assert Path(NAME).read_bytes() == before
    for sign in ("\x1b[31m6", "\n=cmd", "\u202e"):
        assert sign not in result.stdout
    document = pulled(run, "--new")
    assert not document["changed"]


def test_hostile_values_of_a_list_reach_no_row(run: Run) -> None:
    hostile = {
        "litellm_provider": "openai",
        "input_cost_per_token": 8e-06,
        "output_cost_per_token": 40e-06,
        "mode": "chat\x1b[31m",
        "source": "javascript:alert(1)//https://openai.com",
        "deprecation_date": "2027-01-01; rm -rf",
        "successor_model": "none",
    }
    models = [{"id": "gpt-6", "prices": {"input_mtok": 8, "output_mtok": 40}}]
    write("genai.json", [{"id": "openai", "models": models}])
    write("litellm.json", {"gpt-6": hostile})
    pulled(run, "--new", "--agreeing", "1")
    kept = {"input_cost_per_token", "output_cost_per_token", "evidence"}
    assert set(row("openai/gpt-6")) == kept


def test_limits_that_both_lists_state_are_taken_over(run: Run) -> None:
    lists({"gpt-4o": GPT})
    rows = json.loads(Path("litellm.json").read_text(encoding="utf-8"))
    rows["gpt-4o"]["max_input_tokens"] = 400_000
    write("litellm.json", rows)
    genai = json.loads(Path("genai.json").read_text(encoding="utf-8"))
    genai[0]["models"][0]["context_window"] = 400_000
    write("genai.json", genai)
    document = pulled(run, "--field", "max_input_tokens")
    assert [(one["old"], one["new"]) for one in document["proposed"]] == [("128000", "400000")]
    assert row()["max_input_tokens"] == 400_000
    assert row()["input_cost_per_token"] == 2.5e-06


def test_an_announced_price_becomes_a_dated_list_with_every_price(run: Run) -> None:
    dated = [
        {"prices": {"input_mtok": 2.5, "output_mtok": 10}},
        {
            "constraint": {"start_date": "2027-01-01"},
            "prices": {"input_mtok": 4, "output_mtok": 10},
        },
    ]
    write("genai.json", [{"id": "openai", "models": [{"id": "gpt-4o", "prices": dated}]}])
    periods = [
        {
            "id": "gpt-4o",
            "vendor": "openai",
            "name": "GPT",
            "input": 2.5,
            "output": 10,
            "input_cached": None,
            "from_date": None,
            "to_date": "2027-01-01",
        },
        {
            "id": "gpt-4o",
            "vendor": "openai",
            "name": "GPT",
            "input": 4,
            "output": 10,
            "input_cached": None,
            "from_date": "2027-01-01",
            "to_date": None,
        },
    ]
    write("llm.json", {"prices": periods})
    words = ("--feed", GENAI, "--feed", "llm-prices=llm.json@2026-11-21")
    result = run("pull", *words, *AT, "-o", "json")
    assert result.exit_code == 0, result.output
    (announced,) = row()["upcoming"]
    assert announced["from"] == "2027-01-01"
    assert announced["input_cost_per_token"] == 4e-06
    assert announced["cache_read_input_token_cost"] == 1.25e-06
    assert row()["input_cost_per_token"] == 2.5e-06


@pytest.mark.parametrize("broken", ["", "<!doctype html><p>404</p>", '{"gpt-4o": {"litellm_pro'])
def test_a_list_that_is_cut_or_a_web_page_changes_nothing(run: Run, broken: str) -> None:
    Path("litellm.json").write_text(broken, encoding="utf-8")
    before = Path(NAME).read_bytes()
    result = run("pull", *FEEDS, *AT)
    assert result.exit_code == 2
    assert Path(NAME).read_bytes() == before


def test_a_list_a_thousand_times_off_changes_nothing(run: Run) -> None:
    many = {name: {"input": 2500, "output": 10000} for name in ("gpt-4o", "o3", "gpt-6")}
    lists(many)
    before = Path(NAME).read_bytes()
    result = run("pull", *FEEDS, *AT, "--new")
    assert result.exit_code == 2
    assert "times ours" in result.stderr
    assert Path(NAME).read_bytes() == before


def test_a_price_that_lists_have_for_an_alias_is_another_models(run: Run) -> None:
    lists({"gpt-4o": GPT, "gpt-4o-2024-08-06": {"input": 3, "output": 10}})
    document = pulled(run)
    assert (document["proposed"], document["changed"]) == ([], False)


def test_a_new_model_that_would_bill_short_is_left_to_a_person(run: Run) -> None:
    lists({"gpt-6-image": {"input": 2, "output": 12}})
    rows = json.loads(Path("litellm.json").read_text(encoding="utf-8"))
    rows["gpt-6-image"]["output_cost_per_image_token"] = 120e-06
    write("litellm.json", rows)
    (held,) = pulled(run, "--new")["held_models"]
    assert held["reason"] == ("one list alone has output image, 10 times what the row would charge")


def test_a_new_model_that_would_bill_a_service_short_is_left_to_a_person(run: Run) -> None:
    lists({"gpt-6": {"input": 2, "output": 12}})
    rows = json.loads(Path("litellm.json").read_text(encoding="utf-8"))
    rows["gpt-6"] |= {"input_cost_per_token_batches": 1e-06, "input_cost_per_token_flex": 1e-06}
    write("litellm.json", rows)
    assert pulled(run, "--new", "--dry-run")["held_models"] == []
    rows["gpt-6"]["output_cost_per_token_priority"] = 24e-06
    write("litellm.json", rows)
    (held,) = pulled(run, "--new")["held_models"]
    reason = "one list alone has output (priority), 2 times what the row would charge"
    assert held["reason"] == reason


def test_a_new_model_that_a_list_calls_retired_is_left_to_a_person(run: Run) -> None:
    lists({"gpt-6": {"input": 8, "output": 40}})
    rows = json.loads(Path("litellm.json").read_text(encoding="utf-8"))
    rows["gpt-6"]["deprecation_date"] = "2026-11-01"
    write("litellm.json", rows)
    (held,) = pulled(run, "--new")["held_models"]
    assert held["reason"] == "a list says that it is retired"


def test_a_new_row_in_a_section_of_bare_names_is_told_from_another_sellers(run: Run) -> None:
    edit('"google": {', '"xai": {"grok-4": {"input_cost_per_token": 3e-06}},\n  "google": {')
    lists({"o3": {"input": 2.2, "output": 8.8}, "grok-5": {"input": 3, "output": 15}}, seller="xai")
    pulled(run, "--new", "--only", "xai/*")
    section = json.loads(Path(NAME).read_text(encoding="utf-8"))["xai"]
    assert set(section) == {
        "grok-4",
        "xai/o3",
        "grok-5",
    }


def test_a_price_that_another_seller_shares_under_one_name_waits(run: Run) -> None:
    twin = '"azure": {"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}},\n  '
    edit('"google": {', f'{twin}"google": {{')
    lists({"o3": {"input": 1.8, "output": 8}})
    document = pulled(run, code=1)
    (waiting,) = document["waiting"]
    assert waiting["row"] == "openai/o3"
    assert "duplicate-model" in waiting["reasons"][0]
    assert not document["changed"]


def test_a_row_whose_announced_prices_have_begun_is_tidied_first(run: Run) -> None:
    edit(
        '"output_cost_per_token": 8e-06}',
        '"output_cost_per_token": 8e-06, "upcoming": [{"from": "2026-11-10", '
        '"input_cost_per_token": 2.1e-06, "output_cost_per_token": 8e-06}]}',
    )
    lists({"o3": {"input": 2.2, "output": 8}})
    document = pulled(run)
    assert [one["reason"] for one in document["held"]] == [
        "the row's announced prices have begun; run 'pricectl fmt' first"
    ]
    assert document["proposed"] == []


def test_the_command_that_is_told_is_about_the_same_file_and_day(run: Run) -> None:
    Path(NAME).rename("team prices.json")
    git(Path(), "add", "-A")
    git(Path(), "commit", "-q", "-m", "a name of our own")
    lists({"gpt-4o": {"input": 25, "output": 10}})
    result = run("pull", *FEEDS, *AT, "-f", "team prices.json", "-o", "json")
    (waiting,) = json.loads(result.stdout)["waiting"]
    result = run(*shlex.split(waiting["command"])[1:])
    assert result.exit_code == 0, result.output
    assert '"input_cost_per_token": 25e-06' in Path("team prices.json").read_text(encoding="utf-8")
    git(Path(), "checkout", "-q", ".")
    lists({"gpt-4o": {"input": 0.25, "output": 1}})
    words = (*FEEDS, "-f", "team prices.json", "--only", "gpt-4o", "--reason", "so", "-o", "json")
    (waiting,) = json.loads(run("pull", *words).stdout)["waiting"]
    assert waiting["command"] == "pricectl set openai/gpt-4o FIELD=VALUE... -f 'team prices.json'"


def test_a_row_with_a_slip_waits_with_all_of_its_values(run: Run) -> None:
    lists({"gpt-4o": {"input": 25, "output": 11}, "o3": {"input": 1.8, "output": 8}})
    document = pulled(run, code=1)
    assert [one["model"] for one in document["proposed"]] == ["o3"]
    assert row()["output_cost_per_token"] == 10e-06
    (waiting,) = document["waiting"]
    assert waiting["reasons"] == [
        "input: $2.50 / 1M -> $25.00 / 1M, looks like a slip: unit mistake",
        "output: $10.00 / 1M -> $11.00 / 1M, waits with it",
    ]
    # A person may take what is no slip.
    assert [one["member"] for one in pulled(run, "--field", "output")["proposed"]] == [
        "output_cost_per_token"
    ]


@pytest.mark.parametrize("output", [{}, {"output": 0}])
def test_a_new_model_whose_output_would_be_free_waits(
    run: Run, output: Mapping[str, float]
) -> None:
    lists({"gpt-6": {"input": 8, **output}})
    rows = json.loads(Path("litellm.json").read_text(encoding="utf-8"))
    rows["gpt-6"]["mode"] = "chat"
    write("litellm.json", rows)
    document = pulled(run, "--new", code=1)
    assert (document["added"], document["changed"]) == ([], False)
    (waiting,) = document["waiting"]
    assert waiting["reasons"][0].startswith("price-missing: no output price")
    assert run(*shlex.split(waiting["command"])[1:]).exit_code == 0
    assert row("openai/gpt-6")["input_cost_per_token"] == 8e-06


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("deprecation_date", "2026-01-01", "deprecation-passed: "),
        ("max_input_tokens", 1, "looks like a slip: ten times or more"),
    ],
)
def test_what_would_close_a_row_to_its_callers_waits(
    run: Run, member: str, value: str | int, reason: str
) -> None:
    lists({"gpt-4o": GPT})
    rows = json.loads(Path("litellm.json").read_text(encoding="utf-8"))
    rows["gpt-4o"][member] = value
    write("litellm.json", rows)
    document = pulled(run, "--agreeing", "1", code=1)
    assert not document["changed"]
    (waiting,) = document["waiting"]
    assert reason in waiting["reasons"][0]
    assert run(*shlex.split(waiting["command"])[1:]).exit_code == 0
    assert row()[member] == value
