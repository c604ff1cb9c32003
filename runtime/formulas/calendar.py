"""Adding and counting days, weeks, months and years, for dates and for moments in a zone."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from runtime.formulas.errors import FormulaError
from runtime.times import from_wall

CALENDAR_UNITS = ("day", "week", "month", "quarter", "year")
TIME_UNITS = ("hour", "minute")
UNITS = CALENDAR_UNITS + TIME_UNITS

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SECONDS = {"hour": 3600, "minute": 60}

D = TypeVar("D", date, datetime)


def add(start: date | datetime, count: int, unit: str, zone: str) -> date | datetime:
    """`start` moved by `count` units. A month end clamps: 31 January + 1 month is the last of February.

    A moment keeps its time of day in `zone` when days or months are added; hours and minutes really pass.
    """
    if unit in TIME_UNITS and not isinstance(start, datetime):
        raise FormulaError("unit_needs_time", unit=unit)
    try:
        if not isinstance(start, datetime):
            return _moved(start, count, unit)
        if unit in TIME_UNITS:
            return start + timedelta(seconds=count * _SECONDS[unit])
        return from_wall(_moved(_wall(start, zone), count, unit), zone)
    except (OverflowError, ValueError):
        raise FormulaError("date_range") from None


def count(start: date | datetime, end: date | datetime, unit: str, zone: str) -> int:
    """How many whole units lie between; negative when `end` comes first: the same distance, backwards."""
    if type(start) is not type(end):
        raise FormulaError("wrong_value")
    if unit in TIME_UNITS and not isinstance(start, datetime):
        raise FormulaError("unit_needs_time", unit=unit)
    try:
        if isinstance(start, datetime) and isinstance(end, datetime):
            return _count_moments(start, end, unit, zone)
        return _count(start, end, unit)
    except OverflowError:
        raise FormulaError("date_range") from None


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _moved(start: D, count: int, unit: str) -> D:
    if unit in _DAYS:
        return start + timedelta(days=count * _DAYS[unit])
    months = start.year * 12 + start.month - 1 + count * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def _count_moments(start: datetime, end: datetime, unit: str, zone: str) -> int:
    if unit in TIME_UNITS:
        return _whole(int((end - start).total_seconds()), _SECONDS[unit])
    return _count(_wall(start, zone), _wall(end, zone), unit)


def _count(start: D, end: D, unit: str) -> int:
    if end < start:
        return -_count(end, start, unit)
    if unit in _DAYS:
        return (end - start).days // _DAYS[unit]
    months = (end.year - start.year) * 12 + end.month - start.month
    # A month is complete on the day that `add` would reach, so the clamped month end counts.
    if _moved(start, months, "month") > end:
        months -= 1
    return months // _MONTHS[unit]


def _whole(seconds: int, size: int) -> int:
    return seconds // size if seconds >= 0 else -(-seconds // size)
