"""Days counted from today, as facts: `days.today`, `days.before_7`, `days.begin_before_7` … Pure.

A date is compared with dates, a moment with the first and the last second of days, as they are in one zone.
Today counts: the last 7 days are today and the 7 days before it.
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
        number = count(f"{ROOT}.{name}") or 0
        day = self._today + timedelta(days=-number if "before" in name else number)
        if name.startswith(_DATES):
            return day.isoformat()
        if name.startswith("begin"):
            return times.iso(self._midnight(day))
        return times.iso(self._midnight(day + timedelta(days=1)) - timedelta(seconds=1))

    def _midnight(self, day: date) -> datetime:
        return times.from_wall(datetime(day.year, day.month, day.day), self._zone)

    def __iter__(self) -> Iterator[str]:
        return iter(("today", "begin", "end"))

    def __len__(self) -> int:
        return 3


def type_of(path: str) -> ValueType | None:
    """What a fact like `days.before_7` is: a date, or a moment; None for what is no such fact."""
    root, _dot, name = path.partition(".")
    found = _FACT.fullmatch(name) if root == ROOT else None
    if found is None or int(found[2] or 0) > MOST:
        return None
    return ValueType.DATE if name.startswith(_DATES) else ValueType.DATETIME


def count(path: str) -> int | None:
    """The number of days in such a path; None for one without."""
    digits = path.rpartition("_")[2]
    return int(digits) if type_of(path) is not None and digits.isdecimal() else None
