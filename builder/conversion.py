"""Bringing stored values from a field to the one of another type that replaces it: what would become of them
beforehand, and the job that does it once the form is published.

A field says `converted_from` in its options; publishing a version in which it is new plans the work. The job
goes through the records in batches, each record through the one write path, and may be killed at any
moment: it goes on after the last batch that was committed.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from builder.converting import convert
from builder.models_conversions import Conversion
from runtime import batches, jobs, outbox, times
from runtime.automations.chain import silence
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.models import Version
from runtime.errors import Conflict, Invalid, NotFound
from runtime.fields import NOBODY, Field, FieldError, JsonValue, Reader
from runtime.jobs import Lease
from runtime.records import store, tables
from runtime.records.models import Event
from runtime.records.purging import AFTER_PURGE
from runtime.records.store import AFTER_EVENT, Actor

KIND = "conversion"
ORIGIN = "conversion"
NAMED = 100  # records that are named when they cannot be converted

Stored = tuple[int, JsonValue]
"""Id of a record and its value."""


def read_values(query: Any, field: Field) -> list[Stored]:
    """The records that a query gives, with their values as the field has them."""
    rows = db.session.execute(query)
    return [(record_id, field.type.from_column(stored, field)) for record_id, stored in rows]


def filled(form: Form, key: str) -> Any:
    """The query of a field's stored values."""
    columns = tables.table(form).c
    return select(columns.id, columns[key]).where(columns[key].is_not(None)).order_by(columns.id)


def plan(session: Session, form: Form, history: Sequence[Version]) -> None:
    """Plan what the newest version wants converted, in the transaction that publishes it; `history` are the
    versions before it, oldest first.
    """
    for key, field in form.fields.items():
        source = str(field.options.get("converted_from", ""))
        if not source or not history or key in history[-1].document["properties"]:
            continue
        known = [version for version in history if source in version.document["properties"]]
        if known:
            _set_going(session, form, source, key, known[-1].id)


def _set_going(session: Session, form: Form, source: str, key: str, version_id: int) -> None:
    """Begin, or begin again when the field left the form in between: what has a value is left alone."""
    row = of_field(form.definition_id, key)
    if row is None:
        row = Conversion(form_id=form.definition_id, version_id=version_id, source=source, field=key, rest=[])
        session.add(row)
        session.flush()
        outbox.put(session, KIND, row.id)
        return
    row.source, row.version_id, row.state = source, version_id, "waiting"
    row.last_id = row.converted = row.failed = 0
    row.rest = []
    outbox.revive(session, KIND, row.id, due_at=times.now())


def of_field(form_id: int, key: str) -> Conversion | None:
    """The conversion that a published field began with."""
    return db.session.scalar(select(Conversion).where(Conversion.form_id == form_id, Conversion.field == key))


def _given_up(session: Session, conversion_id: int, error: str) -> None:
    session.get_one(Conversion, conversion_id).state = "failed"


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Convert some batches; what is left then waits for its next turn."""
    batches.work(lease, lambda session: _batch(session, _locked(session, lease.ref_id)))


def _locked(session: Session, conversion_id: int) -> Conversion:
    """Locked: who is removed for good meanwhile is not named again."""
    return session.get_one(Conversion, conversion_id, with_for_update=True, populate_existing=True)


def _batch(session: Session, conversion: Conversion) -> bool:
    """Convert the next records; True when these were the last."""
    form, before = lookup.form_by_id(conversion.form_id), lookup.form_of_version(conversion.version_id)
    old = before.fields[conversion.source]
    left = filled(before, old.key).where(tables.table(before).c.id > conversion.last_id)
    rows = read_values(left.limit(batches.SIZE), old)
    if conversion.field in form.fields:
        _convert_all(form, old, conversion, rows)
    if rows:
        conversion.last_id = rows[-1][0]
    if len(rows) < batches.SIZE:
        conversion.state, conversion.at = "done", times.now()
    return len(rows) < batches.SIZE


def _convert_all(form: Form, old: Field, conversion: Conversion, rows: list[Stored]) -> None:
    done = _filled_since(form, conversion.field, [record_id for record_id, _value in rows])
    for record_id, value in rows:
        if record_id not in done:
            _convert_one(form, old, conversion, record_id, value)


def _filled_since(form: Form, key: str, ids: list[int]) -> set[int]:
    """Those of the records that somebody has given a new value already: it stays."""
    columns = tables.table(form).c
    return set(db.session.scalars(select(columns.id).where(columns.id.in_(ids), columns[key].is_not(None))))


def _convert_one(form: Form, old: Field, conversion: Conversion, record_id: int, value: JsonValue) -> None:
    reader = Reader(lookup.app_info(form.app).default_locale, form.zone)
    new = form.fields[conversion.field]
    try:
        _save(form, record_id, new.key, convert(value, old, new, reader))
        conversion.converted += 1
    except (FieldError, Invalid, Conflict, NotFound):
        conversion.failed += 1
        if len(conversion.rest) < NAMED:
            shown = old.type.display(value, old, reader, NOBODY)[:100]
            conversion.rest = [*conversion.rest, [record_id, shown]]


def _save(form: Form, record_id: int, key: str, value: JsonValue) -> None:
    """Nobody did this by hand and nobody waits for it: it starts no automations, and timers follow it."""
    actor = Actor(None, ORIGIN, trusted=True)
    with db.session.begin_nested(), silence(True):
        store.save(actor, form, {key: value}, record_id=record_id, partial=True)


def _convert_restored(session: Session, event: Event, form: Form) -> None:
    """Convert what a record holds that was in the trash when its turn came."""
    if event.kind != "restored":
        return
    own = select(Conversion).where(Conversion.form_id == event.form_id).order_by(Conversion.id)
    for each in session.scalars(own):
        if each.field in form.fields and _was_missed(session, each, event):
            before = lookup.form_of_version(each.version_id)
            only = filled(before, each.source).where(tables.table(before).c.id == event.record_id)
            old = before.fields[each.source]
            _convert_all(form, old, each, read_values(only, old))


def _was_missed(session: Session, conversion: Conversion, event: Event) -> bool:
    """Whether the conversion went past the record while that was deleted."""
    if conversion.state != "done":
        return conversion.state == "waiting" and event.record_id <= conversion.last_id
    same = (Event.form_id == event.form_id, Event.record_id == event.record_id, Event.kind == "deleted")
    deleted_at = session.scalar(select(func.max(Event.at)).where(*same))
    return deleted_at is not None and deleted_at <= conversion.at


def _forget(session: Session, form_id: int, record_id: int) -> None:
    """Name no more what could not be converted of a record that is removed for good."""
    for each in session.scalars(select(Conversion).where(Conversion.form_id == form_id).with_for_update()):
        each.rest = [named for named in each.rest if named[0] != record_id]


AFTER_EVENT.append(_convert_restored)
AFTER_PURGE.append(_forget)
