"""Titles of what a record points to, as far as one person may read them."""

from collections.abc import Iterable

from sqlalchemy import select

from runtime import files
from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.records import query


class ReadersNames:
    """The `Names` of the field types for one person; each title is read once, when it is shown."""

    def __init__(self, app: str, user: User) -> None:
        self._app, self._user = app, user
        self._titles: dict[tuple[str, int], str | None] = {}
        self._members: dict[int, str | None] = {user.id: user.name}

    def record(self, form: str, record_id: int) -> str | None:
        """The record's title, None when the person may not read it."""
        place = (form, record_id)
        if place not in self._titles:
            found = query.titles(lookup.form(self._app, form), [record_id], user=self._user)
            self._titles[place] = found.get(record_id)
        return self._titles[place]

    def add_members(self, ids: Iterable[int | None]) -> None:
        """Read the names of these people, as far as they are not known, in one statement."""
        wanted = {each for each in ids if each is not None} - self._members.keys()
        rows = db.session.execute(select(User.id, User.name).where(User.id.in_(wanted))) if wanted else ()
        self._members.update({row.id: row.name for row in rows})

    def member(self, user_id: int) -> str | None:
        """The person's name."""
        if user_id not in self._members:
            self._members[user_id] = db.session.scalar(select(User.name).where(User.id == user_id))
        return self._members[user_id]

    def department(self, department_id: int) -> str | None:
        """The department's name."""
        found = db.session.get(Department, department_id)
        return None if found is None else found.name

    def file(self, key: str) -> str | None:
        """What the file is called."""
        found = files.get([key]).get(key)
        return None if found is None else found.name
