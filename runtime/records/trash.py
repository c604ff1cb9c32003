"""The trash: what deleted records held, for those who may delete there, until it comes back or its time is over."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, select, update

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


def page(user: User, form: Form, before: int | None, most: int) -> list[Trashed]:
    """The records that this person may see in the trash of the form, the last deleted first."""
    found = _seen(Actor(user=user, origin="page"), form)
    query = select(Trashed).where(*found).order_by(Trashed.id.desc()).limit(most)
    return list(db.session.scalars(query if before is None else query.where(Trashed.id < before)))


def some(actor: Actor, form: Form, record_ids: Iterable[int]) -> list[Trashed]:
    """Of these records those that the actor may see in the trash, locked until the commit. The last deleted comes
    first: what others refer to was deleted after them.
    """
    these = Trashed.record_id.in_(list(record_ids)[:AT_ONCE])
    query = select(Trashed).where(these, *_seen(actor, form)).order_by(Trashed.id.desc())
    again = query.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(again))


def one(actor: Actor, form: Form, record_id: int) -> Trashed:
    """A record in the trash, locked until the commit; NotFound when the actor sees none such there."""
    found = some(actor, form, [record_id])
    if not found:
        raise NotFound(_("There is no such record in the trash."))
    return found[0]


def along(row_id: int) -> list[Trashed]:
    """What was deleted with the record of this row, locked until the commit."""
    query = select(Trashed).where(Trashed.with_id == row_id).order_by(Trashed.id).with_for_update()
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def with_all(rows: Iterable[Trashed]) -> Iterator[Trashed]:
    """These rows and, behind each, those of all that went with it."""
    for row in rows:
        yield row
        yield from with_all(along(row.id))


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
    first = {row.id: row for row in rows}
    whole = {row.id: row for row in with_all(first.values())}
    due = times.now()
    for row_id, row in whole.items():
        db.session.execute(update(Trashed).where(Trashed.id == row_id).values(purge_at=due, purge_by=user.id))
        row.purge_at = due
        if row.with_id is None:
            outbox.revive(db.session(), KIND, row_id, due_at=due)
        elif row.with_id not in whole:
            stand_alone(row)
    return len(whole)


def _seen(actor: Actor, form: Form) -> tuple[ColumnElement[bool], ...]:
    """What shows an actor a record of the form in the trash: that he might read it, and delete it."""
    own = (Trashed.form_id == form.definition_id, Trashed.purge_at > times.now())
    return (*own, *(_allowed(form, actor.scope(action, form)) for action in ("read", "delete")))


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
