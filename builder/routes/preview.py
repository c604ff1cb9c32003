"""The live preview: the runtime's own form page in a frame, drawn from the draft. Nothing is ever stored: what a save
would do is rehearsed and taken back.

People see in it what they may see anyway: records and pickers are read with the designer's own rights, and as a
role no more than that role may.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from builder import problems, reasons, sharing, trying
from builder.dry_save import Sent, dry_save
from builder.dry_save_view import follows
from builder.routes._previewing import LAYOUT, filled, offered, speaking, told
from builder.routes.designer import studio
from builder.screens.form_preview import PASSED_ON
from builder.studio import Studio
from runtime.db import transaction
from runtime.endpoints import reads_only
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.forms import filling
from runtime.forms.pages import Addresses, Filling, Looks
from runtime.htmx import go_to
from runtime.shell import THEMES
from runtime.text import LOCALES
from runtime.web import POLICY

blueprint = plugin = Blueprint("preview", __name__, url_prefix="/apps")
BASE = "/<app>/forms/<key>/design/preview/frame"


@blueprint.get(BASE)
def frame(app: str, key: str) -> Response:
    """An empty form, or one with the values of `record`."""
    now = studio(app, "forms", key)
    with _as_asked():
        return _page(now, _filling(now), Looks())


@blueprint.post(BASE)
@reads_only
def send(app: str, key: str) -> Response:
    """What saving would do: the mistakes, or what would be stored and what would follow."""
    now = studio(app, "forms", key)
    with _as_asked():
        tried = _filling(now, posted=True)
        if request.form.get("_do", "save") != "save":
            return _page(now, tried, Looks(exact=True, sought=filling.sought(tried.form)))
        if tried.problems:
            return _wrong(now, tried)
        if caution := filling.cautions(tried):
            return _page(now, tried, Looks(exact=True), 422, **caution)
        try:
            return _done(replace(now, locale=g.reader.locale), tried)
        except Invalid as error:  # what the database itself refuses
            return _wrong(now, tried, error)


def _done(now: Studio, tried: Filling) -> Response:
    after, fault = None, _hindrance(now, tried)
    if not fault:
        try:
            with dry_save(now, tried.form, _sent(tried)) as saving:
                after = follows(now, saving)
        except (Conflict, Forbidden, NotFound) as error:
            fault = error.message
    page = render_template(
        "builder/preview/done.html", values=told(tried), follows=after, fault=fault, again=_address(now)
    )
    return make_response(page)


def _hindrance(now: Studio, tried: Filling) -> str:
    """Why the save cannot be rehearsed."""
    if problems.errors(now):
        return str(_("What would follow is told once the mistakes of the draft are mended."))
    if not trying.may(now, "update" if tried.record else "create"):
        return str(_("People with this role may not save this: nothing would be stored."))
    return ""


def _sent(tried: Filling) -> Sent:
    return Sent(tried.user, tried.rights, tried.entry.values, tried.record)


@blueprint.post(f"{BASE}/eval")
@reads_only
def evaluate(app: str, key: str) -> str:
    """What the form looks like with the values typed so far, and why."""
    now = studio(app, "forms", key)
    with _as_asked():
        tried = _filling(now, posted=True)
        return f"{filling.evaluated(tried)}{_why(now, tried)}"


@blueprint.get(f"{BASE}/options/<field>")
def options_of(app: str, key: str, field: str) -> str:
    """What a picker offers."""
    now = studio(app, "forms", key)
    with _as_asked():
        return offered(now, field)


@blueprint.post("/<app>/forms/<key>/design/preview/share")
def share(app: str, key: str) -> Response:
    """Share the preview for a week."""
    now = studio(app, "forms", key)
    with transaction():
        sharing.share(now.user, app, now.draft.definition_id)
    flash(_("The preview is shared."))
    return go_to(now.url("preview"))


@blueprint.post("/<app>/forms/<key>/design/preview/unshare")
def unshare(app: str, key: str) -> Response:
    """Share it no longer."""
    now = studio(app, "forms", key)
    with transaction():
        sharing.unshare(now.user, app, now.draft.definition_id)
    flash(_("The preview is no longer shared."))
    return go_to(now.url("preview"))


def _filling(now: Studio, *, posted: bool = False) -> Filling:
    return filled(now, _addresses(now), posted=posted)


def _page(now: Studio, tried: Filling, looks: Looks, status: int = 200, **said: object) -> Response:
    return filling.page(tried, looks, status, layout=LAYOUT, why=_why(now, tried), **said)


def _wrong(now: Studio, tried: Filling, refused: Invalid | None = None) -> Response:
    return filling.wrong(tried, refused, layout=LAYOUT, why=_why(now, tried))


def _why(now: Studio, tried: Filling) -> Markup:
    """Why the fields are as they are: for the page around the frame, in the language of whoever designs."""
    judged = tried.judged
    with speaking(now.locale):
        listed = reasons.reasons(now, trying.typed(now, tried.form, judged))
        return Markup(render_template("builder/preview/_why_now.html", reasons=listed))  # noqa: S704


def _addresses(now: Studio) -> Addresses:
    place: dict[str, Any] = {"app": now.app, "key": now.target.key}
    asked: dict[str, Any] = {name: text for name, text in request.args.items() if name in (*PASSED_ON, "q")}
    evaluate = url_for("preview.evaluate", **place, **asked)
    offers = url_for("preview.options_of", **place, field="")
    return Addresses(_address(now), evaluate, offers, _address(now), _asked())


def _address(now: Studio) -> str:
    return url_for("preview.frame", app=now.app, key=now.target.key, **_asked())


def _asked() -> dict[str, Any]:
    """What the address says of the looks, for the addresses that follow."""
    return {name: text for name, text in request.args.items() if name in PASSED_ON}


@contextmanager
def _as_asked() -> Iterator[None]:
    """In the language and colours that the address asks for, without changing the person's own."""
    if request.args.get("theme") in THEMES:
        g.theme = request.args["theme"]
    language = request.args.get("lang", "")
    with speaking(language if language in LOCALES else g.reader.locale):
        yield


@blueprint.after_request
def _framed(response: Response) -> Response:
    """A page that our own pages may show in a frame."""
    if response.status_code in (200, 422):
        policy = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
