"""Keyset paging: pages follow each other by (sort column, id), so the thousandth is as quick as the first.

Empty values come before all others on both databases; a cursor is the place of a page's last record. After a
cursor, values and empty values are read one after the other, for an OR over both would cost the index. Texts
that may be too long for an address are ordered by their beginnings, so that a cursor holds all that decides.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SelectBase, func, literal, or_, select, tuple_, union

from runtime import documents
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import LISTED
from runtime.records import rows
from runtime.records.judge import validators
from runtime.records.rows import Record
from runtime.records.sources import is_id
from runtime.records.tables import is_wide, own_order, stored, table
from runtime.text import clean_text

SYSTEM_ORDERS = ("id", "created_at", "updated_at")
MAX_CURSOR = 4000
BEGINNING = 200  # characters that decide the order of a field of long texts

Wanted = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Order:
    """By which column, and whether the largest comes first."""

    key: str
    descending: bool

    @property
    def name(self) -> str:
        return f"-{self.key}" if self.descending else self.key


def order(form: Form, sort: str | None, hidden: frozenset[str]) -> Order:
    """The order that was asked for, else the form's own, else newest first; never by what is hidden."""
    for name in (sort, form.sort, "-id"):
        key = (name or "").removeprefix("-")
        if key in SYSTEM_ORDERS or (key in stored(form) and key not in hidden and _has_order(form, key)):
            return Order(key, descending=(name or "").startswith("-"))
    raise AssertionError("-id is always an order")


def _has_order(form: Form, key: str) -> bool:
    return form.fields[key].type.value_type not in LISTED


def fetch(
    form: Form, wanted: Wanted, either: Wanted, by: Order, size: int, after: str | None
) -> list[Row[Any]]:
    """The first `size` rows in this order, after the cursor when there is one that fits.

    All of `wanted` holds for them and at least one of `either`.
    """
    found: list[Row[Any]] = []
    for part in _parts(form, by, place(form, by, after)):
        left = size - len(found)
        ids = _ids(form, [*wanted, *part], either, by, left)
        query = rows.select_all(form).where(table(form).c.id.in_(ids)).order_by(*_ordering(form, by))
        found += db.session.execute(query.limit(left)).all()
        if len(found) == size:
            break
    return found


def _ids(form: Form, wanted: Wanted, either: Wanted, by: Order, size: int) -> SelectBase:
    """The ids of the first rows, or of more: alone they are sorted at less cost than whole rows.

    No index serves an OR. Where one serves each of `either` in this order, each gives its own first rows.
    """

    def first(*one: ColumnElement[bool]) -> Select[Any]:
        return select(table(form).c.id).where(*wanted, *one).order_by(*_ordering(form, by)).limit(size)

    if len(either) < 2 or by.key not in ("id", own_order(form)):
        return first(or_(*either))
    return union(*(select(first(one).subquery().c.id) for one in either))


def _ordering(form: Form, by: Order) -> list[ColumnElement[Any]]:
    own = table(form).c
    if by.key == "id":
        return [own.id.desc() if by.descending else own.id.asc()]
    if by.descending:
        return [_sorted(form, by).desc().nulls_last(), own.id.desc()]
    return [_sorted(form, by).asc().nulls_first(), own.id.asc()]


def _sorted(form: Form, by: Order) -> ColumnElement[Any]:
    column = table(form).c[by.key]
    return func.substr(column, 1, BEGINNING, type_=column.type) if _is_cut(form, by) else column


def _is_cut(form: Form, by: Order) -> bool:
    return by.key not in SYSTEM_ORDERS and is_wide(form.fields[by.key])


def _parts(form: Form, by: Order, found: tuple[Any, int] | None) -> list[list[ColumnElement[bool]]]:
    """The conditions of the stretches to read, one after the other."""
    own = table(form).c
    if found is None:
        return [[]]
    value, record_id = found
    beyond = own.id < record_id if by.descending else own.id > record_id
    if by.key == "id":
        return [[beyond]]
    column = _sorted(form, by)
    if value is None:
        rest = [column.is_(None), beyond]
        return [rest] if by.descending else [rest, [column.is_not(None)]]
    pair, last = tuple_(column, own.id), tuple_(literal(value, column.type), literal(record_id, own.id.type))
    following: ColumnElement[bool] = pair < last if by.descending else pair > last
    return [[following], [column.is_(None)]] if by.descending else [[following]]


def cursor(form: Form, by: Order, last: Record) -> str:
    """The place of a record in an order, as text for a URL."""
    value = getattr(last, by.key) if by.key in SYSTEM_ORDERS else last.values.get(by.key)
    if isinstance(value, datetime):
        value = value.isoformat()
    if _is_cut(form, by) and value is not None:
        value = value[:BEGINNING]
    text = documents.dumps([by.name, value, last.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place(form: Form, by: Order, after: str | None) -> tuple[Any, int] | None:
    """Column value and id of a cursor; None for one that is malformed or of another order."""
    if not after or len(after) > MAX_CURSOR:
        return None
    try:
        text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        name, value, record_id = documents.loads(text)
        if name != by.name or not is_id(record_id):
            return None
        return _column_value(form, by, value), record_id
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None


def _column_value(form: Form, by: Order, value: Any) -> Any:
    """The value as its column binds it; ValueError when it is none of this field."""
    if by.key == "id" or value is None:
        return None
    if by.key in SYSTEM_ORDERS:
        return datetime.fromisoformat(value).astimezone(UTC)
    field = form.fields[by.key]
    if _is_cut(form, by):
        return _beginning(value)
    if not validators(form)[by.key].is_valid(value):
        raise ValueError("a cursor with a value that the field cannot have")
    field.type.check(value, field)
    return field.type.to_column(value, field)


def _beginning(value: Any) -> str:
    if not isinstance(value, str) or len(value) > BEGINNING:
        raise ValueError("a cursor with what is no beginning of a text")
    clean_text(value)  # raises for what no column can hold
    return value
