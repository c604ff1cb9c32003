"""The addresses of drafts: kept while somebody types, listed, opened, discarded."""

from flask import Blueprint, Response, flash, jsonify, make_response, render_template, request
from flask_babel import gettext as _

from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.endpoints import id_argument, reads_only, takes_files
from runtime.errors import Conflict, NotFound
from runtime.forms import filling
from runtime.forms.doors import form_for
from runtime.forms.drafts import keeping, pages
from runtime.htmx import go_to

blueprint = Blueprint("drafts", __name__)


@blueprint.get("/drafts")
def index() -> str:
    """This person's drafts; `discard` asks before one goes."""
    user = signed_in_user()
    drafts = [*pages.listed(user), *pages.shut(user)]
    return render_template("drafts/index.html", drafts=drafts, asked=id_argument("discard"))


@blueprint.post("/drafts/<int:draft_id>/discard")
def discard(draft_id: int) -> Response:
    """Forget a draft; by a page that is left only what that page knows of."""
    leaving = keeping.mark() if "_page" in request.form else None
    keeping.discard(signed_in_user(), draft_id, leaving)
    db.session.commit()
    flash(_("The draft is discarded."))
    return go_to("/drafts")


@blueprint.get("/apps/<app>/forms/<form>/drafts/<int:draft_id>")
def open_draft(app: str, form: str, draft_id: int) -> Response:
    """The form with what a draft holds."""
    user, found = signed_in_user(), form_for(app, form, "create")
    draft = keeping.get(user, draft_id)
    if draft.form_id != found.definition_id:
        raise NotFound(_("There is no such draft any more."))
    return pages.opened(user, found, draft)


@blueprint.post("/apps/<app>/forms/<form>/drafts")
@reads_only
@takes_files
def keep(app: str, form: str) -> Response:
    """Keep what is typed so far, while the page goes on; a refusal is a sentence for it."""
    sent = filling.unread(form_for(app, form, "create"))
    try:
        draft = pages.written(sent)
    except Conflict as error:
        db.session.rollback()
        return make_response(error.message, 409)
    return jsonify(id=draft.id, revision=draft.revision, told=pages.saved_at(draft.changed_at))
