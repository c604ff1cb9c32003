"""Takes back one change of a record: a save of what was before, where nobody has changed it since."""

from typing import Any

from runtime import access
from runtime.definitions.documents import Form
from runtime.errors import Conflict
from runtime.records import changes, store
from runtime.records.models import Event
from runtime.records.rows import Values
from runtime.records.sources import Actor
from runtime.records.tables import stored
from runtime.records.tokens import Saved


def take_back(actor: Actor, form: Form, event: Event) -> tuple[Saved, list[str]]:
    """Save what these fields held before the change; and the keys of those that stay, for they were changed since or a
    rule keeps them. The caller commits. Raises what a save raises.
    """
    closed = access.fields(actor.user, form).closed
    mine = [key for key in event.changed if _may_write(form, key, closed)]
    try:
        return _saved(actor, form, event, mine, event.revision)
    except Conflict as error:
        if error.code != "stale":
            raise
    # Nothing was written yet: somebody changed the record since, but perhaps not these fields.
    now = changes.locked(actor, form, event.record_id, "update").whole
    before, after = event.before or {}, event.after or {}
    left = [key for key in mine if now.get(key) == after.get(key)]
    others = [key for key in mine if now.get(key) not in (after.get(key), before.get(key))]
    saved, unset = _saved(actor, form, event, left, None)
    return saved, others + unset


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


def _may_write(form: Form, key: str, closed: frozenset[str]) -> bool:
    one = form.fields.get(key)
    return one is not None and one.type.writable and key not in closed
