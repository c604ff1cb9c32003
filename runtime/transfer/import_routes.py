"""Rows of a spreadsheet as records, step by step: each step an address, so that anybody may leave and come back."""

import io
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, make_response, render_template, request, send_file, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from runtime import spreadsheets
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.endpoints import reads_only, takes_files
from runtime.errors import Conflict, FormwrightError, Invalid
from runtime.forms.doors import form_for
from runtime.forms.filling import titles_of
from runtime.htmx import go_to, is_htmx
from runtime.transfer import import_pages, importing, mapping, mending, staging
from runtime.transfer.models import Import

blueprint = Blueprint("imports", __name__, url_prefix="/apps/<app>/forms/<form>/imports")
PASTED = 1_000_000  # characters


@blueprint.get("/")
def index(app: str, form: str) -> Response:
    """Ask for a spreadsheet; below it the imports that this person has not removed yet."""
    _user, found = _place(app, form)
    return _upload(found)


@blueprint.post("/")
@reads_only
@takes_files
def begin(app: str, form: str) -> Response:
    """Keep what was sent and have it read."""
    user, found = _place(app, form)
    try:
        own = importing.begin(user, found, *_sent())
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _upload(found, error)
    return go_to(_address(found, own))


def _sent() -> tuple[str, BinaryIO]:
    file = request.files.get("file")
    if file and file.filename:
        return file.filename.replace("\\", "/").rpartition("/")[2], cast(BinaryIO, file.stream)
    text = request.form.get("text", "")
    if len(text) > PASTED:
        told = _(
            "More than %(most)s characters were pasted. Send them as a file.", most=format_decimal(PASTED)
        )
        raise spreadsheets.refuse(told)
    # A tab at the edge is an empty cell: without it the row would stand one column further left.
    rows = text.strip("\r\n") if text.strip() else ""
    return _("Pasted rows"), io.BytesIO(rows.encode("utf-8", "replace"))


def _upload(form: Form, error: FormwrightError | None = None) -> Response:
    every = importing.own(signed_in_user(), form)
    shown = [(each, _address(form, each)) for each in every]
    return _page(
        "upload", form, error, imports=shown, most=staging.MAX_ROWS, text=request.form.get("text", "")
    )


@blueprint.get("/<key>")
def show(app: str, form: str, key: str) -> Response:
    """The step at which an import stands."""
    _user, found, own = _own(app, form, key)
    return go_to(_address(found, own))


@blueprint.get("/<key>/columns")
def columns(app: str, form: str, key: str) -> Response:
    """What each column is taken for."""
    user, found, own = _own(app, form, key)
    if not importing.may_change(own):
        return show(app, form, key)
    return _page(
        "columns",
        found,
        None,
        own=own,
        **import_pages.columns(user, found, own, importing.proposed(user, found, own)),
    )


@blueprint.post("/<key>/columns")
def choose_columns(app: str, form: str, key: str) -> Response:
    """Take the columns for what was chosen; or the titles from another row."""
    user, found, own = _held(app, form, key)
    sent = request.form.getlist("column")[: own.told.get("width", 0)]
    try:
        importing.require(importing.may_change(own))
        if request.form.get("do") == "encoding":
            importing.choose_encoding(own, request.form.get("encoding", ""))
            step = "rows"
        elif "head" in request.form and request.form.get("do") == "head":
            number = request.form["head"]
            importing.choose_head(
                user, found, own, int(number) if number.isdecimal() and len(number) < 8 else -1
            )
            step = "columns"
        else:
            importing.choose_columns(own, mapping.chosen(user, found, sent))
            step = "options"
        db.session.commit()
    except Conflict as error:
        db.session.rollback()
        return _page("columns", found, error, own=own, **import_pages.columns(user, found, own, sent))
    return go_to(_step(found, own, step))


@blueprint.get("/<key>/options")
def options(app: str, form: str, key: str) -> Response:
    """How the rows are meant."""
    user, found, own = _own(app, form, key)
    if not importing.may_change(own) or not own.mapping:
        return show(app, form, key)
    return _page("options", found, None, own=own, **import_pages.options(user, found, own, own.options))


@blueprint.post("/<key>/options")
def choose_options(app: str, form: str, key: str) -> Response:
    """Have every row looked at, as it was chosen."""
    user, found, own = _held(app, form, key)
    try:
        importing.require(importing.may_change(own))
        own.options = mapping.options(user, found, own, request.form)
        importing.check(own)
        db.session.commit()
    except Conflict as error:
        db.session.rollback()
        sent = import_pages.as_sent(request.form)
        return _page("options", found, error, own=own, **import_pages.options(user, found, own, sent))
    return go_to(_step(found, own, "rows"))


@blueprint.get("/<key>/rows")
def rows(app: str, form: str, key: str) -> Response:
    """How far it is, what is wrong with which row, and what came of it."""
    user, found, own = _own(app, form, key)
    if is_htmx():
        if not own.is_at_work:
            return go_to(_address(found, own))
        return _page("_progress", found, None, own=own, **import_pages.progress(own))
    if own.state == "columns":
        return show(app, form, key)
    return _page("rows", found, None, own=own, **import_pages.rows(user, found, own, _after()))


def _after() -> import_pages.Place:
    return import_pages.place_of(request.args.get("after", ""))


@blueprint.post("/<key>/rows")
def act(app: str, form: str, key: str) -> Response:
    """Mend rows, or go on: write what is ready, break off, take back, remove."""
    user, found, own = _held(app, form, key)
    deed = request.form.get("do", "mend")
    try:
        if deed in ("mend", "run"):
            mending.mend(user, found, own, request.form)
            db.session.commit()  # what was typed stays, whatever is said to the rest
            importing.hold(own)
        if deed == "run":
            importing.run(own, again="again" in request.form)
        if deed in _DEEDS:
            _DEEDS[deed](own)
        db.session.commit()
    except Conflict as error:
        db.session.rollback()
        return _page("rows", found, error, own=own, **import_pages.rows(user, found, own, _after()))
    if deed == "drop":
        return go_to(url_for("imports.index", app=app, form=form))
    return go_to(
        _step(found, own, "rows", after=request.args.get("after")) if deed == "mend" else _address(found, own)
    )


_DEEDS = {
    "stop": importing.stop,
    "undo": importing.undo,
    "drop": importing.drop,
}


@blueprint.get("/<key>/failed")
def failed(app: str, form: str, key: str) -> Response:
    """The rows that were not imported, with the reason in a column of its own."""
    user, found, own = _own(app, form, key)
    name = f"{own.name.rpartition('.')[0] or own.name} - {_('problems')}.csv"
    answer = send_file(
        mending.file_of(user, found, own),
        mimetype="text/csv",
        as_attachment=True,
        download_name=name,
        max_age=0,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _place(app: str, form: str) -> tuple[User, Form]:
    """The form, for whoever may write records of it."""
    user, found = signed_in_user(), lookup.form(app, form)
    return user, found if importing.may_import(user, found) else form_for(app, form, "create")


def _own(app: str, form: str, key: str) -> tuple[User, Form, Import]:
    user, found = _place(app, form)
    return user, found, importing.get(user, found, key)


def _held(app: str, form: str, key: str) -> tuple[User, Form, Import]:
    """The same for a step: two at once follow each other."""
    user, found, own = _own(app, form, key)
    importing.hold(own)
    return user, found, own


def _address(form: Form, own: Import) -> str:
    """The step at which an import stands."""
    return _step(form, own, "columns" if own.state == "columns" else "rows")


def _step(form: Form, own: Import, step: str, **more: Any) -> str:
    return url_for(f"imports.{step}", app=form.app, form=form.key, key=own.key, **more)


def _page(name: str, form: Form, error: FormwrightError | None, **context: Any) -> Response:
    problem = error and (error.problems[0].message if isinstance(error, Invalid) else error.message)
    html = render_template(f"imports/{name}.html", form=form, problem=problem, **context, **titles_of(form))
    return make_response(html, error.status if error else 200)
