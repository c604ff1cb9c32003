"""The pages on which many records are changed: what to do with the chosen ones, how far it is, taking it back."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.bulk import asking, working
from runtime.bulk.asking import Chosen
from runtime.bulk.models import Bulk
from runtime.bulk.working import Piece, Wish
from runtime.db import db, writing
from runtime.definitions.documents import Form
from runtime.endpoints import reads_only
from runtime.errors import Conflict, Forbidden
from runtime.forms import filling as fillings
from runtime.forms import pages
from runtime.forms.doors import form_for
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.pages import Filling, Looks
from runtime.htmx import go_to, is_htmx
from runtime.records import query
from runtime.text import localized

blueprint = Blueprint("bulk", __name__, url_prefix="/apps")

NAMED = 10  # records that the page names


@blueprint.get("/<app>/forms/<form>/bulk")
def index(app: str, form: str) -> str:
    """What this person had done with many records of the form."""
    user, found = signed_in_user(), form_for(app, form, "read")
    return render_template("bulk/index.html", form=found, bulks=working.own(user, found), **titles_of(found))


@blueprint.post("/<app>/forms/<form>/bulk")
@reads_only
def ask(app: str, form: str) -> Response:
    """Ask what to do with the chosen records, then with which values."""
    user, found = signed_in_user(), _form(app, form)
    try:
        chosen = _chosen(user, found)
    except Conflict as error:
        return _back(found, error)
    step, keys = request.form.get("_step", ""), _keys(user, found)
    if step == "delete" and access.can(user, "delete", found):
        return make_response(_page("bulk/delete.html", user, found, chosen))
    if step == "set" and keys:
        return _set(user, found, chosen, _filling(user, found, keys, typed=False))
    told = _("Choose at least one field.") if step == "set" else ""
    return make_response(_ask(user, found, chosen, told), 422 if told else 200)


@blueprint.post("/<app>/forms/<form>/bulk/begin")
@reads_only
def begin(app: str, form: str) -> Response:
    """Have it done, if the records are still those that the person was shown; a second press begins nothing more."""
    user, found = signed_in_user(), _form(app, form)
    if before := working.begun(user, found, _once()):
        return _begun_before(found, before)
    try:
        chosen = _chosen(user, found)
        if request.form.get("_step") == "delete":
            return _begin_deletion(user, found, chosen)
        return _begin_change(user, found, chosen)
    except Conflict as error:
        db.session.rollback()
        before = working.begun(user, found, _once()) if error.code == "begun" else None
        return _begun_before(found, before) if before else _back(found, error)


def _once() -> str:
    """The key that was minted in the page; nothing for what is none."""
    text = request.form.get("_once", "")
    return text if len(text) == working.KEY_LENGTH and text.isalnum() and text.isascii() else ""


def _begun_before(form: Form, bulk: Bulk) -> Response:
    flash(_("This page was sent before: here is what came of it."))
    return go_to(_address(form, bulk))


def _begin_deletion(user: User, form: Form, chosen: Chosen) -> Response:
    if not access.can(user, "delete", form):
        raise Forbidden(_("You may not do this here."))
    if chosen.seen is None or not _once():
        return make_response(_page("bulk/delete.html", user, form, chosen, told=_look_again()), 409)
    return _begun(user, form, chosen, Wish("delete", silent=_is_silent()))


def _begin_change(user: User, form: Form, chosen: Chosen) -> Response:
    keys = _keys(user, form)
    if not keys:
        return make_response(_ask(user, form, chosen, _lost(keys) or _("Choose at least one field.")), 422)
    filling = _filling(user, form, keys, typed=True)
    if "_do" in request.form:  # a search in a picker, or the next level
        return _set(user, form, chosen, filling)
    if told := _lost(keys):
        return _set(user, form, chosen, filling, told, 409)
    if filling.problems:
        return _set(user, form, chosen, filling, status=422)
    if chosen.seen is None or not _once():
        return _set(user, form, chosen, filling, _look_again(), 409)
    values = {key: filling.judged.values.get(key) for key in keys}
    return _begun(user, form, chosen, Wish("change", values, _is_silent()))


def _begun(user: User, form: Form, chosen: Chosen, wish: Wish) -> Response:
    db.session.commit()  # what was read so far; on SQLite others may write until here
    pieces = [Piece(each, revision) for each, revision in zip(chosen.ids, chosen.seen or (), strict=True)]
    with writing():
        bulk = working.begin(user, form, _once(), wish, pieces)
        db.session.commit()
    return go_to(_address(form, bulk))


def _is_silent() -> bool:
    return "_silent" in request.form


def _look_again() -> str:
    return str(_("Other records match by now: look at the number again."))


def _lost(keys: Sequence[str]) -> str:
    """What to say of fields that were asked for on the page and can no longer be changed, or came without a value."""
    lost = [key for key in request.form.getlist("_field") if key not in keys or key not in request.form]
    return str(_("Some fields can no longer be changed here. Look at what is left.")) if lost else ""


@blueprint.get("/<app>/forms/<form>/bulk/<key>")
def show(app: str, form: str, key: str) -> str:
    """How far it is, and what could not be done; htmx asks again while it is at work."""
    user, found = signed_in_user(), form_for(app, form, "read")
    bulk = working.get(user, found, key)
    items, hidden = working.told(bulk), access.fields(user, found).hidden
    seen = [key for key in bulk.values if key in found.fields and key not in hidden]
    return render_template(
        "bulk/_state.html" if is_htmx() else "bulk/show.html",
        form=found,
        bulk=bulk,
        counts=working.counts(bulk),
        items=items,
        names=query.titles(found, [each.record_id for each in items], user=user),
        may_undo=working.may_undo(bulk),
        may_go_on=working.may_go_on(bulk),
        fields=[localized(found.fields[key].title, user.locale) for key in seen],
        address=_address(found, bulk),
        **titles_of(found),
    )


@blueprint.post("/<app>/forms/<form>/bulk/<key>")
def act(app: str, form: str, key: str) -> Response:
    """Leave what is not done yet, go on with it, or take back what is done."""
    user, found = signed_in_user(), form_for(app, form, "read")
    bulk, deed = working.get(user, found, key), request.form.get("do", "")
    try:
        if deed == "undo":
            bulk = working.undo(user, found, bulk)
        elif deed in _DEEDS:
            _DEEDS[deed](bulk)
    except Conflict as error:
        flash(error.message, "error")
    db.session.commit()
    return go_to(_address(found, bulk))


_DEEDS = {"cancel": working.cancel, "go_on": working.go_on}


def _address(form: Form, bulk: Bulk) -> str:
    return url_for("bulk.show", app=form.app, form=form.key, key=bulk.key)


def _form(app: str, form: str) -> Form:
    """The form, for whoever may change or delete records of it."""
    found = form_for(app, form, "read")
    if not any(access.can(signed_in_user(), action, found) for action in ("update", "delete")):
        raise Forbidden(_("You may not do this here."))
    return found


def _chosen(user: User, form: Form) -> Chosen:
    found = asking.chosen(user, form, reader_for(user, form))
    if not found.ids:
        raise Conflict(_("Choose at least one record."), code="none")
    return found


def _back(form: Form, error: Conflict) -> Response:
    flash(error.message, "error")
    state = {name: request.form[f"_{name}"] for name in asking.STATE if f"_{name}" in request.form}
    path = url_for("forms.list_records", app=form.app, form=form.key)
    return go_to(f"{path}?{urlencode(state)}" if state else path)


def _keys(user: User, form: Form) -> tuple[str, ...]:
    """The fields that the request names, in the order of the form."""
    wanted = set(request.form.getlist("_field"))
    if not access.can(user, "update", form):
        return ()
    return tuple(one.key for one in asking.offered(user, form) if one.key in wanted)


def _filling(user: User, form: Form, keys: tuple[str, ...], *, typed: bool) -> Filling:
    return asking.filling(user, form, keys, reader_for(user, form), typed=typed)


def _ask(user: User, form: Form, chosen: Chosen, told: str) -> str:
    fields = asking.offered(user, form) if access.can(user, "update", form) else []
    titles = {one.key: localized(one.title, user.locale) for one in fields}
    return _page(
        "bulk/ask.html",
        user,
        form,
        chosen,
        told=told,
        titles=titles,
        ids=chosen.ids,
        assigned=[(one.key, titles[one.key]) for one in asking.assigned(fields)],
        may_delete=access.can(user, "delete", form),
    )


def _set(
    user: User, form: Form, chosen: Chosen, filling: Filling, told: str = "", status: int = 200
) -> Response:
    found = filling.problems if status == 422 else {}
    looks = Looks(
        errors={key: each.message for key, each in found.items()},
        sought=fillings.sought(form),
        exact=bool(filling.entry.raw),
    )
    page = _page(
        "bulk/set.html",
        user,
        form,
        chosen,
        told=told,
        sections=asking.sections_of(filling, looks),
        problems=pages.summary(filling, found),
        fields=list(filling.form.fields.values()),
    )
    return make_response(page, status)


def _page(template: str, user: User, form: Form, chosen: Chosen, told: str = "", **context: Any) -> str:
    names = query.titles(form, chosen.ids[:NAMED], user=user)
    return render_template(
        template,
        form=form,
        count=len(chosen.ids),
        names=[names.get(each, f"#{each}") for each in chosen.ids[:NAMED]],
        pairs=(*chosen.posts, ("_once", working.new_key())),
        told=told,
        **context,
        **titles_of(form),
    )
