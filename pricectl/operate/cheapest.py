"""Which models stand for a catalog where nobody has named any: the cheapest that chat."""

from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find
from pricectl.core.model import Model
from pricectl.core.usage import Usage

_TYPICAL = Usage(1_000, 500)


def cheapest_chat_models(catalog: Catalog) -> tuple[str, ...]:
    """The cheapest chat model, and the cheapest of another provider, as far as there are any.

    >>> rows = '{"MODEL": {"input_cost_per_token": 1e-06, "output_cost_per_token": PRICE}}'
    >>> a, b = rows.replace("PRICE", "2e-06"), rows.replace("PRICE", "3e-06")
    >>> text = f'{{"a": {a.replace("MODEL", "m")}, "b": {b.replace("MODEL", "n")}}}'
    >>> cheapest_chat_models(Catalog.load(text))
    ('m', 'n')
    """
    costs: list[tuple[int, str, Model]] = []
    for model in filter(_chats, catalog.models):
        # The name alone is what clients send; where it does not find the row, its full name does.
        name = next(
            (it for it in (model.name, model.full_name) if find(catalog, it).model is model), ""
        )
        priced = quote(catalog, name, _TYPICAL) if name else None
        if priced and priced.pico_usd and not priced.unpriced:
            costs.append((priced.pico_usd, name, model))
    costs.sort(key=lambda each: each[:2])
    chosen = costs[:1]
    chosen += [each for each in costs if each[2].provider != chosen[0][2].provider][:1]
    return tuple(name for _, name, _ in chosen)


def _chats(model: Model) -> bool:
    entry = model.entry
    return entry.get("mode", "chat") == "chat" and not (entry.get("retired") or entry.get("free"))
