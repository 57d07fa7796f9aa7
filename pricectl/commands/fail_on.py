"""What `--fail-on` accepts, verb by verb; `diff` takes `changes.gates.FailOnChange` as it is.

The values are repeated here so that no verb loads another's packages; a test compares them.
"""

from enum import StrEnum


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
