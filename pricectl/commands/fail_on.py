"""What `--fail-on` accepts, verb by verb; `diff` takes `changes.gates.FailOnChange` as it is.

The values are repeated here so that no verb loads another's packages; a test compares them.
"""

from collections.abc import Iterable
from enum import StrEnum

import typer

from pricectl.core.near import meant


def split_kinds(values: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """The kinds that an option was given, alone or with commas. Raises BadParameter."""
    kinds = tuple(kind.strip() for value in values for kind in value.split(","))
    known = tuple(map(str, allowed))
    for kind in kinds:
        if kind not in known:
            message = f"{kind!r} is not a kind of change or finding; {meant(kind, known)}"
            raise typer.BadParameter(message, param_hint="--fail-on")
    return kinds


class FailOnDue(StrEnum):
    """`fmt`: what a date made due."""

    DUE = "due"


class FailOnSeverityOrDue(StrEnum):
    """`validate`: a severity, or what a date made due."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DUE = "due"


class FailOnChangeOrDue(StrEnum):
    """`deploy-check`: a kind of change, or what a date made due in the new version."""

    INCREASE = "increase"
    DECREASE = "decrease"
    REMOVED = "removed"
    ANY = "any"
    DUE = "due"
