"""The tables of changes of many records."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class Bulk(Base):
    """What one person wants done with many records. `action` is change, delete, or undo of the one that it `undoes`.

    `values` are the fields to change, null clears one. `silent` starts no automations. `key` is minted
    in the page that asks, so that a second press begins nothing.
    States: waiting, done, cancelled, failed.
    """

    __tablename__ = "bulks"
    # Ids are never given again: the outbox knows a row by its id for longer than the row is there.
    __table_args__ = (
        Index("ix_bulks_own", "user_id", "form_id"),
        UniqueConstraint("undoes"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    action: Mapped[str] = mapped_column(String(10))
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    silent: Mapped[bool]
    undoes: Mapped[int | None]
    total: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)


class BulkItem(Base):
    """One record of it. `revision` is that which the person saw: what somebody changed after it is not overwritten.
    `event_id` is the change that was made, `undoes` the one that is taken back; `why` says in the person's words what
    could not be done.

    States: waiting, done, same (nothing was to be changed), failed.
    """

    __tablename__ = "bulk_items"
    __table_args__ = (Index("ix_bulk_items_state", "bulk_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulks.id"))
    record_id: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    event_id: Mapped[int | None]
    undoes: Mapped[int | None]
    why: Mapped[str] = mapped_column(Text, default="")
