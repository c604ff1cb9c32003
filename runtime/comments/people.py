"""Who can be mentioned: the people who may read the record, and nobody else."""

import re
from collections.abc import Collection, Iterator
from itertools import count, islice

from sqlalchemy import ColumnElement, or_, select

from runtime import access
from runtime.accounts.models import User, UserRole
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records.rows import Record
from runtime.text import normalised

OFFERED = 20
LOOKED_AT = 100  # people at a time, each of whom is asked for his rights
_AT = re.compile(r"(?<![A-Za-z0-9._-])@")  # not in an e-mail address
_LONGEST = 601  # of a name in lower case, in which a letter may become three, and the letter after it


def offered(form: Form, record: Record, sought: str) -> list[tuple[int, str]]:
    """The first people whom a search finds, by name; one more than `OFFERED` where there are more."""
    words = normalised(sought, "NFKC").lower().split()
    wanted = [User.search_text.contains(word, autoescape=True) for word in words]
    return [(user.id, user.name) for user in islice(readers(form, record, *wanted), OFFERED + 1)]


def mentioned(form: Form, record: Record, text: str, besides: Collection[int] = ()) -> list[User]:
    """The people whose names follow an @ in the text, and those with the ids `besides`, as far as they may read the
    record.
    """
    found = _named(form, text).union(besides)
    return list(readers(form, record, User.id.in_(found))) if found else []


def _named(form: Form, text: str) -> set[int]:
    """Whose names follow an @; of two names that begin alike the longer one counts."""
    places = [found.end() for found in _AT.finditer(text)]
    if not places:
        return set()
    people: dict[str, set[int]] = {}
    for row in db.session.execute(select(User.id, User.name).where(*_may_know(form))):
        people.setdefault(row.name.casefold(), set()).add(row.id)
    lengths = sorted({len(name) for name in people if name}, reverse=True)
    after = {text[place : place + _LONGEST].casefold() for place in places}
    names = {_name_at_start(words, people, lengths) for words in after} - {""}
    return {user_id for name in names for user_id in people[name]}


def _name_at_start(words: str, people: dict[str, set[int]], lengths: list[int]) -> str:
    """The longest name with which the words begin, and which does not go on as another word; empty for none."""
    for length in lengths:
        name, rest = words[:length], words[length : length + 1]
        if name in people and not (name[-1].isascii() and rest.isascii() and rest.isalnum()):
            return name
    return ""


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


def readers(form: Form, record: Record, *wanted: ColumnElement[bool]) -> Iterator[User]:
    """Those of the people that are wanted who may read the record, by name."""
    query = select(User).where(*_may_know(form), *wanted).order_by(User.name_key, User.id).limit(LOOKED_AT)
    for start in count(0, LOOKED_AT):
        users = db.session.scalars(query.offset(start)).unique().all()
        yield from access.who_can(users, "read", form, record)
        if len(users) < LOOKED_AT:
            return
