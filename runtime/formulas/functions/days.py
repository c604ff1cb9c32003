"""Functions that count days, months and working days."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from runtime.fields import N_, ValueType
from runtime.formulas import calendar
from runtime.formulas.errors import FormulaError
from runtime.formulas.functions._base import (
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    Argument,
    Function,
    Group,
    Lazy,
    Parameter,
    Scope,
    alike,
    counted,
    of_dates,
    of_numbers,
    strict,
    unit_of,
)
from runtime.formulas.values import Value, day, moment, text_of, whole

MOST_DAYS = 100_000
MOST_MONTHS = 12_000


def _type_of_dateadd(arguments: Sequence[Argument]) -> ValueType:
    _refuse_time_units(arguments[0], arguments[2])
    return arguments[0].type


def _type_of_datedif(arguments: Sequence[Argument]) -> ValueType:
    alike("DATEDIF", arguments[0].type, arguments[1].type)
    _refuse_time_units(arguments[0], arguments[2])
    return NUMBER


def _refuse_time_units(start: Argument, unit: Argument) -> None:
    name = unit_of(unit.literal or "")
    if start.type == DATE and name in calendar.TIME_UNITS:
        raise FormulaError("unit_needs_time", unit=name)


def _edate(scope: Scope, start: Lazy, months: Lazy) -> Value:
    return _moved(start(), months(), scope)


def _moved(start: Value, months: Value, scope: Scope) -> Value:
    if start is None or months is None:
        return None
    count = counted(months, least=-MOST_MONTHS, most=MOST_MONTHS)
    return text_of(calendar.add(day(start), count, "month", scope.zone))


def _eomonth(scope: Scope, start: Lazy, months: Lazy) -> Value:
    found = _moved(start(), months(), scope)
    if found is None:
        return None
    last = day(found)
    return text_of(last.replace(day=monthrange(last.year, last.month)[1]))


def _dateadd(scope: Scope, start: Lazy, count: Lazy, unit: Lazy) -> Value:
    first, number = start(), count()
    if first is None or number is None:
        return None
    return text_of(calendar.add(moment(first), whole(number), _known_unit(unit), scope.zone))


def _datedif(scope: Scope, start: Lazy, end: Lazy, unit: Lazy) -> Value:
    first, last = start(), end()
    if first is None or last is None:
        return None
    return Decimal(calendar.count(moment(first), moment(last), _known_unit(unit), scope.zone))


def _known_unit(unit: Lazy) -> str:
    name = unit_of(str(unit()))
    if name not in calendar.UNITS:
        raise FormulaError("not_a_unit", units=calendar.UNITS)
    return name


def _days(end: Value, start: Value) -> Value:
    return Decimal((day(end) - day(start)).days)


def _networkdays(start: Value, end: Value) -> Value:
    first, last = day(start), day(end)
    if last < first:
        return -_working(last, first)
    return _working(first, last)


def _working(first: date, last: date) -> Decimal:
    """How many days from Monday to Friday lie from one date to another, both included."""
    weeks, rest = divmod((last - first).days + 1, 7)
    extra = sum((first.weekday() + offset) % 7 < 5 for offset in range(rest))
    return Decimal(weeks * 5 + extra)


def _workday(start: Value, days: Value) -> Value:
    count, found = counted(days, least=-MOST_DAYS, most=MOST_DAYS), day(start)
    step = 1 if count > 0 else -1
    weeks, rest = divmod(abs(count), 5)
    try:
        while found.weekday() > 4 and count:  # a weekend counts from the working day before
            found -= timedelta(days=step)
        found += timedelta(days=7 * weeks * step)
        while rest:
            found += timedelta(days=step)
            rest -= found.weekday() < 5
    except OverflowError:
        raise FormulaError("date_range") from None
    return text_of(found)


_WHEN = (DATE, DATETIME)
_UNIT = Parameter("unit", (TEXT,), units=calendar.UNITS)
_START_MONTHS = (Parameter("start", (DATE,)), Parameter("months", (NUMBER,)))


plugin = Group(
    "days",
    N_("Counting days"),
    (
        of_dates(
            "EDATE",
            _START_MONTHS,
            _edate,
            N_("The date so many months later; a month end stays a month end at most. Blank for blank."),
            ("EDATE(DATE(2026, 1, 31), 1)", "2026-02-28"),
        ),
        of_dates(
            "EOMONTH",
            _START_MONTHS,
            _eomonth,
            N_("The last day of the month so many months later. Blank for blank."),
            ("EOMONTH(DATE(2026, 1, 15), 1)", "2026-02-28"),
        ),
        Function(
            "DATEADD",
            (Parameter("start", _WHEN), Parameter("count", (NUMBER,)), _UNIT),
            _type_of_dateadd,
            _dateadd,
            N_(
                "`start` moved by whole units; a negative count goes back. A month end stays a month end at most: "
                "one month after 31 January is the last day of February. Hours and minutes need a date with time. "
                "Blank for blank."
            ),
            (('DATEADD(TODAY(), 1, "week") - TODAY()', Decimal(7)),),
        ),
        Function(
            "DATEDIF",
            (Parameter("start", _WHEN), Parameter("end", _WHEN), _UNIT),
            _type_of_datedif,
            _datedif,
            N_(
                "How many whole units lie from `start` to `end`; negative when `end` is earlier. Blank for blank."
            ),
            (
                ('DATEDIF(TODAY(), TODAY() + 15, "week")', Decimal(2)),
                ('DATEDIF(TODAY(), TODAY() - 1, "day")', Decimal(-1)),
            ),
        ),
        of_numbers(
            "DAYS",
            (Parameter("end", (DATE,)), Parameter("start", (DATE,))),
            strict(_days),
            N_("How many days lie from the second date to the first. Blank for blank."),
            ("DAYS(DATE(2026, 3, 1), DATE(2026, 2, 1))", Decimal(28)),
        ),
        of_numbers(
            "NETWORKDAYS",
            (Parameter("start", (DATE,)), Parameter("end", (DATE,))),
            strict(_networkdays),
            N_(
                "How many days from Monday to Friday lie from one date to another, both included; holidays "
                "count as days. Blank for blank."
            ),
            ("NETWORKDAYS(DATE(2026, 11, 20), DATE(2026, 11, 23))", Decimal(2)),
        ),
        of_dates(
            "WORKDAY",
            (Parameter("start", (DATE,)), Parameter("days", (NUMBER,))),
            strict(_workday),
            N_("The date so many days from Monday to Friday later; holidays count as days. Blank for blank."),
            ("WORKDAY(DATE(2026, 11, 20), 1)", "2026-11-23"),
            ("WORKDAY(DATE(2026, 11, 22), 1)", "2026-11-23"),
            ("WORKDAY(DATE(2026, 11, 23), -1)", "2026-11-20"),
        ),
    ),
)
