"""Token counts and model names as people type them: `MODEL... INPUT [OUTPUT]`, `--unit NAME=COUNT`.

Ambiguous counts are refused: a misread count is a wrong price.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import typer

from pricectl.core.typed_counts import read_amount, read_count, whole_number_problem
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage

# Digits alone were meant as a count, however they are grouped and wherever they stand. Right before
# the counts, a word that only begins with digits may have been meant as one, too.
_DIGITS = re.compile(r"[-+]?[\d.,_\s'\u2019]*\d[\d.,_\s'\u2019]*(?:[kKmM]|[eE][-+]?\d+)?")
_LIKE_A_COUNT = re.compile(r"[-+]?[\d.,_]+\w*")
_MODELS_AND_COUNTS = "MODEL... INPUT [OUTPUT]"
_MAX_COUNTS = 2  # input and output


def split_models_and_counts(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """The models, each once, and the input and output counts. Raises BadParameter."""
    counts: list[int] = []
    names = list(words)
    while names and len(counts) < _MAX_COUNTS and (count := read_count(names[-1])) is not None:
        counts.insert(0, count)
        names.pop()
    # The last two names may be counts that are mistyped; the first word is always a model.
    for word in names[-_MAX_COUNTS:] if len(names) > 1 else ():
        digits = _LIKE_A_COUNT.fullmatch(word) or _DIGITS.fullmatch(word)
        if digits and read_count(word) is None:
            raise _malformed(word, names, counts)
    if names and not counts and any(map(_DIGITS.fullmatch, names)):
        raise _malformed(names[-1], names, counts)
    if not names or not counts:
        raise typer.BadParameter(
            "write a model and its tokens, such as: pricectl quote gpt-4o 1000 500",
            param_hint=_MODELS_AND_COUNTS,
        )
    understood = f"models {', '.join(names)}; input {counts[0]:,} tokens"
    understood += f", output {counts[1]:,}" if len(counts) > 1 else ""
    check_names(names, understood)
    return list(dict.fromkeys(name.strip() for name in names)), counts


def _malformed(word: str, names: Sequence[str], counts: Sequence[int]) -> typer.BadParameter:
    numbers = [name for name in names if _DIGITS.fullmatch(name.strip())]
    models = ", ".join(name for name in names if name not in numbers and name != word)
    read = ", ".join([*(name for name in numbers if name != word), *(f"{n:,}" for n in counts)])
    problem = whole_number_problem(word) or (
        f"{word!r} is not a token count such as 1000, 1,000 or 1k"
    )
    return typer.BadParameter(
        f"{problem} (understood: models {models or 'none'}; counts {read or 'none'})",
        param_hint=_MODELS_AND_COUNTS,
    )


def check_names(names: Sequence[str], understood: str) -> None:
    """Check that these can be model names; the message says how everything was understood.

    Raises:
        BadParameter: a name is blank or a number.
    """
    for name in names:
        if not name.strip():
            raise typer.BadParameter("a model's name is blank", param_hint=_MODELS_AND_COUNTS)
        if _DIGITS.fullmatch(name.strip()):
            raise typer.BadParameter(
                f"{name!r} is a number among the models (understood: {understood}); "
                "write the counts last, thousands as 1000, 1,000 or 1k",
                param_hint=_MODELS_AND_COUNTS,
            )


def read_usage(
    counts: Sequence[int],
    details: Mapping[str, str | None],
    units: Sequence[str],
    flags: Mapping[str, str] = MappingProxyType({}),
) -> Usage:
    """The usage of one call.

    Args:
        counts: input and output tokens.
        details: what other arguments of `Usage` were given, by name; None was not given.
        units: further ones, each as "NAME=COUNT".
        flags: the options of the details by their names, for the messages.

    Raises:
        BadParameter: a count is malformed.
        BadUsage: the counts contradict each other.
    """
    given = {name: word for name, word in details.items() if word is not None}
    for unit in units:
        name, _, word = unit.partition("=")
        if name in {"input_tokens", "output_tokens"}:
            raise typer.BadParameter(f"{name} come after the model", param_hint="--unit")
        given[name] = word
    amounts: dict[str, Any] = {}
    for name, word in given.items():
        # Whole counts, but any amount of what is divisible, such as seconds.
        divisible = name in UNITS and UNITS[name].divisible
        amounts[name] = read_amount(word) if divisible else read_count(word)
        if amounts[name] is None:
            kind = "an amount such as 12.5" if divisible else "a count such as 1000"
            flag = flags.get(name, f"--unit {name}")
            problem = "" if divisible else whole_number_problem(word)
            raise typer.BadParameter(
                problem or f"{word!r} is not {kind}, 1,000 or 1k", param_hint=flag
            )
    return Usage(*counts, **amounts)


def count_reader(least: int, most: int | None = None) -> Callable[[str | int], int]:
    """A parser for an option that is a count, such as `--calls 1e6`, with its bounds."""
    bounds = f"of {least:,} or more" if most is None else f"from {least:,} to {most:,}"

    def read(word: str | int) -> int:
        # The option's default comes as a number.
        count = word if isinstance(word, int) else read_count(word)
        if count is None or count < least or (most is not None and count > most):
            problem = whole_number_problem(f"{word}") or f"{word} is not a number {bounds}"
            raise typer.BadParameter(problem)
        return count

    return read
