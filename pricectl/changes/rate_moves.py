"""The prices that differ between two price lists of a row, with what is charged for each."""

from collections.abc import Iterator
from typing import NamedTuple

from pricectl.changes.change import Move, PriceRef
from pricectl.changes.conditions import OFF_PEAK
from pricectl.core.prices import PriceList
from pricectl.core.units import parse_key

# Steps that each price takes, and how many tiers of its list take one more.
RATE_STEPS, TIERS_PER_STEP = 4, 2


class RateMove(NamedTuple):
    """One price in two price lists, and what is charged for it.

    `old_pico_usd` and `new_pico_usd` are the lists' own prices, None where one has none; the keys
    are as the file has them, "" where there is no price. `fallback` is the unit whose price is
    charged where one list has none; "" where both have one, or where nothing is charged.
    """

    price: PriceRef
    old_pico_usd: int | None
    new_pico_usd: int | None
    old_key: str
    new_key: str
    move: Move
    fallback: str = ""


def every_rate_move(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    """The prices of the whole day, then those of off-peak hours and of long outputs."""
    yield from rate_moves(old, new)
    yield from _off_peak_moves(old, new)
    yield from _moves_by_output(old, new)


def rate_steps(old: PriceList, new: PriceList) -> int:
    """About how long comparing two lists takes: a missing price is looked up in every tier."""
    tiers = len(old.thresholds) + len(new.thresholds)
    lists = 1 + len(old.by_output) + len(new.by_output)
    return (len(old.rates) + len(new.rates)) * (RATE_STEPS + tiers // TIERS_PER_STEP) * lists


def rate_moves(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    """Every price that only one list has, or that differs.

    Charges include what a missing price falls back on, so that a new long-context price shows
    what it adds to the base rate.
    """
    for key in dict.fromkeys((*new.rates, *old.rates)):
        before, old_key = old.rates.get(key, (None, ""))
        after, new_key = new.rates.get(key, (None, ""))
        if before != after:
            price = PriceRef(*key)
            (charge, own_key), (charge_now, key_now) = charged(old, price), charged(new, price)
            fallback = own_key if before is None else key_now if after is None else ""
            move = Move(charge, charge_now)
            yield RateMove(price, before, after, old_key, new_key, move, _unit_of(fallback))


def charged(prices: PriceList, price: PriceRef) -> tuple[int | None, str]:
    """What a list charges there, in picodollars a unit, and the key of the price charged.

    That is its own price or one it falls back on; None and "" where nothing is charged.
    """
    pico_usd, key = prices.rates.get(price.key, (None, ""))
    is_final = pico_usd is not None and not prices.uplifts
    if is_final:
        return pico_usd, key
    passed = sum(threshold <= price.above_tokens for threshold in prices.thresholds)
    rate = prices.card(passed, price.service)[price.unit]
    return (rate.pico_usd, rate.key) if rate.key else (None, "")


def _unit_of(key: str) -> str:
    """The unit of a price key as a rate names it; "" of a key that is not one."""
    parsed = parse_key(key.rpartition("/")[2])
    return parsed.unit.name if parsed else ""


def _off_peak_moves(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    """Only the prices of the off-peak hours; those of the whole day are compared separately."""
    if old.off_peak is None and new.off_peak is None:
        return
    for rate in rate_moves(old.off_peak or old, new.off_peak or new):
        old_key, new_key = (
            key if key.startswith(f"{OFF_PEAK}/") else "" for key in (rate.old_key, rate.new_key)
        )
        if old_key or new_key:
            yield RateMove(
                rate.price._replace(period="off-peak"),
                rate.old_pico_usd if old_key else None,
                rate.new_pico_usd if new_key else None,
                old_key,
                new_key,
                rate.move,
                rate.fallback,
            )


def _moves_by_output(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    """The prices of long outputs alone; those of shorter ones are compared without them."""
    lists = (*old.by_output, *new.by_output)
    for above in sorted({prices.above_output_tokens for prices in lists}):
        before, after = old.for_output(above + 1), new.for_output(above + 1)
        for rate in rate_moves(before, after):
            old_key = rate.old_key if rate.old_key in before.own_keys else ""
            new_key = rate.new_key if rate.new_key in after.own_keys else ""
            if old_key or new_key:
                yield RateMove(
                    rate.price._replace(period=f"output above {above:,} tokens"),
                    rate.old_pico_usd if old_key else None,
                    rate.new_pico_usd if new_key else None,
                    old_key,
                    new_key,
                    rate.move,
                    rate.fallback,
                )
