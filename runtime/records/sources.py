"""What judging a record must know of other rows: referenced records, members, departments; each read once."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from sqlalchemy import select

from runtime import access, conditions, files
from runtime.accounts.models import Department, User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import MAX_HOPS, Form
from runtime.definitions.keeping import kept
from runtime.records import rows
from runtime.records.rows import Record
from runtime.records.tables import table

MAX_ID = 2**63 - 1
BULK, UNDO_BULK, MERGE = "bulk", "undo bulk", "merge"
PEOPLE = ("page", "api", "import", "public", BULK, UNDO_BULK)  # origins in which somebody's own rights count


@dataclass(frozen=True)
class Actor:
    """Who writes, by which way. `trusted` (samples, the service identity) may read and write everything."""

    user: User | None
    origin: str  # page, api, import, public, bulk, undo bulk, automation, sample
    run_id: int | None = None
    depth: int = 0
    root_id: int | None = None
    trusted: bool = False
    tried: access.FieldRights | None = None
    """The rights on fields of whoever only rehearses a save, for which he needs no other right; null for a true one."""
    onlooker: User | None = None
    """Who only tries this, and may learn nothing by it: what is hidden from him of stored records counts as empty."""
    cause: Mapping[str, Any] | None = field(default=None, compare=False)
    """What the event tells of how it came about: see `Event.cause`."""

    @property
    def user_id(self) -> int | None:
        return None if self.user is None else self.user.id

    def as_trusted(self) -> "Actor":
        """The same one where his own rights do not count: for what follows from what he may do."""
        known = (self.user, self.origin, self.run_id, self.depth, self.root_id)
        return Actor(*known, trusted=True, cause=self.cause)

    @property
    def is_person(self) -> bool:
        """Whether somebody is bound by his rights on fields and by locks, as whatever runs by itself is not."""
        return self.origin in PEOPLE and not self.trusted

    def scope(self, action: str, form: Form) -> access.Document:
        """The condition on the records with which this actor may do this."""
        lent = self.tried is not None and action != "read"
        return access.EVERYTHING if self.trusted or lent else access.visible(self.user, action, form)


class Member(NamedTuple):
    """An active user, as far as records need one."""

    department_id: int | None


class Sources(Protocol):
    """Reads other rows for the judge; a test may answer from memory."""

    def record(self, form_key: str, record_id: Any) -> Mapping[str, Any] | None:
        """Values and system values of a record of the same app; None for one that may not be read."""

    def records(self, form_key: str, ids: Iterable[Any]) -> frozenset[int]:
        """Of these records of the same app those that may be read."""

    def whole(self, form_key: str, ids: Iterable[Any]) -> Mapping[int, Mapping[str, Any]]:
        """Of these records of the same app those that may be read, each as `record` tells of it."""

    def value(self, form_key: str, record_id: Any, field_key: str) -> Any:
        """What a field of such a record holds; of a look-up what it shows. None for nothing."""

    def members(self, ids: Iterable[Any]) -> Mapping[int, Member]:
        """The active users among these ids."""

    def departments(self, ids: Iterable[Any]) -> frozenset[int]:
        """The departments that exist among these ids."""

    def files(self, form: Form, field: str, record_id: int | None, keys: Iterable[str]) -> frozenset[str]:
        """Of these files those that the field of this record may hold."""


class Database:
    """The sources of one save: what was read once is not read again."""

    def __init__(self, actor: Actor, app: str) -> None:
        self._actor, self._app = actor, app
        self._records: dict[tuple[str, int], Mapping[str, Any] | None] = {}
        self._members: dict[int, Member | None] = {}

    def record(self, form_key: str, record_id: Any) -> Mapping[str, Any] | None:
        if not is_id(record_id):
            return None
        return self.whole(form_key, [record_id]).get(record_id)

    def whole(self, form_key: str, ids: Iterable[Any]) -> Mapping[int, Mapping[str, Any]]:
        asked = {each for each in ids if is_id(each)}
        unknown = {each for each in asked if (form_key, each) not in self._records}
        if unknown:
            self._records |= {(form_key, each): None for each in unknown} | self._read(form_key, unknown)
        found = ((each, self._records[form_key, each]) for each in asked)
        return {each: record for each, record in found if record is not None}

    def _read(self, form_key: str, ids: set[int]) -> dict[tuple[str, int], Mapping[str, Any] | None]:
        form = lookup.form_if_any(self._app, form_key)
        if form is None:
            return {}
        readable = within(form, self._actor.scope("read", form))
        there = db.session.execute(rows.select_all(form).where(table(form).c.id.in_(ids), readable))
        seen = (for_onlooker(self._actor, form, rows.record(form, row)) for row in there)
        return {(form_key, record.id): rows.context(record) for record in seen}

    def records(self, form_key: str, ids: Iterable[Any]) -> frozenset[int]:
        form, asked = lookup.form_if_any(self._app, form_key), [each for each in ids if is_id(each)]
        if form is None or not asked:
            return frozenset()
        own = table(form).c.id
        readable = within(form, self._actor.scope("read", form))
        return frozenset(db.session.scalars(select(own).where(own.in_(asked), readable)))

    def value(self, form_key: str, record_id: Any, field_key: str) -> Any:
        return self._value(form_key, record_id, field_key, MAX_HOPS)

    def _value(self, form_key: str, record_id: Any, field_key: str, hops: int) -> Any:
        record = self.record(form_key, record_id)
        if record is None:
            return None
        looked_up = lookup.form(self._app, form_key).looked_up(field_key)
        if looked_up is None:
            return record.get(field_key)
        picked = record.get(looked_up.through)
        if picked is None or not hops:
            return None
        return self._value(looked_up.form, picked, looked_up.field, hops - 1)

    def members(self, ids: Iterable[Any]) -> Mapping[int, Member]:
        asked = {each for each in ids if is_id(each)}
        user = self._actor.user
        if user is not None and user.active:
            self._members[user.id] = Member(user.department_id)
        unknown = asked - self._members.keys()
        if unknown:
            found = select(User.id, User.department_id).where(User.id.in_(unknown), User.active)
            self._members |= dict.fromkeys(unknown)
            self._members |= {row.id: Member(row.department_id) for row in db.session.execute(found)}
        return {each: member for each in asked if (member := self._members[each]) is not None}

    def departments(self, ids: Iterable[Any]) -> frozenset[int]:
        asked = {each for each in ids if is_id(each)}
        if not asked:
            return frozenset()
        return frozenset(db.session.scalars(select(Department.id).where(Department.id.in_(asked))))

    def files(self, form: Form, field: str, record_id: int | None, keys: Iterable[str]) -> frozenset[str]:
        # What runs by itself writes what people uploaded; who they were does not matter then.
        user = self._actor.user
        sender = files.sender(user) if user is not None and self._actor.is_person else None
        return files.available(keys, form.definition_id, field, record_id, sender)


def for_onlooker(actor: Actor, form: Form, record: Record) -> Record:
    """The record as this actor may judge by it: the true one, save where somebody only looks on."""
    return record if actor.onlooker is None else seen_by(actor.onlooker, form, record)


def seen_by(user: User, form: Form, record: Record) -> Record:
    """The record as if what this person may not see of it were empty."""
    hidden = access.fields(user, form).hidden
    seen = replace(record.without(hidden), withheld={})
    if access.hides_owner(form, hidden):
        seen = replace(seen, owner_id=None, department_id=None)
    return seen


def is_id(value: Any) -> bool:
    """Whether a value can be the id of a row at all."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def allowed(form: Form, document: access.Document, facts: Mapping[str, Any] | None = None) -> Any:
    """A condition over the form's records as SQL."""
    return conditions.where(document, lambda path: rows.column(form, path), facts or {})


def within(form: Form, scope: access.Document) -> Any:
    """What `access.visible` says, as SQL: made once for all who may do the same, for every reading asks it."""
    return _within(form, json.dumps(scope))


@kept(1024)
def _within(form: Form, scope: str) -> Any:
    return allowed(form, json.loads(scope))
