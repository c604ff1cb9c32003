"""A cell of a list is edited where it stands: its editor, its save, the row that is drawn anew, and the way back.

It is the filling of one field of a stored record, and goes the way of every other filling.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from runtime import access
from runtime.accounts.models import User
from runtime.db import db, writing
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, NotFound
from runtime.fields import Reader
from runtime.forms import conflict, filling, one_section, pages, state
from runtime.forms.lists import asked as asking
from runtime.forms.lists import grouping, listing, views
from runtime.forms.lists.moving import said, stays
from runtime.forms.lists.pages import may_choose
from runtime.forms.lists.places import Asked, Places
from runtime.forms.names import titles_for
from runtime.forms.pages import Addresses, Filling, Looks
from runtime.htmx import reswap, retarget, trigger
from runtime.records import query, store, taking_back
from runtime.records.models import Event
from runtime.records.rows import Record
from runtime.text import localized
from runtime.times import now


def cell(whole: Filling, key: str) -> Filling:
    """The filling of one field in a cell. NotFound for a field that the person may not know of, Forbidden for one that
    nobody types or that he may only read.
    """
    one = whole.form.fields.get(key)
    if one is None or not one.type.stored or key in whole.rights.hidden:
        raise NotFound(_("There is no such field."))
    title = localized(one.title, whole.reader.locale)
    if not one.type.writable:
        raise Forbidden(_("%(field)s is filled in by itself.", field=title))
    if key in whole.rights.closed:
        raise Forbidden(_("You may not change %(field)s.", field=title))
    others = [each for each in whole.entry.raw if each != key]
    return replace(
        whole,
        entry=conflict.without(whole.entry, others),
        elsewhere=_addresses(whole, key),
        draw=lambda one, looks, known, status: _editor(one, key, looks, known, status),
    )


def _addresses(whole: Filling, key: str) -> Addresses:
    assert whole.record is not None
    place: dict[str, Any] = {"app": whole.form.app, "form": whole.form.key}
    own = _in_list(url_for("cells.save", **place, record_id=whole.record.id, field=key))
    options = url_for("forms.options_of", **place, field="")
    return Addresses(own, "", options, Places(whole.form, _asked(whole.user, whole.form, whole.reader)).to())


def _in_list(address: str) -> str:
    """The address with the state of the list, as this request named it."""
    return f"{address}?{urlencode(request.args.to_dict())}"


def _asked(user: User, form: Form, reader: Reader) -> Asked:
    """The list in which the cell stands, as the address of the request names it; read once in a request."""
    if "list_of_cell" not in g:
        hidden = access.fields(user, form).hidden
        g.list_of_cell = asking.read(form, request.args, views.kept(user, form, reader.locale), hidden)
    found: Asked = g.list_of_cell
    return found


def require_open(one: Filling, key: str) -> None:
    """Forbidden where a rule hides, locks or sets the field in this record."""
    judged = one.judged
    if key not in judged.visible - judged.locked - judged.overruled:
        raise Forbidden(stays(one.form, key, one.reader))


def elsewhere(one: Filling, key: str) -> str:
    """The address of the section of the record that holds the field, which leads back to the list."""
    assert one.record is not None
    held = (s.key for s in one.form.layout if any(each.field == key for row in s.rows for each in row))
    place = url_for("forms.edit_record", app=one.form.app, form=one.form.key, record_id=one.record.id)
    back = Places(one.form, _asked(one.user, one.form, one.reader)).to()
    return f"{place}?{urlencode({'section': next(held, ''), 'back': back})}#{key}"


def _editor(one: Filling, key: str, looks: Looks, known: Mapping[str, Any], status: int) -> Response:
    """The control of the field as a form of its own."""
    shown = state.shown(replace(pages.situation(one, looks), in_cell=True), key)
    shown = replace(shown, key=f"cell-{key}", posts=key, help="", was=None, picked=None)
    html = render_template(
        "records/_cell.html",
        form=one.form,
        record=one.record,
        title=query.title(one.form, one.record) if one.record else "",
        field=shown,
        to=one.addresses.save,
        **{**known, **one_section.told(one, {"", key}, known)},
    )
    return make_response(html, status)


def kept(one: Filling, key: str) -> Response:
    """Save the cell and answer with its row, drawn anew; Conflict where a rule keeps the field, and all that a save
    raises.
    """
    assert one.record is not None
    db.session.commit()  # what was read so far; on SQLite others may write until here
    with writing():
        saved = filling.write(one)
        if not conflict.is_same(one.entry.values.get(key), saved.values.get(key)):
            raise Conflict(stays(one.form, key, one.reader), code="kept")
        db.session.commit()
    if saved.event_id is None:
        return row(one.user, one.form, one.record, one.reader)
    names = titles_for(one.user, one.form, [one.form.fields[key]], [saved.values])
    told = said(one.form, one.record, key, saved.values.get(key), one.reader, names)
    return row(one.user, one.form, one.record, one.reader, told, saved.revision)


def row(
    user: User, form: Form, before: Record, reader: Reader, told: str = "", revision: int | None = None
) -> Response:
    """The row of a record in the place where it stood, the headings and figures that the change of what was `before`
    makes others, and what to tell. `revision` is that of a change which may be taken back. A row that the person may
    read no more goes.
    """
    event: dict[str, Any] = {"record": before.id, "text": told}
    if revision is not None:
        place = _in_list(url_for("cells.undo", app=form.app, form=form.key, record_id=before.id))
        event |= {"undo": place, "revision": revision, "label": str(_("Undo"))}
    try:
        html, swap = _drawn(user, form, before, query.get(user, form, before.id), reader), "outerHTML"
    except NotFound:
        html, swap = "", "delete"
    return trigger(retarget(make_response(html), f"#row-{before.id}", swap), {"fw:cell": event})


def _drawn(user: User, form: Form, before: Record, record: Record, reader: Reader) -> str:
    asked = _asked(user, form, reader)
    return render_template(
        "records/_row.html",
        form=form,
        list=listing.one_row(user, form, asked, record, reader),
        may_choose=may_choose(user, form),
        retold=grouping.retold(user, form, asked, before.values, record.values, reader),
    )


def take_back(user: User, form: Form, record: Record, revision: int | None) -> None:
    """Give the record the values from before this person's change that made this revision, within a day; Conflict where
    somebody changed one of them since. What an automation wrote in his name is not his change.
    """
    own = (Event.form_id == form.definition_id, Event.record_id == record.id, Event.revision == revision)
    his = (
        Event.user_id == user.id,
        Event.kind == "updated",
        Event.origin == "page",
        Event.at > now() - taking_back.UNDO_FOR,
    )
    event = db.session.scalar(select(Event).where(*own, *his))
    if event is None:
        raise NotFound(_("What was before is no longer known."))
    _saved, others = taking_back.take_back(store.Actor(user=user, origin="page"), form, event)
    if others:
        raise Conflict(_("It was not taken back: somebody changed it since."), code="stale")


def refused(text: str, status: int) -> Response:
    """The page as it is, and why nothing was taken back."""
    return trigger(reswap(make_response("", status), "none"), {"fw:toast": {"text": text}})
