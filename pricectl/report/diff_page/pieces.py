"""Pieces that several parts of the page have: sections, names of models, moves."""

from collections.abc import Sequence

from pricectl.changes import Move
from pricectl.core.labels import shortened
from pricectl.report import changes as change_text
from pricectl.report.diff_page.markup import Content, Markup, element, joined

# The longest name that a catalog may have: nothing of it is cut.
MAX_NAME = 256
# By an arrow the class of its direction.
DIRECTIONS = {change_text.UP: "up", change_text.DOWN: "down", change_text.SAME: "same"}


def section(id_: str, title: str, *contents: Content) -> Markup:
    """A part of the page with its heading."""
    heading = element("h2", title, id=f"{id_}-title")
    return element("section", heading, *contents, id=id_, aria_labelledby=f"{id_}-title")


def model_name(full_name: str) -> Markup:
    """A model's name in bold behind its provider."""
    provider, slash, name = shortened(full_name, MAX_NAME, "…").partition("/")
    if not slash:
        return element("b", provider)
    return joined(element("i", provider + slash), element("b", name))


def direction(move: Move | None) -> str:
    """The class of a move: "up", "down" or "same"."""
    return DIRECTIONS[change_text.arrow(move)]


def move_words(move: Move | None) -> str:
    """How much something moved and in which direction, for readers without colour, too."""
    return f"{change_text.percent_text(move)} {change_text.arrow(move)}".strip()


def before_and_now(old: str, new: str) -> str:
    """Two figures with an arrow between them."""
    return f"{old} {change_text.ARROW} {new}"


def dollars(pico_usd: int | None) -> str:
    """A cost with its sign, every digit shown.

    >>> dollars(2_500_000_000_000), dollars(None)
    ('$2.50', 'none')
    """
    return change_text.NO_PRICE if pico_usd is None else f"${change_text.cost(pico_usd)}"


def folded_list(summary: str, items: Sequence[str]) -> Markup:
    """Items that are opened by a click."""
    listed = element("ul", *(element("li", item) for item in items))
    return element("details", element("summary", summary), listed)
