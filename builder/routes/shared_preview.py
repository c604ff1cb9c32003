"""A preview that is shared: for colleagues who may see the app, with their own rights, from the draft as it is.
Nothing is stored, and nothing is told of what would follow.
"""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from builder import sharing
from builder.models_shares import Share
from builder.routes._previewing import LAYOUT, filled, offered, told
from builder.studio import Studio
from builder.workspaces import draft_of, workspace
from runtime import access
from runtime.accounts.sessions import signed_in_user
from runtime.definitions import lookup
from runtime.endpoints import reads_only
from runtime.errors import NotFound
from runtime.forms import filling
from runtime.forms.pages import Addresses, Filling, Looks
from runtime.i18n import locale

blueprint = plugin = Blueprint("shared_preview", __name__, url_prefix="/apps")
BASE = "/<app>/preview/<token>"


@blueprint.get(BASE)
def frame(app: str, token: str) -> Response:
    """The empty form."""
    now, share = _shared(app, token)
    return filling.page(_filling(now, share), Looks(), layout=LAYOUT, share=share)


@blueprint.post(BASE)
@reads_only
def send(app: str, token: str) -> Response:
    """What saving would say: the mistakes, or what would be stored."""
    now, share = _shared(app, token)
    tried = _filling(now, share, posted=True)
    if request.form.get("_do", "save") != "save":
        looks = Looks(exact=True, sought=filling.sought(tried.form))
        return filling.page(tried, looks, layout=LAYOUT, share=share)
    if tried.problems:
        return filling.wrong(tried, layout=LAYOUT, share=share)
    if caution := filling.cautions(tried):
        return filling.page(tried, Looks(exact=True), 422, layout=LAYOUT, share=share, **caution)
    again = tried.addresses.back
    return make_response(
        render_template("builder/preview/done.html", values=told(tried), again=again, share=share)
    )


@blueprint.post(f"{BASE}/eval")
@reads_only
def evaluate(app: str, token: str) -> str:
    """What the form looks like with the values typed so far."""
    return filling.evaluated(_filling(*_shared(app, token), posted=True))


@blueprint.get(f"{BASE}/options/<field>")
def options_of(app: str, token: str, field: str) -> str:
    """What a picker offers."""
    return offered(_shared(app, token)[0], field)


def _shared(app: str, token: str) -> tuple[Studio, Share]:
    """The draft that is shared, before whoever asks; NotFound for people who may not see the app."""
    user, found = signed_in_user(), sharing.find(app, token)
    may_see = access.can(user, "read", lookup.app_info(app)) or access.can(user, "design", "platform")
    if found is None or not may_see:
        raise NotFound(_("There is nothing here, or it is no longer shared."))
    target, share = found
    return Studio(user, target, draft_of(app, target), workspace(app), locale()), share


def _filling(now: Studio, share: Share, *, posted: bool = False) -> Filling:
    place: dict[str, Any] = {"app": now.app, "token": share.token}
    here, evaluate = url_for("shared_preview.frame", **place), url_for("shared_preview.evaluate", **place)
    offers = url_for("shared_preview.options_of", **place, field="")
    return filled(now, Addresses(here, evaluate, offers, here), posted=posted)
