"""What of an older version of a record can be brought back: the values for a save, and why the rest is left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.fields import Field, ValueType
from runtime.forms.record.differences import State, compared
from runtime.records import store, subtables
from runtime.records.models import Event
from runtime.records.rows import Record, Values, seen
from runtime.records.sources import Actor, Database
from runtime.text import localized

_REFERENCES = ("reference", "references")


@dataclass(frozen=True)
class Left:
    """Something that stays as it is now, or comes back in part: which field, and why."""

    title: str
    why: str


@dataclass(frozen=True)
class Plan:
    """`values` are what a save would be given, by field; `left` is what it would not bring back, `problems` what would
    stop it, by field.
    """

    values: Values = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict)


def state_of(user: User, form: Form, event: Event) -> State:
    """The values of a version, as far as this person may see them."""
    return seen(event.after, access.fields(user, form).hidden)


def plan(user: User, form: Form, record: Record, event: Event) -> Plan:
    """How this version can be brought back to what the record is now. Nothing is written."""
    case = _Case(user, form, record)
    then = state_of(user, form, event)
    values = {}
    for one in compared(form):
        if one.key in case.rights.hidden:
            continue
        wanted, now = case.available(one, then.get(one.key)), case.now(one)
        if wanted != now and case.may_write(one):
            values[one.key] = wanted
    judged = store.judge(Actor(user, "page"), form, values, record=record)
    for key in [key for key in values if not _is_free(key, values, judged)]:
        case.leave(form.fields[key], _("a rule of the form decides on it now"))
        del values[key]
    removed = _removed(user, form, event)
    problems = {str(each.path[0]): each for each in reversed(judged.problems) if each.path}
    return Plan(values, (*case.left, *removed), {key: problems[key] for key in values if key in problems})


def actor(user: User, event: Event) -> Actor:
    """Who saves what is brought back: the timeline tells from which version it came."""
    return Actor(user, "page", cause={"version": event.revision})


def _is_free(key: str, values: Values, judged: store.Judged) -> bool:
    hidden = key not in judged.visible and values[key] is not None
    return not hidden and key not in judged.ignored and key not in judged.overruled


def _removed(user: User, form: Form, event: Event) -> list[Left]:
    """The fields of the version that are no longer in the form, as far as the person might see them then."""
    if all(key in form.fields for key in event.after):
        return []
    then = lookup.form_of_version(event.version_id)
    rights = access.fields(user, then)
    gone = [one for key, one in then.fields.items() if key in event.after and key not in form.fields]
    why = str(_("the field is no longer in the form"))
    return [Left(localized(one.title, user.locale), why) for one in gone if one.key not in rights.hidden]


class _Case:
    """One record, for whose fields values of another version are looked at; `left` gathers what cannot be had."""

    def __init__(self, user: User, form: Form, record: Record) -> None:
        self._user, self._form, self._record = user, form, record
        self._sources = Database(Actor(user, "page"), form.app)
        self._values = subtables.kept_values(form, record.values)
        self.rights = access.fields(user, form)
        self.left: list[Left] = []

    def leave(self, one: Field, why: str, place: str = "") -> None:
        """Tell that something of a field does not come back."""
        left = Left(place + localized(one.title, self._user.locale), str(why))
        if left not in self.left:
            self.left.append(left)

    def now(self, one: Field) -> Any:
        """What the field holds now; of rows only what a save would be given."""
        value = self._values.get(one.key)
        return self._rows(one, value) if one.key in self._form.rows else value

    def may_write(self, one: Field) -> bool:
        """Whether the person can give the field a value; if not, the others of the page say why."""
        if not one.type.writable:
            return False
        if one.key in self.rights.closed:
            self.leave(one, _("you may not change it"))
            return False
        return True

    def available(self, one: Field, value: Any) -> Any:
        """What of a value there still is; where nothing of it is, what the field holds now."""
        if one.key in self._form.rows:
            return self._rows_back(one, value)
        left = self._still_there(self._form, one, value)
        if left == value:
            return value
        self.leave(one, _gone(one))
        return left or self._values.get(one.key)

    def _still_there(self, form: Form, one: Field, value: Any) -> Any:
        if value is None:
            return None
        if one.type.value_type is ValueType.FILES:
            there: Iterable[Any] = self._sources.files(form, one.key, self._record.id, value)
            return [each for each in value if each in set(there)]
        if one.type.name not in _REFERENCES:
            return value
        asked = value if isinstance(value, list) else [value]
        found = self._sources.records(str(one.options["form"]), asked)
        if isinstance(value, list):
            return [each for each in value if each in found]
        return value if value in found else None

    def _rows_back(self, one: Field, value: Any) -> Any:
        """The rows of the version: those that are there still under their id, the others as new ones."""
        there = {row["id"]: row for row in self._values.get(one.key, ())}
        found = []
        for number, row in enumerate(value or (), start=1):
            place = _(
                "%(title)s, row %(number)s", title=localized(one.title, self._user.locale), number=number
            )
            cells = self._cells_back(one, row, there.get(row["id"], {}), f"{place}, ")
            found.append({**({"id": row["id"]} if row["id"] in there else {}), **cells})
        return self._rows(one, found)

    def _cells_back(self, one: Field, row: Values, now: Values, place: str) -> Values:
        of_rows, found = self._form.rows[one.key], dict(row)
        for key, value in row.items():
            column = of_rows.fields.get(key)
            if column is None or (left := self._still_there(of_rows, column, value)) == value:
                continue
            self.leave(column, _gone(column), place)
            found[key] = left or now.get(key)
        return found

    def _rows(self, one: Field, rows: Any) -> Any:
        """Rows as a save is given them: every column that the person may write, and no other."""
        closed = self.rights.of_rows(one.key).closed
        columns = [
            key
            for key, column in self._form.rows[one.key].fields.items()
            if column.type.writable and column.type.stored and key not in closed
        ]
        return [
            {**({"id": row["id"]} if "id" in row else {}), **{key: row.get(key) for key in columns}}
            for row in rows or ()
        ] or None


def _gone(one: Field) -> str:
    if one.type.value_type is ValueType.FILES:
        return str(_("a file of it is gone"))
    return str(_("what it pointed to is not available any more"))


def chosen(found: Plan, keys: Iterable[str]) -> Plan:
    """The same plan for these fields alone."""
    wanted = set(keys)
    return replace(found, values={key: value for key, value in found.values.items() if key in wanted})
