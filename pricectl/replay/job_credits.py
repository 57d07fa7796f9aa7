"""The credits of jobs as SQL: one rounding on a job's running total, exactly as `core.charge`."""

from typing import NamedTuple

from pricectl.core.credits import BUDGET_MODES, Mode
from pricectl.core.profile import Profile
from pricectl.replay.arithmetic import CreditFormula
from pricectl.replay.book_tables import customer_scale
from pricectl.replay.bounds import number_type
from pricectl.replay.engines import Engine
from pricectl.replay.rated_calls import RatedSide


class CreditColumn(NamedTuple):
    """The credits in one mode by one side; `name` is the column's.

    A mode that does not depend on the cost has the same credits on every side, so that only one
    column is made and `sides` names all whose credits it is.
    """

    name: str
    mode: Mode
    cost: str
    formula: CreditFormula
    most: int
    sides: tuple[int, ...]

    def after(self, engine: Engine, profile: Profile, prefix: str = "job") -> str:
        """The credits of a job so far; `prefix` begins the names of its sums."""
        cost = f"{prefix}_{self.cost}"
        charged = self.formula.credits(engine, cost, f"{prefix}_tokens", profile, self.most)
        return f"CASE WHEN {prefix}_used THEN {charged} ELSE 0 END"

    def added(self, engine: Engine, profile: Profile) -> str:
        """What a call adds to the credits of its job."""
        after = self.after(engine, profile, "after")
        return f"{after} - {self.after(engine, profile, 'before')}"


def credit_columns(
    engine: Engine,
    modes: tuple[Mode, ...],
    profile: Profile,
    sides: tuple[RatedSide, ...],
    most_tokens: int,
) -> tuple[CreditColumn, ...]:
    """The columns of credits. Raises ReplayRefused: a number on the way to them fits no type.

    `most_tokens` is the bound of all tokens of the log.
    """
    found: list[CreditColumn] = []
    every = tuple(side.place for side in sides)
    for mode in modes:
        for side in sides:
            scale = customer_scale(side, profile)
            formula = CreditFormula.of(mode, profile, scale.pico_usd_per_unit)
            most_cost = side.bound.total if side.terms is None else side.customer_bound
            most = formula.exact_parts(most_cost, most_tokens) + 2 * formula.denominator
            number_type(engine, most, f"credits by {mode}")
            by_cost = BUDGET_MODES[mode].basis == "cost" or formula.per_cost > 0
            columns = (side.place,) if by_cost else every
            name = f"credits_{len(found)}"
            found.append(CreditColumn(name, mode, scale.column, formula, most, columns))
            if not by_cost:
                break
    return tuple(found)


def summed_columns(columns: tuple[CreditColumn, ...]) -> tuple[str, ...]:
    """The columns of calls whose sum over a job the credits need."""
    return tuple(dict.fromkeys(("tokens", *(column.cost for column in columns))))
