"""The data of the Python package genai-prices: its source text, read and never run."""

import ast
from collections.abc import Callable

from pricectl.core import document as documents
from pricectl.core.document import Json
from pricectl.feeds.feed_row import FeedError

# Names of arguments that are words of Python.
_KEYS = {"or_": "or", "and_": "and"}


def looks_like(text: str) -> bool:
    """Whether a text is the package's module of data."""
    return "providers: list[Provider]" in text[:2000]


def to_json(text: str, where: str) -> Json:
    """The list of providers in the shape of the published JSON. Raises FeedError."""
    try:
        module = ast.parse(text)
        for statement in module.body:
            if isinstance(statement, ast.AnnAssign) and statement.value is not None:
                return _value(statement.value)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FeedError(
            "not the data of genai-prices", where=where, next_step="is the file cut off?"
        ) from None
    raise FeedError("not the data of genai-prices", where=where, next_step="name data.py")


def _value(node: ast.expr) -> Json:
    """A literal, a list, an object, or a call: its arguments by name."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, (str, int, type(None))) else None
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {str(_value(key)): _value(value) for key, value in pairs if key is not None}
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in _CALLS:
            return _CALLS[name](node)
        return {_KEYS.get(it.arg, it.arg): _value(it.value) for it in node.keywords if it.arg}
    return None


def _decimal(call: ast.Call) -> Json:
    word = _value(call.args[0]) if call.args else None
    return documents.parse(word) if isinstance(word, str) and len(word) < 64 else None  # noqa: PLR2004


def _date(call: ast.Call) -> Json:
    year, month, day = ([_value(it) for it in call.args] + [1, 1, 1])[:3]
    if not all(type(it) is int for it in (year, month, day)):
        return None
    return f"{year:04}-{month:02}-{day:02}"


def _time(call: ast.Call) -> Json:
    hour, minute = ([_value(it) for it in call.args] + [0, 0])[:2]
    return f"{hour:02}:{minute:02}:00Z" if type(hour) is int and type(minute) is int else None


_CALLS: dict[str, Callable[[ast.Call], Json]] = {"Decimal": _decimal, "date": _date, "time": _time}
