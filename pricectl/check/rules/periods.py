"""Rules about dates: invalid ones, and dated prices that have begun, overlap or lack something."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, ahead
from pricectl.core.document import Json
from pricectl.core.labels import above, count, label
from pricectl.core.model import Model
from pricectl.core.pointers import METADATA_POINTER
from pricectl.core.prices import DATED_LISTS, PriceList
from pricectl.core.rates import OFF_PEAK_PREFIX, RateKey
from pricectl.core.units import STANDARD, UNITS
from pricectl.core.windows import day_text, read_day, read_instant

DATE_INVALID = Rule(
    "date-invalid",
    "error",
    "a date is not a valid date",
    "The price or the shutdown it belongs to never takes effect.",
    '{"x": {"m": {"deprecation_date": "2026-02-30"}}}',
    '{"x": {"m": {"deprecation_date": "2027-02-28", "input_cost_per_token": 1e-06}}}',
    "Write YYYY-MM-DD.",
)
UPCOMING_BEGUN = Rule(
    "upcoming-begun",
    "warning",
    "an announced price has begun but is not yet moved into the row",
    "pricectl charges it from its date on, but readers that ignore dates still charge the old "
    "price.",
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "upcoming": [{"from": "2026-11-01", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 2e-06,\n'
    '             "previous": [{"until": "2026-11-01", "input_cost_per_token": 1e-06}]}}}',
    "Run 'pricectl fmt': it moves these prices into the row, and the row's into `previous`.",
    due=True,
)
UPCOMING_SOON = Rule(
    "upcoming-soon",
    "warning",
    "an announced price begins soon",
    "From then on, readers that ignore dates charge the old price until it is moved into the row.",
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "upcoming": [{"from": "2026-12-10", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "upcoming": [{"from": "2027-12-10", "input_cost_per_token": 2e-06}]}}}',
    "Run 'pricectl fmt' once it has begun.",
    due=True,
    passes=True,
)
PREVIOUS_NOT_OVER = Rule(
    "previous-not-over",
    "error",
    "a previous price ends in the future",
    "Today's calls would be charged a price that should be over.",
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "previous": [{"until": "2027-01-01", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 2e-06,\n'
    '             "upcoming": [{"from": "2027-01-01", "input_cost_per_token": 1e-06}]}}}',
    "Keep today's price in the row and the coming one in `upcoming`.",
    passes=True,
)
PERIOD_REPEATED = Rule(
    "period-repeated",
    "error",
    "two dated prices have the same date",
    "Only one of them is ever charged, and which one depends on the reader.",
    '{"x": {"m": {"previous": [{"until": "2026-01-01", "input_cost_per_token": 2e-06},\n'
    '                          {"until": "2026-01-01", "input_cost_per_token": 3e-06}]}}}',
    '{"x": {"m": {"previous": [{"until": "2025-01-01", "input_cost_per_token": 2e-06},\n'
    '                          {"until": "2026-01-01", "input_cost_per_token": 3e-06}]}}}',
    "Correct the date of one of them.",
)
PERIODS_OUT_OF_ORDER = Rule(
    "periods-out-of-order",
    "warning",
    "dated prices overlap or are not sorted by date",
    "Where two overlap, the previous one is charged; an unsorted list hides such a slip.",
    '{"x": {"m": {"previous": [{"until": "2026-06-01", "input_cost_per_token": 1e-06}],\n'
    '             "upcoming": [{"from": "2026-03-01", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"previous": [{"until": "2026-03-01", "input_cost_per_token": 1e-06}],\n'
    '             "input_cost_per_token": 2e-06}}}',
    "Correct the dates, and put the earliest first.",
)
DATED_PRICES_INCOMPLETE = Rule(
    "dated-prices-incomplete",
    "warning",
    "a dated price list lacks a price, a tier, a factor or off-peak hours that the row has today",
    "A dated list replaces the whole row: what it lacks is charged at another rate on those days, "
    "or not at all.",
    '{"x": {"m": {"input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06,\n'
    '             "upcoming": [{"from": "2027-06-01", "input_cost_per_token": 3e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06,\n'
    '             "upcoming": [{"from": "2027-06-01", "input_cost_per_token": 3e-06,\n'
    '                           "output_cost_per_token": 4e-06}]}}}',
    "Add every price of those days, also those that do not change.",
)
UPCOMING_UNVERIFIED = Rule(
    "upcoming-unverified",
    "warning",
    "an announced price is about to begin and was last verified long before",
    "Announced prices are cancelled or moved; one that nobody looked at again within its last two "
    "weeks takes effect all the same.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "verified_on": "2026-11-20",\n'
    '             "upcoming": [{"from": "2026-12-10", "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "verified_on": "2026-11-28",\n'
    '             "upcoming": [{"from": "2026-12-10", "input_cost_per_token": 2e-06}]}}}',
    "Compare the announced price with the seller's page and set its verified_on.",
    due=True,
)
RULES = (
    DATE_INVALID,
    UPCOMING_BEGUN,
    UPCOMING_SOON,
    UPCOMING_UNVERIFIED,
    PREVIOUS_NOT_OVER,
    PERIOD_REPEATED,
    PERIODS_OUT_OF_ORDER,
    DATED_PRICES_INCOMPLETE,
)
# Within so many days of its start an announced price must have been looked at again.
VERIFIED_AGAIN = timedelta(days=14)


def check(context: Context) -> Iterator[Finding]:
    """Every day of every row, then the dated prices as of now."""
    for model in context.catalog.models:
        yield from _valid_dates(model)
        if model.previous or model.upcoming:
            yield from _as_of_now(context, model)
            yield from _order(model)
            for prices in model.price_lists:
                if prices.period and (lacking := ", ".join(_lacking(model.prices, prices))):
                    message = f"the prices of {model.name!r} {prices.period} lack {lacking}"
                    yield DATED_PRICES_INCOMPLETE.finding(prices.pointer, message)
    last_updated = context.catalog.metadata.get("last_updated")
    yield from _valid(last_updated, f"{METADATA_POINTER}/last_updated")


def _valid_dates(model: Model) -> Iterator[Finding]:
    for key in ("deprecation_date", "verified_on"):
        if key in model.entry:
            yield from _valid(model.entry[key], f"{model.pointer}/{key}")
    for key, bound in (*DATED_LISTS.items(), ("evidence", "date")):
        periods = model.entry.get(key)
        for index, period in enumerate(periods if isinstance(periods, list) else ()):
            if isinstance(period, dict):
                yield from _valid(period.get(bound), f"{model.pointer}/{key}/{index}/{bound}")


def _valid(value: Json, pointer: str) -> Iterator[Finding]:
    if isinstance(value, str) and read_instant(value) is None:
        yield DATE_INVALID.finding(pointer, f"{value!r} is not a valid date")


def _as_of_now(context: Context, model: Model) -> Iterator[Finding]:
    soon = timedelta(days=context.policy.limits.deprecation_days)
    for start, prices in model.upcoming:
        day = day_text(start)
        if start <= context.now:
            message = f"the price of {model.name!r} from {day} is not yet the row's own"
            yield UPCOMING_BEGUN.finding(f"{prices.pointer}/from", message)
        elif start - context.now <= soon:
            days = (start.date() - context.today).days
            message = f"{model.name!r} changes its price {ahead(days)}, on {day}"
            yield UPCOMING_SOON.finding(f"{prices.pointer}/from", message)
        verified, due = _verified(model, prices), (start - VERIFIED_AGAIN).date()
        if start > context.now and verified and verified < due <= context.today:
            message = f"the price of {model.name!r} from {day} was last verified on {verified}"
            yield UPCOMING_UNVERIFIED.finding(f"{prices.pointer}/from", message)
    for end, prices in model.previous:
        if end > context.now:
            message = f"the previous price of {model.name!r} holds until {day_text(end)}"
            yield PREVIOUS_NOT_OVER.finding(f"{prices.pointer}/until", message)


def _verified(model: Model, prices: PriceList) -> date | None:
    """The last day an announced list was verified or confirmed by a list; else that of the row."""
    for entry in (prices.entry, model.entry):
        listed = entry.get("evidence")
        named = listed if isinstance(listed, list) else []
        dates = [item.get("date") for item in named if isinstance(item, dict)]
        days = [day for value in (entry.get("verified_on"), *dates) if (day := read_day(value))]
        if days:
            return max(days)
    return None


def _order(model: Model) -> Iterator[Finding]:
    lists = zip(DATED_LISTS.items(), (model.previous, model.upcoming), strict=True)
    for (key, bound), periods in lists:
        for (day, _), (same_day, prices) in pairwise(periods):
            if day == same_day:
                message = f"two {key} prices have the day {day_text(day)}"
                yield PERIOD_REPEATED.finding(f"{prices.pointer}/{bound}", message)
        # The index in the file ends the pointer.
        written = sorted(periods, key=lambda period: int(period[1].pointer.rpartition("/")[2]))
        for (earlier, _), (day, prices) in pairwise(written):
            if earlier > day:
                message = f"{bound} {day_text(day)} comes after {bound} {day_text(earlier)}"
                yield PERIODS_OUT_OF_ORDER.finding(f"{prices.pointer}/{bound}", message)
    yield from _overlap(model)


def _overlap(model: Model) -> Iterator[Finding]:
    """The first upcoming price against the last previous one; the row's own is in force between."""
    if not model.previous or not model.upcoming:
        return
    (end, last), (start, first) = model.previous[-1], model.upcoming[0]
    if end < start:
        return
    if end > start:
        conflict = f"but the upcoming one from {day_text(start)}"
    elif model.prices.same_prices(first):
        return  # the upcoming price is the row's own already; 'pricectl fmt' cleans this up
    else:
        conflict = "and the upcoming one from then: the row's own price never does"
    message = f"the previous price of {model.name!r} holds until {day_text(end)}, {conflict}"
    yield PERIODS_OUT_OF_ORDER.finding(f"{last.pointer}/until", message)


def _lacking(wanted: PriceList, dated: PriceList) -> Iterator[str]:
    """What a row has today and a dated list of it has not, as people say it."""
    # What is priced for which service, whatever the tier.
    now, then = ({(unit, service) for unit, _, service in each.rates} for each in (wanted, dated))
    # A service that is lacking altogether is named once, and not for each of its prices.
    services = {service for _, service in now - then} - {*dated.services, STANDARD}
    yield from (f"every {service} price" for service in sorted(services - dated.uplifts.keys()))
    order = list(UNITS)
    for unit, service in sorted(now - then, key=lambda kind: (kind[1], order.index(kind[0]))):
        if service not in services:
            yield label(unit, 0, service)
    if wanted.thresholds and not dated.thresholds:
        yield f"every price {above(wanted.first_tier_tokens)}"
    elif (wanted.marginal or wanted.inclusive) and "context_tier" not in dated.entry:
        yield "context_tier"
    factors = wanted.uplifts.keys() - dated.uplifts.keys() - {*dated.services}
    yield from (f"the {factor} factor" for factor in sorted(factors))
    yield from _lacking_structures(wanted, dated)


def _lacking_structures(wanted: PriceList, dated: PriceList) -> Iterator[str]:
    """What a row says about hours, long outputs and rounded counts, and a dated list does not."""
    if dated.off_peak:
        for unit, tier, service in sorted(_discounted(wanted) - _discounted(dated)):
            yield f"off-peak {label(unit, tier, service)}"
    elif wanted.off_peak:
        yield "every off-peak price"
    if wanted.by_output and not dated.by_output:
        shortest = wanted.by_output[0].above_output_tokens
        yield f"every price for outputs of over {count(shortest)} tokens"
    rounded = wanted.counting.keys() - dated.counting.keys()
    yield from (f"how {label(unit)} is counted" for unit in sorted(rounded))


def _discounted(prices: PriceList) -> set[RateKey]:
    """The prices that a list has for its off-peak hours alone."""
    cheaper = prices.off_peak.rates if prices.off_peak else {}
    return {key for key, (_, path) in cheaper.items() if path.startswith(OFF_PEAK_PREFIX)}
