"""New fields and options from what people type."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from builder.commands import _defaults
from builder.commands._base import refuse
from builder.commands._fields import known_text, own_title, proposed_key, taken_keys
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES
from runtime.text import Title, localized

MAX_FIELDS = 500


def add_field(work: Workspace, target: Target, type_name: str, title: Title = "", locale: str = "") -> str:
    """Put a new field of a type into the form, not into its layout; its key."""
    field_type = FIELD_TYPES.get(type_name)
    if field_type is None:
        refuse("type", "unknown", _("There is no such field type."))
    form = work.open(target)
    if len(form["properties"]) >= MAX_FIELDS:
        refuse("type", "limit", _("A form may have at most %(limit)s fields.", limit=MAX_FIELDS))
    named = own_title(title, work, locale) if title else known_text(field_type.label, work)
    schema: dict[str, Any] = {"fw": {"type": type_name, "title": named}}
    _defaults.complete(schema, work, target)
    key = proposed_key(title if title else field_type.name, taken_keys(work, target))
    form["properties"][key] = schema
    return key


def options_from(
    texts: Iterable[str], work: Workspace, locale: str, taken: Iterable[str] = ()
) -> dict[str, Title]:
    """Values of a choice with their labels, from one text each; texts that come twice count once."""
    known = list(taken)
    found: dict[str, Title] = {}
    for text in dict.fromkeys(" ".join(each.split()) for each in texts):
        if not text or any(localized(label, locale) == text for label in found.values()):
            continue
        key = proposed_key(text, [*known, *found], stem="option")
        found[key] = own_title(text[:200], work, locale)
    return found
