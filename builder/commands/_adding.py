"""New fields and options from what people type."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from builder.commands import _defaults, _layout, _sections
from builder.commands._base import Arguments, refuse
from builder.commands._fields import known_text, own_field, own_title, proposed_key, taken_keys
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES
from runtime.text import Title

MAX_FIELDS = 500
MAX_OPTIONS = 1000
MAX_LABEL = 200


def add_field(work: Workspace, target: Target, type_name: str, title: Title = "", locale: str = "") -> str:
    """Put a new field of a type into the form, not into its layout; its key."""
    field_type = FIELD_TYPES.get(type_name)
    if field_type is None:
        refuse("type", "unknown", _("There is no such field type."))
    form = work.open(target)
    if len(form["properties"]) >= MAX_FIELDS:
        refuse("type", "limit", _("A form may have at most %(limit)s fields.", limit=MAX_FIELDS))
    own = own_title(title, work, locale)
    named = own or known_text(field_type.label, work)
    schema: dict[str, Any] = {"fw": {"type": type_name, "title": named}}
    _defaults.complete(schema, work, target)
    key = proposed_key(own or field_type.name, taken_keys(work, target))
    form["properties"][key] = schema
    return key


def place_new(work: Workspace, target: Target, key: str, arguments: Arguments) -> None:
    """Find a place for a field that has none."""
    form = work.open(target)
    sections = form["fw"]["layout"]
    if arguments.get("beside"):
        own_field(form, arguments["beside"], "beside")
        _layout.put_beside(sections, key, arguments["beside"])
    elif arguments.get("after"):
        own_field(form, arguments["after"], "after")
        _layout.put_after(sections, key, arguments["after"])
    elif arguments.get("section"):
        _layout.put_at(sections, key, arguments)
    elif arguments.get("tab"):
        _sections.last_of_tab(work, target, arguments["tab"])["rows"].append([key])
    else:
        _layout.put_row(sections[-1], len(sections[-1]["rows"]), key)


def options_from(
    texts: Iterable[str], work: Workspace, locale: str, taken: Iterable[str] = ()
) -> dict[str, Title]:
    """Values of a choice with their labels, from one text each; texts that come twice count once. One more
    than a field may have is enough to refuse them.
    """
    lines = dict.fromkeys(" ".join(each.split())[:MAX_LABEL] for each in texts)
    known = list(taken)
    found: dict[str, Title] = {}
    for text in list(filter(None, lines))[: MAX_OPTIONS + 1]:
        key = proposed_key(text, [*known, *found], stem="option")
        found[key] = own_title(text, work, locale)
    return found
