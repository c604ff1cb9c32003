"""Who can be mentioned: the people who may read the record, and nobody else."""

import re
from collections.abc import Iterator

from sqlalchemy import ColumnElement, or_, select

from runtime import access
from runtime.accounts.models import User, UserRole
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records.rows import Record
from runtime.text import search_key

OFFERED = 20
LOOKED_AT = 100  # of those whom a search finds; each is asked for his rights


def offered(form: Form, record: Record, sought: str) -> list[tuple[int, str]]:
    """The first people whom a search finds, by name; one more than `OFFERED` where there are more."""
    wanted = [User.search_text.contains(word, autoescape=True) for word in search_key(sought).split()[:1]]
    found: list[tuple[int, str]] = []
    for user in _readers(form, record, *wanted):
        found.append((user.id, user.name))
        if len(found) > OFFERED:
            break
    return found


def mentioned(form: Form, record: Record, text: str) -> list[User]:
    """The people whose names follow an @ in the text; of two names that begin alike the longer one counts."""
    if "@" not in text:
        return []
    names = db.session.execute(select(User.id, User.name).where(*_may_know(form))).all()
    found: set[int] = set()
    for name in sorted({row.name for row in names}, key=len, reverse=True):
        rest = _mention(name).sub(" ", text)
        if rest != text:
            text = rest
            found |= {row.id for row in names if row.name == name}
    return list(_readers(form, record, User.id.in_(found))) if found else []


def _mention(name: str) -> re.Pattern[str]:
    """Finds a name after an @; not in an e-mail address, and not where it goes on as another word."""
    ends = "(?![A-Za-z0-9])" if name[-1:].isascii() else ""
    return re.compile(f"(?<![A-Za-z0-9._-])@{re.escape(name)}{ends}", re.IGNORECASE)


def _may_know(form: Form) -> tuple[ColumnElement[bool], ...]:
    """Active people with a role that reads records of the form, and administrators."""
    roles = lookup.app_info(form.app).roles.values()
    reading = [
        role.key
        for role in roles
        if any(grant.form == form.key and "read" in grant.actions for grant in role.grants)
    ]
    holders = select(UserRole.user_id).where(UserRole.app == form.app, UserRole.role.in_(reading))
    return User.active.is_(True), or_(User.is_admin, User.id.in_(holders))


def _readers(form: Form, record: Record, *wanted: ColumnElement[bool]) -> Iterator[User]:
    """Those of the people that are wanted who may read the record."""
    query = select(User).where(*_may_know(form), *wanted).order_by(User.name, User.id).limit(LOOKED_AT)
    for user in db.session.scalars(query).unique():
        if access.can(user, "read", (form, record)):
            yield user
