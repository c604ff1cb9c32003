"""The files that somebody made of a list: asking for one, seeing how far it is, getting it, forgetting it."""

from flask import Blueprint, Response, flash, render_template, request, send_file, url_for
from flask_babel import gettext as _

from runtime import access, paper
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, NotFound
from runtime.forms import downloads
from runtime.forms.doors import form_for, record_for
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.lists import asked as asking
from runtime.forms.lists import columns, views
from runtime.htmx import go_to, is_htmx
from runtime.transfer import exporting, papers, sheets
from runtime.transfer.models import Export

blueprint = Blueprint("transfer", __name__, url_prefix="/apps")


@blueprint.get("/<app>/forms/<form>/exports")
def index(app: str, form: str) -> str:
    """This person's files of the list; htmx asks again while one is being made."""
    user, found = signed_in_user(), form_for(app, form, "read")
    reader, own = reader_for(user, found), exporting.own(user, found)
    template = "records/_exports.html" if is_htmx() else "records/exports.html"
    shown = [
        (each, exporting.is_offered(user, found, each), downloads.size(each.size, reader.locale))
        for each in own
    ]
    return render_template(template, form=found, files=shown, **titles_of(found))


@blueprint.post("/<app>/forms/<form>/exports")
def begin(app: str, form: str) -> Response:
    """Want the list as it is asked for as a file."""
    user, found = signed_in_user(), form_for(app, form, "read")
    reader, hidden = reader_for(user, found), access.fields(user, found).hidden
    asked = asking.read(found, request.form, views.kept(user, found, reader.locale), hidden)
    kind = request.form.get("kind", "")
    every = columns.offered(found, hidden)
    fields = every if "all" in request.form else columns.shown(found, asked.look.columns, hidden)
    try:
        kind = kind if kind in sheets.KINDS else "csv"
        exporting.begin(user, found, asked, fields, kind, reader, rows="rows" in request.form)
    except Conflict as error:
        flash(error.message, "error")
    db.session.commit()
    return go_to(_address(found))


@blueprint.post("/<app>/forms/<form>/<int:record_id>/pdf")
def print_record(app: str, form: str, record_id: int) -> Response:
    """Want a record as a PDF; one that is there already is sent at once."""
    found, record = record_for(app, form, record_id, "read")
    if not paper.is_available():
        raise NotFound(_("PDFs are not made here."))
    user = signed_in_user()
    try:
        export = exporting.print_record(user, found, record, reader_for(user, found))
    except Conflict as error:
        flash(error.message, "error")
        return go_to(_address(found))
    db.session.commit()
    if export.state == "done":
        return go_to(url_for("transfer.download", app=app, form=form, key=export.key))
    return go_to(_address(found))


@blueprint.get("/<app>/forms/<form>/exports/<key>")
def download(app: str, form: str, key: str) -> Response:
    """A finished file, to whoever made it, while they may see what is in it."""
    user, found = signed_in_user(), form_for(app, form, "read")
    export = exporting.get(user, found, key)
    path = sheets.place(export.key, export.kind)
    if export.state != "done" or not path.exists():
        raise NotFound(_("There is no such file any more."))
    if not exporting.may_get(user, found, export):
        raise Forbidden(_not_any_more(export))
    name = f"{export.name}.{export.kind}"
    answer = send_file(
        path, mimetype=sheets.TYPES[export.kind], as_attachment=True, download_name=name, max_age=0
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _not_any_more(export: Export) -> str:
    if export.kind == papers.KIND:
        return str(_("The record is not what this file shows any more. Make a new one."))
    return str(_("You may no longer see all that is in this file. Make a new one."))


@blueprint.post("/<app>/forms/<form>/exports/<key>")
def drop(app: str, form: str, key: str) -> Response:
    """Break it off, or forget it."""
    user, found = signed_in_user(), form_for(app, form, "read")
    exporting.drop(exporting.get(user, found, key))
    db.session.commit()
    return go_to(_address(found))


def _address(form: Form) -> str:
    return url_for("transfer.index", app=form.app, form=form.key)
