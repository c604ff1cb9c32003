"""The versions of a record over the API: listed, read, compared, restored."""

from collections.abc import Iterable
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from runtime import access, timeline
from runtime.api import blueprint
from runtime.api.body import BadRequest, PreconditionFailed, answer, errors, expected_revision, read_object
from runtime.api.records import api_user, form_for, idempotency_key
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Invalid
from runtime.forms.filling import reader_for
from runtime.forms.record import bringing_back, changed_fields
from runtime.forms.record.bringing_back import Left
from runtime.forms.record.differences import differences
from runtime.forms.record.version_pages import PER_PAGE
from runtime.records import history, query, store, tokens
from runtime.records.models import Event
from runtime.records.rows import seen
from runtime.records.sources import Actor
from runtime.records.tokens import Saved
from runtime.times import iso

RECORD = "/apps/<app>/forms/<form>/records/<int:record_id>/versions"


@blueprint.get(RECORD)
def list_versions(app: str, form: str, record_id: int) -> Response:
    """A page of the versions of a record, the latest first."""
    found = _readable(app, form, record_id)
    events = list(history.versions(found, record_id, _number("after"), PER_PAGE + 1))
    page = events[:PER_PAGE]
    changed = changed_fields.of(api_user(), found, page)
    texts = timeline.told(api_user(), found, page)
    items = [
        {
            "number": event.revision,
            "at": iso(event.at),
            "text": text,
            "changed": [one.key for one in fields],
        }
        for event, text, fields in zip(page, texts, changed, strict=True)
    ]
    return answer({"items": items, "next": str(page[-1].revision) if len(events) > PER_PAGE else None})


@blueprint.get(f"{RECORD}/<int:number>")
def read_version(app: str, form: str, record_id: int, number: int) -> Response:
    """The values of one version, as far as this user may see them."""
    found = _readable(app, form, record_id)
    event = history.version(found, record_id, number)
    return answer({"number": event.revision, "at": iso(event.at), "values": _values(found, event)})


@blueprint.get(f"{RECORD}/compare")
def compare_versions(app: str, form: str, record_id: int) -> Response:
    """What differs between the versions `old` and `new`; whichever of them is older counts as the old one."""
    found = _readable(app, form, record_id)
    old, new = (
        history.version(found, record_id, number)
        for number in sorted(_number(n) or 0 for n in ("old", "new"))
    )
    before, after = _values(found, old), _values(found, new)
    told = differences(api_user(), found, before, after, reader_for(api_user(), found))
    items = [
        {"key": one.key, "title": one.title, "old": before.get(one.key), "new": after.get(one.key)}
        for one in told
    ]
    return answer({"old": old.revision, "new": new.revision, "items": items})


@blueprint.post(f"{RECORD}/<int:number>/restore")
def restore_version(app: str, form: str, record_id: int, number: int) -> Response:
    """Bring a version back, or the `fields` of it that are named; `left` says what stays as it is, and why."""
    found = form_for(app, form, "update")
    record = query.get(api_user(), found, record_id)
    event = history.version(found, record_id, number)
    revision = expected_revision()
    plan = bringing_back.plan(api_user(), found, record, event)
    if (fields := _named()) is not None:
        plan = bringing_back.chosen(plan, fields)
    cause = {"version": number, "asked": tokens.digest(fields)}
    actor = Actor(api_user(), "api", cause=cause)
    token = idempotency_key()
    if token and (before := tokens.event_of(found, api_user().id, token)):
        return _restored(found, tokens.require_same(before, record_id, cause), plan.left)
    try:
        saved = store.save(actor, found, plan.values, record_id=record_id, revision=revision, token=token)
    except Invalid as error:
        db.session.rollback()
        return errors(error.problems)
    except Conflict as error:
        if error.code == "stale":
            raise PreconditionFailed(
                _("This record has changed since you read it. Read it again.")
            ) from error
        raise
    db.session.commit()
    return _restored(found, saved, plan.left)


def _restored(form: Form, saved: Saved, left: Iterable[Left]) -> Response:
    shown = seen(saved.values, access.fields(api_user(), form).hidden)
    told = {"id": saved.id, "revision": saved.revision, "values": shown, "left": [_left(one) for one in left]}
    response = answer(told, revision=saved.revision)
    if saved.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _readable(app: str, form: str, record_id: int) -> Form:
    """The form of a record that this user may read."""
    found = form_for(app, form)
    query.get(api_user(), found, record_id)
    return found


def _values(form: Form, event: Event) -> dict[str, Any]:
    return dict(bringing_back.state_of(api_user(), form, event))


def _left(one: Left) -> dict[str, str]:
    return {"title": one.title, "why": one.why}


def _named() -> list[str] | None:
    fields = read_object().get("fields")
    if fields is not None and not (
        isinstance(fields, list) and all(isinstance(each, str) for each in fields)
    ):
        raise BadRequest(_("“fields” is a list of keys of fields."))
    return fields


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise BadRequest(_("“%(name)s” is the number of a version.", name=name))
    return int(text) if text else None
