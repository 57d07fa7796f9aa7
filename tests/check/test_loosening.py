"""What an edit loosens in its own gate, as sentences."""

import pytest

from pricectl.check.loosening import sentence
from pricectl.policy.review import Loosening


@pytest.mark.parametrize(
    ("message", "counts", "words"),
    [
        ("a waiver is new", True, "in the settings a waiver is new"),
        ("a waiver is new", False, "in the settings a waiver is new; it counts once it is merged"),
        # a reason that is a whole sentence, behind which the sentence goes on
        (
            "new: A list is old.",
            False,
            "in the settings new: A list is old; it counts once it is merged",
        ),
    ],
)
def test_a_sentence_says_what_is_loosened_and_whether_it_counts(
    message: str, *, counts: bool, words: str
) -> None:
    assert sentence(Loosening(message, counts=counts)) == words
