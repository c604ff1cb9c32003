"""Look-ups of stored records: the live value through a reference, read for a whole page at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Field
from runtime.records import rows
from runtime.records.rows import Record
from runtime.records.sources import allowed
from runtime.records.tables import table


def shown(user: User | None, form: Form, records: list[Record]) -> list[Record]:
    """The records with the values of their look-ups, as far as the user may read where they come from."""
    fields = [field for field in form.fields.values() if field.type.name == "lookup"]
    if not fields or not records:
        return records
    sources = {
        through: _sources(user, form, through, {each.values.get(through) for each in records} - {None})
        for through in dict.fromkeys(str(field.options["through"]) for field in fields)
    }
    return [replace(each, values={**each.values, **_live(each, fields, sources)}) for each in records]


def origin(form: Form, field: Field) -> tuple[Form, Field]:
    """Whose type shows the values of this field: of a look-up the form and field it looks at, else its own.

    A field that is no longer there leaves the look-up with the type that it names itself (`result`).
    """
    if field.type.name != "lookup":
        return form, field
    try:
        target = lookup.form(form.app, str(form.fields[str(field.options["through"])].options["form"]))
    except NotFound:
        return form, field
    found = target.fields.get(str(field.options["field"]))
    return (form, field) if found is None else (target, found)


def _sources(user: User | None, form: Form, through: str, ids: Iterable[Any]) -> dict[int, Mapping[str, Any]]:
    try:
        target = lookup.form(form.app, str(form.fields[through].options["form"]))
    except NotFound:
        return {}
    readable = allowed(target, access.visible(user, "read", target))
    found = db.session.execute(rows.select_all(target).where(table(target).c.id.in_(sorted(ids)), readable))
    return {record.id: rows.context(record) for record in (rows.record(target, row) for row in found)}


def _live(
    record: Record, fields: list[Field], sources: Mapping[str, Mapping[int, Mapping[str, Any]]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        through = str(field.options["through"])
        source = sources[through].get(record.values.get(through, 0), {})
        value = source.get(str(field.options["field"]))
        if value is not None:
            found[field.key] = value
    return found
