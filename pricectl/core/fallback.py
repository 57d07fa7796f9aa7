"""What answers for names that a team's catalog does not have: a reference, a team's own price."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.entries import read_prices
from pricectl.core.labels import dollar_text
from pricectl.core.model import Match, Model
from pricectl.core.money import TOKENS_PER_MTOK, usd_per_mtok
from pricectl.core.naming.sellers import LOCAL
from pricectl.core.units import UNITS, is_token_unit

# The name of the row that the setting stands for.
LOCAL_PRICE = "local_price"


class Fallback(NamedTuple):
    """What answers for a name that the catalog does not have; None answers nothing.

    `reference` is another catalog, which answers by the layers 1 to 4 and flagged. `local` is the
    row for models on the team's own servers. `list_prices` is the reference where it is off: it
    answers nothing, but a report can say what the list price is. `problem` says why the reference
    is missing.
    """

    reference: Catalog | None = None
    local: Model | None = None
    list_prices: Catalog | None = None
    problem: str = ""


def list_price_words(match: Match) -> str:
    """What a row charges for input and output, and which row it is.

    "$2.50 input, $10.00 output per 1M tokens (openai/gpt-4o)".
    """
    sides = zip(("input", "output"), match.input_and_output, strict=True)
    rates = [
        f"{dollar_text(usd_per_mtok(pico))} {side}" for side, pico in sides if pico is not None
    ]
    price = f"{', '.join(rates)} per 1M tokens" if rates else "by other units"
    return f"{price} ({match.model.full_name})"


def local_model(prices: Mapping[str, Decimal]) -> Model:
    """A row for models on the team's own servers, from prices by unit.

    In USD per 1M tokens for units of tokens, in USD per unit for others.

    >>> local_model({"input": Decimal("0.5")}).prices.base_rate("input")
    500000
    """
    entry = MappingProxyType(
        {
            UNITS[unit].key: price / TOKENS_PER_MTOK if is_token_unit(unit) else price
            for unit, price in prices.items()
        }
    )
    return Model(LOCAL, LOCAL_PRICE, entry, read_prices(entry, "", []))
