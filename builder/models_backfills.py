"""Which records still get the moments of an automation that came after them, because somebody chose so."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Moment
from runtime.times import now


class Backfill(Base):
    """Planning the moments of records that were there already, for the version that it was chosen with.

    `last_id` is the last record that was looked at; `records` counts those that wait for a moment by it so far.
    States: waiting, done, failed, undone; ended where another version came, or the automation was switched off.
    """

    __tablename__ = "backfills"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), index=True)
    last_id: Mapped[int] = mapped_column(default=0)
    records: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    at: Mapped[datetime] = mapped_column(Moment, default=now)
