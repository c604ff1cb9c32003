"""Adds a field of a type."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, refuse, said
from builder.commands._fields import TEXT, fresh_key, new_field, place_field
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES, N_


class AddField:
    """Puts a new field of `type` after the field `after`, or at the end; `title` names it, else its type does."""

    name = "field.add"
    kinds = ("form",)
    merges = False
    arguments: dict[str, Any] = {
        "type": "object",
        "properties": {"type": TEXT, "after": TEXT, "title": TEXT},
        "required": ["type"],
        "additionalProperties": False,
    }

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        field_type = FIELD_TYPES.get(arguments["type"])
        if field_type is None:
            refuse("type", "unknown", _("There is no such field type."))
        form = work.open(target)
        key = fresh_key(form, arguments.get("title") or field_type.name)
        form["properties"][key] = new_field(field_type, arguments.get("title", ""))
        place_field(form, key, arguments.get("after", ""))
        return Done(
            said(N_("Added %(field)s"), field=form["properties"][key]["fw"]["title"]), select=f"field/{key}"
        )


plugin = AddField()
