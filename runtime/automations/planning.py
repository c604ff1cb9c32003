"""Brings the planned moments of one record in line with its values, in the transaction that saves it."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from runtime import outbox
from runtime.automations import context, holidays
from runtime.automations.models import Timer
from runtime.automations.moments import Moment, moments
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.records.rows import Record
from runtime.times import now, today

CLEARED, CONDITION, PAST = "date cleared", "condition", "past"
WITHDRAWN = "withdrawn"  # by a person, and so not planned again when the record is merely changed
UNDONE = "publish undone"

Known = dict[tuple[str, datetime], Timer]  # by offset and due moment


def plan(
    session: Session,
    automation: Automation,
    form: Form,
    record: Record,
    *,
    changed: str = "date changed",
    note_past: bool = True,
    withdrawn_since: datetime | None = None,
    backfill_id: int | None = None,
) -> None:
    """Plan what the rule wants for this record and cancel what it no longer wants, saying why.

    `changed` is the reason for what is merely at another moment now. With `note_past` moments that are past
    already are kept as skipped rows, so that the record's timeline explains itself; what a person had
    cancelled stays so, save what was cancelled from `withdrawn_since` on. `backfill_id` marks what is planned.
    """
    known = _known(session, automation, record)
    reason, wanted = _wanted(automation, form, record)
    keys = {(moment.offset, moment.due_at) for moment in wanted}
    cancel(
        session,
        [timer for key, timer in known.items() if timer.state == "planned" and key not in keys],
        reason or changed,
    )
    apart = _withdrawn(known.values(), withdrawn_since)
    wanted = [moment for moment in wanted if (moment.offset, moment.local_date) not in apart]
    new = _new(automation, form, record, known, wanted)
    for _moment, timer in new:
        timer.backfill_id = backfill_id
    _set_going(session, automation, form, new, note_past=note_past)


def _new(
    automation: Automation, form: Form, record: Record, known: Known, wanted: Iterable[Moment]
) -> list[tuple[Moment, Timer]]:
    """The timers that wanted moments lack; those that are planned already go over to this version."""
    started = {timer.offset for timer in known.values() if timer.state == "sent"}
    again, new = automation.trigger.get("again", False), []
    for moment in wanted:
        timer = known.get((moment.offset, moment.due_at))
        if timer is not None and timer.state == "planned":
            timer.version_id, timer.backfill_id = automation.version_id, None
        elif timer is None and (again or moment.offset not in started):
            new.append((moment, _timer(automation, form, record, moment)))
        elif timer is not None and timer.state == "cancelled":
            new.append((moment, timer))
    return new


def zone_of(automation: Automation, form: Form) -> str:
    """The zone that the rule means: its own, else the app's."""
    return str(automation.trigger.get("zone") or form.zone)


def _known(session: Session, automation: Automation, record: Record) -> Known:
    rows = session.scalars(
        select(Timer).where(Timer.automation_id == automation.definition_id, Timer.record_id == record.id)
    )
    return {(timer.offset, timer.due_at): timer for timer in rows}


def _withdrawn(known: Iterable[Timer], before: datetime | None) -> set[tuple[str, date]]:
    """What a person had cancelled: at whatever time of that day the rule wants it now, it stays so."""
    return {
        (timer.offset, timer.local_date)
        for timer in known
        if timer.state == "cancelled"
        and timer.reason == WITHDRAWN
        and (before is None or timer.changed_at < before)
    }


def _wanted(automation: Automation, form: Form, record: Record) -> tuple[str, list[Moment]]:
    """Why nothing is wanted, or the wanted moments."""
    value = record.values.get(automation.trigger["field"])
    if value is None:
        return CLEARED, []
    if not _may_hold(automation, form, record):
        return CONDITION, []
    known = holidays.of(lookup.app_info(form.app))
    return "", moments(value, automation.trigger, zone_of(automation, form), known)


def _may_hold(automation: Automation, form: Form, record: Record) -> bool:
    # A condition on the present moment cannot be judged before it comes.
    when = automation.when
    return (
        when is None
        or "now" in when.reads
        or when.holds(context.of_record(record, None, zone_of(automation, form)))
    )


def _timer(automation: Automation, form: Form, record: Record, moment: Moment) -> Timer:
    return Timer(
        automation_id=automation.definition_id,
        form_id=form.definition_id,
        record_id=record.id,
        offset=moment.offset,
        due_at=moment.due_at,
        zone=zone_of(automation, form),
        local_date=moment.local_date,
    )


def _set_going(
    session: Session,
    automation: Automation,
    form: Form,
    timers: list[tuple[Moment, Timer]],
    *,
    note_past: bool,
) -> None:
    """Plan what is to come; of what is past start at most the latest, and only where the rule says so."""
    past = [pair for pair in timers if pair[0].due_at <= now()]
    late = max((m for m, _timer in past if _still_counts(m, automation, form)), key=_due, default=None)
    for moment, timer in timers:
        if moment.due_at > now() or moment is late:
            _plan_one(session, automation, timer)
        elif note_past or timer.id is not None:
            _settle_one(session, automation, timer)


def _due(moment: Moment) -> datetime:
    return moment.due_at


def _still_counts(moment: Moment, automation: Automation, form: Form) -> bool:
    if automation.trigger.get("late", {}).get("past") == "send":
        return True
    return moment.local_date == today(zone_of(automation, form))


def _plan_one(session: Session, automation: Automation, timer: Timer) -> None:
    again = timer.id is not None
    timer.version_id = automation.version_id
    timer.state, timer.reason, timer.changed_at = "planned", "", now()
    session.add(timer)
    session.flush()
    if again and outbox.revive(session, "timer", timer.id, due_at=timer.due_at):
        return
    outbox.put(session, "timer", timer.id, due_at=timer.due_at)


def _settle_one(session: Session, automation: Automation, timer: Timer) -> None:
    timer.version_id = automation.version_id
    timer.state, timer.reason, timer.changed_at = "skipped", PAST, now()
    session.add(timer)
    session.flush()


def cancel(session: Session, timers: Iterable[Timer], reason: str) -> None:
    """Cancel planned timers and their work; one that is starting at this moment keeps its state."""
    ids = [timer.id for timer in timers]
    if not ids:
        return
    session.execute(
        update(Timer)
        .where(Timer.id.in_(ids), Timer.state == "planned")
        .values(state="cancelled", reason=reason, changed_at=now())
    )
    outbox.cancel(session, "timer", ids)


def cancel_all(session: Session, automation_id: int, record_id: int, reason: str) -> None:
    """Cancel every planned timer that this rule has for the record."""
    planned = select(Timer).where(
        Timer.automation_id == automation_id, Timer.record_id == record_id, Timer.state == "planned"
    )
    cancel(session, session.scalars(planned), reason)
