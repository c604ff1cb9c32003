"""Which stored values still have to be changed because whoever published a form chose so."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class Amendment(Base):
    """What publishing a version does to stored records, once: the version is the key.

    `changes` are lists of a field, the value that is to go (null: nothing) and the one that comes. With
    `undoes` they are taken back instead, as far as that version made them. `last_id` is the last record, or
    event, that was looked at; `written` and `failed` count so far, and `rest` has the first that failed.
    States: waiting, done, failed.
    """

    __tablename__ = "amendments"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), unique=True)
    changes: Mapped[Any] = mapped_column(Json)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    last_id: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    rest: Mapped[Any] = mapped_column(Json, default=list)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    at: Mapped[datetime] = mapped_column(Moment, default=now)
