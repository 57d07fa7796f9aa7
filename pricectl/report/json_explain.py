"""Why a name is answered and a call costs what it costs, as JSON."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricectl.core.catalog import Catalog
from pricectl.core.lookup import Step
from pricectl.core.model import Match
from pricectl.explain import ChainStep
from pricectl.report.json import catalog_id, dump, resolved

VERSION = 2


def explain(
    steps: Sequence[Step], match: Match, chain: Sequence[ChainStep], catalog: Catalog
) -> str:
    """Each lookup layer tried, what answered, and each step to a price if one was asked for."""
    return dump(
        "explain",
        {
            "asked": match.asked,
            "steps": [step._asdict() for step in steps],
            "chain": [_link(link) for link in chain],
            "resolved": resolved(match),
            "catalog": catalog_id(catalog),
        },
        VERSION,
    )


def _link(link: ChainStep) -> dict[str, Any]:
    return {"step": link.step, "text": link.text, **_plain(link.facts)}


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with amounts of seconds as JSON numbers; money is decimal strings already."""
    return {key: _number(value) for key, value in facts.items()}


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_plain(item) if isinstance(item, dict) else item for item in value]
    return value
