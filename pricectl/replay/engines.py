"""The engines that rate a log: how each writes what SQL dialects disagree about, in one table.

The templates and expressions are written for DuckDB and take these words from the row.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Engine(NamedTuple):
    """One engine that gives exact results.

    `exact_division` divides two whole numbers that are not negative and drops the rest; it must not
    go through a double. `narrow` is a whole number of up to `narrow_limit`, `wide` one of up to
    `wide_limit`. `stored_wide` is how wide numbers are written to Parquet. `session` are the
    statements that begin a session: times in UTC, an overflow is an error and never wraps, joins
    stay in their order.
    """

    name: str
    dialect: str
    exact_division: str
    narrow: str
    narrow_limit: int
    wide: str
    wide_limit: int
    stored_wide: str
    session: tuple[str, ...]

    def divided(self, numerator: str, denominator: str) -> str:
        """The whole part of a quotient, both of them expressions or numbers."""
        return self.exact_division.format(numerator, denominator)


# DuckDB: `/` and a `//` of decimals go through a double, `//` of whole numbers does not. HUGEINT
# goes to Parquet as DOUBLE, so it is cast. The limit of wide numbers is that of DECIMAL(38,0),
# which is less than HUGEINT's, so that every result can be written. Arithmetic that overflows is
# an error without any setting.
ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        engine.name: engine
        for engine in (
            Engine(
                "duckdb",
                dialect="duckdb",
                exact_division="(({0}) // ({1}))",
                narrow="BIGINT",
                narrow_limit=2**63 - 1,
                wide="HUGEINT",
                wide_limit=10**38 - 1,
                stored_wide="DECIMAL(38,0)",
                session=(
                    "SET TimeZone = 'UTC'",
                    # Calls are joined to small tables in the order that is written. Left to itself
                    # the optimizer joins the tables of both sides with each other first.
                    "SET disabled_optimizers = 'join_order'",
                ),
            ),
        )
    }
)
