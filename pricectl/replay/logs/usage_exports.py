"""The usage that OpenAI and Anthropic report: sums over a day or hour, by model and more.

A row is the sum of many requests. Sources: OpenAI's reference of organization/usage, Anthropic's of
usage_report/messages.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pricectl.core.errors import BadUsage
from pricectl.core.responses import Reading
from pricectl.core.usage import Usage
from pricectl.replay.logs.items import (
    NO_SERVICE,
    LogCall,
    LogItem,
    NotBilled,
    RejectedRow,
    Row,
    calls_of,
    first_word,
    rejected,
    time_at,
    value_at,
    whole_number,
    word,
)

EMPTY = NotBilled("buckets of time without usage")
NOT_GROUPED = "model not stated: the report was not grouped by model"
FURTHER_PAGES = "page of a report that has more"
_BAND_EDGE = 200_000
# Argument of `Usage` -> OpenAI's column; `input_tokens` includes what was cached.
_OPENAI = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "input_cached_tokens",
    "cache_write_tokens": "input_cache_write_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "cache_read_audio_tokens": "input_cached_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "input_image_tokens": "input_image_tokens",
    "cache_read_image_tokens": "input_cached_image_tokens",
    "output_image_tokens": "output_image_tokens",
}


def is_openai_usage(row: Row) -> bool:
    """Whether it is a page, bucket or row of OpenAI's usage."""
    return any("num_model_requests" in result for _, result in results_of(row))


def is_anthropic_usage(row: Row) -> bool:
    """Whether it is a page, bucket or row of Anthropic's usage report."""
    own = {"uncached_input_tokens", "cache_creation"}
    return any(own <= result.keys() for _, result in results_of(row))


def results_of(row: Row) -> Iterator[tuple[Row, Mapping[str, Any]]]:
    """Each row of a page or bucket with its bucket."""
    buckets = row.get("data") if isinstance(row.get("data"), list) else [row]
    for bucket in buckets or ():
        if not isinstance(bucket, Mapping):
            continue
        listed = bucket.get("results")
        for result in listed if isinstance(listed, list) else [bucket]:
            if isinstance(result, Mapping):
                yield bucket, result


def read_openai_usage(row: Row) -> Iterator[LogItem]:
    """The sums of a page, bucket or row."""
    yield from _further(row)
    for bucket, result in results_of(row):
        if "num_model_requests" not in result:
            yield EMPTY
            continue
        batch = str(result.get("batch")).lower() == "true"
        service = "batch" if batch else first_word(result, "service_tier")
        try:
            counts = {kind: whole_number(result.get(name)) for kind, name in _OPENAI.items()}
            requests = max(whole_number(result.get("num_model_requests")), 1)
            usage = Usage(**counts)
        except BadUsage as error:
            yield rejected(error)
            continue
        reading = Reading(usage, word(result.get("model")), "openai", service, requests=requests)
        record = {**bucket, **result}
        yield from _summed(
            reading,
            at=time_at(record, "start_time", "start_time_iso", "date"),
            team=first_word(result, "project_id", "project"),
            account=first_word(result, "user_id"),
            record=record,
        )


def read_anthropic_usage(row: Row) -> Iterator[LogItem]:
    """The sums of a page, bucket or row."""
    yield from _further(row)
    for bucket, result in results_of(row):
        if "uncached_input_tokens" not in result:
            yield EMPTY
            continue
        try:
            usage = _anthropic_usage(result)
        except BadUsage as error:
            yield rejected(error)
            continue
        region = first_word(result, "inference_geo")
        reading = Reading(
            usage,
            word(result.get("model")),
            "anthropic",
            first_word(result, "service_tier"),
            "" if region == "not_available" else region,
            requests=_requests(usage.input_tokens, word(result.get("context_window"))),
        )
        record = {**bucket, **result}
        yield from _summed(
            reading,
            at=time_at(record, "starting_at"),
            # Without a workspace it is the default one, and not the sum of all.
            team=first_word(result, "workspace_id") or "default workspace",
            account=first_word(result, "api_key_id", "account_id", "service_account_id"),
            record=record,
        )


def _anthropic_usage(result: Row) -> Usage:
    hour, minutes, read, fresh = (
        whole_number(value_at(result, path))
        for path in (
            "cache_creation.ephemeral_1h_input_tokens",
            "cache_creation.ephemeral_5m_input_tokens",
            "cache_read_input_tokens",
            "uncached_input_tokens",
        )
    )
    return Usage(
        fresh + read + minutes + hour,
        whole_number(result.get("output_tokens")),
        cache_read_tokens=read,
        cache_write_tokens=minutes,
        cache_write_1h_tokens=hour,
        search=whole_number(value_at(result, "server_tool_use.web_search_requests")),
    )


def _requests(input_tokens: int, band: str) -> int:
    """How many requests the sum stands for, so that their average lies in its band of contexts.

    The report does not count requests, but says which band they were in, and the average decides
    the price: the fewest requests that fit are below the edge, the most that fit above it.
    """
    if band.startswith("200k"):
        return max(input_tokens // (_BAND_EDGE + 1), 1)
    return max(-(-input_tokens // _BAND_EDGE), 1)


def _further(row: Row) -> Iterator[LogItem]:
    if row.get("has_more") is True:
        yield NotBilled(FURTHER_PAGES)


def _summed(reading: Reading, **facts: Any) -> Iterator[LogItem]:
    if not reading.model:
        yield RejectedRow(NOT_GROUPED)
        return
    remarks = () if reading.service else (NO_SERVICE,)
    for item in calls_of(reading, **facts):
        if isinstance(item, LogCall):
            yield item._replace(remarks=(*item.remarks, *remarks))
        else:
            yield item
