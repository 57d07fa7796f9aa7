"""The options that verbs share, and the promise that every verb has them."""

import json
import re
from typing import Annotated, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from pricectl.changes.gates import FailOnChange
from pricectl.check.findings import SEVERITIES
from pricectl.cli import VERBS
from pricectl.commands.call_options import ProfileOptions, UsageOptions
from pricectl.commands.fail_on import FailOnChangeOrDue, FailOnDue, FailOnSeverityOrDue
from pricectl.commands.options import ViewOptions, typer_command
from pricectl.core import Profile, Usage
from pricectl.report.formats import FORMATS, formats_of
from tests.conftest import ROOT, Run

# `rule` reads no catalog.
WITHOUT_FILE = {"rule"}


@pytest.fixture
def help_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("COLUMNS", "120")
    return {verb: " ".join(run(verb, "--help").stdout.split()) for verb in VERBS}


def test_every_verb_has_the_options_of_the_readme(help_of: dict[str, str]) -> None:
    for verb, said in help_of.items():
        for option in ("-o, --output", "--color", "-q, --quiet", "-v, --verbose", "-f, --file"):
            listed = re.search(rf"{re.escape(option)}\b", said) is not None
            assert listed is not (option.endswith("--file") and verb in WITHOUT_FILE), verb


def test_the_help_of_a_verb_lists_its_formats(help_of: dict[str, str]) -> None:
    for verb, said in help_of.items():
        *others, last = formats_of(verb)
        assert f"Print {', '.join(others)} or {last}. With =PATH, write to a file." in said, verb


def test_an_unknown_format_is_bad_usage_before_anything_is_done(run: Run) -> None:
    words = {"smoke": ["http://127.0.0.1:9"], "show": ["o3"], "quote": ["o3", "1"]}
    words |= {"explain": ["o3"], "export": ["csv"], "replay": ["log.csv"]}
    words["waive"] = ["price-moved", "/openai/o3"]
    words |= {"add": ["o3"], "remove": ["o3"], "rename": ["o3", "o4"]}
    for verb in VERBS:
        result = run(verb, *words.get(verb, []), "-o", "xyzzy")
        said = " ".join(result.stderr.replace("│", " ").split())
        assert (result.exit_code, result.stdout) == (2, ""), verb
        assert f"unknown format 'xyzzy'; one of {', '.join(formats_of(verb))}" in said


def test_every_format_of_the_table_has_its_functions() -> None:
    for writers in FORMATS.values():
        for verb, writer in writers.items():
            assert callable(writer)
            assert verb in VERBS


def test_every_verb_has_a_schema_of_its_name() -> None:
    schemas = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").iterdir()}
    # The file itself, the answer of the open endpoint and the record of a charge have no verb.
    assert schemas == {*VERBS, "catalog", "customer-quote", "record", "usage-summary"}


def test_a_usage_option_is_an_argument_of_usage_and_an_override_a_setting_of_a_profile() -> None:
    Usage(10, 10, **dict.fromkeys(UsageOptions._fields, 1))
    overrides = {name for name in ProfileOptions._fields if name != "profile"}
    assert overrides <= set(Profile._fields)


def test_fail_on_names_every_severity_and_every_kind_of_change() -> None:
    assert list(FailOnSeverityOrDue) == [*SEVERITIES, *FailOnDue]
    assert list(FailOnChangeOrDue) == [*FailOnChange, *FailOnDue]


class Pair(NamedTuple):
    """A group of a test."""

    first: Annotated[str | None, typer.Option("--one")] = None
    second: Annotated[list[str] | None, typer.Option()] = None


def pair(
    name: Annotated[str, typer.Argument()], *, code: int = 0, pair: Pair, view: ViewOptions
) -> int:
    typer.echo(json.dumps([name, pair, view.outputs]))
    return code


@pytest.mark.parametrize("code", [0, 1])
def test_an_option_group_is_passed_as_one_value_and_the_result_is_the_exit_code(code: int) -> None:
    app = typer.Typer()
    app.command()(typer_command("rule", pair))
    words = ["x", "--one", "1", "--second", "2", "--second", "3", "-o", "json=f", "--code"]
    result = CliRunner().invoke(app, [*words, str(code)])
    assert result.exit_code == code
    assert json.loads(result.stdout) == ["x", ["1", ["2", "3"]], [["json", "f"]]]


def test_a_command_without_an_exit_code_ends_with_0() -> None:
    app = typer.Typer()
    app.command()(typer_command("rule", lambda: None))
    assert CliRunner().invoke(app, []).exit_code == 0
