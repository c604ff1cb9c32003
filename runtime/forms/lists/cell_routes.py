"""The addresses of cells: the editor of one, its save, and taking the last save back."""

from dataclasses import replace

from flask import Blueprint, Response, request

from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.endpoints import reads_only
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.forms import filling
from runtime.forms.doors import record_for
from runtime.forms.drafts import keeping
from runtime.forms.filling import reader_for
from runtime.forms.lists import editing
from runtime.forms.lists.moving import words
from runtime.forms.pages import Looks
from runtime.htmx import go_to, is_htmx

blueprint = Blueprint("cells", __name__, url_prefix="/apps")
PATH = "/<app>/forms/<form>/<int:record_id>/cells"


@blueprint.get(f"{PATH}/<field>")
def edit(app: str, form: str, record_id: int, field: str) -> Response:
    """The editor of a cell; of a field that takes more room than that, and without a script, the record's section."""
    one = editing.cell(filling.begin(*record_for(app, form, record_id, "update")), field)
    editing.require_open(one, field)
    if not is_htmx() or not one.form.fields[field].type.in_cells:
        return go_to(editing.elsewhere(one, field))
    return filling.page(one, Looks())


@blueprint.post(f"{PATH}/<field>")
@reads_only
def save(app: str, form: str, record_id: int, field: str) -> Response:
    """Save a cell and draw its row anew, or show the editor again with what is wrong."""
    one = editing.cell(filling.posted(*record_for(app, form, record_id, "update")), field)
    if not is_htmx():
        return filling.save(replace(one, draw=None, elsewhere=None))
    return filling.save(one, lambda each: editing.kept(each, field))


@blueprint.post(PATH)
def undo(app: str, form: str, record_id: int) -> Response:
    """Take back the change of a cell that made a revision, as long as nobody changed it since."""
    user, (found, record) = signed_in_user(), record_for(app, form, record_id, "update")
    try:
        editing.take_back(user, found, record, keeping.number(request.form.get("revision", "")))
    except (Invalid, Conflict, Forbidden, NotFound) as error:
        db.session.rollback()
        return editing.refused(words(error), error.status)
    db.session.commit()
    return editing.row(user, found, record, reader_for(user, found))
