"""Days counted from today, as facts: `days.today`, `days.before_7`, `days.begin_before_7` … Pure.

A date is compared with dates, a moment with the first and the last second of days, as they are in one zone.
Today counts: the last 7 days are today and the 7 days before it. Periods have a first and a last day
(`days.last_month_first`, `days.last_month_last`) and for moments a beginning and an end (`days.this_week_begin`); weeks
begin on Monday, for everybody alike.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from runtime import times
from runtime.fields import ValueType

ROOT = "days"
MOST = 3_660  # days: ten years
_FACT = re.compile(r"(today|begin|end|(?:before|after|begin_before|end_after)_([1-9][0-9]{0,3}))")
_DATES = ("today", "before", "after")
PERIODS = tuple(
    f"{which}_{unit}" for unit in ("week", "month", "quarter", "year") for which in ("this", "last", "next")
)
_PERIOD = re.compile(rf"({'|'.join(PERIODS)})_(first|last|begin|end)")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Days(Mapping[str, str]):
    """The days around `now` (aware) in a zone; each is worked out when somebody asks for it."""

    def __init__(self, now: datetime, zone: str) -> None:
        self._now, self._zone = now, zone

    @cached_property
    def _today(self) -> date:
        return self._now.astimezone(ZoneInfo(self._zone)).date()

    def __getitem__(self, name: str) -> str:
        if type_of(f"{ROOT}.{name}") is None:
            raise KeyError(name)
        if period := _PERIOD.fullmatch(name):
            return self._of_period(period[1], period[2])
        number = count(f"{ROOT}.{name}") or 0
        day = self._today + timedelta(days=-number if "before" in name else number)
        if name.startswith(_DATES):
            return day.isoformat()
        if name.startswith("begin"):
            return times.iso(self._midnight(day))
        return times.iso(self._midnight(day + timedelta(days=1)) - timedelta(seconds=1))

    def _of_period(self, period: str, edge: str) -> str:
        first, after = bounds(period, self._today)
        if edge in ("first", "last"):
            return (first if edge == "first" else after - timedelta(days=1)).isoformat()
        return times.iso(
            self._midnight(first) if edge == "begin" else self._midnight(after) - timedelta(seconds=1)
        )

    def _midnight(self, day: date) -> datetime:
        return times.from_wall(datetime(day.year, day.month, day.day), self._zone)

    def __iter__(self) -> Iterator[str]:
        return iter(("today", "begin", "end"))

    def __len__(self) -> int:
        return 3


def bounds(period: str, today: date) -> tuple[date, date]:
    """The first day of a period like `last_month`, and the first day after it."""
    which, unit = period.split("_")
    step = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return first, first + timedelta(weeks=1)
    length = _MONTHS[unit]
    at = (today.year * 12 + today.month - 1) // length + step
    return _month(at * length), _month((at + 1) * length)


def _month(number: int) -> date:
    """The first day of a month, counted from the year 0."""
    year, month = divmod(number, 12)
    return date(year, month + 1, 1)


def type_of(path: str) -> ValueType | None:
    """What a fact like `days.before_7` is: a date, or a moment; None for what is no such fact."""
    root, _dot, name = path.partition(".")
    period = _PERIOD.fullmatch(name) if root == ROOT else None
    if period:
        return ValueType.DATE if period[2] in ("first", "last") else ValueType.DATETIME
    found = _FACT.fullmatch(name) if root == ROOT else None
    if found is None or int(found[2] or 0) > MOST:
        return None
    return ValueType.DATE if name.startswith(_DATES) else ValueType.DATETIME


def count(path: str) -> int | None:
    """The number of days in such a path; None for one without."""
    digits = path.rpartition("_")[2]
    return int(digits) if type_of(path) is not None and digits.isdecimal() else None
