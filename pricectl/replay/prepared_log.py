"""Reads the keys of a log, resolves them by `core`, and chooses the width of every number."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.credits import MODES, Mode
from pricectl.core.profile import Profile
from pricectl.replay.book_tables import (
    accounts_of,
    books_of,
    create_tables,
    key_dimensions,
)
from pricectl.replay.connection import EngineConnection
from pricectl.replay.duckdb_engine import connected
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.job_credits import CreditColumn, credit_columns
from pricectl.replay.log_columns import LogColumns
from pricectl.replay.log_stats import LogStats, read_stats, with_largest_counts, with_stated
from pricectl.replay.ratebook import RateBook, Side
from pricectl.replay.rated_calls import RatedCalls, RatedSide
from pricectl.replay.rated_side import rated_side
from pricectl.replay.templates import template

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Is told in words what is done next.
TellStage = Callable[[str], object]


class PreparedLog(NamedTuple):
    """A log whose rate books stand in tables, ready for statements about its calls."""

    connection: EngineConnection
    rated: RatedCalls
    stats: LogStats
    books: tuple[RateBook, ...]
    credit_columns: tuple[CreditColumn, ...]
    key_values: Mapping[str, Sequence[str]]

    def value_text(self, dimension: str, value: Any) -> str:  # a place, a text or a day
        """The value of a dimension as text; calls without a time have no day."""
        if dimension in self.key_values:
            return str(self.key_values[dimension][value])
        text = str(value)
        return "" if text == "0001-01-01" else text

    def statement(self, name: str, **parts: str) -> str:
        """A template about the rated calls, filled in."""
        return template(name).format(normal=self.rated.normal, rated=self.rated.text(), **parts)


def prepare(  # noqa: PLR0913 - what a rating depends on, by keyword
    connection: "DuckDBPyConnection | EngineConnection",
    calls: str,
    sides: Sequence[Side],
    profile: Profile,
    *,
    modes: Sequence[Mode] = MODES,
    dimensions: Sequence[str] = (),
    progress: TellStage = lambda _: None,
) -> PreparedLog:
    """Read a log's keys, resolve them and choose the width of every number.

    Args:
        connection: a session of `duckdb_engine.session` or of another engine.
        calls: the relation of the calls, as in `calls.CALL_COLUMNS`: what stands behind FROM.
        sides: the prices, the old ones first.
        profile: how the customers are charged.
        modes: the budget modes whose credits are asked for.
        dimensions: what calls will be grouped by: columns of the log, "day", or the row that
            answers ("catalog_model", "catalog_provider", "layer").
        progress: told what is done next.

    Raises:
        ReplayRefused: the log holds counts that cannot be right, or a sum could overflow.
    """
    engine_connection = connected(connection)
    engine = engine_connection.engine
    columns = LogColumns.of(engine_connection.types(calls))
    for name in dimensions:
        columns.dimension(name)
    progress("reading the names and counts of the log")
    stats = read_stats(engine_connection, columns, calls)
    if not stats.calls:
        raise ReplayRefused("the log has no calls")
    if profile.prefer_stated_cost:
        stats = with_stated(engine_connection, columns, calls, stats)
    books = books_of(engine_connection, columns, calls, stats, sides)
    accounts = accounts_of(engine_connection, columns, calls, profile)

    def widths_of(stats: LogStats) -> tuple[tuple[RatedSide, ...], tuple[CreditColumn, ...]]:
        found = tuple(
            rated_side(engine, place, book, stats, profile, accounts)
            for place, book in enumerate(books)
        )
        most_tokens = sum(each.calls * sum(each.most_counts) for each in stats.keys)
        return found, credit_columns(engine, tuple(modes), profile, found, most_tokens)

    try:
        rated_sides, charged = widths_of(stats)
        is_fitted = all(side.number == engine.narrow for side in rated_sides)
    except ReplayRefused:
        is_fitted = False
    if not is_fitted:
        # One large count beside one dear model would make every number wide.
        stats = with_largest_counts(engine_connection, columns, calls, stats)
        rated_sides, charged = widths_of(stats)
    of_keys = key_dimensions(columns, books[-1], dimensions)
    create_tables(engine_connection, books, rated_sides, of_keys)
    rated = RatedCalls(
        engine,
        columns,
        calls,
        rated_sides,
        tuple(dict.fromkeys(dimensions)),
        profile,
        stats.most_requests > 1,
        stats.key_columns,
        stats.all_used,
    )
    return PreparedLog(engine_connection, rated, stats, books, charged, of_keys)
