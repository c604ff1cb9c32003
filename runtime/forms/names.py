"""Titles of the records, members and departments that values point to, read in one go per kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from runtime import files
from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import POINTERS, Field, JsonValue, ValueType
from runtime.files import StoredFile
from runtime.records import lookups, query


def kind_of(one: Field) -> str:
    """The field type whose values this field shows; of a formula, that of its result."""
    return str(one.options.get("result", one.type.name))


class Titles:
    """The `Names` of the field types, filled beforehand so that a page of 50 records asks once per kind."""

    def __init__(self, user: User | None) -> None:
        self._user = user
        self._records: dict[str, dict[int, str]] = {}
        self._members: dict[int, str] = {}
        self._departments: dict[int, str] = {}
        self._files: dict[str, StoredFile] = {}

    def record(self, form: str, record_id: int) -> str | None:
        return self._records.get(form, {}).get(record_id)

    def member(self, user_id: int) -> str | None:
        return self._members.get(user_id)

    def department(self, department_id: int) -> str | None:
        return self._departments.get(department_id)

    def file(self, key: str) -> str | None:
        found = self._files.get(key)
        return None if found is None else found.name

    def stored(self, keys: Iterable[str]) -> list[StoredFile]:
        """The files with these keys, of those that were read."""
        return [self._files[key] for key in keys if key in self._files]

    def add_files(self, keys: Iterable[str]) -> None:
        """Read what files are called."""
        wanted = set(keys) - self._files.keys()
        if wanted:
            self._files.update(files.get(wanted))

    def add_members(self, ids: Iterable[int | None]) -> None:
        """Read the names of people."""
        wanted = {one for one in ids if one is not None} - self._members.keys()
        if wanted:
            rows = db.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
            self._members.update({row.id: row.name for row in rows})

    def add_departments(self, ids: Iterable[int]) -> None:
        """Read the names of departments."""
        wanted = set(ids) - self._departments.keys()
        if wanted:
            rows = db.session.execute(select(Department.id, Department.name).where(Department.id.in_(wanted)))
            self._departments.update({row.id: row.name for row in rows})

    def add_records(self, form: Form, ids: Iterable[int]) -> None:
        """Read the titles of records of one form, of those that this person may read."""
        known = self._records.setdefault(form.key, {})
        wanted = set(ids) - known.keys()
        if wanted:
            known.update(query.titles(form, wanted, user=self._user))


def titles_for(
    user: User, form: Form, fields: Iterable[Field], rows: Iterable[Mapping[str, JsonValue]]
) -> Titles:
    """The titles of all that these fields of these records point to."""
    titles, records = Titles(user), list(rows)
    _add(titles, form, fields, records)
    for key, of_rows in form.rows.items():
        inner = [row for record in records for row in record.get(key) or () if isinstance(row, dict)]
        _add(titles, of_rows, of_rows.fields.values(), inner)
    return titles


def _add(
    titles: Titles, form: Form, fields: Iterable[Field], rows: Sequence[Mapping[str, JsonValue]]
) -> None:
    shown = {one.key: lookups.origin(form, one)[1] for one in fields}
    rows = list(rows)
    holding = [key for key, one in shown.items() if one.type.value_type is ValueType.FILES]
    titles.add_files(each for key in holding for row in rows for each in row.get(key) or ())
    for kind, target, ids in _pointed_at(shown, rows):
        if kind == "reference":
            titles.add_records(lookup.form(form.app, target), ids)
        elif kind == "member":
            titles.add_members(ids)
        else:
            titles.add_departments(ids)


def _pointed_at(
    fields: Mapping[str, Field], rows: list[Mapping[str, Any]]
) -> Iterable[tuple[str, str, set[int]]]:
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for key, one in fields.items():
        kind = kind_of(one)
        if kind == "references":
            listed = (each for row in rows if isinstance(value := row.get(key), list) for each in value)
            found["reference", str(one.options.get("form", ""))].update(
                i for i in listed if isinstance(i, int)
            )
        if kind in POINTERS:
            target = str(one.options.get("form", ""))
            found[kind, target].update(i for row in rows if isinstance(i := row.get(key), int))
    return [(kind, target, ids) for (kind, target), ids in found.items() if ids]
