"""The editor of formulas: stores what was typed, previews it, and lists what can be named."""

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import gettext

from builder import formula_words
from builder.field_rules import formula_of
from builder.formula_editor import FormulaPlace, preview
from builder.formula_words import nameable
from builder.routes import designer
from builder.routes._doing import do, studio
from runtime.endpoints import reads_only
from runtime.fields import ValueType
from runtime.htmx import page_or_partial

blueprint = plugin = Blueprint("design_formulas", __name__, url_prefix="/apps")
blueprint.add_app_template_global(formula_of)


@blueprint.post(f"{designer.BASE}/formula")
def change(app: str, kinds: str, key: str) -> Response:
    """Store a formula, or show what is wrong with it beside what was typed."""
    now = studio(app, kinds, key)
    place, text = _place(), request.form.get("text", "")
    entered = {"formula_of": place.id, "formula": text}
    if text.strip() and preview(now, place, text).fault is not None:
        return designer.page(studio(app, kinds, key, **entered))
    if not text.strip() and place.removes:
        return do(now, place.removes, True, entered)
    named = nameable(now.context, place.scope, now.text)
    return do(now, place.into, formula_words.read(text, named), entered)


@blueprint.post(f"{designer.BASE}/formula/preview")
@reads_only
def result(app: str, kinds: str, key: str) -> Response:
    """What a text comes to, with a record: a part of the page."""
    now, place = studio(app, kinds, key), _place()
    shown = preview(now, place, request.form.get("text", ""))
    return make_response(render_template("builder/rules/_preview.html", preview=shown, id=place.id))


@blueprint.get(f"{designer.BASE}/formula/names")
def names(app: str, kinds: str, key: str) -> Response:
    """The values and functions that a formula can name, as options to pick from."""
    now = designer.studio(app, kinds, key)
    named = nameable(now.context, request.args.get("scope", ""), now.text)
    groups: dict[str, list[object]] = {}
    for source in named.sources.values():
        groups.setdefault(source.group, []).append(source)
    return page_or_partial(
        "builder/rules/names.html",
        "builder/rules/_names.html",
        groups=groups,
        functions=formula_words.grouped_functions(),
        search_key=formula_words.searched,
        plain=gettext,  # `_` of templates reads a sign of per cent as a place to fill
    )


def _place() -> FormulaPlace:
    posted, wanted = request.form, request.form.get("wanted", "")
    if wanted and wanted not in {kind.value for kind in ValueType}:
        abort(400)
    return FormulaPlace(
        id=posted.get("place", ""),
        command="",
        scope=posted.get("scope", ""),
        into=posted.get("into", "value"),
        wanted=wanted,
        shows=posted.get("shows", ""),
        removes=posted.get("removes", ""),
    )
