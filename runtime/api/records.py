"""Records over the API: list, create, read, change, delete, timeline, schema."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from flask_login import current_user

from runtime import access, timeline
from runtime.accounts.models import User
from runtime.api import blueprint, filters
from runtime.api.body import (
    BadRequest,
    PreconditionFailed,
    answer,
    errors,
    expected_revision,
    read_object,
)
from runtime.db import db
from runtime.definitions import export, lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.records import deletion, query, store
from runtime.records.query import Record
from runtime.records.rows import seen
from runtime.times import iso

PER_PAGE = 50
TOKEN_LENGTH = 100


def api_user() -> User:
    """The person whose token the program shows."""
    return current_user._get_current_object()  # type: ignore[no-any-return]


def form_for(app: str, form: str, action: str = "read") -> Form:
    """The published form; NotFound for one that this user may not know of, Forbidden for a missing right."""
    found = lookup.form(app, form)
    if access.can(api_user(), action, found):
        return found
    if access.can(api_user(), "read", found):
        raise Forbidden(_("You may not do this."))
    raise NotFound(_("There is no such form."))


def _shown(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "revision": record.revision,
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
        "values": record.values,
    }


def _saved(form: Form, saved: store.Saved) -> dict[str, Any]:
    """What was saved, as far as this user may see it, and what warns of it."""
    hidden = access.fields(api_user(), form).hidden
    left = {"id": saved.id, "revision": saved.revision, "values": seen(saved.values, hidden)}
    warnings = [warning.as_json() for warning in saved.warnings]
    return {**left, "warnings": warnings} if warnings else left


@blueprint.get("/apps/<app>/forms/<form>/schema")
def form_schema(app: str, form: str) -> Response:
    """The published form as a standard JSON Schema."""
    found = form_for(app, form)
    rights = access.fields(api_user(), found)
    return answer(export.record_schema(found, hidden=rights.hidden, read_only=rights.read_only))


@blueprint.get("/apps/<app>/forms/<form>/records")
def list_records(app: str, form: str) -> Response:
    """A page of the records that this user may read."""
    found = form_for(app, form)
    sort, after = request.args.get("sort"), request.args.get("after")
    condition = filters.read(found, request.args.get("filter"), access.fields(api_user(), found).hidden)
    limit = _limit()
    if not query.is_cursor(api_user(), found, sort, after):
        raise BadRequest(_("“after” is not the “next” of a page in this order. Begin with the first page."))
    page = query.page(
        api_user(),
        found,
        condition=condition,
        sort=sort,
        limit=limit,
        after=after,
        total=False,
        with_rows=True,
    )
    return answer({"items": [_shown(record) for record in page.items], "next": page.next})


def _limit() -> int:
    text = request.args.get("limit", str(PER_PAGE))
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise BadRequest(_("The limit must be a number from 1 to %(most)s.", most=query.MAX_LIMIT))
    return min(int(text), query.MAX_LIMIT)


@blueprint.post("/apps/<app>/forms/<form>/records")
def create_record(app: str, form: str) -> Response:
    """Create a record; with an Idempotency-Key the same request twice makes one."""
    found = form_for(app, form, "create")
    values = read_object(required=["values"])["values"]
    actor = store.Actor(user=api_user(), origin="api")
    try:
        saved = store.save(actor, found, values, token=idempotency_key())
    except Invalid as error:
        db.session.rollback()
        return errors(error.problems)
    db.session.commit()
    response = answer(_saved(found, saved), 201, revision=saved.revision)
    response.location = f"{request.path}/{saved.id}"
    if saved.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def idempotency_key() -> str | None:
    """The key by which a repeated request is known."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= TOKEN_LENGTH and key.isascii() and key.isprintable()):
        raise BadRequest(_("An Idempotency-Key is 1 to %(most)s plain characters.", most=TOKEN_LENGTH))
    return key


@blueprint.get("/apps/<app>/forms/<form>/records/<int:record_id>")
def read_record(app: str, form: str, record_id: int) -> Response:
    """One record, with its revision as ETag."""
    record = query.get(api_user(), form_for(app, form), record_id)
    return answer(_shown(record), revision=record.revision)


@blueprint.patch("/apps/<app>/forms/<form>/records/<int:record_id>")
def change_record(app: str, form: str, record_id: int) -> Response:
    """Change the fields that are given; null clears one."""
    found = form_for(app, form, "update")
    query.get(api_user(), found, record_id)
    revision = expected_revision()
    values = read_object(required=["values"])["values"]
    actor = store.Actor(user=api_user(), origin="api")
    try:
        saved = store.save(actor, found, values, record_id=record_id, revision=revision)
    except Invalid as error:
        db.session.rollback()
        return errors(error.problems)
    except Conflict as error:
        raise _stale(error) from error
    db.session.commit()
    return answer(_saved(found, saved), revision=saved.revision)


@blueprint.delete("/apps/<app>/forms/<form>/records/<int:record_id>")
def delete_record(app: str, form: str, record_id: int) -> Response:
    """Delete the record."""
    found = form_for(app, form, "delete")
    query.get(api_user(), found, record_id)
    try:
        deletion.delete(
            store.Actor(user=api_user(), origin="api"), found, record_id, revision=expected_revision()
        )
    except Conflict as error:
        raise _stale(error) from error
    db.session.commit()
    return Response(status=204)


def _stale(error: Conflict) -> Exception:
    if error.code == "stale":
        return PreconditionFailed(_("This record has changed since you read it. Read it again."))
    return error


@blueprint.get("/apps/<app>/forms/<form>/records/<int:record_id>/timeline")
def record_timeline(app: str, form: str, record_id: int) -> Response:
    """What happened to the record and what is planned: changes, comments, runs, timers, deliveries."""
    found = form_for(app, form)
    record = query.get(api_user(), found, record_id)
    return answer({"items": [entry.as_json() for entry in timeline.entries(api_user(), found, record)]})
