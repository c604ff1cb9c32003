"""Takes back one change of a record: a save of what was before, where nobody has changed it since."""

from runtime import access
from runtime.definitions.documents import Form
from runtime.records import changes, store
from runtime.records.models import Event
from runtime.records.sources import Actor
from runtime.records.tokens import Saved


def take_back(actor: Actor, form: Form, event: Event) -> tuple[Saved, list[str]]:
    """Save what these fields held before the change; and the keys of those that stay, for they were changed since or a
    rule keeps them. The caller commits. Raises what a save raises.
    """
    record = changes.locked(actor, form, event.record_id, "update")
    before, after = event.before or {}, event.after or {}
    mine = [key for key in event.changed if _may_write(actor, form, key)]
    now = record.whole
    left = [key for key in mine if now.get(key) == after.get(key)]
    others = [key for key in mine if now.get(key) not in (after.get(key), before.get(key))]
    saved = store.save(actor, form, {key: before.get(key) for key in left}, record_id=record.id)
    return saved, others + [key for key in left if saved.values.get(key) != before.get(key)]


def _may_write(actor: Actor, form: Form, key: str) -> bool:
    one = form.fields.get(key)
    closed = access.fields(actor.user, form).closed
    return one is not None and one.type.writable and key not in form.rows and key not in closed
