"""Tables of notifications: deliveries (one attempt's row) and the notices of the inbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Moment
from runtime.times import now


class Delivery(Base):
    """A message for one recipient over one channel: unique by step or comment, recipient and channel.

    The text is rendered when the row is made, in the recipient's language. States: pending, sending, sent,
    failed, skipped, uncertain. `message_id` is the e-mail Message-ID, kept over every retry.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("step_id", "user_id", "channel"),
        UniqueConstraint("comment_id", "user_id", "channel"),
        Index("ix_deliveries_record", "form_id", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int | None] = mapped_column(ForeignKey("steps.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"), index=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    record_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    comment_id: Mapped[int | None]  # of a comment that may be gone
    part: Mapped[str] = mapped_column(String(4), default="to")  # to, cc
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)  # Markdown
    link: Mapped[str] = mapped_column(String(500), default="")
    locale: Mapped[str] = mapped_column(String(8))
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    reason: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)


class Notice(Base):
    """A message in a user's inbox; unique by the delivery that put it there."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_user", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    subject: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
