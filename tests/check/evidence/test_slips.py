"""The short form of benchmarks/slips.py: none of a few made-up slips passes."""

import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts are no package: they import one another from their folder."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


def test_no_slip_passes_in_a_teams_file() -> None:
    import slips

    for setting in slips.settings():
        if setting.name.startswith("team file"):
            passed = [one for one in slips.made(setting, count=2, seed=12) if not one.stopped]
            assert passed == [], setting.name


def test_every_kind_of_slip_is_made() -> None:
    import slips

    setting = next(slips.settings())
    kinds = {one.kind for one in slips.made(setting, count=1, seed=3)}
    assert kinds == set(slips.KINDS)
