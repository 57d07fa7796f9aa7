"""The cells of a rate book as a table of an engine, and the SQL that prices calls by them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pricectl.core.units import UNITS
from pricectl.replay.arithmetic import rounded
from pricectl.replay.engines import Engine
from pricectl.replay.log_columns import NO_DAY_SQL
from pricectl.replay.periods import ANY_TIME, NO_TIME
from pricectl.replay.ratebook import NO_LIMIT, RateCell

# The flags that depend on what a call used: their bits come behind those of the cells.
CALL_FLAGS = ("unpriced-unit", "assumed-rate", "missing-service", "averaged-tier")
# The flags of both sides are bits of one number, so that calls are grouped by one column.
BITS_OF_SIDE = 24
# Which rule of a profile states the prices of a cell; the row's own have none.
LISTED = -1


class PlacedCell(NamedTuple):
    """A cell with its tariff's index, the rule that states its prices and its model's class."""

    tariff: int
    price_rule: int
    cell: RateCell
    model_class: int = 0


class CellTable(NamedTuple):
    """The cells of one side, as a table called `name`.

    The flags say what its calls need: a column that nothing distinguishes is left out of joins and
    sums, since every comparison costs time on each call. The sets hold places of units; `flagged`
    are those that some cell cannot price, or prices by an assumed rate. `first_bit` is that of the
    side's first flag.
    """

    name: str
    units: tuple[str, ...]
    cells: tuple[PlacedCell, ...]
    is_timed: bool
    is_hourly: bool
    has_input_bands: bool
    has_output_bands: bool
    is_stepped: bool
    flagged: frozenset[int]
    counted: frozenset[int]
    divided: frozenset[int]
    flags: tuple[str, ...]
    first_bit: int

    @classmethod
    def of(
        cls, name: str, units: Sequence[str], cells: Iterable[PlacedCell], first_bit: int
    ) -> "CellTable":
        """The table of these cells."""
        placed = tuple(cells)
        bands = [each.cell.band for each in placed]
        periods = [each.cell.period for each in placed]
        columns = list(zip(*(band.rates for band in bands), strict=True)) or [()] * len(units)

        def places(*tests: bool) -> frozenset[int]:
            return frozenset(place for place, test in enumerate(tests) if test)

        return cls(
            name,
            tuple(units),
            placed,
            is_timed=any(period != ANY_TIME for period in periods),
            is_hourly=any(period.day for period in periods),
            has_input_bands=any(
                (band.input_from, band.input_until) != (0, NO_LIMIT) for band in bands
            ),
            has_output_bands=any(each.cell.output_until != NO_LIMIT for each in placed),
            is_stepped=any(band.scope == "marginal" for band in bands),
            flagged=places(
                *(any(not rate.is_priced or rate.is_assumed for rate in each) for each in columns)
            ),
            counted=places(*(any(rate.counting for rate in column) for column in columns)),
            # A price that buys a thousand and is a multiple of that needs no rounding.
            divided=places(
                *(any(rate.pico_usd % rate.priced_by for rate in column) for column in columns)
            ),
            flags=(
                *dict.fromkeys(flag for each in placed for flag in each.cell.flags),
                *CALL_FLAGS,
            ),
            first_bit=first_bit,
        )

    def bit(self, flag: str) -> int:
        """The bit of a flag in the number that holds those of all sides."""
        return 1 << (self.first_bit + self.flags.index(flag))

    @property
    def all_bits(self) -> int:
        """The bits of all flags of the side."""
        return sum(map(self.bit, self.flags))

    def columns(self, engine: Engine) -> dict[str, str]:
        """The columns of the table with their types."""
        rates = [rate.pico_usd for each in self.cells for rate in each.cell.band.rates]
        kind = engine.narrow if max(rates, default=0) <= engine.narrow_limit else engine.wide
        names = ["tariff", "price_rule", "model_class"]
        names += ["input_from", "input_until", "output_from", "output_until"]
        names += ["step_from", "step_until", "first_tier", "longer_output"]
        names += [
            "flag_bits",
            "used_bits",
            *(f"unit_bits_{place}" for place in sorted(self.flagged)),
        ]
        found = {"day": "DATE", "start_at": "TIMESTAMP", "end_at": "TIMESTAMP"}
        found |= {"is_step": "BOOLEAN", "is_main": "BOOLEAN"}
        found |= dict.fromkeys(names, "BIGINT")
        found |= {f"r_{place}": kind for place in range(len(self.units))}
        for name in ("step", "least", "free"):
            found |= {f"{name}_{place}": "BIGINT" for place in sorted(self.counted)}
        return found

    def rows(self, engine: Engine) -> Iterator[tuple[Any, ...]]:
        """The rows of the table, in the order of `columns`."""
        order = list(self.columns(engine))
        for each in self.cells:
            row = self._row(each)
            yield tuple(row[name] for name in order)

    def _row(self, placed: PlacedCell) -> dict[str, Any]:
        cell, band = placed.cell, placed.cell.band
        is_step = band.scope == "marginal"
        row: dict[str, Any] = {
            "day": cell.period.day or NO_TIME.date(),
            "start_at": cell.period.start,
            "end_at": cell.period.end,
            "is_step": is_step,
            # Every call has one main cell: in marginal tiers the last step that it reaches.
            "is_main": not is_step or band.step_from > 0,
            "tariff": placed.tariff,
            "price_rule": placed.price_rule,
            "model_class": placed.model_class,
            "input_from": band.input_from,
            "input_until": band.input_until,
            "output_from": cell.output_from,
            "output_until": cell.output_until,
            "step_from": band.step_from,
            "step_until": band.step_until,
            "flag_bits": sum(map(self.bit, cell.flags)),
            # The flags of a call that used anything, and those of one that used a unit.
            "used_bits": 0 if cell.sells_service else self.bit("missing-service"),
            "first_tier": min(cell.prices.first_tier_tokens, NO_LIMIT),
            "longer_output": cell.longer_output_tokens,
        }
        for place, rate in enumerate(band.rates):
            price = rate.pico_usd
            row[f"r_{place}"] = price if place in self.divided else price // rate.priced_by
            row[f"unit_bits_{place}"] = (0 if rate.is_priced else self.bit("unpriced-unit")) | (
                self.bit("assumed-rate") if rate.is_assumed else 0
            )
            rule = rate.counting
            row[f"step_{place}"] = rule.step if rule else 1
            row[f"least_{place}"] = rule.minimum if rule else 0
            row[f"free_{place}"] = rule.free if rule else 0
        return row

    # What follows is SQL about a call and the cell it belongs to. `alias` is what stands before the
    # names of the cell's columns.

    def joined(self, alias: str, averages: tuple[str, str], hourly: str, *, steps: bool) -> str:
        """The condition under which a call belongs to a cell, or with `steps` has reached a step.

        `averages` are the input and output tokens of one request, `hourly` whether the call's
        tariff depends on the hour.
        """
        conditions = period_conditions(
            alias, hourly, is_timed=self.is_timed, is_hourly=self.is_hourly
        )
        if self.is_stepped:
            conditions.append(f"{alias}is_step" if steps else f"{alias}is_main")
        if self.has_input_bands:
            conditions.append(f"{averages[0]} >= {alias}input_from")
            conditions += [] if steps else [f"{averages[0]} < {alias}input_until"]
        if self.has_output_bands:
            conditions += [f"{averages[1]} >= {alias}output_from"]
            conditions += [f"{averages[1]} < {alias}output_until"]
        return " AND ".join(conditions)

    def cost(
        self,
        engine: Engine,
        alias: str,
        number: str,
        *,
        shared: bool,
        counts: Sequence[str] | None = None,
    ) -> str:
        """The cost of a call at the cell's rates; `shared`: it may be of several requests.

        `counts` are the expressions of what was used; None: those of the whole call.
        """
        terms = [
            self._product(engine, alias, number, place, count, shared=shared)
            for place, count in enumerate(counts or self._counts)
        ]
        return " + ".join(terms)

    @property
    def _counts(self) -> list[str]:
        return [f"n_{place}" for place in range(len(self.units))]

    def step_counts(self, alias: str, average: str) -> list[str]:
        """The part of each count of a call that lies in one step of marginal tiers.

        The prompt fills the steps in its order: what is cached first, then the rest. What is not
        input is charged by the last step.
        """
        prompt = [place for place, unit in enumerate(self.units) if UNITS[unit].side == "input"]
        prompt.sort(key=lambda place: "cache" not in self.units[place])
        is_last = f"{average} < {alias}input_until"
        low = f"{alias}step_from * call_requests"
        high = f"CASE WHEN {is_last} THEN {NO_LIMIT} ELSE {alias}step_until * call_requests END"
        counts = [f"CASE WHEN {is_last} THEN {count} ELSE 0 END" for count in self._counts]
        before = "0"
        for place in prompt:
            until = f"{before} + n_{place}"
            counts[place] = f"greatest(least({until}, {high}) - greatest({before}, {low}), 0)"
            before = until
        return counts

    def _product(  # noqa: PLR0913 - what a product is made of
        self, engine: Engine, alias: str, number: str, place: int, count: str, *, shared: bool
    ) -> str:
        if place in self.counted:
            count = self._billed(engine, alias, place, count, shared=shared)
        product = f"CAST({count} AS {number}) * {alias}r_{place}"
        if place not in self.divided:
            return product
        priced_by = UNITS[self.units[place]].priced_by
        return rounded(engine, product, priced_by, "half-even", number)

    def _billed(self, engine: Engine, alias: str, place: int, count: str, *, shared: bool) -> str:
        """As `CountRule.billed`; a cell without a rule has steps of one and nothing free."""

        def of_one(each: str) -> str:
            step = f"{alias}step_{place}"
            left = f"({each} - {alias}free_{place})"
            steps = engine.divided(f"{left} + {step} - 1", step)
            return (
                f"CASE WHEN {left} > 0 THEN greatest({steps} * {step}, {alias}least_{place})"
                " ELSE 0 END"
            )

        if not shared:
            return f"({of_one(f'({count})')})"
        calls = f"least(call_requests, {count})"
        each = engine.divided(count, f"greatest({calls}, 1)")
        longer = f"(({count}) - {each} * {calls})"
        many = f"({calls} - {longer}) * ({of_one(each)}) + {longer} * ({of_one(f'({each} + 1)')})"
        return f"(CASE WHEN ({count}) > 0 THEN {many} ELSE 0 END)"

    def unit_bits(self, alias: str, counts: Sequence[str] | None = None) -> str:
        """The flags of a call because of the units that it used; `counts` as in `cost`."""
        used = counts or self._counts
        return bits_of_units(alias, self.flagged, used)


def bits_of_units(alias: str, places: Iterable[int], counts: Sequence[str]) -> str:
    """The bits of the columns `unit_bits_N` of the units that a call used."""
    bits = [
        f"CASE WHEN {counts[place]} > 0 THEN {alias}unit_bits_{place} ELSE 0 END"
        for place in sorted(places)
    ]
    return f"({' | '.join(bits)})" if bits else "0"


def period_conditions(alias: str, hourly: str, *, is_timed: bool, is_hourly: bool) -> list[str]:
    """The conditions under which a call was made in a cell's period."""
    conditions = []
    if is_hourly:
        day = f"CASE WHEN {hourly} THEN CAST(call_at AS DATE) ELSE {NO_DAY_SQL} END"
        conditions.append(f"{alias}day = {day}")
    if is_timed:
        conditions += [f"call_at >= {alias}start_at", f"call_at < {alias}end_at"]
    return conditions
