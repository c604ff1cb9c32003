"""The addresses of files: sent as soon as they are chosen, got by whoever may see their field of their record."""

from typing import BinaryIO, cast

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from runtime import access, files
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.endpoints import reads_only, takes_files
from runtime.errors import Forbidden, NotFound
from runtime.fields import FieldError
from runtime.files import StoredFile
from runtime.forms import downloads, entry, uploads
from runtime.forms.drafts import keeping
from runtime.forms.filling import reader_for
from runtime.records import query

blueprint = Blueprint("files", __name__, url_prefix="/apps/<app>/forms/<form>")


@blueprint.post("/uploads/<field>")
@reads_only
@takes_files
def upload(app: str, form: str, field: str) -> Response:
    """Keep the file that the body is, named by `name`; the answer is its line in the list of the field."""
    user, found = signed_in_user(), form_that_takes(signed_in_user(), app, form, field)
    reader, one = reader_for(user, found), found.fields[field]
    try:
        kept = taken(user, found, field)
    except FieldError as error:
        return make_response(entry.problem_of(one, error, reader).message, 422)
    shown = downloads.shown(found, kept, None, reader)
    return make_response(render_template("fields/_file.html", key=field, file=shown), 201)


@blueprint.get("/uploads/<field>/<file>")
def waiting(app: str, form: str, field: str, file: str) -> Response:
    """A file that no record holds yet, for the person who sent it."""
    found, kept = _waiting(app, form, field, file)
    return downloads.response(found, kept, small="small" in request.args)


@blueprint.post("/uploads/<field>/<file>/withdraw")
def withdraw(app: str, form: str, field: str, file: str) -> Response:
    """Let a file go that the person who sent it took away again before a record held it, unless a draft names it."""
    user, (found, kept) = signed_in_user(), _waiting(app, form, field, file)
    if kept.key not in keeping.texts_in_drafts(user.id, found.definition_id):
        files.withdraw(kept.key, files.sender(user))
    db.session.commit()
    return Response(status=204)


def _waiting(app: str, form: str, field: str, file: str) -> tuple[Form, StoredFile]:
    user = signed_in_user()
    found = form_that_takes(user, app, form, field)
    kept = stored(found, field, file)
    if kept.record_id is not None or not files.sender(user).has_sent(kept):
        raise NotFound(_("There is no such file."))
    return found, kept


@blueprint.get("/<int:record_id>/files/<field>/<file>")
def of_record(app: str, form: str, record_id: int, field: str, file: str) -> Response:
    """A file of a record, for whoever may read both the record and the field."""
    return sent_of_record(signed_in_user(), lookup.form(app, form), record_id, field, file)


def sent_of_record(user: User, form: Form, record_id: int, field: str, file: str) -> Response:
    """The bytes of a file that a record holds; NotFound for one that this person may not know of."""
    record = query.get(user, form, record_id)
    uploads.require(form, field, access.fields(user, form).hidden)
    if file not in (record.values.get(field) or ()):
        raise NotFound(_("There is no such file."))
    return downloads.response(form, stored(form, field, file), small="small" in request.args)


def form_that_takes(user: User, app: str, form: str, field: str) -> Form:
    """The form for whose field this person may send files."""
    found = lookup.form(app, form)
    if not uploads.may_send(user, found):
        if access.can(user, "read", found):
            raise Forbidden(_("You may not do this here."))
        raise NotFound(_("There is no such form."))
    uploads.require(found, field, access.fields(user, found).closed)
    return found


def taken(user: User, form: Form, field: str) -> StoredFile:
    """The file that the body of this request is; FieldError for one that the field does not take."""
    stream = cast(BinaryIO, request.stream)
    return uploads.take(user, form, form.fields[field], request.args.get("name", ""), stream)


def stored(form: Form, field: str, key: str) -> StoredFile:
    """The file with this key, of this field."""
    kept = files.get([key]).get(key)
    if kept is None or kept.form_id != form.definition_id or kept.field != field:
        raise NotFound(_("There is no such file."))
    return kept
