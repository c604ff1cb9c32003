"""The pages on which many records are changed: what to do with the chosen ones, how far it is, taking it back."""

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
from runtime.bulk.working import Wish
from runtime.db import db
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
    step, keys = request.form.get("step", ""), _keys(user, found)
    if step == "delete" and access.can(user, "delete", found):
        return make_response(_page("bulk/delete.html", user, found, chosen))
    if step == "set" and keys:
        typed = "_do" in request.form
        return _set(
            user, found, chosen, asking.filling(user, found, keys, reader_for(user, found), typed=typed)
        )
    told = _("Choose at least one field.") if step == "set" else ""
    return make_response(_ask(user, found, chosen, told), 422 if told else 200)


@blueprint.post("/<app>/forms/<form>/bulk/begin")
def begin(app: str, form: str) -> Response:
    """Begin it; where more or fewer records are there than the page said, ask again."""
    user, found = signed_in_user(), _form(app, form)
    try:
        chosen = _chosen(user, found)
        if request.form.get("step") == "delete":
            return _begin_deletion(user, found, chosen)
        return _begin_change(user, found, chosen)
    except Conflict as error:
        db.session.rollback()
        return _back(found, error)


def _begin_deletion(user: User, form: Form, chosen: Chosen) -> Response:
    if not access.can(user, "delete", form):
        raise Forbidden(_("You may not do this here."))
    if not _is_counted(chosen):
        again = asking.looked_at_again(chosen)
        return make_response(_page("bulk/delete.html", user, form, again, told=_recounted()), 409)
    return _begun(user, form, chosen, Wish("delete", {}, chosen.seen, "silent" in request.form))


def _begin_change(user: User, form: Form, chosen: Chosen) -> Response:
    keys = _keys(user, form)
    if not keys:
        return make_response(_ask(user, form, chosen, _("Choose at least one field.")), 422)
    filling = asking.filling(user, form, keys, reader_for(user, form), typed=True)
    if filling.problems:
        return _set(user, form, chosen, filling, status=422)
    if not _is_counted(chosen):
        return _set(user, form, asking.looked_at_again(chosen), filling, _recounted(), 409)
    values = {key: filling.judged.values.get(key) for key in keys}
    return _begun(user, form, chosen, Wish("change", values, chosen.seen, "silent" in request.form))


def _begun(user: User, form: Form, chosen: Chosen, wish: Wish) -> Response:
    bulk = working.begin(user, form, wish, [(each, None) for each in chosen.ids])
    db.session.commit()
    return go_to(_address(form, bulk))


def _is_counted(chosen: Chosen) -> bool:
    return request.form.get("count") == str(len(chosen.ids))


def _recounted() -> str:
    return str(_("Other records match by now: look at the number again."))


@blueprint.get("/<app>/forms/<form>/bulk/<key>")
def show(app: str, form: str, key: str) -> str:
    """How far it is, and what could not be done; htmx asks again while it is at work."""
    user, found = signed_in_user(), form_for(app, form, "read")
    bulk = working.get(user, found, key)
    items = working.told(bulk)
    return render_template(
        "bulk/_state.html" if is_htmx() else "bulk/show.html",
        form=found,
        bulk=bulk,
        counts=working.counts(bulk),
        items=items,
        names=query.titles(found, [each.record_id for each in items], user=user),
        may_undo=working.may_undo(bulk),
        fields=[
            localized(found.fields[key].title, user.locale) for key in bulk.values if key in found.fields
        ],
        address=_address(found, bulk),
        **titles_of(found),
    )


@blueprint.post("/<app>/forms/<form>/bulk/<key>")
def act(app: str, form: str, key: str) -> Response:
    """Leave what is not done yet, or take back what is."""
    user, found = signed_in_user(), form_for(app, form, "read")
    bulk = working.get(user, found, key)
    if request.form.get("do") == "undo":
        try:
            bulk = working.undo(user, found, bulk)
        except Conflict as error:
            flash(error.message, "error")
    else:
        working.cancel(bulk)
    db.session.commit()
    return go_to(_address(found, bulk))


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
    state = {name: request.form[name] for name in asking.STATE if name in request.form}
    path = url_for("forms.list_records", app=form.app, form=form.key)
    return go_to(f"{path}?{urlencode(state)}" if state else path)


def _keys(user: User, form: Form) -> tuple[str, ...]:
    """The fields that the request names, in the order of the form."""
    wanted = set(request.form.getlist("field"))
    if not access.can(user, "update", form):
        return ()
    return tuple(one.key for one in asking.offered(user, form) if one.key in wanted)


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
        sections=pages.fields_of(filling, looks),
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
        pairs=chosen.posts,
        told=told,
        **context,
        **titles_of(form),
    )
