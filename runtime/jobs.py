"""Working off the outbox: claims, handlers, tries. RQ only carries the row's id.

A row is claimed with a lease and a fencing token. Who holds the token finishes the row in the same
transaction as its effects, so an effect and its "done" are one commit; a worker that lost its lease finds
its token stale and rolls back. A worker claims only kinds that it knows: what a newer release wrote waits
for a newer worker. Redis may be emptied at any time: the clock rings every due row again.
"""

import logging
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import inf
from typing import Any, cast

from sqlalchemy import Integer, Select, Table, Update, bindparam, case, exists, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from runtime.db import Moment, db, transaction
from runtime.errors import FormwrightError, PermanentError, TemporaryError
from runtime.outbox import UNFINISHED, Outbox, free_at
from runtime.times import now

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=25)  # a crashed job starts again within 30 s (semantics.md, default limits)
MAX_ATTEMPTS = 5
MAX_CRASHES = 3
BATCH = 8  # rows that are leased together: a commit waits for the disk, and each of them was waited for
AWAY_PAUSE = 60.0  # seconds between two tries of something that is away
AWAY_LIMIT = timedelta(days=1)

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

    def let_go(self, session: Session) -> None:
        """Let the row wait as before it was claimed."""
        self._change(session, state="pending", lease_until=None)

    def wait(self, session: Session, until: datetime) -> None:
        """Let the row fall due once more at this moment, as if it were new; meanwhile it holds up no others."""
        fresh = {"lane": None, "attempts": 0, "crashes": 0, "error": ""}
        self._change(session, state="pending", lease_until=None, due_at=until, **fresh)

    def put_back(self, session: Session, error: str, *, longest: float = inf) -> None:
        """Let the row be tried again after a growing, jittered pause of at most `longest` seconds."""
        pause = min(5 * 4 ** min(self.attempts, MAX_ATTEMPTS), longest)
        delay = timedelta(seconds=pause * random.uniform(0.75, 1.25))
        self._change(
            session,
            state="pending",
            lease_until=None,
            attempts=self.attempts + 1,
            crashes=0,  # whoever tells that it failed has not crashed over it
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
Kinds = tuple[str, ...]
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
    lease = claim(outbox_id)
    if lease is not None:
        work_off(lease)


def work_off(lease: Lease) -> None:
    """Work off a row that is claimed."""
    try:
        _handle(lease)
    finally:
        db.session.remove()


def give_back(leases: Iterable[Lease]) -> None:
    """Let others have rows that were claimed and not begun."""
    with transaction() as session:
        for lease in leases:
            with suppress(LeaseLostError):
                lease.let_go(session)


def _handle(lease: Lease) -> None:
    try:
        HANDLERS[lease.kind](lease)
    except LeaseLostError:
        db.session.rollback()
        log.warning("lease lost: %s %s", lease.kind, lease.ref_id)
    except (TemporaryError, PermanentError) as error:
        _settle(lease, error)
    except Exception as error:
        log.exception("outbox %s (%s %s)", lease.outbox_id, lease.kind, lease.ref_id)
        _settle(lease, error)


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


def claim(outbox_id: int) -> Lease | None:
    """Take a row, if it is free and first in its lane. A third crash makes it dead instead."""
    leases = _claim(_claiming_one(tuple(HANDLERS)), outbox_id=outbox_id)
    return leases[0] if leases else None


def claim_due(most: int = BATCH) -> list[Lease]:
    """Take the rows that are longest due, of each lane the first; empty when none is due.

    Rows that a crashed worker held are not among them. They are claimed one by one, as the clock rings for
    them, so that the one that made it crash is known by its crashes and takes no other with it.
    """
    return _claim(_claiming_due(tuple(HANDLERS)), most=most)


def _claim(statement: ReturningUpdate[Any], **which: int) -> list[Lease]:
    moment = now()
    with transaction() as session:
        params = {"moment": moment, "until": moment + LEASE, **which}
        rows = sorted(session.execute(statement, params).all(), key=lambda row: (row.due_at, row.id))
        return [lease for row in rows if (lease := _lease(session, row)) is not None]


def _lease(session: Session, row: Any) -> Lease | None:
    lease = Lease(row.id, row.kind, row.ref_id, row.lease, row.attempts, row.created_at, row.lane)
    if row.crashes < MAX_CRASHES:
        return lease
    lease.bury(session, "crashed three times")
    return None


_MOMENT = bindparam("moment", type_=Moment)


@cache
def _claiming_one(kinds: Kinds) -> ReturningUpdate[Any]:
    """The statement that leases the row of an id."""
    row = _rows.alias("row")
    found = _first(row, kinds).where(row.c.id == bindparam("outbox_id"), free_at(row.c, _MOMENT))
    return _leasing(found)


@cache
def _claiming_due(kinds: Kinds) -> ReturningUpdate[Any]:
    """The statement that leases the rows that are longest due."""
    row = _rows.alias("row")
    found = _first(row, kinds).where(row.c.state == "pending", row.c.due_at <= _MOMENT)
    # By the moment alone, as the index has it: a thousand reminders of 9 o'clock are not sorted for each claim.
    return _leasing(found.order_by(row.c.due_at).limit(bindparam("most", type_=Integer)))


def _first(row: Any, kinds: Kinds) -> Select[int]:
    """The ids of rows of these kinds before which no other of their lane is unfinished."""
    earlier = _rows.alias("earlier")
    # One EXISTS for each state: SQLite 3.40 answers IN wrongly here once ANALYZE has been run.
    before = (earlier.c.lane == row.c.lane, earlier.c.id < row.c.id)
    unfinished = or_(*(exists().where(*before, earlier.c.state == state) for state in UNFINISHED))
    # Asked of rows with a lane only, and row by row: PostgreSQL made a join of it, over all rows that wait.
    return select(row.c.id).where(row.c.kind.in_(kinds), or_(row.c.lane.is_(None), ~unfinished))


def _leasing(found: Select[int]) -> ReturningUpdate[Any]:
    # As a CTE, which is read once; an IN with a limit may be read, and more rows locked, for each row.
    free = found.with_for_update(skip_locked=True).cte("free")
    return (
        update(_rows)
        .where(_rows.c.id.in_(select(free.c.id)))
        .values(
            state="leased",
            lease=_rows.c.lease + 1,
            lease_until=bindparam("until", type_=Moment),
            crashes=_rows.c.crashes + case((_rows.c.state == "leased", 1), else_=0),
        )
        .returning(*_rows.c)
    )
