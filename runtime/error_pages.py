"""What a person, or a program, reads when a request fails: plain words and a way on, never a trace."""

import logging
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from runtime import i18n, links
from runtime.db import cannot_store, db, is_passing
from runtime.endpoints import is_api
from runtime.errors import FormwrightError, Invalid, OtherPerson
from runtime.htmx import is_htmx

log = logging.getLogger(__name__)

CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    428: "precondition_required",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}
AGAIN = "_again"  # what the page that keeps what was typed sends along
NEVER_KEPT = ("csrf_token", "password", "token")


def init_app(app: Flask) -> None:
    """Answer every error in the caller's language and kind."""
    app.register_error_handler(CSRFError, _stale_page)
    app.register_error_handler(FormwrightError, _named)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(DBAPIError, _of_database)
    app.register_error_handler(Exception, _unexpected)


def words(status: int) -> tuple[str, str]:
    """Title and explanation of a status, in the reader's language."""
    texts = {
        400: (_("That did not work"), _("The server could not read what was sent. Go back and try again.")),
        401: (_("Please sign in"), _("Sign in, then try again.")),
        403: (_("You may not do this"), _("Ask an administrator if you think you should.")),
        404: (_("Page not found"), _("It may have been moved or deleted, or you may not have access to it.")),
        405: (_("That did not work"), _("This page cannot be used that way. Go back and try again.")),
        409: (
            _("Somebody was faster"),
            _("This was changed in the meantime. Reload the page and try again."),
        ),
        413: (_("That is too much at once"), _("Send less: fewer fields, shorter texts or smaller files.")),
        422: (_("Something is not right yet"), _("Go back, check what you entered and try again.")),
        429: (_("Too many tries"), _("Wait a quarter of an hour, then try again.")),
        500: (
            _("Something went wrong on our side"),
            _("Nothing of this request was saved. Try again; if it happens again, tell an administrator."),
        ),
        503: (_("The server is busy just now"), _("Nothing was saved. Wait a moment, then try again.")),
    }
    return texts.get(status, texts[400] if status < 500 else texts[500])


def _of_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    answer = _answer(error.code, CODES.get(error.code, "error"))
    for name, value in error.get_response().headers:
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            answer.headers[name] = value
    if isinstance(error, RateLimitExceeded):
        answer.headers["Retry-After"] = "900"
    return answer


def _named(error: FormwrightError) -> Response:
    db.session.rollback()
    if error.status >= 500:
        log.error("%s %s: %s", request.method, request.path, error, exc_info=error)
        return _answer(error.status, error.code, error.message if error.status == 503 else "")
    if isinstance(error, Invalid) and is_api():
        return make_response(jsonify(errors=[problem.as_json() for problem in error.problems]), 422)
    if isinstance(error, OtherPerson) and not is_htmx():
        return keep_typed(error.status, error.message)
    return _answer(error.status, error.code, error.message)


def _unexpected(error: Exception) -> Response:
    log.exception("%s %s", request.method, request.path, exc_info=error)
    db.session.rollback()
    return _answer(500, "internal_error")


def _of_database(error: DBAPIError) -> Response:
    """What passes by itself (a lock, a deadlock, a restart) and a disk that is full or read-only are told so, and cost
    nothing that was typed.
    """
    broken = cannot_store(error)
    if not (broken or is_passing(error)):
        return _unexpected(error)
    log.log(
        logging.ERROR if broken else logging.WARNING, "%s %s: %s", request.method, request.path, error.orig
    )
    db.session.rollback()
    plain = is_api() or is_htmx() or request.method in ("GET", "HEAD")
    why = _("The server cannot store anything just now. Tell an administrator.") if broken else ""
    answer = _answer(503, "unavailable", why) if plain else _busy(why)
    answer.headers["Retry-After"] = "2"
    return answer


def _busy(why: str) -> Response:
    _without_database()
    title, explanation = words(503)
    return send_again(503, f"{why} {explanation}" if why else explanation, title)


def send_again(status: int, explanation: str, title: str = "") -> Response:
    """The page of what was not even looked at, with what was typed for another try. It asks the database nothing."""
    title = title or _("Please send this again")
    typed, ours = _typed(), _from_our_page()
    page = render_template("errors/busy.html", title=title, explanation=explanation, typed=typed, ours=ours)
    return make_response(page, status)


def _without_database() -> None:
    """Ask the database neither for the language nor for who reads: it may be what is away."""
    i18n.without_database()
    if "_login_user" not in g:
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def _answer(status: int, code: str, message: str = "") -> Response:
    if status >= 500:
        _without_database()
    title, explanation = words(status)
    if is_api():
        return make_response(jsonify(error={"code": code, "message": message or explanation}), status)
    if is_htmx():
        return make_response(render_template("errors/_message.html", message=message or explanation), status)
    # A page about a broken server must not ask the database for the navigation.
    name = "errors/bare.html" if status >= 500 else "errors/page.html"
    page = render_template(name, title=title, explanation=message or explanation, status=status)
    return make_response(page, status)


def _stale_page(error: CSRFError) -> Response:
    """A form sent with an old token, or from another site: nothing is lost, nothing is done."""
    if is_api() or is_htmx():
        return _answer(403, "csrf")
    return keep_typed(403)


def keep_typed(status: int, why: str = "") -> Response:
    """The page that keeps what was typed, and sends it again if the form was ours."""
    page = render_template("errors/kept.html", typed=_typed(), ours=_from_our_page(), why=why)
    return make_response(page, status)


def is_sent_again() -> bool:
    """Whether this is the button of the page that kept what was typed, as the browser itself says: who signs in in
    another tab gets a new token, which that page cannot know.
    """
    told = request.headers.get("Sec-Fetch-Site") == "same-origin" and bool(request.headers.get("Origin"))
    return AGAIN in request.form and told and _from_our_page()


def _typed() -> list[tuple[str, str]]:
    return [(key, value) for key, value in request.form.items(multi=True) if not _secret(key)]


def _secret(key: str) -> bool:
    return any(word in key.lower() for word in NEVER_KEPT)


def _from_our_page() -> bool:
    # Another site must not get its forged form re-sent by one click on our page.
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    own = (request.host, urlsplit(links.absolute("")).netloc)
    return site == "same-origin" and origin.partition("://")[2] in own
