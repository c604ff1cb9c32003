"""Comments over the API; they are read with the timeline."""

from flask import Response
from flask_babel import gettext as _

from runtime import comments
from runtime.api import blueprint
from runtime.api.body import BadRequest, answer, errors, read_object
from runtime.api.records import api_user, form_for, idempotency_key
from runtime.db import db, writing
from runtime.endpoints import reads_only
from runtime.errors import Invalid
from runtime.records import query


@blueprint.post("/apps/<app>/forms/<form>/records/<int:record_id>/comments")
@reads_only
def write_comment(app: str, form: str, record_id: int) -> Response:
    """Write a comment on a record that this user may read; with an Idempotency-Key the same one twice is one."""
    found = form_for(app, form)
    record = query.get(api_user(), found, record_id)
    text = read_object().get("text")
    if not isinstance(text, str):
        raise BadRequest(_("The object needs “text”, itself a text."))
    try:
        said = comments.read(found, record, text)
    except Invalid as error:
        return errors(error.problems)
    db.session.commit()  # what was read so far; on SQLite others may write until here
    with writing():
        comment = comments.write(api_user(), found, record, said, idempotency_key())
        db.session.commit()
    return answer({"id": comment.id, "text": comment.text}, 201)
