from fractions import Fraction

import pytest

from pricectl.core import labels
from pricectl.core.labels import percent, short_decimal


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (0, 0, "0%"),
        (5, 5, "0%"),
        (1_000_000, 1_000_001, "+<0.1%"),
        (1_000_000, 999_999, "-<0.1%"),
        (1, 2_001, "+200,000%"),
    ],
)
def test_a_small_change_is_not_shown_as_zero(old: int, new: int, text: str) -> None:
    assert percent(old, new) == text


def test_a_negative_number_keeps_its_sign() -> None:
    assert short_decimal(Fraction(-3, 20)) == "-0.15"


def test_every_character_of_a_name_is_safe_on_a_terminal() -> None:
    assert labels.clean("a\tb\u202ec\u00e9") == "a\\x09b\\u202ec\u00e9"


def test_a_safe_name_is_unchanged() -> None:
    assert labels.clean("openai/gpt-4o") == "openai/gpt-4o"
