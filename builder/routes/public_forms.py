"""Opening a form to people without an account, its settings, and its QR code to print."""

from flask import Blueprint, Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from builder import drafts, public_links
from builder.public_settings import settings_of
from builder.routes.designer import page, require_designer, studio
from builder.studio import Studio
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import NotFound
from runtime.htmx import go_to
from runtime.public import codes, opening
from runtime.public.models import PublicForm
from runtime.text import localized

blueprint = plugin = Blueprint("public_forms", __name__, url_prefix="/apps")
BASE = "/<app>/forms/<key>/design/public"


@blueprint.post(f"{BASE}/open")
def open_up(app: str, key: str) -> Response:
    """Open it: whoever has the address may send it."""
    now = _studio(app, key)
    with transaction():
        drafts.lock(app)
        opening.open_up(now.user, now.draft.definition_id)
    flash(_("The form is open to everybody who has the address."))
    return go_to(now.url("public"))


@blueprint.post(f"{BASE}/close")
def close(app: str, key: str) -> Response:
    """Take in nothing more; the address and the settings stay."""
    now = _studio(app, key)
    with transaction():
        _public(now).is_open = False
    flash(_("The form is closed. Its address stays as it is."))
    return go_to(now.url("public"))


@blueprint.post(f"{BASE}/move")
def move(app: str, key: str) -> Response:
    """Give it another address."""
    now = _studio(app, key)
    with transaction():
        opening.move(_public(now))
    flash(_("The form has a new address. The one before leads nowhere."))
    return go_to(now.url("public"))


@blueprint.post(f"{BASE}/settings")
def settings(app: str, key: str) -> Response:
    """Put limits and texts into force, or show what is wrong with them."""
    now = _studio(app, key)
    public = _public(now)
    g.public_settings = settings_of(public, now.languages, lookup.form(app, key).zone)
    if not g.public_settings.validate():
        return _again(now)
    with transaction():
        g.public_settings.put(_public(now), now.languages)
    flash(_("Saved. It holds from now on."))
    return go_to(now.url("public"))


@blueprint.get(f"{BASE}/qr.svg")
def code(app: str, key: str) -> Response:
    """The QR code of the address as a drawing; `?f.source=poster` makes it one that fills in the field `source`."""
    _now, public, said = _asked(app, key)
    return _file(codes.svg(public_links.address(public, said)), "image/svg+xml")


@blueprint.get(f"{BASE}/qr-<any({', '.join(codes.SCALES)}):size>.png")
def picture(app: str, key: str, size: str) -> Response:
    """The same as a picture to keep, with the form's title and address under it."""
    now, public, said = _asked(app, key)
    label = _title(now), public_links.to_type(public)
    answer = _file(codes.png(public_links.address(public, said), size, label), "image/png")
    name = " ".join("-".join([key, size, *said.values()]).split())[:100]
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.png")
    return answer


@blueprint.get(f"{BASE}/poster")
def poster(app: str, key: str) -> str:
    """A sheet to print and hang up: title, QR code, address."""
    now, public, said = _asked(app, key)
    return render_template(
        "builder/form/poster.html",
        title=_title(now),
        address=public_links.to_type(public),
        code=url_for("public_forms.code", app=app, key=key, **public_links.in_query(said)),
        back=now.url("public"),
    )


def _asked(app: str, key: str) -> tuple[Studio, PublicForm, dict[str, str]]:
    """The form at work, how it is open, and what the code that is asked for fills in."""
    now = _studio(app, key)
    public = _public(now)
    return now, public, public_links.said(public, lookup.form(app, key), request.args)


def _title(now: Studio) -> str:
    return localized(lookup.form(now.app, now.target.key).title, now.locale)


def _studio(app: str, key: str) -> Studio:
    """The form at work, which must be published; NotFound for people who may not design."""
    require_designer()
    lookup.form(app, key)
    return studio(app, "forms", key, "public")


def _public(now: Studio) -> PublicForm:
    public = opening.of_form(now.draft.definition_id)
    if public is None:
        raise NotFound(_("The form is not open to the public."))
    return public


def _again(now: Studio) -> Response:
    db.session.rollback()
    answer = page(now)
    answer.status_code = 422
    return answer


def _file(content: bytes, kind: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    return answer
