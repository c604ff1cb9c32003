"""Switching automations on and off, and trying their failed runs again: neither is part of a draft."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from builder import automation_log, backfilling, reviewed, switches
from builder.commands import Target
from builder.routes.designer import require_designer, sentence
from builder.studio import address
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, transaction
from runtime.errors import FormwrightError, NotFound
from runtime.htmx import go_to

blueprint = plugin = Blueprint("automations", __name__, url_prefix="/apps")
BASE = "/<app>/automations/<key>/design"


@blueprint.post(f"{BASE}/switch")
def switch(app: str, key: str) -> Response:
    """Switch an automation on or off; on with its draft published first, when `publish` says so."""
    require_designer()
    on = request.form.get("on") == "1"
    tab = request.form.get("tab", "")
    try:
        with transaction():
            publishing = bool(request.form.get("publish"))
            backfill = request.form.get("backfill") == backfilling.PLAN
            seen = reviewed.read(request.form)
            switches.switch(signed_in_user(), app, key, seen, on=on, publishing=publishing, backfill=backfill)
    except NotFound:
        raise
    except FormwrightError as error:
        db.session.rollback()
        flash(sentence(error), "error")
        return go_to(address(app, Target("automation", key), tab))
    flash(_("The automation is on.") if on else _("The automation is off."))
    return go_to(address(app, Target("automation", key), tab))


@blueprint.post(f"{BASE}/runs/<int:run_id>/again")
def run_again(app: str, key: str, run_id: int) -> Response:
    """Try a failed run again."""
    require_designer()
    with transaction():
        automation_log.again(app, key, run_id)
    flash(_("It will be tried again now."))
    return go_to(address(app, Target("automation", key), "runs"))
