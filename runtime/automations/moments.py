"""When a date plus an offset is: pure calendar arithmetic over time zones, without I/O.

A rule means wall time in an IANA zone. A wall time that the clocks skip (spring) stands for the first valid
minute after the gap, one that comes twice (autumn) for its first occurrence. Months clamp to their last day.
A calendar says which days are holidays (False) or worked though they are a Saturday or Sunday (True).
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from runtime.times import from_wall

_OFFSET = re.compile(r"([+-]?)([0-9]{1,3})(min|h|d|w|mo)")
_HOURS = {"min": timedelta(minutes=1), "h": timedelta(hours=1)}
_DAYS = {"d": timedelta(days=1), "w": timedelta(weeks=1)}
DEFAULT_LATE = "12h"
NO_CALENDAR: Mapping[date, bool] = {}


@dataclass(frozen=True)
class Moment:
    """One planned moment: the offset that means it, the day on the wall, the instant in UTC."""

    offset: str
    local_date: date
    due_at: datetime


def moments(
    value: str, trigger: Mapping[str, Any], zone: str, calendar: Mapping[date, bool] = NO_CALENDAR
) -> list[Moment]:
    """The moments that a `date_reached` trigger means for a record's date or date with time.

    `value` is canonical (`2026-11-21` or `2026-11-21T09:00:00Z`); `zone` is the one the rule means. Offsets
    that fall outside of the years 1 to 9999 have no moment.
    """
    found = []
    for offset in trigger["offsets"]:
        try:
            found.append(_moment(value, offset, trigger, ZoneInfo(zone), calendar))
        except OverflowError:
            continue
    return found


def _moment(
    value: str, offset: str, trigger: Mapping[str, Any], zone: ZoneInfo, calendar: Mapping[date, bool]
) -> Moment:
    wall = _wall(value, trigger.get("at"), zone)
    exact, shifted = _shift(wall, offset)
    if exact is not None:
        start = datetime.fromisoformat(value) if len(value) > 10 else from_wall(wall, zone.key)
        due = start.astimezone(UTC) + exact
        return Moment(offset, due.astimezone(zone).date(), due)
    day = working_day(shifted.date(), trigger.get("holidays", "none"), calendar)
    shifted = datetime.combine(day, shifted.time())
    return Moment(offset, shifted.date(), from_wall(shifted, zone.key))


def _wall(value: str, at: str | None, zone: ZoneInfo) -> datetime:
    """What the wall clock shows at the record's moment, or at the rule's time on the record's day."""
    if len(value) > 10:
        wall = datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None, fold=0)
    else:
        wall = datetime.combine(date.fromisoformat(value), time())
    return wall if at is None else datetime.combine(wall.date(), time.fromisoformat(at))


def _shift(wall: datetime, offset: str) -> tuple[timedelta | None, datetime]:
    """Hours and minutes as an exact span; days, weeks and months as another day on the wall."""
    sign, number, unit = _parts(offset)
    if unit in _HOURS:
        return sign * number * _HOURS[unit], wall
    if unit in _DAYS:
        return None, wall + sign * number * _DAYS[unit]
    return None, _add_months(wall, sign * number)


def _parts(offset: str) -> tuple[int, int, str]:
    match = _OFFSET.fullmatch(offset)
    if match is None:
        raise ValueError(f"not an offset: {offset}")
    return (-1 if match[1] == "-" else 1), int(match[2]), match[3]


def _add_months(wall: datetime, months: int) -> datetime:
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    last = monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last))


def span(text: str) -> timedelta:
    """A length of time: `12h`, `3d`, `90min`, `1w`."""
    _sign, number, unit = _parts(text)
    return number * {**_HOURS, **_DAYS}[unit]


def working_day(day: date, rule: str, calendar: Mapping[date, bool] = NO_CALENDAR) -> date:
    """The day itself, or the working day `before` or `after` it when nobody works on it."""
    step = {"none": 0, "before": -1, "after": 1}[rule]
    while step and not calendar.get(day, day.weekday() < 5):
        day += timedelta(days=step)
    return day
