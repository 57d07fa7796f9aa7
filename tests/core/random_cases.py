"""Random rows, calls and moments that lie at the edges of what a row says."""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pricectl.core import Usage
from tests.core.naive_calculator import (
    AMOUNTS,
    BESIDE,
    KINDS,
    OUTPUT,
    PROMPT,
    REGION_KEYS,
    SYNONYMS,
    Row,
)

SERVICES = ("batches", "flex", "priority", "balanced", "fast")
REGIONS = ("eu", "us", "fedramp", "regional", "moon")
NOW = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday
FACTORS = ("1.1", "1.10", "1.25", "0.5", "1", "2", "1.0333333333333", "0", "-1.1", '"1.1"')
LIMITS = (1000, 2000, 3000)
STARTS = (500, 1000, 2000, 2500, 3000)
TEXT_KEYS = ("until", "from", "scope", "boundary", "hours_utc", "weekdays", "weekday_timezone")
ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati")


def random_price(rng: random.Random, per: int) -> str:
    """A price as people and feeds write it: some finer than a picodollar, some a tie."""
    if rng.random() < 0.1:
        # 2.5, 3.5 or 5 picodollars a count
        return f"{rng.choice((2.5, 3.5, 5)) * per}e-12"
    digits = rng.choice(("0", "0.075", "1", "2.5", "15.00", "0.0375", f"{rng.random():.3f}"))
    dirt = rng.choice(("", "", "", "00000000000002", "5")) if "." in digits else ""
    return f"{digits}{dirt}{'e-06' if per == 1 else 'E-4'}"


def _put(row: Row, key: str, literal: str | None) -> None:
    nested, _, name = key.partition(".")
    if nested.endswith(("_per_query", "_per_unit")) and name:
        row.setdefault(nested, {})[name] = literal
    else:
        row[key] = literal


def _random_prices(rng: random.Random, kinds: tuple[str, ...], limits: list[int]) -> Row:
    row: Row = {}
    for kind in kinds:
        key, per = KINDS[kind].key, KINDS[kind].per
        for limit in (0, *limits):
            tier = f"_above_{limit // 1000}k_tokens" if limit else ""
            for service in ("", *rng.sample(SERVICES, 2)):
                if rng.random() < (0.9 if not limit and not service else 0.3):
                    base = rng.choice((key, SYNONYMS.get(key, key)))
                    literal = random_price(rng, per) if rng.random() < 0.97 else None
                    _put(row, f"{base}{tier}{f'_{service}' if service else ''}", literal)
    return dict(rng.sample(list(row.items()), len(row)))


def _random_ranges(rng: random.Random, kinds: tuple[str, ...]) -> list[Row]:
    bounds = [0, *sorted(rng.sample(STARTS, rng.randint(1, 3)))]
    ranges: list[Row] = []
    for low, high in zip(bounds, [*bounds[1:], 10**6], strict=True):
        chosen = [kind for kind in kinds if rng.random() < 0.4]
        ranges.append({"range": [low, high], **_random_prices(rng, tuple(chosen), [])})
        if rng.random() < 0.4:
            start = rng.choice((100, 300, 600, 900))
            longer = _random_prices(rng, tuple(chosen), [])
            ranges.append({"range": [low, high], "output_range": [start, 10**6], **longer})
    return [*ranges, {"max_results_range": [0, 25], "input_cost_per_query": "9"}]


def _random_uplifts(rng: random.Random) -> Row:
    row: Row = {key: rng.choice(FACTORS) for key in REGION_KEYS.values() if rng.random() < 0.6}
    if rng.random() < 0.6:
        own = {word: rng.choice(FACTORS) for word in ("us", "fast", "flex") if rng.random() < 0.6}
        row["provider_specific_entry"] = {"schema": '"v2"', "beta": True, **own}
    return row


def _random_windows(rng: random.Random) -> list[Row]:
    hours = ("16:30-00:30", "10:00-00:00", "01:00-07:15", "12:00-24:00", "05:00-05:00")
    windows = []
    for _ in range(rng.randint(1, 2)):
        window: Row = {"hours_utc": rng.choice((rng.choice(hours), rng.sample(hours, 2)))}
        if rng.random() < 0.8:
            days = sorted(rng.sample(range(1, 8), rng.randint(1, 7)))
            names = ("Monday", "tue", "wednesday", "THU", "fri", "saturday", "sun")
            window["weekdays"] = [rng.choice((day, names[day - 1])) for day in days]
        windows.append(window)
    return windows


def _random_rule(rng: random.Random, kind: str) -> Row:
    """How a seller counts: steps of a few counts, a minimum, some free."""
    amounts = ("0.001", "0.25", "0.1") if kind in AMOUNTS else ("1", "7", "100")
    words = ("step", "minimum", "free")
    return {word: rng.choice(amounts) for word in words if rng.random() < 0.6}


def _random_period(rng: random.Random) -> Row:
    common = ("input", "output", "cache_read", "reasoning")
    kinds = tuple(dict.fromkeys((*common, *rng.sample(tuple(KINDS), rng.randint(0, 20)))))
    limits = sorted(rng.sample(LIMITS, rng.choice((0, 0, 1, 2))))
    row = _random_prices(rng, kinds, limits)
    if rng.random() < 0.25:
        row["tiered_pricing"] = rng.choice((None, _random_ranges(rng, kinds)))
    if rng.random() < 0.5:
        scope, boundary = rng.choice(("request", "marginal")), rng.choice(("gt", "gte"))
        row["context_tier"] = {"scope": scope, "boundary": boundary}
    if rng.random() < 0.4:
        row |= _random_uplifts(rng)
    if rng.random() < 0.3:
        lower = _random_prices(rng, kinds[:5], rng.choice(([], [1000])))
        block: Row = {"windows": _random_windows(rng)} if rng.random() < 0.8 else {}
        if not block or rng.random() < 0.2:
            block["hours_utc"] = rng.choice(("16:30-00:30", ["01:00-02:00", "20:15-24:00"]))
        if rng.random() < 0.3:
            block["weekday_timezone"] = rng.choice(ZONES)
        row["off_peak_pricing"] = {**block, **lower}
    if rng.random() < 0.3:
        for part, whole in (("reasoning", "output"), ("input_image", "input")):
            row[KINDS[part].key] = row.get(KINDS[whole].key, "1e-06")
    if rng.random() < 0.2:
        row["billed_counts"] = {kind: _random_rule(rng, kind) for kind in rng.sample(BESIDE, 8)}
    return row


def random_row(rng: random.Random) -> Row:
    """A row with tiers, services, uplifts, off-peak hours and periods, each now and then."""
    row = _random_period(rng)
    if rng.random() < 0.3:
        days = rng.sample(("2026-01-01", "2026-06-30", "2026-09-15"), rng.randint(1, 3))
        row["previous"] = [{"until": day, **_random_period(rng)} for day in days]
    if rng.random() < 0.3:
        days = rng.sample(("2026-12-01", "2027-01-01", "2027-03-31"), rng.randint(1, 3))
        row["upcoming"] = [{"from": day, **_random_period(rng)} for day in days]
    return row


def random_counts(rng: random.Random) -> dict[str, int]:
    """Disjoint counts by kind (amounts in thousandths), often just beside a threshold."""
    pool = (*KINDS, *PROMPT, *PROMPT, *OUTPUT, *OUTPUT)
    counts = {kind: rng.randint(0, 900) for kind in rng.sample(pool, rng.randint(1, 8))}
    if rng.random() < 0.5:
        prompt = sum(counts.get(kind, 0) for kind in PROMPT if kind != "input")
        wanted = rng.choice(STARTS) + rng.choice((-1, 0, 1))
        counts["input"] = max(0, wanted - prompt)
    return {kind: count for kind, count in counts.items() if count}


def as_usage(counts: Mapping[str, int]) -> Usage:
    """Disjoint counts to the totals and details a caller reports."""

    def several(*kinds: str) -> int:
        return sum(counts.get(kind, 0) for kind in kinds)

    beside = {
        kind: Decimal(counts[kind]) / 1000 if kind in AMOUNTS else counts[kind]
        for kind in BESIDE
        if kind in counts
    }
    return Usage(
        several(*PROMPT),
        several(*OUTPUT),
        cache_read_tokens=several("cache_read", "cache_read_audio", "cache_read_image"),
        explicit_cache_read_tokens=several("explicit_cache_read"),
        cache_write_tokens=several("cache_write", "cache_write_audio"),
        cache_write_1h_tokens=several("cache_write_1h"),
        cache_write_12h_tokens=several("cache_write_12h"),
        input_audio_tokens=several("input_audio", "cache_read_audio", "cache_write_audio"),
        input_image_tokens=several("input_image", "cache_read_image"),
        input_video_tokens=several("input_video"),
        cache_read_audio_tokens=several("cache_read_audio"),
        cache_read_image_tokens=several("cache_read_image"),
        cache_write_audio_tokens=several("cache_write_audio"),
        reasoning_tokens=several("reasoning"),
        output_audio_tokens=several("output_audio"),
        output_image_tokens=several("output_image"),
        output_video_tokens=several("output_video"),
        **beside,
    )


def random_moment(rng: random.Random, row: Row) -> datetime | None:
    """A moment that matters to the row: a period's edge, the minute before, any hour of a week."""
    edges = [period["until"] for period in row.get("previous", ())]
    edges += [period["from"] for period in row.get("upcoming", ())]
    if edges and rng.random() < 0.6:
        edge = datetime.fromisoformat(rng.choice(edges)).replace(tzinfo=UTC)
        return edge + timedelta(minutes=rng.choice((-1, 0, 1)))
    quarters = timedelta(minutes=15) * rng.randrange(7 * 24 * 4)
    return None if rng.random() < 0.3 else NOW + quarters


def as_text(value: object, key: str = "") -> str:
    """A row as JSON text, its numbers spelled as they were drawn."""
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}: {as_text(item, name)}" for name, item in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(as_text(item, key) for item in value)}]"
    return value if isinstance(value, str) and key not in TEXT_KEYS else json.dumps(value)
