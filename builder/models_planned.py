"""What is to be published at a later moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class PlannedPublish(Base):
    """Drafts of an app that shall come into force together at `at`, as they were looked at.

    `chosen` are the kinds and keys that were picked, `seen` the marks and digests of these and of what comes along with
    them, by `kind/key`; `answers` what shall become of stored records, the same way. `told` is what people with a role
    read if it `tells` them. States: waiting, done, failed (with the `reason`), cancelled.
    """

    __tablename__ = "planned_publishes"

    id: Mapped[int] = mapped_column(primary_key=True)
    app_id: Mapped[int] = mapped_column(ForeignKey("apps.id"), index=True)
    chosen: Mapped[Any] = mapped_column(Json)
    seen: Mapped[Any] = mapped_column(Json)
    answers: Mapped[Any] = mapped_column(Json)
    note: Mapped[str] = mapped_column(String(500), default="")
    tells: Mapped[bool] = mapped_column(default=False)
    told: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
