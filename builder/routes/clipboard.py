"""Copying and cutting a field without JavaScript: the session keeps which one it is, and pasting is a command."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, request, session
from flask_babel import gettext as _

from builder.commands import Target
from builder.routes.designer import BASE, require_designer
from builder.studio import KINDS, Studio, address
from builder.workspaces import workspace
from runtime.errors import NotFound
from runtime.htmx import go_to

blueprint = plugin = Blueprint("clipboard", __name__, url_prefix="/apps")
PLACE = "copied"  # in the session


@blueprint.post(f"{BASE}/clip")
def take(app: str, kinds: str, key: str) -> Response:
    """Remember the selected field: `clip` is copy or cut."""
    require_designer()
    target, selected = Target(KINDS[kinds], key), request.form.get("sel", "")
    field, cut = selected.removeprefix("field/"), request.form.get("clip") == "cut"
    if target.kind != "form" or field not in workspace(app).read(target)["properties"]:
        raise NotFound(_("There is nothing here."))
    session[PLACE] = {"app": app, "form": key, "field": field, "cut": cut}
    told = _("Fields cut: {}. They go where you paste them.") if cut else _("Fields copied: {}")
    flash(told.replace("{}", "1"))
    return go_to(address(app, target, "fields", sel=selected))


@blueprint.app_template_global()
def copied(studio: Studio) -> Mapping[str, Any] | None:
    """What pasting would take, as arguments of its command; nothing once it is gone from where it was."""
    kept: dict[str, Any] = session.get(PLACE, {})
    source = studio.work.documents.get(Target("form", kept.get("form", "")))
    if source is None or kept["app"] != studio.app or kept["field"] not in source["properties"]:
        return None
    return {"form": kept["form"], "fields": [kept["field"]], **({"cut": True} if kept["cut"] else {})}
