"""What every change of a record goes through: the locked row, its revision, the event that tells of it."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert
from sqlalchemy.orm import Session

from runtime import files, times
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.fields import ValueType
from runtime.records import links, roll_ups, row_history, rows, subtables
from runtime.records.models import Event
from runtime.records.rows import Record, Values
from runtime.records.sources import Actor, is_id, within
from runtime.records.tables import table
from runtime.records.tokens import Token
from runtime.records.wording import problem

# Past the ORM, whose unit of work costs more than the statement.
_events: Any = Event.__table__
_INSERT = insert(_events).returning(_events.c.id)

AFTER_EVENT: list[Callable[[Session, Event, Form], None]] = []
"""Called in the saving transaction with every event; a failure fails the save."""


def locked(actor: Actor, form: Form, record_id: int, action: str) -> Record:
    """The record, locked until the commit; NotFound for what may not be read, Forbidden for the rest."""
    row = _permitted(actor, form, record_id, action, lock=True)
    return subtables.filled(form, [rows.record(form, row)])[0]


def require_right(actor: Actor, form: Form, record_id: int, action: str) -> None:
    """NotFound and Forbidden as for `locked`, and nothing is locked."""
    _permitted(actor, form, record_id, action, lock=False)


def _permitted(actor: Actor, form: Form, record_id: int, action: str, *, lock: bool) -> Any:
    if not is_id(record_id):
        raise NotFound(_("There is no such record."))
    may_read = within(form, actor.scope("read", form))
    may_act = within(form, actor.scope(action, form)).label("may_act")
    query = rows.select_all(form).add_columns(may_act).where(table(form).c.id == record_id, may_read)
    if lock:  # to change a record keeps nobody from referring to it: who does has it locked already, a little
        query = query.with_for_update(key_share=action == "update")
    row: Any = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound(_("There is no such record."))
    if not row.may_act:
        raise Forbidden(
            _("You may not change this record.")
            if action == "update"
            else _("You may not delete this record.")
        )
    return row


def require_revision(record: Record, revision: int | None) -> None:
    """Conflict when the writer saw another revision than the one that is there."""
    if revision is not None and revision != record.revision:
        raise stale()


def stale() -> Conflict:
    """Somebody else saved in between."""
    return Conflict(_("Somebody else changed this record in the meantime."), code="stale")


def differing(before: Values, after: Values) -> list[str]:
    """The keys whose values differ, in the order of the records."""
    return [key for key in dict.fromkeys([*before, *after]) if before.get(key) != after.get(key)]


def note(
    actor: Actor,
    form: Form,
    kind: str,
    record_id: int,
    revision: int,
    before: Values,
    after: Values,
    token: Token | None = None,
    packed: bool = False,
) -> Event:
    """Write the event of a change and tell all that listen, in this transaction. Of many rows of a sub-table a `packed`
    one keeps those that differ: where the event before it left all others as they were before this change.

    The event is a copy for reading, with all rows: it does not belong to the session.
    """
    row: dict[str, Any] = {
        "kind": kind,
        "form_id": form.definition_id,
        "version_id": form.version_id,
        "record_id": record_id,
        "revision": revision,
        "origin": actor.origin,
        "user_id": actor.user_id,
        "run_id": actor.run_id,
        "depth": actor.depth,
        "root_id": actor.root_id,
        "changed": differing(before, after),
        "token": token.key if token else None,
        "token_hash": token.hash if token else None,
        "cause": actor.cause,
        "at": times.now(),
    }
    shorter = row_history.packed(before, after, form.rows) if packed else (before, after)
    number = db.session.scalar(_INSERT, {**row, "before": shorter[0], "after": shorter[1]})
    event = Event(id=number, kept_before=before, kept_after=after, **row)
    if kind != "deleted":  # then its links went with it, and the trash keeps its files
        _hold_files(form, record_id, before, after, row["changed"])
        links.write(form, record_id, before, after)
    roll_ups.follow(form, before, after)
    for listener in AFTER_EVENT:
        listener(db.session(), event, form)
    return event


def _hold_files(form: Form, record_id: int, before: Values, after: Values, changed: Iterable[str]) -> None:
    """Let the record hold the files that came into it, and no more those that it lost."""
    for key in changed:
        field = form.fields.get(key)
        if field is None or field.type.value_type is not ValueType.FILES:
            continue
        old, new = set(before.get(key, ())), set(after.get(key, ()))
        if new - old and not files.hold(new - old, form.definition_id, key, record_id):
            raise Invalid([problem(form, key, "file_gone")])
        if old - new:
            files.let_go(old - new)
