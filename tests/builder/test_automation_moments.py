"""The next moments of a record, as the editor of an automation shows them before anything is planned."""

from datetime import UTC, date, datetime
from typing import Any

from builder.moments import Planned, next_moments

NOW = datetime(2026, 9, 28, 4, tzinfo=UTC)
HOLIDAYS = {date(2026, 10, 1): False, date(2026, 10, 2): False}


def shown(
    value: str | None, zone: str = "Asia/Shanghai", now: datetime = NOW, **trigger: Any
) -> list[Planned]:
    return next_moments(value, {"offsets": ["0d"], "at": "09:00", **trigger}, zone, HOLIDAYS, now)


def walls(found: list[Planned]) -> list[str]:
    return [each.wall.strftime("%m-%d %H:%M %z") for each in found]


def test_the_next_five_moments_come_soonest_first() -> None:
    offsets = ["+3d", "-30d", "0d", "-3d", "-2d", "-1d", "+1d", "+2d"]

    found = shown("2026-10-02", offsets=offsets)

    assert [each.offset for each in found] == ["-3d", "-2d", "-1d", "0d", "+1d"]
    assert not any(each.over for each in found)


def test_a_moment_that_a_holiday_moves_says_where_it_stood() -> None:
    (found,) = shown("2026-10-01", holidays="before")

    assert (walls([found]), found.moved) == (["09-30 09:00 +0800"], date(2026, 10, 1))
    (found,) = shown("2026-10-01", holidays="after")
    assert walls([found]) == ["10-05 09:00 +0800"]


def test_the_clock_that_is_turned_counts() -> None:
    autumn = shown("2026-10-25", "Europe/Berlin", offsets=["-1d", "0d"])
    spring = shown("2027-03-28", "Europe/Berlin", at="02:30", now=datetime(2027, 3, 1, tzinfo=UTC))

    assert walls(autumn) == ["10-24 09:00 +0200", "10-25 09:00 +0100"]
    assert walls(spring) == ["03-28 03:00 +0200"]


def test_where_everything_is_past_the_last_one_is_shown() -> None:
    found = shown("2026-09-10", offsets=["-3d", "0d"])

    assert [(each.offset, each.over) for each in found] == [("0d", True)]


def test_a_blank_date_or_a_trigger_that_is_not_complete_has_none() -> None:
    assert shown(None) == []
    assert shown("") == []
    assert shown("2026-10-01", offsets=[]) == []
    assert shown("2026-10-01", zone="Mars/Olympus") == []
    assert shown("soon") == []
    assert shown("2026-10-01", offsets=["soon"]) == []
    assert shown("9999-12-31", offsets=["+1d"]) == []
