"""Explains a recorded charge, and says what the same call costs today."""

from collections.abc import Collection
from datetime import date

from pricectl.core.calculator import quote, sum_of_quotes
from pricectl.core.catalog import Catalog
from pricectl.core.estimate import Estimate
from pricectl.core.fallback import Fallback
from pricectl.core.lookup import LayerTried, find
from pricectl.core.priced_call import Quote
from pricectl.core.profile import Profile
from pricectl.explain import chain
from pricectl.explain.explanation import Explanation, PresentPrice, RecordFacts
from pricectl.explain.sources import FOUND, CatalogSource
from pricectl.records.reading import Record

# A charge without a profile has no steps to credits; its estimate still needs one.
_NO_CHARGE = Profile()


def explain_record(record: Record, modes: Collection[str] | None = None) -> Explanation:
    """The steps to a recorded charge; `modes` are the only budget modes that are explained."""
    priced, charge = record.quote, record.charge
    match = priced.match
    if charge:
        estimate = charge.estimate(priced, record.reading)
        shown = charge.modes if modes is None else [mode for mode in charge.modes if mode in modes]
    else:
        estimate, shown = Estimate(priced, 1, _NO_CHARGE, record.reading), ()
    steps = chain(
        priced,
        reading=record.reading,
        estimate=estimate if charge else None,
        modes=shown,
        at=record.at,
        near=(),
    )
    found = f"{match.model.full_name}, {FOUND[match.how].phrase}, as recorded"
    at = record.at or record.written_at or date.min
    return Explanation(
        priced.catalog,
        match,
        (LayerTried(match.how, matched=True, why=found),),
        (),
        at,
        estimate,
        steps,
        record=RecordFacts(record.written_at, record.calculator, record.flags, record.prices),
    )


def present_price(
    record: Record,
    catalog: Catalog,
    at: date,
    *,
    fallback: Fallback | None = None,
    source: CatalogSource | None = None,
) -> PresentPrice:
    """What the recorded call costs by another catalog, by the names as they were asked for."""
    quotes = [
        _requote(part, catalog, at, fallback) for part in record.quote.rounds or (record.quote,)
    ]
    priced = quotes[0] if len(quotes) == 1 else sum_of_quotes(quotes, record.quote.usage)
    return PresentPrice(priced.pico_usd, priced.match.model.full_name, source, catalog)


def _requote(part: Quote, catalog: Catalog, at: date, fallback: Fallback | None) -> Quote:
    match = find(catalog, part.match.asked, fallback)
    return quote(
        catalog,
        match,
        part.usage,
        service=part.service or None,
        region=part.region or None,
        at=at,
        requests=part.requests,
    )
