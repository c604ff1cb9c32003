"""The trash over the API: list, bring back, remove for good."""

from flask import Response, request
from flask_babel import gettext as _

from runtime import access
from runtime.api import blueprint
from runtime.api.body import BadRequest, answer, errors
from runtime.api.records import api_user, form_for
from runtime.db import db
from runtime.errors import Forbidden, Invalid
from runtime.records import query, restoring, store, subtables
from runtime.records import trash as trashed
from runtime.records.rows import seen
from runtime.times import iso

PER_PAGE = 50


@blueprint.get("/apps/<app>/forms/<form>/trash")
def list_trash(app: str, form: str) -> Response:
    """A page of the deleted records that this user may bring back, the last deleted first."""
    found = form_for(app, form, "delete")
    text = request.args.get("after", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise BadRequest(_("“after” is not the “next” of a page. Begin with the first page."))
    rows = trashed.page(api_user(), found, int(text) if text else None, PER_PAGE + 1)
    hidden = access.fields(api_user(), found).hidden
    items = [
        {
            "id": row.record_id,
            "deleted_at": iso(row.deleted_at),
            "deleted_by": row.deleted_by,
            "purge_at": iso(row.purge_at),
            # Who may see what left the form, nobody says any more.
            "values": seen(subtables.kept_values(found, row.values), hidden),
        }
        for row in rows[:PER_PAGE]
    ]
    return answer({"items": items, "next": str(rows[PER_PAGE - 1].id) if len(rows) > PER_PAGE else None})


@blueprint.post("/apps/<app>/forms/<form>/trash/<int:record_id>/restore")
def restore_record(app: str, form: str, record_id: int) -> Response:
    """Bring a record back; `emptied` names the fields whose references are gone."""
    found = form_for(app, form, "delete")
    actor = store.Actor(user=api_user(), origin="api")
    row = trashed.one(actor, found, record_id)
    try:
        emptied = restoring.restore(actor, found, row)
    except Invalid as error:
        db.session.rollback()
        return errors(error.problems)
    db.session.commit()
    record = query.get(api_user(), found, record_id)
    return answer(
        {"id": record.id, "revision": record.revision, "values": record.values, "emptied": list(emptied)},
        revision=record.revision,
    )


@blueprint.delete("/apps/<app>/forms/<form>/trash/<int:record_id>")
def purge_record(app: str, form: str, record_id: int) -> Response:
    """Remove a deleted record for good."""
    found = form_for(app, form, "delete")
    if not access.can(api_user(), "administer", "platform"):
        raise Forbidden(_("Only administrators remove records for good."))
    row = trashed.one(store.Actor(user=api_user(), origin="api"), found, record_id)
    trashed.doom(api_user(), [row])
    db.session.commit()
    return Response(status=204)
