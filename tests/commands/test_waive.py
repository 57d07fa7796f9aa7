"""`pricectl waive`: one finding accepted, every other byte kept."""

import errno
import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pricectl.files import atomic
from tests.conftest import CATALOG, ROOT, Run
from tests.files.test_atomic import STEPS, intercept
from tests.files.test_versions import NAME, _closed_off, git  # noqa: F401 - a fixture

DAY = "2026-11-23"  # every date below is before or after it, whatever day it is
INPUT = "/openai/gpt-4o/input_cost_per_token"
OLD = '"input_cost_per_token": 2.5e-06,\n      "output'
MOVED = CATALOG.replace(OLD, OLD.replace("2.5e-06", "25e-06"))
SCHEMA = json.loads((ROOT / "schemas" / "waive.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def repo(home: Path) -> Path:
    """The catalog, committed, and then a price x10."""
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "first")
    (home / NAME).write_text(MOVED, encoding="utf-8")
    return home


def rules(run: Run) -> list[str]:
    document = json.loads(run("validate", "-o", "json", "--at", DAY).stdout)
    return [one["rule"] for one in document["findings"]]


def waive(run: Run, rule: str, pointer: str, *more: str, code: int = 0) -> str:
    result = run("waive", rule, pointer, "--reason", "page of May", "--at", DAY, *more)
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.stderr


def test_a_price_finding_is_acknowledged_in_the_catalog(run: Run, repo: Path) -> None:
    assert "price-moved" in rules(run)
    document = json.loads(waive(run, "price-moved", INPUT, "--expires", "2027-05-31", "-o", "json"))
    jsonschema.validate(document, SCHEMA)
    assert (document["kind"], document["written"]) == ("acknowledgement", NAME)
    text = (repo / NAME).read_text(encoding="utf-8")
    entry = (
        '{"rule": "price-moved", "pointer": "/openai/gpt-4o/input_cost_per_token", '
        '"value": 25e-06, "reason": "page of May", "date": "2026-11-23", "expires": "2027-05-31"}'
    )
    added = f', "acknowledged": [{entry}]'
    assert text.replace(added, "", 1) == MOVED
    assert "price-moved" not in rules(run)
    assert not (repo / "pricectl.toml").exists()


def test_another_value_is_found_again_and_acknowledged_anew(run: Run, repo: Path) -> None:
    waive(run, "price-moved", INPUT)
    path = repo / NAME
    path.write_text(path.read_text(encoding="utf-8").replace("25e-06,\n", "26e-06,\n"))
    assert "price-moved" in rules(run)
    waive(run, "price-moved", INPUT)
    accepted = json.loads(path.read_text(encoding="utf-8"))["metadata"]["acknowledged"]
    assert [one["value"] for one in accepted] == [26e-06]


def test_a_model_that_is_gone_is_acknowledged_with_null(run: Run, repo: Path) -> None:
    rows = ",\n".join(
        f'"m-{n}": {{"input_cost_per_token": 1e-06, "mode": "chat"}}' for n in range(9)
    )
    old = f'{{"metadata": {{"acknowledged": []}}, "x": {{{rows}}}}}'
    (repo / NAME).write_text(old, encoding="utf-8")
    git(repo, "commit", "-q", "-a", "-m", "nine")
    (repo / NAME).write_text(old.replace('"m-0"', '"n-0"'), encoding="utf-8")
    waive(run, "model-gone", "/x/m-0")
    (accepted,) = json.loads((repo / NAME).read_text(encoding="utf-8"))["metadata"]["acknowledged"]
    assert accepted["value"] is None
    assert "model-gone" not in rules(run)


def test_other_findings_are_waived_in_new_settings(run: Run, repo: Path) -> None:
    said = waive(run, "source-missing", "/google/gemini-2.5-pro", "--expires", "2027-05-31")
    assert "[[waivers]]" in said
    assert (repo / NAME).read_text(encoding="utf-8") == MOVED
    (waiver,) = tomllib.loads((repo / "pricectl.toml").read_text(encoding="utf-8"))["waivers"]
    assert waiver.pop("value").startswith("sha256:")
    assert f"{waiver.pop('expires')}" == "2027-05-31"
    assert waiver == {
        "rule": "source-missing",
        "pointer": "/google/gemini-2.5-pro",
        "reason": "page of May",
    }
    found = json.loads(run("validate", "-o", "json", "--at", DAY).stdout)
    assert [one["pointer"] for one in found["waived"]] == ["/google/gemini-2.5-pro"]


@pytest.mark.parametrize(
    ("name", "text", "heading"),
    [
        ("pricectl.toml", '# ours\r\nnames = ["x"]\r\n', "[[waivers]]"),
        ("pricectl.toml", "names = []", "[[waivers]]"),
        ("pyproject.toml", "[project]\nname = 'x'\n[tool.pricectl]\n", "[[tool.pricectl.waivers]]"),
    ],
)
def test_the_settings_keep_every_other_byte(
    run: Run, repo: Path, name: str, text: str, heading: str
) -> None:
    (repo / name).write_bytes(text.encode())
    waive(run, "source-missing", "/google/gemini-2.5-pro")
    after = (repo / name).read_bytes().decode()
    assert after.startswith(text)
    end = "\r\n" if "\r\n" in text else "\n"
    assert after[len(text) :].lstrip("\r\n").startswith(heading + end)
    assert after.count("\r\n") in (0, after.count("\n"))
    # A second one stands behind the first.
    waive(run, "dated-prices-incomplete", "/google/gemini-2.5-pro/upcoming/0")
    assert (repo / name).read_bytes().decode().startswith(after)


def test_a_waiver_with_a_value_ends_when_the_row_changes(run: Run, repo: Path) -> None:
    waive(run, "source-missing", "/google/gemini-2.5-pro")
    path = repo / NAME
    text = path.read_text(encoding="utf-8").replace('200k_tokens": 15e-06', '200k_tokens": 16e-06')
    path.write_text(text, encoding="utf-8")
    found = rules(run)
    assert found.count("source-missing") == 2
    assert "waiver-unused" in found


def test_a_list_of_waivers_in_one_line_is_left_to_a_person(run: Run, repo: Path) -> None:
    text = 'waivers = [{rule = "source-missing", reason = "x", pointer = "/x"}]\n'
    (repo / "pricectl.toml").write_text(text, encoding="utf-8")
    said = waive(run, "source-missing", "/google/gemini-2.5-pro", code=2)
    assert "pricectl.toml: has its waivers or its settings in one line" in said
    line = said.partition("add to its list `waivers` by hand: ")[2].strip()
    # Followed to the letter.
    (repo / "pricectl.toml").write_text(text.replace("]\n", f", {line}]\n"), encoding="utf-8")
    assert "is accepted already" in waive(run, "source-missing", "/google/gemini-2.5-pro", code=2)
    (repo / "pricectl.toml").write_text(text, encoding="utf-8")
    assert (repo / "pricectl.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("rule", "pointer", "says"),
    [
        ("price-movd", INPUT, "is not a rule; did you mean price-moved?"),
        ("price-moved", "/openai/o3", "is not found; it is found at /openai/gpt-4o/input"),
        ("zero-price", INPUT, "is not found; found there: price-moved"),
        ("zero-price", "/nobody", "run 'pricectl validate -o json' to see rules and pointers"),
        ("gate-loosened", INPUT, "cannot be waived"),
    ],
)
def test_what_cannot_be_accepted_changes_nothing(
    run: Run, repo: Path, rule: str, pointer: str, says: str
) -> None:
    assert says in waive(run, rule, pointer, code=2)
    assert (repo / NAME).read_text(encoding="utf-8") == MOVED
    assert not (repo / "pricectl.toml").exists()


def test_what_is_accepted_already_says_so(run: Run, repo: Path) -> None:
    waive(run, "source-missing", "/google/gemini-2.5-pro")
    assert "is accepted already" in waive(run, "source-missing", "/google/gemini-2.5-pro", code=2)
    assert repo.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("price-moved", INPUT), "say why the finding is right"),
        (("price-moved", INPUT, "--reason", " "), "say why the finding is right"),
        (("price-moved", "gpt-4o", "--reason", "x"), "is not a JSON Pointer"),
        (("price-moved", INPUT, "--reason", "x", "--expires", "May"), "is not a valid date"),
        (("price-moved", INPUT, "--reason", "x", "--expires", "2020-01-01"), "has passed"),
        (("price-moved", INPUT, "--reason", "x", "--file", "-"), "standard input cannot be edited"),
    ],
)
def test_bad_usage_changes_nothing(run: Run, repo: Path, words: tuple[str, ...], says: str) -> None:
    result = run("waive", *words)
    assert result.exit_code == 2
    assert says in result.stderr
    assert (repo / NAME).read_text(encoding="utf-8") == MOVED


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("[tool.pricectl]\n", "[[tool.pricectl.waivers]]"),
        ('[tool]\npricectl.critical = ["gpt-4o"]', "[[tool.pricectl.waivers]]"),
    ],
)
def test_the_table_is_named_as_it_is_written(run: Run, repo: Path, text: str, heading: str) -> None:
    path = repo / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    assert f"{path}: {heading}\n" in waive(run, "source-missing", "/google/gemini-2.5-pro")
    assert heading in path.read_text(encoding="utf-8")


def test_settings_in_one_line_are_left_to_a_person(run: Run, repo: Path) -> None:
    text = '[tool]\npricectl = {critical = ["gpt-4o"]}\n'
    (repo / "pyproject.toml").write_text(text, encoding="utf-8")
    said = waive(run, "source-missing", "/google/gemini-2.5-pro", code=2)
    assert "add to its list `waivers` by hand: { rule = " in said
    assert (repo / "pyproject.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xef\xbb\xbf" + MOVED.encode(), "starts with a byte order mark; run 'pricectl validate"),
        (MOVED.encode()[:-9], "the document ends too early"),
        (MOVED.encode("utf-16"), "is not UTF-8"),
        (b"", "is empty; restore it, for example with 'git checkout -- llm_pricing"),
        (b"[" * 40 + b"]" * 40, "nest deeper"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(run: Run, repo: Path, data: bytes, says: str) -> None:
    """Not "is not found": nothing was looked for."""
    (repo / NAME).write_bytes(data)
    for rule in ("price-moved", "source-missing"):
        said = waive(run, rule, INPUT, code=2)
        assert says in said
        assert said.startswith(f"pricectl: {NAME}: ")
    assert (repo / NAME).read_bytes() == data
    assert not (repo / "pricectl.toml").exists()


def test_settings_with_a_byte_order_mark_say_so(run: Run, repo: Path) -> None:
    (repo / "pricectl.toml").write_bytes(b'\xef\xbb\xbfcritical = ["gpt-4o"]\n')
    said = waive(run, "source-missing", "/google/gemini-2.5-pro", code=2)
    assert "starts with a byte order mark; save it as UTF-8 without BOM" in said


PRICE_FINDING = ("price-moved", INPUT, NAME)
OTHER_FINDING = ("source-missing", "/google/gemini-2.5-pro", "pricectl.toml")


@pytest.mark.parametrize(("rule", "pointer", "written"), [PRICE_FINDING, OTHER_FINDING])
@pytest.mark.parametrize("how", ["edited", "moved away", "a folder"])
def test_a_file_that_changes_before_the_write_is_left_as_it_is(  # noqa: PLR0913, PLR0917
    run: Run,
    repo: Path,
    monkeypatch: pytest.MonkeyPatch,
    rule: str,
    pointer: str,
    written: str,
    how: str,
) -> None:
    path = repo / written
    if written != NAME:
        path.write_text('critical = ["gpt-4o"]\n', encoding="utf-8")

    def change(*arguments: object, **named: object) -> None:
        path.rename(repo / "elsewhere")
        if how == "edited":
            path.write_text("{}", encoding="utf-8")
        elif how == "a folder":
            path.mkdir()
        real(*arguments, **named)  # type: ignore[arg-type]

    real = atomic.replace
    monkeypatch.setattr(atomic, "replace", change)
    before = path.read_bytes()
    said = waive(run, rule, pointer, code=2)
    assert written in said
    assert (repo / "elsewhere").read_bytes() == before
    assert path.is_dir() if how == "a folder" else path.exists() == (how == "edited")
    assert not path.is_file() or path.read_text(encoding="utf-8") == "{}"
    assert not list(path.parent.glob(".*.tmp"))


@pytest.mark.parametrize(("rule", "pointer", "written"), [PRICE_FINDING, OTHER_FINDING])
@pytest.mark.parametrize("exists", [False, True])
def test_a_failure_at_any_step_leaves_the_old_file_or_the_new_one(  # noqa: PLR0913, PLR0917
    run: Run,
    repo: Path,
    monkeypatch: pytest.MonkeyPatch,
    rule: str,
    pointer: str,
    written: str,
    exists: bool,  # noqa: FBT001
) -> None:
    path = repo / written
    if written != NAME and exists:
        path.write_text('critical = ["gpt-4o"]\n', encoding="utf-8")
    old = path.read_bytes() if path.exists() else None
    real = atomic.replace

    def fail(name: str, step: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        failed.append(name)
        if name == "close":
            step(*args)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for nth in range(1, 40):
        failed: list[str] = []
        if old is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(old)

        def faulty(*arguments: Any, nth: int = nth, **named: Any) -> None:
            with monkeypatch.context() as patch:
                for name in STEPS:
                    patch.setattr(os, name, getattr(os, name))
                intercept(nth, fail)
                real(*arguments, **named)

        monkeypatch.setattr(atomic, "replace", faulty)
        result = run("waive", rule, pointer, "--reason", "x", "--at", "2026-11-23")
        assert result.exit_code in {0, 2}
        content = path.read_bytes() if path.exists() else None
        assert (content != old) == (result.exit_code == 0), (nth, failed)
        assert not list(path.parent.glob(".*.tmp"))
        if not failed:
            break
    assert nth > 9
    assert result.exit_code == 0


def test_quiet_says_only_where_it_stands(run: Run, repo: Path) -> None:
    assert waive(run, "price-moved", INPUT, "-q") == f"{NAME}: metadata.acknowledged\n"
    assert repo.exists()


def test_a_long_message_stays_indented(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repo.exists()
    monkeypatch.setenv("COLUMNS", "40")
    lines = waive(run, "price-moved", INPUT).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("  "))
    last = next(index for index, line in enumerate(lines) if line.startswith(NAME))
    assert last - first > 1
    assert all(line.startswith("  ") for line in lines[first:last])
