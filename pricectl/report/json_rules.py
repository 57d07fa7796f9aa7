"""The rules as JSON."""

from collections.abc import Iterable

from pricectl.check.rules import Rule
from pricectl.report import json


def rules(asked: Iterable[Rule]) -> str:
    """The rules with all they say."""
    return json.dump("rule", {"rules": [rule._asdict() for rule in asked]})
