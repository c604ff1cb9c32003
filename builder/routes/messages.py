"""What the message editor does beside commands: a test mail to oneself, and the steps of a review."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, request, url_for
from flask_babel import gettext as _

from builder import reviewing
from builder.routes.designer import require_designer, studio
from builder.screens.message_text import letter, preview
from builder.studio import Studio
from runtime.db import db, transaction
from runtime.endpoints import reads_only
from runtime.errors import Conflict, Forbidden, FormwrightError, NotFound
from runtime.htmx import go_to
from runtime.notifications.channels import Letter, email

blueprint = plugin = Blueprint("messages", __name__, url_prefix="/apps")
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
BASE = "/<app>/messages/<key>/design"


@blueprint.post(f"{BASE}/test")
@reads_only
def test(app: str, key: str) -> Response:
    """Send the message, as it is previewed, by e-mail to whoever asks, and to nobody else."""
    now = studio(app, "messages", key, **_chosen())
    shown = preview(now)
    db.session.commit()  # nothing is held while the mail server takes its time
    rendered = shown["trial"].rendered
    if rendered is None:
        flash(shown["trial"].fault, "error")
        return _back(app, key)
    subject = _("[Test] %(subject)s", subject=rendered.subject)
    _send(now, letter(now, shown, rendered._replace(subject=subject)))
    return _back(app, key)


@blueprint.get(f"{BASE}/mail")
def mail(app: str, key: str) -> Response:
    """The mail itself, as the preview frames it: no script runs in it, and nothing is fetched."""
    now = studio(app, "messages", key)
    shown = preview(now)
    rendered = shown["trial"].rendered
    if rendered is None:
        raise NotFound(shown["trial"].fault)
    response = make_response(email.page(letter(now, shown, rendered), shown["trial_scheme"]))
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _send(now: Studio, letter: Letter) -> None:
    channel = email.Email()
    hindrance = channel.hindrance(now.user)
    if hindrance:
        flash(_("No mail was sent: %(reason)s.", reason=hindrance), "error")
        return
    try:
        channel.send(letter, db.session())
    except FormwrightError as error:
        flash(_("No mail was sent: %(reason)s.", reason=error.message), "error")
        return
    flash(_("A test mail is on its way to %(address)s.", address=letter.address))


@blueprint.post(f"{BASE}/review")
def ask(app: str, key: str) -> Response:
    """Ask for a review of the draft as it is."""
    return _step(app, key, lambda now: reviewing.ask(now.user, now.draft, _comment()), _("Sent for review."))


@blueprint.post(f"{BASE}/approve")
def approve(app: str, key: str) -> Response:
    """Approve the draft as it is."""
    return _step(
        app,
        key,
        lambda now: reviewing.judge(now.user, now.draft, approved=True, comment=_comment()),
        _("Approved. It can be published now."),
    )


@blueprint.post(f"{BASE}/return")
def send_back(app: str, key: str) -> Response:
    """Send the draft back with a comment."""
    return _step(
        app,
        key,
        lambda now: reviewing.judge(now.user, now.draft, approved=False, comment=_comment()),
        _("Sent back."),
    )


def _step(app: str, key: str, do: Callable[[Studio], None], told: str) -> Response:
    require_designer()
    try:
        with transaction():
            now = studio(app, "messages", key)
            _require_seen(now)
            do(now)
    except (Conflict, Forbidden) as error:
        db.session.rollback()
        flash(error.message, "error")
    else:
        flash(told)
    return _back(app, key)


def _require_seen(now: Studio) -> None:
    """What is judged is what was read: a text that changed since the page was drawn needs another look."""
    if request.form.get("rev", "") != str(now.revision):
        raise Conflict(_("The text was changed meanwhile. Read it again."), code="stale")


def _comment() -> str:
    return request.form.get("comment", "")


def _chosen() -> dict[str, str]:
    return {
        name: text
        for name in ("record", "to", "lang", "scheme", "width")
        if (text := request.form.get(name, ""))
    }


def _back(app: str, key: str) -> Response:
    return go_to(url_for("designer.show", app=app, kinds="messages", key=key, tab="text", **_chosen()))  # type: ignore[arg-type]
