"""`pricectl diff` for programs, pull requests and workflow logs."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.changes import CatalogVersion, Change, Comparison, Move, PriceRef
from pricectl.changes.diff import DiffResult, NamedVersion
from pricectl.changes.gates import GatedComparison
from pricectl.changes.limits import LeftOut
from pricectl.core import MODES, Profile
from pricectl.report import diff as report
from pricectl.report.canvas import Canvas
from pricectl.report.formats import github, markdown_diff
from tests.conftest import CATALOG, ROOT, Run

O3 = '"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}'
EDITED = CATALOG.replace(
    O3,
    '"o3": {"input_cost_per_token": 3e-06, "output_cost_per_token": 8e-06,\n'
    '      "cache_read_input_token_cost": 5e-07, "mode": "chat"},\n'
    '    "o5": {"input_cost_per_token": 1e-06}',
).replace('"o1-retired": {"input_cost', '"o1-retiring": {"x": 1, "input_cost', 1)


@pytest.fixture
def base(home: Path) -> str:
    """The catalog before: o3 rose, got a cache price and a mode; o5 is new, o1-retired renamed."""
    (home / "base.json").write_text(CATALOG, encoding="utf-8")
    (home / "llm_pricing_current.json").write_text(EDITED, encoding="utf-8")
    return "base.json"


def diff_result(comparison: Comparison, *, base: str = "base") -> DiffResult:
    version = NamedVersion(CatalogVersion.read(CATALOG.encode()), "base")
    return DiffResult(GatedComparison(comparison, base, "head"), version, version, Profile())


def document(run: Run, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("diff", *words, "-o", "json").stdout)
    schema = json.loads((ROOT / "schemas" / "diff.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema)
    return found


def test_the_document_says_both_sides_and_every_change(run: Run, base: str) -> None:
    found = document(run, "--base", base, "--fail-on", "increase", "--max-increase", "12.5%")
    assert (found["schema"], found["outcome"]) == ("pricectl.diff/1", "fail")
    assert found["base"]["name"] == "base.json"
    assert found["base"]["sha256"] != found["head"]["sha256"]
    kinds = [(change["kind"], change["model"], change["field"]) for change in found["changes"]]
    assert sorted(kinds) == [
        ("added", "o5", ""),
        ("metadata", "o1-retiring", "x"),
        ("metadata", "o3", "mode"),
        ("renamed", "o1-retiring", "name"),
        ("repriced", "o3", "cache_read_input_token_cost"),
        ("repriced", "o3", "input_cost_per_token"),
        ("resolution", "o1-retired", "name"),
    ]
    assert found["gates"] == [
        {"id": "fail-on-increase", "limit": "0", "actual": "1", "tripped": True},
        {"id": "max-increase", "limit": "12.5%", "actual": "50%", "tripped": True},
    ]


def test_a_price_says_what_was_and_is_charged(run: Run, base: str) -> None:
    changes = document(run, "--base", base)["changes"]
    (cache,) = (one for one in changes if one["field"] == "cache_read_input_token_cost")
    # without a price of their own, cached tokens cost the input rate of $2: -75%
    assert (cache["old"], cache["new"], cache["percent"]) == (None, "0.50", "-75")
    assert cache["price"] == {
        "unit": "cache_read",
        "above_tokens": 0,
        "service": "standard",
        "period": "",
        "usd_per": "1M tokens",
        "old_charged": "2.00",
        "new_charged": "0.50",
        "fallback": "input",
    }


def test_the_impact_has_every_budget_mode(run: Run, base: str) -> None:
    impact = document(run, "--base", base)["impact"]
    (agent,) = (job for job in impact if job["name"] == "o3" and job["calls"] == 20)
    # 20 x (30,000 x $2 + 800 x $8) / 1M = $1.328; then 20 x (3,000 x $3 + 27,000 x $0.50 + $0.0064
    # x 1M) / 1M = $0.578; tokens 20 x 30,800 = 616,000
    assert agent["old"]["provider_cost_usd"] == "1.328"
    assert agent["new"]["provider_cost_usd"] == "0.578"
    assert tuple(agent["old"]["credits"]) == MODES
    charged = {"job_based": 1, "consumption_usd": 14, "consumption_tokens": 62}
    assert {mode: agent["old"]["credits"][mode] for mode in charged} == charged
    assert agent["new"]["credits"]["consumption_usd"] == 6
    assert agent["percent"] == "-56.4759"


def test_without_gates_the_outcome_is_a_pass(run: Run, base: str) -> None:
    assert document(run, "--base", base)["outcome"] == "pass"
    same = document(run, "--base", "llm_pricing_current.json", "--exit-code")
    assert (same["outcome"], same["changes"], same["impact"]) == ("pass", [], [])


def test_a_rise_from_no_price_has_no_percentage(run: Run, home: Path) -> None:
    (home / "base.json").write_text(CATALOG.replace('"search_context_size_medium": 0.01', ""))
    found = document(run, "--base", "base.json", "--max-increase", "5%")
    (change,) = found["changes"]
    assert (change["percent"], found["gates"][0]["actual"]) == (None, None)


def test_the_markdown_report_is_a_pull_request_comment(run: Run, base: str) -> None:
    lines = run(
        "diff", "--base", base, "-o", "markdown", "--max-increase", "12.5%"
    ).stdout.splitlines()
    assert lines[0] == "<!-- pricectl-diff -->"
    assert lines[1] == (
        "**1 repriced, 1 added, 1 renamed, 1 name answered by another row, 2 other changes** "
        "vs `base.json`"
    )
    assert "- ❌ limit max-increase exceeded: 50%, limit 12.5%" in lines
    assert "| `openai/o3` | `input` | `$2.00` | `$3.00` | `1M` | ▲ +50% |" in lines
    assert "| `openai/o3` | `cache_read` | `($2.00)` | `$0.50` | `1M` | ▼ -75% |" in lines
    assert "<sub>1M: 1 million tokens; in parentheses: fallback price</sub>" in lines
    assert "| renamed | `openai/o1-retiring` | was `o1-retired` |" in lines
    assert lines.count("<details>") == lines.count("</details>") == 2
    assert "#### Sample jobs" in lines


def test_the_comment_without_changes_says_so(run: Run) -> None:
    result = run("diff", "--base", "llm_pricing_current.json", "-o", "markdown")
    assert result.stdout.splitlines()[1] == "**No changes** vs `llm_pricing_current.json`"


def price(number: int) -> Change:
    move = Move(1_000_000, 1_000_000 + number)
    name = f"a-model-with-a-rather-long-name-{number}"
    place = PriceRef("input")
    key, new = "input_cost_per_token", f"{1 + number / 1_000_000:.6f}"
    return Change("repriced", "warning", "p", name, key, "1.00", new, "", (move,), place)


@pytest.mark.parametrize("number", [1, 100, 5_000])
def test_a_comment_fits_and_says_what_it_left_out(number: int) -> None:
    prices = tuple(map(price, range(1, number + 1)))
    others = tuple(
        change._replace(kind="metadata", moves=(), price=None, new="x" * 500) for change in prices
    )
    comparison = Comparison((*prices, *others), (), 3, 4)
    text = markdown_diff.diff(diff_result(comparison, base="b" * 5_000))
    assert len(text) < 60_000
    assert "3 objects reordered, 4 numbers respelled: values unchanged" in text
    assert ("the comment is full" in text) == (number == 5_000)
    if number == 5_000:
        shown = sum("| `$1.00` |" in line for line in text.splitlines())
        assert f"{5_000 - shown:,} of 5,000 rows of 'Prices in force' are omitted" in text
        assert "4,990 of 5,000 rows of 'Other changes' are omitted" in text


def test_annotations_point_to_lines_of_the_new_file(run: Run, home: Path, base: str) -> None:
    lines = run("diff", "--base", base, "-o", "github", "--fail-on", "increase").stdout.splitlines()
    assert lines[0].startswith("::notice title=pricectl diff::1 repriced, 1 added, 1 renamed")
    text = (home / "llm_pricing_current.json").read_text().splitlines()
    row = 1 + next(number for number, line in enumerate(text) if '"o3": {' in line)
    column = 1 + text[row - 1].index('"input_cost_per_token"')
    place = f"file=llm_pricing_current.json,line={row},col={column},title=repriced"
    assert f"::warning {place}::openai/o3 input: $2.00 -> $3.00 per 1M +50%25" in lines
    assert any(
        f"line={row + 1},col=" in line and "($2.00) -> $0.50 per 1M -75%25" in line
        for line in lines
    )
    assert any(
        line.startswith("::notice file=") and "title=added::openai/o5" in line for line in lines
    )
    assert "::error::limit fail-on-increase exceeded: 1, limit 0" in lines


def test_annotations_of_standard_input_have_no_file(run: Run, home: Path, base: str) -> None:
    text = (home / "llm_pricing_current.json").read_text()
    result = run("diff", "--base", base, "--head", "-", "-o", "github", stdin=text)
    assert "file=" not in result.stdout


def test_annotations_are_bounded(run: Run, home: Path) -> None:
    rows = ", ".join(f'"m{number}": {{"input_cost_per_token": 1e-06}}' for number in range(80))
    (home / "base.json").write_text(f'{{"p": {{{rows}}}}}')
    (home / "llm_pricing_current.json").write_text(f'{{"p": {{{rows.replace("1e-06", "2e-06")}}}}}')
    lines = run("diff", "--base", "base.json", "-o", "github").stdout.splitlines()
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert lines[-1] == "+70 more warnings"


def test_several_formats_at_once(run: Run, home: Path, base: str) -> None:
    result = run("diff", "--base", base, "-o", "markdown=comment.md", "-o", "text")
    assert (home / "comment.md").read_text(encoding="utf-8").startswith("<!-- pricectl-diff -->\n")
    assert result.stdout.startswith("1 repriced, ")


def test_every_format_says_what_was_left_out(run: Run, base: str) -> None:
    document(run, "--base", base)
    left_out = (LeftOut(1_200, "name", "not looked up"), LeftOut(1, "row", "not compared"))
    result = diff_result(Comparison((), (), 0, 0, left_out))
    sentence = (
        "Too large to compare in full. Left out: 1,200 names not looked up; 1 row not compared. "
        "Every limit fails"
    )
    shown = report.text(result, Canvas(width=200, quiet=True))
    assert shown.splitlines()[1:] == [sentence]
    assert f"\n- {sentence}" in markdown_diff.diff(result)
    assert f"::warning title=pricectl diff::{sentence}" in github.diff(result)


def test_the_document_says_what_was_left_out(run: Run, home: Path) -> None:
    prices = {"input_cost_per_token": 1e-06}
    for value in (1, 2):
        notes = {f"k{number}": value for number in range(10_000)}
        catalog = {"o": {"m": prices | {"notes": notes}}}
        (home / f"{value}.json").write_text(json.dumps(catalog), encoding="utf-8")
    found = document(run, "--base", "1.json", "--head", "2.json")
    assert found["summary"].startswith("1 other change; not everything was compared")
    assert found["left_out"] == [
        (
            "Too large to compare in full. Left out: 1 large member compared as one value."
            " Every limit fails"
        )
    ]
