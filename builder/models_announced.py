"""Publishes that people are told of."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base


class Announcement(Base):
    """A version that came into force, of which everybody with a role in its app is told: by a job, some at a time.

    `told` is what they read. `reached` is the id of the last person who was told, in the order of the ids. It is gone
    once everybody was told.
    """

    __tablename__ = "announcements"

    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True, autoincrement=False)
    told: Mapped[str] = mapped_column(String(500))
    reached: Mapped[int] = mapped_column(default=0)
