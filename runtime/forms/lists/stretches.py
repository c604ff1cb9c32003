"""Which values make a group of a list: those that are the same, or days, weeks, months, quarters and years."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from runtime import times
from runtime.fields import N_, Field, Reader, ValueType

PERIODS = {
    "day": N_("Day"),
    "week": N_("Week"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
}
USUAL = "month"


@dataclass(frozen=True)
class Groups:
    """How the values of a field make groups."""

    one: Field
    period: str
    reader: Reader

    def of(self, value: Any) -> Any:
        """The group of a value: the first day of a stretch of time, else the value itself."""
        if value is None or not self.period:
            return value
        return first_day(self._day(value), self.period, self.reader.locale)

    def _day(self, value: str) -> date:
        if self.one.type.value_type is not ValueType.DATETIME:
            return date.fromisoformat(value)
        return times.parse_iso(value).astimezone(ZoneInfo(self.reader.zone)).date()

    def span(self, found: Iterable[Any]) -> tuple[str, str] | None:
        """The values from the first to the last of these groups, where they are stretches of time."""
        days = [each for each in found if each is not None]
        if not self.period or not days:
            return None
        first, last = min(days), last_day(max(days), self.period)
        if self.one.type.value_type is not ValueType.DATETIME:
            return first.isoformat(), last.isoformat()
        return times.iso(self._begin(first)), times.iso(self._end(last))

    def _begin(self, day: date) -> datetime:
        return times.from_wall(datetime.combine(day, time()), self.reader.zone)

    def _end(self, day: date) -> datetime:
        if day == date.max:
            return datetime.max.replace(tzinfo=UTC)
        return self._begin(day + timedelta(1)) - timedelta(seconds=1)


def first_day(day: date, period: str, locale: str) -> date:
    """The first day of the stretch in which a day is."""
    if period == "week":
        return day - timedelta((day.weekday() - Locale.parse(locale).first_week_day) % 7)
    months = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}
    return day.replace(month=months[period], day=1) if period in months else day


def last_day(first: date, period: str) -> date:
    """The last day of a stretch that begins so."""
    if period in ("day", "week"):
        return first + min(timedelta(6 if period == "week" else 0), date.max - first)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    year, month = divmod(first.month - 1 + months, 12)
    if first.year + year > date.max.year:
        return date.max
    return first.replace(year=first.year + year, month=month + 1) - timedelta(1)
