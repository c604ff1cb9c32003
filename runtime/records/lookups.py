"""Look-ups of stored records: the live value through a reference, read for a whole page at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import MAX_HOPS, Form
from runtime.fields import Field
from runtime.records import rows
from runtime.records.rows import Record
from runtime.records.sources import within
from runtime.records.tables import table


def shown(user: User | None, form: Form, records: list[Record]) -> list[Record]:
    """The records with the values of their look-ups, as far as the user may read where they come from."""
    return _shown(user, form, records, form.fields, MAX_HOPS)


def origin(form: Form, field: Field) -> tuple[Form, Field]:
    """Whose type shows the values of this field: of a look-up the form and field it looks at, else its own.

    A field that is no longer there leaves the look-up with the type that it names itself (`result`).
    """
    for _hop in range(MAX_HOPS):
        looked_up = form.looked_up(field.key)
        target = looked_up and lookup.form_if_any(form.app, looked_up.form)
        if looked_up is None or target is None or looked_up.field not in target.fields:
            break
        form, field = target, target.fields[looked_up.field]
    return form, field


def _shown(
    user: User | None, form: Form, records: list[Record], keys: Iterable[str], hops: int
) -> list[Record]:
    """The records with the values of these fields of theirs that are look-ups, in one statement for each reference."""
    wanted: dict[tuple[str, str], dict[str, str]] = {}
    for key in keys:
        if looked_up := form.looked_up(key):
            wanted.setdefault((looked_up.through, looked_up.form), {})[key] = looked_up.field
    for (through, target), fields in wanted.items() if records and hops else ():
        ids = {each.values[through] for each in records if through in each.values}
        there = _values(user, lookup.form_if_any(form.app, target), ids, fields.values(), hops)
        records = [_with(each, fields, there.get(each.values.get(through, 0), {})) for each in records]
    return records


def _values(
    user: User | None, form: Form | None, ids: Iterable[Any], keys: Iterable[str], hops: int
) -> dict[int, Mapping[str, Any]]:
    """What these records hold, as far as the user may read them; with these fields of theirs, look-ups too."""
    if form is None:
        return {}
    readable = within(form, access.visible(user, "read", form))
    found = db.session.execute(rows.select_all(form).where(table(form).c.id.in_(sorted(ids)), readable))
    records = _shown(user, form, [rows.record(form, row) for row in found], keys, hops - 1)
    return {record.id: rows.context(record) for record in records}


def _with(record: Record, fields: Mapping[str, str], source: Mapping[str, Any]) -> Record:
    live = {key: source[field] for key, field in fields.items() if source.get(field) is not None}
    return replace(record, values={**record.values, **live}) if live else record
