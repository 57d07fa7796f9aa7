"""The price history of the models that an edit touches, read from git within a bound.

It stands beside a comparison, so that whatever hinders it is said and fails nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from pricectl.changes import Change
from pricectl.changes.rows import RowKey
from pricectl.core.errors import PricingError
from pricectl.core.labels import count
from pricectl.files.versions import FileVersion
from pricectl.history.rows import trace_row
from pricectl.history.timeline import Timeline, timeline
from pricectl.history.versions import HistoryVersion, VersionSource, read_versions
from pricectl.operate.catalog_history import catalog_history
from pricectl.policy import Policy

# A year of daily edits is more than a picture can show; each model has a picture or two.
MAX_VERSIONS, MAX_MODELS = 300, 12
# A timeline has as many units, so that each has a picture that can be read.
MAX_UNITS = 2


class TouchedHistory(NamedTuple):
    """The timelines of the models that changed, and why something is missing ("" if nothing is).

    `left_out` is how many models there are besides.
    """

    timelines: tuple[Timeline, ...] = ()
    lacks: str = ""
    left_out: int = 0


class ShownPrices(NamedTuple):
    """Which prices of a model are worth a picture: those that changed, for one service."""

    key: RowKey
    units: tuple[str, ...] = ()
    service: str = ""


def touched_history(
    changes: Sequence[Change],
    newest: FileVersion,
    policy: Policy,
    *,
    at: datetime,
    is_late: Callable[[], bool] = lambda: False,
) -> TouchedHistory:
    """The timelines of the models of some changes, in the order of the changes.

    Args:
        changes: the changes of a comparison, the most important first.
        newest: the version that the history ends with.
        policy: the settings, which may name the catalog.
        at: the instant that counts as now.
        is_late: asked before each version is read; from then on older ones are left out.
    """
    shown = list(shown_prices(changes))
    if not shown:
        return TouchedHistory()
    try:
        found, sources = catalog_history(newest, policy, now=at, at_most=MAX_VERSIONS)
        bounded = _BoundedSources(sources, is_late)
        read = tuple(read_versions(bounded))
        lacks = bounded.lacks or found.lacks
        timelines = _timelines(read, shown[:MAX_MODELS], at, lacks)
    except PricingError as error:
        return TouchedHistory(lacks=f"no price history: {error}")
    return TouchedHistory(tuple(timelines), lacks, max(0, len(shown) - MAX_MODELS))


class _BoundedSources:
    """Versions until it is late; then `lacks` says how many were read."""

    def __init__(self, sources: Iterator[VersionSource], is_late: Callable[[], bool]) -> None:
        self._sources, self._is_late = sources, is_late
        self.lacks = ""

    def __iter__(self) -> Iterator[VersionSource]:
        for number, source in enumerate(self._sources):
            if number and self._is_late():
                self.lacks = f"only the newest {count(number)} versions were read in time"
                return
            yield source


def shown_prices(changes: Iterable[Change]) -> Iterator[ShownPrices]:
    """The models of some changes, each with the prices that its most important change is about.

    A model that is new has no history.
    """
    rows: dict[RowKey, list[Change]] = {}
    for change in changes:
        if change.provider and change.kind in {"repriced", "removed", "renamed"}:
            rows.setdefault((change.provider, change.model), []).append(change)
    for key, its_own in rows.items():
        prices = [change.price for change in its_own if change.price]
        service = prices[0].service if prices else ""
        of_service = dict.fromkeys(price.unit for price in prices if price.service == service)
        yield ShownPrices(key, tuple(of_service)[:MAX_UNITS], service)


def _timelines(
    read: Sequence[HistoryVersion], shown: Iterable[ShownPrices], at: datetime, lacks: str
) -> Iterator[Timeline]:
    for key, units, service in shown:
        traced = trace_row(read, key)
        if any(row.model for row in traced.rows):
            name = "/".join(key)
            yield timeline(traced, name, units=units, service=service, at=at, lacks=lacks)
