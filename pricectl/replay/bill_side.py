"""One version of prices and settings, as the bills of a team's usage are worked out by it."""

from datetime import datetime
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.credits import BUDGET_MODES, Mode
from pricectl.core.fallback import Fallback
from pricectl.core.profile import Profile
from pricectl.replay.prices_at import catalog_at

# The budget mode whose credits follow the cost.
COST_MODE: Mode = next(name for name, mode in BUDGET_MODES.items() if mode.basis == "cost")


class BillSide(NamedTuple):
    """One version: its prices, and the settings by which customers are charged."""

    catalog: Catalog
    profile: Profile
    fallback: Fallback | None = None

    def as_of(self, at: datetime) -> "BillSide":
        """The same with the prices and the rules of an instant at all times."""
        day = at.date()
        rules = tuple(
            rule._replace(from_day=None, until_day=None)
            for rule in self.profile.rules
            if (rule.from_day is None or rule.from_day <= day)
            and (rule.until_day is None or day < rule.until_day)
        )
        profile = self.profile._replace(rules=rules)
        return self._replace(catalog=catalog_at(self.catalog, at), profile=profile)
