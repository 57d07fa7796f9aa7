"""Returns a fixed fallback where a drop-in function would raise."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pricectl import runtime

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def never_raises(
    fallback: Callable[[], Result],
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Make a function return `fallback()` where it would raise, and count an internal error.

    A call with missing or unknown arguments still raises TypeError: it is wrong wherever it is
    made, and an answer would hide that.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        # Made beforehand: near the recursion limit no call is possible, of a class neither.
        spare = fallback()

        @wraps(function)
        def guarded(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
            nonlocal spare
            try:
                return function(*arguments, **named)
            except TypeError as error:
                inside = error.__traceback__ and error.__traceback__.tb_next
                if not inside:
                    raise
            except Exception:  # noqa: BLE001, S110 - the fallback answers
                pass
            answer = spare
            try:
                spare = fallback()
                runtime.get_pricing().count_internal_error(function.__name__)
            except Exception:  # noqa: BLE001, S110 - the answer is there already
                pass
            return answer

        return guarded

    return decorate
