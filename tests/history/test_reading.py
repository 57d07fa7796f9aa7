"""Versions that are read one after another are what the strict reader makes of each alone."""

import random
from collections.abc import Iterator

import pytest

from pricectl.core import document
from pricectl.core.errors import DocumentError
from pricectl.history.reading import VersionReader
from pricectl.packaged import packaged_catalog
from tests.conftest import CATALOG

# Each is a text and what replaces it; some break the document.
EDITS = (
    ('"gpt-4o"', '"gpt-4o-new"'),
    ("2.5e-06", "2.75e-06"),
    ("2e-06", "20e-06"),
    ('"openai": {', '"openai": {"new": {"input_cost_per_token": 1e-06},'),
    ('"google"', '"openai"'),
    ('"mode": "chat"', '"mode": "chat", "mode": "x"'),
    ('"o3"', '"gpt-4o"'),
    ('"retired": true', '"retired": false'),
    ('"2026-11-01"', '"2026-12-01"'),
    ('"USD"', '"US'),
    ("128000", "1280001"),
    ("128000", "NaN"),
    ("0.01", "[[[]]]"),
    ("0.01", "[" * 28 + "]" * 28),
    ("0.01", "[" * 29 + "]" * 29),
    ('"o3"', '"o\\ud800"'),
    ('"o3"', '"ö3"'),
    ('"mode"', '"\\u006dode"'),
    ("},", "}, "),
    ("}", "},"),
    (": {", ":{"),
    ("  ", "\t"),
    ("\n", "\r\n"),
    ("{", "["),
    ("", " "),
    ("", "\ufeff"),
)


def outcome(read: object, data: bytes) -> object:
    """The values with their types, or the message of the refusal."""
    try:
        return repr(read(data))  # type: ignore[operator]
    except DocumentError as error:
        return str(error)


def random_versions(seed: int, length: int) -> Iterator[str]:
    """A catalog after edits that add up; a text is sometimes put back."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable case, no secret
    text = CATALOG
    for _ in range(length):
        if chance.random() < 0.3:
            text = CATALOG
        old, new = chance.choice(EDITS)
        places = text.count(old)
        if places and old:
            parts = text.split(old)
            cut = chance.randrange(1, len(parts))
            text = old.join(parts[:cut]) + new + old.join(parts[cut:])
        else:
            text = new + text + new if chance.random() < 0.5 else text + new
        yield text


@pytest.mark.parametrize("seed", range(60))
def test_a_version_is_what_the_strict_reader_makes_of_it(seed: int) -> None:
    reader = VersionReader()
    for text in random_versions(seed, 30):
        data = text.encode("utf-8")
        assert outcome(reader.read, data) == outcome(document.parse, data), text


def test_rows_that_did_not_change_are_the_same_objects() -> None:
    reader = VersionReader()
    first = reader.read(CATALOG.encode())
    second = reader.read(CATALOG.replace("15e-06", "16e-06", 1).encode())
    assert first["openai"]["gpt-4o"] is second["openai"]["gpt-4o"]  # type: ignore[index,call-overload]
    assert first["openai"]["o1-retired"] != second["openai"]["o1-retired"]  # type: ignore[index,call-overload]


def test_a_number_that_another_one_begins_with_is_not_taken_for_it() -> None:
    reader = VersionReader()
    assert reader.read(b'{"metadata": 1, "x": {"m": 2}}')["metadata"] == 1
    assert reader.read(b'{"metadata": 12, "x": {"m": 25}}') == {"metadata": 12, "x": {"m": 25}}


def test_the_shipped_catalog_with_an_edit_in_each_tenth_row() -> None:
    text = packaged_catalog().read_text(encoding="utf-8")
    reader = VersionReader()
    parts = text.split("_per_token")
    for number in range(1, len(parts), 400):
        edited = "_per_token".join(parts[:number]) + "_per_tok" + "_per_token".join(parts[number:])
        assert reader.read(edited.encode()) == document.parse(edited)


def test_a_list_is_not_a_catalog() -> None:
    with pytest.raises(DocumentError, match="not a JSON object"):
        VersionReader().read(b"[]")
