"""What the README shows: its code prints what it says, and every command is in its table."""

import re
import shutil
from pathlib import Path

import pytest

from pricectl.cli import VERBS
from pricectl.runtime import configure
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def python_blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_python_examples_print_what_they_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PRICECTL_STATE", str(tmp_path))
    monkeypatch.setenv("PRICECTL_FILE", str(tmp_path / "llm_pricing_current.json"))
    shutil.copy(ROOT / "llm_pricing_current.json", tmp_path)
    configure()  # the process's prices anew: other tests may have loaded theirs
    (runtime,) = python_blocks("README.md")
    (core,) = (text for text in python_blocks("docs/production.md") if "Catalog.load" in text)
    exec(runtime, {})  # noqa: S102 - our own README
    # 1,000 x $2.50 + 500 x $10 = $0.0075
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("7500000000 () ")
    assert second == "unchanged"
    variables: dict[str, object] = {}
    exec(core, variables)  # noqa: S102 - our own documents
    # 200 x $2.50 + 800 x $1.25 + 500 x $10 = $0.0005 + $0.001 + $0.005
    assert capsys.readouterr().out == "0.0065 exact ()\n"
    # $0.0065 x 1.3 x 100 = 0.845, up: 1; two calls 1.69, up: 2, so 1 more
    assert (variables["credits"], variables["more"]) == (1, 1)


def test_every_verb_and_no_other_is_in_the_table() -> None:
    shown = re.findall(r"^\| `pricectl (\w[\w-]*)", README, re.MULTILINE)
    assert sorted(shown) == sorted(VERBS)


def test_every_picture_exists() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 5
    assert [picture for picture in pictures if not (ROOT / picture).exists()] == []
