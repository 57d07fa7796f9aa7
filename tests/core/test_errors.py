"""Each message says what, where and what next."""

import pytest

from pricectl.core import DocumentError, PricingError


@pytest.mark.parametrize(
    ("where", "next_step", "message"),
    [
        ("", "", "what"),
        ("here", "", "here: what"),
        ("", "do this", "what; do this"),
        ("here", "do this", "here: what; do this"),
    ],
)
def test_a_message_contains_only_the_parts_given(where: str, next_step: str, message: str) -> None:
    error = PricingError("what", where=where, next_step=next_step)
    assert str(error) == message
    assert (error.what, error.where, error.next_step) == ("what", where, next_step)


def test_a_document_error_shows_its_position_if_known() -> None:
    placed = DocumentError("what", rule="r", line=3, column=1, next_step="fix")
    assert (placed.rule, placed.line, placed.column) == ("r", 3, 1)
    assert str(placed) == "line 3, column 1: what; fix"
    anywhere = DocumentError("what", rule="r")
    assert (anywhere.line, anywhere.column, anywhere.where, str(anywhere)) == (0, 0, "", "what")


def test_errors_can_be_caught_as_one_kind() -> None:
    with pytest.raises(PricingError):
        raise DocumentError("what", rule="r")
