"""When a date plus an offset is, over all time zones."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.automations.moments import moments, span

ZONES = sorted(available_timezones() - {"localtime"})


def due(value: str, offset: str, zone: str = "Asia/Shanghai", **trigger: Any) -> str:
    trigger = {"at": "09:00", **trigger, "offsets": [offset]}
    (moment,) = moments(value, trigger, zone)
    return moment.due_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("value", "offset", "expected"),
    [
        ("2026-11-21", "0d", "2026-11-21 09:00"),
        ("2026-11-21", "-3d", "2026-11-18 09:00"),
        ("2026-11-21", "+1w", "2026-11-28 09:00"),
        ("2026-11-21", "-400d", "2025-10-17 09:00"),
        ("2026-11-21", "+2h", "2026-11-21 11:00"),
        ("2026-11-21", "-90min", "2026-11-21 07:30"),
        ("2026-01-31", "+1mo", "2026-02-28 09:00"),
        ("2028-01-31", "+1mo", "2028-02-29 09:00"),
        ("2028-02-29", "-12mo", "2027-02-28 09:00"),
        ("2026-01-31", "+2mo", "2026-03-31 09:00"),
    ],
)
def test_an_offset_counts_in_calendar_days_at_the_time_of_the_rule(
    value: str, offset: str, expected: str
) -> None:
    assert due(value, offset) == expected


def test_a_date_with_time_counts_from_its_own_time() -> None:
    (moment,) = moments("2026-11-21T01:30:00Z", {"offsets": ["-1d"]}, "Asia/Shanghai")
    assert moment.due_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert moment.local_date == date(2026, 11, 20)


def test_a_date_with_time_may_be_told_the_time_of_day() -> None:
    assert due("2026-11-21T20:30:00Z", "0d", at="08:00") == "2026-11-22 08:00"


def test_an_hour_is_an_hour_also_when_the_clocks_change() -> None:
    assert due("2026-10-25", "+4h", "Europe/Berlin", at="00:00") == "2026-10-25 03:00"


def test_a_time_that_the_clocks_skip_becomes_the_first_minute_after() -> None:
    assert due("2026-03-29", "0d", "Europe/Berlin", at="02:30") == "2026-03-29 03:00"


def test_a_time_that_comes_twice_is_its_first_occurrence() -> None:
    (moment,) = moments("2026-10-25", {"offsets": ["0d"], "at": "02:30"}, "Europe/Berlin")
    assert moment.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "saturday", "sunday"),
    [
        ("none", "2026-11-21", "2026-11-22"),
        ("before", "2026-11-20", "2026-11-20"),
        ("after", "2026-11-23", "2026-11-23"),
    ],
)
def test_a_weekend_can_be_avoided(rule: str, saturday: str, sunday: str) -> None:
    assert due("2026-11-21", "0d", holidays=rule).startswith(saturday)
    assert due("2026-11-22", "0d", holidays=rule).startswith(sunday)


def test_an_offset_out_of_the_calendar_has_no_moment() -> None:
    assert moments("0001-01-01", {"offsets": ["-1d"], "at": "09:00"}, "UTC") == []
    assert moments("9999-12-31", {"offsets": ["+1mo"], "at": "09:00"}, "UTC") == []


def test_spans_are_read() -> None:
    assert [span(text) for text in ("90min", "12h", "3d", "1w")] == [
        timedelta(minutes=90), timedelta(hours=12), timedelta(days=3), timedelta(weeks=1),
    ]  # fmt: skip


@cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """The moments from 2024 to 2030 at which the clocks of a zone change, to the second."""
    place, found = ZoneInfo(zone), []
    low, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    while low < end:
        high = low + timedelta(days=7)
        if low.astimezone(place).utcoffset() != high.astimezone(place).utcoffset():
            found.append(_between(low, high, place))
        low = high
    return tuple(found)


def _between(low: datetime, high: datetime, place: ZoneInfo) -> datetime:
    before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if middle.astimezone(place).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a wall time within a day and a half of a change of its clocks, if it has any."""
    zone = draw(st.sampled_from(ZONES))
    changes = transitions(zone) or (datetime(2026, 6, 1, tzinfo=UTC),)
    change = draw(st.sampled_from(changes)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wall = change + timedelta(minutes=draw(st.integers(-2160, 2160)))
    return zone, wall.replace(second=0, fold=0)


def check(zone: str, wall: datetime, days: int) -> None:
    """One moment for the date; on the wall it is what the rule says, or the first valid minute after a gap."""
    day, place = wall.date() - timedelta(days=days), ZoneInfo(zone)
    trigger = {"offsets": [f"{days:+}d"], "at": wall.strftime("%H:%M")}
    (moment,) = moments(day.isoformat(), trigger, zone)
    shown = moment.due_at.astimezone(place).replace(tzinfo=None)
    assert moment.local_date == wall.date()
    if shown == wall:
        both = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
        assert moment.due_at == min(both)
        return
    before = (moment.due_at - timedelta(seconds=1)).astimezone(place).replace(tzinfo=None)
    assert before < wall < shown, "the clocks jump over the wall time exactly at the moment"


@settings(max_examples=300)
@given(near_a_change(), st.integers(-3, 30))
def test_every_date_has_exactly_one_moment_in_every_zone(case: tuple[str, datetime], days: int) -> None:
    check(*case, days)


@pytest.mark.full
@pytest.mark.timeout(600)
@settings(max_examples=10_000)
@given(near_a_change(), st.integers(-366, 366))
def test_every_date_has_exactly_one_moment_in_ten_thousand_cases(
    case: tuple[str, datetime], days: int
) -> None:
    check(*case, days)


HOLIDAYS = {
    date(2026, 10, 1): False,
    date(2026, 10, 2): False,
    date(2026, 10, 10): True,
}


@pytest.mark.parametrize(
    ("day", "rule", "expected"),
    [
        ("2026-10-01", "none", "2026-10-01"),
        ("2026-10-01", "before", "2026-09-30"),
        ("2026-10-01", "after", "2026-10-05"),
        ("2026-10-04", "before", "2026-09-30"),
        ("2026-10-10", "before", "2026-10-10"),
        ("2026-10-11", "before", "2026-10-10"),
    ],
)
def test_holidays_move_a_moment_as_weekends_do_and_worked_saturdays_do_not(
    day: str, rule: str, expected: str
) -> None:
    trigger = {"at": "09:00", "offsets": ["0d"], "holidays": rule}

    (moment,) = moments(day, trigger, "Asia/Shanghai", HOLIDAYS)

    assert moment.local_date.isoformat() == expected
