"""Figures over the records of a list: how many there are and, of their numbers, the sum, the average, the least and the
greatest; of all of them, or of those that are alike in one field. One statement over what the list itself shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, Select, cast, extract, func, or_, select, type_coerce

from runtime import access, times
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Field, ValueType
from runtime.fields._columns import ExactNumber
from runtime.fields._numbers import WIDE
from runtime.records import query
from runtime.records.tables import is_postgres, table

FUNCTIONS = ("sum", "average", "min", "max")
QUARTER = 900
"""Seconds into which moments are put together: every zone's days begin at such a quarter of an hour."""
_HALF = 10**9  # SQLite adds up integers of 64 bits only: the two halves of large ones are added apart


@dataclass(frozen=True)
class Number:
    """Of the values of one field: how many there are, their exact sum, the least and the greatest."""

    count: int = 0
    total: Decimal = Decimal(0)
    least: Decimal | None = None
    most: Decimal | None = None

    def of(self, function: str) -> Decimal | None:
        """One of `FUNCTIONS`; None where there are no values."""
        if not self.count:
            return None
        if function == "average":
            return WIDE.divide(self.total, Decimal(self.count))
        return {"sum": self.total, "min": self.least, "max": self.most}[function]

    def with_(self, other: "Number") -> "Number":
        """Both together."""
        least = [each for each in (self.least, other.least) if each is not None]
        most = [each for each in (self.most, other.most) if each is not None]
        total = WIDE.add(self.total, other.total)
        return Number(self.count + other.count, total, min(least, default=None), max(most, default=None))


@dataclass(frozen=True)
class Tally:
    """How many records there are, and what is known of their numbers by field."""

    count: int = 0
    numbers: Mapping[str, Number] = field(default_factory=dict)

    def with_(self, other: "Tally") -> "Tally":
        """Both together."""
        known = {key: self.numbers.get(key, Number()).with_(one) for key, one in other.numbers.items()}
        return Tally(self.count + other.count, {**self.numbers, **known})


def of_all(
    user: User | None,
    form: Form,
    keys: Sequence[str],
    *,
    condition: access.Document | None = None,
    search: str = "",
) -> Tally:
    """What is known of these numbers over all records that the user may read and that fit."""
    _require_seen(user, form, keys)
    wanted = query.listed(user, form, condition, search)
    row = db.session.execute(select(func.count(), *_columns(form, keys)).where(*wanted)).one()
    return _tally(form, keys, row)


def of_each(
    user: User | None,
    form: Form,
    by: str,
    keys: Sequence[str],
    *,
    values: Iterable[Any] | None = None,
    span: tuple[Any, Any] | None = None,
    condition: access.Document | None = None,
    search: str = "",
) -> list[tuple[Any, Tally]]:
    """The same for each value of a field, of these values (None for none) and of those within the `span`; of all values
    without both. Moments come as the beginning of their quarter of an hour.
    """
    _require_seen(user, form, [by, *keys])
    one, column = form.fields[by], table(form).c[by]
    wanted = query.listed(user, form, condition, search)
    if values is not None or span is not None:
        wanted = [*wanted, _among(one, column, values or (), span)]
    group = _quarter(column) if one.type.value_type_of(one) is ValueType.DATETIME else column
    asked: Select[Any] = select(group, func.count(), *_columns(form, keys)).where(*wanted).group_by(group)
    return [(_value(one, row[0]), _tally(form, keys, row[1:])) for row in db.session.execute(asked)]


def _require_seen(user: User | None, form: Form, keys: Iterable[str]) -> None:
    if access.fields(user, form).hidden.intersection(keys):
        raise NotFound(_("There is no such field."))


def _among(
    one: Field, column: ColumnElement[Any], values: Iterable[Any], span: tuple[Any, Any] | None
) -> ColumnElement[bool]:
    listed = set(values)
    parts = [column.in_([one.type.to_column(each, one) for each in listed if each is not None])]
    if None in listed:
        parts.append(column.is_(None))
    if span:
        parts.append(column.between(*(one.type.to_column(each, one) for each in span)))
    return or_(*parts)


def _quarter(column: ColumnElement[Any]) -> ColumnElement[Any]:
    seconds = cast(extract("epoch", column), BigInteger)
    # Twice, for both databases give what is left of a moment before 1970 as less than nothing.
    return seconds - (seconds % QUARTER + QUARTER) % QUARTER


def _value(one: Field, found: Any) -> Any:
    if found is None or one.type.value_type_of(one) is not ValueType.DATETIME:
        return one.type.from_column(found, one)
    return times.iso(datetime.fromtimestamp(found, UTC))


def _columns(form: Form, keys: Iterable[str]) -> list[ColumnElement[Any]]:
    return [each for key in keys for each in _of_number(table(form).c[key])]


def _of_number(column: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    ends = [func.count(column), func.min(column), func.max(column)]
    if not _is_scaled(column):
        return [*ends, func.sum(column)]
    whole = type_coerce(column, BigInteger)
    return [*ends, func.sum(whole // _HALF), func.sum(whole % _HALF)]


def _is_scaled(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, ExactNumber) and not is_postgres(db.session())


def _tally(form: Form, keys: Sequence[str], row: Any) -> Tally:
    count, *rest = row
    numbers = {}
    for key in keys:
        column = table(form).c[key]
        size = len(_of_number(column))
        numbers[key] = _number(column, *rest[:size])
        rest = rest[size:]
    return Tally(count, numbers)


def _number(
    column: ColumnElement[Any], count: int, least: Any, most: Any, total: Any, low: Any = None
) -> Number:
    if not count:
        return Number()
    if isinstance(column.type, ExactNumber) and low is not None:
        total = Decimal(total * _HALF + low).scaleb(-column.type.decimals, WIDE)
    return Number(count, Decimal(total), Decimal(least), Decimal(most))
