"""The table of installed packages: what an upgrade compares with, to tell local changes from those of the package."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Json, Moment
from runtime.times import now


class InstalledPackage(Base):
    """The package that an app came from, as it was installed last: its `definitions` and version. `offered` is
    the whole package that somebody thinks of upgrading to.
    """

    __tablename__ = "installed_packages"

    app_id: Mapped[int] = mapped_column(ForeignKey("apps.id"), primary_key=True)
    version: Mapped[str] = mapped_column(String(40), default="")
    definitions: Mapped[Any | None] = mapped_column(Json)
    offered: Mapped[Any | None] = mapped_column(Json)
    installed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    installed_at: Mapped[datetime] = mapped_column(Moment, default=now)
