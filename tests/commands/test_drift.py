"""`pricectl drift`: what a reader sees first, exit codes, hostile lists, evidence, acceptance."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core.catalog import Catalog
from pricectl.files import feed_source
from tests.conftest import CATALOG, ROOT, Run

DAY = ("--at", "2026-11-27")
SCHEMA = json.loads((ROOT / "schemas" / "drift.schema.json").read_text(encoding="utf-8"))
NAME = "llm_pricing_current.json"
GPT = {
    "litellm_provider": "openai",
    "input_cost_per_token": 2.5e-06,
    "output_cost_per_token": 1e-05,
    "cache_read_input_token_cost": 1.25e-06,
}
O3 = {"litellm_provider": "openai", "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}
GEMINI = {
    "litellm_provider": "gemini",
    "input_cost_per_token": 1.25e-06,
    "output_cost_per_token": 1e-05,
}
SAME = {"gpt-4o": GPT, "o3": O3, "gemini/gemini-2.5-pro": GEMINI}


def litellm(home: Path, rows: Any, name: str = "litellm.json") -> str:
    (home / name).write_text(json.dumps(rows), encoding="utf-8")
    return f"litellm={name}"


def llm_prices(home: Path, *rows: tuple[str, float, float], day: str = "2026-11-20") -> str:
    prices = [
        {"id": name, "vendor": "openai", "input": first, "output": second}
        for name, first, second in rows
    ]
    text = json.dumps({"updated_at": day, "prices": prices})
    (home / "llm.json").write_text(text, encoding="utf-8")
    return "llm-prices=llm.json"


def drift(run: Run, *words: str, code: int) -> str:
    result = run("drift", *words, *DAY)
    assert result.exit_code == code, result.output
    return result.stdout if code < 2 else result.stderr


def document(run: Run, *words: str, code: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(drift(run, *words, "-o", "json", code=code))
    jsonschema.validate(found, SCHEMA)
    return found


def test_nothing_differs(run: Run, home: Path) -> None:
    text = drift(run, "--feed", litellm(home, SAME), code=0)
    assert "nothing differs. 7 prices compared." in text
    assert document(run, "--feed", "litellm=litellm.json", code=0)["outcome"] == "pass"


def test_what_lists_agree_on_comes_first_by_its_effect_on_the_sample_jobs(
    run: Run, home: Path
) -> None:
    rows = {**SAME, "gpt-4o": {**GPT, "input_cost_per_token": 3e-06}}
    rows["o3"] = {**O3, "output_cost_per_token": 80e-06}
    rows["gemini/gemini-2.5-pro"] = {**GEMINI, "output_cost_per_token": 2e-05}
    words: tuple[str, ...] = ("--feed", f"{litellm(home, rows)}@2026-11-24")
    words += ("--feed", llm_prices(home, ("gpt-4o", 3, 10), ("o3", 2, 80)))
    lines = drift(run, *words, code=1).splitlines()
    assert lines[1] == "  litellm 2026-11-24     3 days old  3 models"
    assert lines[2] == "  llm-prices 2026-11-20  7 days old  2 models"
    first = lines.index("Independent lists agree on another price")
    # 16,000 output tokens: 0.128 at 8 dollars per 1M, 1.28 at 80; beside 1.20 for the input
    assert lines[first + 1].startswith("openai/o3; cached agent, 20 calls")
    assert lines[first + 1].endswith("$1.328 -> $2.48 (+86.7%)")
    assert " ".join(lines[first + 2].split()) == (
        "output $8.00 / 1M $80.00 / 1M (x10), unit mistake? "
        "litellm 2026-11-24, llm-prices 2026-11-20"
    )
    assert lines[first + 3].startswith("openai/gpt-4o; long document (100,000 in, 2,000 out): ")
    assert lines[first + 3].endswith("$0.27 -> $0.32 (+18.5%)")
    alone = lines.index("One list alone, or lists that do not agree")
    assert alone > first
    assert lines[alone + 1].startswith("google/gemini-2.5-pro")


def test_the_document_says_who_says_what(run: Run, home: Path) -> None:
    rows = {**SAME, "gpt-4o": {**GPT, "input_cost_per_token": 3e-06}}
    found = document(
        run, "--feed", litellm(home, rows), "--feed", llm_prices(home, ("gpt-4o", 2.5, 10))
    )
    (price,) = found["prices"]
    assert (price["model"], price["ours_usd"], price["theirs_usd"]) == (
        "gpt-4o",
        "0.0000025",
        "0.000003",
    )
    assert [(one["list"], one["usd"], one["ours"]) for one in price["claims"]] == [
        ("litellm", "0.000003", False),
        ("llm-prices", "0.0000025", True),
    ]
    assert found["lists"][0]["date"] is None
    assert found["lists"][1]["date"] == "2026-11-20"
    assert found["jobs"][0]["ours_usd"] == "0.27"
    assert found["counts"]["alone"] == 1


def test_new_models_count_only_where_they_are_asked_for(run: Run, home: Path) -> None:
    feed = litellm(home, {**SAME, "gpt-6": GPT})
    assert "gpt-6" in drift(run, "--feed", feed, code=0)
    assert "openai/gpt-6  input $2.50 / 1M" in drift(run, "--feed", feed, "--new", code=1)


def test_a_new_model_is_shown_by_its_input_and_output(run: Run, home: Path) -> None:
    """In the list's file the cache prices come first, by the letters of their keys."""
    row = {"cache_creation_input_token_cost": 3e-06, **dict(reversed(GPT.items()))}
    image = {"litellm_provider": "openai", "output_cost_per_image_token": 4e-05}
    feed = litellm(home, {**SAME, "gpt-6": row, "gpt-7": image})
    shown = drift(run, "--feed", feed, "--new", code=1)
    assert "openai/gpt-6  input $2.50 / 1M, output $10.00 / 1M " in shown
    assert "openai/gpt-7  output image $40.00 / 1M " in shown


def test_a_row_in_no_list_may_be_newer_than_the_lists(run: Run, home: Path) -> None:
    feed = litellm(home, {name: row for name, row in SAME.items() if name != "o3"})
    shown = drift(run, "--feed", feed, code=1)
    title = "In no list, which have others of the seller: too new for them, or no longer sold"
    assert f"{title}\n  openai/o3\n" in shown
    assert "1 model in no list." in shown


def test_what_is_known_of_an_alias_names_the_alias(run: Run, home: Path) -> None:
    ours = json.loads(CATALOG)
    ours["openai"]["gpt-4o"]["aliases"] = ["azure/gpt-4o"]
    ours["pricing_notes"] = {"openai": {"decisions": {"gpt-4o.*": "Azure has the same price"}}}
    (home / NAME).write_text(json.dumps(ours), encoding="utf-8")
    azure = {**GPT, "litellm_provider": "azure", "input_cost_per_token": 3e-06}
    shown = drift(run, "--feed", litellm(home, {**SAME, "azure/gpt-4o": azure}), "-v", code=0)
    assert "openai/gpt-4o as azure/gpt-4o: input, ours $2.50 / 1M, theirs $3.00 / 1M" in shown


def test_a_pattern_names_the_models_that_are_compared(run: Run, home: Path) -> None:
    rows = {**SAME, "gpt-4o": {**GPT, "input_cost_per_token": 3e-06}, "o3": GPT}
    feed = litellm(home, rows)
    assert document(run, "o3", "--feed", feed)["counts"]["alone"] == 3
    assert drift(run, "gemini*", "--feed", feed, code=0)


@pytest.mark.parametrize("words", [(), ("--new",), ("--renew",)])
def test_a_name_without_any_model_is_refused(run: Run, home: Path, words: tuple[str, ...]) -> None:
    """A slip of the keyboard must not look like a row on which all lists agree."""
    message = drift(run, "gtp-4o", *words, "--feed", litellm(home, SAME), code=2)
    assert "neither a row nor a new model of the lists has this name" in message
    assert "gtp-4o" in message


def test_the_name_of_a_new_model_or_of_a_retired_row_is_enough(run: Run, home: Path) -> None:
    ours = json.loads(CATALOG)
    ours["openai"]["o3"]["retired"] = True
    (home / NAME).write_text(json.dumps(ours), encoding="utf-8")
    feed = litellm(home, {**SAME, "gpt-6": GPT})
    assert "1 new model" in drift(run, "gpt-6", "--feed", feed, code=0)
    assert "nothing differs" in drift(run, "o3", "--feed", feed, code=0)


def test_what_one_list_has_is_folded_by_provider_unless_it_is_asked_for(
    run: Run, home: Path
) -> None:
    ours = json.loads(CATALOG)
    ours["openai"] = {f"gpt-{number}": {"input_cost_per_token": 1e-06} for number in range(20)}
    (home / NAME).write_text(json.dumps(ours), encoding="utf-8")
    row = {"litellm_provider": "openai", "input_cost_per_token": 1.1e-06}
    feed = litellm(home, {f"gpt-{number}": row for number in range(20)})
    folded = drift(run, "--feed", feed, code=1)
    assert "openai  20 prices in 20 models  litellm 20" in folded
    assert "openai/gpt-17" not in folded
    assert "openai/gpt-17" in drift(run, "--feed", feed, "-v", code=1)
    assert "openai/gpt-17" in drift(run, "gpt*", "--feed", feed, code=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("<!doctype html><title>404</title>", "a web page"),
        ('{"gpt-4o": {"litellm_provider": "open', "cut off"),
        ("{}", "not a known price list"),
        ('{"gpt-4o": {"litellm_provider": "openai"}}', "no row of litellm has a price"),
    ],
)
@pytest.mark.parametrize("renew", [(), ("--renew",)])
def test_a_broken_list_changes_nothing_and_is_told(
    run: Run, home: Path, text: str, words: str, renew: tuple[str, ...]
) -> None:
    (home / "list.json").write_text(text, encoding="utf-8")
    good = ("--feed", llm_prices(home, ("gpt-4o", 2.5, 10)))
    message = drift(run, *good, "--feed", "list.json", *renew, code=2)
    assert words in message
    assert "list.json" in message
    assert (home / NAME).read_text(encoding="utf-8") == CATALOG


@pytest.mark.parametrize("factor", [1_000, 1_000_000])
def test_a_list_a_thousand_times_off_changes_nothing_and_is_told(
    run: Run, home: Path, factor: int
) -> None:
    rows = {
        name: {key: it * factor if isinstance(it, float) else it for key, it in row.items()}
        for name, row in SAME.items()
    }
    message = drift(run, "--feed", litellm(home, rows), "--renew", code=2)
    assert f"in the median {factor:,} times ours" in message
    assert (home / NAME).read_text(encoding="utf-8") == CATALOG


def test_rows_that_are_left_out_are_counted_and_explained(run: Run, home: Path) -> None:
    feed = litellm(home, {**SAME, "sample_spec": {}, "x": 3, "y": {"input_cost_per_token": 1}})
    assert "3 rows left out" in drift(run, "--feed", feed, code=0)
    told = drift(run, "--feed", feed, "-v", code=0)
    assert "litellm: left out: explains the format: 1" in told
    assert "litellm: left out: not an object: 1" in told
    assert "litellm: left out: no litellm_provider: 1" in told


HOSTILE = "\x1b[31m=cmd|'/c calc'!A1`*_<b>\u202e|[x](http://e)"


def test_hostile_names_and_values_are_harmless_in_every_output(run: Run, home: Path) -> None:
    rows = {
        **SAME,
        HOSTILE: {**GPT, "litellm_provider": "openai"},
        "gpt-4o": {**GPT, "input_cost_per_token": 3e-06, "successor_model": f"=1+1{HOSTILE}"},
        "@x": {"litellm_provider": "openai", "input_cost_per_token": "=1", HOSTILE: 7},
    }
    feed = litellm(home, rows)
    ours = json.loads(CATALOG)
    ours["openai"][f"={HOSTILE}"] = {"input_cost_per_token": 1e-06}
    (home / NAME).write_text(json.dumps(ours), encoding="utf-8")
    for name in ("text", "markdown", "csv"):
        text = drift(run, "--feed", feed, "--new", "-v", "-o", name, code=1)
        assert "\x1b" not in text
        assert "\u202e" not in text
    for line in csv.reader(io.StringIO(drift(run, "--feed", feed, "-o", "csv", code=1))):
        assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in line)
    markdown = drift(run, "--feed", feed, "-o", "markdown", code=1)
    assert "<b>" not in markdown
    assert "](http" not in markdown
    document(run, "--feed", feed, "-v")


def test_the_settings_say_which_lists(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    litellm(home, SAME, "own.json")
    (home / "pricectl.toml").write_text('feeds = ["litellm=own.json@2026-11-24"]', encoding="utf-8")
    (home / "below").mkdir()
    monkeypatch.chdir(home / "below")
    assert document(run, code=0)["lists"][0]["date"] == "2026-11-24"


def test_without_any_list_it_cannot_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_source, "find_spec", lambda _: None)
    assert "no price list is named" in drift(run, code=2)
    assert "no installed package has litellm" in drift(run, "--feed", "litellm", code=2)
    assert "pi-ai=FILE" in drift(run, "--feed", "pi-ai", code=2)


def test_installed_packages_are_read_and_not_imported(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = home / "site" / "litellm"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    litellm(package, SAME, "model_prices_and_context_window_backup.json")
    about = home / "site" / "litellm-1.110.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: litellm\nVersion: 1.110.2\n", encoding="utf-8")
    monkeypatch.syspath_prepend(home / "site")
    monkeypatch.setattr(sys, "modules", {k: m for k, m in sys.modules.items() if k != "litellm"})
    found = document(run, "--feed", "litellm", code=0)
    assert (found["lists"][0]["version"], found["lists"][0]["date"]) == ("1.110.2", None)
    assert "litellm 1.110.2  no day of its own" in drift(run, "--feed", "litellm", code=0)


def test_a_list_comes_from_a_folder_or_standard_input(run: Run, home: Path) -> None:
    folder = home / "package" / "dist"
    folder.mkdir(parents=True)
    litellm(folder, SAME, "model_prices_and_context_window_backup.json")
    assert document(run, "--feed", "package", code=0)["lists"][0]["name"] == "litellm"
    piped = run("drift", "--feed", "-", *DAY, stdin=json.dumps(SAME))
    assert piped.exit_code == 0, piped.output
    (home / "empty").mkdir()
    assert "no price list in this folder" in drift(run, "--feed", "empty", code=2)


def test_an_unpacked_package_of_files_by_provider_is_one_list(run: Run, home: Path) -> None:
    data = home / "pi" / "dist" / "providers" / "data"
    data.mkdir(parents=True)
    made = {"generatedAt": "2026-11-10T12:05:37.628Z"}
    (data / ".manifest.json").write_text(json.dumps(made), encoding="utf-8")
    model = {"id": "o3", "type": "chat", "cost": {"input": 2, "output": 8}}
    (data / "openai.json").write_text(json.dumps({"api": {"chat:o3": model}}), encoding="utf-8")
    (found,) = document(run, "o3", "--feed", "pi", code=0)["lists"]
    assert (found["name"], found["date"], found["copies"]) == (
        "pi-ai",
        "2026-11-10",
        ["models.dev"],
    )


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("nolist=x.json", "'nolist' is not a price list that pricectl reads"),
        ("missing.json", "no such file"),
        ("litellm=missing.json@2026-13-01", "2026-13-01 is not a valid date"),
        ("model-prices=https", "model-prices has no published address"),
        ("http://example.com/x.json", "https"),
    ],
)
def test_a_list_that_cannot_be_read_is_told(run: Run, word: str, words: str) -> None:
    assert words in drift(run, "--feed", word, code=2)


def test_a_list_of_another_format_than_named_is_refused(run: Run, home: Path) -> None:
    litellm(home, SAME, "x.json")
    assert "not the price list models.dev" in drift(run, "--feed", "models.dev=x.json", code=2)


def test_renew_writes_the_lists_that_agree_and_their_own_days(run: Run, home: Path) -> None:
    words: tuple[str, ...] = ("--feed", f"{litellm(home, SAME)}@2026-11-24")
    words += ("--feed", llm_prices(home, ("gpt-4o", 2.5, 10), ("o3", 2, 9)))
    text = drift(run, *words, "--renew", code=1)
    assert "Evidence: 1 row gains it, 0 change, 0 lose it." in text
    written = (home / NAME).read_text(encoding="utf-8")
    evidence = '"evidence": [{"list": "litellm", "date": "2026-11-24"}, '
    evidence += '{"list": "llm-prices", "date": "2026-11-20"}]'
    assert written.count("evidence") == 1
    before = CATALOG.replace('"last_updated": "2026-11-01"', '"last_updated": "2026-11-27"')
    assert written.replace(f",\n      {evidence}", "") == before
    assert "verified_on" not in written
    again = drift(run, *words, "--renew", code=1)
    assert "Evidence: 0 rows gain it, 0 change, 0 lose it." in again
    assert (home / NAME).read_text(encoding="utf-8") == written


def with_evidence(home: Path, *items: tuple[str, str]) -> None:
    ours = json.loads(CATALOG)
    entry = [{"list": name, "date": day} for name, day in items]
    ours["openai"]["gpt-4o"]["evidence"] = entry
    (home / NAME).write_text(json.dumps(ours, indent=2), encoding="utf-8")


def evidence(home: Path) -> dict[str, str] | None:
    row = json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]["gpt-4o"]
    return {one["list"]: one["date"] for one in row["evidence"]} if "evidence" in row else None


OLD = ("litellm", "2026-10-01"), ("llm-prices", "2026-10-02")


@pytest.mark.parametrize(
    ("before", "price", "day", "after"),
    [
        # both agree, one with a newer day
        (OLD, 2.5, "2026-11-20", {"litellm": "2026-10-01", "llm-prices": "2026-11-20"}),
        # one differs, and one list alone is no evidence
        (OLD, 3, "2026-11-20", None),
        # what was read is older than what stands there
        (OLD, 3, "2026-09-01", dict(OLD)),
        # a third list still stands beside
        (
            (*OLD, ("models.dev", "2026-10-03")),
            3,
            "2026-11-20",
            {"litellm": "2026-10-01", "models.dev": "2026-10-03"},
        ),
        (OLD[:1], 2.5, "2026-11-20", {"litellm": "2026-10-01", "llm-prices": "2026-11-20"}),
    ],
)
def test_renew_takes_evidence_away_where_a_list_no_longer_agrees(  # noqa: PLR0913, PLR0917
    run: Run,
    home: Path,
    before: tuple[tuple[str, str], ...],
    price: float,
    day: str,
    after: dict[str, str] | None,
) -> None:
    """litellm is not read, so what it once said stands."""
    with_evidence(home, *before)
    feed = llm_prices(home, ("gpt-4o", price, 10), day=day)
    drift(run, "--feed", feed, "--renew", "gpt-4o", code=0 if price == 2.5 else 1)
    assert evidence(home) == after


def test_a_list_without_a_day_is_no_evidence(run: Run, home: Path) -> None:
    words = ("--feed", litellm(home, SAME), "--feed", llm_prices(home, ("gpt-4o", 2.5, 10)))
    text = drift(run, *words, "gpt-4o", "--renew", code=0)
    assert "litellm cannot be evidence: the day is unknown" in text
    assert evidence(home) is None
    found = document(run, *words, "gpt-4o", "--renew", "--dry-run", code=0)
    assert found["renewal"]["without_a_date"] == ["litellm"]


def test_a_list_of_a_day_to_come_is_no_evidence(run: Run, home: Path) -> None:
    feeds = (f"{litellm(home, SAME)}@2099-01-01", llm_prices(home, ("gpt-4o", 2.5, 10)))
    words = ("--feed", feeds[0], "--feed", feeds[1], "gpt-4o", "--renew")
    assert "litellm cannot be evidence" in drift(run, *words, code=0)
    assert evidence(home) is None


def test_a_day_to_come_that_stands_in_the_evidence_is_replaced(run: Run, home: Path) -> None:
    with_evidence(home, ("litellm", "2026-10-01"), ("llm-prices", "2099-01-01"))
    feed = llm_prices(home, ("gpt-4o", 2.5, 10))
    drift(run, "--feed", feed, "gpt-4o", "--renew", code=0)
    assert evidence(home) == {"litellm": "2026-10-01", "llm-prices": "2026-11-20"}


def test_renew_keeps_what_people_wrote_beside_a_lists_day(run: Run, home: Path) -> None:
    ours = json.loads(CATALOG)
    page = {"list": "the seller's page", "date": "2026-10-02", "url": "https://example.com/p"}
    first = {"list": "litellm", "date": "2026-10-01", "note": "asked Ann"}
    ours["openai"]["gpt-4o"]["evidence"] = [first, page]
    (home / NAME).write_text(json.dumps(ours, indent=2), encoding="utf-8")
    drift(run, "--feed", f"{litellm(home, SAME)}@2026-11-24", "gpt-4o", "--renew", code=0)
    row = json.loads((home / NAME).read_text(encoding="utf-8"))["openai"]["gpt-4o"]
    assert row["evidence"] == [{**first, "date": "2026-11-24"}, page]


def test_a_list_without_the_seller_takes_no_evidence_away(run: Run, home: Path) -> None:
    """llm-prices has a file for each vendor."""
    with_evidence(home, *OLD)
    prices = {"updated_at": "2026-11-20", "prices": [{"id": "x", "vendor": "mistral", "input": 1}]}
    (home / "mistral.json").write_text(json.dumps(prices), encoding="utf-8")
    words = ("--feed", "mistral.json", "--feed", f"{litellm(home, SAME)}@2026-11-24")
    drift(run, *words, "gpt-4o", "--renew", code=0)
    assert evidence(home) == {"litellm": "2026-11-24", "llm-prices": "2026-10-02"}


@pytest.mark.parametrize("rows_left", [5, 12])
@pytest.mark.parametrize("factor", [1, 7.1])
def test_a_list_that_takes_back_much_is_refused_unless_rows_are_named(
    run: Run, home: Path, rows_left: int, factor: float
) -> None:
    """Such as one that is cut off between two rows, or in another currency."""
    ours = json.loads(CATALOG)
    items = [{"list": name, "date": day} for name, day in OLD]
    row = {key: value for key, value in GPT.items() if key != "litellm_provider"}
    ours["openai"] |= {f"m{number}": {**row, "evidence": items} for number in range(12)}
    text = json.dumps(ours)
    (home / NAME).write_text(text, encoding="utf-8")
    prices = {key: it * factor if isinstance(it, float) else it for key, it in GPT.items()}
    feed = f"{litellm(home, {f'm{number}': prices for number in range(rows_left)})}@2026-11-24"
    if rows_left == 12 and factor == 1:
        drift(run, "--feed", feed, "--renew", "--dry-run", code=1)
        return
    assert "of the 12 rows" in drift(run, "--feed", feed, "--renew", code=2)
    assert (home / NAME).read_text(encoding="utf-8") == text
    assert "lose it" in drift(run, "m*", "--feed", feed, "--renew", code=1)


def test_a_file_name_in_a_package_is_a_name_and_no_json(run: Run, home: Path) -> None:
    folder = home / "package"
    folder.mkdir()
    (folder / ".manifest.json").write_text('{"generatedAt": "2026-11-20"}', encoding="utf-8")
    rows = {"chat": {"o3": {"id": "o3", "cost": {"input": 2, "output": 8}}}}
    (folder / "openai.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / 'a": 1}, "manifest": {}, "b.json').write_text("{}", encoding="utf-8")
    found = document(run, "o3", "--feed", "package", code=0)
    assert found["lists"][0]["date"] == "2026-11-20"


def test_a_dry_run_writes_nothing(run: Run, home: Path) -> None:
    words: tuple[str, ...] = ("--feed", f"{litellm(home, SAME)}@2026-11-24")
    words += ("--feed", llm_prices(home, ("gpt-4o", 2.5, 10)))
    assert "nothing was written" in drift(run, *words, "--renew", "--dry-run", code=0)
    assert (home / NAME).read_text(encoding="utf-8") == CATALOG


def accept(run: Run, pointer: str, *words: str, code: int = 0) -> str:
    fixed = ("--reason", "our contract", "--at", "2026-11-27")
    result = run("waive", "list-differs", pointer, *fixed, *words)
    assert result.exit_code == code, result.output
    return result.stdout if not code else result.stderr


INPUT = "/openai/gpt-4o/input_cost_per_token"


def test_an_accepted_difference_is_quiet_until_the_list_moves(run: Run, home: Path) -> None:
    moved = {**SAME, "gpt-4o": {**GPT, "input_cost_per_token": 3e-06}}
    words = ("--feed", litellm(home, moved))
    drift(run, *words, code=1)
    assert "input: litellm $3.00 / 1M" in accept(run, INPUT, *words)
    entry = json.loads((home / NAME).read_text(encoding="utf-8"))["metadata"]["acknowledged"]
    assert entry == [
        {
            "rule": "list-differs",
            "pointer": INPUT,
            "value": 3e-06,
            "reason": "our contract",
            "date": "2026-11-27",
        }
    ]
    assert "1 known difference" in drift(run, *words, code=0)
    assert "our contract" in drift(run, *words, "-v", code=0)
    assert "no list differs there" in accept(run, INPUT, *words, code=2)
    litellm(home, {**SAME, "gpt-4o": {**GPT, "input_cost_per_token": 4e-06}})
    drift(run, *words, code=1)
    accept(run, INPUT, *words)
    listed = json.loads((home / NAME).read_text(encoding="utf-8"))["metadata"]["acknowledged"]
    # no list has 3 dollars any more
    assert [one["value"] for one in listed] == [4e-06]
    result = run("validate", "--base", "none", "--reference", "none", *DAY)
    assert "acknowledgement" not in result.stdout


def test_several_values_and_models_are_accepted(run: Run, home: Path) -> None:
    rows = {**SAME, "gpt-4o": {**GPT, "input_cost_per_token": 3e-06}, "gpt-6": GPT}
    words = ("--feed", litellm(home, rows), "--feed", llm_prices(home, ("gpt-4o", 4, 10)))
    accept(run, INPUT, *words)
    accept(run, "/openai/gpt-6", *words)
    listed = json.loads((home / NAME).read_text(encoding="utf-8"))["metadata"]["acknowledged"]
    assert [one["value"] for one in listed] == [3e-06, 4e-06, None]
    assert drift(run, *words, "--new", code=0)
    assert Catalog.load((home / NAME).read_bytes()).models


def test_a_date_is_not_accepted_by_its_value(run: Run, home: Path) -> None:
    rows = {**SAME, "gpt-4o": {**GPT, "deprecation_date": "2027-01-31"}}
    words = ("--feed", litellm(home, rows))
    message = accept(run, "/openai/gpt-4o/deprecation_date", *words, code=2)
    assert "pricing_notes.openai.decisions, under gpt-4o.deprecation_date" in message
    ours = json.loads(CATALOG)
    sentence = {"gpt-4o.deprecation_date": "the seller told us otherwise"}
    ours["pricing_notes"] = {"openai": {"decisions": sentence}}
    (home / NAME).write_text(json.dumps(ours), encoding="utf-8")
    assert "the seller told us otherwise" in drift(run, *words, "-v", code=0)


def test_a_decision_says_why_whatever_the_lists_have(run: Run, home: Path) -> None:
    ours = json.loads(CATALOG)
    ours["pricing_notes"] = {"openai": {"decisions": {"gpt-4o.input_*": "our page"}}}
    (home / NAME).write_text(json.dumps(ours), encoding="utf-8")
    moved = {**SAME, "gpt-4o": {**GPT, "input_cost_per_token": 3e-06}}
    assert drift(run, "--feed", litellm(home, moved), code=0)


def test_progress_stands_on_a_terminal_only_while_it_takes(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pricectl.commands import progress

    result = run("drift", "--feed", litellm(home, SAME), *DAY)
    assert result.stderr == ""
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", -1)
    monkeypatch.setattr(progress, "is_terminal", lambda: True)
    shown = run("drift", "--feed", "litellm=litellm.json", *DAY)
    assert shown.stderr.startswith("\r\x1b[Kreading litellm ...")
    assert shown.stderr.endswith("\r\x1b[K")
    assert run("drift", "-q", "--feed", "litellm=litellm.json", *DAY).stderr == ""


def test_evidence_brings_no_finding(run: Run, home: Path) -> None:
    """A row of the reference with evidence beside stays a row that the reference has."""
    packaged = json.loads((ROOT / NAME).read_text(encoding="utf-8"))
    (home / "reference.json").write_text(json.dumps(packaged), encoding="utf-8")
    dates = [{"list": name, "date": "2026-11-20"} for name in ("litellm", "llm-prices")]
    for section, rows in packaged.items():
        for row in rows.values() if section not in {"metadata", "pricing_notes"} else ():
            row["evidence"] = dates
    (home / "new.json").write_text(json.dumps(packaged), encoding="utf-8")
    words = ("--reference", "reference.json", "--base", "none", "-o", "json", *DAY)
    found = [
        [
            (one["rule"], one["pointer"])
            for one in json.loads(run("validate", name, *words).stdout)["findings"]
        ]
        for name in ("reference.json", "new.json")
    ]
    # notes that nobody has verified a row are the only findings that evidence could end
    assert set(found[1]) <= set(found[0])
