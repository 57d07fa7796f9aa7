"""Pieces of HTML. A text is escaped where it becomes a piece, so that no name can be markup."""

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from pricectl.core.labels import clean, shortened

# A name has up to 256 characters; a value of the catalog or a sentence may be longer.
MAX_TEXT = 600
# Elements that have no content; those of SVG must be closed by a slash.
_EMPTY = frozenset({"meta", "link", "rect", "path"})
# These end a line, so that the source can be read and compared.
_ON_LINES = frozenset({"tr", "thead", "table", "section", "li", "ul", "ol", "figure", "header"})


class Markup(NamedTuple):
    """HTML that is safe as it stands: only this module makes it."""

    html: str


# What an element may have in it: texts, which are escaped, and markup.
Content = str | Markup
NOTHING = Markup("")


def text(content: str) -> Markup:
    """A text as markup: control and format characters shown as codes, signs of HTML escaped."""
    return Markup(escape(shortened(clean(content), MAX_TEXT, "…")))


def element(name: str, /, *contents: Content, **attributes: str | None) -> Markup:
    """An element with its attributes; those that are None are left out.

    An underscore in an attribute's name is a hyphen, one at its end is left out.

    >>> element("p", "1 < 2", class_="note", aria_label=None).html
    '<p class="note">1 &lt; 2</p>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value).html}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Markup(f"<{name}{written}/>")
    inner = joined(*contents).html
    end = "\n" if name in _ON_LINES else ""
    return Markup(f"<{name}{written}>{inner}</{name}>{end}")


def joined(*contents: Content) -> Markup:
    """Pieces behind each other."""
    return Markup("".join(_pieces(contents)))


def _pieces(contents: tuple[Content, ...]) -> Iterator[str]:
    for content in contents:
        yield content.html if isinstance(content, Markup) else text(content).html


def own_text(content: str) -> Markup:
    """The content of a `<style>` or `<script>` out of the package's own files.

    Escapes do not count inside these, so nothing out of a catalog may come here.
    """
    if "</" in content:
        raise ValueError("a style sheet or script with an end tag in it would end there")
    return Markup(content)


def size(markup: Markup) -> int:
    """How many bytes a piece takes in a file."""
    return len(markup.html.encode())
