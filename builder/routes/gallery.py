"""The gallery: ready-made apps, and the apps of this server as packages."""

from flask import Blueprint, Response, make_response, render_template

from builder.routes.designer import require_designer

blueprint = plugin = Blueprint("gallery", __name__, url_prefix="/gallery")


@blueprint.get("/")
def index() -> Response:
    """Ready-made apps and those that are installed."""
    require_designer()
    return make_response(render_template("builder/app/gallery.html"))
