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
from functools import partial
from typing import Any

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.serializers import JSONSerializer
from sqlalchemy import Index, String, Text, UniqueConstraint, and_, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from runtime.db import Base, Moment, after_commit, db, transaction
from runtime.errors import PermanentError, TemporaryError
from runtime.times import now

log = logging.getLogger(__name__)

QUEUE = "doorbell"
LEASE = timedelta(seconds=25)  # a crashed job starts again within 30 s (semantics.md, default limits)
MAX_ATTEMPTS = 5
MAX_CRASHES = 3


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


class LeaseLost(Exception):
    """Another worker took the row over: whatever this one did must be rolled back."""


@dataclass(frozen=True)
class Lease:
    """The right to work one outbox row. A handler calls `finish` inside its last transaction."""

    outbox_id: int
    kind: str
    ref_id: int
    token: int
    attempts: int

    def finish(self, session: Session) -> None:
        """Mark the row done in the caller's transaction; LeaseLost when somebody else holds it now."""
        self._change(session, state="done", lease_until=None, error="")

    def renew(self, session: Session) -> None:
        """Hold the row for another lease, between two long parts of a job."""
        self._change(session, lease_until=now() + LEASE)

    def _change(self, session: Session, **values: Any) -> None:
        done = session.execute(
            update(Outbox)
            .where(Outbox.id == self.outbox_id, Outbox.lease == self.token, Outbox.state == "leased")
            .values(**values)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise LeaseLost(f"{self.kind} {self.ref_id}")


Handler = Callable[[Lease], None]
HANDLERS: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that works off one kind of outbox row."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def put(session: Session, kind: str, ref_id: int, *, due_at: datetime | None = None, lane: str | None = None) -> int:
    """Write an outbox row in the caller's transaction; ring for it after the commit when it is due already."""
    row = Outbox(kind=kind, ref_id=ref_id, lane=lane, due_at=due_at or now())
    session.add(row)
    session.flush([row])
    if due_at is None or due_at <= now():
        after_commit(partial(ring, row.id))
    return row.id


def ring(outbox_id: int) -> bool:
    """Put the id on the queue; False when Redis is away (the clock rings again)."""
    try:
        queue().enqueue("runtime.jobs.work", outbox_id, retry=Retry(max=2), result_ttl=0, failure_ttl=3600)
    except (RedisError, OSError) as error:
        log.warning("doorbell: %s", error)
        return False
    return True


def connection() -> "Redis[bytes]":
    """The Redis connection of this process; short time-outs, for a request must not hang on a doorbell."""
    extensions = current_app.extensions
    if "doorbell" not in extensions:
        extensions["doorbell"] = Redis.from_url(
            current_app.config["REDIS_URL"] or "redis://127.0.0.1:1",
            socket_connect_timeout=0.3,
            socket_timeout=2,
            retry=None,
        )
    client: Redis[bytes] = extensions["doorbell"]
    return client


def queue() -> Queue:
    """The one RQ queue (a worker on two queues can lose jobs)."""
    return Queue(QUEUE, connection=connection(), serializer=JSONSerializer)


def work(outbox_id: int) -> None:
    """Work off one outbox row: the only function that RQ may call. Does nothing when it is done or not due."""
    lease = claim(outbox_id)
    if lease is None:
        return
    try:
        HANDLERS[lease.kind](lease)
    except LeaseLost:
        db.session.rollback()
        log.warning("lease lost: %s %s", lease.kind, lease.ref_id)
    except TemporaryError as error:
        _put_back(lease, str(error), dead=lease.attempts + 1 >= MAX_ATTEMPTS)
    except PermanentError as error:
        _put_back(lease, str(error), dead=True)
    except Exception as error:
        log.exception("outbox %s (%s %s)", outbox_id, lease.kind, lease.ref_id)
        _put_back(lease, f"{type(error).__name__}: {error}", dead=lease.attempts + 1 >= MAX_ATTEMPTS)
    finally:
        db.session.remove()


def claim(outbox_id: int) -> Lease | None:
    """Take the row if it is due and first in its lane; a third crash makes it dead instead."""
    moment, earlier = now(), aliased(Outbox)
    waits = exists().where(
        earlier.lane == Outbox.lane, earlier.id < Outbox.id, earlier.state.in_(("pending", "leased"))
    )
    free = or_(
        and_(Outbox.state == "pending", Outbox.due_at <= moment),
        and_(Outbox.state == "leased", Outbox.lease_until < moment),
    )
    with transaction() as session:
        row = session.scalar(select(Outbox).where(Outbox.id == outbox_id, free, ~waits).with_for_update())
        if row is None:
            return None
        if row.state == "leased":
            row.crashes += 1
        if row.crashes >= MAX_CRASHES:
            row.state, row.error = "dead", "crashed three times"
            return None
        row.state, row.lease, row.lease_until = "leased", row.lease + 1, moment + LEASE
        session.flush()
        return Lease(row.id, row.kind, row.ref_id, row.lease, row.attempts)


def _put_back(lease: Lease, error: str, *, dead: bool) -> None:
    delay = timedelta(seconds=2 ** (2 * lease.attempts) * 5 * random.uniform(0.75, 1.25))
    try:
        with transaction() as session:
            lease._change(
                session,
                state="dead" if dead else "pending",
                lease_until=None,
                attempts=lease.attempts + 1,
                error=error[:2000],
                due_at=now() + delay,
            )
    except LeaseLost:
        log.warning("lease lost: %s %s", lease.kind, lease.ref_id)


def due_ids(limit: int = 500) -> list[int]:
    """Ids of the rows that are due and free now, oldest first: what the clock rings for."""
    moment = now()
    rows = db.session.scalars(
        select(Outbox.id)
        .where(
            or_(
                and_(Outbox.state == "pending", Outbox.due_at <= moment),
                and_(Outbox.state == "leased", Outbox.lease_until < moment),
            )
        )
        .order_by(Outbox.id)
        .limit(limit)
    )
    return list(rows)
