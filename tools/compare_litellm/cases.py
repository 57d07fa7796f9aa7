"""The usages of a row: every kind of token at every tier, service, region and hour it has."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from compare_litellm.rows import Amounts, Case, Row

BATCHES, FLEX, FAST = "batches", "flex", "fast"
SHORT = 1000
OUTPUT = 500
# A week of hours, and the minute before each: windows begin and end on the hour.
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOURS = tuple(MONDAY + timedelta(hours=hour) for hour in range(7 * 24))
INSTANTS = tuple(sorted((*HOURS, *(hour - timedelta(minutes=1) for hour in HOURS))))
REGIONS = {
    "regional_processing_uplift_multiplier_eu": "eu",
    "regional_processing_uplift_multiplier_us": "us",
    "regional_endpoint_uplift_multiplier": "regional",
}
CALLS = {
    "embedding": "embedding",
    "audio_transcription": "transcription",
    "audio_speech": "speech",
    "rerank": "rerank",
}
WITHOUT_OUTPUT = ("embedding", "rerank")
IMAGE_MODES = ("image_generation", "image_edit")


class Kind(NamedTuple):
    """A kind of token usage: details in thousandths of the input, and in tokens of the output."""

    name: str
    input_parts: tuple[tuple[str, int], ...] = ()
    output_parts: tuple[tuple[str, int], ...] = ()

    def amounts(self, input_tokens: int) -> Amounts:
        """The details of a request that long."""
        parts = tuple((name, input_tokens * share // 1000) for name, share in self.input_parts)
        return parts + self.output_parts


TEXT = Kind("text")
CACHED = Kind("cached", (("cache_read_tokens", 400),))
KINDS = (
    TEXT,
    CACHED,
    Kind("cache write", (("cache_write_tokens", 300),)),
    Kind("1h cache write", (("cache_write_1h_tokens", 300),)),
    Kind("reasoning", (), (("reasoning_tokens", 200),)),
    Kind("audio in", (("input_audio_tokens", 200),)),
    Kind("audio out", (), (("output_audio_tokens", 100),)),
    Kind("image in", (("input_image_tokens", 200),)),
    Kind("image out", (), (("output_image_tokens", 100),)),
    Kind("video in", (("input_video_tokens", 200),)),
    Kind("video out", (), (("output_video_tokens", 100),)),
    Kind(
        "cached audio",
        (("cache_read_tokens", 400), ("input_audio_tokens", 300), ("cache_read_audio_tokens", 100)),
    ),
    Kind(
        "cached image",
        (("cache_read_tokens", 400), ("input_image_tokens", 300), ("cache_read_image_tokens", 100)),
    ),
    Kind(
        "mixed",
        (("cache_read_tokens", 300), ("cache_write_tokens", 200), ("cache_write_1h_tokens", 100)),
        (("reasoning_tokens", 200),),
    ),
)


def token_cases(row: Row) -> Iterator[Case]:
    """Every kind of token, short and around each threshold, for each service word of the row."""
    if not row.counts_tokens or row.mode in IMAGE_MODES or _is_song(row):
        return
    services = ("", *row.services)
    for service in services:
        for length in _lengths(row):
            for kind in _kinds(row):
                yield _case(row, kind, length)._replace(service=service)
    for service in (BATCHES, FLEX):
        if service not in services:
            yield _case(row, TEXT)._replace(service=service)
    yield _case(row, TEXT)._replace(kind="response", route="response")
    yield from _located(row)
    yield from _timed(row)


def _is_song(row: Row) -> bool:
    """Music models: litellm bills a song for every call, whatever its tokens."""
    return row.mode == "audio_speech" and "output_image_file" in row.units


def _lengths(row: Row) -> tuple[int, ...]:
    around = ((threshold, threshold + 1) for threshold in row.thresholds)
    return (SHORT, *(length for pair in around for length in pair))


def _kinds(row: Row) -> tuple[Kind, ...]:
    """The kinds that a model of its mode can use: an embedding has no output."""
    return tuple(kind for kind in KINDS if row.mode not in WITHOUT_OUTPUT or not kind.output_parts)


def _case(row: Row, kind: Kind, length: int = SHORT) -> Case:
    route = CALLS.get(row.mode, "completion")
    output = 0 if row.mode in WITHOUT_OUTPUT else OUTPUT
    amounts = kind.amounts(length)
    return Case(row.provider, row.name, kind.name, route, length, output, amounts)


def _located(row: Row) -> Iterator[Case]:
    own = row.entry.get("provider_specific_entry") or {}
    regions = [word for key, word in REGIONS.items() if key in row.entry]
    regions += ["us"] if "us" in own else []
    for kind in KINDS:
        for region in (*regions, "elsewhere") if regions else ():
            yield _case(row, kind)._replace(region=region)
        for region in ("", *regions) if FAST in own else ():
            yield _case(row, kind)._replace(service=FAST, region=region)
    if "priority" in row.services and FAST not in row.services and FAST not in own:
        for length in _lengths(row):  # OpenAI's newer name for it
            yield _case(row, CACHED, length)._replace(service=FAST)
    for region in regions:
        for length in _lengths(row)[1:]:
            yield _case(row, CACHED, length)._replace(region=region)
        for service in row.services:
            yield _case(row, CACHED)._replace(region=region, service=service)


def _timed(row: Row) -> Iterator[Case]:
    if row.entry.get("off_peak_pricing"):
        for at in INSTANTS:
            yield _case(row, CACHED)._replace(at=at)
        for kind in KINDS:
            for at in (MONDAY.replace(hour=2), MONDAY.replace(hour=12)):
                yield _case(row, kind)._replace(at=at)
