"""Loads what the settings say about names that the catalog does not have."""

from decimal import Decimal
from functools import lru_cache

from pricectl.core.catalog import Catalog
from pricectl.core.errors import CatalogError, PricingError
from pricectl.core.fallback import Fallback, local_model
from pricectl.core.model import Model
from pricectl.files import catalog_file
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy


def load_fallback(policy: Policy) -> Fallback:
    """The reference catalog and the local price that the settings choose.

    The reference is loaded also where it is off, so that a report can say the list price. Raises
    PricingError where it cannot be read.
    """
    local = _local_model(tuple(policy.local_price.items()))
    is_on = policy.fallback == "reference"
    if policy.reference == "none":
        problem = "the setting `reference` is `none`, so `fallback` finds no prices"
        return Fallback(None, local, None, problem if is_on else "")
    is_packaged = policy.reference in {None, "auto", "packaged"}
    path = str(packaged_catalog()) if is_packaged else str(policy.reference)
    data = catalog_file.read(path).data
    try:
        catalog = _catalog(data)
    except PricingError as error:  # which says where in the file, not in which file
        raise CatalogError(f"the reference is not a catalog: {error}", where=path) from error
    return Fallback(catalog if is_on else None, local, None if is_on else catalog)


def fallback_or_problem(policy: Policy) -> Fallback:
    """The same for a process that must go on: a reference that cannot be read answers nothing."""
    try:
        return load_fallback(policy)
    except (PricingError, OSError, ValueError) as error:
        local = _local_model(tuple(policy.local_price.items()))
        return Fallback(None, local, None, f"the reference cannot be read: {error}")


# By content, so that a reload of the team's own file keeps the very same reference.
@lru_cache(maxsize=2)
def _catalog(data: bytes) -> Catalog:
    return Catalog.load(data).with_index()


@lru_cache(maxsize=8)
def _local_model(prices: tuple[tuple[str, Decimal], ...]) -> Model | None:
    return local_model(dict(prices)) if prices else None


__all__ = ["fallback_or_problem", "load_fallback"]
