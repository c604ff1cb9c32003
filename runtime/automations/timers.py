"""Timers: the planned moments of records. Moved and cancelled in the transaction that saves the record.

A timer's row in the outbox falls due at its moment; then `fire` looks again whether it is still wanted and
does the run. Neither a missed ring nor a stopped clock loses one: the row stays due.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from runtime import jobs
from runtime.automations import context, owners, pauses, planning, runs
from runtime.automations.models import Run, Timer
from runtime.automations.moments import DEFAULT_LATE, span
from runtime.automations.runs import About
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.errors import NotFound
from runtime.jobs import Lease
from runtime.records import rows, tables
from runtime.records.models import Event
from runtime.records.rows import Record
from runtime.times import now

BATCH = 500
DELETED, RULE_CHANGED, SWITCHED_OFF = "record deleted", "rule changed", "rule switched off"
MISSED, FAILED = "missed", "failed"
QUIET = timedelta(days=1)  # one notice about missed moments a day and automation, never a storm


def follow(session: Session, event: Event, form: Form, automations: Iterable[Automation]) -> None:
    """Bring the timers of an event's record in line with what it holds now."""
    record = None if event.kind == "deleted" else context.stored(form, event.record_id)
    for automation in automations:
        if record is None:
            planning.cancel_all(session, automation.definition_id, event.record_id, DELETED)
        else:
            planning.plan(session, automation, form, record)


def replan(session: Session, automation_definition_id: int) -> int:
    """After publishing or retiring an automation, bring its timers in line; how many are planned then.

    Records without a planned timer of this automation get theirs only by `backfill`: publishing a rule must not
    by itself write to everybody about old records.
    """
    found = _reached(automation_definition_id)
    if found is None:
        planning.cancel(session, session.scalars(_planned(automation_definition_id)), SWITCHED_OFF)
        return 0
    automation, form = found
    moved = _planned(automation.definition_id).where(Timer.form_id != form.definition_id)
    planning.cancel(session, session.scalars(moved), RULE_CHANGED)
    for record in _records(session, form, _planned_ids(automation)):
        planning.plan(session, automation, form, record, changed=RULE_CHANGED, note_past=False)
    session.flush()
    planned = _planned(automation.definition_id).with_only_columns(func.count())
    return session.scalar(planned) or 0


@dataclass(frozen=True)
class Backfill:
    """Planning for records that were there before the rule: its id, the rule's definition, when it was asked for."""

    id: int
    automation_id: int
    since: datetime


def backfill(session: Session, asked: Backfill, after: int, most: int) -> list[int]:
    """Plan the moments of the next records that wait for none; the ids that were looked at, none when it is done.

    Those whose moments were withdrawn since it was asked for are left alone.
    """
    found = _reached(asked.automation_id)
    if found is None:
        return []
    automation, form = found
    own = tables.table(form).c
    ids = _waiting_for_none(automation, form, asked.since).where(own.id > after).limit(most)
    looked_at = list(session.scalars(ids))
    for record in _records(session, form, select(own.id).where(own.id.in_(looked_at)).order_by(own.id)):
        # What is past is noted: else the next save would find it new, and start it where the rule says so.
        planning.plan(session, automation, form, record, backfill_id=asked.id)
    session.flush()
    return looked_at


def _waiting_for_none(automation: Automation, form: Form, since: datetime) -> Select[int]:
    own = tables.table(form).c
    left_alone = exists().where(
        Timer.automation_id == automation.definition_id,
        Timer.record_id == own.id,
        or_(
            Timer.state == "planned",
            and_(Timer.reason == planning.WITHDRAWN, Timer.changed_at >= since),
        ),
    )
    dated = own[automation.trigger["field"]].is_not(None)
    return select(own.id).where(dated, ~left_alone).order_by(own.id)


def take_back(session: Session, asked: Backfill) -> None:
    """Cancel what a backfill planned and nobody went over since, and forget what it noted as past: whoever asks again
    may want the latest of that sent.
    """
    made = _planned(asked.automation_id).where(Timer.backfill_id == asked.id)
    planning.cancel(session, session.scalars(made), planning.UNDONE)
    noted = (Timer.backfill_id == asked.id, Timer.state == "skipped", Timer.reason == planning.PAST)
    undone = {"state": "cancelled", "reason": planning.UNDONE, "changed_at": now()}
    session.execute(update(Timer).where(*noted).values(**undone))


def withdraw(session: Session, automation_definition_id: int) -> None:
    """Cancel what is planned, because a person said so."""
    planning.cancel(session, session.scalars(_planned(automation_definition_id)), planning.WITHDRAWN)


def give_back(session: Session, automation_definition_id: int, since: datetime) -> None:
    """Plan again what was withdrawn since then, as far as the automation still wants it."""
    found = _reached(automation_definition_id)
    if found is None:
        return
    automation, form = found
    ids = select(Timer.record_id).where(
        Timer.automation_id == automation.definition_id,
        Timer.state == "cancelled",
        Timer.reason == planning.WITHDRAWN,
        Timer.changed_at >= since,
    )
    for record in _records(session, form, ids.distinct().order_by(Timer.record_id)):
        planning.plan(
            session, automation, form, record, changed=RULE_CHANGED, note_past=False, withdrawn_since=since
        )


def _reached(automation_definition_id: int) -> tuple[Automation, Form] | None:
    """The published automation and its form, when a date starts it."""
    try:
        automation = lookup.automation_by_id(automation_definition_id)
    except NotFound:
        return None
    form = lookup.form_if_any(automation.app, automation.form or "")
    return (automation, form) if form and automation.trigger["type"] == "date_reached" else None


def _planned(automation_id: int) -> Select[Timer]:
    return select(Timer).where(Timer.automation_id == automation_id, Timer.state == "planned")


def _planned_ids(automation: Automation) -> Select[int]:
    ids = _planned(automation.definition_id).with_only_columns(Timer.record_id)
    return ids.distinct().order_by(Timer.record_id)


def _records(session: Session, form: Form, ids: Select[int]) -> Iterator[Record]:
    """The records with these ids, a batch at a time, locked: a save at the same moment comes wholly before what is
    planned for them, or wholly after it.
    """
    column, own = ids.selected_columns[0], tables.table(form)
    last = 0
    while batch := list(session.scalars(ids.where(column > last).limit(BATCH))):
        last = batch[-1]
        chosen = select(*rows.columns(form)).where(own.c.id.in_(batch)).order_by(own.c.id)
        yield from (rows.record(form, row) for row in session.execute(chosen.with_for_update(of=own)))


def _on_dead(session: Session, timer_id: int, error: str) -> None:
    _settle(session.get_one(Timer, timer_id), "skipped", FAILED)


@jobs.handler("timer", on_dead=_on_dead)
def fire(lease: Lease) -> None:
    """Start the run of a timer whose moment has come, if it is still wanted."""
    with transaction() as session:
        lease.renew(session)
        timer = session.scalar(
            select(Timer)
            .where(Timer.id == lease.ref_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if timer is not None and (timer.state == "planned" or timer.reason == FAILED):
            _decide(session, timer)
        lease.finish(session)


def _holds(automation: Automation, form: Form, record: Record) -> bool:
    zone = planning.zone_of(automation, form)
    return automation.when is None or automation.when.holds(context.of_record(record, None, zone))


def _decide(session: Session, timer: Timer) -> None:
    automation = lookup.automation_of_version(timer.version_id)
    form = lookup.form_by_id(timer.form_id)
    record = context.stored(form, timer.record_id)
    if record is None:
        _settle(timer, "cancelled", DELETED)
    elif pauses.pause_of(session, timer.automation_id, timer.version_id) is not None:
        _settle(timer, "skipped", SWITCHED_OFF)
    elif not _holds(automation, form, record):
        _settle(timer, "skipped", planning.CONDITION)
    elif now() - max(timer.due_at, timer.changed_at) > _window(automation):
        _miss(session, automation, timer)
    else:
        _settle(timer, "sent")
        runs.start_here(session, automation, **_about(timer))


def _window(automation: Automation) -> timedelta:
    return span(automation.trigger.get("late", {}).get("send_within", DEFAULT_LATE))


def _settle(timer: Timer, state: str, reason: str = "") -> None:
    timer.state, timer.reason, timer.changed_at = state, reason, now()


def _about(timer: Timer) -> About:
    return {
        "key": f"timer:{timer.id}",
        "form_id": timer.form_id,
        "record_id": timer.record_id,
        "timer_id": timer.id,
    }


def _miss(session: Session, automation: Automation, timer: Timer) -> None:
    """Too late: list it as missed, and tell the rule's owner unless a notice was written within a day."""
    _settle(timer, "missed", MISSED)
    told = select(Run.id).where(
        Run.version_id == timer.version_id, Run.reason == MISSED, Run.finished_at > now() - QUIET
    )
    quiet = session.scalar(told.limit(1)) is not None
    run = runs.record(session, automation, "skipped", MISSED, **_about(timer))
    if not quiet:
        owners.tell(session, run, _subject, _body)


def _subject(run: Run, locale: str) -> str:
    return str(_("“%(title)s” came too late", title=owners.title(run, locale)))


def _body(run: Run, locale: str) -> str:
    text = _(
        "The system did not run when moments of “%(title)s” were due, and now it is too late for them. "
        "They are listed as missed in the timelines of the records.",
        title=owners.title(run, locale),
    )
    return str(text)
