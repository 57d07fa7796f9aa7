"""`pricectl fmt`: what is written, what is only said, exit codes, files, formats."""

import json
import os
import re
import stat
from pathlib import Path

import jsonschema
import pytest

from pricectl.files import atomic
from tests.conftest import CATALOG, ROOT, Run

FILE = "llm_pricing_current.json"
NEW_YEAR = ("--at", "2027-01-01")
# gemini-2.5-pro has upcoming prices from 2027-01-01; the rest of the file stays as it is.
PROMOTED = CATALOG.replace(
    """      "input_cost_per_token": 1.25e-06,
      "input_cost_per_token_above_200k_tokens": 2.5e-06,
      "output_cost_per_token": 10e-06,
      "output_cost_per_token_above_200k_tokens": 15e-06,
      "upcoming": [
        {"from": "2027-01-01", "input_cost_per_token": 2e-06, "output_cost_per_token": 20e-06}
      ]
""",
    """      "input_cost_per_token": 2e-06,
      "output_cost_per_token": 20e-06,
      "previous": [
        {"until": "2027-01-01", "input_cost_per_token": 1.25e-06, """
    """"input_cost_per_token_above_200k_tokens": 2.5e-06, "output_cost_per_token": 10e-06, """
    """"output_cost_per_token_above_200k_tokens": 15e-06}
      ]
""",
)
CONTRADICTION = """{"o": {"m": {"cost_per_second": 1,
  "previous": [{"until": "2026-02-01", "cost_per_second": 3}],
  "upcoming": [{"from": "2026-01-01", "cost_per_second": 2}]}}}"""


def test_a_formatted_file_is_not_written(run: Run, home: Path) -> None:
    def written() -> tuple[int, int]:
        found = (home / FILE).stat()  # reading changes the time of the last access
        return found.st_ino, found.st_mtime_ns

    before = written()
    result = run("fmt", "--at", "2026-12-31")
    assert (result.exit_code, result.stdout) == (0, f"{FILE}: nothing to do\n")
    assert written() == before


def test_begun_prices_are_promoted(run: Run, home: Path) -> None:
    assert PROMOTED != CATALOG
    result = run("fmt", *NEW_YEAR)
    assert result.exit_code == 0
    assert (home / FILE).read_text(encoding="utf-8") == PROMOTED
    lines = result.stdout.splitlines()
    assert lines[0] == f"{FILE}: 1 row promoted"
    assert "google/gemini-2.5-pro, from 2027-01-01 (line 19)" in lines
    assert [line.split() for line in lines if line.startswith("  output")] == [
        ["output", "10.00", "→", "20.00", "+100%"],
        # $20 is what a call above 200k costs once the row has no price of its own for it.
        ["output", "above", "200k", "15.00", "→", "(20.00)", "+33.3%"],
    ]
    assert lines[-1] == "metadata.last_updated stays 2026-11-01"
    assert run("fmt", *NEW_YEAR).stdout == f"{FILE}: nothing to do\n"


def test_a_call_of_any_day_costs_what_it_did(run: Run) -> None:
    words = ("quote", "gemini-2.5-pro", "300000", "1000", "-q", "--at")
    before = [run(*words, day).stdout for day in ("2026-12-31", "2027-01-01")]
    # Above 200k: 300,000 x $2.50 + 1,000 x $15 = $0.765; then 300,000 x $2 + 1,000 x $20 = $0.62
    assert before == ["0.765\n", "0.62\n"]
    run("fmt", *NEW_YEAR)
    assert [run(*words, day).stdout for day in ("2026-12-31", "2027-01-01")] == before


def test_prices_are_respelled(run: Run, home: Path) -> None:
    slips = CATALOG.replace("2.5e-06,", "0.0000025,", 1).replace("0.01}", "1e-2}")
    (home / FILE).write_text(slips, encoding="utf-8")
    result = run("fmt", "--at", "2026-12-31")
    assert (home / FILE).read_text(encoding="utf-8") == CATALOG
    assert result.stdout.splitlines()[0] == f"{FILE}: 2 prices respelled"
    assert "line 5" in result.stdout
    assert "/openai/gpt-4o/input_cost_per_token" in result.stdout


def test_promotion_and_respelling_can_be_switched_off(run: Run, home: Path) -> None:
    mixed = CATALOG.replace("8e-06", "8e-6")
    (home / FILE).write_text(mixed, encoding="utf-8")
    assert "nothing to do" in run("fmt", *NEW_YEAR, "--no-promote", "--no-respell").stdout
    run("fmt", *NEW_YEAR, "--no-promote")
    assert (home / FILE).read_text(encoding="utf-8") == CATALOG
    (home / FILE).write_text(mixed, encoding="utf-8")
    run("fmt", *NEW_YEAR, "--no-respell")
    assert (home / FILE).read_text(encoding="utf-8") == PROMOTED.replace("8e-06", "8e-6")


def test_check_lists_the_edits_and_writes_nothing(run: Run, home: Path) -> None:
    mixed = CATALOG.replace("8e-06", "8e-6")
    (home / FILE).write_text(mixed, encoding="utf-8")
    result = run("fmt", "--check", *NEW_YEAR)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == f"{FILE}: 1 row to be promoted, 1 price to be respelled"
    assert (home / FILE).read_text(encoding="utf-8") == mixed


def test_a_price_that_begins_fails_a_check_only_if_due_is_named(run: Run, home: Path) -> None:
    for at, begun in (("2026-12-31", False), ("2027-01-01", True)):
        check = ("fmt", "--check", "--at", at)
        assert run(*check).exit_code == 0
        assert ("1 row to be promoted" in run(*check).stdout) is begun
        assert run(*check, "--fail-on", "due").exit_code == begun
        assert run("fmt", "--diff", "--at", at, "--fail-on", "due").exit_code == begun
        report = json.loads(run(*check, "-o", "json").stdout)
        assert (report["outcome"], report["due"]) == ("pass", begun)
    assert run("fmt", *NEW_YEAR, "--fail-on", "due").exit_code == 0  # promoted: due no more
    assert (home / FILE).read_text(encoding="utf-8") == PROMOTED


def test_a_begun_price_that_needs_a_decision_fails_a_check_only_if_due_is_named(
    run: Run, home: Path
) -> None:
    (home / FILE).write_text(CONTRADICTION, encoding="utf-8")
    for look in ("--check", "--diff"):
        assert run("fmt", look).exit_code == 0
        assert run("fmt", look, "--fail-on", "due").exit_code == 1


def test_diff_writes_nothing_and_is_a_patch(run: Run, home: Path) -> None:
    result = run("fmt", "--diff", *NEW_YEAR)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"--- {FILE}", f"+++ {FILE}"]
    assert '-      "input_cost_per_token": 1.25e-06,' in lines
    assert '+      "input_cost_per_token": 2e-06,' in lines
    assert result.stderr == f"{FILE}: 1 row to be promoted\n"
    assert (home / FILE).read_text(encoding="utf-8") == CATALOG
    assert run("fmt", "--diff", "--check", *NEW_YEAR, "--fail-on", "due").exit_code == 1
    assert run("fmt", "--diff", "--at", "2026-12-31").stdout == ""


def test_a_diff_marks_a_missing_last_line_break(run: Run, home: Path) -> None:
    (home / FILE).write_text('{"o": {"m": {"input_cost_per_token": 1e-6}}}', encoding="utf-8")
    assert run("fmt", "--diff").stdout.splitlines()[3:] == [
        '-{"o": {"m": {"input_cost_per_token": 1e-6}}}',
        "\\ No newline at end of file",
        '+{"o": {"m": {"input_cost_per_token": 1e-06}}}',
        "\\ No newline at end of file",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_standard_input_goes_to_standard_output_byte_by_byte(
    run: Run, home: Path, end: str
) -> None:
    given = '{\n "o": {"m": {"input_cost_per_token": 1e-6}}\n}\n'.replace("\n", end).encode()
    result = run("fmt", "-", stdin=given)
    assert result.exit_code == 0
    assert result.stdout_bytes == given.replace(b"1e-6", b"1e-06")
    assert result.stderr == "standard input: 1 price respelled\n"
    assert run("fmt", "-", "-q", stdin=given).stderr == ""
    assert (home / FILE).read_text(encoding="utf-8") == CATALOG


def test_check_and_json_work_on_standard_input(run: Run) -> None:
    assert run("fmt", "-", "--check", *NEW_YEAR, stdin=CATALOG).exit_code == 0
    due = ("--fail-on", "due")
    assert run("fmt", "-", "--check", *NEW_YEAR, *due, stdin=CATALOG).exit_code == 1
    report = json.loads(run("fmt", "-", "-o", "json", *NEW_YEAR, stdin=CATALOG).stdout)
    assert (report["changed"], report["written"]) == (True, False)


def test_colour_only_adds_to_a_diff(run: Run) -> None:
    plain = run("fmt", "--diff", *NEW_YEAR).stdout
    colored = run("fmt", "--diff", *NEW_YEAR, "--color", "always").stdout
    assert "\x1b[32m+" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain


def test_an_upcoming_list_equal_to_the_row_is_removed(run: Run, home: Path) -> None:
    text = """{"o": {"m": {"cost_per_second": 2,
  "upcoming": [{"from": "2026-01-01", "cost_per_second": 2}]}}}"""
    (home / FILE).write_text(text, encoding="utf-8")
    assert "  the row has these prices already" in run("fmt").stdout.splitlines()
    expected = '{"o": {"m": {"cost_per_second": 2}}}'
    assert (home / FILE).read_text(encoding="utf-8") == expected


def test_quiet_prints_the_summary_alone(run: Run) -> None:
    assert run("fmt", "--check", "-q", *NEW_YEAR).stdout == f"{FILE}: 1 row to be promoted\n"


def test_contradictory_dates_are_left_and_exit_1(run: Run, home: Path) -> None:
    (home / FILE).write_text(CONTRADICTION, encoding="utf-8")
    result = run("fmt")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == f"{FILE}: 1 row left to you"
    assert "line 3  o/m: prices from 2026-01-01, but a previous price until" in result.stdout
    assert (home / FILE).read_text(encoding="utf-8") == CONTRADICTION


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "ends too early"),
        ('{"o": {"m": {"cost_per_second": 1, "cost_per_second": 2}}}', "appears twice"),
        ('{"o": {"m": {"cost_per_second": -1}}}', "price is negative"),
        ('{"o": {"m": {"cost_per_second": NaN}}}', "not a finite number"),
        ("[1]", "not a JSON object"),
    ],
)
def test_an_unreadable_file_is_refused_and_kept(run: Run, home: Path, text: str, said: str) -> None:
    (home / FILE).write_text(text, encoding="utf-8")
    result = run("fmt")
    assert result.exit_code == 2
    assert said in result.stderr
    assert (home / FILE).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fmt", "gone.json"), "no such file"),
        (("fmt", "--at", "soon"), "is not a valid date"),
        (("fmt", *NEW_YEAR, "-o", "yaml"), "unknown format"),
    ],
)
def test_bad_usage_changes_nothing(run: Run, home: Path, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert (home / FILE).read_text(encoding="utf-8") == CATALOG


def test_the_catalog_in_the_package_is_never_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    (tmp_path / FILE).unlink()
    monkeypatch.chdir(nowhere)
    result = run("fmt")
    assert result.exit_code == 2
    assert "name it with --file FILE" in result.stderr
    data = tmp_path / "site-packages" / "pricectl" / "data"
    data.mkdir(parents=True)
    (data / FILE).write_text(CATALOG.replace("10e-06", "1e-05"), encoding="utf-8")
    monkeypatch.setattr("pricectl.packaged.__file__", str(data.parent / "packaged.py"))
    for words in (("fmt", "--file", "packaged"), ("rollback", "--file", str(data / FILE))):
        refused = run(*words)
        assert refused.exit_code == 2
        assert "is part of the installed pricectl and is never changed" in refused.stderr
    assert "1e-05" in (data / FILE).read_text(encoding="utf-8")


def test_an_edit_made_meanwhile_is_not_overwritten(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / FILE
    replace = atomic.replace

    def late(*words: object, **options: object) -> None:
        path.write_text("{}", encoding="utf-8")
        replace(*words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(atomic, "replace", late)
    result = run("fmt", *NEW_YEAR)
    assert result.exit_code == 2
    assert "changed since it was read" in result.stderr
    assert result.stdout == ""
    assert path.read_text(encoding="utf-8") == "{}"


@pytest.mark.skipif(os.name == "nt", reason="modes and links of Unix")
def test_mode_and_link_are_kept(run: Run, home: Path) -> None:
    (home / "real.json").write_text(CATALOG, encoding="utf-8")
    (home / "real.json").chmod(0o640)
    (home / "link.json").symlink_to("real.json")
    assert run("fmt", "link.json", *NEW_YEAR).exit_code == 0
    assert (home / "link.json").is_symlink()
    assert stat.S_IMODE((home / "real.json").stat().st_mode) == 0o640
    assert (home / "real.json").read_text(encoding="utf-8") == PROMOTED


def test_json_fits_its_schema(run: Run, home: Path) -> None:
    schema = json.loads((ROOT / "schemas/fmt.schema.json").read_text(encoding="utf-8"))
    (home / FILE).write_text(CATALOG.replace("8e-06", "8e-6"), encoding="utf-8")
    (home / "odd.json").write_text(CONTRADICTION, encoding="utf-8")
    for words in (("--check",), ("--diff",), ("odd.json",), (), ()):
        report = json.loads(run("fmt", *words, *NEW_YEAR, "-o", "json").stdout)
        jsonschema.validate(report, schema)


def test_json_states_what_was_changed(run: Run, home: Path) -> None:
    (home / FILE).write_text(CATALOG.replace("8e-06", "8e-6"), encoding="utf-8")
    report = json.loads(run("fmt", *NEW_YEAR, "-o", "json").stdout)
    assert (report["outcome"], report["changed"], report["written"]) == ("pass", True, True)
    assert report["sha256"]["new"] == atomic.sha256((home / FILE).read_bytes())
    [row] = report["promoted"]
    assert (row["provider"], row["model"], row["line"]) == ("google", "gemini-2.5-pro", 19)
    assert row["from"] == ["2027-01-01"]
    assert row["changes"][0] == {
        "field": "input_cost_per_token",
        "old": "1.25",
        "new": "2.00",
        "percent": "60",
    }
    assert report["respelled"] == [
        {
            "pointer": "/openai/o3/output_cost_per_token",
            "line": 15,
            "column": 68,
            "old": "8e-6",
            "new": "8e-06",
        }
    ]
    assert (report["left"], report["last_updated"], report["diff"]) == ([], "2026-11-01", None)


def test_names_of_a_catalog_are_safe_on_a_terminal(run: Run, home: Path) -> None:
    text = (
        '{"o": {"[/x]:free:\u202e": {"cost_per_second": 1, "upcoming": [{"from": "2026-01-01"}]}}}'
    )
    (home / FILE).write_text(text, encoding="utf-8")
    for words in (("--check",), ("--diff",), ("--check", "--color", "always")):
        shown = run("fmt", *words).stdout
        assert "[/x]:free:\\u202e" in shown
        assert "\u202e" not in shown


def test_the_catalog_of_this_project_is_formatted(run: Run) -> None:
    catalog = ROOT / FILE
    if not catalog.exists():
        pytest.skip("no catalog yet")
    result = run("fmt", "--check", "--no-promote", str(catalog))
    assert result.exit_code == 0, result.stdout


@pytest.mark.timeout(20)
@pytest.mark.parametrize("verb", ["fmt", "rollback"])
def test_a_pipe_or_a_device_is_refused_at_once(run: Run, home: Path, verb: str) -> None:
    os.mkfifo(home / "pipe")
    for name, kind in (("pipe", "a pipe"), ("/dev/zero", "a device")):
        result = run(verb, "--file", name)
        assert result.exit_code == 2
        assert f"{name}: is {kind}, not a regular file" in result.stderr


def test_a_file_with_a_second_name_is_not_parted(run: Run, home: Path) -> None:
    file = home / "llm_pricing_current.json"
    os.link(file, home / "second.json")
    before = file.read_bytes()
    result = run("fmt", *NEW_YEAR)
    assert (result.exit_code, file.read_bytes()) == (2, before)
    assert "has 2 hard links" in result.stderr


SORTABLE = """{
  "metadata": {"zz": 1, "currency": "USD"},
  "o": {
    "b": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
    "A": {
      "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06 },

    "a-1": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
  },
  "n": {"x": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}
}
"""
SORTED = """{
  "metadata": {"zz": 1, "currency": "USD"},
  "o": {
    "A": {
      "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06 },
    "a-1": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},

    "b": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
  },
  "n": {"x": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}
}
"""


def test_rows_are_sorted_by_name_and_keep_their_text(run: Run, home: Path) -> None:
    (home / FILE).write_text(SORTABLE, encoding="utf-8")
    checked = run("fmt", "--sort-rows", "--check")
    assert (checked.exit_code, checked.stdout) == (1, f"{FILE}: 1 section to be sorted\n")
    assert run("fmt", "--check").exit_code == 0
    result = run("fmt", "--sort-rows", "-o", "json")
    document = json.loads(result.stdout)
    jsonschema.validate(document, json.loads((ROOT / "schemas/fmt.schema.json").read_text()))
    assert document["unsorted"] == ["o"]
    assert (home / FILE).read_text(encoding="utf-8") == SORTED
    assert run("fmt", "--sort-rows", "--check").exit_code == 0


def test_a_new_row_keeps_the_order_of_names_where_there_is_one(run: Run, home: Path) -> None:
    row = ("input=1/M", "output=2/M", "--source", "https://example.com/prices")
    for text, names in ((SORTED, ["A", "a-0", "a-1", "b"]), (SORTABLE, ["b", "A", "a-1", "a-0"])):
        (home / FILE).write_text(text, encoding="utf-8")
        result = run("add", "o/a-0", *row)
        assert result.exit_code == 0, result.output
        assert list(json.loads((home / FILE).read_text(encoding="utf-8"))["o"]) == names
