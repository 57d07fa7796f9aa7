"""An older version of the catalog put back: chosen, checked, restored whole or not at all."""

from pricectl.operate.rollback.plan import RollbackPlan, RollbackState, plan, writable
from pricectl.operate.rollback.restore import (
    RollbackChanges,
    RollbackResult,
    changes,
    restore,
    roll_back,
)

__all__ = [
    "RollbackChanges",
    "RollbackPlan",
    "RollbackResult",
    "RollbackState",
    "changes",
    "plan",
    "restore",
    "roll_back",
    "writable",
]
