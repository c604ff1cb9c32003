"""What people keep of a list: their columns, and views of their own."""

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json


class ListView(Base):
    """A look of a form's list that one person keeps for himself. Without a title it is how he likes the list itself:
    his columns, and the view with which it opens.
    """

    __tablename__ = "list_views"
    __table_args__ = (UniqueConstraint("user_id", "form_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    title: Mapped[str] = mapped_column(String(80), default="")
    look: Mapped[Any] = mapped_column(Json)
