"""The trash of a form: who deleted what and when, bringing it back, and removing it for good."""

from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from runtime import access
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.endpoints import id_argument
from runtime.errors import Conflict, Forbidden, Invalid
from runtime.forms.doors import form_for
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.lists import columns, listing
from runtime.forms.lists.columns import Column
from runtime.forms.lists.listing import Row
from runtime.forms.names import Titles
from runtime.htmx import go_to
from runtime.links import own_path
from runtime.records import lookups, query, restoring, store
from runtime.records import trash as trashed
from runtime.records.models import Trashed

blueprint = Blueprint("trash", __name__, url_prefix="/apps")

PER_PAGE = 50
COLUMNS = 3  # of the list: enough to know a record by


@dataclass(frozen=True)
class Line:
    """A record in the trash, as its reader sees it."""

    kept: Trashed
    row: Row
    who: str


@dataclass
class Told:
    """Sentences about records that stay in the trash, and about those that came back without what they pointed to.
    They stand on the page, not in the cookie of the session, which holds little.
    """

    refused: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)


@blueprint.get("/<app>/forms/<form>/trash")
def index(app: str, form: str) -> str:
    """What this person may bring back, the last deleted first."""
    return _page(signed_in_user(), form_for(app, form, "delete"))


@blueprint.post("/<app>/forms/<form>/trash")
def restore(app: str, form: str) -> Response:
    """Bring the chosen records back; of those that cannot come back it is said why."""
    user, found = signed_in_user(), form_for(app, form, "delete")
    told = Told() if _chosen() else Told(refused=[_("Choose at least one record.")])
    actor = store.Actor(user=user, origin="page")
    rows = trashed.some(actor, found, _chosen())
    for row in trashed.tops(rows):
        _restore(actor, found, row, told)
    back = len(rows) - len(trashed.some(actor, found, _chosen(), lock=False))
    db.session.commit()
    if back:
        flash(ngettext("%(num)d record is back.", "%(num)d records are back.", back))
    if told.refused or told.emptied:
        return make_response(_page(user, found, told), 409 if told.refused else 200)
    return go_to(own_path(request.form.get("_back"), url_for("trash.index", app=app, form=form)))


def _restore(actor: store.Actor, form: Form, row: Trashed, told: Told) -> None:
    title = _title(signed_in_user(), form, row)
    try:
        emptied = restoring.restore(actor, form, row)
    except (Conflict, Invalid) as error:
        told.refused.append(_("%(title)s stays in the trash: %(why)s", title=title, why=error.message))
        return
    if emptied:
        sentence = _("%(title)s is back. What these pointed to is gone, so they are empty now: %(fields)s.")
        told.emptied.append(sentence % {"title": title, "fields": ", ".join(dict.fromkeys(emptied))})


@blueprint.post("/<app>/forms/<form>/trash/purge")
def purge(app: str, form: str) -> Response:
    """Ask before the chosen records are removed for good, or do it."""
    user, found = signed_in_user(), form_for(app, form, "delete")
    if not may_purge(user):
        raise Forbidden(_("Only administrators remove records for good."))
    sure = "sure" in request.form
    rows = trashed.some(store.Actor(user=user, origin="page"), found, _chosen(), lock=sure)
    if not rows:
        return go_to(url_for("trash.index", app=app, form=form))
    if not sure:
        count = len(trashed.with_all(rows, lock=False))
        names = [_title(user, found, each) for each in rows]
        page = render_template(
            "records/purge.html", form=found, rows=rows, names=names, count=count, **titles_of(found)
        )
        return make_response(page)
    count = trashed.doom(user, rows)
    db.session.commit()
    flash(ngettext("%(num)d record is removed for good.", "%(num)d records are removed for good.", count))
    return go_to(url_for("trash.index", app=app, form=form))


def may_purge(user: User) -> bool:
    """Whether the person may remove what is in the trash; nobody's role says so."""
    return access.can(user, "administer", "platform")


def _chosen() -> list[int]:
    texts = request.form.getlist("record")[: trashed.AT_ONCE]
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 18]


def _title(user: User, form: Form, row: Trashed) -> str:
    record = trashed.as_record(row).without(access.fields(user, form).hidden)
    return query.title(form, record) or f"#{row.record_id}"


def _page(user: User, form: Form, told: Told | None = None) -> str:
    rows = trashed.page(user, form, id_argument("before"), PER_PAGE + 1)
    shown, older = rows[:PER_PAGE], len(rows) > PER_PAGE
    head, lines = _lines(user, form, shown)
    here: dict[str, Any] = {"app": form.app, "form": form.key}
    return render_template(
        "records/trash.html",
        form=form,
        columns=head,
        lines=lines,
        told=told or Told(),
        may_purge=may_purge(user),
        older=url_for("trash.index", **here, before=shown[-1].id) if older else "",
        first=url_for("trash.index", **here) if "before" in request.args else "",
        **titles_of(form),
    )


def _lines(user: User, form: Form, rows: list[Trashed]) -> tuple[tuple[Column, ...], list[Line]]:
    """The columns of the list, and the records in them."""
    reader, hidden = reader_for(user, form), access.fields(user, form).hidden
    fields = columns.shown(form, form.list_columns, hidden)[:COLUMNS]
    head = listing.plain_columns(form, fields, reader)
    records = lookups.shown(user, form, [trashed.as_record(row) for row in rows])
    seen = [replace(each.without(hidden), withheld={}) for each in records]
    names = Titles(user)
    names.add_members(row.deleted_by for row in rows)
    cells = listing.rows(user, form, head, seen, reader)
    who = (names.member(row.deleted_by) if row.deleted_by else _("The system") for row in rows)
    return head, [Line(*each) for each in zip(rows, cells, map(str, who), strict=True)]
