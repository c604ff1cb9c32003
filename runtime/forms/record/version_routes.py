"""The pages of a record's versions: all of them, two beside each other, one that can be brought back."""

import secrets

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.endpoints import id_argument
from runtime.errors import Conflict, Invalid
from runtime.forms import filling
from runtime.forms.doors import record_for
from runtime.forms.record import bringing_back, version_pages
from runtime.forms.record.spot import spot
from runtime.htmx import go_to
from runtime.records import history, query, store, tokens
from runtime.records.models import Event
from runtime.records.rows import Record

blueprint = Blueprint("versions", __name__, url_prefix="/apps/<app>/forms/<form>/<int:record_id>/versions")


@blueprint.get("/")
def index(app: str, form: str, record_id: int) -> str:
    """All versions, the latest first, of which two can be chosen to be compared."""
    found, record = record_for(app, form, record_id, "read")
    known = version_pages.listed(signed_in_user(), found, record, id_argument("before"))
    return render_template("records/versions.html", **known)


@blueprint.get("/compare")
def compare(app: str, form: str, record_id: int) -> str:
    """What differs between the versions `old` and `new`; whichever of them is older stands first."""
    found, record = record_for(app, form, record_id, "read")
    asked = [id_argument(name) or 0 for name in ("old", "new")]
    old, new = (history.version(found, record.id, number) for number in sorted(asked))
    known = version_pages.compared(signed_in_user(), found, record, old, new)
    return render_template("records/compare.html", **known)


@blueprint.get("/<int:number>")
def show(app: str, form: str, record_id: int, number: int) -> Response:
    """What a version held otherwise than the record does now, and what of that can be brought back."""
    found, record = record_for(app, form, record_id, "read")
    return _page(signed_in_user(), found, record, history.version(found, record.id, number))


@blueprint.post("/<int:number>")
def restore(app: str, form: str, record_id: int, number: int) -> Response:
    """Bring the chosen fields of a version back, by a save like any other."""
    user = signed_in_user()
    found, record = record_for(app, form, record_id, "update")
    event = history.version(found, record.id, number)
    once = request.form.get("_once", "")[: filling.TOKEN_LENGTH]
    if once and tokens.record_of(found, user.id, once):  # the button was pressed twice
        return go_to(spot(found, record.id).to())
    plan = bringing_back.chosen(bringing_back.plan(user, found, record, event), request.form.getlist("field"))
    if not plan.values:
        return _page(user, found, record, event, _("Choose at least one field."), 422)
    try:
        saved = store.save(
            bringing_back.actor(user, event),
            found,
            plan.values,
            record_id=record.id,
            revision=filling.revision() or 0,
            token=once or None,
        )
    except (Conflict, Invalid) as error:
        db.session.rollback()
        return _refused(user, found, record, event, error)
    db.session.commit()
    flash(_("Version %(number)s is restored.", number=number) if saved.event_id else _("Nothing changed."))
    return go_to(spot(found, record.id).to())


def _refused(user: User, form: Form, record: Record, event: Event, error: Conflict | Invalid) -> Response:
    """The page again with why nothing was stored, and with the record as it is by now."""
    message = error.message
    if error.code == "stale":
        message = _("Somebody changed this record meanwhile. Look at what differs now, then restore again.")
    return _page(user, form, query.get(user, form, record.id), event, message, error.status)


def _page(
    user: User, form: Form, record: Record, event: Event, problem: str = "", status: int = 200
) -> Response:
    plan = bringing_back.plan(user, form, record, event)
    again = request.method == "POST"
    known = version_pages.one(user, form, record, event, plan)
    ticked = set(request.form.getlist("field")) if again else plan.values.keys() - plan.problems.keys()
    page = render_template(
        "records/version.html", **known, ticked=ticked, problem=problem, once=secrets.token_urlsafe(16)
    )
    return make_response(page, status)
