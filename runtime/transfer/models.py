"""The tables of exports and imports."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
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


AT_WORK = ("reading", "emptying", "resetting", "grouping", "checking", "running", "undoing", "dropping")
PART = "part"  # the state of a further row of a record
_OF_OTHERS = text("under IS NOT NULL")


class Import(Base):
    """A spreadsheet whose rows somebody wants as records of a form. Its file lies in the data folder by its `key` until
    it is read; then its rows are in the table below.

    `digest` is that of the file. `told` says how it was read: encoding, separator, title of the sheet, columns, and the
    encoding that was `wanted` for it. `head` is the number of the row with the titles, `mapping` what each column is (a
    field, `#id`, or nothing), `options` how the rows are meant. `doing` is how many rows it writes or takes back since
    `started_at`; `done_at` says when it had written.
    States: reading, columns (it waits for the person), resetting (all rows are to be looked at again), grouping (which
    rows are one record is found out), checking, checked, running, done, undoing, undone, failed; emptying (the file is
    to be read anew), dropping (it is gone for the person, its rows go by and by).
    """

    __tablename__ = "imports"
    # Ids are never given again: the outbox knows an import by its id for longer than the import is there.
    __table_args__ = (Index("ix_imports_own", "user_id", "form_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), default="")
    told: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    head: Mapped[int] = mapped_column(default=0)
    mapping: Mapped[list[str]] = mapped_column(Json, default=list)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="reading")
    doing: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def is_at_work(self) -> bool:
        """Whether the job is not done with it."""
        return self.state in AT_WORK

    @property
    def is_all_or_none(self) -> bool:
        """Whether it stands between all rows and none: it goes on to the one, or back to the other."""
        is_taken_back = self.state == "undoing" and bool(self.error)
        return bool(self.options.get("whole")) and (self.state == "running" or is_taken_back)


class ImportRow(Base):
    """A row of such a spreadsheet: `number` is that of the sheet, `cells` are as they were read, `fixes` what was typed
    in their stead, by field. `problems` are a field and a sentence each, and the number of a further row.
    `record_id` and `revision` are what came of it. A further row of the sub-tables of a record is a `part`; `under`
    names the first one, whose state is that of the record.
    States: new, later (it waits for another row), part, ready, bad, created, updated, same (nothing was to change),
    undone, kept (it could not be undone).
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_state", "import_id", "state", "number"),
        Index(
            "ix_import_rows_under", "import_id", "under", sqlite_where=_OF_OTHERS, postgresql_where=_OF_OTHERS
        ),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[list[Any]] = mapped_column(Json)
    fixes: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="new")
    under: Mapped[int | None]
    problems: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    record_id: Mapped[int | None]
    revision: Mapped[int | None]


class ImportedFile(Base):
    """A file from which somebody made records, so that he is warned before he does so again; kept for a year."""

    __tablename__ = "imported_files"
    __table_args__ = (Index("ix_imported_files_own", "user_id", "form_id", "digest"),)

    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class ImportMark(Base):
    """What only one row of an import may hold: a digest of a unique value, or of the record that the row changes."""

    __tablename__ = "import_marks"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
