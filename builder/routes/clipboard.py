"""Fields of the canvas without JavaScript: several are chosen on a list, and the session keeps which were copied or
cut; pasting is a command.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, flash, request, session
from flask_babel import gettext as _

from builder import designing
from builder.commands import Target
from builder.routes import designer
from builder.routes.designer import BASE, require_designer
from builder.studio import KINDS, Studio, address
from builder.workspaces import workspace
from runtime.errors import NotFound
from runtime.htmx import go_to

blueprint = plugin = Blueprint("clipboard", __name__, url_prefix="/apps")
PLACE = "copied"  # in the session
ROOM = 2000  # characters of keys: the session is a cookie
OF_MANY: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "up": ("fields.move", {"by": -1}),
    "down": ("fields.move", {"by": 1}),
    "delete": ("fields.delete", {}),
}


@blueprint.post(f"{BASE}/clip")
def take(app: str, kinds: str, key: str) -> Response:
    """Remember the selected field: `clip` is copy or cut."""
    require_designer()
    target, selected = Target(KINDS[kinds], key), request.form.get("sel", "")
    _require(app, target, [selected.removeprefix("field/")])
    _keep(app, target, [selected.removeprefix("field/")], cut=request.form.get("clip") == "cut")
    return go_to(address(app, target, "fields", sel=selected))


@blueprint.post(f"{BASE}/several")
def several(app: str, kinds: str, key: str) -> Response:
    """What is to be done (`several`) with each chosen `field`: copy, cut, up, down, delete, or saved as a group."""
    require_designer()
    target, what, fields = (
        Target(KINDS[kinds], key),
        request.form.get("several", ""),
        request.form.getlist("field"),
    )
    _require(app, target, fields)
    if not fields:
        flash(_("Choose fields first."), "error")
        return go_to(address(app, target, "fields", ask="several"))
    if what == "group":
        return designer.page(designer.studio(app, kinds, key, "fields", ask=what, fields=",".join(fields)))
    if what in OF_MANY:
        name, more = OF_MANY[what]
        asked = designer.asked_of(app, target, name, {"fields": fields, **more})
        return designer.answer(app, target, lambda: designing.run(asked))
    if what not in ("copy", "cut"):
        abort(400)
    _keep(app, target, fields, cut=what == "cut")
    return go_to(address(app, target, "fields"))


def _require(app: str, target: Target, fields: Sequence[str]) -> None:
    if target.kind != "form" or not set(fields) <= workspace(app).read(target)["properties"].keys():
        raise NotFound(_("There is nothing here."))


def _keep(app: str, target: Target, fields: Sequence[str], *, cut: bool) -> None:
    if len(",".join(fields)) > ROOM:
        flash(_("These are too many fields to take at once. Choose fewer."), "error")
        return
    session[PLACE] = {"app": app, "form": target.key, "fields": list(fields), "cut": cut}
    told = _("Fields cut: {}. They go where you paste them.") if cut else _("Fields copied: {}")
    flash(told.replace("{}", str(len(fields))))


@blueprint.app_template_global()
def copied(studio: Studio) -> Mapping[str, Any] | None:
    """What pasting would take, as arguments of its command; nothing once it is gone from where it was."""
    kept: dict[str, Any] = session.get(PLACE, {})
    source = studio.work.documents.get(Target("form", kept.get("form", "")))
    if source is None or kept["app"] != studio.app:
        return None
    fields = [each for each in kept.get("fields", ()) if each in source["properties"]]
    return (
        {"form": kept["form"], "fields": fields, **({"cut": True} if kept["cut"] else {})} if fields else None
    )
