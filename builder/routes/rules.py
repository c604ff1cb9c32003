"""Tries the rules of a form with a record and keeps what each said."""

from flask import Blueprint, Response, request

from builder import rule_trials, trying
from builder.routes.designer import page, studio
from runtime.db import transaction
from runtime.errors import NotFound

blueprint = plugin = Blueprint("design_rules", __name__, url_prefix="/apps")


@blueprint.post("/<app>/forms/<key>/design/test-rules")
def test(app: str, key: str) -> Response:
    """The rules, each with what it says of the chosen record, kept as its last try."""
    kept = {name: request.form[name] for name in ("record", "row", "reads", "sel") if name in request.form}
    now = studio(app, "forms", key, "rules", **kept)
    record = trying.chosen(now.asked)
    tested = trying.tried(now, record)
    if record is None or tested is None or (record and trying.record(now, tested.form, record) is None):
        raise NotFound  # what is gone would be kept with the verdict on an empty record
    with transaction():
        rule_trials.keep(now, tested, record)
    return page(studio(app, "forms", key, "rules", **kept))
