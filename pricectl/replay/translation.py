"""Statements in the dialect of another engine, by sqlglot; DuckDB's own run as they are.

The version of sqlglot is pinned, and tests hold what it makes of every template.
"""

from functools import cache
from typing import TYPE_CHECKING, cast

from pricectl.replay.engines import Engine
from pricectl.replay.errors import ReplayRefused

if TYPE_CHECKING:
    from sqlglot import exp

SOURCE = "duckdb"


@cache
def translated(statement: str, engine: Engine) -> str:
    """A statement in an engine's dialect. Raises ReplayRefused: sqlglot is not installed."""
    if engine.dialect == SOURCE:
        return statement
    try:
        import sqlglot
    except ImportError:
        raise ReplayRefused(
            "sqlglot is not installed", next_step=f"run pip install 'pricectl[{engine.name}]'"
        ) from None
    tree = sqlglot.parse_one(statement, read=SOURCE).transform(_without_lonely_choice)
    return str(tree.sql(dialect=engine.dialect, pretty=True))


def _without_lonely_choice(node: "exp.Expr") -> "exp.Expr":
    """The largest or smallest of one value is that value: Spark wants at least two."""
    from sqlglot import exp

    is_lonely = isinstance(node, (exp.Greatest, exp.Least)) and not node.expressions
    return cast("exp.Expr", node.this) if is_lonely else node
