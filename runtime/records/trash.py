"""The trash: what deleted records held, for those who may delete there, until it comes back or its time is over."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, delete, select

from runtime import access, conditions, outbox, times
from runtime.accounts.models import User
from runtime.conditions import ConditionError
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.records.models import Trashed
from runtime.records.rows import Record
from runtime.records.sources import Actor

KIND = "purge"
AT_ONCE = 200  # records that may be named in one request
CHUNK = 500  # ids in one statement


def keep(actor: Actor, form: Form, record: Record, with_id: int | None) -> int:
    """Keep what a record holds that is being deleted, for as many days as the settings say; the id of its row.
    `with_id` is that of the record that takes it along.
    """
    row = Trashed(
        form_id=form.definition_id,
        record_id=record.id,
        revision=record.revision + 1,
        version_id=record.version_id,
        values=record.values,
        created_at=record.created_at,
        created_by=record.created_by,
        owner_id=record.owner_id,
        department_id=record.department_id,
        deleted_at=times.now(),
        deleted_by=actor.user_id,
        with_id=with_id,
        purge_at=times.now() + timedelta(days=current_app.config["SETTINGS"].trash_days),
    )
    db.session.add(row)
    db.session.flush()
    if with_id is None:
        outbox.put(db.session(), KIND, row.id, due_at=row.purge_at)
    return row.id


def holds(form: Form, record_id: int) -> bool:
    """Whether the record is in the trash."""
    same = (Trashed.form_id == form.definition_id, Trashed.record_id == record_id)
    return db.session.scalar(select(Trashed.id).where(*same)) is not None


def page(user: User, form: Form, before: int | None, most: int) -> list[Trashed]:
    """The records that this person may see in the trash of the form, the last deleted first."""
    found = _seen(Actor(user=user, origin="page"), form)
    query = select(Trashed).where(*found).order_by(Trashed.id.desc()).limit(most)
    return list(db.session.scalars(query if before is None else query.where(Trashed.id < before)))


def some(actor: Actor, form: Form, record_ids: Iterable[int], *, lock: bool = True) -> list[Trashed]:
    """Of these records those that the actor may see in the trash, locked until the commit unless he is only asked.
    The last deleted comes first: what others refer to was deleted after them.
    """
    these = Trashed.record_id.in_(list(record_ids)[:AT_ONCE])
    query = select(Trashed).where(these, *_seen(actor, form)).order_by(Trashed.id.desc())
    return list(db.session.scalars(_locking(query) if lock else query))


def _locking(query: Select[Trashed]) -> Select[Trashed]:
    return query.with_for_update().execution_options(populate_existing=True)


def one(actor: Actor, form: Form, record_id: int) -> Trashed:
    """A record in the trash, locked until the commit; NotFound when the actor sees none such there."""
    found = some(actor, form, [record_id])
    if not found:
        raise NotFound(_("There is no such record in the trash."))
    return found[0]


def along(row_id: int) -> list[Trashed]:
    """What was deleted with the record of this row, locked until the commit. The last deleted comes first, as it is
    to come back: what was deleted before it may refer to it.
    """
    query = select(Trashed).where(Trashed.with_id == row_id).order_by(Trashed.id.desc())
    return list(db.session.scalars(_locking(query)))


def with_all(rows: Iterable[Trashed], *, lock: bool = True) -> list[Trashed]:
    """These rows and then those of all that went with them, each once."""
    found = {row.id: row for row in rows}
    level = list(found)
    while level:
        below = [each for each in _went_with(level, lock=lock) if each.id not in found]
        found |= {each.id: each for each in below}
        level = [each.id for each in below]
    return list(found.values())


def _went_with(row_ids: list[int], *, lock: bool) -> list[Trashed]:
    found: list[Trashed] = []
    for start in range(0, len(row_ids), CHUNK):
        these = Trashed.with_id.in_(row_ids[start : start + CHUNK])
        query = select(Trashed).where(these).order_by(Trashed.id)
        found += db.session.scalars(_locking(query) if lock else query)
    return found


def tops(rows: Iterable[Trashed]) -> list[Trashed]:
    """Of these rows those whose records went with none of the others."""
    chosen = list(rows)
    whole = {each.id for each in with_all(chosen, lock=False)}
    return [row for row in chosen if row.with_id not in whole]


def as_record(row: Trashed) -> Record:
    """The record as it was."""
    return Record(
        id=row.record_id,
        revision=row.revision,
        version_id=row.version_id,
        values=row.values,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.deleted_at,
        updated_by=row.deleted_by,
        owner_id=row.owner_id,
        department_id=row.department_id,
    )


def forget(row: Trashed) -> None:
    """Take a row out of the trash."""
    db.session.execute(delete(Trashed).where(Trashed.id == row.id))
    outbox.cancel(db.session(), KIND, [row.id])


def stand_alone(row: Trashed) -> None:
    """Let a record that went with another wait for its own end."""
    row.with_id = None
    db.session.flush()
    outbox.put(db.session(), KIND, row.id, due_at=row.purge_at)


def doom(user: User, rows: Iterable[Trashed]) -> int:
    """Have these records, and what went with them, removed for good as soon as possible; how many these are.
    Nobody sees them from the commit on.
    """
    whole = with_all(rows)
    ids, due = {row.id for row in whole}, times.now()
    for row in whole:
        row.purge_at, row.purge_by = due, user.id
    db.session.flush()
    for row in whole:
        if row.with_id is None:
            outbox.revive(db.session(), KIND, row.id, due_at=due)
        elif row.with_id not in ids:
            stand_alone(row)
    return len(whole)


def _seen(actor: Actor, form: Form) -> tuple[ColumnElement[bool], ...]:
    """What shows an actor a record of the form in the trash: that he might read it, and delete it."""
    own = (Trashed.form_id == form.definition_id, Trashed.purge_at > times.now())
    # Whoever waited for the lock compares with a moment that is over: that somebody wanted it gone counts then.
    kept = (*own, Trashed.purge_by.is_(None))
    return (*kept, *(_allowed(form, actor.scope(action, form)) for action in ("read", "delete")))


def _allowed(form: Form, document: access.Document) -> ColumnElement[bool]:
    known: dict[str, Any] = {
        "owner_id": Trashed.owner_id,
        "created_by": Trashed.created_by,
        "department_id": Trashed.department_id,
    }
    if form.owner_field:
        known[form.owner_field] = Trashed.owner_id

    def column(path: str) -> ColumnElement[Any]:
        if path not in known:
            raise ConditionError("unknown_field", field=path[:80])
        found: ColumnElement[Any] = known[path]
        return found

    return conditions.where(document, column, {})
