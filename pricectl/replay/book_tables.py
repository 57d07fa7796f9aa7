"""A log's rate books and terms as tables of an engine, with the widths of every number chosen."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from pricectl.core.calculator import quote
from pricectl.core.customer_price import StatedCost, is_booked
from pricectl.core.profile import Profile
from pricectl.core.usage import Usage
from pricectl.replay.cells import LISTED
from pricectl.replay.connection import EngineConnection
from pricectl.replay.customer_rules import CustomerTerms
from pricectl.replay.engines import Engine
from pricectl.replay.log_columns import KEY_FIELDS, LogColumns
from pricectl.replay.log_stats import LogStats, with_days
from pricectl.replay.ratebook import RateBook, Side, resolve
from pricectl.replay.rated_calls import RatedSide, flagged_by_all
from pricectl.replay.templates import template


class CustomerScale(NamedTuple):
    """How a sum of customer prices is read: `pico_usd_per_unit` picodollars each.

    Without rules the sum is that of the list prices, and the profile's markup is in the scale.
    """

    column: str
    pico_usd_per_unit: Fraction


def customer_scale(side: RatedSide, profile: Profile) -> CustomerScale:
    """The column of a side's customer prices and its scale."""
    if side.terms is None:
        return CustomerScale(f"pico_{side.place}", 1 + profile.markup_percent / 100)
    return CustomerScale(f"customer_{side.place}", Fraction(1, side.terms.denominator))


def books_of(
    connection: EngineConnection,
    columns: LogColumns,
    calls: str,
    stats: LogStats,
    sides: Sequence[Side],
) -> tuple[RateBook, ...]:
    """The rate book of each side for the keys of a log."""
    keys = [each.key for each in stats.keys]
    models = (side.find(key).model for side in sides if not side.at for key in keys)
    span = stats.span
    if any(prices.off_peak for model in models for prices in model.price_lists):
        span = with_days(connection, columns, calls, span)
    return tuple(resolve(side, keys, columns.units, span) for side in sides)


def create_tables(
    connection: EngineConnection,
    books: Sequence[RateBook],
    sides: Sequence[RatedSide],
    dimensions: Mapping[str, Sequence[str]],
) -> None:
    """The tables that `RatedCalls.text` joins the calls to.

    `dimensions` are those of the keys with their values, whose place stands for the value.
    """
    key_types = {"key": "INTEGER", **dict.fromkeys(KEY_FIELDS, "VARCHAR")}
    key_types |= {f"dimension_{name}": "INTEGER" for name in dimensions}
    for side in sides:
        key_types |= {f"tariff_{side.place}": "INTEGER", f"hourly_{side.place}": "BOOLEAN"}
        key_types |= {f"prefers_stated_{side.place}": "BOOLEAN"}
        key_types |= {f"{name}_{side.place}": "VARCHAR" for name in ("model", "layer", "flags")}
    connection.create_table("book_keys", key_types, list(_key_rows(books, dimensions)))
    for side in sides:
        for cells in filter(None, (side.cells, side.contract)):
            connection.create_table(
                cells.name, cells.columns(connection.engine), list(cells.rows(connection.engine))
            )
        if side.terms:
            connection.create_table(f"terms_{side.place}", *_term_rows(side.terms, side))
    connection.store("book", _book_query(connection.engine, sides))
    with_terms = [side for side in sides if side.terms]
    if with_terms:
        types = {"account": "VARCHAR"} | {f"class_{side.place}": "INTEGER" for side in with_terms}
        classes = [side.terms.account_classes for side in with_terms if side.terms]
        rows = [(account, *(each[account] for each in classes)) for account in classes[0]]
        connection.create_table("accounts", types, rows)


def _book_query(engine: Engine, sides: Sequence[RatedSide]) -> str:
    """The query that joins the keys with the cells of all sides that can hold together."""
    names = [f"s{side.place}" for side in sides]
    starts = ("day", "start_at", "input_from", "output_from")
    ends = ("end_at", "input_until", "output_until")
    overlaps = (
        ("start_at", "end_at"),
        ("input_from", "input_until"),
        ("output_from", "output_until"),
    )
    joins = []
    for place, side in enumerate(sides):
        conditions = [f"k.tariff_{side.place} = s{side.place}.tariff", f"s{side.place}.is_main"]
        for other in names[:place]:
            for start, end in overlaps:
                conditions.append(f"{other}.{start} < s{side.place}.{end}")
                conditions.append(f"s{side.place}.{start} < {other}.{end}")
        joins.append(f"JOIN {side.cells.name} AS s{side.place} ON {' AND '.join(conditions)}")
    columns = [
        f"s{side.place}.{column} AS c{side.place}_{column}"
        for side in sides
        for column in side.cells.columns(engine)
    ]
    columns += [
        f"{' | '.join(f'{each}.{name}' for each in names)} AS {name}"
        for name in ("flag_bits", "used_bits")
    ]
    for place in sorted(flagged_by_all(sides)):
        name = f"unit_bits_{place}"
        flagged = [
            f"s{n}.{name}"
            for n, side in enumerate(sides)
            if place in side.cells.flagged and not side.cells.is_stepped
        ]
        columns.append(f"{' | '.join(flagged)} AS {name}")
    return template("book").format(
        hourly=" OR ".join(f"k.hourly_{side.place}" for side in sides),
        greatest=", ".join(
            f"greatest({', '.join(f'{name}.{column}' for name in names)}) AS {column}"
            for column in starts
        ),
        least=", ".join(
            f"least({', '.join(f'{name}.{column}' for name in names)}) AS {column}"
            for column in ends
        ),
        columns=", ".join(columns),
        joins="\n".join(joins),
    )


def accounts_of(
    connection: EngineConnection, columns: LogColumns, calls: str, profile: Profile
) -> list[str]:
    """The distinct accounts of a log, which only the rules of a profile need."""
    if not (profile.rules or profile.prefer_stated_cost):
        return []
    rows = connection.rows(f"SELECT DISTINCT account FROM ({columns.normal(calls)}) AS c")  # noqa: S608
    return sorted(row["account"] for row in rows)


def key_dimensions(
    columns: LogColumns, book: RateBook, dimensions: Sequence[str]
) -> dict[str, list[str]]:
    """The dimensions that the keys decide, with their distinct values by the newest book."""
    return {
        name: sorted({entry.value(name) for entry in book.entries})
        for name in dimensions
        if columns.is_of_key(name)
    }


def _key_rows(
    books: Sequence[RateBook], dimensions: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Any, ...]]:
    places = {
        name: {value: place for place, value in enumerate(values)}
        for name, values in dimensions.items()
    }
    for key, entries in enumerate(zip(*(book.entries for book in books), strict=True)):
        newest = entries[-1]
        row = [key, *newest.key, *(places[name][newest.value(name)] for name in places)]
        for entry, book in zip(entries, books, strict=True):
            empty = quote(book.side.catalog, entry.match, Usage())
            prefers = is_booked(empty, StatedCost(0, entry.key.seller))
            row += [entry.tariff, book.tariffs[entry.tariff].is_hourly, prefers]
            row += [entry.match.model.full_name, entry.match.how, ",".join(entry.flags) or None]
        yield tuple(row)


def _term_rows(
    terms: CustomerTerms, side: RatedSide
) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    types = dict.fromkeys(("model_class", "account_class", "price_rule"), "INTEGER")
    types |= {"start_at": "TIMESTAMP", "end_at": "TIMESTAMP"}
    names = ("customer_factor", "markup_factor", "contract_factor", "fee")
    types |= dict.fromkeys(names, side.customer_number)
    rows = [
        (
            row.model_class,
            row.account_class,
            LISTED if row.price_rule is None else row.price_rule,
            row.period.start,
            row.period.end,
            int(row.factor * row.markup * terms.denominator),
            int(row.markup * terms.denominator),
            int(row.factor * terms.contract_denominator),
            row.fee_pico_usd * terms.denominator,
        )
        for row in terms.rows
    ]
    return types, rows
