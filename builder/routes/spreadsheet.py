"""A form from a spreadsheet: a file or pasted rows, a proposal to look through, then one command."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from builder import definitions, designing, sheets, spreadsheet
from builder.commands import Target
from builder.commands._fields import proposed_key
from builder.routes.apps import language, title_of
from builder.routes.designer import require_designer
from builder.sheets import Sheet
from builder.spreadsheet import Column
from builder.studio import address
from builder.workspaces import draft_of
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, transaction
from runtime.endpoints import reads_only
from runtime.errors import Conflict, FormwrightError, Invalid, NotFound
from runtime.fields import FIELD_TYPES
from runtime.htmx import go_to
from runtime.i18n import locale
from runtime.spreadsheets import MAX_COLUMNS
from runtime.text import localized

blueprint = plugin = Blueprint("spreadsheet", __name__, url_prefix="/apps/<app>/spreadsheet")
MOST_FIELDS = 500  # of a form


@blueprint.get("/")
def ask(app: str) -> Response:
    """Ask for a file or pasted rows; `form` is the form that gets the fields, a new one without it."""
    require_designer()
    return _page(app, "builder/app/spreadsheet.html", request.args.get("form", ""))


@blueprint.post("/")
@reads_only
def propose(app: str) -> Response:
    """The columns of what was sent, with the types that their values seem to have."""
    require_designer()
    form = request.form.get("form", "")
    try:
        sheet = _sent()
    except Invalid as error:
        return _page(app, "builder/app/spreadsheet.html", form, error)
    name = request.files["file"].filename if request.files.get("file") else ""
    proposal: dict[str, Any] = {"columns": spreadsheet.proposed(sheet.rows), "encoding": sheet.encoding}
    return _page(app, "builder/app/columns.html", form, title=_stem(name or ""), **proposal)


def _sent() -> Sheet:
    file = request.files.get("file")
    if file and file.filename:
        content = file.read()
        file.close()
        return sheets.read(content)
    return sheets.pasted(request.form.get("text", ""))


def _stem(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0][:200]


def _page(
    app: str, template: str, form: str, error: FormwrightError | None = None, **context: Any
) -> Response:
    own = definitions.app_document(app)
    known = {
        "app": app,
        "app_title": localized(own.get("title", app), locale(), str(own.get("default_locale", "en"))),
        "form": form,
        "form_title": _form_title(app, form) if form else "",
        "problem": error and (error.problems[0].message if isinstance(error, Invalid) else error.message),
        "types": {name: FIELD_TYPES[name].label for name in spreadsheet.TYPES if name in FIELD_TYPES},
        "back": address(app, Target("form", form) if form else Target("app", app)),
    }
    return make_response(render_template(template, **known, **context), 422 if error else 200)


def _form_title(app: str, form: str) -> str:
    found = definitions.document(app, "form", form)
    if found is None:
        raise NotFound(_("There is no such form."))
    return localized(found.get("title", form), locale())


@blueprint.post("/fields")
def add(app: str) -> Response:
    """Make the chosen fields, by one command, in the form or in a new one."""
    require_designer()
    form, columns = request.form.get("form", ""), _chosen()
    try:
        with transaction():
            key = form or _new_form(app)
            _add(app, key, columns)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        context: dict[str, Any] = {"columns": columns, "encoding": "", "title": request.form.get("title", "")}
        return _page(app, "builder/app/columns.html", form, error, **context)
    flash(_("Made %(number)s fields. One undo takes them all back.", number=len(columns)))
    return go_to(address(app, Target("form", key)))


def _chosen() -> list[Column]:
    """The columns that were ticked, as they were changed."""
    sent = request.form
    found = []
    for number in range(MAX_COLUMNS):
        if f"on.{number}" not in sent:
            continue
        lines = (line.strip() for line in sent.get(f"options.{number}", "").splitlines())
        kind, title = sent.get(f"type.{number}", "text"), sent.get(f"title.{number}", "").strip()[:200]
        options = tuple(dict.fromkeys(line for line in lines if line)) if kind == "choice" else ()
        found.append(Column(title, kind, options))
    return found


def _new_form(app: str) -> str:
    title = title_of(request.form.get("title", ""))
    key = proposed_key(title, definitions.keys(app, "form"), "form")
    definitions.create(
        signed_in_user(), app, "form", key, definitions.empty(app, "form", key, title, language(app))
    )
    return key


def _add(app: str, form: str, columns: list[Column]) -> None:
    if not columns:
        raise Conflict(_("Choose at least one column."), code="none")
    user, target = signed_in_user(), Target("form", form)
    draft = draft_of(app, target)
    if len(draft.document["properties"]) + len(columns) > MOST_FIELDS:
        raise Conflict(_("A form may have at most %(most)s fields.", most=MOST_FIELDS), code="too_many")
    fields = [_field(column) for column in columns]
    arguments = {"fields": fields, "locale": language(app)}
    designing.run(designing.Request(user, app, target, "fields.add", arguments, draft.revision))


def _field(column: Column) -> dict[str, Any]:
    options = {"options": list(column.options)} if column.options else {}
    return {"type": column.type, "title": column.title, **options}
