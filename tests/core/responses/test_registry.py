"""The registry of response formats: every format has a row, and every row can be found."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from pricectl.core import responses
from pricectl.core.responses.formats import ResponseFormat
from pricectl.core.responses.registry import FORMATS, MARKS, format_of


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
    assert sorted(written) == sorted(row.name for row in FORMATS)


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_a_usage_has_the_first_format_with_a_matching_mark(row: ResponseFormat) -> None:
    own = [mark for mark in row.marks if FORMATS[MARKS[mark]] is row]
    assert own
    later = FORMATS[-1].marks[0]
    assert format_of({later: 1, own[0]: 1}) is row
    nothing: dict[str, Any] = {own[0]: None}
    assert format_of(nothing) is None
