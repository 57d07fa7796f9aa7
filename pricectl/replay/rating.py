"""Rates a log: what its calls cost by one or two catalogs, and the credits of its jobs.

The whole log is scanned three times: for its keys, for costs, for the credits of jobs. Every sum is
exact, and a sample of the calls is priced again by `core`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pricectl.core.credits import MODES, Mode
from pricectl.core.profile import Profile
from pricectl.replay.check import check_calls, sampled_calls
from pricectl.replay.connection import EngineConnection
from pricectl.replay.cost_sums import coverage_rows, create_sums, rated_groups
from pricectl.replay.earned_credits import earned_credits
from pricectl.replay.prepared_log import TellStage, prepare
from pricectl.replay.ratebook import Side
from pricectl.replay.rating_result import Grouping, Rating

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def rate(  # noqa: PLR0913 - as `prepare`
    connection: "DuckDBPyConnection | EngineConnection",
    calls: str,
    sides: Sequence[Side],
    profile: Profile,
    *,
    modes: Sequence[Mode] = MODES,
    groupings: Sequence[Grouping] = ((),),
    credits_by: Sequence[Grouping] | None = None,
    sample: int = 10_000,
    seed: int = 0,
    progress: TellStage = lambda _: None,
) -> Rating:
    """Rate a log: costs and credits by each grouping, and how its names were priced.

    `credits_by` are the groupings whose credits are asked for, all by default: by a column in which
    the calls of a job differ, such as the model, they take a multiple of the time.

    `sample` random calls are priced again by `core`, chosen by `seed`; the others as in `prepare`.

    Raises:
        ReplayRefused: as `prepare`.
        RatingDiffers: a call of the sample costs something else by `core`.
    """
    dimensions = tuple(dict.fromkeys(name for grouping in groupings for name in grouping))
    log = prepare(
        connection,
        calls,
        sides,
        profile,
        modes=modes,
        dimensions=dimensions,
        progress=progress,
    )
    progress("adding up costs")
    create_sums(log, sample=sample, seed=seed)
    progress("adding up the credits of jobs")
    with ThreadPoolExecutor(1) as beside:
        checked = beside.submit(check_calls, log, sampled_calls(log) if sample else ())
        earned = earned_credits(log, groupings if credits_by is None else credits_by)
    groups = {each: rated_groups(log, each, earned.get(each)) for each in groupings}
    names = tuple(side.name for side in sides)
    return Rating(
        names, tuple(modes), log.stats.calls, groups, tuple(coverage_rows(log)), checked.result()
    )
