"""`pricectl set`: fields of rows changed by words, every other byte kept."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import CATALOG, CHILD_PATH, ROOT, Run
from tests.files.test_versions import NAME, git

SCHEMA = json.loads((ROOT / "schemas" / "set.schema.json").read_text(encoding="utf-8"))
AT = ("--at", "2026-11-23")
GPT = """      "input_cost_per_token": 2.5e-06,
      "output_cost_per_token": 10e-06,
      "cache_read_input_token_cost": 1.25e-06,
      "input_cost_per_token_batches": 1.25e-06,
      "output_cost_per_token_batches": 5e-06,
"""
AZURE = """  "azure": {
    "azure/us/gpt-4o": {
      "input_cost_per_token": 0.00000275,
      "output_cost_per_token": 0.000011,
      "cache_read_input_token_cost": 0.000001375,
      "verified_on": "2026-11-01"
    }
  },
  "google": {"""
WITH_CLOUD = CATALOG.replace('  "google": {', AZURE)


@pytest.fixture(autouse=True)
def repo(home: Path) -> Path:
    """The catalog, committed."""
    commit(home, CATALOG)
    return home


def commit(folder: Path, text: str) -> None:
    (folder / NAME).write_text(text, encoding="utf-8", newline="")
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "prices")


def edited(run: Run, *words: str, code: int = 0) -> str:
    """The file after an edit, with the old day of the last update."""
    result = run("set", *words, *AT)
    assert result.exit_code == code, result.output
    text = Path(NAME).read_bytes().decode()
    return text.replace('"last_updated": "2026-11-23"', '"last_updated": "2026-11-01"')


def documented(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    result = run("set", *words, *AT, "-o", "json")
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


def refused(run: Run, *words: str) -> str:
    """The message of an edit that is not made; nothing is written."""
    before = Path(NAME).read_bytes()
    result = run("set", *words, *AT)
    assert result.exit_code == 2, result.output
    assert Path(NAME).read_bytes() == before
    return " ".join(result.stderr.split())


# What a row says, by hand: $2 per 1M tokens is 2e-06 a token.


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        (["input=2.00/M"], '"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2e-06'),
        (["input=$2/1M"], '"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2e-06'),
        (["input=0.002/K"], '"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2e-06'),
        (["input=2e-06"], '"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2e-06'),
        (["input=0.000002"], '"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2e-06'),
        (["input_cost_per_token=2/M"], '_token": 2.5e-06', '_token": 2e-06'),
        # 2.5 x 1.1 = 2.75; 10 x 0.95 = 9.5; 2.5 x 1.003 = 2.5075
        (["input=+10%"], '"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2.75e-06'),
        (["output=-5%"], '"output_cost_per_token": 10e-06', '"output_cost_per_token": 9.5e-06'),
        (["input=+0.3%"], '"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2.5075e-06'),
        # A tenth of $2.50; a share of a service is of the standard price.
        (["cached=10%"], 'token_cost": 1.25e-06', 'token_cost": 0.25e-06'),
        (["input.batch=40%"], 'batches": 1.25e-06', 'batches": 1e-06'),
        (["search=0.02"], 'medium": 0.01', 'medium": 0.02'),
        (["max_input_tokens=200k"], "128000", "200000"),
        (["mode=completion"], '"mode": "chat"', '"mode": "completion"'),
        (["aliases+=gpt-4o-eu"], '["gpt-4o-2024-08-06"]', '["gpt-4o-2024-08-06", "gpt-4o-eu"]'),
        (["aliases-=gpt-4o-2024-08-06"], ',\n      "aliases": ["gpt-4o-2024-08-06"]', ""),
        (["mode=none"], '\n      "mode": "chat",', ""),
        (["cached=none"], '\n      "cache_read_input_token_cost": 1.25e-06,', ""),
        (["supports_vision=true"], '08-06"]\n', '08-06"],\n      "supports_vision": true\n'),
        (
            ["--source", "https://example.com"],
            '08-06"]\n',
            '08-06"],\n      "source": "https://example.com"\n',
        ),
        # A new price follows the last one; its notation is that of the others.
        (
            ["cache_write=3.125/M"],
            'medium": 0.01},\n',
            'medium": 0.01},\n      "cache_creation_input_token_cost": 3.125e-06,\n',
        ),
        (
            ["output.flex=50%"],
            'medium": 0.01},\n',
            'medium": 0.01},\n      "output_cost_per_token_flex": 5e-06,\n',
        ),
        (
            ["input.200k=5/M"],
            'medium": 0.01},\n',
            'medium": 0.01},\n      "input_cost_per_token_above_200k_tokens": 5e-06,\n',
        ),
        (
            ["search_high=0.03"],
            'medium": 0.01}',
            'medium": 0.01, "search_context_size_high": 0.03}',
        ),
    ],
)
def test_a_field_is_changed_and_nothing_else(
    run: Run, words: list[str], old: str, new: str
) -> None:
    assert CATALOG.count(old) >= 1
    assert edited(run, "openai/gpt-4o", *words) == CATALOG.replace(old, new, 1)


def test_shares_see_the_prices_of_the_same_edit(run: Run) -> None:
    """$4 in, $16 out; a tenth of $4 cached; half of both for batches."""
    text = edited(run, "gpt-4o", "batch=50%", "cached=10%", "input=4/M", "output=16/M")
    new = """      "input_cost_per_token": 4e-06,
      "output_cost_per_token": 16e-06,
      "cache_read_input_token_cost": 0.4e-06,
      "input_cost_per_token_batches": 2e-06,
      "output_cost_per_token_batches": 8e-06,
"""
    assert text == CATALOG.replace(GPT, new)


def test_a_service_that_a_row_does_not_have_gets_input_and_output(run: Run) -> None:
    text = edited(run, "o3", "batch=50%")
    new = ', "input_cost_per_token_batches": 1e-06, "output_cost_per_token_batches": 4e-06}'
    assert text == CATALOG.replace(
        '"output_cost_per_token": 8e-06}', f'"output_cost_per_token": 8e-06{new}', 1
    )


def test_a_price_that_is_named_is_not_that_of_its_service(run: Run) -> None:
    """The narrower word holds, in whichever order they are written."""
    for words in (["input.batch=1.1/M", "batch=40%"], ["batch=40%", "input.batch=1.1/M"]):
        prices = documented(run, "openai/gpt-4o", *words, "--dry-run")["rows"][0]["prices"]
        assert {one["key"]: one["new"] for one in prices} == {
            "input_cost_per_token_batches": "1.10",
            "output_cost_per_token_batches": "4.00",
        }


def test_the_only_alias_gives_way_to_another(run: Run) -> None:
    """And no list of names stays that has none."""
    words = ["aliases-=gpt-4o-2024-08-06", "aliases+=gpt-4o-prod"]
    assert edited(run, "openai/gpt-4o", *words) == CATALOG.replace(
        '["gpt-4o-2024-08-06"]', '["gpt-4o-prod"]'
    )
    edited(run, "openai/gpt-4o", "aliases+=two")
    text = edited(run, "openai/gpt-4o", "aliases-=two", "aliases-=gpt-4o-prod")
    assert text == CATALOG.replace(',\n      "aliases": ["gpt-4o-2024-08-06"]', "")


def test_an_empty_list_of_names_gets_its_first(run: Run, home: Path) -> None:
    for nothing in ("null", "[]"):
        commit(home, CATALOG.replace('["gpt-4o-2024-08-06"]', nothing))
        text = edited(run, "openai/gpt-4o", "aliases+=x")
        assert text == CATALOG.replace('["gpt-4o-2024-08-06"]', '["x"]')


def test_begun_prices_are_moved_into_the_row_before_it_is_edited(run: Run, home: Path) -> None:
    """An edit of the row's own prices would change what was charged, and not what is."""
    commit(home, CATALOG.replace("2027-01-01", "2026-11-10"))
    for words in (["input=+10%"], ["input=3/M", "--was", "2026-11-20"]):
        assert "run 'pricectl fmt' first" in refused(run, "gemini-2.5-pro", *words)
    assert run("set", "gemini-2.5-pro", "mode=chat", *AT).exit_code == 0
    assert run("set", "gemini-2.5-pro", "input=+10%", "--from", "2027-02-01", *AT).exit_code == 0
    assert '"from": "2027-02-01", "input_cost_per_token": 2.2e-06' in edited(
        run, "gemini-2.5-pro", "input=2.2/M", "--from", "2027-02-01"
    )


def test_a_structure_of_prices_drops_what_vouched_for_the_old_ones(run: Run, home: Path) -> None:
    verified = '"mode": "chat", "verified_on": "2026-11-01"'
    commit(home, CATALOG.replace('"mode": "chat"', verified))
    value = '{"search_context_size_medium": 0.011}'
    word = f"search_context_cost_per_query={value}"
    text = edited(run, "openai/gpt-4o", word)
    assert text == CATALOG.replace('{"search_context_size_medium": 0.01}', value)


def test_a_price_that_stands_already_is_told(run: Run) -> None:
    words = ["openai/gpt-4o", "input=2.5/M", "--was", "2026-11-20"]
    shown = run("set", *words, *AT).stdout
    assert "input=2.5/M is its price already" in shown


def test_a_name_with_a_wildcard_finds_its_own_row(run: Run, home: Path) -> None:
    commit(home, CATALOG.replace('"o3"', '"o*"'))
    assert edited(run, "openai/o*", "input=1/M") == CATALOG.replace('"o3"', '"o*"').replace(
        "2e-06", "1e-06", 1
    )


def test_a_retired_row_names_its_successor(run: Run) -> None:
    text = edited(run, "o3", "retired=true", "successor=gpt-4o")
    assert text == CATALOG.replace(
        '"output_cost_per_token": 8e-06}',
        '"output_cost_per_token": 8e-06, "retired": true, "successor": "gpt-4o"}',
        1,
    )


@pytest.mark.parametrize(
    ("layout", "changed"),
    [
        (CATALOG.replace("\n", "\r\n"), lambda text: text),
        (CATALOG.replace("  ", "\t"), lambda text: text),
        (CATALOG.rstrip("\n"), lambda text: text),
    ],
    ids=["windows lines", "tabs", "no end of line"],
)
def test_the_layout_of_the_file_stays(run: Run, home: Path, layout: str, changed: Any) -> None:
    commit(home, layout)
    text = edited(run, "openai/gpt-4o", "input=2/M")
    assert text == changed(layout).replace("2.5e-06", "2e-06", 1)


@pytest.mark.parametrize(
    ("old", "word", "new"),
    [
        ("2.5E-6", "input=3/M", "3E-6"),
        ("0.0000025", "input=3/M", "0.000003"),
        ("2.50e-06", "input=+10%", "2.75e-06"),
        ("2.50e-06", "input=3/M", "3.00e-06"),
        ("25e-07", "input=3/M", "30e-07"),
    ],
)
def test_the_notation_of_the_number_stays(
    run: Run, home: Path, old: str, word: str, new: str
) -> None:
    commit(home, CATALOG.replace("2.5e-06", old, 1))
    assert edited(run, "openai/gpt-4o", word) == CATALOG.replace("2.5e-06", new, 1)


# What vouches for a price


def test_a_price_edit_drops_what_vouched_for_the_old_price(run: Run, home: Path) -> None:
    vouched = ('"verified_on": "2026-11-01"', '"evidence": [{"list": "x", "date": "2026-11-01"}]')
    members = ",\n      ".join(('08-06"]', *vouched))
    with_vouchers = CATALOG.replace('08-06"]\n', f"{members}\n", 1)
    commit(home, with_vouchers)
    document = documented(run, "openai/gpt-4o", "input=2/M")
    assert document["rows"][0]["dropped"] == ["verified_on", "evidence"]
    text = (home / NAME).read_text(encoding="utf-8")
    assert "verified_on" not in text
    assert "evidence" not in text
    assert "provenance-kept" not in {one["rule"] for one in document["findings"]}


def test_verified_dates_the_row_and_another_field_keeps_it(run: Run, home: Path) -> None:
    with_day = CATALOG.replace('08-06"]\n', '08-06"],\n      "verified_on": "2026-11-01"\n', 1)
    commit(home, with_day)
    assert edited(run, "openai/gpt-4o", "mode=completion") == with_day.replace(
        '"mode": "chat"', '"mode": "completion"'
    )
    commit(home, with_day)
    text = edited(run, "openai/gpt-4o", "input=2/M", "--verified", "2026-11-22")
    assert text == with_day.replace("2.5e-06", "2e-06", 1).replace(
        'on": "2026-11-01"', 'on": "2026-11-22"'
    )
    assert "is in the future" in refused(run, "o3", "--verified", "2027-01-01")


# Siblings and copies


def test_siblings_and_copies_are_listed_and_stay(run: Run, home: Path) -> None:
    commit(home, WITH_CLOUD)
    document = documented(run, "openai/gpt-4o", "input=2/M")
    kept = {(one["key"], one["old"], one["new"], one["ratio"]) for one in document["siblings"]}
    assert kept == {
        ("cache_read_input_token_cost", "1.25", "1.00", "50%"),
        ("input_cost_per_token_batches", "1.25", "1.00", "50%"),
    }
    (copy,) = document["copies"]
    assert (copy["model"], copy["old"], copy["new"], copy["ratio"]) == (
        "azure/us/gpt-4o",
        "2.75",
        "2.20",
        "110%",
    )
    assert copy["pointer"] == "/azure/azure~1us~1gpt-4o/input_cost_per_token"
    text = (home / NAME).read_text(encoding="utf-8")
    assert text.replace("2026-11-23", "2026-11-01") == WITH_CLOUD.replace("2.5e-06", "2e-06", 1)


def test_siblings_and_copies_are_written_when_told(run: Run, home: Path) -> None:
    """$2.50 to $2 is x0.8: 1.25 is 1; the cloud's 2.75 is 2.2 and its cached 1.375 is 1.1."""
    commit(home, WITH_CLOUD)
    text = edited(run, "openai/gpt-4o", "input=2/M", "--siblings", "--copies")
    new_row = GPT.replace("2.5e-06", "2e-06").replace("1.25e-06", "1e-06")
    new_cloud = (
        AZURE.replace("0.00000275", "0.0000022")
        .replace("0.000001375", "0.0000011")
        .replace(',\n      "verified_on": "2026-11-01"', "")
    )
    assert text == WITH_CLOUD.replace(GPT, new_row).replace(AZURE, new_cloud)


def test_an_announcement_reaches_the_copies_when_told(run: Run, home: Path) -> None:
    commit(home, WITH_CLOUD)
    words = ("openai/gpt-4o", "input=2/M", "--from", "2027-02-01", "--copies")
    rows = json.loads(edited(run, *words))
    (announced,) = rows["azure"]["azure/us/gpt-4o"]["upcoming"]
    assert announced == {
        "from": "2027-02-01",
        "input_cost_per_token": 2.2e-06,
        "output_cost_per_token": 11e-06,
        "cache_read_input_token_cost": 1.375e-06,
    }
    assert rows["azure"]["azure/us/gpt-4o"]["input_cost_per_token"] == 2.75e-06
    assert rows["azure"]["azure/us/gpt-4o"]["verified_on"] == "2026-11-01"


def test_a_percentage_of_a_pattern_leaves_out_rows_without_the_price(run: Run) -> None:
    document = documented(run, "openai/*", "input=+10%", "cached=+10%")
    assert [(one["model"], one["left_out"]) for one in document["rows"]] == [
        ("gpt-4o", []),
        ("o1-retired", ["cached=+10%"]),
        ("o3", ["cached=+10%"]),
    ]
    assert "cached=+10% left out of 2 rows" in run("set", "openai/*", "cached=+10%", *AT).stdout


def test_a_field_taken_out_of_a_pattern_leaves_out_rows_without_it(run: Run) -> None:
    document = documented(run, "openai/*", "retired=none")
    left_out = {one["model"]: one["left_out"] for one in document["rows"]}
    assert left_out == {"gpt-4o": ["retired=none"], "o1-retired": [], "o3": ["retired=none"]}
    assert "is not in the row" in refused(run, "o3", "retired=none")


def test_announced_prices_that_an_edit_does_not_reach_are_told(run: Run) -> None:
    shown = run("set", "gemini-2.5-pro", "output=12/M", *AT).stdout
    assert "the prices announced for 2027-01-01 stay" in shown


def test_a_row_that_does_not_follow_is_no_copy(run: Run, home: Path) -> None:
    """Another ratio for input than for output, or twice the price: the seller has its own price."""
    for old, new in (("0.000011", "0.000012"), ("0.00000275", "0.000005")):
        commit(home, WITH_CLOUD.replace(old, new, 1))
        assert documented(run, "openai/gpt-4o", "input=2/M", "--dry-run")["copies"] == []


# Dated prices


def test_an_announced_price_is_a_whole_list(run: Run) -> None:
    text = edited(run, "openai/gpt-4o", "input=2/M", "--from", "2027-02-01")
    members = (
        GPT.replace("2.5e-06", "2e-06")
        + """      "search_context_cost_per_query": {"search_context_size_medium": 0.01}
"""
    )
    inner = "".join(f"    {line}\n" for line in members.splitlines())
    new = f"""08-06"],
      "upcoming": [
        {{
          "from": "2027-02-01",
{inner}        }}
      ]
"""
    assert text == CATALOG.replace('08-06"]\n', new, 1)


def test_a_second_announcement_starts_from_the_first(run: Run) -> None:
    """Input is $2 from January on; in March only output changes, so input stays $2."""
    text = edited(run, "google/gemini-2.5-pro", "output=25/M", "--from", "2027-03-01")
    first = '{"from": "2027-01-01", "input_cost_per_token": 2e-06, "output_cost_per_token": 20e-06}'
    second = first.replace("2027-01-01", "2027-03-01").replace("20e-06", "25e-06")
    assert text == CATALOG.replace(first, f"{first},\n        {second}")


def test_an_earlier_announcement_stands_before_a_later_one(run: Run) -> None:
    text = edited(run, "google/gemini-2.5-pro", "output=12/M", "--from", "2026-12-01")
    days = [one["from"] for one in json.loads(text)["google"]["gemini-2.5-pro"]["upcoming"]]
    assert days == ["2026-12-01", "2027-01-01"]


def test_an_announcement_of_a_day_is_edited_in_place(run: Run) -> None:
    text = edited(run, "google/gemini-2.5-pro", "output=18/M", "--from", "2027-01-01")
    assert text == CATALOG.replace("20e-06", "18e-06")


def test_the_old_prices_move_to_previous(run: Run) -> None:
    text = edited(run, "o3", "input=1/M", "--was", "2026-11-20")
    old = '"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}'
    period = (
        '{"until": "2026-11-20", "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}'
    )
    new = old.replace("2e-06", "1e-06").replace("}", f', "previous": [{period}]}}')
    assert text == CATALOG.replace(old, new)
    assert "is not after the last earlier" in refused(run, "o3", "input=3/M", "--was", "2026-11-20")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["input=2/M", "--from", "2026-11-01"], "is not in the future"),
        (["input=2/M", "--was", "2027-11-01"], "is in the future"),
        (["input=2/M", "--from", "2027-01-01", "--was", "2026-11-01"], "cannot be given together"),
        (["mode=chat", "--was", "2026-11-01"], "dates no price"),
        (["mode=chat", "input=2/M", "--from", "2027-01-01"], "dates prices only"),
        (["input=2/M", "--from", "soon"], "is not a valid date"),
    ],
)
def test_a_date_that_does_not_fit_is_refused(run: Run, words: list[str], message: str) -> None:
    assert message in refused(run, "openai/gpt-4o", *words)


# What is refused before anything is read or written


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["gpt-4o", "input=2.50"],
            "write input=2.50/M for $2.50 per 1M tokens or input=2.50/token",
        ),
        (["gpt-4o", "input=0.00015"], "can be meant in two ways"),
        (["gpt-4o", "input=2,5/M"], "is not a price"),
        (["gpt-4o", "input=2/G"], "is not a price per G"),
        (["gpt-4o", "input=1e-12/M"], "finer than a picodollar"),
        (["gpt-4o", "input=-101%"], "would be below zero"),
        (["gpt-4o", "input=50%"], "has no price that it is a share of"),
        (["gpt-4o", "input=-1/M"], "is not a price"),
        (["gpt-4o", "input=1e999/M"], "is not a price"),
        (["gpt-4o", "batch=1/M"], "is a service, so a share"),
        (["gpt-4o", "flex=none"], "has no price of this service"),
        (["gpt-4o", "inputs=2/M"], "is not a field of a row; did you mean input"),
        (["gpt-4o", "upcoming=[]"], "--from DATE"),
        (["gpt-4o", "retired=yes"], "is neither true nor false"),
        (["gpt-4o", "max_input_tokens=many"], "is not a whole number"),
        (["gpt-4o", "verified_on=soon"], "is not a valid date"),
        (["gpt-4o", "aliases=x"], "write aliases+=NAME"),
        (["gpt-4o", "aliases+=gpt-4o-2024-08-06"], "has this name already"),
        (["gpt-4o", "aliases-=gpt-4o-2024-08-07"], "did you mean gpt-4o-2024-08-06?"),
        (["gpt-4o", "input+=1/M"], "is a price and not a list"),
        (["gpt-4o", "source=none"], "is not in the row"),
        (["gpt-4o", "input=1/M", "input=2/M"], "is edited twice"),
        (
            ["gpt-4o", "input=1/M", "input_cost_per_token=2/M"],
            "input_cost_per_token: is the same price as input",
        ),
        (["gpt-4o", "cache=1/M", "cached=+1%"], "cached: is the same price as cache"),
        (
            [
                "gpt-4o",
                "search=0.02",
                'search_context_cost_per_query={"search_context_size_low": 1}',
            ],
            "has the price search_context_cost_per_query/search_context_size_medium in it",
        ),
        (["gpt-4o", "aliases=none", "aliases+=x"], "is edited twice"),
        (["gpt-4o", "aliases+=\udcff"], "is not Unicode"),
        (["gpt-4o", "mode=chat", "--source", "https://\udcff"], "is not Unicode"),
        (["gpt-4o", "input=25/M", "--reason", "\udcff"], "lone surrogate"),
        (["gpt-4o", "input="], "has no value"),
        (["gpt-4o", "input"], "is not FIELD=VALUE"),
        (["gpt-4o"], "changes nothing"),
        (["gpt-5o", "input=2/M"], "did you mean gpt-4o"),
        (["nobody/*", "input=2/M"], "no row has this name"),
        ([], "name a model"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(run: Run, words: list[str], message: str) -> None:
    assert message in refused(run, *words)


def test_a_slip_is_refused_by_the_gate_and_a_reason_acknowledges_it(run: Run, home: Path) -> None:
    document = documented(run, "openai/gpt-4o", "input=25/M", code=1)
    assert not document["written"]
    assert (home / NAME).read_text(encoding="utf-8") == CATALOG
    assert {one["rule"] for one in document["findings"] if one["refuses"]} >= {"price-moved"}
    shown = run("set", "openai/gpt-4o", "input=25/M", *AT)
    assert "refused by" in shown.stdout
    assert "if the edit is right, --reason TEXT acknowledges it\n" in shown.stdout
    document = documented(run, "openai/gpt-4o", "input=25/M", "--reason", "page of 20 November")
    assert document["written"]
    assert "price-moved" in {one["rule"] for one in document["acknowledged"]}
    assert run("validate", *AT).exit_code == 0


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_acknowledgement_has_a_line_of_its_own_where_members_have(
    run: Run, home: Path, end: str
) -> None:
    lines = json.dumps(json.loads(CATALOG), indent=2).replace("\n", end)
    (home / NAME).write_bytes(lines.encode())
    documented(run, "openai/gpt-4o", "input=25/M", "--reason", "page")
    text = (home / NAME).read_bytes().decode()
    assert f'"acknowledged": [{end}      {{"rule": "price-moved", ' in text
    assert f'"}}{end}    ]{end}' in text
    assert ("\r\n" in text, "\n" in text.replace("\r\n", "")) == (end != "\n", end == "\n")


def test_a_reason_is_not_asked_where_none_is_accepted(run: Run) -> None:
    shown = run("set", "openai/gpt-4o", "cached=5/M", *AT)
    assert "error[cache-read-above-input]" in shown.stdout
    assert "--reason" not in shown.stdout


def test_a_long_line_goes_on_below_its_own_indentation(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(json.loads(CATALOG), indent=2)
    (home / NAME).write_text(text, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "60")
    shown = run("set", "openai/gpt-4o", "input=25/M", "--reason", "page", *AT).stdout
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 60
    lines = lines[next(index for index, line in enumerate(lines) if '{"rule":' in line) :]
    assert lines[0].startswith('       +       {"rule": "')
    assert lines[1].startswith('                 "/openai/gpt-4o/')


def test_the_same_change_of_many_rows_is_said_once(run: Run, home: Path) -> None:
    rows = {
        f"m-{number}": {
            "input_cost_per_token": 1e-06,
            "output_cost_per_token": 2e-06,
            "verified_on": "2026-11-20",
        }
        for number in range(6)
    }
    catalog = {"metadata": {"last_updated": "2026-11-24"}, "openai": rows}
    (home / NAME).write_text(json.dumps(catalog, indent=2), encoding="utf-8")
    words = ("set", "openai/*", "output=+10%", "--dry-run", *AT)
    _, _, others = run(*words).stdout.partition("Other changes\n")
    assert others.startswith("6 rows\n  verified_on  2026-11-20  →  none\n\n")
    _, _, others = run(*words, "-v").stdout.partition("Other changes\n")
    assert others.startswith("openai/m-0\n  verified_on")


# Patterns, standard input


def test_a_pattern_lists_its_rows_first(run: Run) -> None:
    result = run("set", "openai/o*", "mode=chat", *AT)
    assert result.stdout.startswith("openai/o*: 2 rows\n  openai/o1-retired\n  openai/o3\n")
    rows = json.loads(Path(NAME).read_text(encoding="utf-8"))["openai"]
    assert [name for name, row in rows.items() if row.get("mode")] == ["gpt-4o", "o3", "o1-retired"]


def test_an_alias_and_a_plain_name_find_their_row(run: Run) -> None:
    assert edited(run, "gpt-4o-2024-08-06", "input=2/M") == CATALOG.replace("2.5e-06", "2e-06", 1)


def test_a_name_of_several_rows_is_not_guessed(run: Run, home: Path) -> None:
    commit(home, CATALOG.replace('"gemini-2.5-pro"', '"o3"'))
    assert "is the name of several rows; name one of them: openai/o3, google/o3" in refused(
        run, "o3", "mode=chat"
    )


def test_standard_input_and_the_installed_file_are_not_edited(run: Run) -> None:
    assert "standard input cannot be edited" in refused(run, "o3", "mode=chat", "--file", "-")


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[31mred", "[bold]x[/bold]", "a\u202eb", "=cmd|' /C calc'!A0", '"}, "x": {"', "é" * 200],
)
def test_hostile_names_and_values_are_harmless(run: Run, home: Path, hostile: str) -> None:
    result = run("set", "o3", f"aliases+={hostile}", "--source", hostile, *AT)
    assert result.exit_code in {0, 1}
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    row = json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]["o3"]
    if result.exit_code == 0:
        assert row["aliases"] == [hostile]
        assert row["source"] == hostile
    assert (
        json.loads((home / NAME).read_text(encoding="utf-8")).keys() == json.loads(CATALOG).keys()
    )
    said = run("set", hostile, f"{hostile}=1", *AT)
    assert said.exit_code == 2
    assert "\x1b" not in said.output


def test_a_dry_run_and_an_edit_that_changes_nothing_write_nothing(run: Run, home: Path) -> None:
    before = (home / NAME).stat()
    shown = run("set", "openai/gpt-4o", "input=2/M", "--dry-run", *AT).stdout
    assert "2 lines would change, nothing was written" in shown
    shown = run("set", "openai/gpt-4o", "input=2.5/M", *AT).stdout
    assert "nothing to change" in shown
    assert (home / NAME).stat() == before


@pytest.mark.long
def test_of_editors_at_once_each_wins_or_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four processes edit at the same time: the file has the edits of those that ended with 0."""
    monkeypatch.setenv("PYTHONPATH", CHILD_PATH)
    fields = {"input": "3", "output": "11", "cached": "1.1", "input.batch": "1.5"}
    keys = (
        "input_cost_per_token",
        "output_cost_per_token",
        "cache_read_input_token_cost",
        "input_cost_per_token_batches",
    )
    editors = [
        subprocess.Popen(
            [sys.executable, "-m", "pricectl", "set", "openai/gpt-4o", f"{field}={price}/M", *AT],
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for field, price in fields.items()
    ]
    ends = [(editor.communicate(timeout=100)[1], editor.returncode) for editor in editors]
    row = json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]["gpt-4o"]
    old = json.loads(CATALOG)["openai"]["gpt-4o"]
    for (said, code), price, key in zip(ends, fields.values(), keys, strict=True):
        assert code in {0, 2}, said
        assert row[key] == (float(f"{price}e-06") if code == 0 else old[key])
        assert code == 0 or "changed since it was read" in said
    assert 0 in {code for _, code in ends}


def test_colour_is_escaped_once(run: Run) -> None:
    """Without its colours the text is the plain one."""
    plain = run("set", "openai/gpt-4o", "input=2/M", "--dry-run", *AT).stdout
    coloured = run(
        "set", "openai/gpt-4o", "input=2/M", "--dry-run", "--color", "always", *AT
    ).stdout
    assert "\x1b[32m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).split() == plain.split()


def test_announced_prices_that_are_cancelled_are_taken_out(run: Run, home: Path) -> None:
    document = documented(run, "gemini-2.5-pro", "upcoming=none")
    assert document["written"]
    assert "upcoming" not in (home / NAME).read_text(encoding="utf-8")
    assert "takes them out" in refused(run, "gemini-2.5-pro", "upcoming=[]")
    assert "is not in the row" in refused(run, "gpt-4o", "upcoming=none")
