"""The builder's own tables: what was done to a draft, so that it can be taken back."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class DraftCommand(Base):
    """One command that was done to a draft. `revision` is that of the draft after it.

    `changes` holds, by kind and key, what it changed in this draft and in others of the app (see
    `builder.diff`); `touches` names the objects it was about. `state` is done, undone, or gone: undone, and
    then something else was done, so that it cannot be done again.
    """

    __tablename__ = "draft_commands"
    __table_args__ = (Index("ix_draft_commands_stack", "definition_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revision: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[Any] = mapped_column(Json)
    changes: Mapped[Any] = mapped_column(Json)
    touches: Mapped[Any] = mapped_column(Json)
    words: Mapped[Any] = mapped_column(Json)
    """What was done: a `Said`."""
    selected: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default="done")
    at: Mapped[datetime] = mapped_column(Moment, default=now)
