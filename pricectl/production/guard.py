"""Answers a call of the drop-in functions whatever happens inside. Floor 2."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pricectl import runtime

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def answered(
    otherwise: Any,
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Make a function return `otherwise` where it would raise, and count an internal error.

    A call with missing or unknown arguments still raises TypeError: it is wrong wherever it is
    made, and an answer would hide that. Dicts and lists are handed out as copies.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(function)
        def guarded(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
            try:
                return function(*arguments, **named)
            except Exception as error:
                inside = error.__traceback__ and error.__traceback__.tb_next
                if isinstance(error, TypeError) and not inside:
                    raise
                with suppress(Exception):
                    runtime.get_pricing().count_internal_error(function.__name__)
            # No frame is needed from here on: the recursion limit may be near.
            copied = type(otherwise) in (dict, list)
            return type(otherwise)(otherwise) if copied else otherwise  # type: ignore[no-any-return]

        return guarded

    return decorate
