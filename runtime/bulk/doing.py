"""What is done with one record of many: through the one write path, with its rules, checks and rights."""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, NamedTuple, TypeVar

from flask_babel import gettext as _
from sqlalchemy import func, select

from runtime import access
from runtime.bulk.models import Bulk, BulkItem
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict
from runtime.records import deletion, restoring, store, trash
from runtime.records.models import Event
from runtime.records.sources import Actor
from runtime.records.taking_back import take_back
from runtime.records.tokens import Saved
from runtime.records.wording import said


class Done(NamedTuple):
    """What became of a record: done or same, the event, and what is to be told of it."""

    state: str
    event_id: int | None
    why: str = ""


def do(actor: Actor, form: Form, bulk: Bulk, item: BulkItem, event: Event | None) -> Done:
    """Do it, or take back the event; Invalid, Conflict, Forbidden or NotFound where it cannot be done."""
    if bulk.action == "change":
        return _change(actor, form, bulk, item)
    if bulk.action == "delete":
        return _delete(actor, form, item)
    return _take_back(actor, form, event)


def _change(actor: Actor, form: Form, bulk: Bulk, item: BulkItem) -> Done:
    def save(revision: int | None) -> Saved:
        return store.save(actor, form, bulk.values, record_id=item.record_id, revision=revision)

    saved = _unless_changed(actor, form, item, frozenset(bulk.values), save)
    if unset := [key for key, value in bulk.values.items() if saved.values.get(key) != value]:
        raise Conflict(
            _(
                "Not set, for it is locked or hidden in this record: %(fields)s.",
                fields=_titles(form, actor, unset),
            ),
            code="unset",
        )
    return Done("same" if saved.event_id is None else "done", saved.event_id)


def _delete(actor: Actor, form: Form, item: BulkItem) -> Done:
    seen = form.fields.keys() - access.fields(actor.user, form).hidden

    def delete(revision: int | None) -> None:
        deletion.delete(actor, form, item.record_id, revision=revision)

    _unless_changed(actor, form, item, seen, delete)
    return Done("done", _last(form, item.record_id))


Result = TypeVar("Result")


def _unless_changed(
    actor: Actor, form: Form, item: BulkItem, keys: Set[str], write: Callable[[int | None], Result]
) -> Result:
    """What `write` gives for the revision that the person saw, or for any where nobody changed one of the fields since;
    Conflict where somebody did.
    """
    try:
        return write(item.revision)
    except Conflict as error:
        if error.code != "stale":
            raise
    _refuse_changed(actor, form, item, keys)  # nothing was written yet, and the record is locked
    return write(None)


def _refuse_changed(actor: Actor, form: Form, item: BulkItem, keys: Set[str]) -> None:
    """Conflict where somebody changed one of these fields since the person looked."""
    own = (Event.form_id == form.definition_id, Event.record_id == item.record_id)
    later = (Event.revision > (item.revision or 0), Event.kind != "deleted")
    found = dict.fromkeys(
        key for each in db.session.scalars(select(Event.changed).where(*own, *later)) for key in each
    )
    if touched := [key for key in found if key in keys]:
        titles = _titles(form, actor, touched)
        raise Conflict(_("Somebody changed this meanwhile: %(fields)s.", fields=titles), code="stale")


def _last(form: Form, record_id: int) -> int | None:
    own = (Event.form_id == form.definition_id, Event.record_id == record_id)
    return db.session.scalar(select(func.max(Event.id)).where(*own))


def _take_back(actor: Actor, form: Form, event: Event | None) -> Done:
    if event is None:
        raise Conflict(_("What was before is no longer known."), code="unknown")
    if event.kind == "deleted":
        return _bring_back(actor, form, event)
    saved, others = take_back(actor, form, event)
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


def _titles(form: Form, actor: Actor, keys: Iterable[str]) -> str:
    """The fields as the person may know of them."""
    hidden = access.fields(actor.user, form).hidden
    seen: Mapping[str, Any] = form.fields
    names = (said(seen[key].title) for key in keys if key in seen and key not in hidden)
    return ", ".join(names) or str(_("a hidden field"))
