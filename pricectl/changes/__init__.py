"""Two catalogs to typed changes with their effect in money and credits."""

from pricectl.changes.compare import compare
from pricectl.changes.values import Change, Comparison, Impact, Kind, Move, PricedAt
from pricectl.changes.version import Version

__all__ = ["Change", "Comparison", "Impact", "Kind", "Move", "PricedAt", "Version", "compare"]
