"""One table of budget modes: a new row is shown everywhere, and no code names a mode by itself."""

import ast
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from pricectl.core import MODES, Catalog, Mode, Profile, Usage, charge, quote
from pricectl.core.credits import BUDGET_MODES, Basis, BudgetMode, Job
from pricectl.core.estimate import Estimate
from pricectl.operate.smoke import plan
from tests.check.test_schema import make_schema
from tests.conftest import CATALOG, ROOT, Run

O3 = '"o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06}'
AT = ("--at", "2026-11-23")


def per_thousand(job: Job, profile: Profile) -> Fraction:
    """Tokens by the thousand, each for the credits of a job."""
    return Fraction(job.tokens, 1000) * profile.credits_per_job


FORMULA = "{tokens} tokens / 1,000 x {credits_per_job} a job"
# 1,500 tokens are 1.5 thousand, 1 credit each
QUOTED = "per_thousand 2 credits 1,500 tokens / 1,000 x 1 a job = 1.5, rounded up"


def toy(basis: Basis) -> BudgetMode:
    return BudgetMode("per_thousand", "Toy", basis, per_thousand, FORMULA)


def register(monkeypatch: pytest.MonkeyPatch, mode: BudgetMode) -> None:
    monkeypatch.setitem(BUDGET_MODES, mode.name, mode)


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> BudgetMode:
    """A fourth mode as a new row of the table would add it."""
    mode = toy("cost")
    register(monkeypatch, mode)
    return mode


def check(document: str, name: str) -> dict[str, Any]:
    """The document, valid under the schema that `make schema` writes with the new mode."""
    found: dict[str, Any] = json.loads(document)
    jsonschema.validate(found, make_schema().report(name))
    return found


@pytest.fixture
def edited(home: Path) -> str:
    """The catalog before; in the working file o3 costs $3 instead of $2."""
    (home / "base.json").write_text(CATALOG, encoding="utf-8")
    file = home / "llm_pricing_current.json"
    file.write_text(CATALOG.replace(O3, O3.replace("2e-06", "3e-06"), 1), encoding="utf-8")
    return "base.json"


class TestANewMode:
    pytestmark = pytest.mark.usefixtures("three_modes", "added")

    def test_charges(self, added: BudgetMode) -> None:
        # 1,500 tokens are 1.5 thousand: 2 credits rounded up, 3 after another 1,500
        call = quote(Catalog.load(CATALOG), "gpt-4o", Usage(1000, 500))
        job, first = charge(Job(), call, added.name, Profile())
        assert (first, charge(job, call, added.name, Profile())[1]) == (2, 1)
        (found,) = (it for it in Estimate(call, 2, Profile()).credits if it.mode == added.name)
        assert (found.exact, found.charged) == (Fraction(3), 3)

    def test_a_quote_shows_its_formula(self, run: Run) -> None:
        lines = run("quote", "gpt-4o", "1000", "500").stdout.splitlines()
        assert QUOTED in [" ".join(line.split()) for line in lines]

    def test_the_mode_option_shows_one_mode_alone(self, run: Run) -> None:
        words = ("quote", "gpt-4o", "1000", "500", "--mode", "per_thousand")
        assert run(*words, "-q").stdout == "2\n"
        assert "consumption_usd" not in run(*words).stdout
        refused = run("quote", "gpt-4o", "1", "--mode", "weekly")
        assert refused.exit_code == 2
        assert "per_thousand" in refused.stderr

    def test_a_comparison_has_a_column_for_it(self, run: Run) -> None:
        lines = run("quote", "gpt-4o", "o3", "1000", "500").stdout.splitlines()
        assert lines[0].split()[-7:] == ["USD", "cr", "Token", "cr", "Toy", "cr", "Found"]
        # o3: $0.006 and gpt-4o: $0.0075 are 1 credit each, 1,500 tokens are 1 credit or 2
        rows = [line.split() for line in lines if line.startswith(("gpt-4o", "o3"))]
        assert [row[3:6] for row in rows] == [["1", "1", "2"]] * 2
        assert any("consumption_usd, consumption_tokens and per_thousand" in line for line in lines)

    def test_json_fits_the_schema(self, run: Run) -> None:
        found = check(run("quote", "gpt-4o", "1000", "500", "-o", "json").stdout, "quote")
        assert found["credits"]["per_thousand"] == 2
        several = check(run("quote", "gpt-4o", "o3", "1000", "-o", "json").stdout, "quote")
        assert [body["credits"]["per_thousand"] for body in several["quotes"]] == [1, 1]

    def test_explain_has_its_arithmetic(self, run: Run) -> None:
        words = ("explain", "gpt-4o", "1000", "500", *AT)
        lines = run(*words).stdout.splitlines()
        assert QUOTED in [" ".join(line.split()) for line in lines]
        chain = check(run(*words, "-o", "json").stdout, "explain")["chain"]
        (step,) = (link for link in chain if link.get("mode") == "per_thousand")
        assert (step["exact_credits"], step["credits"]) == ("1.5", 2)

    def test_diff_shows_the_new_mode_next_to_the_price(self, run: Run, edited: str) -> None:
        lines = run("diff", "--base", edited, *AT).stdout.splitlines()
        assert "Sample jobs, credits (cr) of consumption_usd and per_thousand" in lines
        # 100,000 x $2 + 2,000 x $8 = $0.216, then $0.316: x 10 are 3 and 4 credits, rounded up;
        # 102,000 tokens are 102.
        (document,) = (line.split() for line in lines if line.startswith("  long document  "))
        assert document[-9:] == ["$0.316", "3", "→", "4", "cr", "102", "cr", "+46.3%", "▲"]
        found = check(run("diff", "--base", edited, *AT, "-o", "json").stdout, "diff")
        assert {job["new"]["credits"]["per_thousand"] for job in found["impact"]} == {2, 102, 616}

    def test_deploy_check_counts_it(self, run: Run) -> None:
        told = run("deploy-check", *AT, "-v").stdout
        assert "all 4 modes" in told
        assert "consumption_tokens 1, per_thousand 2" in told

    def test_smoke_calls_with_it(self) -> None:
        probes = {probe.name: probe for probe in plan(["a"], "x", "run", charges=True)}
        first, again = probes["toy-credits"], probes["toy-credits-again"]
        assert (first.mode, first.job, again.job) == ("per_thousand", "run-toys", "run-toys")
        assert (first.key, again.key) == ("run-toys-1", "run-toys-2")


@pytest.mark.usefixtures("three_modes")
@pytest.mark.parametrize("basis", get_args(Basis))
def test_the_markdown_table_has_a_column_for_every_mode(
    run: Run, edited: str, monkeypatch: pytest.MonkeyPatch, basis: Basis
) -> None:
    register(monkeypatch, toy(basis))
    lines = run("diff", "--base", edited, *AT, "-o", "markdown").stdout.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("| Model | Job |"))
    table = lines[start : start + 5]
    assert table[0].endswith("| consumption_tokens cr | per_thousand cr |")
    assert {line.count("|") for line in table} == {len(BUDGET_MODES) + 6}
    assert [line.split(" | ")[-1] for line in table[2:]] == ["2 |", "102 |", "616 |"]


@pytest.mark.usefixtures("three_modes")
@pytest.mark.parametrize("basis", ["tokens", "job"])
def test_diff_states_a_mode_without_a_price_once_below_the_jobs(
    run: Run, edited: str, monkeypatch: pytest.MonkeyPatch, basis: Basis
) -> None:
    register(monkeypatch, toy(basis))
    lines = run("diff", "--base", edited, *AT).stdout.splitlines()
    assert "Sample jobs, credits (cr) of consumption_usd" in lines
    assert any(line.endswith("consumption_tokens 1 cr, per_thousand 2 cr") for line in lines)


@pytest.mark.usefixtures("three_modes")
def test_a_charge_for_a_job_alone_is_not_compared(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, toy("job")._replace(formula="for a thousand"))
    assert "Toy" not in run("quote", "gpt-4o", "o3", "1000", "500").stdout
    lines = run("quote", "gpt-4o", "1000", "500").stdout.splitlines()
    # 1.5 credits before rounding
    told = "per_thousand 2 credits 1.5 credits for a thousand"
    assert told in [" ".join(line.split()) for line in lines]


def test_the_modes_and_their_type_are_those_of_the_table() -> None:
    assert tuple(BUDGET_MODES) == MODES == get_args(Mode)
    assert [name for name, mode in BUDGET_MODES.items() if name != mode.name] == []


def test_mode_labels_are_plain_words() -> None:
    labels = [mode.label for mode in BUDGET_MODES.values()]
    assert len(set(labels)) == len(labels)
    assert all(label.isascii() and label.isalpha() for label in labels)


@pytest.mark.parametrize("mode", BUDGET_MODES.values(), ids=list(BUDGET_MODES))
def test_a_formula_shows_figures_unless_it_follows_the_credits(mode: BudgetMode) -> None:
    figures = mode.figures(Job(1, 2, used=True), Profile(), "0.0075", str)
    assert (figures == mode.formula) == (mode.basis == "job")


# Where code names modes by itself, and why.
ALLOWED = {
    # It keeps the modes of the function it replaces; any other name is charged per job.
    "pricectl/production/costs.py": 2,
    # The table.
    "pricectl/core/credits.py": len(BUDGET_MODES),
    # A shop chooses the modes of its accounts: this is the demo account's.
    "examples/credits_app/app.py": 1,
}


def spelled(tree: ast.AST) -> Iterator[str]:
    """The budget modes that texts in code name; docstrings may name any."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    for node in texts:
        if isinstance(node.value, str) and id(node) not in docstrings:
            yield from (name for name in BUDGET_MODES if name in node.value)


def test_no_code_names_a_mode_but_the_table() -> None:
    folders = ("pricectl", "examples", "tools", "benchmarks")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix(): list(spelled(ast.parse(path.read_text("utf-8"))))
        for path in files
    }
    assert len(found) > 100
    assert {name: len(modes) for name, modes in found.items() if modes} == ALLOWED


def test_a_mode_in_an_f_string_or_a_condition_is_found() -> None:
    code = '''
def f(mode):
    """job_based"""
    return mode == "job_based" or f"consumption_usd {mode}"
'''
    assert sorted(spelled(ast.parse(code))) == ["consumption_usd", "job_based"]
