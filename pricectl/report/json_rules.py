"""The rules as JSON. Floor 2."""

from collections.abc import Iterable

from pricectl.report import json
from pricectl.rules import Rule


def rules(asked: Iterable[Rule]) -> str:
    """The rules with all they say."""
    return json.dump("rule", {"rules": [rule._asdict() for rule in asked]})
