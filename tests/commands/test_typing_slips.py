"""Slips of a person at the keyboard: each gets what is wrong, where, and what to do next."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import CATALOG, Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

OTHER = "prices.json"
PRICE = '"input_cost_per_token": 2.5e-06'


class Slip(NamedTuple):
    """What somebody has typed: words of the command line, or a text in place of another one.

    `says` is what is wrong, `place` where, `step` what to do.
    """

    says: str
    place: str
    step: str
    words: tuple[str, ...] = ("validate", OTHER)
    old: str = ""
    new: str = ""


def typed(old: str, new: str, says: str, place: str, step: str) -> Slip:
    """A slip in the text of a catalog."""
    return Slip(says, f"{OTHER}:{place}", step, old=old, new=new)


def asked(command: str, says: str, place: str, step: str) -> Slip:
    """A slip on the command line."""
    return Slip(says, place, step, tuple(command.split()))


MERGE = f"<<<<<<< HEAD\n      {PRICE},\n=======\n      {PRICE[:-6]}3e-06,\n>>>>>>> edit"
SLIPS = {
    # In the text of the file.
    "comma as decimal point": typed(
        "2.5e-06", "2,5e-06", "2,5e-06 has a comma as its decimal point", "5:31", "write 2.5e-06"
    ),
    "comma in a count": typed(
        "128000", "128,000", "128,000 has commas inside a number", "11:27", "write 128000"
    ),
    "dollars": typed(
        "2.5e-06", "$2.50", "$2.50 has a currency sign", "5:31", "$2.50 per 1M tokens is 2.5e-06"
    ),
    "dollars in quotes": typed(
        "2.5e-06", '"$2.50"', "the price is a string", "5:31", "per 1M tokens is 2.5e-06, without"
    ),
    "euros": typed("2.5e-06", "€2.50", "€2.50 has a currency sign", "5:31", "in USD per token"),
    "a number in quotes": typed(
        "2.5e-06", '"2.5e-06"', "the price is a string", "5:31", "write 2.5e-06 without quotes"
    ),
    "a unit behind it": typed(
        "2.5e-06", "2.5e-06 USD", "a number with a word behind it", "5:31", "write 2.5e-06 alone"
    ),
    "underscores": typed("128000", "128_000", "128_000 has underscores", "11:27", "write 128000"),
    "no zero before the point": typed(
        "1.25e-06", ".25e-06", ".25e-06 is not a JSON number", "7:38", "write 0.25e-06"
    ),
    "a price of a million tokens": typed(
        "2.5e-06", "2.5", "$2,500,000.00", "5:31", "2.5e-06 per token"
    ),
    "a price of a thousand tokens": typed(
        "2.5e-06", "2.5e-03", "is above", "5:31", "written per 1,000 tokens?"
    ),
    "a price below zero": typed("2.5e-06", "-2.5e-06", "is below zero", "5:31", "price"),
    "merge markers": typed(
        f"      {PRICE},",
        MERGE,
        "a merge left the marker <<<<<<<",
        "5:1",
        "keep one of the two versions",
    ),
    "a comma too many": typed(
        '"mode": "chat",', '"mode": "chat",,', "a comma stands before ','", "12:21", "delete that"
    ),
    "a comma at the end": typed(
        '"retired": true}',
        '"retired": true},',
        "a comma stands before '}'",
        "16:101",
        "delete that",
    ),
    "a comma missing": typed(
        f"{PRICE},", PRICE, "a comma is missing", "6:7", "a comma at the end of line 5"
    ),
    "single quotes": typed(
        '"mode"', "'mode'", "' is not a quote of JSON", "12:7", "straight double quotes"
    ),
    "curly quotes": typed(
        '"mode"', "“mode”", "“ is not a quote of JSON", "12:7", "straight double quotes"
    ),
    "a comment": typed('"mode"', '// chat\n"mode"', "JSON has no comments", "12:7", "delete it"),
    "a word of Python": typed("true", "True", "True is not a word of JSON", "16:96", "write true"),
    "a key misspelt": typed(
        PRICE,
        PRICE.replace("input_cost", "inputcost"),
        "unknown price key 'inputcost_per_token'",
        "5:7",
        "did you mean input_cost_per_token?",
    ),
    "a key twice": typed(
        f"{PRICE},", f"{PRICE}, {PRICE},", "appears twice", "5:40", "delete the other"
    ),
    "a model without a section": typed(
        '  "google": {',
        '  "gpt-9": {"input_cost_per_token": 1e-06},\n  "google": {',
        "the model 'gpt-9' stands where a provider's section does",
        "18:3",
        "put it into the section of its provider",
    ),
    "a date of another country": typed(
        "2026-11-01", "01.11.2026", "is not a valid date", "2:", "2026"
    ),
    "cut off": typed(CATALOG[700:], "", "the document ends too early", "", "is the file cut off?"),
    "an empty file": typed(CATALOG, "", "the document is empty", "1:1", "git checkout"),
    "YAML": typed(
        CATALOG,
        "openai:\n  gpt-4o: 1\n",
        "the text does not begin as a catalog",
        "1:1",
        "is this another file?",
    ),
    "a list": typed(CATALOG, "[]", "this is a list", "1:1", "begin it with {"),
    # On the command line.
    "a file misspelt": asked(
        "validate llm_pricing_curent.json", "no such file", "llm_pricing_curent.json", NAME
    ),
    "a folder": asked("validate docs", "is a folder", "docs", "name the file in it"),
    "a response missing": asked(
        "quote --response answer.json", "no such file", "--response: answer.json", "provider's"
    ),
    "a ref before the first": asked(
        "validate --base HEAD~100", "neither a file nor a git ref", "HEAD~100", "HEAD is the oldest"
    ),
    "a ref of diff": asked("diff --base HEAD~100", "git ref", "HEAD~100", "HEAD is the oldest"),
    "a branch misspelt": asked("diff --base mian", "git ref", "mian", "did you mean main?"),
    "a path of a ref misspelt": asked(
        "validate --base HEAD:price.json", "price.json is not in HEAD", "HEAD", "REF:PATH"
    ),
    "a command misspelt": asked(
        "valdate", "there is no command 'valdate'", "pricectl", "did you mean validate?"
    ),
    "an option misspelt": asked("validate --bsae main", "no option --bsae", "validate", "--base"),
    "a format misspelt": asked(
        "validate -o githb", "unknown format 'githb'", "--output", "did you mean github?"
    ),
    "a percentage": asked(
        "diff --base main --max-increase 2,5", "is not a percentage", "--max-increase", "write 20%"
    ),
    "a model misspelt": asked("show gpt-4oo", "gpt-4oo", "gpt-4oo", "did you mean gpt-4o"),
    "a point for thousands": asked("quote gpt-4o 1.000 500", "1.000", "1.000", "1,000"),
    "a rule misspelt": asked("rule price-movd", "price-movd", "price-movd", "price-moved"),
    "a pointer of another form": asked(
        "waive price-moved openai.gpt-4o --reason x",
        "is not a JSON Pointer",
        "POINTER",
        "such as /openai/gpt-4o",
    ),
    "an unknown reference": asked(
        "validate --reference list.json", "no such file", "list.json", "check the path"
    ),
    "a profile misspelt": asked(
        "quote gpt-4o 1000 --profile reseler", "no profile is called", "reseler", "one of default"
    ),
    "a day misspelt": asked(
        "validate --at 2026-13-01", "is not a valid date", "--at", "such as 2026-12-01"
    ),
}


@pytest.fixture
def folder(home: Path) -> Path:
    """A team's repository with one commit and a folder of documents."""
    (home / "docs").mkdir()
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    return home


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_gets_what_where_and_what_next(run: Run, folder: Path, name: str) -> None:
    slip = SLIPS[name]
    if slip.old:
        assert slip.old in CATALOG
        text = CATALOG.replace(slip.old, slip.new, 1)
        (folder / OTHER).write_text(text, encoding="utf-8")
    result = run(*slip.words)
    assert result.exit_code in {1, 2}
    assert "Traceback" not in result.output
    said = " ".join(result.output.split())
    for part in (slip.says, slip.place, slip.step):
        assert part in said


def test_there_are_thirty_of_them_and_more() -> None:
    assert len(SLIPS) >= 30


def test_a_name_out_of_the_environment_says_so(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICECTL_FILE", "old.json")
    assert run("validate").stderr == (
        "pricectl: old.json: no such file; the name comes from PRICECTL_FILE; correct it there\n"
    )
    monkeypatch.delenv("PRICECTL_FILE")
    monkeypatch.setenv("PRICECTL_SETTINGS", "old.toml")
    assert "old.toml: no such file; correct or unset PRICECTL_SETTINGS" in run("validate").stderr
    assert folder.exists()


SETTINGS = {
    "[limit]\n": ("unknown setting limit", "did you mean limits?"),
    'critical = "gpt-4o"\n': ("is not a list", "critical"),
    "[profiles.default]\nmarkup_percent = 2,5\n": ("is not TOML", "line 2"),
    '[gates]\nfail_on = ["warnings"]\n': ("unknown word 'warnings'", "did you mean warning?"),
    '[gates]\nmax_increase_percent = "a lot"\n': ("is not a percentage", "write 20"),
    '[[severities]]\nrule = "source-missing"\nseverity = "hint"\n': ("'hint'", "one of error"),
    '[[severities]]\nrule = "source-missing"\n': ("missing: severity", "severities[0]"),
    '[[waivers]]\nrule = "source-missing"\n': ("missing: reason", "waivers[0]"),
}


@pytest.mark.parametrize("text", SETTINGS)
def test_a_slip_in_the_settings_names_the_setting(run: Run, folder: Path, text: str) -> None:
    (folder / "pricectl.toml").write_text(text, encoding="utf-8")
    result = run("validate")
    assert result.exit_code == 2
    for part in ("pricectl.toml", *SETTINGS[text]):
        assert part in result.stderr


def test_no_catalog_at_all_says_where_it_was_looked_for(run: Run, folder: Path) -> None:
    (folder / NAME).unlink()
    for command in ("validate", "diff"):
        result = run(command)
        assert result.exit_code == 2
        assert f"no {NAME} in {folder}" in result.stderr
        assert "name it with --file FILE" in result.stderr


def test_a_rule_whose_severity_cannot_count_is_reported(run: Run, folder: Path) -> None:
    (folder / "pricectl.toml").write_text(
        '[[severities]]\nrule = "sorce-missing"\nseverity = "error"\n'
        '[[severities]]\nrule = "price-moved"\nseverity = "note"\n',
        encoding="utf-8",
    )
    found = json.loads(run("validate", "-o", "json").stdout)["findings"]
    unused = [one for one in found if one["rule"] == "severity-unused"]
    assert [one["hint"].split(" (")[0] for one in unused] == [
        "did you mean source-missing?",
        "accept a single one with 'pricectl waive price-moved POINTER --reason TEXT'",
    ]


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ('"aliases": [7]', "member of 'aliases' is a number, not a string"),
        (
            '"off_peak_pricing": {"windows": [{"hours_utc": "1:00-2:00", "weekdays": [0]}]}',
            "0 is not a valid member of 'weekdays'",
        ),
    ],
)
def test_a_member_of_a_list_is_named_by_the_list(
    run: Run, home: Path, member: str, message: str
) -> None:
    row = f'{{"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, {member}}}'
    (home / NAME).write_text(f'{{"metadata": {{}}, "x": {{"m": {row}}}}}', encoding="utf-8")
    assert message in run("validate", "-o", "concise").stdout


def test_an_input_price_in_quotes_is_not_missing_as_well(run: Run, home: Path) -> None:
    row = '{"mode": "chat", "input_cost_per_token": "1e-06", "output_cost_per_token": 2e-06}'
    (home / NAME).write_text(f'{{"metadata": {{}}, "x": {{"m": {row}}}}}', encoding="utf-8")
    said = run("validate", "-o", "concise").stdout
    assert "[price-type]" in said
    assert "output-without-input" not in said
