"""The versions of a record: what its events kept of it. A version has the number of the revision that it was."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import load_only

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.records.models import WITH_VALUES, Event
from runtime.records.rows import Values

MOST_MERGED = 10  # one into another, and that into the next
KINDS = WITH_VALUES


def merged_into(form: Form, record_id: int) -> int:
    """The record that a deleted one was merged into, or the one that this was merged into; 0 for any other."""
    into = 0
    for _step in range(MOST_MERGED):
        following = _merged_into(form, into or record_id)
        if following is None:
            break
        into = following
    return into


def _merged_into(form: Form, record_id: int) -> int | None:
    own = (Event.form_id == form.definition_id, Event.record_id == record_id)
    last = db.session.scalars(select(Event).where(*own).order_by(Event.id.desc()).limit(1)).one_or_none()
    if last is None or last.kind != "deleted" or not last.cause:
        return None
    found = last.cause.get("into")
    return None if found is None else int(found)


def versions(form: Form, record_id: int, before: int | None, most: int) -> Sequence[Event]:
    """The versions of a record that somebody may read, the latest first, from below this number on; without values."""
    own = (Event.form_id == form.definition_id, Event.record_id == record_id, Event.kind.in_(KINDS))
    told = (Event.revision, Event.at, Event.user_id, Event.run_id, Event.kind, Event.origin)
    query = select(Event).where(*own).order_by(Event.id.desc()).limit(most)
    query = query.options(load_only(*told, Event.changed, Event.cause, raiseload=True))
    return db.session.scalars(query if before is None else query.where(Event.revision < before)).all()


def version(form: Form, record_id: int, number: int) -> Event:
    """One version with its values; NotFound when there is none of this number."""
    own = (Event.form_id == form.definition_id, Event.record_id == record_id, Event.kind.in_(KINDS))
    found = db.session.scalars(select(Event).where(*own, Event.revision == number)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such version of this record."))
    return found


def values_at(form: Form, record_id: int, revision: int) -> Values:
    """What the record held at this revision; empty when history has none."""
    own = (Event.form_id == form.definition_id, Event.record_id == record_id)
    found = db.session.scalars(select(Event).where(*own, Event.revision == revision)).first()
    return {} if found is None else found.after or {}
