import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricectl.files import atomic
from pricectl.files.settings import SettingsText, find_settings, load_policy
from pricectl.policy import BadSettings, Policy


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def found_path(catalog: str | None = None) -> Path | None:
    found = find_settings(catalog=catalog)
    return found.path if found else None


def test_the_nearest_settings_hold(tmp_path: Path) -> None:
    outer = write(tmp_path / "pricectl.toml", 'file = "outer.json"')
    inner = write(tmp_path / "a" / "b" / "pyproject.toml", '[tool.pricectl]\nfile = "inner.json"')
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir()
    assert load_policy(deep).source == str(inner)
    assert load_policy(tmp_path / "a").source == str(outer)


def test_the_file_is_named_relative_to_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "pricectl.toml", 'file = "prices/now.json"')
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    assert load_policy().file == str(tmp_path / "prices" / "now.json")
    monkeypatch.chdir(tmp_path)
    assert load_policy().file == str(tmp_path / "prices" / "now.json")
    write(tmp_path / "pricectl.toml", 'file = "/etc/prices.json"')
    assert load_policy(tmp_path / "deep").file == "/etc/prices.json"


def test_command_line_and_runtime_look_for_settings_in_one_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = write(tmp_path / "work" / "pricectl.toml", "")
    beside = write(tmp_path / "prices" / "pricectl.toml", "")
    chosen = write(tmp_path / "chosen.toml", "")
    catalog = str(tmp_path / "prices" / "deep" / "catalog.json")
    monkeypatch.chdir(here.parent)
    assert found_path() == here
    # Upwards from a catalog that was named, also where that is not there yet.
    assert found_path(catalog=catalog) == beside
    assert found_path(catalog="../prices/catalog.json") == beside
    # A word such as `packaged` or `-` is not a path.
    assert found_path(catalog="packaged") == here
    assert found_path(catalog="-") == here
    monkeypatch.setenv("PRICECTL_FILE", catalog)
    assert found_path() == beside
    assert found_path(catalog=str(here.parent / "catalog.json")) == here
    monkeypatch.setenv("PRICECTL_SETTINGS", str(chosen))
    assert found_path(catalog=catalog) == chosen
    chosen.unlink()
    with pytest.raises(BadSettings, match="no such file; correct or unset PRICECTL_SETTINGS"):
        find_settings()


def test_a_chosen_pyproject_is_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = write(tmp_path / "x" / "pyproject.toml", '[tool.pricectl]\nprofile = "default"\n')
    monkeypatch.setenv("PRICECTL_SETTINGS", str(project))
    assert load_policy().source == str(project)


def test_a_working_folder_that_was_deleted_has_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = write(tmp_path / "prices" / "pricectl.toml", "")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert found_path() is None
    assert found_path(catalog=str(tmp_path / "prices" / "catalog.json")) == beside


def test_a_profile_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "pricectl.toml", 'profile = "reselller"\n[profiles.reseller]\n')
    with pytest.raises(BadSettings, match="'reselller'; did you mean reseller\\?"):
        load_policy(tmp_path)


RESELLER = 'profile = "reseller"\n[profiles.reseller]\nmarkup_percent = 30\n'


@pytest.mark.parametrize(
    ("text", "profile", "problems"),
    [
        (RESELLER, "reseller", 0),
        (RESELLER + "[limits]\nstale_day = 3\n", "reseller", 1),
        (RESELLER + "[[waivers]]\nrule = 'x'\n", "reseller", 1),
        (RESELLER + "[profiles.other]\nmarkup_percent = -1\n", "reseller", 1),
        ("critical = 5\nmarkup = 3\n" + RESELLER, "reseller", 2),
        # Which profile was meant is not known, so none is chosen.
        (RESELLER.replace("30", "-30"), None, 1),
        (RESELLER.replace("markup_percent", "markup"), None, 1),
        (RESELLER.replace('"reseller"', '"reselller"'), None, 0),
        (RESELLER.replace("[profiles.", "[profils."), None, 1),
        (RESELLER.replace("profile =", "profil ="), None, 1),
        (RESELLER.replace("profile =", "Profile ="), None, 1),
        ("profile = 5\n", None, 1),
        ("profiles = 5\n", None, 1),
        ("[profile.reseller]\nmarkup_percent = 30\n", None, 1),
        ("markup = 3\n", None, 1),
        ("[profils.default]\nmarkup_percent = 30\n", None, 1),
        ("[Profiles.default]\nmarkup_percent = 30\n", None, 1),
        ("[tool.pricectl.profiles.default]\nmarkup_percent = 30\n", None, 1),
        ("[profiles.Default]\nmarkup_percent = 30\n", None, 1),
        ("[profiles.gold]\n[profiles.Gold]\n", None, 2),
        ("stale = 3\n", "default", 1),
        ("", "default", 0),
    ],
)
def test_a_settings_fault_keeps_the_chosen_profile_if_it_is_readable(
    tmp_path: Path, text: str, profile: str | None, problems: int
) -> None:
    policy, found = SettingsText(tmp_path / "pricectl.toml", text.encode()).usable_policy()
    chosen = policy.profiles.get(policy.profile)
    assert (chosen.name if chosen else None, len(found)) == (profile, problems)


def test_pricectl_toml_wins_over_pyproject(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.pricectl]\nfile = "project.json"')
    write(tmp_path / "pricectl.toml", 'file = "own.json"')
    assert load_policy(tmp_path).file == str(tmp_path / "own.json")


def test_a_project_without_the_table_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "pricectl.toml", 'file = "outer.json"')
    write(tmp_path / "in" / "pyproject.toml", '[project]\nname = "x"\n[tool.other]\n')
    assert load_policy(tmp_path / "in").file == str(tmp_path / "outer.json")
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
def test_invalid_settings_are_refused_with_a_message(tmp_path: Path, text: str) -> None:
    write(tmp_path / "pricectl.toml", text)
    with pytest.raises(BadSettings):
        load_policy(tmp_path)


def test_a_project_table_must_be_a_table(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool]\npricectl = 5")
    with pytest.raises(BadSettings, match="is not a table"):
        load_policy(tmp_path)


def test_a_project_that_lost_its_table_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(tmp_path / "pyproject.toml", "[tool.pricectll]\n")
    with pytest.raises(BadSettings, match=r"has no \[tool.pricectl\] table"):
        SettingsText(project).usable_policy()
    monkeypatch.setenv("PRICECTL_SETTINGS", str(project))
    with pytest.raises(BadSettings, match=r"has no \[tool.pricectl\] table"):
        load_policy()


def test_words_for_a_file_are_not_paths(tmp_path: Path) -> None:
    write(tmp_path / "pricectl.toml", 'file = "packaged"')
    (tmp_path / "deep").mkdir()
    assert load_policy(tmp_path / "deep").file == "packaged"


@pytest.mark.parametrize(
    ("name", "text"),
    [("pricectl.toml", "names = ['x']"), ("pyproject.toml", "[tool.pricectl]\nnames = ['x']")],
)
def test_settings_are_read_and_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    write(tmp_path / name, text)
    calls: list[str] = []
    read, parse = atomic.read, tomllib.loads

    def counted_read(path: Path, limit: int) -> bytes:
        calls.append("read")
        return read(path, limit)

    def counted_parse(text: str, **options: Any) -> dict[str, Any]:
        calls.append("parse")
        return parse(text, **options)

    monkeypatch.setattr(atomic, "read", counted_read)
    monkeypatch.setattr(tomllib, "loads", counted_parse)
    assert load_policy(tmp_path).names == ("x",)
    assert calls == ["read", "parse"]
