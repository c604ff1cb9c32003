"""A message of the draft as one person would get it, about a record that the designer chose. Nothing is sent.

Only what the designer may read goes into it, and of that only the fields that the recipient may see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from builder.studio import Studio
from runtime import access, links, times
from runtime.accounts.models import User
from runtime.conditions import ConditionError
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, MessageDoc, parse_message
from runtime.errors import NotFound, PermanentError
from runtime.fields import Field, Reader
from runtime.notifications import beside, liquid_check, messages, only
from runtime.notifications.liquid import Pointed, text_of
from runtime.notifications.messages import Rendered
from runtime.notifications.names import ReadersNames
from runtime.records import query, rows
from runtime.records.rows import Record

LISTED = 20  # people to choose from


@dataclass(frozen=True)
class Trial:
    """What came out: the texts, or the reason why there are none. `empty` are the values that its texts name and that
    this record has not.
    """

    rendered: Rendered | None
    fault: str = ""
    path: str = "/"
    empty: tuple[str, ...] = ()


def form_of(studio: Studio) -> Form | None:
    """The published form that the message is about."""
    return lookup.form_if_any(studio.app, str(studio.document.get("form", "")))


def people() -> list[tuple[int, str]]:
    """Active people to whom it could be addressed: id and name."""
    found = select(User.id, User.name).where(User.active).order_by(User.name_key, User.id).limit(LISTED)
    return [(user_id, name) for user_id, name in db.session.execute(found)]


def trial(studio: Studio, record_id: int | None, recipient: User, locale: str) -> Trial:
    """The message in this language. Without a record, titles stand for the values of the fields."""
    form, info = form_of(studio), studio.app_document
    if form is None and "form" in studio.document:
        return Trial(None, str(_("Publish the form first: the message is about its records.")))
    path = f"/apps/{studio.app}/forms/{form.key}/{record_id or 1}/" if form else "/"
    try:
        message = _message(studio)
    except ConditionError:
        return Trial(None, str(_("A condition cannot be read.")), path)
    with force_locale(locale):
        context = _context(studio, message, form, _record(studio, form, record_id), recipient, locale, path)
        try:
            default = str(info.get("default_locale", "en"))
            rendered = messages.render(message, locale, context, default=default)
        except PermanentError as error:
            return Trial(None, error.message, path)
    return Trial(rendered, "", path, tuple(_empty(message, locale, context)))


def _empty(message: MessageDoc, locale: str, context: Mapping[str, Any]) -> Iterator[str]:
    """The values that the texts of this language name and for which they have nothing to say."""
    parts = (message.subject, message.body, message.short)
    named = frozenset().union(*(liquid_check.reads(part.get(locale, "")) for part in parts))
    for name in sorted(each for each in named if each.partition(".")[0] in context):
        value: Any = context
        for step in name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else _inside(value, step)
        if value is None or (isinstance(value, str) and not text_of(value, locale)):
            yield name


def _inside(value: Any, step: str) -> Any:
    """What a text names of a record that is pointed to; "?" for what is no plain value, which is not told of."""
    return value.values.get(step) if isinstance(value, Pointed) else "?"


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
    studio: Studio,
    message: MessageDoc,
    form: Form | None,
    record: Record | None,
    recipient: User,
    locale: str,
    path: str,
) -> Mapping[str, Any]:
    if form is None:
        return {}
    hidden = access.fields(recipient, form).hidden
    seen = record.without(hidden | record.withheld.keys()) if record else None
    values = seen.values if seen else {}
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
        through=beside.of(message, form, values).seen_by(recipient, studio.user),
        holding=_holding(message, form, seen, recipient, hidden | access.fields(studio.user, form).hidden),
    )
    return context if record else {**context, **_stand_ins(studio, message, form)}


def _holding(
    message: MessageDoc, form: Form, seen: Record | None, recipient: User, hidden: frozenset[str]
) -> Mapping[str, bool]:
    """Which conditions hold for the recipient; all of them while there is no record, so that every part is shown. What
    is `hidden` from the recipient or the designer decides nothing.
    """
    if seen is None:
        return dict.fromkeys(message.conditions, True)
    unseen = access.untold(form, hidden) | seen.unseen
    known = {**rows.system(seen), **seen.values}
    return only.holding(message, known, access.facts(recipient), unseen, zone=form.zone)


def _stand_ins(studio: Studio, message: MessageDoc, form: Form) -> dict[str, str]:
    """What stands for the values of a record while there is none: the titles of the fields."""
    found = _titles(studio, form.fields)
    for key in beside.named(message, form):
        theirs = studio.context.fields(str(form.fields[key].options.get("form")))
        found[key] = Pointed.of(found[key], _titles(studio, theirs))
    return found


def _titles(studio: Studio, fields: Mapping[str, Field]) -> dict[str, str]:
    return {key: f"‹{studio.text(field.title)}›" for key, field in fields.items()}
