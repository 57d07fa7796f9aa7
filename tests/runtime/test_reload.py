"""Reloads: the new version whole, or the old one and why."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pricectl.core import Usage
from pricectl.files import atomic
from pricectl.policy import Policy
from pricectl.runtime import Pricing
from tests.runtime.conftest import PLAIN, catalog

DEARER = {**PLAIN, "o3": (3, 9)}
MILLION = Usage(1_000_000)


def test_a_reload_swaps_prices_version_and_generation_together(
    pricing: Pricing, file: Path
) -> None:
    before = pricing.snapshot
    data = catalog(DEARER, last_updated="2026-11-02")
    file.write_bytes(data)
    assert pricing.quote("o3", MILLION).pico_usd == 2 * 10**12
    result = pricing.reload()
    assert result == ("reloaded", 4, atomic.sha256(data), 2, "", ())
    assert pricing.last_reload == result
    answer = pricing.quote("o3", MILLION)
    assert (answer.pico_usd, answer.generation) == (3 * 10**12, 2)
    assert answer.catalog_sha256 == atomic.sha256(data)
    assert before.generation == 1
    assert before.loaded_at < pricing.snapshot.loaded_at <= datetime.now(UTC)
    metrics = pricing.metrics()
    assert (metrics.reloads["reloaded"], metrics.last_reload_ok) == (1, True)


def test_reloading_identical_bytes_changes_nothing(pricing: Pricing, file: Path) -> None:
    """Law 23."""
    before = pricing.snapshot
    pricing.reload()
    files = {path: path.stat().st_mtime_ns for path in file.parent.iterdir()}
    file.write_bytes(catalog())
    for _ in range(3):
        assert pricing.reload() == ("unchanged", 4, before.sha256, 1, "", ())
        assert pricing.snapshot is before
    files[file] = file.stat().st_mtime_ns
    assert {path: path.stat().st_mtime_ns for path in file.parent.iterdir()} == files


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no such file"),
        (b"", "the document is empty; was it written"),
        (b'{"a": 1, "a": 2}', "key 'a' appears twice in one object"),
        (b"\xff", "line 1, column 1: byte 0xff is not UTF-8"),
        (b'{"openai": {"o3": {"input_cost_per_token": NaN}}}', "/openai/o3/input_cost_per_token"),
        (b'{"metadata": {"currency": "EUR"}, "openai": {"o3": {}}}', "/metadata/currency"),
        (b'{"metadata": {}}', "no models"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(
    pricing: Pricing, file: Path, content: bytes | None, reason: str
) -> None:
    """Law 21: after a failed reload the snapshot is the same object."""
    before = pricing.snapshot
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    result = pricing.reload()
    assert result[:4] == ("refused", 4, before.sha256, 1)
    assert reason in result.reason
    assert pricing.snapshot is before
    assert pricing.metrics().reloads["refused"] == 1
    assert not pricing.metrics().last_reload_ok


def test_a_refusal_lists_the_first_problems(pricing: Pricing, file: Path) -> None:
    rows = ", ".join(f'"m{n}": {{"input_cost_per_token": -1}}' for n in range(30))
    file.write_text(f'{{"openai": {{{rows}}}}}')
    result = pricing.reload()
    assert len(result.findings) == 20
    assert result.findings[0].pointer == "/openai/m0/input_cost_per_token"
    assert result.reason.endswith("(and 29 more)")


def test_a_fifth_of_the_models_gone_is_refused_unless_forced(file: Path) -> None:
    many = {**PLAIN, **{f"m{number}": (1.0, 2.0) for number in range(11)}}
    file.write_bytes(catalog(many))
    pricing = Pricing.load(file, policy=Policy())
    before = pricing.snapshot
    kept = {name: prices for name, prices in many.items() if name not in {"m0", "m1", "m2"}}
    file.write_bytes(catalog(kept))
    result = pricing.reload()
    assert (result.status, pricing.snapshot is before) == ("refused", True)
    assert "3 of 15 models are gone or lost their price, such as openai/m0" in result.reason
    forced = pricing.reload(force=True)
    assert (forced.status, forced.models, forced.generation) == ("reloaded", 12, 2)


def test_as_many_models_under_other_names_are_refused_too(pricing: Pricing, file: Path) -> None:
    file.write_bytes(catalog({f"new-{n}": (1, 1) for n in range(10)}))
    assert pricing.reload().status == "refused"


def test_less_than_half_gone_and_more_rows_are_fine(pricing: Pricing, file: Path) -> None:
    file.write_bytes(catalog({name: PLAIN[name] for name in list(PLAIN)[:3]}))
    assert pricing.reload().models == 3
    file.write_bytes(catalog({**PLAIN, **{f"new-{n}": (1, 1) for n in range(10)}}))
    assert pricing.reload().models == 14


def test_the_packaged_models_are_not_compared_with_the_teams(tmp_path: Path) -> None:
    path = tmp_path / "late.json"
    pricing = Pricing.load(path, policy=Policy())
    assert pricing.snapshot.layer == "packaged"
    path.write_bytes(catalog())
    assert (pricing.reload().status, pricing.snapshot.layer) == ("reloaded", "file")


def test_force_does_not_load_an_unreadable_file(pricing: Pricing, file: Path) -> None:
    file.write_bytes(b"{}")
    assert pricing.reload(force=True).status == "refused"


def markup_percent(pricing: Pricing) -> int | None:
    profile = pricing.snapshot.profile
    return int(profile.markup_percent) if profile else None


def test_settings_change_with_the_prices(file: Path) -> None:
    toml = Path("pricectl.toml")
    toml.write_text("[profiles.default]\nmarkup_percent = 10\n")
    pricing = Pricing.load(file)
    toml.write_text("[profiles.default]\nmarkup_percent = 20\n")
    assert markup_percent(pricing) == 10
    assert pricing.reload()[0::3] == ("reloaded", 2)
    assert markup_percent(pricing) == 20


@pytest.mark.parametrize("broken", ["nonsense", "profile = 'x'", "profiles = 5", None])
def test_a_reload_keeps_the_last_good_settings(file: Path, broken: str | None) -> None:
    toml = Path("pricectl.toml")
    toml.write_text("[profiles.default]\nmarkup_percent = 10\n")
    pricing = Pricing.load(file)
    if broken is None:
        toml.unlink()
    else:
        toml.write_text(broken)
    file.write_bytes(catalog(DEARER))
    result = pricing.reload()
    assert (result.status, markup_percent(pricing)) == ("reloaded", 10)
    assert result.reason.startswith("the settings have a fault: ")
    answer = pricing.quote("o3", MILLION)
    assert (answer.pico_usd, answer.flags) == (3 * 10**12, ("settings-error",))
    toml.write_text("[profiles.default]\nmarkup_percent = 30\n")
    assert (pricing.reload().reason, markup_percent(pricing)) == ("", 30)
    assert pricing.quote("o3", MILLION).flags == ()


def test_a_process_may_start_again_with_another_file(pricing: Pricing, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(catalog({"o3": (7, 7)}))
    pricing.configure(other, policy=Policy())
    assert (pricing.snapshot.source, pricing.last_reload) == (str(other), None)
    assert pricing.quote("o3", MILLION).pico_usd == 7 * 10**12


def test_an_unforeseen_error_keeps_the_old_prices(
    pricing: Pricing, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    before = pricing.snapshot
    file.write_bytes(catalog(DEARER))
    monkeypatch.setattr("pricectl.runtime.loader.build", broken)
    result = pricing.reload()
    assert (result.status, result.reason) == ("refused", "internal error: ZeroDivisionError")
    assert pricing.snapshot is before
