"""The outbox: every piece of work that must happen is a row here, written in the transaction that wants it."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from runtime.bell import ring_after_commit
from runtime.db import Base, Moment, db
from runtime.times import now

UNFINISHED = ("pending", "leased")


class Outbox(Base):
    """One due piece of work. `kind` names its handler, `ref_id` its row: unique together.

    Rows of one `lane` (`visit:42`) are worked off in the order of their ids. States: pending, leased, done,
    dead, cancelled. `lease` is the fencing token: it grows with every claim. `created_at` is when it was wanted, the
    last time if that was more than once: from then on something that is away is waited for.
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


# Past the ORM, and made once: it runs for every piece of work.
_rows = cast(Table, Outbox.__table__)
_INSERT = insert(_rows).returning(_rows.c.id)


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


def redrive(session: Session, outbox_id: int) -> bool:
    """Give a dead row five more attempts, in the caller's transaction; False when it is not dead."""
    done = session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.state == "dead")
        .values(state="pending", attempts=0, crashes=0, due_at=now(), created_at=now(), lease_until=None)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    ring_after_commit(outbox_id)
    return True


def cancel(session: Session, kind: str, ref_ids: list[int]) -> int:
    """Cancel rows that wait, in the caller's transaction, and say how many; one being worked off now is left alone."""
    done = session.execute(
        update(Outbox)
        .where(Outbox.kind == kind, Outbox.ref_id.in_(ref_ids), Outbox.state == "pending")
        .values(state="cancelled")
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def revive(session: Session, kind: str, ref_id: int, *, due_at: datetime) -> bool:
    """Let a row that is over wait for a moment again, in the caller's transaction; False when there is none."""
    row = session.scalar(select(Outbox).where(Outbox.kind == kind, Outbox.ref_id == ref_id))
    if row is None:
        return False
    row.state, row.due_at, row.created_at, row.lease_until = "pending", due_at, now(), None
    row.attempts = row.crashes = 0
    session.flush()
    if due_at <= now():
        ring_after_commit(row.id)
    return True


def wait(session: Session, kind: str, ref_id: int, until: datetime) -> None:
    """Let a row that waits fall due at this moment, in the caller's transaction; meanwhile it holds up no others."""
    session.execute(
        update(Outbox)
        .where(Outbox.kind == kind, Outbox.ref_id == ref_id, Outbox.state == "pending")
        .values(due_at=until, lane=None)
    )


def is_waiting(session: Session, lane: str) -> bool:
    """Whether work of this lane is unfinished."""
    unfinished = Outbox.state.in_(UNFINISHED)
    return session.scalar(select(Outbox.id).where(Outbox.lane == lane, unfinished).limit(1)) is not None


def forget(session: Session, kind: str, ref_id: int) -> None:
    """Mark a row done that the caller has worked off in its own transaction, without a claim."""
    session.execute(
        update(Outbox)
        .where(Outbox.kind == kind, Outbox.ref_id == ref_id, Outbox.state == "pending")
        .values(state="done")
    )


def due_ids(limit: int = 500) -> list[int]:
    """Ids of the rows that are due and free now, oldest first: what the clock rings for."""
    rows = db.session.scalars(
        select(Outbox.id).where(free_at(Outbox, now())).order_by(Outbox.due_at, Outbox.id).limit(limit)
    )
    return list(rows)


def free_at(row: Any, moment: Any) -> ColumnElement[bool]:
    """The condition that a row may be claimed at this moment: it is due, or its worker lost it."""
    return or_(
        and_(row.state == "pending", row.due_at <= moment),
        and_(row.state == "leased", row.lease_until < moment),
    )
