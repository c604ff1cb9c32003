"""Changes to stored values that a person chose when publishing a form, and taking them back with the publish.

The choice is a row of the publishing transaction; a job then goes through the records in batches, each record
through the one write path, in the name of whoever published. It may be killed at any moment: it goes on
after the last batch that was committed, and a record that has its value already is not met again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from builder.models_amendments import Amendment
from runtime import batches, jobs, outbox, times
from runtime.accounts.models import User
from runtime.automations.chain import silence
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.models import Version
from runtime.errors import Conflict, Invalid, NotFound
from runtime.fields import JsonValue
from runtime.jobs import Lease
from runtime.records import rows, store
from runtime.records.models import Event
from runtime.records.rows import Record
from runtime.records.store import Actor
from runtime.records.tables import table

KIND = "amendment"
ORIGIN, BACK = "publish", "undo publish"
KEEP, CANCEL = "keep", "cancel"
NAMED = 20  # records that are named when they could not be changed


class Change(NamedTuple):
    """Records that hold this value in a field get another one; None: those where the field is empty."""

    field: str
    held: JsonValue | None
    value: JsonValue


@dataclass(frozen=True)
class Answers:
    """What the person chose about the effects of publishing one document."""

    changes: tuple[Change, ...] = ()
    timers: str = ""
    """KEEP lets them go out as they are planned, CANCEL withdraws them; else they are planned anew."""
    backfill: bool = False
    """Whether records that wait for no moment get theirs, too."""


def plan(session: Session, form: Form, changes: Sequence[Change]) -> None:
    """Plan the changes that go with the version of the form that is being published."""
    _put(session, form, Amendment(version_id=form.version_id, changes=changes, rest=[]))


def take_back(session: Session, form: Form, undone: Version) -> None:
    """Plan to take back what a version changed, with the version that brings back what was in force before."""
    made = of_version(undone.id)
    if made is not None:
        back = Amendment(version_id=form.version_id, changes=made.changes, undoes=undone.id, rest=[])
        _put(session, form, back)


def _put(session: Session, form: Form, amendment: Amendment) -> None:
    session.add(amendment)
    session.flush()
    # One after the other: what is taken back was done before, and what is published anew finds it undone.
    outbox.put(session, KIND, amendment.id, lane=f"{KIND}:{form.definition_id}")


def of_version(version_id: int) -> Amendment | None:
    """What publishing a version changes in stored records."""
    return db.session.scalar(select(Amendment).where(Amendment.version_id == version_id))


def _given_up(session: Session, amendment_id: int, error: str) -> None:
    session.get_one(Amendment, amendment_id).state = "failed"


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Change some batches of records; what is left then waits for its next turn."""
    batches.work(lease, lambda session: _batch(session, session.get_one(Amendment, lease.ref_id)))


def _batch(session: Session, amendment: Amendment) -> bool:
    """Do the next records; True when these were the last."""
    by = session.get_one(Version, amendment.version_id)
    job = _Job(
        session, amendment, session.get(User, by.published_by or 0), lookup.form_by_id(by.definition_id)
    )
    found = job.change() if amendment.undoes is None else job.change_back(amendment.undoes)
    if found < batches.SIZE:
        amendment.state, amendment.at = "done", times.now()
    return found < batches.SIZE


@dataclass(frozen=True)
class _Job:
    """One batch of an amendment: `form` is as it is in force now."""

    session: Session
    amendment: Amendment
    user: User | None
    form: Form

    def change(self) -> int:
        """Change the next records that hold what is to go; how many there were."""
        changes = list(self._wanted())
        if not changes:
            return 0
        found = self._records(self.form, or_(*(self._holds(each) for each in changes)))
        for record in found:
            values = {
                each.field: each.value for each in changes if record.values.get(each.field) == each.held
            }
            self._note(record.id, self._save(self.form, record.id, values, ORIGIN))
        if found:
            self.amendment.last_id = found[-1].id
        return len(found)

    def _wanted(self) -> Iterator[Change]:
        """The changes that the form in force still asks for: an older version may be back, or a newer one there."""
        for each in (Change(*stored) for stored in self.amendment.changes):
            field = self.form.fields.get(each.field)
            if field is None:
                continue
            if field.required if each.held is None else each.held not in field.schema.get("enum", ()):
                yield each

    def _holds(self, change: Change) -> ColumnElement[bool]:
        column = table(self.form).c[change.field]
        return column.is_(None) if change.held is None else column == change.held

    def _records(self, form: Form, condition: ColumnElement[bool]) -> list[Record]:
        own = table(form).c.id
        query = rows.select_all(form).where(own > self.amendment.last_id, condition)
        return [
            rows.record(form, row) for row in self.session.execute(query.order_by(own).limit(batches.SIZE))
        ]

    def change_back(self, undone: int) -> int:
        """Give the next records what they held before the version that was undone."""
        then = lookup.form_of_version(undone)
        events = self._events(undone)
        wanted = rows.select_all(then).where(table(then).c.id.in_([event.record_id for event in events]))
        now = {
            record.id: record for record in (rows.record(then, row) for row in self.session.execute(wanted))
        }
        for event in events:
            if event.record_id in now and self._is_own(event):
                self._note(event.record_id, self._restore(then, now[event.record_id], event))
        if events:
            self.amendment.last_id = events[-1].id
        return len(events)

    def _events(self, undone: int) -> list[Event]:
        query = select(Event).where(
            Event.version_id == undone, Event.origin == ORIGIN, Event.id > self.amendment.last_id
        )
        return list(self.session.scalars(query.order_by(Event.id).limit(batches.SIZE)))

    def _is_own(self, event: Event) -> bool:
        return any(
            event.before.get(field) == held and event.after.get(field) == value
            for field, held, value in self.amendment.changes
        )

    def _restore(self, then: Form, record: Record, event: Event) -> bool | None:
        """What the event changed and nobody changed since. A field that the form in force has not is emptied by
        the version that had it, so that it is empty when the field is published again.
        """
        keys = [
            key
            for key in event.changed
            if then.fields[key].type.writable and record.values.get(key) == event.after.get(key)
        ]
        gone = {key: event.before.get(key) for key in keys if key not in self.form.fields}
        there = {key: event.before.get(key) for key in keys if key in self.form.fields}
        done = [
            self._save(form, record.id, values, BACK) for form, values in ((then, gone), (self.form, there))
        ]
        return None if None in done else any(done)

    def _save(self, form: Form, record_id: int, values: Mapping[str, JsonValue], origin: str) -> bool | None:
        """Whether that changed something; None when it was refused. It starts no automations, timers follow it."""
        if not values:
            return False
        actor = Actor(self.user, origin, trusted=True)
        try:
            with db.session.begin_nested(), silence(True):
                saved = store.save(actor, form, values, record_id=record_id, partial=True)
        except (Invalid, Conflict, NotFound):
            return None
        return saved.event_id is not None

    def _note(self, record_id: int, done: bool | None) -> None:
        if done:
            self.amendment.written += 1
        elif done is None:
            self.amendment.failed += 1
            self.amendment.rest = [*self.amendment.rest, record_id][:NAMED]
