"""What the page of a record asks for beside filling it: who can be mentioned, and the way through its list."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _

from runtime import access, comments
from runtime.accounts.sessions import signed_in_user
from runtime.definitions.documents import Form
from runtime.forms.doors import record_for
from runtime.forms.filling import reader_for
from runtime.forms.lists import asked as asking
from runtime.forms.lists import views
from runtime.forms.lists.kinds import KINDS
from runtime.forms.options import LONGEST_SEARCH, Offer
from runtime.forms.record.spot import spot
from runtime.htmx import go_to
from runtime.records import query
from runtime.records.rows import Record

blueprint = Blueprint("record", __name__, url_prefix="/apps/<app>/forms/<form>/<int:record_id>")
TOKEN_LENGTH = 80


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
