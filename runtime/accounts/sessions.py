"""Who is asking: signed-in browsers (Flask-Login over our own session rows) and bearer tokens of the API.

The cookie holds a random token, the table its SHA-256; deleting the row ends the session. A session ends
14 days after its last use and 60 days after the sign-in. `docs/decisions/0001-sign-in.md` says why.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from runtime import db as database
from runtime import endpoints, error_pages
from runtime.accounts import token_scope
from runtime.accounts.models import ApiToken, LoginSession, User
from runtime.db import db
from runtime.htmx import is_htmx
from runtime.times import now

IDLE = timedelta(days=14)
ABSOLUTE = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=5)
COOKIE_AGE = timedelta(days=400)  # what browsers allow at most
# Made once: every request asks it, and building it costs as much as running it.
_IN_USE = (
    select(LoginSession.id, LoginSession.seen_at, User)
    .join(User, User.id == LoginSession.user_id)
    .where(
        LoginSession.token_hash == bindparam("token"),
        LoginSession.created_at > bindparam("made_after"),
        LoginSession.seen_at > bindparam("seen_after"),
        User.active,
    )
    .options(joinedload(User.department), joinedload(User.roles))
)


def init_app(app: Flask) -> None:
    """Cookie settings, Flask-Login, and the rule that every view needs a signed-in person unless marked."""
    secure = app.config["SETTINGS"].secure
    app.config.update(
        SESSION_COOKIE_NAME="__Host-formwright" if secure else "formwright",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=ABSOLUTE,
    )
    manager = LoginManager(app)
    manager.session_protection = None  # addresses and browsers change while people travel
    manager.user_loader(_of_browser)
    manager.request_loader(_of_program)
    app.before_request(_require_sign_in)


def is_secure() -> bool:
    """Whether people reach us by https."""
    return bool(current_app.config["SETTINGS"].secure)


def with_cookie(response: Response, name: str, value: str) -> Response:
    """The answer with something that this browser remembers for as long as browsers do."""
    response.set_cookie(name, value, max_age=COOKIE_AGE, httponly=True, secure=is_secure(), samesite="Lax")
    return response


def sign_in(user: User) -> None:
    """Begin a session with a new token; what the cookie held before is gone."""
    token = secrets.token_urlsafe(32)
    agent = request.headers.get("User-Agent", "")[:200]
    db.session.add(LoginSession(token_hash=digest(token), user_id=user.id, user_agent=agent))
    session.clear()
    session.permanent = True
    user.session_token = token
    login_user(user)


def sign_out() -> None:
    """End the present session: its row and its cookie."""
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash == digest(_token())))
    logout_user()
    session.clear()


def end_sessions(user: User, *, but_this: bool = False) -> None:
    """End all sessions of a user, or all but the one that asks."""
    ended = delete(LoginSession).where(LoginSession.user_id == user.id)
    if but_this:
        ended = ended.where(LoginSession.token_hash != digest(_token()))
    db.session.execute(ended)


def signed_in_user() -> User:
    """The person who asks, as a row of the session; for views that are not open to all."""
    if not current_user.is_authenticated:
        raise Unauthorized
    user: User = current_user._get_current_object()
    return user


def digest(token: str) -> str:
    """What the database keeps of a secret."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _token() -> str:
    return str(session.get("_user_id", ""))


def _of_browser(token: Any) -> User | None:
    if endpoints.is_api() or not isinstance(token, str):
        return None
    moment = now()
    limits = {"made_after": moment - ABSOLUTE, "seen_after": moment - IDLE}
    rows = db.session.execute(_IN_USE, {"token": digest(token), **limits})
    row = rows.unique().one_or_none()
    if row is None:
        return None
    if moment - row.seen_at > SEEN_EVERY:
        _note_use(row.id)
    user: User = row.User
    user.session_token = token
    return user


def _note_use(session_id: int) -> None:
    change = update(LoginSession).where(LoginSession.id == session_id).values(seen_at=now())
    if database._writing.get():
        db.session.execute(change)  # another connection would wait for our own write lock (SQLite)
        return
    with database.writing(), db.engine.begin() as connection:
        connection.execute(change)


def _of_program(asked: Request) -> User | None:
    kind, _, token = asked.headers.get("Authorization", "").partition(" ")
    if not endpoints.is_api() or kind.lower() != "bearer" or not token:
        return None
    own = (
        select(User, ApiToken.only, ApiToken.reads_only)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.token_hash == digest(token.strip()), User.active)
        .options(joinedload(User.department), joinedload(User.roles))
    )
    row = db.session.execute(own).unique().one_or_none()
    if row is None:
        return None
    g.token_scope = token_scope.Scope(tuple(row.only), row.reads_only)
    user: User = row.User
    return user


def _require_sign_in() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static" or endpoints.marked("open_to_all"):
        return None
    if current_user.is_authenticated:
        if endpoints.is_api():
            token_scope.require(g.token_scope)
        return None
    if endpoints.is_api():
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "Formwright"}))
    if is_htmx():
        raise Unauthorized
    if request.method not in ("GET", "HEAD"):
        return error_pages.keep_typed(401)
    return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")), code=303)
