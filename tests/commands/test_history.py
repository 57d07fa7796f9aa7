"""`pricectl history` in real small repositories."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from rich.progress import Progress

from pricectl.commands import history as command
from pricectl.report import history as report
from pricectl.report import progress
from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_versions import NAME, _closed_off, clone, git  # noqa: F401 - keeps git apart

SCHEMA = json.loads((ROOT / "schemas/history.schema.json").read_text(encoding="utf-8"))
AT = ("--at", "2026-11-01")
# gpt-4o costs 2.50 / 10.00, then 2.00 / 10.00, then 2.00 / 8.00 from 2027-01-01 on.
SECOND = CATALOG.replace('"input_cost_per_token": 2.5e-06', '"input_cost_per_token": 2e-06', 1)
THIRD = SECOND.replace(
    '"mode": "chat",',
    '"mode": "chat", "upcoming": [{"from": "2027-01-01", "input_cost_per_token": 2e-06, '
    '"output_cost_per_token": 8e-06, "cache_read_input_token_cost": 1.25e-06}],',
    1,
)
HOSTILE = "x\x1b[31m<script>|`=cmd"


def commit(folder: Path, day: str, text: str) -> str:
    (folder / NAME).write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    words = ["git", "-C", str(folder), "commit", "-q", "-m", "edit"]
    subprocess.run(words, check=True, env={**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00Z"})
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repo(home: Path) -> Path:
    git(home, "init", "-q", "-b", "main")
    commit(home, "2026-01-01", CATALOG)
    commit(home, "2026-03-01", SECOND)
    commit(home, "2026-06-01", THIRD)
    return home


def document(run: Run, *words: str) -> dict[str, Any]:
    result = run("history", *words, *AT, "-o", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def test_a_model_has_both_dates_of_each_price(run: Run, repo: Path) -> None:
    found = document(run, "gpt-4o")
    assert [(step["event"], step["known_at"][:10]) for step in found["steps"]] == [
        ("added", "2026-01-01"),
        ("changed", "2026-03-01"),
        ("changed", "2026-06-01"),
    ]
    second, third = found["steps"][1:]
    assert second["commit"] == git(repo, "rev-parse", "HEAD~1")
    (change,) = second["changes"]
    assert (change["effective_from"], change["old"], change["new"], change["percent"]) == (
        None,
        "2.50",
        "2.00",
        "-20",
    )
    moved = {each["unit"]: each for each in third["changes"] if each["service"] == "standard"}
    assert moved["output"]["effective_from"] == "2027-01-01T00:00:00+00:00"
    assert (moved["output"]["old"], moved["output"]["new"]) == ("10.00", "8.00")
    prices = {each["unit"]: each for each in found["prices"]}
    assert [point["usd"] for point in prices["input"]["charged"]] == ["2.50", "2.00"]
    assert prices["output"]["charged"] == [
        {"from": "2026-01-01T12:00:00+00:00", "usd": "10.00"},
        {"from": "2027-01-01T00:00:00+00:00", "usd": "8.00"},
    ]


def test_the_table_and_the_chart(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("history", "gpt-4o", *AT, "--unit", "output")
    ids = [git(repo, "rev-parse", "--short=7", f"HEAD~{n}") for n in (2, 1, 0)]
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[0] == "openai/gpt-4o"
    assert "output, USD per 1M tokens" in lines
    (high,) = (line for line in lines if "10.00 ┤" in line)
    (low,) = (line for line in lines if " 8.00 ┤" in line)
    # The price falls in the last part, at one column.
    assert high.index("┐") == low.index("└")
    assert high.count("─") > 5 * low.count("─") > 0
    assert max(map(len, lines)) <= 80
    assert "  Known       Version  In force         output  Change" in lines
    assert f"  2026-01-01  {ids[0]}  once known        10.00  added" in lines
    assert any(
        line.startswith(f"  2026-06-01  {ids[2]}  from 2027-01-01    8.00") for line in lines
    )
    assert run("history", "gpt-4o", *AT, "--unit", "output", "-q").stdout.startswith("  Known")


@pytest.mark.usefixtures("repo")
def test_the_charts_of_a_model_have_one_time_axis(run: Run) -> None:
    """Input moved in March; output is announced for 2027: both are drawn until then."""
    lines = run("history", "gpt-4o", *AT).stdout.splitlines()
    axes = [
        tuple(line.split()) for line in lines if re.fullmatch(r"\s+[-\d]+(\s+now)?\s+[-\d]+", line)
    ]
    assert len(axes) > 1
    assert len(set(axes)) == 1
    assert (axes[0][0], axes[0][-1] > "2027-01-01") == ("2026-01-01", True)


def test_ascii_where_the_output_is_not_utf_8(repo: Path) -> None:
    words = [sys.executable, "-m", "pricectl", "history", "gpt-4o", *AT]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    for more in ((), ("--since", "2026-01-15")):
        done = subprocess.run(
            [*words, *more], cwd=repo, env=environment, capture_output=True, check=True
        )
        assert done.stdout.isascii()
        assert b"\\u" not in done.stdout
    words.remove("gpt-4o")
    done = subprocess.run(words, cwd=repo, env=environment, capture_output=True, check=True)
    assert done.stdout.isascii()
    assert b"2.50 -> 2.00" in done.stdout


def test_a_service_and_a_unit(run: Run, repo: Path) -> None:
    assert repo.exists()
    found = document(run, "gpt-4o", "--service", "batch", "--unit", "input")
    assert found["service"] == "batches"
    (price,) = found["prices"]
    # Standard input moved in March, batch did not; the dated list has no batch price.
    assert [point["usd"] for point in price["charged"]] == ["1.25", None]


def test_what_was_not_committed_yet_comes_last(run: Run, repo: Path) -> None:
    edited = THIRD.replace('"output_cost_per_token": 10e-06', '"output_cost_per_token": 9e-06', 1)
    (repo / NAME).write_text(edited, encoding="utf-8")
    last = document(run, "gpt-4o")["steps"][-1]
    assert (last["commit"], last["changes"][0]["new"]) == (None, "9.00")
    assert "not committed" in run("history", "gpt-4o", *AT).stdout
    assert document(run)["commits"][-1]["commit"] is None


def test_outside_of_git_the_dates_of_the_row_are_shown(run: Run, home: Path) -> None:
    assert home.exists()
    found = document(run, "gemini-2.5-pro")
    assert "is not in a git repository" in found["lacks"]
    assert [change["effective_from"] for change in found["steps"][0]["changes"]][-1] == (
        "2027-01-01T00:00:00+00:00"
    )
    result = run("history")
    assert result.exit_code == 2
    assert "is not in a git repository" in result.stderr


def test_the_catalog_commit_by_commit(run: Run, repo: Path) -> None:
    commit(repo, "2026-07-01", "{")
    commit(repo, "2026-08-01", THIRD.replace("8e-06}", "9e-06}"))
    found = document(run)
    assert [commit["repriced"] for commit in found["commits"]] == [0, 1, 1, 1]
    assert found["commits"][0]["added"] == 4
    assert found["commits"][1]["largest"][0]["model"] == "gpt-4o"
    (broken,) = found["unreadable"]
    assert broken["known_at"].startswith("2026-07-01")
    text = run("history").stdout
    assert "cannot be read: line 1" in text
    assert "openai/gpt-4o input 2.50 → 2.00 -20%" in text
    since = document(run, "--since", "2026-05-01")
    assert [commit["known_at"][:7] for commit in since["commits"]] == ["2026-06", "2026-08"]


def test_a_broken_working_file_does_not_hide_the_history(run: Run, repo: Path) -> None:
    (repo / NAME).write_text("{", encoding="utf-8")
    found = document(run, "gpt-4o")
    assert len(found["steps"]) == 3
    assert found["unreadable"][0]["commit"] is None


def test_csv_has_a_line_a_change(run: Run, repo: Path) -> None:
    assert repo.exists()
    lines = list(csv.DictReader(run("history", "gpt-4o", *AT, "-o", "csv").stdout.splitlines()))
    moved = [line for line in lines if line["event"] == "changed" and line["unit"] == "output"]
    first = moved[0]
    assert (first["known_at"][:10], first["effective_from"][:10]) == ("2026-06-01", "2027-01-01")
    assert (first["old"], first["new"], first["usd_per"]) == ("10.00", "8.00", "1M tokens")
    commits = list(csv.DictReader(run("history", "-o", "csv").stdout.splitlines()))
    assert [(line["first"], line["repriced"], line["new"]) for line in commits][:2] == [
        ("True", "0", ""),
        ("", "1", "2.00"),
    ]


def test_the_picture_has_a_line_for_each_price(run: Run, repo: Path) -> None:
    picture = repo / "h.svg"
    assert run("history", "gpt-4o", *AT, "-o", f"svg={picture}").exit_code == 0
    root = ET.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314 - our own
    paths = [
        each for each in root.iter() if each.get("class") == "charged" and "V" in each.get("d", "")
    ]
    assert len(paths) == 2
    texts = [each.text for each in root.iter() if each.tag.endswith("text")]
    assert {"openai/gpt-4o", "2.50", "2.00", "10.00", "8.00", "2026-01-01", "now"} <= set(texts)


def test_hostile_names_are_harmless_in_every_format(run: Run, repo: Path) -> None:
    row = json.dumps(HOSTILE) + ': {"input_cost_per_token": 1e-06},'
    (repo / NAME).write_text(
        CATALOG.replace('"openai": {', f'"openai": {{ {row}'),
        encoding="utf-8",
    )
    for words in ((HOSTILE,), ()):
        for name in ("text", "json", "csv", *(["svg"] if words else [])):
            printed = run("history", *words, *AT, "-o", name, "--color", "never").stdout
            assert "\x1b" not in printed, name
            if name == "svg":
                assert "<script>" not in printed
                ET.fromstring(printed)  # noqa: S314 - our own
            if name == "csv":
                cells = [cell for line in csv.reader(printed.splitlines()) for cell in line]
                assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
    formula = CATALOG.replace('"o3"', '"=cmd()"')
    (repo / NAME).write_text(formula, encoding="utf-8")
    assert ",'=cmd()," in run("history", "=cmd()", *AT, "-o", "csv").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gpt-4o", "--unit", "inptu"), "did you mean input"),
        (("gpt-4o", "--since", "soon"), "'soon' is not a valid date"),
        (("--unit", "input"), "about one model; name it"),
        (("-o", "svg"), "about one model; name it"),
        ((" ",), "a model's name is blank"),
    ],
)
def test_bad_words_are_told(run: Run, repo: Path, words: tuple[str, ...], told: str) -> None:
    assert repo.exists()
    result = run("history", *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_an_unknown_model_is_found_in_no_version(run: Run, repo: Path) -> None:
    assert repo.exists()
    result = run("history", "nobody")
    assert (result.exit_code, result.stdout) == (1, "")


def test_a_shallow_clone_tells_what_it_lacks(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = clone(repo, f"{repo.name}-copy", "--depth=2")
    monkeypatch.chdir(copy)
    found = document(run, "gpt-4o")
    assert [step["event"] for step in found["steps"]] == ["known", "changed"]
    assert "git fetch --unshallow origin" in found["lacks"]
    assert "git fetch --unshallow origin" in run("history", "gpt-4o").stdout


def test_progress_is_shown_at_a_terminal_only(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repo.exists()
    tracked: list[int] = []
    track = Progress.track

    def counted(self: Progress, items: Any, **options: Any) -> Any:
        tracked.append(options["total"])
        return track(self, items, **options)

    monkeypatch.setattr(Progress, "track", counted)
    monkeypatch.setattr(progress, "FEW", 2)
    run("history", "gpt-4o")
    assert tracked == []
    monkeypatch.setattr(command, "is_terminal", lambda: True)
    quiet = run("history", "gpt-4o", "-q")
    assert (tracked, quiet.exit_code) == ([], 0)
    shown = run("history", "gpt-4o")
    assert (tracked, shown.exit_code) == ([4], 0)
    assert "reading versions" not in shown.stdout


@pytest.mark.parametrize(
    "dates", [("0001-01-02", "9999-12-31"), ("0001-01-01", "9999-12-31T23:59")]
)
def test_dates_at_the_ends_of_the_calendar(run: Run, repo: Path, dates: tuple[str, str]) -> None:
    until, start = dates
    dated = f'"previous": [{{"until": "{until}", "input_cost_per_token": 3e-06}}], '
    dated += f'"upcoming": [{{"from": "{start}", "input_cost_per_token": 1e-06}}], "mode": "chat",'
    (repo / NAME).write_text(CATALOG.replace('"mode": "chat",', dated, 1), encoding="utf-8")
    for name in ("text", "json", "svg", "csv"):
        result = run("history", "gpt-4o", *AT, "-o", name)
        assert (result.exit_code, result.stderr) == (0, ""), name
    assert run("history").exit_code == 0


def test_the_name_that_was_asked_for_is_said(run: Run, repo: Path) -> None:
    assert repo.exists()
    said = run("history", "gpt-4o-2024-08-06", *AT).stdout.splitlines()[0]
    assert said == "openai/gpt-4o, asked for as gpt-4o-2024-08-06"


def test_a_clone_without_blobs_names_the_fetch_that_brings_them(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repo, "config", "uploadpack.allowFilter", "true")
    copy = clone(repo, f"{repo.name}-copy", "--filter=blob:none")
    monkeypatch.chdir(copy)
    found = document(run, "gpt-4o")
    assert len(found["unreadable"]) == 2
    told = re.search(r"run '(git fetch [^']*)'", found["unreadable"][0]["problem"])
    assert told
    subprocess.run(shlex.split(told[1]), check=True, capture_output=True)
    found = document(run, "gpt-4o")
    assert (found["unreadable"], len(found["steps"])) == ([], 3)


def test_changes_of_one_version_are_bounded_in_the_text(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repo.exists()
    monkeypatch.setattr(report, "MAX_STEPS", 1)
    monkeypatch.setattr(report, "MAX_EDITS", 1)
    assert "and 2 earlier; -v shows all" in run("history", "gpt-4o", *AT).stdout
    assert "earlier" not in run("history", "gpt-4o", *AT, "-v").stdout
    assert "and 2 earlier; -v shows all" in run("history", *AT).stdout
