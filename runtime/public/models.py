"""Which forms are open to the public, by what address, and within which limits."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class PublicForm(Base):
    """A form that may be sent by people without an account. `slug` is the last part of its address; `sent` counts what
    came in by it. Of the limits an empty one does not limit. Texts are titles: a text per language. `steps` shows its
    tabs or sections one after the other, `questions` each of its fields, `tells_late` says what is wrong only when it
    is sent, `later` lets people go on another time,
    `read_back` lets them read for 30 days instead of one what they sent, `leads_to` is where they go once it is sent,
    `shown_by` are the sites that may show it in a frame.
    """

    __tablename__ = "public_forms"

    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(22), unique=True)
    is_open: Mapped[bool] = mapped_column(default=True)
    opens_at: Mapped[datetime | None] = mapped_column(Moment)
    closes_at: Mapped[datetime | None] = mapped_column(Moment)
    most: Mapped[int | None]
    sent: Mapped[int] = mapped_column(default=0)
    once: Mapped[bool] = mapped_column(default=False)
    takes_files: Mapped[bool] = mapped_column(default=False)
    later: Mapped[bool] = mapped_column(default=False)
    steps: Mapped[bool] = mapped_column(default=False)
    questions: Mapped[bool] = mapped_column(default=False)
    tells_late: Mapped[bool] = mapped_column(default=False)
    read_back: Mapped[bool] = mapped_column(default=False)
    leads_to: Mapped[str] = mapped_column(String(500), default="")
    shown_by: Mapped[Any] = mapped_column(Json, default=list)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    thanks: Mapped[Any] = mapped_column(Json, default=dict)
    closed: Mapped[Any] = mapped_column(Json, default=dict)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)


class PublicSender(Base):
    """A browser that has sent a form which takes one record of each person: the SHA-256 of the name in its cookie."""

    __tablename__ = "public_senders"

    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class PublicDraft(Base):
    """What somebody without an account has typed so far, for whoever has its link. Of the secret in the link the table
    keeps the SHA-256; it follows from `nonce` and the key of the installation, so that the mail with it can be written
    again. `mail_to` is there until the mail is sent.
    """

    __tablename__ = "public_drafts"
    # Ids are never given again: the outbox knows a draft by its id for longer than the draft is there.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    nonce: Mapped[str] = mapped_column(String(22))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    visit: Mapped[str] = mapped_column(String(22))
    once: Mapped[str] = mapped_column(String(80))
    revision: Mapped[int] = mapped_column(default=1)
    posted: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    mail_to: Mapped[str] = mapped_column(String(320), default="")
    mail_in: Mapped[str] = mapped_column(String(8), default="")
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)
