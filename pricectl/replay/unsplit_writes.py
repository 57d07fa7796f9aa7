"""What a log leaves open that says how much was written to a cache, but not for how long."""

from typing import TYPE_CHECKING

from pricectl.core.profile import Profile
from pricectl.replay.calls import quoted
from pricectl.replay.logs.log import ReadLog
from pricectl.replay.logs.staging import UNSPLIT_COLUMN
from pricectl.replay.ratebook import Side
from pricectl.replay.rating import rate

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def hour_long_writes(
    database: "DuckDBPyConnection", log: ReadLog, side: Side, profile: Profile
) -> int:
    """What cache writes without a lifetime would cost more for an hour, in picodollars."""
    if not log.unsplit_cache_write:
        return 0
    own = f"SELECT * FROM {log.relation} WHERE {UNSPLIT_COLUMN} > 0"  # noqa: S608 - our own words
    has_hours = "cache_write_1h" in {
        name for name, *_ in database.execute(f"DESCRIBE {own}").fetchall()
    }
    hour = f"{'coalesce(cache_write_1h, 0) + ' if has_hours else ''}{UNSPLIT_COLUMN}"
    as_hours = f"SELECT * EXCLUDE (cache_write{', cache_write_1h' if has_hours else ''}), "
    as_hours += f"cache_write - {UNSPLIT_COLUMN} AS cache_write, "
    as_hours += f"{hour} AS {quoted('cache_write_1h')} FROM ({own})"
    costs = []
    for words in (own, as_hours):
        rated = rate(database, f"({words})", (side,), profile, groupings=((),), credits_by=())
        costs.append(rated.groups[()][0].sides[side.name].pico_usd)
    return costs[1] - costs[0]
