"""Removing deleted records for good: when their days are over, or somebody wants it sooner."""

from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from runtime import files, jobs, times
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.jobs import Lease
from runtime.records import changes, trash
from runtime.records.models import Event, Trashed
from runtime.records.sources import Actor

AFTER_PURGE: list[Callable[[Session, int, int], None]] = []
"""Called in the removing transaction with the ids of form and record, whether the form is still in force or not."""


@jobs.handler(trash.KIND)
def work(lease: Lease) -> None:
    """Remove a record, and what was deleted with it; nothing when it came back."""
    with transaction() as session:
        lease.renew(session)
        due = (Trashed.id == lease.ref_id, Trashed.purge_at <= times.now())
        row = session.scalar(select(Trashed).where(*due).with_for_update())
        for each in trash.with_all([row] if row else []):
            _purge(session, each)
        lease.finish(session)


def _purge(session: Session, row: Trashed) -> None:
    """Remove what the history keeps of the record's values, and its files; that there was one stays."""
    own = (Event.form_id == row.form_id, Event.record_id == row.record_id)
    session.execute(update(Event).where(*own).values(kept_before={}, kept_after={}, changed=[]))
    files.drop(row.form_id, row.record_id)
    for listener in AFTER_PURGE:
        listener(session, row.form_id, row.record_id)
    form = lookup.form_by_id_if_any(row.form_id)
    if form is not None:
        by = None if row.purge_by is None else session.get(User, row.purge_by)
        changes.note(
            Actor(by, "page" if by else "clock"), form, "purged", row.record_id, row.revision + 1, {}, {}
        )
    trash.forget(row)
