"""Reviews of messages: who asked for one, and what was said."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Moment
from runtime.times import now


class Review(Base):
    """One step of a review of a draft at one revision. `state` is asked, approved or returned; a draft that
    was changed since has another revision and needs another review.
    """

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), index=True)
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    comment: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime] = mapped_column(Moment, default=now)
