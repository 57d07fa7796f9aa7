"""docs/review.md shows what `diff` prints of the real changes that it names."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import write_review_page as tool  # noqa: E402

PAGE = tool.PAGE.read_text(encoding="utf-8")
BLOCKS = list(tool.BLOCK.finditer(PAGE))
COMMANDS = [found["command"] for found in BLOCKS]


def test_the_page_shows_five_real_changes_and_october_in_terminal_and_comment() -> None:
    changes = {command.removesuffix(" -o markdown") for command in COMMANDS}
    assert len(changes) >= 6
    assert sorted(COMMANDS) == sorted([*changes, *(f"{one} -o markdown" for one in changes)])
    assert any("deployed-2025-10-23.json" in change for change in changes)
    assert any("--usage" in change for change in changes)


@pytest.mark.parametrize("found", BLOCKS, ids=COMMANDS)
def test_a_block_is_what_its_command_prints(found: re.Match[str]) -> None:
    if not tool.can_run(found["command"]):
        pytest.skip("a version is not here: a shallow clone, or no samples beside it")
    assert tool.output(found["command"], found["kind"]) == found["shown"], "run 'make review'"


@pytest.mark.parametrize("found", BLOCKS, ids=COMMANDS)
def test_the_first_ten_lines_say_the_kind_of_change(found: re.Match[str]) -> None:
    top = "\n".join(found["shown"].splitlines()[:10])
    assert re.search(r"^(\| \*\*Change\*\* \||  Change  )", top, re.MULTILINE)
