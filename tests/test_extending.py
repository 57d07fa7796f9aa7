"""What a change needs is one row: the changes of docs/changing.md, made in a copy of the package.

The copy gets a toy rule, output format, verb, price key and rounding, as docs/changing.md says, and
everything that reads the tables must show them. `test_budget_modes` holds the same for the modes.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pricectl.cli import VERBS
from tests.conftest import CATALOG, ROOT

pytestmark = pytest.mark.long

RULE = '''"""A toy family: models whose name is a toy's."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule

TOY_NAME = Rule(
    "toy-name", "error", "a model is a toy", "Toys.", '{"x": {"toy": {}}}', "{}", "Rename it."
)
RULES = (TOY_NAME,)


def check(context: Context) -> Iterator[Finding]:
    for model in context.catalog.models:
        if model.name == "toy":
            yield TOY_NAME.finding(model.pointer, "the model is a toy")
'''
FORMAT = '''"""A toy format: how many findings there are."""


def findings(found):
    return f"{sum(len(report.findings) for report in found.reports)} toys"
'''
WRITER = """def _toy(found):
    from pricectl.report.formats import toy

    return toy.findings(found)
"""
VERB = '''"""`pricectl toy`."""

from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show
from pricectl.report import toy as report


def toy(*, view: ViewOptions) -> None:
    """Play."""
    show(view, "toy", "played", report)
'''
REPORT = '''"""A toy's result."""

from pricectl.report.canvas import Canvas


def document(result: str) -> dict[str, str]:
    return {"schema": "pricectl.toy/1"}


def text(result: str, canvas: Canvas) -> str:
    return result
'''
FILES = {
    "check/rules/toys.py": RULE,
    "report/formats/toy.py": FORMAT,
    "commands/toy.py": VERB,
    "report/toy.py": REPORT,
}
# Where a row is put: the file, the beginning of its table, and the row.
ROWS = (
    ("check/families.py", "FAMILIES = (\n", 'RuleFamily("toys", toys.RULES, toys.check),'),
    ("check/families.py", "from pricectl.check.rules import (\n", "toys,"),
    (
        "report/formats/__init__.py",
        "MappingProxyType(\n    {\n",
        '"toy": {"validate": _toy},',
    ),
    (
        "report/formats/__init__.py",
        "    return junit.findings(result)\n",
        f"\n\n{WRITER}",
    ),
    ("cli.py", '"Every day": {\n', '    "toy": "Play.",'),
    ("core/money.py", "MappingProxyType(\n    {\n", '    "toy": lambda _, __, ___: 1,'),
    ("core/units.py", "_TABLE = (\n", 'Unit("spin", "cost_per_spin", "spin of a toy"),'),
)
TOY = CATALOG.replace(
    '"openai": {',
    '"openai": {\n    "toy": {"cost_per_spin": 0.25, "mode": "image_generation"},',
    1,
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the toys, and a catalog with a model of the rule's and the key's."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("pricectl", "schemas", "tools"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in FILES.items():
        (root / "pricectl" / name).write_text(text, encoding="utf-8")
    for name, table, row in ROWS:
        file = root / "pricectl" / name
        text = file.read_text(encoding="utf-8")
        assert text.count(table) == 1, name
        file.write_text(text.replace(table, f"{table}    {row}\n"), encoding="utf-8")
    (root / "llm_pricing_current.json").write_text(TOY, encoding="utf-8")
    (root / "toys.toml").write_text('[profiles.toy]\nrounding = "toy"\n', encoding="utf-8")
    python(root, "tools/make_schema.py")
    return root


def python(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python with the copied package, in the folder of the copy."""
    settings = {"PYTHONPATH": str(root), "COLUMNS": "120", "PRICECTL_SETTINGS": "toys.toml"}
    found = subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in found.stderr, found.stderr
    return found


def pricectl(root: Path, *words: str) -> str:
    return python(root, "-m", "pricectl", *words).stdout


def test_a_rule_is_in_every_report_of_validate(copy: Path) -> None:
    names = ("json", "concise", "github", "sarif", "junit")
    outputs = [word for name in names for word in ("-o", f"{name}=found.{name}")]
    told = python(copy, "-m", "pricectl", "validate", "-o", "text", *outputs)
    assert told.returncode == 1
    written = {name: (copy / f"found.{name}").read_text(encoding="utf-8") for name in names}
    for text in (told.stdout, written["concise"]):
        assert "error[toy-name]" in text
    assert "title=toy-name" in written["github"]
    found = json.loads(written["json"])["findings"]
    assert [each["pointer"] for each in found if each["rule"] == "toy-name"] == ["/openai/toy"]
    (run,) = json.loads(written["sarif"])["runs"]
    (result,) = (each for each in run["results"] if each["ruleId"] == "toy-name")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "toy-name"
    (case,) = ET.fromstring(written["junit"]).iterfind(".//testcase[@name='toy-name']")  # noqa: S314
    assert case.find("failure") is not None


def test_a_rule_is_listed_and_explained(copy: Path) -> None:
    assert "toy-name" in pricectl(copy, "rule")
    assert "Rename it." in pricectl(copy, "rule", "toy-name")
    (found,) = json.loads(pricectl(copy, "rule", "toy-name", "-o", "json"))["rules"]
    assert (found["severity"], found["why"]) == ("error", "Toys.")


def test_a_format_is_in_the_help_of_its_verb_and_works(copy: Path) -> None:
    assert "junit. With =PATH" not in pricectl(copy, "rule", "--help")
    listed = " ".join(pricectl(copy, "validate", "--help").split())
    formats = listed.rpartition(". With =PATH")[0].rpartition("text, ")[2]
    assert "toy" in formats.replace(" or ", ", ").split(", ")
    assert pricectl(copy, "validate", "-o", "toy").endswith(" toys\n")
    assert python(copy, "-m", "pricectl", "diff", "-o", "toy").returncode == 2


def test_a_verb_is_in_the_help_and_runs(copy: Path) -> None:
    assert "Play." in pricectl(copy, "--help")
    assert pricectl(copy, "toy") == "played\n"
    assert json.loads(pricectl(copy, "toy", "-o", "json")) == {"schema": "pricectl.toy/1"}


def test_a_price_key_is_quoted_and_explained(copy: Path) -> None:
    """Three spins at $0.25 each."""
    assert pricectl(copy, "quote", "toy", "0", "--unit", "spin=3", "-q").startswith("0.75")
    quoted = json.loads(pricectl(copy, "quote", "toy", "0", "--unit", "spin=3", "-o", "json"))
    assert [line["unit"] for line in quoted["lines"]] == ["spin"]
    explained = pricectl(copy, "explain", "toy", "0", "--unit", "spin=3")
    assert "3  x $0.25  = $0.75  cost_per_spin" in explained
    assert "spin of a toy" in pricectl(copy, "show", "toy")


def test_a_price_key_is_in_the_schema_with_tier_and_service(copy: Path) -> None:
    text = (copy / "schemas/catalog.schema.json").read_text(encoding="utf-8")
    prices = json.loads(text)["$defs"]["prices"]
    assert prices["properties"]["cost_per_spin"] == {"description": "USD per spin of a toy."}
    file = copy / "tiers.json"
    file.write_text(
        TOY.replace('_spin": 0.25', '_spin_above_200k_tokens_batches": 0.25'), encoding="utf-8"
    )
    assert "unknown-price-key" not in pricectl(copy, "validate", "tiers.json", "-o", "concise")


def test_a_rounding_is_one_that_a_profile_may_name(copy: Path) -> None:
    """It adds a credit to whole ones: $0.25 x 10 a dollar = 2.5 is 3."""
    words = ("toy", "0", "--unit", "spin=1", "--profile", "toy")
    assert "2.5, rounded toy" in pricectl(copy, "quote", *words)
    quoted = json.loads(pricectl(copy, "quote", *words, "-o", "json"))
    assert (quoted["credits"]["consumption_usd"], quoted["rounding"]) == (3, "toy")
    for name in ("quote", "explain"):
        schema = (copy / f"schemas/{name}.schema.json").read_text(encoding="utf-8")
        assert '"up",' in schema.partition('"toy",')[2][:60], name


def lacking(verbs: Iterable[str]) -> list[str]:
    """The files that verbs should have and have not."""
    wanted = [
        path
        for verb in verbs
        for name in [verb.replace("-", "_")]
        for path in (
            f"pricectl/commands/{name}.py",
            f"pricectl/report/{name}.py",
            f"schemas/{verb}.schema.json",
            f"tests/commands/test_{name}.py",
        )
    ]
    return [path for path in wanted if not (ROOT / path).exists()]


def test_every_verb_has_its_report_its_schema_and_its_tests() -> None:
    assert lacking(VERBS) == []
    assert lacking(["toy"]) == [
        "pricectl/commands/toy.py",
        "pricectl/report/toy.py",
        "schemas/toy.schema.json",
        "tests/commands/test_toy.py",
    ]
