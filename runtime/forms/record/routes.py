"""What is done on the page of a record beside filling it: comments, and the way through its list."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _

from runtime import access, comments
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, writing
from runtime.definitions.documents import Form
from runtime.endpoints import reads_only
from runtime.errors import Conflict, Invalid
from runtime.forms.doors import record_for
from runtime.forms.filling import reader_for
from runtime.forms.lists import asked as asking
from runtime.forms.lists import views
from runtime.forms.lists.kinds import KINDS
from runtime.forms.options import LONGEST_SEARCH, Offer
from runtime.forms.record import page
from runtime.forms.record.spot import spot
from runtime.forms.record.story import Typed
from runtime.htmx import go_to, is_htmx
from runtime.records import query
from runtime.records.rows import Record

blueprint = Blueprint("record", __name__, url_prefix="/apps/<app>/forms/<form>/<int:record_id>")
TOKEN_LENGTH = 80


@blueprint.post("/comments")
@reads_only
def comment(app: str, form: str, record_id: int) -> Response:
    """Write a comment; htmx gets the timeline with it."""
    found, record = record_for(app, form, record_id, "read")
    text, token = request.form.get("text", ""), request.form.get("_once", "")[:TOKEN_LENGTH]
    try:
        said = comments.read(found, record, text)
        db.session.commit()  # what was read so far; on SQLite others may write until here
        with writing():
            comments.write(signed_in_user(), found, record, said, token or None)
            db.session.commit()
    except (Invalid, Conflict) as error:
        return _refused(found, record, text, error)
    return _after(found, record)


@blueprint.post("/comments/<int:comment_id>")
@reads_only
def change_comment(app: str, form: str, record_id: int, comment_id: int) -> Response:
    """Give a comment of one's own another text, or delete it."""
    found, record = record_for(app, form, record_id, "read")
    text, seen = request.form.get("text", ""), request.form.get("_seen", "")
    comments.own(signed_in_user(), found, record_id, comment_id)
    try:
        said = None if request.form.get("_do") == "delete" else comments.read(found, record, text)
        db.session.commit()  # what was read so far; on SQLite others may write until here
        with writing():
            mine = comments.own(signed_in_user(), found, record_id, comment_id)
            if said is None:
                comments.drop(mine, seen)
            else:
                comments.change(signed_in_user(), found, record, mine, said, seen)
            db.session.commit()
    except (Invalid, Conflict) as error:
        return _refused(found, record, text, error, comment_id)
    return _after(found, record)


@blueprint.get("/people")
def people(app: str, form: str, record_id: int) -> str:
    """Who can be mentioned: those of the people found by the search `q` who may read the record."""
    found, record = record_for(app, form, record_id, "read")
    sought = request.args.get("q", "")[:LONGEST_SEARCH].replace("\x00", "")
    there = comments.offered(found, record, sought)
    offer = Offer(there[: comments.OFFERED], len(there) > comments.OFFERED)
    return render_template("fields/_options.html", key="mention", offer=offer)


@blueprint.get("/next")
def following(app: str, form: str, record_id: int) -> Response:
    """The record that follows in the list that the address tells of."""
    return _neighbour(*record_for(app, form, record_id, "read"), backwards=False)


@blueprint.get("/previous")
def preceding(app: str, form: str, record_id: int) -> Response:
    """The record that comes before in the list that the address tells of."""
    return _neighbour(*record_for(app, form, record_id, "read"), backwards=True)


def _neighbour(form: Form, record: Record, *, backwards: bool) -> Response:
    user, place = signed_in_user(), spot(form, record.id)
    kept = views.kept(user, form, reader_for(user, form).locale)
    hidden = access.fields(user, form).hidden
    asked = asking.read(form, request.args, kept, hidden)
    look = asked.look
    kind = KINDS[look.kind]
    wanted: dict[str, Any] = {
        "condition": kind.condition(look),
        "sort": kind.order(form, look, hidden),
        "search": asked.search,
    }
    found = query.neighbour(user, form, record, backwards=backwards, **wanted)
    if found is None:
        flash(
            _("This is the first record of the list.")
            if backwards
            else _("This is the last record of the list.")
        )
    return go_to(replace(place, record_id=found or record.id).to())


def _refused(form: Form, record: Record, text: str, error: Invalid | Conflict, comment: int = 0) -> Response:
    """The page with what was typed and why it is not stored."""
    db.session.rollback()
    why = error.problems[0].message if isinstance(error, Invalid) else error.message
    return page.show(form, record, typed=Typed(text, why, comment), status=error.status)


def _after(form: Form, record: Record) -> Response:
    """The page after a comment was stored."""
    if is_htmx():
        return page.show(form, record)
    return go_to(spot(form, record.id).to() + "#story")
