"""What pricectl carries is found wherever it is imported from."""

import json
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from pricectl.edit.formatting import format_text
from pricectl.packaged import packaged_bytes, packaged_catalog
from tests.conftest import ROOT


def test_it_is_the_catalog_of_this_checkout() -> None:
    assert packaged_bytes("llm_pricing_current.json") == packaged_catalog().read_bytes()
    with pytest.raises(FileNotFoundError):
        packaged_bytes("no-such-file")


def test_its_rows_are_in_the_order_of_their_names() -> None:
    """As docs/file-format.md says; `pricectl fmt --sort-rows` puts them there."""
    found = format_text(packaged_catalog().read_bytes(), date(2026, 11, 27), sorting=True)
    assert found.unsorted == ()


def test_from_a_zip_the_packaged_prices_load(tmp_path: Path) -> None:
    """As with `python app.pyz`, or a layer that keeps its libraries zipped."""
    archive = tmp_path / "libraries.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in (ROOT / "pricectl").rglob("*.py"):
            file.write(path, path.relative_to(ROOT))
        file.write(ROOT / "llm_pricing_current.json", "pricectl/data/llm_pricing_current.json")
        for path in (ROOT / "schemas").iterdir():
            file.write(path, f"pricectl/data/schemas/{path.name}")
    code = f"""
import json, sys
sys.path.insert(0, {str(archive)!r})
import pricectl
from pricectl.cli import app
from pricectl.core import Usage
from pricectl.runtime import quote
answer = quote("gpt-4o", Usage(1000, 500))
print(json.dumps([pricectl.__file__, answer.pico_usd, answer.flags, answer.snapshot.layer]))
sys.stdout.flush()
code = app(["validate", "--file", "packaged", "-q"], standalone_mode=False)
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PRICECTL_STATE": str(tmp_path / "state"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    place, cost, flags, layer = json.loads(done.stdout.splitlines()[0])
    assert place.startswith(str(archive))
    # 1,000 x $2.50 + 500 x $10 per 1M
    assert (cost, flags, layer) == (7_500_000_000, ["packaged-prices"], "packaged")
