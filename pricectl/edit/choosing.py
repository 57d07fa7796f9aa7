"""Which rows of the reference a team sells, by the names it asks for.

A name is found as production finds it, so names of clouds and gateways lead to their rows. A
section or a pattern such as `openai/gpt-5*` stands for several rows.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.errors import PricingError
from pricectl.core.labels import clean, did_you_mean, shortened
from pricectl.core.lookup import find, near_names
from pricectl.core.model import Model
from pricectl.core.naming.sellers import seller_of

WILDCARDS = frozenset("*?[")
# How many unknown names an error lists.
SHOWN_UNKNOWN = 10
MAX_NAME_SHOWN = 80


class UnknownNames(PricingError):
    """Names for which the reference has no row."""


class ChosenRow(NamedTuple):
    """A row of the reference, the names that led to it, and what lookup flagged on the way."""

    model: Model
    names: tuple[str, ...]
    flags: tuple[str, ...] = ()


class Choice(NamedTuple):
    """The rows that names led to, in the order of the reference, and the names without a row."""

    rows: tuple[ChosenRow, ...]
    unknown: tuple[str, ...] = ()


def choose(reference: Catalog, names: Iterable[str]) -> Choice:
    """The rows for some names, sections and patterns; each row once.

    >>> catalog = Catalog.load('{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}')
    >>> [row.model.full_name for row in choose(catalog, ["azure/gpt-4o", "gpt-*"]).rows]
    ['openai/gpt-4o']
    """
    found: dict[str, ChosenRow] = {}
    unknown: list[str] = []
    for name in dict.fromkeys(names):
        rows = _rows(reference, name)
        if not rows:
            unknown.append(name)
        for row in rows:
            before = found.get(row.model.full_name, ChosenRow(row.model, ()))
            flags = tuple(dict.fromkeys((*before.flags, *row.flags)))
            found[row.model.full_name] = ChosenRow(row.model, (*before.names, *row.names), flags)
    ordered = (found.get(model.full_name) for model in reference.models)
    return Choice(tuple(filter(None, ordered)), tuple(unknown))


def _rows(reference: Catalog, name: str) -> list[ChosenRow]:
    match = find(reference, name)
    if not match.is_guess:
        return [ChosenRow(match.model, (name,), match.flags)]
    if WILDCARDS.isdisjoint(name):
        section = seller_of(name.removesuffix("/"))
        fits = [model for model in reference.models if seller_of(model.provider) == section]
    else:
        fits = [
            model
            for model in reference.models
            if fnmatchcase(model.full_name, name) or fnmatchcase(model.name, name)
        ]
    return [ChosenRow(model, ()) for model in fits]


def require_known(
    catalog: Catalog, unknown: Iterable[str], called: str = "the reference", step: str = ""
) -> None:
    """Raise UnknownNames with similar names of the catalog, if any name is unknown.

    `step` is what to do where no name is similar.
    """
    names = [shortened(clean(name), MAX_NAME_SHOWN) for name in unknown]
    if not names:
        return
    shown = names[:SHOWN_UNKNOWN]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    near = {name: near_names(catalog, name) for name in shown}
    raise UnknownNames(
        f"{called} has no row for {', '.join(shown)}{more}",
        next_step=_suggested(near) or step or "see 'pricectl models --file packaged'",
    )


def _suggested(near: Mapping[str, tuple[str, ...]]) -> str:
    """The similar names, each after the name that was asked for if there are several."""
    known = {name: names for name, names in near.items() if names}
    if len(near) == 1:
        return did_you_mean(*next(iter(known.values()), ()))
    return "; ".join(f"for {name}, {did_you_mean(*names)}" for name, names in known.items())
