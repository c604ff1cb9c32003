"""Tables beside the records: what happened to them (events) and the counters of serial numbers."""

from datetime import datetime
from functools import cached_property
from typing import Any, cast

from sqlalchemy import (
    DDL,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, object_session

from runtime import grams
from runtime.db import Base, Json, Moment
from runtime.records import row_history
from runtime.times import now

WITH_VALUES = ("created", "updated", "restored")
"""The kinds of events that left the record with values: the versions of a record."""


class Event(Base):
    """One change of one record: the history row, the automation's trigger and the submit token in one.

    `before` and `after` are the record's values (field key → JSON value), `changed` the keys that differ. Of many rows
    of a sub-table only those that differ are kept (`row_history`); the others are read with the events before this one.
    `run_id` names the automation run that wrote it, `depth` counts automations in the chain and
    `root_id` is the event the chain began with. `token` is the submit token (page) or Idempotency-Key (API),
    made unique together with the user and the form; `token_hash` is of the values it came with. `cause` is what
    else the timeline tells of how it came about: the `version` that was brought back, the records `merged` into this
    one, the one `into` which this one was merged. Its `asked` is told nowhere: a digest of what the request wanted.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_record", "form_id", "record_id", "id"),
        # Only chained events have a root: the budget of a chain counts them in every run.
        Index(
            "ix_events_root",
            "root_id",
            sqlite_where=text("root_id IS NOT NULL"),
            postgresql_where=text("root_id IS NOT NULL"),
        ),
        UniqueConstraint("form_id", "token"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))  # created, updated, deleted, restored, purged
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    record_id: Mapped[int]
    revision: Mapped[int]
    origin: Mapped[str] = mapped_column(
        String(20)
    )  # page, api, import, public, (undo) bulk, automation, sample, conversion, (undo) publish, clock
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    run_id: Mapped[int | None] = mapped_column(index=True)
    depth: Mapped[int] = mapped_column(default=0)
    root_id: Mapped[int | None]
    kept_before: Mapped[Any] = mapped_column("before", Json)
    kept_after: Mapped[Any] = mapped_column("after", Json)
    changed: Mapped[Any] = mapped_column(Json)
    token: Mapped[str | None] = mapped_column(String(100))
    token_hash: Mapped[str | None] = mapped_column(String(64))
    cause: Mapped[Any | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def before(self) -> Any:
        """The values before the change, with all rows."""
        return self._whole[0] if row_history.is_packed(self.kept_before) else self.kept_before

    @property
    def after(self) -> Any:
        """The values after the change, with all rows."""
        return self._whole[1] if row_history.is_packed(self.kept_after) else self.kept_after

    @cached_property
    def _whole(self) -> tuple[Any, Any]:
        """Both with all rows, once: events never change."""
        session = object_session(self)
        assert session is not None  # one that belongs to none was just written, and has all rows
        own = (Event.form_id == self.form_id, Event.record_id == self.record_id, Event.kind.in_(WITH_VALUES))
        earlier = select(Event.kept_after).where(*own, Event.revision < self.revision, Event.id < self.id)
        found = session.scalars(earlier.order_by(Event.id.desc()).limit(row_history.STEPS)).all()[::-1]
        keys = [key for key, held in self.kept_after.items() if type(held) is dict]
        before = {key: row_history.rows_of(key, found) for key in keys}
        after = {key: row_history.rows_of(key, [*found, self.kept_after]) for key in keys}
        return {**self.kept_before, **before}, {**self.kept_after, **after}


class Trashed(Base):
    """A deleted record that can be brought back: its values, and what decides who may see them.

    `revision` is that of the event that deleted it. `with_id` names the row of the record that took it along: both come
    back, or go for good, together. From `purge_at` on it can no longer be brought back and is removed, in the name of
    `purge_by` where that is somebody.
    """

    __tablename__ = "trash"
    # Ids are never given again: the outbox knows a row by its id for longer than the row is there.
    __table_args__ = (
        UniqueConstraint("form_id", "record_id"),
        Index("ix_trash_page", "form_id", "id"),
        Index("ix_trash_with", "with_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    record_id: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    values: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[int | None]
    owner_id: Mapped[int | None]
    department_id: Mapped[int | None]
    deleted_at: Mapped[datetime] = mapped_column(Moment)
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    with_id: Mapped[int | None]
    purge_at: Mapped[datetime] = mapped_column(Moment)
    purge_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Counter(Base):
    """The last number drawn of a serial field in a period (`2026-11`, or empty for one without reset)."""

    __tablename__ = "counters"

    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int]


class Recount(Base):
    """Counting the roll-ups of a form anew, record by record, since a version of it counts otherwise.

    `last_id` is the last record that was counted. States: waiting; again, for what was saved by those who began before
    the version came into force; done, failed.
    """

    __tablename__ = "recounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), unique=True)
    last_id: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class SearchIndex(Base):
    """The index of a form's quick search. States: waiting, for the records that were there before it; ready, failed.
    `last_id` is the last of those that it took in.
    """

    __tablename__ = "search_indexes"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    last_id: Mapped[int] = mapped_column(BigInteger, default=0)


_CUT: DDL = DDL(grams.FUNCTION)  # type: ignore[no-untyped-call]
event.listen(cast(Table, SearchIndex.__table__), "after_create", _CUT.execute_if(dialect="postgresql"))
