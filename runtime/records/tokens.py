"""Submit tokens: the same form sent twice is saved once, on every server and after every restart."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, select

from runtime import documents
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Problem
from runtime.records.models import Event
from runtime.records.sources import Actor

MAX_TOKEN = 80
AT_ONCE = 1_000  # tokens in one statement
_EVENTS = Event.__table__.c  # as a plain statement: each save asks it, and mostly there is none
_FIRST = select(_EVENTS.id).where(
    _EVENTS.form_id == bindparam("form_id"), _EVENTS.token == bindparam("token")
)


@dataclass(frozen=True)
class Token:
    """A submit token as the events keep it: the user's own, with the digest of the values it came with."""

    key: str
    hash: str


@dataclass(frozen=True)
class Saved:
    """What a save left: `event_id` is None when nothing changed, `repeated` that an earlier call saved it. `warnings`
    are what checks and rules say without refusing.
    """

    id: int
    revision: int
    values: dict[str, Any]
    event_id: int | None
    repeated: bool = False
    warnings: tuple[Problem, ...] = ()


def read(actor: Actor, token: str | None, values: Mapping[str, Any], record_id: int | None) -> Token | None:
    """The token of a save, None without one."""
    if not token:
        return None
    return Token(_key(actor.user_id, token), digest([record_id, dict(values)]))


def digest(asked: Any) -> str:
    """What tells one thing that was asked for from another: JSON values."""
    sent = documents.dumps(asked, sort_keys=True)
    return hashlib.sha256(sent.encode("utf-8", "replace")).hexdigest()


def _key(user_id: int | None, token: str) -> str:
    if len(token) > MAX_TOKEN or not token.isprintable() or not token.isascii():
        token = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    return f"{user_id or 0}:{token}"


def record_of(form: Form, user_id: int, token: str) -> int | None:
    """The record that this person saved with this token; None when there is none."""
    event = event_of(form, user_id, token)
    return None if event is None else event.record_id


def records_of(form: Form, user_id: int, wanted: Sequence[str]) -> dict[str, int]:
    """The records that this person made with these tokens, by the token."""
    keys = {_key(user_id, each): each for each in wanted}
    every, found = list(keys), dict[str, int]()
    for begin in range(0, len(every), AT_ONCE):
        some = every[begin : begin + AT_ONCE]
        made = (Event.form_id == form.definition_id, Event.token.in_(some), Event.kind == "created")
        rows = db.session.execute(select(Event.token, Event.record_id).where(*made))
        found |= {keys[row.token or ""]: row.record_id for row in rows}
    return found


def event_of(form: Form, user_id: int, token: str) -> Event | None:
    """What this person saved with this token; None when there is nothing."""
    return _event(form, _key(user_id, token))


def require_same(event: Event, record_id: int, cause: Mapping[str, Any]) -> Saved:
    """What the earlier deed left, if it was this one; Conflict when its token came with something else. Events of
    earlier releases do not say what was `asked`.
    """
    known = {"asked": cause.get("asked"), **(event.cause or {})}
    if event.record_id != record_id or any(known.get(key) != cause[key] for key in cause):
        raise _reused()
    return Saved(event.record_id, event.revision, event.after, event.id, repeated=True)


def _event(form: Form, key: str) -> Event | None:
    found = db.session.scalar(_FIRST, {"form_id": form.definition_id, "token": key})
    return None if found is None else db.session.get(Event, found)


def first(form: Form, token: Token) -> Saved | None:
    """What the first save with this token left; Conflict when that came with other values."""
    event = _event(form, token.key)
    if event is None:
        return None
    if event.token_hash != token.hash:
        raise _reused()
    return Saved(event.record_id, event.revision, event.after, event.id, repeated=True)


def _reused() -> Conflict:
    return Conflict(_("This form was sent before with other values."), code="token_reused")
