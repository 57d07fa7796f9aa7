"""The short form of benchmarks/slips.py: none of a few made-up slips passes."""

import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts are not a package: they import one another from their folder."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


def test_no_slip_passes() -> None:
    import slips

    for setting in slips.settings():
        count = 2 if setting.name.startswith("team file") else 1
        for slip in slips.made(setting, count, seed=12) if setting.must else ():
            assert slip.stopped, (setting.name, slip)


def test_every_kind_of_slip_is_made() -> None:
    import slips

    setting = next(slips.settings())
    kinds = {one.kind for one in slips.made(setting, count=1, seed=3)}
    assert kinds == set(slips.KINDS)
