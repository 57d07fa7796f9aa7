"""The SQL of rated calls: each call of a log with its costs by both sides, exact and flagged.

All questions about a log are sums over this one relation, so that they cannot disagree.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.core.profile import Profile
from pricectl.replay.bounds import CostBound
from pricectl.replay.cells import LISTED, CellTable, bits_of_units, period_conditions
from pricectl.replay.customer_rules import CustomerTerms
from pricectl.replay.engines import Engine
from pricectl.replay.log_columns import LogColumns
from pricectl.replay.templates import template


class RatedSide(NamedTuple):
    """One side as the SQL of rated calls needs it; `place` stands in the names of its columns.

    `terms` are those of the profile's rules, None without rules; `contract` are the cells of the
    rules that state prices. `number` is the type of a call's cost, `customer_number` that of its
    customer price.
    """

    place: int
    cells: CellTable
    contract: CellTable | None
    terms: CustomerTerms | None
    bound: CostBound
    customer_bound: int
    number: str
    customer_number: str

    @property
    def alias(self) -> str:
        """What stands before the names of the side's columns in a row of the book."""
        return f"k.c{self.place}_"


class RatedCalls(NamedTuple):
    """What decides the SQL of rated calls."""

    engine: Engine
    columns: LogColumns
    calls: str
    sides: tuple[RatedSide, ...]
    dimensions: tuple[str, ...]
    profile: Profile
    is_shared: bool
    key_columns: tuple[str, ...]
    all_used: bool

    @property
    def normal(self) -> str:
        """The calls in their normal form."""
        extra = [name for name in self.dimensions if self.columns.has(name)]
        return self.columns.normal(self.calls, extra)

    @property
    def averages(self) -> tuple[str, str]:
        """The input and output tokens of one request, which decide the tiers."""
        totals = ("input_tokens", "output_tokens")
        if not self.is_shared:
            return totals
        one, two = (
            self.engine.divided(f"{total} + call_requests - 1", "call_requests") for total in totals
        )
        return one, two

    def number_of(self, column: str) -> str:
        """The type of a column of numbers of a rated call, such as "pico_0" or "tokens"."""
        for side in self.sides:
            if column == f"pico_{side.place}":
                return side.number
            if column in {f"customer_{side.place}", f"contract_{side.place}"}:
                return side.customer_number
        return self.engine.narrow

    @property
    def job_key(self) -> str:
        """What tells jobs apart: accounts may call their jobs the same."""
        return "job, account" if self.columns.has("account") else "job"

    @property
    def used(self) -> str:
        """Whether a call used anything."""
        return "TRUE" if self.all_used else self.columns.used

    def text(self) -> str:
        """The rated calls, as a query on `normal`."""
        columns = self.columns
        selected = ["c.call_row AS call_row", "c.account AS account", "job", "call_at"]
        selected += ["call_requests", "k.key AS key"]
        selected += ["input_tokens", "output_tokens", "input_tokens + output_tokens AS tokens"]
        selected += [f"{self.used} AS used", "stated_pico", "charged_credits"]
        selected += [f"n_{place}" for place in range(len(columns.units))]
        selected += [
            f"{columns.dimension(name)} AS group_{place}"
            for place, name in enumerate(self.dimensions)
        ]
        selected.append(f"{self._flags()} AS flags")
        joins = [f"JOIN book AS k ON {self._book_condition()}"]
        for side in self.sides:
            selected += self._side_columns(side)
            joins += self._side_joins(side)
        if any(side.terms for side in self.sides):
            joins.insert(1, "JOIN accounts AS a ON c.account = a.account")
        from_calls = "FROM normal AS c"
        return "\n".join(("SELECT " + ",\n    ".join(selected), from_calls, *joins))

    def _book_condition(self) -> str:
        """The condition under which a call belongs to a row of the book, which is one row."""
        tables = [side.cells for side in self.sides]
        conditions = [self._key_condition()]
        conditions += period_conditions(
            "k.",
            "k.is_hourly",
            is_timed=any(cells.is_timed for cells in tables),
            is_hourly=any(cells.is_hourly for cells in tables),
        )
        used = (
            any(cells.has_input_bands for cells in tables),
            any(cells.has_output_bands for cells in tables),
        )
        for side, average, is_used in zip(("input", "output"), self.averages, used, strict=True):
            if is_used:
                conditions += [f"{average} >= k.{side}_from", f"{average} < k.{side}_until"]
        return " AND ".join(conditions)

    def _key_condition(self) -> str:
        return " AND ".join(f"c.{name} = k.{name}" for name in self.key_columns)

    def _cost(self, side: RatedSide, cells: CellTable, alias: str) -> str:
        cost = cells.cost(self.engine, alias, side.number, shared=self.is_shared)
        if cells.is_stepped:
            return f"CASE WHEN {alias}is_step THEN {steps_of(alias)}.pico ELSE {cost} END"
        return cost

    def _side_columns(self, side: RatedSide) -> list[str]:
        n, listed = side.place, self._cost(side, side.cells, side.alias)
        found = [f"{listed} AS pico_{n}"]
        if side.terms is None:
            return found
        base = f"({listed})"
        if side.contract:
            by_rule = self._cost(side, side.contract, f"p{n}.")
            base = f"(CASE WHEN t{n}.price_rule > {LISTED} THEN {by_rule} ELSE {listed} END)"
        wide = side.customer_number
        customer = f"CAST({base} AS {wide}) * t{n}.customer_factor"
        contract = f"CAST({base} AS {wide}) * t{n}.contract_factor"
        if self.profile.prefer_stated_cost and self.columns.has("stated_pico"):
            is_stated = f"k.prefers_stated_{n} AND stated_pico IS NOT NULL"
            stated = f"CAST(stated_pico AS {wide})"
            whole = side.terms.contract_denominator
            customer = (
                f"CASE WHEN {is_stated} THEN {stated} * t{n}.markup_factor ELSE {customer} END"
            )
            contract = f"CASE WHEN {is_stated} THEN {stated} * {whole} ELSE {contract} END"
        fee = f"CASE WHEN {self.used} THEN t{n}.fee ELSE 0 END"
        found += [f"{customer} + {fee} AS customer_{n}", f"{contract} AS contract_{n}"]
        return found

    def _flags(self) -> str:
        """The flags of a call by all sides, as the bits of one number."""
        bits = ["k.flag_bits", "k.used_bits" if self.all_used else ""]
        if not self.all_used:
            bits[1] = f"CASE WHEN {self.used} THEN k.used_bits ELSE 0 END"
        counts = [f"n_{place}" for place in range(len(self.columns.units))]
        bits.append(bits_of_units("k.", flagged_by_all(self.sides), counts))
        for side in self.sides:
            cells, alias = side.cells, side.alias
            if cells.is_stepped:
                steps = f"CASE WHEN {alias}is_step THEN {steps_of(alias)}.unit_bits"
                bits.append(f"{steps} ELSE {cells.unit_bits(alias)} END")
            if self.is_shared:
                test = (
                    f"call_requests > 1 AND (input_tokens >= {alias}first_tier"
                    f" OR output_tokens > {alias}longer_output)"
                )
                bits.append(f"CASE WHEN {test} THEN {cells.bit('averaged-tier')} ELSE 0 END")
        return " | ".join(bits)

    def _side_joins(self, side: RatedSide) -> list[str]:
        n, alias = side.place, side.alias
        joins = self._step_join(side, side.cells, alias)
        if side.terms is None:
            return joins
        conditions = [f"{alias}model_class = t{n}.model_class"]
        conditions.append(f"a.class_{n} = t{n}.account_class")
        if side.terms.is_dated:
            conditions += [f"call_at >= t{n}.start_at", f"call_at < t{n}.end_at"]
        joins.append(f"JOIN terms_{n} AS t{n} ON {' AND '.join(conditions)}")
        if side.contract:
            fits = side.contract.joined(f"p{n}.", self.averages, f"k.hourly_{n}", steps=False)
            key = f"k.tariff_{n} = p{n}.tariff AND t{n}.price_rule = p{n}.price_rule"
            condition = f"{key} AND {fits}" if fits else key
            joins.append(f"LEFT JOIN {side.contract.name} AS p{n} ON {condition}")
            joins += self._step_join(side, side.contract, f"p{n}.")
        return joins

    def _step_join(self, side: RatedSide, cells: CellTable, alias: str) -> list[str]:
        """The join of the costs of calls in marginal tiers, where there are any."""
        if not cells.is_stepped:
            return []
        steps = steps_of(alias)
        same = f"c.call_row = {steps}.call_row AND {alias}price_rule = {steps}.price_rule"
        return [f"LEFT JOIN ({self._steps(side, cells)}) AS {steps} ON {same}"]

    def _steps(self, side: RatedSide, cells: CellTable) -> str:
        """The costs of the calls whose tiers are marginal: a sum over the steps they reach."""
        n, average = side.place, self.averages[0]
        reached = cells.joined("s.", self.averages, f"k.hourly_{n}", steps=True)
        condition = f"k.tariff_{n} = s.tariff AND {reached}"
        inside = cells.step_counts("s.", average)
        counts = [f"m_{place}" for place in range(len(inside))]
        cost = cells.cost(self.engine, "s.", side.number, shared=self.is_shared, counts=counts)
        return template("steps").format(
            cost=cost,
            number=side.number,
            unit_bits=cells.unit_bits("s.", counts),
            counts=", ".join(f"{each} AS m_{place}" for place, each in enumerate(inside)),
            keys=self._key_condition(),
            cells=cells.name,
            condition=condition,
        )


def flagged_by_all(sides: Sequence[RatedSide]) -> frozenset[int]:
    """The units whose flags stand in the rows of the book: those of sides without steps."""
    return frozenset().union(*(side.cells.flagged for side in sides if not side.cells.is_stepped))


def steps_of(alias: str) -> str:
    """The name of the costs of calls in marginal tiers that stand beside a cell."""
    return f"{alias.rstrip('._').replace('.', '_')}_steps"
