"""The decorator of the drop-in functions: a fixed fallback where they would raise.

A module of its own, because both costs and prices need it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pricectl import runtime

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def never_raises(
    fallback: Any,
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Make a function return a fallback where it would raise, and count an internal error.

    Each caller gets a dict or list of its own, also the dicts inside, so that nothing is shared
    between threads. A call with missing or unknown arguments still raises TypeError: it is wrong
    wherever it is made, and an answer would hide that.
    """
    # MODEL_PRICING, a subclass, is returned as it is.
    is_list, is_dict = type(fallback) is list, type(fallback) is dict
    inner = [key for key in fallback if isinstance(fallback[key], dict)] if is_dict else []

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(function)
        def guarded(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
            try:
                return function(*arguments, **named)
            except TypeError as error:
                inside = error.__traceback__ and error.__traceback__.tb_next
                if not inside:
                    raise
            except Exception:  # noqa: BLE001, S110 - the fallback answers
                pass
            # Copied by displays: near the recursion limit nothing can be called, not even dict().
            answer = fallback
            if is_list:
                answer = [*fallback]
            elif is_dict:
                answer = {**fallback}
            for key in inner:
                answer[key] = {**fallback[key]}
            try:  # noqa: SIM105 - suppress() is a call, too
                runtime.get_pricing().count_internal_error(function.__name__)
            except Exception:  # noqa: BLE001, S110 - the answer is there already
                pass
            return answer  # type: ignore[no-any-return]

        return guarded

    return decorate
