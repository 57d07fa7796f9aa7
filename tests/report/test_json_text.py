"""JSON documents: indented for people, on one line where only programs will read them."""

import json

import pytest

from pricectl.report.json_text import MAX_INDENTED, json_text


@pytest.mark.parametrize(
    ("entries", "lines"), [(MAX_INDENTED, MAX_INDENTED + 5), (MAX_INDENTED + 1, 1)]
)
def test_a_document_of_very_many_entries_is_not_indented(entries: int, lines: int) -> None:
    document = {"schema": "pricectl.diff/1", "changes": [1] * entries}
    text = json_text(document)
    assert len(text.splitlines()) == lines
    assert json.loads(text) == document
