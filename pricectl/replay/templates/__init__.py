"""The SQL of a replay: few statements, in DuckDB's dialect, with names in braces to fill in."""

from functools import cache
from importlib.resources import files


@cache
def template(name: str) -> str:
    """The text of a statement, such as "sums"."""
    return files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
