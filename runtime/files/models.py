"""The table of uploaded files."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Moment
from runtime.times import now

_OF_GUESTS = text("visit IS NOT NULL AND record_id IS NULL")


class StoredFile(Base):
    """One uploaded file; its bytes lie in the storage by its `key`, which is also its id in records.

    `state` is coming (its bytes are on their way), ready, or going (they are being removed). `record_id` is there
    once a record holds it. `expires_at` is when it goes: a day after it came, unless a record holds it; and thirty
    days after no record holds it any more. Of a guest it names the `visit` instead of who made it.
    """

    __tablename__ = "files"
    # Ids are never given again: the outbox knows a file by its id for longer than the file is there.
    __table_args__ = (
        Index("ix_files_waiting", "made_by", "expires_at"),
        Index("ix_files_of_guests", "form_id", "visit", sqlite_where=_OF_GUESTS, postgresql_where=_OF_GUESTS),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    field: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    small: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="coming")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    visit: Mapped[str | None] = mapped_column(String(22))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
