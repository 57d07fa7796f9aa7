"""An older version of the catalog put back: chosen, checked, restored whole or not at all."""

from pricectl.operate.rollback.plan import SHORT, RollbackPlan, RollbackState, plan, writable
from pricectl.operate.rollback.restore import RollbackChanges, RollbackResult, changes, restore

__all__ = [
    "SHORT",
    "RollbackChanges",
    "RollbackPlan",
    "RollbackResult",
    "RollbackState",
    "changes",
    "plan",
    "restore",
    "writable",
]
