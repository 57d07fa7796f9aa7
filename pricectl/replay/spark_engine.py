"""Apache Spark as an engine: a session on a cluster or in this process, and its tables.

Calls stay with the workers; what comes here are sums, and the sample that is priced again.
"""

import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.labels import clean
from pricectl.replay.calls import quoted, unquoted
from pricectl.replay.engines import ENGINES, Engine
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.translation import translated

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ENGINE = ENGINES["spark"]
# What a cluster's types are called in DuckDB, and so in the table of calls. Decimals keep theirs.
TYPES: Mapping[str, str] = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp_ntz": "TIMESTAMP",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
}
# "timestamp" alone has no zone in a session of ours.
SPARK_TYPES = {name: kind for kind, name in TYPES.items()} | {
    "TIMESTAMP WITH TIME ZONE": "timestamp_ltz"
}
SHUFFLE_PARTS_PER_CORE = 3
_STANDALONE = re.compile(r"spark://(?P<host>[^\s,]+):(?P<port>\d{1,6})")
# What a run does not need: a page of its own, a bar that grows over the lines of the terminal.
QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
# A session in this process is reached from this machine alone.
LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}

_ADVICE = re.compile(r" (Use 'try_|If necessary set ).*")


class SparkConnection(NamedTuple):
    """A session of Spark as rating asks it.

    `stored` are the tables that are kept in the workers' memory, by name.
    """

    session: "SparkSession"
    stored: dict[str, "DataFrame"]
    engine: Engine = ENGINE

    def query(self, query: str) -> "DataFrame":
        """A query in DuckDB's dialect."""
        return self.session.sql(translated(query, self.engine))

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query, by the names of its columns."""
        with _refused():
            return [row.asDict(recursive=True) for row in self.query(query).collect()]

    def types(self, relation: str) -> dict[str, str]:
        """The columns of a relation with their types, in DuckDB's words."""
        with _refused():
            found = self.query(f"SELECT * FROM {relation}").dtypes  # noqa: S608 - quoted
        return {name: TYPES.get(kind, kind.upper()) for name, kind in found}

    def create_table(
        self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """A temporary table of Python values, which never pass through SQL."""
        from pyspark.sql.functions import broadcast
        from pyspark.sql.types import StructField, StructType, _parse_datatype_string

        kinds = [SPARK_TYPES.get(kind, kind) for kind in columns.values()]
        fields = [
            StructField(unquoted(column), _parse_datatype_string(kind))
            for column, kind in zip(columns, kinds, strict=True)
        ]
        decimals = [kind.startswith("DECIMAL") for kind in kinds]
        values = [
            tuple(
                Decimal(value) if is_decimal and value is not None else value
                for value, is_decimal in zip(row, decimals, strict=True)
            )
            for row in rows
        ]
        with _refused():
            frame = self.session.createDataFrame(values, StructType(fields)).persist()
            # Its size is not known to Spark, which would sort the calls to join them.
            broadcast(frame).createOrReplaceTempView(name)
        self._remember(name, frame)

    def store(self, name: str, query: str) -> None:
        """Keep the rows of a query in the workers' memory as a temporary table."""
        with _refused():
            kept = self.query(query).persist()
            kept.count()
            kept.createOrReplaceTempView(name)
        self._remember(name, kept)

    def _remember(self, name: str, kept: "DataFrame") -> None:
        """Give back the memory of a table that another one has replaced."""
        before = self.stored.pop(name, None)
        self.stored[name] = kept
        if before is not None:
            before.unpersist()

    def write_parquet(self, query: str, target: Path) -> None:
        """Write the rows of a query as a folder of Parquet files."""
        with _refused():
            self.query(query).write.mode("overwrite").parquet(str(target))

    def parquet(self, paths: Sequence[Path | str], name: str = "log_files") -> str:
        """Parquet files, read where they lie by the workers, as a relation.

        It has the columns of all files: by default Spark takes those of one of them, and the counts
        of a unit that only other files have would be lost.
        """
        with _refused():
            files = self.session.read.option("mergeSchema", "true").parquet(*map(str, paths))
            files.createOrReplaceTempView(name)
        return quoted(name)


@contextmanager
def session(master: str, *, settings: Mapping[str, str] | None = None) -> Iterator[SparkConnection]:
    """A session on a master, such as "spark://HOST:7077" or "local[2]".

    `settings` are Spark's own, by name. Raises ReplayRefused: Spark is not installed or the master
    does not answer, or it would not report an overflow.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ReplayRefused(
            "Spark is not installed", next_step="run pip install 'pricectl[spark]'"
        ) from None
    _check_start(master)
    builder = SparkSession.builder.master(master).appName("pricectl replay")
    is_local = master.startswith("local")
    asked = {**QUIET, **(LOOPBACK if is_local else {}), **(settings or {})}
    for name, value in asked.items():
        builder = builder.config(name, value)
    with _refused(f"Spark does not start on {clean(master)}"):
        spark = builder.getOrCreate()
    try:
        # By default 200, however few the processors are.
        parts = max(SHUFFLE_PARTS_PER_CORE * spark.sparkContext.defaultParallelism, 4)
        if "spark.sql.shuffle.partitions" not in asked:
            spark.conf.set("spark.sql.shuffle.partitions", parts)
        yield attached(spark)
    finally:
        spark.stop()


def _check_start(master: str) -> None:
    """Refuse at once, and in plain words, what Spark tells after a minute or not at all.

    Raises ReplayRefused: there is no Java, or nothing answers at the master's address.
    """
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else None
    if not (java.is_file() if java else shutil.which("java")):
        where = (
            f"JAVA_HOME is {home}, without bin/java" if home else "the command java was not found"
        )
        step = "install Java 17, or set JAVA_HOME to its folder"
        raise ReplayRefused(f"Spark needs Java: {clean(where)}", next_step=step)
    found = _STANDALONE.fullmatch(master)
    if not found:
        return
    address = (found["host"].strip("[]"), int(found["port"]))
    try:
        socket.create_connection(address, timeout=10).close()
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        step = "start the master, or write its address as its own page has it"
        raise ReplayRefused(
            f"no master of Spark answers: {reason}", where=clean(master), next_step=step
        ) from None


def attached(spark: "SparkSession") -> SparkConnection:
    """A session that runs already, such as that of a notebook, made exact.

    Raises ReplayRefused: it does not take the settings.
    """
    connection = SparkConnection(spark, {})
    with _refused("Spark does not take a setting"):
        for statement in ENGINE.session:
            spark.sql(statement)
    check_session(connection)
    return connection


def check_session(connection: SparkConnection) -> None:
    """Check that an overflow is an error and that times are UTC; a cluster may not allow it.

    Raises ReplayRefused: a wrong sum would not be noticed.
    """
    conf = connection.session.conf
    for statement in filter(None, (connection.engine.utc, connection.engine.overflow)):
        name, _, value = statement.removeprefix("SET ").partition(" = ")
        if conf.get(name) != value:
            raise ReplayRefused(
                f"Spark's setting {name} is {conf.get(name)}, and sums would not be exact",
                next_step=f"set it to {value}",
            )


@contextmanager
def _refused(what: str = "Spark could not answer") -> Iterator[None]:
    """Errors of Spark, such as an overflow, as a refusal with the first line of its message."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (ValueError, OverflowError) as error:  # a time beyond those of Python
        step = "look for times in another unit"
        raise ReplayRefused(f"{what}: {clean(str(error))[:300]}", next_step=step) from None
    except (PySparkException, Py4JError) as error:
        lines = str(error).strip().splitlines()
        if cause := getattr(error, "java_exception", None):
            lines = str(cause.getMessage()).splitlines()
        # Spark advises to look away from an overflow.
        words = _ADVICE.sub("", clean(lines[0] if lines else ""))[:300]
        raise ReplayRefused(f"{what}: {words}") from None
