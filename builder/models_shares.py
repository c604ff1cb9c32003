"""Previews of drafts that are shared with colleagues."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Moment


class Share(Base):
    """The preview of a draft, open to everybody who may see its app and holds the token, until it expires. The token is
    kept as it is, so that it can be shown again: it signs nobody in.
    """

    __tablename__ = "shares"

    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime] = mapped_column(Moment)
