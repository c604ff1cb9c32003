"""What the message editor does beside commands: a test mail to oneself, and the steps of a review."""

from collections.abc import Callable
from uuid import uuid4

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _

from builder import reviewing
from builder.routes.designer import require_designer, studio
from builder.screens.message_text import preview
from builder.studio import Studio
from runtime.db import db, transaction
from runtime.endpoints import reads_only
from runtime.errors import Conflict, Forbidden, FormwrightError
from runtime.htmx import go_to
from runtime.notifications.channels import Letter
from runtime.notifications.channels.email import Email, mail_domain

blueprint = plugin = Blueprint("messages", __name__, url_prefix="/apps")
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
    letter = Letter(
        delivery_id=0,
        user_id=now.user.id,
        name=now.user.name,
        address=now.user.email,
        subject=_("[Test] %(subject)s", subject=rendered.subject),
        body=rendered.body,
        link=shown["trial"].path,
        locale=shown["trial_locale"],
        message_id=f"<{uuid4().hex}@{mail_domain()}>",
    )
    _send(now, letter)
    return _back(app, key)


def _send(now: Studio, letter: Letter) -> None:
    email = Email()
    hindrance = email.hindrance(now.user)
    if hindrance:
        flash(_("No mail was sent: %(reason)s.", reason=hindrance), "error")
        return
    try:
        email.send(letter, db.session())
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
    return {name: text for name in ("record", "to", "lang") if (text := request.form.get(name, ""))}


def _back(app: str, key: str) -> Response:
    return go_to(url_for("designer.show", app=app, kinds="messages", key=key, tab="text", **_chosen()))  # type: ignore[arg-type]
