"""Which stored values still have to be brought from an old field to the one that replaces it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class Conversion(Base):
    """The values of the field `source`, as the version `version_id` of its form had it, in the field `field`.

    `last_id` is the last record that was looked at; `converted` and `failed` count those so far, and `rest`
    names the first that could not be converted: record id and old value. States: waiting, done, failed.
    """

    __tablename__ = "conversions"
    __table_args__ = (UniqueConstraint("form_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    source: Mapped[str] = mapped_column(String(40))
    field: Mapped[str] = mapped_column(String(40))
    last_id: Mapped[int] = mapped_column(default=0)
    converted: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    rest: Mapped[Any] = mapped_column(Json, default=list)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    at: Mapped[datetime] = mapped_column(Moment, default=now)
