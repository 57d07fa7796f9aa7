"""The table of flags, and the documents that show it."""

from pathlib import Path
from typing import get_args

from pricectl.flags import FLAGS, LAYER_FLAGS, Layer
from pricectl.runtime import FALLBACKS

DOCS = Path(__file__).parents[2] / "docs" / "production.md"


def test_each_kind_is_told_once() -> None:
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
