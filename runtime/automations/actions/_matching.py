"""Finds the records that an action means by `match`; shared parts of the actions that write records."""

import zlib
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, func, select

from runtime import access
from runtime.automations.actions._context import ActionContext
from runtime.definitions.documents import Form
from runtime.errors import PermanentError
from runtime.fields import N_
from runtime.records import rows, tables
from runtime.records.sources import within
from runtime.text import localized

MAX_RECORDS = 1_000

MATCH: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": True,
    "minProperties": 1,
    "title": N_("Match"),
    "description": N_("Fields that must equal these formulas; `id` means the record itself."),
    "examples": [{"visit": "record.id"}],
}
MANY: Mapping[str, Any] = {
    "enum": ["all", "first", "fail"],
    "title": N_("When several match"),
    "description": N_("Take all, take the oldest, or let the run fail."),
    "examples": ["fail"],
}
SET: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": True,
    "title": N_("Values"),
    "description": N_(
        "A formula for each field to fill; a text constant stands in quotes inside the formula."
    ),
    "examples": [{"customer": "record.customer", "state": '"open"'}],
}
TRIGGERS: Mapping[str, Any] = {
    "type": "boolean",
    "default": True,
    "title": N_("Start other automations"),
    "description": N_("Whether this change may start other automations; yes when absent."),
    "examples": [False],
}
FORM: Mapping[str, Any] = {
    "type": "string",
    "title": N_("Form"),
    "description": N_("Whose records are written."),
    "examples": ["reminder"],
}
KEY: Mapping[str, Any] = {
    "type": "string",
    "title": N_("Key"),
    "description": N_("Names the action within the automation."),
    "examples": ["plan"],
}


def matching(context: ActionContext, form: Form, wanted: Mapping[str, Any], many: str) -> list[int]:
    """The ids of the matching records, oldest first; a blank value matches nothing.

    PermanentError when several match and `many` says fail, or more than the limit do.
    """
    if any(value is None for value in wanted.values()):
        return []
    query = select(tables.table(form).c.id).where(*_equal(form, wanted), *_in_sight(context, form, wanted))
    found = list(context.session.scalars(query.order_by(tables.table(form).c.id).limit(MAX_RECORDS + 1)))
    if many == "first":
        return found[:1]
    if many == "fail" and len(found) > 1:
        raise PermanentError(_("Several records of “%(form)s” match.", form=_title(form)))
    if len(found) > MAX_RECORDS:
        raise PermanentError(
            _("More than %(limit)s records of “%(form)s” match.", limit=MAX_RECORDS, form=_title(form))
        )
    return found


def nothing_matches(form: Form) -> PermanentError:
    """The failure of an action whose author chose that nothing matching is one."""
    return PermanentError(_("No record of “%(form)s” matches.", form=_title(form)))


def _title(form: Form) -> str:
    return localized(form.title, "en")


def _in_sight(context: ActionContext, form: Form, wanted: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Of a run that is only tried: what whoever tries it may find by what he looks for."""
    user = context.onlooker
    if user is None:
        return []
    if access.fields(user, form).hidden & wanted.keys():
        return [false()]
    return [within(form, access.visible(user, "read", form))]


def _equal(form: Form, wanted: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [rows.column(form, key) == _column_value(form, key, value) for key, value in wanted.items()]


def _column_value(form: Form, key: str, value: Any) -> Any:
    field = form.fields.get(key)
    return value if field is None else field.type.to_column(value, field)


def take_turns(context: ActionContext, form: Form, wanted: Mapping[str, Any]) -> None:
    """Let nobody else look for the same match until the commit, so that two runs do not both create it."""
    if context.session.get_bind().dialect.name == "postgresql":
        turn = zlib.crc32(repr(sorted(wanted.items())).encode())
        context.session.execute(select(func.pg_advisory_xact_lock(form.definition_id, turn - 2**31)))
