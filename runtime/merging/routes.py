"""The page on which records are merged: side by side, whose value each field gets, and what moves."""

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from runtime import access
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.forms.doors import form_for
from runtime.forms.filling import reader_for, titles_of
from runtime.htmx import go_to
from runtime.merging import asking, doing
from runtime.records import tokens

blueprint = Blueprint("merging", __name__, url_prefix="/apps")


@blueprint.get("/<app>/forms/<form>/merge")
def ask(app: str, form: str) -> Response:
    """Ask which of the records that the address names stays, and whose values it gets."""
    user, found = signed_in_user(), _form(app, form)
    try:
        return make_response(_page(user, found))
    except Conflict as error:
        return _to_list(found, error)


@blueprint.post("/<app>/forms/<form>/merge")
def merge(app: str, form: str) -> Response:
    """Merge them as it was chosen, or only show the page for another record that stays."""
    user, found = signed_in_user(), _form(app, form)
    if request.form.get("do") != "merge":
        state = [("record", each) for each in request.form.getlist("record")]
        here = url_for("merging.ask", app=app, form=form)
        return go_to(f"{here}?{urlencode([*state, ('into', request.form.get('into', ''))])}")
    if done := _done(user, found):
        return go_to(_address(found, done))
    try:
        wish = asking.wish(user, found, asking.records(user, found, request.form.getlist("record")))
        saved = doing.merge(user, found, wish)
    except (Conflict, Invalid, Forbidden, NotFound) as error:
        db.session.rollback()
        return _refused(user, found, error)
    db.session.commit()
    flash(
        ngettext(
            "The records are merged. The other one is in the trash.",
            "The records are merged. The other %(num)d are in the trash.",
            len(wish.others),
        )
    )
    return go_to(_address(found, saved.id))


def _refused(user: User, form: Form, error: Conflict | Invalid | Forbidden | NotFound) -> Response:
    """The page again with why nothing was done; where this very page was sent twice, the record that stays."""
    if done := _done(user, form):
        return go_to(_address(form, done))
    message = error.message
    if error.code == "stale":
        message = _("Somebody changed one of these records meanwhile. Look at them again.")
    try:
        return make_response(_page(user, form, message), error.status)
    except Conflict as gone:
        return _to_list(form, gone)


def _done(user: User, form: Form) -> int | None:
    token = request.form.get("_once", "")[: tokens.MAX_TOKEN]
    return tokens.record_of(form, user.id, token) if token else None


def _form(app: str, form: str) -> Form:
    """The form, for whoever may change and delete records of it."""
    found = form_for(app, form, "update")
    if not access.can(signed_in_user(), "delete", found):
        raise Forbidden(_("You may not do this here."))
    return found


def _address(form: Form, record_id: int) -> str:
    return url_for("forms.show_record", app=form.app, form=form.key, record_id=record_id)


def _to_list(form: Form, error: Conflict) -> Response:
    flash(error.message, "error")
    return go_to(url_for("forms.list_records", app=form.app, form=form.key))


def _page(user: User, form: Form, problem: str = "") -> str:
    found = asking.records(user, form, request.values.getlist("record"))
    known: dict[str, Any] = {
        "form": form,
        "asked": asking.page(user, form, found, reader_for(user, form)),
        "problem": problem,
        "once": secrets.token_urlsafe(16),
        "sees_all": not access.fields(user, form).hidden,
    }
    return render_template("records/merge.html", **known, **titles_of(form))
