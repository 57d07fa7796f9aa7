"""The engines that rate a log: how each writes what SQL dialects disagree about, in one table.

The templates and expressions are written in DuckDB's dialect and take these words from the row;
`translation` writes the whole statement in another engine's dialect.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pricectl.replay.errors import BadLog

_SPARK_MASTER = re.compile(r"spark://[^\s/]+:\d+|local(\[(\d{1,4}|\*)\])?|yarn|k8s://\S+")


class Engine(NamedTuple):
    """One engine that gives exact results.

    `narrow` is a whole number of up to `narrow_limit`, `wide` one of up to `wide_limit`. The
    divisions divide two whole numbers that are not negative and drop the rest; they must not go
    through a double. `narrow_sum` adds up narrow numbers to a wide one, `wide_sum` wide ones.
    `stored_wide` is how wide numbers are written to Parquet. `call_hash` is a number from 0 to
    below 2**32 that samples are drawn by.

    `utc` and `overflow` are the statements that set times to UTC and make an overflow an error, ""
    where an engine needs none; `settings` are the others that begin a session.
    """

    name: str
    dialect: str
    narrow: str
    narrow_limit: int
    narrow_division: str
    narrow_sum: str
    wide: str
    wide_limit: int
    wide_division: Callable[[str, str], str]
    wide_sum: str
    stored_wide: str
    call_hash: str
    utc: str
    overflow: str
    settings: tuple[str, ...] = ()

    @property
    def session(self) -> tuple[str, ...]:
        """The statements that begin a session."""
        return tuple(filter(None, (self.utc, self.overflow, *self.settings)))

    def divided(self, numerator: str, denominator: str, number: str | None = None) -> str:
        """The whole part of a quotient, both of them expressions or numbers.

        `number` is the type of the numerator, narrow by default.
        """
        if number == self.wide:
            return self.wide_division(numerator, denominator)
        return self.narrow_division.format(numerator, denominator)

    def summed(self, column: str, number: str | None = None, *, window: str = "") -> str:
        """The sum of a column, wide; `number` is the type of the column, narrow by default.

        With the name of a `window` it is the running sum of that.
        """
        words = self.wide_sum if number == self.wide else self.narrow_sum
        return words.format(column, f" OVER {window}" if window else "")


# Spark keeps 32 digits before the point of a quotient of decimals, and 6 behind it.
SPARK_SHIFT = 10**6


def spark_wide_division(numerator: str, denominator: str) -> str:
    """The whole part of a quotient of decimals on Spark, whose `div` wraps them to 64 bits.

    A decimal without its rest divides without one, so that nothing is rounded. A quotient that may
    have more than 32 digits is worked out in two steps, as by hand: first the leading digits.
    """

    def divided(whole: str, by: str) -> str:
        return f"CAST((({whole}) - ({whole}) % ({by})) / ({by}) AS DECIMAL(38,0))"

    if denominator.isdigit() and int(denominator) >= SPARK_SHIFT:
        return divided(numerator, denominator)
    leading = divided(numerator, str(SPARK_SHIFT))
    rest = f"(({leading}) % ({denominator})) * {SPARK_SHIFT} + ({numerator}) % {SPARK_SHIFT}"
    return f"({divided(leading, denominator)} * {SPARK_SHIFT} + {divided(rest, denominator)})"


DUCKDB = "duckdb"
ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        engine.name: engine
        for engine in (
            # `/` and a `//` of decimals go through a double, `//` of whole numbers does not.
            # HUGEINT goes to Parquet as DOUBLE, so it is cast. The limit of wide numbers is that of
            # DECIMAL(38,0), which is less than HUGEINT's, so that every result can be written.
            Engine(
                DUCKDB,
                dialect="duckdb",
                narrow="BIGINT",
                narrow_limit=2**63 - 1,
                narrow_division="(({0}) // ({1}))",
                narrow_sum="sum({0}){1}",
                wide="HUGEINT",
                wide_limit=10**38 - 1,
                wide_division="(({0}) // ({1}))".format,
                wide_sum="sum({0}){1}",
                stored_wide="DECIMAL(38,0)",
                call_hash="hash({0}) % 4294967296",
                utc="SET TimeZone = 'UTC'",
                overflow="",  # always an error
                # Calls are joined to small tables in the order that is written. Left to itself the
                # optimizer joins the tables of both sides with each other first.
                settings=("SET disabled_optimizers = 'join_order'",),
            ),
            # A sum of 64 bits overflows, and one of decimals takes five times as long: the upper
            # and the lower half of each number are added up instead. Both halves of 2**31 numbers
            # fit, and more are an error.
            Engine(
                "spark",
                dialect="spark",
                narrow="BIGINT",
                narrow_limit=2**63 - 1,
                narrow_division="(({0}) // ({1}))",  # DIV, once translated
                narrow_sum="(CAST(sum(({0}) // 4294967296){1} AS DECIMAL(38,0)) * 4294967296"
                " + sum(({0}) % 4294967296){1})",
                wide="DECIMAL(38,0)",
                wide_limit=10**38 - 1,
                wide_division=spark_wide_division,
                wide_sum="sum({0}){1}",
                stored_wide="DECIMAL(38,0)",
                call_hash="pmod(xxhash64({0}), 4294967296)",
                utc="SET spark.sql.session.timeZone = UTC",
                overflow="SET spark.sql.ansi.enabled = true",
                settings=(
                    "SET spark.sql.timestampType = TIMESTAMP_NTZ",
                    # A name may hold ${...}, which Spark would look up and replace.
                    "SET spark.sql.variable.substitute = false",
                    # The tables of a rate book are sent to every worker, and the calls stay.
                    "SET spark.sql.autoBroadcastJoinThreshold = 268435456",
                    "SET spark.sql.decimalOperations.allowPrecisionLoss = true",
                    # A file that is damaged or gone would cost nothing, where a cluster skips it.
                    "SET spark.sql.files.ignoreCorruptFiles = false",
                    "SET spark.sql.files.ignoreMissingFiles = false",
                ),
            ),
        )
    }
)


def check_engine(word: str) -> str:
    """The word of `--engine`: "duckdb", or where Spark's master is. Raises BadLog otherwise."""
    if word == DUCKDB or _SPARK_MASTER.fullmatch(word):
        return word
    step = "write duckdb, spark://HOST:PORT, local[N], yarn or k8s://HOST"
    raise BadLog("is not an engine", where=f"--engine {word}", next_step=step)
