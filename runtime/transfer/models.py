"""The table of exports."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class Export(Base):
    """A list that somebody wants as a file; the file lies in the data folder by its `key`.

    `look` is the search, filter and order; `columns` are key, title and kind of each. `cursor` is where reading goes
    on, `rows` and `size` are the records and bytes that were read and kept so far, of `total` records. `scope` says
    which records the person might read, `begun` how often reading had to begin.
    States: waiting (it is read), writing (all was read), done, failed, cancelled.
    """

    __tablename__ = "exports"
    # Ids are never given again: the outbox knows an export by its id for longer than the export is there.
    __table_args__ = (Index("ix_exports_own", "user_id", "form_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    kind: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(200))
    look: Mapped[dict[str, Any]] = mapped_column(Json)
    columns: Mapped[list[list[str]]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    total: Mapped[int | None]
    rows: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    cursor: Mapped[str] = mapped_column(Text, default="")
    scope: Mapped[str] = mapped_column(Text)
    begun: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def is_at_work(self) -> bool:
        """Whether the job is not done with it."""
        return self.state in ("waiting", "writing")
