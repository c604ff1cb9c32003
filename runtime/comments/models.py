"""The tables of comments, and of how far each person has read those on a record."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class Comment(Base):
    """What one person wrote about a record, in Markdown. `token` is that of the form it was sent with.

    `reply_to` is the comment that it answers; that one answers none, and may be deleted by now. `files` are the keys of
    those that it holds.
    """

    __tablename__ = "comments"
    # Ids are never given again: deliveries know a comment by its id for longer than it is there.
    __table_args__ = (
        Index("ix_comments_record", "form_id", "record_id", "id"),
        UniqueConstraint("user_id", "token"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    record_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    reply_to: Mapped[int | None]
    files: Mapped[list[str]] = mapped_column(Json, default=list)
    token: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def mark(self) -> str:
        """Another one for every text that it had."""
        return (self.changed_at or self.created_at).isoformat()


class Seen(Base):
    """The last comment on a record that a person has seen; later ones are new to him."""

    __tablename__ = "comments_seen"

    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    last_id: Mapped[int]
