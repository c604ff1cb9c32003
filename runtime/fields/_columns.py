"""Column types that bind and return canonical values, alike on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Date, DateTime, Numeric, String, Text, and_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine

from runtime import times
from runtime.documents import dumps, loads, plain_number

DIGITS = 18
_EXACT = Context(prec=120)
_ORDER = frozenset((operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge))


class _ExactComparator(TypeDecorator.Comparator[Decimal], Numeric.Comparator[Decimal]):
    """Rewrites a comparison with a constant that the column cannot hold into one with the constant below it.

    A column of two decimals is never between 1.00 and 1.01, so `x >= 1.005` is `x > 1.00`. Without this
    the scaled integers of SQLite would be compared with a rounded constant.
    """

    def operate(self, op: Callable[..., Any], *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        kind = cast(ExactNumber, self.type)
        if op is operators.between_op:
            return and_(self.expr >= other[0], self.expr <= other[1])
        if op in (operators.in_op, operators.not_in_op) and _constants(other[0]):
            return super().operate(op, [n for n in map(_decimal, other[0]) if kind.holds(n)], **kwargs)
        if op in _ORDER and isinstance(other[0], (int, float, Decimal)):
            return self._compare(op, kind, _decimal(other[0]))
        return super().operate(op, *other, **kwargs)

    def _compare(self, op: Callable[..., Any], kind: "ExactNumber", constant: Decimal) -> ColumnElement[Any]:
        if kind.holds(constant):
            return super().operate(op, constant)
        below = kind.below(constant)
        if op is operators.eq:
            return and_(self.expr > below, self.expr <= below)  # false, and NULL for NULL
        if op is operators.ne:
            return (self.expr > below) | (self.expr <= below)
        return super().operate(operators.gt if op in (operators.gt, operators.ge) else operators.le, below)


def _constants(other: Any) -> bool:
    return isinstance(other, (list, tuple, set, frozenset))


def _decimal(number: Any) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(str(number))


@lru_cache(4096)  # the same numbers are read again and again
def _read(stored: Any, decimals: int) -> Decimal:
    return Decimal(plain_number(_decimal(stored).scaleb(-decimals, _EXACT)))


class ExactNumber(TypeDecorator[Decimal]):
    """A Decimal of at most `decimals` digits after the point and 18 digits in all.

    SQLite has no exact decimals, so it keeps an integer scaled by 10^decimals; PostgreSQL a NUMERIC.
    Comparisons with constants of any size and any number of decimals are exact.
    """

    impl = Numeric
    cache_ok = True
    comparator_factory = _ExactComparator

    def __init__(self, decimals: int) -> None:
        super().__init__(38, decimals)
        self.decimals = decimals

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        sql: TypeEngine[Any] = BigInteger() if dialect.name == "sqlite" else Numeric(38, self.decimals)
        return dialect.type_descriptor(sql)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        number = _decimal(value)
        if not self.holds(number):
            raise ValueError(f"{number} does not fit a column of {self.decimals} decimals")
        return int(self._scaled(number)) if dialect.name == "sqlite" else number

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else _read(value, self.decimals if dialect.name == "sqlite" else 0)

    def holds(self, number: Decimal) -> bool:
        """True when the column can store the number as it is, or one step beyond its largest."""
        scaled = self._scaled(number)
        return abs(scaled) <= 10**DIGITS and scaled == scaled.to_integral_value()

    def below(self, number: Decimal) -> Decimal:
        """The largest storable number not above `number`; one step out of range stands for infinity."""
        limit = Decimal(10**DIGITS)
        scaled = self._scaled(number).to_integral_value(ROUND_FLOOR)
        return max(-limit, min(limit, scaled)).scaleb(-self.decimals, _EXACT)

    def _scaled(self, number: Decimal) -> Decimal:
        return number.scaleb(self.decimals, _EXACT)


class Several(TypeDecorator[list[str]]):
    """A list of texts; a JSONB on PostgreSQL, where it can be indexed, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        sql: TypeEngine[Any] = JSONB(none_as_null=True) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(sql)

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str] | None:
        found: list[str] | None = loads(value) if isinstance(value, str) else value
        return found


class CalendarDate(TypeDecorator[str]):
    """A canonical date text; a DATE on PostgreSQL, ISO text on SQLite, where it sorts as dates do."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(10) if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "sqlite":
            return value
        return date.fromisoformat(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return value.isoformat() if isinstance(value, date) else value


class Instant(TypeDecorator[str]):
    """A canonical moment text; a TIMESTAMP WITH TIME ZONE on PostgreSQL, the text itself on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(20) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "sqlite":
            return value
        return times.parse_iso(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return times.iso(value.astimezone(UTC)) if isinstance(value, datetime) else value
