"""The administrator's pages of users."""

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from runtime.accounts import links, service
from runtime.accounts.forms import text
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.admin import admin
from runtime.admin.forms import UserForm, number_or_none, role_choices
from runtime.db import db
from runtime.endpoints import id_argument
from runtime.errors import Conflict, NotFound
from runtime.htmx import go_to
from runtime.i18n import locale

PAGE = 50


@admin.get("/users")
def users() -> Response:
    """One page of users, oldest first, found by name, e-mail or pinyin."""
    wanted, after = request.args.get("q", "").strip()[:100], id_argument("after")
    found = _found(wanted, after)
    more = url_for("admin.users", q=wanted or None, after=found[PAGE - 1].id) if len(found) > PAGE else ""
    page = render_template(
        "admin/users.html", users=found[:PAGE], more=more, q=wanted, after=after, roles=role_choices()
    )
    return make_response(page)


def _found(wanted: str, after: int | None) -> list[User]:
    chosen = select(User).order_by(User.id).limit(PAGE + 1)
    if wanted:
        chosen = chosen.where(User.search_text.contains(wanted.lower(), autoescape=True))
    if after is not None:
        chosen = chosen.where(User.id > after)
    return list(db.session.scalars(chosen))


@admin.route("/users/new", methods=["GET", "POST"])
def new_user() -> Response:
    """Add a user; the answer shows the link to hand over."""
    form = UserForm(locale=locale())
    user = _saved(form, None)
    if user is None:
        return _form_page(form, None)
    link = links.new_password_link(user)
    db.session.commit()
    return make_response(render_template("admin/link.html", user=user, link=link, is_new=True))


@admin.route("/users/<int:user_id>", methods=["GET", "POST"])
def user(user_id: int) -> Response:
    """Change a user."""
    found = _get(user_id)
    roles = [f"{role.app}:{role.role}" for role in found.roles]
    form = UserForm(obj=found, data={"department_id": found.department_id or 0, "roles": roles})
    if _saved(form, found) is None:
        return _form_page(form, found)
    db.session.commit()
    flash(_("%(name)s is saved.", name=found.name))
    return go_to(url_for("admin.users"))


@admin.post("/users/<int:user_id>/link")
def new_link(user_id: int) -> Response:
    """A new link for choosing a password; the earlier one ends."""
    found = _get(user_id)
    if not found.active:
        raise NotFound
    link = links.new_password_link(found)
    db.session.commit()
    return make_response(render_template("admin/link.html", user=found, link=link, is_new=False))


@admin.post("/users/<int:user_id>/active")
def set_active(user_id: int) -> Response:
    """Deactivate a user, or let them in again."""
    found = _get(user_id)
    if request.form.get("active") == "yes":
        service.activate(found)
        flash(_("%(name)s can sign in again.", name=found.name))
    elif found.id == signed_in_user().id or service.is_last_admin(found):
        flash(_("You cannot deactivate yourself or the last administrator."), "error")
    else:
        service.deactivate(found)
        flash(_("%(name)s can no longer sign in.", name=found.name))
    db.session.commit()
    return go_to(url_for("admin.user", user_id=user_id))


def _get(user_id: int) -> User:
    found = db.session.get(User, user_id)
    if found is None:
        raise NotFound
    return found


def _saved(form: UserForm, user: User | None) -> User | None:
    """The user as the form says, or None when the form was not sent or is not right yet."""
    if not form.validate_on_submit():
        return None
    if user and service.is_last_admin(user) and not form.is_admin.data:
        form.is_admin.errors = [_("Somebody must be administrator. Name another one first.")]
        return None
    try:
        if user is None:
            return service.add(_person(form))
        service.change(user, _person(form))
    except Conflict as taken:
        form.email.errors = [taken.message]
        return None
    return user


def _person(form: UserForm) -> service.Person:
    return service.Person(
        text(form.name),
        text(form.email),
        form.locale.data,
        number_or_none(form.department_id.data),
        form.is_admin.data,
        form.is_designer.data,
        frozenset(_pair(role) for role in form.roles.data or []),
    )


def _pair(role: str) -> tuple[str, str]:
    app, _colon, key = role.partition(":")
    return app, key


def _form_page(form: UserForm, user: User | None) -> Response:
    status = 422 if form.errors else 200
    return make_response(render_template("admin/user.html", form=form, user=user), status)
