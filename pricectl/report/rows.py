"""A catalog's row in reports: its document, factors on rates, off-peak hours."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from pricectl.core.labels import price_of, service_label
from pricectl.core.model import Periods
from pricectl.core.money import exact, usd
from pricectl.core.prices import PriceList
from pricectl.core.windows import EVERY_DAY, OffPeak
from pricectl.models import PricedRow

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def factors(prices: PriceList) -> dict[str, str]:
    """What a region or a service multiplies token rates by, as decimals, by its word."""
    sold = ((word, prices.service_factor(word)) for word in prices.uplifts)
    return {word: exact(Fraction(factor)) for word, factor in sold if factor}


def weekly(windows: Sequence[OffPeak]) -> str:
    """Windows of a week, those of the same days together.

    >>> weekly([OffPeak(0, 60, (1, 2, 3)), OffPeak(600, 1440, (1, 2, 3)), OffPeak(0, 1440, (7,))])
    'Mon-Wed 00:00-01:00, 10:00-24:00; Sun 00:00-24:00'
    >>> from datetime import UTC
    >>> weekly([OffPeak(0, 1440, (6,), UTC)])
    'Sat (days of UTC) 00:00-24:00'
    """
    spans: dict[str, list[str]] = {}
    for window in windows:
        days = _days(window.weekdays)
        if window.zone and window.weekdays != EVERY_DAY:
            days += f" (days of {window.zone})"
        spans.setdefault(days, []).append(hours(window))
    return "; ".join(f"{days} {', '.join(found)}" for days, found in spans.items())


def hours(window: OffPeak) -> str:
    """A window's hours of the UTC day; one that ends before it starts ends on the next day.

    >>> hours(OffPeak(990, 30, (1,)))
    '16:30-00:30'
    """
    return f"{_clock(window.start_minute)}-{_clock(window.end_minute)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(weekdays: Sequence[int]) -> str:
    """Runs of days: "Mon-Wed Fri"."""
    days = sorted(set(weekdays))
    if len(days) == len(WEEK):
        return "every day"
    runs = [
        [WEEK[day - 1] for _, day in run]
        for _, run in groupby(enumerate(days), lambda placed: placed[1] - placed[0])
    ]
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else run[0] for run in runs)


def row_document(row: PricedRow) -> dict[str, Any]:
    """A row with its prices in force and those of other times."""
    model = row.model
    return {
        "provider": model.provider,
        "model": model.name,
        "aliases": list(model.aliases),
        "mode": model.entry.get("mode"),
        "max_input_tokens": model.entry.get("max_input_tokens"),
        "max_output_tokens": model.entry.get("max_output_tokens"),
        "deprecation_date": model.entry.get("deprecation_date"),
        "source": model.entry.get("source"),
        "verified_on": model.entry.get("verified_on"),
        "period": row.period,
        **_prices(row.prices, row.whole_day),
        "own_rates": _rates(model.prices) if row.period else None,
        "own_factors": factors(model.prices) if row.period else None,
        "own_off_peak": _off_peak(model.prices) if row.period else None,
        "previous": _periods("until", model.previous),
        "upcoming": _periods("from", model.upcoming),
    }


def _periods(bound: str, periods: Periods) -> list[dict[str, Any]]:
    return [{bound: instant.isoformat(), **_prices(prices, prices)} for instant, prices in periods]


def _prices(prices: PriceList, whole_day: PriceList) -> dict[str, Any]:
    """A price list's rates, the factors on them, and what it charges off-peak."""
    return {
        "rates": _rates(prices),
        "factors": factors(prices),
        "off_peak": _off_peak(whole_day),
        "by_output": [
            {"above_output_tokens": longer.above_output_tokens, "rates": _rates(longer)}
            for longer in prices.by_output
        ],
        "billed_counts": {unit: rule.words for unit, rule in prices.counting.items()},
    }


def _off_peak(prices: PriceList) -> dict[str, Any] | None:
    if prices.off_peak is None:
        return None
    shown = [
        {
            "hours_utc": hours(window),
            "weekdays": list(window.weekdays),
            "weekday_timezone": str(window.zone or "UTC"),
        }
        for window in prices.off_peak.windows
    ]
    return {"windows": shown, "rates": _rates(prices.off_peak)}


def _rates(prices: PriceList) -> list[dict[str, Any]]:
    return [
        {
            "unit": unit,
            "above_tokens": above,
            "service": service_label(service),
            "usd_per_unit": usd(price_of(pico, unit)),
            "key": key,
        }
        for (unit, above, service), (pico, key) in prices.rates.items()
    ]
