"""Bringing deleted records back: the row, its rows and links, what counts it, its timers; or why that cannot be."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from runtime import access, times
from runtime.db import db
from runtime.definitions import lookup, roll_ups
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Invalid
from runtime.records import changes, rows, search, subtables, trash, unique
from runtime.records import judge as judging
from runtime.records import roll_ups as held
from runtime.records.models import Event, Trashed
from runtime.records.rows import Values
from runtime.records.sources import Actor, Database
from runtime.records.tables import kept, stored, table
from runtime.records.wording import said


def restore(actor: Actor, form: Form, row: Trashed) -> tuple[str, ...]:
    """Bring a record back from the trash, with all that was deleted along with it; never commits.

    It holds what it held; rules and checks wait for its next edit. A reference to what is gone is left empty: the
    titles of such fields are given back. Conflict("reference_gone") where that field is required, Invalid where
    another record has one of its unique values by now; then nothing is changed.
    """
    with db.session.begin_nested():
        return _restore(actor, form, row)


def _restore(actor: Actor, form: Form, row: Trashed) -> tuple[str, ...]:
    back = _Back(actor, form, row.record_id)
    values = back.values(subtables.kept_values(form, row.values))
    _refuse_taken(actor, form, values)
    try:
        with db.session.begin_nested():
            _insert(actor, form, row, values)
            _insert_former(back, form, row)
            trash.forget(row)
            changes.note(actor, form, "restored", row.record_id, row.revision + 1, {}, values)
    except IntegrityError:  # somebody deletes at this moment what it points to, or takes a value of its own
        _refuse_taken(actor, form, values)
        raise Conflict(_("Somebody else saved at the same moment. Please try again."), code="busy") from None
    if roll_ups.of(form):
        held.count(form, [row.record_id])
    return (*back.emptied, *_restore_along(actor, row))


def _restore_along(actor: Actor, row: Trashed) -> tuple[str, ...]:
    """Bring back what went with the record; what belongs to no form that is in use waits for its own end."""
    emptied: list[str] = []
    for each in trash.along(row.id):
        other = lookup.form_by_id_if_any(each.form_id)
        if other is None:
            trash.stand_alone(each)
        else:
            emptied += _restore(actor.as_trusted(), other, each)
    return tuple(emptied)


def _refuse_taken(actor: Actor, form: Form, values: Values) -> None:
    if problems := unique.taken(form, values, None, {}, access.fields(actor.user, form).hidden):
        raise Invalid(problems)


def _insert(actor: Actor, form: Form, row: Trashed, values: Values) -> None:
    columns = {
        **rows.to_columns(form, values, stored(form)),
        "id": row.record_id,
        "revision": row.revision + 1,
        "version_id": row.version_id,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "updated_at": times.now(),
        "updated_by": actor.user_id,
        "owner_id": row.owner_id,
        "department_id": row.department_id,
        "search_text": search.text_of(form, values),
    }
    db.session.execute(insert(table(form)), columns)
    subtables.bring_back(form, row.record_id, values)


def _insert_former(back: "_Back", form: Form, row: Trashed) -> None:
    """Write what the record held in fields that left the form since it was deleted: records that were not deleted
    keep that, too, for a conversion, or until the field comes back.
    """
    if row.values.keys() <= set(kept(form)):
        return
    then = _form_then(row)
    own, gone = table(then), stored(then).keys() - form.fields.keys()
    values = back.still_there(then, {key: row.values[key] for key in gone if key in row.values})
    if values:
        columns = rows.to_columns(then, values, values)
        db.session.execute(update(own).where(own.c.id == row.record_id), columns)


def _form_then(row: Trashed) -> Form:
    """The form as it was when the record was deleted."""
    own = (Event.form_id == row.form_id, Event.record_id == row.record_id, Event.kind == "deleted")
    last = select(func.max(Event.id)).where(*own).scalar_subquery()
    return lookup.form_of_version(db.session.scalars(select(Event.version_id).where(Event.id == last)).one())


class _Back:
    """What a record can hold again: nothing that points to what is gone. `emptied` are the titles of such fields."""

    def __init__(self, actor: Actor, form: Form, record_id: int) -> None:
        self._sources = Database(actor.as_trusted(), form.app)
        self._form, self._record_id = form, record_id
        self._hidden = access.fields(actor.user, form).hidden
        self.emptied: list[str] = []

    def values(self, values: Values) -> Values:
        """The values that can be kept; Conflict where one that is required cannot."""
        found = self._pointing(self._form, values, "")
        for key, of_rows in self._form.rows.items():
            if key in found:
                found[key] = [self._pointing(of_rows, row, f"{key}.") for row in found[key]]
        self.emptied = list(dict.fromkeys(self.emptied))
        return found

    def still_there(self, then: Form, values: Values) -> Values:
        """Of the values of fields that the form had then those that can be kept: nothing is refused for their sake."""
        listed, single = (judging.pointers(then, kind) for kind in ("references", "reference"))
        found = {key: value for key, value in values.items() if key not in listed}  # nobody keeps their links
        return {
            key: value for key, value in found.items() if key not in single or self._left(then, key, value)
        }

    def _pointing(self, form: Form, values: Mapping[str, Any], place: str) -> Values:
        found = dict(values)
        for kind in ("reference", "references"):
            for key in judging.pointers(form, kind):
                if key in found and (left := self._left(form, key, found[key])) != found[key]:
                    found[key] = left
                    self._note(form, key, place, empty=not left)
        return {key: value for key, value in found.items() if value not in (None, [])}

    def _left(self, form: Form, key: str, value: Any) -> Any:
        """What of a reference is still there; all of one into a form that is out of use."""
        target = str(form.fields[key].options["form"])
        if lookup.form_if_any(form.app, target) is None:
            return value
        there = self._sources.records(target, value if isinstance(value, list) else [value])
        if target == self._form.key:
            there |= {self._record_id}
        if isinstance(value, list):
            return [each for each in value if each in there]
        return value if value in there else None

    def _note(self, form: Form, key: str, place: str, *, empty: bool) -> None:
        is_hidden = {f"{place}{key}", place.removesuffix(".")} & self._hidden
        title = _("a hidden field") if is_hidden else said(form.fields[key].title)
        if empty and form.fields[key].required:
            raise Conflict(
                _("What “%(field)s” of it points to is no longer there. Bring that back first.", field=title),
                code="reference_gone",
            )
        self.emptied.append(title)
