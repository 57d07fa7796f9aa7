"""Credit settings are found once and never lost in silence: 1M tokens at $2.50 are 325 credits.

$2.50 with 30% markup is $3.25, at 100 credits a dollar 325 credits.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pricectl.core import Job, Usage, charge
from pricectl.policy import Policy
from pricectl.runtime import Pricing
from tests.runtime.conftest import catalog

MILLION = Usage(1_000_000)
RESELLER = (
    'profile = "reseller"\n[profiles.reseller]\nmarkup_percent = 30\ncredits_per_dollar = 100\n'
)
PROJECT = """[tool.pricectl]
profile = "reseller"
[tool.pricectl.profiles.reseller]
markup_percent = 30
credits_per_dollar = 100
"""
MISSPELT = RESELLER.replace('"reseller"', '"reselller"')


@pytest.fixture
def toml(file: Path) -> Path:
    """Settings beside the catalog; the working folder is another one."""
    path = file.with_name("pricectl.toml")
    path.write_text(RESELLER)
    return path


def credits_of(pricing: Pricing) -> tuple[int | None, tuple[str, ...]]:
    answer = pricing.quote("gpt-4o", MILLION)
    assert answer.pico_usd == 2_500_000_000_000
    profile = answer.snapshot.profile
    return charge(Job(), answer.quote, "consumption_usd", profile)[1], answer.flags


def test_settings_next_to_the_catalog_are_found_from_any_folder(file: Path, toml: Path) -> None:
    assert toml.exists()
    assert credits_of(Pricing.load(file)) == (325, ())
    os.chdir("/")
    assert credits_of(Pricing.load(file)) == (325, ())


def test_the_environment_names_the_settings(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "credits.toml").write_text(RESELLER)
    monkeypatch.setenv("PRICECTL_SETTINGS", str(tmp_path / "credits.toml"))
    monkeypatch.setenv("PRICECTL_FILE", str(file))
    assert credits_of(Pricing.load()) == (325, ())


def test_changing_the_working_folder_keeps_the_settings(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("pricectl.toml").write_text(RESELLER)
    monkeypatch.setenv("PRICECTL_STATE", "state")
    pricing = Pricing.load(file)
    home = Path.cwd()
    monkeypatch.chdir(tmp_path)
    file.write_bytes(catalog(last_updated="2026-11-02"))
    assert pricing.reload().status == "reloaded"
    assert credits_of(pricing) == (325, ())
    assert (home / "state").is_dir()
    assert not (tmp_path / "state").exists()


def test_a_reload_works_in_a_deleted_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    pricing = Pricing.load(file)
    gone.rmdir()
    file.write_bytes(catalog(last_updated="2026-11-02"))
    assert (pricing.reload().status, pricing.reload().reason) == ("reloaded", "")


FAULTS: dict[str, str] = {
    "another setting": RESELLER + "[limits]\nstale_day = 3\n",
    "a waiver without a reason": RESELLER + '[[waivers]]\nrule = "x"\n',
    "another profile": RESELLER + "[profiles.other]\nrounding = 5\n",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_elsewhere_leaves_the_chosen_profile(file: Path, toml: Path, fault: str) -> None:
    toml.write_text(FAULTS[fault])
    pricing = Pricing.load(file)
    assert credits_of(pricing) == (325, ("settings-error",))
    counted = pricing.metrics().fallbacks
    assert (counted["settings"], counted["settings-error"]) == (1, 1)
    assert str(toml) in pricing.snapshot.settings_problem


def make_unreadable(path: Path) -> None:
    """A link to itself: it cannot be read, whoever asks."""
    path.unlink()
    path.symlink_to(path)


def make_a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.toml")


def make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


UNKNOWN: dict[str, Callable[[Path], object]] = {
    "a misspelt table": lambda path: path.write_text(RESELLER.replace("[profiles", "[proflies")),
    "a table of pyproject.toml": lambda path: path.write_text(PROJECT.partition("\n")[2]),
    "a number of many digits": lambda path: path.write_text("profile = 0x" + "f" * 5000),
    "a link to nothing": make_a_link_to_nothing,
    "a folder": make_a_folder,
    "a typo in the profile's name": lambda path: path.write_text(MISSPELT),
    "a fault in the profile": lambda path: path.write_text(RESELLER.replace("30", "-30")),
    "a misspelt key": lambda path: path.write_text(RESELLER.replace("profile =", "profil =")),
    "not TOML": lambda path: path.write_text("profile = "),
    "not text": lambda path: path.write_bytes(b"\xff"),
    "unreadable": make_unreadable,
    "empty": lambda path: path.write_text(""),
    "comments only": lambda path: path.write_text("# profile = 'reseller'\n"),
    "no file where one was": Path.unlink,
}


@pytest.mark.parametrize("fault", list(UNKNOWN)[:-4])
def test_without_good_settings_the_cost_is_quoted_and_the_credits_are_none(
    file: Path, toml: Path, fault: str
) -> None:
    UNKNOWN[fault](toml)
    pricing = Pricing.load(file)
    assert credits_of(pricing) == (None, ("settings-error",))
    assert pricing.metrics().fallbacks["settings-error"] == 1


@pytest.mark.parametrize("fault", UNKNOWN)
def test_the_last_good_settings_stay_in_force_after_a_restart(
    file: Path, toml: Path, fault: str
) -> None:
    assert credits_of(Pricing.load(file)) == (325, ())
    UNKNOWN[fault](toml)
    assert credits_of(Pricing.load(file)) == (325, ("settings-error",))
    if toml.is_dir():
        toml.rmdir()
    toml.unlink(missing_ok=True)
    toml.write_text(RESELLER.replace("30", "0"))
    assert credits_of(Pricing.load(file)) == (250, ())


@pytest.mark.parametrize("fault", UNKNOWN)
def test_the_last_good_settings_stay_in_force_after_a_reload(
    file: Path, toml: Path, state: Path, fault: str
) -> None:
    pricing = Pricing.load(file)
    for copy in (state / "last-good").glob("*.settings"):
        copy.unlink()
    UNKNOWN[fault](toml)
    result = pricing.reload()
    assert (result.status, result.reason.partition(":")[0]) == (
        "reloaded",
        "the settings have a fault",
    )
    assert credits_of(pricing) == (325, ("settings-error",))


def test_a_damaged_copy_of_the_settings_is_not_used(file: Path, toml: Path, state: Path) -> None:
    Pricing.load(file)
    (copy,) = (state / "last-good").glob("*.settings")
    copy.write_bytes(copy.read_bytes().replace(b"30", b"90"))
    toml.write_text(MISSPELT)
    assert credits_of(Pricing.load(file)) == (None, ("settings-error",))


def test_the_fault_is_logged_with_its_file(
    file: Path, toml: Path, caplog: pytest.LogCaptureFixture
) -> None:
    toml.write_text(MISSPELT)
    Pricing.load(file).quote("gpt-4o", MILLION)
    told = [record.getMessage() for record in caplog.records if "settings" in record.getMessage()]
    assert len(told) == 1
    assert "no profile is called 'reselller'" in told[0]
    assert json.dumps(str(toml))[1:-1] in told[0]


@pytest.mark.parametrize("lost", ["[project]\nname = 'pricectl'\n", "[tool.pricectll]\n", ""])
def test_a_pyproject_that_loses_its_table_keeps_the_last_credit_settings(
    file: Path, lost: str
) -> None:
    project = file.with_name("pyproject.toml")
    project.write_text(PROJECT)
    pricing = Pricing.load(file)
    assert credits_of(pricing) == (325, ())
    project.write_text(lost)
    pricing.reload()
    assert credits_of(pricing) == (325, ("settings-error",))
    # No settings are found by a new process, but there were some before.
    assert credits_of(Pricing.load(file)) == (325, ("settings-error",))


def test_settings_that_name_the_file_are_asked_again_once_they_are_mended(file: Path) -> None:
    old = Path("llm_pricing_current.json")
    old.write_bytes(catalog({"gpt-4o": (5.0, 5.0)}))
    toml = Path("pricectl.toml")
    toml.write_text(f'file = "{file}')
    pricing = Pricing.load()
    assert pricing.quote("gpt-4o", MILLION).flags == ("settings-error",)
    toml.write_text(f'file = "{file}"')
    assert pricing.reload(force=True).status == "reloaded"
    assert (pricing.snapshot.source, credits_of(pricing)) == (str(file), (25, ()))


@pytest.mark.parametrize("settings", ["x/pricectl.toml", "/nowhere/pricectl.toml", None])
def test_a_deleted_folder_at_start_keeps_the_files_that_can_be_read(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str | None
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("PRICECTL_FILE", str(file))
    if settings:
        monkeypatch.setenv("PRICECTL_SETTINGS", settings)
    gone.rmdir()
    pricing = Pricing.load()
    assert pricing.snapshot.layer == "file"
    assert credits_of(pricing) == ((None, ("settings-error",)) if settings else (25, ()))


def test_a_policy_of_the_program_must_choose_a_profile_too(file: Path) -> None:
    pricing = Pricing.load(file, policy=Policy(profile="nope"))
    assert credits_of(pricing) == (None, ("settings-error",))


def test_a_relative_and_an_absolute_path_count_as_the_same_settings(
    file: Path, toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text(RESELLER.replace("[profiles", 'file = "llm_pricing_current.json"\n[profiles'))
    pricing = Pricing.load(file)
    monkeypatch.chdir(file.parent)
    assert pricing.reload().status == "unchanged"


def test_each_fault_is_logged(file: Path, toml: Path, caplog: pytest.LogCaptureFixture) -> None:
    pricing = Pricing.load(file)
    caplog.clear()
    for text in (MISSPELT, RESELLER + "x = 1\n", "[["):
        toml.write_text(text)
        pricing.reload()
        pricing.reload()
    told = [record.getMessage() for record in caplog.records if "settings" in record.getMessage()]
    assert len(told) == 3


def test_settings_of_another_service_are_not_used(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two services sell by one catalog, each by its own settings; a third has none."""
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text(RESELLER)
    other.write_text(RESELLER.replace("30", "300"))
    for path, credits_due in ((one, 325), (other, 1000)):
        monkeypatch.setenv("PRICECTL_SETTINGS", str(path))
        assert credits_of(Pricing.load(file)) == (credits_due, ())
    other.write_text(MISSPELT)
    assert credits_of(Pricing.load(file)) == (1000, ("settings-error",))
    monkeypatch.delenv("PRICECTL_SETTINGS")
    assert credits_of(Pricing.load(file)) == (25, ())


def test_a_process_without_settings_finds_none_in_another_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "pricectl.toml").write_text(RESELLER)
    monkeypatch.chdir(file.parent)
    pricing = Pricing.load(file.name)
    monkeypatch.chdir(other)
    pricing.reload()
    assert credits_of(pricing) == (25, ())


@pytest.mark.parametrize("fault", ["-30", "profile", "toml", "gone"])
def test_a_fault_in_the_settings_keeps_the_file_that_they_name(
    file: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.chdir(file.parent)
    named = f'file = "{file.name}"\n' + RESELLER
    toml = file.with_name("pricectl.toml")
    file = file.rename(file.with_name("team.json"))
    named = named.replace("llm_pricing_current.json", "team.json")
    toml.write_text(named)
    assert credits_of(Pricing.load()) == (325, ())
    if fault == "gone":
        toml.unlink()
    else:
        broken = {
            "-30": named.replace("30", "-30"),
            "profile": named.replace('"reseller"', '"reselller"'),
            "toml": named + "[",
        }
        toml.write_text(broken[fault])
    pricing = Pricing.load()
    assert (pricing.snapshot.layer, credits_of(pricing)) == ("file", (325, ("settings-error",)))


@pytest.mark.parametrize("shadow", ["", 'deployed = "origin/main"\n'])
def test_a_settings_file_that_shadows_another_keeps_the_last_credit_settings(
    file: Path, shadow: str
) -> None:
    file.with_name("pyproject.toml").write_text(PROJECT)
    assert credits_of(Pricing.load(file)) == (325, ())
    file.with_name("pricectl.toml").write_text(shadow)
    assert credits_of(Pricing.load(file)) == (325, ("settings-error",))


@pytest.mark.parametrize(
    "misplaced",
    [
        RESELLER.partition("\n")[2] + 'profile = "reseller"\n',
        "[limits]\n" + RESELLER,
        "[[waivers]]\n" + RESELLER,
        'customers = "reseller"\n' + RESELLER.partition("\n")[2],
    ],
)
def test_a_misplaced_profile_choice_is_a_settings_fault(
    file: Path, toml: Path, misplaced: str
) -> None:
    toml.write_text(misplaced)
    assert credits_of(Pricing.load(file)) == (None, ("settings-error",))


def test_a_key_of_many_dots_is_refused_before_it_is_parsed(file: Path, toml: Path) -> None:
    toml.write_text("a." * 100_000 + "a = 1\n")
    assert credits_of(Pricing.load(file)) == (None, ("settings-error",))


def test_settings_that_come_later_are_seen_by_a_watch(file: Path) -> None:
    pricing = Pricing.load(file)
    pricing.watch(3600)
    file.with_name("pricectl.toml").write_text(RESELLER)
    pricing.poll()
    pricing.unwatch()
    assert credits_of(pricing) == (325, ())
