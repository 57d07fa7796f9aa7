"""What the documents show is true: commands run, code runs, files are valid, names exist.

In a `console` block a line after `$ ` is a command and the lines below it are its output; a line of
`...` stands for what is left out.
"""

import importlib
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pricectl.check.validation import validate
from pricectl.cli import VERBS, app
from pricectl.core import Catalog, Profile
from pricectl.files.settings import load_policy
from pricectl.policy import Policy, RuleLimits, Waiver, read_policy
from pricectl.policy.table import keys_of
from pricectl.runtime import configure, get_pricing
from tests.conftest import ROOT
from tests.test_import_order import ORDER

# `differences` is written by a tool, the changelog tells of names that are gone.
NAMES = ("README.md", "CONTRIBUTING.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md")))
PAGES = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in NAMES
    if name != "docs/differences.md"
}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(name: str, language: str) -> list[str]:
    return [text for kind, text in FENCE.findall(PAGES[name]) if kind == language]


def prose(name: str) -> str:
    return FENCE.sub("", PAGES[name])


def every_block(language: str) -> list[tuple[str, str]]:
    return [(name, text) for name in PAGES for text in blocks(name, language)]


# Links, names and files


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_existing_pages(name: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(name))
    for target in targets:
        path, _, anchor = target.partition("#")
        if ":" in path:
            continue
        page = (ROOT / name).parent / path if path else ROOT / name
        assert page.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), target


@pytest.mark.parametrize("name", PAGES)
def test_lines_are_wrapped(name: str) -> None:
    lines = prose(name).splitlines()
    assert [line for line in lines if len(line) > 120 and not line.startswith(("|", "<!--"))] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {
        Path(name).name for page in PAGES.values() for name in re.findall(r"[\w-]+\.md", page)
    }
    assert {Path(name).name for name in NAMES} <= linked | {"README.md"}


def resolved(dotted: str) -> object:
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(dotted)


@pytest.mark.parametrize("name", PAGES)
def test_modules_and_functions_that_are_named_exist(name: str) -> None:
    for dotted in set(re.findall(r"`(pricectl(?:\.\w+)+)(?=[`(])", prose(name))) - {
        "pricectl.toml"
    }:
        assert resolved(dotted) is not None, dotted


@pytest.mark.parametrize("name", ["docs/architecture.md", "docs/changing.md", "CONTRIBUTING.md"])
def test_files_that_are_named_exist(name: str) -> None:
    paths = re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", prose(name))
    assert paths
    for path in paths:
        # For a file to be made, its folder.
        place = path.rpartition("/")[0] if re.search("NAME|PROVIDER", path) else path
        assert (ROOT / place).exists() or (ROOT / "pricectl" / place).exists(), path


def test_the_tables_that_a_recipe_names_are_in_their_file() -> None:
    steps = re.findall(
        r"^\d\. `([\w/]+\.py)`: (.*?)(?=^\d|^$)",
        PAGES["docs/changing.md"],
        re.DOTALL | re.MULTILINE,
    )
    named = [
        (path, table)
        for path, step in steps
        for table in re.findall(r"`(_?[A-Z][A-Z_]+)`", step)
        if table != "NAME"
    ]
    assert len(named) >= 7
    for path, table in named:
        assert re.search(rf"^{table}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_picture_of_the_packages_is_the_order_of_their_imports() -> None:
    picture = blocks("docs/architecture.md", "text")[0]
    shown = re.findall(r"^ {3}(\w+)(?:/|\.py)", picture, re.MULTILINE)
    order = [name.partition(".")[2] for name in reversed(ORDER) if "." in name]
    assert shown == [name for name in order if name != "__main__"]


# Commands


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a reader has: the catalog and the examples in a git repository with an origin."""
    for name in ("PRICECTL_FILE", "PRICECTL_DEBUG", "NO_COLOR", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(ROOT / "llm_pricing_current.json", tmp_path)
    (tmp_path / "examples").mkdir()
    for path in (ROOT / "examples").glob("*.json"):
        shutil.copy(path, tmp_path / "examples")
    shutil.copy(ROOT / "examples" / "usage_log.csv", tmp_path / "examples")
    shutil.copytree(ROOT / "examples" / "price_lists", tmp_path / "examples" / "price_lists")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        ["commit", "--quiet", "--message", "prices"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands(text: str) -> Iterator[tuple[list[str], str]]:
    """The commands of a console block as words, each with the output that is shown."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield shlex.split(command, comments=True), output


SHOWN = [
    (name, words, output)
    for name, text in every_block("console")
    for words, output in commands(text)
]


@pytest.mark.parametrize(
    ("words", "output"),
    [(words[1:], output) for _, words, output in SHOWN if words[0] == "pricectl"],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("clone")
def test_commands_run_and_print_what_is_shown(words: list[str], output: str) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code in {0, 1}, result.output
    if output:
        shown = "\n".join(line.rstrip() for line in output.rstrip().splitlines())
        pattern = r"(?s:.*)".join(map(re.escape, shown.split("\n...\n")))
        pattern = re.sub(r"\\\n\\\.\\\.\\\.$", r"(?s:.*)", pattern)
        printed = "\n".join(line.rstrip() for line in result.stdout.rstrip().splitlines())
        assert re.fullmatch(pattern, printed), printed


def test_other_commands_are_those_of_the_makefile_and_of_pip() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for _, words, _ in SHOWN:
        assert words[0] in {"pricectl", "make", "pip"}
        if words[0] == "make":
            assert f"\n{words[1]}:" in makefile


def test_every_target_of_the_makefile_is_written_once() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    assert sorted(targets) == sorted(set(targets))


@cache
def help_of(verb: str) -> str:
    return CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "200"}).stdout


@pytest.mark.parametrize("name", PAGES)
def test_commands_within_sentences_have_the_options_they_name(name: str) -> None:
    for command in re.findall(r"`pricectl ([a-z][^`]*)`", PAGES[name]):
        verb, *words = command.split()
        assert verb in VERBS, command
        options = [word for word in words if re.match(r"--?[a-z]", word)]
        assert [option for option in options if option not in help_of(verb)] == [], command


@pytest.mark.parametrize("option", ["--output", "--color", "--quiet", "--verbose", "--file"])
def test_the_readme_says_which_commands_lack_an_option(option: str) -> None:
    lacking = {verb for verb in VERBS if option not in help_of(verb)}
    assert lacking == ({"rule"} if option == "--file" else set())
    assert "every command but `rule` also has `--file`" in " ".join(PAGES["README.md"].split())


# Code and files


def test_the_python_examples_run(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRICECTL_STATE", str(clone / "state"))
    monkeypatch.setenv("PRICECTL_FILE", str(clone / "llm_pricing_current.json"))
    configure()  # other tests may have loaded their own prices
    try:
        for name, text in every_block("python"):
            if "from pricing_loader import" not in text:  # the code to be replaced
                exec(compile(text, name, "exec"), {})  # noqa: S102 - our own documents
    finally:
        get_pricing().unwatch()
    assert "with a caveat" not in capsys.readouterr().out


@pytest.mark.parametrize("text", blocks("docs/file-format.md", "json"))
def test_the_examples_of_the_file_are_catalogs_without_errors(text: str) -> None:
    whole = text
    if text.startswith('"metadata"'):
        whole = f'{{{text}, "x": {{"m": {{"input_cost_per_token": 1e-06}}}}}}'
    elif text.startswith('"'):
        whole = f'{{"x": {{{text}}}}}'
    assert Catalog.load(whole).models
    report = validate(whole, "page", Policy(critical=()), date(2026, 11, 23))
    assert [finding for finding in report.findings if finding.severity == "error"] == []


@pytest.mark.parametrize(("name", "text"), every_block("toml"))
def test_settings_are_accepted_in_the_file_that_their_first_line_names(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PRICECTL_SETTINGS", raising=False)
    file = text.partition("\n")[0].removeprefix("# ")
    assert file in {"pricectl.toml", "pyproject.toml"}, name
    (tmp_path / file).write_text(text, encoding="utf-8")
    policy = load_policy(tmp_path)
    assert policy.source == str(tmp_path / file)
    assert policy != Policy(source=policy.source)


def test_the_two_forms_of_the_settings_say_the_same(tmp_path: Path) -> None:
    policies: list[Policy] = []
    for text in blocks("docs/settings.md", "toml")[:2]:
        folder = tmp_path / str(len(policies))
        folder.mkdir()
        (folder / text.partition("\n")[0].removeprefix("# ")).write_text(text, encoding="utf-8")
        policies.append(load_policy(folder)._replace(source=""))
    assert policies[0] == policies[1]
    assert policies[0].profile_named(None).markup_percent == 30


def test_the_hook_that_is_shown_exists() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    for _, text in every_block("yaml"):
        for hook in re.findall(r"- id: ([\w-]+)", text):
            assert f"- id: {hook}\n" in hooks


# The page of settings


def rows_of(title: str) -> dict[str, str]:
    """The keys of a table of the settings' page, and their defaults as they are written."""
    section = PAGES["docs/settings.md"].partition(title)[2].partition("\n#")[0]
    rows = re.findall(r"^\| `(\w+)`.*? \| .*? \| (.*?) \| .*\|$", section, re.MULTILINE)
    return {name: default.split(";")[0].strip("`") for name, default in rows}


def test_the_settings_page_has_every_key_with_its_default() -> None:
    assert rows_of("## Keys").keys() == keys_of("").keys()
    profile = rows_of("### Profiles")
    assert profile.keys() == keys_of("profiles").keys()
    written = {name: default.strip('"') for name, default in profile.items()}
    assert written.pop("rules") == "none"
    assert written.pop("prefer_stated_cost") == json.dumps(Profile().prefer_stated_cost)
    assert written == {name: str(getattr(Profile(), name)) for name in written}
    assert rows_of("### Rules").keys() == keys_of("profiles.rules").keys()
    limits = rows_of("### Limits")
    assert limits.keys() == keys_of("limits").keys()
    numbers = [name for name in limits if not isinstance(getattr(RuleLimits(), name), dict)]
    numbers = [name for name in numbers if name not in {"highest", "lowest"}]
    assert {name: limits[name] for name in numbers} == {
        name: str(getattr(RuleLimits(), name)) for name in numbers
    }
    for name in ("Waivers", "Severities", "Gates"):
        assert rows_of(f"### {name}").keys() == keys_of(name.lower()).keys()
    assert rows_of("### Workloads").keys() >= keys_of("workloads").keys() - {"usage"}
    assert rows_of("## Keys")["critical"] == json.dumps(list(Policy().critical))


def test_the_settings_page_shows_every_key() -> None:
    text = blocks("docs/settings.md", "toml")[-1]
    settings = tomllib.loads(text, parse_float=Decimal)
    policy = read_policy(settings, "page")
    assert settings.keys() == keys_of("").keys()
    assert settings["profiles"]["reseller"].keys() == keys_of("profiles").keys()
    rules = settings["profiles"]["reseller"]["rules"]
    assert {key for rule in rules for key in rule} == keys_of("profiles.rules").keys()
    assert settings["limits"].keys() == keys_of("limits").keys()
    assert settings["waivers"][0].keys() == set(Waiver._fields)
    assert settings["severities"][0].keys() == keys_of("severities").keys()
    assert settings["gates"].keys() == keys_of("gates").keys()
    assert policy.profile_named(None).markup_percent == 30
