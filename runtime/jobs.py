"""The outbox: every piece of work that must happen is a row here; RQ only carries the row's id.

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
from time import monotonic
from typing import Any, cast

from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as RedisRetry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import (
    ColumnElement,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    Update,
    and_,
    bindparam,
    case,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from runtime.db import Base, Moment, after_commit, db, transaction
from runtime.errors import FormwrightError, NotFound, PermanentError, TemporaryError
from runtime.times import now

log = logging.getLogger(__name__)

QUEUE = "doorbell"
FUNCTION = "runtime.jobs.work"
LEASE = timedelta(seconds=25)  # a crashed job starts again within 30 s (semantics.md, default limits)
MAX_ATTEMPTS = 5
MAX_CRASHES = 3
AWAY_PAUSE = 60.0  # seconds between two tries of something that is away
AWAY_LIMIT = timedelta(days=1)
RING_TTL = 600  # seconds a ring may wait in Redis; the clock rings again for what is still due
REDIS_PAUSE = 2.0  # seconds without a try after Redis did not answer: requests must not wait for it
UNFINISHED = ("pending", "leased")


class Outbox(Base):
    """One due piece of work. `kind` names its handler, `ref_id` its row: unique together.

    Rows of one `lane` (`visit:42`) are worked off in the order of their ids. States: pending, leased, done,
    dead, cancelled. `lease` is the fencing token: it grows with every claim.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "ref_id"),
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_lane", "lane", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref_id: Mapped[int]
    lane: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="pending")
    due_at: Mapped[datetime] = mapped_column(Moment, default=now)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    lease: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


# Past the ORM, and made once: these statements run for every piece of work.
_rows = cast(Table, Outbox.__table__)
_INSERT = insert(_rows).returning(_rows.c.id)


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


def put(
    session: Session, kind: str, ref_id: int, *, due_at: datetime | None = None, lane: str | None = None
) -> int:
    """Write an outbox row in the caller's transaction; when it is due already, ring after the commit."""
    moment = now()
    row = {"kind": kind, "ref_id": ref_id, "lane": lane, "due_at": due_at or moment}
    outbox_id = int(session.scalars(_INSERT, row).one())
    if due_at is None or due_at <= moment:
        ring_after_commit(outbox_id)
    return outbox_id


def ring_after_commit(outbox_id: int) -> None:
    """Ring once the caller's transaction has committed."""

    def call() -> None:
        if not _is_ringing():
            ring(outbox_id)

    after_commit(call)


def _is_ringing() -> bool:
    """Whether a ring waits already: the worker that takes it works off all that is due by then."""
    try:
        return monotonic() >= _paused_until() and queue().count > 0
    except (RedisError, OSError) as error:
        return _pause(error)


def _paused_until() -> float:
    paused: float = current_app.extensions.get("doorbell_pause", 0.0)
    return paused


def _pause(error: Exception) -> bool:
    current_app.extensions["doorbell_pause"] = monotonic() + REDIS_PAUSE
    log.warning("doorbell: %s", error)
    return False


def redrive(session: Session, outbox_id: int) -> bool:
    """Give a dead row five more attempts, in the caller's transaction; False when it is not dead."""
    done = session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.state == "dead")
        .values(state="pending", attempts=0, crashes=0, due_at=now(), lease_until=None)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    ring_after_commit(outbox_id)
    return True


def cancel(session: Session, kind: str, ref_ids: list[int]) -> None:
    """Cancel rows that wait, in the caller's transaction; one being worked off now is left alone."""
    session.execute(
        update(Outbox)
        .where(Outbox.kind == kind, Outbox.ref_id.in_(ref_ids), Outbox.state == "pending")
        .values(state="cancelled")
    )


def revive(session: Session, kind: str, ref_id: int, *, due_at: datetime) -> bool:
    """Let a row that is over wait for a moment again, in the caller's transaction; False when there is none."""
    row = session.scalar(select(Outbox).where(Outbox.kind == kind, Outbox.ref_id == ref_id))
    if row is None:
        return False
    row.state, row.due_at, row.lease_until = "pending", due_at, None
    row.attempts = row.crashes = 0
    session.flush()
    if due_at <= now():
        ring_after_commit(row.id)
    return True


def forget(session: Session, kind: str, ref_id: int) -> None:
    """Mark a row done that the caller has worked off in its own transaction, without a claim."""
    session.execute(
        update(Outbox)
        .where(Outbox.kind == kind, Outbox.ref_id == ref_id, Outbox.state == "pending")
        .values(state="done")
    )


def ring(*outbox_ids: int) -> bool:
    """Put the ids on the queue; False when Redis is away (the clock rings again)."""
    if not outbox_ids or monotonic() < _paused_until():
        return False
    try:
        queue().enqueue_many(
            [Queue.prepare_data(FUNCTION, (outbox_id,), ttl=RING_TTL) for outbox_id in outbox_ids]
        )
    except (RedisError, OSError) as error:
        return _pause(error)
    return True


def connect(socket_timeout: float = 2) -> Redis:
    """A Redis client that fails at once when the server is away: it is only the doorbell."""
    return Redis.from_url(
        current_app.config["REDIS_URL"] or "redis://127.0.0.1:1",
        socket_connect_timeout=0.3,
        socket_timeout=socket_timeout,
        retry=RedisRetry(NoBackoff(), 0),
    )


def queue() -> Queue:
    """The one RQ queue (a worker on two queues can lose jobs), on this process's own connection."""
    extensions = current_app.extensions
    if "doorbell" not in extensions:
        extensions["doorbell"] = Queue(QUEUE, connection=connect(), serializer=JSONSerializer)
    doorbell: Queue = extensions["doorbell"]
    return doorbell


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
        free = [row.c.id == bindparam("outbox_id"), _free(row.c, moment)]
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


def _free(row: Any, moment: Any) -> ColumnElement[bool]:
    return or_(
        and_(row.state == "pending", row.due_at <= moment),
        and_(row.state == "leased", row.lease_until < moment),
    )


def due_ids(limit: int = 500) -> list[int]:
    """Ids of the rows that are due and free now, oldest first: what the clock rings for."""
    rows = db.session.scalars(
        select(Outbox.id).where(_free(Outbox, now())).order_by(Outbox.due_at, Outbox.id).limit(limit)
    )
    return list(rows)
