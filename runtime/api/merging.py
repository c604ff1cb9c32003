"""Merging records over the API: several that stand for the same thing become one."""

from typing import Any

from flask import Response
from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.api import blueprint
from runtime.api.body import BadRequest, PreconditionFailed, answer, errors, read_object
from runtime.api.records import api_user, form_for, idempotency_key
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.merging.doing import MOST, Wish, done_before, merge
from runtime.records.rows import seen
from runtime.records.tokens import Saved


@blueprint.post("/apps/<app>/forms/<form>/merge")
def merge_records(app: str, form: str) -> Response:
    """Let `into` be the one record of all in `revisions`, with these `values`; the others go to the trash."""
    user, found = api_user(), form_for(app, form, "update")
    if not access.can(user, "delete", found):
        raise Forbidden(_("You may not do this."))
    wish = _wish(read_object(required=["revisions"]), idempotency_key() or "")
    if done := done_before(user, found, wish):
        return _told(user, found, done)
    try:
        saved = merge(user, found, wish)
    except Invalid as error:
        db.session.rollback()
        return errors(error.problems)
    except (Conflict, NotFound) as error:
        db.session.rollback()
        if done := done_before(user, found, wish):  # by the same request, while this one waited for it
            return _told(user, found, done)
        if error.code == "stale":
            raise PreconditionFailed(
                _("This record has changed since you read it. Read it again.")
            ) from error
        raise
    db.session.commit()
    return _told(user, found, saved)


def _told(user: User, form: Form, saved: Saved) -> Response:
    values = seen(saved.values, access.fields(user, form).hidden)
    told = {"id": saved.id, "revision": saved.revision, "values": values}
    response = answer(told, revision=saved.revision)
    if saved.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _wish(body: dict[str, Any], token: str) -> Wish:
    revisions, into, values = body["revisions"], body.get("into"), body.get("values", {})
    numbers = [*revisions.values(), into]
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
        raise BadRequest(_("“into” is the id of a record, “revisions” are those that you read, by the ids."))
    if not all(each.isascii() and each.isdecimal() and len(each) < 18 for each in revisions):
        raise BadRequest(_("“into” is the id of a record, “revisions” are those that you read, by the ids."))
    if not isinstance(values, dict):
        raise BadRequest(_("The object needs “%(key)s”, itself an object.", key="values"))
    seen_by_id = {int(key): revision for key, revision in revisions.items()}
    if into not in seen_by_id or not 2 <= len(seen_by_id) <= MOST:
        raise Conflict(_("Choose from two to %(most)s records to merge.", most=MOST), code="number")
    others = tuple(sorted(each for each in seen_by_id if each != into))
    return Wish(into, others, seen_by_id, values, token)
