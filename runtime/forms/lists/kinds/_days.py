"""The days that a calendar shows: a month in whole weeks, a week, or one day, and those before and after."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale
from babel.dates import format_date, format_skeleton

SPANS = ("month", "week", "day", "agenda")
FIRST, LAST = date(1000, 3, 1), date(9999, 10, 31)
"""Days that have room for a month on both sides."""
_DAY = timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True)
class Stretch:
    """What a calendar shows: from `first` to `last`, around `day`."""

    day: date
    span: str
    first: date
    last: date
    title: str

    @property
    def weeks(self) -> list[list[date]]:
        """The days in rows of a week."""
        days = self.days
        return [days[start : start + _WEEK] for start in range(0, len(days), _WEEK)]

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + number * _DAY for number in range((self.last - self.first).days + 1)]

    def step(self, by: int) -> date:
        """A day of the stretch before (-1) or after (1) this one."""
        if self.span in ("week", "day"):
            return _within(self.day + by * (_WEEK if self.span == "week" else 1) * _DAY)
        months = self.day.year * 12 + self.day.month - 1 + by
        return _within(date(months // 12, months % 12 + 1, 1))


def stretch(text: str, span: str, today: date, locale: str) -> Stretch:
    """What is shown around a day; around today where the text is none."""
    day = _within(_day(text) or today)
    if span == "day":
        return Stretch(day, span, day, day, str(format_date(day, "full", locale=locale)))
    if span == "week":
        first = _week_of(day, locale)
        ends = [str(format_date(each, "medium", locale=locale)) for each in (first, first + 6 * _DAY)]
        return Stretch(day, span, first, first + 6 * _DAY, " – ".join(ends))
    start = day.replace(day=1)
    end = (start + 31 * _DAY).replace(day=1) - _DAY
    title = str(format_skeleton("yMMMM", day, locale=locale))
    if span == "agenda":
        return Stretch(day, span, start, end, title)
    return Stretch(day, span, _week_of(start, locale), _week_of(end, locale) + 6 * _DAY, title)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None


def _within(day: date) -> date:
    return min(max(day, FIRST), LAST)


def _week_of(day: date, locale: str) -> date:
    """The first day of its week, whichever that is where the language is spoken."""
    begins = Locale.parse(locale).first_week_day
    return day - (day.weekday() - begins) % _WEEK * _DAY


def weekdays(locale: str) -> list[tuple[str, str]]:
    """The days of the week from the first one: short, and in full."""
    own = Locale.parse(locale)
    order = [(own.first_week_day + number) % _WEEK for number in range(_WEEK)]
    names = own.days["stand-alone"]
    return [(names["abbreviated"][each], names["wide"][each]) for each in order]
