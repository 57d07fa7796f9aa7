import io
import os
import sys
from pathlib import Path

import pytest

from pricectl.core.document import MAX_BYTES
from pricectl.files.catalog_file import FILE_NAME, Source, Unavailable, load, locate, read
from pricectl.packaged import packaged_catalog

CATALOG = b'{"o": {"m": {"input_cost_per_token": 1e-06}}}'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRICECTL_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_file_option_wins_over_environment_settings_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE_NAME).write_bytes(CATALOG)
    assert locate(None) == FILE_NAME
    assert locate(None, "settings.json") == "settings.json"
    monkeypatch.setenv("PRICECTL_FILE", "environment.json")
    assert locate(None, "settings.json") == "environment.json"
    assert locate("asked.json", "settings.json") == "asked.json"
    assert locate("-") == "-"
    monkeypatch.setenv("PRICECTL_FILE", "")
    assert locate(None) == FILE_NAME


def test_the_file_is_searched_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE_NAME).write_bytes(CATALOG)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert locate(None) == os.path.join("..", "..", FILE_NAME)  # noqa: PTH118 - a relative path
    assert load(locate(None)).models


def test_the_packaged_snapshot_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pricectl.packaged.__file__", str(tmp_path / "checkout" / "pricectl" / "packaged.py")
    )
    assert locate(None) == str(tmp_path / "checkout" / FILE_NAME)
    data = tmp_path / "checkout" / "pricectl" / "data"
    data.mkdir(parents=True)
    (data / FILE_NAME).write_bytes(CATALOG)
    assert packaged_catalog() == data / FILE_NAME
    assert locate(None) == str(data / FILE_NAME)


def test_a_file_is_read_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(CATALOG)
    assert read("x.json") == Source(CATALOG, "x.json")
    assert load("x.json").models[0].full_name == "o/m"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CATALOG)))
    assert read("-") == Source(CATALOG, "standard input")


def test_reading_stops_one_byte_above_the_bound(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert len(read("huge.json").data) == MAX_BYTES + 1
    too_large = r"huge\.json: line 1, column 1: the document is larger than 8 MiB"
    with pytest.raises(Unavailable, match=too_large):
        load("huge.json")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (".", ".: is a folder; name the file in it"),
        ("missing.json", "missing.json: no such file; check the path"),
        ("file/below", "file/below: cannot be read: Not a directory"),
        ("n\0ul", "cannot be read: embedded null byte"),
        ("x" * 300, "cannot be read: File name too long"),
    ],
)
def test_an_unreadable_file_says_why(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable) as caught:
        read(name)
    assert words in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(CATALOG)
    (tmp_path / "x.json").chmod(0)
    with pytest.raises(Unavailable, match="Permission denied"):
        read("x.json")


def test_a_file_that_is_not_a_catalog_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"[]")
    with pytest.raises(Unavailable, match=r"x\.json: the catalog: the catalog is not"):
        load("x.json")
    (tmp_path / "x.json").write_bytes(b"{")
    with pytest.raises(Unavailable, match=r"early; run 'pricectl validate x\.json'"):
        load("x.json")
