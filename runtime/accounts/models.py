"""Tables of people: users, departments, role memberships, sessions, API tokens, one-time links."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from runtime import spelling
from runtime.db import Base, Json, Moment
from runtime.times import now

ORDERED = String(201).with_variant(String(201, collation="C"), "postgresql")  # alike on both databases


class Department(Base):
    """A part of the organisation. `path` lists the ids from the root, `/1/4/`, so "and below" is a prefix."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    name_key: Mapped[str] = mapped_column(ORDERED, default="")  # by which departments follow each other
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    path: Mapped[str] = mapped_column(String(500), default="", index=True)
    manager_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", name="fk_departments_manager_id", use_alter=True)
    )

    @validates("name")
    def _spelled(self, _key: str, name: str) -> str:
        self.name_key = spelling.order_key(name)
        return name


class User(UserMixin, Base):  # type: ignore[misc]  # Flask-Login has no types
    """A person who can sign in. `email` is stored in lower case; `password_hash` is empty until chosen."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(8), default="en")
    zone: Mapped[str] = mapped_column(String(64), default="")
    single_keys: Mapped[bool] = mapped_column(default=True)
    """Whether a letter or a sign alone is a command where something else than a text has the focus."""
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_designer: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    search_text: Mapped[str] = mapped_column(String(1000), default="")
    name_key: Mapped[str] = mapped_column(ORDERED, default="")  # by which people follow each other
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)

    department: Mapped[Department | None] = relationship(foreign_keys=[department_id], lazy="joined")
    roles: Mapped[list["UserRole"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    session_token = ""  # of the browser that asks; not stored
    guest_of = ("", "")  # app and form, of who only fills in a public form; never stored
    visit = ""  # by which the files of such a guest are known; never stored
    guest_files = False  # whether such a guest may send files; never stored

    @validates("name")
    def _spelled(self, _key: str, name: str) -> str:
        self.name_key = spelling.name_key(name)
        return name

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the token of the session, not the number of the user."""
        return self.session_token


class UserRole(Base):
    """Membership of a user in a role (by key) of an app (by key)."""

    __tablename__ = "user_roles"
    __table_args__ = (UniqueConstraint("user_id", "app", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    app: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(40))


class LoginSession(Base):
    """A signed-in browser. The cookie holds the token, the table only its SHA-256."""

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)
    user_agent: Mapped[str] = mapped_column(String(200), default="")


class ApiToken(Base):
    """A bearer token of the JSON API; printed once, stored as SHA-256. `name` says what for; `only` and `reads_only`
    are its scope (`token_scope.py`).
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    name: Mapped[str] = mapped_column(String(80), default="")
    only: Mapped[list[str]] = mapped_column(Json, default=list)
    reads_only: Mapped[bool] = mapped_column(default=False)


class OneTimeLink(Base):
    """A link that works once: `setup` makes the first admin, `password` lets a user choose a password."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
