"""Records that were there before a date automation get their reminders, when a person chooses so.

The choice is a row of the transaction that publishes the automation or switches it on; a job then goes through
the records in batches. It may be killed at any moment: it goes on after the last batch that was committed, and a
moment that is planned already is not planned again.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from builder.models_backfills import Backfill
from runtime import batches, jobs, outbox, times
from runtime.automations import pauses, timers
from runtime.automations.models import Timer
from runtime.definitions.models import Definition, Version
from runtime.jobs import Lease

KIND = "backfill"
PLAN = "plan"


def ask(session: Session, version_id: int) -> None:
    """Plan to go through the records, for this version of an automation."""
    asked = Backfill(version_id=version_id)
    session.add(asked)
    session.flush()
    outbox.put(session, KIND, asked.id)


def take_back(session: Session, undone: Version) -> None:
    """Cancel what was planned with a version, as far as it waits, and plan no more."""
    of_version = select(Backfill).where(Backfill.version_id == undone.id).with_for_update()
    for asked in session.scalars(of_version):
        asked.state, asked.at = "undone", times.now()
        timers.take_back(session, _known(asked, undone))


def end(session: Session, automation_id: int, *, but: int | None = None) -> None:
    """Go through no more records for an automation, save for the version `but`. A batch at work is waited for, so that
    whoever decides about the planned moments next sees its own.
    """
    waiting = (
        select(Backfill)
        .join(Version, Version.id == Backfill.version_id)
        .where(Version.definition_id == automation_id, Backfill.state == "waiting")
    )
    own = waiting.order_by(Backfill.id).with_for_update(of=Backfill)
    for asked in session.scalars(own.execution_options(populate_existing=True)):
        if asked.version_id != but and asked.state == "waiting":
            asked.state, asked.at = "ended", times.now()


def _known(asked: Backfill, version: Version) -> timers.Backfill:
    return timers.Backfill(asked.id, version.definition_id, asked.at)


def _given_up(session: Session, backfill_id: int, error: str) -> None:
    session.get_one(Backfill, backfill_id).state = "failed"


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Go through some batches of records; what is left then waits for its next turn."""
    batches.work(lease, lambda session: _batch(session, lease.ref_id))


def _batch(session: Session, backfill_id: int) -> bool:
    """Do the next records; True when these were the last."""
    asked = session.get_one(Backfill, backfill_id, with_for_update=True, populate_existing=True)
    version = session.get_one(Version, asked.version_id)
    if asked.state == "waiting" and not _is_wanted(session, version):
        asked.state, asked.at = "ended", times.now()
    if asked.state != "waiting":
        return True
    looked_at = timers.backfill(session, _known(asked, version), asked.last_id, batches.SIZE)
    if looked_at:
        asked.last_id = looked_at[-1]
        asked.records += _planned(session, version.definition_id, asked.id, looked_at)
    if len(looked_at) < batches.SIZE:
        asked.state = "done"
    return asked.state == "done"


def _is_wanted(session: Session, version: Version) -> bool:
    """Whether the version that it was chosen with is in force and runs."""
    automation = session.get_one(Definition, version.definition_id, populate_existing=True)
    off = pauses.pause_of(session, automation.id, version.id) is not None
    return automation.current_version_id == version.id and not off


def _planned(session: Session, automation_id: int, backfill_id: int, records: list[int]) -> int:
    """How many of these records wait for a moment by this backfill."""
    found = select(func.count(Timer.record_id.distinct())).where(
        Timer.automation_id == automation_id,
        Timer.record_id.in_(records),
        Timer.backfill_id == backfill_id,
        Timer.state == "planned",
    )
    return session.scalar(found) or 0
