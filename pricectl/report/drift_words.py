"""What is said of a difference from price lists, the same in every format."""

from datetime import date
from typing import Any

from pricectl.core.labels import count, label, percent, plural, ratio_text, short_rate
from pricectl.core.money import usd
from pricectl.feeds.claims import Claim
from pricectl.feeds.differences import GoneModel, MemberDrift, NewModel, PriceDrift
from pricectl.feeds.effects import JobEffect
from pricectl.feeds.feed import Feed
from pricectl.feeds.rows import MAIN_UNITS
from pricectl.operate.drift import DriftReport, KnownDifference

NOTHING = "none"


def summary(found: DriftReport) -> str:
    """The counts in one sentence."""
    agreed, alone = (sum(len(one.prices) for one in part) for part in (found.agreed, found.alone))
    parts = [
        (agreed, f"{plural(agreed, 'price')} where independent lists agree on another"),
        (alone, f"{plural(alone, 'price')} by one list, or by lists that do not agree"),
        (len(found.aliases), f"{plural(len(found.aliases), 'price')} of aliases"),
        (len(found.members), f"{count(len(found.members))} limits, dates and other members"),
        (len(found.gone), f"{plural(len(found.gone), 'model')} in no list"),
        (len(found.new), f"{plural(len(found.new), 'new model')}"),
    ]
    words = [words for number, words in parts if number]
    known = f"; {plural(len(found.known), 'known difference')}" if found.known else ""
    told = "; ".join(words) or "nothing differs"
    return f"{told}{known}. {plural(found.drift.compared, 'price')} compared."


def list_name(claim: Claim[Any]) -> str:
    """A list as a claim names it: whose word it is, by which list, of which day."""
    by = f" (in {claim.feed})" if claim.is_copied else ""
    return f"{claim.vote}{by}{f' {claim.day}' if claim.day else ''}"


def value_text(drift: PriceDrift | MemberDrift, value: int | str | None) -> str:
    """A value of ours or of a list as people read it."""
    if value is None:
        return NOTHING
    if isinstance(drift, PriceDrift) and isinstance(value, int):
        return short_rate(value, drift.key[0])
    return f"{value}"


def theirs_text(drift: PriceDrift | MemberDrift) -> str:
    """What most of the lists have, how far off that is, and what it looks like."""
    value = drift.majority.value
    words = value_text(drift, value)
    if isinstance(drift, PriceDrift) and isinstance(value, int) and drift.ours and value:
        sign = "x" if value > drift.ours else "/"
        larger, smaller = max(value, drift.ours), min(value, drift.ours)
        words += f" ({sign}{ratio_text(larger, smaller)[:-1]})"
    mistake = drift.mistake if isinstance(drift, PriceDrift) else ""
    return f"{words}, {mistake}?" if mistake else words


def voices(drift: PriceDrift | MemberDrift) -> str:
    """Which lists say it, which say another thing, and which have ours."""
    chosen = drift.majority.value
    words = [", ".join(list_name(one) for one in drift.differing if one.value == chosen)]
    words += [
        f"{list_name(one)}: {value_text(drift, one.value)}"
        for one in drift.differing
        if one.value != chosen
    ]
    if drift.agreeing:
        words.append(f"ours: {', '.join(map(list_name, drift.agreeing))}")
    return "; ".join(words)


def effect_text(effect: JobEffect | None) -> str:
    """What the sample job that changes most costs by ours and by theirs."""
    if effect is None:
        return ""
    old, new = (
        NOTHING if pico is None else f"${usd(pico)}"
        for pico in (effect.move.old_pico_usd, effect.move.new_pico_usd)
    )
    moved = effect.move.old_pico_usd and effect.move.new_pico_usd
    change = f" ({percent(*map(int, filter(None, effect.move)))})" if moved else ""
    return f"{effect.workload.name}: {old} -> {new}{change}"


def age(feed: Feed, today: date) -> str:
    """How old a list is."""
    if not feed.date:
        return "no day of its own"
    days = (today - date.fromisoformat(feed.date)).days
    return "today" if not days else f"{plural(days, 'day')} old" if days > 0 else "of a later day"


def new_prices(one: NewModel) -> str:
    """Two prices of a new model: input and output, else the first that it has."""
    rates = one.model.prices.rates
    base = [key for key in rates if key[1:] == (0, "")] or list(rates)
    main = [key for unit in MAIN_UNITS for key in base if key[0] == unit]
    shown = list(dict.fromkeys((*main, *base)))[:2]
    return ", ".join(f"{label(*key)} {short_rate(rates[key][0], key[0])}" for key in shown)


def known_title(one: KnownDifference) -> str:
    """What a known difference is about, in a few words."""
    name = one.model.full_name
    if isinstance(one, NewModel):
        return f"{name} (new)"
    if isinstance(one, GoneModel):
        return f"{name} (in no list)"
    if one.alias:
        name += f" as {one.alias}:"
    return f"{name} {one.what}, ours {value_text(one, one.ours)}, theirs {theirs_text(one)}"
