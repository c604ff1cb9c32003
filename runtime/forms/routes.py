"""The pages of records: an app's forms, a form's list, a record, and the form that fills one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import AppInfo, Form
from runtime.endpoints import id_argument, reads_only, takes_files
from runtime.errors import Conflict, NotFound
from runtime.feedback import done
from runtime.forms import entry, filling, gone, options, pages
from runtime.forms.doors import form_for, record_for
from runtime.forms.drafts import keeping
from runtime.forms.drafts import pages as drafts
from runtime.forms.drawn import drawn
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.lists import listing
from runtime.forms.lists import pages as lists
from runtime.forms.pages import Filling, Looks
from runtime.forms.reads import offer_reads
from runtime.forms.record import page as record_page
from runtime.forms.row_posts import legible
from runtime.forms.tabs import in_tabs
from runtime.htmx import go_to
from runtime.records import deletion, history, query, store
from runtime.records.rows import Record
from runtime.text import localized

blueprint = Blueprint("forms", __name__, url_prefix="/apps")
blueprint.add_app_template_filter(in_tabs)
blueprint.add_app_template_filter(legible)
blueprint.add_app_template_global(drawn)


@blueprint.get("/<app>/")
def app_home(app: str) -> Response:
    """The forms of an app that this person may use; the list of the one that the app begins with."""
    user = signed_in_user()
    info = lookup.app_info(app)
    if not access.can(user, "read", info):
        raise NotFound(_("There is no such app."))
    if "all" not in request.args and (start := _start(user, info)):
        return go_to(start)
    locale = g.reader.locale
    page = render_template(
        "apps/app.html",
        app=info,
        title=localized(info.title, locale, info.default_locale),
        description=localized(info.description, locale, info.default_locale) if info.description else "",
        cards=listing.cards(user, info, reader_for(user, info)),
    )
    return make_response(page)


def _start(user: User, info: AppInfo) -> str:
    """The address of the list that an app begins with, if there is one and this person may see it."""
    own = [form for form in lookup.forms(info.key) if form.key == info.document.get("start")]
    if not own or not access.can(user, "read", own[0]):
        return ""
    return url_for("forms.list_records", app=info.key, form=own[0].key)


@blueprint.get("/<app>/forms/<form>/")
def list_records(app: str, form: str) -> Response:
    """The records that this person may read; htmx gets the list, or the next rows of it."""
    return lists.show(signed_in_user(), form_for(app, form, "read"))


@blueprint.get("/<app>/forms/<form>/new")
def new_record(app: str, form: str) -> Response:
    """An empty form, with what it holds by itself."""
    found = form_for(app, form, "create")
    return filling.page(filling.begin(found), Looks(), waiting=keeping.count(signed_in_user(), found))


@blueprint.post("/<app>/forms/<form>/new")
@reads_only
@takes_files
def create_record(app: str, form: str) -> Response:
    """Save a new record or its draft, or show the form again with what is wrong."""
    sent = filling.posted(form_for(app, form, "create"))
    return drafts.save(sent) if request.form.get("_do") == "draft" else filling.save(sent)


def _in_section(whole: Filling) -> Filling:
    """The filling of the one section that the request names, on the page of the record."""
    key, record = request.form.get("_section") or request.args.get("section", ""), whole.record
    known = key in [section.key for section in whole.form.layout]
    if not known or record is None or request.form.get("_do") == "whole":
        return whole
    return replace(whole, section=key, beside=lambda: record_page.context(whole.form, record))


@blueprint.get("/<app>/forms/<form>/<int:record_id>/edit")
def edit_record(app: str, form: str, record_id: int) -> Response:
    """The form with a record's values; of one section, on the page of the record, where one is named."""
    return filling.page(_in_section(filling.begin(*record_for(app, form, record_id, "update"))), Looks())


@blueprint.post("/<app>/forms/<form>/<int:record_id>/edit")
@reads_only
@takes_files
def change_record(app: str, form: str, record_id: int) -> Response:
    """Save a change, or show the form again with what is wrong; of a record that is gone, what was typed."""
    try:
        return filling.save(_in_section(filling.posted(*record_for(app, form, record_id, "update"))))
    except NotFound:
        db.session.rollback()
        return gone.page(form_for(app, form, "read"))


@blueprint.post("/<app>/forms/<form>/eval")
@reads_only
def evaluate_new(app: str, form: str) -> str:
    """What the form of a new record looks like with the values typed so far."""
    return filling.evaluated(filling.posted(form_for(app, form, "create")))


@blueprint.post("/<app>/forms/<form>/<int:record_id>/eval")
@reads_only
def evaluate(app: str, form: str, record_id: int) -> str:
    """What the form of a stored record looks like with the values typed so far."""
    return filling.evaluated(_in_section(filling.posted(*record_for(app, form, record_id, "update"))))


@blueprint.get("/<app>/forms/<form>/options/<field>")
def options_of(app: str, form: str, field: str) -> str:
    """What a picker offers for the search `q`, given the other values typed so far."""
    user, found = signed_in_user(), lookup.form(app, form)
    if not (access.can(user, "create", found) or access.can(user, "update", found)):
        raise NotFound(_("There is no such form."))
    closed = access.fields(user, found).closed
    one = options.picker_field(found, field, closed)
    typed = entry.read(found, request.args, reader_for(user, found), closed)
    facts: Mapping[str, Any] = pages.facts_for(access.facts(user), typed.values)
    if offer_reads(one) & closed or (offer_reads(one) and "record" in request.args):
        facts = Filling(user, found, reader_for(user, found), _picked_for(found), typed).judged.facts
    offer = options.asked(user, app, one, facts, request.args)
    return render_template("fields/_options.html", key=field, offer=offer)


def _picked_for(form: Form) -> Record | None:
    """The record that is being filled, which the picker names where the offer depends on what it does not post."""
    record_id = id_argument("record")
    return query.get(signed_in_user(), form, record_id) if record_id else None


@blueprint.get("/<app>/forms/<form>/<int:record_id>/")
def show_record(app: str, form: str, record_id: int) -> Response:
    """A record in the layout of its form, what happened to it and what refers to it; htmx gets a part of that."""
    try:
        return record_page.show(*record_for(app, form, record_id, "read"))
    except NotFound:
        return go_to(_merged_into(app, form, record_id))


def _merged_into(app: str, form: str, record_id: int) -> str:
    """The address of the record that this one was merged into, for who may read that; NotFound for all others."""
    found = form_for(app, form, "read")
    into = history.merged_into(found, record_id)
    return url_for(
        "forms.show_record", app=app, form=form, record_id=query.get(signed_in_user(), found, into).id
    )


@blueprint.get("/<app>/forms/<form>/<int:record_id>/delete")
def confirm_delete(app: str, form: str, record_id: int) -> str:
    """Asks before a record is deleted."""
    found, record = record_for(app, form, record_id, "delete")
    return _delete_page(found, record)


@blueprint.post("/<app>/forms/<form>/<int:record_id>/delete")
def delete_record(app: str, form: str, record_id: int) -> Response:
    """Delete a record; one that others point to stays, and the page says so."""
    found, record = record_for(app, form, record_id, "delete")
    title = query.title(found, record)
    actor = store.Actor(user=signed_in_user(), origin="page")
    try:
        deletion.delete(actor, found, record.id, revision=filling.revision())
    except Conflict as error:
        db.session.rollback()
        return make_response(_delete_page(found, record, error.message), 409)
    db.session.commit()
    back = url_for("forms.show_record", app=app, form=form, record_id=record_id)
    undo = {"record": record_id, "_back": back}
    place = url_for("trash.restore", app=app, form=form)
    done(_("%(title)s was deleted. It is in the trash.", title=title), undo=place, sent=undo)
    return go_to(url_for("forms.list_records", app=app, form=form))


def _delete_page(form: Form, record: Record, problem: str = "") -> str:
    title = query.title(form, record)
    return render_template(
        "records/delete.html",
        form=form,
        record=record,
        title=title,
        problem=problem,
        days=current_app.config["SETTINGS"].trash_days,
        **titles_of(form),
    )
