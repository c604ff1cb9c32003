"""Which forms are open to the public, by what address, and within which limits."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class PublicForm(Base):
    """A form that may be sent by people without an account. `slug` is the last part of its address; `sent` counts what
    came in by it. Of the limits an empty one does not limit. Texts are titles: a text per language.
    """

    __tablename__ = "public_forms"

    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(22), unique=True)
    is_open: Mapped[bool] = mapped_column(default=True)
    opens_at: Mapped[datetime | None] = mapped_column(Moment)
    closes_at: Mapped[datetime | None] = mapped_column(Moment)
    most: Mapped[int | None]
    sent: Mapped[int] = mapped_column(default=0)
    once: Mapped[bool] = mapped_column(default=False)
    takes_files: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    thanks: Mapped[Any] = mapped_column(Json, default=dict)
    closed: Mapped[Any] = mapped_column(Json, default=dict)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
