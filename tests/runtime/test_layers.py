"""Where prices come from: the file, the last good copy, the package, the default price."""

import json
import os
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Catalog, Usage, document
from pricectl.files import atomic
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy
from pricectl.runtime import Pricing
from tests.runtime.conftest import PLAIN, catalog

SNAPSHOT = Catalog.load(packaged_catalog().read_bytes())


def load(path: Path) -> Pricing:
    return Pricing.load(path, policy=Policy())


def test_the_configured_file_comes_first(pricing: Pricing, file: Path) -> None:
    now = pricing.snapshot
    assert (now.layer, now.source, now.models, now.generation) == ("file", str(file), 4, 1)


def test_a_relative_path_stays_the_same_file_when_the_folder_changes(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    pricing = load(Path(file.name))
    monkeypatch.chdir(tmp_path)
    file.write_bytes(catalog({**PLAIN, "o3": (9, 9)}))
    assert pricing.reload().status == "reloaded"


def test_the_settings_may_name_the_file(file: Path) -> None:
    Path("pricectl.toml").write_text(f"file = {json.dumps(str(file))}\n")
    assert Pricing.load().snapshot.source == str(file)


def test_the_file_is_found_upwards(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = file.parent / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    now = Pricing.load(policy=Policy()).snapshot
    assert (now.layer, now.source) == ("file", str(file))


def test_without_configuration_the_packaged_catalog_is_used() -> None:
    pricing = Pricing.load(policy=Policy())
    assert (pricing.snapshot.layer, pricing.snapshot.sha256) == ("packaged", SNAPSHOT.sha256)
    assert pricing.metrics().fallbacks["packaged"] == 1
    result = pricing.reload()
    assert (result.status, result.reason) == ("refused", "no catalog file is configured")


def test_a_missing_file_boots_from_the_package(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pricing = load(tmp_path / "missing.json")
    assert pricing.snapshot.layer == "packaged"
    assert pricing.quote("gpt-4o", Usage(1000, 500)).pico_usd == 7_500_000_000
    phrases = [record.__dict__["event"] for record in caplog.records]
    assert phrases == ["pricing file not found", "fallback pricing"]


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (b'{"openai": ', "json decode error"),
        (b"", "json decode error"),
        (b"\xff\xfe", "json decode error"),
        (b'{"openai": {"m": {"input_cost_per_token": -1}}}', "pricing reload refused"),
        (b"[]", "pricing reload refused"),
        (b"{}", "pricing reload refused"),
    ],
)
def test_a_bad_file_boots_from_the_last_good_copy(
    file: Path, content: bytes, phrase: str, caplog: pytest.LogCaptureFixture
) -> None:
    good = load(file).snapshot
    file.write_bytes(content)
    caplog.clear()
    pricing = load(file)
    now = pricing.snapshot
    assert (now.layer, now.sha256) == ("last-known-good", good.sha256)
    assert [record.__dict__["event"] for record in caplog.records] == [
        phrase,
        "fallback pricing",
        "pricing data loaded",
    ]
    file.write_bytes(catalog())
    healed = pricing.reload()
    assert (healed.status, pricing.snapshot.layer) == ("unchanged", "file")
    assert pricing.snapshot.catalog is now.catalog


@pytest.mark.parametrize("damage", [b"", b"x", b'{"sha256": "0"}\n' + catalog(), b"\n"])
def test_a_damaged_copy_is_not_used(file: Path, state: Path, damage: bytes) -> None:
    load(file)
    (copy,) = (state / "last-good").iterdir()
    copy.write_bytes(damage)
    file.unlink()
    assert load(file).snapshot.layer == "packaged"


def test_one_changed_digit_in_the_copy_is_noticed(file: Path, state: Path) -> None:
    load(file)
    (copy,) = (state / "last-good").iterdir()
    copy.write_bytes(copy.read_bytes().replace(b"2.5e-6", b"9.5e-6"))
    file.unlink()
    assert load(file).snapshot.layer == "packaged"


def test_a_copy_belongs_to_one_path(file: Path, tmp_path: Path) -> None:
    load(file)
    assert load(tmp_path / "other.json").snapshot.layer == "packaged"


def test_only_the_owner_may_enter_the_folder_of_copies(file: Path, state: Path) -> None:
    load(file)
    assert (state / "last-good").stat().st_mode & 0o077 == 0


def test_without_any_catalog_the_default_price_applies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricectl.packaged.packaged_file", lambda _: tmp_path / "none")
    pricing = load(tmp_path / "missing.json")
    assert (pricing.snapshot.layer, pricing.snapshot.models) == ("default", 0)
    answer = pricing.quote("gpt-4o", Usage(1000, 1000))
    flags = ("unknown-model", "emergency-prices")
    assert (answer.pico_usd, answer.flags) == (3_000_000_000, flags)
    counted = pricing.metrics().fallbacks
    assert (counted["default"], counted["emergency-prices"]) == (1, 1)


@pytest.mark.parametrize("kind", ["folder", "fifo", "zero", "loop", "nul", "long"])
def test_a_path_that_is_not_a_file_neither_fails_nor_hangs(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "odd"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    names = {"zero": "/dev/zero", "nul": "a\0b", "long": "x" * 5000}
    pricing = Pricing.load(names.get(kind, path), policy=Policy())
    assert pricing.snapshot.layer == "packaged"
    assert pricing.reload().status == "refused"


def test_a_deleted_working_folder_does_not_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    pricing = Pricing.load()
    assert pricing.quote("gpt-4o", Usage(1)).flags == ("packaged-prices",)
    assert pricing.reload().reason == "no catalog file is configured"


def test_an_unwritable_state_folder_does_not_stop_the_start(file: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    pricing = Pricing.load(file, policy=Policy(), state=blocked)
    assert pricing.snapshot.layer == "file"
    file.write_bytes(catalog({**PLAIN, "o3": (3, 3)}))
    assert pricing.reload().status == "reloaded"


def test_a_damaged_copy_is_mended_by_the_next_start(file: Path, state: Path) -> None:
    load(file)
    (copy,) = (state / "last-good").glob("*.json")
    good = copy.read_bytes()
    copy.write_bytes(good.replace(b"2.5e-6", b"9.5e-6"))
    assert load(file).snapshot.layer == "file"
    assert copy.read_bytes() == good


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What is read, parsed and hashed; of hashes only those of a catalog or of settings."""
    counted: Counter[str] = Counter()
    read, parse, sha256 = atomic.read, tomllib.loads, atomic.sha256

    def counted_read(
        path: str | Path, limit: int = document.MAX_BYTES, *, own: bool = False
    ) -> bytes:
        name = "copy" if Path(path).parent.name == "last-good" else Path(path).name
        if Path(path).suffix != ".tmp":  # what was written is read back and compared
            counted[f"read {name}"] += 1
        return read(path, limit, own=own)

    def counted_parse(text: str, **options: Any) -> dict[str, Any]:
        counted["parse"] += 1
        return parse(text, **options)

    def counted_sha256(data: bytes) -> str:
        if b"openai" in data or b"profile" in data:
            counted[f"hash of {'a catalog' if b'openai' in data else 'settings'}"] += 1
        return sha256(data)

    monkeypatch.setattr(atomic, "read", counted_read)
    monkeypatch.setattr(tomllib, "loads", counted_parse)
    monkeypatch.setattr(atomic, "sha256", counted_sha256)
    return counted


@pytest.mark.parametrize("profile", ["", 'profile = "r"\nprofiles.r = {markup_percent = 30}\n'])
def test_a_start_reads_parses_and_hashes_each_content_once(
    file: Path, calls: Counter[str], profile: str
) -> None:
    file.with_name("pyproject.toml").write_text(f"[tool.pricectl]\n# profile\n{profile}")
    Pricing.load(file)  # leaves copies of both files
    once = {
        "read pyproject.toml": 1,
        "parse": 1,
        "hash of settings": 1,
        "read announced.json": 2,  # beside the files, and again under the lock
        f"read {file.name}": 1,
        "read copy": 2,
        "hash of a catalog": 1,
    }
    calls.clear()
    Pricing.load(file)
    assert calls == once
    file.write_bytes(catalog(last_updated="2026-11-02"))
    calls.clear()
    Pricing.load(file)
    assert calls == once | {"hash of a catalog": 2}  # the edit, and the copy that judges it


def test_a_first_start_reads_parses_and_hashes_each_content_once(
    file: Path, calls: Counter[str]
) -> None:
    text = '[tool.pricectl]\nprofile = "r"\nprofiles.r = {markup_percent = 30}\n'
    file.with_name("pyproject.toml").write_text(text)
    Pricing.load(file)
    assert {name: count for name, count in calls.items() if count != 1} == {
        "read announced.json": 2,
        "read copy": 2,
    }
