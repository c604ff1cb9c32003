"""A message of the draft as one person would get it, about a record that the designer chose. Nothing is sent.

Only what the designer may read goes into it, and of that only the fields that the recipient may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from builder.studio import Studio
from runtime import access, links, times
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, MessageDoc, parse_message
from runtime.errors import NotFound, PermanentError
from runtime.fields import Field, Reader
from runtime.notifications import beside, messages
from runtime.notifications.liquid import Pointed
from runtime.notifications.messages import Rendered
from runtime.notifications.names import ReadersNames
from runtime.records import query
from runtime.records.rows import Record

LISTED = 20  # people to choose from


@dataclass(frozen=True)
class Trial:
    """What came out: the texts, or the reason why there are none."""

    rendered: Rendered | None
    fault: str = ""
    path: str = "/"


def form_of(studio: Studio) -> Form | None:
    """The published form that the message is about."""
    return lookup.form_if_any(studio.app, str(studio.document.get("form", "")))


def people() -> list[tuple[int, str]]:
    """Active people to whom it could be addressed: id and name."""
    found = select(User.id, User.name).where(User.active).order_by(User.name, User.id).limit(LISTED)
    return [(user_id, name) for user_id, name in db.session.execute(found)]


def trial(studio: Studio, record_id: int | None, recipient: User, locale: str) -> Trial:
    """The message in this language. Without a record, titles stand for the values of the fields."""
    form, info = form_of(studio), studio.app_document
    if form is None and "form" in studio.document:
        return Trial(None, str(_("Publish the form first: the message is about its records.")))
    path = f"/apps/{studio.app}/forms/{form.key}/{record_id or 1}/" if form else "/"
    with force_locale(locale):
        context = _context(studio, form, _record(studio, form, record_id), recipient, locale, path)
        try:
            default = str(info.get("default_locale", "en"))
            rendered = messages.render(_message(studio), locale, context, default=default)
        except PermanentError as error:
            return Trial(None, error.message, path)
    return Trial(rendered, "", path)


def _message(studio: Studio) -> MessageDoc:
    document = {"subject": {}, "body": {}, "purpose": "", **studio.document}
    return parse_message(document, app=studio.app, definition_id=0, version_id=0, number=0)


def _record(studio: Studio, form: Form | None, record_id: int | None) -> Record | None:
    if form is None or record_id is None:
        return None
    try:
        return query.get(studio.user, form, record_id)
    except NotFound:
        return None


def _context(
    studio: Studio, form: Form | None, record: Record | None, recipient: User, locale: str, path: str
) -> Mapping[str, Any]:
    if form is None:
        return {}
    hidden = access.fields(recipient, form).hidden
    values = record.without(hidden | record.withheld.keys()).values if record else {}
    title = query.title(form, replace(record, values=values)) if record else ""
    context = messages.context_for(
        form,
        values,
        record=messages.Record(record.id if record else 0, title, links.absolute(path)),
        starter=studio.user.name,
        recipient=recipient.name,
        app=studio.text(studio.app_document.get("title")) or studio.app,
        today=times.today(form.zone),
        reader=Reader(locale, recipient.zone or form.zone),
        names=ReadersNames(studio.app, studio.user),
        through=beside.of(_message(studio), form, values).seen_by(recipient, studio.user),
    )
    return context if record else {**context, **_stand_ins(studio, form)}


def _stand_ins(studio: Studio, form: Form) -> dict[str, str]:
    """What stands for the values of a record while there is none: the titles of the fields."""
    found = _titles(studio, form.fields)
    for key in beside.named(_message(studio), form):
        theirs = studio.context.fields(str(form.fields[key].options.get("form")))
        found[key] = Pointed.of(found[key], _titles(studio, theirs))
    return found


def _titles(studio: Studio, fields: Mapping[str, Field]) -> dict[str, str]:
    return {key: f"‹{studio.text(field.title)}›" for key, field in fields.items()}
