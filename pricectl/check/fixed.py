"""What was fixed in a catalog: values for the reports; `edit.fixing` makes them."""

from typing import NamedTuple


class Fix(NamedTuple):
    """One thing that was fixed: by which rule, where, and the text before and after.

    `line` is the 1-based line in the text that was fixed; an empty `new` means it was removed.
    """

    rule: str
    pointer: str
    line: int
    old: str
    new: str


class FixedText(NamedTuple):
    """A catalog's bytes before, its text after, and every fix in the order they were made."""

    before: bytes
    text: str
    fixes: tuple[Fix, ...]


class FixedFile(NamedTuple):
    """A file that was fixed, or would be; `written`: it was replaced."""

    name: str
    fixed_text: FixedText
    written: bool = False
