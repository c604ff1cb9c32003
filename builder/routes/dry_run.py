"""Tries an automation's draft with a record and shows what it would do. Nothing of it stays."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request
from flask_babel import gettext as _
from sqlalchemy import select

from builder import dry_run_view
from builder import problems as judged
from builder.dry_run import Asked, dry_run
from builder.routes.designer import page, studio
from builder.screens.automation_test import reader_for
from builder.studio import Studio
from runtime import problems
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.endpoints import reads_only
from runtime.errors import FormwrightError, Invalid, NotFound, Problem
from runtime.fields import FieldError
from runtime.records import query
from runtime.records.models import Event
from runtime.records.rows import Record

blueprint = plugin = Blueprint("dry_run", __name__, url_prefix="/apps")
ASKED = ("record", "how", "field", "before", "find")


@blueprint.post("/<app>/automations/<key>/design/dry-run")
@reads_only
def try_it(app: str, key: str) -> Response:
    """The page with what the draft would do to the chosen record."""
    asked = {name: request.form[name] for name in ASKED if name in request.form}
    now = studio(app, "automations", key, "test", **asked)
    document, work, user = now.document, now.work, now.user
    found = judged.errors(now)
    wanted = None if found else _wanted(now)
    if wanted is not None:
        try:
            g.dry_run_outcome = dry_run(user, work, key, document, wanted)
        except FormwrightError as error:
            db.session.rollback()
            g.dry_run_fault = error.message
    now = studio(app, "automations", key, "test", **asked)
    if "dry_run_outcome" in g:
        g.dry_run = dry_run_view.result(now, g.dry_run_outcome)
    return page(now, 422 if found or g.get("dry_run_fault") else 200)


def _wanted(now: Studio) -> Asked | None:
    """What to pretend; None, and the reason for the page, when it cannot be."""
    choice = dry_run_view.candidates(now)
    if choice.chosen is None or str(choice.chosen.id) != now.asked.get("record", str(choice.chosen.id)):
        g.dry_run_fault = _("Choose a record.")
        return None
    record = query.get(now.user, choice.chosen.form, choice.chosen.id)
    by = record.updated_by or record.created_by or now.user.id
    how = now.asked.get("how", "created")
    try:
        before = _before(now, choice.chosen.form, record) if how == "updated" else {}
    except Invalid as error:
        g.dry_run_fault = error.problems[0].message
        return None
    if how not in ("created", "updated", "deleted", "moment"):
        raise NotFound
    return Asked(record.id, how, before, by)


def _before(now: Studio, form: Form, record: Record) -> Mapping[str, Any]:
    """The values before the change: those of its last change, or another one in a field."""
    key = now.asked.get("field", "")
    if not key:
        last = db.session.scalars(
            select(Event)
            .where(Event.form_id == form.definition_id, Event.record_id == record.id, Event.kind == "updated")
            .order_by(Event.id.desc())
            .limit(1)
        ).first()
        return record.whole if last is None else dict(last.before)
    field = form.fields.get(key)
    if field is None or not field.type.stored:
        raise NotFound
    try:
        value = field.type.parse(now.asked.get("before", ""), field, reader_for(now, form))
    except FieldError as error:
        sentence = problems.sentence(error.code, error.params, now.text(field.title))
        raise Invalid([Problem(("before",), error.code, sentence)]) from None
    return {**{each: kept for each, kept in record.whole.items() if each != key}, **_given(key, value)}


def _given(key: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {key: value}
