"""Rates a log: what its calls cost by one or two catalogs, and the credits of its jobs.

The whole log is scanned three times: for its keys and largest numbers, for costs, for the credits
of jobs. Every sum is exact, and a sample of the calls is priced again by `core`.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.credits import MODES, Mode
from pricectl.core.profile import Profile
from pricectl.flags import UNKNOWN_MODEL
from pricectl.replay.book_tables import (
    accounts_of,
    books_of,
    create_tables,
    customer_scale,
    key_dimensions,
    rated_side,
)
from pricectl.replay.connection import EngineConnection
from pricectl.replay.duckdb_engine import connected
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.job_credits import CreditColumn, credit_columns, summed_columns
from pricectl.replay.log_columns import LogColumns
from pricectl.replay.log_stats import LogStats, read_stats, with_stated
from pricectl.replay.ratebook import RateBook, Side
from pricectl.replay.rated_calls import RatedCalls, RatedSide
from pricectl.replay.templates import template

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Grouping = tuple[str, ...]
# The cost of a call if the log states one for it.
OF_STATED = "CASE WHEN stated_pico IS NOT NULL THEN pico_{} END"
Progress = Callable[[str], None]


class SideTotals(NamedTuple):
    """What calls cost by one side, exact.

    `pico_usd` is the list price, `contract_pico_usd` what the team pays, `customer_pico_usd` what
    the customer pays, `credits` those in each mode. `stated_calls_pico_usd` is the list price of
    the calls whose cost the log states.
    """

    pico_usd: int
    contract_pico_usd: Fraction
    customer_pico_usd: Fraction
    credits: Mapping[Mode, int]
    stated_calls_pico_usd: int


class RatedGroup(NamedTuple):
    """The calls with the same `values` of a grouping; `sides` by the name of the side.

    `jobs` counts the jobs with at least one call in the group; None where credits were not asked
    for. `stated_pico_usd` is the sum of the
    costs that the log states, for `stated_calls` of the calls.
    """

    values: tuple[str, ...]
    calls: int
    requests: int
    input_tokens: int
    output_tokens: int
    jobs: int | None
    stated_pico_usd: int
    stated_calls: int
    sides: Mapping[str, SideTotals]


class CoverageRow(NamedTuple):
    """How calls with one name were priced by one side, and what they cost."""

    side: str
    name: str
    seller: str
    layer: str
    catalog_model: str
    flags: tuple[str, ...]
    calls: int
    pico_usd: int


class Rating(NamedTuple):
    """A rated log: the groups of each grouping, and how its names were priced."""

    sides: tuple[str, ...]
    modes: tuple[Mode, ...]
    calls: int
    groups: Mapping[Grouping, tuple[RatedGroup, ...]]
    coverage: tuple[CoverageRow, ...]
    checked_calls: int


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
    progress: Progress = lambda _: None,
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
    rated_sides = tuple(
        rated_side(engine, place, book, stats, profile, accounts)
        for place, book in enumerate(books)
    )
    of_keys = key_dimensions(columns, books[-1], dimensions)
    create_tables(engine_connection, books, rated_sides, of_keys)
    most_tokens = sum(each.calls * sum(each.most_counts) for each in stats.keys)
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
    charged = credit_columns(engine, tuple(modes), profile, rated_sides, most_tokens)
    return PreparedLog(engine_connection, rated, stats, books, charged, of_keys)


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
    progress: Progress = lambda _: None,
) -> Rating:
    """Rate a log: costs and credits by each grouping, and how its names were priced.

    `credits_by` are the groupings whose credits are asked for, all by default: by a column in which
    the calls of a job differ, such as the model, they take a multiple of the time.

    `sample` random calls are priced again by `core`, chosen by `seed`; the others as in `prepare`.

    Raises:
        ReplayRefused: as `prepare`.
        RatingDiffers: a call of the sample costs something else by `core`.
    """
    from pricectl.replay.check import check_sample

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
    progress(f"pricing {sample:,} random calls again")
    checked = check_sample(log, sample, seed)
    progress("adding up costs")
    _create_sums(log)
    progress("adding up the credits of jobs")
    earned = _credits(log, groupings if credits_by is None else credits_by)
    groups = {each: _groups(log, each, earned.get(each)) for each in groupings}
    names = tuple(side.name for side in sides)
    return Rating(names, tuple(modes), log.stats.calls, groups, tuple(_coverage(log)), checked)


def _create_sums(log: PreparedLog) -> None:
    """The temporary table of costs by key, flags and dimensions."""
    sides, engine = log.rated.sides, log.connection.engine
    stated = log.rated.columns.has("stated_pico")
    dimensions = log.rated.dimensions
    # What the keys decide is joined afterwards, since a group of fewer columns is found faster.
    of_keys = [place for place, name in enumerate(dimensions) if name in log.key_values]
    grouped = [f"group_{place}" for place in range(len(dimensions)) if place not in of_keys]
    grouped += [f"flags_{side.place}" for side in sides]
    sums = []
    for side in sides:
        n = side.place
        sums.append(f"{engine.summed(f'pico_{n}', side.number)} AS pico_{n}")
        of_stated = engine.summed(OF_STATED.format(n), side.number) if stated else "0"
        sums.append(f"{of_stated} AS of_stated_{n}")
        if side.terms:
            sums += [
                f"{engine.summed(f'{name}_{n}', side.customer_number)} AS {name}_{n}"
                for name in ("customer", "contract")
            ]
    statement = log.statement(
        "sums",
        group_by="".join(f"{name}, " for name in grouped),
        requests="sum(call_requests)" if log.rated.is_shared else "count(*)",
        input_tokens=engine.summed("input_tokens"),
        output_tokens=engine.summed("output_tokens"),
        stated="sum(stated_pico)" if stated else "0",
        stated_calls="count(stated_pico)" if stated else "0",
        sums=", ".join(sums),
        positions=", ".join(str(place + 1) for place in range(len(grouped) + 1)),
        of_keys="".join(f", k.dimension_{dimensions[n]} AS group_{n}" for n in of_keys),
    )
    log.connection.store("log_sums", statement)
    [found] = log.connection.rows("SELECT sum(calls) AS calls FROM log_sums")
    if found["calls"] != log.stats.calls:
        # A call that no cell or two cells of the rate book price would be lost or counted twice.
        priced = int(found["calls"] or 0)
        raise ReplayRefused(f"{priced:,} of {log.stats.calls:,} calls have one price")


def _groups(
    log: PreparedLog, grouping: Grouping, earned: Mapping[tuple[Any, ...], dict[str, int]] | None
) -> tuple[RatedGroup, ...]:
    places = [f"group_{log.rated.dimensions.index(name)}" for name in grouping]
    sums = ["calls", "requests", "input_tokens", "output_tokens", "stated_pico", "stated_calls"]
    for side in log.rated.sides:
        sums += [f"pico_{side.place}", f"of_stated_{side.place}"]
        if side.terms:
            sums += [f"customer_{side.place}", f"contract_{side.place}"]
    selected = ", ".join([*places, *(f"sum({name}) AS {name}" for name in sums)])
    group_by = f"GROUP BY {', '.join(places)}" if places else ""
    rows = log.connection.rows(f"SELECT {selected} FROM log_sums {group_by}")  # noqa: S608
    found = []
    for row in rows:
        values = tuple(row[place] for place in places)
        charged = None if earned is None else earned.get(values, {})
        sides = {
            book.side.name: _side_totals(log, side, row, charged)
            for side, book in zip(log.rated.sides, log.books, strict=True)
        }
        found.append(
            RatedGroup(
                values=tuple(map(log.value_text, grouping, values)),
                calls=int(row["calls"]),
                requests=int(row["requests"]),
                input_tokens=int(row["input_tokens"]),
                output_tokens=int(row["output_tokens"]),
                jobs=None if charged is None else charged.get("jobs", 0),
                stated_pico_usd=int(row["stated_pico"] or 0),
                stated_calls=int(row["stated_calls"]),
                sides=sides,
            )
        )
    return tuple(sorted(found, key=lambda group: group.values))


def _side_totals(
    log: PreparedLog, side: RatedSide, row: Mapping[str, Any], charged: Mapping[str, int] | None
) -> SideTotals:
    n = side.place
    scale = customer_scale(side, log.rated.profile)
    pico_usd = int(row[f"pico_{n}"])
    contract = Fraction(pico_usd)
    if side.terms:
        contract = Fraction(int(row[f"contract_{n}"]), side.terms.contract_denominator)
    by_mode = {}
    if charged is not None:
        by_mode = {
            column.mode: charged.get(column.name, 0)
            for column in log.credit_columns
            if n in column.sides
        }
    customer = int(row[scale.column]) * scale.pico_usd_per_unit
    return SideTotals(pico_usd, contract, customer, by_mode, int(row[f"of_stated_{n}"] or 0))


def _credits(
    log: PreparedLog, groupings: Sequence[Grouping]
) -> dict[Grouping, dict[tuple[Any, ...], dict[str, int]]]:
    """The credits and jobs of each group of each grouping."""
    dimensions = log.rated.dimensions
    asked = [name for name in dimensions if any(name in grouping for grouping in groupings)]
    found: dict[Grouping, dict[tuple[Any, ...], dict[str, int]]] = {each: {} for each in groupings}
    mixed = set()
    # The bit of a dimension is set where a row is not of a grouping by it, the last one first.
    by_bits = {
        sum(1 << place for place, name in enumerate(reversed(asked)) if name not in each): each
        for each in groupings
    }
    for row in log.connection.rows(_jobs_statement(log, groupings)):
        grouping = by_bits[row["grouping_bits"]]
        places = [dimensions.index(name) for name in grouping]
        if any(row[f"is_mixed_{place}"] for place in places):
            mixed.add(grouping)
        else:
            _add(found[grouping], tuple(row[f"group_{place}"] for place in places), row)
    for grouping in sorted(mixed):
        for row in log.connection.rows(_mixed_statement(log, grouping)):
            values = tuple(row[f"group_{dimensions.index(name)}"] for name in grouping)
            _add(found[grouping], values, row)
    return found


def _add(
    groups: dict[tuple[Any, ...], dict[str, int]], values: tuple[Any, ...], row: Mapping[str, Any]
) -> None:
    sums = groups.setdefault(values, {})
    for name, number in row.items():
        if name == "jobs" or name.startswith("credits_"):
            sums[name] = sums.get(name, 0) + int(number)


def _jobs_statement(log: PreparedLog, groupings: Sequence[Grouping]) -> str:
    dimensions = log.rated.dimensions
    places = sorted({dimensions.index(name) for grouping in groupings for name in grouping})
    engine, summed = log.connection.engine, summed_columns(log.credit_columns)
    job_groups = "".join(
        f"min(group_{n}) AS group_{n}, min(group_{n}) <> max(group_{n}) AS is_mixed_{n}, "
        for n in places
    )
    single = ""
    if log.stats.without_job:
        alone = "".join(f"group_{n}, FALSE, " for n in places)
        alone += ", ".join(("used", *summed))
        single = f"UNION ALL SELECT {alone} FROM rated WHERE job IS NULL"  # noqa: S608 - our names
    sets = [
        "("
        + ", ".join(f"group_{n}, is_mixed_{n}" for n in map(log.rated.dimensions.index, each))
        + ")"
        for each in groupings
    ]
    charged = [
        f"sum({column.after(engine, log.rated.profile)}) AS {column.name}"
        for column in log.credit_columns
    ]
    return log.statement(
        "jobs",
        job_groups=job_groups,
        used="TRUE" if log.rated.all_used else "bool_or(used)",
        job_sums=", ".join(
            f"{engine.summed(name, log.rated.number_of(name))} AS job_{name}" for name in summed
        ),
        single_calls=single,
        grouping=" + ".join(
            f"grouping(group_{n}) * {1 << place}" for place, n in enumerate(reversed(places))
        )
        or "0",
        groups="".join(f"group_{n}, is_mixed_{n}, " for n in places),
        credits=", ".join(charged),
        grouping_sets=f"GROUPING SETS ({', '.join(sets)})",
    )


def running_sums(log: PreparedLog) -> str:
    """The sums of a job before and after each of its calls."""
    summed = summed_columns(log.credit_columns)
    parts = ["count(CASE WHEN used THEN 1 END) OVER so_far > 0 AS after_used"]
    parts.append(
        "count(CASE WHEN used THEN 1 END) OVER so_far > CASE WHEN used THEN 1 ELSE 0 END"
        " AS before_used"
    )
    for name in summed:
        so_far = log.connection.engine.summed(name, log.rated.number_of(name), window="so_far")
        parts.append(f"{so_far} AS after_{name}")
        # In parentheses: Spark takes what follows a window's name for a part of it.
        parts.append(f"({so_far}) - {name} AS before_{name}")
    return ", ".join(parts)


def _mixed_statement(log: PreparedLog, grouping: Grouping) -> str:
    places = [log.rated.dimensions.index(name) for name in grouping]
    columns = log.credit_columns
    return log.statement(
        "mixed_jobs",
        is_mixed=" OR ".join(f"min(group_{n}) <> max(group_{n})" for n in places),
        running_sums=running_sums(log),
        groups="".join(f"group_{n}, " for n in places),
        credits=", ".join(
            f"{column.added(log.connection.engine, log.rated.profile)} AS {column.name}"
            for column in columns
        ),
        sums=", ".join(f"sum({column.name}) AS {column.name}" for column in columns),
        positions=", ".join(str(place + 1) for place in range(len(places))),
    )


def _coverage(log: PreparedLog) -> list[CoverageRow]:
    found = []
    for side, book in zip(log.rated.sides, log.books, strict=True):
        n = side.place
        statement = (
            f"SELECT key, flags_{n} AS bits, sum(calls) AS calls, sum(pico_{n}) AS pico"  # noqa: S608
            f" FROM log_sums GROUP BY key, flags_{n}"
        )
        for row in log.connection.rows(statement):
            entry = book.entries[row["key"]]
            found.append(
                CoverageRow(
                    book.side.name,
                    entry.key.name,
                    entry.key.seller,
                    entry.match.how,
                    entry.match.model.full_name,
                    flags_of(side, entry.flags, row["bits"]),
                    int(row["calls"]),
                    int(row["pico"]),
                )
            )
    return sorted(found, key=lambda row: (row.side, -row.pico_usd, row.name, row.flags))


def flags_of(side: RatedSide, of_name: Sequence[str], bits: int) -> tuple[str, ...]:
    """The flags of a call: those of its name, and those that the bits of its row stand for."""
    found = [flag for place, flag in enumerate(side.flags) if bits >> place & 1]
    if UNKNOWN_MODEL in of_name:  # a guess is not assumed, too: no row answered
        found = [flag for flag in found if flag != "assumed-rate"]
    return tuple(dict.fromkeys((*of_name, *found)))
