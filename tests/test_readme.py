"""What the README shows is true: its code runs, its file is valid, its settings are read."""

import re
import shutil
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from pricectl.cli import VERBS
from pricectl.core import Catalog
from pricectl.policy import read_policy
from pricectl.rules import RULES
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
