"""Each example of the table of forms is read as the table says."""

import pytest

from pricectl.core.naming.forms import FORMS
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.words import ENDINGS

EXAMPLES = [(name, parts) for form in FORMS for name, parts in form.examples.items()]


@pytest.mark.parametrize(("name", "parts"), EXAMPLES)
def test_an_example_is_read_as_the_table_says(name: str, parts: dict[str, str]) -> None:
    reading = read_name(name)
    wanted = {"seller": "", "maker": "", "region": "", **parts}
    shorter = next(it for it in reading.shorter_names() if it.base == wanted["model"])
    told = {
        "seller": reading.seller,
        "maker": reading.maker,
        "region": reading.region,
        "model": shorter.base,
    }
    by_kind: dict[str, str] = {}
    for ending in shorter.endings:
        text = ending.text if ending.kind in {"revision", "context"} else ending.text[1:]
        by_kind[ending.kind] = by_kind.get(ending.kind, "") + text
    assert {**told, **by_kind} == wanted


@pytest.mark.parametrize("name", [name for name, _ in EXAMPLES])
def test_every_character_of_an_example_is_a_part_of_it(name: str) -> None:
    reading = read_name(name)
    *_, shorter = reading.shorter_names()
    texts = [part.text for part in (*reading.before, *shorter.endings)]
    rest = name.lower()
    for text in texts:
        assert text in rest
        rest = rest.replace(text, "", 1)
    assert shorter.base.endswith(rest)


def test_a_word_before_a_slash_has_one_meaning() -> None:
    words = [word for form in FORMS for word in (*form.words, *form.slugs)]
    assert len(words) == len(set(words))


def test_each_platform_says_how_its_names_are_read() -> None:
    assert all(form.reading for form in FORMS if form.examples)
    assert all(ending.meaning for ending in ENDINGS.values())
