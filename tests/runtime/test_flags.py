"""The table of flags, and the documents that show it."""

import ast
import re
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any, get_args

import pytest

from pricectl.core import Quote
from pricectl.core.money import ROUNDINGS
from pricectl.core.usage import Usage
from pricectl.flags import FLAGS, LAYER_FLAGS, QUOTE_FALLBACK, SIGNS, Layer
from pricectl.router.metrics import AGE, PricingCollector
from pricectl.runtime import FALLBACKS, Pricing, quoting

DOCS = Path(__file__).parents[2] / "docs" / "production.md"


def test_flag_names_are_unique() -> None:
    assert len({flag.name for flag in FLAGS}) == len(FLAGS) == len(FALLBACKS)


def test_each_layer_but_the_file_has_a_flag_of_its_own() -> None:
    assert LAYER_FLAGS.keys() == set(get_args(Layer))
    assert LAYER_FLAGS["file"] == ()
    assert len(set(LAYER_FLAGS.values())) == len(LAYER_FLAGS)


def test_the_documents_show_the_table() -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = lines.index("| kind | counts | meaning |") + 2
    rows = [f"| `{flag.name}` | {flag.counts} | {flag.meaning} |" for flag in FLAGS]
    assert lines[start : start + len(rows) + 1] == [*rows, ""]


def column(title: str) -> list[str]:
    """The first column of the table that begins with this line."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = lines.index(title) + 2
    rows = takewhile(lambda line: line.startswith("|"), lines[start:])
    return [re.findall("`(.*?)`", row)[0] for row in rows]


def test_the_documents_say_what_to_do_about_each_flag() -> None:
    assert column("| kind | what to do |") == [flag.name for flag in FLAGS]


def test_the_documents_say_what_to_do_about_each_log_line() -> None:
    told = column("| line begins with | level | what to do |")
    assert sorted(told) == sorted((*(sign.phrase for sign in SIGNS), QUOTE_FALLBACK))


def test_the_documents_say_what_to_do_about_each_metric(tmp_path: Path) -> None:
    metrics = PricingCollector(Pricing.load(tmp_path / "none", state=tmp_path)).collect()
    names = {name for metric in metrics for name in (metric.name, f"{metric.name}_total")}
    told = {name.partition("{")[0] for name in column("| metric | alarm | what to do |")}
    assert told <= names | {AGE[0]}
    assert {name for name in names if not name.endswith("_total")} <= {
        name.removesuffix("_total") for name in told
    }


def test_every_flag_that_a_call_can_get_is_in_the_table() -> None:
    """A misspelt one would be counted nowhere."""
    trees = [
        ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for module in (quoting, sys.modules[Quote.__module__])
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    strings = {node.value for node in nodes if isinstance(node, ast.Constant)}
    names = {text for text in strings if re.fullmatch("[a-z]+(-[a-z]+)+", str(text))}
    assert len(names) > 5
    assert names - ROUNDINGS.keys() <= FALLBACKS.keys()


@pytest.mark.parametrize(
    ("name", "usage", "options", "flag"),
    [
        ("none-such", Usage(10, 1), {}, "unknown-model"),
        ("denied", Usage(10, 1), {}, "denied-model"),
        ("m", Usage(10, 1, page=1), {}, "unpriced-unit"),
        ("m", Usage(10, 1, cache_read_tokens=5), {}, "assumed-rate"),
        ("m", Usage(10, 1), {"region": "eu"}, "missing-region"),
        ("m", Usage(10, 1), {"service": "flex"}, "missing-service"),
        ("m", {"input_tokens": -1}, {}, "bad-usage"),
        ("m", Usage(10, 1), {"service": 7}, "bad-argument"),
    ],
)
def test_a_call_has_the_same_flags_when_its_name_was_found_before(
    tmp_path: Path, name: str, usage: object, options: dict[str, Any], flag: str
) -> None:
    row = '{"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}'
    file = tmp_path / "prices.json"
    file.write_text(f'{{"x": {{"m": {row}, "denied": {row}}}}}', encoding="utf-8")
    deny = ["denied"] if name == "denied" else []
    pricing = Pricing.load(file, state=tmp_path, deny=deny)
    first, again = (pricing.quote(name, usage, **options).flags for _ in range(2))
    assert flag in first
    assert again == first
    assert pricing.metrics().fallbacks[flag] == 2
