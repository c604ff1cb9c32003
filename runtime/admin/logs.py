"""The administrator's logs: automation runs, deliveries, and the work that could not be done."""

from typing import Any

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from runtime import outbox
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.admin import admin
from runtime.automations import waits
from runtime.automations.models import Run
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.models import App, Definition, Version
from runtime.endpoints import id_argument
from runtime.errors import NotFound
from runtime.htmx import go_to
from runtime.i18n import locale
from runtime.notifications.models import Delivery
from runtime.outbox import Outbox
from runtime.text import localized

PAGE = 50
RUN_STATES = {
    "running": _l("Running"),
    "waiting": _l("Waiting"),
    "done": _l("Done"),
    "skipped": _l("Skipped"),
    "failed": _l("Failed"),
}
DELIVERY_STATES = {
    "pending": _l("Waiting"),
    "sending": _l("Being sent"),
    "sent": _l("Sent"),
    "failed": _l("Failed"),
    "skipped": _l("Skipped"),
    "uncertain": _l("Not certain"),
}
CHANNELS = {"inbox": _l("Inbox"), "email": _l("E-mail")}


@admin.get("/runs")
def runs() -> Response:
    """Automation runs, newest first, and above them the work that was given up."""
    state, query = _state(RUN_STATES), select(Run, Definition.key, App.key, Version.number)
    query = (
        query.join(Definition, Definition.id == Run.automation_id)
        .join(App, App.id == Definition.app_id)
        .join(Version, Version.id == Run.version_id)
    )
    rows, older = _page(query, Run.id, Run.state, state)
    dead = db.session.scalars(select(Outbox).where(Outbox.state == "dead").order_by(Outbox.id).limit(PAGE))
    page = render_template(
        "admin/runs.html",
        rows=[(run, _automation(key, run.automation_id), number) for run, key, app, number in rows],
        **_common("admin.runs", state, RUN_STATES, older),
        dead=list(dead),
        place=record_place,
    )
    return make_response(page)


@admin.get("/deliveries")
def deliveries() -> Response:
    """Messages for people over channels, newest first."""
    state = _state(DELIVERY_STATES)
    query = select(Delivery, User.name).join(User, User.id == Delivery.user_id)
    rows, older = _page(query, Delivery.id, Delivery.state, state)
    common = _common("admin.deliveries", state, DELIVERY_STATES, older)
    page = render_template(
        "admin/deliveries.html", rows=rows, **common, channels=CHANNELS, place=record_place
    )
    return make_response(page)


@admin.post("/outbox/<int:outbox_id>/redrive")
def redrive(outbox_id: int) -> Response:
    """Try again what was given up."""
    if not outbox.redrive(db.session(), outbox_id):
        raise NotFound
    db.session.commit()
    flash(_("It will be tried again now."))
    return go_to(url_for("admin.runs"))


@admin.post("/runs/<int:run_id>/end")
def end_run(run_id: int) -> Response:
    """End a run that waits before an action."""
    reason = _("%(name)s ended it while it waited.", name=signed_in_user().name)
    if not waits.end(db.session(), run_id, reason):
        raise NotFound(_("This run does not wait any more."))
    db.session.commit()
    flash(_("The run was ended. What it had done stays."))
    return go_to(url_for("admin.runs"))


def record_place(form_id: int, record_id: int) -> tuple[str, str] | None:
    """Address and title of a record's page; None when its form is not in force, and for 0, which is no record."""
    form = lookup.form_by_id_if_any(form_id) if record_id else None
    if form is None:
        return None
    return f"/apps/{form.app}/forms/{form.key}/{record_id}/", f"{localized(form.title, locale())} {record_id}"


def _automation(key: str, automation_id: int) -> str:
    try:
        return localized(lookup.automation_by_id(automation_id).title, locale())
    except NotFound:  # no longer in force
        return key


def _state(states: dict[str, Any]) -> str:
    state = request.args.get("state", "")
    return state if state in states else ""


def _page(
    query: Select[*tuple[Any, ...]], key: Any, column: InstrumentedAttribute[str], state: str
) -> tuple[list[Any], int]:
    """One page of rows and the id where the next begins, 0 when there is none."""
    before = id_argument("before")
    if before is not None:
        query = query.where(key < before)
    if state:
        query = query.where(column == state)
    rows = list(db.session.execute(query.order_by(key.desc()).limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1][0].id if len(rows) > PAGE else 0


def _common(endpoint: str, state: str, states: dict[str, Any], older: int) -> dict[str, Any]:
    return {
        "state": state,
        "states": states,
        "older": url_for(endpoint, state=state or None, before=older) if older else "",
        "endpoint": endpoint,
        "paged": "before" in request.args,
    }
