"""What the README shows is true: its code runs, its file is valid, its settings are read."""

import json
import re
import shutil
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from pricectl.check.rules import RULES
from pricectl.cli import VERBS
from pricectl.core import Catalog, Profile
from pricectl.policy import Policy, RuleLimits, Waiver, read_policy
from pricectl.runtime import configure
from tests.conftest import ROOT, Run

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_examples_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PRICECTL_STATE", str(tmp_path))
    monkeypatch.setenv("PRICECTL_FILE", str(tmp_path / "llm_pricing_current.json"))
    shutil.copy(ROOT / "llm_pricing_current.json", tmp_path)
    configure()  # the process's prices anew: other tests may have loaded theirs
    runtime, core = blocks("python")
    exec(runtime, {})  # noqa: S102 - our own README
    # 1,000 x $2.50 + 500 x $10 = $0.0075
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("7500000000 () ")
    assert second == "unchanged"
    variables: dict[str, object] = {}
    exec(core, variables)  # noqa: S102 - our own README
    # 200 x $2.50 + 800 x $1.25 + 500 x $10 = $0.0005 + $0.001 + $0.005
    assert capsys.readouterr().out == "0.0065 exact ()\n"
    # $0.0065 x 1.3 x 100 = 0.845, up: 1; two calls 1.69, up: 2, so 1 more
    assert (variables["credits"], variables["more"]) == (1, 1)


def test_the_file_example_is_a_catalog(run: Run, home: Path) -> None:
    text = blocks("json")[0]
    assert Catalog.load(text).models[0].full_name == "openai/gpt-4o"
    (home / "readme.json").write_text(text, encoding="utf-8")
    assert run("validate", "readme.json", "--at", "2026-11-23").exit_code in {0, 1}


def test_the_settings_example_is_read() -> None:
    settings = tomllib.loads(blocks("toml")[0], parse_float=Decimal)["tool"]["pricectl"]
    policy = read_policy(settings, "README")
    assert policy.profile_named(None).credits_per_dollar == 100
    assert policy.workloads[0].usage.count("cache_read") == 3000
    assert policy.waivers[0].reason == "audio output costs more"
    assert policy.waivers[0].rule in RULES


def test_every_verb_and_no_other_is_in_the_table() -> None:
    shown = re.findall(r"^\| `pricectl (\w[\w-]*)", README, re.MULTILINE)
    assert sorted(shown) == sorted(VERBS)


def test_every_link_and_picture_exists() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


SETTINGS_PAGE = (ROOT / "docs/settings.md").read_text(encoding="utf-8")


def rows_of(title: str) -> dict[str, str]:
    """The keys of a table of the settings' page, and their defaults as they are written."""
    section = SETTINGS_PAGE.partition(title)[2].partition("\n#")[0]
    rows = re.findall(r"^\| `(\w+)`.*? \| .*? \| (.*?) \| .*\|$", section, re.MULTILINE)
    return {name: default.split(";")[0].strip("`") for name, default in rows}


def test_the_settings_page_has_every_key_with_its_default() -> None:
    assert rows_of("## Keys").keys() == set(Policy._fields) - {"source", "defines_profile"}
    profile = rows_of("### A profile")
    assert profile.keys() == set(Profile._fields) - {"name"}
    written = {name: default.strip('"') for name, default in profile.items()}
    assert written == {name: str(getattr(Profile(), name)) for name in profile}
    limits = rows_of("### Limits")
    assert limits.keys() == set(RuleLimits._fields)
    days = ("stale_days", "deprecation_days", "max_input_usd_per_mtok", "max_output_usd_per_mtok")
    assert {name: limits[name] for name in days} == {
        name: str(getattr(RuleLimits(), name)) for name in days
    }
    assert rows_of("### A waiver").keys() == set(Waiver._fields)
    assert rows_of("### A workload").keys() >= {"name", "calls", "service"}
    assert rows_of("## Keys")["critical"] == json.dumps(list(Policy().critical))


def test_the_settings_page_shows_every_key() -> None:
    text = re.findall(r"```toml\n(.*?)```", SETTINGS_PAGE, re.DOTALL)[0]
    settings = tomllib.loads(text, parse_float=Decimal)
    policy = read_policy(settings, "page")
    assert settings.keys() == set(Policy._fields) - {"source", "defines_profile"}
    assert settings["profiles"]["reseller"].keys() == set(Profile._fields) - {"name"}
    assert settings["limits"].keys() == set(RuleLimits._fields)
    assert settings["waivers"][0].keys() == set(Waiver._fields)
    assert policy.profile_named(None).markup_percent == 30


@pytest.mark.parametrize("name", ["README.md", "docs/settings.md", "docs/migration.md"])
def test_links_of_the_pages_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_lines_of_the_readme_are_wrapped() -> None:
    plain = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    long = [line for line in plain.splitlines() if len(line) > 120 and not line.startswith("|")]
    assert long == []
