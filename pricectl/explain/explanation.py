"""A whole explanation: how a name is found, and the steps to a price where a call is known."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.estimate import Estimate
from pricectl.core.fallback import Fallback
from pricectl.core.lookup import LayerTried, name_parts, near_names, search
from pricectl.core.model import Match
from pricectl.core.naming.parts import NamePart
from pricectl.explain import ExplanationStep, chain
from pricectl.explain.sources import CatalogSource


class RecordFacts(NamedTuple):
    """What is known of a charge from its record alone, besides the steps to it.

    `prices` are the catalog's hash and date, and facts about the process that priced the call.
    """

    written_at: datetime | None
    calculator: str
    flags: tuple[str, ...]
    prices: Mapping[str, Any]


class PresentPrice(NamedTuple):
    """What a recorded call costs by the catalog of today; `problem` says why it is not known."""

    pico_usd: int = 0
    row: str = ""
    source: CatalogSource | None = None
    catalog: Catalog | None = None
    problem: str = ""


class Explanation(NamedTuple):
    """Why a name is answered by a row and, with an estimate, why a call costs what it costs.

    `layers` are the lookup layers tried, `steps` those to the price; without a call there are none.
    `near_names` are known for a guess only. `at` is the instant that was asked for. `parts` say
    what each part of the name was taken for. `record` is set where a recorded charge is explained,
    and `present` what the same call costs today.
    """

    catalog: Catalog
    match: Match
    layers: tuple[LayerTried, ...]
    near_names: tuple[str, ...]
    at: date
    estimate: Estimate | None = None
    steps: tuple[ExplanationStep, ...] = ()
    parts: tuple[NamePart, ...] = ()
    record: RecordFacts | None = None
    present: PresentPrice | None = None

    @property
    def guessed(self) -> bool:
        """Whether the default price answers."""
        return self.match.is_guess


def explain_name(
    catalog: Catalog, name: str, at: date, fallback: Fallback | None = None
) -> Explanation:
    """How a name is found."""
    match, layers = search(catalog, name, fallback)
    near = near_names(catalog, match.asked) if match.is_guess else ()
    parts = name_parts(catalog, match)
    return Explanation(catalog, match, layers, near, at, parts=parts)


def explain_call(
    named: Explanation,
    estimate: Estimate,
    *,
    mode: str | None = None,
    source: CatalogSource | None = None,
) -> Explanation:
    """The same with the steps to the price and the credits of a job of calls of that name.

    `mode` is the only budget mode that is explained, `source` where the catalog was read.
    """
    steps = chain(
        estimate.quote,
        reading=estimate.reading,
        estimate=estimate,
        modes=mode and (mode,),
        at=named.at,
        near=named.near_names,
        source=source,
    )
    return named._replace(estimate=estimate, steps=steps)
