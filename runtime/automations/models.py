"""Tables of automations: runs, their steps, the planned moments (timers), and automations switched off."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class Run(Base):
    """One execution of one automation version, for one event or one timer.

    `key` makes it happen once: `event:{event}:{automation}`, `timer:{timer}`. States: running (its outbox row
    works it off), waiting (the same row falls due at `due_at`), done, skipped, failed; `reason` says why for
    the last three. `next` is the action with which it goes on: what is before it is done.
    """

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_record", "form_id", "record_id"),
        Index("ix_runs_version", "version_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    automation_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    record_id: Mapped[int]
    event_id: Mapped[int | None]
    timer_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="running")
    reason: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime] = mapped_column(Moment, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    next: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(Moment)


class Step(Base):
    """One action of a run, done once: unique by run, index and item. `result` says what it did."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("run_id", "index", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    index: Mapped[int]
    item: Mapped[str] = mapped_column(String(60), default="")
    action: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))  # done, skipped, failed
    result: Mapped[Any] = mapped_column(Json)


class Timer(Base):
    """A planned moment of a record: unique by automation, record, offset and due moment.

    `due_at` is UTC; `zone` and `local_date` say what the rule meant. States: planned, sent, skipped,
    cancelled, missed; `reason` says why for the last three. `backfill_id` says which backfill of the rule
    planned it for a record that was there already, until a save of the record goes over it.
    """

    __tablename__ = "timers"
    __table_args__ = (
        UniqueConstraint("automation_id", "record_id", "offset", "due_at"),
        Index("ix_timers_record", "form_id", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    automation_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    record_id: Mapped[int]
    offset: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime] = mapped_column(Moment)
    zone: Mapped[str] = mapped_column(String(64))
    local_date: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="planned")
    reason: Mapped[str] = mapped_column(String(40), default="")
    backfill_id: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)


class WebhookCall(Base):
    """A request to another system: unique by the step that made it. `key` goes with it however often it is tried.
    States: pending, sent, failed. What it told is not kept once it is sent.
    """

    __tablename__ = "webhook_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("steps.id"), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    status: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)


class Pause(Base):
    """An automation that does not run: switched off `by` somebody, whatever its version (`version_id` is
    None), or because this version kept failing; a new version is not concerned then.
    """

    __tablename__ = "automation_pauses"

    automation_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
