"""What a picker of the designer offers: any record, person or department that whoever designs may see."""

from flask import Blueprint, render_template, request

from builder.routes.designer import require_designer
from runtime.accounts.sessions import signed_in_user
from runtime.definitions.documents import parse_field
from runtime.fields import POINTERS
from runtime.forms import options

blueprint = plugin = Blueprint("pickers", __name__, url_prefix="/apps")


@blueprint.get(f"/<app>/design/options/<any({', '.join(sorted(POINTERS))}):points_to>")
def options_of(app: str, points_to: str) -> str:
    """The options that the search `q` finds; of references those of the published `form`."""
    require_designer()
    own = {"form": request.args["form"]} if "form" in request.args else {}
    field = parse_field(points_to, {"fw": {"type": points_to, **own}})
    offer = options.asked(signed_in_user(), app, field, {}, request.args)
    return render_template("fields/_options.html", key=points_to, offer=offer)
