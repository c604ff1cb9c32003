"""Pages of accounts: set-up, sign-in and out, choosing a password, profile, language and theme."""

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from runtime import i18n, limits, shell
from runtime.accounts import links, passwords, service, sessions
from runtime.accounts.forms import ChangePasswordForm, LoginForm, PasswordForm, ProfileForm, SetupForm, text
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.endpoints import open_to_all, reads_only
from runtime.errors import NotFound
from runtime.htmx import go_to
from runtime.links import own_path

accounts = Blueprint("accounts", __name__)


@accounts.route("/setup/<token>", methods=["GET", "POST"])
@open_to_all
def setup(token: str) -> Response:
    """Make the first administrator."""
    if links.find(links.SETUP, token) is None or links.has_admin():
        raise NotFound
    form = SetupForm(locale=i18n.locale())
    if not form.validate_on_submit():
        return _page("accounts/setup.html", form)
    person = service.Person(text(form.name), text(form.email), form.locale.data, is_admin=True)
    sessions.sign_in(service.set_up(token, person, text(form.password), text(form.zone)))
    db.session.commit()
    return sessions.with_cookie(go_to(url_for("home.index")), i18n.LOCALE_COOKIE, form.locale.data)


@accounts.route("/login", methods=["GET", "POST"])
@open_to_all
@reads_only
@limits.limiter.limit(limits.sign_in_tries, key_func=limits.account_key, methods=["POST"])
@limits.limiter.limit(limits.SIGN_IN_TRIES_OF_ADDRESS, methods=["POST"])
def login() -> Response:
    """Sign in with e-mail and password."""
    form = LoginForm(next=request.args.get("next", ""))
    target = own_path(form.next.data)
    if current_user.is_authenticated:
        return go_to(target)
    if not form.validate_on_submit():
        return _page("accounts/login.html", form)
    # Checked before the write lock is taken: a slow hash must not make others wait.
    if service.authenticate(text(form.email), text(form.password)) is None:
        form.email.errors = [_("E-mail or password is wrong. Check both and try again.")]
        return _page("accounts/login.html", form, 422)
    user = _begin_session(text(form.email))
    return sessions.with_cookie(go_to(target), i18n.LOCALE_COOKIE, user.locale)


def _begin_session(email: str) -> User:
    with transaction():
        user = service.active_user(email)
        sessions.sign_in(user)
        return user


@accounts.post("/logout")
@open_to_all
def logout() -> Response:
    """End this session."""
    sessions.sign_out()
    db.session.commit()
    return go_to(url_for("accounts.login"))


@accounts.get("/session/<int:user_id>")
def present(user_id: int) -> Response:
    """Whether this very person is signed in: no content, or 401. A page asks that was open for long."""
    if sessions.signed_in_user().id != user_id:
        raise Unauthorized
    return Response(status=204)


@accounts.route("/password/<token>", methods=["GET", "POST"])
@open_to_all
def password(token: str) -> Response:
    """Let the owner of a one-time link choose a password, and sign them in."""
    link = links.find(links.PASSWORD, token)
    user = db.session.get(User, link.user_id) if link else None
    if user is None or not user.active:
        raise NotFound
    form = PasswordForm()
    form.known = [user.name, user.email]
    if not form.validate_on_submit():
        return _page("accounts/password.html", form, user=user)
    sessions.sign_in(service.choose_password(token, text(form.password), text(form.zone)))
    db.session.commit()
    return sessions.with_cookie(go_to(url_for("home.index")), i18n.LOCALE_COOKIE, user.locale)


@accounts.route("/profile", methods=["GET", "POST"])
def profile() -> Response:
    """Name, language and zone of the person who asks."""
    user = sessions.signed_in_user()
    form = ProfileForm(obj=user)
    if not form.validate_on_submit():
        return _profile_page(form, ChangePasswordForm(formdata=None))
    changed = (text(form.name), form.locale.data, form.zone.data)
    service.change_profile(user, *changed, single_keys=form.single_keys.data)
    db.session.commit()
    i18n.switch(user.locale)
    flash(_("Your profile is saved."))
    return sessions.with_cookie(go_to(url_for("accounts.profile")), i18n.LOCALE_COOKIE, user.locale)


@accounts.post("/profile/password")
@limits.limiter.limit(limits.sign_in_tries, key_func=lambda: f"password:{sessions.signed_in_user().id}")
def change_password() -> Response:
    """Change the password of the person who asks, and end their other sessions."""
    user = sessions.signed_in_user()
    form = ChangePasswordForm()
    form.known = [user.name, user.email]
    valid = form.validate()
    if not passwords.matches(user.password_hash, text(form.old)):
        form.old.errors = [_("This is not your present password.")]
        valid = False
    if not valid:
        return _profile_page(ProfileForm(formdata=None, obj=user), form)
    service.change_password(user, text(form.password))
    db.session.commit()
    flash(_("Your password is changed. Other devices are signed out."))
    return go_to(url_for("accounts.profile"))


def _profile_page(form: ProfileForm, password_form: ChangePasswordForm) -> Response:
    status = 422 if form.errors or password_form.errors else 200
    context = {"password_form": password_form, "themes": shell.theme_names(), "theme_now": shell.theme()}
    return _page("accounts/profile.html", form, status, **context)


@accounts.post("/language")
@open_to_all
def language() -> Response:
    """Read on in another language, on the same page."""
    chosen = request.form.get("locale", "")
    response = go_to(own_path(request.form.get("next")))
    if chosen not in i18n.LANGUAGES:
        return response
    if current_user.is_authenticated:
        current_user.locale = chosen
        db.session.commit()
    return sessions.with_cookie(response, i18n.LOCALE_COOKIE, chosen)


@accounts.post("/theme")
@open_to_all
@reads_only
def theme() -> Response:
    """Light, dark, or as the device says; kept by this browser."""
    chosen = request.form.get("theme", "")
    response = go_to(own_path(request.form.get("next")))
    return sessions.with_cookie(response, shell.THEME_COOKIE, chosen) if chosen in shell.THEMES else response


def _page(template: str, form: object, status: int | None = None, **context: object) -> Response:
    errors = getattr(form, "errors", None)
    page = render_template(template, form=form, **context)
    return make_response(page, status or (422 if errors else 200))
