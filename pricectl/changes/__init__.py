"""What an edit does: two versions of the catalog to typed changes, in money and credits."""

from pricectl.changes.catalog_version import CatalogVersion
from pricectl.changes.change import Change, ChangeKind, Comparison, Impact, Move, PricedAt
from pricectl.changes.compare import compare

__all__ = [
    "CatalogVersion",
    "Change",
    "ChangeKind",
    "Comparison",
    "Impact",
    "Move",
    "PricedAt",
    "compare",
]
