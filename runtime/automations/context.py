"""What an automation knows, as plain values: `record`, `before`, `changed`, `user` (its starter), what lies around."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam

from runtime import access, surroundings
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.records import rows, subtables, tables
from runtime.records.models import Event
from runtime.records.rows import Record

Context = Mapping[str, Any]


def of_event(
    event: Event, form: Form, user: User | None, row: Record | None, around: Context | None = None
) -> Context:
    """The context of an event: the values it left (those before, for a deletion), and what the row knows. `around` is
    what lies around, where many are judged that share it.
    """
    deleted = event.kind == "deleted"
    values = event.before if deleted else event.after
    system = {"id": event.record_id} if deleted or row is None else rows.context(row)
    record = {**{key: system[key] for key in system if key not in form.fields}, **values}
    return _context(record, event.before or {}, event.changed or [], user, form.zone, around)


def of_record(record: Record, user: User | None, zone: str, around: Context | None = None) -> Context:
    """The context of a planned moment: the record as it is now, nothing before; days are those of the zone. `around` is
    what lies around, where many are judged that share it.
    """
    return _context(rows.context(record), {}, [], user, zone, around)


def after_wait(event: Event, record: Record, user: User | None, zone: str) -> Context:
    """The context of an event whose run waited: the record as it is now, and what the event changed."""
    return _context(rows.context(record), event.before or {}, event.changed or [], user, zone)


def _context(
    record: Context,
    before: Context,
    changed: list[str],
    user: User | None,
    zone: str,
    around: Context | None = None,
) -> Context:
    known = access.facts(user)
    return {
        **(surroundings.around(zone, known) if around is None else around),
        "record": record,
        "before": before,
        "changed": list(changed),
        "user": known,
    }


@lru_cache(1024)
def _one(form: Form, locked: bool) -> Select[Any]:
    query = rows.select_all(form).where(tables.table(form).c.id == bindparam("record_id"))
    return query.with_for_update(key_share=True) if locked else query


def stored(form: Form, record_id: int, *, locked: bool = False) -> Record | None:
    """The record as it is in this transaction, whoever asks; None when it is gone. When asked to, locked until the
    commit.
    """
    found = db.session.execute(_one(form, locked), {"record_id": record_id}).one_or_none()
    return None if found is None else subtables.filled(form, [rows.record(form, found)])[0]
