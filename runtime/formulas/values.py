"""The values that formulas work with, and what the operators do with them.

Inside a formula a value has its canonical form: Decimal, text, bool, list, None for blank; a date is the text
`2026-11-21`, a moment the text `2026-11-21T09:00:00Z`, a time of day the text `09:30`. Types were checked before,
so a text that meets `+` is a date. What still does not fit (a formula that was never checked) is the error
`wrong_value`.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import partial
from zoneinfo import ZoneInfo

from runtime.documents import plain_number
from runtime.formulas.errors import FormulaError
from runtime.times import iso, parse_iso

Value = Decimal | str | bool | list["Value"] | None

LIMIT = Decimal(10) ** 18
MAX_TEXT = 20_000
FIRST_YEAR = 1000

# The exponents are bounded so that no number can be written with more than some 50 digits.
EXACT = Context(prec=28, Emin=-18, Emax=36, traps=[Overflow, InvalidOperation, DivisionByZero])


def canonical(value: object) -> Value:
    """A value from outside as formulas see it: whole numbers become Decimal, empty text becomes blank."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, Decimal)):
        return bounded(partial(EXACT.create_decimal, value))
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    raise FormulaError("wrong_value")


def bounded(work: Callable[[], Decimal]) -> Decimal:
    """The result of an arithmetic step, or the error `overflow` from 10^18 on."""
    try:
        result = work()
    except (Overflow, InvalidOperation):
        raise FormulaError("overflow") from None
    if not result.is_finite() or abs(result) >= LIMIT:
        raise FormulaError("overflow")
    return result or Decimal(0)


def number(value: Value) -> Decimal:
    """The value as a number; `wrong_value` for anything else."""
    if not isinstance(value, Decimal):
        raise FormulaError("wrong_value")
    return value


def whole(value: Value) -> int:
    """The value as an int; `not_whole` with a fraction."""
    exact = number(value)
    if exact != exact.to_integral_value():
        raise FormulaError("not_whole", number=plain_number(exact))
    return int(exact)


def moment(value: Value) -> date | datetime:
    """A canonical text as the date or the moment (UTC) it means."""
    try:
        if isinstance(value, str):
            return date.fromisoformat(value) if len(value) == 10 else parse_iso(value)
    except (ValueError, OverflowError):
        pass
    raise FormulaError("wrong_value")


def local(value: Value, zone: str) -> date | datetime:
    """A date as it is, a moment as the clocks of `zone` show it; `date_range` where those pass the year 9999."""
    found = moment(value)
    try:
        return found.astimezone(ZoneInfo(zone)) if isinstance(found, datetime) else found
    except OverflowError:
        raise FormulaError("date_range") from None


def day(value: Value) -> date:
    """A canonical text as the date it means; `wrong_value` for a moment."""
    found = moment(value)
    if isinstance(found, datetime):
        raise FormulaError("wrong_value")
    return found


def clock(value: Value) -> time:
    """A canonical text as the time of day it means."""
    try:
        if isinstance(value, str) and len(value) == 5:
            return time.fromisoformat(value)
    except ValueError:
        pass
    raise FormulaError("wrong_value")


def text_of(value: date | datetime) -> str:
    """The canonical text of a date or moment; `date_range` outside the years that fields can hold."""
    if value.year < FIRST_YEAR:
        raise FormulaError("date_range")
    return iso(value) if isinstance(value, datetime) else value.isoformat()


def negate(value: Value) -> Value:
    """`-value`; blank for blank."""
    return None if value is None else bounded(lambda: EXACT.minus(number(value)))


def total(items: list[Value]) -> Decimal:
    """All numbers added up; blanks count as 0."""
    result = Decimal(0)
    for item in items:
        if item is not None:
            result = EXACT.add(result, number(item))
    return bounded(lambda: result)


def calculate(operator: str, left: Value, right: Value) -> Value:
    """`left + right` and its kin; blank with a blank side, but `&` takes blank for no text."""
    if operator == "&":
        return joined(left, right)
    if left is None or right is None:
        return None
    return _ARITHMETIC[operator](left, right)


def joined(left: Value, right: Value) -> Value:
    """Both values as one text."""
    result = shown(left) + shown(right)
    if len(result) > MAX_TEXT:
        raise FormulaError("text_too_long", limit=MAX_TEXT)
    return result or None


def shown(value: Value) -> str:
    """The value as a text, "" for blank; `wrong_value` for what is not written in one way only."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, str):
        return value
    raise FormulaError("wrong_value")


def _add(left: Value, right: Value) -> Value:
    if isinstance(left, str):
        return _days_after(day(left), whole(right))
    return bounded(lambda: EXACT.add(number(left), number(right)))


def _subtract(left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return Decimal((day(left) - day(right)).days)
    if isinstance(left, str):
        return _days_after(day(left), -whole(right))
    return bounded(lambda: EXACT.subtract(number(left), number(right)))


def _multiply(left: Value, right: Value) -> Value:
    return bounded(lambda: EXACT.multiply(number(left), number(right)))


def _divide(left: Value, right: Value) -> Value:
    if not number(right):
        raise FormulaError("division_by_zero")
    return bounded(lambda: EXACT.divide(number(left), number(right)))


def _days_after(start: date, days: int) -> str:
    try:
        return text_of(start + timedelta(days=days))
    except OverflowError:
        raise FormulaError("date_range") from None


_ARITHMETIC: dict[str, Callable[[Value, Value], Value]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
}


def compare(operator: str, left: Value, right: Value) -> bool | None:
    """`left = right` and its kin. Two blanks are equal; `<` and the like are blank with a blank."""
    if operator == "=":
        return same(left, right)
    if operator == "<>":
        return not same(left, right)
    if left is None or right is None:
        return None
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _ordered(operator, left < right, left == right)
    # Dates, moments and times of day sort by their canonical text.
    if type(_timely(left)) is not type(_timely(right)):
        raise FormulaError("wrong_value")
    return _ordered(operator, str(left) < str(right), left == right)


def _timely(value: Value) -> date | datetime | time:
    return clock(value) if isinstance(value, str) and len(value) == 5 else moment(value)


def same(left: Value, right: Value) -> bool:
    """Whether two values are equal: of one kind, two blanks too."""
    return type(left) is type(right) and left == right


def _ordered(operator: str, less: bool, equal: bool) -> bool:
    return {"<": less, "<=": less or equal, ">": not (less or equal), ">=": not less}[operator]
