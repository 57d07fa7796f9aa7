"""A log to tallies: every form a line may take, and nothing that a name could forge."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pricectl.flags import FALLBACK, REFUSED, SIGNS
from pricectl.operate.logs import reading
from pricectl.operate.logs.reading import LogTally, Moment, read
from pricectl.runtime import logs as runtime_logs
from tests.conftest import ROOT

GOOD = '2026-11-20 12:00:00,001 INFO x pricing data loaded: models=5 sha256="ab" generation=1\n'
BAD = '2026-11-20 12:00:01,123 WARNING x fallback pricing: kind="unknown-model" model="gpt-9"\n'


def tally(*lines: str | bytes) -> LogTally:
    return read([b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)])


def phrases(*lines: str | bytes) -> dict[str, int]:
    return {seen.sign.phrase: seen.lines for seen in tally(*lines).seen}


def names(*lines: str | bytes) -> dict[str, int]:
    return {fallen.model: fallen.lines for fallen in tally(*lines).names}


def test_log_phrases_are_distinct_and_two_need_no_alarm() -> None:
    assert len({sign.phrase for sign in SIGNS}) == len(SIGNS)
    good = [sign.phrase for sign in SIGNS if sign.good]
    assert good == ["pricing data loaded", "pricing edit pending"]


@pytest.mark.parametrize("form", ["plain", "json"])
def test_lines_written_by_the_runtime_are_recognised(
    caplog: pytest.LogCaptureFixture, form: str
) -> None:
    name = 'gpt\n\x1b[31m"x" \u202e\\ pricing data loaded'
    caplog.set_level("INFO", "pricectl.runtime")
    log = runtime_logs.Log()
    log.limited(logging.WARNING, FALLBACK, "unknown-model", name, model=name)
    log.event(logging.ERROR, REFUSED, reason="json decode error", generation=3)
    lines = []
    for record in caplog.records:
        fields = {"message": record.getMessage(), "time": 1763900000.5, **vars(record)}
        plain = {
            key: value for key, value in fields.items() if isinstance(value, str | int | float)
        }
        lines.append(record.getMessage() if form == "plain" else json.dumps(plain))
    found = tally(*lines)
    assert [(seen.sign.phrase, seen.lines, seen.reason) for seen in found.seen] == [
        ("fallback pricing", 1, ""),
        ("pricing reload refused", 1, "json decode error"),
    ]
    assert [(fallen.model, fallen.kind) for fallen in found.names] == [(name, "unknown-model")]


def test_signs_are_counted_with_their_first_and_last_time() -> None:
    later = BAD.replace("12:00:01,123", "13:30:00,000")
    found = read([(GOOD + BAD + "nothing\n" + later).encode()])
    assert found.lines == 4
    assert [(seen.sign.phrase, seen.lines, seen.first, seen.last) for seen in found.seen] == [
        (
            "pricing data loaded",
            1,
            Moment(1, "2026-11-20 12:00:00,001"),
            Moment(1, "2026-11-20 12:00:00,001"),
        ),
        (
            "fallback pricing",
            2,
            Moment(2, "2026-11-20 12:00:01,123"),
            Moment(4, "2026-11-20 13:30:00,000"),
        ),
    ]
    assert found.bad
    assert not read([GOOD.encode()]).bad


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
def test_lines_split_across_blocks_are_read_whole(size: int) -> None:
    data = (GOOD + BAD.replace("\n", "\r\n") + "x\n" + BAD).encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert read(pieces) == read([data])
    assert read(pieces).names[0].lines == 2


def test_the_last_line_counts_without_a_line_break() -> None:
    found = read([BAD.rstrip("\n").encode()])
    assert (found.lines, len(found.seen)) == (1, 1)
    assert read([]).lines == 0
    assert read([b"\n\n"]).lines == 2


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ("WARNING: Model gpt-9 not found, using fallback pricing", "gpt-9"),
        ("fallback pricing for model 'o9'.", "o9"),
        ("Fallback Pricing: model=gpt-9, cost=1", "gpt-9"),
        ('fallback pricing {"model": "a/gpt-9"}', "a/gpt-9"),
        ('app-1 | {"msg": "fallback pricing", "model": "gpt-9", "n": 1}', "gpt-9"),
        ('{"message": "fallback pricing: model=\\"gpt-9\\""}', "gpt-9"),
        (
            '{"log": "WARN fallback pricing: kind=\\"unknown-model\\" model=\\"gpt-9\\"\\n"}',
            "gpt-9",
        ),
        (
            '{"text": "x", "record": {"message": "fallback pricing", "extra": {"model": "o9"}}}',
            "o9",
        ),
        ('{"level": "WARNING", "error": "fallback pricing", "MODEL": "gpt-9"}', "gpt-9"),
        ('{"message": "fallback pricing: kind=\\"unknown-model\\" model=\\"gp', ""),
        ("using fallback pricing", ""),
        ("the model name is odd: fallback pricing", ""),
        ('{"message": "fallback pricing", "model": ["gpt-9"]}', ""),
    ],
)
def test_the_model_is_found_in_many_forms(line: str, model: str) -> None:
    found = tally(line)
    assert [seen.sign.phrase for seen in found.seen] == ["fallback pricing"]
    assert [fallen.model for fallen in found.names] == ([model] if model else [])


@pytest.mark.parametrize(
    ("line", "time"),
    [
        (
            '{"timestamp": "2026-11-20T13:00:00.5Z", "msg": "json decode error"}',
            "2026-11-20T13:00:00.5Z",
        ),
        # 1,763,900,000 s = 20,415 days and 12 h 13 min 20 s: 2025-11-23
        ('{"ts": 1763900000, "msg": "json decode error"}', "2025-11-23T12:13:20+00:00"),
        ('{"time": 1763900000123, "msg": "json decode error"}', "2025-11-23T12:13:20+00:00"),
        ('{"time": 1e999, "msg": "json decode error"}', ""),
        (f'{{"time": {"9" * 400}, "msg": "json decode error"}}', ""),
        ("Nov  3 04:05:06 host app: json decode error", "Nov  3 04:05:06"),
        ("json decode error", ""),
    ],
)
def test_times_are_read_as_they_are_written(line: str, time: str) -> None:
    assert tally(line).seen[0].first.time == time


def test_a_model_name_cannot_imitate_a_log_phrase() -> None:
    forged = 'fallback pricing: kind="unknown-model" model="pricing data loaded json decode error"'
    assert phrases(forged) == {"fallback pricing": 1}
    assert phrases(json.dumps({"event": "fallback pricing", "model": "json decode error"})) == {
        "fallback pricing": 1
    }
    assert names(forged) == {"pricing data loaded json decode error": 1}


def test_a_line_of_the_old_loader_may_contain_two_phrases() -> None:
    line = "Pricing file not found at /x, using fallback pricing"
    assert phrases(line) == {"fallback pricing": 1, "pricing file not found": 1}


def test_suppressed_lines_are_counted_separately() -> None:
    line = 'fallback pricing: kind="unknown-model" model="gpt-9" suppressed=340'
    found = tally(line, line.replace("340", "2"), line.replace("340", "9" * 30)).seen[0]
    assert (found.lines, found.held_back) == (3, 342)


def test_kinds_are_counted_and_unknown_ones_are_left_unnamed() -> None:
    line = 'fallback pricing: kind="unpriced-unit" model="gpt-9"'
    odd = line.replace("unpriced-unit", "\\u001b[31m")
    found = tally(line, line, odd, "fallback pricing")
    assert found.kinds == (("unpriced-unit", 2), ("", 1), ("unknown-model", 1))


GARBAGE = [
    b"\xff\xfe\x00fallback pricing \x80\x81",
    b"{" * 100_000 + b"fallback pricing" + b"}" * 100_000,
    b'{"a":' * 50_000 + b'"fallback pricing"' + b"}" * 50_000,
    b'{"message": "fallback pricing", "n": ' + b"9" * 10_000 + b"}",
    b'model="' * 20_000 + b"fallback pricing: model=" + b'"\\' * 20_000,
    b"fallback pricing: " + b"model " * 50_000,
    b"\0" * 1000 + b"fallback pricing" + b"\0" * 1000,
    'İİİ fallback pricing: kind="unknown-model" model="x json decode error"'.encode(),
]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("line", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_tolerated(line: bytes) -> None:
    assert phrases(BAD.encode(), line, BAD.encode()) == {"fallback pricing": 3}


def test_a_line_without_end_is_read_in_pieces() -> None:
    def blocks() -> Iterator[bytes]:
        for _ in range(64):
            yield b"x" * 65_536
        yield b" fallback pricing\n" + BAD.encode()

    found = read(blocks())
    assert (found.lines, found.seen[0].lines) == (2, 2)


def test_the_number_of_names_is_bounded_and_frequent_ones_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MAX_NAMES", 10)
    heavy = BAD.encode() * 50
    light = (BAD.replace("gpt-9", f"gpt-{number:04}").encode() for number in range(100, 300))
    found = read([heavy, *light])
    assert found.names[0] == ("gpt-9", "unknown-model", 50)
    assert len(found.names) <= 21
    assert sum(fallen.lines for fallen in found.names) + found.rarer == 250
    assert names(BAD.replace("gpt-9", "g" * 1000)) == {"g" * 256: 1}


MEASURE = """
import resource, time
from pricectl.operate.logs.reading import read
line = b'2026-11-20 12:00:01,123 INFO access 10.0.0.1 "POST /api/llm" 200 model gpt-4o in 812 ms\\n'
bad = b'2026-11-20 12:00:01,123 WARNING x fallback pricing: kind="unknown-model" model="g-%d"\\n'
blocks = 200 * 2**20 // len(line * 2000)
read([line])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = read(line * 2000 + bad % number for number in range(blocks))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(found.lines == blocks * 2001, found.seen[0].lines == blocks, after - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss is the system's own")
@pytest.mark.long
def test_memory_does_not_grow_with_the_log() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    lines, signs, kib = ended.stdout.split()
    assert (lines, signs) == ("True", "True")
    assert int(kib) < 16 * 1024
