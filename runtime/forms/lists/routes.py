"""What the list of a form is asked beside its pages: its columns, and what the pickers of its filter offer."""

import re
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, render_template, request

from runtime import access
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.forms import options
from runtime.forms.doors import form_for
from runtime.forms.filling import reader_for
from runtime.forms.lists import asked as asking
from runtime.forms.lists import choosing, filtering, moving, pages, saving, views, widths
from runtime.forms.lists.kinds import LIST
from runtime.forms.lists.pattern import drawn_rows
from runtime.forms.lists.places import Asked, Places
from runtime.htmx import go_to, is_htmx, trigger

_STEPS = re.compile("-?[0-9]{1,2}", re.ASCII)
blueprint = Blueprint("lists", __name__, url_prefix="/apps")
blueprint.add_app_template_global(drawn_rows)


@blueprint.post("/<app>/forms/<form>/columns")
def choose_columns(app: str, form: str) -> Response:
    """Show these columns in this order, now and whenever this person opens the list."""
    user, found = signed_in_user(), form_for(app, form, "read")
    hidden = access.fields(user, found).hidden
    kept = views.kept(user, found, reader_for(user, found).locale)
    asked = asking.read(found, request.form, kept, hidden)
    asked = _chosen(found, asked, hidden)
    wanted = asked.look.columns
    if kept.view(asked.view) is None:  # a view has columns of its own
        views.keep_columns(user, found, wanted if wanted != found.list_columns else ())
        if asked.look.frozen != kept.frozen:
            views.keep_widths(user, found, asked.look)
        db.session.commit()
    shown = replace(asked, panel="columns")
    return pages.page(user, found, shown, kept) if is_htmx() else go_to(Places(found, shown).to())


def _chosen(form: Form, asked: Asked, hidden: frozenset[str]) -> Asked:
    """The list with the columns, and what is told of them, that the form of their panel brings."""
    wanted = choosing.chosen(form, request.form, hidden)
    told = choosing.figures(form, request.form, wanted, hidden) if asked.look.kind == LIST else ""
    return replace(asked, look=replace(asked.look, columns=wanted, figures=told))


@blueprint.post("/<app>/forms/<form>/widths")
def set_widths(app: str, form: str) -> Response:
    """Show the columns as wide as they were dragged, or as a button says; of a view until it is saved."""
    user, found = signed_in_user(), form_for(app, form, "read")
    hidden = access.fields(user, found).hidden
    kept = views.kept(user, found, reader_for(user, found).locale)
    asked = asking.read(found, request.form, kept, hidden)
    asked = _chosen(found, asked, hidden) if "col" in request.form else asked
    look = replace(asked.look, widths=widths.changed(found, asked.look, request.form.get("act", ""), hidden))
    if kept.view(asked.view) is None:
        views.keep_widths(user, found, look)
        db.session.commit()
    shown = replace(asked, look=look)
    return pages.page(user, found, shown, kept) if is_htmx() else go_to(Places(found, shown).to())


@blueprint.post("/<app>/forms/<form>/views")
def keep_view(app: str, form: str) -> Response:
    """Save the list as it is under a name, for this person or for all; or forget the view that is shown."""
    user, found = signed_in_user(), form_for(app, form, "read")
    reader, hidden = reader_for(user, found), access.fields(user, found).hidden
    kept = views.kept(user, found, reader.locale)
    asked = asking.read(found, request.form, kept, hidden)
    try:
        ref = saving.act(user, found, kept, asked, request.form)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        problem = error.problems[0].message if isinstance(error, Invalid) else error.message
        return pages.page(user, found, replace(asked, panel="view"), kept, problem=problem)
    db.session.commit()
    path = Places(found, asked).path
    return go_to(f"{path}?{urlencode({'view': ref})}" if ref else path)


@blueprint.post("/<app>/forms/<form>/views/move")
def move_view(app: str, form: str) -> Response:
    """Put a view of this person, `moved`, so many places further among his own; the list stays as it is."""
    user, found = signed_in_user(), form_for(app, form, "read")
    reader, hidden = reader_for(user, found), access.fields(user, found).hidden
    kept = views.kept(user, found, reader.locale)
    asked = replace(asking.read(found, request.values, kept, hidden), after="")
    by = request.form.get("by_places", "")
    told = views.move(
        user, found, kept, request.form.get("moved", ""), int(by) if _STEPS.fullmatch(by) else 0
    )
    db.session.commit()
    if is_htmx():
        kept = views.kept(user, found, reader.locale)
        return trigger(pages.page(user, found, asked, kept), {"fw:say": {"text": told}})
    flash(told)
    return go_to(Places(found, asked).to())


@blueprint.post("/<app>/forms/<form>/move")
def move_record(app: str, form: str) -> Response:
    """Put a record elsewhere on a board or in a calendar; where it may not go, the page says why."""
    user, found = signed_in_user(), form_for(app, form, "read")
    reader, hidden = reader_for(user, found), access.fields(user, found).hidden
    kept = views.kept(user, found, reader.locale)
    asked = asking.read(found, request.form, kept, hidden)
    try:
        told = moving.move(user, found, asked.look, request.form, reader)
    except (Invalid, Conflict, Forbidden, NotFound) as error:
        db.session.rollback()
        return pages.page(user, found, asked, kept, refusal=moving.reason(error))
    db.session.commit()
    asked = replace(asked, card=0)
    if is_htmx():
        return trigger(pages.page(user, found, asked, kept), {"fw:say": {"text": told}})
    flash(told)
    return go_to(Places(found, asked).to())


@blueprint.get("/<app>/forms/<form>/find/<path>")
def options_of(app: str, form: str, path: str) -> str:
    """What a picker in the filter offers for the search `q`: records that the person may read, people, departments."""
    user, found = signed_in_user(), form_for(app, form, "read")
    seen = filtering.sight(found, access.fields(user, found).hidden, reader_for(user, found).locale)
    field = filtering.picked(seen, path)
    plain = replace(field, options={key: own for key, own in field.options.items() if key != "offer"})
    offer = options.asked(user, app, plain, {}, request.args)
    return render_template("fields/_options.html", key=path, offer=offer)
