"""When a run that waits before an action goes on: the calendar of planned moments, counted from now or from a date."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from runtime import outbox, times
from runtime.automations import context, planning
from runtime.automations.models import Run
from runtime.automations.moments import moments
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.fields import ValueType
from runtime.records.models import Event

Wait = Mapping[str, Any]
_DATES = (ValueType.DATE, ValueType.DATETIME)


def moment(wait: Wait, automation: Automation, form: Form, record: Mapping[str, Any]) -> datetime | None:
    """The moment that a wait means that begins now; None when there is none, because the date is empty."""
    value = record.get(wait["until"]) if "until" in wait else times.iso(times.now())
    if value is None:
        return None
    meant = {"offsets": [wait.get("offset", "0d")], **{key: wait[key] for key in ("at",) if key in wait}}
    found = moments(value, meant, planning.zone_of(automation, form))
    return found[0].due_at if found else None


def follow(session: Session, event: Event, form: Form) -> None:
    """Let runs that wait for a date of the event's record go on when it is now, in the transaction that moved it: also
    those of a version that is no longer in force.
    """
    if event.kind in ("created", "deleted") or not _moves_a_date(event, form):
        return  # of a new record none waits; of a deleted one they stop in time, unless it is restored before
    own = (Run.form_id == event.form_id, Run.record_id == event.record_id, Run.state == "waiting")
    waiting = session.scalars(select(Run).where(*own)).all()
    record = context.stored(form, event.record_id) if waiting else None
    if record is None:
        return
    for run in waiting:
        automation = lookup.automation_of_version(run.version_id)
        wait = automation.actions[run.next]["wait"]
        due = moment(wait, automation, form, record.values) if "until" in wait else None
        if due is not None and due != run.due_at:
            _move(session, run.id, due)


def end(session: Session, run_id: int, reason: str) -> bool:
    """End a run that waits, in the caller's transaction, what it did stays; False when it does not wait, or a worker
    goes on with it at this moment.
    """
    waiting = session.scalar(select(Run.id).where(Run.id == run_id, Run.state == "waiting"))
    if waiting is None or not outbox.cancel(session, "run", [run_id]):
        return False
    over = {"state": "skipped", "reason": reason, "due_at": None, "finished_at": times.now()}
    session.execute(update(Run).where(Run.id == run_id).values(over))
    return True


def _moves_a_date(event: Event, form: Form) -> bool:
    changed = (form.fields[key] for key in event.changed or () if key in form.fields)
    return any(each.type.value_type_of(each) in _DATES for each in changed)


def _move(session: Session, run_id: int, due: datetime) -> None:
    # Not by the object: a worker may be going on with it at this moment.
    session.execute(update(Run).where(Run.id == run_id, Run.state == "waiting").values(due_at=due))
    outbox.wait(session, "run", run_id, due)
