"""Compares two versions of the catalog: typed changes, with costs and credits."""

from pricectl.changes.catalog_version import CatalogVersion
from pricectl.changes.change import Change, ChangeKind, Comparison, Impact, Move, PriceRef
from pricectl.changes.compare import compare

__all__ = [
    "CatalogVersion",
    "Change",
    "ChangeKind",
    "Comparison",
    "Impact",
    "Move",
    "PriceRef",
    "compare",
]
