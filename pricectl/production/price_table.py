"""MODEL_PRICING: a table of all prices that is a dict, and always shows the active catalog."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from pricectl import runtime
from pricectl.core.catalog import Catalog
from pricectl.core.labels import clean
from pricectl.core.lookup import find
from pricectl.core.money import TOKENS_PER_MTOK
from pricectl.core.prices import PriceList
from pricectl.runtime import Snapshot

ModelPrices = dict[str, float]

DEFAULT = "default"
# In USD per 1M tokens: what an unknown model costs.
DEFAULT_PRICES: ModelPrices = {"input": 1.0, "output": 2.0}
# The name of the replaced module's logger depended on where it was; ours has one name.
LOGGER = logging.getLogger("pricectl.production")


class _PriceTable(dict[str, ModelPrices]):
    """Each model's price in USD per 1M tokens, and "default"; always those of the active catalog.

    A dict for `isinstance`, `copy`, `|`, `json.dumps`; a view for everything else: read-only, and
    what is looked at together (`items`, `copy`, `==`) is of one version. Its own storage is never
    read: it holds one name, since the json module writes an empty dict as {}.
    """

    def __getitem__(self, name: str) -> ModelPrices:
        return dict(table()[_stripped(name)])

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(table()))

    def __reversed__(self) -> Iterator[str]:
        return reversed(tuple(table()))

    def __len__(self) -> int:
        return len(table())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _stripped(name) in table()

    def __eq__(self, other: object) -> bool:
        return self is other or table() == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        return f"<prices of {len(self) - 1} models in USD per 1M tokens>"

    def __or__(self, other: Any) -> Any:
        return _copied(table()) | other

    def __ror__(self, other: Any) -> Any:
        return other | _copied(table())

    def __reduce__(self) -> Any:
        return dict, (_copied(table()),)

    def __copy__(self) -> dict[str, ModelPrices]:
        return _copied(table())

    def __deepcopy__(self, memo: object) -> dict[str, ModelPrices]:
        return _copied(table())

    def copy(self) -> dict[str, ModelPrices]:
        """A plain dict, of one version, that may be written to."""
        return _copied(table())

    def get(self, name: str, default: Any = None) -> Any:
        """A model's price, or `default`."""
        return self[name] if name in self else default  # noqa: SIM401 - this is that method

    def keys(self) -> Any:
        """The names, of one version."""
        return table().keys()

    def items(self) -> Any:
        """Names with their prices, of one version."""
        return _copied(table()).items()

    def values(self) -> Any:
        """The prices, of one version."""
        return _copied(table()).values()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(
            "MODEL_PRICING is read-only: edit the catalog, or change a MODEL_PRICING.copy()"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


MODEL_PRICING: dict[str, ModelPrices] = _PriceTable({DEFAULT: DEFAULT_PRICES})

# The last table made, with the catalog it was made from; swapped as one.
_made: tuple[Catalog | None, dict[str, ModelPrices]] = (None, {})


def table() -> dict[str, ModelPrices]:
    """The table of the active catalog; made anew when the catalog changes."""
    global _made  # noqa: PLW0603 - one assignment swaps the table with its catalog
    now = runtime.get_pricing().snapshot
    made_from, found = _made
    if made_from is not now.catalog:
        found = table_of(now.catalog)
        _made = now.catalog, found
        _log_load(now, len(found))
    return found


def table_of(catalog: Catalog) -> dict[str, ModelPrices]:
    """Every name with one price, and the default price."""
    found = {
        name: per_mtok(models[0].prices)
        for name, models in catalog.names.items()
        if len(models) == 1 or find(catalog, name).how == "exact"
    }
    found[DEFAULT] = per_mtok(catalog.default.prices)
    return found


def _log_load(now: Snapshot, names: int) -> None:
    """The lines of the replaced module, for monitors that look for them."""
    if now.layer == "file":
        name = clean(Path(now.source).name)
        LOGGER.info("Loaded pricing for %d models from %s", names, name)
    else:
        LOGGER.error("Failed to load pricing from the file: prices of layer %s in use", now.layer)


def per_mtok(prices: PriceList) -> ModelPrices:
    """A price list's base prices of input and output, in USD per 1M tokens."""
    return {side: prices.base[side].pico_usd / TOKENS_PER_MTOK for side in ("input", "output")}


def _stripped(name: Any) -> Any:
    """A name without the blanks around it, as lookup takes it; str.strip, for a str subclass."""
    return str.strip(name) if isinstance(name, str) else name


def _copied(found: dict[str, ModelPrices]) -> dict[str, ModelPrices]:
    return {name: dict(prices) for name, prices in found.items()}
