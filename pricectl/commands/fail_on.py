"""What `--fail-on` accepts, verb by verb, beside the kinds of change of `changes.gates`."""

from enum import StrEnum

from pricectl.changes.gates import FailOnChange


class FailOnDue(StrEnum):
    """`fmt`: what a date made due."""

    DUE = "due"


class FailOnChangeOrDue(StrEnum):
    """`deploy-check`: a kind of change, or what a date made due in the new version."""

    INCREASE = FailOnChange.INCREASE
    DECREASE = FailOnChange.DECREASE
    REMOVED = FailOnChange.REMOVED
    ANY = FailOnChange.ANY
    DUE = FailOnDue.DUE
