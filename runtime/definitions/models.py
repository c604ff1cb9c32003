"""Tables of definitions: apps, definitions, their one draft, their numbered versions."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.definitions import triggers
from runtime.times import now


class App(Base):
    """A named set of definitions. Its title, zone, languages and roles are its own `app` definition."""

    __tablename__ = "apps"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    package_version: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Definition(Base):
    """One thing of an app: kind and key. `table_name` is the SQL table of a published form.

    `current_version_id` is the published version in force; None before the first publish and after retiring.
    `spelled_to` is the last record whose texts got the keys by which they are ordered, while a job gives them to what
    stood there before; None once all have them.
    """

    __tablename__ = "definitions"
    __table_args__ = (UniqueConstraint("app_id", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    app_id: Mapped[int] = mapped_column(ForeignKey("apps.id"))
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(40))
    table_name: Mapped[str | None] = mapped_column(String(63), unique=True)
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("versions.id", name="fk_definitions_current_version_id", use_alter=True)
    )
    spelled_to: Mapped[int | None] = mapped_column(BigInteger)


class Draft(Base):
    """The one mutable document of a definition: its primary key refuses a second."""

    __tablename__ = "drafts"

    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(default=1)
    document: Mapped[Any] = mapped_column(Json)
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Version(Base):
    """A frozen published document. Triggers in the database refuse to change or delete one."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("definition_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    number: Mapped[int]
    document: Mapped[Any] = mapped_column(Json)
    note: Mapped[str] = mapped_column(String(500), default="")
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime] = mapped_column(Moment, default=now)


triggers.attach(cast(Table, Version.__table__))
