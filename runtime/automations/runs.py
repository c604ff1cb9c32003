"""Works off runs: all database steps of a run, as far as the next wait, are one transaction, together with its outbox
row's "done" or next due moment.
"""

import logging
from typing import Required, TypedDict, Unpack, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from runtime import jobs, outbox
from runtime.automations import pauses, performing
from runtime.automations.models import Run
from runtime.automations.performing import WAITING
from runtime.db import transaction
from runtime.definitions.documents import Automation
from runtime.errors import Conflict, Forbidden, Invalid, NotFound, PermanentError
from runtime.jobs import Lease
from runtime.times import now

log = logging.getLogger(__name__)

# What the values or the rights make fail: trying again changes nothing. Everything else is tried again.
FAILURES = (Invalid, Forbidden, NotFound, Conflict, PermanentError)
# Past the ORM, whose unit of work costs more than the statement.
_runs = cast(Table, Run.__table__)
_RUN = select(Run).where(Run.id == bindparam("id")).execution_options(populate_existing=True)
_START = insert(_runs).values(state="running").returning(_runs.c.id)


def _on_dead(session: Session, run_id: int, error: str) -> None:
    fail(session, run_id, error)


@jobs.handler("run", on_dead=_on_dead)
def work(lease: Lease) -> None:
    """Do what a waiting run is to do, once."""
    try:
        with transaction() as session:
            lease.renew(session)
            run = session.scalars(_RUN, {"id": lease.ref_id}).one()
            if run.state in ("running", "waiting", "failed"):  # failed: its dead row was given another chance
                _perform(session, run)
            _let_go(session, lease, run)
    except FAILURES as error:
        with transaction() as session:
            lease.renew(session)
            fail(session, lease.ref_id, reason_of(error))
            lease.finish(session)


def _let_go(session: Session, lease: Lease, run: Run) -> None:
    """The run's work is done, or falls due again when it goes on: with what it did, or not at all."""
    if run.state == WAITING:
        assert run.due_at is not None
        lease.wait(session, run.due_at)
    else:
        lease.finish(session)


def perform_here(session: Session, run: Run) -> None:
    """Do what a waiting run is to do, inside the caller's transaction; a failure undoes the run alone."""
    run_id = run.id
    _perform_alone(session, run)
    if run.state == WAITING and run.due_at is not None:
        outbox.wait(session, "run", run_id, run.due_at)
    else:
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
    run_id = int(session.scalars(_START, row).one())
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
            if run.state == WAITING:
                outbox.put(session, "run", run_id, due_at=run.due_at)
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
        performing.close(run, state, reason)
    session.add(run)
    session.flush()
    return run


def fail(session: Session, run_id: int, reason: str) -> None:
    """Mark a run failed; an automation that keeps failing is switched off."""
    run = session.get_one(Run, run_id, populate_existing=True)
    performing.close(run, "failed", reason)
    session.flush()
    pauses.after_failure(session, run)


def reason_of(error: Exception) -> str:
    """Why a run failed, with the field of each problem."""
    if isinstance(error, Invalid) and error.problems:
        return "; ".join(": ".join(filter(None, [_path(p.path), p.message])) for p in error.problems)
    return str(error) or type(error).__name__


def _path(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)


def _perform(session: Session, run: Run) -> None:
    for _done in performing.steps(session, run):
        pass
