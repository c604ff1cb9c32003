"""The rows of sub-tables: read for a whole page in one statement each, and written with their record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.records.rows import Record, Values, readers, to_columns
from runtime.records.tables import kept, stored, table

CHUNK = 500  # ids in one statement


def kept_values(form: Form, values: Mapping[str, Any]) -> Values:
    """What of the values is stored: no look-ups, in rows neither."""
    found = {key: values[key] for key in kept(form) if key in values}
    for key, of_rows in form.rows.items():
        if key in found:
            names = ("id", *stored(of_rows))
            found[key] = [{name: row[name] for name in names if name in row} for row in found[key]]
    return found


def filled(form: Form, records: list[Record]) -> list[Record]:
    """The records with the rows of their sub-tables, each kind of rows read at once."""
    for key, of_rows in form.rows.items() if records else ():
        there = read(of_rows, [record.id for record in records])
        records = [
            replace(record, values={**record.values, key: there[record.id]}) if record.id in there else record
            for record in records
        ]
    return records


def read(form: Form, ids: list[int]) -> Mapping[int, list[Values]]:
    """The rows of a sub-table of these records, in their order; of a record without any nothing."""
    found: dict[int, list[Values]] = defaultdict(list)
    own = table(form).c
    for start in range(0, len(ids), CHUNK):
        these = own.record_id.in_(ids[start : start + CHUNK])
        query = _selection(form).where(these).order_by(own.record_id, own.row_number, own.id)
        for record_id, row_id, *cells in db.session.execute(query):
            found[record_id].append({"id": row_id, **_values(form, cells)})
    return found


@lru_cache(1024)
def _selection(form: Form) -> Any:
    own = table(form).c
    return select(own.record_id, own.id, *(own[key] for key in stored(form)))


def _values(form: Form, cells: Iterable[Any]) -> Values:
    return {
        key: cell if convert is None else convert(cell)
        for (key, convert), cell in zip(readers(form), cells, strict=True)
        if cell is not None
    }


def write(form: Form, record_id: int, before: Mapping[str, Any], after: Values) -> Values:
    """Bring the rows of every sub-table of a record from what they were to what they become; the values that it then
    has, with the ids of new rows.
    """
    values = dict(after)
    for key, of_rows in form.rows.items():
        if before.get(key) != after.get(key):
            written = _write(of_rows, record_id, before.get(key, []), after.get(key, []))
            values |= {key: written} if written else {}
    return values


def bring_back(form: Form, record_id: int, values: Mapping[str, Any]) -> None:
    """Write the rows of a record that was deleted, with the ids that they had."""
    for key, of_rows in form.rows.items():
        lines = [
            {"id": row["id"], "record_id": record_id, **_columns(of_rows, number, row)}
            for number, row in enumerate(values.get(key, ()))
        ]
        if lines:
            db.session.connection().execute(insert(table(of_rows)), lines)


def _write(form: Form, record_id: int, before: list[Values], after: list[Values]) -> list[Values]:
    known = {row["id"]: (number, row) for number, row in enumerate(before)}
    _delete(form, known.keys() - {row.get("id") for row in after})
    changed = [
        (number, row) for number, row in enumerate(after) if "id" in row and known[row["id"]] != (number, row)
    ]
    _update(form, changed)
    return _insert(form, record_id, after)


def _delete(form: Form, ids: Iterable[int]) -> None:
    gone = sorted(ids)
    for start in range(0, len(gone), CHUNK):
        own = table(form)
        db.session.execute(delete(own).where(own.c.id.in_(gone[start : start + CHUNK])))


def _update(form: Form, changed: list[tuple[int, Values]]) -> None:
    if changed:
        lines = [{"_id": row["id"], **_columns(form, number, row)} for number, row in changed]
        own = table(form)
        db.session.connection().execute(update(own).where(own.c.id == bindparam("_id")), lines)


def _insert(form: Form, record_id: int, after: list[Values]) -> list[Values]:
    """The rows with their ids; those without one are added."""
    new = [(number, row) for number, row in enumerate(after) if "id" not in row]
    if not new:
        return after
    own = table(form).c
    lines = [{"record_id": record_id, **_columns(form, number, row)} for number, row in new]
    made = db.session.connection().execute(insert(table(form)).returning(own.row_number, own.id), lines)
    ids = {row.row_number: row.id for row in made}
    return [{"id": row.get("id") or ids[number], **row} for number, row in enumerate(after)]


def _columns(form: Form, number: int, row: Values) -> Values:
    return {"row_number": number, **to_columns(form, row, stored(form))}
