"""What answers for names that a team's catalog does not have: a reference, a team's own price."""

from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.naming.reading import LOCAL

# The name of the row that the setting stands for.
LOCAL_PRICE = "local_price"


class Fallback(NamedTuple):
    """What answers for a name that the catalog does not have; None answers nothing.

    `reference` is another catalog, which answers by the layers 1 to 4 and flagged. `local` is the
    row for models on the team's own servers.
    """

    reference: Catalog | None = None
    local: Model | None = None


def local_model(prices: Model) -> Model:
    """A row with these prices for models on the team's own servers."""
    return prices._replace(provider=LOCAL, name=LOCAL_PRICE)
