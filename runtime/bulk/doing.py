"""What is done with one record of many: through the one write path, with its rules, checks and rights."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select

from runtime import access
from runtime.bulk.models import Bulk, BulkItem
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict
from runtime.records import changes, deletion, restoring, store, trash
from runtime.records.models import Event
from runtime.records.sources import Actor
from runtime.records.wording import said


class Done(NamedTuple):
    """What became of a record: done or same, the event, and what is to be told of it."""

    state: str
    event_id: int | None
    why: str = ""


def do(actor: Actor, form: Form, bulk: Bulk, item: BulkItem) -> Done:
    """Do it; Invalid, Conflict, Forbidden or NotFound where it cannot be done."""
    if bulk.action == "change":
        return _change(actor, form, bulk, item.record_id)
    if bulk.action == "delete":
        return _delete(actor, form, bulk, item.record_id)
    return _take_back(actor, form, item)


def _change(actor: Actor, form: Form, bulk: Bulk, record_id: int) -> Done:
    changes.locked(actor, form, record_id, "update")
    _refuse_changed(actor, form, record_id, bulk.seen, bulk.values.keys())
    saved = store.save(actor, form, bulk.values, record_id=record_id)
    if unset := [key for key, value in bulk.values.items() if saved.values.get(key) != value]:
        raise Conflict(
            _(
                "Not set, for it is locked or hidden in this record: %(fields)s.",
                fields=_titles(form, actor, unset),
            ),
            code="unset",
        )
    return Done("same" if saved.event_id is None else "done", saved.event_id)


def _delete(actor: Actor, form: Form, bulk: Bulk, record_id: int) -> Done:
    changes.require_right(actor, form, record_id, "delete")
    deletion.delete(actor, form, record_id)
    _refuse_changed(actor, form, record_id, bulk.seen, None)
    return Done("done", _last(form, record_id))


def _refuse_changed(actor: Actor, form: Form, record_id: int, seen: int, keys: Iterable[str] | None) -> None:
    """Conflict where somebody changed these fields, or with None any, since the person looked."""
    own = (Event.form_id == form.definition_id, Event.record_id == record_id, Event.id > seen)
    told = select(Event.changed).where(*own, Event.kind != "deleted")
    found = dict.fromkeys(key for each in db.session.scalars(told) for key in each)
    touched = [key for key in found if keys is None or key in set(keys)]
    if touched:
        titles = _titles(form, actor, touched)
        raise Conflict(_("Somebody changed this meanwhile: %(fields)s.", fields=titles), code="stale")


def _last(form: Form, record_id: int) -> int | None:
    own = (Event.form_id == form.definition_id, Event.record_id == record_id)
    return db.session.scalar(select(func.max(Event.id)).where(*own))


def _take_back(actor: Actor, form: Form, item: BulkItem) -> Done:
    event = db.session.get(Event, item.undoes)
    if event is None:
        raise Conflict(_("What was before is no longer known."), code="unknown")
    if event.kind == "deleted":
        return _bring_back(actor, form, event)
    record = changes.locked(actor, form, event.record_id, "update")
    before, after = event.before or {}, event.after or {}
    mine = [key for key in event.changed if _may_write(actor, form, key)]
    now = record.whole
    left = [key for key in mine if now.get(key) == after.get(key)]
    others = [key for key in mine if now.get(key) not in (after.get(key), before.get(key))]
    saved = store.save(actor, form, {key: before.get(key) for key in left}, record_id=record.id)
    others += [key for key in left if saved.values.get(key) != before.get(key)]
    if not others:
        return Done("same" if saved.event_id is None else "done", saved.event_id)
    why = _("Stays, for it was changed since: %(fields)s.", fields=_titles(form, actor, others))
    if saved.event_id is None:
        raise Conflict(why, code="stale")
    return Done("done", saved.event_id, why)


def _bring_back(actor: Actor, form: Form, event: Event) -> Done:
    row = trash.one(actor, form, event.record_id)
    if row.revision != event.revision:
        raise Conflict(_("It came back and was deleted again since."), code="stale")
    emptied = restoring.restore(actor, form, row)
    why = _("What these pointed to is gone, so they are empty now: %(fields)s.", fields=", ".join(emptied))
    return Done("done", _last(form, event.record_id), why if emptied else "")


def _may_write(actor: Actor, form: Form, key: str) -> bool:
    one = form.fields.get(key)
    closed = access.fields(actor.user, form).closed
    return one is not None and one.type.writable and key not in form.rows and key not in closed


def _titles(form: Form, actor: Actor, keys: Iterable[str]) -> str:
    """The fields as the person may know of them."""
    hidden = access.fields(actor.user, form).hidden
    seen: Mapping[str, Any] = form.fields
    names = (said(seen[key].title) for key in keys if key in seen and key not in hidden)
    return ", ".join(names) or str(_("a hidden field"))
