from fractions import Fraction

import pytest

from pricectl.core.labels import percent, plain


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
def test_a_small_move_is_not_shown_as_none(old: int, new: int, text: str) -> None:
    assert percent(old, new) == text


def test_a_negative_number_keeps_its_sign() -> None:
    assert plain(Fraction(-3, 20)) == "-0.15"
