"""Every table at 80, 100 and 120 columns, over a catalog with names that are hard to place."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from pricectl.cli import VERBS
from tests.conftest import Run

ARN = (
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/"
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
)
OPENROUTER = "openrouter/anthropic/claude-sonnet-4.5-thinking-extended:beta"
LONGEST = "openrouter/x/" + "y" * 200
WIDE = "\u6a21\u578b-\u5927\u8a9e\u8a00\u6a21\u578b-\u7248\u672c"
LONG_PROVIDER = "openrouter-resold-by-a-company-with-a-long-name"
# Longer words may be broken: what is left of 80 columns after an indent and a word before it.
INDENT = 24


def entry(usd: str, **further: object) -> dict[str, object]:
    return {
        "input_cost_per_token": float(f"{usd}e-06"),
        "output_cost_per_token": float(f"{usd}e-06") * 4,
        "cache_read_input_token_cost": float(f"{usd}e-07"),
        "max_input_tokens": 1_048_576,
        "source": "https://example.com/a/very/long/path/to/the/page/with/all/prices",
        "verified_on": "2026-11-01",
        **further,
    }


def catalog(factor: int = 1) -> str:
    tiers = {
        "input_cost_per_token_batches": 1.25e-06,
        "output_cost_per_token_batches": 5e-06,
        "input_cost_per_token_priority": 4e-06,
        "output_cost_per_token_priority": 2e-05,
        "input_cost_per_token_above_200k_tokens": 5e-06 * factor,
        "output_cost_per_token_above_200k_tokens": 2e-05,
    }
    upcoming = [{"from": "2026-11-02", "input_cost_per_token": 1e-06 * factor}]
    rows: dict[str, dict[str, Any]] = {
        "metadata": {"last_updated": "2026-11-01", "currency": "USD", "schema_version": "1.0.0"},
        "openai": {"gpt-4o": entry("2.5", **tiers), "gpt-4o-mini": entry("0.15")},
        "anthropic": {"claude-sonnet-4-5": entry("3", upcoming=upcoming)},
        LONG_PROVIDER: {OPENROUTER: entry("3.3"), LONGEST: entry("3.33333", aliases=["z" * 90])},
        "bedrock": {ARN: entry("123.456789", input_cost_per_page=0.0123456)},
        "\u63d0\u4f9b\u8005": {WIDE: entry("1")},
    }
    if factor > 1:
        rows[LONG_PROVIDER][LONGEST] |= {"input_cost_per_token": 9e-06}
        rows["bedrock"][ARN] |= {"input_cost_per_token": 250e-06}
        del rows["openai"]["gpt-4o-mini"]
    return json.dumps(rows, indent=1)


PROVIDERS = ("openai", "anthropic", LONG_PROVIDER, "bedrock", "\u63d0\u4f9b\u8005")
NAMES = ("gpt-4o", "claude-sonnet-4-5", OPENROUTER, LONGEST, ARN, WIDE)
QUESTIONS = {
    "models": [["models"], ["models", "--sort", "input"], ["models", "--service", "batch"]],
    "show": [["show", name] for name in NAMES],
    "history": [["history", name] for name in NAMES],
    "quote": [
        ["quote", *NAMES, "123456", "789", "--markup", "30"],
        ["quote", "gpt-4o", "unknown-" * 20, "1M", "1"],
        *(["quote", name, "1,234,567", "89", "--cached", "1000", "-v"] for name in NAMES),
        ["quote", ARN, "9" * 15, "1", "--unit", "page=12345678"],
    ],
    "explain": [
        *(["explain", name, "300k", "500"] for name in NAMES),
        ["explain", f"azure/{ARN}"],
        ["explain", "ft:gpt-4o-2024-08-06:a-company-with-a-long-name:suffix:id"],
    ],
    "validate": [["validate", "new.json", "--base", "old.json"], ["validate", "new.json", "-v"]],
    "rule": [["rule"], ["rule", "price-moved"], ["rule", "encoding"]],
    # Lines of the file are shown whole, so only rows whose lines are short are asked for.
    "set": [["set", ARN, "input=100/M", "page=0.02/page", "--dry-run"]],
    "add": [["add", "openai/gpt-9", "--like", "gpt-4o", "--dry-run"]],
    "remove": [["remove", OPENROUTER, "--dry-run"]],
    "rename": [["rename", ARN, "nova-2", "--dry-run"]],
    "diff": [["diff", "--file", "new.json", "--base", "old.json"]],
    "fmt": [["fmt", "new.json", "--at", "2026-12-01", "--check"]],
    "deploy-check": [["deploy-check", "--file", "new.json", "--base", "old.json", "-v"]],
    "status": [["status", "old.json", "new.json", "packaged"]],
    "logs": [["logs", "service.log"]],
    "init": [
        ["init", "gpt-4o", ARN, "--file", "own.json", "--dry-run"],
        ["init", "--from", "old.json", "--file", "own.json", "--dry-run"],
        ["init", "--from", "service.log", "--file", "own.json", "--dry-run"],
    ],
    "drift": [["drift", "--file", "new.json", "--feed", "prices.json", "-v"]],
    "replay": [
        ["replay", "usage.csv", "--file", "new.json", "--base", "old.json"],
        ["replay", "usage.csv", "--by", "account", "-v"],
    ],
}
# Those that need a server, a git repository, a price list or a person; their texts are sentences.
WITHOUT_A_TABLE = {"export", "pull", "smoke", "rollback", "serve", "waive"}
CASES = [words for questions in QUESTIONS.values() for words in questions]


def case_id(words: list[str]) -> str:
    return " ".join(word[:12] for word in words)


@pytest.fixture
def files(home: Path) -> Path:
    (home / "old.json").write_text(catalog(), encoding="utf-8")
    (home / "new.json").write_text(catalog(2), encoding="utf-8")
    (home / "llm_pricing_current.json").write_text(catalog(), encoding="utf-8")
    lines = [
        f'pricing fallback kind=unknown-model model="{name}"'
        for name in (ARN + "x", OPENROUTER + "x", "gpt-9", LONGEST + "z", WIDE + "x")
    ]
    lines = [
        json.dumps({"event": "pricing_fallback", "kind": "unknown-model", "model": line})
        for line in (ARN + "x", OPENROUTER + "x", "gpt-9")
    ] + lines
    listed = {
        name: {"litellm_provider": provider, **entry("7")}
        for provider, section in json.loads(catalog()).items()
        if provider != "metadata"
        for name in section
    }
    (home / "prices.json").write_text(json.dumps(listed), encoding="utf-8")
    calls = [
        f"{name},{provider}-{number},{10**number},{7 * 10**number},0.1"
        for number, (name, provider) in enumerate(
            zip((*NAMES, "gpt-9"), (*PROVIDERS, "a", "b"), strict=True)
        )
    ]
    heading = "model,account,prompt_tokens,completion_tokens,cost_usd"
    (home / "usage.csv").write_text("\n".join((heading, *calls, "o3,a,x,1,1")), encoding="utf-8")
    (home / "service.log").write_text("\n".join(lines), encoding="utf-8")
    return home


@pytest.fixture
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How wide the terminal is."""
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


def test_every_verb_is_asked_or_has_no_table() -> None:
    assert QUESTIONS.keys() | WITHOUT_A_TABLE >= set(VERBS)


def words_of(text: str) -> Iterator[str]:
    yield from text.split()


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("words", CASES, ids=case_id)
def test_no_line_is_too_wide_and_no_word_is_broken(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", "2000")
    whole = set(words_of(run(*words).stdout))
    monkeypatch.setenv("COLUMNS", str(width))
    text = run(*words).stdout
    assert [line for line in text.splitlines() if cell_len(line) > width] == []
    # In a narrow list of models one column has both; a note says what it leaves out.
    lines = [line for line in text.splitlines() if not line.startswith("Left out at this width")]
    full = {f"{provider}/{name}" for provider in PROVIDERS for name in (*NAMES, "gpt-4o-mini")}
    allowed = whole | full | {"..."}
    long_words = [word for word in allowed if cell_len(word) > width - INDENT]
    for word in words_of("\n".join(lines)):
        if set(word) <= set("\u2500^-"):  # a rule, or marks below an excerpt
            continue
        if words[0] == "validate" and "..." in word:  # an excerpt of a long line is cut
            continue
        assert word in allowed or any(word in long for long in long_words), word


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("words", CASES, ids=case_id)
def test_no_letter_of_a_name_is_lost(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", "2000")
    wide = "".join(words_of(run(*words).stdout))
    monkeypatch.setenv("COLUMNS", str(width))
    narrow = "".join(words_of(run(*words).stdout))
    # An excerpt of the source is cut around its mark; the message has the whole name.
    names = () if words[0] == "validate" else (*NAMES, *PROVIDERS)
    for name in names:
        assert (name in narrow) or (name not in wide), name


@pytest.mark.usefixtures("files", "width")
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 160], indirect=True)
def test_a_list_of_models_shows_every_provider(run: Run) -> None:
    text = "".join(words_of(run("models").stdout))
    for provider in PROVIDERS:
        assert provider in text


_NUMBER = re.compile(r"(?<![\w/.:-])[-+]?\$?\d[\d,]*(\.\d+)?(?![\w/:.-])x?")


def points(line: str) -> tuple[int, ...]:
    """Where the whole part of each amount with decimals ends, in cells."""
    found = (match for match in _NUMBER.finditer(line) if match[1])
    return tuple(cell_len(line[: match.start(1)]) for match in found)


@pytest.mark.usefixtures("files", "width")
@pytest.mark.parametrize("width", [80, 100, 120], indirect=True)
def test_prices_of_models_have_their_points_in_three_columns(run: Run) -> None:
    lines = run("models").stdout.splitlines()
    found = {points(line) for line in lines if len(points(line)) == 3}
    assert len(found) == 1
    # The seventh row has no price but one from today on.
    assert len([line for line in lines if len(points(line)) == 3]) == 6


@pytest.mark.usefixtures("files", "width")
@pytest.mark.parametrize("width", [80, 100, 120], indirect=True)
def test_costs_of_a_comparison_have_their_points_in_one_column(run: Run) -> None:
    text = run("quote", *NAMES, "123456", "789", "--markup", "30").stdout
    rows = [points(line)[:2] for line in text.splitlines() if line.count("$") == 2]
    assert len(rows) == len(NAMES)
    assert len(set(rows)) == 1


@pytest.mark.usefixtures("files", "width")
@pytest.mark.parametrize("width", [80, 100, 120], indirect=True)
def test_old_and_new_prices_and_percentages_have_their_points_in_one_column_each(run: Run) -> None:
    text = run("diff", "--file", "new.json", "--base", "old.json").stdout
    prices = text.partition("Prices in force")[2].partition("\n\n")[0]
    rows = [line for line in prices.splitlines() if "\u2192" in line]
    assert len(rows) >= 3
    assert len({points(line)[:2] for line in rows}) == 1
    percents = [(line, re.search(r"[+-](\d[\d,]*)[.\d]*%", line)) for line in rows]
    ends = {cell_len(line[: found.end(1)]) for line, found in percents if found}
    assert len(ends) == 1


ASCII_CASES = [
    ["models"],
    ["quote", "gpt-4o", "1000", "500", "-v"],
    ["quote", *NAMES, "1000"],
    ["explain", WIDE, "1000"],
    ["show", "gpt-4o"],
    ["validate", "new.json", "--base", "old.json"],
    ["diff", "--file", "new.json", "--base", "old.json"],
    ["diff", "--file", "new.json", "--base", "old.json", "-o", "markdown"],
    ["diff", "--file", "new.json", "--base", "old.json", "-o", "json"],
    ["fmt", "new.json", "--at", "2026-12-01", "--diff"],
    ["deploy-check", "--file", "new.json", "--base", "old.json"],
    ["status", "old.json", "new.json"],
    ["logs", "service.log"],
    ["rule"],
    ["rule", "encoding"],
    ["nonsense", WIDE],
    ["show", "\u00e9\u2192"],
    *([verb, "--help"] for verb in VERBS),
]
OUR_SYMBOLS = "\u2500\u2192\u25b2\u25bc\u2026\u00d7\u00b5\u2013\u2014\u274c\u2705"


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
@pytest.mark.parametrize("words", ASCII_CASES, ids=case_id)
def test_output_that_is_not_unicode_has_plain_symbols(
    files: Path, words: list[str], encoding: str
) -> None:
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "COLUMNS": "80",
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pricectl", *words],
        cwd=files,
        env=environment,
        capture_output=True,
        check=False,
    )
    text, messages = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert "Traceback" not in messages
    assert "internal error" not in messages
    missing = [symbol for symbol in OUR_SYMBOLS if not _has(encoding, symbol)]
    for symbol in missing:
        # Neither as itself nor as its code, which nobody can read.
        assert f"\\u{ord(symbol):04x}" not in text.replace("-o json", "") or "-o" in words
    if words[0] in ("models", "rule") and encoding == "ascii" and "--help" not in words:
        assert "\n----" in text or words[1:]
    if "-o" not in words and "--diff" not in words and encoding == "ascii":
        escaped = re.compile(r"\\u[0-9a-f]{4}")  # a name from the catalog, letter by letter
        wide = [line for line in text.splitlines() if len(line) > 80 and not escaped.search(line)]
        assert wide == []


def _has(encoding: str, symbol: str) -> bool:
    try:
        return bool(symbol.encode(encoding))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize(
    "words", [["nonsense"], ["quote", "--bad"], ["quote"], ["models", "--sort", "x"], ["--bad"]]
)
def test_a_usage_error_is_not_coloured(files: Path, words: list[str]) -> None:
    environment = {**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    environment["PYTHONPATH"] = str(Path(__file__).parent.parent.parent)
    done = subprocess.run(
        [sys.executable, "-m", "pricectl", *words],
        cwd=files,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr + done.stdout
