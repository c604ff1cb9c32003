"""The versions of a record as their pages show them, and what can be brought back of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from runtime import access, timeline
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.fields._listed import joined
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.record import bringing_back, changed_fields
from runtime.forms.record.bringing_back import Plan
from runtime.forms.record.differences import differences
from runtime.records import history, query, subtables
from runtime.records.models import Event
from runtime.records.rows import Record
from runtime.text import localized

PER_PAGE = 50
NAMED = 5  # fields of a change that are named in the list


@dataclass(frozen=True)
class Line:
    """A version in the list: its number, when it came about and how, and the titles of the fields that changed."""

    number: int
    at: datetime
    text: str
    changed: str
    is_now: bool


def listed(user: User, form: Form, record: Record, before: int | None) -> dict[str, Any]:
    """What the page of all versions shows."""
    found = list(history.versions(form, record.id, before, PER_PAGE + 1))
    shown, older = found[:PER_PAGE], len(found) > PER_PAGE
    place = _place(form, record)
    return {
        **_head(form, record),
        "lines": [
            Line(event.revision, event.at, said, _named(user, changed), event.revision == record.revision)
            for event, said, changed in zip(
                shown, timeline.told(user, form, shown), changed_fields.of(user, form, shown), strict=True
            )
        ],
        "older": url_for("versions.index", **place, before=shown[-1].revision) if older else "",
        "first": url_for("versions.index", **place) if before is not None else "",
    }


def compared(user: User, form: Form, record: Record, old: Event, new: Event) -> dict[str, Any]:
    """What the page of two versions shows."""
    then, later = (bringing_back.state_of(user, form, each) for each in (old, new))
    return {
        **_head(form, record),
        "old": old,
        "new": new,
        "told": timeline.told(user, form, [old, new]),
        "differences": differences(user, form, then, later, reader_for(user, form)),
    }


def one(user: User, form: Form, record: Record, event: Event, plan: Plan) -> dict[str, Any]:
    """What the page of one version shows: what differs from the record as it is now, and what can be brought back."""
    now = subtables.kept_values(form, record.values)
    found = differences(user, form, now, bringing_back.state_of(user, form, event), reader_for(user, form))
    return {
        **_head(form, record),
        "event": event,
        "told": timeline.told(user, form, [event])[0],
        "differences": found,
        "plan": plan,
        "may_update": access.can(user, "update", (form, record)),
        "sees_all": not access.fields(user, form).hidden,
    }


def _head(form: Form, record: Record) -> dict[str, Any]:
    return {"form": form, "record": record, "title": query.title(form, record), **titles_of(form)}


def _place(form: Form, record: Record) -> dict[str, Any]:
    return {"app": form.app, "form": form.key, "record_id": record.id}


def _named(user: User, fields: Sequence[Field]) -> str:
    titles = [localized(one.title, user.locale) for one in fields]
    return joined(titles[:NAMED], user.locale) + (" …" if len(titles) > NAMED else "")
