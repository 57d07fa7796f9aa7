"""The line that says how far a long command is."""

import pytest

from pricectl.commands import progress
from pricectl.commands.progress import RateLine


def test_a_stage_has_its_share_its_time_left_and_its_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quarter of 8,000 rows in 4 seconds: 500 a second, and three times as long to go."""
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    monkeypatch.setattr(progress, "is_terminal", lambda: True)
    with RateLine() as line:
        line("reading")
        now[0] = 4.0
        line("reading", 0.25, 2_000)
    told = capsys.readouterr().err
    assert "reading: 25%, 0:12 left, 500 rows a second ..." in told
    assert told.endswith("\r\x1b[K")


def test_nothing_is_said_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with RateLine() as line:
        line("reading", 0.5, 1)
    assert capsys.readouterr().err == ""
