"""`pricectl init`: a team's own file out of the reference, old list or log; and its settings."""

import json
import random
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from pricectl.files import atomic
from pricectl.files.atomic import NotWritten
from pricectl.files.settings import load_policy
from tests.conftest import ROOT, Run

NAME, SETTINGS = "llm_pricing_current.json", "pricectl.toml"
AT = ("--at", "2026-11-24")
SCHEMA = json.loads((ROOT / "schemas" / "init.schema.json").read_text(encoding="utf-8"))
REFERENCE = json.loads((ROOT / NAME).read_text(encoding="utf-8"))
DEPLOYED = ROOT.parent / "shared" / "data" / "deployed-2025-10-23.json"


@pytest.fixture
def empty(home: Path) -> Path:
    """A folder without a catalog."""
    (home / NAME).unlink()
    return home


def started(run: Run, *words: str, code: int = 0, stdin: str | None = None) -> dict[str, Any]:
    result = run("init", *words, *AT, "-o", "json", stdin=stdin)
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


def written(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return values


def findings(run: Run) -> list[dict[str, Any]]:
    result = run("validate", *AT, "-o", "json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def test_rows_come_whole_from_the_reference(run: Run, empty: Path) -> None:
    document = started(run, "gpt-4o", "claude-sonnet-4-5")
    values = written(empty)
    assert [name for name in values if name != "pricing_notes"] == [
        "metadata",
        "openai",
        "anthropic",
    ]
    assert values["openai"] == {"gpt-4o": REFERENCE["openai"]["gpt-4o"]}
    assert values["anthropic"]["claude-sonnet-4-5"] == REFERENCE["anthropic"]["claude-sonnet-4-5"]
    assert values["metadata"]["last_updated"] == "2026-11-24"
    pages = [
        values[s][m]["source"]
        for s, m in (("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"))
    ]
    assert values["metadata"]["sources"] == pages
    assert [row["reference"] for row in document["rows"]] == [
        "openai/gpt-4o",
        "anthropic/claude-sonnet-4-5",
    ]
    assert [one for one in findings(run) if one["severity"] != "info" and not one["due"]] == []


def test_what_was_decided_about_all_rows_comes_along(run: Run, empty: Path) -> None:
    """Else `pull` would take over what the catalog has refused."""
    started(run, "*")
    values = written(empty)
    accepted = REFERENCE["metadata"]["acknowledged"]
    assert values["metadata"]["acknowledged"] == [
        one for one in accepted if one.get("expires", "9") >= "2026-11-24"
    ]
    taken, known = (
        {(section, key) for section in notes for key in notes[section].get("decisions", ())}
        for notes in (values["pricing_notes"], REFERENCE["pricing_notes"])
    )
    assert taken == known


def test_a_row_is_spelled_as_in_the_reference(run: Run, empty: Path) -> None:
    started(run, "gpt-4o")
    text = (ROOT / NAME).read_text(encoding="utf-8")
    start = text.index('    "gpt-4o": {')
    row = text[start : text.index("\n    }", start)]
    assert row in (empty / NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        (" GPT-4o ", "openai/gpt-4o"),
        ("gpt-4o-2024-08-06", "openai/gpt-4o"),
        ("azure/gpt-4o", "openai/gpt-4o"),
        ("vertex_ai/gemini-2.5-pro", "google/gemini-2.5-pro"),
        (
            "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
    ],
)
def test_names_of_clouds_and_clients_lead_to_their_rows(
    run: Run, empty: Path, name: str, row: str
) -> None:
    document = started(run, name)
    assert [each["reference"] for each in document["rows"]] == [row]
    catalog = Catalog.load((empty / NAME).read_bytes())
    assert find(catalog, name).model.full_name == row


def test_sections_and_patterns_stand_for_several_rows(run: Run, empty: Path) -> None:
    document = started(run, "bedrock", "openai/o3*")
    rows = {row["reference"] for row in document["rows"]}
    expected = {f"bedrock/{name}" for name in REFERENCE["bedrock"]}
    expected |= {f"openai/{name}" for name in REFERENCE["openai"] if name.startswith("o3")}
    assert rows == expected
    assert not [one for one in document["findings"] if one["severity"] == "error"]
    assert written(empty)["bedrock"] == REFERENCE["bedrock"]


def test_every_row_of_the_reference_can_be_started(run: Run, empty: Path) -> None:
    del empty
    document = started(run, "*")
    assert len(document["rows"]) > 800
    assert not [one for one in document["findings"] if one["severity"] == "error"]


@pytest.mark.parametrize("seed", range(4))
def test_any_choice_of_rows_is_right_and_answers_its_names(
    run: Run, empty: Path, seed: int
) -> None:
    names = [
        f"{section}/{name}"
        for section, rows in REFERENCE.items()
        if section not in {"metadata", "pricing_notes"}
        for name in rows
    ]
    chosen = random.Random(seed).sample(names, 30)  # noqa: S311 - a sample, no secret
    document = started(run, *chosen)
    assert {row["reference"] for row in document["rows"]} == set(chosen)
    assert not [one for one in document["findings"] if one["severity"] == "error"]
    catalog = Catalog.load((empty / NAME).read_bytes())
    reference = Catalog.load((ROOT / NAME).read_bytes())
    for name in chosen:
        model = reference.by_full_name[name]
        assert catalog.by_full_name[name].charges_like(model)
        assert all(find(catalog, alias).model.full_name == name for alias in model.aliases)


def test_an_unknown_name_writes_nothing(run: Run, empty: Path) -> None:
    result = run("init", "gpt-4o", "gpt-4oo", "nonsense-x", "--settings", *AT)
    assert result.exit_code == 2
    assert "the reference has no row for gpt-4oo, nonsense-x" in result.stderr
    assert "for gpt-4oo, did you mean gpt-4o" in result.stderr
    assert list(empty.iterdir()) == []


def test_an_existing_file_stays(run: Run, home: Path) -> None:
    before = (home / NAME).read_bytes()
    result = run("init", "gpt-4o")
    assert (result.exit_code, "is there already" in result.stderr) == (2, True)
    assert (home / NAME).read_bytes() == before
    (home / NAME).unlink()
    (home / NAME).symlink_to("nowhere")
    assert run("init", "gpt-4o").exit_code == 2
    assert (home / NAME).is_symlink()


def test_a_dry_run_writes_nothing(run: Run, empty: Path) -> None:
    document = started(run, "gpt-4o", "--settings", "--dry-run")
    assert (document["written"], document["file"], document["settings"]) == (False, NAME, SETTINGS)
    assert list(empty.iterdir()) == []


def test_nothing_to_start_is_bad_usage(run: Run, empty: Path) -> None:
    for words in ([], ["--critical", "gpt-4o", "gpt-4o"], ["gpt-4o", "-f", "-"]):
        assert run("init", *words).exit_code == 2
    assert list(empty.iterdir()) == []


# Settings


def test_settings_are_written_with_every_one_explained(run: Run, empty: Path) -> None:
    words = ("--settings", "--critical", "gpt-4o", "--fallback", "reference")
    document = started(run, "gpt-4o", *words)
    assert document["settings"] == SETTINGS
    policy = load_policy()
    assert (policy.critical, policy.fallback) == (("gpt-4o",), "reference")
    table = tomllib.loads((empty / SETTINGS).read_text(encoding="utf-8"))
    assert table == {"critical": ["gpt-4o"], "fallback": "reference"}
    assert findings(run) is not None


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("\n\n", (("gpt-4o", "o3"), "default")),
        (" o3 ,\ny\n", (("o3",), "reference")),
    ],
)
def test_a_terminal_is_asked_for_what_was_not_given(
    run: Run, monkeypatch: pytest.MonkeyPatch, answers: str, expected: object
) -> None:
    monkeypatch.setattr("pricectl.commands.init._is_terminal", lambda: True)
    result = run("init", "gpt-4o", "o3", "--settings", *AT, stdin=answers)
    assert result.exit_code == 0, result.output
    assert "Models that must always have a price" in result.stderr
    policy = load_policy()
    assert (policy.critical, policy.fallback) == expected


def test_settings_alone_leave_the_file_as_it_is(run: Run, home: Path) -> None:
    before = (home / NAME).read_bytes()
    document = started(run, "--settings", "--critical", "gpt-4o")
    assert (document["file"], document["settings"]) == (None, SETTINGS)
    assert (home / NAME).read_bytes() == before
    assert load_policy().critical == ("gpt-4o",)
    result = run("init", "--settings")
    assert (result.exit_code, "has settings already" in result.stderr) == (2, True)


def test_a_critical_model_must_be_in_the_file(run: Run, empty: Path) -> None:
    result = run("init", "gpt-4o", "--settings", "--critical", "claude", *AT)
    said = "the file has no row for claude; a critical model is one of the models"
    assert (result.exit_code, said in result.stderr) == (2, True)
    assert list(empty.iterdir()) == []


def test_a_file_of_another_name_is_named_in_the_settings(run: Run, empty: Path) -> None:
    started(run, "gpt-4o", "--settings", "--file", "prices.json")
    assert load_policy().file == str(empty / "prices.json")


def test_both_files_are_written_or_none(
    run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = atomic.replace

    def full(path: str, *given: object, **options: object) -> None:
        if path.endswith(SETTINGS):
            raise NotWritten("cannot be written: no space left", where=path)
        replace(path, *given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(atomic, "replace", full)
    assert run("init", "gpt-4o", "--settings").exit_code == 2
    assert list(empty.iterdir()) == []


# From an old list


def test_an_old_catalog_keeps_its_names_and_shows_where_it_is_wrong(run: Run, empty: Path) -> None:
    old = {
        "metadata": {
            "default_pricing": {"input_cost_per_token": 3e-06, "output_cost_per_token": 4e-06}
        },
        "openai": {
            "gpt-4o": {"input_cost_per_token": 2.5, "output_cost_per_token": 1e-05},
            "our-o3": {"input_cost_per_token": 1e-06, "output_cost_per_token": 3e-06},
            "gpt-4o-2024-08-06": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 5e-06},
        },
        "fireworks_ai": {
            "deepseek-r1": {"input_cost_per_token": 3e-06, "output_cost_per_token": 8e-06}
        },
    }
    (empty / "old.json").write_text(json.dumps(old), encoding="utf-8")
    document = started(run, "--from", "old.json")
    values = written(empty)
    assert list(values["openai"]) == ["gpt-4o", "our-o3"]
    assert values["openai"]["gpt-4o"] == REFERENCE["openai"]["gpt-4o"]
    assert values["openai"]["our-o3"] == old["openai"]["our-o3"]
    assert list(values["fireworks_ai"]) == ["deepseek-r1"]
    assert values["metadata"]["default_pricing"] == old["metadata"]["default_pricing"]
    first, kept, resold = document["rows"]
    assert (kept["reference"], kept["differences"]) == (None, [])
    assert resold["reference"] == "fireworks/deepseek-r1"
    assert first["names"] == ["gpt-4o", "gpt-4o-2024-08-06"]
    # $2.50 a token is a million times too high; rows that become one have their own mistakes.
    assert first["differences"] == [
        {
            "name": "gpt-4o",
            "price": "input",
            "old": "2.50",
            "new": "0.0000025",
            "slip": "written per 1M tokens, not per token",
            "right_until": None,
        },
        {
            "name": "gpt-4o-2024-08-06",
            "price": "output",
            "old": "0.000005",
            "new": "0.00001",
            "slip": None,
            "right_until": None,
        },
    ]


def test_the_aliases_of_an_old_catalog_lead_to_their_rows(run: Run, empty: Path) -> None:
    price = {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}
    old = {
        "openai": {
            "gpt-4o": {**price, "aliases": ["our-smart", "gpt-4o-2024-08-06", "o3", "tuned"]},
            "gpt-4o-2024-11-20": {**price, "aliases": ["our-newest"]},
            "o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},
            "tuned": price,
        }
    }
    (empty / "old.json").write_text(json.dumps(old), encoding="utf-8")
    first = started(run, "--from", "old.json")["rows"][0]
    assert first["dropped_aliases"] == ["o3", "tuned"]
    row = written(empty)["openai"]["gpt-4o"]
    assert row["aliases"] == [*REFERENCE["openai"]["gpt-4o"]["aliases"], "our-smart", "our-newest"]
    catalog = Catalog.load((empty / NAME).read_bytes())
    assert find(catalog, "our-smart").model.name == "gpt-4o"
    assert find(catalog, "o3").model.name == "o3"
    assert not [one for one in findings(run) if one["rule"].startswith("alias")]


def test_a_price_that_only_an_old_catalog_has_is_told(run: Run, empty: Path) -> None:
    row = {"input_cost_per_token": 2.5e-06, "input_cost_per_token_flex": 1e-06}
    (empty / "old.json").write_text(json.dumps({"openai": {"gpt-4o": row}}), encoding="utf-8")
    shown = run("init", "--from", "old.json", "--dry-run", *AT).stdout
    assert "openai/gpt-4o  left out, the reference has no such price: input (flex)" in shown
    assert started(run, "--from", "old.json")["rows"][0]["dropped_prices"] == ["input (flex)"]


@pytest.mark.usefixtures("empty")
def test_a_name_in_full_is_not_repeated_beside_its_row(run: Run) -> None:
    result = run("init", "openai/gpt-4o", "gpt-4o-2024-08-06", *AT)
    assert "  openai/gpt-4o  for gpt-4o-2024-08-06\n" in result.stdout


def test_a_row_of_another_name_gets_the_names_of_the_reference(run: Run, empty: Path) -> None:
    old = {"anthropic": {"claude-sonnet-4.5": {"input_cost_per_token": 3e-06}}}
    (empty / "old.json").write_text(json.dumps(old), encoding="utf-8")
    started(run, "--from", "old.json")
    (name, row), *_ = written(empty)["anthropic"].items()
    assert name == "claude-sonnet-4.5"
    listed = REFERENCE["anthropic"]["claude-sonnet-4-5"]["aliases"]
    kept = [alias for alias in listed if alias != "claude-sonnet-4.5"]
    assert row["aliases"] == [*kept, "claude-sonnet-4-5"]
    catalog = Catalog.load((empty / NAME).read_bytes())
    for alias in ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"):
        assert find(catalog, alias).model.name == "claude-sonnet-4.5"
    assert not [one for one in findings(run) if one["rule"].startswith("alias")]


def test_the_table_of_the_old_module_is_read(run: Run, empty: Path) -> None:
    """MODEL_PRICING has USD per 1M tokens: o3 costs $2 / $8, and $1.25 / $5 is half of gpt-4o."""
    table = {
        "o3": {"input": 2, "output": 8},
        "gpt-4o": {"input": 1.25, "output": 5.0},
        "our-model": {"input": 0.1, "output": 0.4},
        "default": {"input": 1.5, "output": 2},
    }
    (empty / "old.json").write_text(json.dumps(table), encoding="utf-8")
    document = started(run, "--from", "old.json")
    rows = {row["model"]: row for row in document["rows"]}
    assert rows["o3"]["differences"] == []
    assert [
        (each["price"], each["old"], each["new"]) for each in rows["gpt-4o"]["differences"]
    ] == [
        ("input", "0.00000125", "0.0000025"),
        ("output", "0.000005", "0.00001"),
    ]
    values = written(empty)
    assert values["other"]["our-model"] == {
        "input_cost_per_token": 1e-07,
        "output_cost_per_token": 4e-07,
    }
    assert values["metadata"]["default_pricing"]["input_cost_per_token"] == 1.5e-06


def test_a_map_of_litellm_is_read(run: Run, empty: Path) -> None:
    old = {
        "sample_spec": {"input_cost_per_token": 0},
        "gpt-4o": {"input_cost_per_token": 2.5e-06, "litellm_provider": "openai"},
        "azure/our-gpt": {"input_cost_per_token": 1e-06, "litellm_provider": "azure"},
        "broken": {"input_cost_per_token": "x", "litellm_provider": "openai"},
        "odd": {"input_cost_per_token": 1e-06, "litellm_provider": "metadata"},
        "twice": {"input_cost_per_token": 1e-06, "litellm_provider": "openai"},
    }
    text = json.dumps(old).replace('"twice": {', '"twice": {"input_cost_per_token": 2e-06, ')
    (empty / "old.json").write_text(text, encoding="utf-8")
    document = started(run, "--from", "old.json", code=1)
    assert document["left_out"] == ["openai/broken", "openai/twice"]
    # A seller that is called like a part of the file loses no row.
    assert [row["provider"] for row in document["rows"]] == ["openai", "azure", "other"]
    assert written(empty)["azure"] == {"azure/our-gpt": old["azure/our-gpt"]}


@pytest.mark.skipif(not DEPLOYED.exists(), reason="the deployed catalog is not here")
def test_the_catalog_of_production_keeps_its_36_names(run: Run, empty: Path) -> None:
    document = started(run, "--from", str(DEPLOYED))
    old = json.loads(DEPLOYED.read_text(encoding="utf-8"))
    sections = [section for section in old if section not in {"metadata", "pricing_notes"}]
    values = written(empty)
    for section in sections:
        assert list(values[section]) == list(old[section])
    wrong = {row["model"]: row["differences"] for row in document["rows"] if row["differences"]}
    assert {"o3", "o4-mini", "gemini-2.5-flash", "llama-v3p1-405b-instruct"} <= wrong.keys()
    # o3 at $1 / $4, true: $2 / $8 per 1M
    assert [(each["old"], each["new"]) for each in wrong["o3"]][:2] == [
        ("0.000001", "0.000002"),
        ("0.000004", "0.000008"),
    ]
    assert not [one for one in document["findings"] if one["severity"] == "error"]


def test_a_price_that_was_right_once_says_until_when(run: Run, empty: Path) -> None:
    section, name, row = next(
        (section, name, row)
        for section, rows in REFERENCE.items()
        if isinstance(rows, dict)
        for name, row in rows.items()
        if isinstance(row, dict)
        and "previous" in row
        and row["previous"][-1].get("input_cost_per_token")
        not in {None, row["input_cost_per_token"]}
    )
    last = row["previous"][-1]
    old = {section: {name: {"input_cost_per_token": last["input_cost_per_token"]}}}
    (empty / "old.json").write_text(json.dumps(old), encoding="utf-8")
    (difference,) = started(run, "--from", "old.json")["rows"][0]["differences"]
    assert difference["right_until"] == last["until"]


# From a usage log


@pytest.mark.parametrize(
    "log",
    [
        '{"model": "gpt-4o", "usage": {"input_tokens": 5}}\n{"response": {"model": "o3"}}\nnoise\n',
        "time;Model;tokens\n1;gpt-4o;5\n2;o3;6\n3;;7\n",
        '[{"model": "gpt-4o"}, {"model_id": "f00", "model": "o3"}]',
        (
            '{"model": "gpt-4o"}\r\n{"attributes": [{"key": "gen_ai.request.model", '
            '"value": {"stringValue": "o3"}}]}'
        ),
        (
            'fallback pricing: kind="unknown-model" model="gpt-4o"\n'
            'fallback pricing: kind="unknown-model" model="o3"\n'
        ),
    ],
)
def test_a_log_names_the_models(run: Run, empty: Path, log: str) -> None:
    (empty / "calls.log").write_text(log, encoding="utf-8")
    document = started(run, "--from", "calls.log")
    assert {row["reference"] for row in document["rows"]} == {"openai/gpt-4o", "openai/o3"}
    (empty / NAME).unlink()
    assert started(run, "--from", "-", stdin=log)["rows"] == document["rows"]


def test_damaged_lines_of_a_log_are_counted(run: Run, empty: Path) -> None:
    """A log that was cut in two places; plain text between records is no damage."""
    log = '{"model": "gpt-4o"}\n{"model": "o3", "usa\nnoise\n{"model": "o3"}\n{"mod\n'
    (empty / "calls.log").write_text(log, encoding="utf-8")
    shown = run("init", "--from", "calls.log")
    assert shown.exit_code == 0
    assert "2 lines are damaged JSON and left out" in shown.stderr
    (empty / NAME).unlink()
    (empty / "calls.log").write_text('{"model": "gpt-4o"}\nnoise\n', encoding="utf-8")
    assert "damaged" not in run("init", "--from", "calls.log").stderr


def test_a_name_of_the_log_without_a_row_is_told(run: Run, empty: Path) -> None:
    (empty / "calls.jsonl").write_text('{"model": "gpt-4o"}\n' + '{"model": "our-llama"}\n' * 3)
    document = started(run, "--from", "calls.jsonl", code=1)
    assert document["unknown"] == [{"name": "our-llama", "records": 3}]
    assert list(written(empty)) == ["metadata", "openai", "pricing_notes"]


@pytest.mark.parametrize("log", ["nothing here\n", "", '{"model": "our-llama"}', '{"openai": {'])
def test_a_log_without_a_known_model_starts_nothing(run: Run, empty: Path, log: str) -> None:
    (empty / "calls.log").write_text(log, encoding="utf-8")
    result = run("init", "--from", "calls.log")
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert [path.name for path in empty.iterdir()] == ["calls.log"]


def test_hostile_names_are_shown_harmless(run: Run, empty: Path) -> None:
    name = "\x1b[31m evil \u202e `|<b>"
    (empty / "old.json").write_text(
        json.dumps({"x": {name: {"input_cost_per_token": 1e-06}}}), encoding="utf-8"
    )
    result = run("init", "--from", "old.json", "-v")
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    result = run("init", name, "--file", "other.json")
    assert result.exit_code == 2
    assert "\x1b" not in result.output
