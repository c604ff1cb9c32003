"""Changes of many records: asked for in one request, done by a job in batches, each record exactly once.

What became of a record is written in the transaction that changes it, so a job that is killed anywhere goes on behind
the last record that counts.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from runtime import access, batches, jobs, outbox
from runtime.accounts.models import User
from runtime.automations import chain
from runtime.bulk import doing
from runtime.bulk.doing import Done
from runtime.bulk.models import Bulk, BulkItem
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.jobs import Lease
from runtime.records.models import Event
from runtime.records.sources import BULK, UNDO_BULK, Actor
from runtime.records.taking_back import UNDO_FOR
from runtime.times import now

KIND, END = "bulk", "bulk_end"
MOST = 10_000  # records in one
MOST_BEGUN = 5  # of one person that are not done
SIZE = 50  # records that are read together; how many are one transaction, says the time they take
KEPT = timedelta(days=7)
TOLD = 200  # records that are listed with what could not be done
KEY_LENGTH = 32
_CHUNK = 1000


@dataclass(frozen=True)
class Wish:
    """What somebody wants done: see `Bulk`."""

    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    silent: bool = False
    undoes: int | None = None


@dataclass(frozen=True)
class Piece:
    """A record of it: the revision that the person saw, or the event that is to be taken back."""

    record_id: int
    revision: int | None = None
    undoes: int | None = None


def new_key() -> str:
    """A key for a change that somebody is being asked about."""
    return secrets.token_hex(KEY_LENGTH // 2)


def begin(user: User, form: Form, key: str, wish: Wish, records: Sequence[Piece]) -> Bulk:
    """Want it for these records; the caller commits. Conflict for a key that is taken: it was begun before."""
    waiting = (Bulk.user_id == user.id, Bulk.state == "waiting")
    if (db.session.scalar(select(func.count()).where(*waiting)) or 0) >= MOST_BEGUN:
        raise Conflict(_("Some of your changes are still being made. Wait until they are done."), code="many")
    bulk = Bulk(
        key=key,
        user_id=user.id,
        form_id=form.definition_id,
        action=wish.action,
        values=dict(wish.values),
        silent=wish.silent,
        undoes=wish.undoes,
        total=len(records),
    )
    session = db.session()
    session.add(bulk)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(_("This was begun already."), code="begun") from None
    rows = [{"bulk_id": bulk.id, **asdict(each)} for each in records]
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(BulkItem), rows[start : start + _CHUNK])
    outbox.put(session, KIND, bulk.id)
    outbox.put(session, END, bulk.id, due_at=now() + KEPT)
    return bulk


def own(user: User, form: Form) -> list[Bulk]:
    """What this person had done with records of the form, the latest first."""
    mine = (Bulk.user_id == user.id, Bulk.form_id == form.definition_id)
    return list(db.session.scalars(select(Bulk).where(*mine).order_by(Bulk.id.desc()).limit(50)))


def get(user: User, form: Form, key: str) -> Bulk:
    """One of them; NotFound when there is none."""
    found = begun(user, form, key)
    if found is None:
        raise NotFound(_("There is no such change any more."))
    return found


def begun(user: User, form: Form, key: str) -> Bulk | None:
    """What this person began with the key."""
    mine = (Bulk.user_id == user.id, Bulk.form_id == form.definition_id, Bulk.key == key)
    return db.session.scalar(select(Bulk).where(*mine))


def counts(bulk: Bulk) -> Counter[str]:
    """How many of its records are in each state."""
    each = select(BulkItem.state, func.count()).where(BulkItem.bulk_id == bulk.id).group_by(BulkItem.state)
    return Counter({row[0]: row[1] for row in db.session.execute(each)})


def told(bulk: Bulk) -> list[BulkItem]:
    """The records of which there is something to say."""
    of_it = (BulkItem.bulk_id == bulk.id, BulkItem.why != "")
    return list(db.session.scalars(select(BulkItem).where(*of_it).order_by(BulkItem.id).limit(TOLD)))


def cancel(bulk: Bulk) -> None:
    """Leave what is not done yet; the caller commits. A batch at work is waited for and counts."""
    waits = (Bulk.id == bulk.id, Bulk.state == "waiting")
    db.session.execute(update(Bulk).where(*waits).values(state="cancelled"))


def may_undo(bulk: Bulk) -> bool:
    """Whether what was done can still be taken back."""
    if bulk.action == "undo" or bulk.state == "waiting" or bulk.made_at + UNDO_FOR <= now():
        return False
    return not _is_undone(bulk) and _has(bulk, "done")


def may_go_on(bulk: Bulk) -> bool:
    """Whether what was broken off, or stopped, can still be brought to its end."""
    if bulk.state not in ("cancelled", "failed") or bulk.made_at + UNDO_FOR <= now():
        return False
    return not _is_undone(bulk) and _has(bulk, "waiting")


def _is_undone(bulk: Bulk) -> bool:
    return db.session.scalar(select(Bulk.id).where(Bulk.undoes == bulk.id)) is not None


def _has(bulk: Bulk, state: str) -> bool:
    some = select(BulkItem.id).where(BulkItem.bulk_id == bulk.id, BulkItem.state == state)
    return db.session.scalar(some.limit(1)) is not None


def go_on(bulk: Bulk) -> None:
    """Want the rest of it, too; the caller commits. Conflict when that is too late."""
    bulk = _locked(bulk)
    if not may_go_on(bulk):
        raise Conflict(_("This can no longer be gone on with."), code="late")
    bulk.state = "waiting"
    outbox.revive(db.session(), KIND, bulk.id, due_at=now())


def _locked(bulk: Bulk) -> Bulk:
    """The same, until the commit nobody else's to change."""
    return db.session.get_one(Bulk, bulk.id, with_for_update=True, populate_existing=True)


def undo(user: User, form: Form, bulk: Bulk) -> Bulk:
    """Take back what was done; the caller commits. Conflict when that is too late, or was done already."""
    bulk = _locked(bulk)
    if not may_undo(bulk):
        raise Conflict(_("This can no longer be taken back."), code="late")
    done = (BulkItem.bulk_id == bulk.id, BulkItem.state == "done", BulkItem.event_id.is_not(None))
    # What was deleted last comes back first: others may refer to it.
    items = select(BulkItem.record_id, BulkItem.event_id).where(*done).order_by(BulkItem.id.desc())
    records = [Piece(record_id, undoes=event_id) for record_id, event_id in db.session.execute(items)]
    return begin(user, form, new_key(), Wish("undo", silent=bulk.silent, undoes=bulk.id), records)


def _given_up(session: Session, bulk_id: int, error: str) -> None:
    session.execute(update(Bulk).where(Bulk.id == bulk_id, Bulk.state == "waiting").values(state="failed"))


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Do some batches; what is left then waits for its next turn."""
    batches.work(lease, lambda session: _batch(session, lease.ref_id))


@jobs.handler(END)
def end(lease: Lease) -> None:
    """Forget it after a week."""
    with transaction() as session:
        lease.finish(session)
        session.execute(delete(BulkItem).where(BulkItem.bulk_id == lease.ref_id))
        session.execute(delete(Bulk).where(Bulk.id == lease.ref_id))


def _batch(session: Session, bulk_id: int) -> bool:
    """Do the next records; True when these were the last."""
    bulk = session.get(Bulk, bulk_id, with_for_update=True, populate_existing=True)
    if bulk is None or bulk.state != "waiting":
        return True
    user, form = session.get_one(User, bulk.user_id), lookup.form_by_id_if_any(bulk.form_id)
    if form is None:
        bulk.state = "failed"
        return True
    waits = (BulkItem.bulk_id == bulk_id, BulkItem.state == "waiting")
    items = list(session.scalars(select(BulkItem).where(*waits).order_by(BulkItem.id).limit(SIZE)))
    known = _events(session, [each.undoes for each in items if each.undoes is not None])
    with force_locale(user.locale), chain.silence(bulk.silent), access.departments_read_once():
        found = [
            {"id": item.id, **_tried(user, form, bulk, item, known.get(item.undoes))._asdict()}
            for item in batches.in_time(items)
        ]
    session.execute(update(BulkItem), found)
    if len(items) == SIZE or len(found) < len(items):
        return False
    bulk.state = "done"
    return True


def _events(session: Session, ids: Sequence[int]) -> dict[int | None, Event]:
    """What is to be taken back, by id."""
    return {each.id: each for each in session.scalars(select(Event).where(Event.id.in_(ids)))} if ids else {}


def _tried(user: User, form: Form, bulk: Bulk, item: BulkItem, event: Event | None) -> Done:
    """What became of a record; one that cannot be written stays as it is."""
    actor = Actor(user=user, origin=UNDO_BULK if bulk.action == "undo" else BULK)
    try:
        with db.session.begin_nested():
            return doing.do(actor, form, bulk, item, event)
    except (Invalid, Conflict, Forbidden, NotFound) as error:
        return Done("failed", None, error.message[:1000])
