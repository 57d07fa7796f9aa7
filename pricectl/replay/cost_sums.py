"""Adds up the costs of the rated calls by key and dimensions: the groups, and the coverage."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from pricectl.flags import UNKNOWN_MODEL
from pricectl.replay.book_tables import CustomerScale, customer_scale
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.prepared_log import PreparedLog
from pricectl.replay.rated_calls import RatedSide
from pricectl.replay.rating_result import CoverageRow, Grouping, RatedGroup, SideTotals

# The cost of a call if the log states one for it.
OF_STATED = "CASE WHEN stated_pico IS NOT NULL THEN pico_{} END"


def create_sums(log: PreparedLog, *, sample: int = 0, seed: int = 0) -> None:
    """The temporary table of costs by key, flags and dimensions.

    About `sample` random calls stay whole in it, which `check.check_calls` prices again.
    """
    sides, engine = log.rated.sides, log.connection.engine
    stated = log.rated.columns.has("stated_pico")
    dimensions = log.rated.dimensions
    # What the keys decide is joined afterwards, since a group of fewer columns is found faster.
    of_keys = [place for place, name in enumerate(dimensions) if name in log.key_values]
    grouped = [f"group_{place}" for place in range(len(dimensions)) if place not in of_keys]
    grouped.append("flags")
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
        sampled=_sampled(log, sample, seed) if sample else "",
        positions=", ".join(str(place + 1) for place in range(len(grouped) + 1)),
        of_keys="".join(f", k.dimension_{dimensions[n]} AS group_{n}" for n in of_keys),
    )
    log.connection.store("log_sums", statement)
    [found] = log.connection.rows("SELECT sum(calls) AS calls FROM log_sums")
    if found["calls"] != log.stats.calls:
        # A call that no cell or two cells of the rate book price would be lost or counted twice.
        priced = int(found["calls"] or 0)
        raise ReplayRefused(f"{priced:,} of {log.stats.calls:,} calls have one price")


def _sampled(log: PreparedLog, size: int, seed: int) -> str:
    """The calls of a sample, as a list in each row: all that decides a cost, and the cost."""
    names = ["call_row", "call_at", "call_requests", "account", "stated_pico"]
    names += [f"n_{place}" for place in range(len(log.rated.columns.units))]
    for side in log.rated.sides:
        of_side = ("customer", "contract") if side.terms else ()
        names += [f"{name}_{side.place}" for name in ("pico", *of_side)]
    # A share of the calls, chosen by a hash of their number: the same calls for the same seed.
    share = min(size * 2**32 // log.stats.calls, 2**32)
    call_hash = log.connection.engine.call_hash.format(f"call_row, {seed}")
    call = ", ".join(f"'{name}': {name}" for name in names)
    return f", array_agg({{{call}}}) FILTER (WHERE {call_hash} < {share}) AS sampled"


def rated_groups(
    log: PreparedLog, grouping: Grouping, earned: Mapping[tuple[Any, ...], dict[str, int]] | None
) -> tuple[RatedGroup, ...]:
    """The groups of a grouping out of the table of costs; `earned` are the credits of each."""
    places = [f"group_{log.rated.dimensions.index(name)}" for name in grouping]
    sums = ["calls", "requests", "input_tokens", "output_tokens", "stated_pico", "stated_calls"]
    for side in log.rated.sides:
        sums += [f"pico_{side.place}", f"of_stated_{side.place}"]
        if side.terms:
            sums += [f"customer_{side.place}", f"contract_{side.place}"]
    selected = ", ".join([*places, *(f"sum({name}) AS {name}" for name in sums)])
    group_by = f"GROUP BY {', '.join(places)}" if places else ""
    rows = log.connection.rows(f"SELECT {selected} FROM log_sums {group_by}")  # noqa: S608
    scales = [customer_scale(side, log.rated.profile) for side in log.rated.sides]
    found = []
    for row in rows:
        values = tuple(row[place] for place in places)
        charged = None if earned is None else earned.get(values, {})
        sides = {
            book.side.name: _side_totals(log, side, scale, row, charged)
            for side, scale, book in zip(log.rated.sides, scales, log.books, strict=True)
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
    log: PreparedLog,
    side: RatedSide,
    scale: CustomerScale,
    row: Mapping[str, Any],
    charged: Mapping[str, int] | None,
) -> SideTotals:
    n = side.place
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
    price = scale.pico_usd_per_unit
    customer = Fraction(int(row[scale.column]) * price.numerator, price.denominator)
    return SideTotals(pico_usd, contract, customer, by_mode, int(row[f"of_stated_{n}"] or 0))


def coverage_rows(log: PreparedLog) -> list[CoverageRow]:
    """How each name was priced by each side, the dearest first, in one order on every engine."""
    found = []
    for side, book in zip(log.rated.sides, log.books, strict=True):
        n = side.place
        statement = (
            f"SELECT key, flags & {side.cells.all_bits} AS bits, sum(calls) AS calls,"  # noqa: S608
            f" sum(pico_{n}) AS pico FROM log_sums GROUP BY 1, 2"
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
    return sorted(found, key=lambda row: (row.side, -row.pico_usd, row.name, row.flags, row))


def flags_of(side: RatedSide, of_name: Sequence[str], bits: int) -> tuple[str, ...]:
    """The flags of a call: those of its name, and those of the side whose bits are set."""
    found = [flag for flag in side.cells.flags if bits & side.cells.bit(flag)]
    if UNKNOWN_MODEL in of_name:  # a guess is not assumed, too: no row answered
        found = [flag for flag in found if flag != "assumed-rate"]
    return tuple(dict.fromkeys((*of_name, *found)))
