"""The table of drafts of new records."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class RecordDraft(Base):
    """A new record that one person has not sent yet.

    `posted` are names and texts as the page posts them, `once` is the submit token under which it will be sent.
    `revision` grows with every write and `page` is the page that wrote last, so that two pages do not overwrite each
    other. `homeless` are titles and answers that fit no field of the form any more.
    """

    __tablename__ = "record_drafts"
    # Ids are never given again: the outbox knows a draft by its id for longer than the draft is there.
    __table_args__ = (
        Index("ix_record_drafts_own", "user_id", "form_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    revision: Mapped[int] = mapped_column(default=0)
    page: Mapped[str] = mapped_column(String(22), default="")
    once: Mapped[str] = mapped_column(String(80))
    posted: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    homeless: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)
