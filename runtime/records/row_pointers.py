"""References in the rows of sub-tables that lose a record, or go with it, when it is deleted."""

from collections.abc import Sequence

from sqlalchemy import select, union

from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records import subtables
from runtime.records.rows import Values
from runtime.records.tables import stored, table

Columns = Sequence[tuple[str, str]]
"""Sub-tables with a reference in their rows each."""


def letting_go(form: Form) -> dict[Form, list[tuple[str, str]]]:
    """The columns, by the forms of their records, that let a record of this form be deleted."""
    found: dict[Form, list[tuple[str, str]]] = {}
    for other in lookup.forms(form.app):
        for key, of_rows in other.rows.items():
            for name, field in stored(of_rows).items():
                to_it = field.type.name == "reference" and field.options["form"] == form.key
                if to_it and field.options.get("on_delete") in ("empty", "delete"):
                    found.setdefault(other, []).append((key, name))
    return found


def holding(form: Form, columns: Columns, record_id: int, limit: int) -> list[int]:
    """The ids of the records, at most so many, in whose rows one of these columns names this record."""
    if not columns:
        return []
    tables = [(table(form.rows[key]).c, name) for key, name in columns]
    found = union(*(select(own.record_id).where(own[name] == record_id) for own, name in tables))
    return list(db.session.scalars(found.order_by("record_id").limit(limit)))


def left(form: Form, columns: Columns, own_id: int, record_id: int) -> dict[str, list[Values] | None] | None:
    """What the sub-tables of a record become that name this one: cells emptied, rows taken out. None where a cell must
    not be empty.
    """
    found: dict[str, list[Values] | None] = {}
    for key in dict.fromkeys(key for key, _name in columns):
        of_rows, names = form.rows[key], [name for table_key, name in columns if table_key == key]
        before = subtables.read(of_rows, [own_id]).get(own_id, [])
        after = [row for each in before if (row := _row(of_rows, names, each, record_id)) is not None]
        if any(row.get(name, 0) is None and name in of_rows.required for row in after for name in names):
            return None
        if after != before:
            found[key] = after or None
    return found


def _row(of_rows: Form, names: Sequence[str], row: Values, record_id: int) -> Values | None:
    """The row without the record; None where it goes with it."""
    pointing = [name for name in names if row.get(name) == record_id]
    if any(of_rows.fields[name].options["on_delete"] == "delete" for name in pointing):
        return None
    return {**row, **dict.fromkeys(pointing)}
