"""The registry of response formats: every format has a row, and every row can be found."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from pricectl.core import responses
from pricectl.core.responses.formats import ResponseFormat
from pricectl.core.responses.litellm_rows import NOT_CHARGED
from pricectl.core.responses.openai import CHAT, TOTALS, VIDEO
from pricectl.core.responses.registry import FORMATS, MARKS, format_of
from pricectl.core.responses.spans import SPAN


def test_every_format_of_a_provider_is_registered_once() -> None:
    modules = [
        import_module(f"{responses.__name__}.{m.name}") for m in iter_modules(responses.__path__)
    ]
    written = {
        value.name
        for module in modules
        for value in vars(module).values()
        if isinstance(value, ResponseFormat)
    }
    # Found by the envelope they stand in and not by a mark.
    by_envelope = {SPAN.name, VIDEO.name, NOT_CHARGED.name}
    assert sorted(written - by_envelope) == sorted(row.name for row in FORMATS)


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_a_usage_has_the_first_format_with_a_matching_mark(row: ResponseFormat) -> None:
    own = [mark for mark in row.marks if FORMATS[MARKS[mark]] is row]
    assert own
    later = FORMATS[-1].marks[0]
    # A generic mark, such as a total, yields to any other.
    assert format_of({later: 1, own[0]: 1}) is (FORMATS[-1] if row.generic else row)
    assert format_of({own[0]: 1}) is row
    nothing: dict[str, Any] = {own[0]: None}
    assert format_of(nothing) is None


def test_a_zero_marks_no_format_where_another_one_has_a_value() -> None:
    zeros = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 9}
    assert format_of({**zeros, "input_tokens": 5, "output_tokens": 4}) is TOTALS
    # Without another count they do: what the total counts is then reported.
    assert format_of(zeros) is CHAT
