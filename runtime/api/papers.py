"""A record as a PDF over the API."""

from flask import Response
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from runtime import limits, paper
from runtime.api import blueprint
from runtime.api.records import api_user, form_for
from runtime.db import db
from runtime.errors import NotFound
from runtime.transfer import papers


@blueprint.get("/apps/<app>/forms/<form>/records/<int:record_id>/pdf")
def print_record(app: str, form: str, record_id: int) -> Response:
    """The record on paper, in this user's language and as far as he may see it."""
    user, found = api_user(), form_for(app, form)
    html, _state = papers.page(user, found, record_id)
    if not paper.is_available():
        raise NotFound(_("PDFs are not made here."))
    if not limits.allows(limits.API_PAPERS, f"api paper:{user.id}"):
        raise TooManyRequests
    db.session.commit()  # it takes a second, for which no transaction stays open
    made = Response(paper.pdf(html), mimetype="application/pdf")
    made.headers.set("Content-Disposition", "attachment", filename=f"{form}-{record_id}.pdf")
    return made
