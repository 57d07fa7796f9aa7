import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import get_lists

from pricectl.feeds.formats import FORMATS
from pricectl.files.feed_source import parse_source
from pricectl.files.settings import load_policy
from tests.conftest import ROOT


def wheel(folder: Path, name: str, **members: str) -> Path:
    path = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            archive.writestr(member.replace("__", "/").replace("_json", ".json"), text)
    return path


def test_only_the_file_with_the_prices_is_taken(tmp_path: Path) -> None:
    package = wheel(tmp_path, "model_prices", model_prices__snapshot_json="{}", other__x_json="1")
    written = get_lists.take_lists([package], tmp_path / "lists")
    assert written == [tmp_path / "lists" / "model-prices" / "snapshot.json"]
    assert written[0].read_text(encoding="utf-8") == "{}"


def test_a_package_without_its_price_list_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(get_lists, "FOLDER", tmp_path / "lists")

    def download(words: list[str], **_: object) -> object:
        wheel(Path(words[words.index("--dest") + 1]), "litellm", litellm__other_json="{}")
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr(subprocess, "run", download)
    assert get_lists.main(["litellm==1"]) == 2
    assert "only 0 have a price list" in capsys.readouterr().err


def test_the_setting_feeds_names_every_pinned_package() -> None:
    """A list without a pin would be read in whatever version lies there."""
    named = load_policy(catalog=str(ROOT / "llm_pricing_current.json")).feeds
    sources = [parse_source(word) for word in named]
    pinned = {word.partition("==")[0] for word in get_lists.pins()}
    packages = {FORMATS[source.format_name].package.replace("_", "-") for source in sources}
    assert packages == pinned
    assert all(source.place == f"price_lists/{source.format_name}" for source in sources)
    # The list that says its own day needs none.
    assert {source.format_name for source in sources if not source.date} == {"model-prices"}
