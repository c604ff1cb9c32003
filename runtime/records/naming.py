"""What a record is called where others point at it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from runtime import access
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import NOBODY, POINTERS, Field, Reader
from runtime.records import orders
from runtime.records.rows import Record
from runtime.records.sources import is_id, within
from runtime.records.tables import stored, table
from runtime.records.wording import locale

CHUNK = 500
NOTHING_HIDDEN: frozenset[str] = frozenset()


def read(
    form: Form,
    ids: Iterable[int],
    scope: access.Document | None = None,
    hidden: frozenset[str] = NOTHING_HIDDEN,
) -> dict[int, str]:
    """The titles of records by id, without those that are gone or outside of the scope (None: no scope).

    To whom the field that titles them is `hidden`, they are numbers.
    """
    wanted = sorted({each for each in ids if is_id(each)})
    own = table(form).c
    limits = [] if scope is None else [within(form, scope)]
    found: list[Any] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        found += db.session.execute(_select(form, hidden).where(own.id.in_(chunk), *limits)).all()
    return _titles(form, found, hidden)


def first(
    form: Form, wanted: Sequence[ColumnElement[bool]], limit: int, hidden: frozenset[str]
) -> list[tuple[int, str]]:
    """The first records that meet the conditions, by title."""
    field, own = _shown_title(form, hidden), table(form).c
    order = [own.id.desc()] if field is None else [by_title(form, field).asc().nulls_first(), own.id]
    found = db.session.execute(_select(form, hidden).where(*wanted).order_by(*order).limit(limit)).all()
    return list(_titles(form, found, hidden).items())


def by_title(form: Form, field: Field) -> ColumnElement[Any]:
    """The column by which titles follow each other."""
    found: ColumnElement[Any] = table(form).c[orders.order_name(form, field.key)]
    return found


def title_field(form: Form) -> Field | None:
    """The field that titles the records: the declared one, else the first text or serial number.

    A pointer is no title of its own: what it points to may be hidden from the reader, or change its name.
    """
    fields = {key: field for key, field in stored(form).items() if field.type.name not in POINTERS}
    if form.title_field in fields:
        return fields[form.title_field]
    return next((field for field in fields.values() if field.type.name in ("text", "serial")), None)


def _shown_title(form: Form, hidden: frozenset[str]) -> Field | None:
    field = title_field(form)
    return None if field is None or field.key in hidden else field


def _select(form: Form, hidden: frozenset[str]) -> Any:
    field, own = _shown_title(form, hidden), table(form).c
    return select(own.id) if field is None else select(own.id, own[field.key])


def _titles(form: Form, found: Sequence[Any], hidden: frozenset[str]) -> dict[int, str]:
    field = _shown_title(form, hidden)
    if field is None:
        return {row.id: f"#{row.id}" for row in found}
    return {
        record_id: _said(form, field, record_id, field.type.from_column(column, field))
        for record_id, column in found
    }


def of(form: Form, record: Record) -> str:
    """The title of a record that was read already."""
    field = title_field(form)
    return f"#{record.id}" if field is None else _said(form, field, record.id, record.values.get(field.key))


def _said(form: Form, field: Field, record_id: int, value: Any) -> str:
    return field.type.display(value, field, Reader(locale(), form.zone), NOBODY) or f"#{record_id}"
