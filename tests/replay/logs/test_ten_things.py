"""The ten things that a reader of usage logs must get right, each on rows of a known format."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import LogColumn
from pricectl.replay.logs.spans import CACHE_MISSING, CACHE_UNTOLD
from tests.replay.logs.conftest import Reader

# The call that most samples record: Anthropic and OpenAI, cache included and left out.
CLAUDE_COUNTS = {
    "input": 86,
    "cache_read": 10_000,
    "cache_write": 500,
    "cache_write_1h": 1_000,
    "output": 400,
}
OPENAI_COUNTS = {"input": 86, "cache_read": 1_920, "output": 108, "reasoning": 192}
OPENAI_USAGE = {
    "prompt_tokens": 2_006,
    "completion_tokens": 300,
    "total_tokens": 2_306,
    "prompt_tokens_details": {"cached_tokens": 1_920},
    "completion_tokens_details": {"reasoning_tokens": 192},
}
CLAUDE_USAGE = {
    "input_tokens": 86,
    "cache_read_input_tokens": 10_000,
    "cache_creation_input_tokens": 1_500,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_000},
    "output_tokens": 400,
}


def gateway(**changed: Any) -> dict[str, Any]:
    """A row of LiteLLM_SpendLogs, whose metadata is JSON text."""
    metadata = changed.pop("metadata", {"usage_object": OPENAI_USAGE})
    return {
        "request_id": "chatcmpl-1",
        "call_type": "acompletion",
        "spend": 0.0033475,
        "prompt_tokens": 2_006,
        "completion_tokens": 300,
        "total_tokens": 2_306,
        "startTime": "2026-11-27 04:31:27.529",
        "model": "gpt-5",
        "custom_llm_provider": "openai",
        "metadata": json.dumps(metadata),
        "cache_hit": "None",
        "team_id": "team-a",
        "end_user": "acme",
        "session_id": "s-1",
        "status": "success",
        **changed,
    }


def span(name: str = "chat", /, **attributes: Any) -> dict[str, Any]:
    return {
        "trace_id": "t1",
        "span_id": attributes.pop("span_id", "a1"),
        "parent_span_id": attributes.pop("parent", ""),
        "name": name,
        "start_time_unix_nano": "1795753783423884253",
        "attributes": {key.replace("__", "."): value for key, value in attributes.items()},
    }


def console(one: dict[str, Any]) -> dict[str, Any]:
    """A span as the SDK's console exporter writes it, a row each."""
    return {
        "name": one["name"],
        "context": {"trace_id": one["trace_id"], "span_id": one["span_id"]},
        "parent_id": one["parent_span_id"] or None,
        "start_time": "2026-11-27T04:29:43.423884Z",
        "attributes": one["attributes"],
    }


def otlp_value(value: object) -> dict[str, object]:
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def otlp(*spans: dict[str, Any]) -> dict[str, Any]:
    """An export of OTLP: attributes are a list, integers are texts."""
    listed = [
        {
            "traceId": one["trace_id"],
            "spanId": one["span_id"],
            "parentSpanId": one["parent_span_id"],
            "name": one["name"],
            "startTimeUnixNano": one["start_time_unix_nano"],
            "attributes": [
                {"key": key, "value": otlp_value(value)} for key, value in one["attributes"].items()
            ],
        }
        for one in spans
    ]
    return {"resourceSpans": [{"scopeSpans": [{"spans": listed}]}]}


def openai_usage(**changed: Any) -> dict[str, Any]:
    """A row of OpenAI's usage of a day."""
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": 2_006_000,
        "input_cached_tokens": 1_920_000,
        "output_tokens": 300_000,
        "num_model_requests": 1_000,
        "project_id": "proj_a",
        "model": "gpt-5",
        "batch": False,
        "service_tier": "default",
        **changed,
    }


def openai_page(*results: dict[str, Any], more: bool = False) -> dict[str, Any]:
    bucket = {"object": "bucket", "start_time": 1_790_553_600, "results": list(results)}
    return {"object": "page", "data": [bucket], "has_more": more}


def anthropic_usage(**changed: Any) -> dict[str, Any]:
    return {
        "uncached_input_tokens": 86,
        "cache_read_input_tokens": 10_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1_000},
        "output_tokens": 400,
        "model": "claude-sonnet-4-5",
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "not_available",
        "workspace_id": None,
        **changed,
    }


def anthropic_page(*results: dict[str, Any]) -> dict[str, Any]:
    return {"data": [{"starting_at": "2026-08-01T00:00:00Z", "results": list(results)}]}


# 1 Cache inside or outside the input, by source, never by the name


def test_1_one_name_means_two_things_by_its_source(json_log: Reader) -> None:
    """`gen_ai.usage.input_tokens` leaves the cache out in the AI SDK 5, and includes it since."""
    model = {"gen_ai__request__model": "claude-sonnet-4-5", "gen_ai__system": "anthropic"}
    older = span(
        **model,
        span_id="a",
        gen_ai__usage__input_tokens=86,
        gen_ai__usage__output_tokens=400,
        ai__response__providerMetadata=json.dumps({"anthropic": {"usage": CLAUDE_USAGE}}),
    )
    newer = span(
        **model,
        span_id="b",
        gen_ai__usage__input_tokens=11_586,
        gen_ai__usage__output_tokens=400,
        gen_ai__usage__cache_read__input_tokens=10_000,
        gen_ai__usage__cache_creation__input_tokens=1_500,
    )
    found = json_log(older, newer)
    assert found.counts == [
        CLAUDE_COUNTS,
        {"input": 86, "cache_read": 10_000, "cache_write": 1_500, "output": 400},
    ]


CLAUDE_SPAN = {
    "gen_ai__system": "Anthropic",
    "gen_ai__request__model": "claude-sonnet-4-5",
    "gen_ai__usage__prompt_tokens": 86,
    "gen_ai__usage__completion_tokens": 400,
    "llm__usage__total_tokens": 486,
}
OPENAI_SPAN = CLAUDE_SPAN | {"gen_ai__system": "OpenAI", "gen_ai__request__model": "gpt-5"}


@pytest.mark.parametrize(
    ("attributes", "remark"),
    [
        (CLAUDE_SPAN, CACHE_MISSING),
        # What a bedrock's or gateway's span calls the seller does not matter.
        (CLAUDE_SPAN | {"gen_ai__system": "AWS"}, CACHE_MISSING),
        (OPENAI_SPAN, CACHE_UNTOLD),
        # OpenLLMetry from 0.33.4 on, also where nothing was cached.
        (CLAUDE_SPAN | {"gen_ai__usage__cache_read_input_tokens": 0}, None),
        (OPENAI_SPAN | {"gen_ai__usage__cache_read_input_tokens": 80}, None),
        # Newer names: a cache that was not used is left out.
        ({"gen_ai__request__model": "gpt-5", "gen_ai__usage__input_tokens": 86}, None),
        # Models without a cache.
        (OPENAI_SPAN | {"gen_ai__system": "Cohere", "gen_ai__request__model": "command-r"}, None),
    ],
)
def test_1_older_spans_without_cache_counts_say_so(
    json_log: Reader, attributes: dict[str, Any], remark: str | None
) -> None:
    found = json_log(span(**attributes), otlp(span(**attributes)))
    assert found.log.remarks == ({remark: 2} if remark else {})


def test_1_plain_columns_that_do_not_tell_are_refused(csv_log: Reader) -> None:
    lines = ("model,input_tokens,output_tokens,cached_tokens", "gpt-4o,1000,50,100")
    with pytest.raises(BadLog, match="may include the cached tokens or not") as caught:
        csv_log(*lines)
    assert "--cache inside" in caught.value.next_step
    assert csv_log(*lines, cache="inside").counts == [
        {"input": 900, "cache_read": 100, "output": 50}
    ]
    assert csv_log(*lines, cache="outside").counts == [
        {"input": 1_000, "cache_read": 100, "output": 50}
    ]


@pytest.mark.parametrize(("total", "fresh"), [(1_050, 900), (1_150, 1_000)])
def test_1_a_total_tells_where_the_cache_is(csv_log: Reader, total: int, fresh: int) -> None:
    found = csv_log(
        "model,input_tokens,output_tokens,cached_tokens,total_tokens", f"m,1000,50,100,{total}"
    )
    assert found.counts == [{"input": fresh, "cache_read": 100, "output": 50}]


def test_1_a_column_that_says_uncached_leaves_the_cache_out(csv_log: Reader) -> None:
    found = csv_log("model,uncached_input_tokens,cached_tokens,output_tokens", "m,86,10000,400")
    assert found.counts == [{"input": 86, "cache_read": 10_000, "output": 400}]


def test_1_langfuse_is_read_by_its_total_and_refused_without(json_log: Reader) -> None:
    def generation(**details: int) -> dict[str, Any]:
        return {"id": f"g{details}", "type": "GENERATION", "model": "m", "usageDetails": details}

    found = json_log(
        generation(input=1_000, output=50, input_cache_read=100, total=1_050),
        generation(input=900, output=50, input_cache_read=100, total=1_050),
        generation(input=900, output=50, input_cache_read=100),
    )
    assert found.counts == [{"input": 900, "cache_read": 100, "output": 50}] * 2
    assert found.log.rejected == {
        "input may include the cached tokens or not, and no total tells": 1
    }


# 2 The detailed usage in a row beats its flat columns


def test_2_the_usage_in_the_metadata_beats_the_columns(json_log: Reader) -> None:
    """$0.0033475 and not $0.0055075: 1,920 of the 2,006 tokens were cached."""
    found = json_log(gateway(), gateway(request_id="2", metadata={"usage_object": CLAUDE_USAGE}))
    assert found.counts == [OPENAI_COUNTS, CLAUDE_COUNTS]
    assert [call["stated_pico"] for call in found.calls] == [Decimal(3_347_500_000)] * 2
    call = found.calls[0]
    assert (call["name"], call["seller"], call["team"], call["account"], call["job"]) == (
        *("gpt-5", "openai", "team-a", "acme", "s-1"),
    )


def test_2_a_row_without_the_usage_inside_is_rejected(json_log: Reader) -> None:
    found = json_log(gateway(metadata={}), gateway(request_id="2"))
    assert found.log.calls == 1
    assert found.log.rejected == {
        "states no usage object, and its columns do not say what was cached": 1
    }


# 3 One call, several rows


def test_3_a_message_that_was_written_while_it_streamed_is_one_call(json_log: Reader) -> None:
    def line(output: int) -> dict[str, Any]:
        usage = {**CLAUDE_USAGE, "output_tokens": output}
        message = {"id": "msg_1", "model": "claude-sonnet-4-5", "usage": usage}
        return {"sessionId": "s", "requestId": "r", "message": message, "timestamp": "2026-01-09"}

    found = json_log(line(1), line(400), line(400), {"type": "user", "sessionId": "s"})
    assert found.counts == [CLAUDE_COUNTS]
    assert (found.log.repeated, found.log.left_out) == (
        2,
        {"lines about something else than a call": 1},
    )


def test_3_two_instrumentations_of_one_client_are_one_call(json_log: Reader) -> None:
    """The one that says what was cached stays."""
    bare = span(
        gen_ai__response__model="gpt-5",
        gen_ai__response__id="chatcmpl-1",
        gen_ai__usage__input_tokens=2_006,
        gen_ai__usage__output_tokens=300,
    )
    detailed = {
        **bare,
        "trace_id": "t2",
        "attributes": {**bare["attributes"], "gen_ai.usage.cache_read.input_tokens": 1_920},
    }
    for rows in ((bare, detailed), (detailed, bare), (otlp(bare, detailed),)):
        found = json_log(*rows)
        assert found.counts == [{"input": 86, "cache_read": 1_920, "output": 300}]
        assert found.log.repeated == 1


def test_3_a_span_around_calls_repeats_them(json_log: Reader) -> None:
    counts = {"gen_ai__usage__input_tokens": 10, "gen_ai__usage__output_tokens": 5}
    model = {"gen_ai__request__model": "gpt-5"}
    agent = span("agent", span_id="a", gen_ai__operation__name="invoke_agent", **counts, **model)
    chain = span("chain", span_id="b", parent="a", **counts, **model)
    first = span("chat", span_id="c", parent="b", **counts, **model)
    spans = (agent, chain, first)
    for rows in (spans, (otlp(*spans),), tuple(map(console, spans))):
        found = json_log(*rows)
        assert found.log.calls == 1


def test_3_one_broken_part_of_an_export_leaves_the_others(json_log: Reader) -> None:
    counts = {"gen_ai__usage__input_tokens": 10, "gen_ai__request__model": "gpt-5"}
    spans = [span(span_id="a", **counts), span(span_id="b", gen_ai__operation__name="chat")]
    export = otlp(*spans, span(span_id="c", **counts))
    export["resourceSpans"][0]["scopeSpans"][0]["spans"][1]["status"] = {"code": []}
    found = json_log(export)
    assert (found.log.calls, sum(found.log.rejected.values())) == (2, 1)
    details = {"input": 10, "output": 5, "total": 15}
    body = {"id": "g", "model": "m", "usageDetails": details}
    events = [{"type": "generation-create", "body": one} for one in (None, body)]
    found = json_log({"batch": events})
    assert (found.log.calls, sum(found.log.rejected.values())) == (1, 1)


def test_3_rows_of_one_response_in_a_plain_table_are_one_call(csv_log: Reader) -> None:
    """The row that counts most stays; an id that is not said to be a response's is none."""
    lines = ("r1,m,10,1", "r1,m,10,5", "r2,m,7,1", ",m,1,1", ",m,1,1")
    found = csv_log("response_id,model,prompt_tokens,completion_tokens", *lines)
    assert sorted(call["output"] for call in found.calls) == [1, 1, 1, 5]
    assert found.log.repeated == 1
    heading = "id,model,prompt_tokens,completion_tokens"
    assert csv_log(heading, *lines).log.calls == 5
    named = {"call_id": LogColumn("id", guessed=False)}
    assert csv_log(heading, *lines, columns=named).log.calls == 4


def test_3_rounds_of_one_response_are_calls_of_their_own(json_log: Reader) -> None:
    """Each round has its own context tier, so their sum is not one call."""
    rounds = [{"type": "message", **CLAUDE_USAGE}, {"type": "compaction", **CLAUDE_USAGE}]
    usage = {**CLAUDE_USAGE, "iterations": rounds}
    message = {"id": "msg_1", "model": "claude-sonnet-4-5", "usage": usage}
    found = json_log({"sessionId": "s", "message": message})
    assert found.counts == [CLAUDE_COUNTS] * 2
    assert found.log.repeated == 0


def test_3_totals_of_a_session_are_not_added_up(json_log: Reader) -> None:
    def event(tokens: int, total: int) -> dict[str, Any]:
        info = {
            "last_token_usage": {"input_tokens": tokens, "cached_input_tokens": 4},
            "total_token_usage": {"input_tokens": total},
        }
        payload = {"type": "token_count", "info": info}
        return {"timestamp": "2026-05-13T09:00:00Z", "type": "event_msg", "payload": payload}

    head = {"type": "session_meta", "payload": {"id": "session-1"}}
    context = {"type": "turn_context", "payload": {"model": "gpt-5.2-codex"}}
    found = json_log(head, context, event(10, 10), event(10, 10), event(30, 40), event(7, 7))
    assert [(call["input"], call["cache_read"]) for call in found.calls] == [
        (6, 4),
        (26, 4),
        (3, 4),
    ]
    assert {(call["name"], call["job"]) for call in found.calls} == {("gpt-5.2-codex", "session-1")}
    assert found.log.left_out["totals that were written again"] == 1


# 4 Zero is not free: absent, null and 0 are three things


def test_4_a_stated_cost_of_zero_states_nothing(json_log: Reader) -> None:
    found = json_log(gateway(spend=0), gateway(request_id="2", spend=None))
    assert [call["stated_pico"] for call in found.calls] == [None, None]
    assert found.counts == [OPENAI_COUNTS] * 2


def test_4_a_call_that_counts_nothing_is_rejected_and_not_free(
    json_log: Reader, csv_log: Reader
) -> None:
    zero = {"usage_object": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}
    assert sum(json_log(gateway(metadata=zero), gateway()).log.rejected.values()) == 1
    found = csv_log("model,prompt_tokens,completion_tokens", "m,0,0", "m,,", "m,1,0", "m,NULL,1")
    assert found.counts == [{"input": 1}, {"output": 1}]
    assert found.log.rejected == {"all counts are zero or missing": 2}


def test_4_failures_and_the_gateways_own_cache_cost_nothing(json_log: Reader) -> None:
    found = json_log(gateway(), gateway(status="failure"), gateway(cache_hit="True", spend=0))
    assert found.log.calls == 1
    assert found.log.left_out == {
        "failed calls": 1,
        "answered out of the gateway's own cache": 1,
    }
    # What such a row states is told, too.
    assert found.log.stated_pico == {"failed calls": 3_347_500_000}


# 5 Unit of money


def test_5_cents_and_other_currencies(csv_log: Reader) -> None:
    found = csv_log("model,prompt_tokens,cost_cents,currency", "m,1,12.5,USD", "m,1,12.5,EUR")
    assert [call["stated_pico"] for call in found.calls] == [Decimal(125_000_000_000), None]


def test_5_money_keeps_every_digit(csv_log: Reader, json_log: Reader) -> None:
    found = csv_log(
        "model,prompt_tokens,cost_usd", "m,1,0.000000000001", "m,1,1234567.000000000001"
    )
    assert [call["stated_pico"] for call in found.calls] == [
        Decimal(1),
        Decimal(1_234_567_000_000_000_001),
    ]
    exact = json_log(gateway(spend=0.1)).calls[0]["stated_pico"]
    assert exact == Decimal(10) ** 11


def test_5_a_bill_is_no_log_of_usage(json_log: Reader, csv_log: Reader) -> None:
    amount = {"amount": {"value": 1.5, "currency": "usd"}, "line_item": "gpt-5, input"}
    with pytest.raises(BadLog, match="is a bill"):
        json_log(openai_page(amount))
    with pytest.raises(BadLog, match="is a bill"):
        csv_log("BilledCost,ChargePeriodStart", "3,2026-09-01")


# 6 Unit of quantity


def test_6_thousands_and_millions_of_tokens(csv_log: Reader) -> None:
    """1.5 thousand are 1,500; half a token is none."""
    found = csv_log("model,input_ktokens,output_mtokens", "m,1.5,0.002", "m,0.0005,0")
    assert found.counts == [{"input": 1_500, "output": 2_000}]
    assert found.log.rejected == {"a count is not a whole number from 0 up": 1}


def test_6_a_row_that_sums_requests_says_how_many(json_log: Reader) -> None:
    """Their average decides the tier: 2,006 tokens are no long context."""
    (call,) = json_log(openai_page(openai_usage())).calls
    assert (call["requests"], call["input"], call["cache_read"]) == (1_000, 86_000, 1_920_000)


# 7 A missing 1-hour split is a range, told


def test_7_cache_writes_without_a_lifetime_are_told(json_log: Reader) -> None:
    unsplit = {**CLAUDE_USAGE}
    del unsplit["cache_creation"]
    found = json_log(
        gateway(metadata={"usage_object": unsplit}),
        gateway(request_id="2", metadata={"usage_object": CLAUDE_USAGE}),
    )
    assert [call["cache_write"] for call in found.calls] == [1_500, 500]
    assert found.log.unsplit_cache_write == 1_500
    assert list(found.log.remarks.values()) == [1]


# 8 Tier, batch, context band, region


def test_8_the_tier_stands_in_the_breakdown(json_log: Reader) -> None:
    metadata = {"usage_object": OPENAI_USAGE, "cost_breakdown": {"service_tier": "flex"}}
    assert json_log(gateway(metadata=metadata)).calls[0]["service"] == "flex"


def test_8_a_file_of_batch_results_is_batch(json_log: Reader) -> None:
    body = {"id": "c1", "model": "gpt-5", "created": 1_767_225_600, "usage": OPENAI_USAGE}
    good = {"custom_id": "1", "response": {"status_code": 200, "body": body}, "error": None}
    message = {"id": "m1", "model": "claude-sonnet-4-5", "usage": CLAUDE_USAGE}
    claude = {"custom_id": "2", "result": {"type": "succeeded", "message": message}}
    found = json_log(
        good,
        claude,
        {"custom_id": "3", "response": None, "error": {"code": "batch_expired"}},
        {"custom_id": "4", "result": {"type": "errored"}},
        {"custom_id": "5", "response": {"status_code": 429, "body": {"error": {}}}},
    )
    assert found.counts == [OPENAI_COUNTS, CLAUDE_COUNTS]
    assert [call["service"] for call in found.calls] == ["batch", "batch"]
    assert found.calls[0]["at"] == datetime(2026, 1, 1)  # noqa: DTZ001 - the table's UTC
    assert found.log.left_out == {"requests of a batch that failed or expired": 3}


@pytest.mark.parametrize(
    ("band", "tokens_in", "requests"),
    [
        ("0-200k", 1_000_000, 5),  # 200,000 each: the edge belongs to the band below
        ("0-200k", 1_000_001, 6),
        ("200k-1M", 1_000_000, 4),  # 250,000 each
        ("200k-1M", 200_001, 1),
    ],
)
def test_8_a_band_of_contexts_decides_how_many_requests_a_sum_is(
    json_log: Reader, band: str, tokens_in: int, requests: int
) -> None:
    result = anthropic_usage(
        uncached_input_tokens=tokens_in,
        cache_read_input_tokens=0,
        cache_creation=None,
        context_window=band,
        service_tier="batch",
        inference_geo="us",
    )
    (call,) = json_log(anthropic_page(result)).calls
    assert call["requests"] == requests
    assert (call["service"], call["region"], call["team"]) == ("batch", "us", "default workspace")


def test_8_batch_of_an_export_beats_its_tier(json_log: Reader) -> None:
    found = json_log(openai_page(openai_usage(batch=True), openai_usage(service_tier=None)))
    assert [call["service"] for call in found.calls] == ["batch", None]
    assert found.log.remarks == {"service tier not stated, priced as standard": 1}


# 9 Time


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-27T04:28:57.421Z",
        "2026-11-27 04:28:57.421",
        "2026-11-27 05:28:57.421+01:00",
        "1795753737.421",
        "1795753737421",
        "1795753737421000",
        "1795753737421000000",
    ],
)
def test_9_every_way_to_write_a_time_is_utc(
    json_log: Reader, csv_log: Reader, written: str
) -> None:
    at = datetime(2026, 11, 27, 4, 28, 57, 421_000)  # noqa: DTZ001 - the table's UTC
    assert json_log(gateway(startTime=written)).calls[0]["at"] == at
    assert csv_log("model,prompt_tokens,time", f"m,1,{written}").calls[0]["at"] == at


def test_9_a_date_that_may_be_read_two_ways_is_rejected(csv_log: Reader) -> None:
    found = csv_log("model,prompt_tokens,date", "m,1,5/1/25", "m,1,02/03/2025", "m,1,2025-03-02")
    assert found.log.rejected == {"the time is not understood": 2}
    assert [reject["line"] for reject in found.rejects] == [1, 2]


def test_9_only_calls_of_the_period_are_read(csv_log: Reader) -> None:
    found = csv_log(
        "model,prompt_tokens,time",
        *("m,1,2026-10-31T23:59:59Z", "m,2,2026-11-01", "m,3,2026-11-30T23:59:59Z"),
        *("m,4,2026-12-01", "m,5,"),
        start=datetime.fromisoformat("2026-11-01T00:00:00+00:00"),
        end=datetime.fromisoformat("2026-12-01T00:00:00+00:00"),
    )
    assert [call["input"] for call in found.calls] == [2, 3]
    assert found.log.outside_period == 3


# 10 Rows that are no usage, and names that are no models


def test_10_a_report_that_was_not_grouped_by_model_is_rejected(json_log: Reader) -> None:
    found = json_log(openai_page(openai_usage(), openai_usage(model=None), more=True))
    assert found.log.calls == 1
    assert found.log.rejected == {"model not stated: the report was not grouped by model": 1}
    assert found.log.left_out == {"page of a report that has more": 1}
    assert found.log.is_summed


def test_10_observations_of_other_types_are_no_calls(json_log: Reader) -> None:
    call = {"id": "1", "type": "GENERATION", "model": "m", "usageDetails": {"input": 1, "total": 1}}
    tool = {"id": "2", "type": "TOOL", "usageDetails": {}, "costDetails": {}}
    found = json_log(call, tool)
    assert found.log.left_out == {"observations of another type than a generation": 1}


def test_10_tokens_that_no_part_explains_are_told(json_log: Reader) -> None:
    """Langfuse's total of a Gemini call includes thoughts that no other kind counts."""
    details = {"input": 5, "output": 845, "total": 2_023}
    found = json_log({"id": "1", "type": "GENERATION", "model": "m", "usageDetails": details})
    assert found.log.remarks == {"not priced: unattributed_tokens": 1}
