"""A second calculator: naive, in fractions, straight from the JSON keys. Nothing of the package."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Row = dict[str, Any]
PICO = 10**12


class Kind(NamedTuple):
    """A priced kind: its key, whose price it borrows, whether that is a guess.

    The price buys `per` counts; amounts (seconds, GB-days) are counted in thousandths, and a
    product is charged to the nearest picodollar.
    """

    key: str
    borrows: tuple[str, ...] = ()
    guess: bool = False
    per: int = 1
    tokens: bool = False


def _token(key: str, *borrows: str, guess: bool = True) -> Kind:
    return Kind(key, borrows, guess and bool(borrows), tokens=True)


SEARCH = "search_context_cost_per_query.search_context_size"
# The sizes of each unit that has some, those as near in the order in which they are tried.
NEAREST = {
    "480p": "720p 768p 1080p 2k 4k",
    "720p": "768p 480p 1080p 2k 4k",
    "768p": "720p 480p 1080p 2k 4k",
    "1080p": "768p 2k 720p 480p 4k",
    "2k": "1080p 768p 4k 720p 480p",
    "4k": "2k 1080p 768p 720p 480p",
    "8s": "15s",
    "15s": "8s",
    "0.5K": "512 1K 1024 1536 2K 4K",
    "512": "0.5K 1K 1024 1536 2K 4K",
    "1K": "1024 1536 0.5K 512 2K 4K",
    "1024": "1K 1536 0.5K 512 2K 4K",
    "1536": "2K 1K 1024 0.5K 512 4K",
    "2K": "1536 1K 1024 0.5K 512 4K",
    "4K": "2K 1536 1K 1024 0.5K 512",
}


def _sizes(kind: str, key: str, sizes: str) -> dict[str, Kind]:
    """A kind without and with each size; the table's order of `sizes` is that of its units."""
    smallest, *_ = sizes.split()
    small_to_large = [smallest, *NEAREST[smallest].split()]
    inner = f"{key}_above_{{}}_interval" if smallest.endswith("s") else f"{key}_{{}}"
    return {
        kind: Kind(key, tuple(f"{kind}_{size}" for size in small_to_large), guess=True),
        **{
            f"{kind}_{size}": Kind(
                inner.format(size),
                (kind, *(f"{kind}_{other}" for other in NEAREST[size].split())),
                guess=True,
            )
            for size in sizes.split()
        },
    }


INPUT_KINDS = {
    "input": _token("input_cost_per_token"),
    "cache_read": _token("cache_read_input_token_cost", "input"),
    "cache_write": _token("cache_creation_input_token_cost", "input"),
    "explicit_cache_read": _token("explicit_cache_read_input_token_cost", "cache_read", "input"),
    "cache_write_1h": _token("cache_creation_input_token_cost_above_1hr", "cache_write", "input"),
    "cache_write_12h": _token(
        "cache_creation_input_token_cost_above_12hr", "cache_write_1h", "cache_write", "input"
    ),
    "input_audio": _token("input_cost_per_audio_token", "input"),
    "input_image": _token("input_cost_per_image_token", "input", guess=False),
    "input_video": _token("input_cost_per_video_token", "input", guess=False),
    "cache_read_audio": _token(
        "cache_read_input_audio_token_cost", "cache_read", "input_audio", "input"
    ),
    "cache_read_image": _token(
        "cache_read_input_image_token_cost", "cache_read", "input_image", "input"
    ),
    "cache_write_audio": _token(
        "cache_creation_input_audio_token_cost", "cache_write", "input_audio", "input"
    ),
}
OUTPUT_KINDS = {
    "output": _token("output_cost_per_token"),
    "reasoning": _token("output_cost_per_reasoning_token", "output", guess=False),
    "output_audio": _token("output_cost_per_audio_token", "output"),
    "output_image": _token("output_cost_per_image_token", "output"),
    "output_video": _token("output_cost_per_video_token", "output"),
}
AMOUNTS = {
    "second": Kind("cost_per_second"),
    "input_second": Kind("input_cost_per_second"),
    **_sizes("output_second", "output_cost_per_second", "480p 720p 768p 1080p 2k 4k"),
    "input_audio_second": Kind("input_cost_per_audio_per_second"),
    **_sizes("input_video_second", "input_cost_per_video_per_second", "8s 15s"),
    "output_video_second": Kind("output_cost_per_video_per_second"),
    "ocr_credit": Kind("ocr_cost_per_credit"),
    "file_search_gb_day": Kind("file_search_cost_per_gb_per_day"),
    "vector_store_gb_day": Kind("vector_store_cost_per_gb_per_day"),
}
COUNTS = {
    "citation": _token("citation_cost_per_token"),
    "input_request": Kind("input_cost_per_request"),
    "input_query": Kind("input_cost_per_query"),
    "text_message": Kind("input_cost_per_text_message"),
    "input_character": Kind("input_cost_per_character"),
    "output_character": Kind("output_cost_per_character"),
    "input_image_file": Kind("input_cost_per_image"),
    **_sizes("output_image_file", "output_cost_per_image", "0.5K 1K 2K 4K 512 1024 1536"),
    "input_pixel": Kind("input_cost_per_pixel"),
    "output_pixel": Kind("output_cost_per_pixel"),
    "page": Kind("ocr_cost_per_page"),
    "annotated_page": Kind("annotation_cost_per_page"),
    "code_interpreter": Kind("code_interpreter_cost_per_session"),
    "maps_query": Kind("google_maps_grounding_cost_per_query"),
    "search_low": Kind(f"{SEARCH}_low", ("search", "search_high"), guess=True),
    "search": Kind(f"{SEARCH}_medium", ("search_high", "search_low"), guess=True),
    "search_high": Kind(f"{SEARCH}_high", ("search", "search_low"), guess=True),
    "file_search": Kind("file_search_cost_per_1k_calls", per=1000),
    "computer_use_input": _token("computer_use_input_cost_per_1k_tokens")._replace(per=1000),
    "computer_use_output": _token("computer_use_output_cost_per_1k_tokens")._replace(per=1000),
    "guardrail_automated_reasoning_policy": Kind(
        "guardrail_cost_per_unit.automatedReasoningPolicyUnits"
    ),
    "guardrail_content_policy": Kind("guardrail_cost_per_unit.contentPolicyUnits"),
    "guardrail_content_policy_image": Kind("guardrail_cost_per_unit.contentPolicyImageUnits"),
    "guardrail_contextual_grounding_policy": Kind(
        "guardrail_cost_per_unit.contextualGroundingPolicyUnits"
    ),
    "guardrail_sensitive_information_policy": Kind(
        "guardrail_cost_per_unit.sensitiveInformationPolicyUnits"
    ),
    "guardrail_sensitive_information_policy_free": Kind(
        "guardrail_cost_per_unit.sensitiveInformationPolicyFreeUnits"
    ),
    "guardrail_topic_policy": Kind("guardrail_cost_per_unit.topicPolicyUnits"),
    "guardrail_word_policy": Kind("guardrail_cost_per_unit.wordPolicyUnits"),
}
KINDS: Mapping[str, Kind] = {
    **INPUT_KINDS,
    **OUTPUT_KINDS,
    **COUNTS,
    **{name: kind._replace(per=1000) for name, kind in AMOUNTS.items()},
}
SYNONYMS = {"cache_read_input_token_cost": "input_cost_per_token_cache_hit"}
# The prompt in its order: the cached prefix, then the rest.
PROMPT = tuple(sorted(INPUT_KINDS, key=lambda kind: "cache" not in kind))
OUTPUT = tuple(OUTPUT_KINDS)
BESIDE = tuple(kind for kind in KINDS if kind not in {*PROMPT, *OUTPUT})
# Whose price a kind follows where its own only repeats it.
WHOLES = {"reasoning": "output", "input_image": "input", "input_video": "input"}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REGION_KEYS = {
    "eu": "regional_processing_uplift_multiplier_eu",
    "us": "regional_processing_uplift_multiplier_us",
    "fedramp": "fedramp_uplift_multiplier",
    "regional": "regional_endpoint_uplift_multiplier",
}


class Answer(NamedTuple):
    """What a call costs, which kinds have no price, which a guessed one, and the tier reached."""

    pico_usd: Fraction
    unpriced: frozenset[str]
    guessed: frozenset[str]
    above_tokens: int
    missing_region: bool


class Naive:
    """The prices of one row at one moment, read anew for every kind that is asked for."""

    def __init__(self, row: Row, at: datetime | None, output_tokens: int) -> None:
        self.row = _in_force(row, at)
        self.output_tokens = output_tokens
        lower = self.row.get("off_peak_pricing")
        self.lower = lower if at and lower and _is_off_peak(lower, at) else {}
        self.limits = sorted({*self._spoken(), *self._range_starts()} - {0})
        settings = self.row.get("context_tier", {})
        self.marginal = settings.get("scope") == "marginal"
        self.inclusive = settings.get("boundary") == "gte"
        places = (self.row, self.lower, *self._ranges())
        self.written = [key for place in places for key in _written(place)]
        self.known: dict[object, Fraction | None] = {}

    def cost(self, counts: Mapping[str, int], service: str, region: str) -> Answer:
        """The call's cost, each kind in each tier on its own."""
        total, unpriced, guessed = Fraction(0), set(), set()
        counts = {kind: self._billed(kind, count) for kind, count in counts.items()}
        reached = self._passed(sum(counts.get(kind, 0) for kind in PROMPT))
        for kind, count, passed in self._placed(counts, reached):
            rate, guess = self._charge(kind, passed, service, region)
            total += round(count * rate / KINDS[kind].per) if rate is not None else 0
            unpriced |= {kind} if rate is None else set()
            guessed |= {kind} if guess else set()
        above = reached[-1] if reached else 0
        missing = bool(region) and self._region_factor(region) is None
        return Answer(total, frozenset(unpriced), frozenset(guessed), above, missing)

    def _billed(self, kind: str, count: int) -> int:
        """The count in steps of the seller's, by going up one step after the other."""
        rule = self.row.get("billed_counts", {}).get(kind)
        if rule is None:
            return count
        per = 1000 if kind in AMOUNTS else 1
        step, least, free = (
            Fraction(rule.get(word, 0)) * per for word in ("step", "minimum", "free")
        )
        left, billed = Fraction(count) - free, Fraction(0)
        if left <= 0:
            return 0
        while step and billed < left:
            billed += step
        return int(max(billed or left, least))

    def _charge(
        self, kind: str, passed: list[int], service: str, region: str
    ) -> tuple[Fraction | None, bool]:
        own = self._rate(kind, passed, service, region)
        if own is not None:
            return own, False
        rates = [self._rate(other, passed, service, region) for other in KINDS[kind].borrows]
        known = [rate for rate in rates if rate is not None]
        if not KINDS[kind].tokens:  # a free size comes last
            known = [rate for rate in known if rate] + [rate for rate in known if not rate]
        return (known[0], KINDS[kind].guess) if known else (None, False)

    def _rate(self, kind: str, passed: list[int], service: str, region: str) -> Fraction | None:
        asked = (kind, len(passed), service, region)
        if asked not in self.known:
            self.known[asked] = self._fresh_rate(*asked)
        return self.known[asked]

    def _fresh_rate(self, kind: str, passed: int, service: str, region: str) -> Fraction | None:
        factor = Fraction(1 if region == "" else self._region_factor(region) or 1)
        asked = service
        service = self._sold_as(service)
        as_factor = self._factor(service) if service and not self._has_service(service) else None
        if as_factor is not None:
            factor, service = factor * as_factor, ""
        for limit in [*reversed(self.limits[:passed]), 0]:
            for word in (service, ""):
                literal = self._literal(KINDS[kind].key, limit, word)
                if literal is not None:
                    whole = WHOLES.get(kind)
                    if whole and self._literal(KINDS[whole].key, limit, word) is not None:
                        same = self._literal(KINDS[whole].key, limit, word)
                        if round(Fraction(same or 0) * PICO) == round(Fraction(literal) * PICO):
                            return self._fresh_rate(whole, passed, asked, region)
                    rate = round(Fraction(literal) * PICO)
                    return Fraction(round(rate * factor) if KINDS[kind].tokens else rate)
        return None

    def _literal(self, key: str, limit: int, service: str) -> str | None:
        """The price as it is written for just this threshold and service."""
        tail = f"_{service}" if service else ""
        tier = f"_above_{Fraction(limit, 1000)}k_tokens" if limit else ""
        ranges = [tier for tier in self._ranges() if tier["range"][0] == limit]
        places = [(each, tail) for each in ranges if self._output_start(each)]
        places += [(self.lower, f"{tier}{tail}")]
        places += [(each, tail) for each in ranges if not self._output_start(each)]
        places += [(self.row, f"{tier}{tail}")]
        sides = {KINDS[part].key: KINDS[side].key for part, side in WHOLES.items()}
        return _first(places, key, sides.get(key))

    def _ranges(self) -> list[Row]:
        """The ranges that hold for the output, those of the longest outputs first."""
        tiers = [tier for tier in self.row.get("tiered_pricing") or () if "range" in tier]
        holding = [tier for tier in tiers if self._output_start(tier) in range(self.output_tokens)]
        holding += [tier for tier in tiers if not self._output_start(tier) and tier not in holding]
        return sorted(holding, key=self._output_start, reverse=True)

    @staticmethod
    def _output_start(tier: Row) -> int:
        return int(tier.get("output_range", [0])[0])

    def _range_starts(self) -> set[int]:
        return {tier["range"][0] for tier in self._ranges() if any(_written(tier))}

    def _spoken(self) -> set[int]:
        keys = [key for place in (self.row, self.lower) for key in _written(place)]
        return {
            int(tail.partition("k_tokens")[0]) * 1000
            for tail in (key.rpartition("_above_")[2] for key in keys if "_above_" in key)
            if "k_tokens" in tail
        }

    def _has_service(self, service: str) -> bool:
        return any(key.endswith(f"_{service}") for key in self.written)

    def _region_factor(self, region: str) -> Fraction | None:
        """A region's own uplift, else the one on every regional endpoint."""
        own = self._factor(region)
        return self._factor("regional") if own is None else own

    def _sold_as(self, service: str) -> str:
        """OpenAI's name for its priority service is also fast."""
        sold = [word for word in ("fast", "priority") if self._is_sold(word)]
        return sold[0] if service == "fast" and sold else service

    def _is_sold(self, service: str) -> bool:
        return self._has_service(service) or self._factor(service) is not None

    def _factor(self, word: str) -> Fraction | None:
        """The uplift of a region or service, as long as it is a positive number."""
        own = self.row.get("provider_specific_entry") or {}
        literal = own.get(word)
        if literal is None or not _is_factor(literal):
            literal = self.row.get(REGION_KEYS.get(word, "")) if word not in own else None
        return Fraction(literal) if literal is not None and _is_factor(literal) else None

    def _passed(self, prompt: int) -> list[int]:
        return [limit for limit in self.limits if prompt + self.inclusive > limit]

    def _placed(
        self, counts: Mapping[str, int], reached: list[int]
    ) -> Iterator[tuple[str, int, list[int]]]:
        """Each kind with how many of it are charged above which thresholds."""
        if self.marginal and reached:
            yield from self._token_by_token(counts)
        else:
            yield from ((kind, counts[kind], reached) for kind in PROMPT if kind in counts)
        rest = (kind for kind in counts if kind not in PROMPT)
        yield from ((kind, counts[kind], reached) for kind in rest)

    def _token_by_token(self, counts: Mapping[str, int]) -> Iterator[tuple[str, int, list[int]]]:
        """Lay the prompt out token by token and cut it where a threshold is passed."""
        prompt = [kind for kind in PROMPT for _ in range(counts.get(kind, 0))]
        cuts = [0, *(limit - self.inclusive for limit in self.limits), len(prompt)]
        for passed, (low, high) in enumerate(pairwise(cuts)):
            for kind, count in Counter(prompt[low:high]).items():
                yield kind, count, self.limits[:passed]


def _is_factor(literal: object) -> bool:
    """Whether it is a positive number; text in quotes is none."""
    return isinstance(literal, str) and literal[0] != '"' and Fraction(literal) > 0


def _written(place: Row) -> Iterator[str]:
    """The keys of every price a place has, those of nested objects too."""
    for key, value in place.items():
        if isinstance(value, dict) and key.endswith(("_per_query", "_per_unit")):
            yield from _written(value)
        elif isinstance(value, str) and "factor" not in key and key not in REGION_KEYS.values():
            yield key


def _first(places: list[tuple[Row, str]], key: str, side: str | None) -> str | None:
    """The price in the first place that has one; what only repeats its side goes along with it."""
    if not places:
        return None
    (place, suffix), *rest = places
    found, side_here = (_spelled(place, it, suffix) if it else None for it in (key, side))
    if found is not None:
        return found
    found = _first(rest, key, side)
    side_below = _first(rest, side, None) if side_here and side else None
    if found is None or side_below is None:
        return found
    repeats = round(Fraction(found) * PICO) == round(Fraction(side_below) * PICO)
    return side_here if repeats else found


def _spelled(place: Row, key: str, suffix: str) -> str | None:
    spellings = (_member(place, f"{base}{suffix}") for base in (key, SYNONYMS.get(key)) if base)
    return next((found for found in spellings if found is not None), None)


def _member(place: Row, key: str) -> str | None:
    nested, _, name = key.partition(".")
    inner = place.get(nested)
    found = inner.get(name) if name and isinstance(inner, dict) else place.get(key)
    return found if isinstance(found, str) else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _in_force(row: Row, at: datetime | None) -> Row:
    if at is None:
        return row
    for old in sorted(row.get("previous", ()), key=lambda period: str(period["until"])):
        if at < _moment(old["until"]):
            return dict(old)
    begun = [new for new in row.get("upcoming", ()) if _moment(new["from"]) <= at]
    return dict(max(begun, key=lambda new: str(new["from"]))) if begun else row


def _is_off_peak(block: Row, at: datetime) -> bool:
    rules = [{"hours_utc": block.get("hours_utc") or []}, *(block.get("windows") or ())]
    zone = block.get("weekday_timezone")
    for rule in rules:
        listed = rule["hours_utc"] if isinstance(rule["hours_utc"], list) else [rule["hours_utc"]]
        days = [
            day if isinstance(day, int) else 1 + DAYS.index(day[:3].lower())
            for day in rule.get("weekdays", range(1, 8))
        ]
        if zone:
            # The zone's own calendar decides whether the rule holds, then only its hours matter.
            local = at.astimezone(ZoneInfo(zone)).isoweekday()
            days = list(range(1, 8)) if local in days else []
        if any(_covers(hours, days, at) for hours in listed):
            return True
    return False


def _covers(hours: str, weekdays: list[int], at: datetime) -> bool:
    """Open the window on each day it could have opened on."""
    opens, closes = hours.split("-")
    if opens == closes:
        opens, closes = "00:00", "24:00"
    for days_ago in (0, 1):
        day = (at - timedelta(days=days_ago)).replace(hour=0, minute=0)
        start = day + timedelta(hours=int(opens[:2]), minutes=int(opens[3:]))
        end = day + timedelta(hours=int(closes[:2]), minutes=int(closes[3:]))
        end = end if end > start else end + timedelta(days=1)
        if start <= at < end and day.isoweekday() in weekdays:
            return True
    return False
