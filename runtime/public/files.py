"""The addresses of files that a guest sends; he looks at them until he has sent the form, by his visit only."""

from flask import Blueprint, Response, g, make_response, render_template, request
from flask_babel import gettext as _

from runtime import access, files
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.endpoints import from_anywhere, open_to_all, reads_only, takes_files
from runtime.errors import NotFound
from runtime.fields import FieldError
from runtime.files import StoredFile
from runtime.forms import downloads, entry, uploads
from runtime.forms.files import stored, taken
from runtime.public import languages, opening, seals

blueprint = Blueprint("public_files", __name__, url_prefix="/f/<slug>/uploads/<visit>")


@blueprint.post("/<field>")
@open_to_all
@from_anywhere
@reads_only
@takes_files
def upload(slug: str, visit: str, field: str) -> Response:
    """Keep the file that the body is, named by `name`; the answer is its line in the list of the field."""
    guest, form = _found(slug, visit, field)
    try:
        kept = taken(guest, form, field)
    except FieldError as error:
        return make_response(entry.problem_of(form.fields[field], error, g.reader).message, 422)
    own = request.path.removesuffix(field)
    shown = downloads.shown(form, kept, None, g.reader, own)
    return make_response(render_template("fields/_file.html", key=field, file=shown), 201)


@blueprint.get("/<field>/<file>")
@open_to_all
def waiting(slug: str, visit: str, field: str, file: str) -> Response:
    """A file of this visit that no record holds yet."""
    _guest, form, kept = _waiting(slug, visit, field, file)
    return downloads.response(form, kept, small="small" in request.args)


@blueprint.post("/<field>/<file>/withdraw")
@open_to_all
@from_anywhere
def withdraw(slug: str, visit: str, field: str, file: str) -> Response:
    """Let a file of this visit go before a record held it."""
    guest, _form, kept = _waiting(slug, visit, field, file)
    files.withdraw(kept.key, files.sender(guest))
    db.session.commit()
    return Response(status=204)


def _waiting(slug: str, visit: str, field: str, file: str) -> tuple[User, Form, StoredFile]:
    guest, form = _found(slug, visit, field)
    kept = stored(form, field, file)
    if kept.record_id is not None or not files.sender(guest).has_sent(kept):
        raise NotFound(_("There is no such file."))
    return guest, form, kept


def _found(slug: str, visit: str, field: str) -> tuple[User, Form]:
    """Who sends files for which form; NotFound for a visit that we did not give out, and for other fields."""
    public, form = opening.find(slug)
    languages.speak(form.zone)
    known = seals.known_visit(public, visit)
    guest = opening.guest(public, form, known)
    if not known or opening.state(public) != "open":
        raise NotFound(_("There is no such file."))
    uploads.require(form, field, access.fields(guest, form).closed)
    return guest, form
