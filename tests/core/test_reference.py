"""Every quote equals a second calculator: naive, in fractions, straight from the JSON keys."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from pricectl.core import Catalog, Usage, quote

Row = dict[str, Any]
CASES = 10_000
CASES_A_ROW = 25
PICO = 10**12

# kind: (price key, kinds whose price it borrows, whether borrowing is a guess)
KINDS: Mapping[str, tuple[str, tuple[str, ...], bool]] = {
    "input": ("input_cost_per_token", (), False),
    "cache_read": ("cache_read_input_token_cost", ("input",), True),
    "cache_write": ("cache_creation_input_token_cost", ("input",), True),
    "cache_write_1h": (
        "cache_creation_input_token_cost_above_1hr",
        ("cache_write", "input"),
        True,
    ),
    "input_audio": ("input_cost_per_audio_token", ("input",), True),
    "input_image": ("input_cost_per_image_token", ("input",), False),
    "input_video": ("input_cost_per_video_token", ("input",), False),
    "cache_read_audio": (
        "cache_read_input_audio_token_cost",
        ("cache_read", "input_audio", "input"),
        True,
    ),
    "cache_read_image": (
        "cache_read_input_image_token_cost",
        ("cache_read", "input_image", "input"),
        True,
    ),
    "cache_write_audio": (
        "cache_creation_input_audio_token_cost",
        ("cache_write", "input_audio", "input"),
        True,
    ),
    "output": ("output_cost_per_token", (), False),
    "reasoning": ("output_cost_per_reasoning_token", ("output",), False),
    "output_audio": ("output_cost_per_audio_token", ("output",), True),
    "output_image": ("output_cost_per_image_token", ("output",), True),
    "output_video": ("output_cost_per_video_token", ("output",), True),
    "citation": ("citation_cost_per_token", (), False),
    "page": ("ocr_cost_per_page", (), False),
    "input_request": ("input_cost_per_request", (), False),
    "output_image_file": ("output_cost_per_image", (), False),
    "output_image_file_1024": ("output_cost_per_image_1024", ("output_image_file",), True),
    "output_image_file_0.5K": ("output_cost_per_image_0.5K", ("output_image_file",), True),
    "output_second": ("output_cost_per_second", (), False),
    "output_second_720p": ("output_cost_per_second_720p", ("output_second",), True),
    "search": ("search_context_size_medium", (), False),
    "search_high": ("search_context_size_high", (), False),
}
# The prompt in its order: the cached prefix, then the rest.
PROMPT = (
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "cache_read_audio",
    "cache_read_image",
    "cache_write_audio",
    "input",
    "input_audio",
    "input_image",
    "input_video",
)
OUTPUT = ("output", "reasoning", "output_audio", "output_image", "output_video")
BESIDE = tuple(kind for kind in KINDS if kind not in {*PROMPT, *OUTPUT})
SERVICES = ("batches", "flex", "priority", "balanced")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def thresholds(row: Row) -> list[int]:
    """The context thresholds any price of the row speaks of, ascending."""
    spoken = {
        int(key.rpartition("_above_")[2].partition("k_tokens")[0]) * 1000
        for key in row
        if "k_tokens" in key
    }
    ranges = {tier["range"][0] for tier in row.get("tiered_pricing", ())}
    return sorted((spoken | ranges) - {0})


def own_price(row: Row, kind: str, threshold: int, service: str) -> Fraction | None:
    """The price written for just this kind, threshold and service."""
    base = KINDS[kind][0]
    plain = f"{base}_{service}" if service else base
    for tier in row.get("tiered_pricing", ()):
        if tier["range"][0] == threshold and plain in tier:
            return price(tier[plain])
    if kind.startswith("search"):
        return price(row.get("search_context_cost_per_query", {}).get(base if not service else ""))
    tiered = f"{base}_above_{threshold // 1000}k_tokens" if threshold else base
    return price(row.get(f"{tiered}_{service}" if service else tiered))


def price(literal: str | None) -> Fraction | None:
    """Picodollars: a price finer than that is rounded once, half to even."""
    return None if literal is None else Fraction(round(Fraction(literal) * PICO))


def best_price(row: Row, kind: str, passed: list[int], service: str) -> Fraction | None:
    for threshold in [*reversed(passed), 0]:
        for word in (service, ""):
            found = own_price(row, kind, threshold, word)
            if found is not None:
                return found
    return None


def charge(row: Row, kind: str, passed: list[int], service: str) -> tuple[Fraction | None, bool]:
    """The price of a kind, and whether it is a guess."""
    own = best_price(row, kind, passed, service)
    if own is not None:
        return own, False
    _, borrowed, guess = KINDS[kind]
    for other in borrowed:
        found = best_price(row, other, passed, service)
        if found is not None:
            return found, guess
    return None, False


def in_force(row: Row, at: datetime | None) -> Row:
    if at is None:
        return row
    for old in sorted(row.get("previous", ()), key=lambda period: str(period["until"])):
        if at < datetime.fromisoformat(old["until"]).replace(tzinfo=UTC):
            return off_peak(old, at)
    begun = [
        new
        for new in row.get("upcoming", ())
        if datetime.fromisoformat(new["from"]).replace(tzinfo=UTC) <= at
    ]
    return off_peak(max(begun, key=lambda new: str(new["from"])) if begun else row, at)


def off_peak(row: Row, at: datetime) -> Row:
    """The row with the prices of its off-peak hours, if it is such an hour."""
    cheaper = row.get("off_peak_pricing")
    if not cheaper or not any(covered(window, at) for window in cheaper["windows"]):
        return row
    prices = {key: value for key, value in cheaper.items() if key != "windows"}
    # The off-peak price stands for the base price, even where a first range from 0 wrote that.
    ranges = [
        tier if tier["range"][0] else {key: tier[key] for key in tier if key not in prices}
        for tier in row.get("tiered_pricing", ())
    ]
    return {**row, "tiered_pricing": ranges, **prices}


def covered(window: Row, at: datetime) -> bool:
    """Walk the window minute by minute from each day it opens on."""
    opens, closes = window["hours_utc"].split("-")
    for days_ago in (0, 1):
        day = (at - timedelta(days=days_ago)).replace(hour=0, minute=0)
        start = day + timedelta(hours=int(opens[:2]), minutes=int(opens[3:]))
        end = day + timedelta(hours=int(closes[:2]), minutes=int(closes[3:]))
        end = end if end > start else end + timedelta(days=1)
        if start <= at < end and day.isoweekday() in window["weekdays"]:
            return True
    return False


def placed(row: Row, counts: Mapping[str, int]) -> Iterator[tuple[str, int, list[int]]]:
    """Each kind with how many of it are charged above which thresholds."""
    total = sum(counts.get(kind, 0) for kind in PROMPT)
    settings = row.get("context_tier", {})
    reaches = total + 1 if settings.get("boundary") == "gte" else total
    last = [threshold for threshold in thresholds(row) if reaches > threshold]
    if settings.get("scope") == "marginal" and last:
        yield from token_by_token(row, counts, settings.get("boundary") == "gte")
    else:
        yield from ((kind, counts[kind], last) for kind in PROMPT if kind in counts)
    yield from ((kind, counts[kind], last) for kind in (*OUTPUT, *BESIDE) if kind in counts)


def token_by_token(
    row: Row,
    counts: Mapping[str, int],
    inclusive: bool,  # noqa: FBT001
) -> Iterator[tuple[str, int, list[int]]]:
    """Lay the prompt out token by token; the n-th token is above the thresholds it has passed."""
    prompt = [kind for kind in PROMPT for _ in range(counts.get(kind, 0))]
    limits = thresholds(row)
    tally = Counter(
        (kind, sum(place + inclusive > limit for limit in limits))
        for place, kind in enumerate(prompt, start=1)
    )
    yield from ((kind, count, limits[:passed]) for (kind, passed), count in tally.items())


def reference(
    row: Row, counts: Mapping[str, int], service: str, at: datetime | None
) -> tuple[Fraction, set[str], set[str]]:
    """The cost in picodollars, the kinds without a price, and the kinds at a guessed one."""
    row = in_force(row, at)
    cost, unpriced, guessed = Fraction(0), set(), set()
    for kind, count, passed in placed(row, counts):
        rate, guess = charge(row, kind, passed, service)
        if rate is None:
            unpriced.add(kind)
        else:
            cost += count * rate
        if guess:
            guessed.add(kind)
    return cost, unpriced, guessed


def random_price(rng: random.Random) -> str:
    """A price per token as people and feeds write it, some finer than a picodollar."""
    per_mtok = rng.choice(("0", "0.075", "1", "2.5", "15.00", "0.0375", f"{rng.random():.3f}"))
    dirt = rng.choice(("", "", "", "00000000000002", "5" if "." in per_mtok else ""))
    digits = per_mtok + dirt if "." in per_mtok else per_mtok
    return rng.choice((f"{digits}e-06", f"{digits}E-6"))


def random_prices(rng: random.Random, limits: list[int]) -> Row:
    density = rng.choice((0.15, 0.5, 0.9))
    row: Row = {}
    for kind, (base, _, _) in KINDS.items():
        if kind.startswith("search"):
            continue
        for limit in (0, *limits):
            key = f"{base}_above_{limit // 1000}k_tokens" if limit else base
            for service in ("", *SERVICES[:3]):
                if rng.random() < density * (1 if not limit and not service else 0.3):
                    row[f"{key}_{service}" if service else key] = random_price(rng)
    if rng.random() < density:
        row["search_context_cost_per_query"] = {
            f"search_context_size_{size}": random_price(rng)
            for size in ("low", "medium", "high")
            if rng.random() < density
        }
    return row


def with_ranges(rng: random.Random, row: Row) -> Row:
    bounds = [0, *sorted(rng.sample((500, 1000, 2000, 2500, 3000), rng.randint(1, 3)))]
    ranges = []
    for low, high in zip(bounds, [*bounds[1:], 10**6], strict=True):
        prices = {
            KINDS[kind][0]: random_price(rng)
            for kind in ("input", "output", "cache_read", "reasoning")
            if rng.random() < 0.7
        }
        ranges.append({"range": [low, high], **prices})
    return {**row, "tiered_pricing": ranges}


def random_period(rng: random.Random) -> Row:
    limits = sorted(rng.sample((1000, 2000, 3000), rng.choice((0, 0, 1, 2))))
    row = random_prices(rng, limits)
    if not limits and rng.random() < 0.3:
        row = with_ranges(rng, row)
    if rng.random() < 0.5:
        scope, boundary = rng.choice(("request", "marginal")), rng.choice(("gt", "gte"))
        row["context_tier"] = {"scope": scope, "boundary": boundary}
    if rng.random() < 0.25:
        windows = [
            {
                "hours_utc": rng.choice(("16:30-00:30", "10:00-00:00", "01:00-07:15")),
                "weekdays": sorted(rng.sample(range(1, 8), rng.randint(1, 7))),
            }
            for _ in range(rng.randint(1, 2))
        ]
        cheaper = {KINDS[kind][0]: random_price(rng) for kind in ("input", "output", "cache_read")}
        row["off_peak_pricing"] = {"windows": windows, **cheaper}
    return row


def random_row(rng: random.Random) -> Row:
    row = random_period(rng)
    if rng.random() < 0.3:
        days = rng.sample(("2026-01-01", "2026-06-30", "2026-09-15"), rng.randint(1, 3))
        row["previous"] = [{"until": day, **random_period(rng)} for day in days]
    if rng.random() < 0.3:
        days = rng.sample(("2026-12-01", "2027-01-01", "2027-03-31"), rng.randint(1, 3))
        row["upcoming"] = [{"from": day, **random_period(rng)} for day in days]
    return row


def random_counts(rng: random.Random) -> dict[str, int]:
    kinds = rng.sample(tuple(KINDS), rng.randint(1, 8))
    counts = {kind: rng.randint(0, 900) for kind in kinds}
    if rng.random() < 0.5:  # bring the prompt to a threshold, or one token beside it
        prompt = sum(counts.get(kind, 0) for kind in PROMPT if kind != "input")
        wanted = rng.choice((500, 1000, 2000, 3000)) + rng.choice((-1, 0, 1))
        counts["input"] = max(0, wanted - prompt)
    return {kind: count for kind, count in counts.items() if count}


def as_usage(counts: Mapping[str, int]) -> Usage:
    """Disjoint counts to the totals and details a caller reports."""

    def several(*kinds: str) -> int:
        return sum(counts.get(kind, 0) for kind in kinds)

    return Usage(
        several(*PROMPT),
        several(*OUTPUT),
        cache_read_tokens=several("cache_read", "cache_read_audio", "cache_read_image"),
        cache_write_tokens=several("cache_write", "cache_write_audio"),
        cache_write_1h_tokens=several("cache_write_1h"),
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
        **{kind: counts[kind] for kind in BESIDE if kind in counts},
    )


def random_instant(rng: random.Random, row: Row) -> datetime | None:
    """A moment that matters to the row: a period's edge, the minute before, any hour of a week."""
    edges = [period["until"] for period in row.get("previous", ())]
    edges += [period["from"] for period in row.get("upcoming", ())]
    if edges and rng.random() < 0.6:
        edge = datetime.fromisoformat(rng.choice(edges)).replace(tzinfo=UTC)
        return edge + timedelta(minutes=rng.choice((-1, 0, 1)))
    quarters = timedelta(minutes=15) * rng.randrange(7 * 24 * 4)
    return None if rng.random() < 0.3 else NOW + quarters


def as_text(row: Row) -> str:
    """A row as JSON text, its prices spelled as they were drawn."""
    members = []
    for key, value in row.items():
        if isinstance(value, str) and key not in {"until", "from"}:
            members.append(f"{json.dumps(key)}: {value}")
        elif isinstance(value, dict) and key != "context_tier":
            members.append(f"{json.dumps(key)}: {as_text(value)}")
        elif key in {"previous", "upcoming", "tiered_pricing"}:
            members.append(f"{json.dumps(key)}: [{', '.join(as_text(item) for item in value)}]")
        else:
            members.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{" + ", ".join(members) + "}"


@pytest.mark.parametrize("seed", range(8))
def test_ten_thousand_random_quotes_equal_the_reference(seed: int) -> None:
    rng = random.Random(f"reference {seed}")  # noqa: S311 - test data
    for _ in range(CASES // CASES_A_ROW // 8):
        row = random_row(rng)
        catalog = Catalog.load(f'{{"somebody": {{"model": {as_text(row)}}}}}')
        for _ in range(CASES_A_ROW):
            counts, at = random_counts(rng), random_instant(rng, row)
            service = rng.choice(("", *SERVICES))
            answer = quote(catalog, "model", as_usage(counts), service=service or None, at=at)
            found = (
                Fraction(answer.pico_usd),
                {line.unit for line in answer.unpriced},
                {line.unit for line in answer.assumed},
            )
            assert found == reference(row, counts, service, at), (as_text(row), counts, service, at)
            assert sum(line.pico_usd for line in answer.lines) == answer.pico_usd
