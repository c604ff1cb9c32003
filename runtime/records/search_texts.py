"""Making the search texts of records anew when a form is published in which other fields are searched.

A job goes through the records in batches and may be killed at any moment. Until it is done the search reads the fields
themselves: the texts still hold those that left the form, which perhaps not everybody might see. It ends once no save
can go on that began by the version before, and looks at what such saves wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from runtime import batches, jobs, outbox, times
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, parse_fields
from runtime.definitions.models import Version
from runtime.jobs import Lease
from runtime.records import rows, search, search_index
from runtime.records.models import SearchIndex
from runtime.records.search_index import STALE
from runtime.records.tables import table

KIND = "search_texts"
SLOWEST = timedelta(minutes=2)  # that a save takes: the server ends a request after one


def hold(session: Session, form_ids: Iterable[int]) -> None:
    """Have the texts of these forms wait until the commit; a batch at work is waited for."""
    own = select(SearchIndex.id).where(SearchIndex.form_id.in_(list(form_ids))).order_by(SearchIndex.id)
    session.execute(own.with_for_update())


def plan(session: Session, form: Form, earlier: Sequence[Mapping[str, Any]]) -> None:
    """See that the texts hold what the form's newest version searches; `earlier` are the documents before it, oldest
    first. A field that no version had yet stands in no record.
    """
    now = set(search.keys(form))
    known = [set(search.searched(parse_fields(each))) for each in earlier]
    if not known or now & set().union(*known) == known[-1]:
        return
    row = session.scalars(select(SearchIndex).where(SearchIndex.form_id == form.definition_id)).one()
    row.state, row.last_id = STALE, 0
    session.flush()
    _set_going(session, KIND, row.id)


def _set_going(session: Session, kind: str, index_id: int) -> None:
    if not outbox.revive(session, kind, index_id, due_at=times.now()):
        outbox.put(session, kind, index_id)


@jobs.handler(KIND)
def work(lease: Lease) -> None:
    """Make some batches anew; what is left waits for its next turn."""
    batches.work(
        lease,
        lambda session: _batch(session, lease.ref_id),
        lambda session: _look_again(session, lease.ref_id),
    )


def _batch(session: Session, index_id: int) -> bool:
    """Make the next texts; True when these were the last. The index then looks whether it has all of them."""
    index = session.get_one(SearchIndex, index_id, with_for_update=True, populate_existing=True)
    form = lookup.form_by_id_if_any(index.form_id)
    if form is None or index.state != STALE:
        return True
    ids = _made(session, form, index.last_id)
    index.last_id = ids[-1] if ids else index.last_id
    if len(ids) == batches.SIZE:
        return False
    if times.now() < _settled_at(form):
        return True
    _make_late_ones(session, form)
    index.state, index.last_id = "waiting", 0
    _set_going(session, search_index.KIND, index.id)
    return True


def _look_again(session: Session, index_id: int) -> None:
    index = session.get_one(SearchIndex, index_id)
    form = lookup.form_by_id_if_any(index.form_id)
    if form is not None and index.state == STALE:
        outbox.revive(session, KIND, index_id, due_at=_settled_at(form))


def _settled_at(form: Form) -> datetime:
    """When no save goes on any more that began before the form was published."""
    published = select(Version.published_at).where(Version.id == form.version_id)
    return db.session.scalars(published).one() + SLOWEST


def _make_late_ones(session: Session, form: Form) -> None:
    """Make the texts of records that were saved meanwhile, or came, by the version before."""
    own = table(form).c
    since = _settled_at(form) - 2 * SLOWEST
    late = (own.version_id != form.version_id) & (own.updated_at >= since)
    _make(session, form, rows.select_all(form).where(late).order_by(own.id))


def _made(session: Session, form: Form, last_id: int) -> list[int]:
    own = table(form).c
    some = rows.select_all(form).where(own.id > last_id).order_by(own.id).limit(batches.SIZE)
    return _make(session, form, some)


def _make(session: Session, form: Form, some: Select[Any]) -> list[int]:
    own = table(form)
    found = [rows.record(form, row) for row in session.execute(some.with_for_update())]
    for record in found:
        text = search.text_of(form, record.values)
        session.execute(update(own).where(own.c.id == record.id).values(search_text=text))
    return [record.id for record in found]
