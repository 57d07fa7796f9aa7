"""With sixty known findings and one new warning, the new one comes first in every format."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

KNOWN = 60
GPT = '"source": "https://openai.com/pricing", "mode": "chat"'
GOOD = f'"z-new": {{"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06, {GPT}}}'
# Cache reads dearer than half of input are rare, and equal to it a warning.
BAD = GOOD.replace('"mode"', '"cache_read_input_token_cost": 1e-06, "mode"')


def catalog(last: str) -> str:
    """Sixty rows, each with a warning; then one at the end of the file."""
    rows = ",\n".join(
        f'    "m-{number:02}": {{"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}'
        for number in range(KNOWN)
    )
    metadata = (
        '"metadata": {"last_updated": "2026-11-01", "currency": "USD", "schema_version": "1.0",\n'
        '    "sources": ["https://openai.com/pricing"],\n'
        '    "default_pricing": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}'
    )
    return f'{{\n  {metadata},\n  "shop": {{\n{rows},\n    {last}\n  }}\n}}\n'


@pytest.fixture
def repo(home: Path) -> Path:
    """The sixty, committed; then an edit with a new warning at the end of the file."""
    (home / NAME).write_text(catalog(GOOD), encoding="utf-8")
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    (home / NAME).write_text(catalog(BAD), encoding="utf-8")
    return home


NEW = "cache-read-equals-input"


def test_the_new_one_is_the_first_line_of_text_and_is_counted_apart(run: Run, repo: Path) -> None:
    shown = run("validate").stdout
    assert shown.startswith(f"warning[{NEW}]")
    summary = shown.splitlines()[-1]
    assert summary == "1 new warning; 61 known in 61 models"  # 60 warnings, a note
    assert repo.exists()


def test_the_new_one_is_the_first_line_of_concise(run: Run, repo: Path) -> None:
    lines = run("validate", "-o", "concise").stdout.splitlines()
    assert f"warning[{NEW}]" in lines[0]
    assert sum("source-missing" in line for line in lines) == KNOWN
    assert repo.exists()


def test_the_new_one_is_the_first_of_ten_annotations(run: Run, repo: Path) -> None:
    lines = run("validate", "-o", "github").stdout.splitlines()
    assert lines[0].startswith("::warning ")
    assert f"title={NEW}::" in lines[0]
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert "+51 more warnings" in lines
    assert lines[-1].startswith("::notice title=pricectl validate::")
    assert "1 new warning; 61 known; base: HEAD (" in lines[-1]
    assert repo.exists()


def test_known_errors_stand_behind_a_new_warning(run: Run, repo: Path) -> None:
    wrong = '"max_output_tokens": "many", "mode"'
    (repo / NAME).write_text(catalog(GOOD.replace('"mode"', wrong)), encoding="utf-8")
    git(repo, "commit", "-q", "-a", "-m", "an error")
    (repo / NAME).write_text(catalog(BAD.replace('"mode"', wrong)), encoding="utf-8")
    lines = run("validate", "-o", "github").stdout.splitlines()
    assert NEW in lines[0]
    assert lines[1].startswith("::error ")
    assert (
        run("validate")
        .stdout.splitlines()[-1]
        .startswith("1 new warning; 62 known, of them 1 error")
    )
    assert (run("validate").exit_code, run("validate", "--new").exit_code) == (1, 0)


def test_the_new_one_is_first_in_gitlab(run: Run, repo: Path) -> None:
    issues = json.loads(run("validate", "-o", "gitlab").stdout)
    assert issues[0]["check_name"] == NEW
    assert issues[0]["severity"] == "major"
    line = issues[0]["location"]["lines"]["begin"]
    assert issues[0]["location"]["path"] == NAME
    assert '"z-new"' in (repo / NAME).read_text(encoding="utf-8").splitlines()[line - 1]
    fingerprints = [issue["fingerprint"] for issue in issues]
    assert len(set(fingerprints)) == len(fingerprints) == 62


def test_the_new_one_is_first_in_markdown_and_the_known_are_folded(run: Run, repo: Path) -> None:
    text = run("validate", "-o", "markdown").stdout
    assert "1 new warning; 61 known**" in text
    new, known = map(unescape, text.split("<summary>Known</summary>"))
    assert "cache-read-equals-input" in new
    assert "source-missing" not in new
    assert known.count("source-missing") == KNOWN
    assert repo.exists()


def test_the_new_one_is_first_in_sarif_and_json(run: Run, repo: Path) -> None:
    (sarif,) = json.loads(run("validate", "-o", "sarif").stdout)["runs"]
    assert sarif["results"][0]["ruleId"] == NEW
    states = [result["baselineState"] for result in sarif["results"]]
    assert states == ["new", *["unchanged"] * 61]
    found = json.loads(run("validate", "-o", "json").stdout)
    assert (found["findings"][0]["rule"], found["known"]) == (NEW, 61)
    assert [one["new"] for one in found["findings"]] == [True, *[False] * 61]
    assert repo.exists()


def test_new_shows_and_judges_only_what_is_new(run: Run, repo: Path) -> None:
    result = run("validate", "--new", "--fail-on", "warning", "-o", "concise")
    assert len(result.stdout.splitlines()) == 1
    assert result.exit_code == 1
    assert run("validate", "--new").stdout.splitlines()[-1].startswith("1 new warning; 61 known")
    (repo / NAME).write_text(catalog(GOOD).replace("z-new", "z-newer"), encoding="utf-8")
    result = run("validate", "--new", "--fail-on", "warning", "-o", "json")
    document = json.loads(result.stdout)
    assert document["known"] == 61
    assert all(one["new"] for one in document["findings"])
    assert run("validate", "--fail-on", "warning").exit_code == 1  # without --new all count


def test_without_a_base_nothing_is_called_new(run: Run, repo: Path) -> None:
    result = run("validate", "--base", "none", "-o", "json")
    found = json.loads(result.stdout)
    assert {one["new"] for one in found["findings"]} == {None}
    assert found["known"] == 0
    summary = run("validate", "--base", "none").stdout.splitlines()[-1]
    assert re.fullmatch(r"61 warnings, 1 note in 61 models", summary)
    assert repo.exists()


def test_a_finding_is_known_although_rows_were_added_before_it(run: Run, repo: Path) -> None:
    more = catalog(GOOD).replace('"m-00"', '"a-0": {"source": "https://x.example"}, "m-00"', 1)
    (repo / NAME).write_text(more, encoding="utf-8")
    found = json.loads(run("validate", "-o", "json").stdout)["findings"]
    known = [one for one in found if one["rule"] == "source-missing"]
    assert len(known) == KNOWN
    assert not any(one["new"] for one in known)


def test_the_same_finding_at_another_value_is_new(run: Run, repo: Path) -> None:
    git(repo, "commit", "-q", "-a", "-m", "second")
    dearer = BAD.replace("1e-06", "1.1e-06")
    (repo / NAME).write_text(catalog(dearer), encoding="utf-8")
    first = json.loads(run("validate", "-o", "json").stdout)["findings"][0]
    assert (first["rule"], first["new"]) == (NEW, True)


def test_many_changes_are_ten_annotations_of_a_level(run: Run, repo: Path) -> None:
    text = catalog(GOOD).replace(
        '"input_cost_per_token": 1e-06, "output', '"input_cost_per_token": 2e-06, "output'
    )
    (repo / NAME).write_text(text, encoding="utf-8")
    lines = run(
        "diff", "--base", "HEAD", "-o", "github", "--max-increase", "5%"
    ).stdout.splitlines()
    for level in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{level} ") for line in lines) <= 10
    assert any(line.startswith("+5") and "more" in line for line in lines)
    assert any(
        line.startswith("::error ::limit max-increase exceeded") or "limit max-increase" in line
        for line in lines
    )
