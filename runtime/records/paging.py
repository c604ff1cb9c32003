"""Keyset paging: pages follow each other by (sort columns, id), so the thousandth is as quick as the first.

Empty values come before all others on both databases; a cursor is the place of a page's last record. What comes
after it is read in stretches, one after the other: alike in the columns before and greater in this one, empty values
apart, for an OR over them would cost the index. Texts that may be too long for an address are ordered by their
beginnings, so that a cursor holds all that decides.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SelectBase,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)

from runtime import documents, spelling
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.definitions.keeping import kept
from runtime.fields import Field, ValueType
from runtime.records import rows
from runtime.records.orders import BEGINNING, SYSTEM_ORDERS, Order, is_cut, is_keyed, order_name
from runtime.records.rows import Record
from runtime.records.sources import is_id
from runtime.records.tables import own_order, table
from runtime.text import clean_text

MAX_CURSOR = 5000
MOST_RANKS = 200  # options whose order decides

Wanted = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Place:
    """Where a record stands in an order: the values of its sorts as their columns bind them, and its id; of what points
    at something what it was called, by field.
    """

    values: tuple[Any, ...]
    id: int
    titles: Mapping[str, Any] = field(default_factory=dict)


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


def fetch_each(
    form: Form,
    wanted: Wanted,
    by: Order,
    column: ColumnElement[Any],
    sizes: Mapping[Any, int],
) -> list[Row[Any]]:
    """The first rows in this order of each value of a column, as many as `sizes` says: the table is read once, however
    many values there are.
    """
    number = func.row_number().over(partition_by=column, order_by=_ordering(form, by))
    numbered = (
        select(table(form).c.id, column.label("value"), number.label("number")).where(*wanted).subquery()
    )
    of_size = {size: [each for each in sizes if sizes[each] == size] for size in set(sizes.values())}
    parts = [
        and_(numbered.c.number <= size, _among(numbered.c.value, some)) for size, some in of_size.items()
    ]
    ids = select(numbered.c.id).where(or_(*parts))
    found = rows.select_all(form).where(table(form).c.id.in_(ids)).order_by(*_ordering(form, by))
    return list(db.session.execute(found).all())


def fetch_crossed(
    form: Form,
    wanted: Wanted,
    by: Order,
    columns: Sequence[ColumnElement[Any]],
    values: Sequence[Sequence[Any]],
    size: int,
    longer: Mapping[tuple[Any, ...], int],
) -> list[Row[Any]]:
    """The first rows in this order of each combination of these values of columns: `size`, or as many as `longer` says.
    The table is read once, however many combinations there are.
    """
    number = func.row_number().over(partition_by=list(columns), order_by=_ordering(form, by))
    named = [each.label(f"value_{place}") for place, each in enumerate(columns)]
    own = [_among(each, some) for each, some in zip(columns, values, strict=True)]
    numbered = select(table(form).c.id, *named, number.label("number")).where(*wanted, *own).subquery().c
    longest = [
        and_(
            numbered.number <= most,
            *(_among(numbered[f"value_{place}"], [value]) for place, value in enumerate(cell)),
        )
        for cell, most in longer.items()
    ]
    ids = select(numbered.id).where(or_(numbered.number <= size, *longest))
    found = rows.select_all(form).where(table(form).c.id.in_(ids)).order_by(*_ordering(form, by))
    return list(db.session.execute(found).all())


def _among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    some = column.in_([each for each in values if each is not None])
    return or_(some, column.is_(None)) if None in values else some


def _ids(form: Form, wanted: Wanted, either: Wanted, by: Order, size: int) -> SelectBase:
    """The ids of the first rows, or of more: alone they are sorted at less cost than whole rows.

    No index serves an OR. Where one serves each of `either` in this order, each gives its own first rows.
    """

    def first(*one: ColumnElement[bool]) -> Select[Any]:
        return select(table(form).c.id).where(*wanted, *one).order_by(*_ordering(form, by)).limit(size)

    if len(either) < 2 or by.keys not in (("id",), (own_order(form),)):
        return first(or_(*either))
    return union(*(select(first(one).subquery().c.id) for one in either))


def _ordering(form: Form, by: Order) -> tuple[ColumnElement[Any], ...]:
    # Titles are those that one person knows.
    return _made(form, by) if by.titles else _kept(form, by)


@kept(1024)
def _kept(form: Form, by: Order) -> tuple[ColumnElement[Any], ...]:
    return _made(form, by)


def _made(form: Form, by: Order) -> tuple[ColumnElement[Any], ...]:
    return tuple(
        (level.column.desc().nulls_last() if level.descending else level.column.asc().nulls_first())
        if level.may_be_empty
        else (level.column.desc() if level.descending else level.column.asc())
        for level in _levels(form, by)
    )


@dataclass(frozen=True)
class _Level:
    """A column of an order, and where a cursor stands in it."""

    column: ColumnElement[Any]
    descending: bool
    value: Any = None

    @property
    def may_be_empty(self) -> bool:
        return bool(getattr(self.column, "nullable", True))

    @property
    def bound(self) -> ColumnElement[Any]:
        return literal(self.value, self.column.type)

    def alike(self) -> ColumnElement[bool]:
        """The same value."""
        return self.column.is_(None) if self.value is None else self.column == self.bound

    def after(self) -> list[ColumnElement[bool]]:
        """The stretches of other values that come later."""
        if self.value is None:
            return [] if self.descending else [self.column.is_not(None)]
        if not self.descending:
            return [self.column > self.bound]
        return [self.column < self.bound, *self.empty()]

    def empty(self) -> list[ColumnElement[bool]]:
        """The stretch of empty values, where there can be any."""
        return [self.column.is_(None)] if self.may_be_empty else []


def _levels(form: Form, by: Order, found: Place | None = None) -> list[_Level]:
    """The columns that decide, down to the id, which no two records share."""
    values = found.values if found else (None,) * len(by.sorts)
    levels: list[_Level] = []
    for each, value in zip(by.sorts, values, strict=True):
        if each.key == "id":
            return [*levels, _id_level(form, each.descending, found)]
        if each.ranked and (options := _options(form, each.key)):
            rank = _ranks(table(form).c[each.key], options)
            levels.append(_Level(rank, each.descending, _rank(value, options)))
        if titles := by.titles.get(each.key):
            level = titles.by(table(form).c[each.key])
            levels.append(_Level(level, each.descending, found.titles.get(each.key) if found else None))
        levels.append(_Level(_sorted(form, by, each.key), each.descending, value))
    return [*levels, _id_level(form, by.descending, found)]


def _options(form: Form, key: str) -> list[str]:
    """The options of a choice, as far as their order is kept; none of anything else."""
    field = form.fields.get(key)
    return list(field.schema.get("enum", ()))[:MOST_RANKS] if field and field.type.name == "choice" else []


def _ranks(column: ColumnElement[Any], options: Sequence[str]) -> ColumnElement[int]:
    """The place of a value among the options; those that are none by now come after them."""
    listed = ((column == value, number) for number, value in enumerate(options))
    return case((column.is_(None), -1), *listed, else_=len(options))


def _rank(value: Any, options: Sequence[str]) -> int:
    if value is None:
        return -1
    return options.index(value) if value in options else len(options)


def _id_level(form: Form, descending: bool, found: Place | None) -> _Level:
    return _Level(table(form).c.id, descending, found.id if found else None)


def _sorted(form: Form, by: Order, key: str) -> ColumnElement[Any]:
    column = table(form).c[order_name(form, key)]
    return func.substr(column, 1, BEGINNING, type_=column.type) if is_cut(form, by, key) else column


def _parts(form: Form, by: Order, found: Place | None) -> list[list[ColumnElement[bool]]]:
    """The conditions of the stretches to read, one after the other."""
    if found is None:
        return [[]]
    levels, parts = _levels(form, by, found), []
    if len(levels) > 1 and levels[-2].value is not None and levels[-2].descending == levels[-1].descending:
        *levels, last, own_id = levels
        parts = [[*_alike(levels), part] for part in _after_both(last, own_id)]
    for depth in reversed(range(len(levels))):
        parts += [[*_alike(levels[:depth]), part] for part in levels[depth].after()]
    return parts


def _alike(levels: list[_Level]) -> list[ColumnElement[bool]]:
    return [level.alike() for level in levels]


def _after_both(last: _Level, own_id: _Level) -> list[ColumnElement[bool]]:
    """What comes after a value and an id in the same direction: one stretch of an index, and the empty values."""
    pair, place = tuple_(last.column, own_id.column), tuple_(last.bound, own_id.bound)
    return [pair < place, *last.empty()] if last.descending else [pair > place]


def cursor(form: Form, by: Order, last: Record) -> str:
    """The place of a record in an order, as text for a URL."""
    text = documents.dumps([_name(form, by), *(_told(form, by, each, last) for each in by.keys), last.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _name(form: Form, by: Order) -> str:
    """What a cursor calls its order: another one once the texts have keys."""
    return f"{by.name}^" if form.spelled else by.name


def _told(form: Form, by: Order, key: str, last: Record) -> Any:
    value = getattr(last, key) if key in SYSTEM_ORDERS else last.values.get(key)
    if titles := by.titles.get(key):  # what it is called may change before the next page
        return [value, titles.of(value)]
    if isinstance(value, datetime):
        return value.isoformat()
    if is_keyed(form, key):
        return rows.spell(value)
    return value[:BEGINNING] if value is not None and is_cut(form, by, key) else value


def place(form: Form, by: Order, after: str | None) -> Place | None:
    """Where a cursor stands; None for one that is malformed or of another order."""
    if not after or len(after) > MAX_CURSOR:
        return None
    try:
        text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        name, *values, record_id = documents.loads(text)
        if name != _name(form, by) or not is_id(record_id):
            return None
        told = dict(zip(by.keys, values, strict=True))
        titles = {key: by.titles[key].bound(told[key][1]) for key in told if key in by.titles}
        told |= {key: told[key][0] for key in titles}
        return Place(tuple(_column_value(form, by, *pair) for pair in told.items()), record_id, titles)
    except (ValueError, TypeError, LookupError, OverflowError, binascii.Error):
        return None


def _column_value(form: Form, by: Order, key: str, value: Any) -> Any:
    """The value as its column binds it; ValueError when it is none of this field."""
    if key == "id" or (value is None and key not in SYSTEM_ORDERS):
        return None
    if key in SYSTEM_ORDERS:
        return datetime.fromisoformat(value).astimezone(UTC)
    if is_keyed(form, key):
        return beginning(value, spelling.LONGEST)
    if is_cut(form, by, key):
        return beginning(value, BEGINNING)
    return bound(value, form.fields[key])


def bound(value: Any, one: Field) -> Any:
    """A value of a cursor as the column of its field binds it; ValueError when it is none of this field."""
    if one.type.value_type_of(one) is ValueType.TEXT:
        return one.type.to_column(_text(value), one)
    # A record may hold what options and limits of today refuse: only what no column can hold is no place.
    bare = replace(one, schema={})
    if not Draft202012Validator(bare.type.value_schema(bare), registry=Registry()).is_valid(value):
        raise ValueError("a cursor with a value that the field cannot have")
    bare.type.check(value, bare)
    return one.type.to_column(value, one)


def beginning(value: Any, longest: int) -> str:
    """A text of a cursor of at most so many characters; ValueError for any other."""
    if len(_text(value)) > longest:
        raise ValueError("a cursor with what is no beginning of a text")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a cursor with what is no text")
    clean_text(value)  # raises for what no column can hold
    return value
