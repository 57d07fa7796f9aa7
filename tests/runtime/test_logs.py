"""The log: phrases monitors know, values that cannot forge a line, and no floods."""

import logging
from pathlib import Path

import pytest

from pricectl.core import Usage
from pricectl.flags import FALLBACK, LOADED
from pricectl.policy import Policy
from pricectl.runtime import Pricing, logs
from tests.runtime.conftest import PLAIN, catalog


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(clock: Clock) -> logs.Log:
    return logs.Log(clock)


def warn(log: logs.Log, kind: str, model: str) -> None:
    log.limited(logging.WARNING, FALLBACK, kind, model, model=model)


def test_each_event_is_logged_with_its_phrase(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    pricing = Pricing.load(file, policy=Policy())
    assert caplog.messages[0].startswith("pricing data loaded: models=4 sha256=")
    pricing.quote("mystery", Usage(1))
    file.write_bytes(b"{")
    pricing.reload()
    file.unlink()
    pricing.reload()
    starts = [message.partition(":")[0] for message in caplog.messages]
    assert starts == [
        "pricing data loaded",
        "fallback pricing",
        "json decode error",
        "pricing reload refused",
        "pricing file not found",
        "pricing reload refused",
    ]


def test_every_reload_is_logged(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    pricing = Pricing.load(file, policy=Policy())
    for usd in (3, 4, 5):
        file.write_bytes(catalog({**PLAIN, "o3": (usd, 8)}))
        pricing.reload()
    loaded = [record for record in caplog.records if record.__dict__["event"] == LOADED]
    assert [record.__dict__["generation"] for record in loaded] == [1, 2, 3, 4]
    assert loaded[-1].__dict__["sha256"] == pricing.snapshot.sha256


def test_values_are_attributes_of_the_record(
    pricing: Pricing, caplog: pytest.LogCaptureFixture
) -> None:
    pricing.quote("mystery", Usage(1))
    record = caplog.records[-1].__dict__
    assert (record["event"], record["kind"], record["model"]) == (
        "fallback pricing",
        "unknown-model",
        "mystery",
    )
    assert caplog.messages[-1] == 'fallback pricing: kind="unknown-model" model="mystery"'


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\u001b[31m"),
        ("\x7f\x9b", r"\u007f\u009b"),
        ("\u202egpt", r"\u202egpt"),
        ("\u2028", r"\u2028"),
        ('x" kind="denied', r"x\" kind=\"denied"),
        ("\ud800", r"\ud800"),
        ("x" * 5000, "x" * 256),
    ],
)
def test_a_name_cannot_forge_a_line(
    pricing: Pricing, caplog: pytest.LogCaptureFixture, name: str, shown: str
) -> None:
    pricing.quote(name, Usage(1))
    assert caplog.messages[-1] == f'fallback pricing: kind="unknown-model" model="{shown}"'
    assert caplog.messages[-1].isascii()
    assert caplog.messages[-1].isprintable()
    assert caplog.records[-1].__dict__["model"] == shown


def test_one_line_a_minute_for_each_kind_and_model(
    log: logs.Log, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for second in range(60):
        clock.now = second
        for kind in ("unknown-model", "bad-usage"):
            for model in ("a", "b"):
                warn(log, kind, model)
    assert len(caplog.records) == 4
    clock.now = 60
    warn(log, "unknown-model", "a")
    assert caplog.messages[-1].endswith('model="a" suppressed=118')
    warn(log, "bad-usage", "b")
    assert caplog.messages[-1].endswith("suppressed=118")
    warn(log, "bad-usage", "a")
    assert "suppressed" not in caplog.messages[-1]


def test_a_flood_of_names_is_bounded_in_lines_and_memory(
    log: logs.Log, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(10_000):
        warn(log, "unknown-model", f"junk-{number}")
    assert len(caplog.records) == logs.LINES_PER_KIND
    assert len(log._seen["unknown-model"]) == logs.LINES_PER_KIND  # noqa: SLF001
    warn(log, "denied-model", "o3")
    assert caplog.messages[-1] == 'fallback pricing: kind="denied-model" model="o3"'


def test_a_flood_of_calls_is_counted_in_full(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    pricing = Pricing.load(file, policy=Policy())
    caplog.clear()
    for _ in range(1000):
        pricing.quote("mystery", Usage(1))
    assert len(caplog.records) == 1
    assert pricing.metrics().fallbacks["unknown-model"] == 1000
