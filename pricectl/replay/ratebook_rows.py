"""The rate book of a whole catalog as flat rows: an open format that any engine can join to calls.

`docs/ratebook.md` says what the columns mean and how a call finds its rows.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.units import STANDARD, UNITS
from pricectl.core.windows import OffPeak
from pricectl.replay.periods import naive
from pricectl.replay.ratebook import RateCell, list_cells


class RateRow(NamedTuple):
    """One rate: what one unit costs under all conditions that decide it.

    Texts are "" and numbers 0 where there is no condition. `pico_usd` buys `priced_by` counts.
    """

    name: str
    provider: str
    service: str
    region: str
    from_time: str
    until_time: str
    hours: str
    above_output_tokens: int
    above_tokens: int
    from_tokens: int
    scope: str
    unit: str
    pico_usd: int
    priced_by: int
    is_assumed: bool
    count_step: int
    count_minimum: int
    count_free: int


# The types of the columns in Parquet.
TYPES = {
    name: {int: "BIGINT", bool: "BOOLEAN"}.get(kind, "VARCHAR")
    for name, kind in RateRow.__annotations__.items()
}


def rate_rows(models: Iterable[Model]) -> Iterator[RateRow]:
    """The rows of these models, each by its own name."""
    for model in models:
        factors = {word for prices in model.all_lists for word in prices.uplifts}
        services = {word for prices in model.all_lists for word in prices.services}
        for service in (STANDARD, *sorted(services | factors)):
            for region in ("", *sorted(factors)):
                yield from _rows_of(model, service, region)


def _rows_of(model: Model, service: str, region: str) -> Iterator[RateRow]:
    for start, end, usual in _dated(model):
        for prices in filter(None, (usual, usual.off_peak)):
            for cell in list_cells(prices, service, region, tuple(UNITS)):
                # A service that the list does not sell costs what the standard rows say.
                if cell.sells_service:
                    hours = _hours(prices.windows)
                    yield from _cell_rows(model, cell, (service, region, start, end, hours))


def _dated(model: Model) -> Iterator[tuple[str, str, PriceList]]:
    """The price lists with the texts of their first instant and of their end."""
    turns = sorted({turn for turn, _ in (*model.previous, *model.upcoming)})
    starts = [datetime.min.replace(tzinfo=UTC), *turns]
    texts = ["", *(naive(turn).isoformat() for turn in turns), ""]
    for start, begins, ends in zip(starts, texts, texts[1:], strict=False):
        yield begins, ends, model.list_at(start)


def _hours(windows: Iterable[OffPeak]) -> str:
    """Off-peak hours as texts such as "12345 16:30-00:30", with a zone where weekdays are its."""
    return "; ".join(
        f"{''.join(map(str, window.weekdays))} {_clock(window.start_minute)}"
        f"-{_clock(window.end_minute)}{f' {window.zone}' if window.zone else ''}"
        for window in windows
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _cell_rows(
    model: Model, cell: RateCell, conditions: tuple[str, str, str, str, str]
) -> Iterator[RateRow]:
    band = cell.band
    is_first_step = band.scope == "marginal" and band.step_from == 0
    for unit, rate in zip(UNITS, band.rates, strict=True):
        # The first step of marginal tiers has the rates of short requests, which stand there.
        if rate.is_priced and not is_first_step:
            rule = rate.counting
            yield RateRow(
                model.full_name,
                model.provider,
                *conditions,
                max(cell.output_from - 1, 0),
                band.above_tokens,
                band.input_from,
                band.scope,
                unit,
                rate.pico_usd,
                rate.priced_by,
                rate.is_assumed,
                rule.step if rule else 1,
                rule.minimum if rule else 0,
                rule.free if rule else 0,
            )
