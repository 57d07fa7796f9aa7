"""The prices that a log is rated by: new ones, old ones beside them, or those of another day."""

from datetime import datetime
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.profile import Profile
from pricectl.core.windows import day_text
from pricectl.replay.prices_at import (
    LaterMove,
    RetiredModel,
    moves_within_month,
    retiring_catalog_at,
    rules_within_month,
)
from pricectl.replay.ratebook import Side

NEW, BASE = "new", "base"


class PriceFiles(NamedTuple):
    """Prices with their names; `base` are the old ones, if any.

    `at` is the day whose prices are used for all calls ("" for the calls' own); `retired` are the
    rows that are retired by then, `later` is what changes again in the same month.
    """

    new: Side
    new_name: str
    base: Side | None = None
    base_name: str = ""
    at: str = ""
    retired: tuple[RetiredModel, ...] = ()
    later: tuple[LaterMove, ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        """The old ones first, as they are shown."""
        return (self.base, self.new) if self.base else (self.new,)

    def with_base(self, catalog: Catalog, name: str) -> "PriceFiles":
        """The same beside old prices; who answers for unknown names stays."""
        return self._replace(base=Side(BASE, catalog, self.new.fallback), base_name=name)

    def as_of(self, at: datetime, profile: Profile) -> "PriceFiles":
        """Prices and rules of the profile of one day at all times, beside old prices of that day.

        Without old prices they stand beside the new ones at each call's own time.
        """
        day = day_text(at)
        found = retiring_catalog_at(self.new.catalog, at, self.new.fallback)
        if self.base:
            old = retiring_catalog_at(self.base.catalog, at, self.base.fallback)
            base = self.base._replace(catalog=old.catalog, rules_at=at)
            compared = self._replace(base=base, base_name=f"{self.base_name} on {day}")
        else:
            compared = self.with_base(self.new.catalog, "the prices of each call's time")
        return compared._replace(
            new=self.new._replace(catalog=found.catalog, rules_at=at),
            new_name=f"{self.new_name} on {day}",
            at=day,
            retired=found.retired,
            later=(*moves_within_month(self.new.catalog, at), *rules_within_month(profile, at)),
        )
