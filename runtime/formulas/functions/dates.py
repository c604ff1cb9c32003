"""Functions of dates, of moments in the zone of the app, and of times of day."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from runtime.fields import N_, FieldError
from runtime.fields._dates import read_date, read_time
from runtime.formulas.errors import FormulaError
from runtime.formulas.functions._base import (
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    TIME,
    Function,
    Group,
    Lazy,
    Parameter,
    Scope,
    always,
    counted,
    of_dates,
    of_numbers,
    strict,
    text,
)
from runtime.formulas.values import Value, clock, local, text_of, whole
from runtime.times import iso

MOST = 1_000_000  # months or days that a date is counted on by


def _today(scope: Scope) -> Value:
    return scope.now.astimezone(ZoneInfo(scope.zone)).date().isoformat()


def _now(scope: Scope) -> Value:
    return iso(scope.now)


def _part(take: Callable[[date], int]) -> Callable[..., Value]:
    def run(scope: Scope, value: Lazy) -> Value:
        found = value()
        return None if found is None else Decimal(take(local(found, scope.zone)))

    return run


def _of_clock(take: Callable[[time | datetime], int]) -> Callable[..., Value]:
    def run(scope: Scope, value: Lazy) -> Value:
        found = value()
        if found is None:
            return None
        if len(text(found)) == 5:
            return Decimal(take(clock(found)))
        when = local(found, scope.zone)
        if not isinstance(when, datetime):
            raise FormulaError("wrong_value")
        return Decimal(take(when))

    return run


def _date(year: Value, month: Value, number: Value) -> Value:
    """As in spreadsheets: the thirteenth month is January of the next year, the 0th day the last one before."""
    months = whole(year) * 12 + whole(month) - 1
    days = whole(number) - 1
    if abs(months) > MOST or abs(days) > MOST:
        raise FormulaError("date_range")
    try:
        return text_of(date(months // 12, months % 12 + 1, 1) + timedelta(days=days))
    except (ValueError, OverflowError):
        raise FormulaError("date_range") from None


def _time(hour: Value, minute: Value) -> Value:
    return time(counted(hour, most=23), counted(minute, most=59)).isoformat("minutes")


def _weekday(scope: Scope, value: Lazy, kind: Lazy = lambda: Decimal(1)) -> Value:
    found, first = value(), kind()
    if found is None or first is None:
        return None
    monday = local(found, scope.zone).isoweekday()
    return Decimal({1: monday % 7 + 1, 2: monday, 3: monday - 1}[counted(first, least=1, most=3)])


def _value(
    read: Callable[[str], date | time], part: Callable[[datetime], date | time]
) -> Callable[..., Value]:
    """What a text says, or that part of a moment in the zone of the app; blank when it says nothing."""

    def run(scope: Scope, value: Lazy) -> Value:
        found = value()
        if found is None:
            return None
        if len(text(found)) == 20 and text(found).endswith("Z"):
            when = local(found, scope.zone)
            return _plain(part(when)) if isinstance(when, datetime) else None
        try:
            return _plain(read(text(found)))
        except FieldError:
            return None

    return run


def _plain(found: date | time) -> str:
    return found.isoformat("minutes") if isinstance(found, time) else found.isoformat()


_WHEN = (DATE, DATETIME)
_ONE = (Parameter("date", _WHEN),)
_CLOCK = (Parameter("time", (TIME, DATETIME)),)


plugin = Group(
    "dates",
    N_("Dates and times"),
    (
        of_dates(
            "TODAY",
            (),
            _today,
            N_("Today's date in the zone of the app."),
            ("TODAY() - TODAY()", Decimal(0)),
        ),
        Function(
            "NOW",
            (),
            always(DATETIME),
            _now,
            N_("The moment of the calculation."),
            (("DATEVALUE(NOW()) = TODAY()", True),),
        ),
        of_dates(
            "DATE",
            (Parameter("year", (NUMBER,)), Parameter("month", (NUMBER,)), Parameter("day", (NUMBER,))),
            strict(_date),
            N_(
                "The date of a year, month and day; a 13th month or a 0th day counts on into the next or the "
                "last. Blank for blank."
            ),
            ("DATE(2026, 2, 28)", "2026-02-28"),
            ("DATE(2026, 13, 0)", "2026-12-31"),
        ),
        Function(
            "TIME",
            (Parameter("hour", (NUMBER,)), Parameter("minute", (NUMBER,))),
            always(TIME),
            strict(_time),
            N_("The time of day of an hour and a minute. Blank for blank."),
            (("TIME(9, 5)", "09:05"),),
        ),
        of_numbers(
            "YEAR",
            _ONE,
            _part(lambda found: found.year),
            N_("The year of a date. Blank for blank."),
            ("YEAR(DATE(2026, 5, 9))", Decimal(2026)),
        ),
        of_numbers(
            "MONTH",
            _ONE,
            _part(lambda found: found.month),
            N_("The month of a date, 1 to 12. Blank for blank."),
            ("MONTH(DATE(2026, 5, 9))", Decimal(5)),
        ),
        of_numbers(
            "DAY",
            _ONE,
            _part(lambda found: found.day),
            N_("The day of a date in its month. Blank for blank."),
            ("DAY(DATE(2026, 5, 9))", Decimal(9)),
        ),
        of_numbers(
            "HOUR",
            _CLOCK,
            _of_clock(lambda found: found.hour),
            N_("The hour of a time, or of a date with time in the zone of the app. Blank for blank."),
            ("HOUR(TIME(9, 5))", Decimal(9)),
        ),
        of_numbers(
            "MINUTE",
            _CLOCK,
            _of_clock(lambda found: found.minute),
            N_("The minute of a time, or of a date with time in the zone of the app. Blank for blank."),
            ("MINUTE(TIME(9, 5))", Decimal(5)),
        ),
        of_numbers(
            "WEEKDAY",
            (*_ONE, Parameter("kind", (NUMBER,), optional=True)),
            _weekday,
            N_(
                "The day of the week: from 1 for Sunday, with kind 2 from 1 for Monday, with kind 3 from 0 for "
                "Monday. Blank for blank."
            ),
            ("WEEKDAY(DATE(2026, 11, 22))", Decimal(1)),
            ("WEEKDAY(DATE(2026, 11, 22), 2)", Decimal(7)),
        ),
        of_numbers(
            "ISOWEEKNUM",
            _ONE,
            _part(lambda found: found.isocalendar().week),
            N_("The week of the year after ISO 8601, from Monday on. Blank for blank."),
            ("ISOWEEKNUM(DATE(2026, 1, 1))", Decimal(1)),
        ),
        of_dates(
            "DATEVALUE",
            (Parameter("value", (TEXT, DATETIME)),),
            _value(read_date, datetime.date),
            N_(
                "The date that a text says, or of a date with time in the zone of the app. Blank when there is none."
            ),
            ('DATEVALUE("2026年11月2日")', "2026-11-02"),
            ('DATEVALUE("soon")', None),
        ),
        Function(
            "TIMEVALUE",
            (Parameter("value", (TEXT, DATETIME)),),
            always(TIME),
            _value(read_time, datetime.time),
            N_(
                "The time of day that a text says, or of a date with time in the zone of the app. Blank when "
                "there is none."
            ),
            (('TIMEVALUE("9:05")', "09:05"),),
        ),
    ),
)
