"""The help screens: grouped, plain, as wide as the terminal, and with an example that works."""

import inspect
import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from pricectl.cli import SECTIONS, VERBS, app
from pricectl.commands import serve
from pricectl.commands.screens import split_example
from tests.conftest import CHILD_PATH, ROOT, UNDATED, Run
from tests.examples.shops import SETTINGS, TOKEN, serving

# What differs from verb to verb under one name: the formats, the kinds of `--fail-on`, whether '-'
# is a version, whether a server has a token by default, `--service` of `models`, a filter, the
# reason, which `waive` needs and an edit that brings no finding does not, and the month that only
# `replay --at` takes.
DIFFERENT = {
    "--output",
    "--fail-on",
    "--base",
    "--token-env",
    "--service",
    "--new",
    "--reason",
    "--from",
    "--unit",
    "--at",
}
PROGRAM: Any = typer.main.get_command(app)


def command(verb: str) -> Any:
    return PROGRAM.get_command(None, verb)


def options() -> Iterator[tuple[str, Any]]:
    for verb in VERBS:
        for param in command(verb).params:
            if param.param_type_name == "option" and not param.hidden:
                yield verb, param


def test_the_help_has_every_verb_in_the_section_of_the_readme(run: Run) -> None:
    shown = run("--help").stdout
    for heading, verbs in SECTIONS.items():
        block = re.search(rf"^{heading}:\n((?:  .*\n)+)", shown, re.MULTILINE)
        assert block, heading
        assert re.findall(r"^  (\S+)", block[1], re.MULTILINE) == list(verbs)
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("| command |")[2]
    rows = re.findall(r"^\| (?:\*\*(.+?)\*\*|`pricectl (\S+?)[ `])", table, re.MULTILINE)
    told = [heading.capitalize() or verb for heading, verb in rows]
    assert told == [word for heading, verbs in SECTIONS.items() for word in (heading, *verbs)]


def test_the_line_of_a_verb_is_the_first_of_its_docstring() -> None:
    for verb, line in VERBS.items():
        name = verb.replace("-", "_")
        function = getattr(import_module(f"pricectl.commands.{name}"), name)
        assert (inspect.getdoc(function) or "").splitlines()[0] == line
        assert len(line) <= 62, f"{verb} does not fit beside its name in 80 columns"


def test_the_help_loads_no_verb_and_no_other_library() -> None:
    code = "import sys; from pricectl.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    words = [sys.executable, "-c", code, "--help"]
    environment = {**os.environ, "PYTHONPATH": CHILD_PATH}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "pricectl.commands.screens" in loaded
    modules = {f"pricectl.commands.{verb.replace('-', '_')}" for verb in VERBS}
    assert loaded & (modules | {"rich", "jsonschema", "deepdiff"}) == set()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_screen_is_as_wide_as_the_terminal_and_plain(
    run: Run, monkeypatch: pytest.MonkeyPatch, verb: str, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = run(verb, "--help").stdout
    assert max(map(len, shown.splitlines())) <= min(int(columns), 100)
    assert shown.isascii()
    assert shown.isprintable() is ("\n" not in shown)
    assert run(verb, "-h").stdout == run("help", verb).stdout == shown


def test_every_option_has_a_sentence_and_a_plain_name_for_its_value() -> None:
    for verb, option in options():
        assert re.fullmatch(r"[A-Z'].*\.", option.help), (verb, option.opts)
        if not option.is_flag:
            assert re.fullmatch(r"[A-Z]+(\[=PATH\]|=COUNT|=COLUMN)?", option.metavar), (
                verb,
                option.opts,
            )


def test_an_option_of_several_verbs_is_described_in_the_same_words() -> None:
    said: dict[str, set[tuple[str, str, object]]] = {}
    for _, option in options():
        name = max(option.opts, key=len)
        said.setdefault(name, set()).add((option.help, option.metavar, option.show_default))
    different = {name for name, told in said.items() if len(told) > 1}
    assert different <= DIFFERENT


@pytest.fixture
def repository(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog with two versions in git, settings for a shop, and a log."""
    catalog = home / "llm_pricing_current.json"
    (home / "pricectl.toml").write_text(SETTINGS, encoding="utf-8")
    (home / "examples").mkdir()
    (home / "examples/usage_log.csv").write_bytes((ROOT / "examples/usage_log.csv").read_bytes())
    (home / "api.log").write_text("INFO x pricing data loaded: models=5\n", encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "init", "-q", "-b", "main"], cwd=home, check=True)
    for text in (UNDATED.replace("2.5e-06", "2.4e-06"), UNDATED):
        catalog.write_text(text, encoding="utf-8")
        subprocess.run([*git, "add", "."], cwd=home, check=True)
        subprocess.run([*git, "commit", "-q", "-m", "prices"], cwd=home, check=True)
    for name, value in {"SMOKE_TOKEN": TOKEN, "PRICECTL_STATE": str(home / "state")}.items():
        monkeypatch.setenv(name, value)
    return home


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("verb", ["", *VERBS])
def test_the_example_in_the_help_runs(
    run: Run, verb: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, example = split_example((command(verb) if verb else PROGRAM).help)
    shown = run(*([verb] if verb else []), "--help").stdout
    assert shown.endswith(f"\nExample:\n  {example}\n")
    program, *words = shlex.split(example)
    assert (program, words[0]) == ("pricectl", verb or "quote")
    if verb == "serve":
        monkeypatch.setattr(serve, "_listen", lambda *_: socket.create_server(("127.0.0.1", 0)))
        monkeypatch.setattr(serve, "_run", lambda *_, **__: None)
    if verb in {"drift", "pull"}:
        row = {"litellm_provider": "openai", "input_cost_per_token": 2.5e-06}
        Path("prices.json").write_text(json.dumps({"gpt-4o": row}), encoding="utf-8")
    if verb == "smoke":
        with serving(tmp_path_factory.mktemp("shops")) as url:
            done = run(*(f"{url}/good" if word.startswith("https:") else word for word in words))
    else:
        done = run(*words)
    # The small catalog names no sources, which are warnings.
    assert done.exit_code == (1 if verb == "validate" else 0), done.output
    assert done.output


@pytest.mark.parametrize("words", [[], ["help"], ["-h"], ["help", "help"], ["help", "--help"]])
def test_the_name_alone_and_the_word_help_show_the_help(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == run("--help").stdout


def test_capital_v_prints_the_version(run: Run) -> None:
    assert run("-V").stdout == run("--version").stdout != ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("qoute gpt-4o 1", "pricectl: there is no command 'qoute'; did you mean quote?"),
        ("help val", "pricectl: there is no command 'val'; did you mean validate?"),
        ("zzz", "pricectl: there is no command 'zzz'; one of quote, models, show,"),
        ("--file x quote", "pricectl: there is no option --file; write it after a command"),
        ("--versoin", "pricectl: there is no option --versoin; did you mean --version?"),
        ("quote --cahced 3", "pricectl quote: there is no option --cahced; did you mean --cached?"),
        ("quote o3 1 --at", "pricectl quote: Option '--at' requires an argument"),
        ("quote o3 1 --cached x", "pricectl quote: --cached: 'x' is not a count such as 1000"),
        ("quote o3 1 --calls 0", "pricectl quote: --calls: 0 is not a number of 1 or more"),
        ("serve --port 70000", "pricectl serve: --port: 70000 is not a number from 0 to 65535"),
        ("show", "pricectl show: MODEL is missing"),
        ("fmt a.json b.json", "pricectl fmt: unexpected 'b.json'; only one FILE is allowed"),
        ("diff a b c", "pricectl diff: unexpected 'c'; only OLD and NEW are allowed"),
        ("rule --color blue", "pricectl rule: --color: 'blue' is not one of 'auto', 'always'"),
        ("replay a.csv --by team --by model", "pricectl replay: --by is given 2 times; it takes"),
        ("quote o3 1 -f a -f b --file c", "pricectl quote: --file is given 3 times; it takes one"),
        (
            "rename a b --alias --no-alias",
            "pricectl rename: --alias/--no-alias is given 2 times",
        ),
    ],
)
def test_wrong_usage_names_the_fault_and_the_next_step(run: Run, words: str, said: str) -> None:
    result = run(*words.split())
    assert (result.exit_code, result.stdout) == (2, "")
    what, usage, example, more = result.stderr.splitlines()
    assert what.startswith(said)
    name = what.partition(":")[0]
    assert usage.startswith(f"Usage: {name} ")
    assert example.startswith(f"Example: {name}")
    assert more == f"'{name} --help' shows all options."


@pytest.mark.parametrize("verb", VERBS)
def test_no_option_takes_the_last_of_two_values(run: Run, verb: str) -> None:
    """Else a limit, a base or a file that was given first is dropped in silence."""
    command = typer.main.get_command(app).get_command(None, verb)  # type: ignore[attr-defined]
    for option in command.params:
        if option.param_type_name == "argument" or option.multiple:
            continue
        if option.is_flag and not option.secondary_opts:
            continue
        name = max(option.opts, key=len)
        value = [] if option.is_flag else ["1"]
        result = run(verb, name, *value, name, *value)
        assert (result.exit_code, result.stdout) == (2, "")
        names = "/".join([name, *option.secondary_opts])
        assert f"{names} is given 2 times; it takes one value" in result.stderr


def test_a_switch_may_be_repeated_and_an_option_for_several_values_too(run: Run) -> None:
    words = ("quote", "gpt-4o", "1", "-q", "-q", "-o", "text", "-o", "json")
    assert run(*words, "--file", "packaged").exit_code == 0


def test_the_old_name_of_the_token_option_works_and_warns(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--token " not in run("smoke", "--help").stdout
    monkeypatch.setenv("SMOKE_TOKEN", TOKEN)
    result = run("smoke", "http://127.0.0.1:1", "--token", "SMOKE_TOKEN")
    warning = "pricectl: --token is now --token-env; the next release drops --token\n"
    assert result.stderr.startswith(warning)
    new = run("smoke", "http://127.0.0.1:1", "--token-env", "SMOKE_TOKEN")
    assert result.stderr == warning + new.stderr
    both = run("smoke", "http://127.0.0.1:1", "--token", "A", "--token-env", "B")
    assert "write only --token-env" in both.stderr
    assert both.exit_code == 2


def test_no_option_has_an_empty_default(run: Run) -> None:
    for verb in VERBS:
        assert "[default: ]" not in run(verb, "--help").stdout, verb
