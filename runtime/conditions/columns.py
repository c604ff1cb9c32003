"""One keyword on one column: the SQL that compares as the evaluator does, for each type of column."""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    and_,
    false,
    func,
    literal,
    or_,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from runtime import times
from runtime.conditions.errors import ConditionError
from runtime.conditions.evaluation import test_of
from runtime.conditions.facts import Among, as_time, constants, is_clock, is_number, is_storable, is_time
from runtime.conditions.nodes import Atom, Constant, Schema
from runtime.db import Json
from runtime.fields import ValueType
from runtime.fields._columns import CalendarDate, ExactNumber, Instant, Several

Expression = ColumnElement[bool]
Column = ColumnElement[Any]

_COMPARE: dict[str, Callable[[Any, Any], Expression]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
    "minLength": operator.ge,
    "maxLength": operator.le,
    "formatMinimum": operator.ge,
    "formatMaximum": operator.le,
}
# A keyword that does not look at values of a type gives the same verdict for all of them.
_SAMPLES: dict[ValueType, Any] = {
    ValueType.TEXT: "",
    ValueType.NUMBER: 0,
    ValueType.DATE: "2000-01-01",
    ValueType.DATETIME: "2000-01-01T00:00:00Z",
    ValueType.BOOL: True,
    ValueType.LIST: [],
}


def verdict(holds: bool) -> Expression:
    """A condition's verdict that is the same for every row."""
    return true() if holds else false()


def compare(column: Column, atom: Atom, facts: Mapping[str, Any]) -> Expression:
    """The keyword as SQL on a column that is not NULL; ConditionError `no_sql` for a list of our own tables."""
    kind = _kind(column.type)
    if isinstance(column.type, Json) and atom.keyword != "type":
        raise ConditionError("no_sql", atom.place, keyword=atom.keyword)
    operands = list(constants(atom.operands, facts))
    special = _SPECIAL.get((atom.keyword, kind))
    if special is not None:
        return special(column, atom.keyword, operands)
    return verdict(test_of(Schema((atom,)))(_SAMPLES[kind], facts))


def _kind(sql: TypeEngine[Any]) -> ValueType:
    if isinstance(sql, Json | Several):
        return ValueType.LIST
    if isinstance(sql, TypeDecorator):
        sql = sql.impl_instance
    for classes, kind in _KINDS:
        if isinstance(sql, classes):
            return kind
    return ValueType.LIST


_KINDS: tuple[tuple[Any, ValueType], ...] = (
    (Boolean, ValueType.BOOL),
    ((Integer, Numeric), ValueType.NUMBER),
    (Date, ValueType.DATE),
    (DateTime, ValueType.DATETIME),
    (String, ValueType.TEXT),
)


def _among(column: Column, values: list[Any]) -> Expression:
    if not values:
        return false()
    return column == values[0] if len(values) == 1 else column.in_(values)


def _equal_texts(column: Column, keyword: str, operands: list[Constant]) -> Expression:
    return _among(column, [each for each in operands if isinstance(each, str) and is_storable(each)])


def _equal_truths(column: Column, keyword: str, operands: list[Constant]) -> Expression:
    truths = {each for each in operands if isinstance(each, bool)}
    return or_(false(), *(column == verdict(truth) for truth in truths))


def _equal_numbers(column: Column, keyword: str, operands: list[Any]) -> Expression:
    numbers = [each for each in operands if is_number(each)]
    groups = [each for each in operands if isinstance(each, Among)]
    if not isinstance(column.type, Integer):  # which may store a number in another unit than it is
        return _among(column, numbers + [number for group in groups for number in group])
    if groups:
        return or_(_equal_numbers(column, keyword, numbers), *(column.in_(each.select) for each in groups))
    low, high = _integer_range(column.type)
    numbers = [int(each) for each in numbers if low <= each <= high and each == int(each)]
    return _among(column, numbers)


def _equal_dates(column: Column, keyword: str, operands: list[Constant]) -> Expression:
    return _among(
        column, [_bind(column, each) for each in operands if is_time(each) and len(str(each)) == 10]
    )


def _equal_moments(column: Column, keyword: str, operands: list[Constant]) -> Expression:
    moments = [each for each in operands if is_time(each) and len(str(each)) > 10]
    return or_(false(), *(and_(column >= _bind(column, each), _until(column, each)) for each in moments))


def _bind(column: Column, text: Any) -> Any:
    """What a canonical text is bound as: field columns take the text, our own tables an object."""
    return text if isinstance(column.type, CalendarDate | Instant) else as_time(text)


def _until(column: Column, text: Any) -> Expression:
    # A moment is canonical to the second, but `created_at` keeps microseconds: up to k is before k + 1 s.
    try:
        end = datetime.fromisoformat(text) + timedelta(seconds=1)
    except OverflowError:
        return true()
    return _COMPARE["exclusiveMaximum"](column, _bind(column, times.iso(end)))


def _bound_number(column: Column, keyword: str, operands: list[Any]) -> Expression:
    if len(operands) != 1 or not is_number(operands[0]):
        return false()
    bound = operands[0]
    if isinstance(column.type, Integer):
        bound = _whole_bound(column.type, keyword, bound)
    return verdict(bound) if isinstance(bound, bool) else _COMPARE[keyword](column, bound)


def _whole_bound(sql: Integer, keyword: str, bound: int | Decimal) -> int | bool:
    """The bound as an integer; a plain verdict when it lies outside of what the column can hold."""
    low, high = _integer_range(sql)
    lower = keyword in ("minimum", "exclusiveMinimum")
    if not low <= bound <= high:
        return lower == (bound < low)
    up = keyword in ("minimum", "exclusiveMaximum")
    return int(Decimal(bound).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR))


def _integer_range(sql: Integer) -> tuple[int, int]:
    bits = 63 if isinstance(sql, BigInteger) else 31
    return -(2**bits), 2**bits - 1


def _length(column: Column, keyword: str, operands: list[Any]) -> Expression:
    return _COMPARE[keyword](func.length(column), operands[0])


def _bound_text(column: Column, keyword: str, operands: list[Constant]) -> Expression:
    if len(operands) != 1 or not is_time(operands[0]):
        return false()
    return _COMPARE[keyword](CodePoints(column), operands[0])


def _after_clock(clock: str) -> str:
    """The first date that comes, as texts compare, after a time of day: 09:30 lies between 0999 and 1000."""
    return f"{int(clock[:2]) + 1:02}00-01-01"


def _bound_date(column: Column, keyword: str, operands: list[Any]) -> Expression:
    """As texts compare: a date comes before every moment of its day."""
    if len(operands) != 1 or not is_time(operands[0]):
        return false()
    if is_clock(operands[0]):
        later = "minimum" if keyword == "formatMinimum" else "exclusiveMaximum"
        return _COMPARE[later](column, _bind(column, _after_clock(operands[0])))
    day = _bind(column, operands[0][:10])
    if keyword == "formatMinimum" and len(operands[0]) > 10:
        return _COMPARE["exclusiveMinimum"](column, day)
    return _COMPARE[keyword](column, day)


def _bound_moment(column: Column, keyword: str, operands: list[Any]) -> Expression:
    """As texts compare: a date comes before every moment of its day."""
    if len(operands) != 1 or not is_time(operands[0]):
        return false()
    bound = _after_clock(operands[0]) if is_clock(operands[0]) else operands[0]
    if len(bound) == 10:
        midnight = f"{bound}T00:00:00Z"
        later = "minimum" if keyword == "formatMinimum" else "exclusiveMaximum"
        return _COMPARE[later](column, _bind(column, midnight))
    return (
        _COMPARE[keyword](column, _bind(column, bound))
        if keyword == "formatMinimum"
        else _until(column, bound)
    )


def _contains(column: Column, keyword: str, operands: list[Constant]) -> Expression:
    """Lists of records hold texts, or ids."""
    operands = [one for each in operands for one in (each if isinstance(each, Among) else [each])]
    texts = dict.fromkeys(each for each in operands if isinstance(each, str) and is_storable(each))
    numbers = dict.fromkeys(int(cast(Any, each)) for each in operands if _is_whole(each))
    found: list[Expression] = [HasNumber(column, literal(number, BigInteger())) for number in numbers]
    if texts:
        found.append(HasAny(column, *(literal(text, String()) for text in texts)))
    return or_(false(), *found)


def _is_whole(operand: Any) -> bool:
    return is_number(operand) and abs(operand) < 2**63 and operand == int(operand)


class HasNumber(FunctionElement[bool]):
    """Whether the list in a column, which comes first, holds the whole number that follows."""

    type = Boolean()
    inherit_cache = True


@compiles(HasNumber)
def _has_number(element: HasNumber, compiler: Any, **options: Any) -> str:
    column, number = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} @> to_jsonb({number}::bigint))"


@compiles(HasNumber, "sqlite")
def _has_number_on_sqlite(element: HasNumber, compiler: Any, **options: Any) -> str:
    column, number = (compiler.process(each, **options) for each in element.clauses)
    return f"({number} IN (SELECT value FROM json_each({column})))"  # noqa: S608 - what SQLAlchemy compiled


class HasAny(FunctionElement[bool]):
    """Whether the list in a column, which comes first, holds one of the texts that follow."""

    type = Boolean()
    inherit_cache = True


@compiles(HasAny)
def _has_any(element: HasAny, compiler: Any, **options: Any) -> str:
    column, *texts = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} ?| ARRAY[{', '.join(texts)}]::text[])"


@compiles(HasAny, "sqlite")
def _has_any_on_sqlite(element: HasAny, compiler: Any, **options: Any) -> str:
    column, *texts = (compiler.process(each, **options) for each in element.clauses)
    held = f"(SELECT value FROM json_each({column}))"  # noqa: S608 - what SQLAlchemy compiled
    return "(" + " OR ".join(f"{text} IN {held}" for text in texts) + ")"


def _type(column: Column, keyword: str, operands: list[Constant]) -> Expression:
    if operands != ["integer"] or isinstance(column.type, Integer):
        return verdict(operands[0] in ("number", "integer"))
    return Whole(column)


class Whole(FunctionElement[bool]):
    """Whether the number in a column has no digits after the point."""

    type = Boolean()
    inherit_cache = True


@compiles(Whole)
def _whole(element: Whole, compiler: Any, **options: Any) -> str:
    (column,) = element.clauses
    return f"({(text := compiler.process(column, **options))} = trunc({text}))"


@compiles(Whole, "sqlite")
def _whole_on_sqlite(element: Whole, compiler: Any, **options: Any) -> str:
    (column,) = element.clauses
    decimals = column.type.decimals if isinstance(column.type, ExactNumber) else 0
    return f"({compiler.process(column, **options)} % {10**decimals} = 0)"


class CodePoints(FunctionElement[str]):
    """A text compared by code points, as Python and SQLite do, whatever the database's collation is."""

    type = String()
    inherit_cache = True


@compiles(CodePoints)
def _code_points(element: CodePoints, compiler: Any, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'


@compiles(CodePoints, "sqlite")
def _code_points_on_sqlite(element: CodePoints, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


_Special = Callable[[Column, str, list[Any]], Expression]
_SPECIAL: dict[tuple[str, ValueType], _Special] = {
    ("type", ValueType.NUMBER): _type,
    ("contains", ValueType.LIST): _contains,
}
for _keyword in ("const", "enum"):
    _SPECIAL[_keyword, ValueType.TEXT] = _equal_texts
    _SPECIAL[_keyword, ValueType.BOOL] = _equal_truths
    _SPECIAL[_keyword, ValueType.NUMBER] = _equal_numbers
    _SPECIAL[_keyword, ValueType.DATE] = _equal_dates
    _SPECIAL[_keyword, ValueType.DATETIME] = _equal_moments
for _keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
    _SPECIAL[_keyword, ValueType.NUMBER] = _bound_number
for _keyword in ("minLength", "maxLength"):
    _SPECIAL[_keyword, ValueType.TEXT] = _length
for _keyword in ("formatMinimum", "formatMaximum"):
    _SPECIAL[_keyword, ValueType.TEXT] = _bound_text
    _SPECIAL[_keyword, ValueType.DATE] = _bound_date
    _SPECIAL[_keyword, ValueType.DATETIME] = _bound_moment
