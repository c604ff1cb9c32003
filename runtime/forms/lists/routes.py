"""What the list of a form is asked beside its pages: its columns, and what the pickers of its filter offer."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, render_template, request

from runtime import access
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.forms import options
from runtime.forms.doors import form_for
from runtime.forms.filling import reader_for
from runtime.forms.lists import asked as asking
from runtime.forms.lists import choosing, filtering, moving, pages, saving, views
from runtime.forms.lists.kinds import LIST
from runtime.forms.lists.places import Places
from runtime.htmx import go_to, is_htmx, trigger

blueprint = Blueprint("lists", __name__, url_prefix="/apps")


@blueprint.post("/<app>/forms/<form>/columns")
def choose_columns(app: str, form: str) -> Response:
    """Show these columns in this order, now and whenever this person opens the list."""
    user, found = signed_in_user(), form_for(app, form, "read")
    hidden = access.fields(user, found).hidden
    kept = views.kept(user, found, reader_for(user, found).locale)
    asked = asking.read(found, request.form, kept, hidden)
    wanted = choosing.chosen(found, request.form, hidden)
    if kept.view(asked.view) is None:  # a view has columns of its own
        views.keep_columns(user, found, wanted if wanted != found.list_columns else ())
        db.session.commit()
    told = choosing.figures(found, request.form, wanted, hidden) if asked.look.kind == LIST else ""
    shown = replace(asked, look=replace(asked.look, columns=wanted, figures=told), panel="columns")
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
    source = seen.sources.get(path)
    if source is None or not source.points:
        raise NotFound
    plain = replace(
        source.field, options={key: own for key, own in source.field.options.items() if key != "offer"}
    )
    offer = options.offer(user, app, plain, {}, request.args.get("q", ""))
    return render_template("fields/_options.html", key=path, offer=offer)
