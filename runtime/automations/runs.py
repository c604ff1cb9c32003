"""Works off runs: all database steps of a run are one transaction, together with its outbox row's "done"."""

import logging
from collections.abc import Iterator
from typing import Required, TypedDict, Unpack, cast

from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, exists, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, joinedload

from runtime import jobs, outbox
from runtime.accounts.models import User
from runtime.automations import chain, context, pauses
from runtime.automations.actions import ACTIONS, ActionContext, Result
from runtime.automations.models import Run, Step
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound, PermanentError
from runtime.jobs import Lease
from runtime.records.models import Event
from runtime.records.rows import Record
from runtime.records.sources import seen_by
from runtime.records.store import Actor
from runtime.times import now

log = logging.getLogger(__name__)

# What the values or the rights make fail: trying again changes nothing. Everything else is tried again.
FAILURES = (Invalid, Forbidden, NotFound, Conflict, PermanentError)
# Past the ORM, whose unit of work costs more than the statement.
_runs = cast(Table, Run.__table__)
_RUN = select(Run).where(Run.id == bindparam("id")).execution_options(populate_existing=True)
_EVENT = select(Event).where(Event.id == bindparam("id"))
_USER = select(User).where(User.id == bindparam("id")).options(joinedload(User.roles))
_steps = cast(Table, Step.__table__)
_STEP = insert(_steps).values(state="done", result={}).returning(_steps.c.id)
_RESULT = update(_steps).where(_steps.c.id == bindparam("step_id")).values(result=bindparam("found"))
_WAITING = insert(_runs).values(state="running").returning(_runs.c.id)


def _on_dead(session: Session, run_id: int, error: str) -> None:
    fail(session, run_id, error)


@jobs.handler("run", on_dead=_on_dead)
def work(lease: Lease) -> None:
    """Do what a waiting run is to do, once."""
    try:
        with transaction() as session:
            lease.renew(session)
            run = session.scalars(_RUN, {"id": lease.ref_id}).one()
            if run.state in ("running", "failed"):  # failed: its dead row was given another chance
                _perform(session, run)
            lease.finish(session)
    except FAILURES as error:
        with transaction() as session:
            lease.renew(session)
            fail(session, lease.ref_id, reason_of(error))
            lease.finish(session)


def perform_here(session: Session, run: Run) -> None:
    """Do what a waiting run is to do, inside the caller's transaction; a failure undoes the run alone."""
    run_id = run.id
    _perform_alone(session, run)
    outbox.forget(session, "run", run_id)


def _perform_alone(session: Session, run: Run) -> None:
    run_id = run.id
    try:
        with session.begin_nested():
            _perform(session, run)
    except FAILURES as error:
        fail(session, run_id, reason_of(error))
    session.flush()


class About(TypedDict, total=False):
    """What a run is about: its key, its record, and the event or timer that started it."""

    key: Required[str]
    form_id: Required[int]
    record_id: Required[int]
    event_id: int
    timer_id: int


def again(session: Session, run: Run) -> None:
    """Let a run that failed be worked off once more, in the caller's transaction."""
    run.state, run.reason, run.finished_at = "running", "", None
    if not outbox.revive(session, "run", run.id, due_at=now()):
        outbox.put(session, "run", run.id, lane=_lane(run.form_id, run.record_id))


def _lane(form_id: int, record_id: int) -> str:
    """Runs about one record are worked off one after the other."""
    return f"{form_id}:{record_id}"


def start(session: Session, automation: Automation, **about: Unpack[About]) -> None:
    """A waiting run and its outbox row, in the caller's transaction."""
    row = {"automation_id": automation.definition_id, "version_id": automation.version_id, **about}
    run_id = int(session.scalars(_WAITING, row).one())
    outbox.put(session, "run", run_id, lane=_lane(about["form_id"], about["record_id"]))


def start_here(session: Session, automation: Automation, **about: Unpack[About]) -> None:
    """A run that is worked off at once, in the caller's transaction. It waits like any other while older work
    about its record does, and when something breaks that trying again may mend.
    """
    lane = _lane(about["form_id"], about["record_id"])
    run = record(session, automation, "running", **about)
    run_id = run.id
    if not outbox.is_waiting(session, lane):
        try:
            _perform_alone(session, run)
            return
        except DBAPIError:
            raise
        except Exception:
            log.exception("run %s", run_id)
    outbox.put(session, "run", run_id, lane=lane)


def record(
    session: Session, automation: Automation, state: str, reason: str = "", **about: Unpack[About]
) -> Run:
    """The row of a run in this state, in the caller's transaction."""
    run = Run(automation_id=automation.definition_id, version_id=automation.version_id, state=state, **about)
    if state != "running":
        close(run, state, reason)
    session.add(run)
    session.flush()
    return run


def fail(session: Session, run_id: int, reason: str) -> None:
    """Mark a run failed; an automation that keeps failing is switched off."""
    run = session.get_one(Run, run_id, populate_existing=True)
    close(run, "failed", reason)
    session.flush()
    pauses.after_failure(session, run)


def close(run: Run, state: str, reason: str = "") -> None:
    """Give a run its last state."""
    run.state, run.reason, run.finished_at = state, reason[:2000], now()


def reason_of(error: Exception) -> str:
    """Why a run failed, with the field of each problem."""
    if isinstance(error, Invalid) and error.problems:
        return "; ".join(": ".join(filter(None, [_path(p.path), p.message])) for p in error.problems)
    return str(error) or type(error).__name__


def _path(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)


def _perform(session: Session, run: Run) -> None:
    for _index, _result in steps(session, run):
        pass


def steps(session: Session, run: Run, onlooker: User | None = None) -> Iterator[tuple[int, Result]]:
    """Do what a waiting run is to do, action by action: after each its place and its result. With an `onlooker`,
    who only tries it, as far as that person may see and write.
    """
    automation = lookup.automation_of_version(run.version_id)
    form = lookup.form_by_id(run.form_id)
    event = None if run.event_id is None else session.scalars(_EVENT, {"id": run.event_id}).one()
    record = context.stored(form, run.record_id)
    if record is None and (event is None or not _is_remembered(session, event)):
        close(run, "skipped", _("The record was deleted."))
        return
    if onlooker is not None and record is not None:
        record = seen_by(onlooker, form, record)
    user = _starter(session, automation, event, record)
    values = _values(event, form, record, user)
    actor = _actor(automation, run, event, user)
    budget = chain.budget(actor.root_id)
    for index, options in enumerate(automation.actions):
        step_id = int(
            session.scalars(_STEP, {"run_id": run.id, "index": index, "action": options["type"]}).one()
        )
        result = ACTIONS[options["type"]].run(
            ActionContext(session, run, automation, form, actor, values, budget, step_id, onlooker), options
        )
        session.execute(_RESULT, {"step_id": step_id, "found": result})
        yield index, result
    close(run, "done")


def _is_remembered(session: Session, event: Event) -> bool:
    """Whether the event is a deletion that still knows what it deleted: not once the record was removed for good."""
    same = (Event.form_id == event.form_id, Event.record_id == event.record_id, Event.kind == "purged")
    return event.kind == "deleted" and not session.scalar(select(exists().where(*same)))


def _values(event: Event | None, form: Form, record: Record | None, user: User | None) -> context.Context:
    if event is not None:
        return context.of_event(event, form, user, record)
    assert record is not None
    return context.of_record(record, user)


def _starter(
    session: Session, automation: Automation, event: Event | None, record: Record | None
) -> User | None:
    """Who made the change; for a reached date, and for `run_as: owner`, the record's owner."""
    if event is not None and automation.run_as != "owner":
        user_id = event.user_id
    else:
        user_id = None if record is None else record.owner_id
    return None if user_id is None else session.scalars(_USER, {"id": user_id}).unique().one_or_none()


def _actor(automation: Automation, run: Run, event: Event | None, user: User | None) -> Actor:
    return Actor(
        user=user,
        origin="automation",
        run_id=run.id,
        depth=1 if event is None else event.depth + 1,
        root_id=None if event is None else event.root_id or event.id,
        trusted=automation.run_as == "service",
    )
