"""`pricectl validate`: exit codes, files, formats, and files that are not catalogs."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import CHILD_PATH, ROOT, Run

GOOD = """{
  "metadata": {"last_updated": "2026-11-25", "sources": ["https://example.com"],
    "default_pricing": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}},
  "x": {
    "m": {"source": "https://example.com", "verified_on": "2026-11-25",
      "aliases": ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"],
      "input_cost_per_token": 2e-06,
      "output_cost_per_token": 4e-06}
  }
}
"""
BAD = GOOD.replace("4e-06}", "1e-06}")
AT = ("--at", "2026-12-01")


@pytest.fixture
def good(home: Path) -> Path:
    (home / "good.json").write_text(GOOD, encoding="utf-8")
    (home / "bad.json").write_text(BAD, encoding="utf-8")
    return home


def test_a_clean_file_exits_0(run: Run, good: Path) -> None:
    result = run("validate", str(good / "good.json"), *AT)
    compared = "no base: the file is not in a git repository; reference: packaged"
    said = f"{compared}\n\nok: 1 model, no findings\n"
    assert (result.exit_code, result.stdout) == (0, said)


def test_a_finding_exits_1(run: Run, good: Path) -> None:
    result = run("validate", str(good / "bad.json"), *AT)
    assert result.exit_code == 1
    assert "error[output-below-input]" in result.stdout


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_the_level_decides_what_fails(run: Run, good: Path, level: str, code: int) -> None:
    unsourced = GOOD.replace('"m": {"source": "https://example.com", ', '"m": {')
    assert unsourced != GOOD
    (good / "unsourced.json").write_text(unsourced, encoding="utf-8")
    assert run("validate", "unsourced.json", *AT, "--fail-on", level).exit_code == code


STALE = GOOD.replace('"verified_on": "2026-11-25"', '"verified_on": "2026-01-01"')


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ((), 0),
        (("warning",), 0),
        (("info",), 0),
        (("due",), 1),
        (("warning", "due"), 1),
        (("due", "error"), 1),
    ],
)
def test_due_findings_fail_only_with_fail_on_due(
    run: Run, good: Path, named: tuple[str, ...], code: int
) -> None:
    (good / "stale.json").write_text(STALE, encoding="utf-8")
    options = [word for each in named for word in ("--fail-on", each)]
    result = run("validate", "stale.json", *AT, *options)
    assert result.exit_code == code
    assert result.stdout.endswith("1 warning in 1 model, 1 due by date\n")
    found = json.loads(run("validate", "stale.json", *AT, *options, "-o", "json").stdout)
    assert found["outcome"] == ("fail" if code else "pass")
    assert [(each["rule"], each["due"]) for each in found["findings"]] == [("verified-stale", True)]
    junit = run("validate", "stale.json", *AT, *options, "-o", "junit").stdout
    assert f'failures="{code}"' in junit


def test_fail_on_accepts_several_severities_and_due(run: Run, good: Path) -> None:
    unsourced = GOOD.replace('"m": {"source": "https://example.com", ', '"m": {')
    (good / "unsourced.json").write_text(unsourced, encoding="utf-8")
    both = ("--fail-on", "error", "--fail-on", "warning")
    assert run("validate", "unsourced.json", *AT, *both).exit_code == 1
    assert run("validate", "unsourced.json", *AT, "--fail-on", "due").exit_code == 0
    assert run("validate", "bad.json", *AT, "--fail-on", "due").exit_code == 1


def test_a_note_that_fails_the_check_is_shown(run: Run, good: Path) -> None:
    """An expired waiver of a note: a note still, and due."""
    bare = GOOD.replace(', "verified_on": "2026-11-25"', "")
    assert bare != GOOD
    (good / "bare.json").write_text(bare, encoding="utf-8")
    (good / "pricectl.toml").write_text(
        '[[waivers]]\nrule = "verified-missing"\nreason = "soon"\nexpires = 2026-11-30\n',
        encoding="utf-8",
    )
    assert "verified-missing]" not in run("validate", "bare.json", *AT).stdout
    failed = run("validate", "bare.json", *AT, "--fail-on", "due")
    assert failed.exit_code == 1
    assert "info[verified-missing]" in failed.stdout


def test_an_expired_waiver_fails_no_check_by_itself(run: Run, good: Path) -> None:
    (good / "pricectl.toml").write_text(
        'file = "bad.json"\n[[waivers]]\nrule = "output-below-input"\npointer = "/x/m"\n'
        'reason = "their page"\nexpires = 2026-11-30\n',
        encoding="utf-8",
    )
    last = run("validate", "bad.json", "--at", "2026-11-30", "--fail-on", "warning")
    assert last.exit_code == 0
    assert last.stdout.endswith("\nok: 1 model, no findings, 1 finding waived\n")
    after = run("validate", "bad.json", *AT, "--fail-on", "warning")
    assert after.exit_code == 0
    assert "warning[output-below-input]" in after.stdout
    assert "its waiver expired on 2026-11-30: their page" in " ".join(after.stdout.split())
    assert "warning[waiver-expired]" in after.stdout
    assert after.stdout.endswith("2 warnings in 1 model, 2 due by date\n")
    assert run("validate", "bad.json", *AT, "--fail-on", "due").exit_code == 1


def test_the_at_option_sets_the_date(run: Run, good: Path) -> None:
    del good
    later = run("validate", "good.json", "--at", "2027-06-01")
    assert "warning[verified-stale]" in later.stdout


def test_a_time_of_day_is_respected(run: Run, good: Path) -> None:
    prices = '"input_cost_per_token": 2e-06, "output_cost_per_token": 4e-06'
    upcoming = f'"upcoming": [{{"from": "2026-12-01T12:00", {prices}}}],'
    text = GOOD.replace('"source"', f'{upcoming}\n"source"')
    (good / "noon.json").write_text(text, encoding="utf-8")
    for hour, begun in ((11, False), (12, True), (13, True)):
        result = run("validate", "noon.json", "--at", f"2026-12-01T{hour}:00")
        assert (result.exit_code, "warning[upcoming-begun]" in result.stdout) == (0, begun)


def test_due_findings_are_marked(run: Run, good: Path) -> None:
    waiver = '[[waivers]]\nrule = "zero-price"\nreason = "x"\nexpires = 2026-01-01\n'
    (good / "pricectl.toml").write_text(f'file = "good.json"\n{waiver}', encoding="utf-8")
    for form in (("-v",), ("-o", "concise")):
        shown = run("validate", "--at", "2027-06-01", *form).stdout
        lines = [line for line in shown.splitlines() if "[verified-stale]" in line]
        assert [line.endswith(" (due)") for line in lines] == [True]
        lines = [line for line in shown.splitlines() if "[waiver-expired]" in line]
        assert [line.endswith(" expired on 2026-01-01: x (due)") for line in lines] == [True]
    assert "(due)" not in run("validate", "bad.json", *AT, "-v").stdout


def test_several_files_and_standard_input(run: Run, good: Path) -> None:
    del good
    result = run("validate", "good.json", "-", *AT, stdin=BAD)
    assert result.exit_code == 1
    assert "good.json: ok: 1 model, no findings" in result.stdout
    assert "standard input: 1 error in 1 model" in result.stdout


def test_without_a_file_the_catalog_is_found(run: Run) -> None:
    assert "in 4 models" in run("validate", *AT).stdout


def test_quiet_prints_the_summary_alone(run: Run, good: Path) -> None:
    del good
    assert run("validate", "bad.json", *AT, "-q").stdout == "1 error in 1 model\n"


def test_several_formats_at_once(run: Run, good: Path) -> None:
    result = run("validate", "bad.json", *AT, "-o", "concise", "-o", "json=out.json")
    assert result.stdout.startswith("bad.json:8:32: error[output-below-input]")
    assert json.loads((good / "out.json").read_text(encoding="utf-8"))["outcome"] == "fail"


@pytest.mark.parametrize("name", ["text", "concise", "json", "github", "sarif", "junit"])
def test_every_format_reports_before_it_fails(run: Run, good: Path, name: str) -> None:
    del good
    result = run("validate", "bad.json", *AT, "-o", name)
    assert result.exit_code == 1
    assert "output-below-input" in result.stdout


def test_settings_waive_with_a_reason(run: Run, good: Path) -> None:
    (good / "pricectl.toml").write_text(
        '[[waivers]]\nrule = "output-below-input"\npointer = "/x/m"\nreason = "their page"\n',
        encoding="utf-8",
    )
    result = run("validate", "bad.json", *AT)
    assert result.stdout.endswith("\nok: 1 model, no findings, 1 finding waived\n")
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("validate", "gone.json"), "no such file"),
        (("validate", "."), "is a folder"),
        (("validate", "good.json", "-o", "yaml"), "unknown format"),
        (("validate", "good.json", "--at", "soon"), "is not a valid date"),
        (("validate", "good.json", "--fail-on", "maybe"), "maybe"),
    ],
)
def test_a_command_that_cannot_run_exits_2(
    run: Run, good: Path, words: tuple[str, ...], said: str
) -> None:
    del good
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


NO_CATALOGS = {
    "empty": (b"", "json-syntax"),
    "blank": (b" \n\t ", "json-syntax"),
    "binary": (bytes(range(256)), "encoding"),
    "utf-16": (GOOD.encode("utf-16"), "encoding"),
    "bom": (b"\xef\xbb\xbf" + GOOD.encode(), "encoding"),
    "truncated": (GOOD.encode()[:-20], "json-syntax"),
    "comment": (b'{"x": 1 // one\n}', "json-syntax"),
    "deep lists": (b"[" * 100_000, "document-depth"),
    "deep objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "document-depth"),
    "lone surrogate": (b'{"x": {"\\ud800": {}}}', "encoding"),
    "not an object": (b"[1, 2]", "wrong-shape"),
    "number": (b"1e1000000", "wrong-shape"),
    "exponent": (b'{"x": {"m": {"input_cost_per_token": 1e1000000}}}', "number-not-finite"),
    "digits": (
        b'{"x": {"m": {"input_cost_per_token": ' + b"9" * 5000 + b"}}}",
        "number-not-finite",
    ),
    "nan": (b'{"x": {"m": {"input_cost_per_token": NaN}}}', "number-not-finite"),
    "escape": (b'{"x": {"a\\u001b[31m": {"input_cost_per_token": 1e-06}}}', "unsafe-name"),
    "markup": (b'{"x": {"[/x]": {"input_cost_per_token": true}}}', "price-type"),
    "emoji": (b'{"x": {":free:": {"input_cost_per_token": "[red]"}}}', "price-type"),
}


@pytest.mark.parametrize("name", NO_CATALOGS)
def test_a_bad_file_is_a_finding_and_never_a_crash(run: Run, home: Path, name: str) -> None:
    data, rule = NO_CATALOGS[name]
    (home / "bad.json").write_bytes(data)
    began = time.perf_counter()
    for style in ("text", "github", "junit", "sarif", "json", "concise"):
        result = run("validate", "bad.json", "-o", style)
        assert result.exit_code == 1, style
        assert rule in result.stdout, style
        assert "Traceback" not in result.output
        assert "\x1b" not in result.output
    assert time.perf_counter() - began < 6 * 2


def test_markup_in_names_is_shown_literally(run: Run, home: Path) -> None:
    (home / "bad.json").write_bytes(b'{"x": {"[/x]:free:": {"input_cost_per_token": true}}}')
    assert '"[/x]:free:"' in run("validate", "bad.json", "--color", "always").stdout


def test_a_hundred_megabytes_are_refused_at_once(run: Run, home: Path) -> None:
    with (home / "big.json").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    began = time.perf_counter()
    result = run("validate", "big.json")
    assert time.perf_counter() - began < 2
    assert result.exit_code == 1
    assert "error[document-size]" in result.stdout


def program(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pricectl", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": CHILD_PATH, **env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_program_itself_reports_on_stdout_and_exits_1(good: Path) -> None:
    ended = program("validate", "bad.json", *AT, cwd=good, COLUMNS="80")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.splitlines()[-1] == "1 error in 1 model"


def test_the_catalog_of_this_project_has_no_errors() -> None:
    catalog = ROOT / "llm_pricing_current.json"
    if not catalog.exists():
        pytest.skip("no catalog yet")
    for at in ("2026-11-27", "2036-12-01"):
        ended = program("validate", str(catalog), "-o", "concise", "--at", at, cwd=ROOT)
        assert ended.returncode == 0, ended.stdout


def test_a_formerly_deployed_file_gets_useful_findings() -> None:
    deployed = ROOT.parent / "shared/data/deployed-2025-10-23.json"
    if not deployed.exists():
        pytest.skip("the file is not here")
    ended = program("validate", str(deployed), "-o", "concise", *AT, cwd=ROOT)
    assert "warning[note-contradicts-prices]" in ended.stdout
    assert "warning[source-missing]" in ended.stdout
