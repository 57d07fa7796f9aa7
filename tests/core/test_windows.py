from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from pricectl.core.errors import NotUnderstoodError
from pricectl.core.windows import (
    EVERY_DAY,
    OffPeak,
    as_instant,
    read_hours,
    read_instant,
    read_windows,
    read_zone,
)

ALL_DAYS = (1, 2, 3, 4, 5, 6, 7)
# 2026-11-23 is a Monday.


def instant(day: int, clock: str) -> datetime:
    return datetime(2026, 11, day, int(clock[:2]), int(clock[3:]), tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "day", "clock", "covered"),
    [
        ((600, 720, ALL_DAYS), 23, "10:00", True),  # the start is in
        ((600, 720, ALL_DAYS), 23, "09:59", False),
        ((600, 720, ALL_DAYS), 23, "11:59", True),
        ((600, 720, ALL_DAYS), 23, "12:00", False),  # the end is not
        ((62, 68, ALL_DAYS), 23, "01:05", True),  # minute 65 of the day
        ((0, 62, ALL_DAYS), 23, "01:05", False),
        ((1000, 1080, ALL_DAYS), 23, "17:59", True),
        ((600, 720, ALL_DAYS), 23, "13:00", False),
        ((600, 720, (2,)), 23, "11:00", False),
        ((600, 720, (2,)), 24, "11:00", True),
        ((600, 1440, (1,)), 23, "23:59", True),
        ((600, 1440, (1,)), 24, "00:00", False),
        # across midnight, 16:30 to 00:30, opened on Mondays only
        ((990, 30, (1,)), 23, "16:29", False),
        ((990, 30, (1,)), 23, "16:30", True),
        ((990, 30, (1,)), 23, "23:59", True),
        ((990, 30, (1,)), 24, "00:29", True),  # still Monday's
        ((990, 30, (1,)), 24, "00:30", False),
        ((990, 30, (1,)), 23, "00:29", False),  # that was Sunday's
        ((990, 30, (7,)), 23, "00:29", True),
        ((990, 30, (2,)), 25, "00:29", True),
        ((990, 30, (1,)), 25, "00:29", False),
        ((990, 30, (7,)), 23, "16:30", False),
        # until the same hour of the next day, opened on Mondays only
        ((600, 600, (1,)), 23, "09:59", False),
        ((600, 600, (1,)), 23, "10:00", True),
        ((600, 600, (1,)), 24, "09:59", True),
        ((600, 600, (1,)), 24, "10:00", False),
        ((0, 1440, (3,)), 25, "00:00", True),
        ((0, 1440, (3,)), 26, "00:00", False),
    ],
)
def test_a_window_covers_its_hours(
    window: tuple[int, int, tuple[int, ...]], day: int, clock: str, *, covered: bool
) -> None:
    assert OffPeak(*window).covers(instant(day, clock)) is covered


def test_the_first_day_of_the_calendar_has_a_yesterday() -> None:
    assert OffPeak(990, 30, ALL_DAYS).covers(datetime(1, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"hours_utc": "16:30-00:30"}, [(990, 30, ALL_DAYS)]),
        ({"hours_utc": "10:00-00:00", "weekdays": [1, 5]}, [(600, 1440, (1, 5))]),
        ({"hours_utc": "10:00-24:00"}, [(600, 1440, ALL_DAYS)]),
        ({"hours_utc": "10:00-24:00", "weekdays": [7] * 300}, [(600, 1440, (7,) * 300)]),
        ({"hours_utc": "00:00-00:00"}, [(0, 1440, ALL_DAYS)]),
        ({"hours_utc": "07:15-07:15"}, [(0, 1440, ALL_DAYS)]),
        (
            {"hours_utc": ["01:00-02:00", "03:00-04:00"], "weekdays": [7]},
            [(60, 120, (7,)), (180, 240, (7,))],
        ),
    ],
)
def test_a_window_is_read(window: Any, expected: list[tuple[int, int, tuple[int, ...]]]) -> None:
    assert tuple(read_windows([window])) == tuple(OffPeak(*each) for each in expected)


def test_weekdays_are_numbers_or_english_names() -> None:
    names: Any = ["mon", "Tuesday", " THURS ", "sat", 7]
    (window,) = read_windows([{"hours_utc": "10:00-12:00", "weekdays": names}])
    assert window.weekdays == (1, 2, 4, 6, 7)
    every: Any = "monday tuesday wednesday thursday friday saturday sunday"
    for short in (every, every.title(), " ".join(day[:3] for day in every.split())):
        days: Any = short.split()
        (window,) = read_windows([{"hours_utc": "10:00-12:00", "weekdays": days}])
        assert window.weekdays == EVERY_DAY


def test_hours_without_weekdays_hold_every_day() -> None:
    assert list(read_hours("16:30-00:30", "")) == [OffPeak(990, 30, ALL_DAYS)]
    assert len(list(read_hours(["01:00-02:00", "03:00-04:00"], ""))) == 2
    assert list(read_hours(None, "")) == list(read_windows(None)) == []


@pytest.mark.parametrize(
    ("day", "clock", "covered"),
    [
        # Friday the 27th, 16:00 UTC, is Saturday in Shanghai.
        (27, "15:59", False),
        (27, "16:00", True),
        (28, "16:00", True),
        (29, "15:59", True),
        (29, "16:00", False),  # Monday in Shanghai
    ],
)
def test_weekdays_are_read_on_the_calendar_of_their_zone(
    day: int, clock: str, *, covered: bool
) -> None:
    windows: Any = [{"hours_utc": "00:00-00:00", "weekdays": [6, "sunday"]}]
    (window,) = read_windows(windows, "Asia/Shanghai")
    assert window.covers(instant(day, clock)) is covered


def test_a_deepseek_row_by_tencent_is_off_peak_outside_of_office_hours_in_shanghai() -> None:
    """The peak is 9 to 12 and 14 to 18 o'clock there, Monday to Friday, as the seller says."""
    windows: Any = [
        {"hours_utc": ["00:00-01:00", "04:00-06:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
        {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
    ]
    read = list(read_windows(windows, "Asia/Shanghai"))
    shanghai = timezone(timedelta(hours=8))
    for hour in range(7 * 24):
        local = datetime(2026, 11, 23, tzinfo=shanghai) + timedelta(hours=hour)
        peak = local.isoweekday() <= 5 and local.hour in {9, 10, 11, 14, 15, 16, 17}
        at = local.astimezone(UTC)
        assert any(window.covers(at) for window in read) is not peak, local


def test_a_window_over_midnight_has_the_weekday_of_its_zone_at_each_moment() -> None:
    (window,) = read_windows([{"hours_utc": "16:30-00:30", "weekdays": ["tue"]}], "Asia/Tokyo")
    # 16:30 to 00:30 UTC is 01:30 to 09:30 in Tokyo, on one day there.
    moments = (23, "16:30"), (24, "00:29"), (24, "16:30")
    assert [window.covers(instant(*at)) for at in moments] == [True, True, False]


def test_a_zone_with_summer_time_follows_it() -> None:
    windows: Any = [{"hours_utc": "00:00-00:00", "weekdays": ["mon"]}]
    (window,) = read_windows(windows, "Europe/Berlin")
    # In summer a Monday of Berlin begins at 22:00 UTC, in winter at 23:00.
    assert window.covers(datetime(2026, 7, 5, 22, 30, tzinfo=UTC))
    assert not window.covers(datetime(2026, 11, 22, 22, 30, tzinfo=UTC))
    assert window.covers(datetime(2026, 11, 22, 23, 30, tzinfo=UTC))


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", None])
def test_utc_is_the_calendar_without_a_zone(name: str | None) -> None:
    (window,) = read_windows([{"hours_utc": "16:30-00:30", "weekdays": [1]}], name)
    assert window.covers(instant(24, "00:29"))


@pytest.mark.parametrize("at", [datetime.min, datetime.max])  # noqa: DTZ901 - it is set below
def test_the_ends_of_the_calendar_have_a_weekday_in_every_zone(at: datetime) -> None:
    for name in ("Asia/Tokyo", "America/New_York"):
        (window,) = read_windows([{"hours_utc": "00:00-00:00", "weekdays": [1, 5]}], name)
        assert window.covers(at.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    "name",
    [
        "Asia/Nowhere",
        "",
        " UTC",
        8,
        "/etc/passwd",
        "../../etc/passwd",
        "Asia",
        "zone.tab",
        "A/" * 9,
    ],
)
def test_a_zone_that_is_not_known(name: Any) -> None:
    with pytest.raises(NotUnderstoodError, match="not a known time zone"):
        read_zone(name)


@pytest.mark.parametrize(
    "windows",
    [
        {},
        "10:00-12:00",
        [None],
        [{}],
        [{"hours_utc": None}],
        [{"hours_utc": "10-12"}],
        [{"hours_utc": "10:00-24:30"}],
        [{"hours_utc": "24:00-12:00"}],
        [{"hours_utc": "10:60-12:00"}],
        [{"hours_utc": "1\u0660:00-12:00"}],  # an Arabic zero
        [{"hours_utc": "10:00-12:00\n"}],
        [{"hours_utc": ["10:00-12:00", 5]}],
        [{"hours_utc": "10:00-12:00", "days": [1]}],
        [{"hours_utc": "10:00-12:00", "weekdays": ["mo"]}],
        [{"hours_utc": "10:00-12:00", "weekdays": [None]}],
        [{"hours_utc": "10:00-12:00", "weekdays": "mon"}],
        [{"hours_utc": "10:00-12:00", "weekdays": 1}],
        [{"hours_utc": "10:00-12:00", "weekdays": [0]}],
        [{"hours_utc": "10:00-12:00", "weekdays": [8]}],
        [{"hours_utc": "10:00-12:00", "weekdays": [True]}],
        [{"hours_utc": "10:00-12:00", "weekdays": ["1"]}],
        [{"hours_utc": "10:00-12:00"}, {}],
    ],
)
def test_an_invalid_window_is_refused(windows: Any) -> None:
    with pytest.raises(NotUnderstoodError):
        list(read_windows(windows))


def test_a_day_is_its_first_instant_and_an_instant_without_zone_is_utc() -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    assert as_instant(date(2026, 12, 1)) == midnight
    assert as_instant(datetime(2026, 12, 1)) == midnight  # noqa: DTZ001 - what is tested
    assert as_instant(datetime(2026, 12, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == midnight
    assert as_instant(midnight).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12-01T12:30:00Z", datetime(2026, 12, 1, 12, 30, tzinfo=UTC)),
        ("2026-12-01T12:30:00-05:00", datetime(2026, 12, 1, 17, 30, tzinfo=UTC)),
        ("2026-13-01", None),
        ("2026-02-29", None),
        ("tomorrow", None),
        ("", None),
        ("0001-01-01T00:00:00+14:00", None),  # before the first instant
        # 40 characters are read, 41 are not
        ("2026-12-01T02:00:00.0000+02:00:00.000000", datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12-01T02:00:00.00000+02:00:00.000000", None),
        ("\uff12026-12-01", None),
        (20261201, None),
        (None, None),
    ],
)
def test_an_instant_is_read(text: Any, expected: datetime | None) -> None:
    assert read_instant(text) == expected
