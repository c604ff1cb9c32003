"""What every request passes through: write mode, limits, CSRF, sign-in, language, headers, error pages."""

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.routing import IntegerConverter

from runtime import assets, compiled, compression, endpoints, error_pages, i18n, limits, shell
from runtime import db as database
from runtime.accounts import sessions
from runtime.htmx import Request, is_htmx
from runtime.policies import policy

CSRF_HOURS = 12
POLICY = policy()
FOR_OTHER_SITES = "embed.js"  # the only static file that pages of others load
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR = 365 * 24 * 3600


class Id(IntegerConverter):
    """An id in an address, written in one way only and no larger than an id can be."""

    regex = r"[1-9][0-9]{0,17}"


def init_app(app: Flask) -> None:
    """Connect the hooks of every request, in the order in which they run."""
    app.request_class = Request
    app.url_map.converters["int"] = Id
    compiled.init_app(app)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.before_request(_set_write_mode)
    app.teardown_request(_forget_write_mode)
    limits.init_app(app)
    _protect_from_other_sites(app)
    sessions.init_app(app)
    i18n.init_app(app)
    app.before_request(_set_reader)
    shell.init_app(app)
    error_pages.init_app(app)
    app.after_request(_add_headers)
    assets.init_app(app)
    compression.init_app(app)


def _set_write_mode() -> None:
    safe = request.method in ("GET", "HEAD", "OPTIONS") or endpoints.marked("reads_only")
    database._writing.set(not safe)


def _forget_write_mode(_error: BaseException | None) -> None:
    database._writing.set(False)


def _protect_from_other_sites(app: Flask) -> None:
    # The API takes bearer tokens only, which no other site can make a browser send.
    app.config.update(WTF_CSRF_TIME_LIMIT=CSRF_HOURS * 3600, WTF_CSRF_CHECK_DEFAULT=False)
    protection = CSRFProtect(app)

    def protect() -> None:
        free = endpoints.is_api() or endpoints.marked("from_anywhere")
        if app.config["WTF_CSRF_ENABLED"] and request.endpoint and not free:
            try:
                protection.protect()
            except CSRFError:
                if not error_pages.is_sent_again():
                    raise

    app.before_request(protect)


def _set_reader() -> None:
    if request.endpoint != "static":
        g.reader = i18n.reader()


def _add_headers(response: Response) -> Response:
    there = {name.lower() for name, _value in response.headers}
    response.headers.extend(each for each in HEADERS.items() if each[0].lower() not in there)
    if g.get("may_be_framed"):
        del response.headers["X-Frame-Options"]  # which knows no list of sites; the policy does
    if request.endpoint == "static" and request.path.endswith(f"/{FOR_OTHER_SITES}"):
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.endpoint == "static" and request.args.get("v"):
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    elif request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if sessions.is_secure():
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
    if is_htmx() and not endpoints.is_api():
        # A page that stays open for days keeps a valid token; static/app.js takes it over.
        response.headers["X-CSRF-Token"] = generate_csrf()
    return response
