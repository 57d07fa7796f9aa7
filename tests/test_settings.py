from decimal import Decimal
from pathlib import Path

import pytest

from pricectl.policy import BadSettings, Policy
from pricectl.settings import load_policy


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_nearest_settings_hold(tmp_path: Path) -> None:
    outer = write(tmp_path / "pricectl.toml", 'file = "outer.json"')
    inner = write(tmp_path / "a" / "b" / "pyproject.toml", '[tool.pricectl]\nfile = "inner.json"')
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir()
    assert load_policy(deep) == Policy(file="inner.json", source=str(inner))
    assert load_policy(tmp_path / "a") == Policy(file="outer.json", source=str(outer))


def test_the_own_file_goes_before_the_project(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.pricectl]\nfile = "project.json"')
    write(tmp_path / "pricectl.toml", 'file = "own.json"')
    assert load_policy(tmp_path).file == "own.json"


def test_a_project_without_the_table_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "pricectl.toml", 'file = "outer.json"')
    write(tmp_path / "in" / "pyproject.toml", '[project]\nname = "x"\n[tool.other]\n')
    assert load_policy(tmp_path / "in").file == "outer.json"
    write(tmp_path / "in" / "pyproject.toml", "[tool.pricectl]\n")
    assert load_policy(tmp_path / "in").file is None  # an empty table is a decision


def test_the_current_folder_is_where_the_search_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "pricectl.toml", 'profile = "gold"\n[profiles.gold]\n')
    monkeypatch.chdir(tmp_path)
    assert load_policy().profile_named(None).name == "gold"


def test_without_any_file_the_defaults_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    assert load_policy(tmp_path) == Policy()


def test_numbers_are_read_without_floats(tmp_path: Path) -> None:
    write(tmp_path / "pricectl.toml", "[limits]\nmax_input_usd_per_mtok = 0.1\n")
    assert load_policy(tmp_path).limits.max_input_usd_per_mtok == Decimal("0.1")


@pytest.mark.parametrize(
    ("text", "words"),
    [("file = ", "is not TOML"), ("a = 1\na = 2", "is not TOML"), (b"\xff\xfe", "cannot be read")],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = write(tmp_path / "pricectl.toml", text)
    with pytest.raises(BadSettings, match=words) as caught:
        load_policy(tmp_path)
    assert caught.value.where == str(path)


def test_a_wrong_setting_names_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", "[tool.pricectl]\nfile = 5")
    with pytest.raises(BadSettings) as caught:
        load_policy(tmp_path)
    assert caught.value.where == f"{path}: file"


@pytest.mark.parametrize(
    "text",
    [
        "[limits]\nmax_input_usd_per_mtok = nan",
        "[limits]\nmax_input_usd_per_mtok = inf",
        "[limits]\nmax_input_usd_per_mtok = 1e99999999999999999999",
        "[limits]\nstale_days = -1",
        f"[limits]\nstale_days = {'9' * 5000}",
        "file = " + "[" * 3000,
        "[[workloads]]\nname = 'x'\nservice = 5",
        "[[waivers]]\nrule = 'x'\nreason = 'y'\nexpires = 2026-01-01T00:00:00",
    ],
)
def test_what_no_setting_can_mean_is_refused_in_words(tmp_path: Path, text: str) -> None:
    write(tmp_path / "pricectl.toml", text)
    with pytest.raises(BadSettings):
        load_policy(tmp_path)


def test_a_project_table_must_be_a_table(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool]\npricectl = 5")
    with pytest.raises(BadSettings, match="is not a table"):
        load_policy(tmp_path)
