"""Working off the outbox: claims, handlers, tries. RQ only carries the row's id.

A row is claimed with a lease and a fencing token. Who holds the token finishes the row in the same
transaction as its effects, so an effect and its "done" are one commit; a worker that lost its lease finds
its token stale and rolls back. Redis may be emptied at any time: the clock rings every due row again.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import inf
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, case, exists, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from runtime.db import Moment, db, transaction
from runtime.errors import FormwrightError, NotFound, PermanentError, TemporaryError
from runtime.outbox import Outbox, free_at
from runtime.times import now

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=25)  # a crashed job starts again within 30 s (semantics.md, default limits)
MAX_ATTEMPTS = 5
MAX_CRASHES = 3
AWAY_PAUSE = 60.0  # seconds between two tries of something that is away
AWAY_LIMIT = timedelta(days=1)
UNFINISHED = ("pending", "leased")

# Past the ORM, and made once: these statements run for every piece of work.
_rows = cast(Table, Outbox.__table__)


class AwayError(TemporaryError):
    """The other side does not answer at all: tried again about every minute, for a day, uncounted."""


class LeaseLostError(Exception):
    """Another worker took the row over: whatever this one did must be rolled back."""


@dataclass(frozen=True)
class Lease:
    """The right to work one outbox row. A handler calls `finish` inside its last transaction."""

    outbox_id: int
    kind: str
    ref_id: int
    token: int
    attempts: int
    since: datetime
    lane: str | None = None

    def renew(self, session: Session) -> None:
        """Hold the row for another lease: the first thing a handler does in each transaction.

        On PostgreSQL this also locks the row until the commit, so nobody can claim it however long the
        transaction takes; on SQLite a writer is alone anyway.
        """
        self._change(session, lease_until=now() + LEASE)

    def finish(self, session: Session) -> None:
        """Mark the row done in the caller's transaction; LeaseLostError when somebody else holds it now."""
        self._change(session, state="done", lease_until=None, error="")

    def put_back(self, session: Session, error: str, *, longest: float = inf) -> None:
        """Let the row be tried again after a growing, jittered pause of at most `longest` seconds."""
        pause = min(5 * 4 ** min(self.attempts, MAX_ATTEMPTS), longest)
        delay = timedelta(seconds=pause * random.uniform(0.75, 1.25))
        self._change(
            session,
            state="pending",
            lease_until=None,
            attempts=self.attempts + 1,
            error=error[:2000],
            due_at=now() + delay,
        )

    def bury(self, session: Session, error: str) -> None:
        """Make the row a dead letter and tell what it stands for (`on_dead`)."""
        self._change(session, state="dead", lease_until=None, attempts=self.attempts + 1, error=error[:2000])
        if self.kind in ON_DEAD:
            ON_DEAD[self.kind](session, self.ref_id, error)

    def _change(self, session: Session, **values: Any) -> None:
        found = {"outbox_id": self.outbox_id, "token": self.token}
        new = {f"new_{name}": value for name, value in values.items()}
        done = session.execute(_change_of(*values), {**found, **new})
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise LeaseLostError(f"{self.kind} {self.ref_id}")


@cache
def _change_of(*names: str) -> Update:
    """The statement that changes these columns of a row that is held."""
    return (
        update(_rows)
        .where(
            _rows.c.id == bindparam("outbox_id"),
            _rows.c.lease == bindparam("token"),
            _rows.c.state == "leased",
        )
        .values({name: bindparam(f"new_{name}") for name in names})
    )


Handler = Callable[[Lease], None]
OnDead = Callable[[Session, int, str], None]
HANDLERS: dict[str, Handler] = {}
ON_DEAD: dict[str, OnDead] = {}


def handler(kind: str, on_dead: OnDead | None = None) -> Callable[[Handler], Handler]:
    """Register the function that works off one kind of outbox row.

    `on_dead(session, ref_id, error)` runs in the transaction that gives the row up, so that the run or
    delivery it stands for shows as failed.
    """

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        if on_dead is not None:
            ON_DEAD[kind] = on_dead
        return function

    return register


def work(outbox_id: int) -> None:
    """Work off one outbox row, all that a ring can cause; nothing when it is done, taken or not due."""
    _work(claim(outbox_id))


def work_next() -> bool:
    """Work off the row that is longest due, also the next one of a lane; False when none is due."""
    return _work(claim())


def _work(lease: Lease | None) -> bool:
    try:
        if lease is not None:
            _handle(lease)
        return lease is not None
    finally:
        db.session.remove()


def _handle(lease: Lease) -> None:
    try:
        _handler(lease.kind)(lease)
    except LeaseLostError:
        db.session.rollback()
        log.warning("lease lost: %s %s", lease.kind, lease.ref_id)
    except (TemporaryError, PermanentError) as error:
        _settle(lease, error)
    except Exception as error:
        log.exception("outbox %s (%s %s)", lease.outbox_id, lease.kind, lease.ref_id)
        _settle(lease, error)


def _handler(kind: str) -> Handler:
    if kind not in HANDLERS:
        raise NotFound(f"no handler for {kind}")
    return HANDLERS[kind]


def _settle(lease: Lease, error: Exception) -> None:
    text = str(error) if isinstance(error, FormwrightError) else f"{type(error).__name__}: {error}"
    try:
        with transaction() as session:
            if _gives_up(lease, error):
                lease.bury(session, text)
            else:
                lease.put_back(session, text, longest=AWAY_PAUSE if isinstance(error, AwayError) else inf)
    except LeaseLostError:
        log.warning("lease lost: %s %s", lease.kind, lease.ref_id)


def _gives_up(lease: Lease, error: Exception) -> bool:
    if isinstance(error, AwayError):
        return now() - lease.since > AWAY_LIMIT
    return isinstance(error, PermanentError) or lease.attempts + 1 >= MAX_ATTEMPTS


def claim(outbox_id: int | None = None) -> Lease | None:
    """Take the row, or without an id the one that is longest due, if it is free and first in its lane.

    A third crash makes it dead instead.
    """
    moment = now()
    with transaction() as session:
        params = {"moment": moment, "until": moment + LEASE, "outbox_id": outbox_id}
        row = session.execute(_claiming(any_row=outbox_id is None), params).one_or_none()
        if row is None:
            return None
        lease = Lease(row.id, row.kind, row.ref_id, row.lease, row.attempts, row.created_at, row.lane)
        if row.crashes < MAX_CRASHES:
            return lease
        lease.bury(session, "crashed three times")
        return None


@cache
def _claiming(*, any_row: bool) -> ReturningUpdate[Any]:
    """The statement that leases one free row: that of an id, or the pending one that is longest due."""
    row, earlier, moment = _rows.alias("row"), _rows.alias("earlier"), bindparam("moment", type_=Moment)
    # One EXISTS for each state: SQLite 3.40 answers IN wrongly here once ANALYZE has been run.
    before = (earlier.c.lane == row.c.lane, earlier.c.id < row.c.id)
    unfinished = or_(*(exists().where(*before, earlier.c.state == state) for state in UNFINISHED))
    # Asked of rows with a lane only, and row by row: PostgreSQL made a join of it, over all rows that wait.
    first = or_(row.c.lane.is_(None), ~unfinished)
    if any_row:
        free = [row.c.state == "pending", row.c.due_at <= moment]
    else:
        free = [row.c.id == bindparam("outbox_id"), free_at(row.c, moment)]
    # By the moment alone, as the index has it: a thousand reminders of 9 o'clock are not sorted for each of them.
    found = select(row.c.id).where(*free, first).order_by(row.c.due_at).limit(1)
    return (
        update(_rows)
        .where(_rows.c.id == found.with_for_update(skip_locked=True).scalar_subquery())
        .values(
            state="leased",
            lease=_rows.c.lease + 1,
            lease_until=bindparam("until", type_=Moment),
            crashes=_rows.c.crashes + case((_rows.c.state == "leased", 1), else_=0),
        )
        .returning(*_rows.c)
    )
