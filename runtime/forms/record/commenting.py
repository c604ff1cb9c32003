"""Comments on the page of a record: written, answered, changed, their files, and what of them is new to whom."""

from collections.abc import Iterable
from typing import BinaryIO, cast

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from runtime import comments, files
from runtime.accounts.sessions import signed_in_user
from runtime.comments import attached
from runtime.db import db, writing
from runtime.definitions.documents import Form
from runtime.endpoints import reads_only, takes_files
from runtime.errors import Conflict, Invalid, NotFound, Problem
from runtime.fields import FieldError
from runtime.files import StoredFile
from runtime.forms import downloads, entry
from runtime.forms.doors import record_for
from runtime.forms.filling import reader_for
from runtime.forms.record import page
from runtime.forms.record.spot import spot
from runtime.forms.record.story import Typed
from runtime.forms.shown import ShownFile
from runtime.htmx import go_to, is_htmx
from runtime.records.rows import Record

blueprint = Blueprint("comments", __name__, url_prefix="/apps/<app>/forms/<form>/<int:record_id>/comments")
blueprint.add_app_template_global(downloads.file_size)
TOKEN_LENGTH = 80
WAITING = f"/uploads/{attached.FIELD.key}"


@blueprint.post("")
@reads_only
@takes_files
def write(app: str, form: str, record_id: int) -> Response:
    """Write a comment, or an answer to one; htmx gets the timeline with it."""
    found, record = record_for(app, form, record_id, "read")
    text, token = request.form.get("text", ""), request.form.get("_once", "")[:TOKEN_LENGTH]
    answered, keys = _number("reply_to"), request.form.getlist("files")
    try:
        _receive(found, token, keys)
        said = comments.read(found, record, text, [key for key in keys if key])
        db.session.commit()  # what was read so far; on SQLite others may write until here
        with writing():
            comments.write(signed_in_user(), found, record, said, token or None, answered or None)
            db.session.commit()
    except (Invalid, Conflict) as error:
        return _refused(found, record, error, Typed(text, reply_to=answered), keys)
    return _after(found, record)


@blueprint.post("/<int:comment_id>")
@reads_only
def change(app: str, form: str, record_id: int, comment_id: int) -> Response:
    """Give a comment of one's own another text and fewer files, or delete it."""
    found, record = record_for(app, form, record_id, "read")
    text, seen = request.form.get("text", ""), request.form.get("_seen", "")
    before = comments.own(signed_in_user(), found, record_id, comment_id).files
    kept = [key for key in before if key in request.form.getlist("files")]
    try:
        said = None if request.form.get("_do") == "delete" else comments.read(found, record, text, kept)
        db.session.commit()  # what was read so far; on SQLite others may write until here
        with writing():
            mine = comments.own(signed_in_user(), found, record_id, comment_id)
            if said is None:
                comments.drop(mine, seen)
            else:
                comments.change(signed_in_user(), found, record, mine, said, seen)
            db.session.commit()
    except (Invalid, Conflict) as error:
        return _refused(found, record, error, Typed(text, comment=comment_id))
    return _after(found, record)


@blueprint.post("/seen")
def seen(app: str, form: str, record_id: int) -> Response:
    """Note that the comments were seen, up to the one that the page knew as the last."""
    found, record = record_for(app, form, record_id, "read")
    comments.note_seen(signed_in_user(), found, record.id, _number("last"))
    db.session.commit()
    return Response(status=204) if is_htmx() else go_to(spot(found, record.id).to() + "#story")


@blueprint.post(WAITING)
@reads_only
@takes_files
def upload(app: str, form: str, record_id: int) -> Response:
    """Keep the file that the body is, named by `name`; the answer is its line in the list of the comment's files."""
    found, record = record_for(app, form, record_id, "read")
    try:
        kept = take_body(found)
    except FieldError as error:
        return make_response(_told(found, error).message, 422)
    shown = downloads.shown(found, kept, None, reader_for(signed_in_user(), found), _uploads(found, record))
    return make_response(render_template("fields/_file.html", key="files", file=shown), 201)


def take_body(form: Form) -> StoredFile:
    """The file that the body of this request is; FieldError for one that is not taken."""
    stream = cast(BinaryIO, request.stream)
    return attached.take(signed_in_user(), form, request.args.get("name", ""), stream)


@blueprint.get(f"{WAITING}/<file>")
def waiting(app: str, form: str, record_id: int, file: str) -> Response:
    """A file that no comment holds yet, for the person who sent it."""
    found, _record = record_for(app, form, record_id, "read")
    return _sent(found, attached.get_waiting(signed_in_user(), found, file))


@blueprint.post(f"{WAITING}/<file>/withdraw")
def withdraw(app: str, form: str, record_id: int, file: str) -> Response:
    """Let a file go that the person who sent it took away again."""
    found, _record = record_for(app, form, record_id, "read")
    if attached.get_waiting(signed_in_user(), found, file) is None:
        raise _no_file()
    attached.withdraw(signed_in_user(), file)
    db.session.commit()
    return Response(status=204)


@blueprint.get("/files/<file>")
def get_file(app: str, form: str, record_id: int, file: str) -> Response:
    """A file of a comment, for whoever may read the record."""
    return sent_of_record(*record_for(app, form, record_id, "read"), file)


def sent_of_record(form: Form, record: Record, file: str) -> Response:
    """The bytes of a file of a comment on a record that may be read."""
    return _sent(form, attached.get(form, record.id, file))


def _sent(form: Form, found: StoredFile | None) -> Response:
    if found is None:
        raise _no_file()
    return downloads.response(form, found)


def _no_file() -> NotFound:
    return NotFound(_("There is no such file."))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _receive(form: Form, once: str, keys: list[str]) -> None:
    """Add the keys of the files that came with the comment itself, without JavaScript; Invalid for one that is refused,
    once all others are kept: who corrects it does not choose them again.
    """
    chosen = [each for name in request.files for each in request.files.getlist(name) if each.filename]
    user, refused = signed_in_user(), list[Problem]()
    for each in chosen:
        try:
            stream = cast(BinaryIO, each.stream)
            keys.append(attached.take(user, form, str(each.filename), stream, once).key)
        except FieldError as error:
            refused.append(_told(form, error))
    if refused:
        raise Invalid(refused)


def _told(form: Form, error: FieldError) -> Problem:
    return entry.problem_of(attached.FIELD, error, reader_for(signed_in_user(), form))


def _uploads(form: Form, record: Record) -> str:
    own = url_for("comments.upload", app=form.app, form=form.key, record_id=record.id)
    return own.removesuffix(attached.FIELD.key)


def _refused(
    form: Form, record: Record, error: Invalid | Conflict, typed: Typed, keys: Iterable[str] = ()
) -> Response:
    """The page with what was typed and why it is not stored."""
    db.session.rollback()
    why = error.problems[0].message if isinstance(error, Invalid) else error.message
    told = Typed(typed.text, why, typed.comment, typed.reply_to, _kept(form, record, keys))
    return page.show(form, record, typed=told, status=error.status)


def _kept(form: Form, record: Record, keys: Iterable[str]) -> tuple[ShownFile, ...]:
    """The files that came with what is not stored, and wait for it."""
    user, reader = signed_in_user(), reader_for(signed_in_user(), form)
    mine = (each for each in files.get(keys).values() if files.sender(user).has_sent(each))
    free = (each for each in mine if each.record_id is None and each.field == attached.FIELD.key)
    return tuple(downloads.shown(form, each, None, reader, _uploads(form, record)) for each in free)


def _after(form: Form, record: Record) -> Response:
    """The page after a comment was stored, with as much of its story as there was."""
    if is_htmx():
        return page.show(form, record)
    shown = {name: request.args[name] for name in ("story", "far") if name in request.args}
    return go_to(spot(form, record.id).to(**shown) + "#story")
