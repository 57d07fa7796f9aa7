"""`--response` of a recorded stream: server-sent events and JSON lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Run

CASES = ROOT / "tests/cases/responses"
STREAMS = [
    path
    for path in sorted(CASES.glob("*.json"))
    if isinstance(json.loads(path.read_text(encoding="utf-8"))["body"], list)
]
USAGE: dict[str, Any] = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
CHUNK: dict[str, Any] = {
    "id": "c1",
    "object": "chat.completion.chunk",
    "model": "gpt-4o",
    "usage": None,
}
LAST = {**CHUNK, "choices": [], "usage": USAGE}
LINES = f"{json.dumps(CHUNK)}\n{json.dumps(LAST)}\n"
SENT = f": hello\n\ndata: {json.dumps(CHUNK)}\n\ndata: {json.dumps(LAST)}\n\ndata: [DONE]\n\n"


def chain(run: Run, text: str) -> Any:
    result = run("explain", "o3", "--response", "-", "-o", "json", "--at=2026-11-01", stdin=text)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["chain"]


@pytest.mark.parametrize("text", [SENT, LINES, SENT.replace("\n", "\r\n"), SENT.replace(": ", ":")])
def test_a_stream_is_priced_as_one_call(run: Run, text: str) -> None:
    # 1,000 x $2.50 + 500 x $10
    assert run("quote", "--response", "-", "-q", stdin=text).stdout == "0.0075\n"


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_every_kind_of_stream_reads_the_same_in_each_notation(run: Run, path: Path) -> None:
    events = json.loads(path.read_text(encoding="utf-8"))["body"]
    lines = [json.dumps(event) for event in events]
    whole = chain(run, json.dumps(events))
    named = "".join(f"event: {place}\ndata: {line}\n\n" for place, line in enumerate(lines))
    assert chain(run, named) == whole
    if len(lines) > 1:
        assert chain(run, "\n".join(lines)) == whole


@pytest.mark.parametrize("text", [SENT, LINES])
def test_a_file_with_a_byte_order_mark_is_read(run: Run, home: Path, text: str) -> None:
    (home / "body.txt").write_text(text, encoding="utf-8-sig")
    assert run("quote", "--response", "body.txt", "-q").stdout == "0.0075\n"


def test_an_empty_response_is_not_restored_from_git(run: Run) -> None:
    result = run("quote", "--response", "-", stdin="")
    said = " ".join(result.stderr.replace("│", " ").split())
    assert result.exit_code == 2
    assert "pass the body as the provider sent it" in said
    assert "git" not in said


def test_a_unicode_line_separator_does_not_end_a_line(run: Run) -> None:
    first = {**CHUNK, "choices": [{"delta": {"content": "a\u2028b\x85c"}}]}
    text = f"{json.dumps(first, ensure_ascii=False)}\n{json.dumps(LAST)}"
    assert run("quote", "--response", "-", "-q", stdin=text.encode()).stdout == "0.0075\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1}\n{"b": 1,}\n', "line 2, column"),
        ('{"a": 1}\nzzz\n', "line 2, column 1: not JSON"),
        ('{"a": 1}\n{"b": 1, "b": 2}\n', "line 2, column 10: key 'b' appears twice"),
        ("data: {\n", "line 1, column 8: the document ends too early"),
        ("data: 5\nzzz\n", "line 2, column 1: is not a line of a server-sent event"),
        ("data: " + "[" * 40 + "]" * 40, "deeper than 32 levels"),
        (": only a remark\n", "list of 0 events: states no usage"),
        ("zzz", "line 1, column 1: not JSON"),
        ("5\n6\n", "line 2, column 1: not JSON: more text follows the document"),
        ("{}\n" * 100_001, "holds more than 100,000 events"),
        ("data: {}\n" * 100_001, "holds more than 100,000 events"),
        (f"[{'0,' * 100_000}0]", "holds more than 100,000 events"),
        ("data: [DONE]\n" + "x" * 8 * 1024 * 1024, "larger than 8 MiB"),
    ],
)
def test_an_unreadable_line_is_refused_with_its_number(run: Run, text: str, said: str) -> None:
    result = run("quote", "--response", "-", stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    "responses",
    [
        [{"id": name, "model": "gpt-4o", "usage": USAGE} for name in "ab"],
        [{"custom_id": name, "response": {"body": {"usage": USAGE}}} for name in "ab"],
        [{"type": "x", "response": {"id": name, "usage": USAGE}} for name in "ab"],
    ],
)
def test_several_responses_are_not_priced_as_the_last_of_them(
    run: Run, responses: list[dict[str, Any]]
) -> None:
    lines = [json.dumps(response) for response in responses]
    sent = "".join(f"data: {line}\n\n" for line in lines)
    for text in ("\n".join(lines), sent, json.dumps(responses)):
        result = run("quote", "--response", "-", stdin=text)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "holds several responses, each with its own " in result.stderr
