"""Who sells: the canonical word for a seller, and whether it makes what it sells.

Apart from reading a whole name, since the sections of a catalog are asked about, too.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from pricectl.core.naming.forms import FORMS, NameForm

Row = TypeVar("Row")
GATEWAY = "gateway"
LOCAL = "local"
# The form that a word before a slash belongs to, and the one whose maker a slug stands for.
BY_WORD: Mapping[str, NameForm] = MappingProxyType(
    {word: form for form in FORMS for word in form.words}
)
BY_SLUG: Mapping[str, NameForm] = MappingProxyType(
    {slug: form for form in FORMS for slug in form.slugs}
)
# The canonical word for each word and slug; where gateways share a form, each is its own.
SELLER_OF: Mapping[str, str] = MappingProxyType(
    {
        **{slug: form.seller for form in FORMS for slug in form.slugs},
        **{
            word: word if form.seller == GATEWAY else form.seller
            for form in FORMS
            for word in form.words
        },
    }
)
_KIND_OF = MappingProxyType(
    {SELLER_OF[word]: form.kind for form in FORMS for word in form.words} | {GATEWAY: "gateway"}
)
# Who sells is not said, or passes calls on.
PASSING_ON = frozenset({"", *(seller for seller, kind in _KIND_OF.items() if kind == "gateway")})
# They choose an upstream for each call and charge its price, so that a row can only state one of
# several; what the response says is what was paid.
_PRICED_BY_UPSTREAM = frozenset(
    {"openrouter", "vercel", "requesty", "huggingface", "aihubmix", "cortecs", "litellm_proxy"}
)
# Whose models begin with a word, where other makers sell them too.
FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "claude": "anthropic",
        "deepseek": "deepseek",
        "gemini": "google",
        "glm": "zai",
        "gpt": "openai",
        "grok": "xai",
        "kimi": "moonshot",
        "minimax": "minimax",
    }
)


def seller_of(section: str) -> str:
    """The canonical word for a section of a catalog, or for a word before a slash.

    >>> seller_of("fireworks_ai"), seller_of("moonshotai"), seller_of("my-proxy")
    ('fireworks', 'moonshot', 'my-proxy')
    """
    word = section.lower()
    return SELLER_OF.get(word, word)


def is_reseller(seller: str) -> bool:
    """Whether a seller's models are other makers'."""
    return _KIND_OF.get(seller) in {"host", "gateway", "local"}


def is_maker(seller: str) -> bool:
    """Whether a seller is known to sell models of its own."""
    return _KIND_OF.get(seller) == "maker"


def resells(seller: str, base: str) -> bool:
    """Whether a seller has a model from another maker: a host's, or a maker's row of another's.

    >>> resells("mistral", "deepseek-v4-1-flash"), resells("deepseek", "deepseek-v4-1-flash")
    (True, False)
    """
    if is_maker(seller):
        return FAMILIES.get(base.split("-", 1)[0], seller) != seller
    return is_reseller(seller)


def makers_of(base: str, rows: Iterable[Row], seller: Callable[[Row], str]) -> list[Row]:
    """Of the rows with a model's name, its maker's; else those of makers that resell it, too.

    >>> makers_of("deepseek-v4-pro", ["qwen", "fireworks", "deepseek"], str)
    ['deepseek']
    """
    makers = [row for row in rows if is_maker(seller(row))]
    return [row for row in makers if not resells(seller(row), base)] or makers


def varies_by_upstream(section: str) -> bool:
    """Whether a seller's price depends on the upstream that it chose for the call.

    >>> varies_by_upstream("vercel_ai_gateway"), varies_by_upstream("openai")
    (True, False)
    """
    return seller_of(section) in _PRICED_BY_UPSTREAM


def is_slug(word: str) -> bool:
    """Whether a word is a gateway's or hub's name of a maker, not the maker's own."""
    return word.lower() in BY_SLUG
