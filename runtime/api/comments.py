"""Comments over the API: read, written, answered, changed, deleted, and their files."""

from typing import Any

from flask import Response, request
from flask_babel import get_locale
from flask_babel import gettext as _

from runtime import comments
from runtime.api import blueprint
from runtime.api.body import (
    BadRequest,
    PreconditionFailed,
    PreconditionRequired,
    answer,
    errors,
    read_object,
)
from runtime.api.records import api_user, form_for, idempotency_key
from runtime.comments import Attached, attached
from runtime.comments.models import Comment
from runtime.db import db, writing
from runtime.definitions.documents import Form
from runtime.endpoints import reads_only, takes_files
from runtime.errors import Invalid, NotFound
from runtime.fields import FieldError, Reader
from runtime.forms import entry
from runtime.forms.record import commenting
from runtime.records import query
from runtime.records.rows import Record
from runtime.times import iso

RECORD = "/apps/<app>/forms/<form>/records/<int:record_id>/comments"


def _found(app: str, form: str, record_id: int) -> tuple[Form, Record]:
    found = form_for(app, form)
    return found, query.get(api_user(), found, record_id)


@blueprint.get(RECORD)
def list_comments(app: str, form: str, record_id: int) -> Response:
    """The latest comments on a record that this user may read, newest first, and what they answer."""
    found, _record = _found(app, form, record_id)
    written = comments.for_reader(api_user(), found, record_id)
    files = attached.of(comment for comment, _is_new in written)
    items = [
        {**_shown(each, files.get(each.id, ())), **({"is_new": True} if is_new else {})}
        for each, is_new in written
    ]
    return answer({"items": items})


@blueprint.get(f"{RECORD}/<int:comment_id>")
def read_comment(app: str, form: str, record_id: int, comment_id: int) -> Response:
    """One comment, with its mark as ETag."""
    found, _record = _found(app, form, record_id)
    for comment, _is_new in comments.for_reader(api_user(), found, record_id):
        if comment.id == comment_id:
            return _answered(comment)
    raise NotFound(_("There is no such comment."))


@blueprint.post(RECORD)
@reads_only
def write_comment(app: str, form: str, record_id: int) -> Response:
    """Write a comment on a record that this user may read; with an Idempotency-Key the same one twice is one."""
    found, record = _found(app, form, record_id)
    body = read_object()
    reply_to = body.get("reply_to")
    if reply_to is not None and (not isinstance(reply_to, int) or isinstance(reply_to, bool)):
        raise BadRequest(_("“reply_to” is the id of a comment."))
    try:
        said = comments.read(found, record, _text(body), _files(body))
        db.session.commit()  # what was read so far; on SQLite others may write until here
        with writing():
            comment = comments.write(api_user(), found, record, said, idempotency_key(), reply_to)
            db.session.commit()
    except Invalid as error:
        db.session.rollback()
        return errors(error.problems)
    return _answered(comment, 201)


@blueprint.patch(f"{RECORD}/<int:comment_id>")
@reads_only
def change_comment(app: str, form: str, record_id: int, comment_id: int) -> Response:
    """Change a comment of one's own; what is not given stays."""
    found, record = _found(app, form, record_id)
    before = comments.own(api_user(), found, record_id, comment_id)
    body, mark = {"text": before.text, "files": before.files, **read_object()}, _expected_mark()
    try:
        said = comments.read(found, record, _text(body), _files(body))
        db.session.commit()  # what was read so far; on SQLite others may write until here
        with writing():
            mine = comments.own(api_user(), found, record_id, comment_id)
            _require(mine, mark)
            comments.change(api_user(), found, record, mine, said, mark)
            db.session.commit()
    except Invalid as error:
        db.session.rollback()
        return errors(error.problems)
    return _answered(mine)


@blueprint.delete(f"{RECORD}/<int:comment_id>")
def delete_comment(app: str, form: str, record_id: int, comment_id: int) -> Response:
    """Delete a comment of one's own."""
    found, _record = _found(app, form, record_id)
    mine, mark = comments.own(api_user(), found, record_id, comment_id), _expected_mark()
    _require(mine, mark)
    comments.drop(mine, mark)
    db.session.commit()
    return Response(status=204)


@blueprint.post(f"{RECORD}/files")
@takes_files
def send_comment_file(app: str, form: str, record_id: int) -> Response:
    """Keep the file that the body is, named by `name`; its id waits a day for a comment."""
    found, _record = _found(app, form, record_id)
    try:
        kept = commenting.take_body(found)
    except FieldError as error:
        reader = Reader(str(get_locale() or "en")[:2], found.zone)
        return errors([entry.problem_of(attached.FIELD, error, reader)])
    told = {"id": kept.key, "name": kept.name, "size": kept.size, "type": kept.type, "sha256": kept.sha256}
    return answer(told, 201)


@blueprint.get(f"{RECORD}/files/<file>")
def get_comment_file(app: str, form: str, record_id: int, file: str) -> Response:
    """The bytes of a file of a comment."""
    return commenting.sent_of_record(*_found(app, form, record_id), file)


def _shown(comment: Comment, files: tuple[Attached, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": comment.id,
        "text": comment.text,
        "user_id": comment.user_id,
        "created_at": iso(comment.created_at),
        "changed_at": iso(comment.changed_at) if comment.changed_at else None,
        "reply_to": comment.reply_to,
    }
    listed = [{"id": each.key, "name": each.name, "size": each.size} for each in files]
    return {**{key: value for key, value in shown.items() if value is not None}, "files": listed}


def _answered(comment: Comment, status: int = 200) -> Response:
    response = answer(_shown(comment, attached.of([comment]).get(comment.id, ())), status)
    response.set_etag(comment.mark)
    return response


def _text(body: dict[str, Any]) -> str:
    text = body.get("text", "" if body.get("files") else None)
    if not isinstance(text, str):
        raise BadRequest(_("The object needs “text”, itself a text."))
    return text


def _files(body: dict[str, Any]) -> list[str]:
    found = body.get("files", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise BadRequest(_("“files” is a list of ids of files."))
    return found


def _expected_mark() -> str:
    tags = list(request.if_match)
    if not tags:
        raise PreconditionRequired(
            _("Send If-Match with the ETag that you read, so that nobody's change is lost.")
        )
    return tags[0] if len(tags) == 1 else "several"


def _require(comment: Comment, mark: str) -> None:
    if comment.mark != mark:
        raise PreconditionFailed(_("This comment has changed since you read it. Read it again."))
