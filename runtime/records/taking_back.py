"""Takes back one change of a record: a save of what was before, where nobody has changed it since.

Somebody takes back his own save, and all of it: also fields and cells that changed or went by it and that he does not
see or may not write (any more). To leave those would lose them, and to call the rest taken back would be untrue.
"""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from runtime import access
from runtime.access import FieldRights
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Invalid, Problem
from runtime.records import changes, store
from runtime.records.models import Event
from runtime.records.rows import Values
from runtime.records.sources import Actor
from runtime.records.tables import stored
from runtime.records.tokens import Saved

UNDO_FOR = timedelta(days=1)
"""For how long a change can be taken back."""


def take_back(actor: Actor, form: Form, event: Event) -> tuple[Saved, list[str]]:
    """Save what these fields held before the actor's change; and the keys of those that stay, as far as he sees them,
    for they were changed since or a rule keeps them. The caller commits. Raises what a save raises, and tells nothing
    of a field that is hidden from him. What a rule locks by now stays in any case.
    """
    rights = access.fields(actor.user, form)
    mine = [key for key in event.changed if key in form.fields and form.fields[key].type.writable]
    if not _is_beyond(form, mine, rights):
        return _taken_back(actor, actor, form, event, mine)
    locked = _locked(actor, form, event.record_id)
    free = [key for key in mine if key not in locked]
    try:
        saved, others = _taken_back(actor, actor.as_trusted(), form, event, free)
    except Invalid as error:
        raise Invalid(_seen(error.problems, rights)) from None
    staying = {*others, *locked.intersection(mine)}
    return saved, [key for key in mine if key in staying - rights.hidden]


def _locked(actor: Actor, form: Form, record_id: int) -> frozenset[str]:
    """What rules keep everybody from changing as the record stands now, but for what they set themselves: of a table of
    which they lock a cell, all. The record is locked until the commit. NotFound, Forbidden where the actor may not
    change it.
    """
    record = changes.locked(actor, form, record_id, "update")
    found = store.judge(actor, form, {}, record=record, rights=access.EVERY_FIELD, as_stored=True)
    tables = {key for key, rows in found.rows.items() if any(row.locked - row.overruled for row in rows)}
    return (found.locked - found.overruled) | tables


def _is_beyond(form: Form, keys: list[str], rights: FieldRights) -> bool:
    """Whether some of these fields, or columns of them, are not the person's to write."""
    return any(key in rights.closed or (key in form.rows and rights.of_rows(key).closed) for key in keys)


def _taken_back(
    actor: Actor, writer: Actor, form: Form, event: Event, mine: list[str]
) -> tuple[Saved, list[str]]:
    try:
        return _saved(writer, form, event, mine, event.revision)
    except Conflict as error:
        if error.code != "stale":
            raise
    # Nothing was written yet: somebody changed the record since, but perhaps not these fields.
    now = changes.locked(actor, form, event.record_id, "update").whole
    before, after = event.before or {}, event.after or {}
    left = [key for key in mine if now.get(key) == after.get(key)]
    others = [key for key in mine if now.get(key) not in (after.get(key), before.get(key))]
    saved, unset = _saved(writer, form, event, left, None)
    return saved, others + unset


def _seen(problems: list[Problem], rights: FieldRights) -> list[Problem]:
    """The problems at fields that the person sees; where there are none, one that names no field."""
    seen = [each for each in problems if not _places(each) & rights.hidden]
    return seen or [Problem((), "stays", _("What was before does not fit the form any more."))]


def _places(found: Problem) -> set[str]:
    """The field, and the column, that a problem is at."""
    path = [str(each) for each in found.path]
    return {*path[:1], *([f"{path[0]}.{path[2]}"] if len(path) > 2 else [])}


def _saved(
    actor: Actor, form: Form, event: Event, keys: list[str], revision: int | None
) -> tuple[Saved, list[str]]:
    before = event.before or {}
    wanted = {key: _rows(form, key, before.get(key)) for key in keys}
    saved = store.save(actor, form, wanted, record_id=event.record_id, revision=revision)
    return saved, [key for key in keys if not _is_same(form, key, saved.values.get(key), before.get(key))]


def _rows(form: Form, key: str, value: Any) -> Any:
    """The rows of a sub-table with every cell that can be written, blank ones too; any other value as it is. A row that
    is gone by now comes back as a new one.
    """
    if key not in form.rows or not value:
        return value
    columns = [name for name, one in stored(form.rows[key]).items() if one.type.writable]
    return [{"id": row.get("id"), **{name: row.get(name) for name in columns}} for row in value]


def _is_same(form: Form, key: str, one: Any, other: Any) -> bool:
    if key not in form.rows or not one or not other:
        return bool(one == other)
    return [_cells(row) for row in one] == [_cells(row) for row in other]


def _cells(row: Values) -> Values:
    return {name: cell for name, cell in row.items() if name != "id"}
