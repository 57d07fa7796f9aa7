"""A whole explanation: how a name is found, and the steps to a price where a call is known."""

from datetime import date
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.estimate import Estimate
from pricectl.core.fallback import Fallback
from pricectl.core.lookup import LayerTried, name_parts, near_names, search
from pricectl.core.model import Match
from pricectl.core.naming.parts import NamePart
from pricectl.explain import ExplanationStep, chain


class Explanation(NamedTuple):
    """Why a name is answered by a row and, with an estimate, why a call costs what it costs.

    `layers` are the lookup layers tried, `steps` those to the price; without a call there are none.
    `near_names` are known for a guess only. `at` is the instant that was asked for. `parts` say
    what each part of the name was taken for.
    """

    catalog: Catalog
    match: Match
    layers: tuple[LayerTried, ...]
    near_names: tuple[str, ...]
    at: date
    estimate: Estimate | None = None
    steps: tuple[ExplanationStep, ...] = ()
    parts: tuple[NamePart, ...] = ()

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


def explain_call(named: Explanation, estimate: Estimate) -> Explanation:
    """The same with the steps to the price and the credits of a call of that name."""
    steps = chain(
        estimate.quote,
        reading=estimate.reading,
        profile=estimate.profile,
        account=estimate.account,
        at=named.at,
        near=named.near_names,
    )
    return named._replace(estimate=estimate, steps=steps)
