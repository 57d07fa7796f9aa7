"""A whole explanation: how a name is found, and the steps to a price where a call is known."""

from datetime import date
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.estimate import Estimate
from pricectl.core.lookup import LayerTried, near_names, search
from pricectl.core.model import Match
from pricectl.explain import ExplanationStep, chain


class Explanation(NamedTuple):
    """Why a name is answered by a row and, with an estimate, why a call costs what it costs.

    `layers` are the lookup layers tried, `steps` those to the price; without a call there are none.
    `near_names` are known for a guess only. `at` is the instant that was asked for.
    """

    catalog: Catalog
    match: Match
    layers: tuple[LayerTried, ...]
    near_names: tuple[str, ...]
    at: date
    estimate: Estimate | None = None
    steps: tuple[ExplanationStep, ...] = ()

    @property
    def guessed(self) -> bool:
        """Whether the default price answers."""
        return self.match.is_guess


def explain_name(catalog: Catalog, name: str, at: date) -> Explanation:
    """How a name is found."""
    match, layers = search(catalog, name)
    near = near_names(catalog, match.asked) if match.is_guess else ()
    return Explanation(catalog, match, layers, near, at)


def explain_call(named: Explanation, estimate: Estimate) -> Explanation:
    """The same with the steps to the price and the credits of a call of that name."""
    steps = chain(
        estimate.quote,
        reading=estimate.reading,
        profile=estimate.profile,
        at=named.at,
        near=named.near_names,
    )
    return named._replace(estimate=estimate, steps=steps)
