"""The table of comments."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Moment
from runtime.times import now


class Comment(Base):
    """What one person wrote about a record, in Markdown. `token` is that of the form it was sent with."""

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
    token: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def mark(self) -> str:
        """Another one for every text that it had."""
        return (self.changed_at or self.created_at).isoformat()
